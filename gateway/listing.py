"""One sorted list over several accounts: merges their steps, and writes cursors that know each account's place.

Rows are sorted by (creation, account, tie). A cursor holds the position of its row, and the places of those accounts
that are elsewhere: one that failed keeps the place where it was, one that is finished says so. Hence every order that
the vendors listed during the whole walk appears once, whatever fails on the way.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from gateway.errors import (
    BadUserInput,
    FilterNotSupported,
    FilterRequired,
    GatewayError,
    LimitExceeded,
    Unsupported,
    VendorBadAnswer,
)
from gateway.model.account import Account
from gateway.upstream.errand import ERRAND, Errand, on
from gateway.vendors.base import FIRST_TIE, LAST_TIE, Position, Step

T = TypeVar("T")
DEFAULT_PAGE: Final = 20
MAX_PAGE: Final = 500
MAX_STEPS: Final = 200
SPARED: Final = 0.25  # of the time left: what the slow ones of several accounts leave for the other rows
MOST_SPARED_SECONDS: Final = 5.0
MAX_CURSOR: Final = 65_536  # room for the places of some three hundred accounts
LAST_MOMENT: Final = 253_370_764_800_000_000  # the year 9999, which no row reaches, in microseconds
DONE: Final = "done"
Place = Position | str | None
"""Where an account's list continues: beyond a position, from the near end (None), or not at all (DONE)."""

log = logging.getLogger("gateway.listing")


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted: `size` rows beyond `cursor`, backwards when `last` and `before` were given."""

    size: int
    cursor: str | None
    backward: bool

    @classmethod
    def of(cls, first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
        """Raises BadUserInput naming the argument that is wrong."""
        for name, value in (("first", first), ("last", last)):
            if value is not None and not 0 <= value <= MAX_PAGE:
                raise BadUserInput(f"{name} must be between 0 and {MAX_PAGE}.", argument=name)
        if first is not None and last is not None:
            raise BadUserInput("Give first or last, not both.", argument="last")
        if after is not None and before is not None:
            raise BadUserInput("Give after or before, not both.", argument="before")
        if last is not None and after is not None:
            raise BadUserInput("after goes with first; last goes with before.", argument="after")
        if first is not None and before is not None:
            raise BadUserInput("before goes with last; first goes with after.", argument="before")
        if last is not None or before is not None:
            return cls(DEFAULT_PAGE if last is None else last, before, backward=True)
        return cls(DEFAULT_PAGE if first is None else first, after, backward=False)


@dataclass(slots=True)
class Source(Generic[T]):
    """One account's part in a list. `skipped` says why it is left out without a call."""

    account: Account
    step: Callable[[Position | None, int, bool], Awaitable[Step[T]]]
    count: Callable[[], Awaitable[int | None]]
    skipped: GatewayError | None = None


@dataclass(slots=True)
class Walk(Generic[T]):
    """A source under way: what it has given, what is still in hand, how it fares."""

    source: Source[T]
    place: Place
    exhausted: bool = False
    buffer: deque[T] = field(default_factory=deque)
    kept: Place = None  # where it stood when the page began
    given: int = 0
    omitted: int = 0
    error: GatewayError | None = None
    failed: bool = False
    total: int | None = None
    lag_seconds: int | None = None
    steps: int = 0

    @property
    def live(self) -> bool:
        return self.source.skipped is None and not self.exhausted and not self.failed


