"""Partner Center's subscriptions → the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.account import Account
from gateway.model.agreement import ProductSubscription, SubscriptionStatus
from gateway.model.ref import Kind, Ref
from gateway.model.values import KeyValue, OrderedItem
from gateway.vendors.partner_center import mapping_commerce as commerce
from gateway.vendors.partner_center.details import (
    RefundablePart,
    RefundableQuantity,
    RefundOption,
    SubscriptionDetails,
)
from gateway.vendors.reading import Row

STATUSES: Final[Mapping[str, SubscriptionStatus]] = {
    "active": SubscriptionStatus.ACTIVE,
    "pending": SubscriptionStatus.PENDING,
    "suspended": SubscriptionStatus.SUSPENDED,
    "expired": SubscriptionStatus.EXPIRED,
    "disabled": SubscriptionStatus.DISABLED,
    "deleted": SubscriptionStatus.TERMINATED,  # the vendor's word for cancelled
}


def subscription(row: Row, account: Account, customer: str) -> ProductSubscription:
    """A subscription of `customer`. Raises VendorBadAnswer."""
    customer = commerce.canonical(customer)
    commerce.owned(row, customer)
    ref = Ref.of(account.id, Kind.SUBSCRIPTION, customer, row.required("id"))
    status, word = row.word(STATUSES, SubscriptionStatus.UNKNOWN, "status")
    cycle, cycle_word = commerce.billing_cycle(row)
    order = row.filled("orderId")
    ends_at = row.moment("commitmentEndDateTime") or row.moment("commitmentEndDate")
    return ProductSubscription(
        ref=ref,
        number=ref.parts[1],
        name=row.text("offerName"),
        status=status,
        vendor_status=word,
        quantity=row.integer("quantity"),
        term_duration=row.duration("termDuration"),
        billing_cycle=cycle,
        vendor_billing_cycle=cycle_word,
        auto_renew=row.boolean("autoRenewEnabled"),
        starts_at=row.moment("effectiveStartDate"),
        commitment_ends_at=ends_at,
        open_ended=False if ends_at else _endless(row) or None,
        order=Ref.of(account.id, Kind.ORDER, customer, order) if order else None,
        details=_details(row),
    )


def _endless(row: Row) -> bool:
    """The year 9999 says that there is no end."""
    return any((row.text(name) or "").startswith("9999") for name in ("commitmentEndDateTime", "commitmentEndDate"))


def _details(row: Row) -> SubscriptionDetails:
    offer, product = row.filled("offerId"), row.row("productType")
    kind = product.filled("id")
    refundable = row.row("refundableQuantity")
    return SubscriptionDetails(
        item=OrderedItem(offer, name=row.text("offerName")) if offer else None,
        friendly_name=row.text("friendlyName"),
        product_type=KeyValue(kind, product.text("displayName") or "") if kind else None,
        unit_type=row.text("unitType"),
        parent_subscription_id=row.filled("parentSubscriptionId"),
        created_at=row.moment("creationDate"),
        billing_cycle_end_date=row.moment("billingCycleEndDate"),
        cancellation_allowed_until_date=row.moment("cancellationAllowedUntilDate"),
        renewal_term_duration=row.duration("renewalTermDuration"),
        trial=row.boolean("isTrial"),
        billing_type=row.text("billingType"),
        promotion_id=row.text("promotionId"),
        partner_id=row.text("partnerId"),
        publisher_name=row.text("publisherName"),
        contract_type=row.text("contractType"),
        actions=row.texts("actions"),
        suspension_reasons=row.texts("suspensionReasons"),
        refund_options=tuple(
            RefundOption(one.text("type"), one.moment("expiresAt")) for one in row.rows("refundOptions")
        ),
        refundable_quantity=_refundable(refundable) if refundable else None,
        scheduled_next_term_instructions=commerce.next_term(row),
        etag=row.row("attributes").text("etag"),
        links=commerce.links(row),
    )


def _refundable(row: Row) -> RefundableQuantity:
    parts = (RefundablePart(one.integer("quantity"), one.moment("allowedUntilDateTime")) for one in row.rows("details"))
    return RefundableQuantity(row.integer("totalQuantity"), tuple(parts))
