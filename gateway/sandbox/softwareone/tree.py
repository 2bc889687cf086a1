"""The tree a filter is read into, and whether a row satisfies it.

Values that `binding.bind` has not typed yet convert by the value they meet, and a bare word is a property wherever
the row has one.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str, ...]

ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
PATH = re.compile(r"[A-Za-z_$][\w$-]*(\.[A-Za-z_$][\w$-]*)*")


class RqlError(ValueError):
    """A filter the server refuses with 400; `token` is the key of the answer's `errors` map."""

    def __init__(self, token: str, message: str) -> None:
        super().__init__(message)
        self.token = token or "filter"
        self.message = message


@dataclass(frozen=True, slots=True)
class Literal:
    """A word of the query. Quoted it is text; bare it may turn out to be a property."""

    text: str
    quoted: bool = False

    def read(self, row: Any, beside: Any) -> Any:
        if not self.quoted and PATH.fullmatch(self.text):
            value = lookup(row, tuple(self.text.split(".")))
            if value is not None:
                return value
        return convert(self.text, beside)


@dataclass(frozen=True, slots=True)
class Constant:
    """A bound literal, converted to its property's type."""

    value: Any

    def read(self, row: Any, beside: Any) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class Property:
    """A bound bare word that names a property: field-to-field comparison."""

    path: Path

    def read(self, row: Any, beside: Any) -> Any:
        return lookup(row, self.path)


@dataclass(frozen=True, slots=True)
class Null:
    def read(self, row: Any, beside: Any) -> Any:
        return None


Value: TypeAlias = Literal | Constant | Property | Null


@dataclass(frozen=True, slots=True)
class Compare:
    op: str
    path: Path
    value: Value

    def holds(self, row: Any) -> bool:
        left = lookup(row, self.path)
        right = self.value.read(row, left)
        if self.op == "eq":
            return bool(left == right)
        if self.op == "ne":
            return bool(left != right)
        try:
            return left is not None and right is not None and ORDERINGS[self.op](left, right)
        except TypeError:
            return False


@dataclass(frozen=True, slots=True)
class Member:
    """`in` or `out`; `constants` is set where all values are bound literals, for long lists of ids."""

    op: str
    path: Path
    values: tuple[Value, ...]
    constants: frozenset[Any] | None = None

    def holds(self, row: Any) -> bool:
        left = lookup(row, self.path)
        if self.constants is not None:
            return (left in self.constants) == (self.op == "in")
        return any(left == value.read(row, left) for value in self.values) == (self.op == "in")


@dataclass(frozen=True, slots=True)
class Like:
    op: str
    path: Path
    pattern: str

    def holds(self, row: Any) -> bool:
        left = lookup(row, self.path)
        return isinstance(left, str) and like(left, self.pattern, ignore_case=self.op == "ilike")


@dataclass(frozen=True, slots=True)
class Logic:
    op: str
    parts: tuple[Node, ...]

    def holds(self, row: Any) -> bool:
        if self.op == "and":
            return all(part.holds(row) for part in self.parts)
        return any(part.holds(row) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    part: Node

    def holds(self, row: Any) -> bool:
        return not self.part.holds(row)


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`any` or `all` over a collection; with `skips_hidden`, elements with `constraints.hidden` do not exist."""

    op: str
    path: Path
    part: Node | None
    skips_hidden: bool = False

    def holds(self, row: Any) -> bool:
        found = lookup(row, self.path)
        elements = found if isinstance(found, list) else []
        if self.skips_hidden:
            elements = [e for e in elements if not lookup(e, ("constraints", "hidden"))]
        if self.part is None:
            return bool(elements)
        results = (self.part.holds(element) for element in elements)
        return any(results) if self.op == "any" else all(results)


Node: TypeAlias = Compare | Member | Like | Logic | Not | Quantifier
EVERYTHING = Logic("and", ())


def lookup(row: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(row, dict):
            return None
        row = row.get(name)
    return row


def convert(text: str, beside: Any) -> Any:
    """The literal as the type of the value it is compared with."""
    if isinstance(beside, bool):
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise RqlError(text, f"Cannot convert value: '{text}'.")
    if isinstance(beside, int | float):
        try:
            return float(text)
        except ValueError:
            raise RqlError(text, f"Cannot convert value: '{text}'.") from None
    return text


def like(text: str, pattern: str, *, ignore_case: bool) -> bool:
    r"""`*` counts at the ends only; `\*` is a literal star; without a star it is equality; a lone `*` takes all."""
    if pattern == "*":
        return True
    starts_open = pattern.startswith("*")
    ends_open = pattern.endswith("*") and not pattern.endswith("\\*")
    core = pattern[1 if starts_open else 0 : -1 if ends_open and len(pattern) > 1 else None].replace("\\*", "*")
    if ignore_case:
        text, core = text.lower(), core.lower()
    if starts_open and ends_open:
        return core in text
    if ends_open:
        return text.startswith(core)
    if starts_open:
        return text.endswith(core)
    return text == core
