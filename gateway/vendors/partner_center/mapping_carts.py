"""Partner Center's carts → the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from gateway.errors import VendorBadAnswer
from gateway.model.account import Account
from gateway.model.cart import Cart, CartLine, CartLineError, CartParticipant, CartStatus, ParticipantRole
from gateway.model.ref import Kind, Ref
from gateway.model.values import OrderedItem
from gateway.vendors.partner_center import mapping_commerce as commerce
from gateway.vendors.reading import Row, shown

MAX_DEPTH: Final = 16

STATUSES: Final[Mapping[str, CartStatus]] = {"active": CartStatus.ACTIVE, "ordered": CartStatus.ORDERED}
ROLES: Final[Mapping[str, ParticipantRole]] = {
    "transactionreseller": ParticipantRole.TRANSACTION_RESELLER,
    "additionaltransactionreseller": ParticipantRole.ADDITIONAL_TRANSACTION_RESELLER,
    "consumptionreseller": ParticipantRole.CONSUMPTION_RESELLER,
}
# cart-resources up to 10015, the vendor's own client (CartErrorCode) beyond; other numbers have no public name.
ERROR_NAMES: Final[Mapping[int, str]] = {
    0: "Unknown",
    10000: "CurrencyIsNotSupported",
    10001: "CatalogItemIdIsNotValid",
    10002: "QuotaNotAvailable",
    10003: "InventoryNotAvailable",
    10004: "ParticipantsIsNotSupportedForPartner",
    10006: "UnableToProcessCartLineItem",
    10007: "SubscriptionIsNotValid",
    10008: "SubscriptionIsNotEnabledForRI",
    10009: "SandboxLimitExceeded",
    10010: "InvalidInput",
    10011: "SubscriptionNotRegistered",
    10012: "AttestationNotAccepted",
    10013: "BillingPlanNotSupported",
    10014: "InvalidPromotionId",
    10015: "MaxAllowedSeatsPerSubscriptionExceeded",
    10016: "InvalidCustomTermEndDateProduct",
    10017: "InvalidCustomTermEndDate",
    10018: "BaseOfferSeatQuantityNotMet",
    10019: "MinimumAddOnSeatsNotMet",
    500600: "LegacyOfferNotEligibleForPurchase",
}


def cart(body: Any, account: Account, customer: str, now: datetime) -> Cart:
    """A customer's cart as it stands at `now`; the vendor has no word for an expired one. Raises VendorBadAnswer."""
    row = Row(body, "cart")
    customer = commerce.canonical(customer)
    commerce.owned(row, customer)
    ref = Ref.of(account.id, Kind.CART, customer, row.required("id"))
    expires_at = row.moment("expirationTimestamp")
    status, word = row.word(STATUSES, CartStatus.UNKNOWN, "status")
    if status is CartStatus.ACTIVE and expires_at is not None and expires_at <= now:
        status = CartStatus.EXPIRED
    lines = tuple(_line(line, 1) for line in row.every("lineItems"))
    return Cart(
        ref=ref,
        number=ref.parts[1],
        customer=commerce.customer_party(account.id, customer),
        status=status,
        vendor_status=word,
        created_at=row.moment("creationTimestamp"),
        updated_at=row.moment("lastModifiedTimestamp"),
        expires_at=expires_at,
        last_modified_by=row.text("lastModifiedUser"),
        partner_on_record_attestation_accepted=row.boolean("partnerOnRecordAttestationAccepted"),
        lines=lines,
        ready_for_checkout=status is CartStatus.ACTIVE and not any(line.error for line in every_line(lines)),
        etag=row.row("attributes").text("etag"),
        links=commerce.links(row),
    )


def every_line(lines: tuple[CartLine, ...]) -> Iterator[CartLine]:
    """Lines and their add-ons, each before its own add-ons."""
    for line in lines:
        yield line
        yield from every_line(line.addon_items)


def _line(row: Row, depth: int) -> CartLine:
    line_id = row.integer("id")
    if line_id is None or depth > MAX_DEPTH:
        raise VendorBadAnswer("The vendor's cart has a line without an id, or add-ons nested beyond measure.")
    # The vendor's tables say `catalogId`, its wire says `catalogItemId`.
    key = row.required("catalogItemId", "catalogId")
    currency = row.filled("currencyCode")
    cycle, cycle_word = commerce.billing_cycle(row)
    error = row.row("error")
    return CartLine(
        line_id=line_id,
        item=OrderedItem(key),
        catalog_item=commerce.catalog_item(key),
        friendly_name=row.text("friendlyName"),
        quantity=row.integer("quantity"),
        currency=currency,
        billing_cycle=cycle,
        vendor_billing_cycle=cycle_word,
        term_duration=row.duration("termDuration"),
        custom_term_end_date=row.moment("customTermEndDate"),
        promotion_id=row.text("promotionId"),
        attestation_accepted=row.boolean("attestationAccepted"),
        participants=tuple(_participant(one) for one in row.rows("participants") if one.filled("value")),
        provisioning_context=row.pairs("provisioningContext"),
        purchase_commitment=commerce.commitment(row),
        renews_to=commerce.renewal(row),
        scheduled_next_term_instructions=commerce.next_term(row),
        addon_items=tuple(_line(one, depth + 1) for one in row.every("addonItems")),
        order_group=row.text("orderGroup"),
        pricing=commerce.pricing(row, currency),
        error=_error(error) if error else None,
    )


def _participant(row: Row) -> CartParticipant:
    return CartParticipant(*row.word(ROLES, ParticipantRole.UNKNOWN, "key"), row.required("value"))


def _error(row: Row) -> CartLineError:
    code = row.integer("errorCode") or 0
    return CartLineError(
        code, ERROR_NAMES.get(code), shown(row.filled("errorDescription")), row.pairs("additionalInformation")
    )
