"""Order lines: from a request body to rows with ids, quantities and prices."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.softwareone.pricing import line_price, total
from gateway.sandbox.softwareone.problems import Problem, refused
from gateway.sandbox.softwareone.state import Row, State

TITLE = "Order update failed"
FED = ("id", "item", "quantity", "price", "description", "info")  # of a line, on the subscription or asset it feeds


def build(state: State, order: Row, supplied: Any) -> list[Row]:
    """The lines of an order that is being written. Known ids are those of its agreement and its own; an id-less line
    is new; an unknown id is refused."""
    if not isinstance(supplied, list):
        raise refused(TITLE, "Lines have to be a list.", "lines")
    known = agreement_lines(state, order)
    known.update({line["id"]: line for line in order.get("lines", []) if line["id"] not in known})
    built: dict[str, Row] = {}
    for index, one in enumerate(supplied):
        where = f"lines[{index}]"
        if not isinstance(one, dict):
            raise refused(TITLE, "A line has to be an object.", where)
        quantity = _quantity(order, one, known, where)
        if one.get("id") is None:
            line = _new(state, order, one, quantity, where)
        elif one["id"] in known and one["id"] not in built:
            line = _existing(state, order, known[one["id"]], quantity)
        else:
            raise refused(TITLE, f"Line '{one['id']}' does not exist.", f"{where}.id")
        built[line["id"]] = line
    return list(built.values())


def agreement_lines(state: State, order: Row) -> dict[str, Row]:
    agreement = state["agreements"].get(order["agreement"]["id"])
    lines = agreement["lines"] if agreement else []
    return {line["id"]: line for line in lines if line["status"] == "Active"}


def of_subscription(state: State, order: Row, subscription_id: str) -> list[Row]:
    """What a body that names only a subscription means: all its live lines, unchanged or, terminating, to nothing."""
    quantity = {"quantity": 0} if order["type"] == "Termination" else {}
    return [
        {"id": line["id"], "quantity": line["quantity"], **quantity}
        for line in agreement_lines(state, order).values()
        if line.get("subscription", {}).get("id") == subscription_id
    ]


def reprice(state: State, order: Row) -> None:
    order["price"] = total(order["lines"], order["authorization"]["currency"], default_markup(state, order))


def default_markup(state: State, order: Row) -> float:
    listing = state["listings"][order["listing"]["id"]]
    return float(state["price-lists"][listing["priceList"]["id"]]["defaultMarkup"])


def notes_on(state: State, order: Row, item: Row) -> Row:
    """What a line takes over from the price list beside its price; `order` may also be an agreement."""
    listed = state.price_of[order["authorization"]["currency"], item["id"]]
    return {name: listed[name] for name in ("description", "info") if name in listed}


def differ(supplied: Any, lines: list[Row]) -> bool:
    """Whether a body would change lines that may not be changed now; the same ids and quantities are tolerated."""
    if not isinstance(supplied, list):
        return supplied is not None
    held = {line["id"]: line["quantity"] for line in lines}
    return any(
        not isinstance(one, dict) or held.get(str(one.get("id"))) != one.get("quantity", held.get(str(one.get("id"))))
        for one in supplied
    )


def _quantity(order: Row, one: Row, known: dict[str, Row], where: str) -> int:
    quantity = one.get("quantity")
    old = known.get(str(one.get("id")), {}).get("quantity", 0)
    if order["type"] in ("Configuration", "Suspend", "Resume", "Renewal"):
        return int(old)
    if quantity is None and order["type"] == "Termination":
        return 0
    if quantity is None:
        raise refused(TITLE, "Quantity is required", f"{where}.quantity")
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise Problem(400, "Quantity has to be an integer.", errors={f"{where}.quantity": ["Invalid value."]})
    return max(0, quantity)


def _existing(state: State, order: Row, before: Row, quantity: int) -> Row:
    live = agreement_lines(state, order).get(before["id"])
    line = {
        "id": before["id"],
        "item": before["item"],
        "oldQuantity": live["quantity"] if live else 0,
        "quantity": quantity,
    }
    line["price"] = _price(state, order, line)
    for name in ("description", "info", "subscription", "asset"):
        if name in before:
            line[name] = before[name]
    return line


def _new(state: State, order: Row, one: Row, quantity: int, where: str) -> Row:
    wanted = one.get("item")
    item_id = str(wanted.get("id")) if isinstance(wanted, dict) else ""
    item = state["items"].get(item_id)
    if item is None or item["product"]["id"] != order["product"]["id"]:
        raise refused(TITLE, "Item does not exist in the product of this order.", f"{where}.item.id")
    if order["type"] not in ("Purchase", "Change"):
        raise refused(TITLE, f"A {order['type']} order takes no new lines.", where)
    line: Row = {
        "id": state.next_id("ALI", order["agreement"]["id"]),
        "item": state.ref(item),
        "oldQuantity": 0,
        "quantity": quantity,
    }
    line["price"] = _price(state, order, line)
    line.update(notes_on(state, order, item))
    return line


def _price(state: State, order: Row, line: Row) -> Row:
    """On a Termination the price is that of what goes away, negative."""
    item = state["items"][line["item"]["id"]]
    listed = state.price_of[order["authorization"]["currency"], item["id"]]
    counted = line["quantity"] - line["oldQuantity"] if order["type"] == "Termination" else line["quantity"]
    return line_price(listed, item, counted)
