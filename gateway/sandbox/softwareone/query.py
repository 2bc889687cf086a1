"""The raw query string of a list: `limit`, `offset`, `order`, `select`, and filters in all other pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from gateway.sandbox.softwareone.binding import NO_FILTER, NO_ORDER, bind, paths, sortable
from gateway.sandbox.softwareone.problems import Problem, invalid
from gateway.sandbox.softwareone.rql import matches, parse
from gateway.sandbox.softwareone.selection import Selection
from gateway.sandbox.softwareone.shapes import Shape
from gateway.sandbox.softwareone.tree import EVERYTHING, Logic, Node, Path, RqlError, lookup

RESERVED = ("limit", "offset", "order", "select")
MARK = re.compile(r"%(?:22|27|28|29)|.", re.IGNORECASE | re.DOTALL)
MARKS = {"%22": '"', "%27": "'", "%28": "(", "%29": ")"}


@dataclass(slots=True)
class Query:
    limit: int
    offset: int = 0
    order: list[tuple[Path, bool]] = field(default_factory=list)  # (path, descending)
    select: Selection = field(default_factory=Selection)
    filter: Node = EVERYTHING

    @classmethod
    def read(cls, raw: str, shape: Shape, *, default_limit: int, max_limit: int, hides_parameters: bool) -> Query:
        """Raises Problem 400 in the words of the server library."""
        query = cls(limit=default_limit)
        filters: list[Node] = []
        try:
            for piece in pieces(raw):
                key, _, value = piece.partition("=")
                name = unquote_plus(key).strip().lower()
                if name not in RESERVED:
                    node = parse(unquote_plus(piece))
                    filters.append(bind(node, shape, hides_parameters=hides_parameters))
                elif name == "limit":
                    query.limit = min(whole(name, value, default_limit), max_limit)
                elif name == "offset":
                    query.offset = whole(name, value, 0)
                elif name == "order":
                    query.order = list(sort_keys(unquote_plus(value), shape))
                else:
                    query.select = Selection.read(unquote_plus(value))
            query.filter = Logic("and", tuple(filters))
            query.demand_audit()
        except RqlError as error:
            raise invalid(error.token, error.message) from error
        return query

    def demand_audit(self) -> None:
        """Filters and sort keys below `audit` need `select=audit`: ignored or 400 by the docs, 400 here."""
        if ("audit",) in [path[:1] for path in self.select.included]:
            return
        for wanted, message in ((paths(self.filter), NO_FILTER), ([path for path, _ in self.order], NO_ORDER)):
            for path in wanted:
                if path[0] == "audit":
                    raise RqlError(".".join(path), message)

    def page(self, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
        """The rows of this page and the total; without `order`, and among equals, by id."""
        try:
            found = [row for row in rows if matches(self.filter, row)]
        except RqlError as error:
            raise invalid(error.token, error.message) from error
        found.sort(key=lambda row: str(row.get("id", "")))
        for path, descending in reversed(self.order):
            found.sort(key=lambda row: sort_value(lookup(row, path)), reverse=descending)
        return found[self.offset : self.offset + self.limit], len(found)


def pieces(raw: str) -> list[str]:
    """Splits at `&` outside parentheses and quotes, both of which may come percent-encoded."""
    found = [""]
    depth, quote, before = 0, "", "("
    for token in MARK.findall(raw):
        char = MARKS.get(token, token)
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"" and before in "(,=":  # elsewhere it is an apostrophe inside a bare word
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == "&" and depth <= 0:
            found.append("")
            before = "("
            continue
        found[-1] += token
        before = char if char not in "+ " else before
    return [piece for piece in found if piece]


def whole(name: str, text: str, default: int) -> int:
    """A non-number is replaced by the default; a negative one answers 400."""
    try:
        number = int(unquote_plus(text))
    except ValueError:
        return default
    if number < 0:
        raise invalid(name, "Value has to be zero or more.")
    return number


def sort_keys(text: str, shape: Shape) -> Iterator[tuple[Path, bool]]:
    for raw in text.split(","):
        word = raw.strip()
        path = tuple(word.lstrip("+-").strip().split("."))
        if path != ("",):
            sortable(shape, path)
            yield path, word.startswith("-")


def sort_value(value: Any) -> tuple[bool, Any]:
    """Absent values come first when ascending."""
    return (value is not None, value)


def only_select(raw: str) -> Selection:
    """The query of a single read, where `select` is all there is; anything else is refused as not implemented."""
    selection = Selection()
    for piece in pieces(raw):
        key, _, value = piece.partition("=")
        if unquote_plus(key).strip().lower() != "select":
            raise Problem(
                501,
                f"The sandbox knows no query parameter {unquote_plus(key)!r} here.",
                title="Not implemented in the sandbox",
            )
        selection = Selection.read(unquote_plus(value))
    return selection


def no_query(raw: str, *known: str) -> None:
    """Refuses every query parameter but the known ones."""
    for piece in pieces(raw):
        key = unquote_plus(piece.partition("=")[0]).strip()
        if key.lower() not in known:
            raise Problem(
                501, f"The sandbox knows no query parameter {key!r} here.", title="Not implemented in the sandbox"
            )
