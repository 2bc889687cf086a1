"""Bodies that are too slow, too long, or end too soon."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.edge.http_desk import desk

JSON = {"content-type": "application/json"}
BODY = json.dumps({"query": 'mutation { note(text: "x") }'}).encode()


async def test_a_body_that_stops_coming_is_given_up_with_a_code_and_nothing_is_run() -> None:
    async def half() -> AsyncIterator[bytes]:
        yield BODY[:10]
        await asyncio.Event().wait()

    async with desk(limits={"slowest_body_seconds": 1}) as gateway:
        response = await gateway.client.post("/graphql", content=half(), headers=JSON)
        assert (response.status_code, response.headers["connection"]) == (408, "close")
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.ran.fields == []


async def test_a_body_that_trickles_in_has_no_more_time_for_that() -> None:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.1)

    async with desk(limits={"slowest_body_seconds": 1}) as gateway:
        response = await gateway.client.post("/graphql", content=drops(), headers=JSON)
        assert response.status_code == 408


@pytest.mark.parametrize("stated", [True, False])
async def test_of_a_body_that_is_too_long_no_more_is_read_than_the_limit(stated: bool) -> None:
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1_000
            yield b" " * 1_000

    async with desk(limits={"max_body_bytes": 5_000}) as gateway:
        headers = {**JSON, "content-length": "100000000"} if stated else JSON
        response = await gateway.client.post("/graphql", content=pieces(), headers=headers)
        extensions = response.json()["errors"][0]["extensions"]
        assert (response.status_code, extensions["code"], extensions["limit"]) == (
            413,
            "LIMIT_EXCEEDED",
            "max_body_bytes",
        )
        assert read <= (1_000 if stated else 7_000)


async def test_a_body_as_long_as_the_limit_is_taken() -> None:
    async with desk(limits={"max_body_bytes": 5_000}) as gateway:
        response = await gateway.client.post("/graphql", content=BODY.ljust(5_000), headers=JSON)
        assert response.json()["data"] == {"note": "x"}
        response = await gateway.client.post("/graphql", content=BODY.ljust(5_001), headers=JSON)
        assert response.status_code == 413
