"""One account at the SoftwareOne Marketplace: who answers what."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

from gateway.model.account import Account, AccountHealth, Capability, ListCost
from gateway.model.agreement import Agreement
from gateway.model.files import UploadLimits
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind
from gateway.model.values import Vendor
from gateway.model.writing import OrderAction
from gateway.upstream.client import Upstream
from gateway.vendors import base
from gateway.vendors.base import AgreementFilter, Check, Download, Limits, OrderFilter, Position, Reads, Services, Step
from gateway.vendors.softwareone.agreements import Agreements
from gateway.vendors.softwareone.attachment_writes import AttachmentWrites
from gateway.vendors.softwareone.attachments import Attachments
from gateway.vendors.softwareone.calls import OrderCalls
from gateway.vendors.softwareone.capabilities import CAPABILITIES, INSTEAD, LISTS_VENDORS, READS_SPLITS
from gateway.vendors.softwareone.changing import Changes
from gateway.vendors.softwareone.collection import MAX_LIMIT
from gateway.vendors.softwareone.creating import Creation
from gateway.vendors.softwareone.examination import examine
from gateway.vendors.softwareone.login import BearerToken
from gateway.vendors.softwareone.mapping_agreements import Origin
from gateway.vendors.softwareone.moving import Moves
from gateway.vendors.softwareone.orders import Orders
from gateway.vendors.softwareone.pickers import customer_of, pickers
from gateway.vendors.softwareone.problems import explain
from gateway.vendors.softwareone.reads import AGREEMENT_SPLIT, INSTRUCTIONS, SUBSCRIPTION_SPLIT
from gateway.vendors.softwareone.rules_attachments import UPLOAD_LIMITS
from gateway.vendors.softwareone.settings import Settings
from gateway.vendors.softwareone.standing import actions
from gateway.vendors.softwareone.traffic import plan
from gateway.vendors.writes import CANCEL_ORDER, CREATE_PURCHASE_ORDER, SUBMIT_ORDER, UPDATE_ORDER, Writes

ID_PARTS: Final[Mapping[Kind, int]] = {
    Kind.ACCOUNT: 0,
    Kind.ORDER: 1,
    Kind.LINE: 2,
    Kind.AGREEMENT: 1,
    Kind.AGREEMENT_LINE: 2,
    Kind.ATTACHMENT: 2,
    Kind.SUBSCRIPTION: 1,
    Kind.ASSET: 1,
}


class SoftwareOne:
    """Implements `Adapter`."""

    def __init__(self, account_id: str, name: str, settings: Settings, limits: Limits, services: Services) -> None:
        capabilities = CAPABILITIES[settings.actor]
        self.account = Account(account_id, name, Vendor.SOFTWAREONE, capabilities, ListCost(rows=100))
        self.id_parts = ID_PARTS
        self.upload_limits: UploadLimits | None = UPLOAD_LIMITS
        self._settings = settings
        self._upstream = Upstream(
            vendor=Vendor.SOFTWAREONE.value,
            account=name,
            base_url=settings.base_url,
            transport=services.transport,
            limits=limits,
            explain=explain,
            plan=plan(settings).among(services.processes),
            auth=BearerToken(settings.token),
            now=services.now,
            observe=services.observe,
        )
        keys_shown = Capability.DOWNLOAD_ATTACHMENTS in capabilities
        origin = Origin(account_id, name, settings.portal_url, keys_shown)
        self._orders = Orders(self._upstream, origin)
        self._agreements = Agreements(self._upstream, origin)
        self._attachments = Attachments(
            self._upstream,
            origin,
            self._orders,
            settings.base_url,
            allow_private=services.allow_private_redirects,
        )
        self.reads = self._reads(splits=READS_SPLITS[settings.actor])
        self.writes = self._writes(OrderCalls(self._upstream, self._orders, origin))
        if Capability.ADD_ATTACHMENTS in capabilities:
            AttachmentWrites(self._upstream, origin, self._orders, self._attachments).add_to(self.writes)
        self.pickers = pickers(self._upstream, lists_vendors=LISTS_VENDORS[settings.actor])

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        return await self._orders.list(wanted, after, limit, descending)

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        return await self._orders.count(wanted)

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        return await self._agreements.list(wanted, after, limit, descending)

    async def count_agreements(self, wanted: AgreementFilter) -> int | None:
        return await self._agreements.count(wanted)

    def customer_of(self, thing: object) -> str | None:
        return customer_of(thing)

    def download(self, attachment: Attachment) -> AbstractAsyncContextManager[Download]:
        return self._attachments.download(attachment)

    def actions(self, order: Order) -> list[OrderAction]:
        return actions(order, self._settings.actor)

    def health(self) -> AccountHealth:
        return self._upstream.health()

    async def check(self) -> list[Check]:
        return await examine(self._upstream, self._settings)

    async def close(self) -> None:
        await self._upstream.close()

    def _writes(self, order_calls: OrderCalls) -> Writes:
        writes, moves = Writes(instead=INSTEAD), Moves(order_calls, self._settings.actor)
        if Capability.CREATE_PURCHASE_ORDERS in self.account.capabilities:
            writes.add(CREATE_PURCHASE_ORDER, Creation(order_calls).create)
        writes.add(UPDATE_ORDER, Changes(order_calls, self._settings.actor).update)
        writes.add(SUBMIT_ORDER, moves.submit)
        writes.add(CANCEL_ORDER, moves.cancel)
        return writes

    def _reads(self, *, splits: bool) -> Reads:
        reads = Reads()
        reads.add(base.ORDER, self._orders.read, per_call=MAX_LIMIT)
        reads.add(base.ORDER_ATTACHMENTS, self._attachments.of_orders)
        reads.add(base.AGREEMENT, self._agreements.read)
        reads.add(base.AGREEMENT_ATTACHMENTS, self._attachments.of_agreements)
        reads.add(base.SUBSCRIPTION, self._agreements.read_subscriptions)
        reads.add(base.ASSET, self._agreements.read_assets)
        reads.add(base.ATTACHMENT, self._attachments.read)
        reads.add(INSTRUCTIONS, self._orders.instructions)
        if splits:
            reads.add(AGREEMENT_SPLIT, self._agreements.splits)
            reads.add(SUBSCRIPTION_SPLIT, self._agreements.splits)
        return reads
