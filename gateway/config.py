"""The configuration: one TOML file and the environment, read once at start into a frozen `Config`.

Every top-level key can be set or replaced as ORDER_GATEWAY_<KEY>, every limit as ORDER_GATEWAY_LIMITS__<KEY>, every key
of an account as ORDER_GATEWAY_ACCOUNTS__<NAME>__<KEY> (the name in capitals, everything but letters and digits as "_"),
and in the same way ORDER_GATEWAY_AUTH__ISSUERS__<NAME>__<KEY> and ORDER_GATEWAY_AUTH__KEYS__<NAME>__<KEY>; lists are
separated by commas. An empty variable counts as not set. Relative paths start where the TOML file is.
"""

from __future__ import annotations

import logging
import re
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from gateway.account_tables import AccountConfig, read_accounts
from gateway.addresses import address_problem, origin_problem
from gateway.auth_tables import read_auth
from gateway.policy import Auth, Limits, read_limits
from gateway.secret import Secret
from gateway.tables import PREFIX, Problems, Typed, fill, judge_numbers, keys, overlaid, unknown
from gateway.vendors.base import Entry

log = logging.getLogger("gateway.config")

FILE_BYTES: Final = 1024 * 1024
KEY_LENGTH: Final = 16
TOP_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "idempotency_days": (0.0001, 400),
    "write_seconds": (0.1, 300),
    "write_lease_seconds": (0.5, 300),
    "max_upload_bytes": (1024, 1024**4),
    "max_files_per_request": (1, 100),
    "max_spool_bytes": (1024, 1024**5),
    "watch_seconds": (0.1, 3_600),
    "watch_slowest_seconds": (0.1, 86_400),
    "drain_seconds": (0, 300),
    "replicas": (1, 1_000),
    "deadline_seconds": (0.1, 600),
    "max_deadline_seconds": (0.1, 600),
}


class ConfigError(Exception):
    """All that is wrong with the configuration, one line each, each naming its key and quoting no value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`public_url` has no slash at its end. `signing_keys`: the first signs, all are accepted; not `lasting` where they
    were made up for this process alone. `explore`: introspection, suggestions and the explorer page; None means where
    there is no authentication. `documents`: the manifest of those that alone may run. `replicas`: how many gateways
    use these accounts; each takes its part of what the vendors allow."""

    public_url: str
    signing_keys: tuple[Secret, ...]
    lasting: bool = True
    data_dir: Path | None = None
    vault_key: Secret | None = None
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    allow_private_redirects: bool = False
    idempotency_days: float = 7.0
    write_seconds: float = 30.0
    write_lease_seconds: float = 10.0
    max_upload_bytes: int = 300 * 1024 * 1024
    max_files_per_request: int = 50
    max_spool_bytes: int = 2 * 1024**3
    watch_seconds: float = 5.0
    watch_slowest_seconds: float = 60.0
    log_format: Literal["json", "text"] = "json"
    otlp_endpoint: str | None = None
    drain_seconds: float = 5.0
    replicas: int = 1
    deadline_seconds: float = 30.0
    max_deadline_seconds: float = 60.0
    explore: bool | None = None
    http_profile: Literal["2025", "draft"] = "2025"
    cors_origins: tuple[str, ...] = ()
    documents: Path | None = None
    auth: Auth = field(default_factory=Auth)
    limits: Limits = field(default_factory=Limits)
    accounts: tuple[AccountConfig, ...] = ()

    @property
    def explored(self) -> bool:
        """Whether all may look around: what `explore` says, and where it says nothing, where anybody may come in."""
        return not self.auth if self.explore is None else self.explore


def load(path: Path | None, environ: Mapping[str, str], entries: Iterable[Entry]) -> Config:
    """The configuration in that file and environment, for these vendors. Raises ConfigError with all problems."""
    table = _file(path) if path is not None else {}
    return load_table(table, environ, entries, path.parent if path is not None else Path())


