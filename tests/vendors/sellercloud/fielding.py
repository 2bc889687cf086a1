"""How a row of the table of fields is written down for Sellercloud."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from gateway.model.values import Money
from tests.vendors.fieldrow import FieldRow
from tests.vendors.sellercloud.samples import Sample


def field(
    section: str,
    name: str,
    type_: str,
    homes: str,
    value: Callable[[Sample], object],
    expect: object,
    note: str = "",
) -> FieldRow:
    return FieldRow(section, name, type_, tuple(homes.split()), value, expect, note)


def money(text: str, currency: str | None = None) -> Money:
    return Money(Decimal(text), currency)
