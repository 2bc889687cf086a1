"""Views of orders, their lines and attachments, and of lists of them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.model import order as model
from gateway.model.agreement import Agreement, Asset, ProductSubscription
from gateway.model.values import AuditEvent, BillingCycle, Vendor
from gateway.model.writing import OrderAction, OrderActionKind
from gateway.schema.account import PageInfoView, VendorAccountView
from gateway.schema.agreement import (
    AgreementView,
    AssetView,
    ProductSubscriptionView,
    account,
    agreement_assets,
    agreement_subscriptions,
    whole_agreement,
    whole_asset,
    whole_subscription,
)
from gateway.schema.connection import Edge, Listed, SourceState, SourceStatus, total
from gateway.schema.context import Info
from gateway.schema.cost import BATCH, REFERENCE, Sized, anywhere, calls
from gateway.schema.scalars import URL, CurrencyCode, Duration
from gateway.schema.shortfall import told
from gateway.schema.values import (
    AuditEventView,
    ExternalReferenceView,
    MoneyView,
    Node,
    NoticeView,
    OrderedItemView,
    PartyView,
    PeriodPriceView,
)
from gateway.schema.vendors import LineDetails, OrderDetails
from gateway.schema.view import described, edge, plain, view
from gateway.vendors.base import ORDER, ORDER_ATTACHMENTS, ORDER_DETAIL, OrderPlace

described(
    model.OrderType,
    "OrderType",
    "What an order does, over all vendors.",
    PURCHASE="Buys.",
    CHANGE="Changes what was bought.",
    TERMINATION="Ends what was bought.",
    CONFIGURATION="Changes settings of what was bought.",
    RENEWAL="Renews what was bought.",
    SUSPEND="Pauses what was bought.",
    RESUME="Takes up what was paused.",
    CREDIT_MEMO="Gives money back.",
    VENDOR_OFFER="An offer by the vendor.",
    OTHER="Something else; the vendor's word stands beside.",
)
described(
    model.OrderStatus,
    "OrderStatus",
    "How an order stands, over all vendors.",
    DRAFT="Not placed, may change.",
    QUOTED="Offered, not placed.",
    PENDING="Placed or due, the vendor has not begun.",
    PROCESSING="The vendor works on it.",
    ACTION_REQUIRED="Waits for the buyer's side.",
    IN_REVIEW="The vendor reviews it.",
    PARTIALLY_COMPLETED="Ended, part of it failed.",
    COMPLETED="The vendor says that all is delivered.",
    SUSPENDED="Paused.",
    CANCELLED="Ended on request after placing.",
    REJECTED="The vendor decided against it.",
    FAILED="Ended by an error.",
    DELETED="Discarded before placing; in lists only when asked for.",
    UNKNOWN="The vendor used a word that this gateway does not know, or none.",
)
described(
    model.DocumentState,
    "DocumentState",
    "Whether an order waits for the customer's purchase order.",
    REQUIRED="It waits for one.",
    POSSIBLE="It is under review; one may be asked for.",
    SUBMITTED="One was handed in and is being reviewed.",
    REJECTED="What was handed in was not accepted.",
    NOT_WAITING="It waits for none.",
    UNKNOWN="The vendor does not say.",
)
described(
    model.AttachmentKind,
    "AttachmentKind",
    "What an attachment is.",
    PURCHASE_ORDER="The customer's purchase order.",
    TENDER="A tender or request for proposal.",
    FILE="A file.",
    LICENSE_KEY="A licence key, no file.",
    OTHER="Something else; the vendor's word stands beside.",
)
described(
    OrderActionKind,
    "OrderActionKind",
    "Something that may be done to an order.",
    UPDATE="Change it.",
    SUBMIT="Place it.",
    CANCEL="Cancel or discard it.",
    ADD_ATTACHMENTS="Attach files or keys to it.",
)
described(
    SourceState,
    "SourceState",
    "How one account fared in a list.",
    OK="All of its part is there.",
    PARTIAL="A part of it is missing.",
    FAILED="It stopped answering; a later page goes on where it stopped.",
    SKIPPED="It was left out without a call.",
)

Root = strawberry.Parent[model.Order]


async def deferred(order: model.Order, field: str, info: Info) -> model.OrderDetail | None:
    return await info.context.loaders.load(ORDER_DETAIL, order.ref) if field in order.deferred else None


async def notes(root: Root, info: Info) -> str | None:
    detail = await deferred(root, "notes", info)
    return detail.notes if detail else root.notes


async def currency(root: Root, info: Info) -> str | None:
    detail = await deferred(root, "currency", info)
    return detail.currency if detail else root.currency


async def audit(root: Root, info: Info) -> tuple[AuditEvent, ...] | None:
    detail = await deferred(root, "audit", info)
    return detail.audit if detail else root.audit


async def attachments(root: Root, info: Info) -> tuple[model.Attachment, ...] | None:
    place = OrderPlace(root.ref, root.agreement.ref if root.agreement else None)
    return told(info, await info.context.loaders.load(ORDER_ATTACHMENTS, place), root.ref.account)


async def agreement(root: strawberry.Parent[model.Order | model.Attachment], info: Info) -> Agreement | None:
    return await whole_agreement(root.agreement, info)


def actions(root: Root, info: Info) -> list[OrderAction]:
    return info.context.accounts[root.ref.account].actions(root)


async def line_subscription(root: strawberry.Parent[model.Line], info: Info) -> ProductSubscription | None:
    return await whole_subscription(root.subscription, info)


async def line_asset(root: strawberry.Parent[model.Line], info: Info) -> Asset | None:
    return await whole_asset(root.asset, info)


async def order_of(root: strawberry.Parent[model.Line | model.Attachment], info: Info) -> model.Order | None:
    return await info.context.loaders.load(ORDER, root.order) if root.order else None


def download_url(root: strawberry.Parent[model.Attachment], info: Info) -> str | None:
    return info.context.downloads.link(root, info.context.principal)


async def total_count(root: strawberry.Parent[Listed[model.Order]]) -> int | None:
    return await total(root.sources)


async def source_total(root: strawberry.Parent[SourceStatus]) -> int | None:
    return await total([root])


@view(
    model.DocumentRequirement,
    name="DocumentRequirement",
    description="Whether the vendor waits for the customer's purchase order before it goes on.",
)
class DocumentRequirementView:
    state: model.DocumentState = plain("What it waits for.")
    accepts_tender: bool = plain("Whether tender documents are accepted beside it.")


@view(OrderAction, name="OrderAction", description="Whether something may be done to an order now.")
class OrderActionView:
    kind: OrderActionKind = plain("What would be done.")
    possible: bool = plain("Whether this login may do it now, as far as the gateway can tell without a call.")
    reason: str | None = plain("Why not.")


@view(model.Line, name="Line", description="A line of an order.", keys=["id"])
class LineView(Node):
    number: str = plain("The vendor's identifier within the order.")
    item: OrderedItemView = plain("What is ordered.")
    quantity: int | None = plain("How many, as the vendor says it.")
    unit_price: MoneyView | None = plain("The price of one to the order's customer.")
    total: MoneyView | None = plain("The vendor's stated total of the line.")
    recurring_prices: list[PeriodPriceView] | None = plain("Prices per period.")
    term_duration: Duration | None = plain("How long is committed.")
    billing_cycle: BillingCycle | None = plain("How often is billed.")
    vendor_billing_cycle: str | None = plain("The vendor's own word for that.")
    subscription: ProductSubscriptionView | None = edge(
        line_subscription,
        "The subscription it feeds.",
        calls=calls(partner_center=1, softwareone=0.1, read="subscriptions", of="Order", free=REFERENCE),
    )
    asset: AssetView | None = edge(
        line_asset, "The asset it brings.", calls=calls(softwareone=0.1, read="assets", of="Order", free=REFERENCE)
    )
    notes: str | None = plain("A note on the line.")
    order: OrderView | None = edge(order_of, "The order it stands on.")
    details: LineDetails = plain("What only this vendor has.")


@view(model.Attachment, name="Attachment", description="A file or licence key on an order or agreement.", keys=["id"])
class AttachmentView(Node):
    account: VendorAccountView = edge(account, "The account it belongs to.")
    number: str = plain("The vendor's identifier.")
    kind: model.AttachmentKind = plain("What it is.")
    vendor_kind: str | None = plain("The vendor's own word for that.")
    file_name: str | None = plain("The file's name.")
    name: str | None = plain("A title.")
    description: str | None = plain("A description.")
    content_type: str | None = plain("The media type, as the vendor states it.")
    size_in_bytes: int | None = plain("Null where the vendor only knows kilobytes.")
    size_in_kilobytes: int | None = plain("Null where the vendor knows bytes.")
    license_key: str | None = plain("The licence key, for those who may download.")
    revision: int | None = plain("Counts changes.")
    created_at: datetime | None = plain("When it was added.")
    updated_at: datetime | None = plain("When it last changed.")
    created_by: PartyView | None = plain("Who added it.")
    download_url: URL | None = edge(
        download_url, "On this gateway, signed, good for a few minutes; null where there is no file."
    )
    order: OrderView | None = edge(
        order_of, "The order it belongs to.", calls=calls(partner_center=1, sellercloud=BATCH, softwareone=BATCH)
    )
    agreement: AgreementView | None = edge(
        agreement, "The agreement it belongs to.", calls=calls(softwareone=BATCH, free=REFERENCE)
    )


@view(model.Order, name="Order", description="An order at a vendor.", keys=["id", "accountName number numberScope"])
class OrderView(Node):
    account: VendorAccountView = edge(account, "The account it was found in.")
    account_name: str = plain("That account's name.")
    vendor: Vendor = plain("The vendor.")
    number: str = plain("The vendor's identifier, what people read aloud.")
    number_scope: str = plain('What makes the number unique: the customer at Partner Center, else "".')
    type: model.OrderType = plain("What it does.")
    vendor_type: str | None = plain("The vendor's own word for that.")
    status: model.OrderStatus = plain("How it stands.")
    vendor_status: str | None = plain("The vendor's own word for that.")
    status_reason: NoticeView | None = plain("Why it stands so.")
    error: NoticeView | None = plain("What is wrong with it.")
    title: str | None = plain("A title.")
    notes: str | None = edge(notes, "Free text on it.", calls=calls(sellercloud=1, read="detail", of="Order"))
    external_references: list[ExternalReferenceView] = plain("Its numbers in other systems.")
    created_at: datetime | None = plain("When it was made.")
    updated_at: datetime | None = plain("When it last changed.")
    customer: PartyView | None = plain("For whom, by the account's customer key.")
    supplier: PartyView | None = plain("Who supplies; null at Partner Center: always Microsoft.")
    currency: CurrencyCode | None = edge(
        currency, "The currency of its prices.", calls=calls(sellercloud=1, read="detail", of="Order")
    )
    total: MoneyView | None = plain("The vendor's stated total; null where it states none.")
    recurring_totals: list[PeriodPriceView] | None = plain("What it costs per period.")
    lines: list[LineView] = plain("What is ordered.", sized=Sized(5))
    attachments: list[AttachmentView] | None = edge(
        attachments, "Files on it.", calls=calls(partner_center=1, softwareone=1), sized=Sized(5)
    )
    documents: DocumentRequirementView | None = plain("Whether it waits for the customer's purchase order.")
    agreement: AgreementView | None = edge(
        agreement, "The agreement it belongs to.", calls=calls(softwareone=BATCH, free=REFERENCE)
    )
    subscriptions: list[ProductSubscriptionView] | None = edge(
        agreement_subscriptions,
        "Subscriptions it began.",
        calls=calls(partner_center=1, softwareone=0.1, read="subscriptions", of="Order", free=REFERENCE),
        sized=Sized(5),
    )
    assets: list[AssetView] | None = edge(
        agreement_assets,
        "Assets it brought.",
        calls=calls(softwareone=0.1, read="assets", of="Order", free=REFERENCE),
        sized=Sized(5),
    )
    audit: list[AuditEventView] | None = edge(
        audit, "What happened to it.", calls=calls(sellercloud=1, read="detail", of="Order")
    )
    actions: list[OrderActionView] = edge(actions, "What this login may do to it now, and why not; costs no call.")
    vendor_url: URL | None = plain("Where people find it at the vendor.")
    details: OrderDetails = plain("What only this vendor has.")


@view(SourceStatus, name="SourceStatus", description="How one account fared in a list.")
class SourceStatusView:
    account: VendorAccountView = plain("The account.")
    state: SourceState = plain("In a word.")
    error: NoticeView | None = plain("What went wrong, with this gateway's code.")
    omitted: int = plain("Rows left out because they could not be read.")
    total_count: int | None = edge(
        source_total, "How many match here; null where the vendor cannot tell.", calls=anywhere(1)
    )
    lag_seconds: int | None = plain("How far this vendor's lists may lag behind.")


@view(Edge, name="OrderEdge", description="An order and its place in the list.")
class OrderEdgeView:
    cursor: str = plain("Its place.")
    node: OrderView = plain("The order.")


@view(
    Listed,
    name="OrderConnection",
    description="One list over all chosen accounts. What the vendors listed during a whole walk appears in it once.",
)
class OrderConnectionView:
    edges: list[OrderEdgeView] = plain("The rows with their cursors.")
    nodes: list[OrderView] = plain("The rows.")
    page_info: PageInfoView = plain("Where the page stands.")
    total_count: int | None = edge(
        total_count, "How many match in all; null where a vendor cannot tell.", calls=anywhere(1)
    )
    sources: list[SourceStatusView] = plain("How each account fared.")


@view(Edge, name="AgreementEdge", description="An agreement and its place in the list.")
class AgreementEdgeView:
    cursor: str = plain("Its place.")
    node: AgreementView = plain("The agreement.")


@view(Listed, name="AgreementConnection", description="One list of agreements over all chosen accounts.")
class AgreementConnectionView:
    edges: list[AgreementEdgeView] = plain("The rows with their cursors.")
    nodes: list[AgreementView] = plain("The rows.")
    page_info: PageInfoView = plain("Where the page stands.")
    total_count: int | None = edge(
        total_count, "How many match in all; null where a vendor cannot tell.", calls=anywhere(1)
    )
    sources: list[SourceStatusView] = plain("How each account fared.")
