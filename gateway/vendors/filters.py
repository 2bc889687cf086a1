"""Applies a list's conditions to rows already read: what a vendor cannot filter, and a check on what it should have."""

from __future__ import annotations

from gateway.model.order import Order
from gateway.vendors.base import OrderFilter
from gateway.vendors.reading import fold


def matches(order: Order, wanted: OrderFilter) -> bool:
    """Every condition but `search`, which each vendor defines for itself. An order never changed counts from when it
    was made, so that who follows changes sees new orders too."""
    changed = order.updated_at or order.created_at
    customer = order.customer.key if order.customer else None
    return (
        (not wanted.customer_keys or customer in wanted.customer_keys)
        and (not wanted.statuses or order.status in wanted.statuses)
        and (not wanted.vendor_statuses or fold(order.vendor_status or "") in map(fold, wanted.vendor_statuses))
        and (not wanted.types or order.type in wanted.types)
        and (not wanted.documents or (order.documents is not None and order.documents.state in wanted.documents))
        and (wanted.created_from is None or (order.created_at is not None and order.created_at >= wanted.created_from))
        and (
            wanted.created_before is None or (order.created_at is not None and order.created_at < wanted.created_before)
        )
        and (wanted.updated_from is None or (changed is not None and changed >= wanted.updated_from))
        and (wanted.agreement is None or (order.agreement is not None and order.agreement.ref == wanted.agreement))
    )
