"""The vendor calls of one operation, counted wherever they are made for it.

The operation's tally travels in a context variable, so that no layer between has to pass it on; tasks that an operation
starts inherit it, and what is shared between operations runs in a context of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from gateway.upstream.wire import CallRecord

MAX_RECORDS: Final = 500
LOGIN: Final = "login"


@dataclass(slots=True)
class Tally:
    """`spent` counts all calls but logins; `records` keeps the first of them, logins included, and `omitted` counts the
    rest."""

    spent: int = 0
    omitted: int = 0
    records: list[CallRecord] = field(default_factory=list)

    def add(self, record: CallRecord) -> None:
        self.spent += record.route != LOGIN
        if len(self.records) < MAX_RECORDS:
            self.records.append(record)
        else:
            self.omitted += 1

    def join(self, other: Tally) -> None:
        self.spent += other.spent
        room = MAX_RECORDS - len(self.records)
        self.records += other.records[:room]
        self.omitted += other.omitted + max(len(other.records) - room, 0)

    def clear(self) -> None:
        self.spent = self.omitted = 0
        self.records.clear()


TALLY: Final[ContextVar[Tally | None]] = ContextVar("tally", default=None)


def count(record: CallRecord) -> None:
    """Counts a call for the operation that it was made for, if any."""
    tally = TALLY.get()
    if tally is not None:
        tally.add(record)


@contextmanager
def apart() -> Iterator[Tally]:
    """Counts the calls of this block by themselves; at its end they join the operation's, unless they were cleared."""
    around = TALLY.get()
    mine = Tally()
    token = TALLY.set(mine if around is not None else None)
    try:
        yield mine
    finally:
        TALLY.reset(token)
        if around is not None:
            around.join(mine)
