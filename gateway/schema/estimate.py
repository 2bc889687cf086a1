"""What an operation will cost in vendor calls and how long its answer may get, told from its document, variables and
accounts before it runs.

    calls(field) = ⌈parents × weight⌉ + accounts − 1

for the accounts in play whose vendor has the field. A list over accounts costs what each account's list does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    value_from_ast_untyped,
)

from gateway.accounts import Accounts
from gateway.schema.cost import Calls, Sized, items, page
from gateway.schema.limits import Shape
from gateway.schema.references import Play, Reads
from gateway.vendors.base import Adapter

MANY: Final = 10**9
"""No count goes beyond it, for JSON's numbers end."""
LIST: Final = 5
"""How long a list is taken for that says nothing of it."""
FREE: Final = frozenset({"__typename", "id", "account"})


@dataclass(frozen=True, slots=True)
class Estimate:
    """`calls` to vendors, and `fields` of the answer, each as often as it comes."""

    calls: int
    fields: int


def estimate(
    schema: GraphQLSchema,
    shape: Shape,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
    accounts: Accounts,
) -> Estimate:
    """What the operation may take, logins left out; for a subscription its beginning and one event."""
    root = schema.get_root_type(operation.operation)
    if root is None:
        return Estimate(0, 0)
    walk = Estimating(schema, shape, values(operation, variables or {}), accounts)
    walk.selections(root, [operation.selection_set], Place(1, tuple(accounts), {}))
    return Estimate(walk.spent, walk.told)


