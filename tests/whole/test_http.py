"""GraphQL over HTTP as clients and proxies speak it, whatever stands in the query."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from graphql import build_client_schema, get_introspection_query

from tests.whole.harness import codes, whole

QUERY = "query Names($yes: Boolean = true) { accounts { id name @include(if: $yes) } }"


async def test_a_query_may_come_in_the_address() -> None:
    async with whole(size=0.05) as gateway:
        get = gateway.client.get
        answer = (await get("/graphql", params={"query": QUERY, "variables": '{"yes": false}'})).json()
        assert [list(account) for account in answer["data"]["accounts"]] == [["id"]] * 3
        for bad in ({"variables": "{"}, {"variables": "[1]"}, {"extensions": "3"}, {"operationName": "Other"}):
            response = await get("/graphql", params={"query": QUERY, **bad})
            assert (response.status_code, codes(response.json())) == (400, ["BAD_USER_INPUT"])


async def test_unknown_keys_beside_the_query_are_let_be() -> None:
    async with whole(size=0.05) as gateway:
        response = await gateway.client.post("/graphql", json={"query": QUERY, "id": "x", "extensions": {"a": 1}})
        assert "errors" not in response.json()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_that_a_form_could_send_is_refused(content_type: str) -> None:
    async with whole(size=0.05) as gateway:
        body = json.dumps({"query": QUERY})
        response = await gateway.client.post("/graphql", content=body, headers={"content-type": content_type})
        assert (response.status_code, codes(response.json())) == (400, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
async def test_other_methods_are_told_which_ones_there_are(method: str) -> None:
    async with whole(size=0.05) as gateway:
        response = await gateway.client.request(method, "/graphql")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_a_huge_body_is_refused_however_it_comes() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    async with whole(size=0.05) as gateway:
        for content in (b" " * 2_000_000, pieces()):
            headers = {"content-type": "application/json"}
            response = await gateway.client.post("/graphql", content=content, headers=headers)
            assert response.status_code == 413


async def test_nobody_is_redirected_to_what_the_host_header_says() -> None:
    async with whole(size=0.05) as gateway:
        for path in ("/graphql/", "/", "/healthz/", "/files/x/"):
            response = await gateway.client.get(path, headers={"host": "evil.example"})
            assert "evil" not in response.headers.get("location", "")


async def test_the_explorer_s_introspection_tells_the_whole_schema() -> None:
    async with whole(size=0.05) as gateway:
        data = await gateway.data(get_introspection_query(descriptions=True))
        assert "orders" in build_client_schema(data).query_type.fields  # type: ignore[union-attr,arg-type]  # it has one
        assert gateway.all_calls() == 0
