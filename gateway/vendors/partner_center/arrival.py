"""Leading a thing at the vendor to a state, by a call that may be made again: whoever is there already stays there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from gateway.errors import GatewayError, InProgress, StoreUnavailable
from gateway.vendors.partner_center.refusals import refuses
from gateway.vendors.writes import Attempt

T = TypeVar("T")

WAITS: Final = (1.0, 2.0, 4.0)
BUSY: Final = frozenset({"800014", "900278"})  # it works on something else, which may be our own call


@dataclass(frozen=True)  # without slots: typing notes the type arguments on the instance
class Arrival(Generic[T]):
    """Where the thing was seen last. Not `there` and without a `refusal`, it stayed open what became of it."""

    at: T
    there: bool
    refusal: GatewayError | None = None


async def lead(
    attempt: Attempt,
    at: T,
    there: Callable[[T], bool],
    look: Callable[[], Awaitable[T]],
    ask: Callable[[T, int], Awaitable[T | None]],
    *,
    doubt: bool,
) -> Arrival[T]:
    """Asks for the state, unless `at` is there, and looks until it shows.

    `ask` is told how often the vendor has answered, and gives the thing as it is answered now, or None where that is
    only accepted. `doubt`: an earlier call may have been done. Raises GatewayError where surely none was.
    """
    refusal: GatewayError | None = None
    busy: list[GatewayError] = []
    accepted = False
    for wait in (0.0, *WAITS):
        if wait and not await attempt.pause(wait):
            break
        try:
            at = await look() if wait else at
        except StoreUnavailable:
            raise
        except GatewayError:
            continue  # the log has it, and the question stays open
        if there(at) or refusal is not None:
            return Arrival(at, there(at), refusal)
        if accepted:
            continue
        try:
            at = await ask(at, len(busy)) or at
            accepted = True
        except (InProgress, StoreUnavailable):
            raise
        except GatewayError as error:
            if error.vendor_code in BUSY:
                busy.append(error)
            elif refuses(error) and not doubt:
                return Arrival(at, False, error)
            elif refuses(error):
                refusal = error  # or the thing is there by now: the next look tells
            elif error.certain and not doubt and not busy:
                raise
            doubt = doubt or not error.certain
        if there(at):
            return Arrival(at, True)
    return Arrival(at, False, refusal or (busy[-1] if busy and not doubt else None))
