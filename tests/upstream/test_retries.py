"""Which failed calls are made again, when, and how many of them an account may make in all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import (
    AnswerBrokeOff,
    BadUserInput,
    BudgetSpent,
    CircuitOpen,
    DeadlineExceeded,
    FilterRequired,
    GatewayError,
    InProgress,
    Misconfigured,
    NotFound,
    OutOfTime,
    StoreUnavailable,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorError,
    VendorRefused,
    VendorUnavailable,
)
from gateway.upstream.retries import EARNED, MOST_SAVED, Retries, may_pass, surely_undone

# Whether a read is made again; a write where nothing of it left; a write that was sent.
TABLE = [
    (VendorUnavailable, True, True, False),
    (DeadlineExceeded, True, True, False),
    (AnswerBrokeOff, True, True, False),
    (Throttled, True, True, True),
    (OutOfTime, False, False, False),
    (CircuitOpen, False, False, False),
    (BudgetSpent, False, False, False),
    (VendorBadAnswer, False, False, False),
    (VendorDenied, False, False, False),
    (VendorRefused, False, False, False),
    (NotFound, False, False, False),
    (Misconfigured, False, False, False),
    (BadUserInput, False, False, False),
    (InProgress, False, False, False),
    (StoreUnavailable, False, False, False),
    (FilterRequired, False, False, False),
]


def of(kind: type[GatewayError], *, sent: bool = True, own: bool = False, after: float | None = None) -> GatewayError:
    error = kind("no", retry_after=after)
    error.sent, error.own_failure = sent, own
    return error


def middle() -> float:
    return 0.5


def retries(most: int = 2, seconds: float = 0.2) -> Retries:
    return Retries(most, seconds, middle)


def subclasses(kind: type[GatewayError]) -> set[type[GatewayError]]:
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))


def test_every_error_of_a_vendor_is_in_the_table() -> None:
    ours = {kind for kind in subclasses(VendorError) if kind.__module__ == VendorError.__module__}
    assert ours - {VendorError} <= {row[0] for row in TABLE}


@pytest.mark.parametrize(("kind", "read", "unsent", "sent"), TABLE)
def test_what_is_made_again(kind: type[GatewayError], read: bool, unsent: bool, sent: bool) -> None:
    assert may_pass(of(kind)) is read
    assert surely_undone(of(kind, sent=False)) is unsent
    assert surely_undone(of(kind)) is sent
    for error, write, again in [
        (of(kind), False, read),
        (of(kind, sent=False), False, read),
        (of(kind, sent=False), True, unsent),
        (of(kind), True, sent),
    ]:
        assert (retries().pause(error, 1, write=write, left=60) is not None) is again


@pytest.mark.parametrize("kind", [row[0] for row in TABLE])
@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("sent", [True, False])
def test_a_failure_about_the_thing_itself_is_never_repeated(kind: type[GatewayError], write: bool, sent: bool) -> None:
    assert retries().pause(of(kind, sent=sent, own=True), 1, write=write, left=60) is None


@pytest.mark.parametrize("kind", [row[0] for row in TABLE])
@pytest.mark.parametrize("sent", [True, False])
def test_only_a_write_that_did_nothing_is_made_again(kind: type[GatewayError], sent: bool) -> None:
    error = of(kind, sent=sent)
    assert error.certain or not surely_undone(error)


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_one_call_is_made_again_a_few_times_at_most(most: int) -> None:
    asked = [retries(most).pause(of(VendorUnavailable), attempt, write=False, left=1e9) for attempt in range(1, 9)]
    assert [pause is not None for pause in asked] == [attempt <= most for attempt in range(1, 9)]


def test_pauses_double() -> None:
    asked = [retries(5, 0.2).pause(of(VendorUnavailable), attempt, write=False, left=60) for attempt in range(1, 6)]
    assert asked == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2])


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 5))
def test_pauses_differ_so_that_not_all_come_back_at_once(chance: float, attempt: int) -> None:
    pause = Retries(5, 0.2, lambda: chance).pause(of(VendorUnavailable), attempt, write=False, left=60)
    assert pause == pytest.approx(0.2 * 2 ** (attempt - 1) * (0.5 + chance))


def test_the_vendor_s_own_time_is_kept_to_where_it_is_longer() -> None:
    assert retries().pause(of(VendorUnavailable, after=7), 1, write=False, left=60) == 7
    assert retries().pause(of(VendorUnavailable, after=0), 1, write=False, left=60) == pytest.approx(0.2)


@pytest.mark.parametrize("left", [0.1, 0.2, 0.0, -5.0])
def test_what_would_come_too_late_is_not_tried(left: float) -> None:
    ours = retries()
    assert ours.pause(of(VendorUnavailable), 1, write=False, left=left) is None
    assert ours.pause(of(VendorUnavailable, after=30), 1, write=False, left=30) is None
    assert ours.pause(of(VendorUnavailable), 1, write=False, left=60) is not None


@pytest.mark.parametrize("write", [True, False])
def test_the_pause_that_a_throttling_vendor_wants_is_the_budget_s_to_keep(write: bool) -> None:
    assert retries().pause(of(Throttled, after=57), 1, write=write, left=1) == 0
    assert retries().pause(of(Throttled), 1, write=write, left=1) == 0
    assert retries().pause(of(Throttled), 1, write=write, left=0) is None


def failing(ours: Retries, calls: int) -> int:
    """So many calls of which every attempt fails; how many attempts are made beyond the first ones."""
    again = 0
    for _ in range(calls):
        ours.earn()
        attempt = 1
        while ours.pause(of(VendorUnavailable), attempt, write=False, left=60) is not None:
            attempt += 1
        again += attempt - 1
    return again


@pytest.mark.parametrize("calls", [1, 5, 100, 1_000])
def test_a_brown_out_is_not_doubled(calls: int) -> None:
    assert failing(retries(), calls) <= min(2 * calls, MOST_SAVED + EARNED * calls)


def test_what_is_saved_is_spent_by_whole_retries() -> None:
    ours = retries()
    assert [failing(ours, 1) for _ in range(7)] == [2, 2, 2, 2, 2, 0, 0]


def test_calls_that_go_well_earn_retries_up_to_a_bound() -> None:
    ours = retries()
    failing(ours, 100)
    assert failing(ours, 1) == 0
    for _ in range(31):
        ours.earn()
    assert 3 <= failing(ours, 2) <= 4
    for _ in range(10_000):
        ours.earn()
    assert failing(ours, 100) <= MOST_SAVED + 10


def test_what_is_not_made_again_costs_nothing() -> None:
    ours = retries()
    for _ in range(1_000):
        ours.pause(of(NotFound), 1, write=False, left=60)
        ours.pause(of(VendorUnavailable), 1, write=True, left=60)
        ours.pause(of(VendorUnavailable), 3, write=False, left=60)
        ours.pause(of(VendorUnavailable), 1, write=False, left=0)
    assert failing(ours, 5) == 10
