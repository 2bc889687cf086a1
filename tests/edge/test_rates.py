"""How much a principal may ask for in a minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge import rates
from gateway.edge.rates import Rates
from gateway.errors import RateLimited
from gateway.model.principal import Principal

ANN, BOB = Principal(name="ann"), Principal(name="bob")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_is_drawn_from_and_fills_again() -> None:
    clock = Clock()
    door = Rates(60, clock)
    door.take(ANN, 60)
    with pytest.raises(RateLimited) as caught:
        door.take(ANN, 10)
    assert caught.value.retry_after == 10
    door.take(BOB, 60)  # each has a bucket
    clock.now += 10
    door.take(ANN, 10)
    with pytest.raises(RateLimited):
        door.take(ANN, 1)


def test_what_was_not_needed_comes_back_and_what_was_spent_beyond_is_drawn() -> None:
    door = Rates(60, Clock())
    door.take(ANN, 50)
    door.settle(ANN, 50, 10)
    door.take(ANN, 50)
    door.settle(ANN, 50, 60)
    with pytest.raises(RateLimited) as caught:
        door.take(ANN, 1)
    assert caught.value.retry_after == 11  # it owes ten


def test_nothing_is_given_back_beyond_a_full_bucket() -> None:
    door = Rates(60, Clock())
    for _ in range(5):
        door.settle(ANN, 50, 0)
    door.take(ANN, 60)
    with pytest.raises(RateLimited):
        door.take(ANN, 1)


def test_what_is_dearer_than_a_bucket_runs_when_it_is_full_and_is_paid_off_afterwards() -> None:
    clock = Clock()
    door = Rates(60, clock)
    door.take(ANN, 120)
    clock.now += 60
    with pytest.raises(RateLimited):
        door.take(ANN, 1)
    clock.now += 60
    door.take(ANN, 60)


def test_buckets_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_BUCKETS", 10)
    door = Rates(60, Clock())
    for n in range(100):
        door.take(Principal(name=str(n)), 1)
    assert len(door._buckets) == 10


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 40), st.integers(0, 40)), max_size=60))
def test_never_more_than_a_bucket_and_what_flows_in(steps: list[tuple[float, int, int]]) -> None:
    """Whatever is asked and really spent: over the whole time no more was let through than a full bucket, what flowed
    in, and what one operation spent beyond what it had been taken for."""
    clock = Clock()
    door = Rates(60, clock)
    began, spent, beyond = clock.now, 0.0, 0.0
    for wait, asked, really in steps:
        clock.now += wait
        try:
            door.take(ANN, asked)
        except RateLimited:
            continue
        door.settle(ANN, asked, really)
        spent += really
        beyond = max(beyond, really)
        assert spent <= 60 + (clock.now - began) + beyond + 1e-6
