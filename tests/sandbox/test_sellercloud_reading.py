"""Sellercloud's emulator: lists, filters, pages, details, reference data."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from gateway.sandbox.sellercloud import Sellercloud
from gateway.sandbox.sellercloud.notation import parse_date
from tests.sandbox.test_sellercloud_access import signed_in

pytestmark = pytest.mark.slow

Params = dict[str, Any]


def words(text: str) -> set[str]:
    return set(text.split())


async def listed(client: httpx.AsyncClient, path: str = "PurchaseOrders", **params: Any) -> dict[str, Any]:
    sent = {f"model.{name}": value for name, value in {"pageSize": 50, **params}.items()}
    answer = await client.get(path, params=sent)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_list_row_has_the_documented_fields() -> None:
    async with signed_in() as (vendor, client):
        answer = await client.get("purchaseorders", params={"model.pOIds": 10_001})
        assert answer.headers["content-type"].startswith("application/json")
        (found,) = answer.json()["Items"]
        assert set(found) == words(
            "ID PurchaseTitle POType CompanyID VendorID WarehouseID CreatedOn CreatedBy DateOrdered LastRevisedOn "
            "RevisedBy PurchaseOrderStatus PaymentStatus PurchaseOrdersShippingStatus ReceivingStatus "
            "PurchaseOrdersPriority PurchaseOrdersApproved OrderTotal TaxTotal ShippingTotal GrandTotal DiscountTotal "
            "ExtraCharges TotalBalance TotalBalanceNotReceivedGood TotalRefunded TrackingNumber CourierService "
            "TrackingNumbers ShippedOn PaidOn ExpectedDeliveryDate VendorInvoiceNumber VendorInvoiceFileName "
            "VendorInvoiceFileNameOriginal Invoices Memo DisplayName NotesCount EmailSentCount UnitCounts CM "
            "CancelledPOID DropShipOrderNumber DisableInventoryCount bExported PurchaseOrderCreditMemo "
            "RequestedShippingCarrier RequestedShippingService Items ShipToAddress"
        )
        assert set(found["Items"][0]) == words(
            "ID SKU VendorSKU ProductName QtyOrdered QtyReceived UnitPrice AdjustedPrice LineTotal "
            "ExpectedDeliveryDate ItemNotes"
        )
        po = vendor.tenant.orders[10_001]
        assert found["GrandTotal"] == float(po.grand_total)
        assert found["PurchaseOrderStatus"] == po.status


async def test_pages_are_ten_by_default_and_silently_capped_at_fifty() -> None:
    async with signed_in(size=1) as (_, client):
        for params, rows in (
            ({}, 10),
            ({"model.pageSize": 500}, 50),
            ({"pageSize": 7}, 7),
            ({"model.pageSize": 0, "model.pageNumber": 0}, 10),
            ({"model.pageSize": -3}, 10),
            ({"model.pageNumber": 13, "model.pageSize": 50}, 0),
        ):
            answer = (await client.get("PurchaseOrders", params=params)).json()
            assert (len(answer["Items"]), answer["TotalResults"]) == (rows, 600)


async def walk(client: httpx.AsyncClient) -> list[int]:
    pages = [await listed(client, pageNumber=number) for number in range(1, 13)]
    return [found["ID"] for page in pages for found in page["Items"]]


@pytest.mark.slow
async def test_rows_move_between_the_pages_of_a_walk_the_same_way_each_time() -> None:
    async with signed_in(size=1) as (_, client):
        ids = await walk(client)
        assert len(ids) == 600
        assert len(set(ids)) < 600
        assert ids[0] > 10_580
    async with signed_in(size=1) as (vendor, client):
        assert await walk(client) == ids
        assert await walk(client) != ids
        vendor.settings.unstable_order = False
        assert await walk(client) == list(range(10_600, 10_000, -1))


async def test_an_answer_of_one_page_is_complete() -> None:
    async with signed_in() as (_, client):
        for _ in range(3):
            assert {found["ID"] for found in (await listed(client))["Items"]} == set(range(10_001, 10_031))


async def test_an_empty_answer_may_have_null_items() -> None:
    async with signed_in() as (vendor, client):
        assert await listed(client, pOIds=5) == {"Items": [], "TotalResults": 0}
        vendor.settings.null_items_when_empty = True
        assert await listed(client, pOIds=5) == {"Items": None, "TotalResults": 0}


@pytest.mark.parametrize(
    ("params", "attribute", "values"),
    [
        ({"pOIds": [10_002, 10_004]}, "id", {10_002, 10_004}),
        ({"pOIDs": [10_003]}, "id", {10_003}),
        ({"companyIDList": [164, 171]}, "company_id", {164, 171}),
        ({"pOStatuses": [0, 1]}, "status", {0, 1}),
        ({"pOStatuses": ["saved", "Competed"]}, "status", {0, 5}),
        ({"pOStatuses": ["Completed"]}, "status", {5}),
        ({"shippingStatuses": ["PartiallyShipped"]}, "shipping_status", {1}),
        ({"receivedStatuses": [1, 2]}, "receiving_status", {1, 2}),
        ({"receiveWarehouseID": [7, 8]}, "warehouse_id", {7, 8}),
        ({"receivingWarehouseID": [8]}, "warehouse_id", {8}),
        ({"paymentStatus": ["Charged", 40]}, "payment_status", {30, 40}),
        ({"approved": 0}, "approved", {False}),
        ({"qBExported": "Yes"}, "exported", {True}),
        ({"inventoryCountEnabled": 0}, "inventory_count_disabled", {True}),
    ],
)
async def test_a_filter_leaves_just_what_it_names(params: Params, attribute: str, values: set[object]) -> None:
    async with signed_in(size=0.2) as (vendor, client):
        expected = {po.id for po in vendor.tenant.orders.values() if getattr(po, attribute) in values}
        assert 0 < len(expected) < 120
        found = await listed(client, **params)
        assert found["TotalResults"] == len(expected)
        ids = {found["ID"] for found in found["Items"]}
        assert ids == expected if len(expected) <= 50 else ids < expected
        bare = await client.get("PurchaseOrders", params={**params, "pageSize": 50})
        assert bare.json()["TotalResults"] == len(expected)


@pytest.mark.parametrize(
    "params",
    [
        {"poStatus": 1},
        {"vendorIDs": 812},
        {"pOStatuses": "Sleeping"},
        {"pOStatuses": -1},
        {"qBExported": "All"},
        {"vendorInvoiced": 1},
        {"keyword": " "},
    ],
)
async def test_unknown_filters_names_and_all_filter_nothing(params: Params) -> None:
    async with signed_in() as (_, client):
        assert (await listed(client, **params))["TotalResults"] == 30


async def test_the_invoice_workflow_swaps_two_filters() -> None:
    async with signed_in(vendor_invoices_workflow=True) as (vendor, client):
        assert (await listed(client, paymentStatus=30))["TotalResults"] == 30
        expected = sum(po.invoiced == 2 for po in vendor.tenant.orders.values())
        assert (await listed(client, vendorInvoiced="PartiallyInvoiced"))["TotalResults"] == expected > 0


@pytest.mark.parametrize("params", [{"pOIds": "x"}, {"createDateFrom": "yesterday"}, {"pageNumber": "two"}])
async def test_an_unreadable_value_is_a_400_with_model_state(params: Params) -> None:
    async with signed_in() as (_, client):
        sent = {f"model.{name}": value for name, value in params.items()}
        answer = await client.get("PurchaseOrders", params=sent)
        assert answer.status_code == 400
        assert list(answer.json()["ModelState"]) == list(sent)


async def test_creation_windows_include_both_ends() -> None:
    async with signed_in(size=1, unstable_order=False) as (vendor, client):
        po = vendor.tenant.orders[10_300]
        shown = (await listed(client, pOIds=10_300))["Items"][0]["CreatedOn"]
        window = {"createDateFrom": shown, "createDateTo": shown}
        assert [found["ID"] for found in (await listed(client, **window))["Items"]] == [10_300]
        vendor.settings.create_date_to_exclusive = True
        assert (await listed(client, **window))["TotalResults"] == 0
        before = sum(other.created < po.created for other in vendor.tenant.orders.values())
        assert (await listed(client, createDateTo=shown))["TotalResults"] == before


async def test_windows_cut_the_year_without_loss() -> None:
    async with signed_in(size=1) as (vendor, client):
        busy = Counter(po.created.replace(second=0, microsecond=0) for po in vendor.tenant.orders.values())
        minute, count = busy.most_common(1)[0]
        window = {"createDateFrom": f"{minute:%Y/%m/%d %H:%M:00}", "createDateTo": f"{minute:%Y-%m-%dT%H:%M}:59.999999"}
        found = await listed(client, **window)
        assert found["TotalResults"] == len(found["Items"]) == count
        assert (await listed(client, createDateFrom=f"{minute:%m/%d/%Y %H:%M}"))["TotalResults"] == sum(
            po.created >= minute for po in vendor.tenant.orders.values()
        )


async def test_receipt_and_revision_have_windows_too() -> None:
    async with signed_in() as (vendor, client):
        orders = vendor.tenant.orders.values()
        day = sorted(po.received_on for po in orders if po.received_on)[5]
        sent = f"{day:%Y-%m-%dT%H:%M:%S.%fZ}"
        expected = sum(po.received_on is not None and po.received_on >= day for po in orders)
        assert (await listed(client, receiveDateFrom=sent))["TotalResults"] == expected
        expected = sum((po.revised or po.created) <= day for po in orders)
        assert (await listed(client, updatedDateTo=sent))["TotalResults"] == expected


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("05/06/2024 10:02", "2024-05-06T10:02:00+00:00"),
        ("2024/05/06", "2024-05-06T00:00:00+00:00"),
        ("2024-05-06T10:02:11.1234567", "2024-05-06T10:02:11.123456+00:00"),
        ("2024-05-06T10:02:11+02:00", "2024-05-06T08:02:11+00:00"),
        ("2024-02-31", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("soon", None),
    ],
)
def test_dates_are_read_in_three_forms(text: str, iso: str | None) -> None:
    moment = parse_date(text)
    assert (moment and moment.isoformat()) == iso


async def test_the_keyword_finds_id_title_invoice_and_memo() -> None:
    async with signed_in(size=1) as (vendor, client):
        invoiced = next(po for po in vendor.tenant.orders.values() if po.invoice_number)
        assert [po["ID"] for po in (await listed(client, keyword="10044"))["Items"]] == [10_044]
        assert invoiced.invoice_number is not None
        found = await listed(client, keyword=invoiced.invoice_number.lower())
        assert invoiced.id in [po["ID"] for po in found["Items"]]
        found = await listed(client, keyword="price agreed")
        assert {po["Memo"] for po in found["Items"]} == {"Price agreed by phone"}


async def test_saved_views_need_all_three_parameters_without_prefix() -> None:
    async with signed_in(size=1) as (vendor, client):
        views = (await client.get("PurchaseOrders/Views")).json()
        assert {"ID": 3, "Name": "Open this week"} in views
        params = {"viewID": 8, "pageNumber": 1, "pageSize": 100}
        found = (await client.get("PurchaseOrders/GetAllByView", params=params)).json()
        assert (len(found["Items"]), found["TotalResults"]) == (50, 600)
        vendor.settings.nested_views = True
        (wrapper,) = (await client.get("PurchaseOrders/GetAllByView", params=params)).json()["Items"]
        assert len(wrapper["Items"]) == 50
        for bad in ({"viewID": 8}, {**params, "viewID": 99}, {f"model.{name}": 1 for name in params}):
            assert (await client.get("PurchaseOrders/GetAllByView", params=bad)).status_code == 400
        for view in views:
            answer = await client.get("PurchaseOrders/GetAllByView", params={**params, "viewID": view["ID"]})
            assert answer.json()["TotalResults"] > 0


async def test_a_detail_is_nested_and_knows_the_currency() -> None:
    async with signed_in() as (vendor, client):
        found = (await client.get("PURCHASEORDERS/10001")).json()
        assert set(found) == words(
            "Purchase Statuses VendorAndInvoice TotalInfo Changes RelatedPurchaseOrders RelatedItems CustomColumns "
            "Metadata ShowProductImageForItems EnablePoPrSellQuantity NotesCount IsModified Items"
        )
        po = vendor.tenant.orders[10_001]
        assert found["Purchase"]["CurrencyCode"] == po.currency
        assert found["Statuses"]["Status"] == po.status
        assert found["TotalInfo"]["GrandTotal"] == float(po.grand_total)
        assert [line["ID"] for line in found["Items"]] == [line.id for line in po.lines]
        vendor.settings.items_in_detail = False
        vendor.settings.hide_prices = True
        found = (await client.get("PurchaseOrders/10001")).json()
        assert "Items" not in found
        assert (found["TotalInfo"]["HidePrices"], found["TotalInfo"]["GrandTotal"]) == (True, None)


@pytest.mark.parametrize("path", ["PurchaseOrders/5", "PurchaseOrders/5/Items", "PurchaseOrders/5/CustomColumns"])
async def test_a_missing_purchase_order_is_a_500(path: str) -> None:
    async with signed_in() as (_, client):
        answer = await client.get(path)
        assert answer.status_code == 500
        assert set(answer.json()) == {"Message"}


async def test_enums_come_as_names_where_the_tenant_is_old() -> None:
    async with signed_in(enum_names=True, zulu_dates=True) as (vendor, client):
        done = next(po.id for po in vendor.tenant.orders.values() if po.status == 5)
        (found,) = (await listed(client, pOIds=done))["Items"]
        assert found["PurchaseOrderStatus"] == "Competed"
        assert found["POType"] in ("PurchaseOrder", "CreditMemo", "VendorOffer")
        assert found["CreatedOn"].endswith("Z")
        assert (await client.get(f"PurchaseOrders/{done}")).json()["Statuses"]["Status"] == "Completed"


def one(vendor: Sellercloud, case_mode: bool) -> int:
    return next(po.id for po in vendor.tenant.orders.values() if po.case_mode is case_mode)


async def test_lines_have_other_shapes_by_mode() -> None:
    async with signed_in() as (vendor, client):
        units = (await client.get(f"PurchaseOrders/{one(vendor, False)}/items")).json()
        assert units["PoCaseQtyEnabled"] is False
        assert units["Items"][0]["QtyUnitsOrdered"] > 0
        assert units["Items"][0]["QtyCasesOrdered"] == units["Items"][0]["CasePrice"] == 0
        assert "QtyReceived" not in units["Items"][0]
        number = one(vendor, True)
        cases = (await client.get(f"PurchaseOrders/{number}/Items")).json()
        assert cases["PoCaseQtyEnabled"] is True
        line = cases["Items"][0]
        assert line["QtyUnitsOrdered"] == line["UnitPrice"] == 0
        (found,) = (await listed(client, pOIds=number))["Items"]
        assert found["Items"][0]["QtyOrdered"] == line["QtyCasesOrdered"] * line["QtyUnitsPerCase"]
        detail = (await client.get(f"PurchaseOrders/{number}")).json()
        assert detail["Metadata"]["EnableCaseQty"] is True
        assert detail["Items"][0]["TotalCases"] == line["QtyCasesOrdered"]


async def test_split_orders_point_at_each_other() -> None:
    async with signed_in() as (vendor, client):
        child = next(po for po in vendor.tenant.orders.values() if any(r.kind == 1 for r in po.related))
        (up,) = [
            r for r in (await client.get(f"PurchaseOrders/{child.id}")).json()["RelatedPurchaseOrders"]
            if r["RelationshipType"] == 1
        ]  # fmt: skip
        down = (await client.get(f"PurchaseOrders/{up['RelatedPoID']}")).json()["RelatedPurchaseOrders"]
        assert {"RelatedPoID": child.id, "RelationshipType": 2} in [
            {key: r[key] for key in ("RelatedPoID", "RelationshipType")} for r in down
        ]


async def test_custom_columns_are_read_by_name() -> None:
    async with signed_in() as (vendor, client):
        number = next(po.id for po in vendor.tenant.orders.values() if po.columns)
        columns = (await client.get(f"PurchaseOrders/{number}/CustomColumns")).json()
        assert {column["ColumnName"] for column in columns} >= {"PO_BUYER", "PO_SEASON"}
        assert any(column["Value"] for column in columns)


async def test_vendors_and_their_products() -> None:
    async with signed_in() as (_, client):
        vendors = await listed(client, "Vendors")
        assert {812, 813} < {vendor["ID"] for vendor in vendors["Items"]}
        assert set(vendors["Items"][0]) == {"ID", "Name", "Email", "IsDefault"}
        assert (await listed(client, "Vendors", vendorIDs=[812, 813]))["TotalResults"] == 2
        assert (await listed(client, "Vendors", names="maple ridge housewares"))["TotalResults"] == 1
        assert (await listed(client, "Vendors", activeStatus="Inactive"))["TotalResults"] == 1
        assert (await listed(client, "Vendors", email="orders@"))["TotalResults"] == 2
        single = (await client.get("Vendors/812")).json()
        assert set(single) == words("ID Name Alias AccountNumber Email EmailCC Website IsActive IsDefault")
        assert (await client.get("Vendors/1")).status_code == 500
        products = await listed(client, "Vendors/812/products", pageSize=5, pageNumber=3)
        assert (len(products["Items"]), products["TotalResults"]) == (5, 15)
        assert set(products["Items"][0]) == words(
            "ProductSKU VendorID VendorSKU ProductName Price PricePerCase Qty QtyPerCase IsAvailable Notes DateModified"
        )
        assert (await listed(client, "Vendors/812/products", productSKU="mug-11oz"))["TotalResults"] == 1


async def test_warehouses_and_companies() -> None:
    async with signed_in() as (_, client):
        warehouses = {w["ID"]: w for w in (await listed(client, "Warehouses"))["Items"]}
        assert warehouses[8]["EnforceBins"] is True
        assert warehouses[7]["WarehouseAddress"]["ZipCode"] == "08701"
        for params, count in (({"warehouseIds": [7, 8]}, 2), ({"warehouseType": "FBA"}, 1), ({"isSellable": 2}, 1),
                              ({"isDefault": 1}, 1), ({"name": "reno"}, 1)):  # fmt: skip
            assert (await listed(client, "Warehouses", **params))["TotalResults"] == count
        assert (await client.get("Warehouses/7")).json()["General"]["Name"] == "Lakewood Main"
        assert (await client.get("Warehouses/99")).status_code == 500
        companies = (await listed(client, "Companies"))["Items"]
        assert (companies[0]["ID"], companies[0]["IsDefaultCompany"]) == (163, True)
        assert (await listed(client, "Companies", keyword="outlet"))["TotalResults"] == 1
        assert (await listed(client, "Companies", companyID=171))["TotalResults"] == 1
        assert (await listed(client, "Companies", channel=4))["TotalResults"] == 2
        assert "secretKey" in (await client.get("Companies/163")).json()["AmazonSettings"]
        assert (await client.get("Companies/1")).status_code == 500


async def test_settings_and_diagnostics() -> None:
    async with signed_in() as (_, client):
        terms = (await client.get("Settings/PaymentTerms")).json()
        assert {"Key": 4, "Value": "Net 30"} in terms
        assert len((await client.get("Settings/Brands", params={"companyId": 163})).json()) == 3
        assert len((await client.get("Settings/Manufacturers")).json()) == 4
        assert set((await client.get("Diagnostics/Tenant")).json()) == {"Tenant", "IsTerriformerServer"}
