"""The vendor calls of one operation, counted wherever they are made for it.

The operation's tally travels in a context variable, so that no layer between has to pass it on; tasks that an operation
starts inherit it. What is shared between operations has a tally of its own, which each of them that waited takes its
share of: what an operation costs does not tell whether others asked at the same moment.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from gateway.upstream.wire import LOGIN, CallRecord

MAX_RECORDS: Final = 500


@dataclass(slots=True, eq=False)
class Tally:
    """`own` counts the calls made for it alone, all but logins and
    retries; `first` keeps the first of them, logins included, and
    `beyond` counts the rest. `shared` are the flights that it waited for, and by which of their keys.

    In a flight's tally `keys` is how many things it asks for, and `asked` whether any operation waits for it.
    """

    own: int = 0
    beyond: int = 0
    first: list[CallRecord] = field(default_factory=list)
    shared: dict[Tally, frozenset[Hashable]] = field(default_factory=dict)
    keys: int = 1
    asked: bool = True

    @property
    def spent(self) -> int:
        """All calls but logins and retries, those of flights as far as they go by now."""
        return self.own + sum(share.calls for share in self._shares())

    @property
    def records(self) -> list[CallRecord]:
        """The first calls, logins included."""
        return [*self.first, *(record for share in self._shares() for record in share.records)][:MAX_RECORDS]

    @property
    def omitted(self) -> int:
        """How many calls `records` leaves out."""
        shares = list(self._shares())
        kept = len(self.first) + sum(len(share.records) for share in shares)
        return self.beyond + sum(share.beyond for share in shares) + max(kept - MAX_RECORDS, 0)

    def add(self, record: CallRecord) -> None:
        self.own += record.route != LOGIN and record.attempt == 1  # a vendor's fault is nobody's expense
        if len(self.first) < MAX_RECORDS:
            self.first.append(record)
        else:
            self.beyond += 1

    def owe(self, calls: int) -> None:
        """Counts calls that were made elsewhere."""
        self.own += calls

    def share(self, flight: Tally, keys: Collection[Hashable]) -> None:
        """Counts a flight's calls for these of its keys, also those still to come."""
        self.shared[flight] = self.shared.get(flight, frozenset()).union(keys)
        flight.asked |= self.asked

    def join(self, other: Tally) -> None:
        """Takes over what another counted; a flight that both waited for counts once."""
        self.own += other.own
        room = MAX_RECORDS - len(self.first)
        self.first += other.first[:room]
        self.beyond += other.beyond + max(len(other.first) - room, 0)
        for flight, keys in other.shared.items():
            self.share(flight, keys)

    def clear(self) -> None:
        self.own = self.beyond = 0
        self.first.clear()
        self.shared.clear()

    def _shares(self) -> Iterator[_Share]:
        """Of each flight what its keys are worth. What two flights waited for themselves counts with the first."""
        seen = {self}
        for flight, keys in self.shared.items():
            fresh = [tally for tally in flight._reach() if tally not in seen]
            seen.update(fresh)
            whole = _Share(
                sum(tally.own for tally in fresh),
                [record for tally in fresh for record in tally.first],
                sum(tally.beyond for tally in fresh),
            )
            yield whole if len(keys) >= flight.keys else whole.part(len(keys), flight.keys)

    def _reach(self) -> Iterator[Tally]:
        yield self
        for flight in self.shared:
            yield from flight._reach()


@dataclass(frozen=True, slots=True)
class _Share:
    calls: int
    records: list[CallRecord]
    beyond: int

    def part(self, keys: int, of: int) -> _Share:
        """What so many of the keys are worth, rounded up."""
        calls = -(-self.calls * keys // of)
        return _Share(calls, self.records[:calls], 0)


TALLY: Final[ContextVar[Tally | None]] = ContextVar("tally", default=None)


def count(record: CallRecord) -> None:
    """Counts a call for the operation that it was made for, if any."""
    tally = TALLY.get()
    if tally is not None:
        tally.add(record)


def asked() -> bool:
    """Whether what runs here runs for an operation, and not for the gateway's own ends."""
    tally = TALLY.get()
    return tally is not None and tally.asked


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
