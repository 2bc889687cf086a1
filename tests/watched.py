"""Orders to be watched at a vendor made of dictionaries, by a clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from gateway.accounts import Accounts
from gateway.model.order import Order, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.model.values import Vendor
from gateway.vendors.base import ORDER
from gateway.watching import Pace, Watcher, Watching
from tests.fakes import FakeAdapter

START = datetime(2026, 11, 25, tzinfo=UTC)


@dataclass
class Clock:
    """Monotonic seconds; whoever waits is woken in turn."""

    seconds: float = 0.0
    _waiting: list[tuple[float, asyncio.Event]] = field(default_factory=list)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def __call__(self) -> float:
        return self.seconds

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        rung = asyncio.Event()
        place = (self.seconds + seconds, rung)
        self._waiting.append(place)
        woken = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(rung.wait())]
        try:
            await asyncio.wait(woken, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in woken:
                one.cancel()
            if place in self._waiting:
                self._waiting.remove(place)

    async def pass_(self, seconds: float) -> None:
        """Lets so much time pass, and everything happen in it."""
        end = self.seconds + seconds
        await settled()
        while self._waiting and min(self._waiting, key=lambda place: place[0])[0] <= end:
            at, rung = place = min(self._waiting, key=lambda place: place[0])
            self._waiting.remove(place)
            self.seconds = max(self.seconds, at)
            rung.set()
            await settled()
        self.seconds = end


async def settled() -> None:
    """Everything has happened that can without time passing."""
    for _ in range(30):
        await asyncio.sleep(0)


def ref(number: str, account: str = "one") -> Ref:
    return Ref.of(account, Kind.ORDER, number)


def order(number: str, status: OrderStatus = OrderStatus.PENDING, account: str = "one") -> Order:
    return Order(
        ref=ref(number, account),
        account_name=account,
        vendor=Vendor.SELLERCLOUD,
        number=number,
        number_scope="",
        type=OrderType.PURCHASE,
        vendor_type=None,
        status=status,
        vendor_status=status.value,
        created_at=START,
        details=None,
        tie=number,
    )


@dataclass
class Lookout:
    """One account's orders under watch, fifty a call unless told otherwise."""

    adapter: FakeAdapter
    clock: Clock
    watching: Watching

    def put(self, number: str, status: OrderStatus = OrderStatus.PENDING) -> None:
        """The order as a vendor would answer it: a new record each time."""
        self.adapter.things[ref(number)] = order(number, status)

    def drop(self, number: str) -> None:
        del self.adapter.things[ref(number)]

    def watch(self, *numbers: str) -> Watcher:
        return self.watching.watch(map(ref, numbers))

    @property
    def reads(self) -> int:
        return len(self.adapter.batches)


def lookout(
    *numbers: str, per_call: int = 50, max_orders: int = 1_000, chance: Callable[[], float] = lambda: 0.5
) -> Lookout:
    """These orders exist; they are read every 10 seconds at first, and at least every 40."""
    adapter, clock = FakeAdapter.named("one"), Clock()

    async def read(refs: list[Ref]) -> dict[Ref, object]:
        found = await adapter.batch(refs)
        return {key: replace(one) if isinstance(one, Order) else one for key, one in found.items()}

    adapter.reads.add(ORDER, read, per_call)  # type: ignore[arg-type]  # things may be anything, also what no order is
    pace = Pace(10.0, 40.0, growth=2.0, clock=clock, wait=clock.wait, chance=chance)
    made = Lookout(adapter, clock, Watching(Accounts([adapter]), pace, max_orders, clock.now))
    for number in numbers:
        made.put(number)
    return made


async def news(watcher: Watcher) -> list[str]:
    """What is news to the watcher without any time passing, as "number status", "number gone" or "number CODE"."""
    told: list[str] = []
    while True:
        asked = asyncio.ensure_future(watcher.next())
        await settled()
        if not asked.done():
            asked.cancel()
            return told
        of, sight = asked.result()
        how = sight.error.code if sight.error else sight.order.status.value if sight.order else "gone"
        told.append(f"{of.parts[-1]} {how}")
