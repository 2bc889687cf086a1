"""A row of Sellercloud's purchase order list as our Order. The same row is read for one order and for many.

Field names and their meaning: the vendor's Swagger document and its page "Get all purchase orders".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from gateway.errors import VendorBadAnswer
from gateway.model.order import Line, Order, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.model.values import Money, OrderedItem, Party, Vendor
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud import mapping_words as words
from gateway.vendors.sellercloud.details import (
    SellercloudInvoicing,
    SellercloudLineDetails,
    SellercloudOrderDetails,
    SellercloudPayment,
    SellercloudReceiving,
    SellercloudShipment,
    SellercloudShipping,
    SellercloudTotals,
)
from gateway.vendors.sellercloud.mapping_address import ship_to
from gateway.vendors.sellercloud.words import SellercloudPaymentStatus, SellercloudPriority, SellercloudProgress

DEFERRED: Final = frozenset({"notes", "currency", "audit"})
TIE_DIGITS: Final = 10  # an id is a 32-bit number; padded, texts sort as the numbers do


@dataclass(frozen=True, slots=True)
class Home:
    """Where answers belong: the account's id and name, and the zone of the vendor's zone-less times."""

    account: str
    account_name: str
    zone: tzinfo

    def order(self, po_id: int | str) -> Ref:
        return Ref.of(self.account, Kind.ORDER, str(po_id))

    def entry(self, table: str, key: int | str) -> Ref:
        """A key of one of the reference tables."""
        return Ref.of(self.account, Kind.REFERENCE, table, str(key))


def rows_of(body: Any) -> tuple[Any, ...]:
    """The rows of a list's answer, which may be null; raises VendorBadAnswer where they are anything else."""
    items = Row(body, "list").get("Items")
    if not isinstance(items, list | None):
        raise VendorBadAnswer("The vendor's list is none.")
    return tuple(items or ())


def total_of(body: Any) -> int:
    """How many rows a list says it has in all; raises VendorBadAnswer where it does not."""
    total = Row(body, "list").integer("TotalResults")
    if total is None or total < 0:
        raise VendorBadAnswer("The vendor's list does not tell its length.")
    return total


def id_of(value: Any) -> int | None:
    """The id of a row, or None for a row that cannot be told from others."""
    return Row(value, "purchase order").identifier("ID")


def order_of(value: Any, home: Home) -> Order:
    """Raises VendorBadAnswer for a row, or a line of it, without an id, and for lines that are none."""
    row = Row(value, "purchase order")
    ref = home.order(required_id(row))
    kind, vendor_kind = words.word(row, words.PO_TYPE, OrderType.OTHER, "POType")
    status, vendor_status = words.word(row, words.ORDER_STATUS, OrderStatus.UNKNOWN, "PurchaseOrderStatus")
    return Order(
        ref=ref,
        account_name=home.account_name,
        vendor=Vendor.SELLERCLOUD,
        number=ref.parts[0],
        number_scope="",
        type=kind,
        vendor_type=vendor_kind,
        status=status,
        vendor_status=vendor_status,
        created_at=row.moment("CreatedOn", zone=home.zone),
        updated_at=row.moment("LastRevisedOn", zone=home.zone),
        title=row.text("PurchaseTitle"),
        customer=party(row.identifier("CompanyID"), "companies", home),
        supplier=party(row.identifier("VendorID"), "suppliers", home),
        total=amount(row, "GrandTotal"),
        lines=tuple(line_of(line, ref, home) for line in row.every("Items")),
        details=details_of(row, ref, home),
        tie=ref.parts[0].zfill(TIE_DIGITS),
        deferred=DEFERRED,
    )


def line_of(row: Row, order: Ref, home: Home) -> Line:
    number = str(required_id(row))
    sku = row.required("SKU", "ProductID")
    return Line(
        ref=order.child(Kind.LINE, number),
        number=number,
        item=OrderedItem(key=sku, sku=sku, name=row.text("ProductName")),
        quantity=row.integer("QtyOrdered"),
        unit_price=amount(row, "UnitPrice"),
        total=amount(row, "LineTotal"),
        notes=row.text("ItemNotes"),
        order=order,
        details=SellercloudLineDetails(
            order=order,
            line=number,
            vendor_sku=row.text("VendorSKU"),
            qty_received=row.integer("QtyReceived"),
            adjusted_price=amount(row, "AdjustedPrice"),
            expected_delivery_date=row.moment("ExpectedDeliveryDate", zone=home.zone),
        ),
    )


