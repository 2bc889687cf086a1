"""At most once, with real processes: every mutation × every vendor × where the gateway is killed.

The whole gateway is killed with SIGKILL, started again on the same data, and asked once more with the same key. Then
the vendor has done it exactly once, or the outcome is UNKNOWN and names what was found; it has never done it twice.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.crash_rows import ROWS, Prepared, Row
from tests.e2e.gateways import GatewayProcess, SandboxProcess, gateway, sandbox, wait_for
from tests.e2e.portals import Vendors

pytestmark = pytest.mark.slow

LONG = 30.0  # seconds: longer than anything here takes
KEYS = itertools.count(1)
CREATING = [row for row in ROWS if row.creates]
# Two kinds of new order at SoftwareOne are counted in one list, so that only one of them can be asked for at a time;
# the same goes for both places in an upload.
ALONE = [row for row in CREATING if "draft" not in row.name and "second" not in row.name]


@dataclass
class World:
    sandbox: SandboxProcess
    vendors: Vendors
    gateway: GatewayProcess
    pool: ThreadPoolExecutor

    def restart(self) -> None:
        self.gateway.kill()
        self.gateway.start()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        ThreadPoolExecutor(24) as pool,
        sandbox() as vendors,
        gateway(tmp_path_factory.mktemp("gateway"), vendors.known) as one,
    ):
        vendors.set("partner_center", provisioning_seconds=0)
        yield World(vendors, Vendors(vendors), one, pool)


@dataclass
class Asking:
    """One mutation with one key, asked for as often as a test likes."""

    world: World
    row: Row
    prepared: Prepared = field(init=False)
    known: int = field(init=False)

    def __post_init__(self) -> None:
        self.prepared = self.row.prepare(self.world.vendors)
        self.prepared.given["idempotencyKey"] = f"key-{next(KEYS)}"
        self.world.sandbox.forget(self.row.vendor)
        self.known = self.prepared.count()

    def ask(self, gateway: GatewayProcess | None = None) -> dict[str, Any] | None:
        """The payload; None where the answer was cut off."""
        answer = (gateway or self.world.gateway).ask(self.row.query, self.prepared.given, self.prepared.files)
        if answer is None:
            return None
        if "errors" in answer:
            return {"outcome": {"state": answer["errors"][0]["extensions"]["code"]}}
        (payload,) = answer["data"].values()
        return dict(payload)

    def ask_aside(self) -> Future[dict[str, Any] | None]:
        return self.world.pool.submit(self.ask)

    def ask_aside_late(self, seconds: float) -> Future[dict[str, Any] | None]:
        """Asks; then the vendor has done it, and its answer takes a while."""
        self.fault("late", self.row.write, seconds=seconds, skip=self.row.skip)
        asked = self.ask_aside()
        wait_for(lambda: self.done() == self.row.skip + 1, "the vendor has done it")
        return asked

    def done(self) -> int:
        """How often the vendor has done it."""
        return self.prepared.count() - self.known

    def fault(self, kind: str, call: tuple[str, str], **more: Any) -> None:
        self.world.sandbox.fault(self.row.vendor, kind, method=call[0], path=call[1], **more)

    def struck(self, kind: str, *, over: bool = False) -> bool:
        """Whether a fault of this kind has met a call, or is over with it."""
        met = [call for call in self.world.sandbox.calls(self.row.vendor) if call["fault"] == kind]
        return any(call["seconds"] is not None or not over for call in met)

    def writes(self) -> int:
        return self.world.sandbox.count(self.row.vendor, *self.row.write)


def before_the_call(one: Asking) -> None:
    """The gateway waits for something else: a login, a read, or its own record."""
    if one.row.before is None:
        with one.world.gateway.held_database():
            asked = one.ask_aside()
            time.sleep(0.5)
            one.world.gateway.kill()
    else:
        one.fault("latency", one.row.before, seconds=LONG)
        asked = one.ask_aside()
        wait_for(lambda: one.struck("latency"), "a call before the write")
        one.world.gateway.kill()
    assert asked.result() is None
    assert (one.writes(), one.done()) == (0, 0)


def while_the_vendor_answers(one: Asking) -> None:
    asked = one.ask_aside_late(LONG)
    one.world.gateway.kill()
    assert asked.result() is None


def before_it_is_recorded(one: Asking) -> None:
    """The answer is there, but another process holds the database."""
    asked = one.ask_aside_late(1)
    with one.world.gateway.held_database():
        wait_for(lambda: one.struck("late", over=True), "the vendor has answered")
        time.sleep(0.3)
        one.world.gateway.kill()
    assert asked.result() is None


def before_the_client_knows(one: Asking) -> None:
    """While it reads what it has made; where there is nothing to read, after all is said."""
    asked = one.ask_aside_late(1)
    one.fault("latency", ("GET", ""), seconds=LONG)
    wait_for(lambda: asked.done() or one.struck("latency"), "it reads, or has answered")
    one.world.gateway.kill()
    asked.result()


POINTS = (before_the_call, while_the_vendor_answers, before_it_is_recorded, before_the_client_knows)


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("kill", POINTS, ids=lambda kill: kill.__name__)
def test_a_killed_gateway_has_done_it_once_when_it_is_asked_again(
    world: World, kill: Callable[[Asking], None], row: Row
) -> None:
    if kill is before_the_call and row.before is not None and row.before[0] == "POST":
        world.restart()  # it has not logged in yet
    one = Asking(world, row)
    kill(one)
    world.sandbox.clear(row.vendor)
    world.restart()
    told = one.ask()
    settled(one, told)
    writes = one.writes()
    assert one.ask() == told
    assert one.writes() == writes


def settled(one: Asking, told: dict[str, Any] | None) -> None:
    """It was done once, or it is UNKNOWN whether it was, and what was found is named."""
    assert told is not None
    print(f"{one.row}: {told['outcome']['state']}, {one.writes()} calls")
    if told["outcome"]["state"] == "UNKNOWN":
        assert one.done() <= one.row.times
        assert told["outcome"]["candidates"] or one.done() == 0
    else:
        assert (told["outcome"]["state"], one.done()) == ("DONE", one.row.times), told


def test_what_lands_after_the_search_is_found_by_a_later_repeat(world: World) -> None:
    asked = [Asking(world, row) for row in ALONE]
    for one in asked:
        one.known = one.prepared.count()  # preparing one has made what another counts
        one.fault("delayed_commit", one.row.write, seconds=7)
    first = [future.result() for future in [one.ask_aside() for one in asked]]
    for told in first:
        assert told is not None
        assert told["outcome"]["state"] in ("UNKNOWN", "DONE")
    wait_for(lambda: all(one.done() >= 1 for one in asked), "all of it has landed")
    time.sleep(1)
    for one in asked:
        told = one.ask()
        settled(one, told)
        assert told is not None
        assert told["outcome"]["state"] == "DONE"


@pytest.mark.parametrize("row", CREATING, ids=str)
def test_twenty_at_once_over_two_processes_are_one(two: World, row: Row) -> None:
    one = Asking(two, row)
    one.fault("late", row.write, seconds=0.5)
    told = [future.result() for future in [one.ask_aside() for _ in range(20)]]
    states = [answer["outcome"]["state"] for answer in told if answer is not None]
    done = [answer for answer in told if answer is not None and answer["outcome"]["state"] == "DONE"]
    assert (len(states), set(states) <= {"DONE", "IN_PROGRESS"}) == (20, True)
    assert done
    assert all(answer == done[0] for answer in done)
    assert (one.done(), one.writes()) == (row.times, row.times)


@pytest.fixture(scope="module")
def two(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Another gateway over the same sandbox, of two processes."""
    with gateway(tmp_path_factory.mktemp("two"), world.sandbox.known, workers=2) as one:
        yield World(world.sandbox, world.vendors, one, world.pool)


@pytest.mark.parametrize("fault", [None, "lost", "late"])
def test_two_orders_with_one_number_of_the_customers_are_two(world: World, fault: str | None) -> None:
    row = next(row for row in ROWS if row.name.startswith("createPurchaseOrder placed"))
    first, second = Asking(world, row), Asking(world, row)
    if fault is not None:
        first.fault(fault, row.write, seconds=0.5, times=2)
    told = [future.result() for future in (first.ask_aside(), second.ask_aside())]
    for _ in range(2):  # whose is which of two orders alike may stay open until both were found
        told = [first.ask(), second.ask()]
    assert len({answer["order"]["id"] for answer in told if answer is not None}) == 2
    assert (first.done(), first.writes()) == (2, 2)
