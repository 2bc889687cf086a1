"""Something read once in a while and shared by all requests; whoever comes while it is read waits for it."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from gateway.errors import GatewayError

T = TypeVar("T")


class Cached(Generic[T]):
    """`read` is called again when the last value is older than `seconds`; a failure is shared by those who waited for
    it, and tried again by the next. If the call that reads is cancelled, the next one waiting reads instead."""

    def __init__(
        self, read: Callable[[], Awaitable[T]], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._clock = clock
        self._lock = asyncio.Lock()
        self._held: tuple[T, float] | None = None
        self._failure: GatewayError | None = None

    async def get(self) -> T:
        held, failure = self._fresh(), self._failure
        if held is not None:
            return held[0]
        async with self._lock:
            held = self._fresh()
            if held is not None:
                return held[0]
            if self._failure is not failure and self._failure is not None:
                raise copy.copy(self._failure)
            try:
                value = await self._read()
            except GatewayError as error:
                self._failure = error
                raise
            self._held = value, self._clock() + self._seconds
            return value

    def _fresh(self) -> tuple[T, float] | None:
        return self._held if self._held is not None and self._clock() < self._held[1] else None
