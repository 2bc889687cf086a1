"""Lists that the vendor has per customer only, put together as one: whole, sorted and filtered here.

The vendor pages, sorts and filters nothing (its page get-all-of-a-customer-s-orders), so each list is read in
one call and kept for a while, and a walk over pages costs no further ones.
"""

from __future__ import annotations

import asyncio
import copy
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from gateway.errors import GatewayError, NotFound, VendorBadAnswer, VendorRefused
from gateway.vendors.base import Position, Step
from gateway.vendors.partner_center.fanout import each
from gateway.vendors.partner_center.shelf import Shelf

T = TypeVar("T")

MAX_LISTS: Final = 500
MAX_WEIGHT: Final = 50_000  # orders and lines together, each about 4 KB
SLICE: Final = 200


@dataclass(frozen=True)  # without slots: typing notes the type arguments on the instance
class CustomerList(Generic[T]):
    """One customer's rows with their positions, lowest first, and how many could not be read."""

    rows: tuple[tuple[Position, T], ...]
    omitted: int

    def beyond(self, after: Position | None, descending: bool) -> Iterator[tuple[Position, T]]:
        """The rows on the far side of a position, in walking order."""
        if descending:
            end = len(self.rows) if after is None else bisect_left(self.rows, after, key=_position)
            return (self.rows[place] for place in range(end - 1, -1, -1))
        start = 0 if after is None else bisect_right(self.rows, after, key=_position)
        return islice(self.rows, start, None)


class CustomerLists(Generic[T]):
    """`read` gives one customer's list as the vendor sent it, `make` a row of it, and `position` that row's place.

    `weigh` tells how many objects a row is, for the bound on what is kept.
    """

    def __init__(
        self,
        read: Callable[[str], Awaitable[list[Any]]],
        make: Callable[[Any, str], T],
        position: Callable[[T], Position],
        *,
        seconds: float,
        now: Callable[[], datetime],
        weigh: Callable[[T], int] = lambda _: 1,
        lag_seconds: int | None = None,
    ) -> None:
        self._read = read
        self._make = make
        self._position = position
        self._lag_seconds = lag_seconds
        self._shelf: Shelf[CustomerList[T]] = Shelf(
            seconds=seconds,
            now=now,
            max_entries=MAX_LISTS,
            max_weight=MAX_WEIGHT,
            weigh=lambda kept: sum(weigh(row) for _, row in kept.rows) + 1,
        )

    async def step(
        self,
        customers: Sequence[str],
        keep: Callable[[T], bool],
        after: Position | None,
        limit: int,
        descending: bool,
        unread: int = 0,
    ) -> Step[T]:
        """The next rows of these customers, at most `limit`; raises where no customer can be read. `unread` is how many
        customers more there are, of whom nobody knows who they are."""
        lists, failures = await self._gathered(customers)
        omitted = sum(one.omitted for one in lists)
        nearest = [
            found
            for one in lists
            for found in islice((row for row in one.beyond(after, descending) if keep(row[1])), limit + 1)
        ]
        nearest.sort(key=_position, reverse=descending)
        page = nearest[:limit]
        return Step(
            rows=tuple(row for _, row in page),
            resume=page[-1][0] if page and len(nearest) > len(page) else None,
            # Unreadable rows have no place in the list, so its beginning tells of them.
            omitted=omitted if after is None else 0,
            notice=_notice(failures, len(customers), unread),
            # Counting looks at every row; a walk needs it once.
            total=None if failures or omitted or unread or after is not None else _count(lists, keep),
            lag_seconds=self._lag_seconds,
        )

    async def count(self, customers: Sequence[str], keep: Callable[[T], bool], unread: int = 0) -> int | None:
        """How many rows match, or None where some of them cannot be read."""
        lists, failures = await self._gathered(customers)
        return None if failures or unread or any(one.omitted for one in lists) else _count(lists, keep)

    async def read(self, customer: str) -> CustomerList[T]:
        """One customer's list, read now. Raises GatewayError."""
        items = await self._read(customer)
        found: dict[str, tuple[Position, T]] = {}
        omitted = 0
        for start in range(0, len(items), SLICE):
            for item in items[start : start + SLICE]:
                try:
                    row = self._make(item, customer)
                except VendorBadAnswer:
                    omitted += 1
                else:
                    position = self._position(row)
                    found[position.tie] = position, row  # the vendor may repeat a row, even in other words
            await asyncio.sleep(0)  # a list can be thousands of rows, and others are waiting too
        return CustomerList(tuple(sorted(found.values(), key=_position)), omitted)

    def forget(self, customer: str) -> None:
        """Drops what is kept of this customer's list, because we have just changed it."""
        self._shelf.forget(customer)

    async def _gathered(self, customers: Sequence[str]) -> tuple[list[CustomerList[T]], dict[str, GatewayError]]:
        answers = await each(customers, lambda one: self._shelf.get(one, lambda: self._known(one)))
        lists = [answer for answer in answers.values() if not isinstance(answer, GatewayError)]
        failures = {key: answer for key, answer in answers.items() if isinstance(answer, GatewayError)}
        if failures and not lists:
            raise next(iter(failures.values()))
        return lists, failures

    async def _known(self, customer: str) -> CustomerList[T]:
        try:
            return await self.read(customer)
        except NotFound as error:
            # In a list, what is missing is the customer itself: whoever named it should hear so.
            raise VendorRefused(
                "The vendor does not know this customer.",
                vendor=error.vendor,
                account=error.account,
                vendor_code=error.vendor_code,
                correlation_id=error.correlation_id,
            ) from None


def _position(placed: tuple[Position, object]) -> Position:
    return placed[0]


def _count(lists: Iterable[CustomerList[T]], keep: Callable[[T], bool]) -> int:
    return sum(keep(row) for one in lists for _, row in one.rows)


def _notice(failures: dict[str, GatewayError], asked: int, unread: int) -> GatewayError | None:
    """One error for all the customers that are missing, with the first one's reason."""
    if not failures:
        lost = f"{unread} or more customers of the vendor's list cannot be read; what is theirs is missing."
        return VendorBadAnswer(lost) if unread else None
    customer, first = next(iter(failures.items()))
    told = copy.copy(first)
    told.message = f"{len(failures)} of {asked} customers could not be listed; {customer}: {first.message}"
    told.args = (told.message,)
    return told
