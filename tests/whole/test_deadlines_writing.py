"""Writes and the time of their clients: the waiting ends at the deadline or with the client, and nothing is doubled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.sandbox.control import Call, Fault
from gateway.vendors.partner_center import repeats
from gateway.vendors.sellercloud import creation
from gateway.vendors.softwareone import calls
from tests.edge.test_deadlines import asked
from tests.edge.upload_desk import PREFLIGHT, TYPE, file, form, operations, text
from tests.whole.harness import codes, whole
from tests.whole.test_idempotency import (
    ACCESS,
    BRIEF,
    CASES,
    OUTCOME,
    STOCK,
    Asking,
    Case,
    cart,
    numbers,
    orders,
    state,
)

Json = dict[str, Any]
every_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((repeats, "PAUSES"), (creation, "PAUSES"), (calls, "PAUSES")):
        monkeypatch.setattr(module, name, (0.01, 0.02, 0.04))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for happens at the sandbox
            await asyncio.sleep(0.005)


def body_of(one: Asking, key: str | None) -> Json:
    query = f"mutation ($input: {one.case.takes}!) {{ {one.case.mutation % (BRIEF, OUTCOME)} }}"
    return {"query": query, "variables": {"input": {**one.given, "idempotencyKey": key}}}


async def hasty(one: Asking, key: str | None = "k", seconds: float = 0.3) -> Json:
    """The answer to a client with so little time."""
    async with asyncio.timeout(10):
        headers = {"Request-Timeout": str(seconds)}
        response = await one.gateway.client.post("/graphql", json=body_of(one, key), headers=headers)
    assert response.status_code == 200
    answer: Json = response.json()
    return answer


@pytest.mark.parametrize(
    ("key", "kind"),
    [("k", "latency"), ("k", "late"), (None, "late")],
    ids=["before the vendor has done it", "after that", "after that, and without a key"],
)
@every_case
@pytest.mark.slow
async def test_a_write_goes_on_after_the_deadline_and_the_same_request_is_told_its_end(
    case: Case, key: str | None, kind: str
) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        one.fault(kind, seconds=1.0)
        answer = await hasty(one, key)
        assert "errors" not in answer
        payload = answer["data"][case.name]
        assert (state(payload), payload["outcome"]["searched"], payload["outcome"]["candidates"]) == (
            "UNKNOWN",
            None,
            [],
        )
        assert (payload["userErrors"], orders(payload)) == ([], [])
        known = payload["outcome"]["idempotencyKey"]
        assert known == key or (key is None and len(known) == 36)
        again = await one.ask(key=known)
        assert (state(again), again["outcome"]["replayed"]) == ("DONE", True)
        assert len(numbers(again)) == 1
        assert (one.made, one.writes) == (1, 1)


@pytest.mark.slow
async def test_a_repeat_that_has_as_little_time_hears_that_it_is_in_progress() -> None:
    async with whole(0.05) as gateway:
        one = await Asking.about(STOCK, gateway)
        one.fault("latency", seconds=1.5)
        assert state((await hasty(one))["data"][STOCK.name]) == "UNKNOWN"
        answer = await hasty(one)
        assert codes(answer) == ["IN_PROGRESS"]
        assert answer["errors"][0]["extensions"]["retryable"]
        assert numbers(await one.ask())
        assert (one.made, one.writes) == (1, 1)


async def test_a_write_that_ends_in_time_is_told_as_ever() -> None:
    async with whole(0.05) as gateway:
        one = await Asking.about(STOCK, gateway)
        payload = (await hasty(one, seconds=5))["data"][STOCK.name]
        assert (state(payload), payload["outcome"]["replayed"]) == ("DONE", False)


async def test_a_mutation_after_the_deadline_is_not_begun() -> None:
    query = f"""mutation ($first: CreatePurchaseOrderInput!, $second: CreatePurchaseOrderInput!) {{
      first: createPurchaseOrder(input: $first) {{ order {{ id }} {OUTCOME} }}
      second: createPurchaseOrder(input: $second) {{ order {{ id }} {OUTCOME} }} }}"""
    async with whole(0.05) as gateway:
        one = await Asking.about(STOCK, gateway)
        one.fault("latency", seconds=1.0)
        variables = {"first": {**one.given, "idempotencyKey": "k"}, "second": {**one.given, "idempotencyKey": "l"}}
        async with asyncio.timeout(10):
            headers = {"Request-Timeout": "0.3"}
            body = {"query": query, "variables": variables}
            answer = (await gateway.client.post("/graphql", json=body, headers=headers)).json()
        assert state(answer["data"]["first"]) == "UNKNOWN"
        assert answer["data"]["second"] is None
        assert codes(answer) == ["DEADLINE_EXCEEDED"]
        assert answer["errors"][0]["path"] == ["second"]
        assert state(await one.ask()) == "DONE"
        assert (one.made, one.writes) == (1, 1)
        second = await one.ask(key="l")
        assert (state(second), second["outcome"]["replayed"]) == ("DONE", False)


@pytest.mark.slow
async def test_a_file_is_there_until_its_write_is_over_although_its_request_is() -> None:
    paper = b"%PDF-1.7 a purchase order" + b"x" * 40_000
    query = f"""mutation ($input: AddAttachmentsInput!) {{ addAttachments(input: $input) {{
      attachments {{ number }} {OUTCOME} }} }}"""
    async with whole(0.1) as gateway:
        gateway.sandbox.desks["partner_center"].emulator.settings.provisioning_seconds = 0
        ordered = Asking(CASES[0], gateway, await cart(gateway, ACCESS))
        (order,) = orders(await ordered.ask(key="order"))
        given = {
            "parentId": order["id"],
            "idempotencyKey": "k",
            "files": [{"kind": "PURCHASE_ORDER", "file": None}],
            "purchaseOrder": {"customerPrice": {"amount": "10", "currency": "EUR"}},
        }
        mapped = text("map", {"0": ["variables.input.files.0.file"]})
        body = form(operations({"input": given}, query), mapped, file("0", paper, "a.pdf", "application/pdf"))

        async def send(**headers: str) -> Json:
            named = {"content-type": TYPE, **PREFLIGHT, **headers}
            answer = (await gateway.client.post("/graphql", content=body, headers=named)).json()
            assert "errors" not in answer, answer["errors"]
            payload: Json = answer["data"]["addAttachments"]
            return payload

        gateway.forget()
        desk = gateway.sandbox.desks["partner_center"]
        desk.add(Fault("latency", "GET", "/attachments", seconds=2.5))  # its bytes add less than a second to its time
        async with asyncio.timeout(20):
            assert state(await send(**{"Request-Timeout": "0.1"})) == "UNKNOWN"
            assert (await send())["outcome"]["state"] == "DONE"
        assert len([call for call in desk.journal if call.body_bytes > len(paper)]) == 1


def written(one: Asking) -> Call | None:
    """The write that has reached the vendor."""
    journal = one.gateway.sandbox.desks[one.case.vendor].journal
    return next((call for call in journal if call.fault is not None), None)


@every_case
async def test_a_write_goes_on_although_its_client_is_gone(case: Case) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        one.fault("latency", seconds=0.5)
        leaving = asyncio.Event()
        asking = asyncio.create_task(asked(gateway.app, "", leaving, content=json.dumps(body_of(one, "k")).encode()))
        await until(lambda: written(one) is not None)
        leaving.set()
        async with asyncio.timeout(10):
            assert await asking == []
        call = written(one)
        assert call is not None
        assert call.seconds is None  # the vendor works on it still
        again = await one.ask()
        assert (state(again), again["outcome"]["replayed"]) == ("DONE", True)
        assert (one.made, one.writes) == (1, 1)
