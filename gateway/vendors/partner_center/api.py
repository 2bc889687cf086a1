"""Calls to Partner Center: the right login for each, and ids by which the vendor's support finds them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import httpx

from gateway.errors import GatewayError, Unsupported
from gateway.model.account import AccountHealth
from gateway.upstream.client import Stream, Upstream
from gateway.upstream.client import path as joined
from gateway.vendors.base import Limits, Services
from gateway.vendors.partner_center.login import UserLogin, application
from gateway.vendors.partner_center.refusals import explain
from gateway.vendors.partner_center.settings import Settings

VENDOR: Final = "partner_center"
CORRELATION: Final = "MS-CorrelationId"


class Api:
    """One account's calls. `as_user` names those that take a user's login; raises Unsupported where there is none."""

    def __init__(self, account: str, settings: Settings, limits: Limits, services: Services) -> None:
        token = settings.refresh_token
        self._user: httpx.Auth | None = UserLogin(account, settings, token, services.vault) if token else None
        self._upstream = Upstream(
            vendor=VENDOR,
            account=account,
            base_url=settings.addresses.base_url,
            transport=services.transport,
            limits=limits,
            explain=explain,
            auth=application(settings) if settings.app_only else self._user,
            headers={"Accept": "application/json", "MS-Contract-Version": "v1"},
            now=services.now,
        )

    async def get(
        self,
        path: tuple[str, ...],
        *,
        route: str,
        query: str = "",
        as_user: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON under `/v1` and these path segments. Raises GatewayError."""
        ids = _ids()
        try:
            answer = await self._upstream.get(
                joined("v1", *path),
                route=f"/v1{route}",
                query=query,
                headers={**ids, **(headers or {})},
                auth=self._user_login() if as_user else None,
            )
        except GatewayError as error:
            error.correlation_id = error.correlation_id or ids[CORRELATION]
            raise
        return answer.body

    def stream(self, path: tuple[str, ...], *, route: str) -> AbstractAsyncContextManager[Stream]:
        """The file under `/v1` and these path segments, of whatever type."""
        return self._upstream.stream(joined("v1", *path), route=f"/v1{route}", headers={**_ids(), "Accept": "*/*"})

    def health(self) -> AccountHealth:
        return self._upstream.health()

    async def close(self) -> None:
        await self._upstream.close()

    def _user_login(self) -> httpx.Auth:
        if self._user is None:
            raise Unsupported("This account has no user's login; give it a refresh token.")
        return self._user


def _ids() -> dict[str, str]:
    """New for each call: a GET needs no protection against being done twice."""
    return {"MS-RequestId": str(uuid.uuid4()), CORRELATION: str(uuid.uuid4())}
