"""The queue for budgets and places: who goes next, who is told to come back, and what giving up may cost nobody."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BudgetSpent, CircuitOpen, OutOfTime
from gateway.upstream.bucket import Bucket, Rate
from gateway.upstream.errand import SLACK_SECONDS, Errand
from gateway.upstream.turnstile import BUSY, CALM_SECONDS, LONGEST_QUEUE, SHRINK, START, Places, Turnstile, Waiter
from tests.upstream.clock import at_once


@dataclass
class Gate:
    """A turnstile with these families' rates; notes who is in, and in which order they came in."""

    rates: dict[str, Rate | None] = field(default_factory=dict)
    places: Places = field(default_factory=lambda: Places(4))
    order: list[str] = field(default_factory=list)
    inside: int = 0
    most: int = 0

    def __post_init__(self) -> None:
        self.buckets = {name: Bucket(rate) for name, rate in self.rates.items()}
        self.turnstile = Turnstile(self.places, lambda name: self.buckets.setdefault(name, Bucket(None)))

    @contextlib.asynccontextmanager
    async def call(
        self, name: str = "", *, family: str = "all", light: bool = False, errand: Errand | None = None
    ) -> AsyncIterator[None]:
        await self.turnstile.enter(family, light=light, errand=errand or Errand.lasting(1_000))
        self.order.append(name)
        self.inside += 1
        self.most = max(self.most, self.inside)
        assert self.inside <= self.places.taken <= self.places.limit
        try:
            yield
        finally:
            self.inside -= 1
            self.turnstile.leave()

    async def stay(
        self,
        seconds: float,
        name: str = "",
        *,
        family: str = "all",
        light: bool = False,
        errand: Errand | None = None,
    ) -> None:
        async with self.call(name, family=family, light=light, errand=errand):
            await asyncio.sleep(seconds)


def full(gate: Gate, seconds: float = 1.0) -> list[asyncio.Task[None]]:
    """Takes every place for so long."""
    return [asyncio.create_task(gate.stay(seconds, "first")) for _ in range(gate.places.limit)]


def now() -> float:
    return asyncio.get_running_loop().time()


def test_never_more_are_inside_than_there_are_places() -> None:
    async def main() -> None:
        gate = Gate()
        await asyncio.gather(*(gate.stay(0.1 + number % 7) for number in range(200)))
        assert (gate.most, gate.places.taken, len(gate.order)) == (4, 0, 200)

    at_once(main())


def test_light_calls_go_first_and_each_kind_in_the_order_it_came() -> None:
    async def main() -> None:
        gate = Gate()
        gone = full(gate)
        await asyncio.sleep(0)
        for number in range(10):
            for light in (False, True):
                gone.append(asyncio.create_task(gate.stay(1, f"{'light' if light else 'bulk'} {number}", light=light)))
                await asyncio.sleep(0)
        await asyncio.gather(*gone)
        expected = [f"{kind} {number}" for kind in ("light", "bulk") for number in range(10)]
        assert gate.order == ["first"] * 4 + expected

    at_once(main())


def test_who_comes_later_does_not_overtake_who_waits() -> None:
    """Not even the bulk, where a call has just become to be had and those who wait have not noticed yet."""

    async def main() -> None:
        gate = Gate()
        gate.buckets["all"] = bucket = Bucket(None)
        bucket.refused(now(), 0)
        while bucket.take(now(), light=True):
            pass
        wait = bucket.wait(now(), light=True)
        waiting = asyncio.create_task(gate.stay(0, "light", light=True))
        await asyncio.sleep(0)
        gate.turnstile.close()  # its clock is late
        await asyncio.sleep(wait + 0.01)
        late = [asyncio.create_task(gate.stay(0, name)) for name in ("bulk 1", "bulk 2")]
        await asyncio.gather(waiting, *late)
        assert gate.order == ["light", "bulk 1", "bulk 2"]

    at_once(main())


def test_a_family_that_is_paused_does_not_hold_up_others() -> None:
    async def main() -> None:
        gate = Gate({"orders": Rate(500, 60)})
        gate.buckets["orders"].refused(now(), 30)
        shut = [asyncio.create_task(gate.stay(0, "orders", family="orders")) for _ in range(20)]
        await asyncio.sleep(0)
        began = now()
        await asyncio.gather(*(gate.stay(0, "carts", family="carts") for _ in range(20)))
        assert now() == began
        assert gate.order == ["carts"] * 20
        await asyncio.gather(*shut)
        assert now() >= began + 30

    at_once(main())


