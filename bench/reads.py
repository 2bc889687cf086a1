"""Reads of a mixed load: what clients ask of the graph, and which vendors an answer serves in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

VENDORS = ("partner_center", "sellercloud", "softwareone")
ACCOUNTS = {"contoso": "partner_center", "acme": "sellercloud", "market": "softwareone", "seller": "softwareone"}
ROWS = "nodes { id number status createdAt lines { quantity } } sources { account { name } state }"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What can be asked for: ids of orders by vendor, and Partner Center's customers."""

    orders: Mapping[str, tuple[str, ...]]
    customers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """`vendor`: the only one that is asked; None: all are. The answer is at `found`."""

    name: str
    vendor: str | None
    weight: float
    query: str
    variables: Callable[[Random, Known], Json]

    def served(self, answer: Json) -> frozenset[str]:
        """The vendors of which all that was asked is there."""
        found = (answer.get("data") or {}).get("found")
        if found is None:
            return frozenset()
        if self.vendor is None:
            failing = {ACCOUNTS[one["account"]["name"]] for one in found["sources"] if one["state"] != "OK"}
            return frozenset(VENDORS) - failing
        whole = "errors" not in answer and found.get("nodes") != []
        return frozenset({self.vendor} if whole else ())


def one(vendor: str) -> Callable[[Random, Known], Json]:
    return lambda random, known: {"id": random.choice(known.orders[vendor])}


def nothing(random: Random, known: Known) -> Json:
    return {}


def some_customers(random: Random, known: Known) -> Json:
    return {"keys": random.sample(known.customers, min(2, len(known.customers)))}


def order(name: str, vendor: str, weight: float, selection: str) -> Read:
    query = f"query($id: ID!) {{ found: order(id: $id) {{ id number status {selection} }} }}"
    return Read(name, vendor, weight, query, one(vendor))


def newest(name: str, vendor: str, weight: float, first: int, selection: str = ROWS) -> Read:
    words = f"first: {first}, filter: {{vendors: [{vendor.upper()}]}}"
    return Read(name, vendor, weight, f"{{ found: orders({words}) {{ {selection} }} }}", nothing)


OF_CUSTOMERS = f"""query($keys: [String!]) {{
  found: orders(first: 20, filter: {{vendors: [PARTNER_CENTER], customerKeys: $keys}}) {{ {ROWS} }} }}"""

READS: tuple[Read, ...] = (
    Read("list of all", None, 2, f"{{ found: orders(first: 20) {{ {ROWS} }} }}", nothing),
    order("order", "partner_center", 3, "total { amount }"),
    order("order", "sellercloud", 3, "total { amount }"),
    order("order", "softwareone", 3, "total { amount }"),
    Read("list", "partner_center", 1.5, OF_CUSTOMERS, some_customers),
    newest("list", "sellercloud", 1.5, 20),
    newest("list", "softwareone", 1.5, 20),
    order("edges", "partner_center", 1, "subscriptions { id status } attachments { fileName }"),
    newest("edges", "softwareone", 1.5, 5, "nodes { id agreement { name currency } attachments { fileName } }"),
    order("details", "sellercloud", 1, "notes currency details { ... on SellercloudOrderDetails { totalWeight } }"),
    order("details", "softwareone", 1, "details { ... on SoftwareOneOrderDetails { instructions comments } }"),
)
