"""Order subscriptions and order assets: what a vendor maps an order's lines to before completing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.sandbox.softwareone import parameters
from gateway.sandbox.softwareone.actors import CLIENT, VENDOR, Caller
from gateway.sandbox.softwareone.binding import timestamp
from gateway.sandbox.softwareone.lines import FED, default_markup
from gateway.sandbox.softwareone.orders import set_external_id
from gateway.sandbox.softwareone.pricing import total
from gateway.sandbox.softwareone.problems import refused
from gateway.sandbox.softwareone.state import Row, State, assign, wire

TITLE = {"subscriptions": "Subscription update failed", "assets": "Asset update failed"}
COMMITMENTS = {"1m": 30, "1y": 365, "2y": 730, "3y": 1095, "4y": 1460, "5y": 1825}


def create(state: State, caller: Caller, order: Row, table: str, body: Row) -> Row:
    """A Draft subscription or asset of an order in Processing, mapped to lines that are not mapped yet."""
    caller.allow(VENDOR)
    if order["status"] != "Processing":
        raise refused(TITLE[table], f"The order is in status {order['status']}.", "order.status")
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise refused(TITLE[table], "Name is required", "name")
    lines = _lines(order, table, body.get("lines"))
    row = build(state, order, table, lines, name)
    _assign(state, caller, row, table, body)
    return attach(state, caller, order, table, row, lines)


def generate_assets(state: State, order: Row, caller: Caller) -> None:
    """One asset for each one-time line that nobody mapped."""
    for line in order["lines"]:
        if line["item"]["terms"]["period"] == "one-time" and "asset" not in line:
            row = build(state, order, "assets", [line], line["item"]["name"])
            attach(state, caller, order, "assets", row, [line])


def build(state: State, order: Row, table: str, lines: list[Row], name: str) -> Row:
    """A row in Draft over these lines; its id is drawn, nothing is stored."""
    row: Row = {
        "id": state.new_id("SUB" if table == "subscriptions" else "AST", 3),
        "name": name,
        "status": "Draft",
        "externalIds": {},
        **{key: order[key] for key in ("agreement", "product", "buyer", "licensee", "seller")},
        "lines": [{key: line[key] for key in FED if key in line} for line in lines],
        "parameters": {
            "fulfillment": parameters.blank(
                state, order["product"]["id"], "Subscription" if table == "subscriptions" else "Asset"
            )["fulfillment"]
        },
    }
    row["price"] = total(row["lines"], order["authorization"]["currency"], default_markup(state, order))
    if table == "subscriptions":
        terms = lines[0]["item"]["terms"]
        start = state.clock.moment()
        days = COMMITMENTS[terms.get("commitment") or "1m"]
        row["terms"] = terms
        row["startDate"] = wire(start)
        row["commitmentDate"] = wire(start + timedelta(days=days))
        row["autoRenew"] = True
        row["splitStatus"] = "Disabled"
    return row


def attach(state: State, caller: Caller, order: Row, table: str, row: Row, lines: list[Row]) -> Row:
    """Stores the row and maps the lines to it."""
    state.insert(table, row, caller.by)
    for line in lines:
        line["subscription" if table == "subscriptions" else "asset"] = state.ref(row)
    order[table].append(dict(state.ref(row)) if table == "subscriptions" else state.ref(row))
    state.touch("orders", order, caller.by)
    return row


def update(state: State, caller: Caller, row: Row, table: str, body: Row) -> Row:
    """Vendor most fields, client `externalIds.client`, operations `commitmentDate` and its external id."""
    if caller.actor == VENDOR:
        _assign(state, caller, row, table, body)
    elif caller.actor != CLIENT and table == "subscriptions":
        _dates(state, row, {name: body[name] for name in ("commitmentDate",) if name in body}, table)
    set_external_id(caller, row, body)
    state.touch(table, row, caller.by)
    return row


def remove(state: State, caller: Caller, order: Row, table: str, row: Row) -> None:
    """Hard delete, Draft only, by the vendor or the owning client."""
    caller.allow(VENDOR, CLIENT)
    if row["status"] != "Draft":
        raise refused(TITLE[table], f"Cannot delete in status {row['status']}.", "status")
    key = "subscription" if table == "subscriptions" else "asset"
    for line in order["lines"]:
        if line.get(key, {}).get("id") == row["id"]:
            del line[key]
    order[table] = [ref for ref in order[table] if ref["id"] != row["id"]]
    del state[table][row["id"]], state.refs[row["id"]]
    state.touch("orders", order, caller.by)


def _lines(order: Row, table: str, supplied: Any) -> list[Row]:
    if not isinstance(supplied, list) or not supplied:
        raise refused(TITLE[table], "At least one line is required.", "lines")
    held = {line["id"]: line for line in order["lines"]}
    found: list[Row] = []
    for index, one in enumerate(supplied):
        line = held.get(str(one.get("id"))) if isinstance(one, dict) else None
        where = f"lines[{index}].id"
        if line is None:
            raise refused(TITLE[table], "Line does not exist in this order.", where)
        if "subscription" in line or "asset" in line:
            raise refused(TITLE[table], "Line is already mapped.", where)
        once = line["item"]["terms"]["period"] == "one-time"
        if once == (table == "subscriptions"):
            raise refused(TITLE[table], "One-time lines belong to assets, all others to subscriptions.", where)
        found.append(line)
    if len({str(line["item"]["terms"]) for line in found}) > 1:
        raise refused(TITLE[table], "All lines have to share their terms.", "lines")
    return found


def _assign(state: State, caller: Caller, row: Row, table: str, body: Row) -> None:
    if body.get("name"):
        row["name"] = str(body["name"])
    if table == "subscriptions":
        _dates(state, row, body, table)
        if isinstance(body.get("autoRenew"), bool):
            row["autoRenew"] = body["autoRenew"]
    supplied = body.get("parameters")
    if isinstance(supplied, dict) and "fulfillment" in supplied:
        entries = row["parameters"]["fulfillment"]
        where = "parameters.fulfillment"
        parameters.write(state, entries, supplied["fulfillment"], where, sees_hidden=True, strict=True)
    if "template" in body:
        wanted = body["template"]
        ref = state.refs.get(str(wanted.get("id"))) if isinstance(wanted, dict) else None
        if wanted is not None and ref is None:
            raise refused(TITLE[table], "Template does not exist.", "template.id")
        assign(row, "template", ref)
    set_external_id(caller, row, body)


def _dates(state: State, row: Row, body: Row, table: str) -> None:
    for name in ("startDate", "commitmentDate"):
        if body.get(name) is not None:
            moment = timestamp(str(body[name]))
            if moment is None:
                raise refused(TITLE[table], f"{name} is not a date.", name)
            if name == "commitmentDate" and moment <= wire(state.clock.moment() - timedelta(days=365)):
                raise refused(TITLE[table], "commitmentDate lies a year or more in the past.", name)
            row[name] = moment
