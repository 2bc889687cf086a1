"""The working year before a day: 260 weekdays, numbered, so that what is drawn never depends on the date it ends on."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

DAYS = 260
OPENING = 8 * 3600
IMPORT_ENDS = OPENING + 60
CLOSING = 18 * 3600
LATE = 17 * 3600  # purchase orders are written before; what follows on the same day comes after


class WorkingYear:
    """Day 0 is the oldest, day 259 the last weekday before `today`."""

    def __init__(self, today: datetime) -> None:
        days = (today - timedelta(days=back) for back in range(1, 366))
        self.days = [day for day in days if day.weekday() < 5][:DAYS][::-1]

    def at(self, day: int, second: int, micro: int = 0) -> datetime:
        """Days past the last are ahead of today: plans."""
        if day < DAYS:
            return self.days[day] + timedelta(seconds=second, microseconds=micro)
        weeks, rest = divmod(day - DAYS, 5)
        ahead = self.days[rest] + timedelta(weeks=weeks + DAYS // 5)
        return ahead + timedelta(seconds=second, microseconds=micro)

    def after(self, rng: random.Random, day: int, wait: int) -> datetime:
        """Some working time `wait` days later, at the latest on the last day."""
        then = min(day + wait, DAYS - 1)
        earliest = OPENING if then > day else LATE
        return self.at(then, rng.randrange(earliest, CLOSING), fraction(rng))


def fraction(rng: random.Random) -> int:
    """Microseconds that show as 0 to 7 digits; odd ones show seven (see `notation`)."""
    digits = rng.randrange(8)
    if digits == 0:
        return 0
    if digits < 6:
        step: int = 10 ** (6 - digits)
        return rng.randrange(0, 10**6, step)
    return rng.randrange(0, 10**6, 2) + (digits - 6)
