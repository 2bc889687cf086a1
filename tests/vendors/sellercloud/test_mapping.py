"""Sellercloud's JSON as our model: words by number and name, zones, hidden prices, and whatever else may come."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.model.order import Order, OrderStatus, OrderType
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud import mapping_reference as reference
from gateway.vendors.sellercloud.details import SellercloudDetail, SellercloudOrderDetails
from gateway.vendors.sellercloud.mapping import id_of, order_of, rows_of, total_of
from gateway.vendors.sellercloud.mapping_detail import detail_of
from gateway.vendors.sellercloud.mapping_words import CURRENCIES, ORDER_STATUS, currency, numbers, word
from tests.vendors.sellercloud.samples import DETAIL, HOME, LINES, REF, ROW, VENDOR, WAREHOUSE


@pytest.mark.parametrize(
    ("said", "meaning", "shown"),
    [
        (0, OrderStatus.DRAFT, "Saved"),
        ("0", OrderStatus.DRAFT, "Saved"),
        ("saved", OrderStatus.DRAFT, "Saved"),
        (1, OrderStatus.PROCESSING, "Ordered"),
        ("Ordered", OrderStatus.PROCESSING, "Ordered"),
        (2, OrderStatus.PENDING, "Pending"),
        (3, OrderStatus.COMPLETED, "Received"),
        (Decimal("4.0"), OrderStatus.CANCELLED, "Cancelled"),
        (5, OrderStatus.COMPLETED, "Completed"),
        ("Competed", OrderStatus.COMPLETED, "Completed"),
        (-1, OrderStatus.UNKNOWN, "Select"),
        (17, OrderStatus.UNKNOWN, "17"),
        ("On Fire", OrderStatus.UNKNOWN, "On Fire"),
        (None, OrderStatus.UNKNOWN, None),
        ("", OrderStatus.UNKNOWN, None),
        ([], OrderStatus.UNKNOWN, None),
    ],
)
def test_a_status_is_read_by_number_and_by_name(said: Any, meaning: OrderStatus, shown: str | None) -> None:
    order = order_of({**ROW, "PurchaseOrderStatus": said}, HOME)
    assert (order.status, order.vendor_status) == (meaning, shown)


def test_a_filter_asks_for_every_number_of_a_status() -> None:
    assert numbers(ORDER_STATUS, [OrderStatus.COMPLETED]) == (3, 5)
    assert numbers(ORDER_STATUS, [OrderStatus.DRAFT, OrderStatus.QUOTED]) == (0,)
    assert numbers(ORDER_STATUS, [OrderStatus.FAILED]) == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (0, ("USD", "USD")),
        (3, ("EUR", "EUR")),
        (174, ("ATS", "ATS")),
        (175, (None, "175")),
        (-3, (None, "-3")),
        ("gbp", ("GBP", "gbp")),
        ("Taler", (None, "Taler")),
        (None, (None, None)),
    ],
)
def test_a_currency_is_the_vendor_s_own_number(said: Any, expected: tuple[str | None, str | None]) -> None:
    assert currency(Row({"CurrencyCode": said}, "order"), "CurrencyCode") == expected
    assert len(CURRENCIES) == 175


def test_zone_less_times_are_the_account_s() -> None:
    order = order_of({**ROW, "CreatedOn": "2026-07-01T10:00:00", "LastRevisedOn": "2026-07-01T10:00:00Z"}, HOME)
    assert order.created_at == datetime(2026, 7, 1, 14, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert order_of({**ROW, "CreatedOn": "0001-01-01T00:00:00"}, HOME).created_at is None


def test_no_id_is_no_order_and_a_line_without_one_spoils_it() -> None:
    for broken in ({**ROW, "ID": 0}, {**ROW, "ID": None}, {**ROW, "Items": [{"SKU": "A"}]}, {**ROW, "ID": -4}, 7, None):
        with pytest.raises(VendorBadAnswer):
            order_of(broken, HOME)


def test_ids_of_zero_are_none() -> None:
    order = order_of({**ROW, "CompanyID": 0, "VendorID": 0, "WarehouseID": 0, "CancelledPOID": 0}, HOME)
    assert (order.customer, order.supplier) == (None, None)
    assert isinstance(order.details, SellercloudOrderDetails)
    assert (order.details.company_id, order.details.default_warehouse_id, order.details.cancelled_po_id) == (None,) * 3


def test_orders_made_at_one_moment_sort_by_number() -> None:
    ties = [order_of({**ROW, "ID": number}, HOME).tie for number in (9, 10, 20417, 2_147_483_647)]
    assert ties == sorted(ties)


def test_a_row_says_what_its_detail_alone_knows() -> None:
    order = order_of(ROW, HOME)
    assert order.deferred == {"notes", "currency", "audit"}
    assert (order.notes, order.currency, order.audit) == (None, None, None)
    assert (order.documents, order.agreement, order.subscriptions, order.assets) == (None,) * 4
    assert order.type is OrderType.VENDOR_OFFER


def details_of(detail: Any, lines: Any = None) -> SellercloudDetail:
    details = detail_of(detail, lines, REF, HOME).details
    assert isinstance(details, SellercloudDetail)
    return details


def test_hidden_prices_are_none_and_not_zero() -> None:
    zeros = {name: 0 if isinstance(value, Decimal) else value for name, value in DETAIL["TotalInfo"].items()}
    details = details_of({**DETAIL, "TotalInfo": {**zeros, "HidePrices": True}})
    assert details.totals.prices_hidden is True
    assert (details.totals.sub_total, details.totals.unreceived_total, details.paid) == (None, None, None)
    assert (details.lines["99001"].case_price, details.lines["99001"].final_sub_total) == (None, None)


def test_in_unit_mode_there_are_no_cases() -> None:
    line = details_of(DETAIL, {"PoCaseQtyEnabled": False}).lines["99001"]
    assert (line.qty_cases_ordered, line.qty_units_per_case, line.case_price) == (None, None, None)
    assert details_of(DETAIL, {"PoCaseQtyEnabled": False}).case_qty_mode is False


def test_what_has_not_happened_is_no_event() -> None:
    changes = {"CreatedOn": "2026-03-01T00:00:00", "CreatedByEmployeeId": 0, "CreatedBy": "System", "ApprovedOn": None}
    audit = detail_of({**DETAIL, "Changes": changes}, None, REF, HOME).audit
    assert audit is not None
    assert [(event.event, event.by and event.by.key) for event in audit] == [("created", "0")]


def test_a_detail_of_another_order_is_refused() -> None:
    for purchase in ({**DETAIL["Purchase"], "POId": 20418}, {}, None, "no"):
        with pytest.raises(VendorBadAnswer):
            detail_of({**DETAIL, "Purchase": purchase}, LINES, REF, HOME)


def test_links_and_upload_tokens_never_get_in() -> None:
    spiked = copy.deepcopy(DETAIL)
    spiked["VendorAndInvoice"] |= {"InvoiceLink": "https://spike.test", "VendorInvoice": {"NewFileToken": "spike"}}
    spiked["Items"][0]["ImageURL"] = "https://spike.test/x.png"
    assert "spike" not in repr(detail_of(spiked, None, REF, HOME))
    assert "never.test" not in repr(detail_of(spiked, None, REF, HOME))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def spoiled(draw: st.DrawFn, sample: Any) -> Any:
    """The sample with values replaced, removed or renamed anywhere in it."""
    if draw(st.integers(0, 12)) == 0:
        return draw(junk)
    if isinstance(sample, dict):
        return {
            draw(st.sampled_from((key, key, key, key.lower(), key.upper()))): draw(spoiled(value))
            for key, value in sample.items()
            if draw(st.integers(0, 12))
        } | draw(st.dictionaries(st.text(max_size=5), junk, max_size=1))
    if isinstance(sample, list):
        return [draw(spoiled(value)) for value in sample]
    return sample


READERS: tuple[tuple[Callable[[Any], object], Any], ...] = (
    (lambda value: order_of(value, HOME), ROW),
    (lambda value: detail_of(value, None, REF, HOME), DETAIL),
    (lambda value: detail_of(DETAIL, value, REF, HOME), LINES),
    (lambda value: reference.vendor_of(value, "812"), VENDOR),
    (reference.warehouse_of, WAREHOUSE),
    (reference.company_of, VENDOR),
    (reference.supplier_of, VENDOR),
    (reference.payment_term_of, {"Key": 1, "Value": "x"}),
    (reference.item_of, {"ProductSKU": "A"}),
    (id_of, ROW),
    (lambda value: (rows_of(value), total_of(value)), {"Items": [], "TotalResults": 0}),
)


@given(data=st.data())
def test_whatever_comes_is_read_or_refused_by_name(data: st.DataObject) -> None:
    read, sample = data.draw(st.sampled_from(READERS))
    try:
        result = read(data.draw(spoiled(sample)))
    except GatewayError:
        return
    if isinstance(result, Order):
        assert result.ref.parts == (result.number,)
        assert result.number.isdigit()


@given(junk)
def test_a_word_is_never_more_than_a_table_and_a_text(said: Any) -> None:
    value, shown = word(Row({"x": said}, "row"), ORDER_STATUS, OrderStatus.UNKNOWN, "x")
    assert isinstance(value, OrderStatus)
    assert shown is None or isinstance(shown, str)
