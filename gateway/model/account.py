"""Accounts: one configured login at one vendor each, what it can do and how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from gateway.model.ref import Kind, Ref
from gateway.model.values import Vendor


class Capability(Enum):
    READ_ORDERS = "read_orders"
    LIST_ORDERS = "list_orders"
    READ_AGREEMENTS = "read_agreements"
    LIST_AGREEMENTS = "list_agreements"
    READ_SUBSCRIPTIONS = "read_subscriptions"
    READ_PROVISIONING = "read_provisioning"
    READ_ATTACHMENTS = "read_attachments"
    DOWNLOAD_ATTACHMENTS = "download_attachments"
    READ_REFERENCE = "read_reference"
    READ_CARTS = "read_carts"
    CREATE_CARTS = "create_carts"
    CREATE_PURCHASE_ORDERS = "create_purchase_orders"
    UPDATE_ORDERS = "update_orders"
    SUBMIT_ORDERS = "submit_orders"
    CANCEL_ORDERS = "cancel_orders"
    ADD_ATTACHMENTS = "add_attachments"
    UPDATE_ATTACHMENTS = "update_attachments"
    DELETE_ATTACHMENTS = "delete_attachments"


class AccountState(Enum):
    HEALTHY = "healthy"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    MISCONFIGURED = "misconfigured"
    UNKNOWN = "unknown"


class CircuitState(Enum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Circuit:
    """The breaker of the routes that fail together; `retry_at` is when an open one lets a call through to try."""

    routes: str
    state: CircuitState
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """As the last calls left it; asking costs no call. `remaining_calls` is None where nobody counts."""

    state: AccountState
    last_success_at: datetime | None = None
    retry_at: datetime | None = None
    remaining_calls: int | None = None
    circuits: tuple[Circuit, ...] = ()


@dataclass(frozen=True, slots=True)
class ListCost:
    """What a page of a list over an account takes in calls: `flat` ones, one for each of at most `customers`, and one
    for each `rows` rows."""

    flat: int = 1
    customers: int = 0
    rows: int = 0

    def calls(self, rows: int, customers: int | None = None) -> int:
        """For a page of so many rows over so many customers; None: all of them."""
        paged = -(-rows // self.rows) if self.rows else 0
        return self.flat + paged + (self.customers if customers is None else min(customers, self.customers))


@dataclass(frozen=True, slots=True)
class Account:
    """`id` is stable and part of every id of the account's things; `name` is what people call it."""

    id: str
    name: str
    vendor: Vendor
    capabilities: frozenset[Capability]
    list_cost: ListCost = ListCost()

    @property
    def ref(self) -> Ref:
        return Ref(self.id, Kind.ACCOUNT, ())
