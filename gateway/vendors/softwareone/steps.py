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
    """One page beyond `after`. Rows that cannot be read, or have no creation to sort by, are counted as omitted.

    Raises VendorBadAnswer where a row shows that the vendor ignored the bound, or, by `sound`, a condition on times: it
    does so for conditions on `audit` that it does not like.
    """
    if after is not None and after.at < 0:
        if descending:
            return Step(rows=(), resume=None)
        after = None  # what has no creation comes first, and is never listed
    bound = () if after is None else (beyond(after, descending),)
    sign = "-" if descending else ""
    page = await collection.page([*conditions, *bound], order=f"{sign}{CREATED},{sign}id", limit=limit)
    rows = page.rows[:limit]
    placed = sorted(
        ((place, row) for row in rows if (place := position(row, account)) is not None),
        key=lambda pair: pair[0],
        reverse=descending,
    )
    if after is not None and any(place >= after if descending else place <= after for place, _ in placed):
        raise VendorBadAnswer("The vendor's list ignores where it was asked to begin.")
    read = (converted(row, convert) for _, row in placed)
    things = tuple(thing for thing in read if not isinstance(thing, GatewayError))
    if not all(map(sound, things)):
        raise VendorBadAnswer("The vendor's list ignores a condition.")
    more = page.more or len(page.rows) > limit
    if more and not placed:
        raise VendorBadAnswer("The vendor's list holds nothing that can be read.")
    return Step(
        rows=things,
        resume=placed[-1][0] if more else None,
        omitted=len(rows) - len(things),
        total=page.total if after is None else None,
    )


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
