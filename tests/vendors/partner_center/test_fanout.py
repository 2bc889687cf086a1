"""Many single calls: each failing alone, and none of a long list before another's single one."""

from __future__ import annotations

import asyncio

from gateway.errors import VendorUnavailable
from gateway.sandbox.control import Fault
from gateway.upstream.errand import Errand, on
from gateway.upstream.turnstile import START
from gateway.vendors.base import ORDER, Adapter, OrderFilter
from gateway.vendors.partner_center.fanout import each
from tests.vendors.partner_center.office import office


async def test_each_key_is_asked_once_and_fails_alone() -> None:
    asked: list[int] = []

    async def ask(key: int) -> int:
        asked.append(key)
        await asyncio.sleep(0)
        if key % 5 == 0:
            raise VendorUnavailable("down")
        return key * 10

    found = await each([*range(1, 20), *range(1, 9)], ask)
    assert sorted(asked) == [*range(1, 20)]
    assert {key for key, value in found.items() if isinstance(value, VendorUnavailable)} == {5, 10, 15}
    assert {key: value for key, value in found.items() if key % 5} == {key: key * 10 for key in range(1, 20) if key % 5}


async def test_a_single_read_goes_before_the_rest_of_a_long_list() -> None:
    async with office(requests_per_minute=100_000) as one:
        adapter: Adapter = one.adapter
        rows = (await adapter.orders(OrderFilter(), None, 100, True)).rows
        mine, *others = (row.ref for row in rows)
        assert len(others) > 95
        read = adapter.reads.get(ORDER)
        assert read is not None
        one.forget_calls()
        one.desk.add(Fault("latency", seconds=0.1, times=None))
        with on(Errand.lasting(30)):
            bulk = asyncio.ensure_future(read(others))
        while len(one.calls) < START:  # noqa: ASYNC110 - what is waited for happens at the emulator
            await asyncio.sleep(0.005)
        with on(Errand.lasting(30)):
            found = await read([mine])
        assert mine in found
        assert not bulk.done()
        [place] = [n for n, call in enumerate(one.calls) if call.path.endswith(f"/orders/{mine.parts[1]}")]
        assert place <= 2 * START  # it left with the first that could, once some of those before it had come back
        assert {type(order) for order in (await bulk).values()} == {type(found[mine])}