def test_waiters_go_as_their_budget_fills() -> None:
    async def main() -> None:
        rate = Rate(600, 60)
        gate = Gate({"all": rate}, Places(64))
        began = now()
        await asyncio.gather(*(gate.stay(0, errand=Errand.lasting(100)) for _ in range(600)))
        seconds = now() - began
        assert 40 <= seconds <= 70  # a burst, and then the bulk's part of the even pace

    at_once(main())


@pytest.mark.parametrize("light", [True, False])
def test_who_cannot_be_served_in_time_is_told_at_once_when_to_come_back(light: bool) -> None:
    async def main() -> None:
        gate = Gate()
        gate.buckets["all"] = Bucket(None)
        gate.buckets["all"].refused(now(), 40)
        began = now()
        with pytest.raises(BudgetSpent) as caught:
            await gate.stay(0, light=light, errand=Errand.lasting(30))
        assert now() == began
        assert caught.value.code == "THROTTLED"
        assert caught.value.retryable
        assert caught.value.retry_after == pytest.approx(40, abs=1)
        assert gate.order == []
        assert gate.places.taken == 0

    at_once(main())


def test_the_more_wait_before_one_the_sooner_one_is_told() -> None:
    async def main() -> None:
        gate = Gate({"all": Rate(60, 60)}, Places(64))

        async def one() -> bool:
            with contextlib.suppress(BudgetSpent):
                await gate.stay(0, errand=Errand.lasting(30))
                return True
            return False

        tasks = [asyncio.create_task(one()) for _ in range(200)]
        await asyncio.sleep(0)
        refused = sum(task.done() and not task.result() for task in tasks)
        served = sum(await asyncio.gather(*tasks))
        assert refused == 200 - served  # nobody waited for nothing
        assert 20 <= served <= 40

    at_once(main())


def test_a_place_that_does_not_come_in_time_is_time_that_is_over() -> None:
    async def main() -> None:
        gate = Gate()
        tasks = full(gate, 60)
        await asyncio.sleep(0)
        began = now()
        with pytest.raises(OutOfTime):
            await gate.stay(0, light=True, errand=Errand.lasting(5))
        assert now() == pytest.approx(began + 5 - SLACK_SECONDS)
        await asyncio.gather(*tasks)
        await gate.stay(0)

    at_once(main())


def test_a_pause_that_begins_while_one_waits_is_told_as_what_it_is() -> None:
    async def main() -> None:
        gate = Gate()
        tasks = full(gate, 60)
        await asyncio.sleep(0)
        waiting = asyncio.create_task(gate.stay(0, errand=Errand.lasting(5)))
        await asyncio.sleep(1)
        gate.buckets["all"].refused(now(), 50)
        with pytest.raises(BudgetSpent) as caught:
            await waiting
        assert caught.value.retry_after == pytest.approx(46, abs=1)
        await asyncio.gather(*tasks)

    at_once(main())


def test_who_waits_for_an_errand_that_is_put_off_is_given_longer() -> None:
    async def main() -> None:
        gate = Gate()
        tasks = full(gate, 60)
        await asyncio.sleep(0)
        errand = Errand.lasting(5)
        waiting = asyncio.create_task(gate.stay(0, errand=errand))
        await asyncio.sleep(4)
        errand.until += 100
        await waiting
        await asyncio.gather(*tasks)
        assert gate.places.taken == 0

    at_once(main())


def test_a_family_is_sent_away_at_once_and_only_those_of_whom_it_is_true() -> None:
    async def main() -> None:
        gate = Gate()
        gone = full(gate, 60)
        await asyncio.sleep(0)
        impatient = Errand.lasting(70)
        waiting = [
            asyncio.create_task(gate.stay(0, "orders", family="orders", light=light, errand=errand))
            for light in (True, False)
            for errand in (impatient, None)
        ]
        gone.append(asyncio.create_task(gate.stay(0, "carts", family="carts", errand=impatient)))
        await asyncio.sleep(1)
        gate.turnstile.send_away("orders", lambda errand: CircuitOpen("shut") if errand is impatient else None)
        gate.turnstile.send_away("nobody", closed)
        began = now()
        for number in (0, 2):
            with pytest.raises(CircuitOpen):
                await waiting[number]
        assert now() == began
        await asyncio.gather(*gone, waiting[1], waiting[3])
        assert sorted(gate.order) == ["carts", *["first"] * 4, "orders", "orders"]
        assert gate.places.taken == 0

    at_once(main())


