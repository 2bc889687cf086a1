"""The graph as a part of a larger one: which schema it shows, to whom, and what it makes of representations."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    ConstDirectiveNode,
    FieldDefinitionNode,
    GraphQLScalarType,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)
from graphql.type import is_specified_scalar_type
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts import Accounts
from gateway.errors import ClientMistake, InvalidId
from gateway.model.principal import ANYBODY, Principal, Role
from gateway.model.ref import Kind, Ref
from gateway.schema.build import GatewaySchema, build_schema
from gateway.schema.federation import ENTITIES, entities, reference
from gateway.schema.supergraph import ACCESS, ALONE, MACHINERY, federated
from tests.fakes import FakeAdapter, context_over

SHARED = {
    "AuditEvent",
    "Contact",
    "ExternalReference",
    "KeyValue",
    "Money",
    "Notice",
    "OrderedItem",
    "PageInfo",
    "Party",
    "PeriodPrice",
    "UserError",
    "VendorLink",
}
WORDS = st.sampled_from(["shop", "another", "1", "", ".", "x" * 300, "a\nb", "Order", "Cart", "Nope", "junk"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["__typename", "id", "accountName", "number", "numberScope", "other"])


@pytest.fixture(scope="module")
def schema() -> GatewaySchema:
    return build_schema()


def types(sdl: str) -> dict[str, set[str]]:
    """The fields of each object type."""
    found = [one for one in parse(sdl).definitions if isinstance(one, ObjectTypeDefinitionNode)]
    return {one.name.value: {field.name.value for field in one.fields or ()} for one in found}


def test_a_larger_graph_gets_all_but_what_only_a_graph_of_its_own_has(schema: GatewaySchema) -> None:
    alone, joined = types(schema.as_str()), types(federated(schema))
    assert alone.pop("Query") - joined.pop("Query") == ALONE
    assert alone.pop("_Service") == {"sdl"}
    assert joined == alone
    assert not any(f"{word} " in federated(schema) for word in MACHINERY)


def test_the_types_of_values_may_be_shared_and_no_others(schema: GatewaySchema) -> None:
    definitions = [one for one in parse(federated(schema)).definitions if isinstance(one, ObjectTypeDefinitionNode)]
    marked = {
        one.name.value for one in definitions if any(mark.name.value == "shareable" for mark in one.directives or ())
    }
    assert marked == SHARED
    assert "Product" not in types(federated(schema))


def test_what_it_takes_to_see_a_node_stands_on_the_fields_that_lead_to_it(schema: GatewaySchema) -> None:
    # On the type a composer would hand it on to Node, and so to the nodes of every other subgraph.
    alone, joined = parse(schema.as_str()), parse(federated(schema))
    needs = {
        one.name.value: marks(one)
        for one in alone.definitions
        if isinstance(one, ObjectTypeDefinitionNode) and one.interfaces
    }
    assert needs["Order"] == {'@requiresScopes(scopes: [["orders:read"]])'}
    assert needs.keys() == ENTITIES.keys()
    for one in joined.definitions:
        if isinstance(one, ObjectTypeDefinitionNode):
            assert not one.interfaces or not marks(one)
            for field in one.fields or ():
                assert marks(field) >= needs.get(print_ast(field.type).strip("[]!"), set()), field.name.value


def test_what_fields_cost_is_said_as_every_composer_takes_it(schema: GatewaySchema) -> None:
    said = {
        (one.name.value, field.name.value): {mark.name.value: arguments(mark) for mark in field.directives or ()}
        for one in parse(federated(schema)).definitions
        if isinstance(one, ObjectTypeDefinitionNode)
        for field in one.fields or ()
    }
    assert said["Order", "agreement"]["cost"] == {"weight": "2"}
    assert said["Agreement", "lines"]["listSize"] == {"assumedSize": "5", "requireOneSlicingArgument": "false"}
    sizes = [marks["listSize"] for marks in said.values() if "listSize" in marks]
    assert not [size for size in sizes if size.keys() >= {"assumedSize", "slicingArguments"} or "null" in size.values()]
    assert all(int(marks["cost"]["weight"]) > 0 for marks in said.values() if "cost" in marks)


def arguments(mark: ConstDirectiveNode) -> dict[str, str]:
    return {one.name.value: print_ast(one.value) for one in mark.arguments or ()}


def marks(node: ObjectTypeDefinitionNode | FieldDefinitionNode) -> set[str]:
    """What it takes, as it is written."""
    return {print_ast(one) for one in node.directives or () if one.name.value in ACCESS}


def test_every_scalar_says_where_it_is_specified(schema: GatewaySchema) -> None:
    scalars = [type_ for type_ in schema._schema.type_map.values() if isinstance(type_, GraphQLScalarType)]
    ours = [one for one in scalars if not is_specified_scalar_type(one) and one.name not in MACHINERY]
    internal = {"_FieldSet", "link__Import", "FieldSet", "federation__Scope"}
    assert [one.name for one in ours if one.name not in internal and not one.specified_by_url] == []
    assert len(ours) >= 7


async def shown(schema: GatewaySchema, principal: Principal, explored: bool) -> object:
    context = context_over(Accounts([]), principal)
    context.explored = explored
    result: Any = await schema.execute("{ _service { sdl } }", context_value=context)
    return result.data["_service"]["sdl"] if result.data else result.errors[0].extensions["code"]


async def test_the_schema_is_shown_to_routers_and_where_all_may_look_around(schema: GatewaySchema) -> None:
    router = Principal(name="router", role=Role.ROUTER)
    assert await shown(schema, router, explored=False) == federated(schema)
    assert await shown(schema, ANYBODY, explored=True) == federated(schema)
    assert await shown(schema, Principal(name="shop"), explored=False) == "FORBIDDEN"


def test_an_order_is_found_by_its_number_where_nobody_knows_its_id() -> None:
    context = context_over(Accounts([FakeAdapter.named("shop")]))
    by_number = {"__typename": "Order", "accountName": "shop", "number": "17"}
    assert reference(context, Kind.ORDER, by_number) == Ref.of("shop", Kind.ORDER, "17")
    for scope in (None, ""):
        assert reference(context, Kind.ORDER, {**by_number, "numberScope": scope}) == Ref.of("shop", Kind.ORDER, "17")


@pytest.mark.parametrize(
    "wrong",
    [
        {"accountName": "nowhere"},
        {"number": ""},
        {"number": ".."},
        {"number": "a\nb"},
        {"number": 17},
        {"numberScope": "nobody"},
        {"number": None},
        {"id": "junk"},
    ],
)
def test_a_wrong_key_is_an_invalid_id(wrong: dict[str, object]) -> None:
    context = context_over(Accounts([FakeAdapter.named("shop")]))
    given = {"__typename": "Order", "accountName": "shop", "number": "17"} | wrong
    with pytest.raises(InvalidId):
        reference(context, Kind.ORDER, given)


def test_numbers_are_keys_of_orders_alone() -> None:
    context = context_over(Accounts([FakeAdapter.named("shop")]))
    with pytest.raises(InvalidId):
        reference(context, Kind.CART, {"accountName": "shop", "number": "17"})


@given(st.lists(VALUES | st.dictionaries(NAMES, VALUES | st.sampled_from(sorted(ENTITIES)), max_size=5), max_size=5))
async def test_junk_representations_fail_each_for_itself(junk: list[object]) -> None:
    context = context_over(Accounts([FakeAdapter.named("shop")]))
    good = {"__typename": "VendorAccount", "id": Ref.of("shop", Kind.ACCOUNT).encode()}
    *found, account = await entities(context, [*junk, good])
    assert account == context.accounts["shop"].account
    assert all(one is None or isinstance(one, ClientMistake) for one in found)
