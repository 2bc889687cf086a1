"""The whole app over a small graph that can be watched, and a client of its WebSockets that speaks ASGI."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import strawberry
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.config import load_table
from gateway.edge.identity import Identities, NoCredentials
from gateway.edge.sockets import PROTOCOL
from gateway.errors import BadUserInput, GatewayError, Unauthenticated, VendorUnavailable
from gateway.model.principal import Principal
from gateway.policy import Auth
from gateway.schema.build import Answering, GatewaySchema
from gateway.vendors.registry import REGISTRY
from tests.edge.http_desk import SECRET, TABLE

HOST = "127.0.0.1:8000"
WAIT_SECONDS = 20


@dataclass
class Bell:
    """What the graph's fields wait for, and how many of them are at work."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    at_work: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    noted: list[str] = field(default_factory=list)


def schema_with(bell: Bell) -> GatewaySchema:
    @strawberry.type
    class Query:
        @strawberry.field
        def hello(self) -> str:
            return "Hello!"

        @strawberry.field
        async def slow(self) -> str:
            await bell.rung.wait()
            return "done"

        @strawberry.field
        def broken(self) -> str | None:
            raise RuntimeError(SECRET)

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def note(self, text: str) -> str:
            bell.noted.append(text)
            return text

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def counted(self, to: int) -> AsyncGenerator[int, None]:
            for number in range(to):
                yield number

        @strawberry.subscription
        async def rings(self) -> AsyncGenerator[int, None]:
            bell.at_work += 1
            try:
                yield 0
                while True:
                    await bell.rung.wait()
                    bell.rung.clear()
                    yield 1
            finally:
                bell.at_work -= 1
                bell.ended.set()

        @strawberry.subscription
        def refused(self) -> AsyncGenerator[int, None]:
            raise BadUserInput("Not so.", argument="text")

        @strawberry.subscription
        async def failing(self) -> AsyncGenerator[int, None]:
            yield 0
            raise VendorUnavailable("The vendor cannot be reached.")

        @strawberry.subscription
        async def bursting(self) -> AsyncGenerator[int, None]:
            yield 0
            raise RuntimeError(SECRET)

    return GatewaySchema(query=Query, mutation=Mutation, subscription=Subscription, extensions=[Answering])


class Guests(Identities):
    """Knows principals by their names, sent as bearer tokens, until `gone` has them or their time is over."""

    def __init__(self, *principals: Principal) -> None:
        super().__init__(Auth())
        self._inside = {principal.name: principal for principal in principals}
        self.gone: set[str] = set()
        self.trouble: GatewayError | None = None

    async def of(self, headers: Mapping[str, str]) -> Principal:
        if self.trouble is not None:
            raise self.trouble
        named = {name.lower(): value for name, value in headers.items()}.get("authorization")
        if named is None:
            raise NoCredentials("Say who you are.")
        found = self._inside.get(named.removeprefix("Bearer "))
        if found is None or self.current(found) is None:
            raise Unauthenticated("These credentials are wrong or over.")
        return found

    async def of_connection(self, payload: Any) -> Principal:
        return await self.of({name: value for name, value in (payload or {}).items() if isinstance(value, str)})

    def current(self, principal: Principal) -> Principal | None:
        over = principal.expires_at is not None and principal.expires_at <= time.time()
        return None if over or principal.name in self.gone else self._inside.get(principal.name)


@dataclass(slots=True)
class Desk:
    app: Starlette
    bell: Bell


@asynccontextmanager
async def desk(known: Identities | None = None, **top: Any) -> AsyncIterator[Desk]:
    """The app with these keys of the configuration; `known` are who may come in."""
    bell = Bell()
    app = create_app(load_table(TABLE | top, {}, REGISTRY), schema=schema_with(bell), known=known)
    async with app.router.lifespan_context(app):
        yield Desk(app, bell)


class Closed(Exception):
    """The server closed the socket; `code` says why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


@dataclass
class Socket:
    """A client's end. `refused` is set where the server did not accept, `protocol` is what it chose."""

    to_server: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    to_client: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    protocol: str | None = None
    refused: bool = False

    async def send(self, type_: str, **rest: Any) -> None:
        await self.send_text(json.dumps({"type": type_, **rest}))

    async def send_text(self, text: str) -> None:
        await self.to_server.put({"type": "websocket.receive", "text": text})

    async def send_bytes(self, content: bytes) -> None:
        await self.to_server.put({"type": "websocket.receive", "bytes": content})

    async def subscribe(self, id_: str, query: str, **payload: Any) -> None:
        await self.send("subscribe", id=id_, payload={"query": query, **payload})

    async def init(self, **payload: Any) -> None:
        """Opens the connection within the socket, and hears that it is."""
        await self.send("connection_init", payload=payload)
        assert await self.next() == {"type": "connection_ack"}

    async def next(self) -> dict[str, Any]:
        """The server's next message. Raises Closed."""
        event = await asyncio.wait_for(self.to_client.get(), WAIT_SECONDS)
        if event["type"] == "websocket.close":
            raise Closed(event["code"], event.get("reason", ""))
        message: dict[str, Any] = json.loads(event["text"])
        return message

    async def closed(self) -> Closed:
        """How the server closes; nothing may come before."""
        try:
            message = await self.next()
        except Closed as closed:
            return closed
        raise AssertionError(f"not closed, but {message}")

    async def leave(self) -> None:
        await self.to_server.put({"type": "websocket.disconnect", "code": 1000})


@asynccontextmanager
async def socket(
    app: Starlette, protocols: tuple[str, ...] = (PROTOCOL,), headers: Mapping[str, str] | None = None
) -> AsyncIterator[Socket]:
    """A socket to /graphql, open or refused. At the end the client leaves, and the server must have nothing left."""
    made = Socket()
    named = {"host": HOST, **(headers or {})}
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "subprotocols": list(protocols),
        "scheme": "ws",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 9),
        "root_path": "",
    }
    await made.to_server.put({"type": "websocket.connect"})
    before = asyncio.all_tasks()
    serving = asyncio.create_task(app(scope, made.to_server.get, made.to_client.put))  # type: ignore[arg-type]
    try:
        first = await asyncio.wait_for(made.to_client.get(), WAIT_SECONDS)
        made.refused = first["type"] != "websocket.accept"
        made.protocol = first.get("subprotocol")
        yield made
    finally:
        await made.leave()
        with suppress(TimeoutError):
            await asyncio.wait_for(serving, WAIT_SECONDS)
        assert serving.done(), "the server did not let go"
        assert {task for task in asyncio.all_tasks() if not task.done()} <= before, "a task was left behind"
