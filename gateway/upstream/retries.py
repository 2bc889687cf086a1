"""Whether a failed call is made again, and after which pause: by what the error is, within the operation's time."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from gateway.errors import (
    AnswerBrokeOff,
    BudgetSpent,
    CircuitOpen,
    GatewayError,
    OutOfTime,
    Throttled,
    VendorUnavailable,
)

EARNED: Final = 0.1  # of a retry by each call: a brown-out adds a tenth to the vendor's load, and no more
MOST_SAVED: Final = 10.0


class Retries:
    """The retries of one account, at most `most` of one call; the first pause is about `seconds`, doubling."""

    def __init__(self, most: int, seconds: float, chance: Callable[[], float] = random.random) -> None:
        self._most = most
        self._seconds = seconds
        self._chance = chance
        self._saved = MOST_SAVED

    def earn(self) -> None:
        """A call is made for the first time."""
        self._saved = min(self._saved + EARNED, MOST_SAVED)

    def pause(self, error: GatewayError, attempt: int, *, write: bool, left: float) -> float | None:
        """Seconds to wait before the next attempt; None: the error stands. `left` are the seconds that there still are.

        A write is made again only where the vendor has surely done nothing: nothing was sent, or it was turned away.
        """
        if attempt > self._most or not (may_pass(error) if not write else surely_undone(error)):
            return None
        pause = self._seconds * 2.0 ** (attempt - 1) * (0.5 + self._chance())
        if isinstance(error, Throttled):
            pause = 0.0  # the account's budget knows of the vendor's pause, and lets nobody through before
        elif error.retry_after is not None:
            pause = max(pause, error.retry_after)
        if pause >= left or self._saved < 1:
            return None
        self._saved -= 1
        return pause


def may_pass(error: GatewayError) -> bool:
    """Whether a read that ended so may well succeed when it is made again."""
    if isinstance(error, CircuitOpen | OutOfTime | BudgetSpent):
        return False
    return isinstance(error, VendorUnavailable | Throttled | AnswerBrokeOff) and not error.own_failure


def surely_undone(error: GatewayError) -> bool:
    return may_pass(error) and (isinstance(error, Throttled) or not error.sent)
