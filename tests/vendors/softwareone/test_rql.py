"""Conditions as text: whatever a value holds, the vendor's reader takes it for that value and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import FilterNotSupported
from gateway.sandbox.softwareone import rql as server
from gateway.vendors.softwareone.rql import (
    Condition,
    and_,
    ceiling,
    contains,
    eq,
    floor,
    ge,
    gt,
    in_,
    le,
    literal,
    lt,
    milliseconds_text,
    ne,
    or_,
    out,
)

# Unicode without halves of surrogate pairs, rich in what means something to a reader of queries.
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.text("ab\"'\\*(),;|&=%+#? \t\n/.ü", max_size=20),
)
SAYABLE = TEXT.filter(lambda text: not ('"' in text and "'" in text))


def kept(condition: Condition, row: dict[str, Any]) -> bool:
    """What a server does: it splits the raw query at `&`, then decodes."""
    (piece,) = condition.text.split("&")
    return server.matches(server.parse(unquote(piece)), row)


@given(SAYABLE, SAYABLE)
def test_any_text_is_compared_as_it_is(text: str, other: str) -> None:
    assert kept(eq("name", text), {"name": text})
    assert kept(eq("name", text), {"name": other}) == (text == other)
    assert kept(ne("name", text), {"name": other}) == (text != other)


@given(st.lists(SAYABLE, min_size=1, max_size=5), SAYABLE)
def test_a_list_of_texts_holds_what_was_put_in_it(texts: list[str], other: str) -> None:
    for text in texts:
        assert kept(in_("name", texts), {"name": text})
        assert not kept(out("name", texts), {"name": text})
    assert kept(in_("name", texts), {"name": other}) == (other in texts)


@given(SAYABLE, SAYABLE, SAYABLE)
def test_a_search_finds_the_text_inside_and_nothing_else(before: str, text: str, after: str) -> None:
    try:
        condition = contains("name", text)
    except FilterNotSupported:
        assert "\\*" in text + "*"
        return
    assert kept(condition, {"name": before + text + after})
    assert kept(condition, {"name": before}) == (text.lower() in before.lower())


@given(TEXT, TEXT, TEXT)
def test_a_text_with_both_kinds_of_quotes_cannot_be_asked_for(before: str, between: str, after: str) -> None:
    with pytest.raises(FilterNotSupported):
        eq("name", f"{before}'{between}\"{after}")


@pytest.mark.parametrize("text", ["half of \ud800 a pair", "trailing \\", "before \\* a star"])
def test_what_the_language_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(FilterNotSupported):
        contains("name", text)


@given(SAYABLE)
def test_a_value_in_a_url_has_no_character_of_structure(text: str) -> None:
    assert not set(literal(text)) & set("\"'(),;|&=*+# ?/\\")


def test_stars_in_a_search_stand_for_themselves() -> None:
    assert kept(contains("name", "a*b"), {"name": "xa*by"})
    assert not kept(contains("name", "a*b"), {"name": "a--b"})


def test_conditions_combine() -> None:
    row = {"status": "Draft", "price": {"currency": "EUR"}}
    draft, swiss = eq("status", "Draft"), eq("price.currency", "CHF")
    assert kept(or_(draft, swiss), row)
    assert not kept(and_(draft, swiss), row)
    assert and_(draft) == draft


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(MOMENTS)
def test_rounded_moments_are_the_milliseconds_around(moment: datetime) -> None:
    millisecond = timedelta(milliseconds=1)
    assert floor(moment) <= moment <= ceiling(moment)
    assert moment - floor(moment) < millisecond
    assert ceiling(moment) - moment < millisecond
    assert floor(moment).microsecond % 1000 == ceiling(moment).microsecond % 1000 == 0


@given(MOMENTS, MOMENTS)
def test_moments_are_compared_as_moments(moment: datetime, other: datetime) -> None:
    at, row = floor(moment), {"at": milliseconds_text(floor(other))}
    for build, holds in (
        (lt, floor(other) < at),
        (le, floor(other) <= at),
        (gt, floor(other) > at),
        (ge, floor(other) >= at),
    ):
        assert kept(build("at", at), row) == holds
