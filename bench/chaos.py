"""What a gateway is worth while its vendors fail: a mixed load, faults that come and go at all vendors but one.

    .venv/bin/python -m bench.chaos [--seconds 600 | --short] [--seed 1] [--rate 12] [--json PATH]

After a warm-up come five slices, in each of which another vendor stays healthy: first all is quiet, then the other two
fail in every way that the sandbox has. Between slices faults are cleared, and what was left open is asked for again by
its key. At the end a crowd asks for long lists, to push the budgets. Exits with 1 where a read of a healthy vendor
failed, a write was lost or done twice, or a vendor's limit was passed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from bench.budgets import Journal
from bench.chaos_report import Budget, Reads, Report, Slice, figures, shown, told
from bench.client import PATIENCE, Client, codes, known, load
from bench.reads import ACCOUNTS, READS, VENDORS, Known
from bench.stage import Settings, Stage, Work, stage
from bench.weather import Weather
from bench.wishes import Reckoning, Wishes
from tests.e2e.portals import Vendors

SLICES = 5
SHORT, LONG = 60.0, 600.0
WARM, RUSH = 0.1, 0.15  # of the time; the slices share the rest
LONGEST_FAULT = 12.0
DEADLINE = 10.0  # seconds that a question may take, by its client
SIZE = 0.15
WRITES = 0.06  # of what is asked
CROWD = 12
RECOVERY = 150.0  # seconds that it may take until all vendors are served again
ROUNDS = 3  # of asking again for what is not settled
LIMITS = {"partner_center": (500, 60.0), "sellercloud": (10_800, 3_600.0)}  # as published
# Short time-outs, so that in short phases too the gateway notices what hangs.
SETTINGS: Settings = {name: {"timeout_seconds": 5, "max_answer_bytes": 4 * 1024 * 1024} for name in ACCOUNTS}
PAGES = """query($first: Int!, $after: String) { orders(first: $first, after: $after) {
  nodes { id notes attachments { fileName } subscriptions { id } } pageInfo { hasNextPage endCursor } } }"""


@dataclass(slots=True)
class Chaos:
    """One run. `seconds` is how long it asks; what lies between the phases comes on top."""

    stage: Stage
    seconds: float
    rate: float
    random: Random
    client: Client
    sandbox: httpx.AsyncClient
    wishes: Wishes
    weather: Weather
    journal: Journal
    report: Report

    async def run(self) -> None:
        self.wishes.prepare()
        to_ask = await known(self.client, self.stage.sandbox.known["partner_center"]["customers"])
        work = Work.of({"gateway": self.stage.gateway, "sandbox": self.stage.vendors})
        length = self.seconds * (1 - WARM - RUSH) / SLICES / 2
        await self.rush(self.seconds * WARM / 3)
        self.report.rush.clear()
        await self.phase("warm-up", self.seconds * WARM / 3, to_ask)
        await self.phase("warm-up, all fail", self.seconds * WARM / 3, to_ask, VENDORS)
        await self.calm(to_ask)
        for number in range(SLICES):
            await self.slice(number, length, to_ask)
        await self.rush(self.seconds * RUSH)
        await self.calm(to_ask)
        self.report.shares = work.shares()
        self.reckon()

    async def phase(self, name: str, seconds: float, to_ask: Known, failing: Collection[str] = ()) -> None:
        """The usual load for a while, during which those vendors fail."""
        async with AsyncExitStack() as stack:
            for vendor in failing:
                await stack.enter_async_context(self.failing(vendor, min(LONGEST_FAULT, seconds / 2)))
            await load(self.client, name, seconds, self.rate, self.random, to_ask, self.wishes.one, WRITES)

    @asynccontextmanager
    async def failing(self, vendor: str, longest: float) -> AsyncIterator[None]:
        bad = asyncio.create_task(self.weather.bad(vendor, longest))
        try:
            yield
        finally:
            bad.cancel()
            await asyncio.gather(bad, return_exceptions=True)
            await self.weather.clear(vendor)

    async def slice(self, number: int, seconds: float, to_ask: Known) -> None:
        healthy = VENDORS[number % len(VENDORS)]
        others = [vendor for vendor in VENDORS if vendor != healthy]
        quiet, noisy = f"slice {number + 1}, quiet", f"slice {number + 1}, noisy"
        await self.phase(quiet, seconds, to_ask)
        await self.phase(noisy, seconds, to_ask, others)
        recovery = await self.calm(to_ask)
        samples = self.client.samples
        calm, loud = ([one for one in samples if one.phase == phase] for phase in (quiet, noisy))
        self.report.missed += [
            told(one) for one in calm + loud if one.read.vendor in (healthy, None) and healthy not in one.served
        ]
        failing = [Reads.of(loud, vendor) for vendor in others]
        both = Reads(sum(one.asked for one in failing), sum(one.failed for one in failing), 0, 0)
        self.report.slices.append(Slice(healthy, Reads.of(calm, healthy), Reads.of(loud, healthy), both, recovery))

    async def calm(self, to_ask: Known) -> float:
        """Without faults: what was asked is answered, all vendors are served again, and what was left open is asked for
        again. Returns the seconds until all were served."""
        for vendor in VENDORS:
            await self.weather.clear(vendor)
        began = time.monotonic()
        while not await self.all_served(to_ask):
            assert time.monotonic() - began < RECOVERY, "the vendors are well, and not served"
            await asyncio.sleep(0.5)
        recovery = time.monotonic() - began
        await self.client.finished()
        for _ in range(ROUNDS):
            await self.wishes.settle()
        await self.journal.take(self.sandbox)
        self.report.memory.append(self.stage.gateway.memory())
        return recovery

    async def all_served(self, to_ask: Known) -> bool:
        """Whether each read is answered in full."""
        for read in READS:
            answer = await self.client.ask(read.query, read.variables(self.random, to_ask))
            if read.served(answer) != frozenset(VENDORS if read.vendor is None else (read.vendor,)):
                return False
        return True

    async def rush(self, seconds: float) -> None:
        """A crowd that asks for all orders, page by page, as fast as it is answered."""
        end = time.monotonic() + seconds

        async def walk() -> None:
            first, after = self.random.randint(20, 60), None
            while time.monotonic() < end:
                answer = await self.client.ask(PAGES, {"first": first, "after": after})
                found = codes(answer)
                self.report.rush.update({*found} or {"OK"})
                page = (answer.get("data") or {}).get("orders")
                after = page["pageInfo"]["endCursor"] if page and page["pageInfo"]["hasNextPage"] else None
                if found:
                    await asyncio.sleep(0.1)

        await asyncio.gather(*(walk() for _ in range(CROWD)))

    def reckon(self) -> None:
        report = self.report
        most = self.journal.most({vendor: seconds for vendor, (_, seconds) in LIMITS.items()})
        report.budgets = [
            Budget(vendor, family, count, *LIMITS[vendor]) for (vendor, family), count in sorted(most.items())
        ]
        self.stage.sandbox.set("partner_center", requests_per_minute=0)  # what follows is no client's doing
        report.writes = Reckoning.of(self.wishes.all, self.wishes.done())
        report.codes = Counter(code for sample in self.client.samples for code in sample.codes)
        report.faults, report.struck, report.calls = self.weather.seen, self.journal.struck, self.journal.calls
        report.left_out = self.client.left_out
        log = self.stage.gateway.log.read_text()
        report.opened = len(re.findall(r"the circuit is open", log))
        report.retries = again(httpx.get(self.stage.url + "/metrics", trust_env=False).text)


def again(figures: str) -> int:
    """How many calls were made again, by the gateway's own figures."""
    found = re.findall(r"^order_gateway_vendor_retries_total\{.*\} (\S+)$", figures, re.MULTILINE)
    return int(sum(float(value) for value in found))


