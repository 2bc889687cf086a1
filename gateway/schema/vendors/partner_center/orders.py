"""Views of what only Partner Center says about orders and their lines."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.model.values import BillingCycle
from gateway.schema.context import Info
from gateway.schema.cost import calls
from gateway.schema.values import KeyValueView, VendorLinkView
from gateway.schema.vendors.partner_center.commerce import (
    PartnerCenterCatalogItemView,
    PartnerCenterCommitmentView,
    PartnerCenterPricingView,
    PartnerCenterRenewalView,
)
from gateway.schema.view import described, edge, plain, view
from gateway.vendors.partner_center import details as model
from gateway.vendors.partner_center.reads import PROVISIONING

described(
    model.LineTransaction,
    "PartnerCenterLineTransaction",
    "What a line does.",
    NEW="Buys.",
    RENEW="Renews.",
    ADD_QUANTITY="Adds licences.",
    REMOVE_QUANTITY="Takes licences away.",
    CANCEL="Cancels.",
    CONVERT="Turns one item into another.",
    CUSTOMER_CREDIT="Gives money back.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)
described(
    model.ProvisioningStatus,
    "ProvisioningStatus",
    "How far something is provisioned.",
    FULFILLED="It is there.",
    UNFULFILLED="It is not there, or was cancelled.",
    PREFULFILLMENT_PENDING="It is being prepared.",
    UNKNOWN="The vendor used a word that this gateway does not know, or none.",
)


async def provisioning(root: strawberry.Parent[model.LineDetails], info: Info) -> model.Provisioning | None:
    lines = await info.context.loaders.load(PROVISIONING, root.order)
    return lines.get(root.number) if lines else None


@view(model.Client, name="PartnerCenterClient", description="Where an order was placed from.")
class PartnerCenterClientView:
    marketplace_country: str | None = plain("The market's country.")
    device_family: str | None = plain("The kind of device.")
    name: str | None = plain("The program.")


@view(model.OrderDetails, name="PartnerCenterOrderDetails", description="What only Partner Center says of an order.")
class PartnerCenterOrderDetailsView:
    alternate_id: str | None = plain("Another identifier of the same order; may equal its number.")
    billing_cycle: BillingCycle | None = plain("How often is billed; one for the whole order.")
    vendor_billing_cycle: str | None = plain("The vendor's own word for that.")
    currency_symbol: str | None = plain("The currency's symbol, as the vendor writes it.")
    transaction_type: str | None = plain("Who made it, in the vendor's words: a user, or the system.")
    client: PartnerCenterClientView | None = plain("Where it was placed from.")
    etag: str | None = plain("The vendor's mark of this state; legacy orders only.")
    links: list[VendorLinkView] = plain("Links that the vendor sent along.")


@view(
    model.ProvisionedQuantity,
    name="PartnerCenterProvisionedQuantity",
    description="How far a part of a line's quantity is provisioned.",
)
class PartnerCenterProvisionedQuantityView:
    quantity: int = plain("How many.")
    status: model.ProvisioningStatus = plain("How far.")
    vendor_status: str | None = plain("The vendor's own word for that.")


@view(model.Provisioning, name="PartnerCenterProvisioning", description="How far a line is provisioned.")
class PartnerCenterProvisioningView:
    status: model.ProvisioningStatus = plain("How far.")
    vendor_status: str | None = plain("The vendor's own word for that.")
    quantities: list[PartnerCenterProvisionedQuantityView] = plain("The same by parts of the quantity.")


@view(model.LineDetails, name="PartnerCenterLineDetails", description="What only Partner Center says of a line.")
class PartnerCenterLineDetailsView:
    catalog_item: PartnerCenterCatalogItemView | None = plain("The item in its parts; null for a legacy offer.")
    friendly_name: str | None = plain("The partner's own label.")
    transaction_type: model.LineTransaction | None = plain("What it does.")
    vendor_transaction_type: str | None = plain("The vendor's own word for that.")
    parent_subscription_id: str | None = plain("The subscription that a legacy add-on belongs to.")
    partner_id_on_record: str | None = plain("The reseller, by PartnerID.")
    additional_partner_ids_on_record: list[str] = plain("Further resellers, by PartnerID.")
    provisioning_context: list[KeyValueView] = plain("What the item needed to be set up.")
    renews_to: PartnerCenterRenewalView | None = plain("What it renews to.")
    promotion_id: str | None = plain("The promotion used.")
    custom_term_end_date: datetime | None = plain("When the first term is to end.")
    attestation_accepted: bool | None = plain("Whether the item's attestation was accepted.")
    pricing: PartnerCenterPricingView | None = plain("Its prices.")
    purchase_commitment: PartnerCenterCommitmentView | None = plain("For savings plans.")
    provisioning: PartnerCenterProvisioningView | None = edge(
        provisioning,
        "How far it is provisioned: a call per order, by a user's login; null without one.",
        calls=calls(partner_center=1, read="provisioning", of="Order"),
    )
    links: list[VendorLinkView] = plain("Links that the vendor sent along.")
