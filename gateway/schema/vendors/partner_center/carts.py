"""Views of Partner Center's carts."""

from __future__ import annotations

from datetime import datetime

import strawberry

from gateway.model import cart as model
from gateway.model.account import Account
from gateway.model.values import BillingCycle
from gateway.schema.account import VendorAccountView
from gateway.schema.context import Info
from gateway.schema.scalars import CurrencyCode, Duration
from gateway.schema.values import KeyValueView, Node, OrderedItemView, PartyView, VendorLinkView
from gateway.schema.vendors.partner_center.commerce import (
    PartnerCenterCatalogItemView,
    PartnerCenterCommitmentView,
    PartnerCenterNextTermView,
    PartnerCenterPricingView,
    PartnerCenterRenewalView,
)
from gateway.schema.view import described, edge, plain, view

described(
    model.CartStatus,
    "CartStatus",
    "How a cart stands.",
    ACTIVE="It can be changed and checked out.",
    ORDERED="It was checked out.",
    EXPIRED="Its time is over.",
    UNKNOWN="The vendor used a word that this gateway does not know, or none.",
)
described(
    model.ParticipantRole,
    "ParticipantRole",
    "What part another partner has in a purchase.",
    TRANSACTION_RESELLER="The reseller who makes the sale.",
    ADDITIONAL_TRANSACTION_RESELLER="A further reseller of the same sale.",
    CONSUMPTION_RESELLER="The reseller whom use is credited to.",
    UNKNOWN="The vendor used a word that this gateway does not know, or none.",
)


def account(root: strawberry.Parent[model.Cart], info: Info) -> Account:
    return info.context.accounts[root.ref.account].account


@view(model.CartParticipant, name="CartParticipant", description="Another partner with a part in a purchase.")
class CartParticipantView:
    role: model.ParticipantRole = plain("Its part.")
    vendor_role: str | None = plain("The vendor's own word for that.")
    partner_id: str = plain("The partner's PartnerID.")


@view(model.CartLineError, name="CartLineError", description="Why the vendor would not take a line of a cart.")
class CartLineErrorView:
    code: int = plain("The vendor's number for it; 0 where it gave none.")
    name: str | None = plain("The number's published name.")
    message: str | None = plain("The vendor's words: untrusted, capped, without control characters.")
    details: list[KeyValueView] = plain("What the vendor says besides, such as how many are left.")


@view(model.CartLine, name="CartLine", description="A line of a cart.")
class CartLineView:
    line_id: int = plain("Its number in the cart, from 0; add-ons count on.")
    item: OrderedItemView = plain("What would be ordered.")
    catalog_item: PartnerCenterCatalogItemView | None = plain("The same in its parts; null for a legacy offer.")
    friendly_name: str | None = plain("The partner's own label.")
    quantity: int | None = plain("Licences or instances.")
    currency: CurrencyCode | None = plain("The currency of its prices, filled in by the vendor.")
    billing_cycle: BillingCycle | None = plain("How often would be billed.")
    vendor_billing_cycle: str | None = plain("The vendor's own word for that.")
    term_duration: Duration | None = plain("How long is committed.")
    custom_term_end_date: datetime | None = plain("When the first term is to end.")
    promotion_id: str | None = plain("The promotion used; the vendor may add one by itself.")
    attestation_accepted: bool | None = plain("Whether the item's attestation was accepted.")
    participants: list[CartParticipantView] = plain("Other partners in the purchase.")
    provisioning_context: list[KeyValueView] = plain("What the item needs to be set up.")
    purchase_commitment: PartnerCenterCommitmentView | None = plain("For savings plans.")
    renews_to: PartnerCenterRenewalView | None = plain("What it renews to.")
    scheduled_next_term_instructions: PartnerCenterNextTermView | None = plain("What follows the first term.")
    addon_items: list[CartLineView] = plain("Add-ons, for legacy offers.")
    order_group: str | None = plain("Lines of one group become one order.")
    pricing: PartnerCenterPricingView | None = plain("Its prices.")
    error: CartLineErrorView | None = plain("Why the vendor would not take it.")


@view(model.Cart, name="Cart", description="A shopping cart for one customer at Partner Center.", keys=["id"])
class CartView(Node):
    account: VendorAccountView = edge(account, "The account it belongs to.")
    number: str = plain("The vendor's identifier.")
    customer: PartyView = plain("For whom.")
    status: model.CartStatus = plain("How it stands.")
    vendor_status: str | None = plain("The vendor's own word for that.")
    created_at: datetime | None = plain("When it was made.")
    updated_at: datetime | None = plain("When it last changed.")
    expires_at: datetime | None = plain("When its time is over; changing it wins none.")
    last_modified_by: str | None = plain("The user or application that changed it last, by object id.")
    partner_on_record_attestation_accepted: bool | None = plain("Whether the partner on record attested.")
    lines: list[CartLineView] = plain("What would be ordered.")
    ready_for_checkout: bool = plain("Active, not expired, and no line or add-on with an error.")
    etag: str | None = plain("The vendor's mark of this state.")
    links: list[VendorLinkView] = plain("Links that the vendor sent along.")


@view(model.CheckoutError, name="CheckoutError", description="Why a group of lines did not become an order.")
class CheckoutErrorView:
    order_group: str = plain("The group.")
    code: int | None = plain("The vendor's number for it.")
    message: str | None = plain("The vendor's words: untrusted, capped, without control characters.")
    lines: list[CartLineView] = plain("The cart's lines of that group.")
