"""Customers' lists put together as one: whole and in order from both ends, whatever the sizes, failures and junk."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import VendorBadAnswer, VendorUnavailable
from gateway.vendors.base import Position
from gateway.vendors.partner_center.lists import MAX_WEIGHT, CustomerLists
from tests.vendors.partner_center.office import Clock


def made(item: Any, customer: str) -> Position:
    if not isinstance(item, int):
        raise VendorBadAnswer("junk")
    return Position(item // 10, "pc-1", f"{customer}/{item:02}")


def lists(content: dict[str, list[Any]], failing: str = "") -> CustomerLists[Position]:
    async def read(customer: str) -> list[Any]:
        if customer == failing:
            raise VendorUnavailable("down")
        return content[customer]

    return CustomerLists(read, made, lambda row: row, seconds=60, now=Clock())


contents = st.dictionaries(st.sampled_from("abcde"), st.lists(st.integers(0, 99), max_size=30), min_size=1)


@given(contents, st.integers(1, 40), st.booleans(), st.integers(0, 9))
async def test_a_walk_gives_every_matching_row_once_and_in_order(
    content: dict[str, list[Any]], limit: int, descending: bool, least: int
) -> None:
    whole = lists(content)
    rows: list[Position] = []
    after = None
    total = None
    for _ in range(200):
        step = await whole.step(list(content), lambda row: row.at >= least, after, limit, descending)
        total = step.total if after is None else total
        rows += step.rows
        assert len(step.rows) <= limit
        after = step.resume
        if after is None:
            break
        assert after == rows[-1]
    expected = {made(item, key) for key, items in content.items() for item in items}
    assert rows == sorted((row for row in expected if row.at >= least), reverse=descending)
    assert total == len(rows) == await whole.count(list(content), lambda row: row.at >= least)


async def test_what_is_kept_is_bounded_by_what_the_rows_weigh() -> None:
    calls = 0

    async def read(customer: str) -> list[Any]:
        nonlocal calls
        calls += 1
        return [1, 2, 3]

    heavy = CustomerLists(read, made, lambda row: row, seconds=60, now=Clock(), weigh=lambda row: MAX_WEIGHT // 3 + 1)
    for expected in (1, 2):
        await heavy.count(["a"], lambda row: True)
        assert calls == expected
    light = CustomerLists(read, made, lambda row: row, seconds=60, now=Clock())
    for _ in range(2):
        await light.count(["a"], lambda row: True)
        assert calls == 3


async def test_a_bound_between_rows_cuts_there() -> None:
    whole = lists({"a": [10, 11, 20, 21]})
    for bound, descending, expected in [
        (Position(1, "pc-1", ""), False, [(1, "a/10"), (1, "a/11"), (2, "a/20"), (2, "a/21")]),
        (Position(1, "pc-1", "\U0010ffff"), False, [(2, "a/20"), (2, "a/21")]),
        (Position(2, "pc-1", ""), True, [(1, "a/11"), (1, "a/10")]),
        (Position(2, "pc-1", "a/21"), True, [(2, "a/20"), (1, "a/11"), (1, "a/10")]),
    ]:
        step = await whole.step(["a"], lambda row: True, bound, 10, descending)
        assert [(row.at, row.tie) for row in step.rows] == expected


async def test_unreadable_rows_are_told_once_and_make_the_number_unknown() -> None:
    whole = lists({"a": [30, "junk", 20], "b": [None, 10]})
    first = await whole.step(["a", "b"], lambda row: True, None, 2, True)
    assert (first.omitted, first.total, len(first.rows)) == (2, None, 2)
    second = await whole.step(["a", "b"], lambda row: True, first.resume, 2, True)
    assert (second.omitted, len(second.rows), second.resume) == (0, 1, None)
    assert await whole.count(["a", "b"], lambda row: True) is None


async def test_a_notice_counts_who_is_missing_and_leaves_the_first_error_alone() -> None:
    whole = lists({"a": [1], "b": [2]}, failing="b")
    for _ in range(2):
        step = await whole.step(["a", "b"], lambda row: True, None, 5, True)
        assert isinstance(step.notice, VendorUnavailable)
        assert step.notice.message == str(step.notice) == "1 of 2 customers could not be listed; b: down"
    assert (await whole.step([], lambda row: True, None, 5, True)).rows == ()
