"""Whether this process lives, and whether it should be sent requests. A vendor that is down is told in the graph."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

CHECK_SECONDS: Final = 2.0

log = logging.getLogger("gateway.health")


class Readiness:
    """`usable` raises where the store cannot be used. For the first `drain_seconds` after a SIGTERM requests are served
    as ever, but this says no, so that whoever shares out requests has time to send them elsewhere."""

    def __init__(self, usable: Callable[[], Awaitable[object]], drain_seconds: float) -> None:
        self._usable = usable
        self._drain_seconds = drain_seconds
        self.draining = False

    async def trouble(self) -> str | None:
        """Why no requests should be sent here, None where they may be."""
        if self.draining:
            return "draining"
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._usable()
        except Exception as error:
            log.warning("not ready: the store cannot be used: %s", type(error).__name__)
            return "store"
        return None

    @contextmanager
    def watching(self, leaving: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Stands between SIGTERM and the server, which would stop listening at once. `leaving` is called when it does:
        it waits for what is being answered, also for what would never end by itself."""
        served = signal.getsignal(signal.SIGTERM)
        if not callable(served) or threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()

        def leave(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(leaving)
            served(number, frame)

        def begin(number: int, frame: FrameType | None) -> None:
            if self.draining or not self._drain_seconds:
                leave(number, frame)
                return
            self.draining = True
            loop.call_soon_threadsafe(loop.call_later, self._drain_seconds, leave, number, None)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGTERM) is begin:
                signal.signal(signal.SIGTERM, served)


async def live(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    readiness: Readiness = request.app.state.readiness
    trouble = await readiness.trouble()
    return PlainTextResponse("ok\n") if trouble is None else PlainTextResponse(f"{trouble}\n", 503)


routes: list[BaseRoute] = [
    Route("/health/live", live, methods=["GET"]),
    Route("/health/ready", ready, methods=["GET"]),
]
