"""How stored rows become answers: fields an actor may not see, `select`, `$meta`, and the older payload style."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gateway.sandbox.softwareone import shapes
from gateway.sandbox.softwareone.actors import HIDDEN, Caller
from gateway.sandbox.softwareone.selection import Selection
from gateway.sandbox.softwareone.settings import Settings
from gateway.sandbox.softwareone.shapes import Shape
from gateway.sandbox.softwareone.state import Row

FRACTIONS = frozenset(("markup", "margin", "defaultMarkup", "defaultMargin"))
ORDER_NULLS = ("notes", "comments", "statusNotes", "error", "template", "assignee", "billTo", "pricingPolicy")
SHORT_ID = re.compile(r"^(?:ORD|AGR)-\d{4}-\d{4}-\d{4}$")  # had a fourth group once
HOMES = {
    "ORD": "/commerce/orders/",
    "AGR": "/commerce/agreements/",
    "SUB": "/commerce/subscriptions/",
    "AST": "/commerce/assets/",
    "ACC": "/accounts/accounts/",
    "BUY": "/accounts/buyers/",
    "LCE": "/accounts/licensees/",
    "SEL": "/accounts/sellers/",
    "USR": "/accounts/users/",
    "PRD": "/catalog/products/",
    "ITM": "/catalog/items/",
    "LST": "/catalog/listings/",
    "AUT": "/catalog/authorizations/",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A collection the API serves: where its rows are, their fields, and what lists leave out by default."""

    table: str
    shape: Shape
    collections: tuple[str, ...] = ("audit",)

    def shape_for(self, caller: Caller) -> Shape:
        """The fields the caller's actor has at all; others are not even named in `$meta.omitted`."""
        return SHAPES_SEEN[self.table, caller.actor]

    def omitted(self, *, single: bool) -> tuple[str, ...]:
        return ("audit",) if single else self.collections


RESOURCES: dict[str, Resource] = {
    resource.table: resource
    for resource in (
        Resource(
            "orders",
            shapes.ORDER,
            ("lines", "parameters", "subscriptions", "assets", "termsAndConditions", "certificates", "audit"),
        ),
        Resource(
            "agreements",
            shapes.AGREEMENT,
            ("lines", "subscriptions", "assets", "parameters", "termsAndConditions", "certificates", "split", "audit"),
        ),
        Resource("subscriptions", shapes.SUBSCRIPTION, ("lines", "parameters", "split", "audit")),
        Resource("assets", shapes.ASSET, ("lines", "parameters", "audit")),
        Resource("attachments", shapes.ATTACHMENT),
        Resource("order-lines", shapes.LINE, ()),
        Resource("lines", shapes.ENTITLEMENT, ()),
        Resource("accounts", shapes.ACCOUNT),
        Resource("buyers", shapes.BUYER, ("sellers", "audit")),
        Resource("licensees", shapes.LICENSEE),
        Resource("sellers", shapes.SELLER),
        Resource("users", shapes.USER),
        Resource("tokens", shapes.TOKEN),
        Resource("products", shapes.PRODUCT),
        Resource("items", shapes.ITEM),
        Resource("definitions", shapes.DEFINITION),
        Resource("templates", shapes.TEMPLATE, ("content", "audit")),
        Resource("listings", shapes.LISTING),
        Resource("authorizations", shapes.AUTHORIZATION),
        Resource("price-lists", shapes.PRICE_LIST),
        Resource("price-list-items", shapes.PRICE_LIST_ITEM),
    )
}


def without(shape: Any, hidden: frozenset[str]) -> Any:
    if isinstance(shape, list):
        return [without(shape[0], hidden)]
    if isinstance(shape, dict):
        return {name: without(part, hidden) for name, part in shape.items() if name not in hidden}
    return shape


SHAPES_SEEN: dict[tuple[str, str], Shape] = {
    (name, actor): without(resource.shape, hidden)
    for name, resource in RESOURCES.items()
    for actor, hidden in HIDDEN.items()
}


