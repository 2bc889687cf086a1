"""How an account fares, as its last calls left it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import (
    BudgetSpent,
    GatewayError,
    Misconfigured,
    NotFound,
    OutOfTime,
    Throttled,
    VendorDenied,
    VendorError,
    VendorRefused,
)
from gateway.model.account import AccountHealth, AccountState, Circuit
from gateway.upstream.traffic import CircuitNow

DEFAULT_RETRY_SECONDS: Final = 30.0


class Health:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._state = AccountState.UNKNOWN
        self._last_success: datetime | None = None
        self._retry_at: datetime | None = None

    def succeeded(self) -> None:
        self._state = AccountState.HEALTHY
        self._last_success = self._clock()
        self._retry_at = None

    def failed(self, error: GatewayError, *, login_refused: bool = False) -> None:
        """A vendor that refuses one thing properly is in good health; `login_refused` means it refuses everything."""
        if not isinstance(error, VendorError):
            return  # the client's mistake, or the trouble of our own store
        match error:
            case OutOfTime() | BudgetSpent():
                return  # the vendor was not even asked, or not given its time
            case Misconfigured():
                self._state = AccountState.MISCONFIGURED
            case VendorDenied() if login_refused:
                self._state = AccountState.MISCONFIGURED
            case NotFound() | VendorRefused() | VendorDenied():
                self.succeeded()
            case Throttled():
                self._state = AccountState.THROTTLED
                self._retry_at = self._clock() + timedelta(seconds=error.retry_after or DEFAULT_RETRY_SECONDS)
            case _:
                self._state = AccountState.UNAVAILABLE
                self._retry_at = None

    def now(self, circuits: Iterable[CircuitNow] = (), remaining: int | None = None) -> AccountHealth:
        """With the breakers as they are, and how many calls the vendor's budget leaves."""
        clock = self._clock()
        state, retry_at = self._state, self._retry_at
        if state is AccountState.THROTTLED and retry_at is not None and retry_at <= clock:
            state, retry_at = AccountState.UNKNOWN if self._last_success is None else AccountState.HEALTHY, None
        known = tuple(
            Circuit(one.family, one.state, None if one.retry_in is None else clock + timedelta(seconds=one.retry_in))
            for one in circuits
        )
        if state is not AccountState.THROTTLED:
            # While all that was asked is left alone, the account as a whole is back when the first of it may be.
            shut = [one.retry_at for one in known if one.retry_at is not None]
            retry_at = min(shut) if state is AccountState.UNAVAILABLE and shut else None
        return AccountHealth(state, self._last_success, retry_at, remaining, known)
