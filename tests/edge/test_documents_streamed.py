"""Documents by their hash where answers come one by one: over sockets and as event streams."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx

from tests.edge.socket_desk import HOST, desk, socket

COUNTED = "subscription { counted(to: 2) }"
HASH = hashlib.sha256(COUNTED.encode()).hexdigest()
BY_HASH: dict[str, Any] = {"persistedQuery": {"version": 1, "sha256Hash": HASH}}
COUNTS = [{"counted": 0}, {"counted": 1}]


async def test_a_subscription_is_registered_and_asked_for_by_its_hash_over_a_socket() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.send("subscribe", id="a", payload={"extensions": BY_HASH})
        refused = await client.next()
        assert (refused["type"], refused["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")
        await client.subscribe("b", COUNTED, extensions=BY_HASH)
        assert [(await client.next())["payload"]["data"] for _ in range(2)] == COUNTS
        assert await client.next() == {"type": "complete", "id": "b"}
        await client.send("subscribe", id="c", payload={"extensions": BY_HASH})
        assert [(await client.next())["payload"]["data"] for _ in range(2)] == COUNTS


async def test_what_is_not_in_the_manifest_runs_over_no_socket_and_no_stream(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"counts": COUNTED}))
    foreign = "subscription { counted(to: 1) }"
    async with desk(documents=str(path)) as one:
        async with socket(one.app) as client:
            await client.init()
            await client.subscribe("a", foreign)
            refused = await client.next()
            assert refused["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"
            await client.send("subscribe", id="b", payload={"documentId": "counts"})
            assert [(await client.next())["payload"]["data"] for _ in range(2)] == COUNTS
        said = await streamed(one.app, {"query": foreign})
        assert "PERSISTED_QUERY_NOT_SUPPORTED" in said
        assert '"counted"' not in said
        assert (await streamed(one.app, {"documentId": "counts"})).count('"counted"') == 2


async def test_a_subscription_is_registered_and_asked_for_by_its_hash_as_a_stream() -> None:
    async with desk() as one:
        assert "PersistedQueryNotFound" in await streamed(one.app, {"extensions": BY_HASH})
        assert (await streamed(one.app, {"query": COUNTED, "extensions": BY_HASH})).count('"counted"') == 2
        assert (await streamed(one.app, {"extensions": BY_HASH})).count('"counted"') == 2


async def streamed(app: Any, body: dict[str, Any]) -> str:
    """The whole event stream that answers this request."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        response = await client.post("/graphql", json=body, headers={"accept": "text/event-stream"})
        return response.text