@dataclass(slots=True)
class View:
    """One caller's view of one resource under one `select`."""

    resource: Resource
    caller: Caller
    settings: Settings
    select: Selection
    single: bool
    names: set[str] = field(init=False)

    def __post_init__(self) -> None:
        shape = self.resource.shape_for(self.caller)
        self.names = self.select.names(shape, self.resource.omitted(single=self.single))

    def row(self, row: Row) -> Row:
        chosen = {name: value for name, value in row.items() if name in self.names}
        legacy_style = self.settings.legacy_style
        copy: Row = seen(chosen, HIDDEN[self.caller.actor], self.caller.hides_parameters, empties=legacy_style)
        self.select.trim(copy)
        if legacy_style:
            copy = legacy(copy, self.names, is_order=self.resource.table == "orders")
        if self.single and not self.settings.omit_meta:
            copy["$meta"] = {"omitted": self.omitted()}
        return copy

    def page(self, rows: Iterable[Row], offset: int, limit: int, total: int) -> Row:
        meta: Row = {"pagination": {"offset": offset, "limit": limit, "total": total}}
        if not self.settings.omit_meta:
            meta["omitted"] = self.omitted()
        return {"$meta": meta, "data": [self.row(row) for row in rows]}

    def omitted(self) -> list[str]:
        return [name for name in self.resource.shape_for(self.caller) if name not in self.names]


def seen(value: Any, hidden: frozenset[str], hides_parameters: bool, *, empties: bool = False) -> Any:
    """A deep copy without hidden fields and, where asked, without hidden parameters. Empty objects and lists are left
    out as the current platform does, unless `empties`; a parameter's value is the vendor's own JSON and stays."""
    if isinstance(value, dict):
        copy: Row = {}
        for name, part in value.items():
            if name == "value":
                copy[name] = part
            elif name not in hidden:
                kept = part
                if isinstance(part, dict | list):
                    kept = seen(part, hidden, hides_parameters, empties=empties)
                if empties or not (kept is None or kept == [] or kept == {}):
                    copy[name] = kept
        return copy
    if isinstance(value, list):
        return [
            seen(element, hidden, hides_parameters, empties=empties) if isinstance(element, dict | list) else element
            for element in value
            if not (hides_parameters and is_hidden_parameter(element))
        ]
    return value


def is_hidden_parameter(element: Any) -> bool:
    return isinstance(element, dict) and bool(element.get("constraints", {}).get("hidden"))


def legacy(row: Row, names: set[str], *, is_order: bool) -> Row:
    """The style of the older documentation: href, explicit nulls, fractions, `externalIDs`, price keys without x1."""
    styled: Row = _legacy(row)
    if is_order:
        for name in ORDER_NULLS:
            if name in names:
                styled.setdefault(name, None)
        styled.pop("revision", None)
    return styled


def long_id(row_id: str) -> str:
    """The id as the older documentation shows it."""
    return SHORT_ID.sub(r"\g<0>-0001", row_id)


def home_of(row_id: str) -> str | None:
    """The collection that an id's prefix names; templates lie below their product, whose digits they have."""
    if row_id.startswith("TPL-"):
        return f"/catalog/products/PRD-{row_id[4:-5]}/templates/"
    return HOMES.get(row_id[:3])


def _legacy(value: Any) -> Any:
    if isinstance(value, list):
        return [_legacy(element) for element in value]
    if not isinstance(value, dict):
        return value
    styled: Row = {}
    for name, part in value.items():
        if name in FRACTIONS:
            styled[name] = round(part / 100, 4)
        elif name not in ("SPx1", "PPx1"):
            styled["externalIDs" if name == "externalIds" else name] = part if name == "value" else _legacy(part)
        if name in ("id", "orderId") and isinstance(part, str):
            styled[name] = long_id(part)
        if name == "id" and (home := home_of(str(part))):
            styled["href"] = home + styled[name]
    if "href" in styled and "name" in styled:
        styled.setdefault("icon", None)
    return styled
