"""What goes out for one account, logins included: each request let through in its turn, timed, bounded and told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from gateway.upstream.body import ENCODINGS, whole
from gateway.upstream.errand import ERRAND, Errand, too_late
from gateway.upstream.traffic import Passage, Traffic

if TYPE_CHECKING:
    from gateway.vendors.base import Limits

CONNECT_SECONDS: Final = 10.0
USER_AGENT: Final = "order-gateway"
LOGIN: Final = "login"
LIGHT_CALLS: Final = 3  # of an operation: with those a single thing is read at any vendor


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call on the wire, logins included (route "login"). `status` is None where no answer came; `waited` are the
    milliseconds before it could leave."""

    vendor: str
    account: str
    route: str
    method: str
    status: int | None
    milliseconds: float
    attempt: int
    waited: float = 0.0


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
    """Lays one account's traffic rules and bounds over the shared transport, which it never closes."""

    def __init__(
        self,
        vendor: str,
        account: str,
        transport: httpx.AsyncBaseTransport,
        limits: Limits,
        traffic: Traffic,
        observe: Callable[[CallRecord], None] | None,
    ) -> None:
        self._vendor = vendor
        self._account = account
        self._transport = transport
        self._limits = limits
        self._traffic = traffic
        self._observe = observe

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Below the login, so that logins pass here too; above the engine, so that nothing passes it by. Raises
        CircuitOpen, BudgetSpent, OutOfTime, VendorBadAnswer, and what httpx raises."""
        departure = request.extensions.get("departure")
        route = request.extensions.get("route", LOGIN)
        seconds = request.extensions.get("seconds", self._limits.timeout_seconds)
        errand = ERRAND.get() or Errand.lasting(2 * seconds)
        if errand.left <= 0:
            raise too_late()
        writes = isinstance(departure, Departure) and departure.sending is not None
        light = writes or route == LOGIN or errand.load.calls < LIGHT_CALLS
        errand.load.calls += route != LOGIN
        async with self._traffic.passage(route, light=light, errand=errand, seconds=seconds) as passage:
            if isinstance(departure, Departure) and departure.sending is not None:
                await departure.sending()
            self._complete(request, seconds)
            started = time.perf_counter()
            try:
                return await self._timed(request, departure, passage, errand, seconds)
            finally:
                self._tell(request, passage, time.perf_counter() - started)

    async def _timed(
        self, request: httpx.Request, departure: Departure | None, passage: Passage, errand: Errand, seconds: float
    ) -> httpx.Response:
        """The answer within so many seconds, and within the errand's time. Raises OutOfTime where it is that."""
        own = asyncio.get_running_loop().time() + seconds
        try:
            async with errand.timer(own) as timer:
                response = await self._sent(request, departure)
                passage.status = response.status_code
                if request.extensions.get("stream") and response.status_code < 400:
                    return response
                return await self._read(request, response)
        except TimeoutError:
            if timer.expired() and timer.when() != own:  # not `errand.end`, which may have been put off since
                raise too_late() from None
            raise httpx.ReadTimeout("the answer took too long", request=request) from None

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

    def _tell(self, request: httpx.Request, passage: Passage, seconds: float) -> None:
        if self._observe is None:
            return
        self._observe(
            CallRecord(
                vendor=self._vendor,
                account=self._account,
                route=request.extensions.get("route", LOGIN),
                method=request.method,
                status=passage.status,
                milliseconds=seconds * 1_000,
                attempt=request.extensions.get("attempt", 1),
                waited=passage.waited * 1_000,
            )
        )

    def _complete(self, request: httpx.Request, seconds: float) -> None:
        """What every call carries; logins are made by others and come here bare."""
        packed = "identity" if request.extensions.get("stream") else ENCODINGS
        for name, value in (("Accept", "application/json"), ("Accept-Encoding", packed), ("User-Agent", USER_AGENT)):
            request.headers.setdefault(name, value)
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)).as_dict()
        request.extensions = {**request.extensions, "timeout": timeout}

    async def _read(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """The same answer with its body in hand, unpacked. Read here, because httpx itself reads without a bound."""
        try:
            body = await whole(response, request.method, self._limits.max_answer_bytes)
        finally:
            await response.aclose()
        framing = ("content-encoding", "content-length", "transfer-encoding")
        headers = [(k, v) for k, v in response.headers.multi_items() if k.lower() not in framing]
        return httpx.Response(response.status_code, headers=headers, content=body, extensions=response.extensions)
