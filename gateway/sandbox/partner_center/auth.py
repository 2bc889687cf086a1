"""Tokens: issued in the identity provider's forms, kept with their expiry, checked on each call.

Token endpoints' error bodies are standard Entra behaviour, not on Partner Center's own pages.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse, Response

from gateway.sandbox.partner_center.answers import Missing, Refusal
from gateway.sandbox.partner_center.records import guid
from gateway.sandbox.partner_center.settings import Settings

RESOURCE = "https://api.partnercenter.microsoft.com"
# Audiences the identity provider knows and this API does not take; the first was the old way in.
OTHER_RESOURCES = (
    "https://graph.windows.net",
    "https://graph.microsoft.com",
    "https://partner.partnercenterapi.microsoftonline.cn",
)
TOKENS_KEPT = 10_000

# error, its AADSTS number, HTTP status, text
TOKEN_ERRORS: dict[str, tuple[str, int, int, str]] = {
    "tenant": ("invalid_request", 90002, 400, "Tenant not found."),
    "parameter": ("invalid_request", 900144, 400, "The request body must contain the following parameter: '{0}'."),
    "grant": ("unsupported_grant_type", 70003, 400, "The app requested an unsupported grant type."),
    "client": ("unauthorized_client", 700016, 400, "Application was not found in the directory."),
    "secret": ("invalid_client", 7000215, 401, "Invalid client secret provided."),
    "resource": ("invalid_resource", 500011, 400, "The resource principal named {0} was not found in the tenant."),
    "scope": ("invalid_scope", 70011, 400, "The provided value for the input parameter 'scope' is not valid."),
    "refresh": ("invalid_grant", 70000, 400, "Provided grant is invalid or malformed."),
    "expired": ("invalid_grant", 700082, 400, "The refresh token has expired due to inactivity."),
}


@dataclass(frozen=True, slots=True)
class App:
    client_id: str
    client_secret: str
    object_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """`kind` is `app` or `user`; `subject` is the object id of the one who acts."""

    kind: str
    subject: str
    app: App
    audience: str
    expires_at: float
    mfa: bool


@dataclass(frozen=True, slots=True)
class RefreshToken:
    app: App
    expires_at: float


class TokenRefusal(Exception):
    def __init__(self, reason: str, fill: str = "") -> None:
        self.error, self.number, self.status, text = TOKEN_ERRORS[reason]
        self.text = text.format(fill)


@dataclass(slots=True)
class Tokens:
    """The identity provider of one partner tenant with two confidential apps. It outlives a reset of the data."""

    seed: int
    clock: Callable[[], float]
    tenant_id: str = ""
    apps: tuple[App, ...] = ()
    seeded_refresh_token: str = ""
    access: dict[str, AccessToken] = field(default_factory=dict)
    refresh: dict[str, RefreshToken] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = Random(f"{self.seed}/identity")
        self.tenant_id = guid(rng)
        user = guid(rng)
        self.apps = tuple(App(guid(rng), f"sandbox-{rng.getrandbits(160):040x}", guid(rng), user) for _ in range(2))
        self.seeded_refresh_token = f"0.{rng.getrandbits(320):080x}"
        self.revive()

    def revive(self) -> None:
        """Makes the seeded refresh token good again, from now on."""
        self.refresh[self.seeded_refresh_token] = RefreshToken(
            self.apps[0], self.clock() + Settings().refresh_token_lifetime
        )

    def check(self, authorization: str | None, user_only: bool) -> AccessToken:
        """The token behind an `Authorization` header, or a Refusal with 401 or 403."""
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise Refusal(401, 800001)
        token = self.access.get(text.strip())
        if token is None or token.expires_at <= self.clock():
            raise Refusal(401, 400)
        if token.audience != RESOURCE:
            raise Refusal(401, 900420)
        if token.kind == "user" and not token.mfa:
            raise Refusal(401, 900421)
        if user_only and token.kind == "app":
            raise Refusal(403, 900329)
        return token

    def issue(self, tenant: str, form: dict[str, str], settings: Settings, v2: bool) -> dict[str, Any]:
        """The answer to a token request, or a TokenRefusal."""
        grant = _needed(form, "grant_type")
        if tenant.lower() != self.tenant_id:
            raise TokenRefusal("tenant")
        if grant == "authorization_code":
            raise Missing(
                "grant_type authorization_code: sign-in is interactive; use the refresh token of /credentials"
            )
        if grant not in ("client_credentials", "refresh_token"):
            raise TokenRefusal("grant")
        app = self._authenticate(form)
        if grant == "client_credentials":
            audience = _audience(form, v2)
            token, text = self._access(app, "app", audience, settings)
            return _answer(token, text, audience, settings, v2)
        presented = _needed(form, "refresh_token")
        self._check_refresh(presented, app)
        audience = _audience(form, v2)
        if settings.refresh_token_single_use:
            del self.refresh[presented]
        rotated = f"0.{secrets.token_hex(40)}"
        _make_room(self.refresh, self.seeded_refresh_token)
        self.refresh[rotated] = RefreshToken(app, self.clock() + settings.refresh_token_lifetime)
        token, text = self._access(app, "user", audience, settings)
        more = {"scope": "user_impersonation", "refresh_token": rotated, "id_token": f"id.{secrets.token_hex(24)}"}
        return _answer(token, text, audience, settings, v2) | more

    def _authenticate(self, form: dict[str, str]) -> App:
        client_id, secret = _needed(form, "client_id"), _needed(form, "client_secret")
        app = next((one for one in self.apps if one.client_id == client_id.lower()), None)
        if app is None:
            raise TokenRefusal("client")
        if not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
            raise TokenRefusal("secret")
        return app

    def _check_refresh(self, presented: str, app: App) -> None:
        known = self.refresh.get(presented)
        if known is None or known.app is not app:
            raise TokenRefusal("refresh")
        if known.expires_at <= self.clock():
            raise TokenRefusal("expired")

    def _access(self, app: App, kind: str, audience: str, settings: Settings) -> tuple[AccessToken, str]:
        subject = app.user_id if kind == "user" else app.object_id
        token = AccessToken(kind, subject, app, audience, self.clock() + settings.token_lifetime, settings.mfa_claim)
        text = f"eyJ.{secrets.token_urlsafe(48)}"
        _make_room(self.access, "")
        self.access[text] = token
        return token, text


def token_error(refusal: TokenRefusal, at: float) -> Response:
    body = {
        "error": refusal.error,
        "error_description": f"AADSTS{refusal.number}: {refusal.text}",
        "error_codes": [refusal.number],
        "timestamp": f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%SZ}",
        "trace_id": str(uuid4()),
        "correlation_id": str(uuid4()),
    }
    return JSONResponse(body, refusal.status)


def _answer(token: AccessToken, text: str, audience: str, settings: Settings, v2: bool) -> dict[str, Any]:
    """v1 writes its numbers as strings and names the resource; v2.0 does neither."""
    lifetime = int(settings.token_lifetime)
    if v2:
        return {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": text}
    return {
        "token_type": "Bearer",
        "expires_in": str(lifetime),
        "ext_expires_in": str(lifetime),
        "expires_on": str(int(token.expires_at)),
        "not_before": str(int(token.expires_at) - lifetime),
        "resource": audience,
        "access_token": text,
    }


def _needed(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise TokenRefusal("parameter", name)
    return form[name]


def _audience(form: dict[str, str], v2: bool) -> str:
    if not v2:
        audience = _needed(form, "resource").rstrip("/")
        if audience not in (RESOURCE, *OTHER_RESOURCES):
            raise TokenRefusal("resource", audience)
        return audience
    for scope in _needed(form, "scope").split():
        audience, _, permission = scope.rpartition("/")
        if permission in (".default", "user_impersonation") and audience.rstrip("/") in (RESOURCE, *OTHER_RESOURCES):
            return audience.rstrip("/")
    raise TokenRefusal("scope")


def _make_room(tokens: dict[str, Any], keep: str) -> None:
    while len(tokens) >= TOKENS_KEPT:
        del tokens[next(text for text in tokens if text != keep)]
