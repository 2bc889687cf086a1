"""Faults that come and go at vendors at random, each kind that the sandbox has."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from gateway.sandbox.control import FAULT_KINDS

HANG = 60.0  # seconds: longer than anybody waits
SHARES: Final = (0.3, 0.5, 1.0)  # of the calls that a fault strikes; half of them is a brown-out
HEAVY: Final = frozenset({"bomb", "huge"})  # making their bodies is work for the sandbox
HEAVY_SHARE: Final = 0.05

# What a kind takes beyond its name; those not named take nothing.
MORE: Final[Mapping[str, Callable[[Random], dict[str, Any]]]] = {
    "latency": lambda random: {"seconds": random.choice((0.3, 1.5, HANG))},
    "throttle": lambda random: {"retry_after": random.choice((1, 2, 3))},
    "error": lambda random: {"status": random.choice((500, 502, 503, 504))},
    "html": lambda random: {"status": random.choice((200, 502))},
    "late": lambda random: {"seconds": random.choice((0.3, 1.5))},
    "delayed_commit": lambda random: {"seconds": random.uniform(0.5, 3)},
}


@dataclass(slots=True)
class Weather:
    """The faults of one sandbox. `seen` counts how often each kind came."""

    http: httpx.AsyncClient  # to the sandbox
    random: Random
    seen: Counter[str] = field(default_factory=Counter)
    to_come: list[str] = field(default_factory=list)

    async def bad(self, vendor: str, longest: float) -> None:
        """For ever a fault for up to `longest` seconds, then a short while without one; then the next."""
        while True:
            await self._strike(vendor)
            await asyncio.sleep(self.random.uniform(longest / 4, longest))
            await self.clear(vendor)
            await asyncio.sleep(self.random.uniform(0.1, longest / 4))

    async def clear(self, vendor: str) -> None:
        await self.http.delete(f"/control/{vendor}/faults")

    async def _strike(self, vendor: str) -> None:
        kind = self._next()
        share = HEAVY_SHARE if kind in HEAVY else self.random.choice(SHARES)
        more = MORE[kind](self.random) if kind in MORE else {}
        fault = {"kind": kind, "times": None, "share": share, **more}
        (await self.http.post(f"/control/{vendor}/faults", json=fault)).raise_for_status()
        self.seen[kind] += 1

    def _next(self) -> str:
        """The kinds in an order that is shuffled anew each time all had their turn, so that none is left out."""
        if not self.to_come:
            self.to_come = self.random.sample(FAULT_KINDS, len(FAULT_KINDS))
        return self.to_come.pop()
