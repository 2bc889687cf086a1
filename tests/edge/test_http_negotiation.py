"""The Accept header: what is chosen by it, and that nothing in it does harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.negotiation import MAX_RANGES, Media, chosen, quality, ranges, wants_page

URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
APOLLO = "application/graphql-response+json,application/json;q=0.9"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
PARTS = st.sampled_from(
    ["application/json", "application/graphql-response+json", "text/event-stream", "application/*", "*/*", "text/html"]
)
WEIGHTS = st.sampled_from(["", ";q=0", ";q=0.5", "; q=1.0", ";q=0.333", ";q=2", ";q=x", ';charset="utf-8"'])
HEADERS = st.lists(st.tuples(PARTS, WEIGHTS).map("".join), max_size=8).map(", ".join)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, Media.JSON),
        ("", Media.JSON),
        ("*/*", Media.JSON),
        ("application/*", Media.JSON),
        ("application/json", Media.JSON),
        ("APPLICATION/JSON; Charset=UTF-8", Media.JSON),
        ("application/graphql-response+json", Media.RESPONSE),
        ("application/json, application/graphql-response+json", Media.RESPONSE),
        ("application/graphql-response+json;q=0.5, application/json", Media.JSON),
        ("application/graphql-response+json;q=0.5, */*;q=0.4", Media.RESPONSE),
        ("application/graphql-response+json;q=0, */*", Media.JSON),
        ("application/json;q=0, application/*", Media.RESPONSE),
        ("application/json;charset=utf-16, application/graphql-response+json;q=0.1", Media.RESPONSE),
        (APOLLO, Media.RESPONSE),
        (URQL, Media.RESPONSE),
        ("text/event-stream, multipart/mixed", Media.EVENTS),
        ("text/event-stream", Media.EVENTS),
        ("text/*", Media.EVENTS),
        ("text/event-stream, application/json;q=0.9", Media.EVENTS),
        ("text/event-stream;q=0.9, application/json;q=0.8, */*;q=0.7", Media.EVENTS),
        ("text/event-stream, application/json", Media.JSON),
        ("text/event-stream;q=0.5, application/json", Media.JSON),
        ("text/event-stream, */*", Media.JSON),
        ("image/png", None),
        ("application/json;q=0", None),
        ("application/json;charset=utf-16", None),
        ("text/html", None),
        ("rubbish", Media.JSON),
        ("application/json;q=nan", Media.JSON),
    ],
)
def test_the_answer_is_what_is_wanted_most_and_events_only_if_wanted_more(
    accept: str | None, media: Media | None
) -> None:
    assert chosen(accept) is media


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (CHROME, True),
        ("text/html", True),
        ("text/html, */*", True),
        ("text/html, application/json", False),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0", False),
        ("*/*", False),
        ("text/*", False),
        (URQL, False),
        (None, False),
    ],
)
def test_a_visit_is_what_wants_html_more_than_anything_of_ours(accept: str | None, page: bool) -> None:
    assert wants_page(accept) is page


@given(HEADERS)
def test_nothing_is_sent_that_was_refused_and_a_reader_of_json_always_gets_some(accept: str) -> None:
    wanted = ranges(accept)
    media = chosen(accept)
    if wanted and media is not None:
        assert quality(wanted, media.value) > 0
    if wanted and media is None:
        assert quality(wanted, "application/json") == quality(wanted, "application/graphql-response+json") == 0
    if media is Media.EVENTS:
        assert quality(wanted, "text/event-stream") > quality(wanted, "application/json")


@given(st.text())
def test_any_text_is_read_without_an_error(accept: str) -> None:
    chosen(accept)
    wants_page(accept)


def test_no_header_costs_more_than_its_first_entries() -> None:
    flood = ",".join(["image/png"] * 100_000)
    assert len(ranges(flood)) == MAX_RANGES
    assert chosen(flood + ",application/json") is None
