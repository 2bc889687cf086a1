"""What is sent to Sellercloud: the vendor's own example field by field, and nothing that was not given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLInputObjectType

from gateway.errors import VendorBadAnswer
from gateway.schema.build import build_schema
from gateway.vendors.sellercloud.commands import LinesDraft, OrderChange, PurchaseOrderDraft, UnitLineDraft
from gateway.vendors.sellercloud.mapping_items import items_of, near, same_line
from gateway.vendors.sellercloud.mapping_write import created_id, general_body, ids_body, moment_text, order_body
from tests.upstream.vendor import reply, running, upstream
from tests.vendors.fieldrow import WriteRow
from tests.vendors.sellercloud.write_desk import case, unit
from tests.vendors.sellercloud.write_fields import ROWS, SAMPLE

TYPES = build_schema()._schema.type_map

ADDRESS_OF_THE_PAGE = (
    "FirstName", "LastName", "MiddleName", "ZipCode", "City", "Country", "Business", "AddressLine1", "AddressLine2",
    "Fax", "Region", "State", "Phone",
)  # fmt: skip
BODY_OF_THE_PAGE = (
    "CompanyID", "VendorID", "POType", "CaseQtyMode", "DefaultWarehouseID", "Description", "VendorNote",
    "PaymentTermID", "ExpectedDeliveryDate", "Products", "BillingAddress", "ShippingAddress",
)  # fmt: skip
LINE_OF_THE_PAGE = ("ProductID", "DiscountType", "DiscountValue", "WarehouseID", "ItemNotes")
UNITS_OF_THE_PAGE = ("QtyUnitsOrdered", "UnitPrice")
CASES_OF_THE_PAGE = ("QtyCasesOrdered", "QtyUnitsPerCase", "CasePrice")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.field}")
def test_every_written_field_goes_out_where_the_table_says(row: WriteRow) -> None:
    assert row.value(SAMPLE) == row.expect


def test_every_field_of_sellercloud_s_inputs_has_a_row() -> None:
    homes = {home for row in ROWS for home in row.homes}
    inputs = {
        f"{name}.{field}"
        for name, type_ in TYPES.items()
        if isinstance(type_, GraphQLInputObjectType) and "Sellercloud" in name
        for field in type_.fields
    }
    assert inputs - homes == set()
    assert homes - inputs == {"UpdateOrderInput.orderId", "CancelOrderInput.orderId"}


def test_the_page_s_example_has_a_place_for_each_of_its_fields() -> None:
    units, cases = SAMPLE["units"], SAMPLE["cases"]
    assert sorted(units) == sorted(cases) == sorted(BODY_OF_THE_PAGE)
    assert sorted(units["Products"][0]) == sorted(LINE_OF_THE_PAGE + UNITS_OF_THE_PAGE)
    assert sorted(cases["Products"][0]) == sorted(LINE_OF_THE_PAGE + CASES_OF_THE_PAGE)
    for name in ("BillingAddress", "ShippingAddress"):
        assert sorted(units[name]) == sorted(ADDRESS_OF_THE_PAGE)
    assert units["ExpectedDeliveryDate"] == "2020-05-25T21:58:33.197Z", "as the page writes it"


def test_what_is_not_given_is_left_out() -> None:
    line = UnitLineDraft(product_id="A", qty_units_ordered=1, unit_price=Decimal(0))
    body = order_body(PurchaseOrderDraft(company_id=1, vendor_id=2, lines=LinesDraft(units=(line,))))
    assert body == {
        "CompanyID": 1,
        "VendorID": 2,
        "POType": "PurchaseOrder",
        "CaseQtyMode": False,
        "Products": [{"QtyUnitsOrdered": 1, "UnitPrice": Decimal(0), "ProductID": "A"}],
    }
    assert general_body(OrderChange(invoice=None)) == {}


def test_a_moment_goes_out_in_utc() -> None:
    assert moment_text(datetime(2026, 3, 1, 23, 30, tzinfo=timezone(-timedelta(hours=5)))) == "2026-03-02T04:30:00.000Z"
    assert moment_text(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"Id": 12345}, 12345),
        ({"ID": 12345}, 12345),
        (12345, 12345),
        ("12345", 12345),
        ({"Id": 0}, None),
        (-1, None),
        (True, None),
        (None, None),
        ("ok", None),
        ([], None),
        ({"Message": "An error has occurred."}, None),
    ],
)
def test_the_new_order_s_number_is_read_from_each_form_of_the_answer(body: object, number: int | None) -> None:
    assert created_id(body) == number


def test_lines_without_a_list_or_an_id_tell_nothing() -> None:
    silent: list[Any] = [None, {}, [], {"PoCaseQtyEnabled": True}, {"Items": [{"ProductID": "A"}]}]
    for body in silent:
        with pytest.raises(VendorBadAnswer):
            items_of(body)
    assert items_of({"Items": None, "PoCaseQtyEnabled": True}).case_mode is True


def test_a_line_is_the_same_whatever_the_vendor_s_letter_case_and_rounding() -> None:
    def item(**values: Any) -> Any:
        known = {"ID": 1, "ProductID": "mug-11oz", "QtyUnitsOrdered": 48, "UnitPrice": Decimal("3.2501")}
        return items_of({"Items": [known | values]}).items[0]

    assert same_line(unit(), item())
    assert same_line(unit(), item(UnitPrice=None)), "prices may be hidden from the login"
    assert not same_line(unit(), item(UnitPrice=Decimal("3.26")))
    assert not same_line(unit(), item(QtyUnitsOrdered=47))
    assert not same_line(unit(), item(DiscountValue=Decimal("0.5")))
    assert not same_line(case(), item())
    assert same_line(case(), item(QtyCasesOrdered=10, QtyUnitsPerCase=24, CasePrice=70))
    assert near(Decimal(1), None)


async def test_decimals_stay_exact_and_a_deletion_carries_its_ids_over_a_real_connection() -> None:
    line = UnitLineDraft(product_id="A", qty_units_ordered=1, unit_price=Decimal("0.10000000000000000001"))
    body = order_body(PurchaseOrderDraft(company_id=1, vendor_id=2, lines=LinesDraft(units=(line,))))
    answers = (reply(b'{"Id": 1}'), reply(b'"Items deleted successfully."'))
    async with running(*answers) as vendor, upstream(vendor.url) as client:
        await client.call("POST", "/PurchaseOrders", route="/PurchaseOrders", json=body)
        await client.call("DELETE", "/PurchaseOrders/1/Items", route="/Items", json=ids_body(["99002"]))
    created, deleted = vendor.seen
    assert b'"UnitPrice":0.10000000000000000001' in created.body
    assert (deleted.method, deleted.body) == ("DELETE", b"[99002]")
    assert deleted.headers["content-type"] == "application/json"
