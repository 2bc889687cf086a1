"""Changing a purchase order at Sellercloud, one block after the other."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Final

from gateway.errors import InProgress, VendorRefused
from gateway.model.order import Order
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode, WriteState
from gateway.upstream.client import Upstream
from gateway.vendors.commands import UpdateOrder
from gateway.vendors.sellercloud.blocks import ITEMS, Block, blocks_of
from gateway.vendors.sellercloud.blocks_done import BlocksDone, Failure, Work
from gateway.vendors.sellercloud.commands import LinesDraft, OrderChange, TrackingChange
from gateway.vendors.sellercloud.details import SellercloudOrderDetails
from gateway.vendors.sellercloud.orders import Orders
from gateway.vendors.sellercloud.refusals import said_no, user_errors
from gateway.vendors.sellercloud.rules import Mistakes
from gateway.vendors.sellercloud.rules_change import (
    MULTIPLE,
    NO_SHIPMENT,
    NOT_OURS,
    broken_by_change,
    given,
    modes,
)
from gateway.vendors.sellercloud.words import SellercloudProgress
from gateway.vendors.writes import Attempt

NO_ORDER: Final = "Sellercloud has no such purchase order."
NOT_SHIPPED: Final = "A date of shipping can only be set once the shipping status is something other than NONE."
OTHER_MODE: Final = "This purchase order's lines are by {}; a line by the other mode is not taken."


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of the order's lines and tracking numbers before the change, where they were read."""

    items: Set[str] | None = None
    shipments: Set[str] | None = None


class Updates:
    """Handles `UPDATE_ORDER`."""

    def __init__(self, upstream: Upstream, orders: Orders) -> None:
        self._orders = orders
        self._blocks = BlocksDone(upstream, orders)

    async def update(self, command: UpdateOrder, attempt: Attempt) -> Outcome:
        change, at, ref = command.vendor, ("vendor", command.chosen), command.order_id
        assert isinstance(change, OrderChange)
        memo, first, known = attempt.memo, 0, Known()
        if memo is None:
            mistakes = broken_by_change(change, ref, at)
            if mistakes:
                return Outcome.refused(*mistakes)
            found = Mistakes(at)
            known = await self._checked(change, ref, found)
            if found.found:
                return Outcome.refused(*found.found)
        else:
            first = int(memo["at"])
        blocks = blocks_of(change, ref.parts[0], at)
        for number, block in enumerate(blocks[first:], first):
            before = known.items if block.below == ITEMS else known.shipments
            work = Work(block, number, ref, attempt, memo if number == first else None, before)
            failure = await self._blocks.done(work)
            if failure is not None:
                return ended(blocks[:number], block, failure, ref)
        return Outcome.done(order=ref)

    async def _checked(self, change: OrderChange, ref: Ref, mistakes: Mistakes) -> Known:
        """Finds what is wrong with the change for this order as it is now. Raises GatewayError."""
        row = await self._orders.row(ref)
        if row is None:
            mistakes.found.append(UserError(UserErrorCode.NOT_FOUND, NO_ORDER, ("orderId",)))
            return Known()
        check_line_ids(change, row, mistakes)
        check_shipping_date(change, row, mistakes.below("tracking"))
        items = shipments = None
        if touched_modes(change):
            held = await self._orders.items(ref)
            check_mode(change, held.case_mode, mistakes)
            items = held.keys()
        if isinstance(change.tracking, TrackingChange) and given(change.tracking) & set(MULTIPLE):
            shipments = await self._shipments(change.tracking, ref, mistakes.below("tracking"))
        return Known(items, shipments)

    async def _shipments(self, change: TrackingChange, ref: Ref, mistakes: Mistakes) -> set[str] | None:
        """Several tracking numbers take a setting of the tenant; asking for them tells whether it is on."""
        try:
            known = {shipment.key for shipment in await self._orders.tracking(ref) if shipment.key is not None}
        except VendorRefused as error:
            mistakes.found += user_errors(error, mistakes.at)
            return None
        keys = change.remove_shipment_keys if isinstance(change.remove_shipment_keys, tuple) else ()
        for place, key in enumerate(keys):
            if key not in known:
                mistakes.add(UserErrorCode.NOT_FOUND, NO_SHIPMENT, "removeShipmentKeys", str(place))
        return known


def check_line_ids(change: OrderChange, row: Order, mistakes: Mistakes) -> None:
    known = {line.ref for line in row.lines}
    patches = change.set_lines if isinstance(change.set_lines, tuple) else ()
    removed = change.remove_line_ids if isinstance(change.remove_line_ids, tuple) else ()
    for place, patch in enumerate(patches):
        if patch.line_id not in known:
            mistakes.add(UserErrorCode.NOT_FOUND, NOT_OURS, "setLines", str(place), "lineId")
    for place, ref in enumerate(removed):
        if ref not in known:
            mistakes.add(UserErrorCode.NOT_FOUND, NOT_OURS, "removeLineIds", str(place))


def touched_modes(change: OrderChange) -> set[str]:
    """The quantity modes that the change has lines of."""
    patches = change.set_lines if isinstance(change.set_lines, tuple) else ()
    added = {change.add_lines.mode} if isinstance(change.add_lines, LinesDraft) else set()
    return added.union(*map(modes, patches))


def check_mode(change: OrderChange, cases: bool | None, mistakes: Mistakes) -> None:
    """`cases` is the order's mode, None where the vendor does not say."""
    own = None if cases is None else "cases" if cases else "units"
    if own is None:
        return
    if isinstance(change.add_lines, LinesDraft) and change.add_lines.mode != own:
        mistakes.invalid(OTHER_MODE.format(own), "addLines")
    for place, patch in enumerate(change.set_lines if isinstance(change.set_lines, tuple) else ()):
        if set(modes(patch)) - {own}:
            mistakes.invalid(OTHER_MODE.format(own), "setLines", str(place))


def check_shipping_date(change: OrderChange, row: Order, mistakes: Mistakes) -> None:
    details = row.details
    dated = isinstance(change.tracking, TrackingChange) and "shipped_on" in given(change.tracking)
    if dated and isinstance(details, SellercloudOrderDetails) and details.shipping.status is SellercloudProgress.NONE:
        mistakes.add(UserErrorCode.NOT_ALLOWED_HERE, NOT_SHIPPED, "shippedOn")


def ended(done: list[Block], block: Block, failure: Failure, ref: Ref) -> Outcome:
    """How a change ends that could not be done to its end. Raises the error where nothing was done, and it is no answer
    to the input, and where another process goes on with the change."""
    before = f"Done: {', '.join(one.name for one in done)}. " if done else ""
    if isinstance(failure.error, InProgress):
        raise failure.error
    if not failure.sure:
        searched = (
            f"{before}Open: {block.name}. Sellercloud was asked again, or its lines and tracking numbers were read."
        )
        told = tuple(user_errors(failure.error, block.path, block.places)) if said_no(failure.error) else ()
        return Outcome(
            state=WriteState.UNKNOWN, refs={"order": (ref,)}, searched=searched, candidates=(ref,), user_errors=told
        )
    if not done and not said_no(failure.error):
        raise failure.error
    errors = user_errors(failure.error, block.path, block.places)
    if not done:
        return Outcome.refused(*errors)
    partly = tuple(replace(one, message=f"{before}Not done: {block.name}. {one.message}") for one in errors)
    return Outcome(state=WriteState.PARTLY_DONE, refs={"order": (ref,)}, user_errors=partly)
