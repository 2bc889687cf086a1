"""What only SoftwareOne has: the records behind the details of orders, lines, agreements and subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from gateway.model.agreement import AgreementLine
from gateway.model.ref import Ref
from gateway.model.values import AuditEvent, ExternalReference, Notice, Party, PeriodPrice


class ParameterType(Enum):
    SINGLE_LINE_TEXT = "single_line_text"
    MULTI_LINE_TEXT = "multi_line_text"
    ADDRESS = "address"
    CONTACT = "contact"
    CHECKBOX = "checkbox"
    CHOICE = "choice"
    SUBDOMAIN = "subdomain"
    HEADING = "heading"
    DROP_DOWN = "drop_down"
    EMAIL = "email"
    DATA_OBJECT = "data_object"
    DATE = "date"
    UNKNOWN = "unknown"


class ParameterPhase(Enum):
    CONFIGURATION = "configuration"
    ORDER = "order"
    FULFILLMENT = "fulfillment"
    UNKNOWN = "unknown"


class ParameterScope(Enum):
    AGREEMENT = "agreement"
    ORDER = "order"
    SUBSCRIPTION = "subscription"
    ASSET = "asset"
    REQUEST = "request"
    UNKNOWN = "unknown"


class Model(Enum):
    QUANTITY = "quantity"
    USAGE = "usage"
    ONE_TIME = "one_time"
    UNKNOWN = "unknown"


class SplitStatus(Enum):
    DISABLED = "disabled"
    ACTIVE = "active"
    REVIEW = "review"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reference:
    """Another object of the vendor's, as far as it was named."""

    key: str
    name: str | None
    icon: str | None
    status: str | None
    href: str | None
    revision: int | None
    external_references: tuple[ExternalReference, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """`value` is any JSON: the vendor publishes no shape for it."""

    key: str | None
    external_id: str | None
    name: str | None
    type: ParameterType | None
    vendor_type: str | None
    phase: ParameterPhase | None
    vendor_phase: str | None
    scope: ParameterScope | None
    vendor_scope: str | None
    multiple: bool | None
    required: bool | None
    hidden: bool | None
    readonly: bool | None
    value: Any
    display_value: str | None
    error: Notice | None


@dataclass(frozen=True, slots=True)
class Margins:
    """As the vendor states them: fractions in older payloads, percent today."""

    markup: Decimal | None
    margin: Decimal | None
    default_markup: Decimal | None
    default_margin: Decimal | None
    markup_source: str | None
    default_markup_source: str | None


@dataclass(frozen=True, slots=True)
class AcceptedTerms:
    key: str
    name: str | None
    accepted_at: datetime | None
    accepted_by: Party | None


@dataclass(frozen=True, slots=True)
class Unit:
    key: str
    name: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Allocation:
    buyer: Reference
    percentage: Decimal | None
    prices: tuple[PeriodPrice, ...]
    subscription_count: int | None
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Split:
    key: str
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    """`order` is whose details these are."""

    order: Ref
    href: str | None
    revision: int | None
    comments: str | None
    authorization: Reference | None
    listing: Reference | None
    product: Reference | None
    client: Reference | None
    vendor: Reference | None
    licensee: Reference | None
    buyer: Reference | None
    seller: Reference | None
    bill_to: Reference | None
    pricing_policy: Reference | None
    template: Reference | None
    assignee: Reference | None
    ordering_parameters: tuple[Parameter, ...]
    fulfillment_parameters: tuple[Parameter, ...]
    margins: Margins | None
    terms_and_conditions: tuple[AcceptedTerms, ...]
    certificates: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDetails:
    old_quantity: int | None
    margins: Margins | None
    model: Model | None
    vendor_model: str | None
    period: str | None
    commitment: str | None
    unit: Unit | None
    quantity_not_applicable: bool | None
    item_description: str | None
    item_status: str | None
    item_external_references: tuple[ExternalReference, ...]
    description: str | None
    info_visible: bool | None
    info_description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDetails:
    """`agreement` is whose details these are."""

    agreement: Ref
    href: str | None
    icon: str | None
    revision: int | None
    client: Reference | None
    vendor: Reference | None
    licensee: Reference | None
    buyer: Reference | None
    seller: Reference | None
    product: Reference | None
    listing: Reference | None
    authorization: Reference | None
    template: Reference | None
    billing_currency: str | None
    margins: Margins | None
    price_source: str | None
    error: Notice | None
    ordering_parameters: tuple[Parameter, ...] | None
    fulfillment_parameters: tuple[Parameter, ...] | None
    certificates: tuple[Reference, ...] | None
    terms_and_conditions: tuple[AcceptedTerms, ...] | None
    audit: tuple[AuditEvent, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDetails:
    """`subscription` is whose details these are; lists are None where only a reference to it was given."""

    subscription: Ref
    revision: int | None
    termination_date: datetime | None
    model: Model | None
    vendor_model: str | None
    margins: Margins | None
    recurring_totals: tuple[PeriodPrice, ...] | None
    lines: tuple[AgreementLine, ...] | None
    external_references: tuple[ExternalReference, ...] | None
    audit: tuple[AuditEvent, ...] | None
    fulfillment_parameters: tuple[Parameter, ...] | None
    product: Reference | None
    buyer: Reference | None
    licensee: Reference | None
    seller: Reference | None
    template: Reference | None
    renewal_order: Ref | None
    split_status: SplitStatus | None
    vendor_split_status: str | None
