"""Orders under watch: one poller per order, however many look on, which asks less often while nothing changes.

The poller of an account reads all orders that are due in the vendor's own batches, starts with the first who watches
one of them and stops with the last. Whoever watches is told what changed since, never more than the newest state.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import math
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from gateway.accounts import Accounts
from gateway.errors import GatewayError, LimitExceeded, NotFound, Throttled
from gateway.model.order import Order
from gateway.model.ref import Ref
from gateway.upstream.errand import Errand, Load, on
from gateway.upstream.wire import LIGHT_CALLS
from gateway.vendors.base import ORDER, Adapter

SINGLES: Final = 8  # orders read side by side where a call reads one
BREATH_SECONDS: Final = 0.1  # between two batches: a poller never takes an account's calls for itself
READ_SECONDS: Final = 60.0  # a batch takes at most, waiting for its turn included
THROTTLED_SECONDS: Final = 30.0
LONGEST_PAUSE: Final = 600.0

log = logging.getLogger("gateway.watching")


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Until the event, or for so long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an order is read: at first and after a change every `seconds`, then ever more rarely up to `slowest`.
    `clock` is monotonic; `chance` gives numbers from 0 to 1, so that pollers do not march in step."""

    seconds: float = 5.0
    slowest: float = 60.0
    growth: float = 1.5
    clock: Callable[[], float] = monotonic
    wait: Callable[[asyncio.Event, float], Awaitable[None]] = wait_for
    chance: Callable[[], float] = random.random

    def next(self, interval: float) -> float:
        """When an order with this interval is due again: a tenth of it sooner or later."""
        return self.clock() + interval * (0.9 + 0.2 * self.chance())


@dataclass(frozen=True, slots=True)
class Sight:
    """How an order was found: `order` is None where there is none, or where `error` kept it from being read."""

    order: Order | None
    error: GatewayError | None
    at: datetime

    def same(self, other: Sight | None) -> bool:
        """Whether it says the same of the order."""
        if other is None or (self.error and self.error.code) != (other.error and other.error.code):
            return False
        # An order read again unchanged is the same object still, which spares a look at all its lines.
        return self.order is other.order or self.order == other.order


class Watcher:
    """One onlooker: what is news to it of the orders that it watches. Close it, or their pollers never stop.

    `calls` is how many of the vendors' it caused by beginning: those whose orders nobody had read just before.
    """

    def __init__(self, refs: Iterable[Ref], leave: Callable[[Watcher], None]) -> None:
        self.refs = tuple(refs)
        self.calls = 0
        self._leave = leave
        self._told: dict[Ref, Sight] = {}
        self._news: dict[Ref, Sight] = {}
        self._woken = asyncio.Event()

    async def next(self) -> tuple[Ref, Sight]:
        """The next news: an order and how it stands now. What changed and changed back meanwhile is no news."""
        while True:
            while self._news:
                ref = next(iter(self._news))
                sight = self._news.pop(ref)
                if not sight.same(self._told.get(ref)):
                    self._told[ref] = sight
                    return ref, sight
            self._woken.clear()
            await self._woken.wait()

    def offer(self, ref: Ref, sight: Sight) -> None:
        """Leaves the newest state for `next`; an older one that was not taken is forgotten."""
        if ref in self._news or not sight.same(self._told.get(ref)):
            self._news[ref] = sight
            self._woken.set()

    def lacks(self, ref: Ref) -> bool:
        """Whether it knows nothing of that order yet."""
        return ref not in self._told and ref not in self._news

    def close(self) -> None:
        self._leave(self)


@dataclass(slots=True)
class Watched:
    """An order that somebody watches. `known` is the order as it was last read, `sight` how it stands now."""

    ref: Ref
    interval: float
    due: float
    sight: Sight | None = None
    known: Order | None = None
    read_at: float = float("-inf")
    failures: int = 0
    watchers: list[Watcher] = field(default_factory=list)


