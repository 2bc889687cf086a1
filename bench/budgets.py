"""Whether the vendors' rate limits were kept, by the sandbox's own journal."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.sandbox.partner_center.operations import OPERATIONS

FAMILIES = tuple(
    (operation.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", operation.path), re.IGNORECASE), operation.family)
    for operation in OPERATIONS
)


@dataclass(frozen=True, slots=True)
class Limit:
    calls: int
    seconds: float


@dataclass(slots=True)
class Journal:
    """The calls that reached vendors, taken from the sandbox again and again, for it keeps only so many."""

    times: defaultdict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    struck: Counter[str] = field(default_factory=Counter)
    calls: int = 0

    async def take(self, http: httpx.AsyncClient) -> None:
        """Takes what is there. What comes just then would be missed: to be done while nothing is asked."""
        calls = (await http.get("/journal")).json()["calls"]
        await http.delete("/journal")
        self.add(calls)

    def add(self, calls: Iterable[Mapping[str, Any]]) -> None:
        for call in calls:
            self.calls += 1
            if call["fault"]:
                self.struck[call["fault"]] += 1
            family = family_of(call["vendor"], call["method"], call["path"])
            if family is not None:
                self.times[call["vendor"], family].append(call["at"])

    def most(self, seconds: Mapping[str, float]) -> dict[tuple[str, str], int]:
        """The most calls of each vendor and family within any window of so many seconds, by vendor."""
        return {
            (vendor, family): most_within(times, seconds[vendor])
            for (vendor, family), times in self.times.items()
            if vendor in seconds
        }


def family_of(vendor: str, method: str, path: str) -> str | None:
    """The name of what is limited together; None for what is not limited."""
    if vendor == "partner_center":
        return next((name for verb, shape, name in FAMILIES if verb == method and shape.fullmatch(path)), None)
    if vendor == "sellercloud" and "/server-by-team" in path:
        return None
    return "all"


def most_within(times: Iterable[float], seconds: float) -> int:
    """The most of these moments that lie within so many seconds."""
    window: deque[float] = deque()
    most = 0
    for moment in sorted(times):
        window.append(moment)
        while window[0] <= moment - seconds:
            window.popleft()
        most = max(most, len(window))
    return most
