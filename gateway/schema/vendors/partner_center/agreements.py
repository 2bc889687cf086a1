"""Views of what only Partner Center says about agreements and subscriptions."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.schema.context import Info
from gateway.schema.cost import calls
from gateway.schema.scalars import URL, Duration
from gateway.schema.values import ContactView, KeyValueView, OrderedItemView, VendorLinkView
from gateway.schema.vendors.partner_center.commerce import PartnerCenterNextTermView
from gateway.schema.view import edge, plain, view
from gateway.vendors.partner_center import details as model
from gateway.vendors.partner_center.reads import DIRECT_SIGNED


async def direct_signed(root: strawberry.Parent[model.AgreementDetails], info: Info) -> bool | None:
    return await info.context.loaders.load(DIRECT_SIGNED, root.customer)


@view(
    model.AgreementDetails,
    name="PartnerCenterAgreementDetails",
    description="What only Partner Center says of a customer's acceptance of terms.",
)
class PartnerCenterAgreementDetailsView:
    template_id: str = plain("The terms accepted.")
    type: str | None = plain("What kind of terms, in the vendor's words.")
    confirmed_by: str | None = plain("The partner's user who confirmed it; the vendor's lists leave it out.")
    primary_contact: ContactView | None = plain("Who accepted for the customer.")
    agreement_link: URL | None = plain("Where the terms can be read.")
    direct_signed: bool | None = edge(
        direct_signed,
        "Whether the customer signed with Microsoft directly: a call per customer.",
        calls=calls(partner_center=1),
    )


@view(model.RefundOption, name="PartnerCenterRefundOption", description="A way to get money back.")
class PartnerCenterRefundOptionView:
    type: str | None = plain("In the vendor's words: full or partial.")
    expires_at: datetime | None = plain("Until when.")


@view(model.RefundablePart, name="PartnerCenterRefundablePart", description="A part of what can be given back.")
class PartnerCenterRefundablePartView:
    quantity: int | None = plain("How many.")
    until: datetime | None = plain("Until when.")


@view(
    model.RefundableQuantity,
    name="PartnerCenterRefundableQuantity",
    description="How many can still be given back.",
)
class PartnerCenterRefundableQuantityView:
    total: int | None = plain("In all.")
    parts: list[PartnerCenterRefundablePartView] = plain("By deadline.")


@view(
    model.SubscriptionDetails,
    name="PartnerCenterSubscriptionDetails",
    description="What only Partner Center says of a subscription.",
)
class PartnerCenterSubscriptionDetailsView:
    item: OrderedItemView | None = plain("What was bought.")
    friendly_name: str | None = plain("The partner's own label.")
    product_type: KeyValueView | None = plain("The kind of product: the vendor's key and its name.")
    unit_type: str | None = plain("What the quantity counts, in the vendor's words.")
    parent_subscription_id: str | None = plain("The subscription that an add-on belongs to.")
    created_at: datetime | None = plain("When it was made.")
    billing_cycle_end_date: datetime | None = plain("When the present billing cycle ends.")
    cancellation_allowed_until_date: datetime | None = plain("Until when it can be cancelled.")
    renewal_term_duration: Duration | None = plain("How long the next term is.")
    trial: bool | None = plain("Whether it is a trial.")
    billing_type: str | None = plain("How is billed, in the vendor's words.")
    promotion_id: str | None = plain("The promotion used.")
    partner_id: str | None = plain("The reseller, by PartnerID.")
    publisher_name: str | None = plain("Who made the product.")
    contract_type: str | None = plain("The kind of contract, in the vendor's words.")
    actions: list[str] = plain("What the vendor would allow now, in its words.")
    suspension_reasons: list[str] = plain("Why it is suspended, in the vendor's words.")
    refund_options: list[PartnerCenterRefundOptionView] = plain("Ways to get money back.")
    refundable_quantity: PartnerCenterRefundableQuantityView | None = plain("How many can still be given back.")
    scheduled_next_term_instructions: PartnerCenterNextTermView | None = plain("What follows the present term.")
    etag: str | None = plain("The vendor's mark of this state; legacy subscriptions only.")
    links: list[VendorLinkView] = plain("Links that the vendor sent along.")
