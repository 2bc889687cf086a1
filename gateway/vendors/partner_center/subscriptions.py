"""Subscriptions, by themselves or as a customer's whole list, whichever takes fewer calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from gateway.errors import GatewayError, NotFound
from gateway.model.account import Account
from gateway.model.agreement import ProductSubscription
from gateway.model.ref import Ref
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.asking import asked, told
from gateway.vendors.partner_center.fanout import each
from gateway.vendors.partner_center.mapping_commerce import readable
from gateway.vendors.partner_center.mapping_subscriptions import subscription
from gateway.vendors.reading import Row

LIST: Final = "/customers/{customer}/subscriptions"
ONE: Final = LIST + "/{subscription}"

Found = dict[Ref, ProductSubscription | GatewayError]


class Subscriptions:
    def __init__(self, api: Api, account: Account) -> None:
        self._api = api
        self._account = account

    async def read(self, refs: Sequence[Ref]) -> Found:
        """One call per customer: the subscription itself, or the whole list where several are wanted."""
        wanted: dict[str, list[Ref]] = defaultdict(list)
        for ref in dict.fromkeys(refs):
            wanted[ref.parts[0]].append(ref)

        async def ask(customer: str) -> Found:
            own = wanted[customer]
            return await self._one(own[0]) if len(own) == 1 else await self._several(customer, own)

        answers: dict[Ref, ProductSubscription | GatewayError] = {}
        for customer, found in (await each(wanted, ask)).items():
            answers |= dict.fromkeys(wanted[customer], found) if isinstance(found, GatewayError) else found
        return answers

    async def _one(self, ref: Ref) -> Found:
        customer, number = ref.parts
        path = ("customers", customer, "subscriptions", number)

        def read(body: Any) -> ProductSubscription:
            one = self._row(Row(body, "subscription"), customer)
            return asked(one, one.ref, ref)

        try:
            return {ref: await self._api.get(path, read, route=ONE)}
        except NotFound:
            return {}

    async def _several(self, customer: str, wanted: Sequence[Ref]) -> Found:
        rows = await self._api.get(
            ("customers", customer, "subscriptions"),
            lambda body: readable(body, "subscription list", lambda row: self._row(row, customer)),
            route=LIST,
        )
        listed = {one.ref: one for one in rows}
        answers: Found = {}
        for ref in wanted:
            answers |= told(ref, listed, rows.omitted)
        return answers

    def _row(self, row: Row, customer: str) -> ProductSubscription:
        return subscription(row, self._account, customer)
