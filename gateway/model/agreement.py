"""Agreements, their lines, and what they bring: subscriptions and assets.

An embedded reference to one of these is the same class with `known` set: the names (as in the graph) of the fields it
can answer. `known=None` means the whole object was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from gateway.model.ref import Ref
from gateway.model.values import BillingCycle, ExternalReference, Money, OrderedItem, Party, PeriodPrice, Vendor


class AgreementKind(Enum):
    COMMERCIAL = "commercial"
    ACCEPTED_TERMS = "accepted_terms"


class AgreementStatus(Enum):
    DRAFT = "draft"
    PROVISIONING = "provisioning"
    UPDATING = "updating"
    ACTIVE = "active"
    TERMINATED = "terminated"
    FAILED = "failed"
    DELETED = "deleted"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


class AgreementLineStatus(Enum):
    ACTIVE = "active"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class SubscriptionStatus(Enum):
    DRAFT = "draft"
    PENDING = "pending"
    ACTIVE = "active"
    UPDATING = "updating"
    SUSPENDED = "suspended"
    TERMINATING = "terminating"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    DISABLED = "disabled"
    DELETED = "deleted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    ref: Ref
    number: str
    name: str | None = None
    status: SubscriptionStatus | None = None
    vendor_status: str | None = None
    agreement: Agreement | None = None
    order: Ref | None = None
    known: frozenset[str] | None = None

    @property
    def id(self) -> str:
        return self.ref.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSubscription:
    ref: Ref
    number: str
    name: str | None = None
    status: SubscriptionStatus | None = None
    vendor_status: str | None = None
    quantity: int | None = None
    term_duration: str | None = None
    billing_cycle: BillingCycle | None = None
    vendor_billing_cycle: str | None = None
    auto_renew: bool | None = None
    starts_at: datetime | None = None
    commitment_ends_at: datetime | None = None
    open_ended: bool | None = None
    agreement: Agreement | None = None
    order: Ref | None = None
    details: object | None = None
    known: frozenset[str] | None = None

    @property
    def id(self) -> str:
        return self.ref.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementLine:
    ref: Ref
    number: str
    status: AgreementLineStatus
    vendor_status: str | None
    item: OrderedItem
    quantity: int | None
    unit_price: Money | None
    recurring_prices: tuple[PeriodPrice, ...] | None
    term_duration: str | None
    billing_cycle: BillingCycle | None
    vendor_billing_cycle: str | None
    subscription: ProductSubscription | None
    asset: Asset | None
    agreement: Agreement | None
    order: Ref | None
    details: object | None

    @property
    def id(self) -> str:
        return self.ref.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """`customer_key` is the one that a binding of the account would name; `lines`, `subscriptions` and `assets` are
    None where the vendor has no such thing."""

    ref: Ref
    vendor: Vendor
    kind: AgreementKind
    number: str | None = None
    name: str | None = None
    status: AgreementStatus = AgreementStatus.UNKNOWN
    vendor_status: str | None = None
    customer: Party | None = None
    supplier: Party | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    accepted_at: datetime | None = None
    created_at: datetime | None = None
    currency: str | None = None
    recurring_totals: tuple[PeriodPrice, ...] | None = None
    lines: tuple[AgreementLine, ...] | None = None
    subscriptions: tuple[ProductSubscription, ...] | None = None
    assets: tuple[Asset, ...] | None = None
    external_references: tuple[ExternalReference, ...] = ()
    details: object | None = None
    tie: str = ""
    known: frozenset[str] | None = None

    @property
    def id(self) -> str:
        return self.ref.encode()
