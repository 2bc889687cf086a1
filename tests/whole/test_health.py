"""How an account fares, told in the graph: circuits, pauses that the vendor asks for, and calls left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.app import utc_now
from gateway.sandbox.control import Call, Fault
from gateway.upstream import breaker
from gateway.upstream.breaker import FEWEST_CALLS
from tests.whole.harness import Whole, codes, whole

HEALTH = """
{ accounts { name health { state lastSuccessAt retryAt remainingCalls circuits { routes state retryAt } } } }
"""
NEWEST = "query($vendors: [Vendor!]) { orders(first: 1, filter: {vendors: $vendors}) { nodes { number } } }"
AGREEMENTS = "{ agreements(first: 1, filter: {vendors: [PARTNER_CENTER]}) { nodes { name } } }"
OPEN_SECONDS = 600.0
ROUND = timedelta(seconds=0.1)  # what is told of a wait is rounded


@dataclass(slots=True)
class Clock:
    """The time, which can be put on: the gateway's and that of its event loop."""

    ahead: float = 0.0

    def now(self) -> datetime:
        return utc_now() + timedelta(seconds=self.ahead)

    def skip(self, seconds: float) -> None:
        self.ahead += seconds


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, loop = Clock(), asyncio.get_running_loop()
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + clock.ahead)
    return clock


@pytest.fixture(autouse=True)
def slow_circuits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Circuits stay open for longer than any machine takes for a test."""
    monkeypatch.setattr(breaker, "FIRST_SECONDS", OPEN_SECONDS)
    monkeypatch.setattr(breaker, "LONGEST_SECONDS", 10 * OPEN_SECONDS)


def hasty(accounts: dict[str, dict[str, Any]]) -> None:
    """Retries without a pause worth the name."""
    for table in accounts.values():
        table["retry_seconds"] = 0.001


async def health(gateway: Whole, name: str) -> dict[str, Any]:
    """An account's health; asking for it calls nobody."""
    before = gateway.all_calls()
    known = (await gateway.data(HEALTH))["accounts"]
    assert gateway.all_calls() == before
    [found] = [account["health"] for account in known if account["name"] == name]
    return dict(found)


async def ask(gateway: Whole, query: str, **variables: object) -> dict[str, Any]:
    """The whole answer. Retries are not in what was told before, so what it took is not held to that here."""
    response = await gateway.client.post("/graphql", json={"query": query, "variables": variables})
    return dict(response.json())


async def newest(gateway: Whole, vendor: str) -> dict[str, Any]:
    return await ask(gateway, NEWEST, vendors=[vendor])


async def until_open(gateway: Whole, vendor: str) -> None:
    """Asks a vendor whose lists of orders fail until they are left alone."""
    journal = gateway.sandbox.desks[vendor.lower()].journal
    for _ in range(FEWEST_CALLS):
        before = failed(journal)
        assert set(codes(await newest(gateway, vendor))) == {"VENDOR_UNAVAILABLE"}
        if failed(journal) == before:
            return
    raise AssertionError("the circuit never opened")


def failed(journal: Iterable[Call]) -> int:
    return sum(call.fault is not None for call in journal)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


async def test_a_vendor_that_keeps_failing_is_left_alone_until_one_call_finds_it_well(clock: Clock) -> None:
    async with whole(0.05, change=hasty, now=clock.now) as gateway:
        assert (await health(gateway, "marketplace"))["circuits"] == []
        desk = gateway.sandbox.desks["softwareone"]
        desk.add(Fault("error", status=503, times=None))
        await until_open(gateway, "SOFTWAREONE")
        assert len(desk.journal) == FEWEST_CALLS
        known = await health(gateway, "marketplace")
        [circuit] = known["circuits"]
        assert (known["state"], circuit["routes"], circuit["state"]) == ("UNAVAILABLE", "all", "OPEN")
        assert clock.now() < moment(circuit["retryAt"]) <= clock.now() + timedelta(seconds=OPEN_SECONDS)
        assert abs(moment(known["retryAt"]) - moment(circuit["retryAt"])) < ROUND

        clock.skip(OPEN_SECONDS)
        [circuit] = (await health(gateway, "marketplace"))["circuits"]
        assert (circuit["state"], circuit["retryAt"]) == ("HALF_OPEN", None)
        assert codes(await newest(gateway, "SOFTWAREONE")) == ["VENDOR_UNAVAILABLE"]
        assert len(desk.journal) == FEWEST_CALLS + 1, "one call finds out"
        [circuit] = (await health(gateway, "marketplace"))["circuits"]
        assert circuit["state"] == "OPEN"
        assert moment(circuit["retryAt"]) > clock.now() + timedelta(seconds=OPEN_SECONDS), "and the pause is longer"

        desk.clear()
        clock.skip(2 * OPEN_SECONDS)
        assert "errors" not in await newest(gateway, "SOFTWAREONE")
        known = await health(gateway, "marketplace")
        assert known["circuits"] == [{"routes": "all", "state": "CLOSED", "retryAt": None}]
        assert (known["state"], known["retryAt"]) == ("HEALTHY", None)
        assert moment(known["lastSuccessAt"]) <= clock.now()


