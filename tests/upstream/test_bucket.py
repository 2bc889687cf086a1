"""A vendor's budget of calls: what no window may hold, what is kept for whom, and what a refusal changes."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.upstream.bucket import (
    BURST,
    CALM_SECONDS,
    FEWEST,
    LEAST,
    LIFTED,
    LONGEST_GUESS,
    LONGEST_PAUSE,
    RECOVERY,
    RESERVE,
    SHARE,
    SLOWED,
    Bucket,
    Rate,
)

CALLS = st.integers(FEWEST, 40) | st.integers(FEWEST, 11_000) | st.floats(1, 10)  # one process's part may be broken
RATES = st.builds(Rate, CALLS, st.sampled_from([1.0, 60.0, 3_600.0]))
PAUSES = st.none() | st.sampled_from([0.0, 0.5, 1.0, 57.0, 3_600.0, 1e9, math.inf])


@dataclass(frozen=True)
class Come:
    """After `gap` (in windows of the vendor's) so many calls come at once."""

    gap: float
    light: bool
    count: int


@dataclass(frozen=True)
class No:
    """After `gap` the vendor refuses."""

    gap: float
    pause: float | None


GAPS = st.floats(0, 0.3) | st.floats(0, 2) | st.just(0.0)
EVENTS = st.lists(
    st.builds(Come, GAPS, st.booleans(), st.integers(1, 3_000)) | st.builds(No, GAPS, PAUSES), min_size=1, max_size=30
)


def most_in_a_window(times: list[float], seconds: float) -> int:
    return max((bisect_left(times, time + seconds) - at for at, time in enumerate(times)), default=0)


def taken(bucket: Bucket, now: float, *, light: bool, most: int = 100_000) -> int:
    """How many calls get through at that moment."""
    return next((count for count in range(most) if not bucket.take(now, light=light)), most)


@given(RATES, EVENTS)
def test_no_window_holds_more_than_the_vendor_allows(rate: Rate, events: list[Come | No]) -> None:
    bucket, now, passed = Bucket(rate), 1_000.0, list[float]()
    for event in events:
        now += event.gap * rate.seconds
        if isinstance(event, No):
            bucket.refused(now, event.pause)
        else:
            passed += [now] * taken(bucket, now, light=event.light, most=event.count)
    assert most_in_a_window(passed, rate.seconds) <= rate.calls


@given(RATES, st.floats(0, 2), st.integers(10, 200), st.none() | st.tuples(st.floats(0, 2), PAUSES))
def test_no_window_holds_more_for_who_takes_all_there_is_at_every_moment(
    rate: Rate, idle: float, steps: int, no: tuple[float, float | None] | None
) -> None:
    bucket, passed = Bucket(rate), list[float]()
    for step in range(3 * steps):
        now = (idle + step / steps) * rate.seconds
        if no is not None and step == int(no[0] * steps):
            bucket.refused(now, no[1])
        passed += [now] * taken(bucket, now, light=True)
    assert most_in_a_window(passed, rate.seconds) <= rate.calls


@given(st.integers(1, 16), st.integers(FEWEST, 600))
def test_several_processes_together_keep_to_what_is_allowed(processes: int, calls: int) -> None:
    whole = Rate(max(calls, processes), 60)
    buckets = [Bucket(whole.among(processes)) for _ in range(processes)]
    passed = [
        float(second) for second in range(150) for bucket in buckets for _ in range(taken(bucket, second, light=True))
    ]
    assert most_in_a_window(passed, whole.seconds) <= whole.calls
    assert all(bucket.wait(150, light=True) < 3 * 60 for bucket in buckets)  # each goes on


def test_a_process_has_at_least_one_call_however_many_there_are() -> None:
    assert Rate(10, 60).among(50) == Rate(1, 60)
    assert Rate(500, 60).among(1) == Rate(500, 60)


@given(st.builds(Rate, st.integers(200, 11_000), st.sampled_from([1.0, 60.0, 3_600.0])), st.booleans())
def test_most_of_what_is_allowed_can_be_used(rate: Rate, light: bool) -> None:
    bucket, now, count = Bucket(rate), 0.0, 0
    while now < rate.seconds:
        count += taken(bucket, now, light=light)
        now += rate.seconds / 200
    least = rate.calls * SHARE * (1 - RESERVE * BURST)  # the bulk leaves the reserve alone
    assert count >= least - 3 - rate.calls * SHARE / 200


@given(RATES, st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 2_000)), max_size=20))
def test_the_bulk_never_touches_the_reserve(rate: Rate, bulk: list[tuple[float, int]]) -> None:
    bucket, now, kept = Bucket(rate), 0.0, int(rate.calls * SHARE * BURST * RESERVE)
    for gap, count in bulk:
        now += gap * rate.seconds
        taken(bucket, now, light=False, most=count)
        left = bucket.left(now)
        assert left is not None
        assert left >= kept
    while bucket.take(now, light=False):
        pass
    assert taken(bucket, now, light=True) in (kept, kept + 1)  # parts of calls on either side may make one


