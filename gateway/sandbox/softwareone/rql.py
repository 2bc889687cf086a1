"""Resource Query Language: the parser.

Grammar and messages follow the published server library (mpt-rql-net) and the RQL pages of the documentation.
`parse` knows no property names; `binding.bind` checks a tree against a resource's fields.
"""

from __future__ import annotations

from typing import Any

from gateway.sandbox.softwareone.tree import (
    EVERYTHING,
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
    Quantifier,
    RqlError,
    Value,
)

__all__ = ["Node", "RqlError", "matches", "parse"]

COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le")
MEMBERSHIPS = ("in", "out")
PATTERNS = ("like", "ilike")
QUANTIFIERS = ("any", "all")
PORTAL_FUNCTIONS = ("filter", "render")  # first-party only; accepted and without effect here
MAX_DEPTH = 64
END_OF_WORD = frozenset("(),&;|")
SHORTCUT = "Invalid equals shortcut expression."


def parse(query: str) -> Node:
    """Reads one decoded filter; raises RqlError for everything the server would refuse."""
    reader = _Reader(query)
    node = reader.group(0)
    if reader.here():
        raise RqlError(query, "Expression expected.")
    return node


def matches(node: Node, row: Any) -> bool:
    """Whether `row` (parsed JSON) satisfies the tree; may raise RqlError where a literal does not convert."""
    return node.holds(row)


class _Reader:
    """Recursive descent over the text; AND (`,` `&`) binds tighter than OR (`;` `|`)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def here(self) -> str:
        """The next character that is not a space, or ''."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, chars: str) -> bool:
        found = self.here()
        if found and found in chars:
            self.at += 1
            return True
        return False

    def close(self, token: str) -> None:
        if not self.take(")"):
            raise RqlError(token, "Expression expected.")

    def group(self, depth: int, also_and: str = ",&") -> Node:
        if depth > MAX_DEPTH:
            raise RqlError(self.text[:50], "Expression is nested too deeply.")
        either = [self._both(depth, also_and)]
        while self.take(";|"):
            either.append(self._both(depth, also_and))
        return either[0] if len(either) == 1 else Logic("or", tuple(either))

    def _both(self, depth: int, also_and: str) -> Node:
        parts = [self._term(depth)]
        while self.take(also_and):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def _term(self, depth: int) -> Node:
        if self.take("("):
            if self.take(")"):
                raise RqlError("()", "Expression group cannot be empty.")
            inner = self.group(depth + 1)
            self.close("(")
            return inner
        name = self._word(END_OF_WORD | {"="})
        if name and self.take("="):
            return self._shortcut(name)
        if name and self.take("("):
            return self._call(name, depth)
        raise RqlError(name or self.here(), "Expression expected.")

    def _shortcut(self, name: str) -> Node:
        if self.here() == "(":
            raise RqlError(name, SHORTCUT)
        try:
            value = self._value()
        except RqlError as error:
            raise RqlError(name, SHORTCUT) from error
        return Compare("eq", self._path(name), value)

    def _call(self, name: str, depth: int) -> Node:
        op = name.lower()
        if op in ("and", "or"):
            return Logic(op, self._parts(op, depth))
        if op == "not":
            parts = self._parts(op, depth)
            if len(parts) != 1:
                raise RqlError("not", "Exactly one expression expected.")
            return Not(parts[0])
        if op in QUANTIFIERS:
            return self._quantifier(op, depth)
        if op in COMPARISONS or op in MEMBERSHIPS or op in PATTERNS:
            return self._test(op)
        if op in PORTAL_FUNCTIONS:
            while self.here() and not self.take(")"):
                self.at += 1
            return EVERYTHING
        raise RqlError(name, "Unknown expression group.")

    def _parts(self, op: str, depth: int) -> tuple[Node, ...]:
        if self.take(")"):
            raise RqlError(op, "Expression group cannot be empty.")
        parts = [self.group(depth + 1, also_and="&")]
        while self.take(","):
            parts.append(self.group(depth + 1, also_and="&"))
        self.close(op)
        return tuple(parts)

    def _quantifier(self, op: str, depth: int) -> Node:
        path = self._path(self._word(END_OF_WORD))
        part = self.group(depth + 1, also_and="&") if self.take(",") else None
        if self.here() == "," or (part is None and op == "all"):
            raise RqlError(op, "Exactly one expression expected.")
        self.close(op)
        return Quantifier(op, path, part)

    def _test(self, op: str) -> Node:
        path = self._path(self._word(END_OF_WORD))
        if not self.take(","):
            raise RqlError(op, "Expression expected.")
        if op in MEMBERSHIPS:
            values = self._list(".".join(path))
            self.close(op)
            return Member(op, path, values)
        value = self._value()
        self.close(op)
        if isinstance(value, Null) and op not in ("eq", "ne"):
            raise RqlError(".".join(path), "Null values are not supported.")
        if op in PATTERNS:
            return Like(op, path, str(value.read(None, None)))
        return Compare(op, path, value)

    def _list(self, token: str) -> tuple[Value, ...]:
        if not self.take("(") or self.take(")"):
            raise RqlError(token, "Value has to be a non empty array.")
        values = [self._value()]
        while self.take(","):
            values.append(self._value())
        self.close(token)
        if any(isinstance(value, Null) for value in values):
            raise RqlError(token, "Null values are not supported.")
        return tuple(values)

    def _value(self) -> Value:
        quote = self.here()
        if quote in ("'", '"'):
            end = self.text.find(quote, self.at + 1)
            if end < 0:
                raise RqlError(self.text[self.at :], "Closing quote expected.")
            text = self.text[self.at + 1 : end]
            self.at = end + 1
            return Literal(text, quoted=True)
        word = self._word(END_OF_WORD)
        if self.here() != "(":
            if not word:
                raise RqlError(self.here(), "Value expected.")
            return Literal(word)
        if word.lower() not in ("null", "empty"):
            raise RqlError(word, "Value expected.")
        self.take("(")
        self.close(word)
        return Null() if word.lower() == "null" else Constant("")

    def _word(self, ends: frozenset[str]) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ends:
            self.at += 1
        return self.text[start : self.at].strip()

    @staticmethod
    def _path(name: str) -> Path:
        if not PATH.fullmatch(name):
            raise RqlError(name, "Invalid property path.")
        return tuple(name.split("."))
