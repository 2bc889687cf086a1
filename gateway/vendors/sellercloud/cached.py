"""Something read once in a while and shared by all requests; whoever comes while it is read waits for it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from gateway.upstream.flights import Flights

T = TypeVar("T")


class Cached(Generic[T]):
    """`read` is called again when the last value is older than `seconds`; a failure is shared by those who waited for
    it, and tried again by the next."""

    def __init__(
        self, read: Callable[[], Awaitable[T]], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._clock = clock
        self._flights: Flights[str, T] = Flights(landed=self._keep)
        self._held: tuple[T, float] | None = None

    async def get(self) -> T:
        if self._held is not None and self._clock() < self._held[1]:
            return self._held[0]
        return await self._flights.get("value", self._read)

    def _keep(self, key: str, value: T) -> None:
        self._held = value, self._clock() + self._seconds
