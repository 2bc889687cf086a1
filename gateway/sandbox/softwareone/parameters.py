"""Parameters of orders: which an order carries, what a valid value is, and how values are written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from gateway.sandbox.softwareone.problems import refused
from gateway.sandbox.softwareone.state import Row, State, assign

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
CARRIED = ("externalId", "name", "type", "phase", "scope", "multiple", "constraints")
BAGS = {"ordering": "Order", "fulfillment": "Fulfillment"}
REQUIRED = {"id": "EPR0001", "message": "A value is required."}


def blank(state: State, product_id: str, *scopes: str) -> Row:
    """The parameter bag of a new object: every definition of the product in these scopes, without values."""
    bag: Row = {"ordering": [], "fulfillment": []}
    for definition in state["definitions"].values():
        if definition["product"]["id"] == product_id and definition["scope"] in scopes:
            for name, phase in BAGS.items():
                if definition["phase"] == phase:
                    carried = {key: definition[key] for key in CARRIED}
                    bag[name].append({"id": definition["id"], **carried})
    return bag


def write(state: State, entries: list[Row], supplied: Any, where: str, *, sees_hidden: bool, strict: bool) -> None:
    """Replaces the values of a bag by those supplied, matched by `id` or `externalId`; values not supplied are
    cleared, save those the writer cannot write. `strict` refuses invalid values, else they get an `error`."""
    if not isinstance(supplied, list) or not all(isinstance(one, dict) for one in supplied):
        raise refused("Order update failed", "Parameters have to be a list of objects.", where)
    writable = [entry for entry in entries if sees_hidden or not is_closed(entry)]
    found: dict[str, Row] = {}
    for index, one in enumerate(supplied):
        entry = next((e for e in entries if one.get("id") == e["id"] or one.get("externalId") == e["externalId"]), None)
        if entry is None:
            name = one.get("externalId") or one.get("id")
            raise refused("Order update failed", f"Parameter '{name}' does not exist.", f"{where}[{index}]")
        found[entry["id"]] = one
    for entry in writable:
        one = found.get(entry["id"], {})
        trouble = wrong(state, entry, one.get("value"))
        if trouble and strict:
            raise refused("Order update failed", trouble, f"{where}.{entry['externalId']}")
        put(entry, one.get("value"))
        error = {"id": "EPR0002", "message": trouble} if trouble else one.get("error")
        assign(entry, "error", error if isinstance(error, dict) and error.get("message") else None)


def put(entry: Row, value: Any) -> None:
    assign(entry, "value", value)
    assign(entry, "displayValue", None if value is None else display(value))


def changes(entries: list[Row], supplied: Any) -> bool:
    """Whether the supplied list would change a value; equal ones are tolerated where nothing may be written."""
    if not isinstance(supplied, list):
        return supplied is not None
    return any(
        one.get("value") != entry.get("value")
        for one in supplied
        if isinstance(one, dict)
        for entry in entries
        if one.get("id") == entry["id"] or one.get("externalId") == entry["externalId"]
    )


def is_closed(entry: Row) -> bool:
    """Hidden and read-only parameters are not the customer's to write."""
    return bool(entry["constraints"]["hidden"] or entry["constraints"]["readonly"])


def invalid(state: State, entries: list[Row]) -> dict[str, Row]:
    """Parameter id to error, for every ordering parameter that keeps an order from being processed."""
    found: dict[str, Row] = {}
    for entry in entries:
        if is_closed(entry) or entry["type"] == "Heading":
            continue
        trouble = wrong(state, entry, entry.get("value"))
        if entry["constraints"]["required"] and entry.get("value") in (None, "", []):
            found[entry["id"]] = REQUIRED
        elif trouble:
            found[entry["id"]] = {"id": "EPR0002", "message": trouble}
        elif "error" in entry:
            found[entry["id"]] = entry["error"]
    return found


def wrong(state: State, entry: Row, value: Any) -> str | None:
    """What is wrong with a value's form, or None. An absent value is never wrong here."""
    if value is None:
        return None
    kind = entry["type"]
    options = state["definitions"][entry["id"]].get("options", [])
    if CHECKS[kind](value, options):
        return None
    return f"The value of '{entry['name']}' is not a valid {kind}."


def display(value: Any) -> str:
    """A value's text form."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(display(part) for part in value)
    if isinstance(value, dict) and set(value) <= {"date", "start", "end"}:
        return " – ".join(str(part) for part in value.values())
    if isinstance(value, dict):
        return ", ".join(display(part) for part in value.values() if part not in (None, ""))
    return json.dumps(value)


def _text(value: Any, options: list[str]) -> bool:
    return isinstance(value, str)


def _option(value: Any, options: list[str]) -> bool:
    return value in options


def _several(value: Any, options: list[str]) -> bool:
    return isinstance(value, list) and all(part in options for part in value)


def _matching(pattern: re.Pattern[str]) -> Callable[[Any, list[str]], bool]:
    return lambda value, options: isinstance(value, str) and pattern.fullmatch(value) is not None


def _with(*names: str) -> Callable[[Any, list[str]], bool]:
    return lambda value, options: (
        isinstance(value, dict) and all(isinstance(value.get(name), str) and value[name] for name in names)
    )


def _date(value: Any, options: list[str]) -> bool:
    if not isinstance(value, dict) or set(value) not in ({"date"}, {"start", "end"}):
        return False
    return all(isinstance(part, str) and DATE.fullmatch(part) for part in value.values())


def _anything(value: Any, options: list[str]) -> bool:
    return True


CHECKS: dict[str, Callable[[Any, list[str]], bool]] = {
    "SingleLineText": lambda value, options: isinstance(value, str) and "\n" not in value,
    "MultiLineText": _text,
    "Address": _with("addressLine1", "postCode", "city", "state", "country"),
    "Contact": _with("firstName", "lastName", "email"),
    "Checkbox": _several,
    "Choice": _option,
    "Subdomain": _matching(SUBDOMAIN),
    "Heading": _text,
    "DropDown": _option,
    "Email": _matching(EMAIL),
    "DataObject": _anything,
    "Date": _date,
}
