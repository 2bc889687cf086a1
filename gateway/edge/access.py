"""One log line per request, by route: no query string and no token of a download link ever gets in."""

from __future__ import annotations

import logging
import re
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PLAIN: Final = re.compile(r"[\w.-]{0,40}", re.ASCII)

log = logging.getLogger("gateway.access")


class AccessLog:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            milliseconds = (time.perf_counter() - started) * 1000
            log.info("%s %s %d %.1fms", scope["method"], route(scope["path"]), status, milliseconds)


def route(path: str) -> str:
    """The path as far as it may be written down: its first part, if that is a plain word."""
    top, *rest = path.removeprefix("/").split("/", 1)
    word = top if PLAIN.fullmatch(top) else "…"
    return f"/{word}/…" if rest else f"/{word}"
