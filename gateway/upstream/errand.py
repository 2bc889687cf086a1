"""What one operation may still take: its time, and how much it has asked of vendors so far.

It travels in a context variable, like the operation's tally, so that no layer between has to pass it on.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from gateway.errors import OutOfTime

SLACK_SECONDS: Final = 0.05  # between the end of its calls and its own


@dataclass(slots=True)
class Load:
    """How many calls were made for an operation; those that share its work count in the same one."""

    calls: int = 0


class Errand:
    """`until` is in the running loop's time. Whoever joins what is already under way may put it off; what waits for
    less is then given longer. `held_back` is how many of its calls wait behind light ones."""

    __slots__ = ("_timers", "_until", "held_back", "load")

    def __init__(self, until: float, load: Load | None = None) -> None:
        self.load = load or Load()
        self.held_back = 0
        self._until = until
        self._timers: dict[asyncio.Timeout, float] = {}

    @classmethod
    def lasting(cls, seconds: float, load: Load | None = None) -> Errand:
        """One that ends so many seconds from now."""
        return cls(asyncio.get_running_loop().time() + seconds, load)

    @property
    def until(self) -> float:
        return self._until

    @until.setter
    def until(self, until: float) -> None:
        self._until = until
        for timer, latest in self._timers.items():
            if not timer.expired():
                timer.reschedule(min(latest, self.end))

    @property
    def end(self) -> float:
        """When its calls end: a little before it does, so that it can still say what it has."""
        return self._until - SLACK_SECONDS

    @property
    def left(self) -> float:
        """Seconds until its calls end; below zero once that is over."""
        return self.end - asyncio.get_running_loop().time()

    @asynccontextmanager
    async def timer(self, latest: float = math.inf) -> AsyncIterator[asyncio.Timeout]:
        """Cancels what is in this block when the calls of this errand end, and at `latest` (the loop's time) anyway;
        raises TimeoutError then."""
        async with asyncio.timeout_at(min(latest, self.end)) as timer:
            self._timers[timer] = latest
            try:
                yield timer
            finally:
                del self._timers[timer]


ERRAND: Final[ContextVar[Errand | None]] = ContextVar("errand", default=None)


@contextmanager
def on(errand: Errand | None) -> Iterator[None]:
    """What runs in this block, and the tasks it starts, run for that errand; None: without a deadline."""
    token = ERRAND.set(errand)
    try:
        yield
    finally:
        ERRAND.reset(token)


def too_late() -> OutOfTime:
    return OutOfTime("It did not come within the operation's time.")