def details_of(row: Row, ref: Ref, home: Home) -> SellercloudOrderDetails:
    priority, vendor_priority = words.maybe_word(
        row, words.PRIORITY, SellercloudPriority.UNKNOWN, "PurchaseOrdersPriority"
    )
    return SellercloudOrderDetails(
        order=ref,
        company_id=row.identifier("CompanyID"),
        vendor_id=row.identifier("VendorID"),
        default_warehouse_id=row.identifier("WarehouseID"),
        ship_to_address=ship_to(row.row("ShipToAddress"), ref),
        priority=priority,
        vendor_priority=vendor_priority,
        approved=row.boolean("PurchaseOrdersApproved"),
        ordered_on=row.moment("DateOrdered", zone=home.zone),
        expected_delivery_date=row.moment("ExpectedDeliveryDate", zone=home.zone),
        shipping=shipping_of(row, ref, home),
        receiving=receiving_of(row, ref),
        payment=payment_of(row, ref, home),
        invoicing=invoicing_of(row, ref),
        totals=totals_of(row, ref),
        inventory_count_disabled=row.boolean("DisableInventoryCount"),
        email_sent_count=row.integer("EmailSentCount"),
        notes_count=row.integer("NotesCount"),
        unit_counts=row.integer("UnitCounts"),
        cm=row.integer("CM"),
        display_name=row.text("DisplayName"),
        quick_books_exported=row.boolean("bExported"),
        credit_memo=row.boolean("PurchaseOrderCreditMemo"),
        cancelled_po_id=row.identifier("CancelledPOID"),
        drop_ship_order_number=row.identifier("DropShipOrderNumber"),
    )


def shipping_of(row: Row, ref: Ref, home: Home) -> SellercloudShipping:
    status, vendor_status = words.maybe_word(
        row, words.SHIPPING, SellercloudProgress.UNKNOWN, "PurchaseOrdersShippingStatus"
    )
    return SellercloudShipping(
        status=status,
        vendor_status=vendor_status,
        tracking_number=row.text("TrackingNumber"),
        courier_service=row.text("CourierService"),
        shipped_on=row.moment("ShippedOn", zone=home.zone),
        requested_carrier=row.text("RequestedShippingCarrier"),
        requested_service=row.text("RequestedShippingService"),
        shipments=tuple(shipment_of(shipment, ref, home) for shipment in row.rows("TrackingNumbers")),
    )


def shipment_of(row: Row, ref: Ref, home: Home) -> SellercloudShipment:
    """A tracking number of the order; only the list of tracking numbers gives it an id."""
    key = row.identifier("ID")
    return SellercloudShipment(
        order=ref,
        key=None if key is None else str(key),
        tracking_number=row.text("TrackingNumber"),
        carrier=row.text("ShippingCarrier"),
        shipped_on=row.moment("ShippedOn", zone=home.zone),
    )


def receiving_of(row: Row, ref: Ref) -> SellercloudReceiving:
    status, vendor_status = words.maybe_word(row, words.RECEIVING, SellercloudProgress.UNKNOWN, "ReceivingStatus")
    return SellercloudReceiving(order=ref, status=status, vendor_status=vendor_status)


def payment_of(row: Row, ref: Ref, home: Home) -> SellercloudPayment:
    status, vendor_status = words.maybe_word(row, words.PAYMENT, SellercloudPaymentStatus.UNKNOWN, "PaymentStatus")
    return SellercloudPayment(
        order=ref,
        status=status,
        vendor_status=vendor_status,
        balance=amount(row, "TotalBalance"),
        balance_not_received=amount(row, "TotalBalanceNotReceivedGood"),
        refunded=amount(row, "TotalRefunded"),
        paid_on=row.moment("PaidOn", zone=home.zone),
    )


def invoicing_of(row: Row, ref: Ref) -> SellercloudInvoicing:
    numbers = (invoice.filled("InvoiceNumber") for invoice in row.rows("Invoices"))
    return SellercloudInvoicing(
        order=ref,
        invoice_number=row.text("VendorInvoiceNumber"),
        invoice_numbers=tuple(number for number in numbers if number is not None),
        file_name=row.text("VendorInvoiceFileName"),
        original_file_name=row.text("VendorInvoiceFileNameOriginal"),
        memo=row.text("Memo"),
    )


def totals_of(row: Row, ref: Ref) -> SellercloudTotals:
    return SellercloudTotals(
        order=ref,
        order_total=amount(row, "OrderTotal"),
        discount_total=amount(row, "DiscountTotal"),
        tax_total=amount(row, "TaxTotal"),
        shipping_total=amount(row, "ShippingTotal"),
        extra_charges=amount(row, "ExtraCharges"),
    )


def required_id(row: Row) -> int:
    number = row.identifier("ID")
    if number is None or number < 0:
        raise VendorBadAnswer(f"The vendor's {row.where} has no ID.")
    return number


def amount(row: Row, name: str) -> Money | None:
    """An amount of the list row, which never says in which currency."""
    return row.money(name, None)


def party(key: int | None, table: str, home: Home) -> Party | None:
    return None if key is None else Party(str(key), lookup=home.entry(table, key))