@dataclass(frozen=True, slots=True)
class ListedSource:
    """How one account fared in a page; `count` asks the vendor for its total, if anybody wants to know."""

    account: Account
    skipped: GatewayError | None
    error: GatewayError | None
    failed: bool
    omitted: int
    lag_seconds: int | None
    count: Callable[[], Awaitable[int | None]]


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    rows: tuple[T, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    sources: tuple[ListedSource, ...]
    resume: str | None
    """The cursor to go on from when the page is empty."""


async def list_page(
    sources: Sequence[Source[T]],
    position: Callable[[T], Position],
    window: Window,
    descending: bool,
    fingerprint: str,
) -> ListPage[T]:
    """One page. `fingerprint` names the list (filter, order, accounts): a cursor of another one is BadUserInput."""
    codec = Cursors(fingerprint, window.backward)
    argument = "before" if window.backward else "after"
    at, places = codec.read(window.cursor, argument) if window.cursor is not None else (None, {})
    down = descending != window.backward  # the walking order
    walks = []
    for source in sources:
        account = source.account.id
        place: Place = places[account] if account in places else bound(at, account, down)
        walks.append(Walk(source, place, exhausted=place == DONE, kept=place))

    rows, more = await merge(walks, position, window.size, down) if window.size else ([], False)
    cursors = write_cursors(codec, walks, rows, position, down)
    stuck = not rows and any(walk.failed for walk in walks)
    resume = write_resume(codec, walks, at, down) if stuck else window.cursor
    if window.backward:
        rows.reverse()
        cursors.reverse()
    return ListPage(
        rows=tuple(row for row, _ in rows),
        cursors=tuple(cursors),
        has_next=window.cursor is not None if window.backward else more,
        has_previous=more if window.backward else window.cursor is not None,
        sources=tuple(listed(walk) for walk in walks),
        resume=resume,
    )


def bound(at: Position | None, account: str, down: bool) -> Position | None:
    """A position of the merged list as a bound within one account: at the same moment, the accounts' names decide."""
    if at is None or at.account == account:
        return at
    all_of_that_moment_are_ahead = (account < at.account) if down else (account > at.account)
    if all_of_that_moment_are_ahead:
        return Position(at.at, account, LAST_TIE if down else FIRST_TIE)
    return Position(at.at, account, FIRST_TIE if down else LAST_TIE)


async def merge(
    walks: list[Walk[T]], position: Callable[[T], Position], size: int, down: bool
) -> tuple[list[tuple[T, Walk[T]]], bool]:
    """The nearest `size` rows with their walks, and whether more follow."""
    rows: list[tuple[T, Walk[T]]] = []
    several = sum(walk.source.skipped is None for walk in walks) > 1
    while len(rows) <= size:  # one more than wanted, to know whether a next page exists
        hungry = [walk for walk in walks if walk.live and not walk.buffer]
        if hungry:
            with on(sparing() if several else ERRAND.get()):
                await asyncio.gather(*(advance(walk, size + 1 - len(rows), down) for walk in hungry))
            continue
        ready = [walk for walk in walks if walk.buffer]
        if not ready:
            return rows, False
        nearest = (max if down else min)(ready, key=lambda walk: position(walk.buffer[0]))
        if len(rows) == size:
            return rows, True
        rows.append((nearest.buffer.popleft(), nearest))
        nearest.given += 1
    return rows, True


def sparing() -> Errand | None:
    """The operation's errand with an end before its own: an account that hangs until then has not used up the time for
    what the others still have to read, their next steps and the fields of their rows."""
    errand = ERRAND.get()
    if errand is None:
        return None
    return Errand(errand.until - min(max(errand.left, 0.0) * SPARED, MOST_SPARED_SECONDS), errand.load)


async def advance(walk: Walk[T], limit: int, down: bool) -> None:
    """Takes one step; a source that fails stops here, and keeps what it has already given."""
    walk.steps += 1
    place = walk.place if isinstance(walk.place, Position) else None
    try:
        if walk.steps > MAX_STEPS:
            raise LimitExceeded("Too few rows matched in many calls; narrow the filter, or go on from the cursor.")
        step = await walk.source.step(place, limit, down)
        if step.resume is not None and step.resume == place:
            raise VendorBadAnswer("The vendor's list does not move on.")
    except (FilterRequired, FilterNotSupported, Unsupported) as reason:
        walk.source.skipped = reason
        return
    except GatewayError as error:
        error.happened_at(walk.source.account.vendor.value, walk.source.account.name)
        walk.error, walk.failed = error, True
        return
    except Exception:  # a fault of ours in one account's adapter must not take the other accounts' rows with it
        log.exception("listing %s failed", walk.source.account.name)
        walk.error, walk.failed = GatewayError("This account's list failed inside the gateway."), True
        return
    if step.notice is not None:
        step.notice.happened_at(walk.source.account.vendor.value, walk.source.account.name)
    walk.buffer.extend(step.rows)
    walk.omitted += step.omitted
    walk.error = step.notice or walk.error
    walk.lag_seconds = step.lag_seconds
    if place is None and step.total is not None:
        walk.total = step.total
    walk.place = step.resume
    walk.exhausted = step.resume is None


def listed(walk: Walk[T]) -> ListedSource:
    total = walk.total

    async def known() -> int | None:
        return total

    return ListedSource(
        account=walk.source.account,
        skipped=walk.source.skipped,
        error=walk.error,
        failed=walk.failed,
        omitted=walk.omitted,
        lag_seconds=walk.lag_seconds,
        count=known if total is not None else walk.source.count,
    )


def write_cursors(
    codec: Cursors, walks: list[Walk[T]], rows: list[tuple[T, Walk[T]]], position: Callable[[T], Position], down: bool
) -> list[str]:
    """A cursor per row, in walking order: each says where every account stands once that row has been taken."""
    cursors = []
    stands = [Stand(walk, walk.kept, walk.given) for walk in walks]
    by_walk = {id(stand.walk): stand for stand in stands}
    for row, walk in rows:
        here = position(row)
        by_walk[id(walk)].take(here)
        places = {stand.walk.source.account.id: stand.place for stand in stands if stand.apart(here, down)}
        cursors.append(codec.write(here, places))
    return cursors


def write_resume(codec: Cursors, walks: list[Walk[T]], at: Position | None, down: bool) -> str:
    """The cursor of a page that failed without a row: where every account stands, so that a later one gets further."""
    places = {walk.source.account.id: Stand(walk, walk.kept, 0).place for walk in walks}
    start = Position(LAST_MOMENT - 1 if down else -1, "", FIRST_TIE)
    return codec.write(at or start, places)


@dataclass(slots=True)
class Stand(Generic[T]):
    """Where one account stands while the rows of a page are taken one by one."""

    walk: Walk[T]
    place: Place
    left: int

    def __post_init__(self) -> None:
        self.finish()

    def take(self, here: Position) -> None:
        self.place, self.left = here, self.left - 1
        self.finish()

    def finish(self) -> None:
        if self.left or self.walk.buffer:
            return
        if self.walk.exhausted:
            self.place = DONE
        elif self.walk.failed:
            self.place = self.walk.place  # what it has looked through in vain need not be looked through again

    def apart(self, here: Position, down: bool) -> bool:
        """Whether the common position does not tell this account's place: it is finished, it failed, or it is further
        along than the others because they had to catch up."""
        if self.walk.failed or self.place == DONE:
            return True
        if not isinstance(self.place, Position):
            return False
        common = bound(here, self.walk.source.account.id, down)
        assert common is not None
        return self.place < common if down else self.place > common


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursor's text: JSON in base64url. Places other than the common position hold for one direction only."""

    fingerprint: str
    backward: bool

    def write(self, at: Position, stand: dict[str, Place]) -> str:
        places = {account: [p.at, p.tie] if isinstance(p, Position) else p for account, p in stand.items()}
        content = [1, self.fingerprint, int(self.backward), at.at, at.account, at.tie, places]
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    def read(self, cursor: str, argument: str) -> tuple[Position, dict[str, Place]]:
        """Raises BadUserInput for a cursor of another list, or none at all."""
        try:
            if len(cursor) > MAX_CURSOR:
                raise ValueError
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            version, fingerprint, backward, at, account, tie, places = json.loads(raw)
            known = version == 1 and isinstance(fingerprint, str) and backward in (0, 1)
            here = position_of(at, account, tie)
            stand = {str(name): place_of(str(name), place) for name, place in places.items()}
        except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
            known = False
        if not known:
            raise BadUserInput(f"{argument} is not a cursor of this gateway.", argument=argument)
        if fingerprint != self.fingerprint:
            raise BadUserInput(f"{argument} is a cursor of another list or filter.", argument=argument)
        return here, stand if bool(backward) == self.backward else {}


def position_of(at: object, account: object, tie: object) -> Position:
    if not (isinstance(at, int) and isinstance(account, str) and isinstance(tie, str)) or not -1 <= at < LAST_MOMENT:
        raise ValueError
    (account + tie).encode()  # half a surrogate pair is a ValueError too: it could not be sent to anybody
    return Position(at, account, tie)


def place_of(account: str, place: object) -> Place:
    if place is None or place == DONE:
        return DONE if place else None
    if not isinstance(place, list) or len(place) != 2:
        raise ValueError
    return position_of(place[0], account, place[1])


def fingerprint(*parts: object) -> str:
    """A short name for a list: equal for equal filters, orders and accounts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