async def measured(here: Stage, seconds: float, rate: float, seed: int) -> Report:
    pool = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(timeout=PATIENCE, trust_env=False, limits=pool) as to_gateway,
        httpx.AsyncClient(timeout=PATIENCE, trust_env=False, base_url=here.sandbox.client.base_url) as to_sandbox,
    ):
        client = Client(here.url, to_gateway, {"request-timeout": f"{DEADLINE:g}"})
        chaos = Chaos(
            here,
            seconds,
            rate,
            Random(seed),
            client,
            to_sandbox,
            Wishes(client, Vendors(here.sandbox), Random(seed + 1)),
            Weather(to_sandbox, Random(seed + 2)),
            Journal(),
            Report(),
        )
        await chaos.run()
        return chaos.report


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures a gateway whose vendors fail.")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, default=LONG)
    length.add_argument("--short", action="store_const", const=SHORT, dest="seconds", help="one minute")
    parser.add_argument("--seed", type=int, default=1, help="another number, other faults and questions")
    parser.add_argument("--rate", type=float, default=12, help="questions a second")
    parser.add_argument("--json", type=Path, help="where the figures go too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), SIZE, SETTINGS) as here:
        here.sandbox.set("partner_center", requests_per_minute=LIMITS["partner_center"][0], provisioning_seconds=0)
        report = asyncio.run(measured(here, given.seconds, given.rate, given.seed))
    print("\n".join(shown(report)))
    if given.json is not None:
        given.json.write_text(figures(report))
    failures = report.failures()
    print("\n".join(f"MISSED: {failure}" for failure in failures) or "all exact goals were met")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
