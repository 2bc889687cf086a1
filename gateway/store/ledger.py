"""The ledger of writes: one record per caller and key, made before the vendor is called.

A record is held under a lease by the process that works on it, renewed while it works; a process that died lets it run
out, and the next one goes on from what was noted. Holders are fenced: who lost the lease can keep nothing more.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from gateway.errors import InProgress, StoreUnavailable
from gateway.store.sqlite import Database, StoreError

T = TypeVar("T")

SWEPT_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: whose it is, and the key that they gave."""

    principal: str
    key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written. `fingerprint` covers the whole input, files included."""

    place: Place
    account: str
    write: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Held:
    """The record is ours to work on. `began` is in seconds since 1970; `memo` and `outcome` are of earlier runs."""

    place: Place
    holder: str
    id: uuid.UUID
    began: float
    memo: Mapping[str, Any] | None
    outcome: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Finished:
    """It was done before; this is how it ended."""

    outcome: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """The key was used for another input."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody is working on it now."""


class Ledger(Protocol):
    """Where records are kept. Every method raises StoreUnavailable where that fails."""

    async def begin(self, entry: Entry) -> Held | Finished | Conflict | Busy:
        """Makes the record, or takes up one that nobody works on and that is not finished for good."""
        ...

    async def renew(self, held: Held) -> bool:
        """Prolongs the lease; False where it is another's now."""
        ...

    async def note(self, held: Held, memo: Mapping[str, Any]) -> None:
        """Keeps the memo. Raises InProgress where the record is another's now."""
        ...

    async def finish(self, held: Held, outcome: Mapping[str, Any], *, final: bool) -> bool:
        """Keeps how it ended and lets go; one that is not `final` is worked on again when it is asked for. False where
        the record is another's now."""
        ...

    async def release(self, held: Held) -> bool:
        """Lets go as if nothing had been asked: for a run that sent nothing. False where it is another's now."""
        ...

    async def claim(self, held: Held, thing: str, *, force: bool = False, look: bool = False) -> bool:
        """Makes a thing (an encoded Ref) this record's own; False where it is another record's, unless `force`.
        With `look` it only tells."""
        ...

    async def rivals(self, held: Held, marker: str) -> tuple[int, int]:
        """Marks the record, and counts other unfinished ones of the account so marked: worked on now, and not. One
        that has noted nothing yet does not count: nothing that is there already can be of its making."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class SqliteLedger:
    """For all processes of one machine. Times are in seconds; `clock` gives seconds since 1970."""

    database: Database
    keep_seconds: float
    lease_seconds: float
    clock: Callable[[], float] = time.time
    _swept: float = field(default=0.0, init=False)

    async def begin(self, entry: Entry) -> Held | Finished | Conflict | Busy:
        holder = secrets.token_hex(16)

        def work(connection: sqlite3.Connection) -> Held | Finished | Conflict | Busy:
            now = self.clock()
            self._sweep(connection, now)
            row = connection.execute(
                "SELECT account, write, fingerprint, id, began, lease, memo, outcome, final FROM writes "
                "WHERE principal = ? AND key = ? AND max(expires, lease) > ?",
                (*key(entry.place), now),
            ).fetchone()
            if row is None:
                return self._made(connection, entry, holder, now)
            account, write, fingerprint, id_, began, lease, memo, outcome, final = row
            if (account, write, fingerprint) != (entry.account, entry.write, entry.fingerprint):
                return Conflict()
            if final:
                return Finished(json.loads(outcome))
            if lease > now:
                return Busy()
            connection.execute(
                "UPDATE writes SET holder = ?, lease = ? WHERE principal = ? AND key = ?",
                (holder, now + self.lease_seconds, *key(entry.place)),
            )
            return Held(entry.place, holder, uuid.UUID(id_), began, loaded(memo), loaded(outcome))

        return await self._run(work)

    async def renew(self, held: Held) -> bool:
        return await self._run(lambda c: self._touch(c, held, "lease = ?", self.clock() + self.lease_seconds))

    async def note(self, held: Held, memo: Mapping[str, Any]) -> None:
        if not await self._run(lambda c: self._touch(c, held, "memo = ?", json.dumps(memo))):
            raise InProgress("Another process has taken this write over; ask again with the same key.")

    async def finish(self, held: Held, outcome: Mapping[str, Any], *, final: bool) -> bool:
        text = json.dumps(outcome)
        return await self._run(lambda c: self._touch(c, held, "lease = 0, outcome = ?, final = ?", text, int(final)))

    async def release(self, held: Held) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            gone = "DELETE FROM writes WHERE principal = ? AND key = ? AND holder = ?"
            return connection.execute(gone, owned(held)).rowcount == 1

        return await self._run(work)

    async def claim(self, held: Held, thing: str, *, force: bool = False, look: bool = False) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            row = connection.execute("SELECT principal, key FROM claims WHERE thing = ?", (thing,)).fetchone()
            if row is not None and row != key(held.place) and not force:
                return False
            if look:
                return True
            # Kept for longer than any record of another that was there when the thing came about.
            connection.execute(
                "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)",
                (thing, *key(held.place), self.clock() + self.keep_seconds),
            )
            return True

        return await self._run(work)

    async def rivals(self, held: Held, marker: str) -> tuple[int, int]:
        def work(connection: sqlite3.Connection) -> tuple[int, int]:
            now = self.clock()
            self._touch(connection, held, "marker = ?", marker)
            running, idle = connection.execute(
                "SELECT coalesce(sum(lease > ?), 0), coalesce(sum(lease <= ?), 0) FROM writes WHERE marker = ? "
                "AND account = (SELECT account FROM writes WHERE principal = ? AND key = ?) "
                "AND NOT final AND memo IS NOT NULL AND max(expires, lease) > ? AND NOT (principal = ? AND key = ?)",
                (now, now, marker, *key(held.place), now, *key(held.place)),
            ).fetchone()
            return running, idle

        return await self._run(work)

    async def close(self) -> None:
        await self.database.close()

    def _made(self, connection: sqlite3.Connection, entry: Entry, holder: str, now: float) -> Held:
        id_ = uuid.uuid4()
        connection.execute(
            "INSERT OR REPLACE INTO writes "
            "(principal, key, account, write, fingerprint, id, began, expires, holder, lease, final) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                *key(entry.place),
                entry.account,
                entry.write,
                entry.fingerprint,
                str(id_),
                now,
                now + self.keep_seconds,
                holder,
                now + self.lease_seconds,
            ),
        )
        return Held(entry.place, holder, id_, now, None, None)

    def _touch(self, connection: sqlite3.Connection, held: Held, change: str, *values: object) -> bool:
        """Changes the record if it is still held; False where it is not. `change` is ours, never a caller's text."""
        changed = connection.execute(
            f"UPDATE writes SET {change} WHERE principal = ? AND key = ? AND holder = ?",  # noqa: S608 - constants above
            (*values, *owned(held)),
        )
        return changed.rowcount == 1

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        """Drops what is over, a bounded part of it, now and then; a record not while somebody works on it."""
        if now - self._swept < 1 and self._swept <= now:
            return
        self._swept = now
        for table, over in (("writes", "max(expires, lease)"), ("claims", "expires")):
            connection.execute(
                f"DELETE FROM {table} WHERE rowid IN "  # noqa: S608 - ours
                f"(SELECT rowid FROM {table} WHERE expires <= ? AND {over} <= ? LIMIT ?)",
                (now, now, SWEPT_AT_ONCE),
            )

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await self.database.run(work)
        except StoreError:
            raise StoreUnavailable("The gateway cannot keep a record of this write now, so it was not made.") from None


def key(place: Place) -> tuple[str, str]:
    return place.principal, place.key


def owned(held: Held) -> tuple[str, str, str]:
    return *key(held.place), held.holder


def loaded(text: str | None) -> Mapping[str, Any] | None:
    known: Mapping[str, Any] | None = None if text is None else json.loads(text)
    return known
