"""What goes out for one account, logins included: each attempt, timed, bounded and told."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from gateway.upstream.body import ENCODINGS, whole

if TYPE_CHECKING:
    from gateway.vendors.base import Limits

CONNECT_SECONDS: Final = 10.0
USER_AGENT: Final = "order-gateway"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call on the wire, logins included (route "login"). `status` is None where no answer came."""

    vendor: str
    account: str
    route: str
    method: str
    status: int | None
    milliseconds: float
    attempt: int


NOTHING_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@dataclass(slots=True)
class Departure:
    """Whether a request has left and was let in, by the extension `departure`. `sending` is awaited before its first
    byte leaves: after the login, and again where the request is repeated after one."""

    sending: Callable[[], Awaitable[None]] | None = None
    left: bool = False


class Wire(httpx.AsyncBaseTransport):
    """Lays one account's bounds over the shared transport, which it never closes."""

    def __init__(
        self,
        vendor: str,
        account: str,
        transport: httpx.AsyncBaseTransport,
        limits: Limits,
        observe: Callable[[CallRecord], None] | None,
    ) -> None:
        self._vendor = vendor
        self._account = account
        self._transport = transport
        self._limits = limits
        self._observe = observe

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # The one place for retries, the breaker, what is left of an operation's deadline, and rate budgets: it is below
        # the login, so logins are covered as well, and above the engine, so each attempt passes here.
        return await self._attempt(request, 1)

    async def _attempt(self, request: httpx.Request, number: int) -> httpx.Response:
        departure = request.extensions.get("departure")
        if isinstance(departure, Departure) and departure.sending is not None:
            await departure.sending()
        started = time.perf_counter()
        status = None
        self._complete(request)
        try:
            response = await self._sent(request, departure)
            status = response.status_code
            if request.extensions.get("stream") and status < 400:
                return response
            return await self._read(request, response)
        finally:
            if self._observe is not None:
                route = request.extensions.get("route", "login")
                milliseconds = (time.perf_counter() - started) * 1_000
                self._observe(
                    CallRecord(self._vendor, self._account, route, request.method, status, milliseconds, number)
                )

    async def _sent(self, request: httpx.Request, departure: Departure | None) -> httpx.Response:
        if departure is None:
            return await self._transport.handle_async_request(request)
        before, departure.left = departure.left, True
        try:
            response = await self._transport.handle_async_request(request)
        except NOTHING_SENT:
            departure.left = before
            raise
        if response.status_code == httpx.codes.UNAUTHORIZED:
            departure.left = before  # turned away at the door, and made again after a login that may fail
        return response

    def _complete(self, request: httpx.Request) -> None:
        """What every call carries; logins are made by others and come here bare."""
        packed = "identity" if request.extensions.get("stream") else ENCODINGS
        for name, value in (("Accept", "application/json"), ("Accept-Encoding", packed), ("User-Agent", USER_AGENT)):
            request.headers.setdefault(name, value)
        seconds = self._limits.timeout_seconds
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)).as_dict()
        request.extensions = {"timeout": timeout, **request.extensions}

    async def _read(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """The same answer with its body in hand, unpacked. Read here, because httpx itself reads without a bound."""
        try:
            body = await whole(response, request.method, self._limits.max_answer_bytes)
        finally:
            await response.aclose()
        framing = ("content-encoding", "content-length", "transfer-encoding")
        headers = [(k, v) for k, v in response.headers.multi_items() if k.lower() not in framing]
        return httpx.Response(response.status_code, headers=headers, content=body, extensions=response.extensions)
