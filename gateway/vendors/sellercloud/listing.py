"""The list of purchase orders, one stretch of creation time a step.

The vendor cannot sort, and its pages are not stable from one call to the next. A stretch of at most one page's rows
needs neither: it is read whole and sorted here. How long it may be is learned from what came before, and from the rows
of a page that was too full.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.model.order import Order
from gateway.vendors.base import FIRST_TIE, OrderFilter, Position, Step, microseconds, order_position
from gateway.vendors.sellercloud.filtering import Asked, asked_for
from gateway.vendors.sellercloud.mapping import Home
from gateway.vendors.sellercloud.pages import PAGE_SIZE, Page, Pages
from gateway.vendors.sellercloud.stretch import DAWN, SHORTEST, TICK, Stretch, ceiling, floor, strayed

FIRST_SPAN: Final = timedelta(days=30)
SPANS: Final = (timedelta(hours=1), timedelta(days=3_650))
LAST_MOMENT: Final = DAWN.replace(year=9000)
REMEMBERED: Final = 64

STRAYED: Final = (
    "Sellercloud listed purchase orders from another time than was asked for: it ignored a filter, or the account's "
    "time_zone is not Sellercloud's."
)
IGNORED: Final = "Sellercloud listed purchase orders that its own filter should have left out; they are dropped."
MISCOUNTED: Final = "Sellercloud listed more purchase orders than it counted, so some may be missing."
UNSTABLE: Final = "More purchase orders were made within a minute than could be told apart in Sellercloud's list."


@dataclass(frozen=True, slots=True)
class Look:
    """A stretch and its page; `stray` if the page has rows from another time."""

    stretch: Stretch
    page: Page
    stray: bool

    @property
    def bare(self) -> bool:
        """Whether the stretch has no rows; those of its neighbours that came along do not count. One that cannot be
        read might be its own."""
        page = self.page
        return page.seen >= page.total and not page.omitted and not moments_of(self)


class OrderList:
    """Steps of the list. `now` is in UTC; remembers, per filter, how far apart the rows were last."""

    def __init__(self, pages: Pages, home: Home, now: Callable[[], datetime]) -> None:
        self._pages = pages
        self._home = home
        self._now = now
        self._pace: OrderedDict[tuple[tuple[str, str], ...], timedelta] = OrderedDict()

    async def step(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        """The rows of the next stretch that has any; see `Adapter.orders`."""
        asked = asked_for(wanted, self._home.zone)
        left = None if asked is None else self._left(wanted, after, descending)
        if asked is None or left is None:
            return Step(rows=(), resume=None, total=0 if after is None else None)
        enough = min(max(limit + limit // 3 + 3, 10), PAGE_SIZE - 10)
        look = await self._look(asked, left.near(self._span(asked, left, after, enough)))
        behind = left.beyond(look.stretch)
        if look.bare and behind is not None:
            look = await self._look(asked, behind)
        look = await self._narrowed(asked, look, enough)
        if not look.stray and look.page.seen < look.page.total:
            look = replace(look, page=await self._pages.rest(asked, look.stretch, look.page))
        self._learn(asked, look)
        return self._answer(asked, left, look, after, limit)

    def _left(self, wanted: OrderFilter, after: Position | None, descending: bool) -> Stretch | None:
        """What the walk has before it; None where it is at its end."""
        start, end = wanted.created_from or DAWN, wanted.created_before
        if after is not None:
            moment = after.moment
            if moment is None:  # before all dates; and what has none is never listed
                if descending:
                    return None
            elif descending:
                end = min(end or LAST_MOMENT, moment if after.tie == FIRST_TIE else moment + TICK)
            else:
                start = max(start, moment)
        start, end = floor(max(start, DAWN)), None if end is None or end >= LAST_MOMENT else ceiling(end)
        if start >= (end or LAST_MOMENT):
            return None
        return Stretch(start, end, descending, self._now())

    def _span(self, asked: Asked, left: Stretch, after: Position | None, enough: int) -> timedelta:
        if after is None and not left.descending:
            return left.span  # the first purchase order may be many years after the beginning
        pace = self._pace.get(asked.pairs)
        return FIRST_SPAN if pace is None else min(max(pace * enough, SPANS[0]), SPANS[1])

    async def _look(self, asked: Asked, stretch: Stretch, number: int = 1) -> Look:
        page = await self._pages.one(asked, stretch, number)
        moments = (order.created_at for order in page.orders.values() if order.created_at)
        return Look(stretch, page, any(strayed(moment, stretch, self._home.zone) for moment in moments))

    async def _narrowed(self, asked: Asked, look: Look, enough: int) -> Look:
        """The part at the near edge that has rows, and no more than one page of them if time can tell them apart."""
        part, guesses = look.stretch, await self._guesses(asked, look, enough)
        while look.page.total > PAGE_SIZE and not look.stray and part.span > SHORTEST:
            guess = guesses.pop(0)(part) if guesses else None
            nearer = guess or part.near(part.span / 2)
            closer = await self._look(asked, nearer)
            behind = part.beyond(nearer)
            if closer.bare and behind is not None:
                part = behind  # all of them are further on; that need not be asked
                if part.span <= SHORTEST:
                    look = await self._look(asked, part)
            else:
                part, look = nearer, closer
        return look

    async def _guesses(self, asked: Asked, look: Look, enough: int) -> list[Callable[[Stretch], Stretch | None]]:
        """Where to cut a stretch with too many rows: behind enough of them, else before those made all at once."""
        moments = [] if look.page.total <= PAGE_SIZE or look.stray else await self._nearest(asked, look, enough)
        if not moments:
            return []
        first, last = moments[0], moments[min(enough, len(moments)) - 1]
        return [lambda part: part.until(last), lambda part: part.short_of(first)]

    async def _nearest(self, asked: Asked, look: Look, enough: int) -> list[datetime]:
        """The moments at the near edge, as far as they can be guessed: Sellercloud mostly lists the newest first, so
        they are on the first page, or on the last ones where the walk begins with the oldest."""
        if look.stretch.descending:
            return moments_of(look)
        number = -(-look.page.total // PAGE_SIZE)
        moments = moments_of(await self._look(asked, look.stretch, number))
        if len(moments) < enough:
            before = look if number == 2 else await self._look(asked, look.stretch, number - 1)
            moments = sorted({*moments, *moments_of(before)})
        return moments

    def _learn(self, asked: Asked, look: Look) -> None:
        if look.stray or not look.page.orders:
            return
        self._pace[asked.pairs] = look.stretch.span / look.page.total
        self._pace.move_to_end(asked.pairs)
        if len(self._pace) > REMEMBERED:
            self._pace.popitem(last=False)

    def _answer(self, asked: Asked, left: Stretch, look: Look, after: Position | None, limit: int) -> Step[Order]:
        page, down = look.page, left.descending
        deaf = look.stray and page.total > PAGE_SIZE  # no stretch will do: what is here is all there is to have
        part = left if deaf else look.stretch
        kept = [
            (order_position(order), order)
            for order in page.orders.values()
            if part.contains(order.created_at) and asked.keeps(order)
        ]
        kept = [row for row in kept if after is None or (row[0] < after if down else row[0] > after)]
        kept.sort(key=lambda row: row[0], reverse=down)
        rows = tuple(order for _, order in kept[:limit])
        notice = self._notice(asked, look)
        if part.far is None or part.far == left.far:
            resume = None
        else:
            resume = Position(microseconds(part.far), self._home.account, FIRST_TIE)
        whole = after is None and resume is None and notice is None and not page.omitted
        if len(kept) > limit:
            resume = kept[limit - 1][0]
        return Step(rows=rows, resume=resume, omitted=page.omitted, notice=notice, total=len(kept) if whole else None)

    def _notice(self, asked: Asked, look: Look) -> GatewayError | None:
        if look.stray:
            return self._bad(STRAYED)
        if any(asked.ignored(order) for order in look.page.orders.values()):
            return self._bad(IGNORED)
        if look.page.lied:
            return self._bad(MISCOUNTED)
        return self._bad(UNSTABLE) if look.page.seen < look.page.total else None

    def _bad(self, message: str) -> VendorBadAnswer:
        return VendorBadAnswer(message, vendor="sellercloud", account=self._home.account_name)


def moments_of(look: Look) -> list[datetime]:
    """When the rows of a stretch were made, from its near edge on."""
    moments = (order.created_at for order in look.page.orders.values() if order.created_at)
    return sorted(filter(look.stretch.contains, moments), reverse=look.stretch.descending)
