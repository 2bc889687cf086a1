"""What changes rarely, kept for a short while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Final

from gateway.vendors.base import AGREEMENT, PARTY

MAX_KEPT: Final = 10_000
# No vendor gives these an ETag (Partner Center has them on its legacy orders and subscriptions alone), so that asking
# whether one has changed would cost as much as reading it again.
KINDS: Final = frozenset({AGREEMENT.name, PARTY.name})

Place = tuple[str, Hashable]
"""A read's name and a key of it."""


class Kept:
    """The values found by reads of agreements and reference data in the last `seconds`; neither errors nor absences.
    Of too many the longest unused goes first."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._values: OrderedDict[Place, tuple[object, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def found(self, places: Iterable[Place]) -> dict[Place, object]:
        """What is known of these."""
        if not self._values:
            return {}
        now = self._clock()
        fresh = {
            place: known[0] for place in places if (known := self._values.get(place)) is not None and now < known[1]
        }
        for place in fresh:
            self._values.move_to_end(place)
        return fresh

    def keep(self, place: Place, value: object) -> None:
        if not self._seconds or place[0] not in KINDS:
            return
        self._values[place] = value, self._clock() + self._seconds
        self._values.move_to_end(place)
        if len(self._values) > MAX_KEPT:
            self._values.popitem(last=False)

    def drop(self, places: Iterable[Place]) -> None:
        for place in places:
            self._values.pop(place, None)

    def clear(self) -> None:
        self._values.clear()
