"""Every field that Partner Center takes of carts: which input it comes from, and the JSON that the samples become."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from gateway.model.ref import Kind, Ref
from gateway.vendors.commands import CartLinePatch, UpdateCart
from gateway.vendors.partner_center.carts import place
from gateway.vendors.partner_center.checkout import headers
from gateway.vendors.partner_center.mapping_cart_writes import created, patched
from gateway.vendors.partner_center.mapping_carts import cart
from gateway.vendors.partner_center.repeats import Repeats
from gateway.vendors.partner_center.rules_change import of_change
from tests.vendors.fieldrow import WriteRow
from tests.vendors.partner_center.cart_samples import (
    CART,
    CUSTOMER,
    FULL_CHECKOUT,
    FULL_CREATE,
    FULL_LINE,
    LEGACY,
    LEGACY_ADDON,
    draft,
)
from tests.vendors.partner_center.samples import ACCOUNT

ATTEMPT: Any = SimpleNamespace(id=UUID("6a0b6d52-3a3c-4e0a-8f0d-0d9a4c2f7e11"), memo=None)
CHANGE: Final = UpdateCart(
    cart_id=CART,
    set_lines=(CartLinePatch(line_id=1, quantity=7),),
    add_lines=(draft(quantity=8),),
    remove_lines=(0,),
    partner_on_record_attestation_accepted=False,
)
BEFORE: Final = {"id": CART.parts[1], "lineItems": [{"id": 0, "quantity": 1}, {"id": 1, "quantity": 1}]}
CHANGED: Final = {"id": CART.parts[1], "lastModifiedTimestamp": "2026-03-01T10:00:00.1234567Z"}
CHANGED_AT: Final = datetime(2026, 3, 1, 10, 0, 0, 123_456, tzinfo=UTC)


def judged(expected: datetime) -> list[tuple[str, ...] | None]:
    """What is wrong with a change that expects the cart to be of that time."""
    known = cart(CHANGED, ACCOUNT, CUSTOMER, CHANGED_AT)
    command = UpdateCart(cart_id=CART, expected_updated_at=expected)
    return [error.field for error in of_change(command, CHANGED, known)]


SAMPLE: Final[dict[str, Any]] = {
    "customer": Ref.of("pc-1", Kind.CART, FULL_CREATE.customer_key, "x").parts[0],
    "create": created(FULL_CREATE),
    "update": patched(BEFORE, CHANGE),
    "expected": (judged(CHANGED_AT), judged(CHANGED_AT - timedelta(microseconds=1))),
    "path": place(CART),
    "headers": headers(FULL_CHECKOUT) | {"MS-RequestId": Repeats(ATTEMPT, {}).request_id},
}


def rows(section: str, start: str, *given: tuple[object, ...]) -> tuple[WriteRow, ...]:
    """Each given row: field, type, homes (names with blanks between), the way to it from `start` in the sample
    (numbers are places in a list), what is expected there, and perhaps a note."""
    return tuple(
        WriteRow(
            section,
            str(field),
            str(type_),
            tuple(str(homes).split()),
            reach(f"{start}/{way}".strip("/")),
            expect,
            *map(str, note),
        )
        for field, type_, homes, way, expect, *note in given
    )


def reach(where: str) -> Callable[[Any], object]:
    def value(found: Any) -> object:
        for step in where.split("/"):
            found = found[int(step)] if step.isdigit() else found[step]
        return found

    return value


def line(*fields: str) -> str:
    """The homes of a line's field: in a new line, and in a change of one."""
    return " ".join(f"{type_}.{field}" for field in fields for type_ in ("CartLineInput", "CartLinePatch"))


