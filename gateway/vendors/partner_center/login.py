"""Logins at Microsoft Entra ID: as the application alone, and as the application for a user (secure application model).

learn.microsoft.com/partner-center/developer/partner-center-authentication and enable-secure-app-model.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import httpx

from gateway.errors import GatewayError, Misconfigured, VendorBadAnswer
from gateway.secret import Secret
from gateway.store import Vault
from gateway.upstream.client import path
from gateway.upstream.login import Token, TokenLogin
from gateway.vendors.partner_center.refusals import guid
from gateway.vendors.partner_center.settings import Settings
from gateway.vendors.reading import Row

log = logging.getLogger("gateway.vendors.partner_center")

REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - the name under which the vault keeps it
LIFETIME_UNSTATED: Final = 300.0
ENTRA_CODE: Final = re.compile(r"\d{1,10}")
# RFC 6749 section 5.2, and what Entra ID adds to it.
REFUSALS: Final[Mapping[str, str]] = {
    "invalid_client": "The vendor's login refuses the client id or its secret.",
    "unauthorized_client": "The vendor's login does not know this application in this tenant.",
    "invalid_grant": "The vendor's login refuses the refresh token: it ended or was withdrawn. Sign in anew.",
    "interaction_required": "The vendor's login wants the user to sign in anew, with a second factor.",
    "invalid_resource": "The vendor's login does not know the resource; mend the account's resource or cloud.",
}


class RefusedStoredToken(Misconfigured):
    """The refresh token that an earlier login left was refused; the configured one may still be good."""


def application(settings: Settings) -> httpx.Auth:
    """Logs in by client credentials."""
    return TokenLogin(lambda: _request(settings, {"grant_type": "client_credentials"}), _token)


class UserLogin(httpx.Auth):
    """Logs in by refresh token. Each login brings a new one, good for 90 days, which is kept in the vault.

    What the vault holds goes before what is configured; if it is refused, the configured one is tried at once.
    """

    def __init__(self, account: str, settings: Settings, configured: Secret, vault: Vault) -> None:
        self._account = account
        self._settings = settings
        self._configured = configured
        self._vault = vault
        self._used = configured
        self._refused: Secret | None = None
        self._tokens = TokenLogin(self._ask, self._accept)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        for last in (False, True):
            flow = self._tokens.async_auth_flow(request)
            try:
                response = yield await anext(flow)
                while True:
                    response = yield await flow.asend(response)
            except StopAsyncIteration:
                return
            except RefusedStoredToken:
                if last:
                    raise
            finally:
                await flow.aclose()

    async def _ask(self) -> httpx.Request:
        stored = await self._stored()
        self._used = self._configured if stored is None or stored == self._refused else stored
        return _request(self._settings, {"grant_type": "refresh_token", "refresh_token": self._used.reveal()})

    async def _accept(self, status: int, body: Any) -> Token:
        try:
            token = _token(status, body)
        except Misconfigured as error:
            if self._used == self._configured:
                raise
            self._refused = self._used
            raise RefusedStoredToken(
                error.message, vendor_code=error.vendor_code, correlation_id=error.correlation_id
            ) from None
        rotated = Row(body, "login").filled("refresh_token")
        if rotated is not None and Secret(rotated) != self._used:
            await self._keep(Secret(rotated))
        return token

    async def _stored(self) -> Secret | None:
        try:
            return await self._vault.get(self._account, REFRESH_TOKEN)
        except GatewayError as error:
            log.warning(
                "%s: the stored refresh token cannot be read, the configured one serves: %s", self._account, error
            )
            return None

    async def _keep(self, token: Secret) -> None:
        try:
            await self._vault.put(self._account, REFRESH_TOKEN, token)
        except GatewayError as error:
            # The one just used stays good for its 90 days, so the login itself has worked.
            log.warning("%s: the renewed refresh token cannot be kept: %s", self._account, error)


def _request(settings: Settings, grant: Mapping[str, str]) -> httpx.Request:
    addresses = settings.addresses
    form = {
        **grant,
        "client_id": settings.client_id,
        "client_secret": settings.client_secret.reveal(),
        "resource": addresses.resource,
    }
    return httpx.Request(
        "POST", addresses.authority.rstrip("/") + path(settings.tenant_id, "oauth2", "token"), data=form
    )


def _token(status: int, body: Any) -> Token:
    """The token of a login's answer; the v1 endpoint writes numbers as text. Raises Misconfigured, VendorBadAnswer."""
    row = Row(body, "login")
    if status >= 400:
        codes = body.get("error_codes") if isinstance(body, dict) else None
        code = str(codes[0]) if isinstance(codes, list) and codes else ""
        message = REFUSALS.get(row.text("error") or "", "The vendor's login refuses this account's settings.")
        raise Misconfigured(
            message,
            vendor_code=code if ENTRA_CODE.fullmatch(code) else None,
            correlation_id=guid(row.text("correlation_id")),
        )
    if not 200 <= status < 300:
        raise VendorBadAnswer("The vendor's login answered with a redirect, which is not followed.")
    lifetime = row.decimal("expires_in")
    return Token(Secret(row.required("access_token")), LIFETIME_UNSTATED if lifetime is None else float(lifetime))