def test_who_is_sent_away_at_the_moment_of_giving_up_takes_no_place_along() -> None:
    async def main() -> None:
        gate = Gate()
        gone = full(gate, 60)
        await asyncio.sleep(0)
        waiting = asyncio.create_task(gate.stay(0))
        await asyncio.sleep(1)
        gate.turnstile.send_away("all", closed)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert gate.places.taken == 4
        await asyncio.gather(*gone)

    at_once(main())


def test_who_is_sent_away_at_the_moment_its_time_is_over_does_not_go_in() -> None:
    async def main() -> None:
        gate = Gate()
        gone = full(gate, 60)
        await asyncio.sleep(0)
        errand = Errand.lasting(5)
        waiting = asyncio.create_task(gate.stay(0, "late", errand=errand))
        asyncio.get_running_loop().call_at(errand.end + 1e-10, gate.turnstile.send_away, "all", closed)
        with pytest.raises(CircuitOpen):
            await waiting
        await asyncio.gather(*gone)
        assert "late" not in gate.order

    at_once(main())


def test_a_queue_has_an_end() -> None:
    async def main() -> None:
        gate = Gate({"all": Rate(10, 3_600)}, Places(1))
        gate.buckets["all"].refused(now(), 0)
        far = Waiter(Errand.lasting(1e9), asyncio.get_running_loop().create_future())
        gate.turnstile._queues["all", False] = deque([far] * LONGEST_QUEUE)  # that many tasks would take long to make
        with pytest.raises(BudgetSpent):
            await gate.stay(0, errand=Errand.lasting(1e9))

    at_once(main())


@dataclass(frozen=True)
class Caller:
    comes: float
    light: bool
    family: str
    stays: float
    patience: float
    gives_up: float | None


CALLERS = st.lists(
    st.builds(
        Caller,
        comes=st.sampled_from([0.0, 1.0, 2.0]) | st.floats(0, 5),
        light=st.booleans(),
        family=st.sampled_from(["published", "paused", "free"]),
        stays=st.sampled_from([0.0, 1.0]) | st.floats(0, 3),
        patience=st.sampled_from([1.0 + SLACK_SECONDS, 2.0 + SLACK_SECONDS, 60.0]) | st.floats(0.1, 5),
        gives_up=st.none() | st.sampled_from([0.0, 1.0, 2.0]) | st.floats(0, 5),
    ),
    max_size=40,
)


SENT_AWAY = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0]) | st.floats(0, 5), st.sampled_from(["published", "paused", "free"])),
    max_size=4,
)


def closed(errand: Errand) -> CircuitOpen | None:
    return CircuitOpen("closed")


@given(CALLERS, SENT_AWAY, st.integers(1, 4))
def test_whoever_gives_up_or_runs_out_of_time_at_any_moment_takes_no_place_along(
    callers: list[Caller], sent_away: list[tuple[float, str]], places: int
) -> None:
    """Much is due at the same moments here: places, deadlines and cancellations in one round of the loop."""

    async def main() -> None:
        gate = Gate({"published": Rate(10, 5), "paused": None}, Places(places))
        gate.buckets["paused"].refused(now(), 1)

        async def one(caller: Caller) -> None:
            await asyncio.sleep(caller.comes)
            errand = Errand.lasting(caller.patience)
            with contextlib.suppress(BudgetSpent, OutOfTime, CircuitOpen):
                await gate.stay(caller.stays, family=caller.family, light=caller.light, errand=errand)

        tasks = [asyncio.create_task(one(caller)) for caller in callers]
        for moment, family in sent_away:
            asyncio.get_running_loop().call_later(moment, gate.turnstile.send_away, family, closed)
        for task, caller in zip(tasks, callers, strict=True):
            if caller.gives_up is not None:
                asyncio.get_running_loop().call_later(caller.comes + caller.gives_up, task.cancel)
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            assert ended is None or isinstance(ended, asyncio.CancelledError), ended
        await asyncio.sleep(10)
        assert gate.inside == gate.places.taken == 0
        assert not any(gate.turnstile._queues.values())
        assert gate.turnstile._waiting == 0
        for family in ("free", "paused", "published"):
            await gate.stay(0, family=family)

    at_once(main())


