"""How long an operation may take, whichever way it came, and what becomes of it when its client leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from gateway.accounts import Accounts
from gateway.app import create_app
from gateway.config import ConfigError, load_table
from gateway.edge.deadlines import Deadlines, asked_by
from gateway.edge.operations import Operation, Operations
from gateway.edge.presence import while_there
from gateway.errors import BadUserInput
from gateway.model.principal import ANYBODY
from gateway.schema.build import Answering, GatewaySchema
from gateway.schema.context import Info
from gateway.telemetry.metrics import Metrics
from gateway.upstream.errand import ERRAND
from gateway.vendors.registry import REGISTRY
from tests.edge import upload_desk
from tests.edge.event_desk import stream
from tests.edge.http_desk import TABLE, URL
from tests.edge.socket_desk import socket
from tests.edge.upload_desk import file, form, operations, text
from tests.fakes import Links, NoWriter

HEADER = "Request-Timeout"
SHOP = "https://shop.example.com"


@dataclass
class Clockwork:
    """`asked` counts the fields that were resolved; `slow` waits for `rung` and notes whether it was cut short."""

    asked: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)


def left() -> float:
    """Seconds that the operation at hand still has."""
    errand = ERRAND.get()
    assert errand is not None, "it has no deadline"
    return errand.left


@strawberry.type
class Event:
    @strawberry.field
    def left(self) -> float:
        return left()

    @strawberry.field
    def load(self) -> int:
        """How much was asked for this event; asking for it is asking, too."""
        errand = ERRAND.get()
        assert errand is not None
        errand.load.calls += 1
        return errand.load.calls


def schema_with(works: Clockwork) -> GatewaySchema:
    @strawberry.type
    class Query:
        @strawberry.field
        def left(self) -> float:
            works.asked += 1
            return left()

        @strawberry.field
        async def slow(self) -> str:
            works.began.set()
            try:
                await works.rung.wait()
            except asyncio.CancelledError:
                works.cut.set()
                raise
            return "done"

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def events(self, info: Info) -> AsyncGenerator[Event, None]:
            context = info.context
            while True:
                context.renew(context.principal, context.accounts)
                yield Event()
                await works.rung.wait()
                works.rung.clear()

    return GatewaySchema(query=Query, subscription=Subscription, extensions=[Answering])


@dataclass(slots=True)
class Desk:
    app: Starlette
    client: httpx.AsyncClient
    works: Clockwork

    async def left(self, extensions: Any = None, **headers: str) -> float:
        """What a query has when it is answered."""
        body = {"query": "{ left }", "extensions": extensions}
        answer = await self.client.post(
            "/graphql", json=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        assert answer.status_code == 200, answer.text
        return float(answer.json()["data"]["left"])


@asynccontextmanager
async def desk(**top: Any) -> AsyncIterator[Desk]:
    works = Clockwork()
    app = create_app(load_table(TABLE | top, {}, REGISTRY), schema=schema_with(works))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL) as client,
    ):
        yield Desk(app, client, works)


def about(seconds: float) -> Any:
    """Nearly all of that time, and no more."""

    class Nearly:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, float) and seconds - 10 < other <= seconds

        def __repr__(self) -> str:
            return f"up to {seconds}"

    return Nearly()


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    (error,) = answer.json()["errors"]
    assert "data" not in answer.json()
    return answer.status_code, error["extensions"]["code"], error["extensions"]["argument"]


async def test_an_operation_has_the_usual_time_unless_its_client_asks_otherwise() -> None:
    async with desk() as one:
        assert await one.left() == about(30)
        assert await one.left(request_timeout="12.5") == about(12.5)
        assert await one.left(request_timeout=" 45 ") == about(45)
        assert await one.left({"requestTimeout": 45}) == about(45)
        assert await one.left({"requestTimeout": None, "vendorCalls": True}) == about(30)
        assert await one.left({"requestTimeout": 15}, request_timeout="50") == about(50)


async def test_nobody_gets_more_than_the_longest() -> None:
    async with desk(deadline_seconds=100, max_deadline_seconds=200) as one:
        assert await one.left() == about(100)
        assert await one.left(request_timeout="99999999999999999999") == about(200)
        assert await one.left({"requestTimeout": 10**30}) == about(200)


JUNK = ["", "0", "0.000", "-1", "+5", "1e3", "0x10", "inf", "nan", "soon", "1,5", "5;x", "5 6", ".5", "5.", "1" * 21]


@pytest.mark.parametrize("junk", JUNK)
async def test_a_header_that_is_no_time_is_refused_by_its_name(junk: str) -> None:
    async with desk() as one:
        for accept in ("application/json", "application/graphql-response+json", "text/event-stream"):
            headers = {HEADER: junk, "accept": accept}
            answer = await one.client.post("/graphql", json={"query": "{ left }"}, headers=headers)
            assert refused(answer) == (400, "BAD_USER_INPUT", HEADER)
        answer = await one.client.get("/graphql", params={"query": "{ left }"}, headers={HEADER: junk})
        assert refused(answer) == (400, "BAD_USER_INPUT", HEADER)
        assert one.works.asked == 0


async def test_a_header_that_comes_twice_or_in_other_digits_is_refused() -> None:
    async with desk() as one:
        twice = [(HEADER, "5"), (HEADER, "6")]
        answer = await one.client.post("/graphql", json={"query": "{ left }"}, headers=twice)
        assert refused(answer) == (400, "BAD_USER_INPUT", HEADER)
        arabic = [(HEADER.encode(), "٥".encode())]
        answer = await one.client.post("/graphql", json={"query": "{ left }"}, headers=arabic)
        assert refused(answer) == (400, "BAD_USER_INPUT", HEADER)
        assert one.works.asked == 0


@pytest.mark.parametrize("junk", ["5", "", True, False, 0, 0.0, -1, [5], {"seconds": 5}])
async def test_an_extension_that_is_no_time_is_refused_by_its_name(junk: object) -> None:
    extensions = {"requestTimeout": junk}
    expected = (400, "BAD_USER_INPUT", "extensions.requestTimeout")
    async with desk() as one:
        body = {"query": "{ left }", "extensions": extensions}
        assert refused(await one.client.post("/graphql", json=body)) == expected
        asked = {"query": "{ left }", "extensions": json.dumps(extensions)}
        assert refused(await one.client.get("/graphql", params=asked)) == expected
        async with socket(one.app) as client:
            await client.init()
            await client.subscribe("1", "{ left }", extensions=extensions)
            told = await client.next()
            assert told["type"] == "error"
            assert told["payload"][0]["extensions"]["argument"] == "extensions.requestTimeout"
        assert one.works.asked == 0


def test_a_time_that_is_no_number_at_all_is_refused() -> None:
    with pytest.raises(BadUserInput):
        Deadlines().seconds({"requestTimeout": float("nan")})
    assert Deadlines(30, 60).seconds({"requestTimeout": float("inf")}) == 60


@given(st.decimals(min_value="0.001", max_value="1e15", places=3))
def test_any_decimal_number_above_zero_is_a_time(seconds: Any) -> None:
    extensions = asked_by(Headers({HEADER: f"{seconds:f}"}), {"other": 1})
    assert extensions is not None
    assert extensions["other"] == 1
    assert Deadlines(30, 60).seconds(extensions) == min(float(seconds), 60.0)


async def test_an_event_stream_takes_the_header_too() -> None:
    async with desk() as one, stream(one.app, "{ left }", headers={HEADER.lower(): "5"}) as client:
        assert (await client.next())["data"]["left"] == about(5)


async def test_operations_on_a_socket_have_a_time_each() -> None:
    async with desk() as one, socket(one.app) as client:
        await client.init()
        for id_, extensions, expected in (("1", {"requestTimeout": 45}, 45), ("2", None, 30)):
            await client.subscribe(id_, "{ left }", extensions=extensions)
            assert (await client.next())["payload"]["data"]["left"] == about(expected)
            assert (await client.next())["type"] == "complete"


async def test_each_event_of_a_subscription_has_its_time_anew() -> None:
    query = "subscription { events { left load } }"
    async with desk() as one, socket(one.app) as client:
        await client.init()
        await client.subscribe("1", query, extensions={"requestTimeout": 0.5})
        for _ in range(3):
            event = (await client.next())["payload"]["data"]["events"]
            assert 0 < event["left"] <= 0.5
            assert event["load"] == 1
            await asyncio.sleep(0.6)  # longer than an event may take
            one.works.rung.set()


async def test_what_runs_after_an_operation_has_no_deadline_of_its() -> None:
    made = Operations(schema_with(Clockwork()), Accounts([]), Links(), NoWriter())
    assert (await made.run(Operation("{ left }"), ANYBODY)).body["data"]["left"] == about(30)
    assert ERRAND.get() is None
    async for answer in made.stream(Operation("{ left }"), ANYBODY):
        assert answer.body["data"]["left"] == about(30)
    assert ERRAND.get() is None


async def test_files_add_the_time_that_they_take(tmp_path: Path) -> None:
    async with upload_desk.desk(tmp_path) as one:
        seen: list[float] = []
        app: Any = one.app
        run = app.state.operations.run

        async def noting(operation: Operation, *rest: Any) -> Any:
            seen.append(operation.extra_seconds)
            return await run(operation, *rest)

        app.state.operations.run = noting
        variables, mapped = upload_desk.many(2)
        pair = (file("0", b"x" * upload_desk.MIB), file("1", b"x" * upload_desk.MIB))
        answer = await one.post(form(operations(variables), text("map", mapped), *pair), request_timeout="5")
        assert answer.json()["data"] == {"taken": "taken"}
        assert seen == [32.0]  # at 64 KiB a second
        assert one.is_clean()


async def test_pages_elsewhere_may_send_the_header() -> None:
    asked = {
        "origin": SHOP,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, request-timeout",
    }
    async with desk(cors_origins=[SHOP]) as one:
        assert (await one.client.options("/graphql", headers=asked)).status_code == 200


@pytest.mark.parametrize(
    ("top", "key"),
    [
        ({"deadline_seconds": 61}, "max_deadline_seconds"),
        ({"max_deadline_seconds": 29.9}, "max_deadline_seconds"),
        ({"deadline_seconds": 0}, "deadline_seconds"),
        ({"deadline_seconds": "soon"}, "deadline_seconds"),
        ({"deadline_seconds": 500, "max_deadline_seconds": 601}, "max_deadline_seconds"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(top: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        load_table(TABLE | top, {}, REGISTRY)
    assert [problem.partition(":")[0] for problem in wrong.value.problems] == [key]


def test_deadlines_come_from_the_environment_too() -> None:
    environ = {"ORDER_GATEWAY_DEADLINE_SECONDS": "2.5", "ORDER_GATEWAY_MAX_DEADLINE_SECONDS": "2.5"}
    config = load_table(TABLE, environ, REGISTRY)
    assert (config.deadline_seconds, config.max_deadline_seconds) == (2.5, 2.5)


def outcomes(app: Starlette) -> dict[tuple[str, str], float]:
    """The operations by their type and outcome."""
    figures: Metrics = app.state.metrics
    (family,) = figures.operations.collect()
    return {
        (sample.labels["type"], sample.labels["outcome"]): sample.value
        for sample in family.samples
        if sample.name.endswith("_total")
    }


async def test_a_query_ends_when_its_client_leaves_and_is_counted_so() -> None:
    async with desk() as one:
        asking = asyncio.create_task(asked(one.app, "{ slow }", leaving=one.works.began))
        async with asyncio.timeout(10):
            await one.works.cut.wait()
            assert await asking == []
        assert outcomes(one.app) == {("query", "CANCELLED"): 1}
        one.works.rung.set()
        assert (await one.client.post("/graphql", json={"query": "{ slow }"})).json()["data"] == {"slow": "done"}
        assert outcomes(one.app) == {("query", "CANCELLED"): 1, ("query", "OK"): 1}


async def test_a_query_by_get_ends_with_its_client_too() -> None:
    async with desk() as one:
        asking = asyncio.create_task(asked(one.app, "{ slow }", leaving=one.works.began, method="GET"))
        async with asyncio.timeout(10):
            await one.works.cut.wait()
            assert await asking == []


async def test_a_streamed_query_ends_with_its_client_and_is_counted_so() -> None:
    async with desk() as one:
        async with stream(one.app, "{ slow }"):
            await one.works.began.wait()
        assert one.works.cut.is_set()
        async with socket(one.app) as client:
            one.works.began.clear()
            one.works.cut.clear()
            await client.init()
            await client.subscribe("1", "{ slow }")
            await one.works.began.wait()
        assert one.works.cut.is_set()
        assert outcomes(one.app) == {("query", "CANCELLED"): 2}


async def test_a_subscription_ends_by_its_client_s_leaving_and_that_is_no_trouble() -> None:
    async with desk() as one:
        async with stream(one.app, "subscription { events { left } }") as client:
            await client.next()
        assert outcomes(one.app) == {("subscription", "OK"): 1}


async def asked(
    app: Starlette, query: str, leaving: asyncio.Event, method: str = "POST", content: bytes | None = None
) -> list[dict[str, Any]]:
    """What a client was sent that leaves at that moment, or when it has its answer. `content` is another body."""
    body = content or (json.dumps({"query": query}).encode() if method == "POST" else b"")
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        await leaving.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": str(httpx.QueryParams({"query": query})).encode() if method == "GET" else b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"content-type", b"application/json")],
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 9),
        "root_path": "",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    return sent


async def for_ever() -> Any:
    await asyncio.Event().wait()


async def test_work_for_a_client_gives_its_result_or_its_error_and_leaves_nothing_behind() -> None:
    async def works() -> int:
        return 7

    async def fails() -> int:
        raise BadUserInput("no")

    async def leaves() -> Any:
        return {"type": "http.disconnect"}

    before = asyncio.all_tasks()
    assert await while_there(for_ever, works()) == 7
    with pytest.raises(BadUserInput):
        await while_there(for_ever, fails())
    with pytest.raises(ClientDisconnect):
        await while_there(leaves, for_ever())
    waiting = asyncio.create_task(while_there(for_ever, for_ever()))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait((waiting,))
    assert waiting.cancelled()
    assert asyncio.all_tasks() == before
