"""One client's single reads at an account near its budget, while twenty others ask it for long lists.

    .venv/bin/python -m bench.budget_edge [--before PATH] [--seconds 60] [--slices 3] [--json PATH]

Partner Center allows a few calls a minute here, and the gateway is told so. `--before` names an earlier checkout, which
is measured in turn with this one: each has a sandbox of its own, and a new gateway in each slice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from bench.budgets import Journal
from bench.chaos_report import counted
from bench.client import PATIENCE, Client, codes, percentile
from bench.stage import Settings, gateway, sandbox
from tests.e2e.gateways import SandboxProcess
from tests.e2e.processes import ROOT

SIZE = 1.0
CROWD = 20
PER_MINUTE = 120  # calls that the vendor allows, of each kind
EVERY = 3.0  # seconds between single reads
PAUSE = 1.0  # seconds that one of the crowd waits after an error
ORDER = "query($id: ID!) { order(id: $id) { id number status } }"
PAGE = """query($first: Int!, $after: String) {
  orders(first: $first, after: $after, filter: {vendors: [PARTNER_CENTER]}) {
    nodes { id number lines { quantity } attachments { fileName } subscriptions { id } }
    pageInfo { hasNextPage endCursor } } }"""


@dataclass(slots=True)
class Side:
    """A checkout of the project, and what came of it."""

    name: str
    root: Path
    seconds: list[float] = field(default_factory=list)  # of single reads that were answered in full
    failed: Counter[str] = field(default_factory=Counter)  # of single reads, by code
    pages: Counter[str] = field(default_factory=Counter)  # of the crowd, by code
    refused: int = 0  # calls that the vendor refused
    most: dict[str, int] = field(default_factory=dict)  # calls within a minute, by family
    journal: Journal = field(default_factory=Journal)

    @property
    def settings(self) -> Settings:
        known = (self.root / "gateway/vendors/partner_center/settings.py").read_text()
        limit = {"requests_per_minute": PER_MINUTE} if "requests_per_minute" in known else {}
        return {"contoso": {"list_cache_seconds": 0, **limit}}  # so that each page asks for all customers' orders

    @property
    def reads(self) -> int:
        return len(self.seconds) + self.failed.total()

    def milliseconds(self, share: float) -> float:
        return percentile(self.seconds, share) * 1_000


async def crowd(client: Client, random: Random, pages: Counter[str]) -> None:
    """One that asks for all orders, page by page, again and again."""
    first, after = random.randint(30, 60), None
    while True:
        answer = await client.ask(PAGE, {"first": first, "after": after})
        found = codes(answer)
        pages.update(found[:1] or ("OK",))
        page = (answer.get("data") or {}).get("orders")
        after = page["pageInfo"]["endCursor"] if page and page["pageInfo"]["hasNextPage"] else None
        if found:
            await asyncio.sleep(PAUSE)


async def reader(client: Client, random: Random, ids: list[str], seconds: float, side: Side) -> None:
    """One that reads an order now and then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        answer = await client.ask(ORDER, {"id": random.choice(ids)})
        took = time.monotonic() - started
        if "errors" in answer:
            side.failed.update(codes(answer)[:1])
        else:
            side.seconds.append(took)
        await asyncio.sleep(max(EVERY - took, 0))


async def measured(url: str, vendors: SandboxProcess, seconds: float, random: Random, side: Side) -> None:
    """One slice."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, limits=limits) as http:
        client = Client(url, http)
        answer = await client.ask(PAGE.replace("attachments { fileName } subscriptions { id }", ""), {"first": 100})
        ids = [node["id"] for node in answer["data"]["orders"]["nodes"]]
        walking = [asyncio.create_task(crowd(client, random, side.pages)) for _ in range(CROWD)]
        await asyncio.sleep(seconds / 10)  # what may come at once is spent
        await reader(client, random, ids, seconds, side)
        for one in walking:
            one.cancel()
        await asyncio.gather(*walking, return_exceptions=True)
    calls = vendors.calls("partner_center")
    vendors.forget("partner_center")
    side.journal.add(calls)
    side.refused += sum(call["status"] == httpx.codes.TOO_MANY_REQUESTS for call in calls)


def compare(sides: list[Side], slices: int, seconds: float, folder: Path) -> None:
    """Measures each side in each slice, one after the other."""
    random = Random(1)
    with ExitStack() as stack:
        vendors = []
        for side in sides:
            (home := folder / side.name).mkdir()
            vendors.append(stack.enter_context(sandbox(home, SIZE))[0])
            vendors[-1].set("partner_center", requests_per_minute=PER_MINUTE)
        for _ in range(slices):
            for side, known in zip(sides, vendors, strict=True):
                with gateway(folder / side.name, known.known, side.settings, side.root) as (url, _):
                    asyncio.run(measured(url, known, seconds, random, side))
    for side in sides:
        most = side.journal.most({"partner_center": 60.0})
        side.most = {family: count for (_, family), count in sorted(most.items())}


def shown(sides: list[Side]) -> Iterator[str]:
    for side in sides:
        yield f"{side.name}: {side.reads} single reads, {side.failed.total()} failed ({counted(side.failed)})"
        yield f"  of the others p50 {side.milliseconds(0.5):.0f} ms, p99 {side.milliseconds(0.99):.0f} ms"
        yield f"  the crowd's pages: {counted(side.pages)}; calls refused by the vendor: {side.refused}"
        yield f"  most calls a minute, of {PER_MINUTE} allowed: {side.most}"
    if len(sides) > 1:
        after, before = sides
        ratio, answered = (
            after.milliseconds(0.99) / before.milliseconds(0.99),
            (len(after.seconds), len(before.seconds)),
        )
        yield f"p99 now over p99 before: {ratio:.2f}, of the {answered[0]} and {answered[1]} reads that were answered"


def figures(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "reads": side.reads,
        "failed": side.failed,
        "p50_ms": side.milliseconds(0.5),
        "p99_ms": side.milliseconds(0.99),
        "pages": side.pages,
        "refused": side.refused,
        "most_a_minute": side.most,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures single reads beside a crowd, near a vendor's limit.")
    parser.add_argument("--before", type=Path, help="an earlier checkout, to be compared")
    parser.add_argument("--seconds", type=float, default=60, help="of each slice")
    parser.add_argument("--slices", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where the figures go too")
    given = parser.parse_args()
    sides = [Side("now", ROOT)] + ([Side("before", given.before.resolve())] if given.before else [])
    with tempfile.TemporaryDirectory() as folder:
        compare(sides, given.slices, given.seconds, Path(folder))
    print("\n".join(shown(sides)))
    if given.json is not None:
        given.json.write_text(json.dumps([figures(side) for side in sides], indent=2))


if __name__ == "__main__":
    main()
