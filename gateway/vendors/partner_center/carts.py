"""Carts, each by its id: the vendor has no list of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from gateway.errors import GatewayError
from gateway.model.account import Account
from gateway.model.cart import Cart
from gateway.model.ref import Ref
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.asking import asked
from gateway.vendors.partner_center.fanout import each
from gateway.vendors.partner_center.mapping_carts import cart

LIST: Final = "/customers/{customer}/carts"
ONE: Final = LIST + "/{cart}"


class Carts:
    def __init__(self, api: Api, account: Account, now: Callable[[], datetime]) -> None:
        self._api = api
        self._account = account
        self._now = now

    async def read(self, refs: Sequence[Ref]) -> Mapping[Ref, Cart | GatewayError]:
        return await each(refs, self.one)

    async def one(self, ref: Ref) -> Cart:
        """Raises GatewayError."""
        return await self._api.get(place(ref), lambda body: self.same(body, ref), route=ONE)

    async def raw(self, ref: Ref) -> Any:
        """The cart as the vendor answers it. Raises GatewayError."""
        return await self._api.get(place(ref), lambda body: body, route=ONE)

    def same(self, body: Any, ref: Ref) -> Cart:
        """The cart behind the ref that an answer holds. Raises VendorBadAnswer."""
        cart = self.made(body, ref.parts[0])
        return asked(cart, cart.ref, ref)

    def made(self, body: Any, customer: str) -> Cart:
        """The cart that an answer holds. Raises VendorBadAnswer."""
        return cart(body, self._account, customer, self._now())


def place(ref: Ref) -> tuple[str, ...]:
    customer, number = ref.parts
    return "customers", customer, "carts", number
