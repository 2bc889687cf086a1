"""Watching: one poller however many look on, rarer while nothing changes, and nobody told anything twice."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, LimitExceeded, NotFound, Throttled, VendorDenied, VendorUnavailable
from gateway.model.account import Capability
from gateway.model.order import OrderStatus
from gateway.upstream.tally import TALLY, Tally
from gateway.watching import Watcher
from tests.watched import Lookout, lookout, news, ref

DONE = OrderStatus.COMPLETED


async def test_the_first_news_is_how_the_order_stands() -> None:
    desk = lookout("a")
    watcher = desk.watch("a")
    assert await news(watcher) == ["a pending"]
    assert desk.adapter.batches == [[ref("a")]]
    await desk.watching.close()


async def test_three_hundred_watchers_of_one_order_cost_one_read_per_interval() -> None:
    desk = lookout("a")
    watchers = [desk.watch("a") for _ in range(300)]
    await desk.clock.pass_(9.0)
    assert desk.reads == 1
    await desk.clock.pass_(2.0)
    assert desk.reads == 2
    desk.put("a", DONE)
    await desk.clock.pass_(20.0)
    assert desk.reads == 3
    assert [await news(watcher) for watcher in watchers] == [["a completed"]] * 300
    await desk.watching.close()


async def test_three_hundred_orders_are_read_in_the_vendors_batches() -> None:
    numbers = [f"n{place}" for place in range(300)]
    desk = lookout(*numbers)
    watchers = [desk.watch(*numbers[start : start + 30]) for start in range(0, 300, 30)]
    await desk.clock.pass_(5.0)
    assert [len(batch) for batch in desk.adapter.batches] == [50] * 6
    assert [len(await news(watcher)) for watcher in watchers] == [30] * 10
    await desk.clock.pass_(10.0)
    assert [len(batch) for batch in desk.adapter.batches] == [50] * 12
    await desk.watching.close()


async def test_where_a_call_reads_one_order_they_are_spread_out() -> None:
    numbers = [f"n{place}" for place in range(20)]
    desk = lookout(*numbers, per_call=1)
    desk.watch(*numbers)
    await desk.clock.pass_(0.0)
    assert [len(batch) for batch in desk.adapter.batches] == [8]
    await desk.clock.pass_(1.0)
    assert sorted(key.parts[0] for batch in desk.adapter.batches for key in batch) == sorted(numbers)
    await desk.watching.close()


async def test_what_does_not_change_is_read_ever_more_rarely_and_after_a_change_often_again() -> None:
    desk = lookout("a")
    watcher = desk.watch("a")
    times: list[float] = []
    for _ in range(151):
        before = desk.reads
        await desk.clock.pass_(1.0)
        times += [desk.clock.seconds] * (desk.reads - before)
    assert times == [1.0, 10.0, 30.0, 70.0, 110.0, 150.0]
    assert await news(watcher) == ["a pending"]
    desk.put("a", DONE)
    await desk.clock.pass_(41.0)
    assert await news(watcher) == ["a completed"]
    count = desk.reads
    await desk.clock.pass_(10.5)
    assert desk.reads == count + 1
    await desk.watching.close()


async def test_all_are_told_of_a_change_and_of_nothing_else() -> None:
    desk = lookout("a", "b")
    both, one = desk.watch("a", "b"), desk.watch("b")
    assert (await news(both), await news(one)) == (["a pending", "b pending"], ["b pending"])
    await desk.clock.pass_(100.0)
    assert (await news(both), await news(one)) == ([], [])
    desk.put("b", DONE)
    await desk.clock.pass_(41.0)
    assert (await news(both), await news(one)) == (["b completed"], ["b completed"])
    await desk.watching.close()


async def test_the_poller_stops_with_the_last_who_looks_on() -> None:
    others = asyncio.all_tasks()
    desk = lookout("a", "b")
    first, second = desk.watch("a", "b"), desk.watch("a")
    await desk.clock.pass_(0.0)
    first.close()
    await desk.clock.pass_(10.5)
    assert desk.adapter.batches == [[ref("a"), ref("b")], [ref("a")]]
    second.close()
    await desk.clock.pass_(500.0)
    assert desk.reads == 2
    assert desk.watching.orders == 0
    assert asyncio.all_tasks() == others


async def test_who_leaves_while_a_read_is_on_its_way_ends_it() -> None:
    others = asyncio.all_tasks()
    desk = lookout("a")
    asked, ended = asyncio.Event(), asyncio.Event()

    async def slow(refs: object) -> dict[object, object]:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return {}

    desk.adapter.batch = slow  # type: ignore[assignment,method-assign]
    watcher = desk.watch("a")
    await asked.wait()
    watcher.close()
    await ended.wait()
    await desk.clock.pass_(100.0)
    assert asyncio.all_tasks() == others


async def test_a_late_joiner_gets_a_fresh_state_without_a_read_and_a_stale_one_by_one_read_for_all() -> None:
    desk = lookout("a")
    desk.watch("a")
    await desk.clock.pass_(5.0)
    assert await news(desk.watch("a")) == ["a pending"]
    assert desk.reads == 1
    await desk.clock.pass_(88.0)  # by now it is read every 40 seconds
    count = desk.reads
    late = [desk.watch("a") for _ in range(20)]
    assert [await news(watcher) for watcher in late] == [["a pending"]] * 20
    assert desk.reads == count + 1
    await desk.watching.close()


async def test_an_order_that_is_gone_is_told_once_and_so_is_its_return() -> None:
    desk = lookout("a")
    watcher = desk.watch("a")
    assert await news(watcher) == ["a pending"]
    desk.drop("a")
    await desk.clock.pass_(100.0)
    assert await news(watcher) == ["a gone"]
    desk.put("a")
    await desk.clock.pass_(50.0)
    assert await news(watcher) == ["a pending"]
    await desk.watching.close()


async def test_an_order_that_never_was_is_gone_however_the_vendor_says_so() -> None:
    desk = lookout()
    desk.adapter.things[ref("x")] = NotFound("no such order")
    assert await news(desk.watch("nowhere", "x")) == ["nowhere gone", "x gone"]
    await desk.watching.close()


async def test_an_account_that_reads_no_orders_is_asked_nothing() -> None:
    desk = lookout("a")
    account = desk.adapter.account
    desk.adapter.account = type(account)(account.id, account.name, account.vendor, frozenset({Capability.READ_CARTS}))
    watcher = desk.watch("a")
    await desk.clock.pass_(100.0)
    assert await news(watcher) == ["a gone"]
    assert desk.adapter.batches == []
    await desk.watching.close()


async def test_one_passing_failure_is_told_only_to_who_knows_nothing_yet() -> None:
    desk = lookout("a", "b")
    old = desk.watch("a")
    assert await news(old) == ["a pending"]
    await desk.clock.pass_(9.5)
    desk.adapter.trouble = VendorUnavailable("down")
    await desk.clock.pass_(1.0)
    new = desk.watch("b")
    assert (await news(old), await news(new)) == ([], ["b VENDOR_UNAVAILABLE"])
    assert desk.adapter.batches[1:] == [[ref("a")], [ref("b")]]
    desk.adapter.trouble = None
    await desk.clock.pass_(100.0)
    assert (await news(old), await news(new)) == ([], ["b pending"])
    await desk.watching.close()


async def test_a_joiner_after_one_failure_is_not_told_of_it_if_all_is_well_again() -> None:
    desk = lookout("a")
    desk.watch("a")
    await desk.clock.pass_(9.5)
    desk.adapter.trouble = VendorUnavailable("down")
    await desk.clock.pass_(1.0)
    desk.adapter.trouble = None
    assert await news(desk.watch("a")) == ["a pending"]
    await desk.watching.close()


async def test_two_failures_with_a_success_between_them_are_not_told() -> None:
    desk = lookout("a")
    watcher = desk.watch("a")
    assert await news(watcher) == ["a pending"]
    for _ in range(3):
        count = desk.reads
        desk.adapter.trouble = VendorUnavailable("down")
        while desk.reads == count:
            await desk.clock.pass_(1.0)
        desk.adapter.trouble = None
        await desk.clock.pass_(11.0)
        assert desk.reads == count + 2
    assert await news(watcher) == []
    await desk.watching.close()


async def test_lasting_trouble_is_told_once_and_so_is_that_it_is_over() -> None:
    desk = lookout("a")
    watcher = desk.watch("a")
    assert await news(watcher) == ["a pending"]
    desk.adapter.trouble = VendorUnavailable("down")
    await desk.clock.pass_(200.0)
    assert await news(watcher) == ["a VENDOR_UNAVAILABLE"]
    assert await news(desk.watch("a")) == ["a VENDOR_UNAVAILABLE"]
    desk.adapter.trouble = None
    await desk.clock.pass_(50.0)
    assert await news(watcher) == ["a pending"]
    await desk.watching.close()


async def test_trouble_that_will_not_pass_is_told_at_once() -> None:
    desk = lookout("a")
    watcher = desk.watch("a")
    assert await news(watcher) == ["a pending"]
    desk.adapter.trouble = VendorDenied("no")
    await desk.clock.pass_(10.5)
    assert await news(watcher) == ["a VENDOR_DENIED"]
    await desk.watching.close()


async def test_one_bad_order_does_not_hide_its_neighbours() -> None:
    desk = lookout("a", "b")
    desk.adapter.things[ref("b")] = VendorDenied("no")
    watcher = desk.watch("a", "b")
    assert await news(watcher) == ["a pending", "b VENDOR_DENIED"]
    await desk.watching.close()


async def test_an_account_that_throttles_is_left_alone_for_as_long_as_it_asks() -> None:
    desk = lookout("a", "b")
    desk.adapter.trouble = Throttled("slow down", retry_after=300.0)
    first = desk.watch("a")
    assert await news(first) == ["a THROTTLED"]
    second = desk.watch("a", "b")
    assert sorted(await news(second)) == ["a THROTTLED", "b THROTTLED"]
    desk.adapter.trouble = None
    await desk.clock.pass_(299.0)
    assert desk.reads == 1
    await desk.clock.pass_(2.0)
    assert (await news(first), sorted(await news(second))) == (["a pending"], ["a pending", "b pending"])
    await desk.watching.close()


async def test_a_bug_in_a_read_is_told_masked_and_ends_no_poller(caplog: pytest.LogCaptureFixture) -> None:
    desk = lookout("a")
    healthy, desk.adapter.batch = desk.adapter.batch, broken  # type: ignore[assignment,method-assign]
    watcher = desk.watch("a")
    assert await news(watcher) == ["a INTERNAL"]
    assert "postgres" in caplog.text
    desk.adapter.batch = healthy  # type: ignore[method-assign]
    await desk.clock.pass_(50.0)
    assert await news(watcher) == ["a pending"]
    await desk.watching.close()


async def broken(refs: object) -> dict[object, object]:
    raise RuntimeError("postgres://ada:hunter2@db")


async def test_who_takes_its_time_is_kept_only_the_newest_and_no_way_back() -> None:
    desk = lookout("a", "b")
    slow = desk.watch("a", "b")
    assert await news(slow) == ["a pending", "b pending"]
    for status in (OrderStatus.PROCESSING, OrderStatus.IN_REVIEW, DONE):
        desk.put("a", status)
        desk.put("b", status)
        await desk.clock.pass_(45.0)
    desk.put("b")
    await desk.clock.pass_(45.0)
    assert await news(slow) == ["a completed"]  # b changed and changed back
    await desk.watching.close()


async def test_a_hot_order_takes_its_neighbours_along_where_the_call_costs_the_same() -> None:
    desk = lookout("hot", "cold")
    desk.watch("hot", "cold")
    await desk.clock.pass_(72.0)  # both are read every 40 seconds, last at 70
    count = desk.reads
    desk.put("hot", DONE)
    await desk.clock.pass_(39.0)
    for status in (OrderStatus.PENDING, DONE, OrderStatus.PENDING):
        desk.put("hot", status)
        await desk.clock.pass_(10.5)
    both, hot = [ref("hot"), ref("cold")], [ref("hot")]
    assert desk.adapter.batches[count:] == [both, hot, both, hot]  # cold was not due before another ten seconds
    await desk.watching.close()


async def test_no_more_orders_are_watched_in_all_than_allowed() -> None:
    desk = lookout("a", "b", "c", max_orders=2)
    desk.watch("a", "b")
    with pytest.raises(LimitExceeded) as refused:
        desk.watch("b", "c")
    assert refused.value.limit == "max_watched_in_all"
    again = desk.watch("a", "b")  # they are watched already
    assert await news(again) == ["a pending", "b pending"]
    assert desk.watching.orders == 2
    await desk.watching.close()


async def test_a_pollers_calls_are_no_operations() -> None:
    desk = lookout("a")
    seen: list[Tally | None] = []
    healthy = desk.adapter.batch

    async def noting(refs: object) -> dict[object, object]:
        seen.append(TALLY.get())
        return await healthy(refs)  # type: ignore[arg-type,return-value]

    desk.adapter.batch = noting  # type: ignore[assignment,method-assign]
    TALLY.set(Tally())
    desk.watch("a")
    await desk.clock.pass_(1.0)
    assert seen == [None]
    await desk.watching.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.sets(st.sampled_from("abc"), min_size=1)),
        st.tuples(st.just("leave"), st.integers(0, 3)),
        st.tuples(st.just("put"), st.sampled_from("abc"), st.sampled_from([OrderStatus.PENDING, DONE])),
        st.tuples(st.just("drop"), st.sampled_from("abc")),
        st.tuples(st.just("fail"), st.sampled_from([VendorUnavailable, VendorDenied, Throttled])),
        st.tuples(
            st.just("mend"),
        ),
        st.tuples(st.just("pass"), st.sampled_from([0.0, 1.0, 11.0, 60.0])),
    ),
    max_size=30,
)


@given(STEPS, st.sampled_from([1, 50]))
def test_whatever_happens_every_watcher_ends_up_knowing_how_things_stand(
    steps: list[tuple[object, ...]], per_call: int
) -> None:
    asyncio.run(played(steps, per_call))


async def played(steps: list[tuple[object, ...]], per_call: int) -> None:
    desk = lookout("a", "b", "c", per_call=per_call)
    watchers: list[Watcher] = []
    known: dict[Watcher, dict[str, str]] = {}
    for step in steps:
        match step:
            case ("join", set() as numbers):
                watchers.append(desk.watch(*sorted(numbers)))
            case ("leave", int(place)) if place < len(watchers):
                watchers.pop(place).close()
            case ("put", str(number), OrderStatus() as status):
                desk.put(number, status)
            case ("drop", str(number)) if ref(number) in desk.adapter.things:
                desk.drop(number)
            case ("fail", type() as kind):
                desk.adapter.trouble = kind("trouble") if issubclass(kind, GatewayError) else None
            case ("mend",):
                desk.adapter.trouble = None
            case ("pass", float(seconds)):
                await desk.clock.pass_(seconds)
        for watcher in watchers:
            await take(watcher, known)
    desk.adapter.trouble = None
    count, start = desk.reads, desk.clock.seconds
    await desk.clock.pass_(100.0)  # longer than anything is put off
    for watcher in watchers:
        await take(watcher, known)
        assert known.get(watcher, {}) == {one.parts[0]: stands(desk, one.parts[0]) for one in watcher.refs}
    assert desk.reads - count <= 3 * (desk.clock.seconds - start) / 10 + 3
    for watcher in watchers:
        watcher.close()
    await desk.clock.pass_(0.0)
    assert desk.watching.orders == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def take(watcher: Watcher, known: dict[Watcher, dict[str, str]]) -> None:
    for line in await news(watcher):
        number, how = line.split()
        mine = known.setdefault(watcher, {})
        assert mine.get(number) != how, "told twice"
        mine[number] = how


def stands(desk: Lookout, number: str) -> str:
    found = desk.adapter.things.get(ref(number))
    return found.status.value if found is not None else "gone"  # type: ignore[attr-defined]  # an order: nothing else is put


async def test_whoever_begins_is_told_what_calls_it_caused() -> None:
    desk = lookout(*"abc", per_call=2)
    assert desk.watch("a", "b", "c").calls == 2
    await desk.clock.pass_(1.0)
    assert desk.watch("a", "b", "c").calls == 0
    await desk.clock.pass_(100.0)
    assert desk.watch("a").calls == 1
    assert desk.watch("a").calls == 1  # it waits for the same read, and nobody knows who of them stays
    await desk.watching.close()
