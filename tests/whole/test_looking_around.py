"""Where nobody may look around: the schema is not told, not by introspection and not by what an error suggests."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.model.principal import Principal, Role, Scope
from tests.whole.harness import codes, whole

CLIENT = Principal(name="key:shop", scopes=frozenset(Scope), accounts=None)
ROUTER = Principal(name="key:router", role=Role.ROUTER)
HASH = "ab" * 32


def closed(document: dict[str, Any]) -> None:
    document["explore"] = False


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Order") { name } }',
        "{ ...A } fragment A on Query { __schema { description } }",
        "query($no: Boolean = false) { __typename __schema @include(if: $no) { description } }",
        "{ _service { sdl } }",
    ],
)
async def test_where_nobody_may_look_around_the_schema_is_not_told(query: str) -> None:
    async with whole(0.1, principal=CLIENT, settings=closed) as gateway:
        answer = (await gateway.client.post("/graphql", json={"query": query})).json()
        assert codes(answer) == ["FORBIDDEN"]
        assert not answer.get("data")
        gateway.be(ROUTER)
        answer = (await gateway.client.post("/graphql", json={"query": query})).json()
        assert "errors" not in answer


@pytest.mark.parametrize(
    "query",
    [
        "{ orderz { id } }",
        "{ orders(sort: CREATED_AT_DESK) { pageInfo { hasNextPage } } }",
        "{ orders(frist: 1) { pageInfo { hasNextPage } } }",
        "query($f: OrderFilte) { orders(filter: $f) { pageInfo { hasNextPage } } }",
        "{ orders(filter: {vendor: SELLERCLOUD}) { pageInfo { hasNextPage } } }",
    ],
)
async def test_nothing_is_suggested_there(query: str) -> None:
    async with whole(0.1, principal=CLIENT, settings=closed) as gateway:
        answer = (await gateway.client.post("/graphql", json={"query": query})).json()
        assert codes(answer)[0] == "BAD_USER_INPUT"
        assert "Did you mean" not in str(answer)
    async with whole(0.1) as gateway:
        answer = (await gateway.client.post("/graphql", json={"query": query})).json()
        assert "Did you mean" in str(answer)


async def test_values_of_variables_suggest_nothing_either() -> None:
    query = "query($sort: OrderSort!) { orders(sort: $sort) { pageInfo { hasNextPage } } }"
    async with whole(0.1, principal=CLIENT, settings=closed) as gateway:
        body = {"query": query, "variables": {"sort": "CREATED_AT_DESK"}}
        answer = (await gateway.client.post("/graphql", json=body)).json()
        assert codes(answer)[0] == "BAD_USER_INPUT"
        assert "Did you mean" not in str(answer)
