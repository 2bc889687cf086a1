"""What clients ask Sellercloud to write, beside the commands that all vendors share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from gateway.model.ref import Kind, Ref
from gateway.model.writing import ABSENT, Absent
from gateway.vendors.commands import CUSTOMER
from gateway.vendors.sellercloud.words import (
    SellercloudCarrier,
    SellercloudDiscountType,
    SellercloudPoType,
    SellercloudProgress,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLineDraft:
    product_id: str
    qty_units_ordered: int
    unit_price: Decimal
    discount_type: SellercloudDiscountType | None = None
    discount_value: Decimal | None = None
    warehouse_id: int | None = None
    item_notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLineDraft:
    product_id: str
    qty_cases_ordered: int
    qty_units_per_case: int
    case_price: Decimal
    discount_type: SellercloudDiscountType | None = None
    discount_value: Decimal | None = None
    warehouse_id: int | None = None
    item_notes: str | None = None


LineDraft = UnitLineDraft | CaseLineDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesDraft:
    """Exactly one is given, the graph sees to that: by units, or by cases (the vendor's `CaseQtyMode`)."""

    units: tuple[UnitLineDraft, ...] | None = None
    cases: tuple[CaseLineDraft, ...] | None = None

    @property
    def mode(self) -> str:
        return "units" if self.cases is None else "cases"

    @property
    def lines(self) -> tuple[LineDraft, ...]:
        return self.cases or self.units or ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDraft:
    country: str
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    business: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state: str | None = None
    region: str | None = None
    zip_code: str | None = None
    phone: str | None = None
    fax: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrderDraft:
    company_id: Annotated[int, CUSTOMER]
    vendor_id: int
    lines: LinesDraft
    po_type: SellercloudPoType = SellercloudPoType.PURCHASE_ORDER
    default_warehouse_id: int | None = None
    description: str | None = None
    vendor_note: str | None = None
    payment_term_id: int | None = None
    expected_delivery_date: datetime | None = None
    billing_address: AddressDraft | None = None
    shipping_address: AddressDraft | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePatch:
    """ABSENT keeps; the vendor has no way to clear a field."""

    line_id: Annotated[Ref, Kind.LINE]
    qty_units_ordered: int | Absent | None = ABSENT
    unit_price: Decimal | Absent | None = ABSENT
    qty_cases_ordered: int | Absent | None = ABSENT
    qty_units_per_case: int | Absent | None = ABSENT
    case_price: Decimal | Absent | None = ABSENT
    expected_delivery_date: datetime | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentDraft:
    """`other_carrier` names the carrier where `shipping_carrier` is OTHER."""

    tracking_number: str
    shipping_carrier: SellercloudCarrier
    shipped_on: datetime
    other_carrier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingChange:
    """The first three fields are for tenants with one tracking number per order, the last three for all others."""

    tracking_number: str | Absent | None = ABSENT
    shipped_via_carrier: str | Absent | None = ABSENT
    shipped_on: datetime | Absent | None = ABSENT
    shipments: tuple[ShipmentDraft, ...] | Absent | None = ABSENT
    remove_shipment_keys: tuple[str, ...] | Absent | None = ABSENT
    shipping_status: SellercloudProgress | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceChange:
    invoice_number: str | Absent | None = ABSENT
    invoice_date: datetime | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsChange:
    tax_total: Decimal | Absent | None = ABSENT
    other_total: Decimal | Absent | None = ABSENT
    shipping_total: Decimal | Absent | None = ABSENT
    shipping_total_third_party: Decimal | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomColumnChange:
    name: str
    value: str | Absent | None = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """ABSENT keeps; the vendor has no way to clear a field. Its blocks are done in the order written here."""

    description: str | Absent | None = ABSENT
    instructions: str | Absent | None = ABSENT
    company_id: Annotated[int, CUSTOMER] | Absent | None = ABSENT
    vendor_id: int | Absent | None = ABSENT
    ordered_on_date: datetime | Absent | None = ABSENT
    requested_on_date: datetime | Absent | None = ABSENT
    expected_delivery_date: datetime | Absent | None = ABSENT
    cancel_by_date: datetime | Absent | None = ABSENT
    add_lines: LinesDraft | Absent | None = ABSENT
    set_lines: tuple[LinePatch, ...] | Absent | None = ABSENT
    remove_line_ids: tuple[Annotated[Ref, Kind.LINE], ...] | Absent | None = ABSENT
    tracking: TrackingChange | Absent | None = ABSENT
    invoice: InvoiceChange | Absent | None = ABSENT
    totals: TotalsChange | Absent | None = ABSENT
    custom_columns: tuple[CustomColumnChange, ...] | Absent | None = ABSENT
    quick_books_exported: bool | Absent | None = ABSENT
