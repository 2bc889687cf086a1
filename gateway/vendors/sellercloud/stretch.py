"""Stretches of creation time in whole minutes, as the list is walked, and how the vendor's filters spell them.

Sellercloud's dates have no zone, its filters are documented to the minute, and whether they include their bounds is not
published. So a minute more is asked for than wanted, and the rows decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

MINUTE: Final = timedelta(minutes=1)
TICK: Final = timedelta(microseconds=1)
SHORTEST: Final = 3 * MINUTE
NEAR_A_CHANGE: Final = timedelta(hours=3)
DAWN: Final = datetime(2000, 1, 1, tzinfo=UTC)  # the vendor's own connector begins here


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` up to, not including, `end` (None: open), walked from its near edge; `now` bounds what is open."""

    start: datetime
    end: datetime | None
    descending: bool
    now: datetime

    @property
    def top(self) -> datetime:
        return self.end or max(ceiling(self.now), self.start + MINUTE)

    @property
    def span(self) -> timedelta:
        return self.top - self.start

    @property
    def far(self) -> datetime | None:
        """Where the walk leaves it; None where it is open there."""
        return self.start if self.descending else self.end

    def contains(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment and (self.end is None or moment < self.end)

    def near(self, span: timedelta) -> Stretch:
        """Its part of that length at the near edge; all of it if it is not longer."""
        return self.until(self.top - span if self.descending else self.start + span)

    def until(self, moment: datetime) -> Stretch:
        """Its part from the near edge to that moment, and a minute at least."""
        if self.descending:
            start = min(floor(moment), self.top - MINUTE)
            return replace(self, start=start) if start > self.start else self
        end = max(ceiling(moment + TICK), self.start + MINUTE)
        return replace(self, end=end) if end < self.top else self

    def short_of(self, moment: datetime) -> Stretch | None:
        """Its part from the near edge until shortly before that moment, so that asking for it leaves the moment out."""
        if self.descending:
            start = ceiling(moment + TICK) + MINUTE
            return replace(self, start=start) if self.start < start < self.top else None
        return replace(self, end=floor(moment)) if self.start < floor(moment) < self.top else None

    def beyond(self, part: Stretch) -> Stretch | None:
        """What is left of it behind a part at its near edge."""
        if part == self:
            return None
        return replace(self, end=part.start) if self.descending else replace(self, start=part.top)


def floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def ceiling(moment: datetime) -> datetime:
    down = floor(moment)
    return down if down == moment else down + MINUTE


def widening(moment: datetime, zone: tzinfo) -> timedelta:
    """How much a wall clock may mislead around that moment: it repeats or skips an hour when the offset changes."""
    before, after = ((moment + shift).astimezone(zone).utcoffset() for shift in (-NEAR_A_CHANGE, NEAR_A_CHANGE))
    return abs((after or timedelta()) - (before or timedelta()))


def asked_from(moment: datetime, zone: tzinfo) -> str:
    """The text of a filter's lower bound that loses nothing from this moment on."""
    return wall(floor(moment) - MINUTE - widening(moment, zone), zone)


def asked_to(moment: datetime, zone: tzinfo) -> str:
    """The text of a filter's upper bound that loses nothing before this moment."""
    return wall(ceiling(moment) + widening(moment, zone), zone)


def strayed(created: datetime, stretch: Stretch, zone: tzinfo) -> bool:
    """Whether a row lies so far outside that the vendor cannot have applied the filter, or means another zone."""
    early = stretch.start - 2 * MINUTE - 2 * widening(stretch.start, zone)
    late = None if stretch.end is None else stretch.end + 2 * MINUTE + 2 * widening(stretch.end, zone)
    return created < early or (late is not None and created > late)


def wall(moment: datetime, zone: tzinfo) -> str:
    """The documented form of a date in a query: mm/dd/yyyy hh:mm, by the vendor's clock."""
    return f"{moment.astimezone(zone):%m/%d/%Y %H:%M}"
