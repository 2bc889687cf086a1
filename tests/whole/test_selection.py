"""What is selected decides what is called, however the selection is written."""

from __future__ import annotations

import pytest

from tests.whole.harness import whole

ORDERS = "orders(first: 10, filter: {vendors: [SOFTWAREONE]})"
NOTHING_MORE = [
    "{ %s { nodes { agreement { a: id b: number c: name d: status } } } }",
    "{ %s { nodes { agreement { __typename vendor account { name health { state } } } } } }",
    "{ %s { nodes { agreement { id startsAt @skip(if: true) } } } }",
    "query($yes: Boolean = false) { %s { nodes { agreement { id startsAt @include(if: $yes) } } } }",
    "query($no: Boolean = true) { %s { nodes { agreement { id ...Start @skip(if: $no) } } } }"
    " fragment Start on Agreement { startsAt }",
    "query($yes: Boolean = false) { %s { nodes { agreement { id ... on Node @include(if: $yes) { ...Start } } } } }"
    " fragment Start on Agreement { startsAt }",
    "{ %s { nodes { agreement { ... on Node { id } ... { number } } } } }",
]
THE_AGREEMENTS = [
    "{ %s { nodes { agreement { id start: startsAt } } } }",
    "query($yes: Boolean = true) { %s { nodes { agreement { id startsAt @include(if: $yes) } } } }",
    "{ %s { nodes { agreement { id } } nodes { agreement { startsAt } } } }",
    "{ %s { nodes { ...One ...Two } } }"
    " fragment One on Order { agreement { id } } fragment Two on Order { agreement { startsAt } }",
    "{ %s { nodes { one: agreement { id } two: agreement { startsAt } } } }",
    "{ %s { nodes { agreement { ...Start @skip(if: true) ...Whole } } } }"
    " fragment Start on Agreement { startsAt } fragment Whole on Agreement { id ...Start }",
]


@pytest.mark.parametrize("query", NOTHING_MORE)
async def test_what_an_embedded_reference_holds_costs_no_call(query: str) -> None:
    async with whole(size=0.1) as gateway:
        data = await gateway.data(query % ORDERS)
        assert any(node["agreement"] for node in data["orders"]["nodes"])
        assert gateway.calls("softwareone").total() == 1


@pytest.mark.parametrize("query", THE_AGREEMENTS)
async def test_what_it_does_not_hold_costs_one_call(query: str) -> None:
    async with whole(size=0.1) as gateway:
        await gateway.data(query % ORDERS)
        assert gateway.calls("softwareone").total() == 2


async def test_a_variable_given_goes_before_its_default() -> None:
    async with whole(size=0.1) as gateway:
        await gateway.data(THE_AGREEMENTS[1] % ORDERS, yes=False)
        assert gateway.calls("softwareone").total() == 1


async def test_a_thing_asked_for_twice_is_given_twice_and_read_once() -> None:
    async with whole(size=0.1) as gateway:
        data = await gateway.data("{" + ORDERS + " { nodes { id } } }")
        ids = [node["id"] for node in data["orders"]["nodes"]][:3]
        gateway.forget()
        asked = [*ids, *reversed(ids)]
        found = await gateway.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=asked)
        assert [node["id"] for node in found["nodes"]] == asked
        entities = "query($of: [_Any!]!) { _entities(representations: $of) { ... on Order { id } } }"
        found = await gateway.data(entities, of=[{"__typename": "Order", "id": one} for one in asked])
        assert [one["id"] for one in found["_entities"]] == asked
        assert gateway.calls("softwareone").total() == 2


@pytest.mark.parametrize(
    ("query", "argument"),
    [
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "ids"),
        ("query($ids: [_Any!]!) { _entities(representations: $ids) { __typename } }", "representations"),
    ],
)
async def test_too_many_things_at_once_are_refused(query: str, argument: str) -> None:
    async with whole(size=0.05) as gateway:
        answer = await gateway.query(query, ids=["x"] * 501)
        (error,) = answer["errors"]
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("LIMIT_EXCEEDED", argument)
        assert gateway.all_calls() == 0
