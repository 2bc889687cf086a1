"""A vendor on a socket of 127.0.0.1 that answers byte for byte what a test says, or hangs up where it says."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from gateway.errors import GatewayError
from gateway.upstream.client import CallRecord, Explain, Upstream
from gateway.upstream.engine import AiohttpTransport
from gateway.vendors.base import Limits


@dataclass
class Seen:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class HangUp(Exception):
    """Raised by an answer: the connection closes at once."""


Answering = Callable[[Seen, asyncio.StreamWriter], Awaitable[None] | None]


def reply(
    body: bytes = b"{}", status: int = 200, *, content_type: str | None = "application/json", **headers: str
) -> bytes:
    lines = [f"HTTP/1.1 {status} Some Reason", f"Content-Length: {len(body)}"]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Vendor:
    """`answers` are used up in order, the last one for ever; `came` is set by a call, `left` by its end."""

    answers: list[Answering | bytes] = field(default_factory=lambda: [reply()])
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                seen = await read_request(reader)
                self.seen.append(seen)
                self.came.set()
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if isinstance(answer, bytes):
                    writer.write(answer)
                elif (waiting := answer(seen, writer)) is not None:
                    await waiting
                await writer.drain()
        except (HangUp, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.left.set()
            writer.close()


async def read_request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Seen(method, target, headers, body)


@contextlib.asynccontextmanager
async def running(*answers: Answering | bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[Vendor]:
    vendor = Vendor(list(answers) or [reply()])
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(vendor.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    vendor.port = server.sockets[0].getsockname()[1]
    try:
        yield vendor
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def nothing_to_explain(status: int, headers: object, body: object) -> GatewayError | None:
    return None


@contextlib.asynccontextmanager
async def upstream(
    url: str,
    *,
    limits: Limits | None = None,
    explain: Explain = nothing_to_explain,
    observe: Callable[[CallRecord], None] | None = None,
    **more: object,
) -> AsyncIterator[Upstream]:
    transport = AiohttpTransport()
    client = Upstream(
        vendor="vendor",
        account="acme",
        base_url=url,
        transport=transport,
        limits=limits or Limits(timeout_seconds=5, max_retries=0),
        explain=explain,
        observe=observe,
        **more,  # type: ignore[arg-type]  # tests pass the constructor's own arguments on
    )
    try:
        yield client
    finally:
        await client.close()
        await transport.aclose()
