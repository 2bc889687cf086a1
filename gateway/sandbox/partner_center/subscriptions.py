"""Subscriptions: list, read, update as a whole resource (update-a-subscription-by-id, subscription-lifecycle)."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal, raw, raw_collection
from gateway.sandbox.partner_center.basket import read_cycle
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.progress import follow
from gateway.sandbox.partner_center.records import Document, Subscription
from gateway.sandbox.partner_center.times import parse

# present status → what a PATCH may make of it; deletion is for new commerce and marketplace only
STEPS = {"active": ("active", "suspended", "deleted"), "suspended": ("suspended", "active", "deleted")}
DELETABLE = ("licence", "saas", "software_subscription", "azure_plan")
PLAIN = ("friendlyName", "termDuration", "partnerId")


def list_subscriptions(call: Call) -> Response:
    """All of the customer's, or those that one order began. With noise, some totals are not the number of items."""
    rows = list(call.customer.subscriptions.values())
    wanted = call.query.get("order_id")
    if wanted is not None:
        order = call.customer.orders.get(wanted.lower())
        rows = [one for one in rows if order is not None and one.order is order]
    off = call.settings.noise and wanted is None and crc32(call.customer.id.encode()) % 2 == 0
    return raw_collection([call.subscription_text(one) for one in rows], total=len(rows) + 1 if off else None)


def get_subscription(call: Call) -> Response:
    return raw(call.subscription_text(call.subscription))


def change_subscription(call: Call) -> Response:
    """Replaces what a partner may change; fields left out are reset, as the whole resource is expected."""
    subscription = call.subscription
    if subscription.order.legacy:
        call.check_etag(subscription.etag)
    if subscription.coming:
        raise Refusal(409, 900278)
    changed = _changed(call, subscription, call.document)
    if call.settings.patch_subscription_status == 202:
        subscription.coming = (call.now + timedelta(seconds=call.settings.provisioning_seconds), changed)
        call.world.changing.append(subscription)
        location = f"/v1/customers/{call.customer.id}/subscriptions/{subscription.id}"
        return Response(status_code=202, headers={"Location": location})
    subscription.document = changed
    subscription.version += 1
    follow(call.world, subscription.order, call.now)
    return raw(call.subscription_text(subscription))


def _changed(call: Call, subscription: Subscription, given: Document) -> Document:
    present = subscription.document
    if str(given.get("id", "")).lower() != subscription.id.lower():
        raise Refusal(400, 3000, "id")
    quantity, status = given.get("quantity"), str(given.get("status") or "").lower()
    if type(quantity) is not int or not status:
        raise Refusal(400, 3000, "quantity and status")
    _check_status(call, subscription, status)
    _check_quantity(call, subscription, quantity)
    changed = present | {
        "quantity": quantity,
        "status": status,
        "autoRenewEnabled": bool(given.get("autoRenewEnabled")),
    }
    cycle = read_cycle(given.get("billingCycle", present["billingCycle"]))
    if cycle is None:
        raise Refusal(400, 2000, "billingCycle")
    changed["billingCycle"] = cycle
    changed |= {name: given[name] for name in PLAIN if isinstance(given.get(name), str)}
    changed.pop("scheduledNextTermInstructions", None)
    if given.get("scheduledNextTermInstructions"):
        changed["scheduledNextTermInstructions"] = given["scheduledNextTermInstructions"]
    if status == "suspended":
        changed["suspensionReasons"] = ["Partner"]
    elif status == "active":
        changed["suspensionReasons"] = []
    elif status == "deleted":
        changed |= {"autoRenewEnabled": False, "actions": []}
    return changed


def _check_status(call: Call, subscription: Subscription, status: str) -> None:
    present = subscription.document["status"]
    if status not in STEPS.get(present, ()):
        raise Refusal(400, 2006, "status")
    if status == "deleted":
        if subscription.line.item.family not in DELETABLE:
            raise Refusal(400, 2006, "status")
        if _window_over(call, subscription):
            raise Refusal(400, 900213, fill=7 * 24)


def _check_quantity(call: Call, subscription: Subscription, quantity: int) -> None:
    present, item = subscription.document["quantity"], subscription.line.item
    if quantity < 1 or (item.maximum and quantity > item.maximum):
        raise Refusal(400, 900275)
    if quantity < present and not subscription.order.legacy and _window_over(call, subscription):
        raise Refusal(400, 900213, fill=7 * 24)


def _window_over(call: Call, subscription: Subscription) -> bool:
    until = parse(subscription.document["cancellationAllowedUntilDate"])
    return until is not None and until < call.now
