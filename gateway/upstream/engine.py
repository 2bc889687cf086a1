"""An httpx transport over aiohttp: httpx's interface at a fraction of its own pool's cost.

A write may be repeated only if nothing of it was sent, so errors are told apart by that: ConnectError and
ConnectTimeout mean that no byte left, everything else may have reached the vendor. The package `httpx-aiohttp` reports
a server that hangs up in the middle of a call as ConnectTimeout, and aiohttp by itself silently repeats a broken GET,
PUT or DELETE; hence this transport of ours, which does neither.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import httpx
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.upstream.addresses import public

PIECE_BYTES: Final = 64 * 1024
# aiohttp would add these on its own; what goes out is what httpx says.
NO_HEADERS_OF_ITS_OWN: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
# The first match counts. The upper part can only happen before a byte was sent.
ERRORS: Final[tuple[tuple[type[Exception], type[httpx.TransportError], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout, "connecting took too long"),
    (aiohttp.ClientConnectorError, httpx.ConnectError, "no connection"),
    (aiohttp.ClientSSLError, httpx.ConnectError, "no trusted connection"),
    (aiohttp.ServerFingerprintMismatch, httpx.ConnectError, "no trusted connection"),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol, "not an http address"),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol, "not an http address"),
    (TimeoutError, httpx.ReadTimeout, "the answer took too long"),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError, "the server hung up"),
    (aiohttp.ClientConnectionError, httpx.ReadError, "the connection broke"),
    (aiohttp.ClientError, httpx.RemoteProtocolError, "the server does not speak HTTP, or broke off"),
    (OSError, httpx.ReadError, "the connection broke"),
    (ValueError, httpx.LocalProtocolError, "not a sendable request"),
)


class AiohttpTransport(httpx.AsyncBaseTransport):
    """One pool of connections for all accounts; opened by the first request in its loop, closed by `aclose`.

    It keeps no cookies, follows no redirects, decodes no bodies, and reads nothing from the environment. A request with
    the extension `public_only` is refused (ConnectError) if its host is not in the public network.
    """

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl = ssl_context
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        public_only = bool(request.extensions.get("public_only"))
        if self._closed or (public_only and _is_private_literal(request.url.host)):
            raise httpx.ConnectError("no connection", request=request)
        timeout = request.extensions.get("timeout", {})
        try:
            response = await self._session(public_only).request(
                request.method,
                yarl.URL(str(request.url), encoded=True),
                headers=[(k.decode("latin-1"), v.decode("latin-1")) for k, v in _own_headers(request)],
                data=_body(request),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(connect=timeout.get("connect"), sock_read=timeout.get("read")),
            )
        except Exception as error:
            raise translated(error, request) from error
        return httpx.Response(
            response.status,
            headers=list(response.raw_headers),
            stream=_Answer(response, request),
            extensions={"http_version": b"HTTP/1.1"},
        )

    async def aclose(self) -> None:
        self._closed = True
        for session in self._sessions.values():
            await session.close()

    def _session(self, public_only: bool) -> aiohttp.ClientSession:
        session = self._sessions.get(public_only)
        if session is None:
            # Each account bounds its own calls in flight; a bound here would let a slow vendor starve the others.
            connector = aiohttp.TCPConnector(
                limit=0, ssl=self._ssl or True, resolver=_PublicResolver() if public_only else None
            )
            session = self._sessions[public_only] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=NO_HEADERS_OF_ITS_OWN,
                middlewares=(_once,),
            )
        return session


def translated(error: Exception, request: httpx.Request | None = None) -> httpx.TransportError:
    """What httpx calls this error of aiohttp's. The message is ours: theirs quote addresses."""
    if isinstance(error, httpx.TransportError):
        if request is not None:
            error.request = request
        return error
    for theirs, ours, message in ERRORS:
        if isinstance(error, theirs):
            return ours(message, request=request)
    raise error


class _Answer(httpx.AsyncByteStream):
    """The raw body. Closing it gives the connection back if the body was read to its end, and drops it otherwise."""

    def __init__(self, response: aiohttp.ClientResponse, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.content.iter_chunked(PIECE_BYTES):
                yield piece
        except (aiohttp.ClientError, OSError) as error:
            raise translated(error, self._request) from error

    async def aclose(self) -> None:
        self._response.close()


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise translated(error) from error  # no error of aiohttp's any more: it does not try again


def _own_headers(request: httpx.Request) -> list[tuple[bytes, bytes]]:
    # aiohttp frames a body of unknown length itself.
    return [(k, v) for k, v in request.headers.raw if k.lower() != b"transfer-encoding"]


def _body(request: httpx.Request) -> bytes | httpx.AsyncByteStream | None:
    if isinstance(request.stream, httpx.ByteStream):
        return request.content or None
    if isinstance(request.stream, httpx.AsyncByteStream):
        return request.stream
    raise httpx.LocalProtocolError("a blocking body cannot be sent from here", request=request)


def _is_private_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return not public(host.strip("[]"))


class _PublicResolver(AbstractResolver):
    """Finds public addresses only. Checked where the connection is made, so that a name cannot change in between."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        reachable = [one for one in found if public(one["host"])]
        if not reachable:
            raise OSError("no public address")
        return reachable

    async def close(self) -> None:
        await self._resolver.close()
