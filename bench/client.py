"""A client of the gateway that asks at random moments, and remembers how each question fared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from bench.reads import READS, Known, Read

PATIENCE = 45.0  # seconds that an answer may take in all
MOST_AT_ONCE = 400
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One question. `served` are the vendors that it got all of, `codes` those of the answer's errors."""

    phase: str
    read: Read
    seconds: float
    served: frozenset[str]
    codes: tuple[str, ...]


@dataclass(slots=True)
class Client:
    url: str
    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    left_out: int = 0  # questions not asked because too many were open
    open: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, query: str, variables: Json) -> Json:
        """The answer; one without data where none came that can be read."""
        body = {"query": query, "variables": variables}
        try:
            response = await self.http.post(self.url + "/graphql", json=body, headers=self.headers)
            return dict(response.json())
        except httpx.TransportError as error:
            return {"errors": [{"extensions": {"code": type(error).__name__}}]}
        except ValueError:
            return {"errors": [{"extensions": {"code": f"HTTP_{response.status_code}"}}]}

    async def read(self, phase: str, read: Read, variables: Json) -> None:
        started = time.monotonic()
        answer = await self.ask(read.query, variables)
        seconds = time.monotonic() - started
        self.samples.append(Sample(phase, read, seconds, read.served(answer), codes(answer)))

    def begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.open.add(task)
        task.add_done_callback(self.open.discard)

    async def finished(self) -> None:
        """When nothing is open any more."""
        while self.open:
            await asyncio.gather(*self.open)


async def load(
    client: Client,
    phase: str,
    seconds: float,
    rate: float,
    random: Random,
    known: Known,
    write: Callable[[], Awaitable[None]],
    writes: float,
) -> None:
    """Asks so often a second, at random moments, whether or not what was asked before is answered. `writes` is the
    share of questions that are a `write`."""
    clock = asyncio.get_running_loop().time
    end, due = clock() + seconds, clock()
    weights = [read.weight for read in READS]
    while (due := due + random.expovariate(rate)) < end:
        await asyncio.sleep(due - clock())
        if len(client.open) >= MOST_AT_ONCE:
            client.left_out += 1
        elif random.random() < writes:
            client.begin(write())
        else:
            (read,) = random.choices(READS, weights)
            client.begin(client.read(phase, read, read.variables(random, known)))
    await asyncio.sleep(end - clock())


def codes(answer: Json) -> tuple[str, ...]:
    return tuple(str((error.get("extensions") or {}).get("code")) for error in answer.get("errors") or ())


def percentile(seconds: Sequence[float], share: float) -> float:
    """Not a number where there is nothing to rank."""
    ranked = sorted(seconds)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else float("nan")


async def known(client: Client, customers: Sequence[str]) -> Known:
    """What there is to ask for, from the gateway itself."""
    orders = {}
    for vendor in ("partner_center", "sellercloud", "softwareone"):
        keys = list(customers[:4]) if vendor == "partner_center" else None
        answer = await client.ask(
            "query($filter: OrderFilter) { orders(first: 40, filter: $filter) { nodes { id } } }",
            {"filter": {"vendors": [vendor.upper()], "customerKeys": keys}},
        )
        orders[vendor] = tuple(node["id"] for node in answer["data"]["orders"]["nodes"])
        assert orders[vendor], f"{vendor} has no orders"
    return Known(orders, tuple(customers))
