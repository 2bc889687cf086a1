"""What happens to a seeded subscription after its purchase: renewals, changes, credits, terms run through."""

from __future__ import annotations

from datetime import datetime
from random import Random

from gateway.sandbox.partner_center.catalogue import price_line
from gateway.sandbox.partner_center.records import Customer, Document, Line, Order, Subscription, hexes
from gateway.sandbox.partner_center.seeding.plan import Entry, office_hours
from gateway.sandbox.partner_center.subscribing import CYCLE_MONTHS, TERM_MONTHS, months_later
from gateway.sandbox.partner_center.times import parse, stamp

CHANGES = ("AddQuantity", "RemoveQuantity", "Cancel", "Convert", "CustomerCredit")
OLD_ENOUGH = 45
# fields that move forward with each term or billing cycle run through
TERM_FIELDS = ("commitmentEndDate", "commitmentEndDateTime")
CYCLE_FIELDS = ("billingCycleEndDate",)


def choose_parent(customer: Customer, entry: Entry, ages: dict[str, int], rng: Random) -> Subscription | None:
    """A running licence subscription to follow up: one with a monthly term for renewals, where there is one.

    Ages come from the plan, so that the choice does not hang on the day the data ends.
    """
    running = [
        one
        for one in customer.subscriptions.values()
        if one.line.item.family == "licence"
        and one.document["status"] == "active"
        and ages.get(one.order.id, 0) > OLD_ENOUGH
    ]
    monthly = [one for one in running if one.line.term == "P1M"]
    candidates = monthly if entry.kind == "renewal" and monthly else running
    return rng.choice(candidates) if candidates else None


def succeed(
    entry: Entry, customer: Customer, parent: Subscription, ages: dict[str, int], rng: Random, today: datetime
) -> Order:
    """The order that follows up a subscription, made some time between its start and the end of the year."""
    identity = hexes(rng, 12)
    kind, transaction = {
        "renewal": ("Renew", "SystemPurchase"),
        "billing": ("CustomerCredit", "SystemBilling"),
    }.get(entry.kind, (CHANGES[entry.number % len(CHANGES)], "UserPurchase"))
    created = office_hours(today, max(1, round(ages[parent.order.id] * rng.uniform(0.1, 0.8))), rng)
    item, term, cycle = parent.line.item, parent.line.term, parent.order.cycle
    held: int = parent.document["quantity"]
    changed = {"AddQuantity": rng.choice((1, 2, 5, 10)), "RemoveQuantity": max(1, held // 4)}
    quantity = changed.get(kind, held)
    line = Line(
        number=0,
        item=item,
        quantity=quantity,
        term=term,
        kind=kind,
        state="fulfilled",
        friendly_name=parent.line.friendly_name,
        subscription_id=parent.id,
        resellers=list(parent.line.resellers),
        pricing=price_line(item, quantity, cycle, term, customer.currency, False),
    )
    _apply(kind, parent, quantity)
    return Order(
        identity, identity, customer, cycle, [line], created, "completed", created, transaction_type=transaction
    )


def bring_up(subscription: Subscription, today: datetime) -> None:
    """What time has done: refunds are over after a week, terms run through go on past `today`.

    One in seven short terms was not renewed and has expired; for one in eight others the next term is arranged.
    """
    document, line, order = subscription.document, subscription.line, subscription.order
    if (until := parse(document["cancellationAllowedUntilDate"])) and until < today:
        document |= {"refundOptions": [], "refundableQuantity": {"totalQuantity": 0, "details": []}}
    if document["status"] != "active" or not document["autoRenewEnabled"]:
        return
    end = parse(document["commitmentEndDate"])
    if line.term == "P1M" and end and end < today and Random(f"{subscription.id}/expiry").random() < 1 / 7:
        subscription.document = document | {"status": "expired", "autoRenewEnabled": False, "renewalTermDuration": ""}
        return
    for fields, months in ((TERM_FIELDS, TERM_MONTHS.get(line.term)), (CYCLE_FIELDS, CYCLE_MONTHS.get(order.cycle))):
        if months:
            document |= {name: _past(document[name], months, today) for name in fields}
    if line.item.family == "licence" and Random(f"{subscription.id}/next").random() < 1 / 8:
        document["scheduledNextTermInstructions"] = _next_term(subscription)


def _next_term(subscription: Subscription) -> Document:
    """The same product for a year and with a few more seats."""
    product, sku, availability = subscription.line.item.offer_id.split(":")
    term = {"billingCycle": "annual", "termDuration": "P1Y"}
    return {
        "product": {"productId": product, "skuId": sku, "availabilityId": availability, **term},
        "quantity": subscription.document["quantity"] + 2,
    }


def _apply(kind: str, parent: Subscription, quantity: int) -> None:
    document = parent.document
    if kind == "AddQuantity":
        document["quantity"] += quantity
    elif kind == "RemoveQuantity":
        document["quantity"] = max(1, document["quantity"] - quantity)
    elif kind == "Cancel":
        document |= {"status": "deleted", "autoRenewEnabled": False, "actions": []}


def _past(text: str, months: int, today: datetime) -> str:
    first = moment = parse(text)
    steps = 0
    while first and moment and moment < today:
        steps += 1
        moment = months_later(first, months * steps)
    return stamp(moment) if moment else text
