"""Operations over WebSockets: the protocol graphql-transport-ws to the letter, who is let in, and its bounds."""

from __future__ import annotations

import logging

import pytest

from gateway.edge.sockets import Sockets, origin_of
from tests.edge.http_desk import SECRET
from tests.edge.socket_desk import desk, socket

HELLO = "{ hello }"


async def test_an_open_socket_is_acknowledged_once_it_is_initialised() -> None:
    async with desk() as one, socket(one.app) as client:
        assert client.protocol == "graphql-transport-ws"
        await client.send("connection_init")
        assert await client.next() == {"type": "connection_ack"}


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("mqtt", "graphql-ws")])
async def test_other_subprotocols_are_not_acceptable(protocols: tuple[str, ...]) -> None:
    async with desk() as one, socket(one.app, protocols) as client:
        assert (await client.closed()).code == 4406


async def test_of_several_subprotocols_ours_is_taken() -> None:
    async with desk() as one, socket(one.app, ("graphql-ws", "graphql-transport-ws")) as client:
        assert client.protocol == "graphql-transport-ws"
        await client.init()


async def test_who_does_not_initialise_in_time_is_closed() -> None:
    async with desk() as one:
        routes = [route for route in one.app.routes if isinstance(getattr(route, "app", None), Sockets)]
        assert len(routes) == 1
        routes[0].app = Sockets("http://127.0.0.1:8000", init_seconds=0.01)  # type: ignore[attr-defined]
        async with socket(one.app) as client:
            closed = await client.closed()
            assert (closed.code, closed.reason) == (4408, "Connection initialisation timeout")


async def test_a_second_initialisation_closes() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.send("connection_init")
        closed = await client.closed()
        assert (closed.code, closed.reason) == (4429, "Too many initialisation requests")


async def test_operations_before_the_acknowledgement_close() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.subscribe("1", HELLO)
        closed = await client.closed()
        assert (closed.code, closed.reason) == (4401, "Unauthorized")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{",
        "3",
        "null",
        '"connection_init"',
        "[]",
        "[" * 5_000,
        "{}",
        '{"type": null}',
        '{"type": "start", "id": "1"}',
        '{"type": "connection_terminate"}',
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "connection_init", "payload": "x"}',
        '{"type": "ping", "payload": 3}',
        '{"type": "pong", "payload": []}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 3}',
    ],
)
async def test_a_message_that_is_none_of_the_protocol_closes(text: str) -> None:
    async with desk() as one, socket(one.app) as client:
        await client.send_text(text)
        closed = await client.closed()
        assert closed.code == 4400
        assert closed.reason


@pytest.mark.parametrize(
    "message",
    [
        {"payload": {"query": HELLO}},
        {"id": "", "payload": {"query": HELLO}},
        {"id": 1, "payload": {"query": HELLO}},
        {"id": "x" * 257, "payload": {"query": HELLO}},
        {"id": "1"},
        {"id": "1", "payload": None},
        {"id": "1", "payload": []},
        {"id": "1", "payload": {}},
        {"id": "1", "payload": {"query": 3}},
        {"id": "1", "payload": {"query": HELLO, "variables": "x"}},
        {"id": "1", "payload": {"query": HELLO, "operationName": {}}},
        {"id": "1", "payload": {"query": HELLO, "extensions": 3}},
    ],
)
async def test_a_subscribe_that_is_not_as_it_should_be_closes(message: dict[str, object]) -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.send("subscribe", **message)
        assert (await client.closed()).code == 4400


async def test_binary_messages_close() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.send_bytes(b'{"type":"connection_init"}')
        assert (await client.closed()).code == 4400


async def test_a_ping_is_answered_by_a_pong_with_its_payload_at_any_time() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.send("ping")
        assert await client.next() == {"type": "pong"}
        await client.init()
        await client.send("pong", payload={"unasked": True})
        await client.send("ping", payload={"a": 1})
        assert await client.next() == {"type": "pong", "payload": {"a": 1}}


async def test_queries_and_mutations_are_answered_once_and_complete() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("q", HELLO)
        answer = await client.next()
        assert (answer["type"], answer["id"], answer["payload"]["data"]) == ("next", "q", {"hello": "Hello!"})
        assert await client.next() == {"type": "complete", "id": "q"}
        await client.subscribe(
            "m", "mutation N($t: String!) { note(text: $t) }", variables={"t": "x"}, operationName="N"
        )
        assert (await client.next())["payload"]["data"] == {"note": "x"}
        assert await client.next() == {"type": "complete", "id": "m"}
        assert one.bell.noted == ["x"]


