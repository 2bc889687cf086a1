"""GraphQL over HTTP as clients and proxies speak it, whatever stands in the query."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
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


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("multipart/form-data", 400), ("", 415)],
)
async def test_a_body_that_a_form_could_send_is_refused(content_type: str, status: int) -> None:
    async with whole(size=0.05) as gateway:
        body = json.dumps({"query": QUERY})
        response = await gateway.client.post("/graphql", content=body, headers={"content-type": content_type})
        assert (response.status_code, codes(response.json())) == (status, ["BAD_USER_INPUT"])


async def test_a_huge_body_is_refused_however_it_comes() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    async with whole(size=0.05) as gateway:
        for content in (b" " * 2_000_000, pieces()):
            headers = {"content-type": "application/json"}
            response = await gateway.client.post("/graphql", content=content, headers=headers)
            assert (response.status_code, codes(response.json())) == (413, ["LIMIT_EXCEEDED"])
            assert response.json()["errors"][0]["extensions"]["limit"] == "max_body_bytes"


async def test_the_explorer_s_introspection_tells_the_whole_schema() -> None:
    async with whole(size=0.05) as gateway:
        data = await gateway.data(get_introspection_query(descriptions=True))
        assert "orders" in build_client_schema(data).query_type.fields  # type: ignore[union-attr,arg-type]  # it has one
        assert gateway.all_calls() == 0


CURL = re.compile(r"```sh\ncurl (.*?)```", re.DOTALL)


def asked_by(command: str) -> httpx.Request:
    """The request that curl would make."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    url = ""
    content: str | None = None
    headers: dict[str, str] = {}
    params: list[tuple[str, str]] = []
    for word in words:
        match word:
            case "-s" | "-G":
                continue
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                content = next(words)
            case "--data-urlencode":
                name, _, value = next(words).partition("=")
                params.append((name, value))
            case _:
                url = word
    if params:
        return httpx.Request("GET", f"{url}?{urlencode(params)}", headers=headers)
    return httpx.Request("POST", url, headers=headers, content=content)


async def test_the_examples_in_the_docs_are_answered() -> None:
    examples = CURL.findall((Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8"))
    assert len(examples) == 3
    async with whole(size=0.05) as gateway:
        for example in examples:
            answer = (await gateway.client.send(asked_by(example))).json()
            assert "errors" not in answer
            data = answer["data"]
            told = data["accounts"] if "accounts" in data else [one["account"] for one in data["orders"]["sources"]]
            assert [account["name"] for account in told] == ["contoso", "acme", "marketplace"]
