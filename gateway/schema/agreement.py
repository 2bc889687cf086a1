"""Views of agreements, their lines, and what they bring: subscriptions and assets."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry

from gateway.listing import Window
from gateway.model import agreement as model
from gateway.model.account import Account
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle, Vendor
from gateway.schema.account import VendorAccountView
from gateway.schema.connection import Listed, list_orders
from gateway.schema.context import Info
from gateway.schema.cost import BATCH, FORWARD, REFERENCE, Sized, calls
from gateway.schema.scalars import CurrencyCode, Duration
from gateway.schema.selection import needs_call
from gateway.schema.shortfall import told
from gateway.schema.values import (
    ExternalReferenceView,
    MoneyView,
    Node,
    OrderedItemView,
    PartyView,
    PeriodPriceView,
)
from gateway.schema.vendors import AgreementDetails, AgreementLineDetails, SubscriptionDetails
from gateway.schema.view import described, edge, plain, view
from gateway.vendors.base import AGREEMENT, AGREEMENT_ATTACHMENTS, ASSET, ORDER, SUBSCRIPTION, OrderFilter, Read

if TYPE_CHECKING:
    from gateway.schema.order import AttachmentView, OrderConnectionView, OrderView

Embedded = TypeVar("Embedded", model.ProductSubscription, model.Asset)
LazyOrder = Annotated["OrderView", strawberry.lazy("gateway.schema.order")]

described(
    model.AgreementKind,
    "AgreementKind",
    "What an agreement is at its vendor.",
    COMMERCIAL="A commercial relation with lines and terms, as at SoftwareOne.",
    ACCEPTED_TERMS="A record that a customer accepted terms, as at Partner Center.",
)
described(
    model.AgreementStatus,
    "AgreementStatus",
    "How an agreement stands, over all vendors.",
    DRAFT="Not in force yet.",
    PROVISIONING="Being set up by its first order.",
    UPDATING="In force, an order is changing it.",
    ACTIVE="In force.",
    TERMINATED="Ended.",
    FAILED="Its first order failed.",
    DELETED="Discarded before it began.",
    ACCEPTED="The customer accepted the terms.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)
described(
    model.AgreementLineStatus,
    "AgreementLineStatus",
    "How a line of an agreement stands.",
    ACTIVE="In force.",
    TERMINATED="Ended by an order.",
    EXPIRED="Run out.",
    DELETED="Discarded.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)
described(
    model.SubscriptionStatus,
    "SubscriptionStatus",
    "How a subscription or an asset stands, over all vendors.",
    DRAFT="Not begun.",
    PENDING="Being set up.",
    ACTIVE="In use.",
    UPDATING="In use, a change is under way.",
    SUSPENDED="Paused.",
    TERMINATING="Being ended.",
    TERMINATED="Ended.",
    EXPIRED="Run out.",
    DISABLED="Switched off by the vendor.",
    DELETED="Discarded before it began.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)


def account(
    root: strawberry.Parent[model.Agreement | model.ProductSubscription | model.Asset | Attachment | Order], info: Info
) -> Account:
    return info.context.accounts[root.ref.account].account


async def whole_agreement(agreement: model.Agreement | None, info: Info) -> model.Agreement | None:
    """The agreement itself where more is selected than its embedded reference can answer."""
    if agreement is not None and needs_call(agreement.known, info):
        return await info.context.loaders.load(AGREEMENT, agreement.ref)
    return agreement


async def whole_subscription(
    subscription: model.ProductSubscription | None, info: Info
) -> model.ProductSubscription | None:
    if subscription is not None and needs_call(subscription.known, info):
        return await info.context.loaders.load(SUBSCRIPTION, subscription.ref)
    return subscription


async def whole_asset(asset: model.Asset | None, info: Info) -> model.Asset | None:
    if asset is not None and needs_call(asset.known, info):
        return await info.context.loaders.load(ASSET, asset.ref)
    return asset


Bearer = strawberry.Parent[model.AgreementLine | model.ProductSubscription | model.Asset]


async def agreement_of(root: Bearer, info: Info) -> model.Agreement | None:
    return await whole_agreement(root.agreement, info)


async def order_of(root: Bearer, info: Info) -> Order | None:
    return await info.context.loaders.load(ORDER, root.order) if root.order else None


async def subscription_of(root: strawberry.Parent[model.AgreementLine], info: Info) -> model.ProductSubscription | None:
    return await whole_subscription(root.subscription, info)


async def asset_of(root: strawberry.Parent[model.AgreementLine], info: Info) -> model.Asset | None:
    return await whole_asset(root.asset, info)


async def agreement_subscriptions(
    root: strawberry.Parent[model.Agreement | Order], info: Info
) -> list[model.ProductSubscription] | None:
    return await whole_list(root.subscriptions, SUBSCRIPTION, info)


async def agreement_assets(root: strawberry.Parent[model.Agreement | Order], info: Info) -> list[model.Asset] | None:
    return await whole_list(root.assets, ASSET, info)


async def whole_list(
    embedded: tuple[Embedded, ...] | None, read: Read[Ref, Embedded], info: Info
) -> list[Embedded] | None:
    """The embedded references, or the things themselves where more is selected; what the vendor cannot give by itself
    (a draft subscription) stays as embedded."""
    if embedded is None:
        return None
    if not any(needs_call(one.known, info) for one in embedded):
        return list(embedded)
    found = await asyncio.gather(*(info.context.loaders.load(read, one.ref) for one in embedded))
    return [whole or one for whole, one in zip(found, embedded, strict=True)]


async def attachments_of(root: strawberry.Parent[model.Agreement], info: Info) -> tuple[Attachment, ...] | None:
    return told(info, await info.context.loaders.load(AGREEMENT_ATTACHMENTS, root.ref), root.ref.account)


async def orders_of(
    root: strawberry.Parent[model.Agreement],
    info: Info,
    first: Annotated[int, strawberry.argument(description="How many, at most 500.")] = 20,
    after: Annotated[str | None, strawberry.argument(description="Continue behind this cursor.")] = None,
) -> Listed[Order] | None:
    adapter = info.context.accounts[root.ref.account]
    if root.kind is not model.AgreementKind.COMMERCIAL or Kind.AGREEMENT not in adapter.id_parts:
        return None
    window = Window.of(first, after, None, None)
    return await list_orders(info, [adapter], OrderFilter(agreement=root.ref), window, descending=True)


@view(
    model.AgreementLine,
    name="AgreementLine",
    description="What an agreement holds now. Its vendor number is also that of the order lines that made it.",
    keys=["id"],
)
class AgreementLineView(Node):
    number: str = plain("The vendor's identifier.")
    status: model.AgreementLineStatus = plain("How it stands.")
    vendor_status: str | None = plain("The vendor's own word for that.")
    item: OrderedItemView = plain("What was ordered.")
    quantity: int | None = plain("How many.")
    unit_price: MoneyView | None = plain("The price of one to the customer.")
    recurring_prices: list[PeriodPriceView] | None = plain("Prices per period.")
    term_duration: Duration | None = plain("How long is committed.")
    billing_cycle: BillingCycle | None = plain("How often is billed.")
    vendor_billing_cycle: str | None = plain("The vendor's own word for that.")
    subscription: ProductSubscriptionView | None = edge(
        subscription_of, "The subscription it feeds.", calls=calls(softwareone=BATCH, free=REFERENCE)
    )
    asset: AssetView | None = edge(asset_of, "The asset it brought.", calls=calls(softwareone=BATCH, free=REFERENCE))
    agreement: AgreementView | None = edge(
        agreement_of, "The agreement it stands on.", calls=calls(softwareone=BATCH, free=REFERENCE)
    )
    order: LazyOrder | None = edge(order_of, "The order that last changed it.", calls=calls(softwareone=BATCH))
    details: AgreementLineDetails | None = plain("What only this vendor has.")


# Not called Subscription: that name belongs to the root type.
@view(
    model.ProductSubscription,
    name="ProductSubscription",
    description="A running commitment that an order began.",
    keys=["id"],
)
class ProductSubscriptionView(Node):
    account: VendorAccountView = edge(account, "The account it belongs to.")
    number: str = plain("The vendor's identifier.")
    name: str | None = plain("Its name.")
    status: model.SubscriptionStatus | None = plain("How it stands.")
    vendor_status: str | None = plain("The vendor's own word for that.")
    quantity: int | None = plain("How many seats or units; null where its lines tell.")
    term_duration: Duration | None = plain("How long is committed.")
    billing_cycle: BillingCycle | None = plain("How often is billed.")
    vendor_billing_cycle: str | None = plain("The vendor's own word for that.")
    auto_renew: bool | None = plain("Whether it renews by itself.")
    starts_at: datetime | None = plain("When it began.")
    commitment_ends_at: datetime | None = plain("When the commitment ends.")
    open_ended: bool | None = plain("True where the vendor says that it has no end.")
    agreement: AgreementView | None = edge(
        agreement_of, "The agreement it belongs to.", calls=calls(softwareone=BATCH, free=REFERENCE)
    )
    order: LazyOrder | None = edge(
        order_of, "The order that began it.", calls=calls(partner_center=1, softwareone=BATCH)
    )
    details: SubscriptionDetails | None = plain("What only this vendor has.")


@view(model.Asset, name="Asset", description="Something bought once that stays.", keys=["id"])
class AssetView(Node):
    account: VendorAccountView = edge(account, "The account it belongs to.")
    number: str = plain("The vendor's identifier.")
    name: str | None = plain("Its name.")
    status: model.SubscriptionStatus | None = plain("How it stands.")
    vendor_status: str | None = plain("The vendor's own word for that.")
    agreement: AgreementView | None = edge(
        agreement_of, "The agreement it belongs to.", calls=calls(softwareone=BATCH, free=REFERENCE)
    )
    order: LazyOrder | None = edge(order_of, "The order that brought it.", calls=calls(softwareone=BATCH))


@view(
    model.Agreement,
    name="Agreement",
    description="A lasting relation with a vendor: a commercial agreement, or accepted terms.",
    keys=["id"],
)
class AgreementView(Node):
    account: VendorAccountView = edge(account, "The account it belongs to.")
    vendor: Vendor = plain("The vendor.")
    kind: model.AgreementKind = plain("What it is at its vendor.")
    number: str | None = plain("The vendor's identifier; null where it gives none.")
    name: str | None = plain("Its name.")
    status: model.AgreementStatus = plain("How it stands.")
    vendor_status: str | None = plain("The vendor's own word for that.")
    customer: PartyView | None = plain("Who uses what it brings, by the account's customer key.")
    supplier: PartyView | None = plain("Who supplies.")
    starts_at: datetime | None = plain("When it begins.")
    ends_at: datetime | None = plain("When it ends.")
    accepted_at: datetime | None = plain("When the terms were accepted.")
    currency: CurrencyCode | None = plain("The currency of its prices.")
    recurring_totals: list[PeriodPriceView] | None = plain("What it costs per period.")
    lines: list[AgreementLineView] | None = plain("What it holds now.", sized=Sized(5))
    subscriptions: list[ProductSubscriptionView] | None = edge(
        agreement_subscriptions, "Its subscriptions.", calls=calls(softwareone=0.1, free=REFERENCE), sized=Sized(5)
    )
    assets: list[AssetView] | None = edge(
        agreement_assets, "Its assets.", calls=calls(softwareone=0.1, free=REFERENCE), sized=Sized(5)
    )
    attachments: list[Annotated[AttachmentView, strawberry.lazy("gateway.schema.order")]] | None = edge(
        attachments_of, "The files and licence keys on it.", calls=calls(softwareone=1), sized=Sized(5)
    )
    orders: Annotated[OrderConnectionView, strawberry.lazy("gateway.schema.order")] | None = edge(
        orders_of,
        "The orders that made and changed it, newest first.",
        calls=calls(softwareone=1, paged=100),
        sized=FORWARD,
    )
    external_references: list[ExternalReferenceView] = plain("Its numbers in other systems.")
    details: AgreementDetails | None = plain("What only this vendor has.")
