"""Slow clients and floods of them against a real process: each is given up, and the others never notice."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from graphql import get_introspection_query

from gateway.policy import Limits
from gateway.server import BACKLOG, within_files
from tests.e2e.lonely import WAIT_SECONDS, lonely

pytestmark = pytest.mark.slow

QUICK = "slowest_head_seconds = 1\nslowest_body_seconds = 1\nslowest_read_seconds = 1\n"
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


SOCKET = (
    b"GET /graphql?token=top-secret HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def rest(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    got = bytearray()
    with suppress(ConnectionError):
        while piece := connection.recv(65_536):
            got += piece
    return bytes(got)


def ended(connection: socket.socket, trickle: bytes) -> bool:
    """Whether a connection that sends a little more now and then comes to its end."""
    end = time.monotonic() + WAIT_SECONDS
    connection.settimeout(0.2)
    while time.monotonic() < end:
        with suppress(TimeoutError):
            try:
                connection.sendall(trickle)
                if connection.recv(65_536) == b"":
                    return True
            except ConnectionError:
                return True
    return False


def test_heads_that_trickle_in_are_given_up_while_others_are_served(tmp_path: Path) -> None:
    with lonely(tmp_path, QUICK) as gateway:
        slow = [gateway.connect(HEAD) for _ in range(50)]
        assert gateway.answers()
        assert all(ended(connection, b"X-A: b\r\n") for connection in slow)
        assert gateway.answers()


def test_half_a_body_is_answered_408_and_the_connection_ends(tmp_path: Path) -> None:
    with lonely(tmp_path, QUICK) as gateway:
        halves = [gateway.connect(HEAD + b'Content-Length: 100\r\n\r\n{"query":') for _ in range(20)]
        assert gateway.answers()
        for connection in halves:
            head, _, body = rest(connection).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 408 ")
            assert json.loads(body)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_clients_that_do_not_read_give_their_places_back(tmp_path: Path) -> None:
    body = json.dumps({"query": get_introspection_query()}).encode()
    asking = (HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body) * 40  # more than the buffers between them hold
    with lonely(tmp_path, QUICK + "max_connections = 10") as gateway:
        before = gateway.sockets()
        for _ in range(10):
            connection = gateway.connect(buffer=4_096)
            connection.setblocking(False)
            with suppress(BlockingIOError):
                connection.sendall(asking)
        until(lambda: gateway.sockets() <= before)
        assert gateway.answers()


def test_a_flood_of_idle_connections_is_bounded_and_passes(tmp_path: Path) -> None:
    with lonely(tmp_path, QUICK + "max_connections = 300") as gateway:
        before = gateway.sockets()
        flood = min(2_000, within_files(Limits(max_connections=100_000)).max_connections // 2)
        most = 0
        for place in range(flood):
            gateway.connect()
            if place % 100 == 0:
                most = max(most, gateway.sockets() - before)
        assert most <= 300 + 2 * BACKLOG  # that many may be on their way in and out
        until(lambda: gateway.sockets() <= before)
        assert gateway.answers()


def test_pipelined_operations_are_answered_in_their_order(tmp_path: Path) -> None:
    with lonely(tmp_path, QUICK) as gateway:
        asked = []
        for place in range(10):
            body = json.dumps({"query": f"{{ a{place}: accounts {{ name }} }}"}).encode()
            close = b"Connection: close\r\n" if place == 9 else b""
            asked.append(HEAD + close + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answers = rest(gateway.connect(b"".join(asked)))
        places = [answers.index(b'"a%d"' % place) for place in range(10)]
        assert places == sorted(places)


def test_each_of_several_processes_gives_slow_clients_up(tmp_path: Path) -> None:
    with lonely(tmp_path, QUICK, workers=2) as gateway:
        slow = [gateway.connect(HEAD) for _ in range(20)]
        assert gateway.answers()
        assert all(ended(connection, b"X-A: b\r\n") for connection in slow)


def test_nothing_that_a_client_sends_as_a_secret_gets_into_the_log(tmp_path: Path) -> None:
    with lonely(tmp_path, QUICK) as gateway:
        for head in (SOCKET, HEAD.replace(b"/graphql", b"/graphql?token=top-secret") + b"Content-Length: 0\r\n"):
            asked = head + b"Authorization: Bearer top-secret\r\nX-API-Key: top-secret\r\n\r\n"
            assert gateway.connect(asked).recv(65_536).startswith(b"HTTP/1.1 ")
        assert gateway.answers()
    assert "/graphql" in gateway.log.read_text()
    assert "top-secret" not in gateway.log.read_text()


def test_the_process_stops_though_clients_hang_on(tmp_path: Path) -> None:
    with lonely(tmp_path, "slowest_head_seconds = 600") as gateway:
        for _ in range(20):
            gateway.connect(HEAD)
        assert gateway.answers()