async def test_an_answer_while_the_circuit_is_open_says_when_to_come_back_and_has_the_other_vendors_rows() -> None:
    async with whole(0.05, change=hasty) as gateway:
        gateway.sandbox.desks["softwareone"].add(Fault("error", status=503, times=None))
        await until_open(gateway, "SOFTWAREONE")
        gateway.forget()
        answer = await ask(gateway, "{ orders(first: 40) { nodes { vendor } sources { account { name } state } } }")
        [error] = answer["errors"]
        assert (error["extensions"]["code"], error["extensions"]["retryable"]) == ("VENDOR_UNAVAILABLE", True)
        assert 0 < error["extensions"]["retryAfter"] <= OPEN_SECONDS
        assert error["extensions"]["account"] == "marketplace"
        assert {node["vendor"] for node in answer["data"]["orders"]["nodes"]} == {"PARTNER_CENTER", "SELLERCLOUD"}
        states = {source["account"]["name"]: source["state"] for source in answer["data"]["orders"]["sources"]}
        assert states == {"contoso": "OK", "acme": "OK", "marketplace": "FAILED"}
        assert not gateway.sandbox.desks["softwareone"].journal
        for name in ("contoso", "acme"):
            assert {one["state"] for one in (await health(gateway, name))["circuits"]} == {"CLOSED"}


async def test_routes_that_fail_do_not_keep_others_of_the_vendor_from_being_asked() -> None:
    async with whole(0.05, change=hasty) as gateway:
        desk = gateway.sandbox.desks["partner_center"]
        desk.add(Fault("error", path="/orders$", status=503, times=None))
        await until_open(gateway, "PARTNER_CENTER")
        gateway.forget()
        assert (await gateway.data(AGREEMENTS))["agreements"]["nodes"]
        assert set(gateway.calls("partner_center")) == {"GET /v1/customers/*/agreements"}
        circuits = {one["routes"]: one["state"] for one in (await health(gateway, "contoso"))["circuits"]}
        assert circuits == {"agreements": "CLOSED", "customers": "CLOSED", "login": "CLOSED", "orders": "OPEN"}


async def test_a_pause_that_the_vendor_asks_for_is_told_and_kept(clock: Clock) -> None:
    async with whole(0.05, now=clock.now) as gateway:
        desk = gateway.sandbox.desks["softwareone"]
        desk.add(Fault("throttle", retry_after=600))
        answer = await newest(gateway, "SOFTWAREONE")
        assert codes(answer) == ["THROTTLED"]
        assert 500 < answer["errors"][0]["extensions"]["retryAfter"] <= 600
        known = await health(gateway, "marketplace")
        assert known["state"] == "THROTTLED"
        assert clock.now() < moment(known["retryAt"]) <= clock.now() + timedelta(seconds=600)
        assert [one["state"] for one in known["circuits"]] == ["CLOSED"], "it answers"

        assert codes(await newest(gateway, "SOFTWAREONE")) == ["THROTTLED"]
        assert len(desk.journal) == 1, "nobody asks before"
        assert (await health(gateway, "marketplace"))["retryAt"] == known["retryAt"]

        clock.skip(600)
        assert "errors" not in await newest(gateway, "SOFTWAREONE")
        known = await health(gateway, "marketplace")
        assert (known["state"], known["retryAt"]) == ("HEALTHY", None)


async def test_calls_left_go_down_with_each_call_logins_too_and_are_unknown_where_no_limit_is() -> None:
    def few(accounts: dict[str, dict[str, Any]]) -> None:
        accounts["acme"]["calls_per_hour"] = 360  # 68 at once, and then one in 13 seconds

    async with whole(0.05, change=few) as gateway:
        assert (await health(gateway, "acme"))["remainingCalls"] == 68
        assert (await health(gateway, "contoso"))["remainingCalls"] == 94
        for _ in range(3):
            assert "errors" not in await newest(gateway, "SELLERCLOUD")
        made = len(gateway.sandbox.desks["sellercloud"].journal)
        assert made > gateway.calls("sellercloud").total(), "logins are calls"
        assert 0 <= (await health(gateway, "acme"))["remainingCalls"] - (68 - made) <= 1
        assert (await health(gateway, "marketplace"))["remainingCalls"] is None


async def test_a_budget_that_is_spent_is_told_as_throttled_without_a_call_and_is_no_fault_of_the_vendor() -> None:
    def few(accounts: dict[str, dict[str, Any]]) -> None:
        accounts["acme"]["calls_per_hour"] = 100  # 19 at once, and then one in 47 seconds

    async with whole(0.05, change=few) as gateway:
        desk = gateway.sandbox.desks["sellercloud"]
        answer: dict[str, Any] = {}
        for _ in range(20):
            answer = await newest(gateway, "SELLERCLOUD")
            if "errors" in answer:
                break
        assert codes(answer) == ["THROTTLED"]
        assert answer["errors"][0]["extensions"]["retryAfter"] > 30, "longer than an operation may take"
        assert len(desk.journal) <= 19
        assert {call.status for call in desk.journal} == {200}
        made = len(desk.journal)
        assert codes(await newest(gateway, "SELLERCLOUD")) == ["THROTTLED"]
        assert len(desk.journal) == made
        known = await health(gateway, "acme")
        assert known["state"] == "HEALTHY"
        assert known["remainingCalls"] < 5
