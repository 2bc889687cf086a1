"""Which status, media type and body each kind of request gets, by both profiles."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.edge.identity import NoCredentials
from gateway.edge.operations import Operations
from gateway.errors import (
    CostExceeded,
    Forbidden,
    GatewayError,
    IssuerUnavailable,
    LimitExceeded,
    PersistedQueryNotFound,
    RateLimited,
    StoreUnavailable,
)
from gateway.schema.build import build_schema
from tests.edge.http_desk import Desk, desk

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
MANY = "{" + " ".join(f"a{number}: hello" for number in range(1_000)) + "}"
DEEP = "[" * 100_000

# What is asked; the status for graphql-response+json and for json, by the profile of 2025, then by the draft; the code.
ROWS: list[tuple[str, dict[str, Any], tuple[int, int, int, int], str | None]] = [
    ("a query", {"json": {"query": "{ hello }"}}, (200, 200, 200, 200), None),
    ("a mutation", {"json": {"query": 'mutation { note(text: "x") }'}}, (200, 200, 200, 200), None),
    ("part of the data", {"json": {"query": "{ hello busy }"}}, (200, 200, 294, 200), "IN_PROGRESS"),
    ("no store", {"json": {"query": "{ store }"}}, (200, 200, 294, 200), "STORE_UNAVAILABLE"),
    ("a field that is not for all", {"json": {"query": "{ hello private }"}}, (200, 200, 294, 200), "FORBIDDEN"),
    ("a field that breaks", {"json": {"query": "{ broken }"}}, (200, 200, 294, 200), "INTERNAL"),
    ("null for all the data", {"json": {"query": "{ must }"}}, (200, 200, 294, 200), "IN_PROGRESS"),
    ("no GraphQL", {"json": {"query": "{"}}, (400, 200, 400, 400), "BAD_USER_INPUT"),
    ("an unknown field", {"json": {"query": "{ nothing }"}}, (400, 200, 422, 422), "BAD_USER_INPUT"),
    ("beyond a limit", {"json": {"query": MANY}}, (400, 200, 422, 422), "LIMIT_EXCEEDED"),
    (
        "a variable that does not fit",
        {"json": {"query": "query($a: String!) { hello(name: $a) }", "variables": {"a": None}}},
        (400, 200, 422, 422),
        "BAD_USER_INPUT",
    ),
    (
        "an unknown operation",
        {"json": {"query": "query A { hello }", "operationName": "B"}},
        (400, 400, 422, 422),
        "BAD_USER_INPUT",
    ),
    ("no query", {"json": {"qeury": "{ hello }"}}, (400, 400, 422, 422), "BAD_USER_INPUT"),
    ("wrong variables", {"json": {"query": "{ hello }", "variables": [7]}}, (400, 400, 422, 422), "BAD_USER_INPUT"),
    ("a list of operations", {"json": [{"query": "{ hello }"}]}, (400, 400, 422, 422), "BAD_USER_INPUT"),
    ("a number", {"json": 3}, (400, 400, 422, 422), "BAD_USER_INPUT"),
    (
        "no JSON",
        {"content": b"NONSENSE", "headers": {"content-type": JSON}},
        (400, 400, 400, 400),
        "BAD_USER_INPUT",
    ),
    (
        "deep JSON",
        {"content": DEEP, "headers": {"content-type": JSON}},
        (400, 400, 400, 400),
        "BAD_USER_INPUT",
    ),
    (
        "too long a body",
        {"content": b" " * 1_100_000, "headers": {"content-type": JSON}},
        (413, 413, 413, 413),
        "LIMIT_EXCEEDED",
    ),
    (
        "another kind of body",
        {"content": b"{}", "headers": {"content-type": "text/plain"}},
        (415, 415, 415, 415),
        "BAD_USER_INPUT",
    ),
    ("a form without its header", {"files": {"0": b"x"}}, (400, 400, 400, 400), "BAD_USER_INPUT"),
    (
        "a subscription",
        {"json": {"query": "subscription { ticks }"}},
        (400, 400, 422, 422),
        "BAD_USER_INPUT",
    ),
    ("a query by GET", {"method": "GET", "params": {"query": "{ hello }"}}, (200, 200, 200, 200), None),
    (
        "a mutation by GET",
        {"method": "GET", "params": {"query": 'mutation { note(text: "x") }'}},
        (405, 405, 405, 405),
        "BAD_USER_INPUT",
    ),
    (
        "a long address",
        {"method": "GET", "params": {"query": "{ hello }" + " " * 9_000}},
        (414, 414, 414, 414),
        "LIMIT_EXCEEDED",
    ),
    ("nothing by GET", {"method": "GET"}, (400, 400, 422, 422), "BAD_USER_INPUT"),
    ("another method", {"method": "PUT", "json": {"query": "{ hello }"}}, (405, 405, 405, 405), "BAD_USER_INPUT"),
]
REFUSED_AT_200 = {"no GraphQL", "an unknown field", "beyond a limit", "a variable that does not fit"}
LIVE = {"a query", "a query by GET", "a mutation", "part of the data", "a field that is not for all"}


async def ask(gateway: Desk, request: dict[str, Any], accept: str) -> httpx.Response:
    method, rest = request.get("method", "POST"), {key: value for key, value in request.items() if key != "method"}
    headers = {"accept": accept, **rest.pop("headers", {})}
    return await gateway.client.request(method, "/graphql", headers=headers, **rest)


@pytest.mark.parametrize("profile", ["2025", "draft"])
async def test_each_request_gets_the_status_of_its_profile(profile: str) -> None:
    async with desk(http_profile=profile) as gateway:
        for name, request, statuses, code in ROWS:
            wanted = statuses[:2] if profile == "2025" else statuses[2:]
            for accept, status in zip((RESPONSE, JSON), wanted, strict=True):
                where = f"{name}, {profile}, {accept}"
                gateway.ran.fields.clear()
                response = await ask(gateway, request, accept)
                body = response.json()
                assert response.status_code == status, where
                kept = accept if profile == "2025" or status < 300 else RESPONSE
                assert response.headers["content-type"] == f"{kept}; charset=utf-8", where
                assert response.headers["vary"] == "Accept", where
                assert response.headers["cache-control"] == "no-store", where
                assert [error["extensions"]["code"] for error in body.get("errors", ())] == ([code] if code else [])
                assert ("data" in body) is (status in (200, 294) and not (code and name in REFUSED_AT_200)), where
                assert bool(gateway.ran.fields) is (name in LIVE), where


@pytest.mark.parametrize(
    ("error", "by_2025", "by_draft", "headers"),
    [
        (NoCredentials("Say who you are."), 401, 401, {"www-authenticate": 'Bearer realm="order-gateway"'}),
        (Forbidden("You may not.", scope="orders:read"), 403, 403, {}),
        (RateLimited("Your budget is spent.", retry_after=1.2), 429, 429, {"retry-after": "2"}),
        (LimitExceeded("Too deep.", limit="max_depth"), 400, 422, {}),
        (CostExceeded("Too dear.", limit="max_cost"), 400, 422, {}),
        (PersistedQueryNotFound("Unknown."), 400, 422, {}),
        (IssuerUnavailable("Later.", retry_after=30), 503, 503, {"retry-after": "30"}),
        (StoreUnavailable("Later."), 503, 503, {}),
        (GatewayError("Odd."), 500, 500, {}),
    ],
)
@pytest.mark.parametrize("profile", ["2025", "draft"])
async def test_an_error_before_anything_ran_has_a_status_and_headers_of_its_own(
    error: GatewayError,
    by_2025: int,
    by_draft: int,
    headers: dict[str, str],
    profile: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Operations, "run", refuse)
    async with desk(http_profile=profile) as gateway:
        for accept in (RESPONSE, JSON):
            response = await ask(gateway, {"json": {"query": "{ hello }"}}, accept)
            assert response.status_code == (by_2025 if profile == "2025" else by_draft)
            assert response.json() == {"errors": [{"message": error.message, "extensions": error.extensions}]}
            assert headers.items() <= dict(response.headers).items()


async def test_nothing_is_sent_in_parts_to_who_does_not_ask_for_it() -> None:
    async with desk() as gateway:
        request = {"json": {"query": "{ hello ... @defer { broken } }"}}
        response = await ask(gateway, request, "multipart/mixed;deferSpec=20220824, application/json")
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        assert 'Unknown directive "@defer".' in response.json()["errors"][0]["message"].replace("'", '"')
        assert gateway.ran.fields == []
    directives = {directive.name for directive in build_schema()._schema.directives}
    assert not directives & {"defer", "stream"}


async def test_a_mutation_by_get_is_told_by_which_method_it_goes() -> None:
    async with desk() as gateway:
        response = await gateway.client.get("/graphql", params={"query": 'mutation { note(text: "x") }'})
        assert response.headers["allow"] == "POST"
        assert gateway.ran.fields == []


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
async def test_other_methods_are_told_which_ones_there_are(method: str) -> None:
    async with desk() as gateway:
        response = await gateway.client.request(method, "/graphql")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, OPTIONS")


async def test_options_tells_the_methods_and_nothing_else() -> None:
    async with desk() as gateway:
        response = await gateway.client.options("/graphql")
        assert (response.status_code, response.headers["allow"], response.content) == (204, "GET, POST, OPTIONS", b"")


@pytest.mark.parametrize("profile", ["2025", "draft"])
async def test_who_can_read_no_answer_is_told_so_before_anything_runs(profile: str) -> None:
    async with desk(http_profile=profile) as gateway:
        request = {"json": {"query": 'mutation { note(text: "x") }'}}
        response = await ask(gateway, request, "image/png")
        assert response.status_code == 406
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.ran.fields == []


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {}},
        {"json": {"query": "{"}},
        {"json": {"query": "query A { hello }", "operationName": "B"}},
        {"method": "GET", "params": {"query": 'mutation { note(text: "x") }'}},
    ],
)
async def test_what_is_wrong_with_an_operation_is_told_in_its_stream_of_events_too(request_: dict[str, Any]) -> None:
    async with desk() as gateway:
        response = await ask(gateway, request_, "text/event-stream")
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert '"code":"BAD_USER_INPUT"' in response.text
        assert gateway.ran.fields == []


async def test_what_is_empty_in_the_address_counts_as_not_there() -> None:
    async with desk() as gateway:
        empty = {"query": "{ hello }", "variables": "", "operationName": "", "extensions": ""}
        response = await gateway.client.get("/graphql", params=empty)
        assert response.json()["data"] == {"hello": "Hello you!"}


async def test_what_stands_twice_in_the_address_is_refused_for_who_knows_which_one_a_proxy_saw() -> None:
    async with desk() as gateway:
        response = await gateway.client.get("/graphql", params=[("query", "{ hello }"), ("query", "{ broken }")])
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["argument"] == "query"
        assert gateway.ran.fields == []
