"""Slow, silent and too many clients, over real sockets to uvicorn as the commands run it."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from gateway.policy import Limits
from gateway.server import options, within_files

pytestmark = pytest.mark.slow

LONG = 3_600.0
HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
BIG = 32 * 1024 * 1024  # more than the buffers of both ends hold
HANDSHAKE = (
    b"GET /%b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer top-secret\r\n\r\n"
)


@dataclass
class App:
    """Answers at once, with `big` bytes if the path asks; `ended` counts the requests that came to their end."""

    asked: list[str] = field(default_factory=list)
    ended: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        try:
            await (self._socket if scope["type"] == "websocket" else self._answer)(scope, receive, send)
        finally:
            self.ended += 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        body = b"x" * 65_536 if scope["path"] == "/big" else b"ok"
        for _ in range(BIG // 65_536 if scope["path"] == "/big" else 0):
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": body if scope["path"] != "/big" else b""})

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for _ in range(BIG // 65_536 if scope["path"] == "/big" else 0):
            await send({"type": "websocket.send", "bytes": b"x" * 65_536})
        while (await receive())["type"] != "websocket.disconnect":
            pass


@dataclass(slots=True)
class Client:
    """A bare connection: what it does not read stays unread."""

    socket: socket.socket

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def read(self, to: bytes | None = None) -> bytes:
        """What comes until that, or until the server ends the connection."""
        got = bytearray()
        async with asyncio.timeout(20):
            with suppress(ConnectionError):
                while piece := await asyncio.get_running_loop().sock_recv(self.socket, 65_536):
                    got += piece
                    if to is not None and to in got:
                        break
        return bytes(got)

    async def trickle(self) -> None:
        """A header line now and then, for ever."""
        with suppress(ConnectionError):
            while True:
                await self.send(b"X-A: b\r\n")
                await asyncio.sleep(0.05)


@dataclass(slots=True)
class Served:
    app: App
    port: int
    server: uvicorn.Server
    stack: ExitStack

    async def connect(self, sent: bytes = b"", buffer: int | None = None) -> Client:
        """A connection that has sent this; with a `buffer` it takes no more than that before it reads."""
        connection = self.stack.enter_context(socket.socket())
        if buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        client = Client(connection)
        await client.send(sent)
        return client

    async def ask(self) -> bytes:
        client = await self.connect(HEAD + b"Connection: close\r\n\r\n")
        return await client.read()

    @property
    def connections(self) -> int:
        return len(self.server.server_state.connections)


@asynccontextmanager
async def served(limits: Limits, **more: Any) -> AsyncIterator[Served]:
    app = App()
    config = uvicorn.Config(app, port=0, lifespan="off", **{**options(limits), **more})
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            assert not running.done()
            await asyncio.sleep(0.01)
        with ExitStack() as stack:
            yield Served(app, server.servers[0].sockets[0].getsockname()[1], server, stack)
    finally:
        server.should_exit = True
        await running


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for happens inside uvicorn
            await asyncio.sleep(0.01)


@asynccontextmanager
async def trickling(client: Client) -> AsyncIterator[None]:
    slow = asyncio.create_task(client.trickle())
    try:
        yield
    finally:
        slow.cancel()


async def test_a_head_that_trickles_in_is_given_up_and_nothing_is_run() -> None:
    async with served(Limits(slowest_head_seconds=0.3)) as gateway:
        client = await gateway.connect(HEAD)
        async with trickling(client):
            assert await client.read() == b""
        assert gateway.app.asked == []
        assert b"200 OK" in await gateway.ask()


async def test_a_connection_that_says_nothing_is_given_up() -> None:
    async with served(Limits(slowest_head_seconds=0.3)) as gateway:
        client = await gateway.connect()
        assert await client.read() == b""


async def test_the_second_head_of_a_connection_has_no_more_time_than_the_first() -> None:
    async with served(Limits(slowest_head_seconds=0.3)) as gateway:
        client = await gateway.connect(HEAD + b"\r\n" + HEAD)
        async with trickling(client):
            assert (await client.read()).count(b"200 OK") == 1
        assert gateway.app.asked == ["/"]


async def test_the_rest_of_a_body_that_nobody_reads_may_not_trickle_in_for_ever() -> None:
    async with served(Limits(slowest_head_seconds=0.3)) as gateway:
        client = await gateway.connect(HEAD + b"Content-Length: 1000000\r\n\r\n")
        async with trickling(client):
            assert b"200 OK" in await client.read()


async def test_an_idle_connection_is_kept_longer_than_a_slow_head() -> None:
    async with served(Limits(slowest_head_seconds=0.2)) as gateway:
        client = await gateway.connect(HEAD + b"\r\n")
        await client.read(to=b"ok\r\n0\r\n\r\n")
        await asyncio.sleep(0.5)
        await client.send(HEAD + b"Connection: close\r\n\r\n")
        assert b"200 OK" in await client.read()


async def test_requests_in_one_packet_are_answered_in_their_order() -> None:
    async with served(Limits()) as gateway:
        last = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        client = await gateway.connect((HEAD + b"\r\n") * 20 + last)
        assert (await client.read()).count(b"200 OK") == 21
        assert gateway.app.asked == ["/"] * 20 + ["/last"]


async def test_a_head_that_is_too_long_is_refused_by_its_own_status() -> None:
    async with served(Limits()) as gateway:
        client = await gateway.connect(HEAD + b"X-A: " + b"b" * 20_000)
        assert (await client.read()).startswith(b"HTTP/1.1 431 ")
        rubbish = await gateway.connect(b"NONSENSE\r\n\r\n")
        assert (await rubbish.read()).startswith(b"HTTP/1.1 400 ")
        assert gateway.app.asked == []


async def test_a_client_that_does_not_read_is_cut_off_and_its_answer_ended() -> None:
    async with served(Limits(slowest_read_seconds=0.3)) as gateway:
        await gateway.connect(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n", buffer=4_096)
        await until(lambda: gateway.app.asked == ["/big"])
        await until(lambda: gateway.app.ended == 1 and not gateway.connections)


async def test_a_client_that_reads_on_gets_all() -> None:
    async with served(Limits(slowest_read_seconds=2)) as gateway:
        client = await gateway.connect(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert len(await client.read()) > BIG


async def test_a_socket_that_does_not_read_is_cut_off() -> None:
    async with served(Limits(slowest_read_seconds=0.3)) as gateway:
        await gateway.connect(HANDSHAKE % b"big", buffer=4_096)
        await until(lambda: gateway.app.asked == ["/big"])
        await until(lambda: gateway.app.ended == 1 and not gateway.connections)


async def test_a_socket_that_answers_no_ping_is_closed() -> None:
    async with served(Limits(), ws_ping_interval=0.2, ws_ping_timeout=0.2) as gateway:
        client = await gateway.connect(HANDSHAKE % b"quiet")
        assert b"101 Switching" in await client.read()
        await until(lambda: gateway.app.ended == 1)


async def test_connections_above_the_limit_are_turned_away_until_one_leaves() -> None:
    async with served(Limits(max_connections=10, slowest_head_seconds=LONG)) as gateway:
        sitting = [await gateway.connect() for _ in range(9)]
        sitting.append(await gateway.connect(HANDSHAKE % b"quiet"))  # a socket keeps its place
        await sitting[-1].read(to=b"\r\n\r\n")
        refused = await gateway.ask()
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1" in refused
        assert gateway.app.asked == ["/quiet"]
        for one in (sitting[0], sitting[-1]):
            one.socket.close()
            await until(lambda: gateway.connections == 9)
            assert b"200 OK" in await gateway.ask()
            await gateway.connect()
            await until(lambda: gateway.connections == 10)
            assert b"503" in await gateway.ask()


async def test_one_address_may_have_fewer_than_all() -> None:
    limits = Limits(max_connections=100, max_connections_per_address=3, slowest_head_seconds=LONG)
    async with served(limits) as gateway:
        for _ in range(3):
            await gateway.connect()
        assert b"503" in await gateway.ask()


async def test_a_flood_of_idle_connections_is_bounded_and_passes() -> None:
    async with served(Limits(max_connections=200, slowest_head_seconds=1)) as gateway:
        count = min(2_000, within_files(Limits()).max_connections // 3)
        clients = [await gateway.connect() for _ in range(count)]
        turned_away = sum([await client.read() != b"" for client in clients])
        assert turned_away >= count - 200
        await until(lambda: not gateway.connections)
        assert b"200 OK" in await gateway.ask()


async def test_no_address_and_no_token_of_a_socket_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with served(Limits()) as gateway:
        client = await gateway.connect(HANDSHAKE % b"quiet?token=top-secret")
        assert b"101" in await client.read(to=b"\r\n\r\n")
        client.socket.close()
        await until(lambda: gateway.app.ended == 1)
    assert gateway.app.asked == ["/quiet"]
    assert "top-secret" not in caplog.text


def test_there_are_no_more_connections_than_files_may_be_open() -> None:
    assert within_files(Limits(max_connections=100_000)).max_connections < os.sysconf("SC_OPEN_MAX")
