"""What the emulator remembers: customers with their carts, orders, files, subscriptions and agreements."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from gateway.sandbox.partner_center.catalogue import Item
from gateway.sandbox.partner_center.settings import Settings
from gateway.sandbox.partner_center.times import hundredths

Document = dict[str, Any]


@dataclass(slots=True)
class Line:
    """One order line. `extras` are optional wire fields echoed as they came; `state` is the provisioning status."""

    number: int
    item: Item
    quantity: int
    term: str = ""
    kind: str = "New"
    state: str = "prefulfillment_pending"
    friendly_name: str | None = None
    subscription_id: str | None = None
    resellers: list[str] = field(default_factory=list)
    pricing: dict[str, float] | None = None
    extras: Document = field(default_factory=dict)


@dataclass(slots=True)
class Attachment:
    """One uploaded file. Seeded files have no `content`: it is made when asked for."""

    id: str
    file_name: str
    content_type: str
    kind: str
    size: int
    content: bytes | None = None


@dataclass(slots=True)
class Order:
    """One order. `since` is when the present status began; `hidden` names fields its answers lack."""

    id: str
    alternate_id: str
    customer: Customer
    cycle: str
    lines: list[Line]
    created: datetime
    status: str
    since: datetime
    transaction_type: str = "UserPurchase"
    legacy: bool = False
    hidden: frozenset[str] = frozenset()
    linked: bool = True
    client: Document = field(default_factory=dict)
    version: int = 1
    attachments: list[Attachment] = field(default_factory=list)
    rendered: dict[tuple[bool, bool], str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return etag(self.id, self.version)

    @property
    def family(self) -> str:
        return self.lines[0].item.family

    @property
    def by_system(self) -> bool:
        return self.transaction_type != "UserPurchase"

    def enter(self, status: str, moment: datetime) -> None:
        """Takes a new status; answers made before are forgotten."""
        self.status = status
        self.since = moment
        self.changed()

    def changed(self) -> None:
        self.version += 1
        self.rendered.clear()


@dataclass(slots=True)
class Subscription:
    """One subscription as its wire document; `coming` is an update accepted with 202 and not yet applied."""

    document: Document
    line: Line
    order: Order
    version: int = 1
    coming: tuple[datetime, Document] | None = None
    rendered: dict[tuple[int, bool], str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def etag(self) -> str:
        return etag(self.id, self.version)


@dataclass(slots=True)
class Cart:
    """One cart: its lines as answered, and per order group the order it became."""

    id: str
    created: datetime
    modified: datetime
    user: str
    lines: list[Document]
    attested: bool | None = None
    status: str = "Active"
    done: dict[str, Document] = field(default_factory=dict)


@dataclass(slots=True)
class Customer:
    """One customer tenant. `orders` is keyed by every lower-cased id an order answers to."""

    id: str
    name: str
    domain: str
    country: str
    currency: str
    related: bool = True
    direct_signed: bool = False
    carts: dict[str, Cart] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    agreements: list[Document] = field(default_factory=list)

    @property
    def agreed(self) -> bool:
        """Whether purchases are allowed: the customer agreement is confirmed, or signed directly."""
        return self.direct_signed or any(one["type"] == "MicrosoftCustomerAgreement" for one in self.agreements)

    def all_orders(self) -> list[Order]:
        return list({id(order): order for order in self.orders.values()}.values())

    def add(self, order: Order) -> None:
        self.orders[order.id.lower()] = order
        self.orders.setdefault(order.alternate_id.lower(), order)


@dataclass(slots=True)
class World:
    """All state of one emulator. `moving` are orders that change by themselves; `ids` makes new ids, repeatably."""

    seed: int
    settings: Settings
    clock: Callable[[], float]
    ids: Random
    partner_id: str
    resellers: tuple[str, ...] = ()
    templates: tuple[Document, ...] = ()
    customers: dict[str, Customer] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    moving: list[Order] = field(default_factory=list)
    changing: list[Subscription] = field(default_factory=list)
    audit: list[Document] = field(default_factory=list)
    tickets: dict[str, tuple[float, str]] = field(default_factory=dict)

    def now(self) -> datetime:
        return hundredths(datetime.fromtimestamp(self.clock(), UTC))

    def add(self, order: Order) -> None:
        self.orders.append(order)
        order.customer.add(order)


def guid(rng: Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def hexes(rng: Random, digits: int) -> str:
    return f"{rng.getrandbits(digits * 4):0{digits}x}"


def etag(identity: str, version: int) -> str:
    """Base64 of `{"id", "version"}`, as decoded from published values."""
    return base64.b64encode(json.dumps({"id": identity, "version": version}).encode()).decode()
