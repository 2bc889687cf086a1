"""How an account logs in at Sellercloud: name and password for a token of about an hour.

Source: the vendor's page "Authentication". Of the answer only `expires_in` is trusted: the dates beside it are wrong on
that very page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import httpx
import orjson

from gateway.errors import (
    GatewayError,
    Misconfigured,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)
from gateway.secret import Secret
from gateway.upstream.login import Token, TokenLogin
from gateway.vendors.reading import Row, shown
from gateway.vendors.sellercloud.settings import Settings

SHORT_LIFETIME: Final = 600.0  # where the vendor does not say
LONGEST_PAUSE: Final = 3_600.0  # the vendor counts calls by the hour
GENERAL_FAILURE: Final = "500"
MOST_FIELDS: Final = 20


def login(settings: Settings, now: Callable[[], datetime]) -> TokenLogin:
    def request() -> httpx.Request:
        body = orjson.dumps({"Username": settings.username, "Password": settings.password.reveal()})
        headers = {"Content-Type": "application/json"}
        return httpx.Request("POST", settings.base_url.rstrip("/") + "/token", headers=headers, content=body)

    def read(status: int, body: Any) -> Token:
        pause = throttled(body, now())
        if pause is not None:
            raise pause
        if 400 <= status < 500:
            raise Misconfigured("Sellercloud does not accept this account's username and password at its base_url.")
        answer = Row(body, "login")
        token, lifetime = answer.filled("access_token"), answer.decimal("expires_in")
        if status != httpx.codes.OK or token is None:
            raise VendorBadAnswer("The vendor's login answered without a token.")
        return Token(Secret(token), SHORT_LIFETIME if lifetime is None else float(lifetime))

    return TokenLogin(request, read)


def explain(now: Callable[[], datetime]) -> Callable[[int, httpx.Headers, Any], GatewayError | None]:
    """Recognizes Sellercloud's own errors, some of which come with status 200; see its page on rate limiting."""

    def explained(status: int, headers: httpx.Headers, body: Any) -> GatewayError | None:
        pause = throttled(body, now())
        if pause is not None:
            return pause
        if status == httpx.codes.INTERNAL_SERVER_ERROR:
            # Also its answer about a purchase order that does not exist, or about a broken rule: who asked looks again.
            failure = VendorUnavailable("Sellercloud failed at this call.", vendor_code=GENERAL_FAILURE)
            failure.told = said(body)
            return failure
        if status == httpx.codes.FORBIDDEN:
            return VendorDenied("Sellercloud's role of this account does not allow this.")
        if status == httpx.codes.BAD_REQUEST:
            refusal = VendorRefused("Sellercloud refused the request.", vendor_code=str(status))
            refusal.told, refusal.properties = said(body), tuple(model_state(body))[:MOST_FIELDS]
            return refusal
        if status == httpx.codes.OK and is_error(body):
            return VendorBadAnswer("Sellercloud answered with an error in place of what was asked for.")
        return None

    return explained


def said(body: Any) -> str | None:
    """What an error says to people, in one line: its message, and what is wrong with each field."""
    answer = Row(body, "answer")
    details = [text for texts in model_state(body).values() for text in texts]
    text = " ".join([answer.text("Message") or "", *details[:MOST_FIELDS]])
    return shown(" ".join(text.split()))


def model_state(body: Any) -> dict[str, tuple[str, ...]]:
    """The fields that an answer with status 400 finds wrong, by the names that the vendor's server gives them."""
    state = Row(body, "answer").row("ModelState")
    return {name: state.texts(name) for name, _ in state}


def throttled(body: Any, now: datetime) -> Throttled | None:
    """The vendor's pause, known by its body's key: which status comes with it is not published."""
    answer = Row(body, "answer")
    if not answer.has("RateLimitResetTime"):
        return None
    reset = answer.moment("RateLimitResetTime")
    pause = None if reset is None else min(max((reset - now).total_seconds(), 0.0), LONGEST_PAUSE)
    return Throttled("Sellercloud asks for a pause: this hour's calls are used up.", retry_after=pause)


def is_error(body: Any) -> bool:
    answer = Row(body, "answer")
    said = {name.lower() for name, _ in answer}
    return bool(said) and said <= {"message", "exceptionmessage", "exceptiontype", "stacktrace", "modelstate", "error"}