def test_light_calls_go_on_at_the_reserve_s_pace_while_the_bulk_takes_all_it_can() -> None:
    rate = Rate(500, 60)
    bucket, light = Bucket(rate), 0
    for tenth in range(600 * 10):
        taken(bucket, tenth / 10, light=False)
        light += taken(bucket, tenth / 10, light=True)
    steady = rate.calls * SHARE * (1 - BURST) / rate.seconds
    assert light >= int(600 * steady * RESERVE)


@given(st.none() | RATES, st.floats(0.1, 3_600), st.lists(st.tuples(st.floats(0, 0.999), st.booleans()), max_size=20))
def test_nothing_passes_in_a_pause(rate: Rate | None, pause: float, tries: list[tuple[float, bool]]) -> None:
    bucket = Bucket(rate)
    taken(bucket, 0, light=True, most=5)
    bucket.refused(1, pause)
    for share, light in sorted(tries):
        now = 1 + share * pause
        assert not bucket.take(now, light=light)
        assert bucket.wait(now, light=light) >= (1 - share) * pause - 1e-6
        assert bucket.left(now) == (None if rate is None else 0)


@given(st.none() | RATES, st.floats(0, 3_600), st.lists(st.floats(0, 1), max_size=5), st.integers(0, 50))
def test_after_a_pause_comes_at_most_half_of_what_was_saved(
    rate: Rate | None, pause: float, looks: list[float], used: int
) -> None:
    bucket = Bucket(rate)
    taken(bucket, 0, light=False, most=used)
    saved = bucket.left(10) or 0
    bucket.refused(10, pause)
    for share in sorted(looks):
        bucket.wait(10 + share * pause, light=True)
    assert taken(bucket, 10 + pause, light=False) + taken(bucket, 10 + pause, light=True) <= saved / 2 + 2


@given(RATES, EVENTS, st.booleans(), st.integers(0, 50))
@example(Rate(16, 1), [Come(0, False, 2), No(0, None)], True, 0)  # the reserve is too small for a call
def test_a_wait_is_never_told_too_short_where_nobody_else_comes(
    rate: Rate, events: list[Come | No], light: bool, ahead: int
) -> None:
    bucket, now = Bucket(rate), 0.0
    for event in events:
        now += event.gap * rate.seconds
        if isinstance(event, No):
            bucket.refused(now, event.pause)
        else:
            taken(bucket, now, light=event.light, most=event.count)
    told = now + bucket.wait(now, light=light, ahead=ahead)
    got = 0
    while now < told:  # those ahead go as soon as they can
        got += taken(bucket, now, light=light, most=ahead - got)
        step = bucket.wait(now, light=light) if got < ahead else told - now
        now = min(now + max(step, 1e-3), told)
    got += taken(bucket, told + 1e-3, light=light, most=ahead + 1 - got)
    assert got == ahead + 1


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(1, 1_000), st.booleans()), max_size=20))
def test_where_nothing_is_published_all_pass_until_the_vendor_refuses(calls: list[tuple[float, int, bool]]) -> None:
    bucket, now = Bucket(None), 0.0
    for gap, count, light in calls:
        now += gap
        assert taken(bucket, now, light=light, most=count) == count
        assert bucket.wait(now, light=light, ahead=count) == 0
    assert not bucket.limited
    assert bucket.left(now) is None


def pace(bucket: Bucket, now: float, *, seconds: float = 1.0) -> float:
    """Calls a second that pass from `now` on, without what had gathered before."""
    while bucket.take(now, light=True):
        pass
    steps = round(seconds * 100)
    return sum(taken(bucket, now + (step + 1) / 100, light=True) for step in range(steps)) / seconds


