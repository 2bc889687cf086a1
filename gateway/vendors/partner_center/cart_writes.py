"""Carts made and changed.

A cart that came about twice costs nothing. A change is laid over the cart as it was just read: the vendor takes whole
carts and has no mark of a cart's state (no ETag), so that of two who write at one moment the last one wins. Those of
this process take turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakValueDictionary

from gateway.errors import GatewayError, NotFound
from gateway.model.cart import Cart
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, WriteState
from gateway.vendors.base import CART
from gateway.vendors.commands import CreateCart, UpdateCart
from gateway.vendors.partner_center import mapping_cart_writes as mapping
from gateway.vendors.partner_center import rules_carts as rules
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.blame import of_lines
from gateway.vendors.partner_center.carts import LIST, ONE, Carts, place
from gateway.vendors.partner_center.mapping_commerce import canonical
from gateway.vendors.partner_center.recognition import marks, shows
from gateway.vendors.partner_center.refusals import refuses, user_error
from gateway.vendors.partner_center.repeats import Fields, Repeats
from gateway.vendors.partner_center.rules_change import of_change
from gateway.vendors.writes import Attempt

REPEATABLE: Final = timedelta(hours=1)
OF_CUSTOMER: Final[Fields] = dict.fromkeys(("20002", "900118", "13605"), ("customerKey",))
OF_CART: Final[Fields] = dict.fromkeys(("20002", "900118", "13605", "800008", "800065"), ("cartId",))
ATTESTATION: Final[Fields] = {"900206": ("partnerOnRecordAttestationAccepted",)}
NO_LIST: Final = "The vendor has no list of carts; it was only asked once more for the answer to the same request."
TOO_LATE: Final = "The vendor has no list of carts, and the same request cannot be sent again after an hour."
OVERTAKEN: Final = "The cart was read, and it does not hold what was asked for, or not yet."
GONE: Final = "The cart was looked for, and is no longer there."


class CartWrites:
    """Handlers of createCart and updateCart."""

    def __init__(self, api: Api, carts: Carts, now: Callable[[], datetime]) -> None:
        self._api = api
        self._carts = carts
        self._now = now
        self._turns: WeakValueDictionary[Ref, asyncio.Lock] = WeakValueDictionary()

    async def create(self, command: CreateCart, attempt: Attempt) -> Outcome:
        """A lost answer is asked for again with the same request, which the vendor does once."""
        mistakes = rules.of_create(command)
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)
        customer, body = canonical(command.customer_key), mapping.created(command)
        digest, memo = mapping.digest(body), attempt.memo
        if memo is not None and (memo["body"] != digest or self._now() - attempt.began > REPEATABLE):
            return Outcome.unknown(TOO_LATE)
        repeats = Repeats(attempt, {"step": "create", "body": digest})

        async def send() -> Cart:
            return await self._api.send(
                "POST",
                ("customers", customer, "carts"),
                lambda answer: self._carts.made(answer, customer),
                route=LIST,
                request_id=repeats.request_id,
                json=body,
                sending=repeats.sending,
            )

        try:
            made = await repeats.answer(send)
        except GatewayError as error:
            fields = {**OF_CUSTOMER, **ATTESTATION, **of_lines({"lines": command.lines})}
            return repeats.ended(error, fields, NO_LIST)
        attempt.prime(CART, made.ref, made)
        return Outcome.done(cart=made.ref)

    async def update(self, command: UpdateCart, attempt: Attempt) -> Outcome:
        """The cart is read, changed and put back whole. By the time of its last change a later run sees whether its own
        change has arrived."""
        mistakes = rules.of_update(command)
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)
        turn = self._turns.setdefault(command.cart_id, asyncio.Lock())
        async with turn:
            return await self._changed(command, attempt)

    async def _changed(self, command: UpdateCart, attempt: Attempt) -> Outcome:
        ref, memo = command.cart_id, attempt.memo
        try:
            raw = await self._carts.raw(ref)
        except GatewayError as error:
            if memo is None and refuses(error):
                return Outcome.refused(user_error(error, OF_CART))
            if memo is not None and isinstance(error, NotFound):
                return Outcome.unknown(GONE)
            raise
        cart = self._carts.same(raw, ref)
        if memo is not None and memo["before"] != changed_at(cart):
            return self._found(cart, memo, attempt)
        return await self._put(command, raw, cart, attempt)

    async def _put(self, command: UpdateCart, raw: Any, cart: Cart, attempt: Attempt) -> Outcome:
        ref = command.cart_id
        customer = ref.parts[0]
        mistakes = of_change(command, raw, cart)
        if mistakes:
            return Outcome.refused(*mistakes)
        body = mapping.patched(raw, command)
        expected = marks(self._carts.made(body, customer))
        memo = {"step": "update", "before": changed_at(cart), "lines": expected}
        repeats = Repeats(attempt, memo)

        async def send() -> Cart:
            return await self._api.send(
                "PUT",
                place(ref),
                lambda answer: self._carts.same(answer, ref),
                route=ONE,
                request_id=repeats.request_id,
                json=body,
                sending=repeats.sending,
            )

        try:
            made = await repeats.answer(send)
        except GatewayError as error:
            lines = of_lines({"setLines": command.set_lines, "addLines": command.add_lines})
            ended = repeats.ended(error, {**OF_CART, **ATTESTATION, **lines}, OVERTAKEN)
            return await self._looked_for(ref, memo, attempt) if ended.state is WriteState.UNKNOWN else ended
        attempt.prime(CART, made.ref, made)
        return Outcome.done(cart=made.ref)

    async def _looked_for(self, ref: Ref, memo: Mapping[str, Any], attempt: Attempt) -> Outcome:
        try:
            return self._found(await self._carts.one(ref), memo, attempt)
        except GatewayError:
            return Outcome.unknown("The cart could not be read.", cart=ref)

    def _found(self, cart: Cart, memo: Mapping[str, Any], attempt: Attempt) -> Outcome:
        attempt.prime(CART, cart.ref, cart)
        if memo["before"] == changed_at(cart) or not shows(cart, memo["lines"]):
            return Outcome.unknown(OVERTAKEN, cart=cart.ref)
        return Outcome.done(cart=cart.ref)


def changed_at(cart: Cart) -> str | None:
    return None if cart.updated_at is None else cart.updated_at.isoformat()
