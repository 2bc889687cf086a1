"""One deadline over all that an operation asks of vendors: what is there by then is the answer, and nothing goes on."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

import gateway.app
from gateway.edge.operations import Operation
from gateway.model.principal import ANYBODY
from gateway.sandbox.control import Fault
from gateway.watching import Pace
from tests.watched import Clock
from tests.whole.harness import Whole, codes, whole

ACCOUNTS = {"partner_center": "contoso", "sellercloud": "acme", "softwareone": "marketplace"}
every_vendor = pytest.mark.parametrize("vendor", ACCOUNTS)

LIST = """query ($names: [String!]) { orders(first: 30, filter: {accountNames: $names}) {
  nodes { id vendor number } sources { account { name } state error { code } } } }"""
EDGES = """query ($names: [String!]) { orders(first: 5, filter: {accountNames: $names}) {
  nodes { number agreement { currency } } sources { state } } }"""
ONE = "query ($id: ID!) { order(id: $id) { number notes } accounts { name } }"


async def ask(one: Whole, seconds: float, query: str, **variables: object) -> dict[str, Any]:
    """The answer to a client with so much time: long before any vendor that hangs gives one."""
    async with asyncio.timeout(10):
        body = {"query": query, "variables": variables}
        response = await one.client.post("/graphql", json=body, headers={"Request-Timeout": str(seconds)})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def hang(one: Whole, vendor: str, path: str = "", seconds: float = 30, **more: Any) -> Fault:
    return one.sandbox.desks[vendor].add(Fault("latency", path=path, seconds=seconds, times=None, **more))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for happens at the sandbox
            await asyncio.sleep(0.005)


def at_work(one: Whole) -> int:
    """Calls that vendors still work on."""
    return sum(call.seconds is None for desk in one.sandbox.desks.values() for call in desk.journal)


async def warm(one: Whole, vendor: str) -> list[str]:
    """The ids of some of the vendor's orders; by then everybody is logged in, and what is kept is known."""
    nodes = (await one.data(LIST))["orders"]["nodes"]
    assert nodes
    nodes = (await one.data(LIST, names=[ACCOUNTS[vendor]]))["orders"]["nodes"]
    one.forget()
    return [node["id"] for node in nodes]


@every_vendor
@pytest.mark.slow
async def test_a_vendor_that_hangs_costs_the_deadline_and_its_own_rows_alone(vendor: str) -> None:
    async with whole(0.1, change=forgetful) as one:
        await warm(one, vendor)
        hang(one, vendor)
        answer = await ask(one, 1.0, LIST)
        states = {source["account"]["name"]: source["state"] for source in answer["data"]["orders"]["sources"]}
        assert states == {name: "FAILED" if key == vendor else "OK" for key, name in ACCOUNTS.items()}
        (failed,) = [source for source in answer["data"]["orders"]["sources"] if source["state"] == "FAILED"]
        assert failed["error"]["code"] == "DEADLINE_EXCEEDED"
        assert codes(answer) == ["DEADLINE_EXCEEDED"]
        assert answer["errors"][0]["path"] == ["orders"]
        assert answer["errors"][0]["extensions"]["account"] == ACCOUNTS[vendor]
        assert answer["errors"][0]["extensions"]["retryable"]
        vendors = {node["vendor"].lower() for node in answer["data"]["orders"]["nodes"]}
        assert vendors == set(ACCOUNTS) - {vendor}
        assert one.calls(vendor).total() > 0
        await until(lambda: not at_work(one))  # all calls were given up


