"""Sellercloud's own records: what a list row knows of an order, what its detail read adds, and reference data.

Records of the row carry the Ref of their order, by which the graph loads what only the detail read knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gateway.model.ref import Ref
from gateway.model.values import Money
from gateway.vendors.sellercloud.words import (
    AddressClassification,
    AddressVerification,
    SellercloudDataType,
    SellercloudDiscountType,
    SellercloudOrderType,
    SellercloudPaymentStatus,
    SellercloudPriority,
    SellercloudProgress,
    SellercloudRelation,
    SellercloudWarehouseType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudAddress:
    """`order` is set on an order's address: its telephone extensions are in the detail read alone."""

    order: Ref | None = None
    key: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    contact_name: str | None = None
    business: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state: str | None = None
    state_code: str | None = None
    region: str | None = None
    zip_code: str | None = None
    country: str | None = None
    country_name: str | None = None
    phone: str | None = None
    home_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    web_site: str | None = None
    notes: str | None = None
    source: str | None = None
    shipping: bool | None = None
    billing: bool | None = None
    classification: AddressClassification | None = None
    vendor_classification: str | None = None
    verification: AddressVerification | None = None
    vendor_verification: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudShipment:
    order: Ref
    key: str | None
    tracking_number: str | None
    carrier: str | None
    shipped_on: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudShipping:
    status: SellercloudProgress | None
    vendor_status: str | None
    tracking_number: str | None
    courier_service: str | None
    shipped_on: datetime | None
    requested_carrier: str | None
    requested_service: str | None
    shipments: tuple[SellercloudShipment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudReceiving:
    order: Ref
    status: SellercloudProgress | None
    vendor_status: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudPayment:
    order: Ref
    status: SellercloudPaymentStatus | None
    vendor_status: str | None
    balance: Money | None
    balance_not_received: Money | None
    refunded: Money | None
    paid_on: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudInvoicing:
    order: Ref
    invoice_number: str | None
    invoice_numbers: tuple[str, ...] | None
    file_name: str | None
    original_file_name: str | None
    memo: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudTotals:
    order: Ref
    order_total: Money | None
    discount_total: Money | None
    tax_total: Money | None
    shipping_total: Money | None
    extra_charges: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudOrderDetails:
    order: Ref
    company_id: int | None
    vendor_id: int | None
    default_warehouse_id: int | None
    ship_to_address: SellercloudAddress | None
    priority: SellercloudPriority | None
    vendor_priority: str | None
    approved: bool | None
    ordered_on: datetime | None
    expected_delivery_date: datetime | None
    shipping: SellercloudShipping
    receiving: SellercloudReceiving
    payment: SellercloudPayment
    invoicing: SellercloudInvoicing
    totals: SellercloudTotals
    inventory_count_disabled: bool | None
    email_sent_count: int | None
    notes_count: int | None
    unit_counts: int | None
    cm: int | None
    display_name: str | None
    quick_books_exported: bool | None
    credit_memo: bool | None
    cancelled_po_id: int | None
    drop_ship_order_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudLineDetails:
    order: Ref
    line: str
    vendor_sku: str | None
    qty_received: int | None
    adjusted_price: Money | None
    expected_delivery_date: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudRelatedOrder:
    ref: Ref
    number: str
    relation: SellercloudRelation
    vendor_relation: str | None
    created_on: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudRelatedItem:
    key: str
    record_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudCustomColumn:
    key: str | None
    name: str
    display_name: str | None
    value: str | None
    data_type: SellercloudDataType | None
    vendor_data_type: str | None
    required: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudLineDetail:
    """What only the detail read knows of a line. The case fields are None in unit mode, where the vendor sends 0."""

    qty_on_hand: int | None
    qty_in_container: int | None
    pre_sell_quantity: int | None
    final_sub_total: Money | None
    multi_discount_total: Money | None
    extra_cost_per_unit: Money | None
    extra_cost_po_based_per_unit: Money | None
    qty_cases_ordered: int | None
    qty_units_per_case: int | None
    case_price: Money | None
    discount_type: SellercloudDiscountType | None
    vendor_discount_type: str | None
    discount_value: Decimal | None
    warehouse_id: int | None
    kit: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudDetailTotals:
    """Amounts of the detail read; all None where the login may not see prices."""

    sub_total: Money | None
    multi_discount_total: Money | None
    shipping_total_third_party: Money | None
    drop_ship_fee_total: Money | None
    customs_total: Money | None
    other_total: Money | None
    small_order_fee: Money | None
    credit_card_fee: Money | None
    unreceived_total: Money | None
    free_shipping: bool | None
    discount_total_fixed: bool | None
    prices_hidden: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudDetail:
    """What only the detail read knows of an order; `lines` by the vendor's line id."""

    case_qty_mode: bool | None
    payment_term_id: int | None
    order_type: SellercloudOrderType | None
    vendor_order_type: str | None
    requested_on: datetime | None
    cancel_by_date: datetime | None
    expected_delivery_date_required: bool | None
    multiple_discounts_enabled: bool | None
    warehouse_bins_enabled: bool | None
    vendor_currency: str | None
    currency_rate_to_usd: Decimal | None
    currency_rate_from_usd: Decimal | None
    currency_digits: int | None
    inventory_count: str | None
    email_sent: str | None
    credit_memo_id: int | None
    related_fba_id: int | None
    related_wfs_shipment_id: int | None
    related_fba_planning_id: int | None
    total_cbm: Decimal | None
    total_weight: str | None
    phone_extension: str | None
    home_phone_extension: str | None
    over_received: Decimal | None
    fully_received_and_shipped: bool | None
    paid: Money | None
    invoiced_status: str | None
    invoice_date: datetime | None
    invoice_line_count: str | None
    workflow_enabled: bool | None
    multiple_invoices_enabled: bool | None
    totals: SellercloudDetailTotals
    related_orders: tuple[SellercloudRelatedOrder, ...]
    related_items: tuple[SellercloudRelatedItem, ...]
    custom_columns: tuple[SellercloudCustomColumn, ...]
    lines: Mapping[str, SellercloudLineDetail]


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudVendor:
    key: str
    name: str | None
    alias: str | None
    account_number: str | None
    email: str | None
    email_cc: str | None
    website: str | None
    active: bool | None
    default: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudCompany:
    key: str
    name: str | None
    default: bool | None
    disabled: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SellercloudWarehouse:
    key: str
    name: str | None
    type: SellercloudWarehouseType | None
    vendor_type: str | None
    default: bool | None
    sellable: bool | None
    enforce_bins: bool | None
    quick_books_name: str | None
    address: SellercloudAddress | None
