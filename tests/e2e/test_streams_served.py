"""Sockets and event streams of a real process: what is too long, never read, or held open when it stops."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.e2e.gateways import wait_for
from tests.e2e.lonely import Lonely, lonely

pytestmark = pytest.mark.slow


@contextmanager
def opened(one: Lonely) -> Iterator[ClientConnection]:
    """A socket that is initialised and acknowledged."""
    address = f"ws://127.0.0.1:{one.port}/graphql"
    with connect(address, subprotocols=["graphql-transport-ws"], proxy=None, compression=None) as client:  # type: ignore[list-item]  # a NewType of str
        client.send('{"type": "connection_init"}')
        assert json.loads(client.recv(timeout=20)) == {"type": "connection_ack"}
        yield client


def asked(client: ClientConnection, query: str) -> dict[str, Any]:
    client.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": query}}))
    message: dict[str, Any] = json.loads(client.recv(timeout=20))
    return message


def closing(client: ClientConnection) -> int:
    """The code that the server closes with."""
    with suppress(ConnectionClosed):
        while True:
            client.recv(timeout=20)
    assert client.close_code is not None
    return client.close_code


def ended(process: int) -> bool:
    """Whether a process of ours has come to its end: it holds nothing open any more."""
    return not list(Path(f"/proc/{process}/fd").iterdir())


def test_operations_are_answered_over_a_real_socket(tmp_path: Path) -> None:
    with lonely(tmp_path) as one, opened(one) as client:
        answer = asked(client, "{ accounts { name } }")
        assert answer["payload"]["data"] == {"accounts": [{"name": "acme"}]}


def test_a_message_that_is_too_long_closes_the_socket_and_hurts_nobody_else(tmp_path: Path) -> None:
    with lonely(tmp_path, "max_body_bytes = 2000") as one, opened(one) as other, opened(one) as client:
        client.send(json.dumps({"type": "ping", "payload": {"x": "y" * 3_000}}))
        assert closing(client) == 1009
        assert asked(other, "{ accounts { name } }")["type"] == "next"


def test_a_client_that_does_not_read_its_socket_is_cut_and_others_are_served(tmp_path: Path) -> None:
    flood = json.dumps({"type": "ping", "payload": {"x": "y" * 900_000}})
    with lonely(tmp_path, "slowest_read_seconds = 1") as one:
        before = one.sockets()
        with opened(one) as client:
            client.socket.settimeout(0.5)
            with suppress(TimeoutError, ConnectionClosed, OSError):
                for _ in range(100):  # each is answered by a pong as long, which nobody takes
                    client.send(flood)
            assert one.answers()
            wait_for(lambda: one.sockets() <= before, "it was cut")
        assert one.answers()


def test_a_process_that_is_told_to_stop_is_not_held_up_by_what_is_open(tmp_path: Path) -> None:
    nowhere = "AQJhY21lHzE"  # order 1 of an account that cannot be reached: the stream stays open and silent
    query = f'subscription {{ orderChanged(ids: ["{nowhere}"]) {{ kind error {{ code }} }} }}'
    with (
        lonely(tmp_path, top="drain_seconds = 0") as one,
        opened(one) as client,
        httpx.Client(trust_env=False, timeout=20) as events,
    ):
        told = asked(client, query)
        unseen = {"kind": "UNSEEN", "error": {"code": "VENDOR_UNAVAILABLE"}}
        assert told["payload"]["data"] == {"orderChanged": unseen}
        address = f"http://127.0.0.1:{one.port}/graphql"
        with events.stream("POST", address, json={"query": query}, headers={"accept": "text/event-stream"}) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: next"
            os.kill(one.pid, signal.SIGTERM)
            assert "event: complete" not in list(lines)
            assert closing(client) == 1012
        wait_for(lambda: ended(one.pid), "the process stopped")
