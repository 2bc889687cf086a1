"""`extensions.vendorCalls`: for those who ask for it and may see it, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.edge.vendor_calls import asked_by, shown
from gateway.model.principal import ANYBODY, Principal
from gateway.upstream.tally import MAX_RECORDS, Tally
from gateway.upstream.wire import CallRecord
from tests.whole.harness import whole

ORDERS = "{ orders(first: 3) { nodes { number } } }"
ASKING = {"extensions": {"vendorCalls": True}}
BLIND = replace(ANYBODY, name="key:shop", sees_vendor_calls=False)
SEEING = replace(BLIND, name="key:support", sees_vendor_calls=True)


async def calls(principal: Principal, body: dict[str, Any], headers: dict[str, str]) -> list[dict[str, Any]] | None:
    async with whole(0.05, principal=principal) as gateway:
        answer = (await gateway.client.post("/graphql", json={"query": ORDERS, **body}, headers=headers)).json()
        told: list[dict[str, Any]] | None = answer.get("extensions", {}).get("vendorCalls")
        made = sum(len(desk.journal) for desk in gateway.sandbox.desks.values())
        assert told is None or len(told) == made > 3
        assert answer["data"]["orders"]["nodes"]
    return told


@pytest.mark.parametrize(
    ("body", "headers"), [(ASKING, {}), ({}, {"Order-Gateway-Vendor-Calls": "1"})], ids=["extension", "header"]
)
async def test_each_call_is_told_to_whoever_asks_and_may_see_it(body: dict[str, Any], headers: dict[str, str]) -> None:
    told = await calls(SEEING, body, headers)
    assert told is not None
    assert {call["account"] for call in told} == {"contoso", "acme", "marketplace"}
    known = {"vendor", "account", "route", "method", "status", "attempt", "milliseconds", "waitedMilliseconds"}
    assert all(set(call) == known for call in told)
    assert {call["status"] for call in told} == {200}
    assert await calls(BLIND, body, headers) is None


@pytest.mark.parametrize("body", [{}, {"extensions": {"vendorCalls": "yes"}}, {"extensions": {"vendorCalls": False}}])
async def test_nobody_is_told_unasked(body: dict[str, Any]) -> None:
    assert await calls(SEEING, body, {"Order-Gateway-Vendor-Calls": "0"}) is None


def test_more_calls_than_are_kept_are_told_by_their_number() -> None:
    tally = Tally()
    for _ in range(MAX_RECORDS + 3):
        tally.add(CallRecord("sellercloud", "acme", "/PurchaseOrders", "GET", None, 1.26, 1, 20.04))
    told = shown(tally, SEEING, asked_by({}, {"vendorCalls": True}))
    assert len(told["vendorCalls"]) == MAX_RECORDS
    assert told["vendorCallsOmitted"] == 3
    first = told["vendorCalls"][0]
    assert (first["status"], first["milliseconds"], first["waitedMilliseconds"]) == (None, 1.3, 20.0)
