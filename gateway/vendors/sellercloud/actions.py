"""What may be done to a purchase order, as its list row tells, and what to do where Sellercloud has no call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.order import Order
from gateway.model.writing import OrderAction, OrderActionKind
from gateway.vendors.sellercloud.details import SellercloudLineDetails, SellercloudOrderDetails
from gateway.vendors.sellercloud.words import SellercloudProgress
from gateway.vendors.writes import (
    ADD_ATTACHMENTS,
    CHECKOUT_CART,
    CREATE_CART,
    DELETE_ATTACHMENT,
    SUBMIT_ORDER,
    UPDATE_ATTACHMENT,
    UPDATE_CART,
)

NO_CARTS: Final = "Sellercloud has no carts; createPurchaseOrder orders directly."
NO_SUBMIT: Final = (
    "Sellercloud has no call that orders or approves: do it in its own screen. A new purchase order takes the tenant's "
    "default status."
)
NO_DOCUMENTS: Final = "Sellercloud has no call for documents of purchase orders: keep them in its own screen."
DELETES: Final = "Sellercloud's API can only delete it for good, which takes allowDelete."
RECEIVED: Final = "Something of it was received, so Sellercloud does not delete it any more."
DROP_SHIPPED: Final = "It is linked to a drop-shipped sales order, so Sellercloud does not delete it."

INSTEAD: Final[Mapping[str, str]] = {
    **dict.fromkeys((CREATE_CART.name, UPDATE_CART.name, CHECKOUT_CART.name), NO_CARTS),
    SUBMIT_ORDER.name: NO_SUBMIT,
    **dict.fromkeys((ADD_ATTACHMENTS.name, UPDATE_ATTACHMENT.name, DELETE_ATTACHMENT.name), NO_DOCUMENTS),
}


def actions_of(order: Order) -> list[OrderAction]:
    kept = not_deletable(order)
    return [
        OrderAction(OrderActionKind.UPDATE, possible=True),
        OrderAction(OrderActionKind.SUBMIT, possible=False, reason=NO_SUBMIT),
        OrderAction(OrderActionKind.CANCEL, possible=kept is None, reason=kept or DELETES),
        OrderAction(OrderActionKind.ADD_ATTACHMENTS, possible=False, reason=NO_DOCUMENTS),
    ]


def not_deletable(order: Order) -> str | None:
    """Why Sellercloud keeps an order, by its own screen's rule; None where nothing known speaks against deleting it."""
    details = order.details
    if isinstance(details, SellercloudOrderDetails):
        if details.receiving.status in (SellercloudProgress.PARTIAL, SellercloudProgress.FULL):
            return RECEIVED
        if details.drop_ship_order_number is not None:
            return DROP_SHIPPED
    received = (line.details.qty_received for line in order.lines if isinstance(line.details, SellercloudLineDetails))
    return RECEIVED if any((number or 0) > 0 for number in received) else None
