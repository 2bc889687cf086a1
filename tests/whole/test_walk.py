"""The promise of the list: a whole walk gives each order once, whatever the page size and whoever orders meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.whole.buyers import Buyers
from tests.whole.harness import VENDORS, Whole, whole

FORWARD = """query($size: Int!, $cursor: String) { orders(first: $size, after: $cursor) {
  nodes { vendor number createdAt } pageInfo { more: hasNextPage cursor: endCursor } sources { state } } }"""
BACKWARD = """query($size: Int!, $cursor: String) { orders(last: $size, before: $cursor) {
  nodes { vendor number createdAt } pageInfo { more: hasPreviousPage cursor: startCursor } sources { state } } }"""

NEWCOMERS = 40  # per walk: what Sellercloud creates within one minute must fit a page to be told apart


def listed(gateway: Whole) -> set[tuple[str, str]]:
    """All orders that the vendors list, by the sandbox's own account; deleted ones are only listed when asked for."""
    return {
        (name.upper(), str(order["number"]))
        for name, desk in gateway.sandbox.desks.items()
        for order in desk.emulator.orders()
        if order["listed"]
    }


async def walk(gateway: Whole, size: int, backward: bool, buyers: Buyers | None = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = None
    for page in range(5_000):
        data = (await gateway.data(BACKWARD if backward else FORWARD, size=size, cursor=cursor))["orders"]
        assert {source["state"] for source in data["sources"]} == {"OK"}
        assert len(data["nodes"]) == size or not data["pageInfo"]["more"]
        rows = [*data["nodes"], *rows] if backward else [*rows, *data["nodes"]]
        cursor = data["pageInfo"]["cursor"]
        if not data["pageInfo"]["more"]:
            return rows
        if buyers is not None and page % 3 == 0 and page < 3 * NEWCOMERS:
            await buyers.order_everywhere()
    raise AssertionError("the walk does not end")


async def check(size: float, page: int, backward: bool) -> None:
    async with whole(size=size) as gateway:
        everything = {(row["vendor"], row["number"]) for row in await walk(gateway, 500, False)}
        missing = listed(gateway) - everything
        # The client's token sees its own account's orders, and no deleted ones unless it asks.
        assert {vendor for vendor, _ in missing} <= {"SOFTWAREONE"}
        await gateway.fresh()
        transport = httpx.ASGITransport(app=gateway.sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url=VENDORS) as client:
            credentials = {name: desk.emulator.credentials(VENDORS) for name, desk in gateway.sandbox.desks.items()}
            rows = await walk(gateway, page, backward, Buyers(client, credentials))
        seen = [(row["vendor"], row["number"]) for row in rows]
        assert len(seen) == len(set(seen))
        assert everything <= set(seen)
        moments = [datetime.fromisoformat(row["createdAt"]) for row in rows if row["createdAt"]]
        assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("page", [pytest.param(1, marks=pytest.mark.slow), 7, 50])
@pytest.mark.slow
async def test_a_small_walk_while_orders_are_added(page: int, backward: bool) -> None:
    await check(0.05, page, backward)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("page", [5, 20, 50, 100, 499, 500])
async def test_a_whole_walk_while_orders_are_added(page: int, backward: bool) -> None:
    await check(1.0, page, backward)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_whole_walk_one_by_one() -> None:
    await check(0.4, 1, False)
