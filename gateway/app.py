"""The composition root: puts configuration, accounts, graph and edge together, and closes what it opened."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gateway.account_tables import AccountConfig
from gateway.accounts import Accounts
from gateway.config import Config, ConfigError
from gateway.edge import explorer, health, metrics
from gateway.edge.access import AccessLog
from gateway.edge.cors import Cors
from gateway.edge.deadlines import Deadlines
from gateway.edge.documents import ManifestError, Persisted, read_manifest
from gateway.edge.downloads import Downloads
from gateway.edge.graphql import Endpoint
from gateway.edge.headers import SafeHeaders
from gateway.edge.health import Readiness
from gateway.edge.hosts import KnownHosts
from gateway.edge.identity import Identities, NoCredentials
from gateway.edge.masking import Masking
from gateway.edge.operations import Operations
from gateway.edge.sockets import Sockets
from gateway.edge.statuses import PROFILES
from gateway.edge.streams import Streams
from gateway.edge.uploads import Bounds, Uploads
from gateway.errors import GatewayError
from gateway.schema.build import GatewaySchema, build_schema
from gateway.schema.context import Watch
from gateway.schema.prepared import Documents
from gateway.sharing.adapter import SharedAdapter
from gateway.store.ledger import SqliteLedger
from gateway.store.spool import Spool
from gateway.store.sqlite import Database
from gateway.store.vault import open_vault
from gateway.telemetry.levels import Levels
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.observer import Observer
from gateway.telemetry.traces import Traces, open_traces
from gateway.upstream.engine import AiohttpTransport
from gateway.upstream.wire import CallRecord
from gateway.vendors.base import Adapter, Services
from gateway.watching import Pace, Watching
from gateway.writing import Writer


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def open_accounts(
    config: Config,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], datetime] = utc_now,
    observe: Callable[[CallRecord], None] | None = None,
) -> AsyncIterator[Accounts]:
    """The configured accounts, ready for use; `observe` is told of every call on the wire. At the end all that was
    opened is closed, whatever fails."""
    async with contextlib.AsyncExitStack() as stack:
        vault = open_vault(config.data_dir, config.vault_key)
        stack.push_async_callback(vault.close)
        way_out = transport or AiohttpTransport()
        stack.push_async_callback(way_out.aclose)
        services = Services(way_out, vault, now, config.allow_private_redirects, observe, config.replicas)
        adapters = [opened(one, services) for one in config.accounts]
        for adapter in adapters:
            stack.push_async_callback(adapter.close)
        yield Accounts(adapters)


def opened(account: AccountConfig, services: Services) -> Adapter:
    """One account, which asks its vendor once for what many ask at the same moment."""
    adapter = account.entry.create(account.id, account.name, account.settings, account.limits, services)
    return SharedAdapter(adapter, account.limits.cache_seconds)


def open_writer(config: Config, database: Database, figures: Metrics) -> Writer:
    """The writer with its ledger in that database, which it closes; its writes are counted."""
    ledger = SqliteLedger(
        database,
        keep_seconds=config.idempotency_days * 86_400,
        lease_seconds=config.write_lease_seconds,
    )

    def ended(adapter: Adapter, write: str, outcome: str) -> None:
        figures.writes.labels(adapter.account.vendor.value, adapter.account.name, write, outcome).inc()

    return Writer(ledger, seconds=config.write_seconds, lease_seconds=config.write_lease_seconds, told=ended)


def open_spool(config: Config) -> Spool:
    """Where uploads wait for their vendor. Raises StoreError where the directory cannot be used."""
    return Spool(config.data_dir / "spool" if config.data_dir is not None else None, config.max_spool_bytes)


def open_watching(config: Config, accounts: Accounts, now: Callable[[], datetime]) -> Watching:
    pace = Pace(config.watch_seconds, config.watch_slowest_seconds)
    return Watching(accounts, pace, config.limits.max_watched_in_all, now)


def bounds(config: Config) -> Bounds:
    """How much may be uploaded, and how slowly."""
    seconds = config.limits.slowest_body_seconds
    return Bounds(config.max_upload_bytes, config.max_files_per_request, piece_seconds=seconds)


def sources(streams: Streams, watching: Watching, spool: Spool) -> dict[str, Callable[[], float]]:
    """What the figures that stand at a level are read from."""
    return {
        "streams": lambda: streams.open,
        "watched": lambda: watching.orders,
        "spool_bytes": lambda: spool.used,
    }


def open_persisted(config: Config, graph: GatewaySchema) -> Persisted:
    """The documents of the manifest, each checked. Raises ConfigError naming those that cannot run."""
    if config.documents is None:
        return Persisted()
    try:
        manifest = read_manifest(config.documents)
    except ManifestError as error:
        raise ConfigError([f"documents: {error}"]) from None
    documents = Documents(graph._schema, config.limits)
    wrong = [(id_, found) for id_, text in manifest.items() if (found := documents.prepared(text).problem)]
    if wrong:
        raise ConfigError([f"documents: {id_[:80]}: {problem}" for id_, problem in wrong[:20]])
    return Persisted(manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an app has before it starts. `known` are those who may come in, `traces` where spans go, `transport` the way
    to the vendors: as configured where they are None."""

    config: Config
    graph: GatewaySchema
    persisted: Persisted
    figures: Metrics
    now: Callable[[], datetime]
    transport: httpx.AsyncBaseTransport | None = None
    known: Identities | None = None
    traces: Traces | None = None

    def refused(self, error: GatewayError) -> None:
        """Counts credentials that were not taken."""
        self.figures.refused.labels("missing" if isinstance(error, NoCredentials) else error.code.lower()).inc()


