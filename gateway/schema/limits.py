"""How much a document may ask for, told before anything expensive looks at it.

One pass over the document, each fragment once, gives its shape; validation and execution only see what has passed. That
is linear in the document's length. A second pass bounds what validation compares: it looks through each fragment with
all that it spreads, up to `LOOKS` for each field allowed. `Shape.visited` counts the nodes that both looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)

from gateway.errors import BadUserInput, LimitExceeded
from gateway.policy import Limits

MAX_NESTING: Final = 200
"""Of brackets: the parser calls itself for each, and Python gives up at a thousand calls."""
MANY: Final = 10**9
LOOKS: Final = 10
"""How often each field that a document may ask for may be looked at, through all the fragments that spread it."""
INTROSPECTION: Final = frozenset({"__schema", "__type"})
# Strings and comments that do not end reach to the end of the text, so that each place is looked at once. In a block
# string a backslash means something before three quotes alone.
PIECES: Final = re.compile(
    r'"""(?:[^"\\]|\\(?:""")?|"(?!""))*(?:"""|\Z)|"(?:[^"\\\n]|\\.)*"?|#[^\n\r]*|[\[{(]|[\]})]', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Sum:
    """What a selection set comes to, with the fragments in it counted wherever they are spread. `height` is of all that
    is nested, `depth` of fields alone."""

    height: int = 0
    depth: int = 0
    fields: int = 0
    nodes: int = 0
    roots: int = 0
    aliases: int = 0
    directives: int = 0
    values: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            max(self.height, other.height),
            max(self.depth, other.depth),
            min(self.fields + other.fields, MANY),
            min(self.nodes + other.nodes, MANY),
            min(self.roots + other.roots, MANY),
            min(self.aliases + other.aliases, MANY),
            min(self.directives + other.directives, MANY),
            min(self.values + other.values, MANY),
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A document within the limits."""

    operations: Mapping[str, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]
    introspects: bool
    visited: int


def check_text(text: str, limits: Limits) -> None:
    """Before parsing: length and nesting. Raises LimitExceeded."""
    if len(text) > limits.max_document_chars:
        raise exceeded("max_document_chars", limits.max_document_chars, len(text), "characters")
    depth = 0
    for piece in PIECES.finditer(text):
        first = text[piece.start()]
        if first in "[{(":
            depth += 1
            if depth > MAX_NESTING:
                raise exceeded("max_depth", limits.max_depth, None, "levels")
        elif first in "]})":
            depth -= 1


def measure(document: DocumentNode, limits: Limits) -> Shape:
    """The shape of a parsed document. Raises LimitExceeded naming the limit, BadUserInput for circular fragments."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    if len(operations) > limits.max_operations:
        raise exceeded("max_operations", limits.max_operations, len(operations), "operations")
    count = Counting(fragments, limits.max_depth)
    whole = Sum()
    for operation in operations:
        mine = count.selections(operation.selection_set) + marked(operation.directives)
        within(limits.max_root_fields, mine.roots, "max_root_fields", "fields at the top")
        whole += mine
    for fragment in fragments.values():
        count.fragment(fragment.name.value)  # those that nothing spreads are validated all the same
    for asked, limit, what in (
        (whole.depth, "max_depth", "levels"),
        (whole.fields, "max_fields", "fields"),
        (whole.aliases, "max_aliases", "aliases"),
        (whole.directives, "max_directives", "directives"),
    ):
        within(getattr(limits, limit), asked, limit, what)
    within(limits.max_tokens, whole.values, "max_tokens", "values, those in fragments each time")
    within(2 * limits.max_fields, max(whole.nodes, count.loose), "max_fields", "fields and fragments")
    visited = count.visited
    for definition in [*operations, *fragments.values()]:
        visited += merged([definition.selection_set], fragments, limits)
        within(LOOKS * limits.max_fields, visited, "max_fields", "fields and fragments, those in fragments each time")
    return Shape({one.name.value if one.name else "": one for one in operations}, fragments, count.introspects, visited)


def exceeded(limit: str, allowed: int, asked: int | None, what: str) -> LimitExceeded:
    told = f"; this one has {asked if asked < MANY else 'very many'}" if asked is not None else ""
    return LimitExceeded(f"A document may have at most {allowed} {what}{told}.", limit=limit)


def within(allowed: int, asked: int, limit: str, what: str) -> None:
    if asked > allowed:
        raise exceeded(limit, allowed, asked, what)


