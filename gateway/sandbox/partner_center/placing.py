"""How checked lines become an order, for checkouts and direct order creation alike."""

from __future__ import annotations

from gateway.sandbox.partner_center.answers import Refusal
from gateway.sandbox.partner_center.audit import note
from gateway.sandbox.partner_center.basket import resellers_of
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.catalogue import Item, find_item, price_line
from gateway.sandbox.partner_center.progress import move
from gateway.sandbox.partner_center.records import Document, Line, Order, guid, hexes

ECHOED = (
    "provisioningContext",
    "renewsTo",
    "promotionId",
    "customTermEndDate",
    "attestationAccepted",
    "parentSubscriptionId",
    "purchaseCommitment",
)
# The first trait that any line has decides the first status.
FIRST_STATUS = (("purchase_order", "pending_po_upload"), ("deal_review", "pending_review"))


def check_agreement(call: Call) -> None:
    if not call.customer.agreed:
        raise Refusal(403, 13605)


def beyond_credit(call: Call, items: list[Item]) -> bool:
    return call.settings.credit_limited and any(item.trait == "credit" for item in items)


def order_line(number: int, item: Item, given: Document, cycle: str, currency: str) -> Line:
    """An order line from the fields of a cart line or of an order's line."""
    term = given.get("termDuration") or ""
    direct = [given.get("partnerIdOnRecord"), *given.get("additionalPartnerIdsOnRecord", [])]
    return Line(
        number=number,
        item=item,
        quantity=given["quantity"],
        term=term,
        friendly_name=given.get("friendlyName") or item.title,
        resellers=resellers_of(given) + [str(one) for one in direct if one],
        pricing=price_line(item, given["quantity"], cycle, term, currency, bool(given.get("promotionId"))),
        extras={name: given[name] for name in ECHOED if given.get(name)},
    )


def place(call: Call, given: list[Document], cycle: str) -> Order:
    """Places the order of these lines, all of one family and cycle. Each line names its item as `catalogItemId`."""
    world, customer = call.world, call.customer
    items = [item for line in given if (item := find_item(line["catalogItemId"]))]
    legacy = items[0].family == "legacy"
    identity = guid(world.ids).upper() if legacy else hexes(world.ids, 12)
    traits = {item.trait for item in items}
    order = Order(
        id=identity,
        alternate_id=identity,
        customer=customer,
        cycle=cycle,
        lines=[
            order_line(number, item, line, cycle, customer.currency)
            for number, (item, line) in enumerate(zip(items, given, strict=True))
        ],
        created=call.now,
        status=next((status for trait, status in FIRST_STATUS if trait in traits), "pending"),
        since=call.now,
        legacy=legacy,
    )
    world.add(order)
    move(world, order)
    note(world, order, "create_order", call.now)
    return order
