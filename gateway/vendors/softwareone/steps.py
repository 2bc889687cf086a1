"""Lists sorted by creation, walked by key: each step asks for what lies beyond the last row, never for an offset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.vendors.base import FIRST_TIE, LAST_TIE, Position, Step
from gateway.vendors.reading import Row
from gateway.vendors.softwareone.collection import Collection, converted
from gateway.vendors.softwareone.rql import MILLISECOND, Condition, and_, floor, ge, gt, lt, or_

T = TypeVar("T")

CREATED: Final = "audit.created.at"
LAST_DAY: Final = datetime(9999, 12, 31, tzinfo=UTC)


async def step(
    collection: Collection,
    conditions: Sequence[Condition],
    convert: Callable[[Row], T],
    sound: Callable[[T], bool],
    account: str,
    after: Position | None,
    limit: int,
    descending: bool,
) -> Step[T]:
    """One page beyond `after`. Rows that cannot be read, or have no creation to sort by, are counted as omitted; those
    that were not asked for, by the bound or by `sound`, are left out with a notice.

    Raises VendorBadAnswer where no row of a page was asked for: the vendor ignores conditions that it does not like.
    """
    if after is not None and after.at < 0:
        if descending:
            return Step(rows=(), resume=None)
        after = None  # what has no creation comes first, and is never listed
    bound = () if after is None else (beyond(after, descending),)
    sign = "-" if descending else ""
    page = await collection.page([*conditions, *bound], order=f"{sign}{CREATED},{sign}id", limit=limit)
    given = [(place, row) for row in page.rows if (place := position(row, account)) is not None]
    known = list({place.tie: (place, row) for place, row in given}.values())
    placed = sorted(known, key=_place, reverse=descending)
    if page.more and not placed:
        raise VendorBadAnswer("The vendor's list holds nothing that can be read.")
    out_of_order = page.more and placed != known
    if out_of_order:
        placed = in_order(known, descending) or placed
    asked = [one for one in placed if after is None or (one[0] < after if descending else one[0] > after)]
    now = asked[:limit]
    read = [converted(row, convert) for _, row in now]
    things = [thing for thing in read if not isinstance(thing, GatewayError)]
    kept = tuple(filter(sound, things))
    if (placed and not asked) or (things and not kept):
        raise VendorBadAnswer("The vendor's list ignores a condition, or where it was asked to begin.")
    strangers = len(asked) < len(placed) or len(kept) < len(things)
    notice = told(strangers, len(known) < len(given) or out_of_order, page.doubtful)
    return Step(
        rows=kept,
        resume=now[-1][0] if page.more or len(asked) > limit else None,
        omitted=len(page.rows) - len(given) + len(read) - len(things),
        notice=notice,
        total=page.total if after is None and notice is None else None,
    )


def told(strangers: bool, disorder: bool, doubtful: bool) -> VendorBadAnswer | None:
    """What is wrong with a page besides rows that cannot be read."""
    if strangers:
        return VendorBadAnswer("The vendor listed what it was not asked for; that is left out.")
    if disorder:
        return VendorBadAnswer("The vendor's list repeats rows, or is out of order, so that some may be missing.")
    if doubtful:
        return VendorBadAnswer("The vendor's list does not fit its own length, so that rows may be missing.")
    return None


def in_order(given: Sequence[tuple[Position, Row]], descending: bool) -> list[tuple[Position, Row]]:
    """The rows without those that stand apart: the walk goes on behind the last, which may lie about its place, and
    what is between would be lost. Empty where there is no order to stand apart from."""
    best: list[list[tuple[Position, Row]]] = []
    for one in given:
        before = [run for run in best if (run[-1][0] > one[0] if descending else run[-1][0] < one[0])]
        best.append([*max(before, key=len, default=[]), one])
    longest = max(best, key=len, default=[])
    return longest if 2 * len(longest) > len(given) else []


def _place(placed: tuple[Position, Row]) -> Position:
    return placed[0]


def position(row: Row, account: str) -> Position | None:
    created, key = row.row("audit").row("created").moment("at"), row.filled("id")
    return None if created is None or key is None else Position.of(created, account, key)


def beyond(after: Position, descending: bool) -> Condition:
    """The rows strictly beyond a position.

    The vendor's times have milliseconds, a position microseconds: one between two milliseconds has all rows of the
    earlier one before it. Rows of the same millisecond are met as a range, so that it does not matter should the vendor
    keep more digits than it shows.
    """
    moment = min(after.moment or LAST_DAY, LAST_DAY)
    this = floor(moment)
    following = this + MILLISECOND
    tie = after.tie if this == moment else LAST_TIE
    if tie == FIRST_TIE:
        return lt(CREATED, this) if descending else ge(CREATED, this)
    if tie == LAST_TIE:
        return lt(CREATED, following) if descending else ge(CREATED, following)
    same = (ge(CREATED, this), lt(CREATED, following))
    if descending:
        return or_(lt(CREATED, this), and_(*same, lt("id", tie)))
    return or_(ge(CREATED, following), and_(*same, gt("id", tie)))
