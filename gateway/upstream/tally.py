"""The vendor calls of one operation, counted wherever they are made for it.

The operation's tally travels in a context variable, so that no layer between has to pass it on; tasks that an operation
starts inherit it, and what is shared between operations runs in a context of its own.
"""

from __future__ import annotations

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

    def clear(self) -> None:
        self.spent = self.omitted = 0
        self.records.clear()


TALLY: Final[ContextVar[Tally | None]] = ContextVar("tally", default=None)


def count(record: CallRecord) -> None:
    """Counts a call for the operation that it was made for, if any."""
    tally = TALLY.get()
    if tally is not None:
        tally.add(record)