@pytest.mark.slow
async def test_a_vendor_that_hangs_leaves_the_others_time_for_their_pages_and_fields() -> None:
    fields = "nodes { vendor agreement { currency } } sources { account { name } state }"
    async with whole() as one:
        await warm(one, "sellercloud")
        hang(one, "sellercloud")
        long = await ask(one, 4.0, "{ orders(first: 300) { nodes { vendor } sources { account { name } state } } }")
        states = {source["account"]["name"]: source["state"] for source in long["data"]["orders"]["sources"]}
        assert states == {"contoso": "OK", "acme": "FAILED", "marketplace": "OK"}
        assert one.calls("softwareone").total() > 1  # the second page was read after it gave up
        deep = await ask(one, 4.0, f"{{ orders(first: 60) {{ {fields} }} }}")
        assert codes(deep) == ["DEADLINE_EXCEEDED"]
        told = [node["agreement"] for node in deep["data"]["orders"]["nodes"] if node["vendor"] == "SOFTWAREONE"]
        assert told
        assert all(agreement["currency"] for agreement in told)


@every_vendor
@pytest.mark.slow
async def test_a_login_that_hangs_is_cut_off_too(vendor: str) -> None:
    async with whole(0.05) as one:
        hang(one, vendor)
        answer = await ask(one, 0.5, LIST, names=[ACCOUNTS[vendor]])
        assert codes(answer) == ["DEADLINE_EXCEEDED"]
        assert answer["data"]["orders"]["nodes"] == []
        await until(lambda: not at_work(one))


@every_vendor
@pytest.mark.slow
async def test_a_thing_that_cannot_be_read_in_time_is_null_with_its_code(vendor: str) -> None:
    async with whole(0.05) as one:
        id_, *_ = await warm(one, vendor)
        hang(one, vendor)
        answer = await ask(one, 0.5, ONE, id=id_)
        assert answer["data"]["order"] is None
        assert len(answer["data"]["accounts"]) == 3
        assert codes(answer) == ["DEADLINE_EXCEEDED"]
        assert answer["errors"][0]["path"] == ["order"]
        assert one.calls(vendor).total() == 1
        await until(lambda: not at_work(one))


async def test_the_second_level_has_what_the_first_one_left() -> None:
    lists, agreements = "/commerce/orders", "/commerce/agreements"
    names = ["marketplace"]
    async with whole(0.1) as one:
        await warm(one, "softwareone")
        await one.data(EDGES, names=names)
        hang(one, "softwareone", agreements, seconds=1.2)
        alone = await ask(one, 2.0, EDGES, names=names)
        assert "errors" not in alone
        assert all(node["agreement"]["currency"] for node in alone["data"]["orders"]["nodes"])
        hang(one, "softwareone", lists, seconds=1.2)
        both = await ask(one, 2.0, EDGES, names=names)
        assert [node["number"] for node in both["data"]["orders"]["nodes"]] == [
            node["number"] for node in alone["data"]["orders"]["nodes"]
        ]
        assert both["data"]["orders"]["sources"] == [{"state": "OK"}]
        assert {node["agreement"] and node["agreement"]["currency"] for node in both["data"]["orders"]["nodes"]} == {
            None
        }
        assert set(codes(both)) == {"DEADLINE_EXCEEDED"}
        assert {error["path"][-1] for error in both["errors"]} <= {"agreement", "currency"}


@pytest.mark.slow
async def test_after_the_deadline_nothing_more_is_asked() -> None:
    names = ["contoso"]
    async with whole(0.3, change=one_at_a_time) as one:
        await warm(one, "partner_center")
        hang(one, "partner_center", "/orders", seconds=0.4)
        answer = await ask(one, 1.0, LIST, names=names)
        assert set(codes(answer)) == {"DEADLINE_EXCEEDED"}
        made = one.calls("partner_center")["GET /v1/customers/*/orders"]
        assert 1 <= made <= 3  # of more customers
        await asyncio.sleep(0.6)
        assert one.calls("partner_center")["GET /v1/customers/*/orders"] == made
        assert not at_work(one)


def forgetful(accounts: dict[str, dict[str, Any]]) -> None:
    accounts["contoso"]["list_cache_seconds"] = 0


def one_at_a_time(accounts: dict[str, dict[str, Any]]) -> None:
    forgetful(accounts)
    accounts["contoso"]["max_concurrency"] = 1


