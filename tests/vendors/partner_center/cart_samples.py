"""Carts to create, change and look for: each field of the inputs with a value of its own, every value invented."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.model.cart import ParticipantRole
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle
from gateway.vendors.commands import (
    Amount,
    CartLineDraft,
    CheckoutCart,
    CommitmentDraft,
    CreateCart,
    NextTermDraft,
    Pair,
    Participant,
    ProductTermDraft,
    RenewalDraft,
)

CUSTOMER = "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"
LEGACY = "91FD106F-4B2C-4938-95AC-F54F74E9A239"
LEGACY_ADDON = "796B6B5F-613C-4E24-A17C-EBA730D49C02"

PARTICIPANTS = (
    Participant(role=ParticipantRole.TRANSACTION_RESELLER, partner_id="5357000"),
    Participant(role=ParticipantRole.ADDITIONAL_TRANSACTION_RESELLER, partner_id="5357001"),
    Participant(role=ParticipantRole.CONSUMPTION_RESELLER, partner_id="5357002"),
)
NEXT_TERM = NextTermDraft(
    product=ProductTermDraft(
        product_id="CFQ7TT000009",
        sku_id="0009",
        availability_id="CFQ7TT00009Z",
        billing_cycle=BillingCycle.BIENNIAL,
        term_duration="P2Y",
    ),
    quantity=9,
)


def draft(item: str = "CFQ7TT000001:0002:CFQ7TT00000Z", quantity: int = 5, **more: Any) -> CartLineDraft:
    """A licence by the year, paid monthly."""
    known: dict[str, Any] = {"billing_cycle": BillingCycle.MONTHLY, "term_duration": "P1Y"} | more
    return CartLineDraft(catalog_item_id=item, quantity=quantity, **known)


def addon(quantity: int = 2, **more: Any) -> CartLineDraft:
    return draft(LEGACY_ADDON, quantity, term_duration=None, **more)


FULL_LINE = CartLineDraft(
    catalog_item_id=LEGACY,
    quantity=5,
    billing_cycle=BillingCycle.TRIENNIAL,
    term_duration="P3Y",
    friendly_name="Suite for Berlin",
    currency="EUR",
    custom_term_end_date=datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC),
    promotion_id="39NFJQT1PL41:0002:39NFJQT1Q5KL",
    attestation_accepted=False,
    participants=PARTICIPANTS,
    provisioning_context=(
        Pair(key="subscriptionId", value="c0ffee00-1111-4222-8333-944455566677"),
        Pair(key="scope", value="shared"),
    ),
    purchase_commitment=CommitmentDraft(amount=Amount(amount=Decimal("7.250"), currency="USD"), grain="hourly"),
    renews_to=RenewalDraft(term_duration="P1M"),
    scheduled_next_term_instructions=NEXT_TERM,
    addon_items=(addon(3, addon_items=(addon(4),)), addon(6)),
)
FULL_CREATE = CreateCart(
    customer_key=CUSTOMER,
    lines=(FULL_LINE, draft(friendly_name="Suite for Bern")),
    partner_on_record_attestation_accepted=True,
)
# What create-cart documents of a cart and its lines, as JSON that the vendor takes.
FULL_BODY = """{
  "lineItems": [
    {"id": 0, "catalogItemId": "91FD106F-4B2C-4938-95AC-F54F74E9A239", "quantity": 5, "billingCycle": "triennial",
     "termDuration": "P3Y", "friendlyName": "Suite for Berlin", "currencyCode": "EUR",
     "customTermEndDate": "2027-01-31T23:59:59Z", "promotionId": "39NFJQT1PL41:0002:39NFJQT1Q5KL",
     "attestationAccepted": false,
     "participants": [{"key": "transaction_reseller", "value": "5357000"},
                      {"key": "additional_transaction_reseller", "value": "5357001"},
                      {"key": "consumption_reseller", "value": "5357002"}],
     "provisioningContext": {"subscriptionId": "c0ffee00-1111-4222-8333-944455566677", "scope": "shared"},
     "purchaseCommitment": {"amount": 7.25, "currency": "USD", "grain": "hourly"},
     "renewsTo": {"termDuration": "P1M"},
     "scheduledNextTermInstructions": {
        "product": {"productId": "CFQ7TT000009", "skuId": "0009", "availabilityId": "CFQ7TT00009Z",
                    "billingCycle": "biennial", "termDuration": "P2Y"},
        "quantity": 9},
     "addonItems": [
        {"id": 1, "catalogItemId": "796B6B5F-613C-4E24-A17C-EBA730D49C02", "quantity": 3, "billingCycle": "monthly",
         "addonItems": [{"id": 2, "catalogItemId": "796B6B5F-613C-4E24-A17C-EBA730D49C02", "quantity": 4,
                         "billingCycle": "monthly"}]},
        {"id": 3, "catalogItemId": "796B6B5F-613C-4E24-A17C-EBA730D49C02", "quantity": 6, "billingCycle": "monthly"}]},
    {"id": 4, "catalogItemId": "CFQ7TT000001:0002:CFQ7TT00000Z", "quantity": 5, "billingCycle": "monthly",
     "termDuration": "P1Y", "friendlyName": "Suite for Bern"}],
  "partnerOnRecordAttestationAccepted": true
}"""

CART = Ref.of("pc-1", Kind.CART, CUSTOMER, "a1d3c7f2-6b58-4e0f-9d24-77c0e5b8f310")
FULL_CHECKOUT = CheckoutCart(cart_id=CART, customer_user_principal_name="ada@fabrikam.example")
