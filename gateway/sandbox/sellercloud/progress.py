"""How far each purchase order of the year has come: status, goods, money, invoices; the older, the further."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from gateway.sandbox.sellercloud.calendar import DAYS, WorkingYear
from gateway.sandbox.sellercloud.catalog import EMPLOYEES
from gateway.sandbox.sellercloud.records import CENT, Line, PurchaseOrder, Tracking

SAVED, ORDERED, PENDING, RECEIVED, CANCELLED, COMPLETED = range(6)

# working days of age from which the weights hold, for statuses 0 to 5
_STATUS_BY_AGE: tuple[tuple[int, tuple[int, ...]], ...] = (
    (45, (2, 5, 2, 28, 8, 55)),
    (15, (4, 25, 5, 40, 6, 20)),
    (0, (20, 45, 15, 15, 5, 0)),
)
_STATUSES = range(6)
# every payment status, in the mix of a normal ledger
_PAYMENTS = (30, 30, 70, 30, 10, 20, 40, 30, 50, 60, 30, 80, 99, 30)
_PAID_SHARE = {30: "1", 50: "1", 60: "1", 70: "0.4", 80: "1"}
_REFUNDED_SHARE = {50: "0.25", 60: "1"}
# shipping and receiving of an order under way, in turn
_UNDER_WAY = ((1, 1), (0, 0), (2, 0), (1, 0), (0, 0))
_CARRIERS = (("UPS", "1Z999AA1"), ("FedEx", "7946"), ("DHL", "JD0146"), ("USPS", "9400"), ("Kuehne+Nagel", "KN44"))


@dataclass(slots=True)
class Progress:
    rng: random.Random
    year: WorkingYear
    under_way: int = 0
    settled: int = 0
    tracking_ids: int = 0

    def advance(self, order: PurchaseOrder, index: int, day: int) -> None:
        order.status = self._status(index, day)
        order.approved = order.status not in (SAVED, CANCELLED) or self.rng.random() < 0.2
        if order.approved:
            order.approved_on, order.approved_by = self.year.after(self.rng, day, 0), 12
        if order.status != SAVED:
            order.ordered = order.created
            self._plans(order, day)
            order.revise(self.year.after(self.rng, day, self.rng.randrange(30)), self.rng.choice(tuple(EMPLOYEES)))
        if order.status == ORDERED:
            order.shipping_status, order.receiving_status = _UNDER_WAY[self.under_way % len(_UNDER_WAY)]
            self.under_way += 1
        elif order.status in (RECEIVED, COMPLETED):
            order.shipping_status = order.receiving_status = 2
            self._payment(order, day)
        self._goods(order, day)

    def _status(self, index: int, day: int) -> int:
        if index < len(_STATUSES):
            return (COMPLETED, CANCELLED, RECEIVED, PENDING, ORDERED, SAVED)[index]  # each, however few there are
        weights = next(weights for age, weights in _STATUS_BY_AGE if DAYS - day > age)
        return self.rng.choices(_STATUSES, weights)[0]

    def _plans(self, order: PurchaseOrder, day: int) -> None:
        rng = self.rng
        lead = rng.randrange(5, 40)
        if rng.random() < 0.6:
            order.expected = self.year.at(day + lead, 0)
            for line in order.lines:
                line.expected = order.expected if rng.random() < 0.5 else None
        order.requested = self.year.at(day + lead - 3, 0) if rng.random() < 0.2 else None
        order.cancel_by = self.year.at(day + lead + 20, 0) if rng.random() < 0.1 else None

    def _payment(self, order: PurchaseOrder, day: int) -> None:
        rng = self.rng
        order.payment_status = _PAYMENTS[self.settled % len(_PAYMENTS)]
        self.settled += 1
        total = order.grand_total
        order.paid = (total * Decimal(_PAID_SHARE.get(order.payment_status, "0"))).quantize(CENT)
        order.refunded = (total * Decimal(_REFUNDED_SHARE.get(order.payment_status, "0"))).quantize(CENT)
        order.paid_on = self.year.after(rng, day, 30) if order.paid else None
        order.invoiced = rng.choices((0, 1, 2), (15, 75, 10))[0]
        if order.invoiced:
            order.invoice_number = f"INV-{rng.randrange(10_000, 99_999)}"
            order.invoice_date = self.year.after(rng, day, 8)
            order.invoice_file = f"{order.invoice_number}.pdf" if rng.random() < 0.4 else None
        if order.invoiced == 2:
            order.more_invoices = (f"INV-{rng.randrange(10_000, 99_999)}",)
        order.exported = order.status == COMPLETED and rng.random() < 0.7

    def _goods(self, order: PurchaseOrder, day: int) -> None:
        rng = self.rng
        if order.shipping_status:
            order.shipped_on = self.year.after(rng, day, rng.randrange(2, 9))
            carrier, prefix = rng.choice(_CARRIERS)
            order.carrier, order.tracking_number = carrier, f"{prefix}{rng.randrange(10**9):09d}"
            if rng.random() < 0.25:
                order.tracking = [self._parcel(carrier, prefix, day) for _ in range(rng.randrange(2, 5))]
                order.shipped_on, order.tracking_number = order.tracking[0].shipped_on, order.tracking[0].number
        if order.shipping_status == 2 and not order.receiving_status:  # on its way
            for line in order.lines:
                line.in_container = line.units
        if order.receiving_status:
            order.received_on, order.received_by = self.year.after(rng, day, rng.randrange(9, 30)), 17
            for place, line in enumerate(order.lines):
                line.received = line.units if order.receiving_status == 2 else _part(line, place)

    def _parcel(self, carrier: str, prefix: str, day: int) -> Tracking:
        self.tracking_ids += 1
        number = f"{prefix}{self.rng.randrange(10**9):09d}"
        return Tracking(self.tracking_ids, carrier, number, self.year.after(self.rng, day, self.rng.randrange(2, 9)))


def _part(line: Line, place: int) -> int:
    """Half of the first line's goods, none of every other one."""
    return max(1, line.units // 2) if place % 2 == 0 else 0
