"""The tables of the configuration that say who may come in: `[auth.issuers.<name>]` and `[auth.keys.<name>]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from gateway.addresses import address_problem
from gateway.model.principal import Role
from gateway.policy import ALL, Access, ApiKey, Auth, Issuer
from gateway.tables import Problems, Typed, Wrong, fill, judge_numbers, keys, overlaid, overrides, texts, unknown

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
ISSUER_RANGES: Final[Mapping[str, tuple[float, float]]] = {"clock_skew_seconds": (0, 300)}
Named = TypeVar("Named", Issuer, ApiKey)


def read_auth(
    table: Any, accounts: frozenset[str], environ: Mapping[str, str], directory: Path, problems: Problems
) -> Auth:
    """The `[auth]` table; `accounts` are the names that its tables may speak of. What is wrong is noted."""
    if not isinstance(table, dict):
        problems.add("", "auth", "must be a table")
        return Auth()
    unknown(table, keys(Auth), "auth", problems)
    issuers = [
        _issuer(name, one, accounts, directory, problems)
        for name, one in _named("auth.issuers", table.get("issuers", {}), environ, problems)
    ]
    api_keys = [
        _key(name, one, accounts, directory, problems)
        for name, one in _named("auth.keys", table.get("keys", {}), environ, problems)
    ]
    auth = Auth(
        tuple(issuer for issuer in issuers if issuer is not None), tuple(key for key in api_keys if key is not None)
    )
    _judge_twins({issuer.name: (issuer.issuer,) for issuer in auth.issuers}, "auth.issuers", "issuer", problems)
    _judge_twins({key.name: key.sha256 for key in auth.keys}, "auth.keys", "sha256", problems)
    return auth


def _named(where: str, tables: Any, environ: Mapping[str, str], problems: Problems) -> list[tuple[str, dict[str, Any]]]:
    """The tables of that place by their names, with what the environment says."""
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        problems.add("", where, "must be tables, each with a name")
        return []
    # Principals are named after them, so no name may hold what sets the parts of a principal's name apart.
    if not all(NAME.fullmatch(name) for name in tables):
        problems.add("", where, "a name must be 1 to 64 letters, digits, underscores or hyphens")
        return []
    over = overrides(where, tables, environ, problems)
    return [(name, overlaid(one, over[name])) for name, one in tables.items()]


def _issuer(
    name: str, table: dict[str, Any], accounts: frozenset[str], directory: Path, problems: Problems
) -> Issuer | None:
    where = f"auth.issuers.{name}"
    access = _access(table, accounts, where, problems)
    issuer = _filled(Issuer, name, table, where, directory, problems)
    if name == "key":
        problems.add("", where, "must have another name: this one stands for keys")
    if issuer is None or access is None:
        return None
    if (wrong := address_problem(issuer.issuer)) is not None:
        problems.add(where, "issuer", wrong)
    if issuer.jwks_url is not None and (wrong := address_problem(issuer.jwks_url, with_query=True)) is not None:
        problems.add(where, "jwks_url", wrong)
    for key in ("audience", "algorithms"):
        if not getattr(issuer, key):
            problems.add(where, key, "names none")
    judge_numbers(issuer, ISSUER_RANGES, where, problems)
    return replace(issuer, access=access)


def _key(
    name: str, table: dict[str, Any], accounts: frozenset[str], directory: Path, problems: Problems
) -> ApiKey | None:
    where = f"auth.keys.{name}"
    access = _access(table, accounts, where, problems)
    if isinstance(table.get("sha256"), str):
        table = table | {"sha256": Typed(table["sha256"])}  # most keys have one alone
    key = _filled(ApiKey, name, table, where, directory, problems)
    if key is None or access is None:
        return None
    sees = bool(access.accounts or access.customers)
    digests = tuple(digest.lower() for digest in key.sha256)
    if not digests or not all(SHA256.fullmatch(digest) for digest in digests):
        problems.add(where, "sha256", "must be 64 hexadecimal digits, as `order-gateway key` prints them")
    if key.role is Role.CLIENT and not key.scopes:
        problems.add(where, "scopes", "a client needs one at least")
    if key.role is Role.CLIENT and not sees:
        problems.add(where, "accounts", "there is nothing that this key sees")
    if key.role is Role.MONITOR and (key.scopes or sees):
        problems.add(where, "role", "a monitor reads figures alone: it takes no scopes, accounts or customers")
    return replace(key, access=access, sha256=digests)


def _filled(
    cls: type[Named], name: str, table: Mapping[str, Any], where: str, directory: Path, problems: Problems
) -> Named | None:
    own = keys(cls) - {"name", "access"}
    unknown(table, own | keys(Access), where, problems)
    return fill(
        cls, {key: value for key, value in table.items() if key in own} | {"name": name}, where, directory, problems
    )


def _access(table: Mapping[str, Any], accounts: frozenset[str], where: str, problems: Problems) -> Access | None:
    before = len(problems.found)
    whole = _texts(table.get("accounts", []), where, "accounts", problems)
    if ALL in whole and len(whole) > 1:
        problems.add(where, "accounts", f'"{ALL}" stands alone')
    elif any(name not in accounts for name in whole if name != ALL):
        problems.add(where, "accounts", "names an account that is not there")
    customers = table.get("customers", {})
    if not isinstance(customers, dict):
        problems.add(where, "customers", "must be a table: the customer keys of each account")
        return None
    seen = {name: _texts(given, f"{where}.customers", name, problems) for name, given in customers.items()}
    for name, given in seen.items():
        if name not in accounts:
            problems.add(f"{where}.customers", name[:100], "is no account")
        elif name in whole or ALL in whole:
            problems.add(f"{where}.customers", name, "is an account that is seen whole")
        elif not given and isinstance(customers[name], list):
            problems.add(f"{where}.customers", name, "names no customer")
    return Access(accounts=whole, customers=seen) if len(problems.found) == before else None


def _texts(value: Any, where: str, key: str, problems: Problems) -> tuple[str, ...]:
    try:
        return texts(value)
    except Wrong as wrong:
        problems.add(where, key[:100], str(wrong))
        return ()


def _judge_twins(values: Mapping[str, tuple[str, ...]], where: str, key: str, problems: Problems) -> None:
    """Notes each name that has a value which another one before it has too."""
    seen: set[str] = set()
    for name, own in values.items():
        if not seen.isdisjoint(own):
            problems.add(f"{where}.{name}", key, "is another one's too")
        seen.update(own)
