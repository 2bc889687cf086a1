"""Answers kept for a while: one call per key at a time, shared by all who wait for it, in bounded memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Kept(Generic[V]):
    value: V
    since: datetime
    weight: int


@dataclass(slots=True, eq=False)
class Flight(Generic[V]):
    """A call under way and how many wait for it."""

    task: asyncio.Task[V]
    waiting: int = 0


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
        self._flights: dict[str, Flight[V]] = {}
        self._weight = 0

    async def get(self, key: str, make: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The value under the key, made if it is not there or too old."""
        kept = self._kept.get(key)
        if kept is not None and 0 <= (self._now() - kept.since).total_seconds() < self._seconds:
            self._kept.move_to_end(key)
            return kept.value
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = Flight(asyncio.create_task(make()))
            flight.task.add_done_callback(partial(self._landed, key))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                flight.task.cancel()
                if self._flights.get(key) is flight:
                    del self._flights[key]

    def forget(self, key: str) -> None:
        """Drops what is kept; a call under way answers those who wait for it and nobody else."""
        self._drop(key)
        self._flights.pop(key, None)

    def __len__(self) -> int:
        return len(self._kept)

    def _landed(self, key: str, task: asyncio.Task[V]) -> None:
        flight = self._flights.get(key)
        if flight is None or flight.task is not task:
            return  # forgotten meanwhile: what it brings may be older than what made it forgotten
        del self._flights[key]
        if not task.cancelled() and task.exception() is None:
            self._keep(key, task.result())

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
