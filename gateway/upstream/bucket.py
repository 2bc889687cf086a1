"""How many calls a vendor allows in a while, as a token bucket that never lets a window of the vendor's hold more.

A bucket that holds B and fills with r a second lets at most B + r·w calls pass in any window of w seconds, wherever it
begins. So a fifth of what the vendor allows may come at once, the rest comes evenly, and a twentieth is left for what
differs between its clock and ours. A part of both is a reserve, which only light calls may touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHARE: Final = 0.95  # of what the vendor allows
BURST: Final = 0.2  # of that
RESERVE: Final = 0.25
FEWEST: Final = 10  # calls that a published rate may be made of: below it a share of it is not even one
SLOWED: Final = 0.5  # what a refusal leaves of the pace
SLOWEST: Final = 1 / 16
RECOVERY: Final = 1 / 60  # of the full pace, regained each second
LIFTED: Final = 4.0  # times the pace that was too fast once: where nothing is published, the limit is forgotten there
MEASURED_SECONDS: Final = 10.0
LEAST: Final = 4.0  # calls a second, however few there were when it refused
FIRST_PAUSE: Final = 1.0  # where the vendor names none; it doubles while refusals follow each other
LONGEST_GUESS: Final = 30.0
LONGEST_PAUSE: Final = 3_600.0  # longer ones are taken for mistakes: nobody would be asked for so long
CALM_SECONDS: Final = 1.0  # refusals within it are one: they answer what was sent before the first of them came


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds."""

    calls: float
    seconds: float

    def among(self, processes: int) -> Rate:
        """One process's part. At least one call, or it could never call at all."""
        return Rate(max(self.calls / processes, 1.0), self.seconds)


class Bucket:
    """Times are those of one monotonic clock, in seconds. Where no rate is published, nothing is held back until the
    vendor refuses; from then on the pace is half of the one it refused, and grows again."""

    def __init__(self, rate: Rate | None) -> None:
        self._published = rate is not None
        self._size = self._steady = 0.0
        if rate is not None:
            allowed = rate.calls * SHARE
            self._size = max(allowed * BURST, 1 / (1 - RESERVE))  # room for one call, however few are allowed
            self._steady = max(allowed - self._size, allowed / 2) / rate.seconds
        self._common = self._size * (1 - RESERVE)
        self._reserved = self._size * RESERVE
        self._factor = 1.0
        self._filled_at: float | None = None
        self._paused_until = self._refused_at = float("-inf")
        self._guess = FIRST_PAUSE
        self._count = self._before = 0
        self._counted_from: float | None = None

    @property
    def limited(self) -> bool:
        """Whether there is a pace to keep at all."""
        return self._steady > 0

    def take(self, now: float, *, light: bool) -> bool:
        """Takes a call if there is one to be had now."""
        self._fill(now)
        if now < self._paused_until:
            return False
        if self.limited:
            if self._common >= 1:
                self._common -= 1
            elif light and self._reserved >= 1:
                self._reserved -= 1
            else:
                return False
        self._measure(now)
        return True

    def wait(self, now: float, *, light: bool, ahead: int = 0) -> float:
        """Seconds until there is a call to be had behind so many others; an estimate, which others may make longer."""
        self._fill(now)
        pause = max(self._paused_until - now, 0.0)
        if not self.limited:
            return pause
        wanted, pace = ahead + 1.0, self._steady * self._factor
        common = (wanted - self._common) / (pace * (1 - RESERVE))
        kept = light and self._size * RESERVE >= 1  # a smaller one never holds a call
        reserved = (wanted - self._reserved) / (pace * RESERVE) if kept else float("inf")
        return pause + max(min(common, reserved), 0.0)

    def refused(self, now: float, pause: float | None) -> None:
        """The vendor wants fewer calls, and none for `pause` seconds (None: it names no time)."""
        self._fill(now)
        again = now - self._refused_at < max(CALM_SECONDS, 2 * LONGEST_GUESS)
        if pause is None:
            if now >= self._paused_until:
                self._guess = min(self._guess * 2, LONGEST_GUESS) if again else FIRST_PAUSE
            pause = self._guess
        self._paused_until = max(self._paused_until, now + min(max(pause, 0.0), LONGEST_PAUSE))
        if now - self._refused_at < CALM_SECONDS:
            return
        self._refused_at = now
        if not self._published:
            self._learn(max(self._measured(now), LEAST))
        self._factor = max(self._factor * SLOWED, SLOWEST)
        if self._published:  # one refusal does not mean that an hour's calls are spent, several soon do
            self._common *= SLOWED
            self._reserved = max(self._reserved * SLOWED, min(self._reserved, 1.0))
        else:
            self._common, self._reserved = 0.0, min(self._reserved, 1.0)  # one finds out whether it has passed

    def left(self, now: float) -> int | None:
        """How many calls could be made at once; None where nothing is published."""
        self._fill(now)
        if not self._published:
            return None
        return 0 if now < self._paused_until else int(self._common) + int(self._reserved)

    def _fill(self, now: float) -> None:
        since, self._filled_at = self._filled_at, now
        if since is None or now <= since or not self.limited:
            return
        begun = max(since, self._paused_until)  # nothing gathers in a pause: it would all be spent at its end
        seconds = now - begun
        if seconds <= 0:
            return
        self._factor += seconds * RECOVERY
        if self._published:
            self._factor = min(self._factor, 1.0)
        elif self._factor >= LIFTED:
            self._steady, self._factor = 0.0, 1.0
            return
        new = seconds * self._steady * self._factor
        room = self._size * RESERVE - self._reserved
        kept = min(new * RESERVE, room)
        self._reserved += kept
        self._common = min(self._common + new - kept, self._size * (1 - RESERVE))

    def _measure(self, now: float) -> None:
        """Counts a call, to know the pace that was too fast."""
        if self._counted_from is None or now - self._counted_from >= MEASURED_SECONDS:
            recent = self._counted_from is not None and now - self._counted_from < 2 * MEASURED_SECONDS
            self._before, self._count = (self._count if recent else 0), 0
            self._counted_from = now
        self._count += 1

    def _learn(self, pace: float) -> None:
        """That pace was too fast; what was kept to may have been slower, as the last ten seconds are not one moment."""
        kept, full = (self._steady * self._factor, min(self._steady, pace)) if self.limited else (pace, pace)
        self._steady, self._factor = full, min(kept, pace) / full
        self._size = max(full, 1 / RESERVE)
        self._reserved = 1.0

    def _measured(self, now: float) -> float:
        if self._counted_from is None:
            return 0.0
        seconds = now - self._counted_from + (MEASURED_SECONDS if self._before else 0.0)
        return (self._count + self._before) / max(seconds, 1.0)
