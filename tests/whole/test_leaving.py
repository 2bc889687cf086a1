"""Clients that leave before their answer, over real sockets: their queries end, and what nobody else waits for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import uvicorn

from gateway.policy import Limits
from gateway.sandbox.control import Fault
from gateway.server import options
from tests.edge.test_deadlines import outcomes
from tests.edge.test_patience import Client, Served
from tests.whole.harness import Whole, whole

LIST = '{ orders(first: 3, filter: {accountNames: ["marketplace"]}) { nodes { number agreement { currency } } } }'
VENDOR = "softwareone"
LISTS, AGREEMENTS = "/commerce/orders", "/commerce/agreements"


@dataclass(slots=True)
class Desk:
    gateway: Whole
    served: Served

    async def ask(self, query: str = LIST) -> Client:
        """A connection that has asked this."""
        body = json.dumps({"query": query}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{self.served.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return await self.served.connect(head.encode() + body)

    def hang(self, path: str, seconds: float = 30) -> None:
        self.gateway.sandbox.desks[VENDOR].add(Fault("latency", path=path, seconds=seconds, times=None))

    def calls(self, path: str) -> list[bool]:
        """For each call there whether the vendor still works on it."""
        journal = self.gateway.sandbox.desks[VENDOR].journal
        return [call.seconds is None for call in journal if call.path.endswith(path)]


@asynccontextmanager
async def desk(**limits: int) -> AsyncIterator[Desk]:
    """The gateway as the commands run it, over the sandbox; it is logged in, and has read nothing that it keeps."""
    async with whole(0.05, settings=lambda document: document.update(limits=limits)) as gateway:
        await gateway.data('{ orders(first: 1, filter: {accountNames: ["marketplace"]}) { nodes { number } } }')
        gateway.forget()
        server = uvicorn.Server(uvicorn.Config(gateway.app, port=0, lifespan="off", **options(Limits())))
        running = asyncio.create_task(server.serve())
        try:
            await until(lambda: server.started or running.done())
            with ExitStack() as stack:
                port = server.servers[0].sockets[0].getsockname()[1]
                yield Desk(gateway, Served(None, port, server, stack))  # type: ignore[arg-type]  # its app is the gateway
        finally:
            server.should_exit = True
            await running


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for happens inside uvicorn
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("path", [LISTS, AGREEMENTS])
async def test_a_query_ends_with_its_client_and_so_do_its_calls(path: str) -> None:
    async with desk() as one:
        one.hang(path)
        client = await one.ask()
        await until(lambda: one.calls(path) == [True])
        client.socket.close()
        await until(lambda: one.calls(path) == [False])
        await until(lambda: ("query", "CANCELLED") in outcomes(one.gateway.app))
        assert outcomes(one.gateway.app)["query", "CANCELLED"] == 1
        assert len(one.calls(LISTS)) == 1  # neither made again nor gone on with
        assert len(one.calls(AGREEMENTS)) == (path == AGREEMENTS)


async def test_an_operation_is_given_back_what_it_had_not_spent_when_its_client_left() -> None:
    query = LIST.replace("3", "500")
    async with desk(max_cost_per_minute=30) as one:
        one.hang(LISTS)
        client = await one.ask(query)
        await until(lambda: one.calls(LISTS) == [True])
        client.socket.close()
        await until(lambda: ("query", "CANCELLED") in outcomes(one.gateway.app))
        one.gateway.sandbox.desks[VENDOR].clear()
        answer = await one.gateway.query(query)
        assert "errors" not in answer
        assert 15 < answer["extensions"]["cost"]["requested"] < 30  # twice that, and it would have been refused


async def test_what_others_wait_for_goes_on() -> None:
    async with desk() as one:
        one.hang(LISTS, seconds=1.0)
        leaving, staying = await one.ask(), await one.ask()
        await until(lambda: one.calls(LISTS) == [True])
        leaving.socket.close()
        await until(lambda: ("query", "CANCELLED") in outcomes(one.gateway.app))
        assert one.calls(LISTS) == [True]
        answer = json.loads((await staying.read()).partition(b"\r\n\r\n")[2])
        assert "errors" not in answer
        assert len(answer["data"]["orders"]["nodes"]) == 3
        assert one.calls(LISTS) == [False]


async def test_a_client_that_stays_has_its_answer_and_may_ask_again_on_the_same_connection() -> None:
    async with desk() as one:
        body = json.dumps({"query": "{ accounts { name } }"}).encode()
        head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{one.served.port}\r\nContent-Type: application/json\r\n"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        client = await one.served.connect(request + request)  # in one packet
        assert (await client.read(to=b'"limit":2000}}}')).startswith(b"HTTP/1.1 200 ")
        await until(lambda: outcomes(one.gateway.app).get(("query", "OK"), 0) >= 3)
        await client.send(request)
        await until(lambda: outcomes(one.gateway.app).get(("query", "OK"), 0) == 4)
        assert ("query", "CANCELLED") not in outcomes(one.gateway.app)
