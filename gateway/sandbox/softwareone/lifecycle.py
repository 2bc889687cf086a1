"""The order state machine: who may move an order from which status to which, and on what condition."""

from __future__ import annotations

from gateway.sandbox.softwareone import effects, orders, parameters
from gateway.sandbox.softwareone.actors import CLIENT, OPERATIONS, VENDOR, Caller
from gateway.sandbox.softwareone.fulfilment import generate_assets
from gateway.sandbox.softwareone.problems import forbidden, refused
from gateway.sandbox.softwareone.settings import Settings
from gateway.sandbox.softwareone.state import Row, State

TITLE = "Order update failed"
DEFAULT_TEMPLATES = {
    "Processing": "OrderProcessing",
    "Querying": "OrderQuerying",
    "Completed": "OrderCompleted",
    "Failed": "OrderFailed",
}

# (call, from status): actors. A status that appears under no call's key is an illegal transition: 400.
ALLOWED: dict[tuple[str, str], tuple[str, ...]] = {
    ("quote", "Draft"): (CLIENT,),
    ("process", "Draft"): (CLIENT,),
    ("process", "Quoted"): (CLIENT,),
    ("process", "Querying"): (CLIENT, VENDOR, OPERATIONS),
    ("query", "Processing"): (VENDOR,),
    ("complete", "Processing"): (VENDOR,),
    ("fail", "Processing"): (VENDOR, OPERATIONS),
    ("fail", "Querying"): (OPERATIONS,),
    ("delete", "Draft"): (CLIENT, VENDOR, OPERATIONS),
    ("delete", "Quoted"): (CLIENT, VENDOR, OPERATIONS),
    ("validate", "Draft"): (CLIENT,),
    ("validate", "Querying"): (CLIENT,),
}
PREVALIDATION = {
    ("Purchase", "Draft"): "purchaseOrderDraft",
    ("Change", "Draft"): "changeOrderDraft",
    ("Configuration", "Draft"): "configurationOrderDraft",
    ("Termination", "Draft"): "terminationOrder",
    ("Purchase", "Querying"): "purchaseOrderQuerying",
}
TAKEN = {"id": "VND1001", "message": "This value is already in use at the vendor."}


def create(state: State, caller: Caller, body: Row) -> Row:
    order = orders.draft(state, caller, body)
    if body.get("status") == "Quoted":
        _move(state, order, "Quoted", caller)
    elif body.get("status") == "Processing":
        _place(state, order, caller)
    return order


def update(state: State, caller: Caller, order: Row, body: Row) -> Row:
    """`PUT`; an operations update of a Draft quotes it as a side effect."""
    orders.update(state, caller, order, body)
    if caller.actor == OPERATIONS and order["status"] == "Draft":
        _move(state, order, "Quoted", caller)
    return order


def quote(state: State, caller: Caller, order: Row, body: Row) -> Row:
    _begin(state, "quote", caller, order, body)
    _move(state, order, "Quoted", caller)
    return order


def process(state: State, caller: Caller, order: Row, body: Row) -> Row:
    """Draft and Quoted: placement. Querying: back to Processing, which the client cannot while values are invalid."""
    if caller.actor == OPERATIONS and order["type"] in ("Suspend", "Resume") and order["status"] in ("Draft", "Quoted"):
        _update_first(state, caller, order, body)
        _place(state, order, caller)
        return order
    came_from = order["status"]
    _begin(state, "process", caller, order, body)
    if came_from != "Querying":
        _place(state, order, caller)
        return order
    bad = parameters.invalid(state, order["parameters"]["ordering"])
    if bad and caller.actor == CLIENT:
        raise refused(TITLE, "Ordering parameters are invalid.", *(f"parameters.ordering.{key}" for key in bad))
    _move(state, order, "Processing", caller)
    return order


def query(state: State, caller: Caller, order: Row, body: Row) -> Row:
    """To Querying; errors given in the body stay, for they are what the customer is asked to mend."""
    _begin(state, "query", caller, order, body)
    errors = {entry["id"]: entry["error"] for entry in _entries(order) if "error" in entry}
    general = order.get("error")
    _move(state, order, "Querying", caller, keep_template="template" in body)
    for entry in _entries(order):
        if entry["id"] in errors:
            entry["error"] = errors[entry["id"]]
    if general is not None:
        order["error"] = general
    return order


def complete(state: State, caller: Caller, order: Row, body: Row) -> Row:
    _begin(state, "complete", caller, order, body)
    if order["type"] == "Change":
        held = {line["id"]: line["quantity"] for line in _live_lines(state, order)}
        held.update({line["id"]: line["quantity"] for line in order["lines"]})
        if not any(held.values()):
            raise refused(TITLE, "A change order cannot bring every line to zero.", "lines")
    if order["type"] != "Configuration":
        generate_assets(state, order, caller)
        for index, line in enumerate(order["lines"]):
            if "subscription" not in line and "asset" not in line:
                raise refused(TITLE, "Every line needs a subscription or an asset.", f"lines[{index}].subscription")
    _move(state, order, "Completed", caller, keep_template="template" in body)
    effects.completed(state, order, caller.by)
    return order


