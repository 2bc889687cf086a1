"""The answers of one operation as server-sent events: graphql-sse in its mode of distinct connections.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types.graphql import OperationType

from gateway.edge.negotiation import Media
from gateway.edge.operations import EVERY_TYPE, Operation, Operations
from gateway.edge.presence import disconnected
from gateway.edge.refusals import refusal
from gateway.edge.streams import Streams, seconds_left
from gateway.errors import GatewayError, RateLimited, Unauthenticated
from gateway.model.principal import Principal

HEARTBEAT_SECONDS = 12.0
HEARTBEAT: Final = b":\n\n"
COMPLETE: Final = b"event: complete\ndata:\n\n"
HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"vary", b"accept"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
)

log = logging.getLogger("gateway.edge")


class EventStream(Response):
    """Runs an operation and sends each of its answers as it comes, until it ends, the client is gone, or its
    credentials are over. What is wrong with the operation is told in the stream, as the protocol wants it."""

    def __init__(
        self,
        operation: Operation,
        principal: Principal,
        operations: Operations,
        streams: Streams,
        allowed: Iterable[OperationType] = EVERY_TYPE,
    ) -> None:
        super().__init__()
        self._operation = operation
        self._principal = principal
        self._operations = operations
        self._streams = streams
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._streams.place(self._principal):
                await self._stream(receive, send)
        except RateLimited as error:
            await refusal(429, error, Media.JSON)(scope, receive, send)

    async def _stream(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
        answers = asyncio.create_task(self._answers(send))
        gone = asyncio.create_task(disconnected(receive))
        ending = asyncio.create_task(self._streams.ending.wait())
        tasks: tuple[asyncio.Task[Any], ...] = (answers, gone, ending, asyncio.create_task(self._beat(send)))
        try:
            left = seconds_left(self._principal)
            done, _ = await asyncio.wait(tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if gone in done:
            return
        if not done:
            await send(chunk(errors_event(Unauthenticated("These credentials are over."))))
        # A stream that is cut off by the end of the process is not complete: its client connects again.
        cut = ending in done and answers not in done
        await send(chunk(b"" if cut else COMPLETE, more=False))

    async def _answers(self, send: Send) -> None:
        try:
            async with aclosing(self._operations.stream(self._operation, self._principal, self._allowed)) as answers:
                async for answer in answers:
                    await send(chunk(event(answer.body)))
        except GatewayError as error:
            await send(chunk(errors_event(error)))
        except OSError:
            return  # the client is gone
        except Exception as error:
            number = secrets.token_hex(8)
            log.error("internal error %s in an event stream", number, exc_info=error)
            masked = {"code": "INTERNAL", "retryable": False, "id": number}
            said = {"message": "Something went wrong inside the gateway.", "extensions": masked}
            await send(chunk(event({"errors": [said]})))

    async def _beat(self, send: Send) -> None:
        """A comment now and then, so that nothing on the way takes the stream for dead."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await send(chunk(HEARTBEAT))


def event(body: Mapping[str, Any]) -> bytes:
    # JSON has no line breaks but escaped ones, so one data line holds it.
    return b"event: next\ndata: " + orjson.dumps(body) + b"\n\n"


def errors_event(error: GatewayError) -> bytes:
    return event({"errors": [{"message": error.message, "extensions": error.extensions}]})


def chunk(data: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}