class Poller:
    """Reads the watched orders of one account while there are any."""

    def __init__(self, adapter: Adapter, pace: Pace, now: Callable[[], datetime]) -> None:
        self._adapter = adapter
        self._pace = pace
        self._now = now
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._paused_until = float("-inf")
        self._refusal: GatewayError | None = None
        self.orders: dict[Ref, Watched] = {}

    def join(self, ref: Ref, watcher: Watcher) -> bool:
        """Its first news is the last read, if that is fresh; else there will be one now. Returns whether there will."""
        clock = self._pace.clock()
        watched = self.orders.get(ref)
        if watched is None:
            watched = self.orders[ref] = Watched(ref, self._pace.seconds, clock)
        watched.watchers.append(watcher)
        fresh = watched.sight is not None and clock - watched.read_at <= self._pace.seconds
        read = not fresh and clock >= self._paused_until
        if read:
            watched.due = min(watched.due, clock)
            self._woken.set()
        else:
            watcher.offer(ref, watched.sight or Sight(None, self._refusal, self._now()))
        if self._task is None:
            # In a context of its own: its calls are nobody's operation.
            self._task = asyncio.create_task(self._run(), context=contextvars.Context())
        return read

    def leave(self, ref: Ref, watcher: Watcher) -> None:
        watched = self.orders[ref]
        watched.watchers.remove(watcher)
        if not watched.watchers:
            del self.orders[ref]
        if not self.orders:
            self.stop()

    def stop(self) -> asyncio.Task[None] | None:
        """Has the poller end; the task is what is left of it."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def _run(self) -> None:
        while True:
            clock = self._pace.clock()
            first = max(min(watched.due for watched in self.orders.values()), self._paused_until)
            if first > clock:
                self._woken.clear()
                await self._pace.wait(self._woken, first - clock)
                continue
            await self._read(self._batch(clock))
            await self._pace.wait(asyncio.Event(), BREATH_SECONDS)

    def _batch(self, clock: float) -> list[Watched]:
        """The longest due; what is due soon goes along where the call costs the same."""
        per_call = self._adapter.reads.per_call(ORDER)
        room = per_call if per_call > 1 else SINGLES
        by_need = sorted(self.orders.values(), key=lambda watched: watched.due)[:room]
        share = 0.5 if per_call > 1 else 0.0
        return [watched for watched in by_need if watched.due - watched.interval * share <= clock]

    async def _read(self, batch: list[Watched]) -> None:
        found = await self._found([watched.ref for watched in batch])
        for watched in batch:
            self._judge(watched, found.get(watched.ref))

    async def _found(self, refs: list[Ref]) -> Mapping[Ref, Order | GatewayError]:
        account = self._adapter.account
        read = self._adapter.reads.get(ORDER) if ORDER.capability in account.capabilities else None
        try:
            with on(Errand.lasting(READ_SECONDS, Load(LIGHT_CALLS))):  # behind what somebody waits for
                found = dict(await read(refs)) if read is not None else {}
        except GatewayError as error:
            found = dict.fromkeys(refs, error)
        except Exception:
            log.exception("watching orders of account %s failed", account.name)
            found = dict.fromkeys(refs, GatewayError("Something went wrong inside the gateway."))
        for one in found.values():
            if isinstance(one, GatewayError):
                one.happened_at(account.vendor.value, account.name)
            if isinstance(one, Throttled):
                pause = min(one.retry_after or THROTTLED_SECONDS, LONGEST_PAUSE)
                self._paused_until, self._refusal = self._pace.clock() + pause, one
        return found

    def _judge(self, watched: Watched, answer: Order | GatewayError | None) -> None:
        """Takes over what a read found, sets the next one, and tells those for whom it is news."""
        if isinstance(answer, GatewayError) and not isinstance(answer, NotFound):
            self._trouble(watched, answer)
            return
        order = answer if isinstance(answer, Order) else None
        before = watched.known
        if order is not None and order == before:
            order = before
        unchanged = watched.sight is not None and order is before
        watched.known, watched.failures = order, 0
        watched.read_at = self._pace.clock()
        watched.interval = self._slower(watched) if unchanged else self._pace.seconds
        watched.due = self._pace.next(watched.interval)
        watched.sight = Sight(order, None, self._now())
        for watcher in watched.watchers:
            watcher.offer(watched.ref, watched.sight)

    def _trouble(self, watched: Watched, error: GatewayError) -> None:
        """One failure that may pass by itself is told only to those who know nothing of the order yet."""
        watched.failures += 1
        passing = error.retryable and watched.failures == 1
        watched.interval = self._pace.seconds if passing else self._slower(watched)
        watched.due = self._pace.next(watched.interval)
        sight = Sight(None, error, self._now())
        if not passing or watched.sight is None:
            watched.sight, watched.read_at = sight, self._pace.clock()
        for watcher in watched.watchers:
            if not passing or watcher.lacks(watched.ref):
                watcher.offer(watched.ref, sight)

    def _slower(self, watched: Watched) -> float:
        return min(watched.interval * self._pace.growth, self._pace.slowest)


class Watching:
    """All that is watched over these accounts, whoever watches it: rights are judged where it is shown."""

    def __init__(
        self,
        accounts: Accounts,
        pace: Pace | None = None,
        max_orders: int = 10_000,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.accounts = accounts
        self._pace = pace or Pace()
        self._max_orders = max_orders
        self.now = now
        self._pollers: dict[str, Poller] = {}

    @property
    def orders(self) -> int:
        """How many orders are watched now."""
        return sum(len(poller.orders) for poller in self._pollers.values())

    def watch(self, refs: Iterable[Ref], alone: Container[str] = ()) -> Watcher:
        """Begins to watch these orders, each once. In the accounts `alone` all count as read for it: who else watches
        them is not told. Raises LimitExceeded where too many are watched by now."""
        wanted = dict.fromkeys(refs)
        fresh = sum(ref not in poller.orders for ref in wanted for poller in [self._poller(ref.account)])
        if self.orders + fresh > self._max_orders:
            raise LimitExceeded("Too many orders are watched at the moment.", limit="max_watched_in_all")
        watcher = Watcher(wanted, self._leave)
        joined = [(ref.account, self._poller(ref.account).join(ref, watcher)) for ref in wanted]
        read = Counter(account for account, caused in joined if caused or account in alone)
        for account, count in read.items():
            watcher.calls += math.ceil(count / self.accounts[account].reads.per_call(ORDER))
        return watcher

    async def close(self) -> None:
        tasks = [task for poller in self._pollers.values() if (task := poller.stop()) is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _poller(self, account: str) -> Poller:
        if account not in self._pollers:
            self._pollers[account] = Poller(self.accounts[account], self._pace, self.now)
        return self._pollers[account]

    def _leave(self, watcher: Watcher) -> None:
        for ref in watcher.refs:
            self._pollers[ref.account].leave(ref, watcher)
        watcher.refs = ()
