"""The public schema: current, described, and a federation subgraph whose values may be shared."""

from __future__ import annotations

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from gateway.schema.build import build_schema
from gateway.schema.federation import ENTITIES

ROOT = Path(__file__).parents[2]
FEDERATION = {"_Service", "_Entity", "_Any", "_FieldSet", "link__Purpose", "link__Import"}


def core() -> GraphQLSchema:
    schema: GraphQLSchema = build_schema()._schema
    return schema


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "schema.graphql").read_text("utf-8") == build_schema().as_str() + "\n", "run `make schema`"


def test_everything_has_a_description() -> None:
    missing = []
    for name, type_ in core().type_map.items():
        if name.startswith("__") or name in FEDERATION or name in ("String", "Int", "Boolean", "ID", "Float"):
            continue
        if not type_.description:
            missing.append(name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in type_.fields.items():
                if field_name in ("_service", "_entities"):
                    continue
                if not field.description:
                    missing.append(f"{name}.{field_name}")
                if not isinstance(type_, GraphQLInputObjectType):
                    missing += [f"{name}.{field_name}({a})" for a, arg in field.args.items() if not arg.description]
        if isinstance(type_, GraphQLEnumType):
            missing += [f"{name}.{value}" for value, v in type_.values.items() if not v.description]
    assert missing == []


def test_every_node_type_is_an_entity_by_id() -> None:
    node = core().type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    nodes = {type_.name for type_ in core().get_possible_types(node)}
    assert nodes == set(ENTITIES)
    sdl = build_schema().as_str()
    for name in nodes:
        assert f'type {name} implements Node @key(fields: "id")' in sdl
    assert '@key(fields: "accountName number numberScope")' in sdl
    assert "federation/v2.9" in sdl


def test_one_query_can_select_a_name_from_every_member_of_a_details_union() -> None:
    for name in ("OrderDetails", "LineDetails", "AgreementDetails", "SubscriptionDetails"):
        union = core().type_map[name]
        assert isinstance(union, GraphQLUnionType)
        seen: dict[str, GraphQLField] = {}
        for member in union.types:
            for field_name, field in member.fields.items():
                other = seen.setdefault(field_name, field)
                assert mergeable(other.type, field.type), f"{name}.{field_name}"


def mergeable(one: object, other: object) -> bool:
    """GraphQL's rule: the same type, or objects whose shared fields have mergeable types."""
    if isinstance(one, GraphQLObjectType) and isinstance(other, GraphQLObjectType):
        shared = one.fields.keys() & other.fields.keys()
        return all(mergeable(one.fields[name].type, other.fields[name].type) for name in shared)
    return str(one) == str(other)
