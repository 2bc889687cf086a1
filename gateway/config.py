"""The configuration: one TOML file and the environment, read once at start into a frozen `Config`.

Every top-level key can be set or replaced as ORDER_GATEWAY_<KEY>, every key of an account as
ORDER_GATEWAY_ACCOUNTS__<NAME>__<KEY> (the name in capitals, everything but letters and digits as "_"); lists are
separated by commas. An empty variable counts as not set. Relative paths start where the TOML file is.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from gateway.policy import Auth, read_auth, read_limits
from gateway.policy import Limits as GraphLimits
from gateway.secret import Secret
from gateway.tables import Problems, Typed, fill, keys, overlaid, unknown
from gateway.vendors.base import Entry, Limits

log = logging.getLogger("gateway.config")

PREFIX: Final = "ORDER_GATEWAY_"
ACCOUNTS_PREFIX: Final = PREFIX + "ACCOUNTS__"
FILE_BYTES: Final = 1024 * 1024
ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
NAME_LENGTH: Final = 100
KEY_LENGTH: Final = 16
OWN_ACCOUNT_KEYS: Final = frozenset({"vendor", "id"})
ADDRESSES: Final = ("base_url", "authority")
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "timeout_seconds": (0.1, 300),
    "max_concurrency": (1, 256),
    "max_answer_bytes": (1024, 1024**3),
}
TOP_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "idempotency_days": (0.0001, 400),
    "write_seconds": (0.1, 300),
    "write_lease_seconds": (0.5, 300),
    "max_upload_bytes": (1024, 1024**4),
    "max_files_per_request": (1, 100),
    "max_spool_bytes": (1024, 1024**5),
}


class ConfigError(Exception):
    """All that is wrong with the configuration, one line each, each naming its key and quoting no value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """`settings` is an instance of the entry's own settings class."""

    id: str
    name: str
    entry: Entry
    settings: Any
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`public_url` has no slash at its end. `signing_keys`: the first signs, all are accepted; not `lasting` where they
    were made up for this process alone. `explore`: introspection, suggestions and the explorer page; None means where
    there is no authentication. `documents`: the manifest of those that alone may run."""

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
    log_format: Literal["json", "text"] = "json"
    explore: bool | None = None
    http_profile: Literal["2025", "draft"] = "2025"
    cors_origins: tuple[str, ...] = ()
    documents: Path | None = None
    auth: Auth = field(default_factory=Auth)
    limits: GraphLimits = field(default_factory=GraphLimits)
    accounts: tuple[AccountConfig, ...] = ()


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
    known = _accounts(accounts, environ, directory, {entry.vendor.value: entry for entry in entries}, problems, top)
    graph_limits = read_limits(limits, directory, problems)
    who = read_auth(auth, frozenset(account.name for account in known), directory, problems)
    if problems.found or top is None or graph_limits is None:
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
        log_format=top.log_format,
        explore=top.explore,
        http_profile=top.http_profile,
        cors_origins=top.cors_origins,
        documents=top.documents,
        auth=who,
        limits=graph_limits,
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
    log_format: Literal["json", "text"] = "json"
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
    if (wrong := _address_problem(top.public_url)) is not None:
        problems.add("", "public_url", wrong)
    for key, known_secrets in (("signing_keys", top.signing_keys), ("vault_key", (top.vault_key,))):
        if any(one is not None and len(one.reveal()) < KEY_LENGTH for one in known_secrets):
            problems.add("", key, f"must be at least {KEY_LENGTH} characters long")
    _judge_numbers(top, TOP_RANGES, "", problems)
    if top.max_spool_bytes < top.max_upload_bytes:
        problems.add("", "max_spool_bytes", "must be at least max_upload_bytes, or the longest request never fits")
    return top


def _accounts(
    tables: Any,
    environ: Mapping[str, str],
    directory: Path,
    entries: Mapping[str, Entry],
    problems: Problems,
    top: _Top | None,
) -> list[AccountConfig]:
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        problems.add("", "accounts", "must be tables, one for each account")
        return []
    if not tables:
        problems.add("", "accounts", "there is none")
    over = _overrides(tables, environ, problems)
    shared = {} if top is None or top.time_zone is None else {"time_zone": top.time_zone.key}
    found: list[AccountConfig] = []
    for name, table in tables.items():
        account = _account(name, overlaid(table, over[name]), directory, entries, problems, shared)
        if account is not None:
            if any(other.id == account.id for other in found):
                problems.add(f"accounts.{name}", "id", "is another account's id too")
            found.append(account)
    return found


def _overrides(names: Iterable[str], environ: Mapping[str, str], problems: Problems) -> dict[str, dict[str, Typed]]:
    """For each account, the keys that the environment sets."""
    by_variable: dict[str, list[str]] = {}
    for name in names:
        by_variable.setdefault(re.sub(r"[^A-Z0-9]", "_", name.upper()), []).append(name)
    over: dict[str, dict[str, Typed]] = {name: {} for name in names}
    for variable, value in environ.items():
        if not variable.startswith(ACCOUNTS_PREFIX) or not value:
            continue
        account, separator, key = variable.removeprefix(ACCOUNTS_PREFIX).rpartition("__")
        meant = by_variable.get(account, []) if separator else []
        if len(meant) == 1:
            over[meant[0]][key.lower()] = Typed(value)
        else:
            problems.add("", variable, "fits several accounts" if meant else "fits no account")
    return over


def _account(
    name: str,
    table: dict[str, Any],
    directory: Path,
    entries: Mapping[str, Entry],
    problems: Problems,
    shared: Mapping[str, str],
) -> AccountConfig | None:
    where = f"accounts.{name}"
    if not name.isprintable() or not 0 < len(name) <= NAME_LENGTH:
        problems.add("", "accounts", f"a name is empty, longer than {NAME_LENGTH} characters, or not printable")
        return None
    vendor = table.get("vendor")
    entry = entries.get(str(vendor)) if isinstance(vendor, str) else None
    if entry is None:
        problems.add(
            where, "vendor", ("is missing; " if vendor is None else "") + "must be one of " + ", ".join(entries)
        )
        return None
    before = len(problems.found)
    own = keys(entry.settings)
    unknown(table, own | keys(Limits) | OWN_ACCOUNT_KEYS, where, problems)
    id_ = table.get("id", name)
    if not isinstance(id_, str) or not ID.fullmatch(id_):
        problems.add(where, "id", "must be 1 to 64 letters, digits, dots, underscores or hyphens")
    inherited = {key: value for key, value in shared.items() if key in own}
    settings = fill(entry.settings, inherited | table, where, directory, problems)
    limits = fill(Limits, table, where, directory, problems)
    if settings is not None:
        _judge_settings(settings, where, problems)
    if limits is not None:
        _judge_numbers(limits, RANGES, where, problems)
    if len(problems.found) > before or limits is None:
        return None
    return AccountConfig(str(id_), name, entry, settings, limits)


def _judge_settings(settings: Any, where: str, problems: Problems) -> None:
    """Addresses must be safe; rules across keys are the vendor's own: `validate() -> [(key, problem)]`."""
    for key in ADDRESSES:
        value = getattr(settings, key, None)
        if isinstance(value, str) and (wrong := _address_problem(value)) is not None:
            problems.add(where, key, wrong)
    validate = getattr(settings, "validate", None)
    for key, problem in validate() if validate is not None else ():
        problems.add(where, key, problem)


def _judge_numbers(known: object, ranges: Mapping[str, tuple[float, float]], where: str, problems: Problems) -> None:
    for key, (least, most) in ranges.items():
        if not least <= getattr(known, key) <= most:
            problems.add(where, key, f"must be from {least:g} to {most:.0f}")


def _address_problem(text: str) -> str | None:
    """What is wrong with an address that logins are sent to, or that clients are sent back to."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("https", "http") or not host or not text.isprintable() or " " in text:
        return "must be an https address"
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "must hold no login, query or fragment"
    if parts.scheme == "http" and not _is_loopback(host):
        return "must be https; http is for loopback addresses only"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _passing_key() -> tuple[Secret, ...]:
    log.warning("no signing_keys are set: links to files are signed with a key that dies with this process")
    return (Secret(secrets.token_hex(32)),)
