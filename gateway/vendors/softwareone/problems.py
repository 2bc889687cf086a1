"""What an error body of the Marketplace means: its problem document, or the short body of the gateway before it."""

from __future__ import annotations

import re
from typing import Any, Final

import httpx

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.upstream.answer import general

CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
TRACE: Final = re.compile(r"[0-9A-Za-z-]{1,80}")


def explain(status: int, headers: httpx.Headers, body: Any) -> GatewayError | None:
    """The error that an answer is, also behind a 200; None for one that is none or says no more than its status.

    The vendor's code stands after `#` in `type` (domain rules have one, queries have none); texts are left behind.
    """
    if not isinstance(body, dict):
        return None
    told = stated_status(body)
    if told is None and status < 400:
        return None
    error = general(status if status >= 400 else told or status, headers, readable=True)
    if error is None:
        return VendorBadAnswer("The vendor's answer says that it failed, and its status that it did not.")
    error.vendor_code = matched(CODE, str(body.get("type", "")).partition("#")[2])
    error.correlation_id = matched(TRACE, body.get("traceId"))
    return error


def stated_status(body: dict[str, Any]) -> int | None:
    """The HTTP status that an error body names. A thing's own `status` is a word, so it is not taken for one."""
    for name in ("status", "statusCode"):
        value = body.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
            return value
    return None


def matched(form: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None