def values(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with their defaults."""
    known = dict(given)
    for one in operation.variable_definitions or ():
        if one.default_value is not None:
            known.setdefault(one.variable.name.value, value_from_ast_untyped(one.default_value))
    return known


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk is: how many objects stand here, of which accounts, and the places of the types around. `rows` is
    the length of the page that this object is."""

    count: int
    play: Play
    around: Mapping[str, tuple[int, int]]
    rows: int | None = None


@dataclass(slots=True)
class Estimating:
    schema: GraphQLSchema
    shape: Shape
    variables: dict[str, Any]
    accounts: Accounts
    spent: int = 0
    told: int = 0
    places: int = 0
    read: set[tuple[int, str]] = field(default_factory=set)
    reads: Reads = field(init=False)

    def __post_init__(self) -> None:
        self.reads = Reads(self.accounts)

    def selections(self, type_: GraphQLNamedType, sets: Sequence[SelectionSetNode], place: Place) -> None:
        self.places += 1
        place = replace(place, around={**place.around, type_.name: (self.places, place.count)})
        groups: dict[tuple[str, str], list[FieldNode]] = {}
        types: dict[str, GraphQLNamedType] = {}
        for within, node in self.fields(type_, sets):
            types[within.name] = within
            groups.setdefault((within.name, (node.alias or node.name).value), []).append(node)
        for (within_name, _), nodes in groups.items():
            within = types[within_name]
            around = place if within is type_ else self.nearer(place, within)
            self.one(within, nodes, around)

    def nearer(self, place: Place, type_: GraphQLNamedType) -> Place:
        """The same place, known for one of the types that its objects may be."""
        number = list(place.around.values())[-1][0]
        return replace(place, around={**place.around, type_.name: (number, place.count)})

    def one(self, type_: GraphQLNamedType, nodes: Sequence[FieldNode], place: Place) -> None:
        node = nodes[0]
        known = (
            type_.fields.get(node.name.value) if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else None
        )
        if known is None:
            return
        self.told = min(self.told + place.count, MANY)
        arguments = {one.name.value: self.value(one.value) for one in node.arguments or ()}
        inner = [one.selection_set for one in nodes if one.selection_set]
        inside = replace(place, rows=None)
        at_root = type_.name in ("Query", "Subscription") and node.name.value in ROOTS
        if at_root:
            inside = ROOTS[node.name.value](self, arguments, inside)
        elif type_.name == "Mutation":
            inside = of_write(self, arguments, inside)
        calls, sized = marks(known)
        rows = page(sized, arguments) if sized else None
        if calls is not None:
            self.charge(
                calls, inside, arguments, rows, frozenset(one.name.value for _, one in self.fields(None, inner))
            )
        if sized is not None and sized.pages:
            inside = replace(inside, rows=rows)
        elif is_list(known.type) and not at_root:
            length = place.rows if place.rows is not None and node.name.value in PAGES else rows
            inside = replace(inside, count=min(inside.count * (LIST if length is None else length), MANY))
        if inner:
            self.selections(get_named_type(known.type), inner, inside)

    def charge(
        self, calls: Calls, place: Place, arguments: Mapping[str, Any], rows: int | None, below: frozenset[str]
    ) -> None:
        weights = [calls.weights[one.account.vendor] for one in place.play if one.account.vendor in calls.weights]
        if not weights or not place.count or (calls.free and below <= calls.free | FREE):
            return
        where, count = place.around.get(calls.of, (self.places, place.count))
        if calls.read:
            if (where, calls.read) in self.read:
                return
            self.read.add((where, calls.read))
        if calls.times:
            listed = arguments.get("input")
            count *= items(listed.get(calls.times)) if isinstance(listed, dict) else 1
        weight = max(weights) + ((rows or 0) / calls.paged if calls.paged else 0)
        self.spend(math.ceil(count * weight - 1e-9) + len(weights) - 1)

    def spend(self, calls: int) -> None:
        self.spent = min(self.spent + calls, MANY)

    def fields(
        self, type_: GraphQLNamedType | None, sets: Iterable[SelectionSetNode]
    ) -> Iterator[tuple[Any, FieldNode]]:
        """The fields directly in these sets, each with the type it is a field of."""
        pending = [(type_, one) for one in sets]
        seen: set[str] = set()
        while pending:
            within, selection_set = pending.pop()
            for one in selection_set.selections:
                if not self.included(one):
                    continue
                if isinstance(one, FieldNode):
                    yield within, one
                    continue
                inner: SelectionSetNode | None = None
                condition = None
                if isinstance(one, FragmentSpreadNode):
                    fragment = self.shape.fragments.get(one.name.value)
                    if fragment is not None and one.name.value not in seen:
                        seen.add(one.name.value)
                        inner, condition = fragment.selection_set, fragment.type_condition
                elif isinstance(one, InlineFragmentNode):
                    inner, condition = one.selection_set, one.type_condition
                if inner is not None:
                    pending.append((self.narrowed(within, condition.name.value if condition else None), inner))

    def narrowed(self, type_: GraphQLNamedType | None, condition: str | None) -> GraphQLNamedType | None:
        if type_ is None or condition is None or not isinstance(type_, GraphQLAbstractType):
            return type_
        return self.schema.type_map.get(condition, type_)

    def included(self, node: SelectionNode) -> bool:
        for one in node.directives or ():
            if one.name.value in ("skip", "include") and one.arguments:
                value = self.value(one.arguments[0].value)
                if (one.name.value == "skip") == bool(value):
                    return False
        return True

    def value(self, node: Any) -> Any:
        try:
            found = value_from_ast_untyped(node, self.variables)
        except (ValueError, TypeError):
            return None
        return None if found is Undefined else found


def listed(value: object) -> list[object]:
    """A list in the variables or the document: one thing alone stands for a list of it, as GraphQL has it."""
    return value if isinstance(value, list) else [] if value is None else [value]


def things(walk: Estimating, ids: Sequence[object], place: Place) -> Place:
    play, spent = walk.reads.of(ids)
    walk.spend(spent)
    return replace(place, play=play, count=len(ids))


def of_id(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    return things(walk, [arguments.get("id")], place)


def of_ids(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    return things(walk, listed(arguments.get("ids")), place)


def of_watched(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    """The first reads of all, and what one event shows."""
    return replace(of_ids(walk, arguments, place), count=1)


def of_number(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    return things(walk, [arguments], place)


def of_representations(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    return things(walk, listed(arguments.get("representations")), place)


def of_list(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    """A list over accounts: each costs what its vendor's lists do."""
    given = arguments.get("filter")
    wanted = given if isinstance(given, dict) else {}
    play = tuple(one for one in place.play if fits(one, wanted))
    rows = page(Sized(20, ("first", "last")), arguments)
    keys = wanted.get("customerKeys")
    count = len(keys) if isinstance(keys, list) else None
    if rows:
        walk.spend(sum(one.account.list_cost.calls(rows, count) for one in play))
    return replace(place, play=play)


def fits(adapter: Adapter, wanted: Mapping[str, Any]) -> bool:
    names, vendors = wanted.get("accountNames"), wanted.get("vendors")
    named = not isinstance(names, list) or adapter.account.name in names
    return named and (not isinstance(vendors, list) or adapter.account.vendor.name in vendors)


def of_write(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    """The account that an input is for, by its name or by the id of what is written to."""
    given = arguments.get("input")
    if not isinstance(given, dict):
        return place
    name = given.get("accountName")
    if isinstance(name, str):
        return replace(place, play=tuple(one for one in place.play if one.account.name == name))
    ids = [given.get(key) for key in ("cartId", "orderId", "parentId", "attachmentId")]
    return replace(place, play=walk.reads.of([one for one in ids if one])[0])


def of_accounts(walk: Estimating, arguments: Mapping[str, Any], place: Place) -> Place:
    return replace(place, count=len(place.play))


ROOTS: Final = {
    "node": of_id,
    "nodes": of_ids,
    "order": of_id,
    "agreement": of_id,
    "cart": of_id,
    "orderByNumber": of_number,
    "orders": of_list,
    "agreements": of_list,
    "accounts": of_accounts,
    "_entities": of_representations,
    "orderChanged": of_watched,
}
PAGES: Final = frozenset({"edges", "nodes"})


def marks(known: GraphQLField) -> tuple[Calls | None, Sized | None]:
    """What a field says of its cost."""
    definition = known.extensions.get("strawberry-definition")
    said: Mapping[str, Any] = getattr(definition, "metadata", None) or {}
    return said.get("calls"), said.get("sized")


def is_list(type_: GraphQLOutputType) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)
