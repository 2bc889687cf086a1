"""A circuit breaker: a vendor that keeps failing is left alone for a while, and then asked once whether it is back."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Final

from gateway.model.account import CircuitState

WINDOW_SECONDS: Final = 30.0
FEWEST_CALLS: Final = 20
MOST_CALLS: Final = 200
BAD_SHARE: Final = 0.5
FIRST_SECONDS: Final = 5.0  # it stays open; each probe that fails doubles it
LONGEST_SECONDS: Final = 60.0


class Verdict(Enum):
    """What a call says of its vendor's health. NEITHER: it was given up before it could say anything."""

    GOOD = "good"
    BAD = "bad"
    NEITHER = "neither"


class Breaker:
    """Times are those of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._calls: deque[tuple[float, bool]] = deque(maxlen=MOST_CALLS)
        self._opened_at: float | None = None
        self._closed_at = float("-inf")
        self._seconds = FIRST_SECONDS
        self._probing = False

    def state(self, now: float) -> CircuitState:
        if self._opened_at is None:
            return CircuitState.CLOSED
        return CircuitState.HALF_OPEN if now >= self._opened_at + self._seconds else CircuitState.OPEN

    def shut(self, now: float) -> float | None:
        """None where a call may go out now; else the seconds until it may, as far as is known."""
        if self._opened_at is None:
            return None
        left = self._opened_at + self._seconds - now
        if left > 0:
            return left
        return self._seconds if self._probing else None

    def begin(self) -> bool:
        """A call goes out; whether it is the probe. Only after `shut` said None at the same moment."""
        if self._opened_at is None:
            return False
        self._probing = True
        return True

    def end(self, now: float, verdict: Verdict, *, probe: bool, began: float) -> bool:
        """How a call that began then went. Returns whether the state has changed."""
        if probe:
            self._probing = False
            return self._probed(now, verdict)
        if verdict is Verdict.NEITHER or self._opened_at is not None or began < self._closed_at:
            return False  # what was sent before it opened says nothing new, also once it has closed again
        self._calls.append((now, verdict is Verdict.BAD))
        while self._calls[0][0] < now - WINDOW_SECONDS:
            self._calls.popleft()
        if verdict is Verdict.BAD and len(self._calls) >= FEWEST_CALLS and self.bad_share >= BAD_SHARE:
            self._opened_at, self._seconds = now, FIRST_SECONDS
            return True
        return False

    @property
    def bad_share(self) -> float:
        """Of the calls in sight, those that failed or were slow."""
        return sum(bad for _, bad in self._calls) / len(self._calls) if self._calls else 0.0

    def _probed(self, now: float, verdict: Verdict) -> bool:
        if verdict is Verdict.GOOD:
            self._opened_at, self._closed_at = None, now
            self._calls.clear()
            return True
        if verdict is Verdict.BAD:
            self._opened_at, self._seconds = now, min(self._seconds * 2, LONGEST_SECONDS)
            return True
        return False
