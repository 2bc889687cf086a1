"""The whole gateway over the sandbox, with all that it tells operators kept: spans, figures, and what vendors heard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.config import load_table
from gateway.demo import demo_document
from gateway.sandbox.app import Sandbox, create_sandbox
from gateway.telemetry.traces import Traces
from gateway.vendors.registry import REGISTRY
from tests.whole.harness import GATEWAY, SCHEMA, VENDORS

PUBLIC = frozenset({"vendor", "base_url", "authority", "actor", "tenant_id", "client_id", "username"})
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Hearing(httpx.ASGITransport):
    """Keeps the headers of each call to a vendor."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(app=sandbox.app)
        self.heard: list[httpx.Headers] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request.headers)
        return await super().handle_async_request(request)


@dataclass(slots=True)
class Desk:
    app: Starlette
    client: httpx.AsyncClient
    sandbox: Sandbox
    document: Mapping[str, Any]
    exporter: InMemorySpanExporter
    vendors: Hearing
    secrets: set[str] = field(default_factory=set)

    async def ask(self, query: str, headers: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        response = await self.client.post("/graphql", json={"query": query, **more}, headers=headers)
        answer: dict[str, Any] = response.json()
        return answer

    async def figures(self) -> Series:
        """Every sample at /metrics by its name and labels."""
        text = (await self.client.get("/metrics")).text
        return series(text)

    def spans(self) -> tuple[list[ReadableSpan], list[ReadableSpan]]:
        """The operations and the calls so far."""
        known = self.exporter.get_finished_spans()
        return [one for one in known if one.kind is SpanKind.SERVER], [
            one for one in known if one.kind is SpanKind.CLIENT
        ]

    def journal(self) -> int:
        """How many calls reached a vendor, logins included."""
        return sum(len(one.journal) for one in self.sandbox.desks.values())

    def hidden(self) -> set[str]:
        """All that must never be written down: the accounts' secrets, and the tokens that vendors were sent."""
        tables = self.document["accounts"].values()
        known = {text for table in tables for key, text in table.items() if key not in PUBLIC and isinstance(text, str)}
        sent = (one["authorization"].partition(" ")[2] for one in self.vendors.heard if "authorization" in one)
        return known | set(sent)


@asynccontextmanager
async def desk(change: Callable[[dict[str, dict[str, Any]]], None] | None = None, **top: Any) -> AsyncIterator[Desk]:
    """With these keys of the configuration beside the demo's. `change` may edit the accounts' tables."""
    sandbox = create_sandbox(size=0.05)
    credentials = {name: one.emulator.credentials(VENDORS) for name, one in sandbox.desks.items()}
    document = demo_document(credentials, GATEWAY) | {"signing_keys": ["a-key-for-tests-only"]} | top
    if change is not None:
        change(document["accounts"])
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    vendors = Hearing(sandbox)
    app = create_app(load_table(document, {}, REGISTRY), vendors, schema=SCHEMA, traces=Traces(provider))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=GATEWAY) as client,
    ):
        yield Desk(app, client, sandbox, document, exporter, vendors)


def series(text: str) -> Series:
    return dict(_samples(text))


def _samples(text: str) -> Iterator[tuple[tuple[str, frozenset[tuple[str, str]]], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield (sample.name, frozenset(sample.labels.items())), sample.value