async def test_a_subscription_gives_one_message_per_event_and_completes() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("s", "subscription { counted(to: 2) }")
        assert [(await client.next())["payload"]["data"] for _ in range(2)] == [{"counted": 0}, {"counted": 1}]
        assert await client.next() == {"type": "complete", "id": "s"}


async def test_operations_run_side_by_side_and_each_message_names_its_own() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("slow", "{ slow }")
        await client.subscribe("fast", HELLO)
        assert [(await client.next())["id"] for _ in range(2)] == ["fast", "fast"]
        one.bell.rung.set()
        assert (await client.next())["id"] == "slow"


async def test_what_fails_before_it_runs_is_one_error_message_and_no_complete() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        for query, code in (
            ("{", "BAD_USER_INPUT"),
            ("{ nothing }", "BAD_USER_INPUT"),
            ("subscription { refused }", "BAD_USER_INPUT"),
        ):
            await client.subscribe("x", query)
            message = await client.next()
            assert (message["type"], message["id"]) == ("error", "x")
            assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        await client.subscribe("x", HELLO)  # the id is free again
        assert (await client.next())["type"] == "next"


async def test_what_fails_while_it_runs_is_told_and_masked_where_nobody_foresaw_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, "strawberry")
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("f", "subscription { failing }")
        assert (await client.next())["payload"]["data"] == {"failing": 0}
        message = await client.next()
        assert "VENDOR_UNAVAILABLE" in str(message)
        await client.subscribe("q", "{ broken }")
        await client.subscribe("b", "subscription { bursting }")
        said = [await client.next() for _ in range(4)]
        codes = [str(message) for message in said if "INTERNAL" in str(message)]
        assert len(codes) == 2
        assert SECRET not in str(said)


async def test_an_id_that_is_in_use_closes() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("1", "subscription { rings }")
        assert (await client.next())["type"] == "next"
        await client.subscribe("1", "subscription { rings }")
        closed = await client.closed()
        assert (closed.code, closed.reason) == (4409, "Subscriber for 1 already exists")
    assert one.bell.at_work == 0


async def test_the_reason_of_a_closing_is_as_short_as_the_protocol_below_wants_it() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("é" * 250, "subscription { rings }")
        assert (await client.next())["type"] == "next"
        await client.subscribe("é" * 250, "subscription { rings }")
        closed = await client.closed()
        assert (closed.code, closed.reason) == (4409, "Subscriber for " + "é" * 54)


async def test_a_client_that_completes_hears_no_more_and_may_use_the_id_again() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("1", "subscription { rings }")
        assert (await client.next())["type"] == "next"
        await client.send("complete", id="1")
        await client.send("complete", id="unknown")
        await client.subscribe("1", HELLO)
        assert (await client.next())["payload"]["data"] == {"hello": "Hello!"}
        assert await client.next() == {"type": "complete", "id": "1"}
        await one.bell.ended.wait()
        assert one.bell.at_work == 0


async def test_a_client_that_leaves_ends_what_ran_for_it() -> None:
    async with desk() as one:
        async with socket(one.app) as client:
            await client.init()
            for id_ in "abc":
                await client.subscribe(id_, "subscription { rings }")
                await client.next()
            assert one.bell.at_work == 3
        assert one.bell.at_work == 0
        assert one.app.state.streams.open == 0


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://shop.example.com", "http://localhost:8000", None])
async def test_pages_from_here_and_of_the_origins_allowed_may_connect(origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}
    if origin == "http://localhost:8000":
        headers["host"] = "localhost:8000"
    async with (
        desk(cors_origins=["https://shop.example.com"]) as one,
        socket(one.app, headers=headers) as client,
    ):
        await client.init()


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example.com", "127.0.0.1:8000"),
        ("http://evil.example.com:8000", "evil.example.com:8000"),  # its name may point to this machine by now
        ("http://localhost:9999", "127.0.0.1:8000"),
        ("null", "127.0.0.1:8000"),
        ("http://[", "127.0.0.1:8000"),
        ("https://shop.example.com.evil.com", "127.0.0.1:8000"),
    ],
)
async def test_pages_of_others_may_not_connect(origin: str, host: str) -> None:
    headers = {"origin": origin, "host": host}
    async with (
        desk(cors_origins=["https://shop.example.com"]) as one,
        socket(one.app, headers=headers) as client,
    ):
        assert client.refused


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Orders.example.com/base", "https://orders.example.com"),
        ("https://orders.example.com:443", "https://orders.example.com"),
        ("https://orders.example.com:8443", "https://orders.example.com:8443"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_as_browsers_send_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin
