"""Lenient reading: whatever a vendor sends, a value or None comes out, or a named error."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import VendorBadAnswer
from gateway.model.values import Money, Notice
from gateway.vendors.reading import NOTICE_CAP, Row, fold, moment, shown

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_value_reads_as_something_or_nothing(value: Any) -> None:
    row = Row({"X": value}, "order")
    for read in (row.text, row.filled, row.integer, row.identifier, row.decimal, row.boolean, row.moment, row.duration):
        read("x")
    row.money("x", "EUR")
    row.pairs("x")
    row.rows("x")
    row.texts("x")
    row.notice("x", "x")
    assert row.word({}, NotImplemented, "x")[0] is NotImplemented


@given(json_values)
def test_anything_can_stand_where_an_object_should(value: Any) -> None:
    row = Row(value, "order")
    assert row.row("a").row("b").text("c") is None or isinstance(value, dict)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-03-08T17:38:57.5217119Z", datetime(2022, 3, 8, 17, 38, 57, 521711, UTC)),
        ("2022-03-08T17:38:57-08:00", datetime(2022, 3, 9, 1, 38, 57, tzinfo=UTC)),
        ("2023-05-18TT10:00:00Z", datetime(2023, 5, 18, 10, tzinfo=UTC)),
        ("2024-05-06T10:02:11.15", datetime(2024, 5, 6, 10, 2, 11, 150000, UTC)),
        ("2024-05-06", datetime(2024, 5, 6, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("2024-13-06T10:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_every_form_of_date_the_vendors_use(text: str, expected: datetime | None) -> None:
    assert moment(text) == expected


def test_a_date_without_a_zone_is_of_the_account_s_zone() -> None:
    assert moment("2024-07-01T12:00:00", ZoneInfo("America/New_York")) == datetime(2024, 7, 1, 16, tzinfo=UTC)
    assert moment("2024-07-01T12:00:00Z", ZoneInfo("America/New_York")) == datetime(2024, 7, 1, 12, tzinfo=UTC)


def test_keys_are_found_without_case_and_exact_ones_win() -> None:
    assert Row({"ORDERID": "b", "orderId": "a"}, "order").text("orderId") == "a"
    assert Row({"OrderID": "b"}, "order").text("orderId") == "b"


def test_money_keeps_every_digit() -> None:
    assert Row({"p": Decimal("0.10000000000000000001")}, "x").money("p", None) == Money(
        Decimal("0.10000000000000000001"), None
    )


def test_a_missing_key_that_matters_is_named_without_vendor_text() -> None:
    with pytest.raises(VendorBadAnswer, match=r"order lines\[1\] has no id"):
        Row({"lines": [{}, {"name": "secret"}]}, "order").rows("lines")[1].required("id")


def test_text_for_people_is_made_safe() -> None:
    assert shown("a\x00b\u202ec") == "abc"
    assert len(shown("x" * 5000) or "") == NOTICE_CAP
    assert Row({"id": "E1", "message": "\x07"}, "x").notice("id", "message") == Notice("E1", None)
    assert Row({"message": "\x07"}, "x").notice("id", "message") is None
    assert fold("Po_Upload Complete") == "pouploadcomplete"
