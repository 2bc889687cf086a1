"""The accounts' tables of the configuration: `[accounts.<name>]`, each with the settings of its vendor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.addresses import address_problem
from gateway.tables import Problems, fill, judge_numbers, keys, overlaid, overrides, unknown
from gateway.vendors.base import Entry, Limits

ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
NAME_LENGTH: Final = 100
OWN_ACCOUNT_KEYS: Final = frozenset({"vendor", "id"})
ADDRESSES: Final = ("base_url", "authority")
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "timeout_seconds": (0.1, 300),
    "max_concurrency": (1, 256),
    "max_answer_bytes": (1024, 1024**3),
    "max_retries": (0, 10),
    "retry_seconds": (0, 10),
    "cache_seconds": (0, 3_600),
}


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """`settings` is an instance of the entry's own settings class."""

    id: str
    name: str
    entry: Entry
    settings: Any
    limits: Limits = field(default_factory=Limits)


def read_accounts(
    tables: Any,
    environ: Mapping[str, str],
    directory: Path,
    entries: Mapping[str, Entry],
    problems: Problems,
    shared: Mapping[str, str],
) -> list[AccountConfig]:
    """The accounts in these tables, of those vendors. `shared` are values for settings that an account leaves out; what
    is wrong is noted."""
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        problems.add("", "accounts", "must be tables, one for each account")
        return []
    if not tables:
        problems.add("", "accounts", "there is none")
    over = overrides("accounts", tables, environ, problems)
    found: list[AccountConfig] = []
    for name, table in tables.items():
        account = _account(name, overlaid(table, over[name]), directory, entries, problems, shared)
        if account is not None:
            if any(other.id == account.id for other in found):
                problems.add(f"accounts.{name}", "id", "is another account's id too")
            found.append(account)
    return found


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
        judge_numbers(limits, RANGES, where, problems)
    if len(problems.found) > before or limits is None:
        return None
    return AccountConfig(str(id_), name, entry, settings, limits)


def _judge_settings(settings: Any, where: str, problems: Problems) -> None:
    """Addresses must be safe; rules across keys are the vendor's own: `validate() -> [(key, problem)]`."""
    for key in ADDRESSES:
        value = getattr(settings, key, None)
        if isinstance(value, str) and (wrong := address_problem(value)) is not None:
            problems.add(where, key, wrong)
    validate = getattr(settings, "validate", None)
    for key, problem in validate() if validate is not None else ():
        problems.add(where, key, problem)
