"""Who may call a vendor next: one queue for an account's rate budgets and for its calls in flight.

Both are decided at one moment. A call that took its token and then waited for a place would leave later, together with
those whose turn it is then, and the vendor would count more calls at once than it allows.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.errors import BudgetSpent, GatewayError
from gateway.upstream.bucket import Bucket
from gateway.upstream.errand import Errand, too_late

START: Final = 16
SHRINK: Final = 0.7
CALM_SECONDS: Final = 1.0  # overloads within it are one: those calls were all sent before the first of them showed it
BUSY: Final = 0.75  # of the places; with fewer in use a success does not show that there could be more
LONGEST_QUEUE: Final = 20_000


class Places:
    """How many calls may be in flight: one more for each round of them that went well while they were needed, fewer at
    once where the vendor is overloaded (additive increase, multiplicative decrease)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(min(START, most))
        self._shrunk_at = float("-inf")
        self.taken = 0

    @property
    def limit(self) -> int:
        return int(self._limit)

    @property
    def free(self) -> bool:
        return self.taken < self.limit

    def went_well(self) -> None:
        if self.taken >= BUSY * self.limit:
            self._limit = min(self._limit + 1 / self._limit, float(self._most))

    def overloaded(self, now: float) -> None:
        if now - self._shrunk_at >= CALM_SECONDS:
            self._limit, self._shrunk_at = max(self._limit * SHRINK, 1.0), now


@dataclass(eq=False, slots=True)
class Waiter:
    """A call in the queue; `turn` ends when it is let in, or with the error by which it is sent away."""

    errand: Errand
    turn: asyncio.Future[None]

    @property
    def entered(self) -> bool:
        return self.turn.done() and self.turn.exception() is None


class Turnstile:
    """`buckets` gives a family's. Light calls go before others: single reads, writes and logins before the bulk of long
    lists. Opened by the first call in its loop."""

    def __init__(self, places: Places, bucket: Callable[[str], Bucket]) -> None:
        self.places = places
        self._bucket = bucket
        self._queues: dict[tuple[str, bool], deque[Waiter]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._waiting = 0

    async def enter(self, family: str, *, light: bool, errand: Errand) -> None:
        """Waits for this call's turn. Raises BudgetSpent where the family's budget does not allow it in the errand's
        time (at once where that is known), OutOfTime where there is no place."""
        loop = asyncio.get_running_loop()
        bucket, now = self._bucket(family), loop.time()
        queue = self._queues.setdefault((family, light), deque())
        ahead = queue or self._queues.get((family, True))
        if not ahead and self._admits(bucket, light, now):
            return
        wait = bucket.wait(now, light=light, ahead=len(queue))
        if now + wait >= errand.end or len(queue) >= LONGEST_QUEUE:
            raise spent(wait)
        waiter = Waiter(errand, loop.create_future())
        queue.append(waiter)
        self._waiting += 1
        errand.held_back += not light
        self._pump()
        try:
            async with errand.timer():
                # Shielded, as who gives up is gone only once it runs: till then it may be let in, or sent away.
                await asyncio.shield(waiter.turn)
        except TimeoutError:
            if waiter.turn.done():
                waiter.turn.result()  # let in, or sent away, at the last moment
                return
            wait = bucket.wait(loop.time(), light=light)
            raise spent(wait) if wait > 0 else too_late() from None
        except asyncio.CancelledError:
            if waiter.entered:
                self.leave()
            raise
        finally:
            if not waiter.turn.done():
                queue.remove(waiter)
                waiter.turn.cancel()
            self._waiting -= 1
            errand.held_back -= not light

    def send_away(self, family: str, why: Callable[[Errand], GatewayError | None]) -> None:
        """Whoever of that family waits, and has a reason not to by what its errand allows, is told it at once."""
        for light in (True, False):
            queue = self._queues.get((family, light), deque())
            for waiter in [*queue]:
                error = why(waiter.errand)
                if error is not None:
                    queue.remove(waiter)
                    waiter.turn.set_exception(error)

    def not_in_time(self, family: str) -> None:
        """Sends away those whom the family's budget, now that it is less, does not allow in their errands' time."""
        now = asyncio.get_running_loop().time()
        wait = self._bucket(family).wait(now, light=True)
        self.send_away(family, lambda errand: spent(wait) if now + wait >= errand.end else None)

    def leave(self) -> None:
        """A call that has entered is over."""
        self.places.taken -= 1
        self._pump()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _admits(self, bucket: Bucket, light: bool, now: float) -> bool:
        if not self.places.free or not bucket.take(now, light=light):
            return False
        self.places.taken += 1
        return True

    def _pump(self) -> None:
        """Lets in who can go now, the light first, and wakes up again when the next one can. A family that was served
        comes after the others next time, or where places are few it would have them all."""
        if not self._waiting:
            return
        now = asyncio.get_running_loop().time()
        waits: list[float] = []
        for light in (True, False):
            for family in [family for family, kind in self._queues if kind is light]:
                bucket, queue = self._bucket(family), self._queues[family, light]
                while queue and self._admits(bucket, light, now):
                    queue.popleft().turn.set_result(None)
                    self._queues[family, light] = self._queues.pop((family, light))
                if queue:
                    waits.append(bucket.wait(now, light=light))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if waits and self.places.free:  # else whoever leaves lets the next one in
            self._timer = asyncio.get_running_loop().call_later(max(min(waits), 0.001), self._pump)


def spent(wait: float) -> BudgetSpent:
    return BudgetSpent("The vendor allows no more calls for now.", retry_after=round(wait, 1))
