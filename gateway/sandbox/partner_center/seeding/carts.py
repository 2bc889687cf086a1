"""Carts of the last days: one with all that a line can say, a faulty one, one of legacy offers, and one ordered."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from gateway.sandbox.partner_center.auth import RESOURCE, AccessToken, App
from gateway.sandbox.partner_center.basket import cart_lines
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.records import Cart, Customer, Document, Order, World, guid
from gateway.sandbox.partner_center.seeding.customers import RESELLERS
from gateway.sandbox.partner_center.seeding.options import month_end
from gateway.sandbox.partner_center.seeding.plan import office_hours
from gateway.sandbox.partner_center.times import stamp
from gateway.sandbox.partner_center.wire import order_document

LEGACY_ADDON: Document = {
    "catalogItemId": "796B6B5F-613C-4E24-A17C-EBA730D49C02",
    "quantity": 3,
    "billingCycle": "monthly",
}
# country of the customer → lines as a partner sends them
CARTS: dict[str, tuple[Document, ...]] = {
    "DE": (
        {
            "catalogItemId": "CFQ7TT000001:0002:CFQ7TT00000Z",
            "quantity": 12,
            "billingCycle": "annual",
            "termDuration": "P1Y",
            "friendlyName": "Microsoft 365 Business Premium - Plant 2",
            "promotionId": "39NFJQT1PL41:0002:39NFJQT1Q5KL",
            "participants": [
                {"key": "transaction_reseller", "value": RESELLERS[0]},
                {"key": "additional_transaction_reseller", "value": RESELLERS[1]},
            ],
        },
        {
            "catalogItemId": "CFQ7TT000008:0001:CFQ7TT00008A",
            "quantity": 40,
            "billingCycle": "monthly",
            "termDuration": "P1M",
            "attestationAccepted": True,
            "renewsTo": {"termDuration": "P1Y"},
        },
        {
            "catalogItemId": "CFQ7TT000002:0003:CFQ7TT00002P",
            "quantity": 5,
            "billingCycle": "monthly",
            "termDuration": "P1Y",
            "scheduledNextTermInstructions": {
                "product": {
                    "productId": "CFQ7TT000002",
                    "skuId": "0001",
                    "availabilityId": "CFQ7TT00002H",
                    "billingCycle": "annual",
                    "termDuration": "P1Y",
                },
                "quantity": 4,
            },
        },
        {
            "catalogItemId": "DZH318Z08SVP:0003:DZH318Z09QWR",
            "quantity": 1,
            "billingCycle": "one_time",
            "termDuration": "P3Y",
            "provisioningContext": {"scope": "shared", "subscriptionId": "7a6c2f0d-33b1-4c58-9a4e-5d1be2f08c94"},
            "purchaseCommitment": {"amount": 2.75, "currency": "EUR", "grain": "hourly"},
        },
    ),
    # The second item is no longer sold, and nobody gets so many of the third.
    "US": tuple(
        {"catalogItemId": offer, "quantity": quantity, "billingCycle": "monthly", "termDuration": "P1Y"}
        for offer, quantity in (
            ("CFQ7TT000001:0001:CFQ7TT00001B", 25),
            ("CFQ7TT000001:0002:GONE", 25),
            ("CFQ7TT000007:0001:CFQ7TT00007Q", 1_000),
        )
    ),
    "GB": (
        LEGACY_ADDON
        | {
            "catalogItemId": "91FD106F-4B2C-4938-95AC-F54F74E9A239",
            "quantity": 20,
            "addonItems": [LEGACY_ADDON],
        },
    ),
}


def seed_carts(world: World, today: datetime) -> None:
    """Three open carts, a day or two old, and the cart that a pending order came from."""
    rng = Random(f"{world.seed}/carts")
    user = guid(rng)
    for country, lines in CARTS.items():
        customer = next(one for one in world.customers.values() if one.country == country)
        created = office_hours(today, rng.randint(1, 2), rng)
        cart = Cart(guid(rng), created, created + timedelta(minutes=rng.randint(1, 50)), user, [])
        # The promoted line's first term is to end with a month, which only the day can tell.
        end = {"customTermEndDate": stamp(month_end(created, 5))}
        given = [line | end if "promotionId" in line else line for line in lines]
        cart.lines = _judged(world, customer, user, created, given)
        cart.attested = True if any("participants" in line for line in cart.lines) else None
        customer.carts[cart.id] = cart
    identity = guid(rng)
    for order in world.orders:
        if order.status == "pending" and not order.legacy and _came_from(world, order, identity, user):
            return


def _came_from(world: World, order: Order, identity: str, user: str) -> bool:
    """Adds the cart that became this order, unless its lines could not be bought once more."""
    created = order.created - timedelta(minutes=9)
    lines = _judged(world, order.customer, user, created, [_as_sent(order, n) for n in range(len(order.lines))])
    if any("error" in line for line in lines):
        return False
    done = {lines[0]["orderGroup"]: order_document(order, prices=True)}
    order.customer.carts[identity] = Cart(identity, created, order.created, user, lines, status="Ordered", done=done)
    return True


def _as_sent(order: Order, number: int) -> Document:
    line = order.lines[number]
    sent = {"catalogItemId": line.item.offer_id, "quantity": line.quantity, "billingCycle": order.cycle, **line.extras}
    return sent | ({"termDuration": line.term} if line.term else {})


def _judged(world: World, customer: Customer, user: str, now: datetime, given: list[Document]) -> list[Document]:
    """The lines as the API answers them when a user of the partner sends them at that moment."""
    token = AccessToken("user", user, App("", "", "", user), RESOURCE, 0.0, mfa=True)
    call = Call(world=world, token=token, now=now, params={}, query={}, headers={}, root="", found=customer)
    return cart_lines(call, given)
