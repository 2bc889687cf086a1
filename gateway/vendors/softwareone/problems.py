"""What an error body of the Marketplace means: its problem document, or the short body of the gateway before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import httpx

from gateway.errors import GatewayError, NotFound, VendorBadAnswer, VendorRefused
from gateway.upstream.answer import general
from gateway.vendors.reading import Row, shown
from gateway.vendors.softwareone.mapping_parts import notice

CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRACE: Final = re.compile(r"[0-9A-Za-z-]{1,80}")
MAX_ERRORS: Final = 20
PROPERTY_LENGTH: Final = 200


def explain(status: int, headers: httpx.Headers, body: Any) -> GatewayError | None:
    """The error that an answer is, also behind a 200; None for one that is none or says no more than its status.

    The vendor's code stands after `#` in `type` (domain rules have one, queries have none). Texts stay out of its
    message; a refusal keeps them apart, for whoever filled in what was refused.
    """
    if not isinstance(body, dict):
        return None
    stated = stated_status(body)
    if stated is None and status < 400:
        return None
    error = general(status if status >= 400 else stated or status, headers, readable=True)
    if error is None:
        return VendorBadAnswer("The vendor's answer says that it failed, and its status that it did not.")
    error.vendor_code = matched(CODE, str(body.get("type", "")).partition("#")[2])
    error.correlation_id = matched(TRACE, body.get("traceId"))
    if isinstance(error, VendorRefused | NotFound):
        errors = list(single_errors(body))
        error.told = told(body, [text for text, _ in errors if text])
        error.properties = tuple(dict.fromkeys(name for _, names in errors for name in names))
    return error


def told(body: dict[str, Any], messages: list[str]) -> str | None:
    """What the vendor says of a refusal, in one line: its single errors, else the document's own words."""
    row = Row(body, "problem")
    own = (row.filled(name) for name in ("detail", "details", "title", "message"))
    text = "; ".join(dict.fromkeys(messages)) or next(filter(None, own), "")
    return shown(" ".join(text.split()))


def single_errors(body: dict[str, Any]) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """The text and the properties of each error: a list of domain errors, or a map from properties to texts."""
    errors = body.get("errors")
    if isinstance(errors, list):
        for row in Row(body, "problem").rows("errors")[:MAX_ERRORS]:
            message = notice(row)
            names = (named(name) for name in row.texts("properties")[:MAX_ERRORS])
            yield message.message if message else None, tuple(name for name in names if name)
    elif isinstance(errors, dict):
        for name, texts in list(errors.items())[:MAX_ERRORS]:
            known = named(name)
            text = "; ".join(
                Row({"texts": [texts] if isinstance(texts, str) else texts}, "problem").texts("texts")[:MAX_ERRORS]
            )
            yield f"{known}: {text}" if known and text else text, (known,) if known else ()


def named(name: str) -> str | None:
    """A property's name, where it looks like one: `$` alone is the whole body."""
    clean = shown(name)
    return clean if clean and clean != "$" and len(clean) <= PROPERTY_LENGTH else None


def stated_status(body: dict[str, Any]) -> int | None:
    """The HTTP status that an error body names. A thing's own `status` is a word, so it is not taken for one."""
    for name in ("status", "statusCode"):
        value = body.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
            return value
    return None


def matched(form: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None
