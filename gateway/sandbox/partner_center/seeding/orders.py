"""The seeded orders, from the plan's entries: purchases, then what renews, changes or bills them."""

from __future__ import annotations

from datetime import datetime
from random import Random

from gateway.sandbox.partner_center.catalogue import ITEMS, Family, Item, price_line
from gateway.sandbox.partner_center.records import Customer, Line, Order, World, guid, hexes
from gateway.sandbox.partner_center.seeding.attachments import attach
from gateway.sandbox.partner_center.seeding.followups import bring_up, choose_parent, succeed
from gateway.sandbox.partner_center.seeding.options import add_options
from gateway.sandbox.partner_center.seeding.plan import Entry, office_hours, plan
from gateway.sandbox.partner_center.subscribing import subscribe

FAMILIES: dict[Family, int] = {
    "licence": 60,
    "software": 14,
    "saas": 9,
    "software_subscription": 7,
    "reservation": 6,
    "azure_plan": 4,
}
# What the status says about the goods: which items, or failing that which families, lead to it.
BY_TRAIT = {
    "pending_po_upload": "purchase_order",
    "po_upload_complete": "purchase_order",
    "po_review_rejected": "purchase_order",
    "pending_review": "deal_review",
    "error": "fails",
}
BY_FAMILY: dict[str, tuple[Family, ...]] = {
    "suspended": ("licence",),
    "partial_success": ("licence",),
    "cancelled": ("software", "software_subscription", "licence"),
}
LEGACY_GAPS = (
    frozenset({"status"}),
    frozenset({"currencyCode", "currencySymbol"}),
    frozenset({"alternateId", "status"}),
)
FULFILLED = ("completed", "suspended")
DEPARTMENTS = ("Sales", "Finance", "Plant 2", "HQ", "Field service", "Legal")
PLANS_IN_USE = (("monthly", "P1M"), ("monthly", "P1Y"), ("annual", "P1Y"))
STORE = {"marketplaceCountry": "", "deviceFamily": "UniversalStore-PartnerCenter", "name": "Partner Center Web"}


def seed_orders(world: World, size: float, today: datetime) -> None:
    """Fills the world with the orders of the year before `today`, spread evenly over the related customers."""
    related = [customer for customer in world.customers.values() if customer.related]
    ages: dict[str, int] = {}
    for entry in plan(world.seed, size, len(related)):
        rng = Random(f"{world.seed}/order/{entry.number}")
        customer = related[entry.customer]
        parent = choose_parent(customer, entry, ages, rng) if entry.kind in ("renewal", "billing", "change") else None
        if parent is None:
            order = _purchase(world, entry, customer, rng, today)
            ages[order.id] = entry.days
        else:
            order = succeed(entry, customer, parent, ages, rng, today)
        world.add(order)
        attach(order, rng)
    for customer in related:
        for subscription in customer.subscriptions.values():
            bring_up(subscription, today)


def _purchase(world: World, entry: Entry, customer: Customer, rng: Random, today: datetime) -> Order:
    identity, alternate = _ids(entry, rng)
    family, items = _goods(entry, rng)
    cycle, term = rng.choice([plan for plan in items[0].plans if plan in PLANS_IN_USE or len(items[0].plans) < 3])
    created = office_hours(today, entry.days, rng)
    order = Order(
        id=identity,
        alternate_id=alternate,
        customer=customer,
        cycle=cycle,
        lines=[_line(number, item, cycle, term, customer, world, rng) for number, item in enumerate(items)],
        created=created,
        status=entry.status,
        since=created,
        legacy=family == "legacy",
        hidden=LEGACY_GAPS[entry.number % 4] if family == "legacy" and entry.number % 4 < 3 else frozenset(),
        client=STORE | {"marketplaceCountry": customer.country} if rng.random() < 0.3 else {},
    )
    add_options(order)
    _provision(order, rng)
    return order


def _ids(entry: Entry, rng: Random) -> tuple[str, str]:
    """New commerce: 12 hex digits, twice; older modern: 33 characters ending in 1; legacy: a GUID."""
    short, whole = hexes(rng, 12), guid(rng)
    if entry.kind == "legacy":
        return (whole.upper() if entry.number % 2 else whole), whole
    if entry.kind == "modern":
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return "".join(rng.choices(letters, k=32)) + "1", short
    return short, short