ROWS: Final[tuple[WriteRow, ...]] = (
    *rows(
        "Calls",
        "",
        ("customer_id of the path", "GUID", "CreateCartInput.customerKey", "customer", CUSTOMER, "in lower case"),
        (
            "MS-RequestId",
            "GUID",
            "CreateCartInput.idempotencyKey UpdateCartInput.idempotencyKey CheckoutCartInput.idempotencyKey",
            "headers/MS-RequestId",
            str(ATTEMPT.id),
            "one of ours for each key, the same on each repeat after a lost answer",
        ),
    ),
    *rows(
        "Carts",
        "",
        (
            "id, in the path",
            "GUID",
            "UpdateCartInput.cartId CheckoutCartInput.cartId",
            "path",
            ("customers", CUSTOMER, "carts", CART.parts[1]),
        ),
        (
            "lastModifiedTimestamp",
            "date-time",
            "UpdateCartInput.expectedUpdatedAt",
            "expected",
            ([], [("expectedUpdatedAt",)]),
            "compared, not sent",
        ),
        (
            "lineItems",
            "list, at least 1",
            "CreateCartInput.lines",
            "create/lineItems/1/friendlyName",
            "Suite for Bern",
        ),
        (
            "lineItems, changed",
            "list, at least 1",
            "UpdateCartInput.setLines UpdateCartInput.addLines UpdateCartInput.removeLines",
            "update/lineItems/0",
            {"id": 1, "quantity": 7},
            "the vendor takes a whole cart: it is read, changed and sent back with all that it holds",
        ),
        (
            "partnerOnRecordAttestationAccepted",
            "boolean",
            "CreateCartInput.partnerOnRecordAttestationAccepted",
            "create/partnerOnRecordAttestationAccepted",
            True,
        ),
        (
            "partnerOnRecordAttestationAccepted, changed",
            "boolean",
            "UpdateCartInput.partnerOnRecordAttestationAccepted",
            "update/partnerOnRecordAttestationAccepted",
            False,
        ),
    ),
    *rows(
        "Cart lines",
        "update/lineItems",
        (
            "id",
            "int",
            "CartLinePatch.lineId",
            "0/id",
            1,
            "names the line that changes; set by place from 0 in a new cart, and new lines count on",
        ),
    ),
    *rows(
        "Cart lines",
        "create/lineItems/0",
        (
            "catalogItemId",
            "`Product:Sku:Availability`, or a legacy offer",
            line("catalogItemId"),
            "catalogItemId",
            LEGACY,
        ),
        ("quantity", "int, at least 1", line("quantity"), "quantity", 5),
        (
            "billingCycle",
            "`monthly annual triennial one_time none`",
            line("billingCycle"),
            "billingCycle",
            "triennial",
        ),
        ("termDuration", "ISO 8601", line("termDuration"), "termDuration", "P3Y"),
        ("friendlyName", "string", line("friendlyName"), "friendlyName", "Suite for Berlin"),
        ("currencyCode", "ISO 4217", line("currency"), "currencyCode", "EUR", "filled in by the vendor"),
        (
            "customTermEndDate",
            "date-time",
            line("customTermEndDate"),
            "customTermEndDate",
            "2027-01-31T23:59:59Z",
        ),
        ("promotionId", "`Product:Sku:Promotion`", line("promotionId"), "promotionId", FULL_LINE.promotion_id),
        ("attestationAccepted", "boolean", line("attestationAccepted"), "attestationAccepted", False),
        (
            "addonItems",
            "list of lines",
            line("addonItems"),
            "addonItems/0/addonItems/0/catalogItemId",
            LEGACY_ADDON,
            "legacy only, nested to any depth",
        ),
        (
            "participants[].key",
            "`transaction_reseller additional_transaction_reseller consumption_reseller`",
            line("participants") + " CartParticipantInput.role",
            "participants/1/key",
            "additional_transaction_reseller",
            "at most 5",
        ),
        ("participants[].value", "PartnerID", "CartParticipantInput.partnerId", "participants/1/value", "5357001"),
        (
            "provisioningContext",
            "object of strings",
            line("provisioningContext") + " KeyValueInput.key KeyValueInput.value",
            "provisioningContext/scope",
            "shared",
        ),
        (
            "purchaseCommitment.amount",
            "double",
            line("purchaseCommitment") + " PartnerCenterCommitmentInput.amount MoneyInput.amount",
            "purchaseCommitment/amount",
            Decimal("7.25"),
            "sent as the exact digits",
        ),
        (
            "purchaseCommitment.currency",
            "string",
            "PartnerCenterCommitmentInput.amount MoneyInput.currency",
            "purchaseCommitment/currency",
            "USD",
        ),
        (
            "purchaseCommitment.grain",
            "string",
            "PartnerCenterCommitmentInput.grain",
            "purchaseCommitment/grain",
            "hourly",
        ),
        (
            "renewsTo.termDuration",
            "`P1M P1Y`",
            line("renewsTo") + " PartnerCenterRenewalInput.termDuration",
            "renewsTo/termDuration",
            "P1M",
        ),
        (
            "scheduledNextTermInstructions.quantity",
            "int",
            line("scheduledNextTermInstructions") + " PartnerCenterNextTermInput.quantity",
            "scheduledNextTermInstructions/quantity",
            9,
        ),
    ),
    *rows(
        "Cart lines",
        "create/lineItems/0/scheduledNextTermInstructions/product",
        (
            "scheduledNextTermInstructions.product.productId",
            "string",
            "PartnerCenterNextTermInput.product PartnerCenterProductTermInput.productId",
            "productId",
            "CFQ7TT000009",
        ),
        ("….product.skuId", "string", "PartnerCenterProductTermInput.skuId", "skuId", "0009"),
        (
            "….product.availabilityId",
            "string",
            "PartnerCenterProductTermInput.availabilityId",
            "availabilityId",
            "CFQ7TT00009Z",
        ),
        (
            "….product.billingCycle",
            "as above, and `biennial`",
            "PartnerCenterProductTermInput.billingCycle",
            "billingCycle",
            "biennial",
        ),
        ("….product.termDuration", "ISO 8601", "PartnerCenterProductTermInput.termDuration", "termDuration", "P2Y"),
    ),
    *rows(
        "Checkouts",
        "headers",
        (
            "x-ms-customeruser-upn",
            "header",
            "CheckoutCartInput.customerUserPrincipalName",
            "x-ms-customeruser-upn",
            "ada@fabrikam.example",
            "the user to assign licences to",
        ),
    ),
)
