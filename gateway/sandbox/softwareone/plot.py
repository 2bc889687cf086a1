"""The plan of the seeded year: which agreements there are, and which orders each of them sees.

Times are working time: 260 days ending on the last weekday before `today`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DAYS = 260
OTHER_CLIENTS_ORDERS = 10

Plan = tuple[str, str]  # an order's type and its last status

# What happens to agreements between their purchase and the end of the year, in turn; a bracket stays together.
MIDDLE: tuple[tuple[Plan, ...], ...] = (
    (("Change", "Completed"),),
    (("Configuration", "Completed"),),
    (("Change", "Failed"),),
    (("Suspend", "Completed"), ("Resume", "Completed")),
    (("Change", "Deleted"),),
    (("Renewal", "Completed"),),
    (("Change", "Completed"),),
    (("Termination", "Completed"),),
    (("Configuration", "Completed"),),
    (("Change", "Completed"),),
    (("Termination", "Deleted"),),
    (("Renewal", "Cancelled"),),
    (("Change", "Completed"),),
    (("Termination", "Failed"),),
)
# How agreements stand at the end of the year, in turn.
ENDINGS: tuple[tuple[Plan, ...], ...] = (
    (("Change", "Processing"),),
    (("Change", "Querying"),),
    (("Change", "Draft"), ("Change", "Quoted")),
    (("Termination", "All"),),
    (("Renewal", "Scheduled"), ("Renewal", "Cancelling"), ("Renewal", "Cancelled")),
    (),
    (("Suspend", "Completed"),),
    (("Configuration", "Draft"),),
    (("Termination", "Processing"),),
)
# Of 90 purchases so many stand otherwise than Completed.
OPEN_PURCHASES = (("Draft", 4), ("Quoted", 3), ("Processing", 3), ("Querying", 4), ("Failed", 4), ("Deleted", 3))


@dataclass(slots=True)
class Story:
    """One agreement: whose it is, how its purchase ends, and the orders that follow."""

    client: int
    purchase: str
    follow_ups: list[Plan]


def stories(size: float) -> list[Story]:
    """The plan of the year: at size 1.0, 90 agreements and 500 orders, 10 of them another client's."""
    total = max(25, round(500 * size))
    agreements = max(7, round(90 * size))
    foreign = max(2, round(OTHER_CLIENTS_ORDERS * size))
    waiting = [status for status, count in OPEN_PURCHASES for _ in range(round(count * size) if size >= 0.3 else 0)]
    settled = agreements - 2 - len(waiting)
    own = [Story(0, "Completed", []) for _ in range(settled)]
    endings = [list(ENDINGS[index % len(ENDINGS)]) for index in range(settled)]
    budget = total - foreign - settled - len(waiting)
    for index in range(settled):
        budget -= len(endings[index])
    turn = 0
    while budget > 0:
        plans = MIDDLE[turn % len(MIDDLE)]
        plans = plans if len(plans) <= budget else MIDDLE[0]
        own[(turn * 7 + turn // settled) % settled].follow_ups.extend(plans)
        budget -= len(plans)
        turn += 1
    for story, ending in zip(own, endings, strict=True):
        story.follow_ups.extend(ending)
    halves = (foreign // 2, foreign - foreign // 2)
    others = [Story(1, "Completed", [("Change", "Completed")] * (half - 1)) for half in halves]
    return [*own, *(Story(0, status, []) for status in waiting), *others]


def working_days(today: datetime) -> list[datetime]:
    """The last DAYS weekdays before `today`, oldest first."""
    found: list[datetime] = []
    day = today
    while len(found) < DAYS:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            found.append(day)
    return found[::-1]
