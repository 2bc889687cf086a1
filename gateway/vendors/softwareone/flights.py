"""One call for all who ask the same thing at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Flights(Generic[K, T]):
    """Nothing is kept: whoever asks after the answer came makes a new call."""

    def __init__(self, call: Callable[[K], Awaitable[T]]) -> None:
        self._call = call
        self._flights: dict[K, _Flight[T]] = {}

    async def get(self, key: K) -> T:
        """The call's answer or error. It is abandoned when the last one who waits for it is gone."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(self._call(key)))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.answer)
        finally:
            flight.waiting -= 1
            if not flight.waiting or flight.answer.done():
                flight.answer.cancel()
                if self._flights.get(key) is flight:
                    del self._flights[key]


@dataclass(slots=True)
class _Flight(Generic[T]):
    answer: asyncio.Future[T]
    waiting: int = 0
