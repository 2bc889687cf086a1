"""Lines of an existing purchase order: added, changed, deleted."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from gateway.sandbox.sellercloud.catalog import API_USER
from gateway.sandbox.sellercloud.drafts import LINE_FIELDS, Amounts, Draft
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.fields import INT32, Fields
from gateway.sandbox.sellercloud.records import Line, PurchaseOrder
from gateway.sandbox.sellercloud.wire import Refused, broken_rule, empty, reply

_CHANGE_FIELDS = (
    "ID", "QtyUnitsOrdered", "UnitPrice", "QtyCasesOrdered", "QtyUnitsPerCase", "CasePrice", "ExpectedDeliveryDate",
)  # fmt: skip


def add_items(exchange: Exchange) -> Response:
    """A bare array of create-lines; the same SKU makes a second line. A broken rule is a 400 here."""
    po = exchange.order()
    fields = _wrapped(exchange, "Items")
    drafts = [Draft.read(item) for item in fields.objects("Items", LINE_FIELDS, required=True)]
    fields.check()
    lines = [draft.line(exchange, po, _bad) for draft in drafts]
    for line in lines:
        line.id = next(exchange.tenant.line_ids)
    po.lines.extend(lines)
    po.revise(exchange.now, API_USER)
    return reply("Successfully saved the purchase items.")


def change_items(exchange: Exchange) -> Response:
    """Null or absent keeps. The quantity may not fall below what was received; all changes or none."""
    po = exchange.order()
    fields = exchange.fields("Items")
    changes = [
        (item.integer("ID", required=True), item) for item in fields.objects("Items", _CHANGE_FIELDS, required=True)
    ]
    read = [(id, Amounts.read(item), item.date("ExpectedDeliveryDate")) for id, item in changes]
    fields.check()
    changed = {line.id: line for line in po.lines}
    for id, amounts, expected in read:
        line = changed.get(id or 0)
        if line is None:
            raise broken_rule(f"Item {id} was not found in purchase order {po.id}.")
        changed[line.id] = replace(_changed(line, amounts), expected=expected or line.expected)
    po.lines = [changed[line.id] for line in po.lines]
    po.revise(exchange.now, API_USER)
    return empty()


def delete_items(exchange: Exchange) -> Response:
    """A bare array of line ids, or `{"PoItemsIDs": [...]}`: the page leaves open which. Received lines stay."""
    po = exchange.order()
    fields = _wrapped(exchange, "PoItemsIDs") if isinstance(exchange.body, list) else exchange.fields("PoItemsIDs")
    ids = fields.integers("PoItemsIDs", required=True)
    fields.check()
    for id in ids:
        _check_deletable(po, id)
    po.lines = [line for line in po.lines if line.id not in ids]
    po.revise(exchange.now, API_USER)
    return reply("Items deleted successfully.")


def _wrapped(exchange: Exchange, name: str) -> Fields:
    """A bare array, read as if it were the field `name`."""
    return Fields({name: exchange.body}, (name,), exchange.settings.refuse_unknown_fields)


def _changed(line: Line, amounts: Amounts) -> Line:
    quantity, units_per_case, price = amounts.of_mode(line.case_mode, broken_rule)
    changed = replace(
        line,
        quantity=line.quantity if quantity is None else quantity,
        units_per_case=line.units_per_case if units_per_case is None else units_per_case,
        price=line.price if price is None else price,
    )
    if changed.units > INT32:
        raise broken_rule(f"The quantity of item {line.id} is too large.")
    if changed.units < line.received:
        raise broken_rule(f"The quantity of item {line.id} cannot be less than the {line.received} received.")
    if changed.discount > changed.price:
        raise broken_rule(f"The price of item {line.id} cannot be less than its discount.")
    return changed


def _check_deletable(po: PurchaseOrder, id: int) -> None:
    line = next((line for line in po.lines if line.id == id), None)
    if line is None:
        raise _bad(f"Item {id} was not found in purchase order {po.id}.")
    if line.received:
        raise _bad(f"Item {id} was received and cannot be deleted.")


def _bad(message: str) -> Refused:
    return Refused(400, message)
