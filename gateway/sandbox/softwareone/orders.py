"""Writing orders: creation of every type with its checks, and the delta update with what each actor may change."""

from __future__ import annotations

import copy
from typing import Any

from gateway.sandbox.softwareone import lines, parameters
from gateway.sandbox.softwareone.actors import CLIENT, OPERATIONS, VENDOR, Caller
from gateway.sandbox.softwareone.problems import Problem, refused, unimplemented
from gateway.sandbox.softwareone.state import Row, State, assign

CREATORS = {
    "Purchase": CLIENT,
    "Change": CLIENT,
    "Termination": CLIENT,
    "Configuration": CLIENT,
    "Suspend": OPERATIONS,
    "Resume": OPERATIONS,
}
FIRST_STATUSES = ("Draft", "Quoted", "Processing")
EXTERNAL_ID_LENGTH = 255  # the limit is unpublished
NOTE_LENGTH = 4000
CREATE, UPDATE = "Order creation failed", "Order update failed"


def draft(state: State, caller: Caller, body: Row) -> Row:
    """Creates an order in Draft (`POST /commerce/orders` before any transition)."""
    kind = body.get("type")
    if kind == "Renewal":
        raise unimplemented("creation of renewal orders: their endpoints are not published")
    if kind not in CREATORS:
        raise refused(CREATE, "Order type is required" if kind is None else f"Unknown type '{kind}'.", "type")
    caller.allow(CREATORS[kind])
    if body.get("status", "Draft") not in FIRST_STATUSES:
        raise refused(CREATE, f"An order cannot be created in status '{body['status']}'.", "status")
    agreement = new_agreement(state, caller, body) if kind == "Purchase" else _existing(state, caller, body)
    order = blank(state, kind, agreement)
    assign_customer_fields(state, caller, order, body, strict=True)
    if body.get("status") == "Processing" and not order["lines"]:
        raise refused(CREATE, "An order needs at least one line.", "lines")
    if kind == "Purchase":
        _hold_certificate(state, order, body)
        agreement["certificates"] = order["certificates"]
        agreement["price"] = {**order["price"], "source": "Computed"}
        state.insert("agreements", agreement, caller.by)
    order["agreement"] = state.ref(agreement)
    return state.insert("orders", order, caller.by)


def blank(state: State, kind: str, agreement: Row) -> Row:
    """An order row in Draft without content; the agreement may not be stored yet."""
    scopes = ("Agreement", "Order") if kind == "Purchase" else ("Order",)
    parties = ("listing", "authorization", "product", "client", "licensee", "buyer", "seller", "vendor")
    return {
        "id": state.new_id("ORD", 3),
        "type": kind,
        "status": "Draft",
        "agreement": agreement,
        **{name: agreement[name] for name in parties},
        "externalIds": {},
        "price": {},
        "lines": [],
        "parameters": parameters.blank(state, agreement["product"]["id"], *scopes),
        "subscriptions": [],
        "assets": [],
        "termsAndConditions": [],
        "certificates": [],
    }


def new_agreement(state: State, caller: Caller, body: Row) -> Row:
    """The co-creation block of a Purchase: licensee, product and authorization or listing, resolved to one listing."""
    block = _object(body.get("agreement"))
    if block.get("id"):
        raise refused(CREATE, "A purchase order creates its agreement.", "agreement.id")
    licensee = state["licensees"].get(_id(block.get("licensee") or body.get("licensee")))
    if licensee is None or (caller.actor == CLIENT and licensee["account"]["id"] != caller.account):
        raise refused(CREATE, "Licensee does not exist in the client account.", "agreement.licensee.id")
    if licensee["status"] not in ("Active", "Enabled"):
        raise refused(CREATE, "Licensee is not active.", "agreement.licensee.id")
    listing = _listing(state, body, block, licensee)
    product = state["products"][listing["product"]["id"]]
    if product["status"] != "Published":
        raise refused(CREATE, "Product is not published.", "agreement.product.id")
    client = state["accounts"][licensee["account"]["id"]]
    return {
        "id": state.new_id("AGR", 3),
        "status": "Draft",
        "name": block.get("name") or f"{product['name']} for {client['name']}",
        "listing": state.ref(listing),
        "authorization": listing["authorization"],
        "product": state.ref(product),
        "client": state.ref(client),
        "licensee": state.ref(licensee),
        "buyer": licensee["buyer"],
        "seller": licensee["seller"],
        "vendor": product["vendor"],
        "billingCurrency": listing["authorization"]["currency"],
        "externalIds": {},
        "price": {},
        "lines": [],
        "subscriptions": [],
        "assets": [],
        "parameters": parameters.blank(state, product["id"], "Agreement"),
        "termsAndConditions": [],
        "certificates": [],
    }


