"""One Partner Center account: what it can do, and who here does it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

from gateway.errors import Unsupported
from gateway.model.account import Account, AccountHealth, Capability, ListCost
from gateway.model.agreement import Agreement
from gateway.model.files import UploadLimits
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind
from gateway.model.values import Vendor
from gateway.model.writing import OrderAction
from gateway.vendors.base import (
    AGREEMENT,
    ATTACHMENT,
    CART,
    ORDER,
    ORDER_ATTACHMENTS,
    PARTY,
    SUBSCRIPTION,
    AgreementFilter,
    Check,
    Download,
    Limits,
    OrderFilter,
    Pickers,
    Position,
    Reads,
    Services,
    Step,
)
from gateway.vendors.partner_center.actions import INSTEAD, actions
from gateway.vendors.partner_center.agreements import Agreements
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.attachment_writes import AttachmentWrites
from gateway.vendors.partner_center.cancelling import Cancelling
from gateway.vendors.partner_center.cart_writes import CartWrites
from gateway.vendors.partner_center.carts import Carts
from gateway.vendors.partner_center.checkout import Checkout
from gateway.vendors.partner_center.checkup import Checkup
from gateway.vendors.partner_center.customers import Customers, customer_of
from gateway.vendors.partner_center.orders import Orders
from gateway.vendors.partner_center.reads import DIRECT_SIGNED, PROVISIONING
from gateway.vendors.partner_center.settings import Settings
from gateway.vendors.partner_center.subscriptions import Subscriptions
from gateway.vendors.writes import ADD_ATTACHMENTS, CANCEL_ORDER, CHECKOUT_CART, CREATE_CART, UPDATE_CART, Writes

# The "Prerequisites" of each page of learn.microsoft.com/partner-center/developer: what either login may do …
BY_ANY_LOGIN: Final = frozenset(
    {
        Capability.READ_ORDERS,
        Capability.LIST_ORDERS,
        Capability.READ_SUBSCRIPTIONS,
        Capability.READ_ATTACHMENTS,
        Capability.DOWNLOAD_ATTACHMENTS,
        Capability.READ_REFERENCE,
        Capability.READ_CARTS,
        Capability.CREATE_CARTS,
        Capability.ADD_ATTACHMENTS,
        Capability.CANCEL_ORDERS,
    }
)
# … what takes a user's, and what of that exists in the public cloud alone.
BY_USER_LOGIN: Final = frozenset({Capability.READ_PROVISIONING})
BY_USER_LOGIN_IN_PUBLIC: Final = frozenset({Capability.READ_AGREEMENTS, Capability.LIST_AGREEMENTS})

MANY: Final = 1_000_000
ID_PARTS: Final[Mapping[Kind, int]] = {
    Kind.ACCOUNT: 0,
    Kind.ORDER: 2,
    Kind.LINE: 3,
    Kind.ATTACHMENT: 3,
    Kind.AGREEMENT: 2,
    Kind.SUBSCRIPTION: 2,
    Kind.CART: 2,
}


def capabilities(settings: Settings) -> frozenset[Capability]:
    """What the account's logins can do."""
    if settings.refresh_token is None:
        return BY_ANY_LOGIN
    return BY_ANY_LOGIN | BY_USER_LOGIN | (BY_USER_LOGIN_IN_PUBLIC if settings.cloud == "global" else frozenset())


def list_cost(settings: Settings) -> ListCost:
    """The customers are listed, then each one's orders; a few that were just made may be read singly."""
    return ListCost(flat=3, customers=min(len(settings.customers) or MANY, settings.max_customers_per_list))


class PartnerCenter:
    """Implements `Adapter`. The application's own login serves all that it may do; a user's login serves the rest."""

    id_parts = ID_PARTS

    def __init__(self, id_: str, name: str, settings: Settings, limits: Limits, services: Services) -> None:
        self.account = Account(id_, name, Vendor.PARTNER_CENTER, capabilities(settings), list_cost(settings))
        self.upload_limits: UploadLimits | None = settings.upload_limits
        self._settings = settings
        self._api = Api(self.account, settings, limits, services)
        self._customers = Customers(self._api, settings, services.now)
        self._orders = Orders(self._api, self.account, self._customers, settings, services.now)
        self._agreements = Agreements(self._api, self.account, self._customers, settings, services.now)
        self.reads = Reads()
        self.reads.add(ORDER, self._orders.read)
        self.reads.add(ORDER_ATTACHMENTS, self._orders.attachments)
        self.reads.add(ATTACHMENT, self._orders.attachment)
        self.reads.add(PROVISIONING, self._orders.provisioning)
        self.reads.add(AGREEMENT, self._agreements.read)
        self.reads.add(DIRECT_SIGNED, self._agreements.direct_signed)
        self.reads.add(SUBSCRIPTION, Subscriptions(self._api, self.account).read)
        carts = Carts(self._api, self.account, services.now)
        self.reads.add(CART, carts.read)
        self.reads.add(PARTY, self._customers.named)
        self.writes = Writes(instead=INSTEAD)
        changes = CartWrites(self._api, carts, services.now)
        self.writes.add(CREATE_CART, changes.create)
        self.writes.add(UPDATE_CART, changes.update)
        self.writes.add(CHECKOUT_CART, Checkout(self._api, self.account, carts, self._orders, services.now).checkout)
        attachments = AttachmentWrites(self._api, self._orders, settings.upload_limits, services.now)
        self.writes.add(ADD_ATTACHMENTS, attachments.add)
        cancelling = Cancelling(self._api, self.account, self._orders, services.now)
        self.writes.add(CANCEL_ORDER, cancelling.cancel)
        self.pickers = Pickers(parties={"customers": self._customers.pick})

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        return await self._orders.step(wanted, after, limit, descending)

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        return await self._orders.count(wanted)

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        self._need(Capability.LIST_AGREEMENTS)
        return await self._agreements.step(wanted, after, limit, descending)

    async def count_agreements(self, wanted: AgreementFilter) -> int | None:
        self._need(Capability.LIST_AGREEMENTS)
        return await self._agreements.count(wanted)

    def customer_of(self, thing: object) -> str | None:
        return customer_of(thing)

    def download(self, attachment: Attachment) -> AbstractAsyncContextManager[Download]:
        return self._orders.download(attachment)

    def actions(self, order: Order) -> list[OrderAction]:
        return actions(order, self.account.capabilities)

    def health(self) -> AccountHealth:
        return self._api.health()

    async def check(self) -> list[Check]:
        return await Checkup(self._api, self._settings).run()

    async def close(self) -> None:
        await self._api.close()

    def _need(self, capability: Capability) -> None:
        if capability not in self.account.capabilities:
            raise Unsupported("This account has no user's login in the public cloud, which agreements take.")
