"""Operations as event streams: the mode of distinct connections to the letter, who is let in, and its bounds."""

from __future__ import annotations

import logging
import time

import pytest

from gateway.edge import sse
from gateway.model.principal import Principal, Scope
from tests.edge.event_desk import stream
from tests.edge.http_desk import SECRET
from tests.edge.socket_desk import Guests, desk

RINGS = "subscription { rings }"
ADA = Principal(name="ada", scopes=frozenset(Scope), accounts=None)


async def test_each_answer_is_an_event_and_the_end_is_told() -> None:
    async with desk() as one, stream(one.app, "subscription { counted(to: 2) }") as client:
        assert client.status == 200
        assert client.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (client.headers["cache-control"], client.headers["x-accel-buffering"]) == (
            "no-store, no-transform",
            "no",
        )
        first, second, last, nothing = (await client.rest()).split("\n\n")
        assert first.startswith('event: next\ndata: {"data":{"counted":0}')
        assert second.startswith('event: next\ndata: {"data":{"counted":1}')
        assert (last, nothing) == ("event: complete\ndata:", "")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_queries_are_streamed_too(method: str) -> None:
    async with desk() as one, stream(one.app, "{ hello }", method=method) as client:
        assert (await client.next())["data"] == {"hello": "Hello!"}
        assert await client.next() == {"complete": True}


async def test_mutations_are_streamed_by_post_alone() -> None:
    query = 'mutation { note(text: "x") }'
    async with desk() as one:
        async with stream(one.app, query, method="GET") as client:
            assert "errors" in await client.next()
        assert one.bell.noted == []
        async with stream(one.app, query) as client:
            assert (await client.next())["data"] == {"note": "x"}
        assert one.bell.noted == ["x"]


@pytest.mark.parametrize("query", ["{", "{ nothing }", "subscription { refused }"])
async def test_what_is_wrong_with_the_operation_is_told_in_the_stream(query: str) -> None:
    async with desk() as one, stream(one.app, query) as client:
        assert client.status == 200
        body = await client.next()
        assert [error["extensions"]["code"] for error in body["errors"]] == ["BAD_USER_INPUT"]
        assert "data" not in body
        assert await client.next() == {"complete": True}


async def test_what_breaks_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "strawberry")
    async with desk() as one, stream(one.app, "subscription { bursting }") as client:
        text = await client.rest()
        assert "INTERNAL" in text
        assert SECRET not in text


async def test_a_client_that_leaves_ends_what_ran_for_it() -> None:
    async with desk() as one:
        async with stream(one.app, RINGS) as client:
            assert (await client.next())["data"] == {"rings": 0}
            assert (one.bell.at_work, one.app.state.streams.open) == (1, 1)
        assert (one.bell.at_work, one.app.state.streams.open) == (0, 0)


async def test_a_quiet_stream_has_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.01)
    async with desk() as one, stream(one.app, RINGS) as client:
        assert b"rings" in await client.piece()
        assert [await client.piece() for _ in range(3)] == [b":\n\n"] * 3
        one.bell.rung.set()
        assert (await client.next())["data"] == {"rings": 1}


async def test_who_may_not_come_in_is_told_so_by_http() -> None:
    async with desk(known=Guests(ADA)) as one, stream(one.app, RINGS) as client:
        assert client.status == 401
    async with (
        desk(known=Guests(ADA)) as one,
        stream(one.app, RINGS, headers={"authorization": "Bearer ada"}) as client,
    ):
        assert (await client.next())["data"] == {"rings": 0}


async def test_a_stream_ends_with_the_credentials_and_says_why() -> None:
    passing = Principal(name="passing", scopes=frozenset(Scope), accounts=None, expires_at=time.time() + 0.3)
    async with (
        desk(known=Guests(passing)) as one,
        stream(one.app, RINGS, headers={"authorization": "Bearer passing"}) as client,
    ):
        assert (await client.next())["data"] == {"rings": 0}
        assert [error["extensions"]["code"] for error in (await client.next())["errors"]] == ["UNAUTHENTICATED"]
        assert await client.next() == {"complete": True}
        assert one.bell.at_work == 0


async def test_a_principal_has_only_so_many_streams() -> None:
    limits = {"max_streams_per_principal": 1}
    async with desk(limits=limits) as one, stream(one.app, RINGS) as client:
        assert (await client.next())["data"] == {"rings": 0}
        async with stream(one.app, RINGS) as second:
            assert (second.status, second.headers["retry-after"]) == (429, "10")
            assert "max_streams_per_principal" in (await second.piece()).decode()
            assert one.bell.at_work == 1


async def test_a_process_that_stops_cuts_its_streams_off_and_does_not_call_them_complete() -> None:
    async with desk() as one, stream(one.app, RINGS) as client:
        assert (await client.next())["data"] == {"rings": 0}
        one.app.state.streams.end()
        assert await client.rest() == ""
        assert one.bell.at_work == 0
