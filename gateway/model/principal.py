"""Who asks: what a principal may do, and of which accounts and customers it may see anything at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Scope(Enum):
    """What a principal may do, in the words that tokens and the SDL use."""

    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    ATTACHMENTS_READ = "attachments:read"
    ATTACHMENTS_WRITE = "attachments:write"
    AGREEMENTS_READ = "agreements:read"


class Role(Enum):
    """What kind of client it is: a service or person, a router that joins graphs, a scraper of figures."""

    CLIENT = "client"
    ROUTER = "router"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """One client of the gateway. `name` is unique and lasting: records of writes and download links belong to it.

    `accounts` are the names of those it sees whole, None for all; `customers` the customer keys it sees of other
    accounts, by the account's name. `expires_at` is in seconds since 1970, None where it never does.
    """

    name: str
    role: Role = Role.CLIENT
    scopes: frozenset[Scope] = frozenset()
    accounts: frozenset[str] | None = frozenset()
    customers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sees_vendor_calls: bool = False
    expires_at: float | None = None

    def customers_of(self, account: str) -> frozenset[str] | None:
        """The customer keys that it sees of that account: None for all of them, empty where it sees nothing there."""
        if self.accounts is None or account in self.accounts:
            return None
        return self.customers.get(account, frozenset())


ANYBODY: Final = Principal(name="anonymous", scopes=frozenset(Scope), accounts=None, sees_vendor_calls=True)
"""Who asks where no authentication is configured: on loopback alone."""
