"""Reading query parameters: with or without `model.`, in any letter case, repeated for lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gateway.sandbox.sellercloud.enums import Table, by_name
from gateway.sandbox.sellercloud.fields import INT32
from gateway.sandbox.sellercloud.notation import parse_date
from gateway.sandbox.sellercloud.wire import Refused, invalid


class Query:
    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self.values: dict[str, list[str]] = {}
        self.spelled: dict[str, str] = {}
        for key, value in items:
            name = key.lower().removeprefix("model.")
            self.values.setdefault(name, []).append(value)
            self.spelled.setdefault(name, key)

    def unknown(self, known: frozenset[str]) -> list[str]:
        """As the caller spelled them."""
        return [spelled for name, spelled in self.spelled.items() if name not in known]

    def texts(self, name: str) -> list[str]:
        return [value for value in self.values.get(name.lower(), ()) if value.strip()]

    def text(self, name: str) -> str | None:
        return next(iter(self.texts(name)), None)

    def integers(self, name: str) -> list[int]:
        return [self._integer(name, value) for value in self.texts(name)]

    def integer(self, name: str) -> int | None:
        return next(iter(self.integers(name)), None)

    def date(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        moment = parse_date(text)
        if moment is None:
            raise self._invalid(name, text)
        return moment

    def enums(self, name: str, table: Table) -> list[int]:
        """Names the enum lacks are left out: an unknown filter value filters nothing. So does -1, "all"."""
        found = [by_name(table, value) for value in self.texts(name)]
        values = [value for value in found if value is not None]
        return [] if -1 in values else values

    def enum(self, name: str, table: Table) -> int | None:
        return next(iter(self.enums(name, table)), None)

    def _integer(self, name: str, value: str) -> int:
        digits = value.strip().removeprefix("-")
        if not (digits.isascii() and digits.isdecimal()) or len(digits) > 10 or int(digits) > INT32:
            raise self._invalid(name, value)
        return int(value)

    def _invalid(self, name: str, value: str) -> Refused:
        spelled = self.spelled.get(name.lower(), name)
        return invalid({spelled: [f"The value '{value[:100]}' is not valid for {spelled}."]})
