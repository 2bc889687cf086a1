"""GET of one purchase order: the detail, its lines, its tracking numbers, its custom columns."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.details import detail
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.notation import Notation, money
from gateway.sandbox.sellercloud.records import Line
from gateway.sandbox.sellercloud.rows import tracking
from gateway.sandbox.sellercloud.shipping import need_multiple
from gateway.sandbox.sellercloud.wire import reply


def get_order(exchange: Exchange) -> Response:
    return reply(detail(exchange.order(), exchange.tenant, exchange.settings))


def get_items(exchange: Exchange) -> Response:
    """The third line shape: what was ordered, in the mode it was ordered in; nothing received."""
    po = exchange.order()
    lines = [_line(line, exchange.notation) for line in po.lines]
    null = exchange.settings.null_items_when_empty
    return reply({"PoCaseQtyEnabled": po.case_mode, "Items": lines or (None if null else [])})


def get_tracking(exchange: Exchange) -> Response:
    need_multiple(exchange, on=True)
    entries = exchange.order().tracking
    return reply({"TrackingNumbers": [{"ID": e.id, **tracking(e, exchange.notation)} for e in entries]})


def get_columns(exchange: Exchange) -> Response:
    values = exchange.order().columns
    return reply(
        [
            {"ColumnName": column.name, "DisplayName": column.display_name, "Value": values.get(column.name)}
            for column in exchange.tenant.columns
        ]
    )


def _line(line: Line, notation: Notation) -> dict[str, Any]:
    cases = line.case_mode
    return {
        "ID": line.id,
        "ProductID": line.sku,
        "ProductName": line.name,
        "QtyUnitsOrdered": 0 if cases else line.quantity,
        "UnitPrice": 0 if cases else money(line.price),
        "QtyCasesOrdered": line.quantity if cases else 0,
        "QtyUnitsPerCase": line.units_per_case if cases else 0,
        "CasePrice": money(line.price) if cases else 0,
        "DiscountType": notation.enum(enums.DISCOUNT_TYPE, line.discount_type),
        "DiscountValue": money(line.discount_value),
        "ExpectedDeliveryDate": notation.date(line.expected),
    }
