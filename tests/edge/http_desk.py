"""The whole app over a small graph whose fields fail in every way, for tests of what HTTP makes of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import strawberry
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.config import load_table
from gateway.errors import Forbidden, InProgress, StoreUnavailable
from gateway.schema.build import Answering, GatewaySchema
from gateway.vendors.registry import REGISTRY

URL = "http://127.0.0.1:8000"
SECRET = "postgres://ada:hunter2@db"
ACCOUNT = {"vendor": "sellercloud", "base_url": "http://127.0.0.1:9/rest/api", "username": "ada", "password": "x"}
TABLE: dict[str, Any] = {"public_url": URL, "signing_keys": ["a-key-for-tests-only"], "accounts": {"acme": ACCOUNT}}


@dataclass
class Ran:
    """What resolvers were called, in their order."""

    fields: list[str] = field(default_factory=list)


def schema_noting(ran: Ran) -> GatewaySchema:
    @strawberry.type
    class Query:
        @strawberry.field
        def hello(self, name: str = "you") -> str:
            ran.fields.append("hello")
            return f"Hello {name}!"

        @strawberry.field
        def broken(self) -> str | None:
            raise RuntimeError(SECRET)

        @strawberry.field
        def odd(self) -> int | None:
            return SECRET  # type: ignore[return-value]  # it cannot be written as an integer

        @strawberry.field
        def busy(self) -> str | None:
            raise InProgress("The same write is under way.")

        @strawberry.field
        def store(self) -> str | None:
            raise StoreUnavailable("The store cannot be used.")

        @strawberry.field
        def private(self) -> str | None:
            raise Forbidden("You may not.", scope="orders:read")

        @strawberry.field
        def must(self) -> str:
            raise InProgress("The same write is under way.")

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def note(self, text: str) -> str:
            ran.fields.append("note")
            return text

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def ticks(self) -> AsyncGenerator[int, None]:
            ran.fields.append("ticks")
            yield 1

    return GatewaySchema(query=Query, mutation=Mutation, subscription=Subscription, extensions=[Answering])


@dataclass(slots=True)
class Desk:
    app: Starlette
    client: httpx.AsyncClient
    ran: Ran


@asynccontextmanager
async def desk(**top: Any) -> AsyncIterator[Desk]:
    """The app with these keys of the configuration, and a client of it that no exception gets through to."""
    ran = Ran()
    config = load_table(TABLE | top, {}, REGISTRY)
    app = create_app(config, schema=schema_noting(ran))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL) as client,
    ):
        yield Desk(app, client, ran)
