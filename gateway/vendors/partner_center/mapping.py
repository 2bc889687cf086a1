"""Partner Center's orders, their provisioning and their files → the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway.errors import VendorBadAnswer
from gateway.model.account import Account
from gateway.model.agreement import ProductSubscription
from gateway.model.order import (
    Attachment,
    AttachmentKind,
    DocumentRequirement,
    DocumentState,
    Line,
    Order,
    OrderStatus,
    OrderType,
)
from gateway.model.ref import Kind, Ref
from gateway.model.values import AuditEvent, BillingCycle, OrderedItem, Vendor
from gateway.vendors.partial import Partial
from gateway.vendors.partner_center import mapping_commerce as commerce
from gateway.vendors.partner_center.details import (
    Client,
    LineDetails,
    LineTransaction,
    OrderDetails,
    ProvisionedQuantity,
    Provisioning,
    ProvisioningStatus,
)
from gateway.vendors.reading import Row, fold

ORDER_STATUSES: Final[Mapping[str, OrderStatus]] = {
    "pending": OrderStatus.PROCESSING,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
    "suspended": OrderStatus.SUSPENDED,
    "pendingreview": OrderStatus.IN_REVIEW,
    "pendingpoupload": OrderStatus.ACTION_REQUIRED,
    "pouploadcomplete": OrderStatus.IN_REVIEW,
    "poreviewrejected": OrderStatus.REJECTED,
    "partialsuccess": OrderStatus.PARTIALLY_COMPLETED,
    "error": OrderStatus.FAILED,
}
DOCUMENT_STATES: Final[Mapping[str, DocumentState]] = {
    "pendingpoupload": DocumentState.REQUIRED,
    "pouploadcomplete": DocumentState.SUBMITTED,
    "pendingreview": DocumentState.POSSIBLE,
    "poreviewrejected": DocumentState.REJECTED,
    "pending": DocumentState.NOT_WAITING,
    "completed": DocumentState.NOT_WAITING,
    "cancelled": DocumentState.NOT_WAITING,
    "suspended": DocumentState.NOT_WAITING,
    "partialsuccess": DocumentState.NOT_WAITING,
    "error": DocumentState.NOT_WAITING,
}
LINE_TRANSACTIONS: Final[Mapping[str, LineTransaction]] = {
    "new": LineTransaction.NEW,
    "renew": LineTransaction.RENEW,
    "addquantity": LineTransaction.ADD_QUANTITY,
    "removequantity": LineTransaction.REMOVE_QUANTITY,
    "cancel": LineTransaction.CANCEL,
    "convert": LineTransaction.CONVERT,
    "customercredit": LineTransaction.CUSTOMER_CREDIT,
}
ORDER_TYPES: Final[Mapping[LineTransaction, OrderType]] = {
    LineTransaction.NEW: OrderType.PURCHASE,
    LineTransaction.RENEW: OrderType.RENEWAL,
    LineTransaction.ADD_QUANTITY: OrderType.CHANGE,
    LineTransaction.REMOVE_QUANTITY: OrderType.CHANGE,
    LineTransaction.CONVERT: OrderType.CHANGE,
    LineTransaction.CANCEL: OrderType.TERMINATION,
    LineTransaction.CUSTOMER_CREDIT: OrderType.CREDIT_MEMO,
}
PROVISIONING_STATUSES: Final[Mapping[str, ProvisioningStatus]] = {
    "fulfilled": ProvisioningStatus.FULFILLED,
    "unfulfilled": ProvisioningStatus.UNFULFILLED,
    "prefulfillmentpending": ProvisioningStatus.PREFULFILLMENT_PENDING,
}
ATTACHMENT_KINDS: Final[Mapping[str, AttachmentKind]] = {
    "poattachment": AttachmentKind.PURCHASE_ORDER,
    "tenderattachment": AttachmentKind.TENDER,
}
KNOWN_OF_A_SUBSCRIPTION: Final = frozenset({"id", "account", "number", "agreement"})


def order(row: Row, account: Account, customer: str) -> Order:
    """An order of `customer`, whose lists and ids it came under. Raises VendorBadAnswer."""
    customer = commerce.canonical(customer)
    commerce.owned(row, customer)
    number = row.required("id")
    ref = Ref.of(account.id, Kind.ORDER, customer, number)
    status, word = row.word(ORDER_STATUSES, OrderStatus.UNKNOWN, "status")
    currency = row.filled("currencyCode")
    created_at = row.moment("creationDate")
    cycle, cycle_word = commerce.billing_cycle(row)
    lines = tuple(_line(line, ref, currency, cycle, cycle_word) for line in row.every("lineItems"))
    return Order(
        ref=ref,
        account_name=account.name,
        vendor=Vendor.PARTNER_CENTER,
        number=number,
        number_scope=customer,
        type=_order_type(row, lines),
        vendor_type=row.filled("transactionType"),
        status=status,
        vendor_status=word,
        created_at=created_at,
        customer=commerce.customer_party(account.id, customer),
        currency=currency,
        total=row.money("totalPrice", currency),
        lines=lines,
        documents=_documents(word),
        subscriptions=_distinct(line.subscription for line in lines),
        audit=(AuditEvent("created", created_at, None),) if created_at else (),
        details=OrderDetails(
            alternate_id=row.text("alternateId"),
            billing_cycle=cycle,
            vendor_billing_cycle=cycle_word,
            currency_symbol=row.text("currencySymbol"),
            transaction_type=row.filled("transactionType"),
            client=_client(row.row("client")),
            etag=row.row("attributes").text("etag"),
            links=commerce.links(row),
        ),
        tie="/".join(ref.parts),
    )


def provisioning(body: Any) -> Mapping[str, Provisioning]:
    """How far each line is, by line number. Raises VendorBadAnswer."""
    lines = commerce.readable(body, "provisioning status", _provisioned_line)
    if lines.omitted:
        raise VendorBadAnswer("The vendor's provisioning status has lines that cannot be read.")
    return dict(lines)


def attachments(body: Any, order: Ref) -> Partial[Attachment]:
    """The files of an order, as far as they can be read. Raises VendorBadAnswer."""
    return commerce.readable(body, "attachment list", lambda row: attachment(row, order))


def attachment(row: Row, order: Ref) -> Attachment:
    ref = order.child(Kind.ATTACHMENT, row.required("attachmentId"))
    kind, word = row.word(ATTACHMENT_KINDS, AttachmentKind.OTHER, "attachmentType")
    return Attachment(
        ref=ref,
        number=ref.parts[-1],
        kind=kind,
        vendor_kind=word,
        file_name=row.text("fileName"),
        size_in_kilobytes=row.integer("sizeInKB"),
        order=order,
    )


def _line(row: Row, order: Ref, currency: str | None, cycle: BillingCycle | None, cycle_word: str | None) -> Line:
    number = row.integer("lineItemNumber")
    if number is None:
        raise VendorBadAnswer(f"The vendor's {row.where} has no lineItemNumber.")
    key = row.required("offerId")
    prices = commerce.pricing(row, currency)
    transaction, word = row.word(LINE_TRANSACTIONS, LineTransaction.UNKNOWN, "transactionType")
    return Line(
        ref=order.child(Kind.LINE, str(number)),
        number=str(number),
        item=OrderedItem(key),
        quantity=row.integer("quantity"),
        unit_price=prices.price if prices else None,
        total=prices.extended_price if prices else None,
        order=order,
        term_duration=row.duration("termDuration"),
        billing_cycle=cycle,
        vendor_billing_cycle=cycle_word,
        subscription=_subscription_reference(order, row.filled("subscriptionId")),
        details=LineDetails(
            order=order,
            number=str(number),
            catalog_item=commerce.catalog_item(key),
            friendly_name=row.text("friendlyName"),
            transaction_type=transaction if word else None,
            vendor_transaction_type=word,
            parent_subscription_id=row.filled("parentSubscriptionId"),
            partner_id_on_record=row.text("partnerIdOnRecord"),
            additional_partner_ids_on_record=row.texts("additionalPartnerIdsOnRecord"),
            provisioning_context=row.pairs("provisioningContext"),
            renews_to=commerce.renewal(row),
            promotion_id=row.text("promotionId"),
            custom_term_end_date=row.moment("customTermEndDate"),
            attestation_accepted=row.boolean("attestationAccepted"),
            pricing=prices,
            purchase_commitment=commerce.commitment(row),
            links=commerce.links(row),
        ),
    )


def _order_type(row: Row, lines: tuple[Line, ...]) -> OrderType:
    """What its lines do, where they agree; the order's own word tells only purchases and the system's bookings."""
    own = fold(row.text("transactionType") or "")
    if own == "systembilling":
        return OrderType.OTHER
    done = {
        ORDER_TYPES.get(line.details.transaction_type, OrderType.OTHER)
        for line in lines
        if isinstance(line.details, LineDetails) and line.details.transaction_type
    }
    if not done:
        return OrderType.PURCHASE if own == "userpurchase" else OrderType.OTHER
    return done.pop() if len(done) == 1 else OrderType.OTHER


def _documents(status: str | None) -> DocumentRequirement:
    state = DOCUMENT_STATES.get(fold(status or ""), DocumentState.UNKNOWN)
    # Files are taken only while the vendor waits for them; one call carries purchase orders and tenders.
    return DocumentRequirement(state, accepts_tender=state is DocumentState.REQUIRED)


def _subscription_reference(order: Ref, number: str | None) -> ProductSubscription | None:
    if number is None:
        return None
    ref = Ref.of(order.account, Kind.SUBSCRIPTION, order.parts[0], number)
    return ProductSubscription(ref=ref, number=ref.parts[1], known=KNOWN_OF_A_SUBSCRIPTION)


def _distinct(found: Iterable[ProductSubscription | None]) -> tuple[ProductSubscription, ...]:
    return tuple({one.ref: one for one in found if one is not None}.values())


def _client(row: Row) -> Client | None:
    return Client(row.text("marketplaceCountry"), row.text("deviceFamily"), row.text("name")) if row else None


def _provisioned_line(row: Row) -> tuple[str, Provisioning]:
    number = row.integer("lineItemNumber", "orderLineItemId")
    if number is None:
        raise VendorBadAnswer(f"The vendor's {row.where} names no line.")
    status, word = row.word(PROVISIONING_STATUSES, ProvisioningStatus.UNKNOWN, "status")
    parts = tuple(map(_provisioned_quantity, row.rows("quantityProvisioningInformation")))
    return str(number), Provisioning(status, word, tuple(part for part in parts if part is not None))


def _provisioned_quantity(row: Row) -> ProvisionedQuantity | None:
    quantity = row.integer("quantity")
    if quantity is None:
        return None
    return ProvisionedQuantity(quantity, *row.word(PROVISIONING_STATUSES, ProvisioningStatus.UNKNOWN, "status"))
