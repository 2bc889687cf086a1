"""Reads values out of a vendor's parsed JSON: leniently by default, with a named error where a row cannot do without.

Key case is forgiven. A missing key, null, and "" in a date, duration or enumeration all read as None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from gateway.errors import VendorBadAnswer
from gateway.model.values import KeyValue, Money, Notice

E = TypeVar("E", bound=Enum)

INT32 = range(-(2**31), 2**31)
TEXT_CAP = 20_000
NOTICE_CAP = 1_000
DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T{1,2}|\s)(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Row:
    """One JSON object. `where` names it in errors, e.g. "order lineItems[2]"; it holds no vendor text."""

    __slots__ = ("_folded", "_values", "where")

    def __init__(self, value: Any, where: str) -> None:
        self._values: Mapping[str, Any] = value if isinstance(value, dict) else {}
        self._folded: dict[str, Any] | None = None
        self.where = where

    def __bool__(self) -> bool:
        return bool(self._values)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._values.items())

    def get(self, *names: str) -> Any:
        """The raw value under the first of these names that has one, or None."""
        for name in names:
            value = self._values.get(name)
            if value is not None:
                return value
        if self._folded is None:
            self._folded = {key.lower(): value for key, value in self._values.items() if value is not None}
        for name in names:
            value = self._folded.get(name.lower())
            if value is not None:
                return value
        return None

    def has(self, name: str) -> bool:
        return self.get(name) is not None

    def text(self, *names: str) -> str | None:
        """A string; numbers and booleans become their JSON text, objects and lists read as None."""
        value = self.get(*names)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | Decimal):
            return str(value)[:TEXT_CAP]
        return None

    def filled(self, *names: str) -> str | None:
        """A string that says something: "" reads as None."""
        return self.text(*names) or None

    def required(self, *names: str) -> str:
        """A string without which the row is nothing; raises VendorBadAnswer. A boolean is no name of anything."""
        value = self.filled(*names)
        if value is None or isinstance(self.get(*names), bool):
            raise VendorBadAnswer(f"The vendor's {self.where} has no {names[0]}.")
        return value

    def integer(self, *names: str) -> int | None:
        """A 32-bit integer, also from text or a whole decimal."""
        number = self.decimal(*names)
        if number is None or number != number.to_integral_value() or int(number) not in INT32:
            return None
        return int(number)

    def identifier(self, *names: str) -> int | None:
        """An integer id in a vendor's answer where 0 means none."""
        return self.integer(*names) or None

    def decimal(self, *names: str) -> Decimal | None:
        value = self.get(*names)
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() and -30 < number.adjusted() < 30 else None

    def boolean(self, *names: str) -> bool | None:
        value = self.get(*names)
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower())
        if isinstance(value, int) and value in (0, 1):
            return bool(value)
        return None

    def money(self, name: str, currency: str | None) -> Money | None:
        amount = self.decimal(name)
        return None if amount is None else Money(amount, currency)

    def moment(self, *names: str, zone: tzinfo = UTC) -> datetime | None:
        """A date-time in UTC; one without a zone is of `zone`. The unset year 1 and the endless year 9999 are None."""
        return moment(self.text(*names), zone)

    def duration(self, *names: str) -> str | None:
        """An ISO 8601 duration as written, or None."""
        value = (self.filled(*names) or "").strip().upper()
        return value if DURATION.fullmatch(value) else None

    def word(self, table: Mapping[str, E], default: E, *names: str) -> tuple[E, str | None]:
        """A vendor's enum word by a literal table (keys folded by `fold`), and the word itself."""
        value = self.filled(*names)
        return (default, None) if value is None else (table.get(fold(value), default), value)

    def row(self, *names: str) -> Row:
        """The object under that name; an empty one where there is none."""
        return Row(self.get(*names), f"{self.where} {names[0]}")

    def rows(self, *names: str) -> tuple[Row, ...]:
        """The objects of the list under that name; what is no object is left out."""
        value = self.get(*names)
        if not isinstance(value, list):
            return ()
        return tuple(Row(v, f"{self.where} {names[0]}[{n}]") for n, v in enumerate(value) if isinstance(v, dict))

    def every(self, *names: str) -> tuple[Row, ...]:
        """The objects of the list under that name, where none may be missing; raises VendorBadAnswer if one is no
        object, or the whole no list."""
        found, value = self.rows(*names), self.get(*names)
        if value is not None and not (isinstance(value, list) and len(found) == len(value)):
            raise VendorBadAnswer(f"The vendor's {self.where} has {names[0]} that cannot be read.")
        return found

    def texts(self, *names: str) -> tuple[str, ...]:
        value = self.get(*names)
        return tuple(v[:TEXT_CAP] for v in value if isinstance(v, str)) if isinstance(value, list) else ()

    def pairs(self, *names: str) -> tuple[KeyValue, ...]:
        """An open object as keys and texts; what is nested shows as JSON-like text."""
        value = self.get(*names)
        if not isinstance(value, dict):
            return ()
        return tuple(KeyValue(str(k), plain(v)) for k, v in value.items() if v is not None)

    def notice(self, code: str, message: str) -> Notice | None:
        """A message for people, made safe to show; None where it says nothing."""
        known = Notice(self.filled(code), shown(self.filled(message)))
        return None if known.code is None and known.message is None else known


def fold(word: str) -> str:
    """A vendor's word without case, underscores and spaces, as the tables' keys are written."""
    return word.replace("_", "").replace(" ", "").replace("-", "").lower()


def shown(text: str | None) -> str | None:
    """Vendor text made fit for a screen: control and direction characters out, capped; None if nothing is left."""
    clean = CONTROL.sub("", text or "").strip()
    if not clean:
        return None
    return clean if len(clean) <= NOTICE_CAP else clean[: NOTICE_CAP - 1] + "…"


def one_line(text: str | None) -> str | None:
    """Vendor text as `shown`, for one line of a screen."""
    return " ".join((shown(text) or "").split()) or None


def plain(value: Any) -> str:
    """A value as text, whatever it is; what is nested too deeply to be told is not."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)[:TEXT_CAP]
    except RecursionError:
        return "…"


def moment(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """The forms all three vendors use: 0–9 fraction digits, `Z`, an offset or no zone, a doubled T, a bare day."""
    found = MOMENT.fullmatch(text.strip()) if text else None
    if found is None:
        day = DAY.fullmatch(text.strip()) if text else None
        if day is None:
            return None
        numbers, fraction, offset = (*map(int, day.groups()), 0, 0, 0), "", None
    else:
        numbers = tuple(int(part or 0) for part in found.groups()[:6])
        fraction, offset = found.group(7) or "", found.group(8)
    try:
        year, month, day_, hour, minute, second = numbers
        value = datetime(year, month, day_, hour, minute, min(second, 59), int(fraction[:6].ljust(6, "0")), zone)
        if offset and offset.upper() != "Z":
            value = datetime.fromisoformat(value.replace(tzinfo=None).isoformat() + offset)
        elif offset:
            value = value.replace(tzinfo=UTC)
        value = value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return value if 1 < value.year < 9999 else None
