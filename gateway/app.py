"""The composition root: puts configuration, accounts, graph and edge together, and closes what it opened."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.accounts import Accounts
from gateway.config import Config
from gateway.edge import explorer
from gateway.edge.access import AccessLog
from gateway.edge.downloads import Downloads
from gateway.edge.graphql import Endpoint
from gateway.edge.identity import Identities
from gateway.edge.operations import Operations
from gateway.edge.uploads import Bounds, Uploads
from gateway.schema.build import GatewaySchema, build_schema
from gateway.store.ledger import SqliteLedger
from gateway.store.spool import Spool
from gateway.store.sqlite import Database
from gateway.store.vault import open_vault
from gateway.upstream.engine import AiohttpTransport
from gateway.upstream.tally import count
from gateway.vendors.base import Services
from gateway.writing import Writer


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def open_accounts(
    config: Config, transport: httpx.AsyncBaseTransport | None = None, now: Callable[[], datetime] = utc_now
) -> AsyncIterator[Accounts]:
    """The configured accounts, ready for use; at the end all that was opened is closed, whatever fails."""
    async with contextlib.AsyncExitStack() as stack:
        vault = open_vault(config.data_dir, config.vault_key)
        stack.push_async_callback(vault.close)
        way_out = transport or AiohttpTransport()
        stack.push_async_callback(way_out.aclose)
        services = Services(way_out, vault, now, config.allow_private_redirects, count)
        adapters = [one.entry.create(one.id, one.name, one.settings, one.limits, services) for one in config.accounts]
        for adapter in adapters:
            stack.push_async_callback(adapter.close)
        yield Accounts(adapters)


def open_writer(config: Config) -> Writer:
    """The writer with its ledger. Raises StoreError where the database cannot be used."""
    ledger = SqliteLedger(
        Database(config.data_dir),
        keep_seconds=config.idempotency_days * 86_400,
        lease_seconds=config.write_lease_seconds,
    )
    return Writer(ledger, seconds=config.write_seconds, lease_seconds=config.write_lease_seconds)


def open_spool(config: Config) -> Spool:
    """Where uploads wait for their vendor. Raises StoreError where the directory cannot be used."""
    return Spool(config.data_dir / "spool" if config.data_dir is not None else None, config.max_spool_bytes)


def create_app(
    config: Config,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], datetime] = utc_now,
    schema: GatewaySchema | None = None,
) -> Starlette:
    """The gateway as an ASGI app. `transport` is the way to the vendors; tests may give their own, and one `schema` for
    many apps."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_accounts(config, transport, now) as accounts:
            downloads = app.state.downloads = Downloads(accounts, config.signing_keys, config.public_url)
            app.state.uploads = Uploads(
                accounts, open_spool(config), Bounds(config.max_upload_bytes, config.max_files_per_request)
            )
            writer = app.state.writer = open_writer(config)
            app.state.identities = Identities(config.auth)
            app.state.operations = Operations(graph, accounts, downloads, writer)
            try:
                yield
            finally:
                await writer.close()  # before the accounts: what was sent to a vendor is recorded first

    graph = schema or build_schema()
    app = Starlette(
        routes=[
            Route("/", home, methods=["GET"]),
            Route("/graphql", Endpoint()),
            Route("/files/{token}", download, methods=["GET"]),
            Route("/healthz", healthy, methods=["GET"]),
            Route("/readyz", healthy, methods=["GET"]),
            *explorer.routes,
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(RequestBodyLimitMiddleware, max_body_size=config.limits.max_body_bytes),
        ],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would redirect to whatever the Host header says
    return app


async def download(request: Request) -> Response:
    downloads: Downloads = request.app.state.downloads
    return await downloads.serve(request.path_params["token"])


async def home(request: Request) -> Response:
    return RedirectResponse("/graphql")


async def healthy(request: Request) -> Response:
    """Alive and able to take requests; a vendor that is down is told in the graph, not here."""
    return PlainTextResponse("ok\n")
