"""The seeded year: purchase orders as a home goods company would have written them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gateway.sandbox.sellercloud import catalog
from gateway.sandbox.sellercloud.calendar import DAYS, IMPORT_ENDS, LATE, OPENING, WorkingYear, fraction
from gateway.sandbox.sellercloud.progress import Progress
from gateway.sandbox.sellercloud.records import Address, Line, Offer, PurchaseOrder, Relation, Vendor, Warehouse

ORDERS_A_YEAR = 600
FEWEST = 20
IMPORTED_TOGETHER = 12  # purchase orders of one minute at size 1
IMPORT_DAY = 141
CREDIT_MEMO = 1
FBA = 1  # a type of warehouse

_TITLES = (
    "Spring restock", "Summer table", "Autumn launch", "Holiday build-up", "Weekly replenishment", "Shelf gaps",
    "Trade fair samples", "Promo: kitchen week", "Catalogue refresh", "Backorder cover", "New store opening",
)  # fmt: skip
_INSTRUCTIONS = (
    None, None, "Dock 3, call ahead.", "Pallets no higher than 1.6 m.", "Ship complete.",
    "Print the PO number on every carton.", "Please confirm by e-mail.",
)  # fmt: skip
_MEMOS = (None, None, None, "Freight shared with previous PO", "Price agreed by phone", "Check breakage on arrival")
_BUYERS = ("D. Whitfield", "M. Oyelaran", "I. Brandt")
_CUSTOMERS = (
    Address(
        "US", "Helen", "Kowalski", "B", "60614", "Chicago", None, "2210 N Clark St", "Apt 4", state="IL",
        home_phone="+1 312 555 0143", home_phone_extension="4", notes="Ring twice", classification=1, verification=2,
    ),
    Address(
        "CA", "Olivier", "Tremblay", None, "H2X 1Y4", "Montréal", "Café Milton", "88 rue Milton", None, state="QC",
        email="olivier@cafe-milton.example", web_site="https://cafe-milton.example", classification=3, verification=3,
    ),
    Address(
        "GB", "Aisha", "Rahman", None, "M4 1HN", "Manchester", None, "7 Tib Lane", None, phone="+44 161 555 0110",
        verification=1,
    ),
)  # fmt: skip
_SERVICES = (("UPS", "Ground"), ("FedEx", "2Day"), ("DHL", "Express Worldwide"))
_TAXED_COMPANY = 171
_Choice = tuple[int, ...]
_COMPANY_WEIGHTS: _Choice = (60, 15, 20, 5)
_VENDOR_WEIGHTS: _Choice = (34, 22, 14, 12, 11, 7, 0)
_WAREHOUSE_WEIGHTS: _Choice = (45, 25, 10, 10, 5)


def year_of_orders(
    rng: random.Random, size: float, today: datetime, offers: dict[int, list[Offer]]
) -> list[PurchaseOrder]:
    """`ORDERS_A_YEAR` times `size`, oldest first; a quarter in case mode; ids do not depend on `today`."""
    count = max(FEWEST, round(ORDERS_A_YEAR * size))
    moments = _moments(rng, count, size)
    in_cases = set(rng.sample(range(count), round(count / 4)))
    author = Author(rng, WorkingYear(today), offers)
    for index, (day, second) in enumerate(moments):
        author.write(index, day, second, index in in_cases)
    return author.orders


def _moments(rng: random.Random, count: int, size: float) -> list[tuple[int, int]]:
    """Working day and second of the day of each; one minute holds an import of several."""
    together = min(count // 2, max(3, round(IMPORTED_TOGETHER * size)))
    imported = [(IMPORT_DAY, OPENING + rng.randrange(60)) for _ in range(together)]
    others = [(rng.randrange(DAYS), rng.randrange(IMPORT_ENDS, LATE)) for _ in range(count - together)]
    return sorted(imported + others)


@dataclass(slots=True)
class Author:
    rng: random.Random
    year: WorkingYear
    offers: dict[int, list[Offer]]
    orders: list[PurchaseOrder] = field(default_factory=list)
    order_ids: Iterator[int] = field(default_factory=lambda: itertools.count(catalog.FIRST_ORDER_ID))
    line_ids: Iterator[int] = field(default_factory=lambda: itertools.count(catalog.FIRST_LINE_ID))
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(self.rng, self.year)

    def write(self, index: int, day: int, second: int, case_mode: bool) -> None:
        rng = self.rng
        company = rng.choices(catalog.COMPANIES, _COMPANY_WEIGHTS)[0]
        vendor = rng.choices(catalog.VENDORS, _VENDOR_WEIGHTS)[0]
        warehouse: Warehouse | None = rng.choices((*catalog.WAREHOUSES, None), (*_WAREHOUSE_WEIGHTS, 5))[0]
        parent = self.orders[-1] if index % 29 == 15 else None
        if parent is not None:
            vendor = next(v for v in catalog.VENDORS if v.id == parent.vendor_id)
        order = PurchaseOrder(
            id=next(self.order_ids),
            company_id=parent.company_id if parent else company.id,
            vendor_id=vendor.id,
            type=CREDIT_MEMO if index % 17 == 16 else 2 if index % 23 == 19 else 0,
            case_mode=case_mode,
            created=self.year.at(day, second, fraction(rng)),
            created_by=rng.choice(tuple(catalog.EMPLOYEES)),
            lines=[],
            warehouse_id=warehouse.id if warehouse else 0,
        )
        self._terms(order, vendor)
        order.lines = self._lines(order)
        self._words(order, warehouse)
        self._wishes(order, index)
        self._charges(order)
        self.progress.advance(order, index, day)
        if parent is not None:
            self._split(parent, order)
        if order.type == CREDIT_MEMO:
            self._credit(order)
        if self.orders and self.orders[-1].status == 4 and index % 2:
            self.orders[-1].cancelled_po_id = order.id
        self.orders.append(order)

    def _terms(self, order: PurchaseOrder, vendor: Vendor) -> None:
        order.currency, order.currency_digits = vendor.currency, vendor.digits
        order.currency_rate = vendor.rate_to_usd
        order.payment_term_id = vendor.payment_term_id if self.rng.random() < 0.9 else 0

    def _lines(self, order: PurchaseOrder) -> list[Line]:
        rng = self.rng
        sold = self.offers[order.vendor_id]
        chosen = rng.sample(sold, min(len(sold), rng.choice((1, 1, 2, 2, 3, 4, 5, 6))))
        if rng.random() < 0.08:
            chosen.append(chosen[0])  # one product on two lines
        return [self._line(order, offer) for offer in chosen]

    def _line(self, order: PurchaseOrder, offer: Offer) -> Line:
        rng = self.rng
        product = offer.product
        cases = rng.randrange(2, 41)
        discount: tuple[int, Decimal] = rng.choices(
            ((0, Decimal(0)), (1, Decimal(5)), (1, Decimal("7.5")), (0, offer.price / 10)), (85, 6, 5, 4)
        )[0]
        return Line(
            id=next(self.line_ids),
            sku=product.sku,
            name=product.name,
            vendor_sku=offer.vendor_sku,
            case_mode=order.case_mode,
            quantity=cases if order.case_mode else rng.choice((6, 12, 24, 48, 60, 96, 120, 240)),
            units_per_case=product.units_per_case if order.case_mode else 1,
            price=offer.case_price if order.case_mode else offer.price,
            discount_type=discount[0],
            discount_value=discount[1].quantize(Decimal("0.01")),
            warehouse_id=order.warehouse_id,
            notes=rng.choices(("", "Fragile", "No substitutes", "Bar code on each unit"), (80, 8, 6, 6))[0],
        )

    def _words(self, order: PurchaseOrder, warehouse: Warehouse | None) -> None:
        rng = self.rng
        order.title = rng.choice((*_TITLES, None))
        order.instructions = rng.choice(_INSTRUCTIONS)
        order.memo = rng.choice(_MEMOS)
        order.notes_count = rng.choices((0, 1, 2, 5), (70, 18, 9, 3))[0]
        order.emails_sent = rng.choices((0, 1, 2), (40, 50, 10))[0]
        order.priority = rng.choices((0, 1, 2), (80, 14, 6))[0]
        order.inventory_count_disabled = rng.random() < 0.06
        if rng.random() < 0.3:
            order.columns = {"PO_BUYER": rng.choice(_BUYERS), "PO_SEASON": rng.choice(("SS", "AW"))}
        order.order_type = rng.choices((0, 1, 2, 3), (84, 6, 7, 3))[0]
        order.ship_to = warehouse.address if warehouse else None
        if order.order_type == 2:
            order.drop_ship_order = 5_000_000 + order.id
            order.ship_to = rng.choice(_CUSTOMERS)

    def _charges(self, order: PurchaseOrder) -> None:
        order.shipping = self._charge(order, 180, 0.6)
        order.shipping_third_party = self._charge(order, 40, 0.05)
        order.other = self._charge(order, 25, 0.1)
        if order.company_id == _TAXED_COMPANY:
            order.tax = (order.order_total / 5).quantize(Decimal(1).scaleb(-order.currency_digits))

    def _charge(self, order: PurchaseOrder, most: int, chance: float) -> Decimal:
        """Up to `most` US dollars' worth; none with the rest of the chance."""
        dollars = Decimal(self.rng.randrange(100, most * 100)) / 100
        step = Decimal(1).scaleb(-order.currency_digits)
        return (dollars / order.currency_rate).quantize(step) if self.rng.random() < chance else Decimal(0)

    def _wishes(self, order: PurchaseOrder, index: int) -> None:
        """How it should be shipped, and for whose fulfillment service."""
        if index % 6 == 2:
            order.requested_carrier, order.requested_service = _SERVICES[index % len(_SERVICES)]
        if any(w.id == order.warehouse_id and w.type == FBA for w in catalog.WAREHOUSES):
            order.fba_id = 700_000 + order.id
            order.fba_planning_id = 800_000 + order.id if index % 2 else 0
        elif index % 13 == 4:
            order.wfs_shipment_id = 900_000 + order.id

    def _credit(self, memo: PurchaseOrder) -> None:
        """The latest purchase from the same vendor, if any, is the one it is about."""
        for order in reversed(self.orders):
            if order.vendor_id == memo.vendor_id and order.type != CREDIT_MEMO and not order.credit_memo_id:
                order.credit_memo_id = memo.id
                return

    def _split(self, parent: PurchaseOrder, child: PurchaseOrder) -> None:
        parent.related.append(Relation(child.id, 2, child.created))
        child.related.append(Relation(parent.id, 1, child.created))
        child.title = f"{parent.title or 'Purchase order'} (split)"
