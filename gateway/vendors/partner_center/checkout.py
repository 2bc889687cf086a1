"""Checking out a cart: the vendor orders each group of lines once, however often it is asked (checkout-a-cart)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.errors import GatewayError, NotFound, StoreUnavailable, VendorBadAnswer
from gateway.model.account import Account
from gateway.model.cart import Cart, CartStatus
from gateway.model.order import Order, OrderType
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode, WriteState
from gateway.vendors.base import ORDER
from gateway.vendors.commands import CheckoutCart
from gateway.vendors.partner_center import mapping
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.cart_writes import OF_CART
from gateway.vendors.partner_center.carts import ONE, Carts, place
from gateway.vendors.partner_center.mapping_checkout import CheckedOut, GroupError, checked_out
from gateway.vendors.partner_center.orders import Orders
from gateway.vendors.partner_center.recognition import Groups, fitting, groups
from gateway.vendors.partner_center.refusals import USER_CODES, refuses, user_error
from gateway.vendors.partner_center.repeats import PAUSES, Fields, Repeats
from gateway.vendors.partner_center.rules_carts import of_checkout
from gateway.vendors.partner_center.rules_change import of_order
from gateway.vendors.reading import moment
from gateway.vendors.writes import Attempt

USER: Final = "x-ms-customeruser-upn"
SUBMITTED: Final = "800065"
PURCHASES: Final = (OrderType.PURCHASE, OrderType.OTHER)  # a renewal may hold the same lines
CLOCK_SKEW: Final = timedelta(minutes=2)
TICK: Final = timedelta(seconds=1)  # clocks are coarse
SEARCHED: Final = (
    "The checkout was asked for again, and the customer's list of orders was searched, where new ones may be missing "
    "for 15 minutes."
)
FIELDS: Final[Fields] = {
    **OF_CART,
    **dict.fromkeys(
        ("800009", "400013", "400018", "400019", "400072", "900203", "900206", "800023", "900121"), ("cartId",)
    ),
}

log = logging.getLogger("gateway.vendors.partner_center")


class Checkout:
    """Handler of checkoutCart."""

    def __init__(self, api: Api, account: Account, carts: Carts, orders: Orders, now: Callable[[], datetime]) -> None:
        self._api = api
        self._account = account
        self._carts = carts
        self._orders = orders
        self._now = now

    async def checkout(self, command: CheckoutCart, attempt: Attempt) -> Outcome:
        """A lost answer is asked for again: the vendor gives the first result, and retries only what had failed."""
        mistakes = of_checkout(command)
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)
        ref, memo = command.cart_id, attempt.memo
        if memo is None:
            try:
                cart = await self._carts.one(ref)
            except GatewayError as error:
                if refuses(error):
                    return Outcome.refused(user_error(error, OF_CART))
                raise
            mistakes = of_order(cart)
            if mistakes:
                return Outcome.refused(*mistakes)
            memo = self._memo(cart)
            await attempt.rivals(marker(ref))
        repeats = Repeats(attempt, memo)
        try:
            answer = await repeats.answer(lambda: self._send(command, repeats))
        except GatewayError as error:
            return await self._unanswered(ref, error, repeats)
        return await self._answered(ref, answer, repeats)

    def _memo(self, cart: Cart) -> Mapping[str, Any]:
        """What the cart's orders are known by, should the cart be gone when they are looked for."""
        since = cart.created_at or self._now()
        content = {group: [list(line) for line in lines] for group, lines in groups(cart).items()}
        return {"step": "checkout", "since": since.isoformat(), "groups": content}

    async def _send(self, command: CheckoutCart, repeats: Repeats) -> CheckedOut:
        customer = command.cart_id.parts[0]
        return await self._api.send(
            "POST",
            (*place(command.cart_id), "checkout"),
            lambda body: checked_out(body, self._account, customer),
            route=ONE + "/checkout",
            request_id=repeats.request_id,
            headers=headers(command),
            sending=repeats.sending,
        )

    async def _answered(self, cart: Ref, answer: CheckedOut, repeats: Repeats) -> Outcome:
        orders = tuple(answer.orders)
        await self._ours(orders, repeats.attempt)
        for ref, row in answer.orders.items():
            self._show(ref, row, repeats)
        failed = [_told(one) for one in answer.errors]
        short = len(wanted(repeats.memo)) - len(orders) - len(failed)
        if short > 0 and not await self._ordered(cart):
            told = f"The vendor answered with no order and no error for {short} of the cart's groups of lines."
            failed.append(UserError(UserErrorCode.VENDOR_REFUSED, told, ("cartId",)))
        state = WriteState.DONE if not failed else WriteState.PARTLY_DONE if orders else WriteState.REFUSED
        facts = {
            "checkedOut": not failed,
            "orderErrors": [[one.group, one.code, one.message] for one in answer.errors],
            "additionalInformation": list(answer.remarks),
        }
        refs = {"cart": (cart,), "orders": orders}
        return Outcome(state=state, refs=refs, user_errors=tuple(failed), facts=facts)

    async def _ordered(self, cart: Ref) -> bool:
        """Whether the cart itself says that nothing of it is left to order."""
        try:
            return (await self._carts.one(cart)).status is CartStatus.ORDERED
        except GatewayError:
            return False

    def _show(self, ref: Ref, row: Any, repeats: Repeats) -> None:
        """An order that this very call made is as whole in its answer as by itself; one of an earlier checkout is
        repeated as it was then."""
        if repeats.lost:
            return
        try:
            order = mapping.order(row, self._account, ref.parts[0])
        except VendorBadAnswer:
            return  # it is read by itself
        if order.created_at is not None and order.created_at >= repeats.attempt.began - TICK:
            repeats.attempt.prime(ORDER, order.ref, order)

    async def _ours(self, orders: Sequence[Ref], attempt: Attempt) -> None:
        self._orders.placed(orders)
        try:
            for ref in orders:
                await attempt.own(ref)
        except StoreUnavailable:
            # They are placed. That a store fails now is no reason to keep them back.
            log.exception("%s: it could not be kept whose orders these are", self._account.name)

    async def _unanswered(self, cart: Ref, error: GatewayError, repeats: Repeats) -> Outcome:
        """What `repeats` could not settle. A cart that was submitted before has its orders in the customer's list."""
        gone = repeats.lost and isinstance(error, NotFound)
        if error.vendor_code == SUBMITTED or gone:
            try:
                found = await self._found(cart, repeats)
            except StoreUnavailable:
                return Outcome.unknown(SEARCHED, cart=cart)
            if found.state is WriteState.DONE or repeats.lost:
                return found
        ended = repeats.ended(error, FIELDS, SEARCHED)
        if ended.state is not WriteState.UNKNOWN:
            return ended
        candidates = await self._candidates(cart, repeats.memo)
        seen = dict.fromkeys(order.ref for orders in candidates.values() for order in orders)
        free = [ref for ref in seen if await repeats.attempt.free(ref)]
        return Outcome.unknown(SEARCHED, tuple(free), cart=cart)

    async def _found(self, cart: Ref, repeats: Repeats) -> Outcome:
        """Takes the orders that are the cart's beyond doubt: as many as it has groups, nobody else's, and while no
        other checkout of the customer is open, whose orders may be listed before the cart's own."""
        attempt, seen = repeats.attempt, dict[Ref, None]()
        for pause in (*PAUSES, None):
            found = await self._candidates(cart, repeats.memo)
            seen |= dict.fromkeys(order.ref for orders in found.values() for order in orders)
            if found and all(found.values()):
                break
            if pause is None or not await attempt.pause(pause):
                break
        ours = [ref for ref in seen if await attempt.free(ref)]
        rivals = await attempt.rivals(marker(cart))
        if rivals.running or rivals.unknown:
            return Outcome.unknown(SEARCHED, tuple(ours), cart=cart)
        fits = all(any(order.ref in ours for order in orders) for orders in found.values())
        if not fits or len(ours) != len(found) or not all([await attempt.claim(ref) for ref in ours]):
            return Outcome.unknown(SEARCHED, tuple(ours), cart=cart)
        self._orders.placed(ours)
        facts = {"checkedOut": True, "orderErrors": [], "additionalInformation": []}
        return Outcome.done(cart=cart, orders=tuple(ours), facts=facts)

    async def _candidates(self, cart: Ref, memo: Mapping[str, Any]) -> dict[str, list[Order]]:
        """Per group the orders that hold its lines and were placed since the cart was made; none where the list cannot
        be read."""
        since = moment(memo["since"])
        try:
            orders = await self._orders.listed(cart.parts[0])
        except GatewayError:
            return {}
        bought = [
            one
            for one in orders
            if one.type in PURCHASES
            and one.created_at is not None
            and (since is None or one.created_at >= since - CLOCK_SKEW)
        ]
        return fitting(wanted(memo), bought)


def headers(command: CheckoutCart) -> dict[str, str]:
    """The user to whom licences go, as the vendor's own client sends it."""
    user = command.customer_user_principal_name
    return {} if user is None else {USER: user}


def marker(cart: Ref) -> str:
    """One for all checkouts of a customer: groups of different carts may hold the same lines."""
    return f"checkout {cart.parts[0]}"


def wanted(memo: Mapping[str, Any]) -> Groups:
    return {group: [(key, quantity) for key, quantity in lines] for group, lines in memo["groups"].items()}


def _told(error: GroupError) -> UserError:
    code = None if error.code is None else str(error.code)
    message = error.message or "The vendor did not say why."
    return UserError(
        USER_CODES.get(code or "", UserErrorCode.VENDOR_REFUSED), f"Group {error.group}: {message}", ("cartId",), code
    )
