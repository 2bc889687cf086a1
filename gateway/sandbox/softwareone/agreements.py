"""Writing agreements, subscriptions and assets outside orders, and the lines they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.sandbox.softwareone import effects, parameters
from gateway.sandbox.softwareone.actors import CLIENT, OPERATIONS, VENDOR, Caller
from gateway.sandbox.softwareone.fulfilment import COMMITMENTS
from gateway.sandbox.softwareone.fulfilment import update as update_fulfilment
from gateway.sandbox.softwareone.lines import notes_on
from gateway.sandbox.softwareone.orders import new_agreement, set_external_id
from gateway.sandbox.softwareone.pricing import TOTALS, defaults, line_price, total
from gateway.sandbox.softwareone.problems import refused
from gateway.sandbox.softwareone.state import Row, State, assign

TITLE = "Agreement update failed"


def create(state: State, caller: Caller, body: Row) -> Row:
    """`POST /commerce/agreements`: operations only, Active or Terminated, parties as in a purchase order."""
    caller.allow(OPERATIONS)
    if body.get("status") not in ("Active", "Terminated"):
        raise refused("Agreement creation failed", "Status has to be Active or Terminated.", "status")
    block = {name: part for name, part in body.items() if name != "id"}
    agreement = new_agreement(state, caller, {**body, "agreement": block})
    set_external_id(caller, agreement, body)
    state.insert("agreements", agreement, caller.by)
    state.orders_of[agreement["id"]] = []
    status = str(body["status"])
    effects.move(state, "agreements", agreement, status, caller.by, status.lower())
    return agreement


def update(state: State, caller: Caller, agreement: Row, body: Row) -> Row:
    """Client: name, billingCurrency (Active only), own external id; vendor: name, template, parameters; operations:
    name, default markup. All else is ignored."""
    if body.get("name"):
        agreement["name"] = str(body["name"])
    if caller.actor == CLIENT and body.get("billingCurrency"):
        if agreement["status"] != "Active":
            raise refused(TITLE, "Billing currency can be changed on active agreements only.", "billingCurrency")
        agreement["billingCurrency"] = str(body["billingCurrency"])
    if caller.actor == VENDOR:
        _vendor_fields(state, agreement, body)
    price = body.get("price")
    if caller.actor == OPERATIONS and isinstance(price, dict) and isinstance(price.get("defaultMarkup"), int | float):
        agreement["price"] = {**agreement["price"], **defaults(price["defaultMarkup"], "Agreement")}
    set_external_id(caller, agreement, body)
    state.touch("agreements", agreement, caller.by)
    return agreement


def set_split(state: State, caller: Caller, table: str, row: Row, body: Row) -> Row:
    """Split billing over buyers; the body's form is not published: `{type, allocations: [{buyer, percentage}]}`."""
    caller.allow(CLIENT, OPERATIONS)
    supplied = body.get("allocations")
    if not isinstance(supplied, list) or not supplied:
        raise refused("Split update failed", "Allocations are required", "allocations")
    shares: list[tuple[str, float, Any]] = []
    for index, one in enumerate(supplied):
        buyer_id = str(one.get("buyer", {}).get("id")) if isinstance(one, dict) else ""
        share = one.get("percentage") if isinstance(one, dict) else None
        if buyer_id not in state["buyers"] or not isinstance(share, int | float):
            raise refused("Split update failed", "Buyer or percentage is invalid.", f"allocations[{index}]")
        shares.append((buyer_id, share, one.get("externalIds")))
    if abs(sum(share for _, share, _ in shares) - 100) > 0.001:
        raise refused("Split update failed", "Percentages have to add up to 100.", "allocations")
    row["split"] = made = split(state, row, shares)
    row["splitStatus"] = "Active"
    state.touch(table, row, caller.by)
    return made


def split(state: State, row: Row, shares: Sequence[tuple[str, float, Any]]) -> Row:
    """The split of an agreement or subscription between buyers: `(buyer id, percent, externalIds or None)` each."""
    live = [one for one in row.get("subscriptions", [row]) if one["status"] in effects.LIVE]
    allocations = []
    for buyer_id, percent, external_ids in shares:
        price = {name: round(row["price"][name] * percent / 100, 2) for name in TOTALS if name in row["price"]}
        one: Row = {
            "buyer": state.ref(buyer_id),
            "percentage": percent,
            "price": {"currency": row["price"]["currency"], **price},
            "statistics": {"subscriptions": len(live)},
        }
        if isinstance(external_ids, dict) and isinstance(external_ids.get("client"), str):
            one["externalIds"] = {"client": external_ids["client"]}
        allocations.append(one)
    return {"id": f"SPL-{row['id'].partition('-')[2]}", "type": "Percentage", "allocations": allocations}


