"""Operations over WebSockets, by the protocol graphql-transport-ws.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, aclosing, suppress
from enum import IntEnum
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.addresses import is_loopback
from gateway.edge.identity import Identities, NoCredentials
from gateway.edge.operations import Operation, Operations
from gateway.edge.requests import operation_of
from gateway.edge.streams import Streams, seconds_left
from gateway.errors import BadUserInput, GatewayError, IssuerUnavailable, RateLimited, Unauthenticated
from gateway.model.principal import Principal

PROTOCOL: Final = "graphql-transport-ws"
INIT_SECONDS: Final = 10.0
ID_LENGTH: Final = 256
REASON_LENGTH: Final = 123  # bytes: RFC 6455, section 5.5

log = logging.getLogger("gateway.edge")


class Code(IntEnum):
    """Why a socket is closed. Clients try again after TRY_AGAIN_LATER and FORBIDDEN, which is also for credentials that
    are over: by then they may have others."""

    INTERNAL = 1011
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    WRONG_SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429


class Closed(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Sockets:
    """The endpoint. Pages may connect from the gateway's own address and from `origins`; what is no browser sends none
    and may too."""

    def __init__(self, public_url: str, origins: Sequence[str] = (), init_seconds: float = INIT_SECONDS) -> None:
        self._origins = frozenset((origin_of(public_url), *origins))
        self._init_seconds = init_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        if not self._welcome(socket.headers):
            await socket.close()  # before it is accepted: HTTP 403
            return
        spoken = PROTOCOL in scope["subprotocols"]
        await socket.accept(PROTOCOL if spoken else None)
        if not spoken:
            await socket.close(Code.WRONG_SUBPROTOCOL, "Subprotocol not acceptable")
            return
        state = socket.app.state
        await Connection(socket, state.identities, state.operations, state.streams).serve(self._init_seconds)

    def _welcome(self, headers: Mapping[str, str]) -> bool:
        origin = headers.get("origin")
        if origin is None or origin in self._origins:
            return True
        try:
            parts = urlsplit(origin)
            host = parts.hostname or ""
        except ValueError:
            return False
        # The same machine under another of its names. Other hosts must be listed: a name of theirs may point here.
        return is_loopback(host) and parts.netloc == headers.get("host")


class Connection:
    """One socket: who it is, and the operations that run on it by the ids that its client gave them."""

    def __init__(self, socket: WebSocket, identities: Identities, operations: Operations, streams: Streams) -> None:
        self._socket = socket
        self._identities = identities
        self._operations = operations
        self._streams = streams
        self._principal: Principal | None = None
        self._asked = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, init_seconds: float) -> None:
        """Until either side closes, or the credentials are over."""
        with ExitStack() as kept:
            try:
                try:
                    async with asyncio.timeout(init_seconds) as self._timer:
                        await self._listen(kept)
                finally:
                    await self._end_all()
            except WebSocketDisconnect:
                return
            except Closed as closed:
                why = closed
            except TimeoutError:
                why = self._out_of_time()
            except Exception as error:
                number = secrets.token_hex(8)
                log.error("internal error %s on a WebSocket", number, exc_info=error)
                why = Closed(Code.INTERNAL, f"Something went wrong inside the gateway: {number}")
            await self._close(why)

    async def _listen(self, kept: ExitStack) -> None:
        while True:
            message = read(await self._socket.receive())
            match message.get("type"):
                case "connection_init":
                    await self._begin(message.get("payload"), kept)
                case "ping":
                    await self._send("pong", payload=payload_of(message))
                case "pong":
                    payload_of(message)
                case "subscribe":
                    self._subscribe(message)
                case "complete":
                    self._complete(id_of(message))
                case _:
                    raise Closed(Code.BAD_REQUEST, "Unknown message type")

    async def _begin(self, payload: object, kept: ExitStack) -> None:
        if self._asked:
            raise Closed(Code.TOO_MANY_INITS, "Too many initialisation requests")
        if not isinstance(payload, dict | None):
            raise Closed(Code.BAD_REQUEST, "The payload of connection_init is no object")
        self._asked = True
        try:
            principal = await self._identified(payload)
            kept.enter_context(self._streams.place(principal))
        except Unauthenticated:
            raise Closed(Code.FORBIDDEN, "Forbidden") from None
        except (IssuerUnavailable, RateLimited) as error:
            raise Closed(Code.TRY_AGAIN_LATER, error.message) from None
        left = seconds_left(principal)
        self._timer.reschedule(None if left is None else asyncio.get_running_loop().time() + left)
        self._principal = principal
        await self._send("connection_ack")

    async def _identified(self, payload: dict[str, Any] | None) -> Principal:
        """By what the payload names; browsers cannot send headers with a WebSocket, others may have sent them."""
        try:
            return await self._identities.of_connection(payload)
        except NoCredentials:
            return await self._identities.of(self._socket.headers)

    def _subscribe(self, message: Mapping[str, Any]) -> None:
        if self._principal is None:
            raise Closed(Code.UNAUTHORIZED, "Unauthorized")
        id_ = id_of(message)
        if id_ in self._running:
            raise Closed(Code.SUBSCRIBER_EXISTS, f"Subscriber for {id_} already exists")
        principal = self._identities.current(self._principal)
        if principal is None:
            raise Closed(Code.FORBIDDEN, "Forbidden")
        task = asyncio.create_task(self._run(id_, asked(message.get("payload")), principal))
        self._running[id_] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _complete(self, id_: str) -> None:
        task = self._running.pop(id_, None)
        if task is not None:
            task.cancel()

    async def _run(self, id_: str, operation: Operation, principal: Principal) -> None:
        """One operation, to its end. Its id is free again before the client hears of the end."""
        try:
            errors = await self._answer(id_, operation, principal)
        except GatewayError as error:
            errors = [{"message": error.message, "extensions": error.extensions}]
        except WebSocketDisconnect:
            return
        except Exception as error:
            number = secrets.token_hex(8)
            log.error("internal error %s in an operation on a WebSocket", number, exc_info=error)
            masked = {"code": "INTERNAL", "retryable": False, "id": number}
            errors = [{"message": "Something went wrong inside the gateway.", "extensions": masked}]
        if self._running.get(id_) is asyncio.current_task():
            del self._running[id_]
        with suppress(WebSocketDisconnect, RuntimeError):  # it is closed already
            await self._send("error" if errors else "complete", id=id_, payload=errors or None)

    async def _answer(self, id_: str, operation: Operation, principal: Principal) -> list[dict[str, Any]]:
        """Sends the answers; returns the errors of one that did not run."""
        with self._streams.place(principal):
            async with aclosing(self._operations.stream(operation, principal)) as answers:
                async for answer in answers:
                    if not answer.ran:
                        return list(answer.body["errors"])
                    await self._send("next", id=id_, payload=answer.body)
        return []

    async def _send(self, type_: str, **rest: object) -> None:
        known = {key: value for key, value in rest.items() if value is not None}
        await self._socket.send_text(orjson.dumps({"type": type_, **known}).decode())

    async def _end_all(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _close(self, why: Closed) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # it is closed already
            await self._socket.close(why.code, why.reason.encode()[:REASON_LENGTH].decode(errors="ignore"))

    def _out_of_time(self) -> Closed:
        if self._principal is None:
            return Closed(Code.INIT_TIMEOUT, "Connection initialisation timeout")
        return Closed(Code.FORBIDDEN, "These credentials are over")


def read(event: Mapping[str, Any]) -> dict[str, Any]:
    """The message in an ASGI event. Raises Closed, WebSocketDisconnect."""
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1005))
    text = event.get("text")
    if text is None:
        raise Closed(Code.BAD_REQUEST, "Messages are text")
    try:
        message = orjson.loads(text)
    except ValueError:
        raise Closed(Code.BAD_REQUEST, "Messages are JSON") from None
    if not isinstance(message, dict):
        raise Closed(Code.BAD_REQUEST, "Messages are JSON objects")
    return message


def id_of(message: Mapping[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= ID_LENGTH:
        raise Closed(Code.BAD_REQUEST, "The message has no id that is a short text")
    return id_


def payload_of(message: Mapping[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        raise Closed(Code.BAD_REQUEST, "The payload is no object")
    return payload


def asked(payload: object) -> Operation:
    if not isinstance(payload, dict):
        raise Closed(Code.BAD_REQUEST, "The payload of subscribe is no object")
    try:
        operation = operation_of(payload)
    except BadUserInput as error:
        raise Closed(Code.BAD_REQUEST, error.message) from None
    if operation.query is None and operation.id is None and not operation.extensions:
        raise Closed(Code.BAD_REQUEST, "The payload of subscribe has no query")
    return operation


def origin_of(url: str) -> str:
    """The origin of a page at that address as browsers send it: without the usual port."""
    parts = urlsplit(url.lower())
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"
