"""Many single calls: so many at once, each failing alone, and none waiting beyond its operation's deadline."""

from __future__ import annotations

import asyncio

from gateway.errors import DeadlineExceeded, VendorUnavailable
from gateway.upstream.errand import Errand, on
from gateway.vendors.partner_center.fanout import Fanout


async def test_no_more_than_its_width_at_once_over_everything() -> None:
    fanout, now, most = Fanout(3), 0, 0

    async def ask(key: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        if key % 5 == 0:
            raise VendorUnavailable("down")
        return key * 10

    first, second = await asyncio.gather(fanout.each(range(1, 20), ask), fanout.each(range(20, 40), ask))
    assert most == 3
    found = first | second
    assert {key for key, value in found.items() if isinstance(value, VendorUnavailable)} == set(range(5, 40, 5))
    assert {key: value for key, value in found.items() if key % 5} == {key: key * 10 for key in range(1, 40) if key % 5}


async def test_who_waits_at_the_deadline_is_let_go_and_the_rest_stays() -> None:
    fanout, asked, gate = Fanout(2), list[str](), asyncio.Event()

    async def ask(key: str) -> str:
        asked.append(key)
        if key == "slow":
            await gate.wait()
        return key.upper()

    async def hasty() -> dict[str, object]:
        with on(Errand.lasting(0.2)):
            return dict(await fanout.each(["c", "d"], ask))

    async with asyncio.timeout(10):
        slow = [asyncio.create_task(fanout.each(["slow"], ask)) for _ in range(2)]
        await asyncio.sleep(0)
        found = await hasty()
        assert set(found) == {"c", "d"}
        assert all(isinstance(value, DeadlineExceeded) for value in found.values())
        assert asked == ["slow", "slow"]
        gate.set()
        assert [await one for one in slow] == [{"slow": "SLOW"}] * 2
        assert await fanout.each(["e", "f", "g"], ask) == {"e": "E", "f": "F", "g": "G"}  # no place is lost
