"""The Marketplace emulator as the sandbox mounts it: its data, its callers, and the frame every call goes through."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.sandbox.control import Fault
from gateway.sandbox.softwareone import actors
from gateway.sandbox.softwareone.actors import Caller, authenticate, caller_for
from gateway.sandbox.softwareone.attachments import Tickets
from gateway.sandbox.softwareone.call import Call, Endpoint
from gateway.sandbox.softwareone.foundation import Foundation
from gateway.sandbox.softwareone.history import History
from gateway.sandbox.softwareone.problems import Problem, gateway_body, unimplemented
from gateway.sandbox.softwareone.routes import ENDPOINTS, deliver
from gateway.sandbox.softwareone.settings import Settings
from gateway.sandbox.softwareone.state import State
from gateway.sandbox.softwareone.views import long_id

PREFIXES = ("/public/v1", "/v1")
MINUTE = 60.0
ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class SoftwareOne:
    """The Emulator of `gateway.sandbox.control` for the SoftwareOne Marketplace."""

    name = "softwareone"
    mount = "/softwareone"

    def __init__(self, seed: int, size: float, today: datetime) -> None:
        self.seed = seed
        self.size = size
        self.today = today.astimezone(UTC)
        self.settings = Settings()
        self.tickets = Tickets()
        self.reset()
        routes = [
            Route(prefix + path, self._frame(methods), methods=ALL_METHODS)
            for path, methods in ENDPOINTS.items()
            for prefix in PREFIXES
        ]
        routes.append(Route("/storage/{ticket}", self._unframed(deliver), methods=["GET", "HEAD"]))
        routes.append(Route("/{rest:path}", self._unknown, methods=ALL_METHODS))
        self.app: ASGIApp = Starlette(routes=routes)

    def credentials(self, root: str) -> dict[str, Any]:
        values = {caller.actor: value for value, caller in self.callers.items()}
        return {
            "base_url": f"{root}{self.mount}/public",
            "tokens": {actor: values[actor] for actor in actors.ACTORS},
        }

    def reset(self) -> None:
        for field in fields(Settings):
            setattr(self.settings, field.name, field.default)
        self.state = State(self.seed, self.today)
        self.state.clock.set_to = self.today.replace(year=self.today.year - 2, day=1)
        foundation = Foundation(self.state)
        History(self.state, foundation).play(self.size)
        self.tickets.held.clear()
        self.recent: dict[str, deque[float]] = {}
        self.callers = {
            f"idt:{token['id']}:{actors.secret(self.seed, token['id'])}": caller_for(
                self.state, actor, token["account"]["id"], token
            )
            for actor, token in zip(actors.ACTORS, foundation.tokens, strict=True)
        }

    def orders(self) -> list[dict[str, Any]]:
        return [
            {
                "number": long_id(row["id"]) if self.settings.legacy_style else row["id"],
                "scope": "",
                "created_at": row["audit"]["created"]["at"],
                "listed": True,
            }
            for row in self.state["orders"].values()
        ]

    def throttled(self, fault: Fault) -> Response:
        return too_many(fault.retry_after).response(fault.status)

    def unauthorized(self, fault: Fault) -> Response:
        return gateway_body(401, "Authentication Failed")

    def failure(self, fault: Fault) -> Response:
        return Problem(fault.status or 500, "The sandbox was told to fail.").response()

    def ok_with_error(self, fault: Fault) -> Response:
        return Problem(fault.status or 500, "The sandbox was told to fail.").response(200)

    def _frame(self, methods: dict[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                endpoint = methods.get(request.method)
                if endpoint is None:
                    raise unimplemented(f"{request.method} {request.url.path}")
                caller = authenticate(self.callers, request.headers.get("authorization"))
                if "sandbox.call" in request.scope:
                    request.scope["sandbox.call"].actor = caller.actor
                self._count(caller)
                return await endpoint(Call(request, caller, self.state, self.settings, self.tickets))
            except Problem as problem:
                return problem.response()

        return answer

    def _unframed(self, endpoint: Callable[..., Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await endpoint(request, self.state, self.tickets)

        return answer

    async def _unknown(self, request: Request) -> Response:
        return unimplemented(f"{request.method} {request.url.path}").response()

    def _count(self, caller: Caller) -> None:
        allowed = self.settings.requests_per_minute
        if allowed <= 0:
            return
        now = time.monotonic()
        recent = self.recent.setdefault(caller.actor, deque())
        while recent and recent[0] <= now - MINUTE:
            recent.popleft()
        if len(recent) >= allowed:
            raise too_many(math.ceil(recent[0] + MINUTE - now))
        recent.append(now)


def too_many(seconds: float | None) -> Problem:
    after = "1" if seconds is None else f"{max(seconds, 0):g}"
    return Problem(429, "Too many requests.", headers={"Retry-After": after})