def refused_at(calls_a_second: int, seconds: int = 20) -> tuple[Bucket, float]:
    bucket, now = Bucket(None), 0.0
    for tick in range(seconds * 10):
        now = tick / 10
        taken(bucket, now, light=False, most=calls_a_second // 10)
    bucket.refused(now, 0)
    return bucket, now


@pytest.mark.parametrize("speed", [20, 100, 1_000])
def test_after_a_refusal_the_pace_is_half_of_the_one_measured(speed: int) -> None:
    bucket, now = refused_at(speed)
    assert bucket.limited
    assert pace(bucket, now, seconds=2) == pytest.approx(speed / 2, rel=0.12)


@pytest.mark.parametrize("seconds", [2, 12, 40])
def test_each_further_refusal_halves_the_pace_that_was_refused(seconds: int) -> None:
    bucket, now = refused_at(400)
    for _ in range(4):
        for _ in range(seconds * 10):  # asks for all it can get
            now += 0.1
            taken(bucket, now, light=True)
        before, now = pace(bucket, now), now + 1
        bucket.refused(now, 0)
        assert pace(bucket, now) == pytest.approx(before / 2, rel=0.25)


def test_a_pace_recovers_from_the_one_that_was_refused_last() -> None:
    bucket, now = refused_at(400)
    for _ in range(300):
        now += 0.1
        taken(bucket, now, light=True, most=4)
    bucket.refused(now, 0)
    assert pace(bucket, now) == pytest.approx(20, rel=0.15)
    assert pace(bucket, now + 30) == pytest.approx(40, rel=0.15)


def test_calls_of_long_ago_say_nothing_of_the_pace_that_was_refused() -> None:
    bucket = Bucket(None)
    for tick in range(100):
        taken(bucket, tick / 10, light=True, most=100)
    assert bucket.take(3_600, light=True)
    bucket.refused(3_601, 0)
    assert pace(bucket, 3_601) <= LEAST


def test_a_pace_is_slow_but_never_nothing_however_often_it_is_refused() -> None:
    bucket, now = refused_at(100)
    for _ in range(50):
        now += 2 * CALM_SECONDS
        taken(bucket, now, light=True)
        bucket.refused(now, 0)
    assert bucket.wait(now, light=True, ahead=1) < 60


def test_refusals_of_what_was_sent_together_count_once() -> None:
    bucket, now = refused_at(100)
    for _ in range(30):
        bucket.refused(now + 0.01, 0)
    assert pace(bucket, now + 0.02, seconds=2) == pytest.approx(50, rel=0.12)


def test_without_refusals_the_pace_recovers_and_the_limit_is_forgotten() -> None:
    bucket, now = refused_at(100)
    assert pace(bucket, now + 30) == pytest.approx(100, rel=0.1)
    assert pace(bucket, now + 90) == pytest.approx(200, rel=0.1)
    forgotten = (LIFTED - SLOWED) / RECOVERY
    bucket.wait(now + forgotten - 1, light=True)
    assert bucket.limited
    assert taken(bucket, now + forgotten + 1, light=False, most=10_000) == 10_000
    assert not bucket.limited


def test_where_few_calls_were_refused_a_few_are_still_made() -> None:
    bucket = Bucket(None)
    assert bucket.take(0, light=True)
    bucket.refused(0, 0)
    assert pace(bucket, 0, seconds=10) >= LEAST / 2


def test_a_published_pace_is_halved_and_recovers_but_never_beyond_itself() -> None:
    rate = Rate(6_000, 60)
    bucket, steady = Bucket(rate), rate.calls * SHARE * (1 - BURST) / rate.seconds
    bucket.refused(0, 0)
    assert pace(bucket, 0) == pytest.approx(steady / 2, rel=0.1)
    assert pace(bucket, 1_000) == pytest.approx(steady, rel=0.05)
    assert bucket.left(3_000) == int(rate.calls * SHARE * BURST)


def test_pauses_without_a_time_double_up_to_a_bound_and_start_again_after_a_while() -> None:
    bucket, now, pauses = Bucket(None), 0.0, list[float]()
    for _ in range(8):
        bucket.refused(now, None)
        pauses.append(bucket.wait(now, light=True))
        now += pauses[-1]
    assert pauses == pytest.approx([1, 2, 4, 8, 16, LONGEST_GUESS, LONGEST_GUESS, LONGEST_GUESS], abs=0.01)
    now += 2 * LONGEST_GUESS
    bucket.refused(now, None)
    assert bucket.wait(now, light=True) == pytest.approx(1, abs=0.01)


def test_a_vendor_that_refuses_for_days_is_still_asked_every_now_and_then() -> None:
    bucket, now, pauses = Bucket(Rate(500, 60)), 0.0, set[float]()
    for _ in range(3_000):
        bucket.refused(now, None)
        pauses.add(round(bucket.wait(now, light=True)))
        now += bucket.wait(now, light=True)
    assert pauses == {1, 2, 4, 8, 16, LONGEST_GUESS}


def test_refusals_in_a_pause_without_a_time_do_not_lengthen_it() -> None:
    bucket = Bucket(None)
    for _ in range(20):
        bucket.refused(0, None)
    assert bucket.wait(0, light=True) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("pause", [3_601.0, 86_400.0, 1e300, math.inf])
def test_an_absurd_pause_is_an_hour(pause: float) -> None:
    bucket = Bucket(None)
    bucket.refused(0, pause)
    assert not bucket.take(LONGEST_PAUSE - 1, light=True)
    assert bucket.take(LONGEST_PAUSE + 1, light=True)


@pytest.mark.parametrize("pause", [-5.0, -math.inf, math.nan])
def test_a_pause_that_is_none_is_no_pause(pause: float) -> None:
    bucket = Bucket(None)
    bucket.refused(0, pause)
    assert bucket.take(0, light=True)


@given(PAUSES, PAUSES, st.floats(0, 5))
def test_a_later_refusal_never_shortens_a_pause(first: float | None, second: float | None, gap: float) -> None:
    one, both = Bucket(None), Bucket(None)
    one.refused(0, first)
    both.refused(0, first)
    both.refused(gap, second)
    for light in (True, False):
        assert both.wait(gap, light=light) >= one.wait(gap, light=light) - 1e-9
