"""Scopes: what the SDL says of them is what is enforced, on every way to a thing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    parse,
    value_from_ast_untyped,
)
from graphql.language import ConstDirectiveNode, ObjectTypeDefinitionNode

from gateway.accounts import Accounts
from gateway.binding.targets import customer_fields
from gateway.errors import Forbidden
from gateway.model.principal import ANYBODY, Principal, Scope
from gateway.model.ref import Kind, Ref
from gateway.schema.access import NEEDS, NODES, lack, require
from gateway.schema.build import build_schema
from gateway.schema.input import INPUTS
from gateway.schema.nodes import NODE_KINDS, find
from tests.fakes import FakeAdapter, context_over

SCHEMA = build_schema()
GRAPH = SCHEMA._schema
READ_BY_KIND = {("Query", "node"), ("Query", "nodes"), ("Query", "_entities"), ("WriteOutcome", "candidates")}
Named = dict[str, set[str] | None]


def may(*scopes: Scope) -> Principal:
    return Principal(name="p", scopes=frozenset(scopes), accounts=None)


def objects() -> Iterator[GraphQLObjectType]:
    return (one for one in GRAPH.type_map.values() if isinstance(one, GraphQLObjectType))


def said(directives: tuple[ConstDirectiveNode, ...] | None) -> set[str] | None:
    """The scopes that a place's directives name, of which one is enough; None where they say nothing."""
    for one in directives or ():
        if one.name.value == "authenticated":
            return set()
        if one.name.value == "requiresScopes":
            (ways,) = (value_from_ast_untyped(argument.value) for argument in one.arguments or ())
            return {scope for way in ways for scope in way}
    return None


def told_by_the_sdl() -> Named:
    found: Named = {}
    for one in parse(SCHEMA.as_str()).definitions:
        if isinstance(one, ObjectTypeDefinitionNode):
            found[one.name.value] = said(one.directives)
            found |= {f"{one.name.value}.{field.name.value}": said(field.directives) for field in one.fields or ()}
    return found


def test_the_sdl_says_what_the_table_says_and_nothing_else() -> None:
    told = {name: scopes for name, scopes in told_by_the_sdl().items() if scopes is not None}
    assert told == {name: {scope.value for scope in needs} for name, needs in NEEDS.items()}


def test_every_type_with_an_id_and_every_mutation_and_subscription_needs_something() -> None:
    assert set(NODES) == set(NODE_KINDS)
    for type_ in objects():
        if any(interface.name == "Node" for interface in type_.interfaces):
            assert type_.name in NEEDS
    for root in (GRAPH.mutation_type, GRAPH.subscription_type):
        assert root is not None
        assert all(NEEDS.get(f"{root.name}.{name}") for name in root.fields)


def test_only_what_is_read_by_its_kind_leads_to_things_of_any_kind() -> None:
    """A field of an interface or union cannot be guarded by its type: these ask for each thing as they read it."""
    leading = set()
    for type_ in objects():
        for name, field in type_.fields.items():
            inner = get_named_type(field.type)
            if isinstance(inner, GraphQLInterfaceType | GraphQLUnionType):
                members = {one.name for one in GRAPH.get_possible_types(inner)}
                if members & set(NEEDS):
                    leading.add((type_.name, name))
    assert leading == READ_BY_KIND


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind in NODE_KINDS], ids=lambda kind: kind.name)
async def test_a_thing_by_its_id_takes_its_types_scope_before_any_call(kind: Kind) -> None:
    adapter = FakeAdapter.named("one")
    context = context_over(Accounts([adapter]), may())
    ref = Ref.of("one", kind, *["x"] * (0 if kind is Kind.ACCOUNT else 1))
    if NEEDS[NODES[kind]]:
        with pytest.raises(Forbidden) as caught:
            await find(context, ref)
        assert caught.value.extensions["scope"] == NEEDS[NODES[kind]][0].value
    else:
        assert await find(context, ref) is not None
    assert adapter.batches == []


def test_one_of_several_scopes_is_enough_and_the_error_names_what_is_lacking() -> None:
    both = NEEDS["ProductSubscription"]
    require(may(Scope.AGREEMENTS_READ), both)
    require(may(Scope.ORDERS_READ), both)
    error = lack(may(Scope.ORDERS_WRITE), both)
    assert error is not None
    assert error.message == "This takes the scope orders:read or agreements:read."
    assert error.extensions == {"code": "FORBIDDEN", "retryable": False, "scope": "orders:read"}
    require(ANYBODY, both)


async def asked(query: str, principal: Principal, **roots: Any) -> Any:
    context = context_over(Accounts([FakeAdapter.named("one")]), principal)
    return await SCHEMA.execute(query, context_value=context)


async def test_a_field_that_is_refused_is_null_and_the_rest_of_the_answer_stands() -> None:
    id_ = Ref.of("one", Kind.ORDER, "1").encode()
    result = await asked(
        f'{{ accounts {{ name customers {{ nodes {{ key }} }} }} order(id: "{id_}") {{ id }} }}', may()
    )
    assert result.data == {"accounts": [{"name": "one", "customers": None}], "order": None}
    assert [(e.path, e.extensions["code"], e.extensions["scope"]) for e in result.errors] == [
        (["accounts", 0, "customers"], "FORBIDDEN", "orders:read"),
        (["order"], "FORBIDDEN", "orders:read"),
    ]


async def test_nodes_and_entities_refuse_each_thing_for_itself() -> None:
    refs = [Ref.of("one", kind, "1").encode() for kind in (Kind.ORDER, Kind.ATTACHMENT)]
    account = Ref.of("one", Kind.ACCOUNT).encode()
    asking = may(Scope.ATTACHMENTS_READ)
    ids = ", ".join(f'"{id_}"' for id_ in (*refs, account))
    result = await asked(f"{{ nodes(ids: [{ids}]) {{ id }} }}", asking)
    assert result.data == {"nodes": [None, None, {"id": account}]}
    assert [(e.path, e.extensions["code"]) for e in result.errors] == [(["nodes", 0], "FORBIDDEN")]
    shapes = f'{{__typename: "Order", id: "{refs[0]}"}}, {{__typename: "VendorAccount", id: "{account}"}}'
    result = await asked(f"{{ _entities(representations: [{shapes}]) {{ ... on VendorAccount {{ name }} }} }}", asking)
    assert result.data == {"_entities": [None, {"name": "one"}]}
    assert [(e.path, e.extensions["scope"]) for e in result.errors] == [(["_entities", 0], "orders:read")]


def test_every_field_of_a_command_that_names_a_customer_is_marked() -> None:
    words = ("customer_key", "customer_id", "company", "licensee", "buyer", "client_id")
    found = {
        f"{command.__name__}.{one.name}"
        for command in INPUTS.values()
        for one in dataclasses.fields(command)
        if any(word in one.name for word in words)
    }
    marked = {f"{command.__name__}.{name}" for command in INPUTS.values() for name in customer_fields(command)}
    assert found == marked
    assert len(marked) == 4
