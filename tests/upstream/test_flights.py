"""One call for all who ask at once, each of whom may leave, hurry, or come too late."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BudgetSpent, DeadlineExceeded, GatewayError, OutOfTime, VendorUnavailable
from gateway.upstream.errand import ERRAND, Errand, Load, on, too_late
from gateway.upstream.flights import Flights
from gateway.upstream.tally import TALLY, Tally, asked, count
from gateway.upstream.wire import LIGHT_CALLS, CallRecord

GENEROUS_SECONDS = 10


def call(route: str = "orders") -> CallRecord:
    return CallRecord("SELLERCLOUD", "one", route, "GET", 200, 1.0, 1)


@dataclass
class Vendor:
    """Answers a key with its capitals when released: "bad" with an error, "worse" with a bug, "none" with nothing."""

    batches: list[list[str]] = field(default_factory=list)
    abandoned: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)
    landed: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.flights: Flights[str, str] = Flights(landed=self.landed.__setitem__)

    async def answer(self, keys: Sequence[str]) -> Mapping[str, str | GatewayError]:
        self.batches.append(list(keys))
        count(call())
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            self.abandoned += 1
            raise
        if "worse" in keys:
            raise ValueError
        bad = VendorUnavailable("down")
        return {key: bad if key == "bad" else key.upper() for key in keys if key != "none"}

    async def ask(self, *keys: str) -> dict[str, str | GatewayError]:
        return await self.flights.ask(keys, self.answer)

    def asking(self, *keys: str, tally: Tally | None = None, errand: Errand | None = None) -> Asking:
        async def asking() -> dict[str, str | GatewayError]:
            TALLY.set(tally)
            with on(errand):
                return await self.ask(*keys)

        return asyncio.create_task(asking())


Asking = asyncio.Task[dict[str, str | GatewayError]]


async def under_way() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_all_who_ask_at_once_share_a_call_and_later_ones_make_a_new_one() -> None:
    vendor = Vendor()
    asking = [vendor.asking("a") for _ in range(3)] + [vendor.asking("b")]
    await under_way()
    vendor.released.set()
    assert await asyncio.gather(*asking) == [{"a": "A"}] * 3 + [{"b": "B"}]
    assert vendor.batches == [["a"], ["b"]]
    assert await vendor.ask("a") == {"a": "A"}
    assert vendor.batches == [["a"], ["b"], ["a"]]
    assert len(vendor.flights) == 0


async def test_a_batch_asks_for_what_nobody_asks_for_now() -> None:
    vendor = Vendor()
    one, other = vendor.asking("a", "x"), vendor.asking("a", "b", "a", "none")
    await under_way()
    vendor.released.set()
    assert await one == {"a": "A", "x": "X"}
    assert await other == {"a": "A", "b": "B"}
    assert vendor.batches == [["a", "x"], ["b", "none"]]


async def test_an_error_is_everybodys_and_each_has_its_own() -> None:
    vendor = Vendor()
    asking = [vendor.asking("bad") for _ in range(2)]
    await under_way()
    vendor.released.set()
    one, other = [answer["bad"] for answer in await asyncio.gather(*asking)]
    assert isinstance(one, VendorUnavailable)
    assert isinstance(other, VendorUnavailable)
    one.happened_at("SELLERCLOUD", "one")
    assert other.vendor is None
    assert len(vendor.batches) == 1


async def test_an_error_of_the_whole_call_is_that_of_each_key() -> None:
    flights: Flights[str, str] = Flights()

    async def refuse(keys: Sequence[str]) -> Mapping[str, str]:
        raise VendorUnavailable("down")

    answers = await flights.ask(["a", "b"], refuse)
    assert [type(one) for one in answers.values()] == [VendorUnavailable] * 2
    assert answers["a"] is not answers["b"]

    async def fail() -> str:
        raise VendorUnavailable("down")

    with pytest.raises(VendorUnavailable, match="down"):
        await flights.get("a", fail)


async def test_a_bug_is_no_answer() -> None:
    vendor = Vendor()
    asking = [vendor.asking("worse") for _ in range(2)]
    await under_way()
    vendor.released.set()
    assert [type(one) for one in await asyncio.gather(*asking, return_exceptions=True)] == [ValueError] * 2
    assert len(vendor.flights) == 0


async def test_who_leaves_takes_nothing_from_the_others_and_the_last_one_ends_it() -> None:
    vendor = Vendor()
    asking = [vendor.asking("a", "b"), vendor.asking("b")]
    await under_way()
    asking[0].cancel()
    await under_way()
    assert vendor.abandoned == 0
    asking[1].cancel()
    await under_way()
    assert (vendor.abandoned, len(vendor.flights)) == (1, 0)
    vendor.released.set()
    assert await vendor.ask("a") == {"a": "A"}


async def test_what_is_forgotten_answers_those_who_wait_and_nobody_else() -> None:
    vendor = Vendor()
    early = vendor.asking("a", "b")
    await under_way()
    vendor.flights.forget("a")
    late = vendor.asking("a", "b")
    await under_way()
    assert vendor.batches == [["a", "b"], ["a"]]
    vendor.flights.forget_all()
    latest = vendor.asking("a", "b")
    await under_way()
    assert vendor.batches[2:] == [["a", "b"]]
    vendor.released.set()
    assert list(await asyncio.gather(early, late, latest)) == [{"a": "A", "b": "B"}] * 3


async def test_only_found_values_that_were_not_forgotten_land() -> None:
    vendor = Vendor()
    early = vendor.asking("a", "b", "bad", "none")
    await under_way()
    vendor.flights.forget("b")
    vendor.released.set()
    await early
    assert vendor.landed == {"a": "A"}


async def test_at_its_end_all_that_is_under_way_is_ended() -> None:
    vendor = Vendor()
    asking = vendor.asking("a")
    await under_way()
    await vendor.flights.close()
    assert vendor.abandoned == 1
    answer = (await asking)["a"]
    assert isinstance(answer, VendorUnavailable)


async def test_an_operation_is_cut_off_at_its_deadline_and_a_patient_one_is_not() -> None:
    vendor = Vendor()
    hasty = vendor.asking("a", errand=Errand.lasting(0.05))
    await under_way()
    patient = vendor.asking("a", errand=Errand.lasting(60))
    async with asyncio.timeout(GENEROUS_SECONDS):
        assert isinstance((await hasty)["a"], OutOfTime)
    assert vendor.abandoned == 0
    vendor.released.set()
    assert await patient == {"a": "A"}
    assert len(vendor.batches) == 1


async def test_at_the_deadline_what_came_is_kept() -> None:
    vendor = Vendor()

    async def at_once(keys: Sequence[str]) -> Mapping[str, str]:
        return {key: key for key in keys}

    elsewhere = vendor.asking("slow")
    await under_way()
    with on(Errand.lasting(0.05)):
        answers = await vendor.flights.ask(["slow", "quick"], at_once)
    assert answers["quick"] == "quick"
    assert isinstance(answers["slow"], DeadlineExceeded)
    vendor.released.set()
    await elsewhere


async def test_a_flight_has_the_time_of_the_most_patient_and_the_load_of_the_first() -> None:
    vendor = Vendor()
    seen: list[Errand | None] = []

    async def look(keys: Sequence[str]) -> Mapping[str, str]:
        seen.append(ERRAND.get())
        await vendor.released.wait()
        return {}

    async def looking(errand: Errand | None) -> None:
        with on(errand):
            await vendor.flights.ask(["a"], look)

    first, second = Errand.lasting(30), Errand.lasting(60)
    tasks = [asyncio.create_task(looking(first))]
    await under_way()
    (errand,) = seen
    assert errand is not None
    assert errand is not first
    assert (errand.until, errand.load) == (first.until, first.load)
    tasks.append(asyncio.create_task(looking(second)))
    await under_way()
    assert (errand.until, first.until < second.until) == (second.until, True)
    tasks.append(asyncio.create_task(looking(None)))
    await under_way()
    assert errand.left > 3_600
    vendor.released.set()
    await asyncio.gather(*tasks)
    await looking(None)
    assert seen[1:] == [None]


@pytest.mark.parametrize("error", [OutOfTime, BudgetSpent])
async def test_the_haste_of_the_first_is_nobody_elses_trouble(error: type[GatewayError]) -> None:
    vendor = Vendor()
    made = 0

    async def hurried(keys: Sequence[str]) -> Mapping[str, str | GatewayError]:
        nonlocal made
        made += 1
        if made > 1:
            return {key: key.upper() for key in keys}
        await vendor.released.wait()
        return {"a": error("no time"), "b": "B"}

    async def asking(seconds: float | None) -> dict[str, str | GatewayError]:
        with on(None if seconds is None else Errand.lasting(seconds)):
            return await vendor.flights.ask(["a", "b"], hurried)

    tasks = [asyncio.create_task(asking(seconds)) for seconds in (20, 20.1, 40, None)]
    await under_way()
    vendor.released.set()
    hasty, as_hasty, *patient = await asyncio.gather(*tasks)
    assert isinstance(hasty["a"], error)
    assert isinstance(as_hasty["a"], error)
    assert patient == [{"a": "A", "b": "B"}] * 2
    assert made == 2


async def test_who_asks_for_little_does_not_share_the_refusal_of_one_who_asks_for_much() -> None:
    vendor = Vendor()
    loads: list[int] = []

    async def scarce(keys: Sequence[str]) -> Mapping[str, str | GatewayError]:
        errand = ERRAND.get()
        assert errand is not None
        loads.append(errand.load.calls)
        await vendor.released.wait()
        return {key: BudgetSpent("too much") if loads[-1] >= LIGHT_CALLS else key.upper() for key in keys}

    async def asking(calls: int) -> str | GatewayError:
        with on(Errand.lasting(60, Load(calls))):
            return (await vendor.flights.ask(["a"], scarce))["a"]

    tasks = [asyncio.create_task(asking(20))]
    await under_way()
    tasks += [asyncio.create_task(asking(calls)) for calls in (0, LIGHT_CALLS, 1)]
    await under_way()
    vendor.released.set()
    much, little, as_much, as_little = await asyncio.gather(*tasks)
    assert isinstance(much, BudgetSpent)
    assert isinstance(as_much, BudgetSpent)
    assert (little, as_little) == ("A", "A")
    assert loads == [20, 0]


async def test_a_flight_counts_for_each_operation_that_waited_once() -> None:
    vendor = Vendor()
    one, other = Tally(), Tally()
    asking = [vendor.asking("a", tally=one), vendor.asking("a", tally=one), vendor.asking("a", tally=other)]
    await under_way()
    assert (one.spent, other.spent) == (1, 1)
    vendor.released.set()
    await asyncio.gather(*asking)
    assert (one.spent, other.spent) == (1, 1)
    assert one.records == other.records == [call()]


async def test_what_was_cut_off_counts_what_was_called_so_far() -> None:
    vendor = Vendor()
    tally = Tally()
    asking = vendor.asking("a", tally=tally)
    await under_way()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert vendor.abandoned == 1
    assert tally.spent == 1


async def test_a_call_is_an_operation_s_as_soon_as_one_waits_for_it() -> None:
    vendor = Vendor()
    told: list[bool] = []

    async def look(keys: Sequence[str]) -> Mapping[str, str]:
        told.append(asked())
        await vendor.released.wait()
        told.append(asked())
        return {}

    background = asyncio.create_task(vendor.flights.ask(["a"], look))
    await under_way()
    asking = vendor.asking("a", tally=Tally())
    await under_way()
    vendor.released.set()
    await asyncio.gather(background, asking)
    assert told == [False, True]


def test_a_share_of_a_flight_counts_for_who_asked_for_a_part_of_it() -> None:
    flight, first, joined = Tally(keys=26), Tally(), Tally()
    first.share(flight, "abcdefghijklmnopqrstuvwxyz")
    joined.share(flight, "a")
    assert (first.spent, joined.spent) == (0, 0)
    for _ in range(26):
        flight.add(call())
    assert (first.spent, joined.spent) == (26, 1)
    assert (len(first.records), len(joined.records)) == (26, 1)
    joined.share(flight, "ab")
    assert joined.spent == 2
    flight.add(call("login"))
    assert (first.spent, len(first.records)) == (26, 27)


def test_what_two_flights_waited_for_counts_once() -> None:
    operation, one, other, inner = Tally(), Tally(), Tally(), Tally()
    for flight in (one, other):
        operation.share(flight, "a")
        flight.share(inner, "x")
        flight.add(call())
    inner.add(call())
    assert (one.spent, other.spent, operation.spent) == (2, 2, 3)
    assert len(operation.records) == 3


def test_too_many_records_are_left_out_and_counted() -> None:
    tally, flight = Tally(), Tally()
    tally.share(flight, "a")
    for _ in range(300):
        tally.add(call())
        flight.add(call())
    assert (tally.spent, len(tally.records), tally.omitted) == (600, 500, 100)
    for _ in range(300):
        flight.add(call())
    assert (tally.spent, len(tally.records), tally.omitted) == (900, 500, 400)


@dataclass(frozen=True)
class Step:
    """Something that happens: somebody asks for keys, leaves, or the vendor answers a batch, well or not."""

    what: str
    which: int
    keys: tuple[str, ...]


steps = st.builds(
    Step,
    st.sampled_from(["ask", "ask", "leave", "answer", "refuse", "fail", "forget", "pass"]),
    st.integers(0, 7),
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(tuple),
)


class Play:
    """A vendor whose batches are answered one by one, in any order, and those who ask it."""

    def __init__(self) -> None:
        self.flights: Flights[str, str] = Flights()
        self.open: dict[asyncio.Future[str], Sequence[str]] = {}
        self.asking: list[tuple[Sequence[str], asyncio.Task[dict[str, str | GatewayError]]]] = []
        self.forgotten = False
        self.number = 0

    async def answer(self, keys: Sequence[str]) -> Mapping[str, str | GatewayError]:
        busy = [key for some in self.open.values() for key in some]
        assert self.forgotten or not set(keys).intersection(busy), "asked twice at one moment"
        assert len(set(keys)) == len(keys)
        end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.open[end] = keys
        try:
            how = await end
        finally:
            del self.open[end]
        if how == "refuse":
            raise VendorUnavailable("down")
        bad: GatewayError = too_late() if how == "fail" else VendorUnavailable("down")
        return {key: bad if key == "d" else key.upper() for key in keys if key != "c"}

    def right(self, keys: Sequence[str], answers: Mapping[str, str | GatewayError]) -> bool:
        """Each key has its own answer or an error; what is missing is what the vendor has not."""
        return all(
            isinstance(answer, GatewayError) or (answer == key.upper() and key not in "cd")
            for key, answer in answers.items()
        ) and set(keys) - set(answers) <= {"c"}

    async def play(self, step: Step) -> None:
        if step.what == "ask":
            task = asyncio.create_task(self.flights.ask(step.keys, self.answer))
            self.asking.append((step.keys, task))
        elif step.what == "leave" and self.asking:
            self.asking[step.which % len(self.asking)][1].cancel()
        elif step.what == "forget":
            self.flights.forget_all()
            self.forgotten = True
        elif step.what in ("answer", "refuse", "fail"):
            ends = [end for end in self.open if not end.done()]
            if ends:
                ends[step.which % len(ends)].set_result(step.what)
        if step.which % 2 or step.what == "pass":
            await under_way()

    async def end(self) -> None:
        """All that still waits is answered, and all who stayed have what they asked for."""
        async with asyncio.timeout(GENEROUS_SECONDS):
            while not all(task.done() for _, task in self.asking):
                await asyncio.sleep(0)
                for end in list(self.open):
                    if not end.done():
                        end.set_result("answer")
        for keys, task in self.asking:
            if not task.cancelled():
                assert self.right(keys, task.result())
        await under_way()
        assert not self.open
        assert len(self.flights) == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}


@given(st.lists(steps, max_size=30))
def test_whoever_stays_is_answered_and_no_flight_is_left(played: list[Step]) -> None:
    async def run() -> None:
        play = Play()
        for step in played:
            await play.play(step)
        await play.end()

    asyncio.run(run())


@pytest.mark.slow
def test_nothing_is_held_of_flights_that_are_over() -> None:
    async def run() -> int:
        vendor = Vendor()
        vendor.released.set()
        gc.collect()
        before = sum(isinstance(one, Load | Tally) for one in gc.get_objects())
        for place in range(50):
            await vendor.asking(str(place), tally=Tally(), errand=Errand.lasting(60))
        await under_way()
        gc.collect()
        return sum(isinstance(one, Load | Tally) for one in gc.get_objects()) - before

    assert asyncio.run(run()) <= 0
