"""Lines and parcels of a purchase order, field by field."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from gateway.vendors.sellercloud import words
from tests.vendors.sellercloud.fielding import field, money
from tests.vendors.sellercloud.samples import moment

LINE: Final = "Line: list row"
LINE_DETAIL: Final = "Line: detail, or the call for the lines"
PARCEL: Final = "Tracking numbers"
L: Final = "SellercloudLineDetails."

LINE_FIELDS: Final = (
    field(
        LINE,
        "Items[].ID",
        "int",
        "Line.number Line.id",
        lambda s: (s.line.number, s.line.ref.parts),
        ("99001", ("20417", "99001")),
    ),
    field(
        LINE,
        "Items[].SKU",
        "string",
        "OrderedItem.key OrderedItem.sku",
        lambda s: (s.line.item.key, s.line.item.sku),
        ("MUG-11OZ", "MUG-11OZ"),
        "sent as ProductID",
    ),
    field(LINE, "Items[].ProductName", "string", "OrderedItem.name", lambda s: s.line.item.name, "Mug 11oz"),
    field(LINE, "Items[].VendorSKU", "string", f"{L}vendorSku", lambda s: s.line_row.vendor_sku, "M11"),
    field(
        LINE,
        "Items[].QtyOrdered",
        "int",
        "Line.quantity",
        lambda s: s.line.quantity,
        48,
        "what it counts where cases are ordered is not published",
    ),
    field(LINE, "Items[].QtyReceived", "int", f"{L}qtyReceived", lambda s: s.line_row.qty_received, 47),
    field(LINE, "Items[].UnitPrice", "number", "Line.unitPrice", lambda s: s.line.unit_price, money("3.25")),
    field(
        LINE, "Items[].AdjustedPrice", "number", f"{L}adjustedPrice", lambda s: s.line_row.adjusted_price, money("3.21")
    ),
    field(LINE, "Items[].LineTotal", "number", "Line.total", lambda s: s.line.total, money("154.08")),
    field(
        LINE,
        "Items[].ExpectedDeliveryDate",
        "date-time",
        f"{L}expectedDeliveryDate",
        lambda s: s.line_row.expected_delivery_date,
        moment(8),
    ),
    field(LINE, "Items[].ItemNotes", "string", "Line.notes", lambda s: s.line.notes, "fragile"),
    field(
        LINE_DETAIL,
        "Items[].PurchaseID",
        "int",
        "Line.order",
        lambda s: s.line.order.parts,
        ("20417",),
        "taken from the order that the line stands on",
    ),
    field(
        LINE_DETAIL,
        "Items[].QtyOnHand",
        "int",
        f"{L}qtyOnHand",
        lambda s: s.line_more.qty_on_hand,
        71,
        "seen by clients, not published; so are all of the detail's lines",
    ),
    field(
        LINE_DETAIL, "Items[].QtyInContainer", "int", f"{L}qtyInContainer", lambda s: s.line_more.qty_in_container, 72
    ),
    field(
        LINE_DETAIL,
        "Items[].PreSellQuantity",
        "int",
        f"{L}preSellQuantity",
        lambda s: s.line_more.pre_sell_quantity,
        73,
    ),
    field(LINE_DETAIL, "Items[].IsKit", "bool", f"{L}kit", lambda s: s.line_more.kit, True),
    field(
        LINE_DETAIL,
        "Items[].FinalSubTotal",
        "number",
        f"{L}finalSubTotal",
        lambda s: s.line_more.final_sub_total,
        money("400.01", "EUR"),
    ),
    field(
        LINE_DETAIL,
        "Items[].MultiDiscountTotal",
        "number",
        f"{L}multiDiscountTotal",
        lambda s: s.line_more.multi_discount_total,
        money("400.02", "EUR"),
    ),
    field(
        LINE_DETAIL,
        "Items[].ExtraCostPerUnit",
        "number",
        f"{L}extraCostPerUnit",
        lambda s: s.line_more.extra_cost_per_unit,
        money("400.03", "EUR"),
    ),
    field(
        LINE_DETAIL,
        "Items[].ExtraCostPOBasedPerUnit",
        "number",
        f"{L}extraCostPoBasedPerUnit",
        lambda s: s.line_more.extra_cost_po_based_per_unit,
        money("400.04", "EUR"),
    ),
    field(
        LINE_DETAIL,
        "Items[].TotalCases, .QtyCasesOrdered",
        "int",
        f"{L}qtyCasesOrdered",
        lambda s: (s.line_more.qty_cases_ordered, s.line_by_lines.qty_cases_ordered),
        (4, 5),
        "null where units are ordered",
    ),
    field(
        LINE_DETAIL,
        "Items[].QtyPerCase, .QtyUnitsPerCase",
        "int",
        f"{L}qtyUnitsPerCase",
        lambda s: (s.line_more.qty_units_per_case, s.line_by_lines.qty_units_per_case),
        (12, 24),
        "null where units are ordered",
    ),
    field(
        LINE_DETAIL,
        "Items[].PricePerCase, .CostPerCase, .CasePrice",
        "number",
        f"{L}casePrice",
        lambda s: (s.line_more.case_price, s.line_by_lines.case_price),
        (money("38.50", "EUR"), money("70", "EUR")),
        "null where units are ordered",
    ),
    field(
        LINE_DETAIL,
        "Items[].DiscountType",
        "0 FixedAmount, 1 Percentage",
        f"{L}discountType {L}vendorDiscountType",
        lambda s: (s.line_more.discount_type, s.line_by_lines.vendor_discount_type),
        (words.SellercloudDiscountType.PERCENTAGE, "FixedAmount"),
    ),
    field(
        LINE_DETAIL,
        "Items[].DiscountValue",
        "number",
        f"{L}discountValue",
        lambda s: (s.line_more.discount_value, s.line_by_lines.discount_value),
        (Decimal("2.5"), Decimal("1.5")),
        "per unit or per line is not published",
    ),
    field(
        LINE_DETAIL,
        "Items[].DefaultWarehouseID",
        "int",
        f"{L}warehouseId",
        lambda s: s.line_more.warehouse_id,
        8,
        "sent as WarehouseID",
    ),
)

PARCEL_FIELDS: Final = (
    field(
        PARCEL,
        "TrackingNumbers[].ID",
        "int",
        "SellercloudShipment.key",
        lambda s: s.shipment.key,
        "5",
        "in the call for tracking numbers alone",
    ),
    field(
        PARCEL,
        "TrackingNumbers[].TrackingNumber",
        "string",
        "SellercloudShipment.trackingNumber",
        lambda s: (s.row.shipping.shipments[0].tracking_number, s.shipment.tracking_number),
        ("FX-TWO", "94-THREE"),
    ),
    field(
        PARCEL,
        "TrackingNumbers[].ShippingCarrier",
        "UPS, USPS, FedEx, DHL, Other",
        "SellercloudShipment.carrier",
        lambda s: (s.row.shipping.shipments[0].carrier, s.shipment.carrier),
        ("FedEx", "USPS"),
    ),
    field(
        PARCEL,
        "TrackingNumbers[].ShippedOn",
        "date-time",
        "SellercloudShipment.shippedOn",
        lambda s: (s.row.shipping.shipments[0].shipped_on, s.shipment.shipped_on),
        (moment(4), moment(17)),
    ),
)
