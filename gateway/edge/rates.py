"""How much each principal may ask for in a minute, in vendor calls: a bucket that fills steadily and is drawn from
before an operation runs, then set right by what it really took. Each process has its own."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.errors import RateLimited
from gateway.model.principal import Principal

MAX_BUCKETS: Final = 10_000
LOOK: Final = 1
"""What it costs to look at an operation: given back where it runs."""


@dataclass(slots=True)
class Bucket:
    level: float
    at: float


class Rates:
    """`per_minute` is what flows in and the most that a bucket holds. Those not used for longest are forgotten first:
    they are full again by then, unless there are more principals than buckets."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, principal: Principal, points: int) -> None:
        """Draws that much. Raises RateLimited, with the seconds until it would do, where there is not enough; what can
        never be enough is let through once the bucket is full."""
        bucket = self._bucket(principal)
        needed = min(float(points), self._most)
        if bucket.level < needed:
            wait = (needed - bucket.level) * 60 / self._most
            raise RateLimited("This client asks for more than its share; wait a while.", retry_after=round(wait, 1))
        bucket.level -= points

    def settle(self, principal: Principal, taken: int, spent: int) -> None:
        """Gives back what was drawn and not needed, or draws what was spent beyond; never so much that it takes more
        than a minute to make up for it."""
        bucket = self._bucket(principal)
        bucket.level = max(min(bucket.level + taken - spent, self._most), -self._most)

    def _bucket(self, principal: Principal) -> Bucket:
        now = self._clock()
        bucket = self._buckets.get(principal.name)
        if bucket is None:
            bucket = self._buckets[principal.name] = Bucket(self._most, now)
            while len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(principal.name)
        bucket.level = min(bucket.level + (now - bucket.at) * self._most / 60, self._most)
        bucket.at = now
        return bucket
