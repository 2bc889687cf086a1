"""Sellercloud's fields that are written, one by one: which input each comes from, and that it goes out there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from gateway.vendors.sellercloud import mapping_write as wire
from gateway.vendors.sellercloud.blocks import Block, blocks_of
from gateway.vendors.sellercloud.commands import (
    AddressDraft,
    CaseLineDraft,
    CustomColumnChange,
    InvoiceChange,
    LinePatch,
    LinesDraft,
    OrderChange,
    PurchaseOrderDraft,
    ShipmentDraft,
    TotalsChange,
    TrackingChange,
    UnitLineDraft,
)
from gateway.vendors.sellercloud.words import (
    SellercloudCarrier,
    SellercloudDiscountType,
    SellercloudPoType,
    SellercloudProgress,
)
from tests.vendors.fieldrow import WriteRow
from tests.vendors.sellercloud.write_desk import line_ref, ref

ORDER: Final = 20_417
DAY: Final = datetime(2020, 5, 25, 21, 58, 33, 197_000, tzinfo=UTC)
DAY_TEXT: Final = "2020-05-25T21:58:33.197Z"

UNIT: Final = UnitLineDraft(
    product_id="MUG-11OZ",
    qty_units_ordered=48,
    unit_price=Decimal("3.25"),
    discount_type=SellercloudDiscountType.FIXED_AMOUNT,
    discount_value=Decimal("0.10"),
    warehouse_id=8,
    item_notes="gently",
)
CASE: Final = CaseLineDraft(
    product_id="BOWL-WHT",
    qty_cases_ordered=10,
    qty_units_per_case=24,
    case_price=Decimal("70.50"),
    discount_type=SellercloudDiscountType.PERCENTAGE,
    discount_value=Decimal("2.5"),
    warehouse_id=9,
    item_notes="this side up",
)
ADDRESS: Final = AddressDraft(
    first_name="Rita",
    last_name="Moss",
    middle_name="Q",
    zip_code="08701",
    city="Lakewood",
    country="us",
    business="Acme",
    address_line1="5 Elm Rd",
    address_line2="Dock 3",
    fax="555-1",
    region="East",
    state="NJ",
    phone="555-2",
)
DRAFT: Final = PurchaseOrderDraft(
    company_id=163,
    vendor_id=812,
    po_type=SellercloudPoType.VENDOR_OFFER,
    default_warehouse_id=7,
    description="Spring restock",
    vendor_note="Dock 3",
    payment_term_id=4,
    expected_delivery_date=DAY,
    lines=LinesDraft(units=(UNIT,)),
    billing_address=replace(ADDRESS, first_name="Bill"),
    shipping_address=ADDRESS,
)
CHANGE: Final = OrderChange(
    description="New title",
    instructions="New note",
    company_id=164,
    vendor_id=813,
    ordered_on_date=DAY,
    requested_on_date=DAY,
    expected_delivery_date=DAY,
    cancel_by_date=DAY,
    set_lines=(
        LinePatch(
            line_id=line_ref(ORDER, 99_001),
            qty_units_ordered=5,
            unit_price=Decimal("1.25"),
            qty_cases_ordered=6,
            qty_units_per_case=7,
            case_price=Decimal("8.75"),
            expected_delivery_date=DAY,
        ),
    ),
    remove_line_ids=(line_ref(ORDER, 99_002),),
    tracking=TrackingChange(tracking_number="1Z", shipped_via_carrier="UPS", shipped_on=DAY),
    invoice=InvoiceChange(invoice_number="INV-7", invoice_date=DAY),
    totals=TotalsChange(
        tax_total=Decimal("1.10"),
        other_total=Decimal("2.20"),
        shipping_total=Decimal("3.30"),
        shipping_total_third_party=Decimal("4.40"),
    ),
    custom_columns=(CustomColumnChange(name="BUYER", value="RM"),),
    quick_books_exported=False,
)
PARCELS: Final = OrderChange(
    tracking=TrackingChange(
        shipments=(
            ShipmentDraft(
                tracking_number="N1",
                shipping_carrier=SellercloudCarrier.OTHER,
                other_carrier="Kuehne+Nagel",
                shipped_on=DAY,
            ),
        ),
        remove_shipment_keys=("5",),
        shipping_status=SellercloudProgress.PARTIAL,
    )
)


def bodies(change: OrderChange) -> dict[str, Any]:
    """What each block of a change sends, by its method and the end of its address."""
    return {called(one): one.body(one.wanted) for one in blocks_of(change, str(ORDER), ())}


def called(block: Block) -> str:
    end = "SetQuickBookStatus" if block.below is None else "/".join(block.below)
    return f"{block.method} {end}".strip()


SAMPLE: Final[Mapping[str, Any]] = {
    "units": wire.order_body(DRAFT),
    "cases": wire.order_body(replace(DRAFT, lines=LinesDraft(cases=(CASE,)))),
    "refs": (ref(ORDER).parts, line_ref(ORDER, 99_001).parts),
    **bodies(CHANGE),
    **{name: body for name, body in bodies(PARCELS).items() if "Multiple" in name},
}

CREATE: Final = "Purchase order: what is created"
ADDRESSES: Final = "Address of a new purchase order"
UPDATE: Final = "Purchase order: what is changed"
LINES: Final = "Lines: what is changed"

PO: Final = "SellercloudPurchaseOrderInput."
U: Final = "SellercloudUnitLineInput."
C: Final = "SellercloudCaseLineInput."
A: Final = "SellercloudAddressInput."
O: Final = "UpdateSellercloudOrderInput."  # noqa: E741 - one letter each
T: Final = "SellercloudTrackingInput."
S: Final = "SellercloudShipmentInput."
L: Final = "SellercloudLinePatch."


def row(
    section: str,
    name: str,
    type_: str,
    homes: str,
    value: Callable[[Any], object],
    expect: object,
    note: str = "",
) -> WriteRow:
    return WriteRow(section, name, type_, tuple(homes.split()), value, expect, note)


def top(name: str, type_: str, home: str, expect: object, note: str = "") -> WriteRow:
    return row(CREATE, name, type_, PO + home, lambda s: s["units"][name], expect, note)


def both(name: str, type_: str, home: str, expect: tuple[object, object], note: str = "") -> WriteRow:
    """A field of lines of both modes."""
    value: Callable[[Any], object] = lambda s: (s["units"]["Products"][0][name], s["cases"]["Products"][0][name])  # noqa: E731
    return row(CREATE, f"Products[].{name}", type_, f"{U}{home} {C}{home}", value, expect, note)


def one_mode(mode: str, name: str, type_: str, home: str, expect: object) -> WriteRow:
    """A field of lines of one mode, which lines of the other leave out."""
    other = "cases" if mode == "units" else "units"
    return row(
        CREATE,
        f"Products[].{name}",
        type_,
        home,
        lambda s: (s[mode]["Products"][0][name], name in s[other]["Products"][0]),
        (expect, False),
        f"only where CaseQtyMode is {'false' if mode == 'units' else 'true'}",
    )


def address(name: str, home: str, expect: str, note: str = "") -> WriteRow:
    return row(ADDRESSES, name, "text", A + home, lambda s: s["units"]["ShippingAddress"][name], expect, note)


def put(section: str, call: str, name: str, type_: str, home: str, expect: object, note: str = "") -> WriteRow:
    return row(section, name, type_, home, lambda s: s[call][name], expect, note or f"`{call}`")


def patched(name: str, type_: str, home: str, expect: object) -> WriteRow:
    return row(LINES, name, type_, L + home, lambda s: s["PUT Items"]["Items"][0][name], expect, "`PUT Items`")


ROWS: Final[tuple[WriteRow, ...]] = (
    top("CompanyID", "int", "companyId", 163),
    top("VendorID", "int", "vendorId", 812),
    top("POType", "PurchaseOrder, CreditMemo, VendorOffer", "poType", "VendorOffer", "sent as the name"),
    row(
        CREATE,
        "CaseQtyMode",
        "bool",
        f"{PO}lines SellercloudLinesInput.units SellercloudLinesInput.cases",
        lambda s: (s["units"]["CaseQtyMode"], s["cases"]["CaseQtyMode"]),
        (False, True),
        "which of the two is given",
    ),
    top("DefaultWarehouseID", "int", "defaultWarehouseId", 7, "set on the order and on every line"),
    top("Description", "text", "description", "Spring restock"),
    top("VendorNote", "text", "vendorNote", "Dock 3", "read back as Instructions, which is assumed"),
    top("PaymentTermID", "int", "paymentTermId", 4),
    top("ExpectedDeliveryDate", "date", "expectedDeliveryDate", DAY_TEXT, "takes a setting of the tenant"),
    row(
        CREATE,
        "Products",
        "list",
        f"{PO}lines",
        lambda s: (len(s["units"]["Products"]), len(s["cases"]["Products"])),
        (1, 1),
    ),
    both("ProductID", "text", "productId", ("MUG-11OZ", "BOWL-WHT"), "the SKU"),
    one_mode("units", "QtyUnitsOrdered", "int > 0", f"{U}qtyUnitsOrdered", 48),
    one_mode("units", "UnitPrice", "decimal ≥ 0", f"{U}unitPrice", Decimal("3.25")),
    one_mode("cases", "QtyCasesOrdered", "int > 0", f"{C}qtyCasesOrdered", 10),
    one_mode("cases", "QtyUnitsPerCase", "int > 0", f"{C}qtyUnitsPerCase", 24),
    one_mode("cases", "CasePrice", "decimal ≥ 0", f"{C}casePrice", Decimal("70.50")),
    both("DiscountType", "FixedAmount, Percentage", "discountType", ("FixedAmount", "Percentage")),
    both("DiscountValue", "decimal", "discountValue", (Decimal("0.10"), Decimal("2.5"))),
    both("WarehouseID", "int", "warehouseId", (8, 9)),
    both("ItemNotes", "text", "itemNotes", ("gently", "this side up"), "cannot be changed later"),
    row(
        CREATE,
        "BillingAddress",
        "address",
        f"{PO}billingAddress",
        lambda s: s["units"]["BillingAddress"]["FirstName"],
        "Bill",
        "takes a setting of the tenant; cannot be read back",
    ),
    row(
        CREATE,
        "ShippingAddress",
        "address",
        f"{PO}shippingAddress",
        lambda s: s["units"]["ShippingAddress"]["FirstName"],
        "Rita",
    ),
    address("FirstName", "firstName", "Rita"),
    address("LastName", "lastName", "Moss"),
    address("MiddleName", "middleName", "Q"),
    address("ZipCode", "zipCode", "08701"),
    address("City", "city", "Lakewood"),
    address("Country", "country", "US", "two letters, sent in capitals"),
    address("Business", "business", "Acme"),
    address("AddressLine1", "addressLine1", "5 Elm Rd"),
    address("AddressLine2", "addressLine2", "Dock 3"),
    address("Fax", "fax", "555-1"),
    address("Region", "region", "East"),
    address("State", "state", "NJ"),
    address("Phone", "phone", "555-2"),
    row(
        UPDATE,
        "id (path)",
        "int",
        "UpdateOrderInput.orderId CancelOrderInput.orderId",
        lambda s: s["refs"][0],
        ("20417",),
    ),
    put(UPDATE, "PUT", "CompanyId", "int", f"{O}companyId", 164, "general panel"),
    put(UPDATE, "PUT", "VendorId", "int", f"{O}vendorId", 813, "general panel"),
    put(UPDATE, "PUT", "Description", "text", f"{O}description", "New title", "general panel"),
    put(UPDATE, "PUT", "Instructions", "text", f"{O}instructions", "New note", "general panel"),
    put(UPDATE, "PUT", "OrderedOnDate", "datetime", f"{O}orderedOnDate", DAY_TEXT, "general panel"),
    put(UPDATE, "PUT", "RequestedOnDate", "datetime", f"{O}requestedOnDate", DAY_TEXT, "general panel"),
    put(UPDATE, "PUT", "ExpectedDeliveryDate", "datetime", f"{O}expectedDeliveryDate", DAY_TEXT, "general panel"),
    put(UPDATE, "PUT", "CancelByDate", "datetime", f"{O}cancelByDate", DAY_TEXT, "general panel"),
    put(UPDATE, "PUT TrackingNumber", "TrackingNumber", "text", f"{O}tracking {T}trackingNumber", "1Z"),
    put(UPDATE, "PUT TrackingNumber", "ShippedViaCarrier", "text", f"{T}shippedViaCarrier", "UPS"),
    put(UPDATE, "PUT TrackingNumber", "ShippedOn", "datetime", f"{T}shippedOn", DAY_TEXT),
    row(
        UPDATE,
        "TrackingNumbers[].TrackingNumber, .ShippingCarrier, .OtherCarrier, .ShippedOn",
        "UPS, USPS, FedEx, DHL, Other",
        f"{T}shipments {S}trackingNumber {S}shippingCarrier {S}otherCarrier {S}shippedOn",
        lambda s: s["POST TrackingNumber/Multiple"]["TrackingNumbers"],
        [
            {
                "ShippedOn": DAY_TEXT,
                "ShippingCarrier": "Other",
                "OtherCarrier": "Kuehne+Nagel",
                "TrackingNumber": "N1",
            }
        ],
        "with several tracking numbers",
    ),
    put(
        UPDATE,
        "POST TrackingNumber/Multiple",
        "ShippingStatus",
        "0 None, 1 PartiallyShipped, 2 FullyShipped",
        f"{T}shippingStatus",
        1,
    ),
    put(UPDATE, "DELETE TrackingNumber/Multiple", "TrackingNumbersIDs", "ints", f"{T}removeShipmentKeys", [5]),
    put(
        UPDATE,
        "PUT Invoice",
        "InvoiceNumber",
        "text",
        f"{O}invoice SellercloudInvoiceInput.invoiceNumber",
        "INV-7",
    ),
    put(UPDATE, "PUT Invoice", "InvoiceDate", "datetime", "SellercloudInvoiceInput.invoiceDate", DAY_TEXT),
    put(UPDATE, "PUT Total", "TaxTotal", "decimal", f"{O}totals SellercloudTotalsInput.taxTotal", Decimal("1.10")),
    put(UPDATE, "PUT Total", "OtherTotal", "decimal", "SellercloudTotalsInput.otherTotal", Decimal("2.20")),
    put(UPDATE, "PUT Total", "ShippingTotal", "decimal", "SellercloudTotalsInput.shippingTotal", Decimal("3.30")),
    put(
        UPDATE,
        "PUT Total",
        "ShippingTotalThirdParty",
        "decimal",
        "SellercloudTotalsInput.shippingTotalThirdParty",
        Decimal("4.40"),
    ),
    row(
        UPDATE,
        "ColumnName, Value",
        "text",
        f"{O}customColumns SellercloudCustomColumnInput.name SellercloudCustomColumnInput.value",
        lambda s: s["PUT CustomColumns"],
        {"ColumnName": "BUYER", "Value": "RM"},
        "`PUT CustomColumns`, a call for each",
    ),
    row(
        UPDATE,
        "PurchaseIDs, Exported",
        "ints, bool",
        f"{O}quickBooksExported",
        lambda s: s["PUT SetQuickBookStatus"],
        {"PurchaseIDs": [20_417], "Exported": False},
        "`PUT SetQuickBookStatus`",
    ),
    row(
        LINES,
        "create-lines (a bare array)",
        "list",
        f"{O}addLines",
        lambda _: [one.body(one.wanted) for one in blocks_of(OrderChange(add_lines=DRAFT.lines), str(ORDER), ())],
        [wire.lines_body((UNIT,))],
        "`POST Items`: the lines of a new purchase order",
    ),
    row(
        LINES,
        "ID",
        "int",
        f"{O}setLines {L}lineId",
        lambda s: (s["refs"][1], s["PUT Items"]["Items"][0]["ID"]),
        (("20417", "99001"), 99_001),
        "`PUT Items`",
    ),
    patched("QtyUnitsOrdered", "int > 0", "qtyUnitsOrdered", 5),
    patched("UnitPrice", "decimal ≥ 0", "unitPrice", Decimal("1.25")),
    patched("QtyCasesOrdered", "int > 0", "qtyCasesOrdered", 6),
    patched("QtyUnitsPerCase", "int > 0", "qtyUnitsPerCase", 7),
    patched("CasePrice", "decimal ≥ 0", "casePrice", Decimal("8.75")),
    patched("ExpectedDeliveryDate", "datetime", "expectedDeliveryDate", DAY_TEXT),
    row(
        LINES,
        "PoItemsIDs (a bare array)",
        "ints",
        f"{O}removeLineIds",
        lambda s: s["DELETE Items"],
        [99_002],
        "`DELETE Items`; the page leaves open whether the array has a name",
    ),
)
