"""Kept answers: shared while on their way, dropped when old, forgotten or too many."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gateway.errors import VendorUnavailable
from gateway.vendors.partner_center.shelf import Shelf
from tests.vendors.partner_center.office import Clock


class Kitchen:
    """Makes values slowly and counts how often."""

    def __init__(self, shelf: Shelf[str]) -> None:
        self.shelf = shelf
        self.made: list[str] = []
        self.cancelled = 0
        self.ready = asyncio.Event()
        self.failing = False

    async def get(self, key: str) -> str:
        return await self.shelf.get(key, lambda: self.make(key))

    async def make(self, key: str) -> str:
        self.made.append(key)
        try:
            await self.ready.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failing:
            raise VendorUnavailable("down")
        return key * 3


def shelf(clock: Clock | None = None, seconds: float = 60, entries: int = 10, weight: int = 100) -> Shelf[str]:
    return Shelf(seconds=seconds, now=clock or Clock(), max_entries=entries, max_weight=weight, weigh=len)


async def under_way(*tasks: asyncio.Task[str]) -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_all_who_wait_share_one_call() -> None:
    kitchen = Kitchen(shelf())
    tasks = [asyncio.create_task(kitchen.get("a")) for _ in range(5)]
    await under_way()
    kitchen.ready.set()
    assert await asyncio.gather(*tasks) == ["aaa"] * 5
    assert await kitchen.get("a") == "aaa"
    assert kitchen.made == ["a"]


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    kitchen = Kitchen(shelf())
    tasks = [asyncio.create_task(kitchen.get("a")) for _ in range(3)]
    await under_way()
    tasks[0].cancel()
    await under_way()
    kitchen.ready.set()
    assert await asyncio.gather(*tasks[1:]) == ["aaa", "aaa"]
    assert kitchen.made == ["a"]


async def test_a_call_that_nobody_waits_for_is_cancelled() -> None:
    kitchen = Kitchen(shelf())
    tasks = [asyncio.create_task(kitchen.get("a")) for _ in range(2)]
    await under_way()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await under_way()
    assert kitchen.cancelled == 1
    kitchen.ready.set()
    assert await kitchen.get("a") == "aaa"
    assert kitchen.made == ["a", "a"]


async def test_a_failure_reaches_all_and_is_kept_by_nobody() -> None:
    kitchen = Kitchen(shelf())
    kitchen.failing = True
    tasks = [asyncio.create_task(kitchen.get("a")) for _ in range(3)]
    await under_way()
    kitchen.ready.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, VendorUnavailable) for one in found)
    kitchen.failing = False
    assert await kitchen.get("a") == "aaa"
    assert kitchen.made == ["a", "a"]


async def test_what_was_on_its_way_when_forgotten_is_not_kept() -> None:
    kitchen = Kitchen(shelf())
    early = asyncio.create_task(kitchen.get("a"))
    await under_way()
    kitchen.shelf.forget("a")
    late = asyncio.create_task(kitchen.get("a"))
    await under_way()
    kitchen.ready.set()
    assert await early == await late == "aaa"
    assert kitchen.made == ["a", "a"]
    assert await kitchen.get("a") == "aaa"
    kitchen.shelf.forget("a")
    assert await kitchen.get("a") == "aaa"
    assert kitchen.made == ["a", "a", "a"]


@pytest.mark.parametrize("shift", [60, 3600, -1])
async def test_the_old_and_what_comes_from_the_future_is_made_anew(shift: int) -> None:
    clock = Clock()
    kitchen = Kitchen(shelf(clock))
    kitchen.ready.set()
    await kitchen.get("a")
    clock.now += timedelta(seconds=shift)
    await kitchen.get("a")
    assert kitchen.made == ["a", "a"]


async def test_the_longest_unused_goes_first_by_number_and_by_weight() -> None:
    kitchen = Kitchen(shelf(entries=2))
    kitchen.ready.set()
    for key in ("a", "b", "a", "c", "a"):
        await kitchen.get(key)
    assert kitchen.made == ["a", "b", "c"]
    heavy = Kitchen(shelf(weight=7))
    heavy.ready.set()
    for key in ("a", "b", "c", "c", "b"):
        await heavy.get(key)
    assert heavy.made == ["a", "b", "c"]
    assert len(heavy.shelf) == 2
    await heavy.get("long")
    assert len(heavy.shelf) == 2
