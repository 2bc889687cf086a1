"""The vendor's words and ours: literal tables, and their way back for filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final, TypeVar

from gateway.model.agreement import AgreementLineStatus, AgreementStatus, SubscriptionStatus
from gateway.model.order import AttachmentKind, OrderStatus, OrderType
from gateway.model.values import BillingCycle, BillingPeriod, PriceKind
from gateway.vendors.reading import fold
from gateway.vendors.softwareone.details import Model, ParameterPhase, ParameterScope, ParameterType, SplitStatus
from gateway.vendors.softwareone.rql import Condition, in_, or_, out

E = TypeVar("E", bound=Enum)

ORDER_STATUS: Final[Mapping[str, OrderStatus]] = {
    "New": OrderStatus.DRAFT,
    "Draft": OrderStatus.DRAFT,
    "Quoted": OrderStatus.QUOTED,
    "Processing": OrderStatus.PROCESSING,
    "Querying": OrderStatus.ACTION_REQUIRED,
    "Completed": OrderStatus.COMPLETED,
    "Failed": OrderStatus.FAILED,
    "Deleted": OrderStatus.DELETED,
    "Scheduled": OrderStatus.PENDING,
    "Cancelling": OrderStatus.PROCESSING,
    "Cancelled": OrderStatus.CANCELLED,
}
ORDER_TYPE: Final[Mapping[str, OrderType]] = {
    "Purchase": OrderType.PURCHASE,
    "Change": OrderType.CHANGE,
    "Termination": OrderType.TERMINATION,
    "Configuration": OrderType.CONFIGURATION,
    "Renewal": OrderType.RENEWAL,
    "Suspend": OrderType.SUSPEND,
    "Resume": OrderType.RESUME,
}
# Words that the platform has taken up since its first published description.
LATER: Final = frozenset({"Scheduled", "Cancelling", "Cancelled", "Renewal", "Suspend", "Resume"})
AGREEMENT_STATUS: Final[Mapping[str, AgreementStatus]] = {
    "New": AgreementStatus.DRAFT,
    "Draft": AgreementStatus.DRAFT,
    "Provisioning": AgreementStatus.PROVISIONING,
    "Updating": AgreementStatus.UPDATING,
    "Active": AgreementStatus.ACTIVE,
    "Terminated": AgreementStatus.TERMINATED,
    "Failed": AgreementStatus.FAILED,
    "Deleted": AgreementStatus.DELETED,
}
LINE_STATUS: Final[Mapping[str, AgreementLineStatus]] = {
    "Active": AgreementLineStatus.ACTIVE,
    "Terminated": AgreementLineStatus.TERMINATED,
    "Expired": AgreementLineStatus.EXPIRED,
    "Deleted": AgreementLineStatus.DELETED,
}
SUBSCRIPTION_STATUS: Final[Mapping[str, SubscriptionStatus]] = {
    "Draft": SubscriptionStatus.DRAFT,
    "Active": SubscriptionStatus.ACTIVE,
    "Updating": SubscriptionStatus.UPDATING,
    "Suspending": SubscriptionStatus.UPDATING,
    "Resuming": SubscriptionStatus.UPDATING,
    "Suspended": SubscriptionStatus.SUSPENDED,
    "Terminating": SubscriptionStatus.TERMINATING,
    "Terminated": SubscriptionStatus.TERMINATED,
    "Expired": SubscriptionStatus.EXPIRED,
    "Deleted": SubscriptionStatus.DELETED,
}
ASSET_STATUS: Final[Mapping[str, SubscriptionStatus]] = {
    "New": SubscriptionStatus.DRAFT,
    "Draft": SubscriptionStatus.DRAFT,
    "Active": SubscriptionStatus.ACTIVE,
    "Terminated": SubscriptionStatus.TERMINATED,
}
ATTACHMENT_KIND: Final[Mapping[str, AttachmentKind]] = {
    "File": AttachmentKind.FILE,
    "LicenseKey": AttachmentKind.LICENSE_KEY,
}
BILLING_CYCLE: Final[Mapping[str, BillingCycle]] = {
    "1m": BillingCycle.MONTHLY,
    "1y": BillingCycle.ANNUAL,
    "3y": BillingCycle.TRIENNIAL,
    "one-time": BillingCycle.ONE_TIME,
}
MODEL: Final[Mapping[str, Model]] = {
    "quantity": Model.QUANTITY,
    "usage": Model.USAGE,
    "one-time": Model.ONE_TIME,
}
PARAMETER_TYPE: Final[Mapping[str, ParameterType]] = {
    "SingleLineText": ParameterType.SINGLE_LINE_TEXT,
    "MultiLineText": ParameterType.MULTI_LINE_TEXT,
    "Address": ParameterType.ADDRESS,
    "Contact": ParameterType.CONTACT,
    "Checkbox": ParameterType.CHECKBOX,
    "Choice": ParameterType.CHOICE,
    "Subdomain": ParameterType.SUBDOMAIN,
    "Heading": ParameterType.HEADING,
    "DropDown": ParameterType.DROP_DOWN,
    "Email": ParameterType.EMAIL,
    "DataObject": ParameterType.DATA_OBJECT,
    "Date": ParameterType.DATE,
}
PARAMETER_PHASE: Final[Mapping[str, ParameterPhase]] = {
    "Configuration": ParameterPhase.CONFIGURATION,
    "Order": ParameterPhase.ORDER,
    "Fulfillment": ParameterPhase.FULFILLMENT,
}
PARAMETER_SCOPE: Final[Mapping[str, ParameterScope]] = {
    "Agreement": ParameterScope.AGREEMENT,
    "Order": ParameterScope.ORDER,
    "Subscription": ParameterScope.SUBSCRIPTION,
    "Asset": ParameterScope.ASSET,
    "Request": ParameterScope.REQUEST,
}
SPLIT_STATUS: Final[Mapping[str, SplitStatus]] = {
    "Disabled": SplitStatus.DISABLED,
    "Active": SplitStatus.ACTIVE,
    "Review": SplitStatus.REVIEW,
}
PRICES: Final = (
    ("unitSP", BillingPeriod.UNIT, PriceKind.SELLING),
    ("SPx1", BillingPeriod.ONE_TIME, PriceKind.SELLING),
    ("SPxM", BillingPeriod.MONTH, PriceKind.SELLING),
    ("SPxY", BillingPeriod.YEAR, PriceKind.SELLING),
    ("unitPP", BillingPeriod.UNIT, PriceKind.PURCHASE),
    ("PPx1", BillingPeriod.ONE_TIME, PriceKind.PURCHASE),
    ("PPxM", BillingPeriod.MONTH, PriceKind.PURCHASE),
    ("PPxY", BillingPeriod.YEAR, PriceKind.PURCHASE),
)


def folded(table: Mapping[str, E]) -> Mapping[str, E]:
    """The table as reading wants it: words without case and separators."""
    return {fold(word): value for word, value in table.items()}


def first_published(table: Mapping[str, E]) -> Mapping[str, E]:
    """The table without the words that came later."""
    return {word: value for word, value in table.items() if word not in LATER}


def preimage(path: str, table: Mapping[str, E], wanted: Iterable[E], rest: E) -> Condition | None:
    """The vendor's words at `path` that read as one of `wanted`; `rest` is what all words outside the table read as.

    None where no word does, so that nothing can match.
    """
    chosen = set(wanted)
    words = [word for word, value in table.items() if value in chosen]
    conditions = [in_(path, words)] if words else []
    if rest in chosen:
        conditions.append(out(path, table))
    return or_(*conditions) if conditions else None


def spelled(table: Mapping[str, E], words: Iterable[str]) -> list[str]:
    """Words as the vendor spells them, where it is known."""
    known = {fold(word): word for word in table}
    return [known.get(fold(word), word) for word in words]