def fail(state: State, caller: Caller, order: Row, body: Row) -> Row:
    _check("fail", caller, order)
    notes = orders.message(body.get("statusNotes"), "statusNotes")
    _update_first(state, caller, order, body)
    _move(state, order, "Failed", caller, keep_template="template" in body)
    order["statusNotes"] = notes
    effects.failed(state, order, caller.by)
    return order


def delete(state: State, caller: Caller, order: Row) -> None:
    """Soft: the order stays readable as Deleted."""
    _check("delete", caller, order)
    _move(state, order, "Deleted", caller)
    effects.deleted(state, order, caller.by)


def validate(state: State, caller: Caller, order: Row, body: Row, settings: Settings) -> Row:
    """Persists the body; where the product pre-validates, the vendor's answer is errors in a 200, or a 400. The
    emulated vendor wants every required value and refuses the value "taken"."""
    _begin(state, "validate", caller, order, body)
    flag = PREVALIDATION.get((order["type"], order["status"]), "")
    product = state["products"][order["product"]["id"]]
    if not product.get("settings", {}).get("preValidation", {}).get(flag):
        return order
    bad = parameters.invalid(state, order["parameters"]["ordering"])
    bad.update({e["id"]: TAKEN for e in order["parameters"]["ordering"] if e.get("value") == "taken"})
    if bad and settings.validation_answer == "refuse":
        first = next(iter(bad.values()))
        raise refused("Order validation failed", first["message"], "parameters.ordering")
    for entry in order["parameters"]["ordering"]:
        if entry["id"] in bad:
            entry["error"] = bad[entry["id"]]
    order.pop("error", None)
    if bad:
        order["error"] = {"id": "VND1000", "message": "Some parameters need correcting."}
    return order


def _begin(state: State, call: str, caller: Caller, order: Row, body: Row) -> None:
    _check(call, caller, order)
    _update_first(state, caller, order, body)


def _update_first(state: State, caller: Caller, order: Row, body: Row) -> None:
    """An order body given to an action is applied as an update before the transition."""
    if body:
        orders.update(state, caller, order, body)


def _check(call: str, caller: Caller, order: Row) -> None:
    anyone = {actor for (name, _), actors in ALLOWED.items() if name == call for actor in actors}
    if caller.actor not in anyone:
        raise forbidden(f"{caller.actor.capitalize()} accounts may not {call} orders.")
    actors = ALLOWED.get((call, order["status"]))
    if actors is None:
        raise refused(TITLE, f"Cannot {call} an order in status {order['status']}.", "status", code="0010")
    if caller.actor not in actors:
        raise forbidden(f"{caller.actor.capitalize()} accounts may not {call} an order in status {order['status']}.")


def _place(state: State, order: Row, caller: Caller) -> None:
    agreement = state["agreements"][order["agreement"]["id"]]
    if not order["lines"]:
        raise refused(TITLE, "An order needs at least one line.", "lines")
    if agreement["status"] != ("Draft" if order["type"] == "Purchase" else "Active"):
        raise refused(TITLE, f"Agreement is {agreement['status']}.", "agreement.status", code="0011")
    bad = parameters.invalid(state, order["parameters"]["ordering"])
    _move(state, order, "Processing", caller)
    effects.placed(state, order, caller.by)
    if bad:  # not refused: the order passes through Processing straight into Querying
        _move(state, order, "Querying", caller)
        for entry in order["parameters"]["ordering"]:
            if entry["id"] in bad:
                entry["error"] = bad[entry["id"]]


def _move(state: State, order: Row, status: str, caller: Caller, *, keep_template: bool = False) -> None:
    """The transition itself: errors are cleared, and the status' default template is assigned."""
    order.pop("error", None)
    for entry in _entries(order):
        entry.pop("error", None)
    template = default_template(state, order["product"]["id"], DEFAULT_TEMPLATES.get(status, ""))
    if template is not None and not keep_template:
        order["template"] = template
    effects.move(state, "orders", order, status, caller.by, status.lower())


def default_template(state: State, product_id: str, kind: str) -> Row | None:
    for template in state["templates"].values():
        if template["type"] == kind and template["product"]["id"] == product_id:
            return state.ref(template)
    return None


def _entries(order: Row) -> list[Row]:
    return [*order["parameters"]["ordering"], *order["parameters"]["fulfillment"]]


def _live_lines(state: State, order: Row) -> list[Row]:
    agreement = state["agreements"][order["agreement"]["id"]]
    return [line for line in agreement["lines"] if line["status"] == "Active"]
