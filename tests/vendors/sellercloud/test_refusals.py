"""Sellercloud's refusals: told in its own words, made safe, at the input field that it names."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError, NotFound, Throttled, VendorDenied, VendorRefused, VendorUnavailable
from gateway.model.writing import UserErrorCode
from gateway.vendors.reading import NOTICE_CAP
from gateway.vendors.sellercloud.blocks import blocks_of
from gateway.vendors.sellercloud.creation import places
from gateway.vendors.sellercloud.login import MOST_FIELDS, explain
from gateway.vendors.sellercloud.refusals import place, said_no, user_errors
from tests.vendors.sellercloud.tenant import NOW
from tests.vendors.sellercloud.write_desk import cases, draft
from tests.vendors.sellercloud.write_fields import CHANGE, PARCELS

AT = ("vendor", "sellercloud")


def told(status: int, body: Any) -> GatewayError | None:
    return explain(lambda: NOW)(status, httpx.Headers(), body)


def test_a_bad_request_says_what_is_wrong_with_which_field() -> None:
    state = {"model.Products[0].UnitPrice": ["A number is required."], "model.CompanyID": ["An integer\nis required."]}
    error = told(400, {"Message": "The request is invalid.", "ModelState": state})
    assert isinstance(error, VendorRefused)
    assert error.told == "The request is invalid. A number is required. An integer is required."
    assert error.properties == tuple(state)
    assert error.told not in str(error.extensions)
    found = user_errors(error, AT, places(draft()))
    assert [one.field for one in found] == [(*AT, "lines", "units", "0", "unitPrice"), (*AT, "companyId")]
    assert {(one.code, one.message, one.vendor_code) for one in found} == {
        (UserErrorCode.VENDOR_REFUSED, error.told, "400")
    }


def test_a_general_failure_with_a_message_may_be_a_broken_rule() -> None:
    error = told(500, {"Message": "Product X was not found."})
    assert isinstance(error, VendorUnavailable)
    assert error.told == "Product X was not found."
    assert said_no(error)
    assert not error.certain
    silent: list[Any] = [None, {}, {"Message": ""}, {"Message": None}, "text", []]
    for body in silent:
        blank = told(500, body)
        assert blank is not None
        assert not said_no(blank)


def test_other_answers_are_no_word_on_the_input() -> None:
    assert not said_no(VendorUnavailable("down"))
    throttled = told(409, {"Error": "Too many", "RateLimitResetTime": "2026-11-21T10:00:00Z"})
    assert isinstance(throttled, Throttled)
    assert not said_no(throttled)
    assert isinstance(told(403, {"Message": "no"}), VendorDenied)
    (gone,) = user_errors(NotFound("The vendor has no such thing."), AT)
    assert gone.code is UserErrorCode.NOT_FOUND


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("model.CompanyID", "companyId"),
        ("CompanyID", "companyId"),
        ("model", ""),
        ("model.POType", "poType"),
        ("model.CaseQtyMode", "lines.cases"),
        ("model.Products", "lines.cases"),
        ("model.Products[3].QtyUnitsPerCase", "lines.cases.3.qtyUnitsPerCase"),
        ("model.Products[3].Unheard", "lines.cases.3"),
        ("model.ShippingAddress.AddressLine1", "shippingAddress.addressLine1"),
        ("model.Unheard.CompanyID", ""),
        ("model.Products[x].ProductID", ""),
        ("", ""),
    ],
)
def test_the_vendor_s_name_of_a_field_of_a_new_order_is_a_path(name: str, path: str) -> None:
    assert place(name, AT, places(draft(lines=cases()))) == (*AT, *path.split(".")) if path else AT


def test_the_vendor_s_names_in_each_block_are_paths() -> None:
    blocks = {block.name: block for change in (CHANGE, PARCELS) for block in blocks_of(change, "1", AT)}

    def at(block: str, name: str) -> str:
        return ".".join(place(name, blocks[block].path, blocks[block].places)[2:])

    assert at("header", "model.VendorId") == "vendorId"
    assert at("changed lines", "model.Items[0].ID") == "setLines.0.lineId"
    assert at("changed lines", "model.Items[2].CasePrice") == "setLines.2.casePrice"
    assert at("tracking number", "model.ShippedOn") == "tracking.shippedOn"
    assert at("added tracking numbers", "model.TrackingNumbers[0].OtherCarrier") == "tracking.shipments.0.otherCarrier"
    assert at("added tracking numbers", "model.ShippingStatus") == "tracking.shippingStatus"
    assert at("removed tracking numbers", "model.TrackingNumbersIDs") == "tracking.removeShipmentKeys"
    assert at("invoice", "model.InvoiceDate") == "invoice.invoiceDate"
    assert at("totals", "model.ShippingTotalThirdParty") == "totals.shippingTotalThirdParty"
    assert at("custom column 1", "model.ColumnName") == "customColumns.0.name"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = st.fixed_dictionaries(
    {"Message": json_values, "ModelState": json_values | st.dictionaries(st.text(), st.lists(st.text()))}
)


@given(st.sampled_from((400, 500)), bodies | json_values)
def test_whatever_it_says_is_one_safe_line_and_has_a_path(status: int, body: Any) -> None:
    error = told(status, body)
    assert error is not None
    text = error.told or ""
    assert len(text) <= NOTICE_CAP
    assert "\n" not in text
    assert "\x00" not in text
    for one in user_errors(error, AT, places(draft())):
        assert one.message
        assert one.field is not None
        assert one.field[:2] == AT


def test_a_list_of_wrong_fields_is_bounded() -> None:
    error = told(400, {"ModelState": {f"model.F{n}": ["x" * 100] for n in range(10_000)}})
    assert error is not None
    assert len(error.properties) == MOST_FIELDS
    assert len(error.told or "") <= NOTICE_CAP
