"""Checks a parsed filter or sort key against a resource's fields, and gives its literals their types.

A bare word that names a field becomes a field-to-field comparison, as in the server library.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gateway.sandbox.softwareone.shapes import Kind, Shape
from gateway.sandbox.softwareone.tree import (
    PATH,
    Compare,
    Constant,
    Like,
    Literal,
    Logic,
    Member,
    Node,
    Not,
    Null,
    Path,
    Property,
    Quantifier,
    RqlError,
    Value,
)

ALLOWED: dict[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset(("eq", "ne", "gt", "ge", "lt", "le", "in", "out", "like", "ilike")),
    Kind.NUMBER: frozenset(("eq", "ne", "gt", "ge", "lt", "le", "in", "out")),
    Kind.DATE: frozenset(("eq", "ne", "gt", "ge", "lt", "le", "in", "out")),
    Kind.FLAG: frozenset(("eq", "ne", "in", "out")),
    Kind.JSON: frozenset(),
}
NO_FILTER = "Filtering is not permitted."
NO_ORDER = "Ordering is not permitted."
NO_PATH = "Invalid property path."
OFFSET_DECODED = re.compile(r" (\d\d:\d\d)$")  # a literal "+" of a UTC offset, decoded as a space


def bind(node: Node, shape: Shape, *, hides_parameters: bool = False) -> Node:
    """The tree with typed literals; raises RqlError for unknown paths, forbidden operators and bad literals."""
    match node:
        case Logic(op, parts):
            return Logic(op, tuple(bind(part, shape, hides_parameters=hides_parameters) for part in parts))
        case Not(part):
            return Not(bind(part, shape, hides_parameters=hides_parameters))
        case Quantifier(_, path, part):
            element = find(shape, path)
            if not isinstance(element, list):
                raise RqlError(".".join(path), NO_FILTER)
            bound = None if part is None else bind(part, element[0], hides_parameters=hides_parameters)
            return replace(node, part=bound, skips_hidden=hides_parameters and path[0] == "parameters")
        case Compare(op, path, value):
            return Compare(op, path, _value(value, permitted(shape, path, op), shape))
        case Member(op, path, values, _):
            kind = permitted(shape, path, op)
            bound_values = tuple(_value(value, kind, shape) for value in values)
            constants = frozenset(value.value for value in bound_values if isinstance(value, Constant))
            only = all(isinstance(value, Constant) for value in bound_values)
            return Member(op, path, bound_values, constants if only else None)
        case Like(op, path, _):
            permitted(shape, path, op)
            return node


def find(shape: Shape, path: Path) -> Any:
    """The kind, object or collection a path names; raises RqlError where there is none."""
    found: Any = shape
    for name in path:
        if not isinstance(found, dict) or name not in found:
            raise RqlError(".".join(path), NO_PATH)
        found = found[name]
    return found


def permitted(shape: Shape, path: Path, op: str) -> Kind:
    kind = find(shape, path)
    if not isinstance(kind, Kind) or kind is Kind.JSON:
        raise RqlError(".".join(path), NO_FILTER)
    if op not in ALLOWED[kind]:
        raise RqlError(".".join(path), f"Operator '{op}' is not permitted")
    return kind


def sortable(shape: Shape, path: Path) -> None:
    kind = find(shape, path)
    if not isinstance(kind, Kind) or kind is Kind.JSON:
        raise RqlError(".".join(path), NO_ORDER)


def paths(node: Node) -> list[Path]:
    """Every path of the tree's own level, so that those below `audit` can be recognised."""
    match node:
        case Logic(_, parts):
            return [path for part in parts for path in paths(part)]
        case Not(part):
            return paths(part)
        case Compare(_, path, Property(other)):
            return [path, other]
        case Compare(_, path, _) | Member(_, path, _, _) | Like(_, path, _) | Quantifier(_, path, _):
            return [path]


def timestamp(text: str) -> str | None:
    """A date or time in the wire form `2026-03-05T09:15:30.123Z`, so that text order is time order."""
    try:
        moment = datetime.fromisoformat(OFFSET_DECODED.sub(r"+\1", text.strip()))
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _value(value: Value, kind: Kind, shape: Shape) -> Value:
    if not isinstance(value, Literal):
        if isinstance(value, Null) or kind is Kind.TEXT:
            return value
        raise RqlError("empty()", "Cannot convert value: ''.")
    if not value.quoted and PATH.fullmatch(value.text):
        path = tuple(value.text.split("."))
        try:
            find(shape, path)
        except RqlError:
            pass
        else:
            return Property(path)
    return Constant(_typed(value.text, kind))


def _typed(text: str, kind: Kind) -> Any:
    found: Any = text
    if kind is Kind.FLAG:
        found = {"true": True, "false": False}.get(text.lower())
    elif kind is Kind.DATE:
        found = timestamp(text)
    elif kind is Kind.NUMBER:
        try:
            found = float(text)
        except ValueError:
            found = None
        if found is not None and not math.isfinite(found):
            found = None
    if found is None:
        raise RqlError(text, f"Cannot convert value: '{text}'.")
    return found
