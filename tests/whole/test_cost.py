"""What was told before is never less than what was taken, nor absurdly more; too much is refused before any call.

That it is never less is asserted by the harness for every query and mutation of the other tests as well.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.model.principal import Principal, Scope
from tests.whole.harness import Whole, codes, whole

EXAMPLES = json.loads((Path(__file__).parents[2] / "web" / "src" / "examples.json").read_text("utf-8"))
WRITING = re.compile(r"^\s*(mutation|subscription)\b", re.MULTILINE)
READING = {one["title"]: one for one in EXAMPLES if not WRITING.search(one["query"])}
ANN = Principal(name="ann", scopes=frozenset(Scope), accounts=None)


async def cost(gateway: Whole, query: str, variables: dict[str, Any] | None = None) -> dict[str, int]:
    answer = await gateway.query(query, **(variables or {}))
    told: dict[str, int] = answer["extensions"]["cost"]
    return told


@pytest.mark.parametrize("title", READING)
@pytest.mark.slow
async def test_the_examples_cost_about_what_was_told(title: str) -> None:
    one = READING[title]
    variables = json.loads(one["variables"]) if isinstance(one["variables"], str) and one["variables"] else {}
    async with whole() as gateway:
        for _ in ("cold", "warm"):
            told = await cost(gateway, one["query"], variables)
            assert told["actual"] == gateway.all_calls()
            gateway.forget()
            assert told["limit"] == 2_000
            assert told["requested"] <= 10 * told["actual"] + 40, told


async def test_too_much_is_refused_before_any_call_and_says_how_much() -> None:
    def small(document: dict[str, Any]) -> None:
        document["limits"] = {"max_cost": 20}

    async with whole(0.1, settings=small) as gateway:
        query = (
            "query($n: Int) { orders(first: $n, filter: {vendors: [SOFTWAREONE]}) { nodes { attachments { id } } } }"
        )
        answer = await gateway.query(query, n=19)
        assert codes(answer) == ["COST_EXCEEDED"]
        assert answer["errors"][0]["extensions"]["limit"] == "max_cost"
        assert "data" not in answer
        assert answer["extensions"]["cost"] == {"requested": 21, "actual": 0, "limit": 20}
        assert gateway.all_calls() == 0
        assert (await cost(gateway, query, {"n": 18}))["requested"] == 20


async def test_an_answer_that_may_get_too_long_is_refused_before_any_call() -> None:
    def small(document: dict[str, Any]) -> None:
        document["limits"] = {"max_answer_fields": 100}

    async with whole(0.1, settings=small) as gateway:
        query = "query($n: Int) { orders(first: $n, filter: {vendors: [SOFTWAREONE]}) { nodes { id number } } }"
        answer = await gateway.query(query, n=50)
        assert codes(answer) == ["LIMIT_EXCEEDED"]
        assert answer["errors"][0]["extensions"]["limit"] == "max_answer_fields"
        assert "102 fields" in answer["errors"][0]["message"]
        assert gateway.all_calls() == 0
        assert codes(await gateway.query(query, n=49)) == []


async def test_a_principal_that_has_spent_its_budget_waits_and_others_do_not() -> None:
    def small(document: dict[str, Any]) -> None:
        document["limits"] = {"max_cost_per_minute": 30}

    async with whole(0.1, principal=ANN, settings=small) as gateway:
        query = "{ orders(filter: {vendors: [SOFTWAREONE]}) { nodes { agreement { currency } } } }"
        body = {"query": query}
        statuses = [(await gateway.client.post("/graphql", json=body)).status_code for _ in range(20)]
        assert statuses[:14] == [200] * 14  # each is told to take three and takes two
        assert statuses[-1] == 429
        gateway.forget()
        refused = await gateway.client.post("/graphql", json=body)
        assert int(refused.headers["retry-after"]) >= 1
        assert codes(refused.json()) == ["THROTTLED"]
        assert gateway.all_calls() == 0
        gateway.be(Principal(name="bob", scopes=frozenset(Scope), accounts=None))
        assert (await gateway.client.post("/graphql", json=body)).status_code == 200


async def test_what_is_refused_draws_a_point_too() -> None:
    def small(document: dict[str, Any]) -> None:
        document["limits"] = {"max_cost_per_minute": 5}

    async with whole(0.1, settings=small) as gateway:
        deep = {"query": "{ a " * 30 + "}" * 30}
        assert [(await gateway.client.post("/graphql", json=deep)).status_code for _ in range(6)] == [200] * 5 + [429]
        list_ = {"query": "{ orders(filter: {vendors: [SOFTWAREONE]}) { nodes { id } } }"}
        assert (await gateway.client.post("/graphql", json=list_)).status_code == 429
