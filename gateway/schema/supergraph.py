"""The graph's schema as a larger graph is composed of it, so that every composer takes it without a word.

https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeGuard

from graphql import (
    ConstDirectiveNode,
    ConstValueNode,
    FieldDefinitionNode,
    IntValueNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    NullValueNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeNode,
    parse,
    print_ast,
)
from strawberry.schema import BaseSchema

ACCESS: Final = frozenset({"authenticated", "requiresScopes"})
Needs = Mapping[str, tuple[ConstDirectiveNode, ...]]
"""What it takes to see a type, by its name."""
HUNDREDTHS: Final = 100
MACHINERY: Final = frozenset({"_Any", "_Entity", "_Service"})
ALONE: Final = frozenset({"node", "nodes", "_entities", "_service"})
"""Fields of Query that are no part of a larger graph: its own `node` knows nothing of the others' ids, and two
subgraphs cannot both have one. Marked @inaccessible they would take the other's away as well."""


@lru_cache(maxsize=1)
def federated(schema: BaseSchema) -> str:
    """The SDL for composing a larger graph: without what only a graph of its own has."""
    document = parse(schema.as_str(), no_location=True)
    kept = [one for one in document.definitions if not is_machinery(one)]
    needs = {one.name.value: access(one) for one in kept if is_node(one)}
    return "\n\n".join(print_ast(joined(one, needs)) for one in kept) + "\n"


def joined(definition: Node, needs: Needs) -> Node:
    """An object type as it is joined: what a node type needs stands on the fields that lead to it. Composers hand on
    what stands on a type to its interfaces, and `Node` belongs to the other subgraphs as well."""
    if not isinstance(definition, ObjectTypeDefinitionNode):
        return definition
    fields = [lead(one, needs) for one in definition.fields or () if not is_alone(definition, one)]
    moved = needs.get(definition.name.value, ())
    directives = [one for one in definition.directives or () if one not in moved]
    return replace(definition, fields=tuple(fields), directives=tuple(directives))


def lead(field: FieldDefinitionNode, needs: Needs) -> FieldDefinitionNode:
    own = tuple(field.directives or ())
    taken = {one.name.value for one in own}
    more = [one for one in needs.get(named(field.type), ()) if one.name.value not in taken]
    return replace(field, directives=tuple(map(plainly, (*own, *more))))


def plainly(directive: ConstDirectiveNode) -> ConstDirectiveNode:
    """@cost with a whole number, as federation has it: in hundredths of a vendor call. @listSize with one size at most,
    for Cosmo takes none to fall back on where an argument has a default."""
    said = {one.name.value: one for one in directive.arguments or () if not isinstance(one.value, NullValueNode)}
    if directive.name.value == "cost":
        said = {name: replace(one, value=hundredths(one.value)) for name, one in said.items()}
    if "slicingArguments" in said:
        said.pop("assumedSize", None)
    return replace(directive, arguments=tuple(said.values()))


def hundredths(weight: ConstValueNode) -> IntValueNode:
    assert isinstance(weight, StringValueNode | IntValueNode)
    return IntValueNode(value=str(math.ceil(Decimal(weight.value) * HUNDREDTHS)))


def named(type_: TypeNode) -> str:
    while isinstance(type_, ListTypeNode | NonNullTypeNode):
        type_ = type_.type
    return type_.name.value if isinstance(type_, NamedTypeNode) else ""


def access(definition: ObjectTypeDefinitionNode) -> tuple[ConstDirectiveNode, ...]:
    return tuple(one for one in definition.directives or () if one.name.value in ACCESS)


def is_node(definition: Node) -> TypeGuard[ObjectTypeDefinitionNode]:
    return isinstance(definition, ObjectTypeDefinitionNode) and bool(definition.interfaces)


def is_machinery(definition: Node) -> bool:
    return isinstance(definition, TypeDefinitionNode) and definition.name.value in MACHINERY


def is_alone(definition: ObjectTypeDefinitionNode, field: FieldDefinitionNode) -> bool:
    return definition.name.value == "Query" and field.name.value in ALONE
