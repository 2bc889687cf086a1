"""What Partner Center is sent to cancel an order, lines of it, or a subscription."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from gateway.model.order import Line, Order
from gateway.vendors.partner_center.details import OrderDetails
from gateway.vendors.reading import Row


def order_cancelled(order: Order, lines: Sequence[Line] | None) -> dict[str, Any]:
    """The order, or only these lines of it (cancel-software-purchases). Legacy orders want their customer named."""
    body: dict[str, Any] = {"id": order.number}
    if order_tag(order) is not None:
        body["referenceCustomerId"] = order.number_scope
    body["status"] = "cancelled"
    if lines is not None:
        body["lineItems"] = [{"lineItemNumber": int(line.number), "offerId": line.item.key} for line in lines]
    return body


def subscription_ended(read: Mapping[str, Any]) -> dict[str, Any]:
    """The whole subscription as it was read, known to this gateway or not, with another status: what is left out would
    be reset (update-a-subscription-by-id)."""
    kept = {name: value for name, value in read.items() if name.lower() != "status"}
    return {**kept, "status": "deleted"}


def order_tag(order: Order) -> str | None:
    return order.details.etag if isinstance(order.details, OrderDetails) else None


def subscription_tag(read: Mapping[str, Any]) -> str | None:
    return Row(read, "subscription").row("attributes").filled("etag")


def if_match(tag: str | None) -> dict[str, str]:
    """The header for what has a tag, which only legacy things do; one that no header can carry is left out."""
    if not tag or not (tag.isascii() and tag.isprintable()) or '"' in tag:
        return {}
    return {"If-Match": f'"{tag}"'}


def request_id(write: UUID, body: Mapping[str, Any], answers: int = 0) -> str:
    """The `MS-RequestId` of this body within a write: a repeat has the same, until the vendor has answered."""
    return str(uuid5(write, f"{answers} {json.dumps(body, default=str)}"))
