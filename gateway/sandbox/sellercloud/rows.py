"""A purchase order as the list gives it: no currency, no names of parties; lines with received units."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.addresses import ship_to_address
from gateway.sandbox.sellercloud.notation import Notation, money
from gateway.sandbox.sellercloud.records import ZERO, Line, PurchaseOrder, Tracking


def row(po: PurchaseOrder, notation: Notation) -> dict[str, Any]:
    """Source: the vendor's Swagger, model of GET /PurchaseOrders."""
    enum, date = notation.enum, notation.date
    return {
        "ID": po.id,
        "PurchaseTitle": po.title,
        "POType": enum(enums.PO_TYPE, po.type),
        "CompanyID": po.company_id,
        "VendorID": po.vendor_id,
        "WarehouseID": po.warehouse_id,
        "CreatedOn": date(po.created),
        "CreatedBy": po.created_by,
        "DateOrdered": date(po.ordered),
        "LastRevisedOn": date(po.revised),
        "RevisedBy": po.revised_by,
        "PurchaseOrderStatus": enum(enums.PO_STATUS_IN_LIST, po.status),
        "PaymentStatus": enum(enums.PAYMENT_STATUS, po.payment_status),
        "PurchaseOrdersShippingStatus": enum(enums.SHIPPING_STATUS, po.shipping_status),
        "ReceivingStatus": enum(enums.RECEIVING_STATUS, po.receiving_status),
        "PurchaseOrdersPriority": enum(enums.PRIORITY, po.priority),
        "PurchaseOrdersApproved": po.approved,
        **_amounts(po),
        "TrackingNumber": po.tracking_number,
        "CourierService": po.carrier,
        "TrackingNumbers": [tracking(entry, notation) for entry in po.tracking],
        "ShippedOn": date(po.shipped_on),
        "PaidOn": date(po.paid_on),
        "ExpectedDeliveryDate": date(po.expected),
        "VendorInvoiceNumber": po.invoice_number,
        "VendorInvoiceFileName": po.invoice_file and f"{po.id}_{po.invoice_file}",
        "VendorInvoiceFileNameOriginal": po.invoice_file,
        "Invoices": invoices(po),
        "Memo": po.memo,
        "DisplayName": f"PO #{po.id}",
        "NotesCount": po.notes_count,
        "EmailSentCount": po.emails_sent,
        "UnitCounts": sum(line.units for line in po.lines),
        "CM": 0,
        "CancelledPOID": po.cancelled_po_id,
        "DropShipOrderNumber": po.drop_ship_order,
        "DisableInventoryCount": po.inventory_count_disabled,
        "bExported": po.exported,
        "PurchaseOrderCreditMemo": po.type == 1,
        "RequestedShippingCarrier": po.requested_carrier,
        "RequestedShippingService": po.requested_service,
        "Items": [_line(line, notation) for line in po.lines],
        "ShipToAddress": ship_to_address(po.ship_to, po.id, notation),
    }


def tracking(entry: Tracking, notation: Notation) -> dict[str, Any]:
    return {
        "ShippedOn": notation.date(entry.shipped_on),
        "ShippingCarrier": entry.carrier,
        "TrackingNumber": entry.number,
    }


def invoices(po: PurchaseOrder) -> list[dict[str, Any]]:
    numbers = ([po.invoice_number] if po.invoice_number else []) + list(po.more_invoices)
    return [{"InvoiceNumber": number} for number in numbers]


def _amounts(po: PurchaseOrder) -> dict[str, float]:
    order_total = po.order_total
    received = order_total - po.unreceived_total
    return {
        "OrderTotal": money(order_total),
        "TaxTotal": money(po.tax),
        "ShippingTotal": money(po.shipping),
        "GrandTotal": money(po.grand_total),
        "DiscountTotal": money(po.gross - order_total),
        "ExtraCharges": money(po.other),
        "TotalBalance": money(po.balance),
        "TotalBalanceNotReceivedGood": money(max(ZERO, po.balance - received)),
        "TotalRefunded": money(po.refunded),
    }


def _line(line: Line, notation: Notation) -> dict[str, Any]:
    return {
        "ID": line.id,
        "SKU": line.sku,
        "VendorSKU": line.vendor_sku,
        "ProductName": line.name,
        "QtyOrdered": line.units,
        "QtyReceived": line.received,
        "UnitPrice": money(line.unit_price),
        "AdjustedPrice": money(line.adjusted_unit_price),
        "LineTotal": money(line.total),
        "ExpectedDeliveryDate": notation.date(line.expected),
        "ItemNotes": line.notes,
    }
