"""Bounds of lists: at the vendor in milliseconds, here in microseconds, and no row lost or met twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sandbox.softwareone import rql as server
from gateway.vendors.base import FIRST_TIE, LAST_TIE, Position
from gateway.vendors.softwareone.rql import milliseconds_text
from gateway.vendors.softwareone.steps import beyond

START = datetime(2026, 3, 5, 9, 15, 30, tzinfo=UTC)
OURS = "swo"
TIES = ("ORD-1", "ORD-2", "ORD-3")
ROWS = [(START + timedelta(milliseconds=ms), tie) for ms in range(3) for tie in TIES]


def at(moment: datetime, tie: str) -> Position:
    return Position.of(moment, OURS, tie)


@given(st.integers(-500, 3_500), st.sampled_from([*TIES, "ORD-1-5", FIRST_TIE, LAST_TIE]), st.booleans())
def test_a_bound_keeps_exactly_the_rows_beyond_it(microseconds: int, tie: str, descending: bool) -> None:
    after = at(START + timedelta(microseconds=microseconds), tie)
    tree = server.parse(unquote(beyond(after, descending).text))
    for moment, key in ROWS:
        row = {"id": key, "audit": {"created": {"at": milliseconds_text(moment)}}}
        place = at(moment, key)
        assert server.matches(tree, row) == (place < after if descending else place > after)


@pytest.mark.parametrize(
    ("descending", "expected"),
    [
        (
            True,
            'or(lt(audit.created.at,"2026-03-05T09:15:30.000Z"),and(ge(audit.created.at,"2026-03-05T09:15:30.000Z"),'
            'lt(audit.created.at,"2026-03-05T09:15:30.001Z"),lt(id,"ORD-2")))',
        ),
        (
            False,
            'or(ge(audit.created.at,"2026-03-05T09:15:30.001Z"),and(ge(audit.created.at,"2026-03-05T09:15:30.000Z"),'
            'lt(audit.created.at,"2026-03-05T09:15:30.001Z"),gt(id,"ORD-2")))',
        ),
    ],
)
def test_a_moment_is_met_as_the_millisecond_it_is_shown_as(descending: bool, expected: str) -> None:
    assert unquote(beyond(at(START, "ORD-2"), descending).text) == expected


def test_the_last_moment_of_time_is_a_bound_too() -> None:
    latest = Position(253_402_300_799_999_999, OURS, "ORD-1")
    assert beyond(latest, descending=True).text
    assert beyond(latest, descending=False).text
