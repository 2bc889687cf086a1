"""The composition root: puts configuration, accounts, graph and edge together, and closes what it opened."""

from __future__ import annotations

import contextlib
import secrets
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
from gateway.schema.build import build_schema
from gateway.secret import Secret
from gateway.store import Vault
from gateway.store.sqlite import open_vault
from gateway.upstream.engine import AiohttpTransport
from gateway.vendors.base import Services

MAX_BODY = 1024 * 1024


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    config: Config, transport: httpx.AsyncBaseTransport | None = None, now: Callable[[], datetime] = utc_now
) -> Starlette:
    """The gateway as an ASGI app. `transport` is the way to the vendors; tests may give their own."""
    vault: Vault = open_vault(config)
    way_out = transport or AiohttpTransport()
    services = Services(way_out, vault, now, config.allow_private_redirects)
    accounts = Accounts(
        [one.entry.create(one.id, one.name, one.settings, one.limits, services) for one in config.accounts]
    )
    downloads = Downloads(accounts, config.signing_keys or [Secret(secrets.token_hex(32))], config.public_url)
    endpoint = Endpoint(build_schema(), accounts, downloads)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(vault.close)
            stack.push_async_callback(way_out.aclose)
            for adapter in accounts:
                stack.push_async_callback(adapter.close)
            yield

    return Starlette(
        routes=[
            Route("/", home, methods=["GET"]),
            Route("/graphql", endpoint),
            *explorer.routes,
            *downloads.routes,
            Route("/healthz", healthy, methods=["GET"]),
            Route("/readyz", healthy, methods=["GET"]),
        ],
        middleware=[Middleware(AccessLog), Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY)],
        lifespan=lifespan,
    )


async def home(request: Request) -> Response:
    return RedirectResponse("/graphql")


async def healthy(request: Request) -> Response:
    """Alive and able to take requests; a vendor that is down is told in the graph, not here."""
    return PlainTextResponse("ok\n")
