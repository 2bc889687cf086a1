"""The order clock: what orders and subscriptions do by themselves as time passes.

pending_review and po_upload_complete end by the verdict set; pending ends after the provisioning time, with
subscriptions for the lines that could be provisioned. Seeded orders stand still until a call moves them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.sandbox.partner_center.audit import note
from gateway.sandbox.partner_center.records import Order, World
from gateway.sandbox.partner_center.subscribing import subscribe

# status, verdict → next status
DEAL_REVIEW = {"approve": "pending", "po": "pending_po_upload", "reject": "po_review_rejected"}
DOCUMENT_REVIEW = {"approve": "pending", "reject": "po_review_rejected"}


def settle(world: World) -> None:
    """Brings every moving order and subscription up to the present."""
    now = world.now()
    for order in list(world.moving):
        while _step(world, order, now):
            pass
        if order.status not in ("pending", "pending_review", "po_upload_complete"):
            world.moving.remove(order)
    for subscription in list(world.changing):
        if subscription.coming and subscription.coming[0] <= now:
            subscription.document = subscription.coming[1]
            subscription.coming = None
            subscription.version += 1
            follow(world, subscription.order, now)
            world.changing.remove(subscription)


def move(world: World, order: Order) -> None:
    """Lets the clock have the order."""
    if order not in world.moving:
        world.moving.append(order)


def follow(world: World, order: Order, now: datetime) -> None:
    """Takes over to the order what happened to all of its subscriptions: cancelled, suspended, active again."""
    states = {
        one.document["status"] for one in order.customer.subscriptions.values() if one.document["orderId"] == order.id
    }
    status = {("deleted",): "cancelled", ("suspended",): "suspended", ("active",): "completed"}.get(
        tuple(sorted(states))
    )
    if status and order.status in ("completed", "suspended") and status != order.status:
        if status == "cancelled":
            for line in order.lines:
                line.state = "unfulfilled"
        order.enter(status, now)
        note(world, order, "update_order", now)


def _step(world: World, order: Order, now: datetime) -> bool:
    settings = world.settings
    if order.status == "pending":
        ready = order.since + timedelta(seconds=settings.provisioning_seconds)
        if ready <= now:
            _provision(world, order, ready)
            return True
        return False
    verdicts, verdict = {
        "pending_review": (DEAL_REVIEW, settings.deal_review_verdict),
        "po_upload_complete": (DOCUMENT_REVIEW, settings.review_verdict),
    }.get(order.status, (DOCUMENT_REVIEW, "none"))
    decided = order.since + timedelta(seconds=settings.review_seconds)
    if verdict not in verdicts or decided > now:
        return False
    order.enter(verdicts[verdict], decided)
    note(world, order, "update_order", decided)
    return True


def _provision(world: World, order: Order, moment: datetime) -> None:
    for line in order.lines:
        if line.item.trait == "fails":
            line.state = "unfulfilled"
        else:
            line.state = "fulfilled"
            subscribe(order, line, world.ids, moment)
    states = {line.state for line in order.lines}
    status = "partial_success" if len(states) == 2 else "completed" if states == {"fulfilled"} else "error"
    order.enter(status, moment)
    note(world, order, "update_order", moment)
