"""One write sent until it is answered.

The vendor does a write once for one MS-RequestId, which is the same after a lost answer and a new one after an answer
of any kind (its page "headers"); what is sent through here may besides be done twice without harm.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import uuid5

from gateway.errors import GatewayError, InProgress, Throttled, VendorBadAnswer, VendorUnavailable
from gateway.model.ref import Ref
from gateway.model.writing import Outcome
from gateway.vendors.partner_center.refusals import NO_RELATION, NOT_AVAILABLE, refuses, user_error
from gateway.vendors.writes import Attempt

T = TypeVar("T")
Fields = Mapping[str, tuple[str, ...]]

PAUSES: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
PASSING: Final = (VendorUnavailable, VendorBadAnswer, Throttled)
HELD: Final = "800064"  # another request holds the cart
UNDER_WAY: Final = "800060"  # the order is being made
RETRY_SECONDS: Final = 10.0


@dataclass(slots=True)
class Repeats:
    """`memo` is noted before the first byte leaves. `lost` tells whether an answer was lost, in this run or one before:
    the write may have been done then."""

    attempt: Attempt
    memo: Mapping[str, Any]
    lost: bool = False
    _noted: bool = False
    _answers: int = 0

    def __post_init__(self) -> None:
        self.lost = self.attempt.memo is not None

    @property
    def request_id(self) -> str:
        return str(self.attempt.id if not self._answers else uuid5(self.attempt.id, str(self._answers)))

    async def sending(self) -> None:
        """Notes once: a write that was refused each time has left nothing behind, however often it was sent."""
        if not self._noted:
            await self.attempt.note(**self.memo)
            self._noted = True

    async def answer(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call answers. Raises the last error where the answers stay lost or the vendor busy, and any other
        error at once."""
        for pause in (*PAUSES, None):
            try:
                return await call()
            except GatewayError as error:
                busy, refused = error.vendor_code in (HELD, UNDER_WAY), says_no(error)
                self.lost = self.lost or not (error.certain or refused) or error.vendor_code == UNDER_WAY
                self._answers += busy
                passes = busy or (self.lost and not refused and isinstance(error, PASSING))
                if pause is None or not passes:
                    raise
                if not await self.attempt.pause(max(pause, error.retry_after or 0.0)):
                    raise
        raise AssertionError("the last round returns or raises")

    def ended(self, error: GatewayError, fields: Fields, searched: str, *candidates: Ref) -> Outcome:
        """What an error means that `answer` raised: REFUSED for a no, UNKNOWN where an answer was lost. Raises the
        error, as one that may pass, where nothing was done and the same request is good for another try."""
        busy = error.vendor_code in (HELD, UNDER_WAY)
        # That the customer is out of reach now says nothing of what a lost call did before.
        out_of_reach = self.lost and error.vendor_code == NO_RELATION
        if says_no(error) and not busy and not out_of_reach:
            return Outcome.refused(user_error(error, fields))
        if self.lost:
            return Outcome.unknown(searched, candidates)
        if busy:
            told = InProgress("The vendor is busy with this; ask again with the same key.", retry_after=RETRY_SECONDS)
            told.of_write = True
            raise told
        raise error


def says_no(error: GatewayError) -> bool:
    """Also that an item is not available, which comes as a success and is an answer all the same (error-codes)."""
    return refuses(error) or error.vendor_code == NOT_AVAILABLE
