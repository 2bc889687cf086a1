"""What one operation may take: its end, put off or not, and what is cut by it."""

from __future__ import annotations

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.errand import ERRAND, SLACK_SECONDS, Errand, Load, on, too_late
from tests.upstream.clock import at_once


def now() -> float:
    return asyncio.get_running_loop().time()


def test_it_ends_so_many_seconds_from_now_and_its_calls_a_little_sooner() -> None:
    async def main() -> None:
        errand = Errand.lasting(10)
        assert errand.until == now() + 10
        assert errand.end == errand.until - SLACK_SECONDS
        await asyncio.sleep(4)
        assert errand.left == pytest.approx(6 - SLACK_SECONDS)
        await asyncio.sleep(10)
        assert errand.left < 0

    at_once(main())


def test_each_has_a_load_of_its_own_unless_it_shares_one() -> None:
    shared = Load()
    assert Errand(1, shared).load is Errand(2, shared).load is shared
    assert Errand(1).load is not Errand(1).load


def test_tasks_run_for_the_errand_in_which_they_were_started() -> None:
    async def whose() -> Errand | None:
        await asyncio.sleep(1)
        return ERRAND.get()

    async def main() -> None:
        errand = Errand.lasting(10)
        assert ERRAND.get() is None
        with on(errand):
            ours = asyncio.create_task(whose())
            with on(None):
                nobody_s = asyncio.create_task(whose())
            assert ERRAND.get() is errand
        assert ERRAND.get() is None
        assert (await ours, await nobody_s) == (errand, None)

    at_once(main())


def test_an_errand_is_left_also_by_an_exception() -> None:
    with pytest.raises(KeyError), on(Errand(1)):
        raise KeyError
    assert ERRAND.get() is None


@given(st.floats(0.1, 100), st.floats(0.1, 100) | st.just(math.inf))
def test_a_timer_cuts_at_whichever_end_comes_first(seconds: float, own: float) -> None:
    async def main() -> float:
        errand, began = Errand.lasting(seconds), now()
        with pytest.raises(TimeoutError):
            async with errand.timer(began + own):
                await asyncio.sleep(1_000)
        assert not errand._timers
        return now() - began

    assert at_once(main()) == pytest.approx(min(seconds - SLACK_SECONDS, own), abs=1e-6)


def test_a_timer_says_whether_it_was_the_one_that_cut() -> None:
    async def main() -> None:
        async with Errand.lasting(10).timer() as timer:
            await asyncio.sleep(1)
        assert not timer.expired()
        with pytest.raises(TimeoutError):
            async with Errand.lasting(10).timer() as timer:
                raise TimeoutError  # somebody else's
        assert not timer.expired()

    at_once(main())


@given(st.lists(st.integers(-20, 50), max_size=5), st.integers(0, 200))
def test_who_waits_for_it_is_given_what_it_is_given(moves: list[int], whole: int) -> None:
    """Each second it is put off, or brought forward; what counts is its end as it then is, and the call's own."""
    own = whole + 0.5  # no two things are due at one moment here

    async def main() -> float:
        errand, began = Errand.lasting(30), now()

        async def move() -> None:
            for seconds in moves:
                await asyncio.sleep(1)
                errand.until += seconds

        moving = asyncio.create_task(move())
        with pytest.raises(TimeoutError):
            async with errand.timer(began + own):
                await asyncio.sleep(10_000)
        took = now() - began
        await moving
        return took

    ends = [min(own, 30 - SLACK_SECONDS + sum(moves[:second])) for second in range(len(moves) + 1)]
    cuts = (max(second, end) for second, end in enumerate(ends) if end < second + 1 or second == len(moves))
    assert at_once(main()) == pytest.approx(next(cuts), abs=1e-6)


def test_putting_it_off_after_the_cut_changes_nothing() -> None:
    async def main() -> None:
        errand = Errand.lasting(1)

        async def late() -> None:
            try:
                await asyncio.sleep(100)
            finally:
                errand.until += 50

        with pytest.raises(TimeoutError):
            async with errand.timer():
                await late()

    at_once(main())


def test_too_late_says_nothing_of_the_vendor() -> None:
    assert "endor" not in too_late().message
