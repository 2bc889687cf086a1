"""One Sellercloud account: purchase orders, their lists, and the reference data around them.

Sources: the vendor's REST pages and its Swagger document. There is nothing of agreements, subscriptions, carts or
documents of purchase orders in that API.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

from gateway.errors import GatewayError, Unsupported
from gateway.model.account import Account, AccountHealth, Capability, ListCost
from gateway.model.agreement import Agreement
from gateway.model.files import UploadLimits
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind
from gateway.model.values import Vendor
from gateway.model.writing import OrderAction
from gateway.upstream.client import Upstream
from gateway.vendors.base import (
    ORDER,
    ORDER_DETAIL,
    AgreementFilter,
    Check,
    Download,
    Limits,
    OrderFilter,
    Position,
    Reads,
    Services,
    Step,
)
from gateway.vendors.sellercloud.actions import INSTEAD, actions_of
from gateway.vendors.sellercloud.creation import Creation
from gateway.vendors.sellercloud.deletion import Deletion
from gateway.vendors.sellercloud.filtering import asked_for
from gateway.vendors.sellercloud.listing import OrderList
from gateway.vendors.sellercloud.login import explain, login
from gateway.vendors.sellercloud.mapping import Home
from gateway.vendors.sellercloud.orders import Orders
from gateway.vendors.sellercloud.pages import PAGE_SIZE, Pages
from gateway.vendors.sellercloud.reads import COMPANIES, PAYMENT_TERMS, SHIPMENTS, SUPPLIERS, WAREHOUSES
from gateway.vendors.sellercloud.reference import Reference, customer_of
from gateway.vendors.sellercloud.settings import Settings
from gateway.vendors.sellercloud.traffic import plan
from gateway.vendors.sellercloud.updates import Updates
from gateway.vendors.writes import CANCEL_ORDER, CREATE_PURCHASE_ORDER, UPDATE_ORDER, Writes

CAPABILITIES: Final = frozenset(
    {
        Capability.READ_ORDERS,
        Capability.LIST_ORDERS,
        Capability.READ_REFERENCE,
        Capability.CREATE_PURCHASE_ORDERS,
        Capability.UPDATE_ORDERS,
        Capability.CANCEL_ORDERS,
    }
)
ID_PARTS: Final = {Kind.ACCOUNT: 0, Kind.ORDER: 1, Kind.LINE: 2}
NO_AGREEMENTS: Final = "Sellercloud has no agreements."


class SellercloudAdapter:
    """See `Adapter`. Opens nothing until it is asked."""

    def __init__(self, id_: str, name: str, settings: Settings, limits: Limits, services: Services) -> None:
        self.account = Account(id_, name, Vendor.SELLERCLOUD, CAPABILITIES, ListCost(flat=3, rows=20))
        self.id_parts: Mapping[Kind, int] = ID_PARTS
        self.upload_limits: UploadLimits | None = None
        home = Home(id_, name, settings.time_zone)
        self._zone = settings.time_zone
        self._upstream = Upstream(
            vendor=Vendor.SELLERCLOUD.value,
            account=name,
            base_url=settings.base_url,
            transport=services.transport,
            limits=limits,
            explain=explain(services.now),
            plan=plan(settings).among(services.processes),
            auth=login(settings, services.now),
            now=services.now,
            observe=services.observe,
        )
        self._pages = Pages(self._upstream, home)
        self._list = OrderList(self._pages, home, services.now)
        orders = Orders(self._upstream, self._pages, home)
        reference = Reference(self._upstream, settings.reference_cache_seconds)
        self.reads = Reads()
        self.reads.add(ORDER, orders.rows, per_call=PAGE_SIZE)
        self.reads.add(ORDER_DETAIL, orders.details)
        self.reads.add(SHIPMENTS, orders.shipments)
        reference.offer(self.reads)
        self.writes = Writes(instead=INSTEAD)
        creation = Creation(self._upstream, self._pages, orders, home, services.now)
        self.writes.add(CREATE_PURCHASE_ORDER, creation.create)
        self.writes.add(UPDATE_ORDER, Updates(self._upstream, orders).update)
        self.writes.add(CANCEL_ORDER, Deletion(self._upstream, orders).cancel)
        self.pickers = reference.pickers()

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        return await self._list.step(wanted, after, limit, descending)

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        asked = asked_for(wanted, self._zone)
        if asked is None:
            return 0
        return await self._pages.count(asked) if asked.whole else None

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        raise Unsupported(NO_AGREEMENTS)

    async def count_agreements(self, wanted: AgreementFilter) -> int | None:
        raise Unsupported(NO_AGREEMENTS)

    def customer_of(self, thing: object) -> str | None:
        return customer_of(thing)

    def download(self, attachment: Attachment) -> AbstractAsyncContextManager[Download]:
        raise Unsupported("Sellercloud has no documents of purchase orders.")

    def actions(self, order: Order) -> list[OrderAction]:
        return actions_of(order)

    def health(self) -> AccountHealth:
        return self._upstream.health()

    async def check(self) -> list[Check]:
        """The list of purchase orders, which logs in first, and each table of names."""
        checks = [await tried("log in and list purchase orders", self._first_step)]
        if checks[0].ok:
            checks += [
                await tried(f"read {table.replace('_', ' ')}", self._first_of(table))
                for table in (COMPANIES, SUPPLIERS, WAREHOUSES, PAYMENT_TERMS)
            ]
        return checks

    async def close(self) -> None:
        await self._upstream.close()

    async def _first_step(self) -> str:
        step = await self.orders(OrderFilter(), None, 1, descending=True)
        if step.notice is not None:
            raise step.notice
        return "" if step.rows else "there are none this login can see"

    def _first_of(self, table: str) -> Callable[[], Awaitable[str]]:
        async def read() -> str:
            page = await self.pickers.parties[table](None, 1, None)
            return "" if page.rows else "there are none this login can see"

        return read


async def tried(what: str, read: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(what, ok=True, remark=await read())
    except GatewayError as error:
        return Check(what, ok=False, remark=f"{error.code}: {error.message} {MENDS.get(error.code, '')}".strip())


MENDS: Final = {
    "MISCONFIGURED": "Mend username, password or base_url; base_url ends in /rest/api.",
    "VENDOR_DENIED": "Give the employee behind this login the right to view it in Sellercloud.",
    "VENDOR_BAD_ANSWER": "Check base_url, which ends in /rest/api, and time_zone.",
    "VENDOR_UNAVAILABLE": "Check the host of base_url, and whether it can be reached from here.",
    "THROTTLED": "Too many calls this hour; other programs may use the same login.",
}
