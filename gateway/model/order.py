"""Orders, their lines and their attachments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from gateway.model.agreement import Agreement, Asset, ProductSubscription
from gateway.model.ref import Ref
from gateway.model.values import (
    AuditEvent,
    BillingCycle,
    ExternalReference,
    Money,
    Notice,
    OrderedItem,
    Party,
    PeriodPrice,
    Vendor,
)


class OrderType(Enum):
    PURCHASE = "purchase"
    CHANGE = "change"
    TERMINATION = "termination"
    CONFIGURATION = "configuration"
    RENEWAL = "renewal"
    SUSPEND = "suspend"
    RESUME = "resume"
    CREDIT_MEMO = "credit_memo"
    VENDOR_OFFER = "vendor_offer"
    OTHER = "other"


class OrderStatus(Enum):
    DRAFT = "draft"
    QUOTED = "quoted"
    PENDING = "pending"
    PROCESSING = "processing"
    ACTION_REQUIRED = "action_required"
    IN_REVIEW = "in_review"
    PARTIALLY_COMPLETED = "partially_completed"
    COMPLETED = "completed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    FAILED = "failed"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class DocumentState(Enum):
    REQUIRED = "required"
    POSSIBLE = "possible"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    NOT_WAITING = "not_waiting"
    UNKNOWN = "unknown"


class AttachmentKind(Enum):
    PURCHASE_ORDER = "purchase_order"
    TENDER = "tender"
    FILE = "file"
    LICENSE_KEY = "license_key"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DocumentRequirement:
    state: DocumentState
    accepts_tender: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`order` is the Ref of the order it stands on; `details` is the vendor's own record for the union LineDetails."""

    ref: Ref
    number: str
    item: OrderedItem
    quantity: int | None
    unit_price: Money | None
    total: Money | None
    order: Ref
    details: object
    recurring_prices: tuple[PeriodPrice, ...] | None = None
    term_duration: str | None = None
    billing_cycle: BillingCycle | None = None
    vendor_billing_cycle: str | None = None
    subscription: ProductSubscription | None = None
    asset: Asset | None = None
    notes: str | None = None

    @property
    def id(self) -> str:
        return self.ref.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as the vendor's list gives it.

    `deferred` names the fields (of `notes`, `currency`, `audit`) that only the vendor's detail read knows. `tie` sorts
    orders of one account created at the same moment, in the vendor's own order, by plain string comparison.
    `details` is the vendor's own record for the union OrderDetails.
    """

    ref: Ref
    account_name: str
    vendor: Vendor
    number: str
    number_scope: str
    type: OrderType
    vendor_type: str | None
    status: OrderStatus
    vendor_status: str | None
    created_at: datetime | None
    details: object
    tie: str
    status_reason: Notice | None = None
    error: Notice | None = None
    title: str | None = None
    notes: str | None = None
    external_references: tuple[ExternalReference, ...] = ()
    updated_at: datetime | None = None
    customer: Party | None = None
    supplier: Party | None = None
    currency: str | None = None
    total: Money | None = None
    recurring_totals: tuple[PeriodPrice, ...] | None = None
    lines: tuple[Line, ...] = ()
    documents: DocumentRequirement | None = None
    agreement: Agreement | None = None
    subscriptions: tuple[ProductSubscription, ...] | None = None
    assets: tuple[Asset, ...] | None = None
    audit: tuple[AuditEvent, ...] | None = None
    vendor_url: str | None = None
    deferred: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self.ref.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """What only the vendor's detail read knows: the deferred fields of Order, and the vendor's own record."""

    notes: str | None
    currency: str | None
    audit: tuple[AuditEvent, ...] | None
    details: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`order` and `agreement` are what it hangs on; an account that cannot see the order's customer cannot see it."""

    ref: Ref
    number: str
    kind: AttachmentKind
    vendor_kind: str | None
    file_name: str | None
    name: str | None = None
    description: str | None = None
    content_type: str | None = None
    size_in_bytes: int | None = None
    size_in_kilobytes: int | None = None
    license_key: str | None = None
    revision: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    created_by: Party | None = None
    order: Ref | None = None
    agreement: Agreement | None = None

    @property
    def id(self) -> str:
        return self.ref.encode()
