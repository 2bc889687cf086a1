"""Reading a JSON body as ASP.NET binds it: keys in any letter case, null like absent, errors gathered as ModelState."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.sandbox.sellercloud.enums import Table, by_name
from gateway.sandbox.sellercloud.notation import parse_date
from gateway.sandbox.sellercloud.wire import invalid, not_implemented

INT32 = 2**31 - 1
MOST = 10**12  # of any amount of money
MODEL = "model"


class Fields:
    """One JSON object of a body. Readers give None for what is absent, null or wrong; `check` refuses the wrong."""

    def __init__(
        self,
        data: Any,
        known: tuple[str, ...],
        strict: bool,
        prefix: str = MODEL,
        errors: dict[str, list[str]] | None = None,
    ) -> None:
        self.prefix = prefix
        self.strict = strict
        self.errors: dict[str, list[str]] = {} if errors is None else errors
        if not isinstance(data, dict):
            self._wrong("", "A JSON object is required.")
            data = {}
        names = {name.lower() for name in known}
        unknown = sorted(key for key in data if key.lower() not in names)
        if unknown and strict:
            raise not_implemented(f"the field {prefix}.{unknown[0][:100]}")
        self.values = {key.lower(): value for key, value in data.items()}

    def check(self) -> None:
        if self.errors:
            raise invalid(self.errors)

    def has(self, name: str) -> bool:
        return self.values.get(name.lower()) is not None

    def integer(self, name: str, required: bool = False) -> int | None:
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > INT32:
            self._wrong(name, "An integer is required.")
            return None
        return value

    def boolean(self, name: str, required: bool = False) -> bool | None:
        value = self._value(name, required)
        if value is None or isinstance(value, bool):
            return value
        self._wrong(name, "A boolean is required.")
        return None

    def decimal(self, name: str, required: bool = False) -> Decimal | None:
        value = self._value(name, required)
        if value is None:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and abs(Decimal(value)) <= MOST:
            return Decimal(value)
        self._wrong(name, "A number is required.")
        return None

    def text(self, name: str, required: bool = False, limit: int = 4000) -> str | None:
        value = self._value(name, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self._wrong(name, "A string is required.")
            return None
        if len(value) > limit:
            self._wrong(name, f"The field must be a string with a maximum length of {limit}.")
            return None
        if required and not value.strip():
            self._wrong(name, f"The {name} field is required.")
            return None
        return value

    def date(self, name: str, required: bool = False) -> datetime | None:
        text = self.text(name, required)
        if text is None:
            return None
        moment = parse_date(text)
        if moment is None:
            self._wrong(name, "A date is required.")
        return moment

    def enum(self, name: str, table: Table, required: bool = False) -> int | None:
        """The name or the int."""
        value = self._value(name, required)
        if value is None:
            return None
        found = by_name(table, str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
        if found in table:
            return found
        self._wrong(name, f"Error converting value {str(value)[:50]!r} to the enum.")
        return None

    def integers(self, name: str, required: bool = False) -> list[int]:
        values = self.items(name, required)
        if all(isinstance(v, int) and not isinstance(v, bool) and abs(v) <= INT32 for v in values):
            return values
        self._wrong(name, "A list of integers is required.")
        return []

    def items(self, name: str, required: bool = False) -> list[Any]:
        """An empty list is as good as none where one is required."""
        value = self._value(name, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong(name, "A list is required.")
            return []
        if required and not value:
            self._wrong(name, f"The {name} field is required.")
        return value

    def objects(self, name: str, known: tuple[str, ...], required: bool = False) -> Iterator[Fields]:
        for index, item in enumerate(self.items(name, required)):
            yield Fields(item, known, self.strict, f"{self.prefix}.{name}[{index}]", self.errors)

    def object(self, name: str, known: tuple[str, ...]) -> Fields | None:
        if not self.has(name):
            return None
        return Fields(self.values[name.lower()], known, self.strict, f"{self.prefix}.{name}", self.errors)

    def wrong(self, name: str, message: str) -> None:
        self._wrong(name, message)

    def _value(self, name: str, required: bool) -> Any:
        value = self.values.get(name.lower())
        if value is None and required:
            self._wrong(name, f"The {name} field is required.")
        return value

    def _wrong(self, name: str, message: str) -> None:
        self.errors.setdefault(f"{self.prefix}.{name}" if name else self.prefix, []).append(message)
