"""GET /PurchaseOrders and the saved views: filters, silently capped pages, rows that move between pages."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.enums import Table
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.records import PurchaseOrder
from gateway.sandbox.sellercloud.rows import row
from gateway.sandbox.sellercloud.wire import Refused, reply

Test = Callable[[PurchaseOrder], bool]
WANDER = 12.0  # places a row may move between two calls

_INTS: dict[str, Callable[[PurchaseOrder], int]] = {
    "pOIds": lambda po: po.id,
    "companyIDList": lambda po: po.company_id,
    "receiveWarehouseID": lambda po: po.warehouse_id,
    "receivingWarehouseID": lambda po: po.warehouse_id,  # the page's spelling
}
_ENUMS: dict[str, tuple[Table, Callable[[PurchaseOrder], int | str]]] = {
    "pOStatuses": (enums.PO_STATUS_FILTER, lambda po: po.status),
    "shippingStatuses": (enums.SHIPPING_STATUS, lambda po: po.shipping_status),
    "receivedStatuses": (enums.RECEIVING_STATUS, lambda po: po.receiving_status),
    "inventoryCountEnabled": (enums.YES_NO_ALL, lambda po: not po.inventory_count_disabled),
    "approved": (enums.YES_NO_ALL, lambda po: po.approved),
    "qBExported": (enums.YES_NO_ALL, lambda po: po.exported),
}
# which of the two works is the tenant's setting "Enable vendor invoices workflow"
_WITHOUT_WORKFLOW = {"paymentStatus": (enums.PAYMENT_STATUS, lambda po: po.payment_status)}
_WITH_WORKFLOW = {"vendorInvoiced": (enums.INVOICED, lambda po: po.invoiced)}
_DATES: dict[str, Callable[[PurchaseOrder], datetime | None]] = {
    "createDate": lambda po: po.created,
    "receiveDate": lambda po: po.received_on,
    "updatedDate": lambda po: po.revised or po.created,
}
PAGING = frozenset({"pagenumber", "pagesize"})
FILTERS = PAGING | {
    name.lower()
    for name in (
        *_INTS,
        *_ENUMS,
        *_WITHOUT_WORKFLOW,
        *_WITH_WORKFLOW,
        *(date + end for date in _DATES for end in ("From", "To")),
        "keyword",
    )
}
VIEW_QUERY = PAGING | {"viewid"}

_VIEWS: dict[int, tuple[str, Callable[[PurchaseOrder, datetime], bool]]] = {
    3: ("Open this week", lambda po, today: po.status in (0, 1, 2) and po.created >= today - timedelta(days=7)),
    4: ("Ordered, not received", lambda po, today: po.status == 1 and po.receiving_status < 2),
    5: ("Awaiting approval", lambda po, today: not po.approved and po.status != 4),
    8: ("Everything", lambda po, today: True),
}


def list_orders(exchange: Exchange) -> Response:
    wanted = _tests(exchange)
    found = [po for po in exchange.tenant.orders.values() if all(test(po) for test in wanted)]
    return reply(_envelope(exchange, found))


def list_views(exchange: Exchange) -> Response:
    return reply([{"ID": id, "Name": name} for id, (name, _) in _VIEWS.items()])


def list_by_view(exchange: Exchange) -> Response:
    query = exchange.query
    bare = {spelled.lower() for spelled in query.spelled.values()}  # these names take no `model.`
    missing = [
        name for name in ("ViewID", "PageNumber", "PageSize") if name.lower() not in bare or not query.text(name)
    ]
    if missing:
        raise Refused(400, f"{missing[0]} is required.")
    view = _VIEWS.get(query.integer("ViewID") or 0)
    if view is None:
        raise Refused(400, "The view was not found.")
    found = [po for po in exchange.tenant.orders.values() if view[1](po, exchange.tenant.today)]
    answer = _envelope(exchange, found)
    if exchange.settings.nested_views and answer["Items"]:
        answer["Items"] = [{"Items": answer["Items"]}]
    return reply(answer)


def page_of(exchange: Exchange) -> tuple[int, int]:
    """First row and number of rows of the page asked for; too much becomes the cap, nonsense the default."""
    settings = exchange.settings
    number, size = exchange.query.integer("pageNumber") or 1, exchange.query.integer("pageSize") or 0
    size = min(size if size > 0 else settings.default_page_size, settings.max_page_size)
    return (max(number, 1) - 1) * size, size


def enveloped(exchange: Exchange, rows: list[Any], total: int) -> dict[str, Any]:
    nothing = None if exchange.settings.null_items_when_empty else rows
    return {"Items": rows or nothing, "TotalResults": total}


def _tests(exchange: Exchange) -> list[Test]:
    """One test per filter that says anything."""
    query = exchange.query
    workflow = exchange.settings.vendor_invoices_workflow
    choices = {**_ENUMS, **(_WITH_WORKFLOW if workflow else _WITHOUT_WORKFLOW)}
    wanted = [_among(get, query.integers(name)) for name, get in _INTS.items() if query.integers(name)]
    for name, (table, value) in choices.items():
        if values := query.enums(name, table):
            wanted.append(_among(value, values))
    for name, moment in _DATES.items():
        if since := query.date(f"{name}From"):
            wanted.append(_since(moment, since))
        if until := query.date(f"{name}To"):
            exclusive = name == "createDate" and exchange.settings.create_date_to_exclusive
            wanted.append(_until(moment, until, exclusive))
    if keyword := query.text("keyword"):
        wanted.append(_mentions(keyword.strip().lower()))
    return wanted


def _among(get: Callable[[PurchaseOrder], int | str], values: list[int]) -> Test:
    chosen = frozenset(values)
    return lambda po: get(po) in chosen


def _since(get: Callable[[PurchaseOrder], datetime | None], start: datetime) -> Test:
    return lambda po: (moment := get(po)) is not None and moment >= start


def _until(get: Callable[[PurchaseOrder], datetime | None], end: datetime, exclusive: bool) -> Test:
    return lambda po: (moment := get(po)) is not None and (moment < end if exclusive else moment <= end)


def _mentions(keyword: str) -> Test:
    return lambda po: any(
        keyword in text.lower() for text in (str(po.id), po.title, po.invoice_number, po.memo) if text is not None
    )


def _envelope(exchange: Exchange, found: list[PurchaseOrder]) -> dict[str, Any]:
    start, size = page_of(exchange)
    ordered = sorted(found, key=lambda po: -po.id)
    if len(ordered) > size and exchange.settings.unstable_order:
        ordered = _stirred(ordered, exchange)
    notation = exchange.notation
    return enveloped(exchange, [row(po, notation) for po in ordered[start : start + size]], len(found))


def _stirred(orders: list[PurchaseOrder], exchange: Exchange) -> list[PurchaseOrder]:
    """Newest first, roughly: each call has an order of its own, so that a page walk sees rows twice or never."""
    tenant = exchange.tenant
    rng = random.Random(tenant.seed * 1_000_003 + next(tenant.list_walks))
    places = {po.id: index + rng.random() * WANDER for index, po in enumerate(orders)}
    return sorted(orders, key=lambda po: places[po.id])
