"""Answers kept for a while: one call per key at a time, shared by all who wait for it, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from gateway.upstream.flights import Flights

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Kept(Generic[V]):
    value: V
    since: datetime
    weight: int


class Shelf(Generic[V]):
    """Keeps at most `max_entries` values of together at most `max_weight`, the longest unused going first.

    A failed call is kept by nobody. A call that nobody waits for any more is cancelled.
    """

    def __init__(
        self,
        *,
        seconds: float,
        now: Callable[[], datetime],
        max_entries: int,
        max_weight: int,
        weigh: Callable[[V], int],
    ) -> None:
        self._seconds = seconds
        self._now = now
        self._max_entries = max_entries
        self._max_weight = max_weight
        self._weigh = weigh
        self._kept: OrderedDict[str, Kept[V]] = OrderedDict()
        self._flights: Flights[str, V] = Flights(landed=self._keep)
        self._weight = 0

    async def get(self, key: str, make: Callable[[], Awaitable[V]]) -> V:
        """The value under the key, made if it is not there or too old."""
        kept = self._kept.get(key)
        if kept is not None and 0 <= (self._now() - kept.since).total_seconds() < self._seconds:
            self._kept.move_to_end(key)
            return kept.value
        return await self._flights.get(key, make)

    def forget(self, key: str) -> None:
        """Drops what is kept; a call under way answers those who wait for it and nobody else."""
        self._drop(key)
        self._flights.forget(key)

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: str, value: V) -> None:
        self._drop(key)
        weight = self._weigh(value)
        if weight > self._max_weight:
            return
        self._kept[key] = Kept(value, self._now(), weight)
        self._weight += weight
        while len(self._kept) > self._max_entries or self._weight > self._max_weight:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._weight -= kept.weight
