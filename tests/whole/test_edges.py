"""For every field with a resolver: its vendor call fails inside a list over all vendors, and every row stands.

The fields are found in the graph itself, so a new one is tested without a line here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any, cast

import pytest
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from gateway.sandbox.app import create_sandbox
from gateway.sandbox.control import Fault
from gateway.schema.build import build_schema
from tests.whole.harness import TOKEN_ROUTES, VENDORS, Whole, route, whole

SCHEMA = build_schema()._schema
ROWS = 24
CUSTOMERS = create_sandbox(size=0.05).desks["partner_center"].emulator.credentials(VENDORS)["customers"]
PLAIN = "id number status type createdAt lines { id number quantity }"
QUERY = "{{ orders(first: {rows}) {{ nodes {{ {plain} {extra} }} sources {{ state }} }} }}"


def resolved(type_: GraphQLObjectType, name: str) -> bool:
    definition = cast("Any", type_.fields[name].extensions)["strawberry-definition"]
    return definition.base_resolver is not None


def steps(type_: GraphQLObjectType) -> Iterator[tuple[str, GraphQLNamedType, str]]:
    """Where one can go from a type: the selection's two halves around what comes below."""
    for name, field in type_.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        target = get_named_type(field.type)
        if isinstance(target, GraphQLObjectType):
            yield name + " {", target, "}"
        elif isinstance(target, GraphQLUnionType):
            for member in target.types:
                yield f"{name} {{ ... on {member.name} {{", member, "}}"


def roads() -> dict[str, tuple[str, str]]:
    """The shortest way from Order to every type: the text in front of a selection on it and behind."""
    order = cast("GraphQLObjectType", SCHEMA.type_map["Order"])
    found: dict[str, tuple[str, str]] = {order.name: ("", "")}
    pending = deque([order])
    while pending:
        type_ = pending.popleft()
        before, behind = found[type_.name]
        for opening, target, closing in steps(type_):
            if target.name not in found and isinstance(target, GraphQLObjectType):
                found[target.name] = (f"{before} {opening}", f"{closing} {behind}")
                pending.append(target)
    return found


def selection(field_name: str, field: GraphQLField) -> str | None:
    """The field with all scalars below it, so that an embedded reference is not enough."""
    target = get_named_type(field.type)
    if is_leaf_type(target):
        return field_name
    if not isinstance(target, GraphQLObjectType):
        return None
    leaves = [
        name
        for name, below in target.fields.items()
        if is_leaf_type(get_named_type(below.type)) and not below.args and not resolved(target, name)
    ]
    return f"{field_name} {{ {' '.join(leaves)} }}" if leaves else None


def resolver_fields() -> Iterator[tuple[str, str]]:
    for type_name, (before, behind) in roads().items():
        type_ = cast("GraphQLObjectType", SCHEMA.type_map[type_name])
        if type_name in ("VendorAccount", "Order") and before:
            continue
        for name, field in type_.fields.items():
            if resolved(type_, name) and (text := selection(name, field)) is not None:
                yield f"{type_name}.{name}", f"{before} {text} {behind}"


FIELDS = dict(resolver_fields())
# One field of each way to load a thing stands for all of its kind in the short run.
SHORT = {
    "Agreement.attachments",
    "Attachment.agreement",
    "Order.attachments",
    "Order.audit",
    "Party.name",
    "PartnerCenterLineDetails.provisioning",
    "ProductSubscription.order",
    "SellercloudOrderDetails.caseQtyMode",
    "SellercloudLineDetails.casePrice",
    "SoftwareOneOrderDetails.instructions",
}


def test_the_short_run_names_fields_that_there_are() -> None:
    assert set(FIELDS) >= SHORT


async def answer(gateway: Whole, extra: str) -> dict[str, Any]:
    return await gateway.query(QUERY.format(rows=ROWS, plain=PLAIN, extra=extra))


def plain_rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("id", "number", "status", "type", "createdAt")
    rows = []
    for node in body["data"]["orders"]["nodes"]:
        lines = [{key: line[key] for key in ("id", "number", "quantity")} for line in node["lines"]]
        rows.append({name: node[name] for name in names} | {"lines": lines})
    return rows


def named_customers(accounts: dict[str, dict[str, Any]]) -> None:
    """Names whose orders are listed, so that a failing look-up of names does not take the list with it."""
    accounts["contoso"]["customers"] = CUSTOMERS


@pytest.mark.parametrize(
    "name", [name if name in SHORT else pytest.param(name, marks=pytest.mark.slow) for name in FIELDS]
)
@pytest.mark.slow
async def test_a_field_s_failing_call_leaves_every_row_intact(name: str) -> None:
    async with whole(size=0.2, change=named_customers) as gateway:
        baseline = plain_rows(await answer(gateway, ""))
        usual = {vendor: set(gateway.calls(vendor)) for vendor in gateway.sandbox.desks}
        await gateway.fresh()
        healthy = await answer(gateway, FIELDS[name])
        assert "errors" not in healthy, healthy["errors"]
        assert plain_rows(healthy) == baseline
        added: dict[str, set[str]] = {}
        for vendor, desk in gateway.sandbox.desks.items():
            extra = {call.path for call in desk.journal if route(call) not in usual[vendor] and call.status == 200}
            extra = {path for path in extra if not TOKEN_ROUTES.search(path)}
            if extra:
                added[vendor] = extra
        if not added:
            return  # the list itself answers this field, or the data has nothing behind it
        for vendor, paths in added.items():
            wanted = "|".join(f"^{re.escape(path)}$" for path in paths)
            gateway.sandbox.desks[vendor].add(Fault("error", path=wanted, status=503, times=None))
        await gateway.fresh()
        broken = await answer(gateway, FIELDS[name])
        assert plain_rows(broken) == baseline
        assert {source["state"] for source in broken["data"]["orders"]["sources"]} == {"OK"}
        assert {error["extensions"]["code"] for error in broken["errors"]} == {"VENDOR_UNAVAILABLE"}
        assert all(error["path"][:2] == ["orders", "nodes"] for error in broken["errors"])