@dataclass(slots=True)
class Counting:
    """Counts a document's selections, each fragment once."""

    fragments: Mapping[str, FragmentDefinitionNode]
    max_depth: int
    known: dict[str, Sum] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    visited: int = 0
    loose: int = 0
    introspects: bool = False
    level: int = 0

    def selections(self, selection_set: SelectionSetNode) -> Sum:
        """Raises LimitExceeded where it is nested too deeply for those who walk it, this one first of all."""
        self.level += 1
        self.nested(self.level)
        total = self.sum(selection_set)
        self.level -= 1
        self.nested(total.height)
        return total

    def nested(self, height: int) -> None:
        if height > MAX_NESTING:
            raise exceeded("max_depth", self.max_depth, None, "levels")

    def sum(self, selection_set: SelectionSetNode) -> Sum:
        total = Sum()
        for one in selection_set.selections:
            self.visited += 1
            total += marked(one.directives)
            if isinstance(one, FieldNode):
                self.introspects |= one.name.value in INTROSPECTION
                inner = self.selections(one.selection_set) if one.selection_set else Sum()
                total += Sum(
                    inner.height + 1,
                    inner.depth + 1,
                    inner.fields + 1,
                    inner.nodes + 1,
                    1,
                    inner.aliases + (one.alias is not None),
                    inner.directives,
                    inner.values + values_of(one),
                )
            else:
                inner = (
                    self.selections(one.selection_set)
                    if isinstance(one, InlineFragmentNode)
                    else self.fragment(one.name.value)
                    if isinstance(one, FragmentSpreadNode)
                    else Sum()
                )
                total += inner + Sum(inner.height + 1, nodes=1)
        return total

    def fragment(self, name: str) -> Sum:
        if name in self.known:
            return self.known[name]
        if name in self.open:
            raise BadUserInput("Fragments must not be circular.")
        definition = self.fragments.get(name)
        if definition is None:
            return Sum()  # validation says so better
        self.open.add(name)
        total = self.selections(definition.selection_set) + marked(definition.directives)
        self.open.discard(name)
        self.known[name] = total
        self.loose = max(self.loose, total.nodes)
        return total


def marked(directives: Iterable[DirectiveNode] | None) -> Sum:
    """What directives add, wherever they stand."""
    listed = list(directives or ())
    return Sum(directives=len(listed), values=sum(values_of(one) for one in listed))


def values_of(node: FieldNode | DirectiveNode) -> int:
    """How many values its arguments hold, lists and objects counted too."""
    pending: list[ValueNode] = [one.value for one in node.arguments or ()]
    seen = 0
    while pending:
        seen += 1
        one = pending.pop()
        if isinstance(one, ListValueNode):
            pending.extend(one.values)
        elif isinstance(one, ObjectValueNode):
            pending.extend(inner.value for inner in one.fields)
    return seen


def merged(sets: Sequence[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode], limits: Limits) -> int:
    """Bounds the pairs that validation compares: of fields because they answer under one name in one place, value by
    value; of fragments because they might. Returns how many nodes were looked at."""
    visited = pairs = 0
    pending = [list(sets)]
    while pending:
        groups: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for one in fields_of(pending.pop(), fragments, spread):
            visited += 1
            groups.setdefault((one.alias or one.name).value, []).append(one)
        pairs += len(spread) * (len(spread) - 1) // 2
        for group in groups.values():
            if len(group) > 1:
                values = sum(map(values_of, group))
                visited += values
                pairs += (len(group) - 1) * (len(group) + values) // 2
            inner = [one.selection_set for one in group if one.selection_set]
            if inner:
                pending.append(inner)
        within(limits.max_repeats, pairs, "max_repeats", "pairs of fields, values or fragments in one place")
    return visited


def fields_of(
    sets: Iterable[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[FieldNode]:
    """The fields directly in these sets, through fragments, each fragment once; notes which were `seen`."""
    pending = list(sets)
    while pending:
        for one in pending.pop().selections:
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, InlineFragmentNode):
                pending.append(one.selection_set)
            elif isinstance(one, FragmentSpreadNode) and one.name.value not in seen:
                seen.add(one.name.value)
                if one.name.value in fragments:
                    pending.append(fragments[one.name.value].selection_set)


def check_variables(variables: object, limits: Limits) -> int:
    """How many JSON values variables hold. Raises LimitExceeded."""
    pending: list[object] = [variables]
    seen = 0
    while pending:
        seen += 1
        one = pending.pop()
        inner: Iterable[object] = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        if isinstance(one, dict | list):
            if seen + len(pending) + len(one) > limits.max_variable_values:
                raise LimitExceeded(
                    f"Variables may hold at most {limits.max_variable_values} values.", limit="max_variable_values"
                )
            pending.extend(inner)
    return seen
