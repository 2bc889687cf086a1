"""What may be done to an order at Partner Center, as far as the order itself tells; no call is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from gateway.model.account import Capability
from gateway.model.order import DocumentState, Order, OrderStatus, OrderType
from gateway.model.writing import OrderAction, OrderActionKind

UPDATE: Final = (
    "Partner Center changes no orders: a cart is changed before it is checked out, and afterwards the subscriptions "
    "that it began."
)
SUBMIT: Final = "Partner Center has no saved orders: an order is placed by checking out a cart."
FILES: Final = "Partner Center neither renames nor deletes the files of an order."
INSTEAD: Final[Mapping[str, str]] = {
    "create_purchase_order": "Partner Center takes purchases by carts: make one with createCart, check it out with "
    "checkoutCart.",
    "update_order": UPDATE,
    "submit_order": SUBMIT,
    "update_attachment": FILES,
    "delete_attachment": FILES,
}

CANCELLING: Final = (
    "Software and reservations are cancelled by the order; licences, SaaS and Azure plans only by the subscriptions "
    "that it began, which allowSubscriptionCancellation allows. The vendor has the last word."
)
# What keeps an order in each status from being cancelled.
NOT_CANCELLED: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.CANCELLED: "It is cancelled.",
    OrderStatus.REJECTED: "The vendor has rejected it; there is nothing to cancel.",
    OrderStatus.FAILED: "It has failed; there is nothing to cancel.",
    OrderStatus.PROCESSING: "The vendor is still working on it; it can be cancelled when that is done.",
    OrderStatus.ACTION_REQUIRED: "It waits for the customer's purchase order; it can be cancelled when it is done.",
    OrderStatus.IN_REVIEW: "The vendor reviews it; it can be cancelled when it is done.",
    OrderStatus.UNKNOWN: "The vendor gives it no status that is known here.",
}
NOT_ATTACHED: Final[Mapping[DocumentState, str]] = {
    DocumentState.POSSIBLE: "The vendor reviews it, and has not asked for documents.",
    DocumentState.SUBMITTED: "Its documents are in.",
    DocumentState.REJECTED: "The vendor has rejected it.",
    DocumentState.NOT_WAITING: "It does not wait for documents.",
    DocumentState.UNKNOWN: "The vendor gives it no status that is known here.",
}
LOGIN: Final = "This account's login cannot do that."


def actions(order: Order, capabilities: Collection[Capability]) -> list[OrderAction]:
    """All four kinds, and of each whether the account may take it now and why not, or what it takes."""
    return [
        OrderAction(OrderActionKind.UPDATE, False, UPDATE),
        OrderAction(OrderActionKind.SUBMIT, False, SUBMIT),
        _cancel(order) if Capability.CANCEL_ORDERS in capabilities else _without_right(OrderActionKind.CANCEL),
        _attach(order)
        if Capability.ADD_ATTACHMENTS in capabilities
        else _without_right(OrderActionKind.ADD_ATTACHMENTS),
    ]


def _without_right(kind: OrderActionKind) -> OrderAction:
    return OrderAction(kind, False, LOGIN)


def _cancel(order: Order) -> OrderAction:
    if order.type in (OrderType.TERMINATION, OrderType.CREDIT_MEMO):
        return OrderAction(OrderActionKind.CANCEL, False, "It is a cancellation or a credit itself.")
    reason = NOT_CANCELLED.get(order.status)
    return OrderAction(OrderActionKind.CANCEL, reason is None, reason or CANCELLING)


def _attach(order: Order) -> OrderAction:
    state = DocumentState.UNKNOWN if order.documents is None else order.documents.state
    reason = NOT_ATTACHED.get(state)
    takes = "It waits for the customer's purchase order, with its price; tenders may come along."
    return OrderAction(OrderActionKind.ADD_ATTACHMENTS, reason is None, reason or takes)
