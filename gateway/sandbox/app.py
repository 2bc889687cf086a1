"""The sandbox server: three emulators under one root, `/credentials`, and routes for faults and the journal.

| route | does |
|---|---|
| `GET /credentials` | what an outside client needs, per vendor |
| `GET, DELETE /journal[?vendor=&since=]` | the calls that came, numbered; DELETE forgets them |
| `POST, DELETE /control/{vendor}/faults` | adds a fault (`Fault`'s fields as JSON), or clears all |
| `GET, PUT /control/{vendor}/settings` | the emulator's knobs; PUT changes those named |
| `GET /control/{vendor}/orders` | every order there is, by the sandbox's own list |
| `POST /control/reset` | seeded data and settings again, no faults, empty journal |
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.sandbox.control import FAULT_KINDS, Desk, Emulator, Fault
from gateway.sandbox.partner_center import PartnerCenter
from gateway.sandbox.sellercloud import Sellercloud
from gateway.sandbox.softwareone import SoftwareOne


@dataclasses.dataclass(slots=True)
class Sandbox:
    """The app with its desks, for tests that run it in their own process."""

    app: ASGIApp
    desks: dict[str, Desk]


def create_sandbox(seed: int = 1, size: float = 1.0, today: datetime | None = None) -> Sandbox:
    """`seed` and `size` (1.0: the documented numbers) make the data; `today` (UTC) is the day its year ends on."""
    end = (today or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    emulators: tuple[Emulator, ...] = (
        PartnerCenter(seed, size, end),
        Sellercloud(seed, size, end),
        SoftwareOne(seed, size, end),
    )
    desks = {emulator.name: Desk(emulator) for emulator in emulators}
    control = Control(desks)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        for desk in desks.values():
            await desk.close()

    app = Starlette(
        routes=[
            Route("/credentials", control.credentials),
            Route("/journal", control.journal, methods=["GET", "DELETE"]),
            Route("/control/reset", control.reset, methods=["POST"]),
            Route("/control/{vendor}/faults", control.faults, methods=["GET", "POST", "DELETE"]),
            Route("/control/{vendor}/settings", control.settings, methods=["GET", "PUT"]),
            Route("/control/{vendor}/orders", control.orders),
            *(Mount(desk.emulator.mount, desk) for desk in desks.values()),
        ],
        lifespan=lifespan,
    )
    return Sandbox(WithTransport(app), desks)


@dataclasses.dataclass(slots=True)
class WithTransport:
    """Keeps the server's own `send` in the scope: Starlette wraps it, and the desks must reach the connection."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "sandbox.send": send}, receive, send)


@dataclasses.dataclass(slots=True)
class Control:
    desks: dict[str, Desk]

    async def credentials(self, request: Request) -> Response:
        root = str(request.base_url).rstrip("/")
        return JSONResponse({name: desk.emulator.credentials(root) for name, desk in self.desks.items()})

    async def journal(self, request: Request) -> Response:
        chosen = [desk for name, desk in self.desks.items() if request.query_params.get("vendor", name) == name]
        if request.method == "DELETE":
            for desk in chosen:
                desk.journal.clear()
            return Response(status_code=204)
        since = float(request.query_params.get("since", "0"))
        calls = [call for desk in chosen for call in desk.calls() if call["at"] >= since]
        return JSONResponse({"calls": sorted(calls, key=lambda call: call["at"])})

    async def reset(self, request: Request) -> Response:
        for desk in self.desks.values():
            desk.clear()
            desk.journal.clear()
            desk.emulator.reset()
        return Response(status_code=204)

    async def faults(self, request: Request) -> Response:
        desk = self._desk(request)
        if desk is None:
            return unknown_vendor(request)
        if request.method == "DELETE":
            desk.clear()
            return Response(status_code=204)
        if request.method == "GET":
            return JSONResponse({"faults": [dataclasses.asdict(fault) for fault in desk.faults]})
        body = await request.json()
        known = {f.name for f in dataclasses.fields(Fault)} - {"id", "struck"}
        wrong = sorted(set(body) - known)
        if wrong or body.get("kind") not in FAULT_KINDS:
            reason = f"unknown fields {wrong}" if wrong else f"kind is one of {', '.join(FAULT_KINDS)}"
            return JSONResponse({"error": reason}, status_code=400)
        return JSONResponse(dataclasses.asdict(desk.add(Fault(**body))), status_code=201)

    async def settings(self, request: Request) -> Response:
        desk = self._desk(request)
        if desk is None:
            return unknown_vendor(request)
        settings = desk.emulator.settings
        if request.method == "PUT":
            changes: dict[str, Any] = await request.json()
            wrong = sorted(set(changes) - {f.name for f in dataclasses.fields(settings)})
            if wrong:
                return JSONResponse({"error": f"unknown settings {wrong}"}, status_code=400)
            for name, value in changes.items():
                setattr(settings, name, value)
        return JSONResponse(dataclasses.asdict(settings))

    async def orders(self, request: Request) -> Response:
        desk = self._desk(request)
        if desk is None:
            return unknown_vendor(request)
        return JSONResponse({"orders": desk.emulator.orders()})

    def _desk(self, request: Request) -> Desk | None:
        return self.desks.get(request.path_params["vendor"])


def unknown_vendor(request: Request) -> Response:
    return JSONResponse({"error": f"no vendor {request.path_params['vendor']!r} in this sandbox"}, status_code=404)