def create_entitlement(state: State, caller: Caller, table: str, body: Row) -> Row:
    """`POST /commerce/subscriptions` and `/commerce/assets` of a vendor: Active at once, over new agreement lines."""
    caller.allow(VENDOR)
    kind = "Subscription" if table == "subscriptions" else "Asset"
    title = f"{kind} creation failed"
    wanted = body.get("agreement")
    agreement = state["agreements"].get(str(wanted.get("id")) if isinstance(wanted, dict) else "")
    if agreement is None or agreement["vendor"]["id"] != caller.account or agreement["status"] != "Active":
        raise refused(title, "An active agreement is required", "agreement.id")
    if not body.get("name"):
        raise refused(title, "Name is required", "name")
    lines = _entitlement_lines(state, agreement, body, title, once=table == "assets")
    row: Row = {
        "id": state.new_id("SUB" if table == "subscriptions" else "AST", 3),
        "name": str(body["name"]),
        "status": "Active",
        "externalIds": {},
        "agreement": state.ref(agreement),
        **{name: agreement[name] for name in ("product", "buyer", "licensee", "seller")},
        "parameters": {"fulfillment": parameters.blank(state, agreement["product"]["id"], kind)["fulfillment"]},
        "lines": [],
    }
    if table == "subscriptions":
        row["terms"] = lines[0]["item"]["terms"]
        row["startDate"] = state.clock.now()
        row["autoRenew"] = body.get("autoRenew", True) is True
        row["splitStatus"] = "Disabled"
    state.insert(table, row, caller.by)
    for line in lines:
        line["asset" if table == "assets" else "subscription"] = state.ref(row)
    agreement["lines"].extend(lines)
    agreement[table].append(state.ref(row))
    row["lines"] = [{name: line[name] for name in ("id", "item", "quantity", "price")} for line in lines]
    row["price"] = total(row["lines"], agreement["authorization"]["currency"], 0.0)
    update_fulfilment(state, caller, row, table, {name: part for name, part in body.items() if name != "lines"})
    effects.settle_agreement(state, agreement, caller.by)
    return row


def end(state: State, caller: Caller, table: str, row: Row) -> Row:
    """`/terminate`: the lines end with it, and the agreement when no live subscription is left."""
    caller.allow(VENDOR)
    _live_or_refuse(table, row, "terminate")
    agreement = state["agreements"][row["agreement"]["id"]]
    key = "subscription" if table == "subscriptions" else "asset"
    for line in agreement["lines"]:
        if line.get(key, {}).get("id") == row["id"]:
            line["status"] = "Terminated"
    effects.move(state, table, row, "Terminated", caller.by)
    effects.settle_agreement(state, agreement, caller.by)
    return row


def switch(state: State, caller: Caller, row: Row, call: str) -> Row:
    """`/suspend` and `/resume` of a subscription; who may call them is not published."""
    caller.allow(VENDOR, OPERATIONS)
    wanted, status = {"suspend": ("Active", "Suspended"), "resume": ("Suspended", "Active")}[call]
    if row["status"] != wanted:
        raise refused("Subscription update failed", f"Cannot {call} in status {row['status']}.", "status", code="0010")
    effects.move(state, "subscriptions", row, status, caller.by)
    return row


def entitlements(state: State, agreement: Row) -> list[Row]:
    """The agreement's lines as `/commerce/lines` shows them."""
    return [{**line, "agreement": state.ref(agreement)} for line in agreement["lines"]]


def _live_or_refuse(table: str, row: Row, call: str) -> None:
    if row["status"] not in effects.LIVE:
        title = "Subscription update failed" if table == "subscriptions" else "Asset update failed"
        raise refused(title, f"Cannot {call} in status {row['status']}.", "status", code="0010")


def _vendor_fields(state: State, agreement: Row, body: Row) -> None:
    template = body.get("template")
    if isinstance(template, dict):
        if str(template.get("id")) not in state["templates"]:
            raise refused(TITLE, "Template does not exist.", "template.id")
        assign(agreement, "template", state.ref(str(template["id"])))
    supplied = body.get("parameters")
    for name in ("ordering", "fulfillment"):
        if isinstance(supplied, dict) and name in supplied:
            entries = agreement["parameters"][name]
            where = f"parameters.{name}"
            parameters.write(state, entries, supplied[name], where, sees_hidden=True, strict=True)


def _entitlement_lines(state: State, agreement: Row, body: Row, title: str, *, once: bool) -> list[Row]:
    supplied = body.get("lines")
    if not isinstance(supplied, list) or not supplied:
        raise refused(title, "At least one line is required.", "lines")
    lines: list[Row] = []
    for index, one in enumerate(supplied):
        wanted = one.get("item") if isinstance(one, dict) else None
        item = state["items"].get(str(wanted.get("id")) if isinstance(wanted, dict) else "")
        quantity = one.get("quantity") if isinstance(one, dict) else None
        if item is None or item["product"]["id"] != agreement["product"]["id"]:
            raise refused(title, "Item does not exist in the product.", f"lines[{index}].item.id")
        if not isinstance(quantity, int) or quantity < 1:
            raise refused(title, "Quantity is required", f"lines[{index}].quantity")
        if (item["terms"]["period"] == "one-time") != once or item["terms"].get("commitment", "1m") not in COMMITMENTS:
            raise refused(title, "The item's terms do not fit.", f"lines[{index}].item.terms")
        listed = state.price_of[agreement["authorization"]["currency"], item["id"]]
        lines.append({
            "id": state.next_id("ALI", agreement["id"]),
            "item": state.ref(item),
            "quantity": quantity,
            "price": line_price(listed, item, quantity),
            **notes_on(state, agreement, item),
            "status": "Active",
        })  # fmt: skip
    return lines
