"""The graph's scalars, each with the specification of its text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, NewType
from urllib.parse import urlsplit

import orjson
import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from gateway.store.spool import SpooledFile
from gateway.vendors.reading import DURATION, moment

Duration = NewType("Duration", str)
URL = NewType("URL", str)
CurrencyCode = NewType("CurrencyCode", str)
Upload = NewType("Upload", SpooledFile)


CURRENCY: Final = re.compile(r"[A-Z]{3}")
MAX_URL: Final = 2_000


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


def duration(value: object) -> str:
    text = value.strip().upper() if isinstance(value, str) else ""
    if len(text) > 40 or not DURATION.fullmatch(text):
        raise ValueError("a Duration is ISO 8601 text, for example P1Y")
    return text


def currency(value: object) -> str:
    text = value.strip().upper() if isinstance(value, str) else ""
    if not CURRENCY.fullmatch(text):
        raise ValueError("a CurrencyCode has three letters, for example EUR")
    return text


def url(value: object) -> str:
    """An absolute address; whether it may be used is decided where it is."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if not (parts.scheme and parts.netloc) or len(text) > MAX_URL or not text.isprintable() or " " in text:
        raise ValueError(f"a URL is an absolute address of at most {MAX_URL} characters")
    return text


def upload(value: object) -> SpooledFile:
    if not isinstance(value, SpooledFile):
        raise ValueError("an Upload is a file of a multipart request, and null in its variables")
    return value


def any_json(value: object) -> object:
    try:
        orjson.dumps(value)
    except TypeError:  # a file may have been put there
        raise ValueError("a JSON value holds JSON alone") from None
    return value


def never_shown(value: object) -> object:
    raise ValueError("an Upload is for input alone")


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
        parse_value=duration,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute URL.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
        parse_value=url,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency by its three letters.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
        parse_value=currency,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file, sent beside the operation by the GraphQL multipart request specification.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        serialize=never_shown,
        parse_value=upload,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value; only where a vendor publishes no shape.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=any_json,
    ),
}
