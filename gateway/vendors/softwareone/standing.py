"""What may be done to an order, by whose token it is and how the order stands: literal tables, and why not.

Source: the vendor's canon of orders, its table of transitions and who may write what in which status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.account import Capability
from gateway.model.agreement import AgreementStatus
from gateway.model.order import Order, OrderStatus
from gateway.model.writing import OrderAction, OrderActionKind
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping
from gateway.vendors.softwareone.capabilities import CAPABILITIES, OTHERS_ATTACH
from gateway.vendors.softwareone.settings import Actor

Statuses = frozenset[OrderStatus]

UNPLACED: Final[Statuses] = frozenset({OrderStatus.DRAFT, OrderStatus.QUOTED})
SUBMITTABLE: Final[Mapping[Actor, Statuses]] = {
    "client": UNPLACED | {OrderStatus.ACTION_REQUIRED},
    "vendor": frozenset({OrderStatus.ACTION_REQUIRED}),
    "operations": frozenset({OrderStatus.ACTION_REQUIRED}),
}
FAILABLE: Final[Mapping[Actor, Statuses]] = {
    "client": frozenset(),
    "vendor": frozenset({OrderStatus.PROCESSING}),
    "operations": frozenset({OrderStatus.PROCESSING, OrderStatus.ACTION_REQUIRED}),
}
OVER: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.COMPLETED: "The order is completed; a change or termination order alters what it brought.",
    OrderStatus.FAILED: "The order has failed for good; a retry is a new order.",
    OrderStatus.DELETED: "The order is deleted.",
    OrderStatus.CANCELLED: "The order is cancelled.",
    OrderStatus.PENDING: "The vendor publishes no call for an order that is scheduled.",
    OrderStatus.UNKNOWN: "The order has a status that this gateway does not know.",
}
BUSY: Final = frozenset({AgreementStatus.PROVISIONING, AgreementStatus.UPDATING})


def status_of(row: Row) -> OrderStatus:
    return row.word(mapping.ORDER_STATUS, OrderStatus.UNKNOWN, "status")[0]


def not_submittable(actor: Actor, status: OrderStatus) -> str | None:
    """Why an order in that status cannot be placed by this actor; None where it can."""
    if status in SUBMITTABLE[actor]:
        return None
    if status in UNPLACED:
        return "Only the customer places an order; this login sends back to processing what waits for the customer."
    return OVER.get(status, "The order is placed already.")


def not_cancellable(actor: Actor, status: OrderStatus) -> str | None:
    """Why an order in that status can neither be deleted nor failed by this actor, and which way there is instead."""
    if status in UNPLACED or status in FAILABLE[actor]:
        return None
    if status in OVER:
        return OVER[status]
    if actor == "client":
        return (
            "A customer cannot cancel an order once it is placed. Its vendor or SoftwareOne can fail it; what a "
            "completed order brought is ended by a termination order."
        )
    return "While an order waits for the customer SoftwareOne alone can fail it; submit it, then the vendor can too."


def actions(order: Order, actor: Actor) -> list[OrderAction]:
    """All four kinds; `reason` of a possible one says what it takes."""
    attaches = Capability.ADD_ATTACHMENTS in CAPABILITIES[actor]
    hindrance = not_submittable(actor, order.status) or not_placeable(order)
    return [
        OrderAction(OrderActionKind.UPDATE, True, changeable(actor, order.status)),
        OrderAction(OrderActionKind.SUBMIT, hindrance is None, hindrance or to_submit(actor, order.status)),
        cancelling(actor, order.status),
        OrderAction(OrderActionKind.ADD_ATTACHMENTS, attaches, None if attaches else OTHERS_ATTACH),
    ]


def not_placeable(order: Order) -> str | None:
    """What, of all that the order itself shows, keeps a draft or quote from being placed."""
    if order.status not in UNPLACED:
        return None
    if not order.lines:
        return "The order has no lines."
    if order.agreement is not None and order.agreement.status in BUSY:
        return "Another order of its agreement is under way."
    return None


def to_submit(actor: Actor, status: OrderStatus) -> str | None:
    if status is OrderStatus.ACTION_REQUIRED and actor == "client":
        return "Parameters that have errors must be mended first."
    return None


def cancelling(actor: Actor, status: OrderStatus) -> OrderAction:
    hindrance = not_cancellable(actor, status)
    takes = "It is deleted, and stays readable." if status in UNPLACED else "It fails for good; `reason` is needed."
    return OrderAction(OrderActionKind.CANCEL, hindrance is None, hindrance or takes)


def changeable(actor: Actor, status: OrderStatus) -> str | None:
    """What may be changed, where that is not all."""
    match actor, status:
        case ("client", OrderStatus.DRAFT) | ("vendor", OrderStatus.PROCESSING):
            return None
        case ("client", OrderStatus.ACTION_REQUIRED):
            return "Notes, the external id and ordering parameters."
        case ("vendor", _):
            return "The external id, template, assignee and error; parameters in processing only."
        case ("operations", OrderStatus.DRAFT):
            return "Notes and the external id. Any change also turns this draft into a quote."
    return "Notes and the external id."
