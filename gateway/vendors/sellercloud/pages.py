"""Pages of the purchase order list: one call each, their rows told apart by id."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.model.order import Order
from gateway.upstream.client import Upstream, path
from gateway.vendors.sellercloud.filtering import Asked, query
from gateway.vendors.sellercloud.mapping import Home, id_of, order_of, rows_of, total_of
from gateway.vendors.sellercloud.stretch import Stretch, asked_from, asked_to

PAGE_SIZE: Final = 50  # the most that the vendor gives; it cuts more down without a word
ROUNDS: Final = 3
MAX_PAGES: Final = 40
AT_ONCE: Final = 4
ORDERS: Final = path("PurchaseOrders")


@dataclass(frozen=True, slots=True)
class Page:
    """One page, or several as one. `total` is the vendor's count; `unreadable` and `nameless` rows could not be used,
    the latter not even told apart. `lied`: that count was less than the rows beside it."""

    orders: Mapping[int, Order]
    unreadable: Mapping[int, GatewayError]
    nameless: int
    total: int
    lied: bool = False

    @property
    def seen(self) -> int:
        """How many rows can be told apart: of two with one id, one may be readable and the other not."""
        return len(self.orders.keys() | self.unreadable.keys()) + self.nameless

    @property
    def omitted(self) -> int:
        return len(self.unreadable) + self.nameless


class Pages:
    def __init__(self, upstream: Upstream, home: Home) -> None:
        self._upstream = upstream
        self._home = home

    async def one(self, asked: Asked, stretch: Stretch, number: int = 1) -> Page:
        """A page of what was made within that stretch; some rows may lie a little outside. Undated ones are unreadable.

        Raises VendorError.
        """
        zone = self._home.zone
        pairs = [*asked.pairs, ("model.createDateFrom", asked_from(stretch.start, zone))]
        if stretch.end is not None:
            pairs.append(("model.createDateTo", asked_to(stretch.end, zone)))
        page = await self._page(pairs, number)
        undated = {id_ for id_, order in page.orders.items() if order.created_at is None}
        if not undated:
            return page
        error = VendorBadAnswer("The vendor's purchase order has no date.")
        return Page(
            {id_: order for id_, order in page.orders.items() if id_ not in undated},
            {**page.unreadable, **dict.fromkeys(undated, error)},
            page.nameless,
            page.total,
            page.lied,
        )

    async def rest(self, asked: Asked, stretch: Stretch, first: Page) -> Page:
        """The first page with all others. Rows move between pages meanwhile: so up to three rounds, until all are seen;
        where that was not enough, `seen` stays below `total`. When rows go, those seen before may be the gone ones and
        stand for none that are still to come: they no longer count."""
        known, size = first, max(first.seen, 1)
        for round_ in range(ROUNDS):
            numbers = range(1 if round_ else 2, min(-(-known.total // size), MAX_PAGES) + 1)
            before = known.seen
            for some in batches(numbers, AT_ONCE):
                pages = await asyncio.gather(*(self.one(asked, stretch, number) for number in some))
                if not any(page.seen for page in pages):
                    break  # whatever the count says, the list ends here
                fewest = min(page.total for page in pages)
                if fewest < known.total:
                    known = merged(page for page in pages if page.total == fewest)
                else:
                    known = merged((known, *pages))
                if known.seen >= known.total:
                    return known
            if round_ and known.seen == before:
                break
        return known

    async def by_id(self, ids: Sequence[int]) -> Page:
        """The rows of these orders, at most PAGE_SIZE of them."""
        pairs = [("model.pOIds", str(id_)) for id_ in ids]
        page = await self._page(pairs, 1)
        for number in range(2, len(ids) + 1):
            more = await self._page(pairs, number) if page.seen < min(page.total, len(ids)) else None
            if more is None or not more.seen:
                break
            page = merged((page, more))
        return page

    async def count(self, asked: Asked) -> int:
        """How many match what the vendor was asked; raises VendorBadAnswer if a row shows that it did not listen."""
        page = await self._page(asked.pairs, 1, size=1)
        if any(asked.ignored(order) for order in page.orders.values()):
            raise VendorBadAnswer("Sellercloud counted without applying a filter.")
        if page.lied:
            raise VendorBadAnswer("Sellercloud counted fewer purchase orders than it showed.")
        return page.total

    async def _page(self, pairs: Iterable[tuple[str, str]], number: int, size: int = PAGE_SIZE) -> Page:
        paging = (("model.pageNumber", number), ("model.pageSize", size))
        answer = await self._upstream.get(ORDERS, route="/PurchaseOrders", query=query(*pairs, *paging))
        return page_of(answer.body, self._home)


def page_of(body: Any, home: Home) -> Page:
    """A list's answer with each row readable or not; raises VendorBadAnswer where it is no list."""
    orders: dict[int, Order] = {}
    unreadable: dict[int, GatewayError] = {}
    nameless, rows = 0, rows_of(body)
    for row in rows:
        id_ = id_of(row)
        if id_ is None:
            nameless += 1
            continue
        try:
            orders[id_] = order_of(row, home)
        except GatewayError as error:
            unreadable[id_] = error
    total, seen = total_of(body), len(orders.keys() | unreadable.keys()) + nameless
    return Page(orders, unreadable, nameless, max(total, seen), total < seen)


def merged(pages: Iterable[Page]) -> Page:
    """Several pages as one, each row once; the latest count is the one that holds."""
    orders: dict[int, Order] = {}
    unreadable: dict[int, GatewayError] = {}
    nameless, total, lied = 0, 0, False
    for page in pages:
        orders |= page.orders
        unreadable |= page.unreadable
        nameless, total, lied = max(nameless, page.nameless), page.total, lied or page.lied
    return Page(orders, unreadable, nameless, max(total, len(orders.keys() | unreadable.keys())), lied)


def batches(items: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (items[at : at + size] for at in range(0, len(items), size))
