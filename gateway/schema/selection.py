"""Looks ahead: which fields a client wants below the one being resolved.

An embedded reference can answer a few fields without a call, so a resolver asks here before it makes one.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.language import DirectiveNode, SelectionNode

from gateway.schema.context import Context, Info

FREE = frozenset({"__typename", "id", "account"})
"""What any object answers without a call, whatever it was embedded in."""


def selected(info: Info) -> frozenset[str]:
    """Names of the fields selected directly below, over all fragments, with @skip and @include applied."""
    context: Context = info.context
    nodes = info._raw_info.field_nodes
    key = tuple(map(id, nodes))
    known = context.selections.get(key)
    if known is None:
        known = context.selections[key] = frozenset(
            name for node in nodes if node.selection_set for name in names(node.selection_set, info)
        )
    return known


def needs_call(known: frozenset[str] | None, info: Info) -> bool:
    """Whether more is selected than an embedded reference that knows these fields can answer."""
    return known is not None and not selected(info) <= known | FREE


def names(selection_set: SelectionSetNode, info: Info) -> Iterator[str]:
    pending = [selection_set]
    seen: set[str] = set()
    while pending:
        for node in pending.pop().selections:
            if not included(node, info):
                continue
            if isinstance(node, FieldNode):
                yield node.name.value
            elif isinstance(node, InlineFragmentNode):
                pending.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                pending.append(info._raw_info.fragments[node.name.value].selection_set)


def included(node: SelectionNode, info: Info) -> bool:
    conditions = {directive.name.value: condition(directive, info) for directive in node.directives or ()}
    return not conditions.get("skip", False) and conditions.get("include", True)


def condition(directive: DirectiveNode, info: Info) -> bool:
    for argument in directive.arguments or ():
        if argument.name.value == "if":
            if isinstance(argument.value, VariableNode):
                return bool(info.variable_values.get(argument.value.name.value))
            return bool(getattr(argument.value, "value", False))
    return directive.name.value == "include"
