"""Filters as clients write them, checked and turned into what adapters are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import TypeVar

import strawberry

from gateway.accounts import Accounts
from gateway.errors import BadUserInput, LimitExceeded
from gateway.model.account import Capability
from gateway.model.agreement import AgreementKind, AgreementStatus
from gateway.model.order import DocumentState, OrderStatus, OrderType
from gateway.model.ref import GUID
from gateway.model.values import Vendor
from gateway.schema.texts import MAX_TEXT, readable, search_text
from gateway.schema.view import described
from gateway.vendors.base import Adapter, AgreementFilter, OrderFilter

C = TypeVar("C")
MAX_CHOICES = 100


class OrderSort(Enum):
    CREATED_AT_DESC = "created_at_desc"
    CREATED_AT_ASC = "created_at_asc"


described(
    OrderSort,
    "OrderSort",
    "The order of a list of orders.",
    CREATED_AT_DESC="Newest first.",
    CREATED_AT_ASC="Oldest first.",
)


@strawberry.input(name="OrderFilter", description="Keeps orders that meet every condition given.")
class OrderFilterInput:
    account_names: list[str] | None = strawberry.field(default=None, description="Only these accounts.")
    vendors: list[Vendor] | None = strawberry.field(default=None, description="Only accounts at these vendors.")
    customer_keys: list[str] | None = strawberry.field(
        default=None,
        description="Only these customers: Partner Center customer, Sellercloud company, SoftwareOne licensee.",
    )
    statuses: list[OrderStatus] | None = strawberry.field(default=None, description="Only these statuses.")
    vendor_statuses: list[str] | None = strawberry.field(default=None, description="Only these words of a vendor.")
    types: list[OrderType] | None = strawberry.field(default=None, description="Only these types.")
    documents: list[DocumentState] | None = strawberry.field(
        default=None, description="Only orders whose documents stand so."
    )
    created_from: datetime | None = strawberry.field(default=None, description="Created then or later.")
    created_before: datetime | None = strawberry.field(default=None, description="Created earlier than this.")
    updated_from: datetime | None = strawberry.field(
        default=None, description="Changed then or later; an account whose vendor cannot tell is skipped."
    )
    search: str | None = strawberry.field(
        default=None, description="Contains this text, in the fields that the vendor searches."
    )

    def wanted(self) -> OrderFilter:
        """Raises BadUserInput, LimitExceeded naming the field."""
        if self.created_from and self.created_before and self.created_from >= self.created_before:
            raise BadUserInput("createdBefore must be later than createdFrom.", argument="filter.createdBefore")
        return OrderFilter(
            customer_keys=customer_keys(self.customer_keys),
            statuses=choices(self.statuses, "statuses"),
            vendor_statuses=choices(self.vendor_statuses, "vendorStatuses"),
            types=choices(self.types, "types"),
            documents=choices(self.documents, "documents"),
            created_from=self.created_from,
            created_before=self.created_before,
            updated_from=self.updated_from,
            search=search_text(self.search, "filter.search"),
        )


@strawberry.input(name="AgreementFilter", description="Keeps agreements that meet every condition given.")
class AgreementFilterInput:
    account_names: list[str] | None = strawberry.field(default=None, description="Only these accounts.")
    vendors: list[Vendor] | None = strawberry.field(default=None, description="Only accounts at these vendors.")
    customer_keys: list[str] | None = strawberry.field(default=None, description="Only these customers.")
    kinds: list[AgreementKind] | None = strawberry.field(default=None, description="Only these kinds.")
    statuses: list[AgreementStatus] | None = strawberry.field(default=None, description="Only these statuses.")

    def wanted(self) -> AgreementFilter:
        """Raises LimitExceeded naming the field."""
        return AgreementFilter(
            customer_keys=customer_keys(self.customer_keys),
            kinds=choices(self.kinds, "kinds"),
            statuses=choices(self.statuses, "statuses"),
        )


def chosen(
    accounts: Accounts, names: list[str] | None, vendors: list[Vendor] | None, capability: Capability
) -> list[Adapter]:
    """The accounts that a list is over: those named, else all that can do it. Raises BadUserInput,
    LimitExceeded."""
    wanted, at = choices(names, "accountNames"), choices(vendors, "vendors")
    named = [accounts.named(name, "filter.accountNames") for name in wanted] or [
        adapter for adapter in accounts if capability in adapter.account.capabilities
    ]
    return [adapter for adapter in named if not at or adapter.account.vendor in at]


def choices(values: Iterable[C] | None, name: str) -> tuple[C, ...]:
    """An empty list is a mistake: it reads as "none of them", which nobody asks for."""
    if values is None:
        return ()
    unique = tuple(dict.fromkeys(values))
    if not unique:
        raise BadUserInput(f"{name} is empty; leave it out to allow all.", argument=f"filter.{name}")
    if len(unique) > MAX_CHOICES:
        raise LimitExceeded(f"{name} takes at most {MAX_CHOICES} values.", argument=f"filter.{name}")
    if any(isinstance(value, str) and not readable(value) for value in unique):
        raise BadUserInput(f"Each of {name} has 1 to {MAX_TEXT} printable characters.", argument=f"filter.{name}")
    return unique


def customer_keys(values: list[str] | None) -> tuple[str, ...]:
    return tuple(key.lower() if GUID.fullmatch(key) else key for key in choices(values, "customerKeys"))
