"""What stays open in this process: WebSockets, the operations that run on them, and event streams."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.errors import RateLimited
from gateway.model.principal import Principal
from gateway.policy import Limits

RETRY_SECONDS = 10.0


class Streams:
    """Counts them, in all and for each principal, so that nobody opens without end."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_principal: Counter[str] = Counter()
        self.ending = asyncio.Event()
        """Set when the process is about to stop: event streams would hold it up."""

    @property
    def open(self) -> int:
        return self._by_principal.total()

    def end(self) -> None:
        self.ending.set()

    @contextmanager
    def place(self, principal: Principal) -> Iterator[None]:
        """One of them, for as long as the block runs. Raises RateLimited where there are too many."""
        if self._by_principal[principal.name] >= self._limits.max_streams_per_principal:
            raise too_many("You have too many streams open.", "max_streams_per_principal")
        if self.open >= self._limits.max_streams:
            raise too_many("Too many streams are open at the moment.", "max_streams")
        self._by_principal[principal.name] += 1
        try:
            yield
        finally:
            self._by_principal[principal.name] -= 1
            if not self._by_principal[principal.name]:
                del self._by_principal[principal.name]


def too_many(text: str, limit: str) -> RateLimited:
    return RateLimited(text, limit=limit, retry_after=RETRY_SECONDS)


def seconds_left(principal: Principal, clock: Callable[[], float] = time.time) -> float | None:
    """How long the principal's credentials still count, None for ever; `clock` is in seconds since 1970."""
    return None if principal.expires_at is None else max(principal.expires_at - clock(), 0.0)
