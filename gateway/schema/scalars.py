"""The graph's scalars, each with the specification of its text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from gateway.vendors.reading import moment

Duration = NewType("Duration", str)
URL = NewType("URL", str)
CurrencyCode = NewType("CurrencyCode", str)


def date_time_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def date_time(value: object) -> datetime:
    """A client's date-time; a zone is required, for an hour off is an order lost."""
    parsed = moment(value) if isinstance(value, str) and value[-1:].isascii() and zoned(value) else None
    if parsed is None:
        raise ValueError("a DateTime is RFC 3339 text with a zone, for example 2026-03-05T09:15:30Z")
    return parsed


def zoned(text: str) -> bool:
    time = text.partition("T")[2].upper()
    return time.endswith("Z") or "+" in time or "-" in time


def decimal(value: object) -> Decimal:
    try:
        number = Decimal(value if isinstance(value, str | int) else str(value))
    except InvalidOperation:
        raise ValueError("a Decimal is a number, best as text") from None
    if isinstance(value, bool) or not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError("a Decimal is a finite number, best as text")
    return number


def decimal_text(value: Decimal) -> str:
    return format(value, "f")


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, as RFC 3339 text; answers are in UTC and end in Z, inputs name their zone.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=date_time_text,
        parse_value=date_time,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, as text: no binary rounding on the way.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-6",
        serialize=decimal_text,
        parse_value=decimal,
    ),
    Duration: strawberry.scalar(
        name="Duration",
        description="A length of time, as an ISO 8601 duration: P1M, P1Y, P3Y.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
        serialize=str,
        parse_value=str,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute URL.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
        parse_value=str,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency by its three letters.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
        parse_value=str,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value; only where a vendor publishes no shape.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
