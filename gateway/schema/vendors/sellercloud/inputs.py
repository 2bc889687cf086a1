"""Inputs of what only Sellercloud takes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from gateway.schema.input import input_of, optional, wanted
from gateway.vendors.sellercloud import commands
from gateway.vendors.sellercloud.words import (
    SellercloudCarrier,
    SellercloudDiscountType,
    SellercloudPoType,
    SellercloudProgress,
)

DISCOUNT_TYPE = "What `discountValue` is; only where the tenant has not enabled multiple discounts."
DISCOUNT_VALUE = "The discount; only together with `discountType`."
LINE_WAREHOUSE = "Where the line goes; the order's `defaultWarehouseId`, if given, is set on every line."
ITEM_NOTES = "Free text; it cannot be changed later."


@input_of(
    commands.UnitLineDraft, name="SellercloudUnitLineInput", description="A line that orders single units of a product."
)
class SellercloudUnitLineInput:
    product_id: str = wanted("The product's SKU, at most 50 characters.")
    qty_units_ordered: int = wanted("Units, at least 1.")
    unit_price: Decimal = wanted("The price of a unit, not negative.")
    discount_type: SellercloudDiscountType | None = optional(DISCOUNT_TYPE)
    discount_value: Decimal | None = optional(DISCOUNT_VALUE)
    warehouse_id: int | None = optional(LINE_WAREHOUSE)
    item_notes: str | None = optional(ITEM_NOTES)


@input_of(
    commands.CaseLineDraft, name="SellercloudCaseLineInput", description="A line that orders whole cases of a product."
)
class SellercloudCaseLineInput:
    product_id: str = wanted("The product's SKU, at most 50 characters.")
    qty_cases_ordered: int = wanted("Cases, at least 1.")
    qty_units_per_case: int = wanted("Units in a case, at least 1.")
    case_price: Decimal = wanted("The price of a case, not negative.")
    discount_type: SellercloudDiscountType | None = optional(DISCOUNT_TYPE)
    discount_value: Decimal | None = optional(DISCOUNT_VALUE)
    warehouse_id: int | None = optional(LINE_WAREHOUSE)
    item_notes: str | None = optional(ITEM_NOTES)


@input_of(
    commands.LinesDraft,
    name="SellercloudLinesInput",
    description="Lines by units or by cases; a purchase order has lines of one mode.",
    one_of=True,
)
class SellercloudLinesInput:
    units: list[SellercloudUnitLineInput] | None = optional("By units; at least one line.")
    cases: list[SellercloudCaseLineInput] | None = optional("By cases; at least one line.")


@input_of(commands.AddressDraft, name="SellercloudAddressInput", description="An address of a new purchase order.")
class SellercloudAddressInput:
    first_name: str | None = optional("First name.")
    middle_name: str | None = optional("Middle name.")
    last_name: str | None = optional("Last name.")
    business: str | None = optional("The business.")
    address_line1: str | None = optional("First line.")
    address_line2: str | None = optional("Second line.")
    city: str | None = optional("City.")
    state: str | None = optional("State.")
    region: str | None = optional("Region.")
    zip_code: str | None = optional("Postal code.")
    country: str = wanted("The country, two letters.")
    phone: str | None = optional("Telephone.")
    fax: str | None = optional("Fax.")


@input_of(
    commands.PurchaseOrderDraft,
    name="SellercloudPurchaseOrderInput",
    description="A purchase order at Sellercloud. Its first status, and whether it is approved, is what the tenant's "
    "settings say.",
)
class SellercloudPurchaseOrderInput:
    company_id: int = wanted("The company that orders.")
    vendor_id: int = wanted("The supplier.")
    po_type: SellercloudPoType = wanted("What kind of purchase order.", default=SellercloudPoType.PURCHASE_ORDER)
    default_warehouse_id: int | None = optional("Where the goods go: set on the order and on every line.")
    description: str | None = optional("The title.")
    vendor_note: str | None = optional("Free text for the supplier.")
    payment_term_id: int | None = optional("How it is paid.")
    expected_delivery_date: datetime | None = optional(
        'When the goods are expected; only with the tenant\'s setting "Force user to enter Expected Delivery Date".'
    )
    lines: SellercloudLinesInput = wanted("What is ordered.")
    billing_address: SellercloudAddressInput | None = optional(
        'Where the invoice goes; only with the tenant\'s setting "Enable BillTo address". It cannot be read back.'
    )
    shipping_address: SellercloudAddressInput | None = optional("Where the goods go.")


@input_of(
    commands.LinePatch,
    name="SellercloudLinePatch",
    description="A change of one line, in the fields of its order's mode; a field left out stays.",
)
class SellercloudLinePatch:
    line_id: strawberry.ID = wanted("The line.")
    qty_units_ordered: int | None = optional("Units, at least 1; for orders by units.")
    unit_price: Decimal | None = optional("The price of a unit, not negative; for orders by units.")
    qty_cases_ordered: int | None = optional("Cases, at least 1; for orders by cases.")
    qty_units_per_case: int | None = optional("Units in a case, at least 1; for orders by cases.")
    case_price: Decimal | None = optional("The price of a case, not negative; for orders by cases.")
    expected_delivery_date: datetime | None = optional("When it is expected.")


@input_of(commands.ShipmentDraft, name="SellercloudShipmentInput", description="A tracking number of several.")
class SellercloudShipmentInput:
    tracking_number: str = wanted("The tracking number.")
    shipping_carrier: SellercloudCarrier = wanted("Who carries it.")
    other_carrier: str | None = optional("The carrier's name, where `shippingCarrier` is OTHER.")
    shipped_on: datetime = wanted("When it was shipped.")


@input_of(
    commands.TrackingChange,
    name="SellercloudTrackingInput",
    description="Shipping information: `trackingNumber`, `shippedViaCarrier` and `shippedOn` where the tenant keeps "
    'one tracking number per order; the other fields with its setting "Enable Multiple Tracking Numbers On PO".',
)
class SellercloudTrackingInput:
    tracking_number: str | None = optional("The tracking number.")
    shipped_via_carrier: str | None = optional("Who carries it.")
    shipped_on: datetime | None = optional("When it was shipped; refused while the shipping status is NONE.")
    shipments: list[SellercloudShipmentInput] | None = optional("Tracking numbers to add; needs `shippingStatus`.")
    remove_shipment_keys: list[str] | None = optional("Keys of tracking numbers to remove.")
    shipping_status: SellercloudProgress | None = optional("How much is shipped; set along with `shipments`.")


@input_of(
    commands.InvoiceChange,
    name="SellercloudInvoiceInput",
    description="The supplier's invoice; refused where the tenant has vendor invoices workflow or multiple invoices.",
)
class SellercloudInvoiceInput:
    invoice_number: str | None = optional("Its number.")
    invoice_date: datetime | None = optional("Its date.")


@input_of(commands.TotalsChange, name="SellercloudTotalsInput", description="Totals beside those of the lines.")
class SellercloudTotalsInput:
    tax_total: Decimal | None = optional("Tax.")
    other_total: Decimal | None = optional("Other charges.")
    shipping_total: Decimal | None = optional("Shipping; refused with per session receiving cost.")
    shipping_total_third_party: Decimal | None = optional(
        "Shipping by third parties; refused with free shipping once goods were received."
    )


@input_of(commands.CustomColumnChange, name="SellercloudCustomColumnInput", description="A custom column's new value.")
class SellercloudCustomColumnInput:
    name: str = wanted("The column's name.")
    value: str | None = optional("The value as text.")


@input_of(
    commands.OrderChange,
    name="UpdateSellercloudOrderInput",
    description="Changes of a purchase order at Sellercloud; a field left out stays, and none can be cleared. Each "
    "block is a call of its own, in this order: header, lines added, changed, removed, tracking, invoice, totals, "
    "custom columns, export flag. When one fails after others were done, the outcome is PARTLY_DONE.",
)
class UpdateSellercloudOrderInput:
    description: str | None = optional("The title.")
    instructions: str | None = optional("Free text for the supplier.")
    company_id: int | None = optional("The company that orders.")
    vendor_id: int | None = optional("The supplier.")
    ordered_on_date: datetime | None = optional("When it was ordered.")
    requested_on_date: datetime | None = optional("When it was requested.")
    expected_delivery_date: datetime | None = optional("When the goods are expected.")
    cancel_by_date: datetime | None = optional("Until when it may be cancelled.")
    add_lines: SellercloudLinesInput | None = optional("Lines to add, in the order's mode.")
    set_lines: list[SellercloudLinePatch] | None = optional("Lines to change.")
    remove_line_ids: list[strawberry.ID] | None = optional("Lines to remove.")
    tracking: SellercloudTrackingInput | None = optional("Shipping information.")
    invoice: SellercloudInvoiceInput | None = optional("The supplier's invoice.")
    totals: SellercloudTotalsInput | None = optional("Totals beside those of the lines.")
    custom_columns: list[SellercloudCustomColumnInput] | None = optional("Custom columns to set.")
    quick_books_exported: bool | None = optional("Whether it counts as exported to QuickBooks.")
