"""Conditions of the Marketplace's query language, as values that render to a query string.

    and_(eq("status", "Draft"), gt("audit.created.at", moment)).text

Strings are quoted, because a bare word is first tried as a property; a quote inside is possible by delimiting with the
other one, and the language has no other escape. All of a value is percent-encoded, also what a URL would allow, so
that no reader of the raw query takes a part of it for structure. Sources: the vendor's pages on RQL, and its
open-source reader (mpt-rql-net).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from gateway.errors import FilterNotSupported

MILLISECOND: Final = timedelta(milliseconds=1)
Value = str | datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter; `text` goes into a query string as it is."""

    text: str


def eq(path: str, value: Value) -> Condition:
    return _comparison("eq", path, value)


def ne(path: str, value: Value) -> Condition:
    return _comparison("ne", path, value)


def lt(path: str, value: Value) -> Condition:
    return _comparison("lt", path, value)


def le(path: str, value: Value) -> Condition:
    return _comparison("le", path, value)


def gt(path: str, value: Value) -> Condition:
    return _comparison("gt", path, value)


def ge(path: str, value: Value) -> Condition:
    return _comparison("ge", path, value)


def in_(path: str, values: Iterable[str]) -> Condition:
    """One of `values`, of which there must be one: the vendor refuses an empty list."""
    return Condition(f"in({path},({','.join(map(literal, values))}))")


def out(path: str, values: Iterable[str]) -> Condition:
    """None of `values`, of which there must be one."""
    return Condition(f"out({path},({','.join(map(literal, values))}))")


def contains(path: str, text: str) -> Condition:
    """`text` somewhere in the value, in any case; raises FilterNotSupported for what no pattern can say.

    A star is a wildcard at the ends of a pattern alone, so one inside stands for itself. Only a backslash before a star
    cannot be told from an escaped star, also at the end of `text`, where the pattern's own star follows.
    """
    if "\\*" in text + "*":
        raise FilterNotSupported("The vendor cannot search for a backslash before a star or at the end.")
    return Condition(f"ilike({path},{literal(f'*{text}*')})")


def and_(*conditions: Condition) -> Condition:
    return _group("and", conditions)


def or_(*conditions: Condition) -> Condition:
    return _group("or", conditions)


def literal(value: Value) -> str:
    """The value in quotes, percent-encoded. Raises FilterNotSupported for what the language cannot say."""
    text = milliseconds_text(value) if isinstance(value, datetime) else value
    mark = '"' if '"' not in text else "'"
    if mark in text:
        raise FilterNotSupported("The vendor cannot be asked for a text that has both kinds of quotation marks.")
    try:
        return quote(mark + text + mark, safe="")
    except UnicodeEncodeError:
        raise FilterNotSupported("The vendor cannot be asked for a text that is not Unicode.") from None


def floor(moment: datetime) -> datetime:
    """The last whole millisecond not after `moment`: the vendor's times go no finer."""
    return moment - timedelta(microseconds=moment.microsecond % 1000)


def ceiling(moment: datetime) -> datetime:
    """The first whole millisecond not before `moment`."""
    whole = floor(moment)
    return whole if whole == moment else whole + MILLISECOND


def milliseconds_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _comparison(operator: str, path: str, value: Value) -> Condition:
    return Condition(f"{operator}({path},{literal(value)})")


def _group(operator: str, conditions: tuple[Condition, ...]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    return Condition(f"{operator}({','.join(condition.text for condition in conditions)})")
