"""The doctor's look at one account: each login, and one cheap read of each kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from gateway.errors import GatewayError
from gateway.vendors.base import Check
from gateway.vendors.partner_center import agreements, customers, orders, subscriptions
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.mapping_commerce import canonical, items, readable
from gateway.vendors.partner_center.mapping_customers import customer as mapped
from gateway.vendors.partner_center.settings import Settings


class Checkup:
    """The first customer, configured or listed, stands for all."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self._api = api
        self._settings = settings
        self._customers = [canonical(key) for key in settings.customers[:1]]

    async def run(self) -> list[Check]:
        """What was tried and how it went. Raises nothing."""
        checks = [await _tried("log in, list customers", self._list_customers)]
        if not self._customers:
            return [*checks, Check("list orders", ok=False, remark="There is no customer to try it with.")]
        checks.append(await _tried("list orders", self._list_orders))
        checks.append(await _tried("list subscriptions", self._list_subscriptions))
        if self._settings.refresh_token is None:
            checks.append(Check("list agreements", ok=True, remark="Left out: this takes a refresh_token."))
        elif self._settings.cloud != "global":
            checks.append(Check("list agreements", ok=True, remark="Left out: this cloud has none."))
        else:
            checks.append(await _tried("log in as a user, list agreements", self._list_agreements))
        return checks

    async def _list_customers(self) -> str:
        limit = self._settings.max_customers_per_list
        parties = await self._api.get(
            ("customers",),
            lambda body: readable(body, "customer list", mapped),
            route=customers.ROUTE,
            query=f"size={limit + 1}",
        )
        self._customers = self._customers or [party.key for party in parties[:1]]
        if self._settings.customers or len(parties) <= limit:
            return ""
        return f"More than {limit}: set customers or max_customers_per_list, or lists of orders want customerKeys."

    async def _list_orders(self) -> str:
        return await self._count("orders", orders.LIST, orders.LIST_QUERY)

    async def _list_subscriptions(self) -> str:
        return await self._count("subscriptions", subscriptions.LIST)

    async def _list_agreements(self) -> str:
        return await self._count("agreements", agreements.LIST, agreements.EVERY_TYPE, as_user=True)

    async def _count(self, noun: str, route: str, query: str = "", as_user: bool = False) -> str:
        path = ("customers", self._customers[0], noun)
        found = await self._api.get(path, lambda body: items(body, noun), route=route, query=query, as_user=as_user)
        return f"{len(found)} at the first customer."


async def _tried(what: str, ask: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(what, ok=True, remark=await ask())
    except GatewayError as error:
        code = f" The vendor's code is {error.vendor_code}." if error.vendor_code else ""
        return Check(what, ok=False, remark=error.message + code)
