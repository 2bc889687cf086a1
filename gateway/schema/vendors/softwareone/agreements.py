"""Views of what only SoftwareOne says of agreements and subscriptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from gateway.model.agreement import AgreementLine
from gateway.model.order import Order
from gateway.schema.context import Info
from gateway.schema.cost import BATCH, Sized, calls
from gateway.schema.scalars import CurrencyCode
from gateway.schema.selection import selected
from gateway.schema.values import AuditEventView, ExternalReferenceView, NoticeView, PeriodPriceView
from gateway.schema.vendors.softwareone.parts import (
    SoftwareOneAcceptedTermsView,
    SoftwareOneMarginsView,
    SoftwareOneParameterView,
    SoftwareOneReferenceView,
    SoftwareOneSplitView,
)
from gateway.schema.view import edge, plain, view
from gateway.vendors.base import AGREEMENT, ORDER
from gateway.vendors.softwareone import details as records
from gateway.vendors.softwareone.reads import AGREEMENT_SPLIT, SUBSCRIPTION_SPLIT

if TYPE_CHECKING:
    from gateway.schema.agreement import AgreementLineView
    from gateway.schema.order import OrderView


STANDING = frozenset({"status", "vendorStatus", "order"})


async def agreement_split(root: strawberry.Parent[records.AgreementDetails], info: Info) -> records.Split | None:
    return await info.context.loaders.load(AGREEMENT_SPLIT, root.agreement)


async def subscription_split(root: strawberry.Parent[records.SubscriptionDetails], info: Info) -> records.Split | None:
    return await info.context.loaders.load(SUBSCRIPTION_SPLIT, root.subscription)


async def lines(root: strawberry.Parent[records.SubscriptionDetails], info: Info) -> tuple[AgreementLine, ...] | None:
    """The lines, and from their agreement how they stand, where that is wanted and a subscription does not say it."""
    told = root.lines
    if not told or not selected(info) & STANDING or all(line.vendor_status for line in told):
        return told
    agreement = told[0].agreement and await info.context.loaders.load(AGREEMENT, told[0].agreement.ref)
    held = {line.ref: line for line in (agreement and agreement.lines) or ()}
    pairs = [(line, held.get(line.ref, line)) for line in told]
    return tuple(
        replace(line, status=whole.status, vendor_status=whole.vendor_status, order=whole.order)
        for line, whole in pairs
    )


async def renewal_order(root: strawberry.Parent[records.SubscriptionDetails], info: Info) -> Order | None:
    if root.renewal_order is None:
        return None
    return await info.context.loaders.load(ORDER, root.renewal_order)


@view(
    records.AgreementDetails,
    name="SoftwareOneAgreementDetails",
    description="What only SoftwareOne says of an agreement.",
)
class SoftwareOneAgreementDetailsView:
    href: str | None = plain("Its relative address at the vendor; older payloads only.")
    icon: str | None = plain("Its icon, as a relative address at the vendor.")
    revision: int | None = plain("Counts changes.")
    client: SoftwareOneReferenceView | None = plain("The customer's account.")
    vendor: SoftwareOneReferenceView | None = plain("The account of the product's vendor.")
    licensee: SoftwareOneReferenceView | None = plain("Who uses what it brings.")
    buyer: SoftwareOneReferenceView | None = plain("The legal entity that is billed.")
    seller: SoftwareOneReferenceView | None = plain("The SoftwareOne entity that sells.")
    product: SoftwareOneReferenceView | None = plain("The product.")
    listing: SoftwareOneReferenceView | None = plain("The listing it came from.")
    authorization: SoftwareOneReferenceView | None = plain("The vendor programme's contract it runs under.")
    template: SoftwareOneReferenceView | None = plain("The template of its page.")
    billing_currency: CurrencyCode | None = plain("The currency of its bills.")
    margins: SoftwareOneMarginsView | None = plain("What lies between purchase and selling price.")
    price_source: str | None = plain("Whether the price is computed or set by hand, in the vendor's words.")
    error: NoticeView | None = plain("What is wrong with it.")
    ordering_parameters: list[SoftwareOneParameterView] | None = plain("What the customer filled in.")
    fulfillment_parameters: list[SoftwareOneParameterView] | None = plain("What the vendor filled in.")
    certificates: list[SoftwareOneReferenceView] | None = plain("Programme certificates used.")
    terms_and_conditions: list[SoftwareOneAcceptedTermsView] | None = plain("Terms accepted.")
    split: SoftwareOneSplitView | None = edge(
        agreement_split,
        "How its bill is split; not for a vendor's token, and a call per agreement.",
        calls=calls(softwareone=1),
    )
    audit: list[AuditEventView] | None = plain("What happened to it.")


@view(
    records.SubscriptionDetails,
    name="SoftwareOneSubscriptionDetails",
    description="What only SoftwareOne says of a subscription.",
)
class SoftwareOneSubscriptionDetailsView:
    revision: int | None = plain("Counts changes.")
    termination_date: datetime | None = plain("When it was ended.")
    model: records.Model | None = plain("What is charged for.")
    vendor_model: str | None = plain("The vendor's own word for that.")
    margins: SoftwareOneMarginsView | None = plain("What lies between purchase and selling price.")
    recurring_totals: list[PeriodPriceView] | None = plain("What it costs per period.")
    lines: list[Annotated[AgreementLineView, strawberry.lazy("gateway.schema.agreement")]] | None = edge(
        lines, "The agreement's lines that feed it.", calls=calls(softwareone=BATCH), sized=Sized(5)
    )
    external_references: list[ExternalReferenceView] | None = plain("Its numbers in other systems.")
    audit: list[AuditEventView] | None = plain("What happened to it.")
    fulfillment_parameters: list[SoftwareOneParameterView] | None = plain("What the vendor filled in.")
    product: SoftwareOneReferenceView | None = plain("The product.")
    buyer: SoftwareOneReferenceView | None = plain("The legal entity that is billed.")
    licensee: SoftwareOneReferenceView | None = plain("Who uses it.")
    seller: SoftwareOneReferenceView | None = plain("The SoftwareOne entity that sells.")
    template: SoftwareOneReferenceView | None = plain("The template of its page.")
    renewal_order: Annotated[OrderView, strawberry.lazy("gateway.schema.order")] | None = edge(
        renewal_order, "The order that renews it.", calls=calls(softwareone=BATCH)
    )
    split: SoftwareOneSplitView | None = edge(
        subscription_split,
        "How its bill is split; not for a vendor's token, and a call per subscription.",
        calls=calls(softwareone=1),
    )
    split_status: records.SplitStatus | None = plain("Whether its bill is split.")
    vendor_split_status: str | None = plain("The vendor's own word for that.")