def update(state: State, caller: Caller, order: Row, body: Row) -> None:
    """Applies a partial order, wholly or not at all. Read-only and foreign properties are ignored; lines and
    parameters that may not be changed now are tolerated when equal and refused otherwise."""
    _refuse_closed(caller, order, body)
    backup = {
        **order,
        "parameters": copy.deepcopy(order["parameters"]),
        "externalIds": dict(order["externalIds"]),
    }
    try:
        if caller.actor == VENDOR:
            _assign_vendor_fields(state, order, body)
            set_external_id(caller, order, body)
        elif caller.actor == CLIENT and order["status"] == "Draft":
            assign_customer_fields(state, caller, order, body, strict=False)
        else:
            _assign_notes(order, body)
            set_external_id(caller, order, body)
            if caller.actor == CLIENT and order["status"] == "Querying":
                _assign_ordering(state, order, body, strict=False)
    except Problem:
        order.clear()
        order.update(backup)
        raise
    state.touch("orders", order, caller.by)


def assign_customer_fields(state: State, caller: Caller, order: Row, body: Row, *, strict: bool) -> None:
    """What a customer writes on a Draft: notes, own external id, lines or subscriptions, ordering parameters."""
    _assign_notes(order, body)
    set_external_id(caller, order, body)
    _assign_lines(state, order, body)
    _assign_ordering(state, order, body, strict=strict)


def set_external_id(caller: Caller, row: Row, body: Row) -> None:
    """Each actor writes its own key alone."""
    supplied = _object(body.get("externalIds"))
    if caller.actor in supplied:
        value = supplied[caller.actor]
        if isinstance(value, str) and len(value) > EXTERNAL_ID_LENGTH:
            raise refused(UPDATE, "External ID is too long", f"externalIds.{caller.actor}", code="0078")
        if value is not None and not isinstance(value, str):
            raise refused(UPDATE, "External ID has to be a string.", f"externalIds.{caller.actor}")
        assign(row["externalIds"], caller.actor, value)


def message(value: Any, where: str) -> Row:
    """A Message object; its text is required, 1 to 4000 characters."""
    text = _object(value).get("message")
    if not isinstance(text, str) or not 1 <= len(text) <= NOTE_LENGTH:
        raise refused(UPDATE, "Message is required", f"{where}.message")
    return {name: value[name] for name in ("id", "message", "parameters") if value.get(name) is not None}


def _existing(state: State, caller: Caller, body: Row) -> Row:
    agreement = state["agreements"].get(_id(body.get("agreement")))
    if agreement is None or (caller.actor == CLIENT and agreement["client"]["id"] != caller.account):
        raise refused(CREATE, "Agreement does not exist.", "agreement.id")
    if agreement["status"] != "Active":
        raise refused(CREATE, f"Agreement is {agreement['status']}, not Active.", "agreement.id")
    return agreement


def _listing(state: State, body: Row, block: Row, licensee: Row) -> Row:
    listing_id = _id(body.get("listing") or block.get("listing"))
    product_id = _id(block.get("product") or body.get("product"))
    authorization_id = _id(body.get("authorization") or block.get("authorization"))
    for listing in state["listings"].values():
        wanted = (listing_id in ("", listing["id"]), product_id in ("", listing["product"]["id"]))
        fits = listing["seller"]["id"] == licensee["seller"]["id"] and (listing_id or product_id)
        if all(wanted) and fits and authorization_id in ("", listing["authorization"]["id"]):
            return listing
    if product_id and product_id not in state["products"]:
        raise refused(CREATE, "Product does not exist.", "agreement.product.id")
    raise refused(CREATE, "No listing fits product, licensee and authorization.", "listing.id")


def _hold_certificate(state: State, order: Row, body: Row) -> None:
    program = state["products"][order["product"]["id"]].get("program")
    if program is None:
        return
    account = order["client"]["id"]
    held = [state.ref(row) for row in state["certificates"].values() if (account, row["id"]) in state.held]
    held = [ref for ref in held if state["certificates"][ref["id"]]["program"]["id"] == program["id"]]
    supplied = body.get("certificates")
    wanted = {_id(one) for one in supplied} if isinstance(supplied, list) else set()
    chosen = [ref for ref in held if not wanted or ref["id"] in wanted]
    if not chosen or len(chosen) < len(wanted):
        raise refused(CREATE, "The account holds no certificate for the program of this product.", "certificates")
    order["certificates"] = chosen


