"""Sellercloud's emulator: creating, changing and deleting purchase orders."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.sandbox.sellercloud import Sellercloud
from gateway.sandbox.sellercloud.records import PurchaseOrder
from tests.sandbox.test_sellercloud_access import signed_in

pytestmark = pytest.mark.slow

Json = dict[str, Any]
NEXT_ID = 10_031  # at the tests' size

UNIT_LINE: Json = {"ProductID": "MUG-11OZ", "QtyUnitsOrdered": 48, "UnitPrice": 3.25}
CASE_LINE: Json = {"ProductID": "MUG-11OZ", "QtyCasesOrdered": 10, "QtyUnitsPerCase": 24, "CasePrice": 70}


def order(**changes: Any) -> Json:
    body: Json = {
        "CompanyID": 163,
        "VendorID": 812,
        "POType": "PurchaseOrder",
        "CaseQtyMode": False,
        "DefaultWarehouseID": 7,
        "Description": "Spring restock",
        "VendorNote": "Dock 3",
        "PaymentTermID": 4,
        "ExpectedDeliveryDate": None,
        "Products": [UNIT_LINE],
        **changes,
    }
    return {name: value for name, value in body.items() if value != "absent"}


def pick(vendor: Sellercloud, **wanted: Any) -> PurchaseOrder:
    return next(
        po for po in vendor.tenant.orders.values() if all(getattr(po, name) == value for name, value in wanted.items())
    )


async def test_a_created_order_is_found_again_in_every_shape() -> None:
    async with signed_in() as (vendor, client):
        address = {
            "FirstName": "Rita",
            "City": "Lakewood",
            "ZipCode": "08701",
            "Country": "us",
            "AddressLine1": "5 Elm",
        }
        line = {
            **UNIT_LINE,
            "DiscountType": "FixedAmount",
            "DiscountValue": 0.25,
            "ItemNotes": "gently",
            "WarehouseID": 8,
        }
        body = order(Products=[line, UNIT_LINE], ShippingAddress=address)
        answer = await client.post("PurchaseOrders", json=body)
        assert (answer.status_code, answer.json()) == (200, {"Id": NEXT_ID})
        (row,) = (await client.get("PurchaseOrders", params={"model.pOIds": NEXT_ID})).json()["Items"]
        assert (row["PurchaseTitle"], row["PurchaseOrderStatus"], row["PurchaseOrdersApproved"]) == (
            "Spring restock",
            0,
            False,
        )
        assert (row["OrderTotal"], row["DiscountTotal"], row["GrandTotal"]) == (300.0, 12.0, 300.0)
        assert (row["Items"][0]["AdjustedPrice"], row["Items"][0]["LineTotal"]) == (3.0, 144.0)
        assert row["ShipToAddress"]["StreetLine1"] == "5 Elm"
        detail = (await client.get(f"PurchaseOrders/{NEXT_ID}")).json()
        assert detail["Purchase"]["Instructions"] == "Dock 3"
        assert detail["VendorAndInvoice"]["PaymentTermID"] == 4
        assert detail["Changes"]["CreatedBy"] == "API User"
        assert [item["DefaultWarehouseID"] for item in detail["Items"]] == [7, 7]
        assert vendor.orders()[-1]["number"] == str(NEXT_ID)
        assert (await client.post("PurchaseOrders", json=order(POType=1))).json() == {"Id": NEXT_ID + 1}


async def test_case_lines_make_a_case_order() -> None:
    async with signed_in() as (_, client):
        line = {**CASE_LINE, "DiscountType": 1, "DiscountValue": 10, "WarehouseID": 8}
        body = order(CaseQtyMode=True, DefaultWarehouseID=None, Products=[line])
        number = (await client.post("PurchaseOrders", json=body)).json()["Id"]
        (row,) = (await client.get("PurchaseOrders", params={"pOIds": number})).json()["Items"]
        assert (row["WarehouseID"], row["UnitCounts"], row["OrderTotal"]) == (0, 240, 630.0)
        detail = (await client.get(f"PurchaseOrders/{number}")).json()
        assert [item["DefaultWarehouseID"] for item in detail["Items"]] == [8]


async def test_the_tenants_defaults_decide_the_first_status() -> None:
    async with signed_in(po_default_status=1, approved_by_default=True) as (_, client):
        number = (await client.post("PurchaseOrders", json=order())).json()["Id"]
        detail = (await client.get(f"PurchaseOrders/{number}")).json()
        assert (detail["Statuses"]["Status"], detail["Statuses"]["IsApproved"]) == (1, True)
        assert detail["Purchase"]["OrderedOn"] == detail["Changes"]["CreatedOn"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"CompanyID": "absent"}, "model.CompanyID"),
        ({"VendorID": None}, "model.VendorID"),
        ({"POType": "Gift"}, "model.POType"),
        ({"POType": True}, "model.POType"),
        ({"CaseQtyMode": "no"}, "model.CaseQtyMode"),
        ({"VendorID": 2**31}, "model.VendorID"),
        ({"Products": []}, "model.Products"),
        ({"Products": "MUG"}, "model.Products"),
        ({"Products": [{**UNIT_LINE, "ProductID": ""}]}, "model.Products[0].ProductID"),
        ({"Products": [UNIT_LINE, {**UNIT_LINE, "ProductID": "x" * 51}]}, "model.Products[1].ProductID"),
        ({"Products": [{**UNIT_LINE, "QtyUnitsOrdered": 1.5}]}, "model.Products[0].QtyUnitsOrdered"),
        ({"Products": [{**UNIT_LINE, "UnitPrice": "cheap"}]}, "model.Products[0].UnitPrice"),
        ({"Products": [7]}, "model.Products[0]"),
        ({"ShippingAddress": {"City": "Lakewood"}}, "model.ShippingAddress.Country"),
        ({"ShippingAddress": {"Country": "USA"}}, "model.ShippingAddress.Country"),
        ({"ExpectedDeliveryDate": "soon"}, "model.ExpectedDeliveryDate"),
        ({"Description": 5}, "model.Description"),
    ],
)
async def test_a_malformed_order_is_a_400_that_names_the_field(changes: Json, field: str) -> None:
    async with signed_in() as (vendor, client):
        answer = await client.post("PurchaseOrders", json=order(**changes))
        assert answer.status_code == 400
        assert field in answer.json()["ModelState"]
        assert len(vendor.orders()) == 30


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"CompanyID": 1}, "Company 1"),
        ({"VendorID": 1}, "Vendor 1"),
        ({"DefaultWarehouseID": 99}, "Warehouse 99"),
        ({"PaymentTermID": 99}, "Payment term 99"),
        ({"Products": [{**UNIT_LINE, "ProductID": "MUG-NONE"}]}, "MUG-NONE"),
        ({"Products": [{**UNIT_LINE, "ProductID": "JAR-HEX"}]}, "inactive"),
        ({"Products": [{**UNIT_LINE, "WarehouseID": 99}]}, "Warehouse 99"),
        ({"Products": [CASE_LINE]}, "QtyCasesOrdered cannot be set"),
        ({"CaseQtyMode": True}, "QtyUnitsOrdered cannot be set"),
        ({"Products": [{**UNIT_LINE, "QtyUnitsOrdered": 0}]}, "greater than 0"),
        ({"Products": [{**UNIT_LINE, "UnitPrice": -0.01}]}, "negative"),
        ({"Products": [{**UNIT_LINE, "UnitPrice": None}]}, "required"),
        ({"Products": [{**UNIT_LINE, "DiscountValue": 3.26}]}, "discount"),
        ({"CaseQtyMode": True, "Products": [{**CASE_LINE, "QtyUnitsPerCase": 2**31 - 1}]}, "too large"),
        ({"ExpectedDeliveryDate": "2026-12-24T00:00:00Z"}, "ExpectedDeliveryDate"),
        ({"BillingAddress": {"Country": "US"}}, "BillingAddress"),
    ],
)
async def test_a_broken_rule_is_a_500_with_a_message(changes: Json, part: str) -> None:
    async with signed_in() as (vendor, client):
        answer = await client.post("PurchaseOrders", json=order(**changes))
        assert answer.status_code == 500
        assert part in answer.json()["Message"]
        assert len(vendor.orders()) == 30


async def test_settings_of_the_tenant_open_and_close_fields_of_the_create_call() -> None:
    async with signed_in(force_expected_delivery_date=True, bill_to_address=True, multi_discount=True) as (_, client):
        body = order(ExpectedDeliveryDate="2026-12-24T00:00:00.000Z", BillingAddress={"Country": "US"})
        number = (await client.post("PurchaseOrders", json=body)).json()["Id"]
        detail = (await client.get(f"PurchaseOrders/{number}")).json()
        assert detail["Purchase"]["ExpectedDelivery"] == "2026-12-24T00:00:00"
        assert detail["Metadata"]["EnabledMultipleDiscounts"] is True
        refused = await client.post("PurchaseOrders", json=order(Products=[{**UNIT_LINE, "DiscountValue": 0}]))
        assert refused.status_code == 500


async def test_a_misspelt_field_is_loud_unless_the_vendors_silence_is_asked_for() -> None:
    async with signed_in() as (vendor, client):
        refused = await client.post("PurchaseOrders", json=order(Products=[{**UNIT_LINE, "Qty": 5}]))
        assert refused.status_code == 501
        assert "model.Products[0].Qty" in refused.json()["Message"]
        vendor.settings.refuse_unknown_fields = False
        assert (await client.post("PurchaseOrders", json=order(Colour="red"))).status_code == 200


async def test_the_general_panel_changes_what_is_sent_and_clears_nothing() -> None:
    async with signed_in() as (vendor, client):
        po = pick(vendor, status=1)
        answer = await client.put(f"PurchaseOrders/{po.id}", json={"Description": "New", "Instructions": None})
        assert (answer.status_code, answer.content) == (200, b"")
        body = {"VendorId": 813, "CancelByDate": "2026-12-31T00:00:00Z", "RequestedOnDate": "12/01/2026 00:00"}
        assert (await client.put(f"PurchaseOrders/{po.id}", json=body)).status_code == 200
        purchase = (await client.get(f"PurchaseOrders/{po.id}")).json()["Purchase"]
        assert (purchase["Description"], purchase["VendorId"]) == ("New", 813)
        assert (purchase["CancelByDate"], purchase["RequestedOn"]) == ("2026-12-31T00:00:00", "2026-12-01T00:00:00")
        assert (await client.put(f"PurchaseOrders/{po.id}", json={"CompanyId": 1})).status_code == 500
        assert (await client.put(f"PurchaseOrders/{po.id}", json={"CompanyId": "x"})).status_code == 400
        assert (await client.put(f"PurchaseOrders/{po.id}", json={"Status": 5})).status_code == 501
        assert (await client.put("PurchaseOrders/5", json={})).status_code == 500


async def test_an_order_is_deleted_for_good_unless_goods_or_a_sales_order_hang_on_it() -> None:
    async with signed_in() as (vendor, client):
        number = (await client.post("PurchaseOrders", json=order())).json()["Id"]
        answer = await client.delete(f"PurchaseOrders/{number}")
        assert (answer.status_code, answer.content) == (200, b"")
        assert (await client.get(f"PurchaseOrders/{number}")).status_code == 500
        assert (await client.get("PurchaseOrders", params={"pOIds": number})).json()["TotalResults"] == 0
        received = pick(vendor, receiving_status=2)
        linked = pick(vendor, order_type=2)
        for po in (received, linked):
            assert (await client.delete(f"PurchaseOrders/{po.id}")).status_code == 500
        assert (await client.post("PurchaseOrders", json=order())).json()["Id"] == number + 1


async def items(client: httpx.AsyncClient, po: PurchaseOrder) -> list[Json]:
    found: list[Json] = (await client.get(f"PurchaseOrders/{po.id}/Items")).json()["Items"]
    return found


async def test_lines_are_added_as_a_bare_array_and_the_same_sku_twice() -> None:
    async with signed_in() as (vendor, client):
        po = pick(vendor, status=1, case_mode=False)
        before = len(po.lines)
        answer = await client.post(f"PurchaseOrders/{po.id}/items", json=[UNIT_LINE, UNIT_LINE])
        assert answer.json() == "Successfully saved the purchase items."
        added = (await items(client, po))[before:]
        assert [line["ProductID"] for line in added] == ["MUG-11OZ"] * 2
        assert len({line["ID"] for line in added}) == 2
        for wrong in ([CASE_LINE], [], {"Items": [UNIT_LINE]}, [{**UNIT_LINE, "ProductID": "NO"}]):
            assert (await client.post(f"PurchaseOrders/{po.id}/Items", json=wrong)).status_code == 400
        assert len(po.lines) == before + 2


async def test_lines_change_by_their_id_all_or_none() -> None:
    async with signed_in() as (vendor, client):
        po = pick(vendor, case_mode=False, receiving_status=1)
        line = po.lines[0]
        path = f"PurchaseOrders/{po.id}/Items"
        change = {"ID": line.id, "QtyUnitsOrdered": line.units + 1, "UnitPrice": None}
        answer = await client.put(path, json={"Items": [{**change, "ExpectedDeliveryDate": "2026-12-01"}]})
        assert (answer.status_code, answer.content) == (200, b"")
        found = (await items(client, po))[0]
        assert (found["QtyUnitsOrdered"], found["UnitPrice"]) == (line.units + 1, float(line.price))
        assert found["ExpectedDeliveryDate"] == "2026-12-01T00:00:00"
        for wrong, status in (
            ([{"ID": line.id, "UnitPrice": 9}, {"ID": 5, "UnitPrice": 9}], 500),
            ([{"ID": line.id, "QtyUnitsOrdered": line.received - 1}], 500),
            ([{"ID": line.id, "QtyCasesOrdered": 3}], 500),
            ([{"ID": line.id, "UnitPrice": -1}], 500),
            ([{"UnitPrice": 1}], 400),
        ):
            assert (await client.put(path, json={"Items": wrong})).status_code == status
        assert (await items(client, po))[0] == found


@pytest.mark.parametrize("bare", [True, False])
async def test_lines_are_deleted_by_either_body(bare: bool) -> None:
    async with signed_in() as (_, client):
        number = (await client.post("PurchaseOrders", json=order(Products=[UNIT_LINE, UNIT_LINE]))).json()["Id"]
        path = f"PurchaseOrders/{number}/Items"
        gone = (await client.get(path)).json()["Items"][0]["ID"]
        answer = await client.request("DELETE", path, json=[gone] if bare else {"PoItemsIDs": [gone]})
        assert answer.json() == "Items deleted successfully."
        assert gone not in [line["ID"] for line in (await client.get(path)).json()["Items"]]
        assert (await client.request("DELETE", path, json=[gone])).status_code == 400
        assert (await client.request("DELETE", path, json={"PoItemsIDs": ["x"]})).status_code == 400


async def test_received_lines_stay() -> None:
    async with signed_in() as (vendor, client):
        po = pick(vendor, receiving_status=2)
        answer = await client.request("DELETE", f"PurchaseOrders/{po.id}/Items", json=[po.lines[0].id])
        assert answer.status_code == 400


async def test_one_tracking_number_while_the_setting_is_off() -> None:
    async with signed_in() as (vendor, client):
        po = pick(vendor, status=1, shipping_status=1)
        path = f"PurchaseOrders/{po.id}/TrackingNumber"
        body = {"ShippedOn": "2026-11-20T09:00:00Z", "ShippedViaCarrier": None, "TrackingNumber": "1Z5"}
        assert (await client.put(path, json=body)).status_code == 200
        assert (po.tracking_number, po.carrier is not None) == ("1Z5", True)
        unshipped = pick(vendor, shipping_status=0)
        refused = await client.put(f"PurchaseOrders/{unshipped.id}/TrackingNumber", json=body)
        assert refused.status_code == 400
        assert (await client.get(f"{path}/Multiple")).status_code == 400
        vendor.settings.multiple_tracking_numbers = True
        assert (await client.put(path, json=body)).status_code == 400


async def test_several_tracking_numbers_while_the_setting_is_on() -> None:
    async with signed_in(multiple_tracking_numbers=True) as (vendor, client):
        number = (await client.post("PurchaseOrders", json=order())).json()["Id"]
        path = f"PurchaseOrders/{number}/TrackingNumber/Multiple"
        first = {"ShippedOn": "2026-11-20T09:00:00Z", "ShippingCarrier": "ups", "TrackingNumber": "1Z1"}
        other = {**first, "ShippingCarrier": "Other", "OtherCarrier": "Kuehne+Nagel", "TrackingNumber": "KN2"}
        body = {"TrackingNumbers": [first, other], "ShippingStatus": 2}
        assert (await client.post(path, json=body)).status_code == 200
        found = (await client.get(path)).json()["TrackingNumbers"]
        assert [(entry["ShippingCarrier"], entry["TrackingNumber"]) for entry in found] == [
            ("UPS", "1Z1"),
            ("Kuehne+Nagel", "KN2"),
        ]
        assert vendor.tenant.orders[number].shipping_status == 2
        for wrong in (
            {**first, "ShippingCarrier": "Mule"},
            {**other, "OtherCarrier": None},
            {**first, "ShippedOn": None},
        ):
            refused = await client.post(path, json={"TrackingNumbers": [wrong], "ShippingStatus": 1})
            assert refused.status_code == 400
        gone = {"TrackingNumbersIDs": [found[0]["ID"]]}
        assert (await client.request("DELETE", path, json=gone)).status_code == 200
        assert (await client.request("DELETE", path, json=gone)).status_code == 400
        (row,) = (await client.get("PurchaseOrders", params={"pOIds": number})).json()["Items"]
        assert [entry["TrackingNumber"] for entry in row["TrackingNumbers"]] == ["KN2"]


@pytest.mark.parametrize("setting", ["vendor_invoices_workflow", "multiple_invoices"])
async def test_the_invoice_is_set_only_while_both_invoice_settings_are_off(setting: str) -> None:
    async with signed_in() as (vendor, client):
        body = {"InvoiceDate": "2026-11-20T00:00:00Z", "InvoiceNumber": "INV-7"}
        assert (await client.put("PurchaseOrders/10001/Invoice", json=body)).status_code == 200
        found = (await client.get("PurchaseOrders/10001")).json()["VendorAndInvoice"]
        assert (found["InvoiceNumber"], found["InvoiceDate"]) == ("INV-7", "2026-11-20T00:00:00")
        setattr(vendor.settings, setting, True)
        assert (await client.put("PurchaseOrders/10001/Invoice", json=body)).status_code == 500


async def test_totals_change_the_grand_total_within_the_tenants_rules() -> None:
    async with signed_in() as (vendor, client):
        po = pick(vendor, receiving_status=2)
        path = f"PurchaseOrders/{po.id}/Total"
        body = {"TaxTotal": 10.5, "OtherTotal": 1, "ShippingTotal": 2, "ShippingTotalThirdParty": 3}
        assert (await client.put(path, json=body)).status_code == 200
        info = (await client.get(f"PurchaseOrders/{po.id}")).json()["TotalInfo"]
        assert info["GrandTotal"] == pytest.approx(info["SubTotal"] - info["DiscountTotal"] + 13.5)
        assert info["ShippingTotalThirdParty"] == 3
        assert (await client.put(path, json={"TaxTotal": -1})).status_code == 400
        vendor.settings.per_session_receiving_cost = vendor.settings.free_shipping = True
        assert (await client.put(path, json={"ShippingTotal": 1})).status_code == 400
        assert (await client.put(path, json={"ShippingTotalThirdParty": 1})).status_code == 400
        assert (await client.put(path, json={"TaxTotal": 1})).status_code == 200


async def test_the_export_flag_is_set_for_several_orders_or_none() -> None:
    async with signed_in() as (vendor, client):
        path = "PurchaseOrders/SetQuickBookStatus"
        answer = await client.put(path, json={"PurchaseIDs": [10_001, 10_002], "Exported": True})
        assert isinstance(answer.json(), str)
        assert (await client.put(path, json={"PurchaseIDs": [10_001, 5], "Exported": False})).status_code == 500
        assert (await client.put(path, json={"PurchaseIDs": [10_001]})).status_code == 400
        assert all(vendor.tenant.orders[number].exported for number in (10_001, 10_002))


async def test_a_custom_column_is_set_by_its_name() -> None:
    async with signed_in() as (_, client):
        path = "PurchaseOrders/10001/CustomColumns"
        assert (await client.put(path, json={"ColumnName": "PO_BUYER", "Value": "R. Moss"})).status_code == 200
        values = {column["ColumnName"]: column["Value"] for column in (await client.get(path)).json()}
        assert values["PO_BUYER"] == "R. Moss"
        assert (await client.put(path, json={"ColumnName": "NOPE", "Value": "x"})).status_code == 500
        assert (await client.put(path, json={"Value": "x"})).status_code == 400
        assert (await client.put(path, json={"ColumnName": "PO_BUYER", "Value": ["x"]})).status_code == 400


async def test_a_write_moves_the_date_of_revision() -> None:
    async with signed_in() as (vendor, client):
        since = {"model.updatedDateFrom": f"{vendor.tenant.today:%Y-%m-%dT%H:%M:%S}"}
        vendor.settings.unstable_order = False
        before = (await client.get("PurchaseOrders", params=since)).json()["TotalResults"]
        await client.put("PurchaseOrders/10003", json={"Description": "Touched"})
        assert (await client.get("PurchaseOrders", params=since)).json()["TotalResults"] == before + 1


async def test_half_a_surrogate_pair_in_a_text_breaks_no_answer() -> None:
    async with signed_in() as (_, client):
        sent = {"Content-Type": "application/json"}
        answer = await client.put("PurchaseOrders/10001", content=b'{"Description":"\\ud800!"}', headers=sent)
        assert answer.status_code == 200
        assert (await client.get("PurchaseOrders/10001")).json()["Purchase"]["Description"] == "?!"
