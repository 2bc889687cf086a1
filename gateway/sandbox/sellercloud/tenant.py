"""The tenant's books: every record by its id, and the sequences new ids come from."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gateway.sandbox.sellercloud import catalog
from gateway.sandbox.sellercloud.assortment import PRODUCTS
from gateway.sandbox.sellercloud.history import year_of_orders
from gateway.sandbox.sellercloud.records import Company, CustomColumn, Offer, Product, PurchaseOrder, Vendor, Warehouse


@dataclass(slots=True)
class Tenant:
    seed: int
    today: datetime
    orders: dict[int, PurchaseOrder]
    offers: dict[int, list[Offer]]
    companies: dict[int, Company] = field(default_factory=lambda: {c.id: c for c in catalog.COMPANIES})
    vendors: dict[int, Vendor] = field(default_factory=lambda: {v.id: v for v in catalog.VENDORS})
    warehouses: dict[int, Warehouse] = field(default_factory=lambda: {w.id: w for w in catalog.WAREHOUSES})
    products: dict[str, Product] = field(default_factory=lambda: {p.sku: p for p in PRODUCTS})
    payment_terms: dict[int, str] = field(default_factory=lambda: dict(catalog.PAYMENT_TERMS))
    employees: dict[int, str] = field(default_factory=lambda: dict(catalog.EMPLOYEES))
    columns: tuple[CustomColumn, ...] = catalog.CUSTOM_COLUMNS
    order_ids: Iterator[int] = field(init=False)
    line_ids: Iterator[int] = field(init=False)
    tracking_ids: Iterator[int] = field(init=False)
    list_walks: Iterator[int] = field(default_factory=itertools.count)  # numbers list calls, for their row order

    def __post_init__(self) -> None:
        lines = (line.id for order in self.orders.values() for line in order.lines)
        tracking = (entry.id for order in self.orders.values() for entry in order.tracking)
        self.order_ids = itertools.count(max(self.orders, default=catalog.FIRST_ORDER_ID - 1) + 1)
        self.line_ids = itertools.count(max(lines, default=catalog.FIRST_LINE_ID - 1) + 1)
        self.tracking_ids = itertools.count(max(tracking, default=0) + 1)

    @classmethod
    def seeded(cls, seed: int, size: float, today: datetime) -> Tenant:
        rng = random.Random(seed)
        offers = catalog.offers(rng, today)
        orders = year_of_orders(rng, size, today, offers)
        return cls(seed, today, {order.id: order for order in orders}, offers)

    def vendor_sku(self, vendor_id: int, sku: str) -> str:
        return next((o.vendor_sku for o in self.offers.get(vendor_id, ()) if o.product.sku == sku), "")
