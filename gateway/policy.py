"""What the door allows: who may come in, how much may be asked, and from where; read from the configuration.

`[auth.issuers.<name>]` and `[auth.keys.<name>]` say who, `[limits]` how much, `cors_origins` which pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from gateway.model.principal import Role, Scope
from gateway.tables import PREFIX, Problems, Typed, fill, judge_numbers, keys, overlaid, unknown

ALL: Final = "*"
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]

LIMIT_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "max_body_bytes": (1024, 64 * 1024**2),
    "max_document_chars": (100, 10_000_000),
    "max_tokens": (50, 100_000),
    "max_depth": (3, 100),
    "max_fields": (10, 100_000),
    "max_aliases": (0, 10_000),
    "max_root_fields": (1, 1_000),
    "max_directives": (0, 1_000),
    "max_repeats": (1, 10_000_000),
    "max_operations": (1, 1_000),
    "max_variable_values": (10, 1_000_000),
    "max_entities": (1, 10_000),
    "max_answer_fields": (100, 10_000_000),
    "max_cost": (1, 1_000_000),
    "max_cost_per_minute": (1, 100_000_000),
    "max_streams": (1, 100_000),
    "max_streams_per_principal": (1, 100_000),
    "max_watched_orders": (1, 10_000),
    "max_watched_in_all": (1, 100_000),
    "slowest_head_seconds": (1, 600),
    "slowest_body_seconds": (1, 600),
    "slowest_read_seconds": (1, 600),
    "max_connections": (10, 100_000),
    "max_connections_per_address": (1, 100_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of what clients may ask; docs/limits.md says what each counts. Costs are in vendor calls."""

    max_body_bytes: int = 1024 * 1024
    max_document_chars: int = 100_000
    max_tokens: int = 5_000
    max_depth: int = 20
    max_fields: int = 2_000
    max_aliases: int = 100
    max_root_fields: int = 20
    max_directives: int = 50
    max_repeats: int = 10_000
    max_operations: int = 50
    max_variable_values: int = 20_000
    max_entities: int = 500
    max_answer_fields: int = 200_000
    max_cost: int = 2_000
    max_cost_per_minute: int = 12_000
    max_streams: int = 1_000
    max_streams_per_principal: int = 100
    max_watched_orders: int = 50
    max_watched_in_all: int = 10_000
    slowest_head_seconds: float = 10.0
    slowest_body_seconds: float = 30.0
    slowest_read_seconds: float = 60.0
    max_connections: int = 2_000
    max_connections_per_address: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a principal sees: `accounts` whole (`["*"]`: all), `customers` of others by the account's name."""

    accounts: tuple[str, ...] = ()
    customers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def whole(self) -> frozenset[str] | None:
        """The accounts as a Principal has them."""
        return None if ALL in self.accounts else frozenset(self.accounts)

    @property
    def parts(self) -> dict[str, frozenset[str]]:
        """The customers as a Principal has them."""
        return {name: frozenset(customers) for name, customers in self.customers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An OpenID Connect provider whose access tokens are taken. `access` is for tokens that bring no claim of their
    own; `access_claim` names that claim, an object with `accounts` and `customers`."""

    name: str
    issuer: str
    audience: tuple[str, ...]
    jwks_url: str | None = None
    algorithms: tuple[Algorithm, ...] = ("RS256", "ES256")
    clock_skew_seconds: float = 60.0
    scope_claim: str = "scope"
    access_claim: str = "order_gateway"
    access: Access = field(default_factory=Access)
    vendor_calls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of a service. `sha256` are digests of whole keys in hexadecimal, several while one replaces another: the
    keys themselves are kept nowhere."""

    name: str
    sha256: tuple[str, ...]
    role: Role = Role.CLIENT
    scopes: tuple[Scope, ...] = ()
    access: Access = field(default_factory=Access)
    vendor_calls: bool = False


@dataclass(frozen=True, slots=True)
class Auth:
    """Who may come in. False where nothing says who: then anybody may, on loopback alone."""

    issuers: tuple[Issuer, ...] = ()
    keys: tuple[ApiKey, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.issuers or self.keys)


def read_limits(table: Any, environ: Mapping[str, str], directory: Path, problems: Problems) -> Limits | None:
    """The `[limits]` table; None with the problems noted."""
    if not isinstance(table, dict):
        problems.add("", "limits", "must be a table")
        return None
    known = keys(Limits)
    unknown(table, known, "limits", problems)
    prefix = PREFIX + "LIMITS__"
    over = {key: Typed(environ[prefix + key.upper()]) for key in known if environ.get(prefix + key.upper())}
    limits = fill(Limits, overlaid(table, over), "limits", directory, problems)
    if limits is not None:
        judge_numbers(limits, LIMIT_RANGES, "limits", problems)
    return limits
