"""Who may call: issued tokens that expire, and the hourly budget of calls per user and address."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.settings import Settings
from gateway.sandbox.sellercloud.wire import Refused, reply

USERNAME = "gateway@acme.example"
PASSWORD = "sandbox-password"
TOKENS_KEPT = 10_000
WINDOWS_KEPT = 1_000
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Access:
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # user and end of each, oldest first
    windows: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)  # start and calls so far

    def login(self, exchange: Exchange) -> Response:
        """POST /token; both fields required, in any letter case."""
        fields = exchange.fields("Username", "Password")
        username, password = fields.text("Username", required=True), fields.text("Password", required=True)
        fields.check()
        right = hmac.compare_digest((username or "").encode(), USERNAME.encode())
        if not (hmac.compare_digest((password or "").encode(), PASSWORD.encode()) and right):
            raise Refused(401, "The user name or password is incorrect.")
        return reply(self._issue(USERNAME, exchange.settings, exchange.now))

    def user(self, authorization: str | None, now: datetime) -> str | None:
        """None for a missing, malformed, unknown or expired token."""
        username, until = self.tokens.get(_bearer(authorization), (None, now))
        return username if until > now else None

    def payer(self, authorization: str | None) -> str:
        """Whose budget a call burdens; an expired token still tells."""
        return self.tokens.get(_bearer(authorization), ("", None))[0]

    def spend(self, payer: str, address: str, limit: int, now: datetime) -> datetime | None:
        """Counts one call; when the hour's calls are used up, the moment they return."""
        key = (payer, address)
        start, calls = self.windows.get(key, (now, 0))
        if now >= start + HOUR:
            start, calls = now, 0
        if len(self.windows) >= WINDOWS_KEPT:
            self.windows = {k: window for k, window in self.windows.items() if now < window[0] + HOUR}
        if calls >= limit:
            return start + HOUR
        self.windows[key] = (start, calls + 1)
        return None

    def _issue(self, username: str, settings: Settings, now: datetime) -> dict[str, Any]:
        while len(self.tokens) >= TOKENS_KEPT:
            del self.tokens[next(iter(self.tokens))]
        lifetime = settings.token_lifetime
        expires = now + timedelta(seconds=lifetime)
        token = _jwt({"unique_name": username, "exp": int(expires.timestamp()), "jti": secrets.token_hex(8)})
        self.tokens[token] = (username, expires)
        shown = now - timedelta(minutes=30) if settings.expires_before_issued else expires
        return {
            "access_token": token,
            "token_type": "Bearer",
            "username": username,
            "expires_in": int(lifetime) if lifetime == int(lifetime) else lifetime,
            ".issued": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            ".expires": f"{shown:%Y-%m-%dT%H:%M:%SZ}",
        }


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _jwt(claims: dict[str, Any]) -> str:
    """Looks like one; the sandbox knows its tokens by heart, so the signature is noise."""
    parts = (json.dumps({"alg": "HS256", "typ": "JWT"}).encode(), json.dumps(claims).encode(), secrets.token_bytes(32))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
