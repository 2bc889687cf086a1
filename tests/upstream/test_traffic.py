"""An account's traffic: what each call passes before it leaves, and what its end teaches the breaker and the budget."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import httpx
import pytest

from gateway.errors import AnswerBrokeOff, BudgetSpent, CircuitOpen, OutOfTime, VendorBadAnswer
from gateway.model.account import CircuitState
from gateway.upstream.breaker import FEWEST_CALLS, FIRST_SECONDS
from gateway.upstream.bucket import Rate
from gateway.upstream.errand import Errand
from gateway.upstream.traffic import MOST_FAMILIES, SLOW_SHARE, CircuitNow, Plan, Traffic
from gateway.upstream.turnstile import SHRINK, START
from tests.upstream.clock import at_once

TIMEOUT = 20.0
SLOW = TIMEOUT * SLOW_SHARE
PLAN = Plan(family=lambda route: route.partition("/")[0], own_failures=frozenset({500}))
CLOSED, OPEN, HALF_OPEN = CircuitState.CLOSED, CircuitState.OPEN, CircuitState.HALF_OPEN


def traffic(plan: Plan = PLAN, *, most: int = 64) -> Traffic:
    return Traffic("acme", plan, max_concurrency=most)


async def call(
    ours: Traffic,
    end: int | BaseException = 200,
    *,
    route: str = "orders",
    takes: float = 0.0,
    light: bool = True,
    within: float = 1_000,
) -> float:
    """One call that ends so, with a status or an error; how long it waited."""
    async with ours.passage(route, light=light, errand=Errand.lasting(within), seconds=TIMEOUT) as passage:
        await asyncio.sleep(takes)
        if isinstance(end, BaseException):
            raise end
        passage.status = end
    return passage.waited


async def calls(
    ours: Traffic, end: int | BaseException, times: int, *, takes: float = 0.0, route: str = "orders"
) -> None:
    for _ in range(times):
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await call(ours, end, takes=takes, route=route)


def states(ours: Traffic) -> dict[str, CircuitState]:
    return {one.family: one.state for one in ours.circuits()}


SOON, LATE = SLOW / 10, SLOW + 0.1
GOOD: list[tuple[int | BaseException, float]] = [
    (200, SOON),
    (404, SOON),
    (401, SOON),
    (403, SOON),
    (429, SOON),
    (429, LATE),
    (500, SOON),
    (302, SOON),
]
BAD: list[tuple[int | BaseException, float]] = [
    (200, LATE),
    (404, LATE),
    (408, SOON),
    (501, SOON),
    (503, SOON),
    (httpx.ConnectError("x"), SOON),
    (httpx.ReadTimeout("x"), SOON),
    (httpx.RemoteProtocolError("x"), SOON),
    (httpx.ProxyError("x"), SOON),
    (OSError("x"), SOON),
    (AnswerBrokeOff("x"), SOON),
    (asyncio.CancelledError(), LATE),
    (OutOfTime("x"), LATE),
]
NEITHER: list[tuple[int | BaseException, float]] = [
    (asyncio.CancelledError(), SOON),
    (OutOfTime("x"), SOON),
    (httpx.UnsupportedProtocol("x"), SOON),
    (httpx.LocalProtocolError("x"), SOON),
    (VendorBadAnswer("x"), SOON),  # nonsense comes from a vendor that is up
    (KeyError("x"), SOON),
]


@pytest.mark.parametrize(("end", "takes"), BAD)
def test_these_ends_open_the_circuit(end: int | BaseException, takes: float) -> None:
    async def main() -> None:
        ours = traffic()
        await asyncio.gather(*(calls(ours, end, 1, takes=takes) for _ in range(FEWEST_CALLS - 1)))
        assert states(ours) == {"orders": CLOSED}
        await calls(ours, end, 1, takes=takes)
        assert states(ours) == {"orders": OPEN}

    at_once(main())


@pytest.mark.parametrize(("end", "takes"), GOOD + NEITHER)
def test_these_ends_do_not(end: int | BaseException, takes: float) -> None:
    async def main() -> None:
        ours = traffic()
        await asyncio.gather(*(calls(ours, end, 1, takes=takes) for _ in range(4 * FEWEST_CALLS)))
        assert states(ours) == {"orders": CLOSED}

    at_once(main())


@pytest.mark.parametrize(
    ("end", "takes", "state"),
    [(*row, CLOSED) for row in GOOD] + [(*row, OPEN) for row in BAD] + [(*row, HALF_OPEN) for row in NEITHER],
)
def test_a_probe_closes_it_opens_it_or_says_nothing(
    end: int | BaseException, takes: float, state: CircuitState
) -> None:
    async def main() -> None:
        ours = traffic()
        await calls(ours, 503, FEWEST_CALLS)
        await asyncio.sleep(FIRST_SECONDS)
        assert states(ours) == {"orders": HALF_OPEN}
        await calls(ours, end, 1, takes=takes)
        assert states(ours) == {"orders": state}

    at_once(main())


def test_while_it_is_open_nothing_leaves_and_each_is_told_when_to_come_back() -> None:
    async def main() -> None:
        ours = traffic()
        await calls(ours, 503, FEWEST_CALLS)
        await asyncio.sleep(1)
        with pytest.raises(CircuitOpen) as caught:
            await call(ours, KeyError("it left"))
        assert (caught.value.code, caught.value.retryable) == ("VENDOR_UNAVAILABLE", True)
        assert caught.value.retry_after == FIRST_SECONDS - 1
        assert ours.circuits() == (CircuitNow("orders", OPEN, FIRST_SECONDS - 1),)

    at_once(main())


def test_who_is_refused_by_an_open_circuit_waits_for_nothing_and_spends_nothing() -> None:
    async def main() -> None:
        ours = traffic(Plan(PLAN.family, {"orders": Rate(500, 60)}), most=1)
        await calls(ours, 503, FEWEST_CALLS)
        other = asyncio.create_task(call(ours, route="carts", takes=1))
        await asyncio.sleep(0)
        left, began = ours.left(), asyncio.get_running_loop().time()
        for _ in range(100):
            with pytest.raises(CircuitOpen):
                await call(ours)
        assert asyncio.get_running_loop().time() == began
        assert ours.left() == left
        await other

    at_once(main())


def test_families_fail_alone() -> None:
    async def main() -> None:
        ours = traffic()
        await call(ours, route="carts")
        await calls(ours, 503, FEWEST_CALLS)
        await call(ours, route="carts/x")
        assert states(ours) == {"carts": CLOSED, "orders": OPEN}

    at_once(main())


def test_one_probe_goes_alone_and_the_others_are_refused_meanwhile() -> None:
    async def main() -> None:
        ours = traffic()
        await calls(ours, 503, FEWEST_CALLS)
        await asyncio.sleep(FIRST_SECONDS)
        left = 0

        async def one() -> None:
            nonlocal left
            async with ours.passage("orders", light=True, errand=Errand.lasting(60), seconds=TIMEOUT) as passage:
                left += 1
                await asyncio.sleep(1)
                passage.status = 200

        tasks = [asyncio.create_task(one()) for _ in range(50)]
        await asyncio.sleep(0.5)
        assert ours.circuits() == (CircuitNow("orders", HALF_OPEN, None),)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert left == 1
        assert [type(one) for one in ended].count(CircuitOpen) == 49
        await one()
        assert left == 2

    at_once(main())


def test_who_waited_while_it_opened_does_not_leave_and_keeps_no_place() -> None:
    async def main() -> None:
        ours = traffic(most=1)
        await calls(ours, 503, FEWEST_CALLS - 1)
        last = asyncio.create_task(calls(ours, 503, 1, takes=1))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(call(ours, KeyError("it left"))) for _ in range(50)]
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        await last
        assert {type(one) for one in ended} == {CircuitOpen}
        await asyncio.sleep(FIRST_SECONDS)
        await call(ours)
        assert ours._places.taken == 0

    at_once(main())


def test_who_waits_for_its_budget_is_refused_as_the_circuit_opens() -> None:
    async def main() -> None:
        ours = traffic(Plan(PLAN.family, {"orders": Rate(300, 60)}))
        await calls(ours, 503, FEWEST_CALLS - 1)
        last = asyncio.create_task(calls(ours, 503, 1, takes=1))
        await asyncio.sleep(0)
        while ours._bucket("orders").take(asyncio.get_running_loop().time(), light=True):
            pass
        waiting = [asyncio.create_task(call(ours, KeyError("it left"))) for _ in range(50)]
        others = [asyncio.create_task(call(ours, route="carts", takes=5)) for _ in range(100)]
        began = asyncio.get_running_loop().time()
        await last
        assert states(ours)["orders"] is OPEN
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert asyncio.get_running_loop().time() - began <= 1
        assert [type(one) for one in ended].count(CircuitOpen) >= 40
        assert await asyncio.gather(*others)
        assert ours._places.taken == 0

    at_once(main())


def test_who_waits_for_its_budget_is_told_as_soon_as_it_cannot_be_in_time() -> None:
    async def main() -> None:
        ours = traffic(Plan(PLAN.family, {"orders": Rate(300, 60)}))
        while (left := ours.left()) is not None and left > 0:
            await call(ours)
        short = [asyncio.create_task(call(ours, KeyError("it left"), within=20)) for _ in range(20)]
        long = [asyncio.create_task(call(ours, within=200)) for _ in range(20)]
        await asyncio.sleep(0)
        began = asyncio.get_running_loop().time()
        ours.throttled("orders", 30)
        ended = await asyncio.gather(*short, return_exceptions=True)
        assert asyncio.get_running_loop().time() == began
        assert {type(one) for one in ended} == {BudgetSpent}
        assert all(isinstance(one, BudgetSpent) and 30 <= (one.retry_after or 0) <= 60 for one in ended)
        assert all(waited > 30 for waited in await asyncio.gather(*long))

    at_once(main())


def test_a_vendor_that_wants_fewer_calls_is_left_alone_in_that_family_and_asked_less_at_once() -> None:
    async def main() -> None:
        ours = traffic()
        ours.throttled("orders/7", 10)
        assert ours._places.limit == int(START * SHRINK)
        with pytest.raises(BudgetSpent) as caught:
            await call(ours, KeyError("it left"), within=9)
        assert caught.value.retry_after == pytest.approx(10, abs=0.5)
        assert await call(ours, route="carts") == 0
        assert await call(ours) == pytest.approx(10, abs=0.5)

    at_once(main())


@pytest.mark.parametrize(("end", "fewer"), [(503, True), (200, False), (500, False), (asyncio.CancelledError(), False)])
def test_failures_leave_fewer_places(end: int | BaseException, fewer: bool) -> None:
    async def main() -> None:
        ours = traffic()
        await calls(ours, end, 1)
        assert (ours._places.limit < START) is fewer

    at_once(main())


def test_a_plan_among_processes_shares_its_rates_and_nothing_else() -> None:
    plan = Plan(PLAN.family, {"orders": Rate(500, 60)}, PLAN.own_failures)
    part = plan.among(4)
    assert part == Plan(PLAN.family, {"orders": Rate(125, 60)}, PLAN.own_failures)


def test_calls_that_go_well_make_room_for_more_at_once() -> None:
    async def main() -> None:
        ours = traffic()
        await asyncio.gather(*(call(ours, takes=1) for _ in range(500)))
        assert START < ours._places.limit <= 64

    at_once(main())


def test_what_is_left_is_the_least_of_the_published_budgets() -> None:
    async def main() -> None:
        plan = Plan(PLAN.family, {"orders": Rate(500, 60), "carts": Rate(100, 60)})
        ours = traffic(plan)
        assert ours.left() == 18
        for _ in range(10):
            await call(ours, route="orders")
            await call(ours, route="else")
        assert ours.left() == 18
        for _ in range(3):
            await call(ours, route="carts")
        assert ours.left() == 15
        assert traffic().left() is None

    at_once(main())


def test_a_circuit_is_told_once_when_it_opens_and_when_it_closes(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        ours = traffic()
        await calls(ours, 503, 3 * FEWEST_CALLS)
        await asyncio.sleep(FIRST_SECONDS)
        await calls(ours, 503, 3)
        await asyncio.sleep(2 * FIRST_SECONDS)
        await calls(ours, 200, 3)

    caplog.set_level(logging.DEBUG)
    at_once(main())
    ours = [record for record in caplog.records if record.name == "gateway.traffic"]
    assert [(record.levelname, record.getMessage()) for record in ours] == [
        ("WARNING", "acme: orders: the circuit is open"),
        ("WARNING", "acme: orders: the circuit is open"),
        ("INFO", "acme: orders: the circuit is closed"),
    ]


def test_families_are_few() -> None:
    async def main() -> None:
        ours = traffic()
        for number in range(MOST_FAMILIES):
            await call(ours, route=str(number))
        with pytest.raises(AssertionError, match="few"):
            await call(ours, route="one more")

    at_once(main())


def test_an_operation_s_time_is_over_in_the_queue_too() -> None:
    async def main() -> None:
        ours = traffic(most=1)
        first = asyncio.create_task(call(ours, takes=60))
        await asyncio.sleep(0)
        with pytest.raises(OutOfTime):
            await call(ours, KeyError("it left"), within=5)
        await first
        assert states(ours) == {"orders": CLOSED}

    at_once(main())
