"""What an order's steps do to its agreement and to that agreement's subscriptions and assets."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.softwareone.lines import FED, default_markup
from gateway.sandbox.softwareone.pricing import line_price, total
from gateway.sandbox.softwareone.state import Row, State

LIVE = ("Active", "Updating", "Terminating", "Suspending", "Suspended", "Resuming")
ON_THE_WAY = {"Termination": "Terminating", "Suspend": "Suspending", "Resume": "Resuming"}
AFTERWARDS = {"Suspend": "Suspended", "Resume": "Active"}


def placed(state: State, order: Row, by: Row) -> None:
    agreement = state["agreements"][order["agreement"]["id"]]
    if order["type"] == "Purchase":
        conditions = state.conditions_of[order["product"]["id"]]
        accepted = [{**terms, "accepted": state.clock.now(), "acceptedBy": by["by"]} for terms in conditions]
        order["termsAndConditions"] = accepted
        agreement["termsAndConditions"] = accepted
        move(state, "agreements", agreement, "Provisioning", by, "provisioning")
        return
    move(state, "agreements", agreement, "Updating", by)
    for subscription in touched(state, order):
        state.former[subscription["id"]] = subscription["status"]
        move(state, "subscriptions", subscription, ON_THE_WAY.get(order["type"], "Updating"), by)


def completed(state: State, order: Row, by: Row) -> None:
    agreement = state["agreements"][order["agreement"]["id"]]
    _settle_lines(state, agreement, order)
    for table in ("subscriptions", "assets"):
        for ref in order[table]:
            row = state[table][ref["id"]]
            if row["status"] == "Draft":
                agreement[table].append(state.ref(row))
                move(state, table, row, "Active", by)
    if order["type"] == "Purchase":
        _copy_parameters(order, agreement)
        if "template" in order:
            agreement["template"] = order["template"]
    for subscription in touched(state, order):
        _settle_subscription(state, agreement, order, subscription, by)
    settle_agreement(state, agreement, by)
    if order["type"] in ("Change", "Termination"):
        for other in state.orders_of[agreement["id"]]:
            if other is not order and other["status"] in ("Draft", "Quoted"):
                move(state, "orders", other, "Deleted", by, "deleted")


def failed(state: State, order: Row, by: Row) -> None:
    agreement = state["agreements"][order["agreement"]["id"]]
    if order["type"] == "Purchase":
        move(state, "agreements", agreement, "Failed", by)
    else:
        move(state, "agreements", agreement, "Active", by)
    for table in ("subscriptions", "assets"):
        for ref in order[table]:
            row = state[table][ref["id"]]
            if row["status"] == "Draft":
                move(state, table, row, "Deleted" if table == "subscriptions" else "Terminated", by)
    for subscription in touched(state, order):
        move(state, "subscriptions", subscription, state.former.pop(subscription["id"], "Active"), by)


def deleted(state: State, order: Row, by: Row) -> None:
    if order["type"] == "Purchase":
        move(state, "agreements", state["agreements"][order["agreement"]["id"]], "Deleted", by)


def move(state: State, table: str, row: Row, status: str, by: Row, event: str | None = None) -> None:
    row["status"] = status
    if status == "Terminated":
        event = event or "terminated"
        if table == "subscriptions":
            row.setdefault("terminationDate", state.clock.now())
    state.touch(table, row, by, event)
    if table == "subscriptions":
        for order in state.orders_of.get(row["agreement"]["id"], []):
            for entry in order["subscriptions"]:
                if entry["id"] == row["id"]:
                    entry["status"] = status


def touched(state: State, order: Row) -> list[Row]:
    """The live subscriptions an order changes, not those it creates."""
    rows = [state["subscriptions"][ref["id"]] for ref in order["subscriptions"]]
    return [row for row in rows if row["status"] in LIVE and order["type"] != "Purchase"]


def settle_agreement(state: State, agreement: Row, by: Row) -> None:
    """Active, or Terminated once it had subscriptions and none of them lives; price over its active lines."""
    subscriptions = [state["subscriptions"][ref["id"]] for ref in agreement["subscriptions"]]
    dead = bool(subscriptions) and not any(row["status"] in LIVE for row in subscriptions)
    if dead:
        for line in agreement["lines"]:
            if "subscription" in line:
                line["status"] = "Terminated"
    active = [line for line in agreement["lines"] if line["status"] == "Active"]
    currency = agreement["authorization"]["currency"]
    agreement["price"] = {**total(active, currency, default_markup(state, agreement)), "source": "Computed"}
    if dead:
        move(state, "agreements", agreement, "Terminated", by)
    else:
        move(state, "agreements", agreement, "Active", by, "active")


def refresh_subscription(state: State, agreement: Row, subscription: Row) -> None:
    """Lines and price of a subscription from its agreement's lines."""
    own = [line for line in agreement["lines"] if line.get("subscription", {}).get("id") == subscription["id"]]
    subscription["lines"] = [{name: line[name] for name in FED if name in line} for line in own]
    currency = agreement["authorization"]["currency"]
    subscription["price"] = total(subscription["lines"], currency, default_markup(state, agreement))


def _settle_lines(state: State, agreement: Row, order: Row) -> None:
    held = {line["id"]: line for line in agreement["lines"]}
    for line in order["lines"]:
        kept: dict[str, Any] = held.get(line["id"]) or {"order": state.ref(order)}
        if line["id"] not in held:
            agreement["lines"].append(kept)
        kept.update({name: part for name, part in line.items() if name != "oldQuantity"})
        kept["status"] = "Active" if line["quantity"] > 0 else "Terminated"
        item = state["items"][line["item"]["id"]]
        listed = state.price_of[agreement["authorization"]["currency"], item["id"]]
        kept["price"] = line_price(listed, item, line["quantity"])


def _settle_subscription(state: State, agreement: Row, order: Row, subscription: Row, by: Row) -> None:
    former = state.former.pop(subscription["id"], "Active")
    own = [line for line in agreement["lines"] if line.get("subscription", {}).get("id") == subscription["id"]]
    status = AFTERWARDS.get(order["type"], former)
    if own and all(line["status"] != "Active" for line in own):
        status = "Terminated"
    for entry in order["subscriptions"]:
        if entry["id"] == subscription["id"] and "autoRenew" in entry:
            subscription["autoRenew"] = entry["autoRenew"]
    refresh_subscription(state, agreement, subscription)
    move(state, "subscriptions", subscription, status, by)


def _copy_parameters(order: Row, agreement: Row) -> None:
    """Agreement-scope values of a Purchase become the agreement's."""
    for name, entries in order["parameters"].items():
        agreement["parameters"][name] = [
            {key: part for key, part in entry.items() if key != "error"}
            for entry in entries
            if entry["scope"] == "Agreement"
        ]