async def test_customers_that_were_read_in_time_are_not_lost() -> None:
    async with whole(0.3, change=forgetful) as one:
        whole_list = await warm(one, "partner_center")
        customers: Any = one.sandbox.desks["partner_center"].emulator.credentials("")["customers"]
        hang(one, "partner_center", f"/customers/{customers[0]}/orders")
        answer = await ask(one, 1.0, LIST, names=["contoso"])
        assert codes(answer) == ["DEADLINE_EXCEEDED"]
        (source,) = answer["data"]["orders"]["sources"]
        assert source["state"] == "PARTIAL"
        found = [node["id"] for node in answer["data"]["orders"]["nodes"]]
        assert found
        assert len(whole_list) == 30


async def test_a_client_that_gives_no_time_has_the_gateway_s() -> None:
    def short(document: dict[str, Any]) -> None:
        document["deadline_seconds"] = 0.5
        document["max_deadline_seconds"] = 0.5

    async with whole(0.05, settings=short) as one:
        hang(one, "sellercloud")
        for headers in ({}, {"Request-Timeout": "600"}):
            async with asyncio.timeout(10):
                body = {"query": LIST, "variables": {"names": ["acme"]}}
                answer = (await one.client.post("/graphql", json=body, headers=headers)).json()
            assert codes(answer) == ["DEADLINE_EXCEEDED"]


async def test_what_an_operation_spent_before_its_deadline_is_told() -> None:
    async with whole(0.05) as one:
        id_, *_ = await warm(one, "softwareone")
        hang(one, "softwareone")
        answer = await ask(one, 0.5, ONE, id=id_)
        assert answer["extensions"]["cost"]["actual"] == 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the pollers, which stands still until a test moves it."""
    made = Clock()
    pace = functools.partial(Pace, clock=made, wait=made.wait, chance=lambda: 0.5)
    monkeypatch.setattr(gateway.app, "Pace", pace)
    return made


@pytest.mark.slow
async def test_each_event_of_a_subscription_has_its_own_time(clock: Clock) -> None:
    query = """subscription ($ids: [ID!]!) { orderChanged(ids: $ids) {
      kind order { number agreement { currency } } } }"""
    answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def watch(one: Whole, operation: Operation) -> None:
        async with aclosing(one.app.state.operations.stream(operation, ANYBODY)) as source:
            async for answer in source:
                answers.put_nowait(answer.body)

    async def next_two() -> list[dict[str, Any]]:
        async with asyncio.timeout(10):
            while answers.qsize() < 2:
                await clock.pass_(1.0)
                await asyncio.sleep(0.005)
        return [answers.get_nowait() for _ in range(2)]

    async with whole(0.1) as one:
        ids = await warm(one, "softwareone")
        desk = one.sandbox.desks["softwareone"]
        hung = hang(one, "softwareone", "/commerce/agreements")
        watching = asyncio.create_task(
            watch(one, Operation(query, {"ids": ids[:2]}, extensions={"requestTimeout": 1.0}))
        )
        for answer in await next_two():
            assert answer["data"]["orderChanged"]["order"]["number"]
            assert answer["data"]["orderChanged"]["order"]["agreement"] is None
            assert set(codes(answer)) == {"DEADLINE_EXCEEDED"}
        desk.faults.remove(hung)
        await asyncio.sleep(1.1)  # longer than an event may take
        lost = desk.add(Fault("error", path="/orders", status=503, times=None))
        assert {answer["data"]["orderChanged"]["kind"] for answer in await next_two()} == {"UNSEEN"}
        desk.faults.remove(lost)
        for answer in await next_two():
            assert answer["data"]["orderChanged"]["kind"] == "CURRENT"
            assert answer["data"]["orderChanged"]["order"]["agreement"]["currency"]
            assert "errors" not in answer
        watching.cancel()
        await asyncio.wait((watching,))
