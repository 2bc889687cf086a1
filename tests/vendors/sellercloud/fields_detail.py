"""The detail of a purchase order, field by field."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from gateway.model.values import AuditEvent, Party
from gateway.vendors.sellercloud import words
from tests.vendors.sellercloud.fielding import field, money
from tests.vendors.sellercloud.samples import Sample, moment

DETAIL: Final = "Purchase order: detail"
D: Final = "SellercloudOrderDetails."
A: Final = "SellercloudAddress."


def event(n: int) -> Callable[[Sample], object]:
    return lambda s: s.detail.audit and s.detail.audit[n]


DETAIL_FIELDS: Final = (
    field(
        DETAIL,
        "Purchase.Instructions",
        "string",
        "Order.notes",
        lambda s: s.detail.notes,
        "Dock 3",
        "sent as VendorNote; that the two are one is assumed",
    ),
    field(
        DETAIL,
        "Purchase.CurrencyCode",
        "the vendor's own number, 0 to 174",
        f"Order.currency {D}vendorCurrency",
        lambda s: (s.detail.currency, s.more.vendor_currency),
        ("EUR", "EUR"),
    ),
    field(
        DETAIL,
        "Purchase.CurrencyRateToUSD",
        "number",
        f"{D}currencyRateToUsd",
        lambda s: s.more.currency_rate_to_usd,
        Decimal("1.09"),
    ),
    field(
        DETAIL,
        "Purchase.CurrencyRateFromUSD",
        "number",
        f"{D}currencyRateFromUsd",
        lambda s: s.more.currency_rate_from_usd,
        Decimal("0.917"),
    ),
    field(
        DETAIL,
        "Purchase.OrderType",
        "0 Default, 1 Regular, 2 DropShip, 3 WrapAndLabel",
        f"{D}orderType {D}vendorOrderType",
        lambda s: (s.more.order_type, s.more.vendor_order_type),
        (words.SellercloudOrderType.DROP_SHIP, "DropShip"),
    ),
    field(DETAIL, "Purchase.RequestedOn", "date-time", f"{D}requestedOn", lambda s: s.more.requested_on, moment(9)),
    field(
        DETAIL, "Purchase.CancelByDate", "date-time", f"{D}cancelByDate", lambda s: s.more.cancel_by_date, moment(10)
    ),
    field(
        DETAIL,
        "Purchase.RequireExpectedDeliveryDate",
        "bool",
        f"{D}expectedDeliveryDateRequired",
        lambda s: s.more.expected_delivery_date_required,
        True,
    ),
    field(
        DETAIL,
        "Purchase.IsWarehouseBinsEnabled",
        "bool",
        f"{D}warehouseBinsEnabled",
        lambda s: s.more.warehouse_bins_enabled,
        True,
    ),
    field(DETAIL, "Purchase.CreditMemoID", "int", f"{D}creditMemoId", lambda s: s.more.credit_memo_id, 20002),
    field(DETAIL, "Purchase.RelatedFbaId", "int", f"{D}relatedFbaId", lambda s: s.more.related_fba_id, 31001),
    field(
        DETAIL,
        "Purchase.RelatedWfsShipmentId",
        "int",
        f"{D}relatedWfsShipmentId",
        lambda s: s.more.related_wfs_shipment_id,
        31002,
    ),
    field(
        DETAIL,
        "Purchase.RelatedPOFBAPlanningId",
        "int",
        f"{D}relatedFbaPlanningId",
        lambda s: s.more.related_fba_planning_id,
        31003,
    ),
    field(DETAIL, "Purchase.TotalCBM", "number", f"{D}totalCbm", lambda s: s.more.total_cbm, Decimal("1.75")),
    field(DETAIL, "Purchase.TotalWeight", "string", f"{D}totalWeight", lambda s: s.more.total_weight, "12.5 lb"),
    field(
        DETAIL,
        "Purchase.ShipToAddress.PhoneNumberExt",
        "string",
        f"{A}phoneExtension",
        lambda s: s.more.phone_extension,
        "21",
    ),
    field(
        DETAIL,
        "Purchase.ShipToAddress.HomePhoneExt",
        "string",
        f"{A}homePhoneExtension",
        lambda s: s.more.home_phone_extension,
        "22",
    ),
    field(
        DETAIL,
        "Statuses.InvoicedStatus",
        "string",
        "SellercloudInvoicing.invoicedStatus",
        lambda s: s.more.invoiced_status,
        "Partially Invoiced",
        "the words are not published",
    ),
    field(
        DETAIL,
        "Statuses.InventoryCount",
        "string",
        f"{D}inventoryCount",
        lambda s: s.more.inventory_count,
        "Enabled",
        "the words are not published",
    ),
    field(
        DETAIL,
        "Statuses.EmailSent",
        "string",
        f"{D}emailSent",
        lambda s: s.more.email_sent,
        "Yes",
        "the words are not published",
    ),
    field(DETAIL, "VendorAndInvoice.PaymentTermID", "int", f"{D}paymentTermId", lambda s: s.more.payment_term_id, 4),
    field(
        DETAIL,
        "VendorAndInvoice.InvoiceDate",
        "date-time",
        "SellercloudInvoicing.invoiceDate",
        lambda s: s.more.invoice_date,
        moment(11),
    ),
    field(
        DETAIL,
        "VendorAndInvoice.InvoiceLineCount",
        "string",
        "SellercloudInvoicing.invoiceLineCount",
        lambda s: s.more.invoice_line_count,
        "2 of 3",
    ),
    field(
        DETAIL,
        "VendorAndInvoice.EnableVendorInvoicesWorkflow",
        "bool",
        "SellercloudInvoicing.workflowEnabled",
        lambda s: s.more.workflow_enabled,
        True,
        "also in Metadata",
    ),
    field(
        DETAIL,
        "VendorAndInvoice.EnableMultipleinvoicesforpurchaseorders",
        "bool",
        "SellercloudInvoicing.multipleInvoicesEnabled",
        lambda s: s.more.multiple_invoices_enabled,
        False,
    ),
    field(
        DETAIL,
        "VendorAndInvoice.TotalPaid",
        "number",
        "SellercloudPayment.paid",
        lambda s: s.more.paid,
        money("200.01", "EUR"),
        "amounts of the detail have the order's currency",
    ),
    field(
        DETAIL,
        "VendorAndInvoice.OverRecived",
        "number",
        "SellercloudReceiving.overReceived",
        lambda s: s.more.over_received,
        Decimal("6.5"),
        "the vendor's spelling; the type is assumed",
    ),
    field(
        DETAIL,
        "TotalInfo.IsFullyRecivedandshipped",
        "bool",
        "SellercloudReceiving.fullyReceivedAndShipped",
        lambda s: s.more.fully_received_and_shipped,
        False,
        "the vendor's spelling",
    ),
    *(
        field(DETAIL, f"TotalInfo.{name}", "number", f"SellercloudTotals.{home}", value, money(f"300.0{n}", "EUR"))
        for n, (name, home, value) in enumerate(
            (
                ("SubTotal", "subTotal", lambda s: s.more.totals.sub_total),
                ("MultiDiscountTotal", "multiDiscountTotal", lambda s: s.more.totals.multi_discount_total),
                (
                    "ShippingTotalThirdParty",
                    "shippingTotalThirdParty",
                    lambda s: s.more.totals.shipping_total_third_party,
                ),
                ("DropShipFeeTotal", "dropShipFeeTotal", lambda s: s.more.totals.drop_ship_fee_total),
                ("CustomsTotal", "customsTotal", lambda s: s.more.totals.customs_total),
                ("OtherTotal", "otherTotal", lambda s: s.more.totals.other_total),
                ("SmallOrderFee", "smallOrderFee", lambda s: s.more.totals.small_order_fee),
                ("CreditCardFee", "creditCardFee", lambda s: s.more.totals.credit_card_fee),
                ("UnreceivedTotal", "unreceivedTotal", lambda s: s.more.totals.unreceived_total),
            ),
            1,
        )
    ),
    field(
        DETAIL,
        "TotalInfo.FreeShipping",
        "bool",
        "SellercloudTotals.freeShipping",
        lambda s: s.more.totals.free_shipping,
        True,
    ),
    field(
        DETAIL,
        "TotalInfo.DiscountTotalFixed",
        "bool",
        "SellercloudTotals.discountTotalFixed",
        lambda s: s.more.totals.discount_total_fixed,
        False,
    ),
    field(
        DETAIL,
        "TotalInfo.HidePrices",
        "bool",
        "SellercloudTotals.pricesHidden",
        lambda s: s.more.totals.prices_hidden,
        False,
        "amounts of the detail are null then",
    ),
    *(
        field(
            DETAIL,
            f"Changes.{word}On, .{word}By, .{word}ByEmployeeId",
            "date-time, string, int",
            "Order.audit AuditEvent.event AuditEvent.at AuditEvent.by",
            event(n),
            AuditEvent(word.lower(), moment(12 + n), Party(str(31 + n), who)),
            "no event without a date",
        )
        for n, (word, who) in enumerate(
            (("Created", "Ann"), ("Updated", "Ben"), ("Approved", "Cleo"), ("Received", "Dora"))
        )
    ),
    field(
        DETAIL,
        "RelatedPurchaseOrders[].RelatedPoID",
        "int",
        "SellercloudRelatedOrder.number SellercloudRelatedOrder.order",
        lambda s: (s.more.related_orders[0].number, s.more.related_orders[0].ref.parts),
        ("20003", ("20003",)),
    ),
    field(
        DETAIL,
        "RelatedPurchaseOrders[].RelationshipType",
        "0 Unknown, 1 SplitFrom, 2 SplitTo",
        "SellercloudRelatedOrder.relation SellercloudRelatedOrder.vendorRelation",
        lambda s: (s.more.related_orders[0].relation, s.more.related_orders[0].vendor_relation),
        (words.SellercloudRelation.SPLIT_TO, "SplitTo"),
    ),
    field(
        DETAIL,
        "RelatedPurchaseOrders[].CreatedOn",
        "date-time",
        "SellercloudRelatedOrder.createdOn",
        lambda s: s.more.related_orders[0].created_on,
        moment(16),
    ),
    field(
        DETAIL, "RelatedItems[].ID", "int", "SellercloudRelatedItem.key", lambda s: s.more.related_items[0].key, "880"
    ),
    field(
        DETAIL,
        "RelatedItems[].RecordType",
        "string",
        "SellercloudRelatedItem.recordType",
        lambda s: s.more.related_items[0].record_type,
        "FBAShipment",
    ),
    field(
        DETAIL, "CustomColumns[].ID", "int", "SellercloudCustomColumn.key", lambda s: s.more.custom_columns[0].key, "3"
    ),
    field(
        DETAIL,
        "CustomColumns[].ColumnName",
        "string",
        "SellercloudCustomColumn.name",
        lambda s: s.more.custom_columns[0].name,
        "PO_SEASON",
    ),
    field(
        DETAIL,
        "CustomColumns[].DisplayName",
        "string",
        "SellercloudCustomColumn.displayName",
        lambda s: s.more.custom_columns[0].display_name,
        "Season",
    ),
    field(
        DETAIL,
        "CustomColumns[].Value",
        "string",
        "SellercloudCustomColumn.value",
        lambda s: s.more.custom_columns[0].value,
        "Autumn",
    ),
    field(
        DETAIL,
        "CustomColumns[].DataType",
        "0 String … 6 Hyperlink",
        "SellercloudCustomColumn.dataType SellercloudCustomColumn.vendorDataType",
        lambda s: (s.more.custom_columns[0].data_type, s.more.custom_columns[0].vendor_data_type),
        (words.SellercloudDataType.LONG_TEXT, "nText"),
    ),
    field(
        DETAIL,
        "CustomColumns[].IsRequired",
        "bool",
        "SellercloudCustomColumn.required",
        lambda s: s.more.custom_columns[0].required,
        True,
    ),
    field(
        DETAIL,
        "Metadata.EnableCaseQty",
        "bool",
        f"{D}caseQtyMode",
        lambda s: s.more.case_qty_mode,
        True,
        "sent as CaseQtyMode; PoCaseQtyEnabled of the call for the lines wins",
    ),
    field(
        DETAIL,
        "Metadata.EnabledMultipleDiscounts",
        "bool",
        f"{D}multipleDiscountsEnabled",
        lambda s: s.more.multiple_discounts_enabled,
        True,
    ),
    field(
        DETAIL,
        "Metadata.PurchaseOrderCurrencyDigitsCount",
        "int",
        f"{D}currencyDigits",
        lambda s: s.more.currency_digits,
        4,
    ),
)
