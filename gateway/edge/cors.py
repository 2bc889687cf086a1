"""Which pages of other origins may read the answers (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_AGE: Final = 3_600
ASKED: Final = (
    "Authorization",
    "Content-Type",
    "X-API-Key",
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "Traceparent",
    "X-Correlation-Id",
    "Order-Gateway-Vendor-Calls",
    "Request-Timeout",
)
SHOWN: Final = ("Retry-After", "X-Correlation-Id")
FOR_NO_PAGE: Final = frozenset({"/metrics"})


class Cors:
    """Lets pages of those origins in, and no cookies with them: there are none. The figures are for no page at all."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=ASKED,
            expose_headers=SHOWN,
            max_age=MAX_AGE,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app if scope.get("path") in FOR_NO_PAGE else self._shared
        await app(scope, receive, send)
