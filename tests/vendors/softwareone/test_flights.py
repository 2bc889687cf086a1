"""One call for all who ask at once."""

from __future__ import annotations

import asyncio

import pytest

from gateway.vendors.softwareone.flights import Flights


class Call:
    """Answers when released; remembers how often it was made and whether it was given up."""

    def __init__(self) -> None:
        self.made = 0
        self.abandoned = 0
        self.released = asyncio.Event()

    async def __call__(self, key: str) -> str:
        self.made += 1
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            self.abandoned += 1
            raise
        if key == "bad":
            raise ValueError(key)
        return key


async def test_all_who_ask_at_once_share_a_call_and_later_ones_make_a_new_one() -> None:
    call = Call()
    flights = Flights(call)
    asked = [asyncio.create_task(flights.get("a")) for _ in range(3)]
    other = asyncio.create_task(flights.get("b"))
    await asyncio.sleep(0)
    call.released.set()
    assert await asyncio.gather(*asked, other) == ["a", "a", "a", "b"]
    assert call.made == 2
    assert await flights.get("a") == "a"
    assert call.made == 3


async def test_an_error_is_everybodys() -> None:
    call = Call()
    call.released.set()
    flights = Flights(call)
    answers = await asyncio.gather(flights.get("bad"), flights.get("bad"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError, ValueError]
    assert call.made == 1
    with pytest.raises(ValueError, match="bad"):
        await flights.get("bad")


async def test_a_call_is_given_up_when_the_last_one_who_waits_is_gone() -> None:
    call = Call()
    flights = Flights(call)
    asked = [asyncio.create_task(flights.get("a")) for _ in range(2)]
    await asyncio.sleep(0)
    asked[0].cancel()
    await asyncio.gather(asked[0], return_exceptions=True)
    assert call.abandoned == 0
    asked[1].cancel()
    await asyncio.gather(asked[1], return_exceptions=True)
    await asyncio.sleep(0)
    assert call.abandoned == 1
    call.released.set()
    assert await flights.get("a") == "a"