def test_who_gives_up_at_the_moment_of_being_let_in_passes_the_place_on() -> None:
    async def main() -> None:
        gate = Gate(places=Places(1))
        async with gate.call():
            waiting = [asyncio.create_task(gate.stay(0, name)) for name in ("gives up", "goes in")]
            await asyncio.sleep(0)
        assert gate.places.taken == 1  # given, and not yet known to who waits
        waiting[0].cancel()
        await asyncio.wait(waiting)
        assert waiting[0].cancelled()
        assert gate.order == ["", "goes in"]
        assert gate.places.taken == 0

    at_once(main())


def test_a_thousand_waiters_are_looked_at_a_few_times_each(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    take, wait = Bucket.take, Bucket.wait

    def counted_take(self: Bucket, now: float, *, light: bool) -> bool:
        nonlocal looks
        looks += 1
        return take(self, now, light=light)

    def counted_wait(self: Bucket, now: float, *, light: bool, ahead: int = 0) -> float:
        nonlocal looks
        looks += 1
        return wait(self, now, light=light, ahead=ahead)

    monkeypatch.setattr(Bucket, "take", counted_take)
    monkeypatch.setattr(Bucket, "wait", counted_wait)

    async def main(count: int) -> int:
        nonlocal looks
        looks = 0
        gate = Gate({"all": Rate(6_000, 60)}, Places(64))
        await asyncio.gather(*(gate.stay(0.5, light=number % 2 == 0) for number in range(count)))
        return looks

    few, many = at_once(main(250)), at_once(main(2_000))
    assert many <= 8 * few * 1.5
    assert many <= 2_000 * 12


def grown(places: Places) -> int:
    """Rounds in which all its places are used and all goes well, until it grows no more."""
    for rounds in range(10_000):
        before = places.limit
        places.taken = places.limit
        for _ in range(places.limit * 2):
            places.went_well()
        places.taken = 0
        if places.limit == before:
            return rounds
    raise AssertionError("it never stops growing")


def test_places_grow_by_about_one_a_round_up_to_the_most() -> None:
    places = Places(64)
    assert places.limit == START
    places.taken = START
    for _ in range(START + 1):
        places.went_well()
    assert places.limit == START + 1
    grown(places)
    assert places.limit == 64


def test_places_that_are_not_needed_do_not_become_more() -> None:
    places = Places(64)
    places.taken = int(START * BUSY) - 1
    for _ in range(1_000):
        places.went_well()
    assert places.limit == START


def test_overloads_of_one_second_take_places_away_once() -> None:
    places = Places(64)
    for tenth in range(10):
        places.overloaded(5 + tenth / 10)
    assert places.limit == int(START * SHRINK)
    places.overloaded(5 + CALM_SECONDS)
    assert places.limit == int(START * SHRINK * SHRINK)


@given(st.integers(1, 200), st.lists(st.tuples(st.sampled_from(["well", "overload"]), st.floats(0, 3)), max_size=200))
def test_places_are_never_fewer_than_one_nor_more_than_the_most(most: int, events: list[tuple[str, float]]) -> None:
    places, moment = Places(most), 0.0
    assert 1 <= places.limit <= most
    for what, gap in events:
        moment += gap
        if what == "well":
            places.taken = places.limit
            for _ in range(50):
                places.went_well()
        else:
            places.overloaded(moment)
        assert 1 <= places.limit <= most


def test_fewer_places_let_nobody_in_until_enough_have_left() -> None:
    async def main() -> None:
        gate = Gate(places=Places(8))
        tasks = [asyncio.create_task(gate.stay(1 + number)) for number in range(8)]
        await asyncio.sleep(0)
        gate.places.overloaded(now())
        began = now()
        await gate.turnstile.enter("all", light=True, errand=Errand.lasting(100))
        assert now() == pytest.approx(began + 4)  # eight were in, and there are five places
        gate.turnstile.leave()
        await asyncio.gather(*tasks)

    at_once(main())
