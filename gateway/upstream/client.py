"""One account's way to its vendor: paths, bounds, answers, and how the account fares."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from http.cookiejar import CookieJar, DefaultCookiePolicy
from itertools import count
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

import httpx
import orjson

from gateway.errors import (
    NOT_ASKED,
    BadUserInput,
    BudgetSpent,
    DeadlineExceeded,
    GatewayError,
    InvalidId,
    Misconfigured,
    NotFound,
    OutOfTime,
    Throttled,
    VendorBadAnswer,
    VendorUnavailable,
)
from gateway.model.account import AccountHealth
from gateway.upstream.answer import Answer, general, retry_after
from gateway.upstream.body import is_json, parsed, unpacked
from gateway.upstream.errand import ERRAND, Errand, on
from gateway.upstream.health import Health
from gateway.upstream.multipart import Multipart
from gateway.upstream.retries import Retries
from gateway.upstream.traffic import Plan, Traffic
from gateway.upstream.wire import LOGIN, CallRecord, Departure, Wire

if TYPE_CHECKING:
    from gateway.vendors.base import Limits

__all__ = ["Answer", "CallRecord", "Explain", "Stream", "Upstream", "path"]

log = logging.getLogger("gateway.upstream")

T = TypeVar("T")

SAFE: Final = frozenset({"GET", "HEAD"})
STREAM_SECONDS: Final = 1_800.0
SLOWEST_UPLOAD: Final = 64 * 1024  # bytes a second: an upload gets the time that this takes, besides a call's own
SEGMENT_LENGTH: Final = 1_024

# Called for every answer with a JSON or empty body, a 200 too: the error that it really is, or None.
Explain = Callable[[int, httpx.Headers, Any], GatewayError | None]


@dataclass(frozen=True, slots=True)
class Stream:
    """An open answer. `chunks` raises VendorError; unpacked if it came packed."""

    status: int
    headers: httpx.Headers
    chunks: AsyncIterator[bytes]


def path(*segments: str | int) -> str:
    """`/a/b` with every segment percent-encoded; raises InvalidId for one that no vendor's id can be.

    "." and ".." would climb out of the path and cannot be encoded; an empty one would name the list instead of a thing.
    """
    return "".join("/" + _segment(str(one)) for one in segments)


class Upstream:
    """Calls for one account, by the vendor's `plan` of what it allows: in turn, made again where that may help, each
    attempt within `limits.timeout_seconds`, all of them within the operation's time (`ERRAND`).

    The transport is shared and not closed here. `observe` is told of every call on the wire; `now` is the time in UTC.
    """

    def __init__(
        self,
        *,
        vendor: str,
        account: str,
        base_url: str,
        transport: httpx.AsyncBaseTransport,
        limits: Limits,
        explain: Explain,
        plan: Plan | None = None,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        observe: Callable[[CallRecord], None] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._vendor = vendor
        self._account = account
        self._base = base_url.rstrip("/")
        self._limits = limits
        self._explain = explain
        self._auth = auth
        self._headers = dict(headers or {})
        self._health = Health(now)
        self._traffic = Traffic(
            account,
            plan or Plan(),
            max_concurrency=limits.max_concurrency,
        )
        self._retries = Retries(limits.max_retries, limits.retry_seconds)
        self._streams = asyncio.Semaphore(limits.max_concurrency)
        logging.getLogger("httpx").addFilter(_no_addresses)
        self._client = httpx.AsyncClient(
            transport=Wire(vendor, account, transport, limits, self._traffic, observe),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            trust_env=False,
        )

    async def get(
        self,
        path: str,
        *,
        route: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> Answer:
        """A GET; see `call`."""
        return await self.call("GET", path, route=route, query=query, headers=headers, auth=auth)

    async def call(
        self,
        method: str,
        path: str,
        *,
        route: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        json: object = None,
        form: Multipart | None = None,
        auth: httpx.Auth | None = None,
        sending: Callable[[], Awaitable[None]] | None = None,
    ) -> Answer:
        """A call and its JSON answer. `path` and `query` are already encoded and sent as they are, byte for byte.

        `route` is the path's template, for logs and figures. `sending` is awaited just before the first byte of a write
        leaves; what it raises keeps the call from being made. Raises GatewayError; its `sent` is False where nothing of
        the call itself left.
        """
        seconds = self._limits.timeout_seconds + (form.content_length / SLOWEST_UPLOAD if form is not None else 0.0)

        async def attempt(number: int) -> Answer:
            departure = Departure(sending)
            with self._judged(method, route, departure) as seen:
                request = self._request(method, self._address(path, query), route, headers, form or json)
                request.extensions |= {"departure": departure, "seconds": seconds, "attempt": number}
                response = await self._client.send(request, auth=auth or self._auth)
                seen.status, seen.route = response.status_code, route
                return self._read(response)

        write = sending is not None or method not in SAFE
        return await self._tried(attempt, seconds, write=write)

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *,
        route: str,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        url: str | None = None,
        public_only: bool = False,
    ) -> AsyncIterator[Stream]:
        """An answer too long to hold; below 400 it is yielded as it is, redirects too, otherwise its error is raised.

        `url` is an absolute address at another host: no login and none of the account's own headers are sent there, and
        with `public_only` not a byte to a host outside the public network. Opening and each chunk take at most
        `timeout_seconds`, all of it half an hour.
        """
        address, login = (url, None) if url is not None else (self._address(path, ""), auth or self._auth)

        async def attempt(number: int) -> httpx.Response:
            with self._judged("GET", route) as seen:
                request = self._request("GET", address, route, headers, foreign=url is not None)
                request.extensions |= {"stream": True, "public_only": public_only, "attempt": number}
                response = await self._client.send(request, auth=login, stream=True)
                if response.status_code >= 400:
                    seen.route = route
                    if url is None:
                        seen.status = response.status_code  # a storage host says nothing of a login
                    self._read(response, foreign=url is not None)
                return response

        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._limits.timeout_seconds):
                    await stack.enter_async_context(self._streams)
            except TimeoutError:  # others have all places: that says nothing of the vendor
                text = "Too many files of this account are under way."
                raise OutOfTime(text, vendor=self._vendor, account=self._account) from None
            response = await self._tried(attempt, self._limits.timeout_seconds, write=False)
            stack.push_async_callback(response.aclose)
            chunks = self._chunks(response, route)
            stack.push_async_callback(chunks.aclose)
            yield Stream(response.status_code, _length_as_yielded(response.headers), chunks)

    def health(self) -> AccountHealth:
        return self._health.now(self._traffic.circuits(), self._traffic.left())

    async def close(self) -> None:
        self._traffic.close()
        await self._client.aclose()

    async def _tried(self, attempt: Callable[[int], Awaitable[T]], seconds: float, *, write: bool) -> T:
        """What an attempt gives, made again where that may help. What runs for no operation has the time of two."""
        errand = ERRAND.get() or Errand.lasting(2 * seconds)
        self._retries.earn()
        with on(errand):
            for number in count(1):
                try:
                    return await attempt(number)
                except GatewayError as error:
                    pause = self._retries.pause(error, number, write=write, left=errand.left)
                    if pause is None:
                        raise
                    await asyncio.sleep(pause)
        raise AssertionError("there is always a next number")

    def _address(self, path: str, query: str) -> str:
        return f"{self._base}{path}?{query}" if query else self._base + path

    def _request(
        self,
        method: str,
        address: str,
        route: str,
        headers: Mapping[str, str] | None,
        body: object = None,
        foreign: bool = False,
    ) -> httpx.Request:
        all_headers = httpx.Headers({} if foreign else self._headers)
        all_headers.update(headers)
        content: bytes | None = None
        stream: Multipart | None = None
        if isinstance(body, Multipart):
            stream = body  # as `content` httpx would wrap it, and a login refused could not repeat it
            all_headers.update({"Content-Type": body.content_type, "Content-Length": str(body.content_length)})
        elif body is not None:
            content = _written(body)
            all_headers.setdefault("Content-Type", "application/json")
        request = httpx.Request(method, address, headers=all_headers, content=content, stream=stream)
        request.extensions = {"route": route}
        return request

    def _read(self, response: httpx.Response, *, foreign: bool = False) -> Answer:
        """The answer, or the error it is; `response` is already read, within its bounds."""
        status, headers = response.status_code, response.headers
        readable = not response.content or is_json(headers)
        body = None
        if readable:
            try:
                body = parsed(response.content)
            except VendorBadAnswer:
                if 200 <= status < 300:
                    raise
                readable = False
        error = self._explain(status, headers, body) if readable and not foreign else None
        error = error or general(status, headers, readable=readable or foreign)
        if error is None:
            return Answer(status, headers, body)
        if isinstance(error, Throttled | VendorUnavailable) and error.retry_after is None:
            error.retry_after = retry_after(headers)
        raise error

    async def _chunks(self, response: httpx.Response, route: str) -> AsyncGenerator[bytes, None]:
        clock = asyncio.get_running_loop().time
        end = clock() + STREAM_SECONDS
        pieces = unpacked(response.aiter_raw(), response.headers)
        while True:
            with self._judged("GET", route):
                async with asyncio.timeout_at(min(end, clock() + self._limits.timeout_seconds)):
                    piece = await anext(pieces, None)
            if piece is None:
                return
            yield piece

    @contextmanager
    def _judged(self, method: str, route: str, departure: Departure | None = None) -> Iterator[_Seen]:
        """Turns what goes wrong inside into GatewayError, tells it to the log and to the account's health."""
        seen = _Seen()
        try:
            yield seen
        except (GatewayError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            known = error if isinstance(error, GatewayError) else _known(error)
            known.vendor, known.account = known.vendor or self._vendor, known.account or self._account
            known.sent = departure is None or departure.left
            known.of_write = departure is not None and departure.sending is not None
            known.own_failure = self._traffic.is_own_failure(seen.status)
            if isinstance(known, Throttled) and not isinstance(known, BudgetSpent):
                self._traffic.throttled(seen.route, known.retry_after)
            self._health.failed(known, login_refused=seen.status == httpx.codes.UNAUTHORIZED)
            level = logging.DEBUG if isinstance(known, (NotFound, *NOT_ASKED)) else logging.WARNING
            told = (self._account, method, route, seen.status or "no answer", known.code, type(error).__name__)
            log.log(level, "%s: %s %s: %s, %s (%s)", *told)
            # The cause may quote the address; who prints our error must not print that.
            raise known from None
        else:
            self._health.succeeded()


@dataclass(slots=True)
class _Seen:
    """How far a call got: the status of its answer, if any, and whose answer it is, the login's or its own."""

    status: int | None = None
    route: str = LOGIN


def _segment(text: str) -> str:
    if text in ("", ".", "..") or len(text) > SEGMENT_LENGTH:
        raise InvalidId("This is not an id of this gateway.")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidId("This is not an id of this gateway.") from None


def _length_as_yielded(headers: httpx.Headers) -> httpx.Headers:
    if "content-encoding" not in headers:
        return headers
    return httpx.Headers([(k, v) for k, v in headers.multi_items() if k not in ("content-encoding", "content-length")])


def _known(error: Exception) -> GatewayError:
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return DeadlineExceeded("The vendor did not answer in time.")
        case httpx.UnsupportedProtocol():
            return Misconfigured("The vendor's address in the configuration is not one.")
        case httpx.InvalidURL():
            return BadUserInput("This cannot be asked: it is too long, or holds characters that cannot be sent.")
        case _:
            return VendorUnavailable("The vendor cannot be reached, or the connection broke.")


def _written(body: object) -> bytes:
    try:
        return orjson.dumps(body, default=_literal)
    except orjson.JSONEncodeError:
        return orjson.dumps(_sendable(body), default=_literal)


def _sendable(value: object) -> object:
    """The same JSON value; an integer beyond 64 bits becomes a Decimal, which alone can be written so large."""
    if isinstance(value, dict):
        return {name: _sendable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(one) for one in value]
    return Decimal(value) if type(value) is int and abs(value) >= 2**63 else value


def _literal(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} is not for JSON")


def _no_addresses(record: logging.LogRecord) -> bool:
    """httpx logs every URL at INFO; ours hold order numbers, and those of downloads are the permission itself."""
    return record.levelno > logging.INFO
