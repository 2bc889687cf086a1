"""The circuit breaker: when it opens, whom it lets through then, and what closes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.account import CircuitState
from gateway.upstream.breaker import (
    BAD_SHARE,
    FEWEST_CALLS,
    FIRST_SECONDS,
    LONGEST_SECONDS,
    MOST_CALLS,
    WINDOW_SECONDS,
    Breaker,
    Verdict,
)

CLOSED, OPEN, HALF_OPEN = CircuitState.CLOSED, CircuitState.OPEN, CircuitState.HALF_OPEN
GOOD, BAD, NEITHER = Verdict.GOOD, Verdict.BAD, Verdict.NEITHER


def told(breaker: Breaker, verdict: Verdict, now: float, *, times: int = 1) -> list[bool]:
    """So many calls begin and end so; whether each changed the state."""
    changes = []
    for _ in range(times):
        assert breaker.shut(now) is None
        probe = breaker.begin()
        changes.append(breaker.end(now, verdict, probe=probe, began=now))
    return changes


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    assert told(breaker, BAD, now, times=FEWEST_CALLS)[-1]
    return breaker


def test_it_opens_at_the_last_of_the_fewest_failures_and_no_sooner() -> None:
    breaker = Breaker()
    assert told(breaker, BAD, 0, times=FEWEST_CALLS - 1) == [False] * (FEWEST_CALLS - 1)
    assert breaker.state(0) is CLOSED
    assert told(breaker, BAD, 1) == [True]
    assert (breaker.state(1), breaker.shut(1)) == (OPEN, FIRST_SECONDS)


@pytest.mark.parametrize(("good", "bad", "opens"), [(10, 10, True), (11, 10, False), (0, 20, True), (100, 99, False)])
def test_it_opens_where_half_of_the_calls_in_sight_failed(good: int, bad: int, opens: bool) -> None:
    breaker = Breaker()
    told(breaker, GOOD, 0, times=good)
    assert any(told(breaker, BAD, 0, times=bad)) is opens


def test_a_success_never_opens_it() -> None:
    breaker = Breaker()
    told(breaker, BAD, 0, times=FEWEST_CALLS - 1)
    assert told(breaker, GOOD, 0) == [False]
    assert breaker.state(0) is CLOSED


def test_failures_out_of_sight_do_not_count() -> None:
    breaker = Breaker()
    told(breaker, BAD, 0, times=FEWEST_CALLS - 1)
    assert told(breaker, BAD, WINDOW_SECONDS + 1) == [False]


def test_a_long_good_past_does_not_hide_that_all_fails_now() -> None:
    breaker = Breaker()
    told(breaker, GOOD, 0, times=10_000)
    changes = list[bool]()
    while not any(changes):
        changes += told(breaker, BAD, 0)
    assert len(changes) <= MOST_CALLS * BAD_SHARE


def test_calls_that_were_given_up_say_nothing() -> None:
    breaker = Breaker()
    assert not any(told(breaker, NEITHER, 0, times=1_000))
    told(breaker, BAD, 0, times=FEWEST_CALLS - 1)
    assert not any(told(breaker, NEITHER, 0, times=1_000))
    assert breaker.bad_share == 1
    assert told(breaker, BAD, 0) == [True]


def test_while_it_is_open_it_tells_how_long_nobody_may_call() -> None:
    breaker = opened(now=100)
    assert [breaker.shut(now) for now in (100, 102, 104.5)] == [5, 3, 0.5]
    assert {breaker.state(now) for now in (100, 102, 104.5)} == {OPEN}


def test_then_exactly_one_may_ask() -> None:
    breaker = opened()
    now = FIRST_SECONDS
    assert breaker.state(now) is HALF_OPEN
    assert breaker.shut(now) is None
    assert breaker.begin()
    for later in (now, now + 100):
        wait = breaker.shut(later)
        assert wait is not None
        assert wait > 0
        assert breaker.state(later) is HALF_OPEN


def test_a_probe_that_goes_well_closes_it_and_forgets_the_failures() -> None:
    breaker = opened()
    assert told(breaker, GOOD, FIRST_SECONDS) == [True]
    assert breaker.state(FIRST_SECONDS) is CLOSED
    assert not any(told(breaker, BAD, FIRST_SECONDS, times=FEWEST_CALLS - 1))


def test_each_probe_that_fails_doubles_the_time_up_to_a_bound() -> None:
    breaker, now, waits = opened(), 0.0, list[float | None]()
    for _ in range(6):
        waits.append(breaker.shut(now))
        now += waits[-1] or 0
        assert told(breaker, BAD, now) == [True]
    assert waits == [5, 10, 20, 40, LONGEST_SECONDS, LONGEST_SECONDS]


def test_once_closed_it_opens_for_the_first_time_again() -> None:
    breaker = opened()
    told(breaker, BAD, 5)
    told(breaker, GOOD, 15)
    told(breaker, BAD, 16, times=FEWEST_CALLS)
    assert breaker.shut(16) == FIRST_SECONDS


def test_a_probe_that_is_given_up_lets_the_next_one_ask() -> None:
    breaker = opened()
    assert told(breaker, NEITHER, FIRST_SECONDS) == [False]
    assert breaker.state(FIRST_SECONDS) is HALF_OPEN
    assert breaker.shut(FIRST_SECONDS) is None
    assert told(breaker, GOOD, FIRST_SECONDS) == [True]


@pytest.mark.parametrize("verdict", [GOOD, BAD])
def test_what_left_before_it_opened_says_nothing_new(verdict: Verdict) -> None:
    breaker = Breaker()
    late = [breaker.begin() for _ in range(FEWEST_CALLS)]
    told(breaker, BAD, 1, times=FEWEST_CALLS)
    for probe in late:
        assert not breaker.end(2, verdict, probe=probe, began=0)
    assert breaker.shut(2) == FIRST_SECONDS - 1


def test_what_left_before_it_opened_does_not_open_it_again_once_it_is_closed() -> None:
    breaker = Breaker()
    late = [breaker.begin() for _ in range(FEWEST_CALLS)]
    told(breaker, BAD, 1, times=FEWEST_CALLS)
    told(breaker, GOOD, 1 + FIRST_SECONDS)
    for probe in late:
        assert not breaker.end(20, BAD, probe=probe, began=0)
    assert breaker.state(20) is CLOSED


@dataclass
class Naive:
    """The same by the book: it keeps everything, and works out anew each time."""

    ended: list[tuple[float, Verdict]] = field(default_factory=list)
    opened_at: float | None = None
    closed_at: float = -1.0
    seconds: float = 5.0
    probe: int | None = None

    def may(self, now: float) -> bool:
        return self.opened_at is None or (now >= self.opened_at + self.seconds and self.probe is None)

    def end(self, now: float, verdict: Verdict, call: int, began: float) -> None:
        if call == self.probe:
            self.probe = None
            if verdict is GOOD:
                self.opened_at, self.closed_at = None, now
                self.ended.clear()
            elif verdict is BAD:
                self.opened_at, self.seconds = now, min(60, self.seconds * 2)
        elif self.opened_at is None and began >= self.closed_at and verdict is not NEITHER:
            self.ended.append((now, verdict))
            seen = [one for at, one in self.ended[-200:] if at >= now - 30]
            if verdict is BAD and len(seen) >= 20 and 2 * seen.count(BAD) >= len(seen):
                self.opened_at, self.seconds = now, 5.0


# After a gap so many calls ask to begin; then these end, taken from anywhere among those in flight.
STEPS = st.lists(
    st.tuples(
        st.floats(0.001, 0.1) | st.floats(0.001, 20),  # what begins and ends at one moment is in the tests above
        st.sampled_from([0, 1, 5, 40]),
        st.lists(
            st.tuples(st.integers(0, 100), st.sampled_from([GOOD, BAD, BAD, BAD, NEITHER]), st.sampled_from([1, 25])),
            max_size=4,
        ),
    ),
    max_size=25,
)


@given(STEPS)
def test_it_does_what_a_naive_one_does(steps: list[tuple[float, int, list[tuple[int, Verdict, int]]]]) -> None:
    breaker, naive, now = Breaker(), Naive(), 0.0
    flying: dict[int, tuple[float, bool]] = {}
    number = 0
    for gap, starts, ends in steps:
        now += gap
        for _ in range(starts):
            assert (breaker.shut(now) is None) is naive.may(now)
            if naive.may(now):
                number += 1
                flying[number] = (now, breaker.begin())
                if naive.opened_at is not None:
                    naive.probe = number
                assert flying[number][1] is (naive.probe == number)
        now += 0.001
        for at, verdict in [(at, verdict) for at, verdict, times in ends for _ in range(times)][: len(flying)]:
            call = list(flying)[at % len(flying)]
            began, probe = flying.pop(call)
            before = breaker.state(now)
            changed = breaker.end(now, verdict, probe=probe, began=began)
            naive.end(now, verdict, call, began)
            assert changed is (breaker.state(now) is not before)
            assert (breaker.state(now) is CLOSED) is (naive.opened_at is None)
            assert (breaker.shut(now) is None) is naive.may(now)
            assert sum(probing for _, probing in flying.values()) <= 1
