"""Carts, each by its id: the vendor has no list of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from gateway.errors import GatewayError
from gateway.model.account import Account
from gateway.model.cart import Cart
from gateway.model.ref import Ref
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.fanout import Fanout
from gateway.vendors.partner_center.mapping_carts import cart

ONE: Final = "/customers/{customer}/carts/{cart}"


class Carts:
    def __init__(self, api: Api, account: Account, fanout: Fanout, now: Callable[[], datetime]) -> None:
        self._api = api
        self._account = account
        self._fanout = fanout
        self._now = now

    async def read(self, refs: Sequence[Ref]) -> Mapping[Ref, Cart | GatewayError]:
        async def one(ref: Ref) -> Cart:
            customer, number = ref.parts
            path = ("customers", customer, "carts", number)
            return await self._api.get(path, lambda body: cart(body, self._account, customer, self._now()), route=ONE)

        return await self._fanout.each(refs, one)
