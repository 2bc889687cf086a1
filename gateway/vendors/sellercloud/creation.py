"""Creating a purchase order at Sellercloud, which has no keys for repeats: sent once, and looked for when in doubt.

Source: the vendor's page "Create new purchase order".
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import GatewayError, InProgress, StoreUnavailable, VendorBadAnswer
from gateway.model.order import Order
from gateway.model.ref import Ref
from gateway.model.writing import Outcome
from gateway.upstream.client import Upstream
from gateway.vendors.base import ORDER, OrderFilter
from gateway.vendors.commands import CreatePurchaseOrder
from gateway.vendors.sellercloud.commands import PurchaseOrderDraft
from gateway.vendors.sellercloud.filtering import asked_for
from gateway.vendors.sellercloud.mapping import Home
from gateway.vendors.sellercloud.mapping_items import marker, same_lines, same_order
from gateway.vendors.sellercloud.mapping_write import created_id, order_body
from gateway.vendors.sellercloud.orders import Orders
from gateway.vendors.sellercloud.pages import ORDERS, Pages
from gateway.vendors.sellercloud.refusals import is_broken_rule, said_no, user_errors
from gateway.vendors.sellercloud.rules import Path, broken_by_draft
from gateway.vendors.sellercloud.stretch import Stretch, floor
from gateway.vendors.writes import Attempt, adopted

log = logging.getLogger("gateway.vendors.sellercloud")

PAUSES: Final = (0, 1, 2, 4)  # seconds before each look
SKEW: Final = timedelta(minutes=2)  # between the vendor's clock and ours
MOST_LIKELY: Final = 20  # orders whose lines are compared in one look
SEARCHED: Final = "Sellercloud's purchase orders of the company, made since the write began, were compared with it."


@dataclass(frozen=True, slots=True)
class Look:
    """What one look has found: orders that agree; `whole` if there is nothing else to look at."""

    found: tuple[Order, ...]
    whole: bool


class Creation:
    """Handles `CREATE_PURCHASE_ORDER`. `now` is in UTC."""

    def __init__(
        self, upstream: Upstream, pages: Pages, orders: Orders, home: Home, now: Callable[[], datetime]
    ) -> None:
        self._upstream = upstream
        self._pages = pages
        self._orders = orders
        self._home = home
        self._now = now

    async def create(self, command: CreatePurchaseOrder, attempt: Attempt) -> Outcome:
        draft, at = command.vendor, ("vendor", command.chosen)
        assert isinstance(draft, PurchaseOrderDraft)
        if attempt.memo is not None:
            return await self._resumed(draft, attempt, at)
        mistakes = broken_by_draft(draft, at)
        if mistakes:
            return Outcome.refused(*mistakes)
        await attempt.rivals(marker(draft))  # from now on others who look for the same know of this one
        try:
            answer = await self._upstream.call(
                "POST",
                ORDERS,
                route="/PurchaseOrders",
                json=order_body(draft),
                sending=attempt.sending(step="create"),
            )
            number = created_id(answer.body)
        except GatewayError as error:
            if not error.certain:
                return await self._looked_for(draft, attempt, at, error)
            if not said_no(error):
                raise
            return Outcome.refused(*user_errors(error, at, places(draft)))
        if number is None:
            unread = VendorBadAnswer("Sellercloud's answer does not tell the new purchase order's number.")
            return await self._looked_for(draft, attempt, at, unread)
        return await self._made(self._home.order(number), attempt)

    async def _resumed(self, draft: PurchaseOrderDraft, attempt: Attempt, at: Path) -> Outcome:
        """An earlier run has sent it, by the rules of its day, and may have died before the order was its own."""
        if attempt.memo is None or "ref" not in attempt.memo:
            return await self._looked_for(draft, attempt, at, None)
        ref = Ref.decode(attempt.memo["ref"])
        await attempt.own(ref)
        return Outcome.done(order=ref)

    async def _made(self, ref: Ref, attempt: Attempt) -> Outcome:
        """The order is there, whatever else goes wrong now. Its status and approval are what the tenant says, so it is
        read back."""
        try:
            await attempt.note(step="created", ref=ref.encode())
            await attempt.own(ref)
        except (StoreUnavailable, InProgress) as error:
            log.warning("%s: a new purchase order could not be noted (%s)", self._home.account_name, error.code)
        try:
            row = await self._orders.row(ref)
            if row is None and await attempt.pause(1):
                row = await self._orders.row(ref)
        except GatewayError:
            row = None  # whoever asks for it will read it
        if row is not None:
            attempt.prime(ORDER, ref, row)
        return Outcome.done(order=ref)

    async def _looked_for(
        self, draft: PurchaseOrderDraft, attempt: Attempt, at: Path, error: GatewayError | None
    ) -> Outcome:
        """What became of a create whose answer, if any, leaves that open. Never creates."""
        candidates: tuple[Ref, ...] = ()
        for number, seconds in enumerate(PAUSES):
            if seconds and not await attempt.pause(seconds):
                break
            try:
                look = await self._look(draft, attempt.began)
            except GatewayError:
                continue  # nobody knows more than before
            found = {order.ref: order for order in look.found}
            candidates = tuple([ref for ref in found if await attempt.free(ref)])
            mine = await adopted(attempt, marker(draft), candidates)
            if mine is not None:
                attempt.prime(ORDER, mine, found[mine])
                return Outcome.done(order=mine)
            if error is not None and is_broken_rule(error) and number and look.whole and not candidates:
                # It said why not, and two looks find nothing.
                return Outcome.refused(*user_errors(error, at, places(draft)))
        return Outcome.unknown(SEARCHED, candidates)

    async def _look(self, draft: PurchaseOrderDraft, began: datetime) -> Look:
        """The orders that may be the one, in the order they were made. Raises GatewayError."""
        asked = asked_for(OrderFilter(customer_keys=(str(draft.company_id),)), self._home.zone)
        assert asked is not None
        stretch = Stretch(floor(began - SKEW), None, True, self._now())
        page = await self._pages.one(asked, stretch)
        if page.seen < page.total:
            page = await self._pages.rest(asked, stretch, page)
        likely = [
            order
            for order in page.orders.values()
            if order.created_at is not None
            and began - SKEW <= order.created_at <= self._now() + SKEW
            and same_order(draft, order)
        ]
        likely.sort(key=lambda order: (order.created_at, order.tie))
        found = [order for order in likely[:MOST_LIKELY] if same_lines(draft, await self._orders.items(order.ref))]
        whole = page.seen >= page.total and not page.omitted and len(likely) <= MOST_LIKELY
        return Look(tuple(found), whole)


def places(draft: PurchaseOrderDraft) -> dict[str, Path]:
    lines = ("lines", draft.lines.mode)
    return {"products": lines, "caseqtymode": lines}
