"""What a fault does to a connection: requests read to their end, answers lost, relabelled or cut off."""

from __future__ import annotations

from typing import Final

from starlette.types import Message, Receive, Send

BODY_LIMIT: Final = 512 * 1024 * 1024


def abort(send: Send) -> None:
    """Closes the connection under an answer. uvicorn hands apps a bound method of its request cycle, which has the
    transport; in-process transports have none, so there the call fails as a lost connection would."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox dropped the connection")
    transport.abort()


async def drain(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body.extend(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(body)
        if len(body) > BODY_LIMIT:
            raise ValueError("request body beyond the sandbox's limit")


def as_text(send: Send) -> Send:
    """The same send, but that every answer says it is plain text."""

    async def relabelling(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"] if name.lower() != b"content-type"]
            message = {**message, "headers": [*headers, (b"content-type", b"text/plain; charset=utf-8")]}
        await send(message)

    return relabelling


async def nothing(message: Message) -> None:
    """A send that leads nowhere."""
