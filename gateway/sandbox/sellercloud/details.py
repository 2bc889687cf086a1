"""A purchase order as GET by id gives it: nested blocks, the currency, custom columns and the feature flags."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.addresses import ship_to_address
from gateway.sandbox.sellercloud.notation import Notation, money
from gateway.sandbox.sellercloud.records import Line, PurchaseOrder
from gateway.sandbox.sellercloud.rows import invoices
from gateway.sandbox.sellercloud.settings import Settings
from gateway.sandbox.sellercloud.tenant import Tenant

_INVOICED_TEXT = {0: "Not Invoiced", 1: "Invoiced", 2: "Partially Invoiced"}


def detail(po: PurchaseOrder, tenant: Tenant, settings: Settings) -> dict[str, Any]:
    """Source: the vendor's Swagger and its page of 2024; the lines were seen by clients only."""
    notation = settings.notation()
    answer = {
        "Purchase": _purchase(po, tenant, settings),
        "Statuses": _statuses(po, notation),
        "VendorAndInvoice": _invoice(po, settings, notation),
        "TotalInfo": _totals(po, settings),
        "Changes": _changes(po, tenant, notation),
        "RelatedPurchaseOrders": [
            {
                "RelatedPoID": relation.po_id,
                "RelationshipType": notation.enum(enums.SPLIT_RELATION, relation.kind),
                "CreatedOn": notation.date(relation.created),
            }
            for relation in po.related
        ],
        "RelatedItems": _related_items(po),
        "CustomColumns": _columns(po, tenant, notation),
        "Metadata": _flags(po, settings),
        "ShowProductImageForItems": False,
        "EnablePoPrSellQuantity": False,
        "NotesCount": po.notes_count,
        "IsModified": False,
    }
    if settings.items_in_detail:
        answer["Items"] = [_line(po, line, settings, notation) for line in po.lines]
    return answer


def _purchase(po: PurchaseOrder, tenant: Tenant, settings: Settings) -> dict[str, Any]:
    notation = settings.notation()
    enum, date = notation.enum, notation.date
    warehouse = tenant.warehouses.get(po.warehouse_id)
    ship_to = ship_to_address(po.ship_to, po.id, notation)
    detail_only = po.ship_to and {
        "ClientID": 1,
        "UserID": 0,
        "HomePhoneExt": po.ship_to.home_phone_extension,
        "PhoneNumberExt": po.ship_to.phone_extension,
    }
    return {
        "POId": po.id,
        "CompanyId": po.company_id,
        "VendorId": po.vendor_id,
        "OrderedOn": date(po.ordered),
        "RequestedOn": date(po.requested),
        "OrderType": enum(enums.ORDER_TYPE, po.order_type),
        "OrderTypeEnable": True,
        "POType": enum(enums.PO_TYPE, po.type),
        "Description": po.title,
        "DefaultWarehouseID": po.warehouse_id,
        "ExpectedDelivery": date(po.expected),
        "RequireExpectedDeliveryDate": settings.force_expected_delivery_date,
        "CancelByDate": date(po.cancel_by),
        "CreditMemoID": po.credit_memo_id,
        "CurrencyCode": po.currency,
        "CurrencyRateToUSD": float(po.currency_rate),
        "CurrencyRateFromUSD": round(1 / float(po.currency_rate), 6),
        "ReceivingStatus": enum(enums.RECEIVING_STATUS, po.receiving_status),
        "RelatedFbaId": po.fba_id,
        "Instructions": po.instructions,
        "IsQBExported": po.exported,
        "IsWarehouseBinsEnabled": warehouse is not None and warehouse.enforce_bins,
        "IsModified": False,
        "CancelledPOID": po.cancelled_po_id,
        "RelatedWfsShipmentId": po.wfs_shipment_id,
        "TotalCBM": round(sum(line.units for line in po.lines) * 0.0021, 4),
        "TotalWeight": f"{sum(line.units for line in po.lines) * 0.75:.2f} lbs",
        "RelatedPOFBAPlanningId": po.fba_planning_id,
        "ShipToAddress": ship_to and detail_only and {**ship_to, **detail_only},
    }


def _statuses(po: PurchaseOrder, notation: Notation) -> dict[str, Any]:
    enum = notation.enum
    return {
        "Status": enum(enums.PO_STATUS, po.status),
        "IsApproved": po.approved,
        "Priority": enum(enums.PRIORITY, po.priority),
        "ShippingStatus": enum(enums.SHIPPING_STATUS, po.shipping_status),
        "ReceivingStatus": enum(enums.RECEIVING_STATUS, po.receiving_status),
        "PaymentStatus": enum(enums.PAYMENT_STATUS, po.payment_status),
        "InvoicedStatus": _INVOICED_TEXT[po.invoiced],
        "InventoryCount": "Disabled" if po.inventory_count_disabled else "Enabled",
        "EmailSent": "Yes" if po.emails_sent else "No",
    }


def _invoice(po: PurchaseOrder, settings: Settings, notation: Notation) -> dict[str, Any]:
    return {
        "PaymentTermID": po.payment_term_id,
        "InvoiceNumber": po.invoice_number or "",
        "InvoiceDate": notation.date(po.invoice_date),
        "VendorInvoice": {"FileName": po.invoice_file, "NewFileToken": None, "DeleteFile": False},
        "Memo": po.memo,
        "InvoiceLineCount": str(len(po.lines) if po.invoiced else 0),
        "InvoiceLink": None,
        "EnableVendorInvoicesWorkflow": settings.vendor_invoices_workflow,
        "EnableMultipleinvoicesforpurchaseorders": settings.multiple_invoices,
        "PaymentStatus": notation.enum(enums.PAYMENT_STATUS, po.payment_status),
        "Balance": money(po.balance),
        "TotalPaid": money(po.paid),
        "TotalRefunded": money(po.refunded),
        "OverRecived": 0.0,
        "Invoices": invoices(po),
        "IsModified": False,
    }


