"""Small values that all vendors share: money, parties, notices, audit events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from gateway.model.ref import Ref


class Vendor(Enum):
    PARTNER_CENTER = "partner_center"
    SELLERCLOUD = "sellercloud"
    SOFTWAREONE = "softwareone"


class BillingPeriod(Enum):
    UNIT = "unit"
    ONE_TIME = "one_time"
    MONTH = "month"
    YEAR = "year"


class PriceKind(Enum):
    SELLING = "selling"
    PURCHASE = "purchase"


class BillingCycle(Enum):
    MONTHLY = "monthly"
    ANNUAL = "annual"
    BIENNIAL = "biennial"
    TRIENNIAL = "triennial"
    ONE_TIME = "one_time"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class PeriodPrice:
    period: BillingPeriod
    kind: PriceKind
    amount: Money


@dataclass(frozen=True, slots=True)
class Notice:
    """Text that the vendor wrote for people; already capped and free of control characters."""

    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Party:
    """A company or person by the vendor's key. `lookup`: where the name comes from when the answer lacked it."""

    key: str
    name: str | None = None
    lookup: Ref | None = None


@dataclass(frozen=True, slots=True)
class OrderedItem:
    key: str
    sku: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ExternalReference:
    system: str
    value: str


@dataclass(frozen=True, slots=True)
class KeyValue:
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class VendorLink:
    """A link the vendor sent along; relative, shown as it is, never followed."""

    rel: str
    uri: str
    method: str | None
    headers: tuple[KeyValue, ...]
    body: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    event: str
    at: datetime | None
    by: Party | None
    on_behalf_of: Party | None = None
