"""The whole gateway over the whole sandbox in one process: a query in, JSON out, vendor calls counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from starlette.applications import Starlette

from gateway.app import create_app, utc_now
from gateway.config import load_table
from gateway.demo import demo_document
from gateway.edge.identity import Identities
from gateway.model.principal import Principal
from gateway.policy import Auth
from gateway.sandbox.app import Sandbox, create_sandbox
from gateway.sandbox.control import Call
from gateway.schema.build import build_schema
from gateway.vendors.registry import REGISTRY

VENDORS = "http://127.0.0.1:9000"
GATEWAY = "http://127.0.0.1:8000"
SCHEMA = build_schema()  # it knows nothing of an app, and takes half as long to make as all the rest
TOKEN_ROUTES = re.compile(r"/oauth2/|/token$", re.IGNORECASE)
IDENTIFIERS = re.compile(
    r"/(?:[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]{3}-[0-9-]+|[0-9a-f]{12,14}|\d+|[\w-]{32}1)(?=/|$)", re.IGNORECASE
)


class Known(Identities):
    """Whoever asks is `principal`."""

    def __init__(self, principal: Principal) -> None:
        super().__init__(Auth())
        self.principal = principal

    async def of(self, headers: Mapping[str, str]) -> Principal:
        return self.principal

    async def of_connection(self, payload: Any) -> Principal:
        return self.principal

    def current(self, principal: Principal) -> Principal | None:
        if principal.expires_at is not None:
            return principal
        return self.principal if principal.name == self.principal.name else None


@dataclass(slots=True)
class Whole:
    sandbox: Sandbox
    document: dict[str, Any]
    now: Callable[[], datetime]
    known: Known | None = None
    app: Starlette = field(init=False)
    client: httpx.AsyncClient = field(init=False)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def fresh(self) -> None:
        """Another gateway with the same accounts over the same sandbox: no caches, no logins, an empty journal."""
        await self.stack.aclose()
        config = load_table(self.document, {}, REGISTRY)
        self.known = None if self.known is None else Known(self.known.principal)
        app = self.app = create_app(config, httpx.ASGITransport(app=self.sandbox.app), self.now, SCHEMA, self.known)
        await self.stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app)
        self.client = await self.stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=GATEWAY))
        self.forget()

    async def query(self, text: str, **variables: object) -> dict[str, Any]:
        """The whole answer, errors included. What it took is never more than was told before it ran."""
        response = await self.client.post("/graphql", json={"query": text, "variables": variables})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        cost = answer["extensions"]["cost"]
        assert cost["actual"] <= cost["requested"], (cost, text, variables)
        return answer

    async def data(self, text: str, **variables: object) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        answer = await self.query(text, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def calls(self, vendor: str) -> Counter[str]:
        """The calls that reached a vendor since the last `forget`, logins left out, as "METHOD /route" counts."""
        return Counter(route(call) for call in self.sandbox.desks[vendor].journal if not TOKEN_ROUTES.search(call.path))

    def be(self, principal: Principal) -> None:
        """From now on it is this one who asks."""
        assert self.known is not None
        self.known.principal = principal

    def all_calls(self) -> int:
        return sum(self.calls(vendor).total() for vendor in self.sandbox.desks)

    def forget(self) -> None:
        for desk in self.sandbox.desks.values():
            desk.journal.clear()


@asynccontextmanager
async def whole(
    size: float = 1.0,
    change: Callable[[dict[str, dict[str, Any]]], None] | None = None,
    now: Callable[[], datetime] = utc_now,
    principal: Principal | None = None,
    settings: Callable[[dict[str, Any]], None] | None = None,
) -> AsyncIterator[Whole]:
    """The demo's accounts over a fresh sandbox. `change` may edit the accounts' tables before they are used, `settings`
    the whole document; with a `principal` everybody who asks is it, and another one after `be`."""
    sandbox = create_sandbox(size=size, today=now())
    credentials = {name: desk.emulator.credentials(VENDORS) for name, desk in sandbox.desks.items()}
    document = demo_document(credentials, GATEWAY)
    for table in document["accounts"].values():
        table["retry_seconds"] = 0.01  # what is tried is that calls are made again, not how long nobody waits
    if change is not None:
        change(document["accounts"])
    if settings is not None:
        settings(document)
    gateway = Whole(sandbox, document, now, Known(principal) if principal is not None else None)
    try:
        await gateway.fresh()
        yield gateway
    finally:
        await gateway.stack.aclose()


def route(call: Call) -> str:
    """A call as "METHOD /path" with identifiers replaced, for counting."""
    return f"{call.method} {IDENTIFIERS.sub('/*', call.path)}"


def codes(answer: Mapping[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", ())]
