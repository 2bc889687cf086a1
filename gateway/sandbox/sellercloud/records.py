"""What the tenant's books hold: purchase orders with lines, shipments and relations, and the parties they name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Address:
    """Field names of the create body, then what only the vendor's own screens fill in; the other spellings are the
    answer's affair."""

    country: str
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    zip_code: str | None = None
    city: str | None = None
    business: str | None = None
    line1: str | None = None
    line2: str | None = None
    fax: str | None = None
    region: str | None = None
    state: str | None = None
    phone: str | None = None
    contact_name: str | None = None
    phone_extension: str | None = None
    home_phone: str | None = None
    home_phone_extension: str | None = None
    email: str | None = None
    web_site: str | None = None
    notes: str | None = None
    classification: int = 0
    verification: int = 0


@dataclass(frozen=True, slots=True)
class Vendor:
    id: int
    name: str
    alias: str
    account_number: str
    email: str
    website: str
    currency: int  # the vendor's own currency list, not ISO numeric
    rate: Decimal  # units of that currency per US dollar
    digits: int
    payment_term_id: int
    families: tuple[str, ...]
    email_cc: str | None = None
    is_active: bool = True
    is_default: bool = False

    @property
    def rate_to_usd(self) -> Decimal:
        return (1 / self.rate).quantize(Decimal("0.000001"))


@dataclass(frozen=True, slots=True)
class Company:
    id: int
    name: str
    abbreviation: str
    country_code: int  # the vendor's own country list
    currency: int
    channels: tuple[int, ...]
    is_default: bool = False
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Warehouse:
    id: int
    name: str
    type: int
    is_sellable: bool
    enforce_bins: bool
    address: Address
    quick_books_name: str | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    price: Decimal  # US dollars per unit
    units_per_case: int
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """A product as one vendor sells it, priced in that vendor's currency."""

    product: Product
    vendor_id: int
    vendor_sku: str
    price: Decimal
    case_price: Decimal
    quantity: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class CustomColumn:
    id: int
    name: str
    display_name: str
    data_type: int
    is_required: bool = False


@dataclass(slots=True)
class Line:
    """`quantity`, `price` and a fixed discount count what is ordered: units, or cases in case mode."""

    id: int
    sku: str
    name: str
    vendor_sku: str
    case_mode: bool
    quantity: int
    units_per_case: int  # 1 in unit mode
    price: Decimal
    discount_type: int = 0
    discount_value: Decimal = ZERO
    warehouse_id: int = 0
    notes: str = ""
    expected: datetime | None = None
    received: int = 0  # units
    in_container: int | None = None  # units; None until one holds any

    @property
    def units(self) -> int:
        return self.quantity * self.units_per_case

    @property
    def discount(self) -> Decimal:
        return self.price * self.discount_value / 100 if self.discount_type == 1 else self.discount_value

    @property
    def gross(self) -> Decimal:
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)

    @property
    def total(self) -> Decimal:
        return (self.quantity * (self.price - self.discount)).quantize(CENT, ROUND_HALF_UP)

    @property
    def unit_price(self) -> Decimal:
        return _per_unit(self.price, self.units_per_case)

    @property
    def adjusted_unit_price(self) -> Decimal:
        return _per_unit(self.price - self.discount, self.units_per_case)


@dataclass(slots=True)
class Tracking:
    id: int
    carrier: str
    number: str
    shipped_on: datetime


@dataclass(frozen=True, slots=True)
class Relation:
    po_id: int
    kind: int
    created: datetime


@dataclass(slots=True)
class PurchaseOrder:
    """Order total: lines less discounts. Grand total: that plus tax, shipping and other."""

    id: int
    company_id: int
    vendor_id: int
    type: int
    case_mode: bool
    created: datetime
    created_by: int
    lines: list[Line]
    title: str | None = None
    instructions: str | None = None
    warehouse_id: int = 0
    payment_term_id: int = 0
    order_type: int = 0
    currency: int = 0
    currency_rate: Decimal = Decimal(1)  # to US dollars
    currency_digits: int = 2
    status: int | str = 0  # a str is a value the published enum lacks
    shipping_status: int = 0
    receiving_status: int = 0
    payment_status: int = 10
    invoiced: int = 0
    priority: int = 0
    approved: bool = False
    approved_by: int = 0
    approved_on: datetime | None = None
    ordered: datetime | None = None
    requested: datetime | None = None
    expected: datetime | None = None
    cancel_by: datetime | None = None
    received_on: datetime | None = None
    received_by: int = 0
    revised: datetime | None = None
    revised_by: int = 0
    paid_on: datetime | None = None
    paid: Decimal = ZERO
    refunded: Decimal = ZERO
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    shipping_third_party: Decimal = ZERO
    other: Decimal = ZERO
    tracking_number: str | None = None
    carrier: str | None = None
    shipped_on: datetime | None = None
    requested_carrier: str | None = None
    requested_service: str | None = None
    tracking: list[Tracking] = field(default_factory=list)
    invoice_number: str | None = None
    invoice_date: datetime | None = None
    invoice_file: str | None = None
    more_invoices: tuple[str, ...] = ()
    memo: str | None = None
    exported: bool = False
    inventory_count_disabled: bool = False
    notes_count: int = 0
    emails_sent: int = 0
    cancelled_po_id: int = 0
    credit_memo_id: int = 0
    fba_id: int = 0
    fba_planning_id: int = 0
    wfs_shipment_id: int = 0
    drop_ship_order: int = 0
    related: list[Relation] = field(default_factory=list)
    columns: dict[str, object] = field(default_factory=dict)
    ship_to: Address | None = None
    bill_to: Address | None = None  # no call reads it back

    @property
    def gross(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def order_total(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

    @property
    def grand_total(self) -> Decimal:
        return self.order_total + self.tax + self.shipping + self.other

    @property
    def unreceived_total(self) -> Decimal:
        missing = ((line.units - line.received) * line.adjusted_unit_price for line in self.lines)
        return sum(missing, ZERO).quantize(CENT, ROUND_HALF_UP)

    @property
    def balance(self) -> Decimal:
        return self.grand_total - self.paid + self.refunded

    def revise(self, now: datetime, by: int) -> None:
        self.revised, self.revised_by = now, by


def _per_unit(amount: Decimal, units: int) -> Decimal:
    return (amount / units).quantize(Decimal("0.0001"), ROUND_HALF_UP) if units > 1 else amount
