"""A Sellercloud account with the vendor it talks to, in one process: the emulator, or a list with odd habits."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from gateway.model.order import Order
from gateway.sandbox.control import Call, Desk
from gateway.sandbox.sellercloud import Sellercloud as Emulator
from gateway.secret import Secret
from gateway.vendors.base import Limits, OrderFilter, Position, Services, Step
from gateway.vendors.sellercloud import SellercloudAdapter, Settings

TODAY = datetime(2026, 11, 21, tzinfo=UTC)
NOW = TODAY + timedelta(hours=9)
BASE = "http://sandbox.test/rest/api"
PATIENCE = 50.0  # of real time, which a busy machine may take between two lines of an answer
PASSWORD = "pass-word-that-must-not-show"


class NoVault:
    async def get(self, account: str, name: str) -> Secret | None:
        return None

    async def put(self, account: str, name: str, secret: Secret) -> None:
        raise AssertionError("nothing to keep")


def adapter_over(
    transport: httpx.AsyncBaseTransport, timeout_seconds: float = PATIENCE, **settings: Any
) -> SellercloudAdapter:
    told = {"base_url": BASE, "username": "bot@acme.test", "password": Secret(PASSWORD), **settings}
    services = Services(transport, NoVault(), lambda: NOW)
    return SellercloudAdapter(
        "sc-1", "main", Settings(**told), Limits(timeout_seconds=timeout_seconds, max_retries=0), services
    )


@dataclass
class Tenant:
    adapter: SellercloudAdapter
    emulator: Emulator
    desk: Desk

    @property
    def calls(self) -> list[Call]:
        """What came since the last `forget_calls`, logins left out."""
        return [call for call in self.desk.journal if not call.path.endswith("/token")]

    @property
    def logins(self) -> int:
        return sum(call.path.endswith("/token") for call in self.desk.journal)

    def forget_calls(self) -> None:
        self.desk.journal.clear()

    def set(self, **knobs: Any) -> None:
        for name, value in knobs.items():
            setattr(self.emulator.settings, name, value)


@asynccontextmanager
async def tenant(
    size: float = 0.1, seed: int = 1, clock: Callable[[], datetime] = lambda: NOW, **settings: Any
) -> AsyncIterator[Tenant]:
    """`clock` is the vendor's own, whose wall time it tells without a zone."""
    emulator = Emulator(seed, size, TODAY, clock)
    desk = Desk(emulator)
    told = emulator.credentials("")
    settings = {"username": told["username"], "password": Secret(told["password"]), **settings}
    adapter = adapter_over(httpx.ASGITransport(app=desk), **settings)
    try:
        yield Tenant(adapter, emulator, desk)
    finally:
        await adapter.close()
        await desk.close()


@dataclass
class OddList:
    """A vendor that has a list of purchase orders and nothing else. `created` are wall clock times in its zone."""

    created: list[datetime]
    deaf: frozenset[str] = frozenset()  # filters it ignores
    page_cap: int = 50
    includes_end: bool = True
    order: Callable[[list[int]], list[int]] = field(default=lambda ids: sorted(ids, reverse=True))
    change: Callable[[dict[str, Any]], Any] = field(default=lambda row: row)
    queries: list[httpx.QueryParams] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        query = request.url.params
        self.queries.append(query)
        start, end = (self.bound(query, f"model.createDate{word}") for word in ("From", "To"))
        here = {n for n, at in enumerate(self.created, 1) if (start is None or at >= start) and self.before(at, end)}
        ids = sorted(here - self.gone)
        if "model.pOIds" in query and "pOIds" not in self.deaf:
            ids = [n for n in ids if str(n) in query.get_list("model.pOIds")]
        size = min(int(query["model.pageSize"]), self.page_cap)
        first = (int(query["model.pageNumber"]) - 1) * size
        rows = [self.change(self.row(n)) for n in self.order(ids)[first : first + size]]
        return httpx.Response(200, json={"Items": rows or None, "TotalResults": len(ids)})

    def row(self, n: int) -> dict[str, Any]:
        return {"ID": n, "CreatedOn": self.created[n - 1].isoformat(), "PurchaseOrderStatus": 1, "CompanyID": 163}

    def bound(self, query: httpx.QueryParams, name: str) -> datetime | None:
        text = query.get(name)
        if text is None or name.removeprefix("model.") in self.deaf:
            return None
        return datetime.strptime(text, "%m/%d/%Y %H:%M")  # noqa: DTZ007 - the vendor's dates have no zone

    def before(self, at: datetime, end: datetime | None) -> bool:
        return end is None or at < end or (self.includes_end and at == end)


def spread(count: int, start: datetime, step: timedelta) -> list[datetime]:
    return [start + n * step for n in range(count)]


def shuffled(seed: int = 7) -> Callable[[list[int]], list[int]]:
    """Another order at every call."""
    dice = random.Random(seed)
    return lambda ids: dice.sample(ids, len(ids))


def eastern() -> ZoneInfo:
    return ZoneInfo("America/New_York")


async def walk(
    adapter: SellercloudAdapter, wanted: OrderFilter | None = None, limit: int = 21, descending: bool = True
) -> tuple[list[Order], list[Step[Order]]]:
    """All rows of a list, and the steps they came in."""
    steps: list[Step[Order]] = []
    place: Position | None = None
    for _ in range(400):
        step = await adapter.orders(wanted or OrderFilter(), place, limit, descending)
        steps.append(step)
        if step.resume is None:
            return [order for one in steps for order in one.rows], steps
        assert step.resume != place
        place = step.resume
    raise AssertionError("the list does not end")
