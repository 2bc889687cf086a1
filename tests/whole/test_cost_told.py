"""What an operation is said to cost covers what it takes, however its arguments are written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.accounts import Accounts
from gateway.schema import estimate
from gateway.schema.limits import Shape
from tests.whole.harness import SCHEMA, Whole, codes, whole


@pytest.fixture
async def gateway() -> AsyncIterator[Whole]:
    async with whole(size=0.2) as running:
        yield running


async def some_ids(gateway: Whole) -> list[str]:
    data = await gateway.data("{ orders(first: 20) { nodes { id } } }")
    return [one["id"] for one in data["orders"]["nodes"]]


def cost(answer: dict[str, Any]) -> dict[str, int]:
    told: dict[str, int] = answer["extensions"]["cost"]
    return told


@pytest.mark.parametrize(
    "text",
    [
        "query($x: [ID!]!) { nodes(ids: $x) { ... on Order { notes } } }",
        "query($x: [_Any!]!) { _entities(representations: $x) { ... on Order { notes } } }",
    ],
)
@pytest.mark.slow
async def test_one_thing_in_place_of_a_list_is_counted(gateway: Whole, text: str) -> None:
    for id_ in await some_ids(gateway):
        given: object = {"__typename": "Order", "id": id_} if "_entities" in text else id_
        await gateway.fresh()
        told = cost(await gateway.query(text, x=given))
        assert 0 < told["actual"] <= told["requested"]


async def test_a_page_of_a_size_with_a_point_is_as_long(gateway: Whole) -> None:
    text = "query($n: Int) { orders(first: $n) { nodes { notes } } }"
    whole_number, with_point = [cost(await gateway.query(text, n=size)) for size in (200, 200.0)]
    assert whole_number["requested"] == with_point["requested"]


async def test_a_size_that_is_none_breaks_nothing(gateway: Whole) -> None:
    for size in (-5, -5.5, 1e300, 1e30, 10**18, "5", True, [5]):
        answer = await gateway.query("query($n: Int) { orders(first: $n) { nodes { notes } } }", n=size)
        assert codes(answer) == ["BAD_USER_INPUT"], size


async def test_a_variable_in_many_places_is_looked_at_once(gateway: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    read = Accounts.ref

    def counting(self: Accounts, *args: Any) -> Any:
        nonlocal looked
        looked += 1
        return read(self, *args)

    monkeypatch.setattr(Accounts, "ref", counting)
    fields = " ".join(f"f{one}: nodes(ids: $x) {{ id }}" for one in range(20))
    ids = (await some_ids(gateway))[:2] * 500
    answer = await gateway.query(f"query($x: [ID!]!) {{ {fields} }}", x=ids)
    assert set(codes(answer)) <= {"COST_EXCEEDED", "LIMIT_EXCEEDED"}
    assert looked == len(ids)


async def test_the_representations_of_all_places_are_counted_together(gateway: Whole) -> None:
    fields = "a: _entities(representations: $x) { __typename } b: _entities(representations: $x) { __typename }"
    bad = {"__typename": "Order", "id": "x"}
    text = f"query($x: [_Any!]!) {{ {fields} }}"
    assert set(codes(await gateway.query(text, x=[bad] * 250))) == {"INVALID_ID"}
    refused = await gateway.query(text, x=[bad] * 251)
    assert [one["extensions"].get("limit") for one in refused["errors"]].count("max_entities") == 1


def test_no_count_is_beyond_what_json_can_say() -> None:
    walk = estimate.Estimating(SCHEMA._schema, Shape({}, {}, False, 0), {}, Accounts([]))
    walk.spend(10**30)
    assert walk.spent == estimate.MANY
