"""What an answer's status means where the vendor's own error body does not say more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from gateway.errors import (
    GatewayError,
    NotFound,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)

LONGEST_RETRY_AFTER: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the parsed JSON with Decimal for non-integers; None when the answer was empty."""

    status: int
    headers: httpx.Headers
    body: Any


def overloaded(status: int, headers: httpx.Headers) -> GatewayError | None:
    """The error of a vendor that cannot answer now (408, 429, 5xx), whatever the body; None for other statuses."""
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Throttled("The vendor asks for fewer calls.", retry_after=retry_after(headers))
    if status == httpx.codes.REQUEST_TIMEOUT or status >= 500:
        return VendorUnavailable("The vendor cannot answer now.", retry_after=retry_after(headers))
    return None


def general(status: int, headers: httpx.Headers, *, readable: bool) -> GatewayError | None:
    """The error that a status means by itself; None for 2xx. `readable`: the body was JSON or empty.

    A page of HTML with 404 comes from something before the vendor's API, so it does not say that a thing is not there.
    """
    trouble = overloaded(status, headers)
    if trouble is not None:
        return trouble
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return VendorDenied("The vendor refuses this login what was asked for.")
    if not readable:
        return VendorBadAnswer("The vendor answered with something other than JSON.")
    if 200 <= status < 300:
        return None
    if status == httpx.codes.NOT_FOUND:
        return NotFound("The vendor has no such thing.")
    if 400 <= status < 500:
        return VendorRefused("The vendor refused the request.")
    return VendorBadAnswer("The vendor answered with a redirect, which is not followed.")


def retry_after(headers: httpx.Headers, now: datetime | None = None) -> float | None:
    """Seconds until the vendor wants to be asked again, from Retry-After's seconds or date; at most a day."""
    text = headers.get("retry-after", "").strip()[:40]
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if seconds == seconds else None
