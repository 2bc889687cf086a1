"""What orders the year has: how many of each kind and status, for whom, from when, settled by the seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

Kind = Literal["legacy", "modern", "renewal", "billing", "change", "purchase"]

FULL_SIZE = 400
LEAST = 20
# kind → its share of all orders and how many there are at least; purchases are the rest
SHARES: dict[Kind, tuple[float, int]] = {
    "legacy": (0.06, 2),
    "modern": (0.05, 1),
    "renewal": (0.08, 2),
    "billing": (0.02, 1),
    "change": (0.12, 2),
}
STATUSES: dict[str, int] = {  # weights among purchases, each of which occurs
    "completed": 62,
    "cancelled": 7,
    "pending": 5,
    "pending_review": 3,
    "pending_po_upload": 6,
    "po_upload_complete": 4,
    "po_review_rejected": 3,
    "partial_success": 3,
    "error": 3,
    "suspended": 3,
    "unknown": 1,
}
# Statuses that pass soon are found on young orders only: at most so many days old.
YOUNG = {"pending": 3, "pending_review": 12, "pending_po_upload": 24, "po_upload_complete": 30, "unknown": 60}
OLDEST = 362


@dataclass(frozen=True, slots=True)
class Entry:
    """One order to make: its place in the plan, what it is, whose it is, and how many days before the end."""

    number: int
    kind: Kind
    status: str
    customer: int
    days: int


def plan(seed: int, size: float, customers: int) -> list[Entry]:
    """All entries, purchases first so that changes and renewals find what they change."""
    total = max(LEAST, round(FULL_SIZE * size))
    rng = Random(f"{seed}/plan")
    counts = {kind: max(least, round(total * share)) for kind, (share, least) in SHARES.items()}
    purchases = total - sum(counts.values())
    statuses = list(STATUSES)
    statuses += rng.choices(statuses, weights=list(STATUSES.values()), k=purchases - len(statuses))
    rng.shuffle(statuses)
    drawn: list[tuple[Kind, str]] = [("purchase", status) for status in statuses]
    for kind, count in counts.items():
        drawn += [(kind, "completed")] * count
    return [
        Entry(number, kind, status, number % customers, rng.randint(1, YOUNG.get(status, OLDEST)))
        for number, (kind, status) in enumerate(drawn)
    ]


def office_hours(today: datetime, days: int, rng: Random) -> datetime:
    """A moment `days` before `today`, moved back to Friday where that is a weekend, between 7 and 17 UTC."""
    day = today - timedelta(days=days)
    day -= timedelta(days=max(0, day.weekday() - 4))
    moment = timedelta(hours=7, seconds=rng.randrange(10 * 3600), milliseconds=10 * rng.randrange(100))
    return day + moment
