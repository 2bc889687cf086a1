"""Deleting a purchase order at Sellercloud for good, which is the one way to be rid of it that its API has.

Sources: the vendor's Swagger document for the call; its help page on purchase order details for when it may be made.
"""

from __future__ import annotations

from typing import Final

from gateway.errors import GatewayError, NotFound
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode
from gateway.upstream.client import Upstream, path
from gateway.vendors.commands import CancelOrder
from gateway.vendors.sellercloud.actions import not_deletable
from gateway.vendors.sellercloud.orders import Orders
from gateway.vendors.sellercloud.refusals import is_broken_rule, said_no, user_errors
from gateway.vendors.sellercloud.updates import NO_ORDER
from gateway.vendors.writes import Attempt

PAUSES: Final = (0, 1, 2, 4)  # seconds before each try
SEARCHED: Final = "Sellercloud's list was asked for the purchase order, which is still there."
ASK_FIRST: Final = (
    "Sellercloud's API can only delete a purchase order for good; allowDelete allows that. Cancelling, which keeps it, "
    "is done in Sellercloud's own screen."
)
NO_LINES: Final = "Sellercloud deletes whole purchase orders; single lines are removed with updateOrder, removeLineIds."
NO_REASON: Final = "Sellercloud keeps no reason."


class Deletion:
    """Handles `CANCEL_ORDER`."""

    def __init__(self, upstream: Upstream, orders: Orders) -> None:
        self._upstream = upstream
        self._orders = orders

    async def cancel(self, command: CancelOrder, attempt: Attempt) -> Outcome:
        ref, again = command.order_id, attempt.memo is not None
        if not again:
            mistakes = broken_by_cancel(command)
            if mistakes:
                return Outcome.refused(*mistakes)
            row = await self._orders.row(ref)
            if row is None:
                return Outcome.refused(UserError(UserErrorCode.NOT_FOUND, NO_ORDER, ("orderId",)))
            reason = not_deletable(row)
            if reason is not None:
                return Outcome.refused(UserError(UserErrorCode.NOT_ALLOWED_HERE, reason, ("orderId",)))
        return await self._deleted(ref, attempt, again)

    async def _deleted(self, ref: Ref, attempt: Attempt, again: bool) -> Outcome:
        """Numbers are never given twice, so what is still there after a lost answer is deleted again."""
        lost, failure = again, None
        for seconds in PAUSES:
            if seconds and not await attempt.pause(seconds):
                break
            if lost or failure is not None:
                try:
                    there = await self._orders.row(ref)
                except GatewayError:
                    continue
                if there is None:
                    return Outcome.done(deleted=ref)
                if failure is not None and not lost:
                    return Outcome.refused(*user_errors(failure, ("orderId",)))
            try:
                await self._delete(ref, attempt)
            except GatewayError as error:
                failure = error
                if error.certain and not isinstance(error, NotFound) and not lost:
                    if said_no(error):
                        return Outcome.refused(*user_errors(error, ("orderId",)))
                    raise
                lost = lost or not (error.certain or is_broken_rule(error))
            else:
                return Outcome.done(deleted=ref)
        return Outcome.unknown(SEARCHED, (ref,), order=ref)

    async def _delete(self, ref: Ref, attempt: Attempt) -> None:
        await self._upstream.call(
            "DELETE",
            path("PurchaseOrders", ref.parts[0]),
            route="/PurchaseOrders/{order}",
            sending=attempt.sending(step="delete"),
        )


def broken_by_cancel(command: CancelOrder) -> list[UserError]:
    mistakes = []
    if not command.allow_delete:
        mistakes.append(UserError(UserErrorCode.CONSENT_REQUIRED, ASK_FIRST, ("allowDelete",)))
    if command.line_ids is not None:
        mistakes.append(UserError(UserErrorCode.NOT_ALLOWED_HERE, NO_LINES, ("lineIds",)))
    if command.reason is not None:
        mistakes.append(UserError(UserErrorCode.NOT_ALLOWED_HERE, NO_REASON, ("reason",)))
    return mistakes
