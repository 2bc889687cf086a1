"""Every home that the table of fields names answers a real query, and the emulator's year has a value for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.vendors.sellercloud.fields import ROWS
from tests.vendors.sellercloud.tenant import tenant
from tests.vendors.sellercloud.test_views import SCHEMA, ask, nodes

TYPES = SCHEMA._schema.type_map
HOMES = {home for row in ROWS for home in row.homes}
# Other vendors' ways out of an order, and the ones back to where one came from.
ELSEWHERE = {"VendorAccount", "Agreement", "ProductSubscription", "Asset", "Attachment"}


def member(type_: GraphQLNamedType) -> GraphQLNamedType:
    """The type itself, or of a union the one that is Sellercloud's."""
    members: tuple[GraphQLNamedType, ...] = type_.types if isinstance(type_, GraphQLUnionType) else (type_,)
    return next((one for one in members if one.name.startswith("Sellercloud")), type_)


def ways(type_: GraphQLObjectType) -> Iterator[tuple[str, GraphQLNamedType, bool]]:
    """A type's fields that need no arguments, what is behind each, and whether it is one of several kinds."""
    for name, field in type_.fields.items():
        target = get_named_type(field.type)
        if target.name not in ELSEWHERE and not any(map(is_required_argument, field.args.values())):
            yield name, member(target), isinstance(target, GraphQLUnionType)


def selection(type_: GraphQLObjectType, above: frozenset[str] = frozenset()) -> str:
    """Everything below a type, once on each way."""
    parts = []
    for name, target, several in ways(type_):
        if is_leaf_type(target):
            parts.append(name)
        elif target.name == "Order":
            parts.append(f"{name} {{ number }}")
        elif isinstance(target, GraphQLObjectType) and target.name not in above:
            below = selection(target, above | {type_.name})
            parts.append(f"{name} {{ ... on {target.name} {{ {below} }} }}" if several else f"{name} {{ {below} }}")
    return " ".join(parts)


def filled(type_: GraphQLObjectType, value: Any) -> Iterator[str]:
    """The "Type.field" names with something in them."""
    if isinstance(value, list):
        for one in value:
            yield from filled(type_, one)
        return
    for name, below in value.items():
        if below in (None, "", []):
            continue
        yield f"{type_.name}.{name}"
        target = member(get_named_type(type_.fields[name].type))
        if isinstance(target, GraphQLObjectType):
            yield from filled(target, below)


@pytest.mark.slow
async def test_every_home_is_filled_by_some_order_of_the_emulator() -> None:
    order = TYPES["Order"]
    assert isinstance(order, GraphQLObjectType)
    async with tenant(size=0.4) as one:
        one.set(multiple_tracking_numbers=True)
        result = await ask(one, selection(order), first=240)
        assert result.errors is None
        found = set(filled(order, nodes(result)))
    assert HOMES - found == {"VendorAccount.items"}
