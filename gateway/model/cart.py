"""Shopping carts, and the commercial records that cart lines and order lines share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from gateway.model.ref import Ref
from gateway.model.values import BillingCycle, KeyValue, Money, OrderedItem, Party, VendorLink


class CartStatus(Enum):
    ACTIVE = "active"
    ORDERED = "ordered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class ParticipantRole(Enum):
    TRANSACTION_RESELLER = "transaction_reseller"
    ADDITIONAL_TRANSACTION_RESELLER = "additional_transaction_reseller"
    CONSUMPTION_RESELLER = "consumption_reseller"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CatalogItem:
    product_id: str
    sku_id: str
    availability_id: str


@dataclass(frozen=True, slots=True)
class Commitment:
    amount: Money | None
    grain: str | None


@dataclass(frozen=True, slots=True)
class Renewal:
    term_duration: str | None


@dataclass(frozen=True, slots=True)
class ProductTerm:
    product_id: str | None
    sku_id: str | None
    availability_id: str | None
    billing_cycle: BillingCycle | None
    vendor_billing_cycle: str | None
    term_duration: str | None


@dataclass(frozen=True, slots=True)
class NextTerm:
    product: ProductTerm | None
    quantity: int | None


@dataclass(frozen=True, slots=True)
class Pricing:
    list_price: Money | None
    discounted_price: Money | None
    prorated_price: Money | None
    price: Money | None
    extended_price: Money | None


@dataclass(frozen=True, slots=True)
class CartParticipant:
    role: ParticipantRole
    vendor_role: str | None
    partner_id: str


@dataclass(frozen=True, slots=True)
class CartLineError:
    code: int
    name: str | None
    message: str | None
    details: tuple[KeyValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    line_id: int
    item: OrderedItem
    catalog_item: CatalogItem | None
    friendly_name: str | None
    quantity: int | None
    currency: str | None
    billing_cycle: BillingCycle | None
    vendor_billing_cycle: str | None
    term_duration: str | None
    custom_term_end_date: datetime | None
    promotion_id: str | None
    attestation_accepted: bool | None
    participants: tuple[CartParticipant, ...]
    provisioning_context: tuple[KeyValue, ...]
    purchase_commitment: Commitment | None
    renews_to: Renewal | None
    scheduled_next_term_instructions: NextTerm | None
    addon_items: tuple[CartLine, ...]
    order_group: str | None
    pricing: Pricing | None
    error: CartLineError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    ref: Ref
    number: str
    customer: Party
    status: CartStatus
    vendor_status: str | None
    created_at: datetime | None
    updated_at: datetime | None
    expires_at: datetime | None
    last_modified_by: str | None
    partner_on_record_attestation_accepted: bool | None
    lines: tuple[CartLine, ...]
    ready_for_checkout: bool
    etag: str | None
    links: tuple[VendorLink, ...]

    @property
    def id(self) -> str:
        return self.ref.encode()


@dataclass(frozen=True, slots=True)
class CheckoutError:
    """Why a group of lines did not become an order at a checkout."""

    order_group: str
    code: int | None
    message: str | None
    lines: tuple[CartLine, ...]
