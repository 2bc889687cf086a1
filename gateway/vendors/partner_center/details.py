"""What only Partner Center says about orders, lines, agreements and subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from gateway.model.cart import CatalogItem, Commitment, NextTerm, Pricing, Renewal
from gateway.model.ref import Ref
from gateway.model.values import BillingCycle, Contact, KeyValue, OrderedItem, VendorLink


class LineTransaction(Enum):
    NEW = "new"
    RENEW = "renew"
    ADD_QUANTITY = "add_quantity"
    REMOVE_QUANTITY = "remove_quantity"
    CANCEL = "cancel"
    CONVERT = "convert"
    CUSTOMER_CREDIT = "customer_credit"
    UNKNOWN = "unknown"


class ProvisioningStatus(Enum):
    FULFILLED = "fulfilled"
    UNFULFILLED = "unfulfilled"
    PREFULFILLMENT_PENDING = "prefulfillment_pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Client:
    """Where the order was placed from."""

    marketplace_country: str | None
    device_family: str | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    alternate_id: str | None
    billing_cycle: BillingCycle | None
    vendor_billing_cycle: str | None
    currency_symbol: str | None
    transaction_type: str | None
    client: Client | None
    etag: str | None
    links: tuple[VendorLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDetails:
    """`order` and `number` say whose provisioning it is, which is a read of its own."""

    order: Ref
    number: str
    catalog_item: CatalogItem | None
    friendly_name: str | None
    transaction_type: LineTransaction | None
    vendor_transaction_type: str | None
    parent_subscription_id: str | None
    partner_id_on_record: str | None
    additional_partner_ids_on_record: tuple[str, ...]
    provisioning_context: tuple[KeyValue, ...]
    renews_to: Renewal | None
    promotion_id: str | None
    custom_term_end_date: datetime | None
    attestation_accepted: bool | None
    pricing: Pricing | None
    purchase_commitment: Commitment | None
    links: tuple[VendorLink, ...]


@dataclass(frozen=True, slots=True)
class ProvisionedQuantity:
    quantity: int
    status: ProvisioningStatus
    vendor_status: str | None


@dataclass(frozen=True, slots=True)
class Provisioning:
    status: ProvisioningStatus
    vendor_status: str | None
    quantities: tuple[ProvisionedQuantity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDetails:
    """`customer` is the key of the read that tells whether the customer signed directly."""

    customer: Ref
    template_id: str
    type: str | None
    confirmed_by: str | None
    primary_contact: Contact | None
    agreement_link: str | None


@dataclass(frozen=True, slots=True)
class RefundOption:
    type: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundablePart:
    quantity: int | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RefundableQuantity:
    total: int | None
    parts: tuple[RefundablePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDetails:
    item: OrderedItem | None
    friendly_name: str | None
    product_type: KeyValue | None
    unit_type: str | None
    parent_subscription_id: str | None
    created_at: datetime | None
    billing_cycle_end_date: datetime | None
    cancellation_allowed_until_date: datetime | None
    renewal_term_duration: str | None
    trial: bool | None
    billing_type: str | None
    promotion_id: str | None
    partner_id: str | None
    publisher_name: str | None
    contract_type: str | None
    actions: tuple[str, ...]
    suspension_reasons: tuple[str, ...]
    refund_options: tuple[RefundOption, ...]
    refundable_quantity: RefundableQuantity | None
    scheduled_next_term_instructions: NextTerm | None
    etag: str | None
    links: tuple[VendorLink, ...]
