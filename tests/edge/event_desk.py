"""A client of event streams that speaks ASGI, where every piece can be seen as it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette

WAIT_SECONDS = 20


@dataclass
class Stream:
    """An answer as it comes in: its status and headers, then the raw pieces of its body."""

    to_server: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    to_client: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def piece(self) -> bytes:
        """The next piece of the body; b"" at its end."""
        message = await asyncio.wait_for(self.to_client.get(), WAIT_SECONDS)
        assert message["type"] == "http.response.body"
        if not message.get("more_body", False):
            self.to_client.put_nowait({"type": "http.response.body", "body": b""})
        return bytes(message["body"])

    async def next(self) -> dict[str, Any]:
        """The body of the next event, which must be `next`; {"complete": True} for the last one."""
        while (piece := await self.piece()) == b":\n\n":
            pass
        if piece == b"event: complete\ndata:\n\n":
            return {"complete": True}
        assert piece.startswith(b"event: next\ndata: "), piece
        assert piece.endswith(b"\n\n")
        assert piece.count(b"\n") == 3
        assert b"\r" not in piece
        body: dict[str, Any] = json.loads(piece.removeprefix(b"event: next\ndata: "))
        return body

    async def rest(self) -> str:
        pieces = []
        while piece := await self.piece():
            pieces.append(piece)
        return b"".join(pieces).decode()

    async def leave(self) -> None:
        await self.to_server.put({"type": "http.disconnect"})


@asynccontextmanager
async def stream(
    app: Starlette,
    query: str,
    variables: Mapping[str, Any] | None = None,
    *,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[Stream]:
    """The answer to an operation asked as an event stream. At the end the client leaves, and nothing may be left."""
    made = Stream()
    named = {"host": "127.0.0.1:8000", "accept": "text/event-stream", **(headers or {})}
    body, address = b"", b""
    if method == "POST":
        body = json.dumps({"query": query, "variables": dict(variables or {})}).encode()
        named |= {"content-type": "application/json", "content-length": str(len(body))}
    else:
        address = urlencode({"query": query, "variables": json.dumps(dict(variables or {}))}).encode()
    scope = {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": address,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 9),
        "root_path": "",
        "http_version": "1.1",
    }
    await made.to_server.put({"type": "http.request", "body": body, "more_body": False})
    before = asyncio.all_tasks()
    serving = asyncio.create_task(app(scope, made.to_server.get, made.to_client.put))  # type: ignore[arg-type]
    try:
        first = await asyncio.wait_for(made.to_client.get(), WAIT_SECONDS)
        made.status = first["status"]
        made.headers = {name.decode(): value.decode() for name, value in first["headers"]}
        yield made
    finally:
        await made.leave()
        await asyncio.wait_for(serving, WAIT_SECONDS)
        assert {task for task in asyncio.all_tasks() if not task.done()} <= before, "a task was left behind"