@contextlib.asynccontextmanager
async def running(app: Starlette, parts: Parts) -> AsyncIterator[None]:
    """The app between its start and its end. What was opened is closed in the opposite order, whatever fails."""
    config, figures = parts.config, parts.figures
    async with contextlib.AsyncExitStack() as stack:
        traces = parts.traces or open_traces(config.otlp_endpoint, os.environ)
        stack.push_async_callback(traces.close)
        observer = Observer(figures, traces)
        accounts = await stack.enter_async_context(open_accounts(config, parts.transport, parts.now, observer.call))
        identities = parts.known or Identities(config.auth, refused=parts.refused)
        stack.push_async_callback(identities.close)
        spool = open_spool(config)
        database = Database(config.data_dir)
        writer = open_writer(config, database, figures)
        stack.push_async_callback(writer.close)  # before the accounts: what was sent to a vendor is recorded first
        watching = open_watching(config, accounts, parts.now)
        stack.push_async_callback(watching.close)
        streams = Streams(config.limits)
        levels = Levels(figures, accounts, sources(streams, watching, spool))
        noting = asyncio.create_task(levels.keep())
        stack.callback(noting.cancel)
        downloads = Downloads(accounts, config.signing_keys, config.public_url, identities)
        watch = Watch(watching, identities.current, config.limits.max_watched_orders)
        app.state.operations = Operations(
            parts.graph,
            accounts,
            downloads,
            writer,
            explored=config.explored,
            watch=watch,
            observer=observer,
            limits=config.limits,
            persisted=parts.persisted,
            deadlines=Deadlines(config.deadline_seconds, config.max_deadline_seconds),
        )
        readiness = Readiness(database.check, config.drain_seconds)
        app.state.identities, app.state.writer, app.state.levels = identities, writer, levels
        app.state.uploads, app.state.downloads = Uploads(accounts, spool, bounds(config)), downloads
        app.state.streams, app.state.readiness = streams, readiness
        with readiness.watching(streams.end):
            yield


def create_app(
    config: Config,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], datetime] = utc_now,
    schema: GatewaySchema | None = None,
    known: Identities | None = None,
    traces: Traces | None = None,
) -> Starlette:
    """The gateway as an ASGI app. `transport` is the way to the vendors; tests may give their own, one `schema` for
    many apps, who is known, and where spans go. Raises ConfigError; its start may raise TracesUnavailable, StoreError.
    """
    figures, graph = Metrics(), schema or build_schema()
    parts = Parts(
        config=config,
        graph=graph,
        persisted=open_persisted(config, graph),
        figures=figures,
        now=now,
        transport=transport,
        known=known,
        traces=traces,
    )
    app = Starlette(
        routes=routes(config), middleware=middleware(config, figures), lifespan=partial(running, parts=parts)
    )
    app.state.metrics = figures
    app.router.redirect_slashes = False  # it would redirect to whatever the Host header says
    return app


def routes(config: Config) -> list[BaseRoute]:
    return [
        Route("/", home, methods=["GET"]),
        Route("/graphql", Endpoint(PROFILES[config.http_profile], config.explored, config.limits)),
        WebSocketRoute("/graphql", Sockets(config.public_url, config.cors_origins)),
        Route("/files/{token}", download, methods=["GET"]),
        *health.routes,
        *metrics.routes,
        *(explorer.routes if config.explored else ()),
    ]


def middleware(config: Config, figures: Metrics) -> list[Middleware]:
    """From the outermost to the innermost."""
    return [
        Middleware(AccessLog, metrics=figures),
        Middleware(SafeHeaders),
        *([Middleware(Cors, origins=config.cors_origins)] if config.cors_origins else ()),
        *(() if config.auth else [Middleware(KnownHosts, public_url=config.public_url)]),
        Middleware(Masking),
    ]


async def download(request: Request) -> Response:
    downloads: Downloads = request.app.state.downloads
    return await downloads.serve(request.path_params["token"])


async def home(request: Request) -> Response:
    return RedirectResponse("/graphql")
