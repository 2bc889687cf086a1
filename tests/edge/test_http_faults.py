"""What nobody foresaw: the client learns a number, the log the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from gateway.edge.identity import Identities
from gateway.edge.operations import Operations
from gateway.schema.build import GatewaySchema
from tests.edge.http_desk import SECRET, Desk, desk

QUERY = {"query": "{ hello }"}


def break_down(*_: Any, **__: Any) -> Any:
    raise RuntimeError(SECRET)


async def fail(*_: Any, **__: Any) -> Any:
    break_down()


def numbered(error: dict[str, Any], log: str) -> None:
    """The error says nothing but a number, by which the log has the cause."""
    extensions = error["extensions"]
    assert (extensions["code"], extensions["retryable"]) == ("INTERNAL", False)
    assert extensions["id"] in log
    assert SECRET in log
    assert "hunter2" not in str(error)
    assert "Traceback" not in str(error)


@pytest.mark.parametrize("field", ["broken", "odd"])
async def test_a_resolver_that_breaks_says_nothing_of_how(field: str, caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as gateway:
        answer = (await gateway.client.post("/graphql", json={"query": f"{{ hello {field} }}"})).json()
    assert answer["data"] == {"hello": "Hello you!", field: None}
    numbered(answer["errors"][0], caplog.text)


@pytest.mark.parametrize(("owner", "method"), [(Operations, "run"), (Identities, "of"), (GatewaySchema, "execute")])
async def test_whatever_breaks_behind_the_endpoint_is_masked(
    owner: type, method: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(owner, method, fail)
    async with desk() as gateway:
        response = await gateway.client.post("/graphql", json=QUERY)
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    numbered(response.json()["errors"][0], caplog.text)


def break_down_at_first(*_: Any) -> Iterator[None]:
    yield break_down()


@pytest.mark.parametrize(
    ("place", "breaking"),
    [
        ("gateway.schema.prepared.validate", break_down),
        ("gateway.schema.build.Answering.on_operation", break_down_at_first),
    ],
)
async def test_what_breaks_around_the_execution_is_masked(
    place: str, breaking: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(place, breaking)
    async with desk() as gateway:
        response = await gateway.client.post("/graphql", json=QUERY)
    assert response.status_code == 500
    numbered(response.json()["errors"][0], caplog.text)


@pytest.mark.parametrize("part", ["identities", "operations"])
async def test_a_part_that_is_missing_is_masked(part: str, caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as gateway:
        setattr(gateway.app.state, part, None)
        response = await gateway.client.post("/graphql", json=QUERY)
        assert (await gateway.client.get("/health/live")).status_code == 200
    assert response.status_code == 500
    assert "NoneType" not in response.text
    assert response.json()["errors"][0]["extensions"]["id"] in caplog.text


async def broken_off(gateway: Desk) -> list[bytes]:
    """What the server gets to send of an answer that breaks after its first piece."""
    sent: list[bytes] = []

    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        raise RuntimeError(SECRET)

    async def stream(_: Request) -> Response:
        return StreamingResponse(pieces())

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # the client sends nothing more, and stays
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            sent.append(message["body"])

    gateway.app.router.routes.insert(0, Route("/stream", stream))
    scope = {"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "headers": [], "state": {}}
    await gateway.app(scope, receive, send)
    return sent


async def test_an_answer_that_breaks_midway_ends_there_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as gateway:
        assert await broken_off(gateway) == [b"first"]
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert SECRET in caplog.text