def load_table(
    table: Mapping[str, Any], environ: Mapping[str, str], entries: Iterable[Entry], directory: Path = Path()
) -> Config:
    """The same for a table already read; relative paths in it start at `directory`."""
    problems = Problems()
    table = dict(table)
    accounts, auth, limits = table.pop("accounts", {}), table.pop("auth", {}), table.pop("limits", {})
    top = _top(table, environ, directory, problems)
    by_vendor = {entry.vendor.value: entry for entry in entries}
    shared = {} if top is None or top.time_zone is None else {"time_zone": top.time_zone.key}
    known = read_accounts(accounts, environ, directory, by_vendor, problems, shared)
    bounds = read_limits(limits, environ, directory, problems)
    names = frozenset(accounts) if isinstance(accounts, dict) else frozenset()
    who = read_auth(auth, names, environ, directory, problems)
    if problems.found or top is None or bounds is None:
        raise ConfigError(problems.found)
    return Config(
        public_url=top.public_url.rstrip("/"),
        signing_keys=top.signing_keys or _passing_key(),
        lasting=bool(top.signing_keys),
        data_dir=top.data_dir,
        vault_key=top.vault_key,
        time_zone=top.time_zone or ZoneInfo("UTC"),
        allow_private_redirects=top.allow_private_redirects,
        idempotency_days=top.idempotency_days,
        write_seconds=top.write_seconds,
        write_lease_seconds=top.write_lease_seconds,
        max_upload_bytes=top.max_upload_bytes,
        max_files_per_request=top.max_files_per_request,
        max_spool_bytes=top.max_spool_bytes,
        watch_seconds=top.watch_seconds,
        watch_slowest_seconds=top.watch_slowest_seconds,
        log_format=top.log_format,
        otlp_endpoint=top.otlp_endpoint,
        drain_seconds=top.drain_seconds,
        replicas=top.replicas,
        deadline_seconds=top.deadline_seconds,
        max_deadline_seconds=top.max_deadline_seconds,
        explore=top.explore,
        http_profile=top.http_profile,
        cors_origins=top.cors_origins,
        documents=top.documents,
        auth=who,
        limits=bounds,
        accounts=tuple(known),
    )


@dataclass(frozen=True, slots=True)
class _Top:
    public_url: str
    data_dir: Path | None = None
    signing_keys: tuple[Secret, ...] = ()
    vault_key: Secret | None = None
    time_zone: ZoneInfo | None = None
    allow_private_redirects: bool = False
    idempotency_days: float = 7.0
    write_seconds: float = 30.0
    write_lease_seconds: float = 10.0
    max_upload_bytes: int = 300 * 1024 * 1024
    max_files_per_request: int = 50
    max_spool_bytes: int = 2 * 1024**3
    watch_seconds: float = 5.0
    watch_slowest_seconds: float = 60.0
    log_format: Literal["json", "text"] = "json"
    otlp_endpoint: str | None = None
    drain_seconds: float = 5.0
    replicas: int = 1
    deadline_seconds: float = 30.0
    max_deadline_seconds: float = 60.0
    explore: bool | None = None
    http_profile: Literal["2025", "draft"] = "2025"
    cors_origins: tuple[str, ...] = ()
    documents: Path | None = None


def _file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
        if len(content) > FILE_BYTES:
            raise ConfigError([f"{path}: is longer than {FILE_BYTES} bytes"])
        return tomllib.loads(content.decode())
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror or type(error).__name__})"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: is not UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at [^()]*\)$", str(error))  # the rest may quote what stands there
        raise ConfigError([f"{path}: is not TOML {where.group() if where else ''}".rstrip()]) from None


def _top(table: Mapping[str, Any], environ: Mapping[str, str], directory: Path, problems: Problems) -> _Top | None:
    known = keys(_Top)
    unknown(table, known, "", problems)
    # Others are let be: Kubernetes sets ORDER_GATEWAY_PORT and the like for a service of that name.
    over = {key: Typed(environ[PREFIX + key.upper()]) for key in known if environ.get(PREFIX + key.upper())}
    top = fill(_Top, overlaid(table, over), "", directory, problems)
    if top is None:
        return None
    if (wrong := address_problem(top.public_url)) is not None:
        problems.add("", "public_url", wrong)
    if top.otlp_endpoint is not None and (wrong := address_problem(top.otlp_endpoint)) is not None:
        problems.add("", "otlp_endpoint", wrong)
    for key, known_secrets in (("signing_keys", top.signing_keys), ("vault_key", (top.vault_key,))):
        if any(one is not None and len(one.reveal()) < KEY_LENGTH for one in known_secrets):
            problems.add("", key, f"must be at least {KEY_LENGTH} characters long")
    for origin in top.cors_origins:
        if (wrong := origin_problem(origin)) is not None:
            problems.add("", "cors_origins", wrong)
            break
    judge_numbers(top, TOP_RANGES, "", problems)
    if top.max_spool_bytes < top.max_upload_bytes:
        problems.add("", "max_spool_bytes", "must be at least max_upload_bytes, or the longest request never fits")
    if top.watch_slowest_seconds < top.watch_seconds:
        problems.add("", "watch_slowest_seconds", "must be at least watch_seconds")
    if top.max_deadline_seconds < top.deadline_seconds:
        problems.add("", "max_deadline_seconds", "must be at least deadline_seconds")
    return top


def _passing_key() -> tuple[Secret, ...]:
    log.warning("no signing_keys are set: links to files are signed with a key that dies with this process")
    return (Secret(secrets.token_hex(32)),)