def _goods(entry: Entry, rng: Random) -> tuple[Family, list[Item]]:
    trait = BY_TRAIT.get(entry.status)
    if trait:
        special = [item for item in ITEMS if item.trait == trait]
        chosen = [rng.choice(special)]
        return chosen[0].family, chosen
    if entry.kind == "legacy":
        family: Family = "legacy"
    else:
        families = BY_FAMILY.get(entry.status, tuple(FAMILIES))
        family = rng.choices(families, weights=[FAMILIES[one] for one in families])[0]
    if family == "reservation" and entry.number % 2:
        return "savings_plan", [item for item in ITEMS if item.family == "savings_plan"]
    plain = [item for item in ITEMS if item.family == family and item.trait in ("", "purchase_order")]
    if entry.status != "completed":
        plain = [item for item in plain if not item.trait]
    wanted = 2 if entry.status == "partial_success" else rng.choices((1, 2, 3, 5), weights=(55, 25, 14, 6))[0]
    shapes = [item for item in plain if item.plans == plain[0].plans]
    if family == "saas":
        wanted = 1
    return family, rng.sample(shapes, min(wanted, len(shapes)))


def _line(number: int, item: Item, cycle: str, term: str, customer: Customer, world: World, rng: Random) -> Line:
    small = item.family in ("software", "reservation")
    quantity = (
        1
        if item.family in ("azure_plan", "savings_plan")
        else rng.randint(1, 6)
        if small
        else rng.choice((1, 3, 5, 8, 10, 12, 25, 40, 75))
    )
    promoted = bool(item.promotion) and rng.random() < 0.3
    line = Line(
        number=number,
        item=item,
        quantity=quantity,
        term=term,
        friendly_name=f"{item.title} - {rng.choice(DEPARTMENTS)}" if rng.random() < 0.2 else item.title,
        pricing=price_line(item, quantity, cycle, term, customer.currency, promoted),
    )
    if promoted:
        line.extras["promotionId"] = item.promotion
    if item.family == "reservation":
        line.extras["provisioningContext"] = {"subscriptionId": guid(rng), "scope": "shared", "duration": "1Year"}
    if item.family == "savings_plan":
        line.extras["provisioningContext"] = {"subscriptionId": guid(rng), "scope": "shared"}
        amount = rng.randint(2, 40) / 4
        line.extras["purchaseCommitment"] = {"amount": amount, "currency": customer.currency, "grain": "hourly"}
    if item.family != "legacy" and rng.random() < 0.25:
        line.resellers = rng.sample(world.resellers, 2 if rng.random() < 0.2 else 1)
    return line


def _provision(order: Order, rng: Random) -> None:
    """Lines of orders that went through have subscriptions; those of orders undone since have ended ones."""
    if order.status in FULFILLED or order.status == "cancelled":
        for line in order.lines:
            line.state = "fulfilled"
            if order.legacy and line.number:
                line.extras["parentSubscriptionId"] = order.lines[0].subscription_id
            subscribe(order, line, rng, order.created)
    elif order.status == "partial_success":
        order.lines[0].state, order.lines[-1].state = "fulfilled", "unfulfilled"
        subscribe(order, order.lines[0], rng, order.created)
    elif order.status == "error":
        for line in order.lines:
            line.state = "unfulfilled"
    if order.status == "suspended":
        _end(order, "suspended")
    if order.status == "cancelled":
        _end(order, "deleted")
        by_line = order.family != "licence" and rng.random() < 0.5
        order.linked = by_line
        for line in order.lines:
            line.state = "unfulfilled"
            line.quantity = 0 if by_line else line.quantity


def _end(order: Order, status: str) -> None:
    for subscription in order.customer.subscriptions.values():
        if subscription.order is order:
            reasons = ["Partner"] if status == "suspended" else []
            subscription.document |= {"status": status, "autoRenewEnabled": False, "suspensionReasons": reasons}
