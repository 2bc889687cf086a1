"""Calls to Partner Center: the right login for each, and ids by which the vendor's support finds them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

import httpx

from gateway.errors import NOT_ASKED, GatewayError, NotFound, Unsupported
from gateway.model.account import Account, AccountHealth
from gateway.upstream.client import Stream, Upstream
from gateway.upstream.client import path as joined
from gateway.upstream.correlation import current
from gateway.upstream.multipart import Multipart
from gateway.vendors.base import Limits, Services
from gateway.vendors.partner_center.login import UserLogin, application
from gateway.vendors.partner_center.refusals import explain
from gateway.vendors.partner_center.settings import Settings
from gateway.vendors.partner_center.traffic import plan

T = TypeVar("T")

log = logging.getLogger("gateway.vendors.partner_center")

VENDOR: Final = "partner_center"
REQUEST: Final = "MS-RequestId"
CORRELATION: Final = "MS-CorrelationId"
VECTOR: Final = "MS-CV"


class Api:
    """One account's calls. `as_user` names those that take a user's login; raises Unsupported where there is none."""

    def __init__(self, account: Account, settings: Settings, limits: Limits, services: Services) -> None:
        self._account = account.name
        token = settings.refresh_token
        self._user: httpx.Auth | None = UserLogin(account.id, settings, token, services.vault) if token else None
        self._upstream = Upstream(
            vendor=VENDOR,
            account=account.name,
            base_url=settings.addresses.base_url,
            transport=services.transport,
            limits=limits,
            explain=explain,
            plan=plan(settings).among(services.processes),
            auth=application(settings) if settings.app_only else self._user,
            headers={"Accept": "application/json", "MS-Contract-Version": "v1"},
            now=services.now,
            observe=services.observe,
        )

    async def get(
        self,
        path: tuple[str, ...],
        read: Callable[[Any], T],
        *,
        route: str,
        query: str = "",
        as_user: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """What `read` makes of the JSON under `/v1` and these path segments. Raises GatewayError."""
        address, auth = joined("v1", *path), self._user_login() if as_user else None
        with self._traced() as ids:
            answer = await self._upstream.get(
                address, route=f"/v1{route}", query=query, headers={**ids, **(headers or {})}, auth=auth
            )
            return read(answer.body)

    async def send(
        self,
        method: str,
        path: tuple[str, ...],
        read: Callable[[Any], T],
        *,
        route: str,
        request_id: str,
        json: object = None,
        form: Multipart | None = None,
        headers: Mapping[str, str] | None = None,
        sending: Callable[[], Awaitable[None]] | None = None,
    ) -> T:
        """What `read` makes of the answer to a write. `request_id` is the same for each repeat of one write: the vendor
        does it once ("Partner Center REST headers"). Raises GatewayError."""
        address = joined("v1", *path)
        with self._traced(request_id) as ids:
            answer = await self._upstream.call(
                method,
                address,
                route=f"/v1{route}",
                headers={**ids, **(headers or {})},
                json=json,
                form=form,
                sending=sending,
            )
            return read(answer.body)

    @asynccontextmanager
    async def stream(self, path: tuple[str, ...], *, route: str) -> AsyncIterator[Stream]:
        """The file under `/v1` and these path segments, of whatever type. Raises GatewayError."""
        address = joined("v1", *path)
        with self._traced() as ids:
            headers = {**ids, "Accept": "*/*"}
            async with self._upstream.stream(address, route=f"/v1{route}", headers=headers) as stream:
                yield stream

    def health(self) -> AccountHealth:
        return self._upstream.health()

    async def close(self) -> None:
        await self._upstream.close()

    def _user_login(self) -> httpx.Auth:
        if self._user is None:
            raise Unsupported("This account has no user's login; give it a refresh token.")
        return self._user

    @contextmanager
    def _traced(self, request_id: str | None = None) -> Iterator[dict[str, str]]:
        """A call's ids. The one of the request is new for each unless it is a write: a GET needs no protection against
        being done twice. The others are the operation's, so that its calls are found together.

        They go into the log with every failure, and one into its error: the vendor's support finds a call by them.
        That the answer cannot be read is a failure too.
        """
        operation = current()
        ids = {
            REQUEST: request_id or str(uuid.uuid4()),
            CORRELATION: str(operation.guid),
            VECTOR: operation.vector(),
        }
        try:
            yield ids
        except GatewayError as error:
            error.vendor, error.account = VENDOR, self._account
            error.correlation_id = error.correlation_id or ids[CORRELATION]
            level = logging.DEBUG if isinstance(error, (NotFound, *NOT_ASKED)) else logging.WARNING
            told = (self._account, error.code, REQUEST, ids[REQUEST], CORRELATION, error.correlation_id)
            log.log(level, "%s: %s, %s %s, %s %s", *told)
            raise
