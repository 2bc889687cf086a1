"""Whatever is sent is answered in JSON with codes, and never as if the gateway had broken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edge.http_desk import desk

QUERIES = ("{ hello }", 'query A($n: String) { hello(name: $n) } mutation B { note(text: "x") }', "{", "{ nope }", "")
KEYS = ("query", "variables", "operationName", "extensions", "other")

texts = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
bodies = (
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from([*QUERIES, "A", {"n": "x"}, {"n": 3}]) | values) | values
)
json_bodies = bodies.map(lambda body: json.dumps(body).encode())
raw_bodies = (
    json_bodies | st.binary(max_size=50) | st.text(max_size=50).map(lambda text: text.encode("utf-8", "replace"))
)
media = st.sampled_from(["application/json", "application/graphql-response+json", "*/*", "image/png", ";q=,,=", ""])
content_types = st.sampled_from(
    ["application/json", "Application/JSON; charset=x", "text/plain", "multipart/form-data", ";"]
)
addresses = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from([*QUERIES, "A", '{"n": "x"}', "null", "3"]) | texts), max_size=5
)


class Gateway:
    """One gateway for all examples of a test."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._desk = desk()
        here = self._runner.run(self._desk.__aenter__())
        self.client, self.ran = here.client, here.ran

    def ask(self, method: str, **request: Any) -> httpx.Response:
        return self._runner.run(self.client.request(method, "/graphql", **request))

    def close(self) -> None:
        self._runner.run(self._desk.__aexit__(None, None, None))
        self._runner.close()


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    one = Gateway()
    yield one
    one.close()


def assert_answered(response: httpx.Response) -> None:
    assert response.status_code in (200, 400, 405, 406, 413, 414, 415), response.text
    body = response.json()
    assert body.keys() <= {"data", "errors", "extensions"}
    assert "data" in body or body["errors"]
    for error in body.get("errors", ()):
        assert error["message"]
        assert error["extensions"]["code"] in ("BAD_USER_INPUT", "LIMIT_EXCEEDED"), error


@given(content=raw_bodies, accept=media, content_type=content_types)
def test_any_body_is_answered(gateway: Gateway, content: bytes, accept: str, content_type: str) -> None:
    headers = {"accept": accept, "content-type": content_type}
    assert_answered(gateway.ask("POST", content=content, headers=headers))


@given(content=json_bodies)
def test_any_json_is_answered(gateway: Gateway, content: bytes) -> None:
    assert_answered(gateway.ask("POST", content=content, headers={"content-type": "application/json"}))


@given(params=addresses, accept=media)
def test_any_address_is_answered_and_changes_nothing(
    gateway: Gateway, params: list[tuple[str, str]], accept: str
) -> None:
    gateway.ran.fields.clear()
    assert_answered(gateway.ask("GET", params=params, headers={"accept": accept}))
    assert "note" not in gateway.ran.fields
