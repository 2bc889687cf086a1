"""One log line per request, by route: no query string and no token of a download link ever gets in.

Each request gets the id by which its lines, its spans and the vendors' logs belong together: the one that came as
X-Correlation-Id, if it is plain, or a new one. The answer says it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.telemetry.logs import OPERATION
from gateway.telemetry.metrics import Metrics, method_known
from gateway.upstream.correlation import CORRELATION, Correlation, accepted

HEADER: Final = "X-Correlation-Id"
PLAIN: Final = re.compile(r"[\w.-]{0,40}", re.ASCII)
ROUTES: Final[Mapping[str, str]] = {
    "/": "/",
    "/graphql": "/graphql",
    "/graphql/…": "/graphql/assets/{name}",
    "/files/…": "/files/{token}",
    "/health/…": "/health/{check}",
    "/metrics": "/metrics",
}
FREQUENT: Final = frozenset({"/health/…", "/metrics"})  # asked by machines every few seconds
LONGEST_TRACEPARENT: Final = 100

log = logging.getLogger("gateway.access")


class AccessLog:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        traceparent = headers.get("traceparent", "")
        request = Correlation(accepted(headers.get(HEADER)), traceparent[:LONGEST_TRACEPARENT] or None)
        operation: dict[str, Any] | None = {} if scope["type"] == "http" else None
        tokens = CORRELATION.set(request), OPERATION.set(operation)
        try:
            await self._logged(scope, receive, send, request, operation)
        finally:
            CORRELATION.reset(tokens[0])
            OPERATION.reset(tokens[1])

    async def _logged(
        self, scope: Scope, receive: Receive, send: Send, request: Correlation, operation: dict[str, Any] | None
    ) -> None:
        started = time.perf_counter()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            match message["type"]:
                case "http.response.start":
                    status = message["status"]
                    MutableHeaders(scope=message)[HEADER] = request.id
                case "websocket.accept":
                    status = 101
                    message.setdefault("headers", [])
                    MutableHeaders(scope=message)[HEADER] = request.id
                case "websocket.close":
                    status = message.get("code", 1000) if status else 403
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            milliseconds = (time.perf_counter() - started) * 1000
            method, where = method_known(scope.get("method", "WEBSOCKET")), route(scope["path"])
            self._metrics.request(method, ROUTES.get(where, "other"), status)
            known = {"method": method, "route": where, "status": status, "milliseconds": round(milliseconds, 1)}
            level = logging.DEBUG if where in FREQUENT and status < 400 else logging.INFO
            log.log(level, "%s %s %d %.1fms", method, where, status, milliseconds, extra=known | (operation or {}))


def route(path: str) -> str:
    """The path as far as it may be written down: its first part, if that is a plain word."""
    top, *rest = path.removeprefix("/").split("/", 1)
    word = top if PLAIN.fullmatch(top) else "…"
    return f"/{word}/…" if rest else f"/{word}"
