"""PATCH of an order: cancelling lines or the whole, and the two changes legacy orders know."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal, ok
from gateway.sandbox.partner_center.audit import note
from gateway.sandbox.partner_center.basket import check_types, judge, read_cycle
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.catalogue import find_item
from gateway.sandbox.partner_center.noise import pascal
from gateway.sandbox.partner_center.placing import order_line
from gateway.sandbox.partner_center.records import Document, Line, Order
from gateway.sandbox.partner_center.subscribing import subscribe

CANCELLABLE = ("completed", "partial_success", "suspended")
# family → what refuses a cancellation by the order, in the vendor's sandbox and in production
REFUSALS: dict[str, dict[str, tuple[int, int] | None]] = {
    "reservation": {"sandbox": None, "production": (403, 800019)},
    "software": {"sandbox": None, "production": None},
    "software_subscription": {"sandbox": None, "production": None},
    "licence": {"sandbox": (400, 800063), "production": (400, 800063)},
    "saas": {"sandbox": (403, 800077), "production": (403, 800077)},
    "savings_plan": {"sandbox": (400, 800061), "production": (400, 800061)},
    "azure_plan": {"sandbox": (400, 800063), "production": (400, 800063)},
    "legacy": {"sandbox": None, "production": (403, 800019)},
}


def change_order(call: Call) -> Response:
    """The three documented uses of rest/update-an-existing-order; anything else is refused."""
    order, document = call.order, call.document
    if str(document.get("id") or order.id).lower() not in (order.id.lower(), order.alternate_id.lower()):
        raise Refusal(400, 2000, "id")
    if order.legacy:
        call.check_etag(order.etag)
    status = str(document.get("status") or "").replace("_", "").lower()
    if status == "cancelled" and order.status != "cancelled":
        _cancel(call, order, _lines_of(document))
        return ok(call.show(order, prices=False))
    if status == "cancelled":
        raise Refusal(400, 800061)
    if not order.legacy:
        raise Refusal(400, 2006)
    answer = _change_legacy(call, order, document)
    note(call.world, order, "update_order", call.now)
    return ok(answer)


def _cancel(call: Call, order: Order, named: list[Document]) -> None:
    refusal = REFUSALS[order.family][call.settings.tenant]
    if refusal:
        raise Refusal(*refusal)
    if order.status == "pending":
        raise Refusal(409, 800014)
    if order.status not in CANCELLABLE:
        raise Refusal(400, 800061)
    if order.created + timedelta(days=call.settings.cancel_window_days) < call.now:
        raise Refusal(400, 900117, fill=call.settings.cancel_window_days)
    lines = [_named_line(order, one) for one in named]
    for line in lines or order.lines:
        line.state = "unfulfilled"
        subscription = order.customer.subscriptions.get((line.subscription_id or "").lower())
        if subscription:
            subscription.document = subscription.document | {"status": "deleted", "autoRenewEnabled": False}
            subscription.version += 1
    for line in lines:
        line.quantity = 0
    if lines:
        done = all(line.quantity == 0 for line in order.lines)
        order.enter("cancelled" if done else "completed", call.now)
    else:
        order.linked = False
        order.enter("cancelled", call.now)
    note(call.world, order, "update_order", call.now)


def _lines_of(document: Document) -> list[Document]:
    given = document.get("lineItems") or []
    if not isinstance(given, list):
        raise Refusal(400, 800002, "lineItems")
    for line in given:
        check_types(line)
    return given


def _named_line(order: Order, named: Document) -> Line:
    number = named.get("lineItemNumber")
    line = next((one for one in order.lines if type(number) is int and one.number == number), None)
    if line is None:
        raise Refusal(400, 800071)
    if str(named.get("offerId", "")).casefold() != line.item.offer_id.casefold():
        raise Refusal(400, 2000, "offerId")
    if line.quantity == 0:
        raise Refusal(400, 800061)
    return line


def _change_legacy(call: Call, order: Order, document: Document) -> Document:
    """Changes the cycle or appends add-ons. The answer writes the cycle in Pascal case, as published."""
    if str(document.get("referenceCustomerId", "")).lower() != order.customer.id:
        raise Refusal(400, 3000, "referenceCustomerId")
    cycle = read_cycle(document.get("billingCycle", order.cycle))
    if cycle not in ("monthly", "annual"):
        raise Refusal(400, 2000, "billingCycle")
    given = _lines_of(document)
    known = {line.number for line in order.lines}
    added = [one for one in given if one.get("lineItemNumber") not in known]
    if cycle == order.cycle and not added:
        raise Refusal(400, 2006)
    lines = [_addon(call, order, one, len(order.lines) + n, cycle) for n, one in enumerate(added)]
    order.cycle = cycle
    for line in lines:
        order.lines.append(line)
        line.state = "fulfilled"
        subscribe(order, line, call.world.ids, call.now)
    for subscription in order.customer.subscriptions.values():
        if subscription.order is order:
            subscription.document = subscription.document | {"billingCycle": cycle}
            subscription.version += 1
    order.changed()
    return call.show(order, prices=False) | {"billingCycle": pascal(cycle)}


def _addon(call: Call, order: Order, given: Document, number: int, cycle: str) -> Line:
    if given.get("lineItemNumber") != number:
        raise Refusal(400, 800071)
    parent = given.get("parentSubscriptionId")
    if parent is None:
        raise Refusal(400, 3000, "parentSubscriptionId")
    if parent.lower() not in order.customer.subscriptions:
        raise Refusal(404, 20003)
    item = find_item(str(given.get("offerId", "")))
    if "quantity" not in given or item is None or item.family != "legacy":
        raise Refusal(400, 800004)
    if judge(call, item, given | {"billingCycle": cycle}):
        raise Refusal(400, 800002, "lineItems")
    return order_line(number, item, given, cycle, order.customer.currency)