def _totals(po: PurchaseOrder, settings: Settings) -> dict[str, Any]:
    order_total = po.order_total
    amounts: dict[str, float | None] = {
        "SubTotal": money(po.gross),
        "DiscountTotal": money(po.gross - order_total),
        "MultiDiscountTotal": 0.0,
        "ShippingTotal": money(po.shipping),
        "ShippingTotalThirdParty": money(po.shipping_third_party),
        "DropShipFeeTotal": 0.0,
        "CustomsTotal": 0.0,
        "TaxTotal": money(po.tax),
        "OtherTotal": money(po.other),
        "SmallOrderFee": 0.0,
        "CreditCardFee": 0.0,
        "GrandTotal": money(po.grand_total),
        "UnreceivedTotal": money(po.unreceived_total),
    }
    if settings.hide_prices:
        amounts = dict.fromkeys(amounts)
    return {
        **amounts,
        "FreeShipping": settings.free_shipping,
        "DiscountTotalFixed": False,
        "EnableShippingTotal": True,
        "EditShippingTotal": not settings.per_session_receiving_cost,
        "HidePrices": settings.hide_prices,
        "IsFullyRecivedandshipped": po.receiving_status == 2 and po.shipping_status == 2,
    }


def _changes(po: PurchaseOrder, tenant: Tenant, notation: Notation) -> dict[str, Any]:
    moments = {
        "Created": (po.created_by, po.created),
        "Updated": (po.revised_by, po.revised),
        "Approved": (po.approved_by, po.approved_on),
        "Received": (po.received_by, po.received_on),
    }
    changes: dict[str, Any] = {}
    for event, (employee, moment) in moments.items():
        changes[f"{event}By"] = tenant.employees.get(employee)
        changes[f"{event}ByEmployeeId"] = employee
        changes[f"{event}On"] = notation.date(moment)
    return changes


def _related_items(po: PurchaseOrder) -> list[dict[str, Any]]:
    if not po.drop_ship_order:
        return []
    return [{"ID": po.drop_ship_order, "RecordType": "Order", "Url": f"/orders/{po.drop_ship_order}"}]


def _columns(po: PurchaseOrder, tenant: Tenant, notation: Notation) -> list[dict[str, Any]]:
    return [
        {
            "ID": column.id,
            "ColumnName": column.name,
            "DisplayName": column.display_name,
            "Value": po.columns.get(column.name),
            "DataType": notation.enum(enums.COLUMN_TYPE, column.data_type),
            "IsRequired": column.is_required,
        }
        for column in tenant.columns
    ]


def _flags(po: PurchaseOrder, settings: Settings) -> dict[str, Any]:
    return {
        "EnableCaseQty": po.case_mode,
        "EnablePerCaseQtyModeSetting": True,
        "EnabledMultipleDiscounts": settings.multi_discount,
        "FixedTotalDiscount": False,
        "EnableVendorInvoicesWorkflow": settings.vendor_invoices_workflow,
        "AllowToIgnoreInventoryInPurchaseOrder": False,
        "EnableShippingContainers": False,
        "EnablePOFBAAllocationQty": False,
        "EnableNotesForPurchaseItems": True,
        "EnableLocalNotesForPurchaseItems": False,
        "EnableCurrencySymbolForPO": False,
        "ShowASINAndUPCInPoItems": False,
        "ShowQtyOnHandInPoItems": False,
        "EnableExpectedDeliveryForPurchaseItems": True,
        "PurchaseOrderCurrencyDigitsCount": po.currency_digits,
    }


def _line(po: PurchaseOrder, line: Line, settings: Settings, notation: Notation) -> dict[str, Any]:
    return {
        "ID": line.id,
        "PurchaseID": po.id,
        "ProductID": line.sku,
        "ProductName": line.name,
        "VendorSKU": line.vendor_sku,
        "IsVendorSKUEditable": True,
        "IsKit": False,
        "ImageURL": None,
        "QtyOrdered": line.units,
        "QtyReceived": line.received,
        "QtyOnHand": (line.id * 37) % 500,
        "QtyInContainer": line.in_container,
        "UnitPrice": money(line.unit_price),
        "AdjustedPrice": money(line.adjusted_unit_price),
        "ExtraCostPerUnit": 0.0,
        "ExtraCostPOBasedPerUnit": 0.0,
        "DefaultWarehouseID": line.warehouse_id,
        "Total": money(line.total),
        "FinalSubTotal": money(line.total),
        "FinalSubTotalVisible": not settings.hide_prices,
        "MultiDiscountTotal": 0.0,
        "DiscountValue": money(line.discount_value),
        "DiscountType": notation.enum(enums.DISCOUNT_TYPE, line.discount_type),
        "PricePerCase": money(line.price) if line.case_mode else 0.0,
        "TotalCases": line.quantity if line.case_mode else 0,
        "QtyPerCase": line.units_per_case if line.case_mode else 0,
        "PreSellQuantity": 0,
        "PreSellQuantityEnabled": False,
        "LineDiscountDataContext": None,
        "ExpectedDeliveryDate": notation.date(line.expected),
        "RowStatus": 0,
        "IsModified": False,
    }
