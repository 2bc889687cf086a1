"""Paths: whatever an id holds, it stays within its own segment and comes back as it was."""

from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidId
from gateway.upstream.client import path

segments = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100).filter(
    lambda text: text not in (".", "..")
)


@given(st.lists(segments, min_size=1, max_size=6))
def test_every_segment_comes_back_from_the_wire_as_it_was(parts: list[str]) -> None:
    encoded = path(*parts)
    raw = httpx.URL("https://vendor.example" + encoded).raw_path.decode()
    assert raw == encoded
    assert [unquote(segment) for segment in raw.split("/")[1:]] == parts


@given(st.text(max_size=50))
def test_a_segment_is_encoded_or_refused_and_nothing_else(text: str) -> None:
    try:
        encoded = path("orders", text)
    except InvalidId:
        return
    assert encoded.startswith("/orders/")
    assert encoded.isascii()
    assert encoded.count("/") == 2
    assert not set(encoded) & set("?#\\ %") - {"%"}


@pytest.mark.parametrize("segment", ["", ".", "..", "\ud800", "x" * 1_025])
def test_what_would_leave_its_place_is_no_id(segment: str) -> None:
    with pytest.raises(InvalidId):
        path("orders", segment)


def test_numbers_are_segments_too() -> None:
    assert path("PurchaseOrders", 12, "a b/c") == "/PurchaseOrders/12/a%20b%2Fc"