def _assign_notes(order: Row, body: Row) -> None:
    if "notes" in body:
        notes = body["notes"]
        if notes is not None and not isinstance(notes, str):
            raise refused(UPDATE, "Notes have to be a string.", "notes")
        assign(order, "notes", notes)


def _assign_ordering(state: State, order: Row, body: Row, *, strict: bool) -> None:
    bag = _object(body.get("parameters"))
    if "ordering" in bag:
        entries = order["parameters"]["ordering"]
        where = "parameters.ordering"
        parameters.write(state, entries, bag["ordering"], where, sees_hidden=False, strict=strict)


def _assign_lines(state: State, order: Row, body: Row) -> None:
    """Lines, and subscriptions with or without lines; order of the body is kept."""
    entries = [one for one in body.get("subscriptions") or [] if isinstance(one, dict)]
    if order["type"] == "Purchase":
        entries = []
    wanted: Any = body.get("lines")
    for index, entry in enumerate(entries):
        row = state["subscriptions"].get(_id(entry))
        if row is None or row["agreement"]["id"] != order["agreement"]["id"]:
            raise refused(UPDATE, "Subscription does not exist in the agreement.", f"subscriptions[{index}].id")
        own = entry.get("lines") or lines.of_subscription(state, order, row["id"])
        given = {_id(one) for one in wanted or [] if isinstance(one, dict)}
        wanted = [*(wanted or []), *(one for one in own if _id(one) not in given or not _id(one))]
    if wanted is not None:
        order["lines"] = lines.build(state, order, wanted)
        _touch_subscriptions(state, order, entries)
    lines.reprice(state, order)


def _touch_subscriptions(state: State, order: Row, entries: list[Row]) -> None:
    named = [_id(entry) for entry in entries]
    mapped = [line["subscription"]["id"] for line in order["lines"] if "subscription" in line]
    wishes = {_id(entry): entry for entry in entries}
    order["subscriptions"] = []
    for subscription_id in dict.fromkeys(named + mapped):
        ref = dict(state.ref(subscription_id))
        wish = wishes.get(subscription_id, {}).get("autoRenew")
        if order["type"] == "Configuration" and isinstance(wish, bool):
            ref["autoRenew"] = wish
        order["subscriptions"].append(ref)


def _assign_vendor_fields(state: State, order: Row, body: Row) -> None:
    for name, prefix in (("template", "TPL"), ("assignee", "")):
        if name in body:
            wanted = _id(body[name])
            if body[name] is not None and (wanted not in state.refs or not wanted.startswith(prefix)):
                raise refused(UPDATE, f"{name.capitalize()} does not exist.", f"{name}.id")
            assign(order, name, state.refs.get(wanted))
    for name in ("error", "statusNotes"):
        if name in body:
            value = body[name]
            if name == "statusNotes" and isinstance(value, dict) and value.get("id") and "message" not in value:
                order[name] = {"id": value["id"]}  # seen on real Completed orders
            else:
                assign(order, name, None if value is None else message(value, name))
    bag = _object(body.get("parameters"))
    for name in ("ordering", "fulfillment"):
        if name in bag and order["status"] == "Processing":
            where = f"parameters.{name}"
            parameters.write(state, order["parameters"][name], bag[name], where, sees_hidden=True, strict=False)


def _refuse_closed(caller: Caller, order: Row, body: Row) -> None:
    """Refuses changes of lines and parameters by the wrong actor or in the wrong status."""
    status = order["status"]
    lines_open = caller.actor == CLIENT and status == "Draft"
    if "lines" in body and not lines_open and lines.differ(body["lines"], order["lines"]):
        raise refused(UPDATE, f"Lines cannot be changed in status {status}.", "lines")
    open_bags = {
        (CLIENT, "Draft"): ("ordering",),
        (CLIENT, "Querying"): ("ordering",),
        (VENDOR, "Processing"): ("ordering", "fulfillment"),
    }.get((caller.actor, status), ())
    for name, supplied in _object(body.get("parameters")).items():
        closed = name in order["parameters"] and name not in open_bags
        if closed and parameters.changes(order["parameters"][name], supplied):
            where = f"parameters.{name}"
            raise refused(UPDATE, f"These parameters cannot be changed in status {status}.", where)


def _object(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    return str(_object(value).get("id") or "")
