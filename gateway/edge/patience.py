"""Connections whose other end is slow, silent or one too many: what uvicorn leaves unbounded has its bounds here."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from gateway.policy import Limits

LONGEST_HEAD: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ncache-control: no-store\r\n"
    b"connection: close\r\n\r\n"
)
FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\ncache-control: no-store\r\n"
    b"connection: close\r\n\r\n"
)

# What uvicorn writes down of a WebSocket would show its query string, and with DEBUG its headers.
quiet = logging.getLogger("gateway.edge.sockets")
quiet.setLevel(logging.WARNING)


@dataclass(slots=True)
class Doorman:
    """Counts the connections of one process."""

    limits: Limits
    inside: Counter[str] = field(default_factory=Counter)

    def lets_in(self, address: str) -> bool:
        """Whether one more may come in; if so it counts until it leaves."""
        if self.inside.total() >= self.limits.max_connections:
            return False
        if self.inside[address] >= self.limits.max_connections_per_address:
            return False
        self.inside[address] += 1
        return True

    def lets_out(self, address: str) -> None:
        self.inside[address] -= 1
        if self.inside[address] <= 0:
            del self.inside[address]


class Reading:
    """The time that a client has to take what was sent to it. The connection is then cut without ceremony: a polite
    end would wait for it too."""

    def __init__(self, seconds: float, transport: asyncio.Transport) -> None:
        self._seconds = seconds
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None
        keep_watch(transport, seconds)

    def expect(self) -> None:
        """From now on, unless that was said before."""
        if self._timer is None and self._transport.get_write_buffer_size() > 0:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._give_up)

    def done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self._transport.get_write_buffer_size() > 0:
            self._transport.abort()


class PatientHttp(H11Protocol):
    """HTTP/1.1 by uvicorn, with an end to its patience."""

    def __init__(self, *args: Any, doorman: Doorman, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._doorman = doorman
        self._address = ""
        self._inside = False
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._reading = Reading(self._doorman.limits.slowest_read_seconds, transport)
        self._address = address_of(transport)
        self._inside = self._doorman.lets_in(self._address)
        if self._inside:
            self._expect_head()
        else:
            transport.write(FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._reading.done()
        self._head_came()
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._inside:
            return
        super().data_received(data)
        if self._answering():
            self._head_came()
        elif self._inside:
            self._expect_head()

    def handle_websocket_upgrade(self, event: Any) -> None:
        # The other protocol takes the connection over, and its place inside.
        self._head_came()
        self._reading.done()
        self._inside = False
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        # uvicorn calls it while it handles h11's error, and keeps from us what status that asks for.
        if getattr(sys.exception(), "error_status_hint", 400) == 431:
            self.transport.write(LONGEST_HEAD)
            self.transport.close()
        else:
            super().send_400_response(msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading.expect()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reading.done()
        if not self._answering():
            self._reading.expect()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._reading.expect()
        if not self._answering() and self.conn.trailing_data[0]:
            self._expect_head()  # its beginning came while the request before it was answered

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        """Starts once for each head: bytes that trickle in do not start it again."""
        if self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self._doorman.limits.slowest_head_seconds, self._too_slow)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if not self._answering():
            self.transport.close()

    def _leave(self) -> None:
        if self._inside:
            self._inside = False
            self._doorman.lets_out(self._address)


class PatientSocket(WebSocketsSansIOProtocol):
    """A WebSocket by uvicorn: the same, and nothing of its address or headers in the log. Pings find those that are
    half open."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], doorman: Doorman) -> None:
        super().__init__(config, server_state, app_state)
        self._doorman = doorman
        self.logger = quiet
        self.conn.logger = quiet
        self.conn.debug = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._reading = Reading(self._doorman.limits.slowest_read_seconds, self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._reading.done()
        self._doorman.lets_out(address_of(self.transport))
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading.expect()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reading.done()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()  # it does not even answer pings: nothing will come of waiting until it has read all


def address_of(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) and peer else ""


def keep_watch(transport: asyncio.Transport, seconds: float) -> None:
    """Has the kernel give up a peer that takes nothing of what waits for it, or is gone without a word."""
    connection = transport.get_extra_info("socket")
    with suppress(OSError, AttributeError):  # not every system has these
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1_000))
