"""The graph's Sellercloud types: what a selection costs in calls, and that a failing detail takes only its fields."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import strawberry

from gateway.accounts import Accounts
from gateway.model.order import Attachment
from gateway.sandbox.control import Fault
from gateway.schema.build import build_schema
from tests.fakes import context_over
from tests.vendors.sellercloud.tenant import BASE, Tenant, tenant

SCHEMA = build_schema()


class NoLinks:
    def link(self, attachment: Attachment, principal: str) -> str | None:
        raise AssertionError("there are no files")


async def ask(one: Tenant, selection: str, first: int = 3) -> strawberry.types.ExecutionResult:
    accounts = Accounts([one.adapter])
    query = f"{{ orders(first: {first}) {{ nodes {{ number {selection} }} }} }}"
    result = await SCHEMA.execute(query, context_value=context_over(accounts))
    assert isinstance(result, strawberry.types.ExecutionResult)
    return result


def nodes(result: strawberry.types.ExecutionResult) -> list[dict[str, Any]]:
    assert result.data is not None
    found: list[dict[str, Any]] = result.data["orders"]["nodes"]
    return found


def paths(one: Tenant) -> Counter[str]:
    """How often each kind of path was called."""
    parts = (call.path.removeprefix("/rest/api/").split("/") for call in one.calls)
    return Counter("/".join("{id}" if part.isdigit() else part for part in some) for some in parts)


ROW_FIELDS = """
    title status vendorStatus type createdAt updatedAt total { amount currency } lines { number quantity notes
      details { ... on SellercloudLineDetails { vendorSku qtyReceived adjustedPrice { amount } } } }
    details { ... on SellercloudOrderDetails {
      companyId vendorId approved priority orderedOn notesCount shipToAddress { city country classification }
      shipping { status trackingNumber shipments { trackingNumber carrier } } receiving { status }
      payment { status balance { amount } } invoicing { memo invoiceNumbers } totals { orderTotal { amount } } } }
"""


async def test_what_the_list_knows_costs_no_further_call() -> None:
    async with tenant() as one:
        result = await ask(one, ROW_FIELDS)
        assert result.errors is None
        assert paths(one) == {"PurchaseOrders": 1}
        assert all(node["details"]["companyId"] for node in nodes(result))


async def test_what_the_detail_knows_costs_one_call_an_order_however_much_is_asked() -> None:
    async with tenant() as one:
        result = await ask(
            one,
            """notes currency audit { event by { name } }
            lines { details { ... on SellercloudLineDetails { kit warehouseId qtyOnHand casePrice { amount } } } }
            details { ... on SellercloudOrderDetails {
              caseQtyMode orderType vendorCurrency customColumns { name dataType } relatedOrders { number }
              receiving { overReceived } payment { paid { amount currency } } invoicing { invoicedStatus }
              totals { subTotal { amount currency } pricesHidden } shipToAddress { phoneExtension } } }""",
        )
        assert result.errors is None
        assert paths(one) == {"PurchaseOrders": 1, "PurchaseOrders/{id}": 3}
        for node in nodes(result):
            assert node["currency"] == node["details"]["vendorCurrency"]
            assert node["details"]["totals"]["subTotal"]["currency"] == node["currency"]


async def test_names_around_an_order_come_from_tables_read_once() -> None:
    async with tenant() as one:
        selection = """customer { name } supplier { name }
            lines { details { ... on SellercloudLineDetails { warehouse { name } } } }
            details { ... on SellercloudOrderDetails {
              company { default } defaultWarehouse { name type address { city } } paymentTerm { key name } } }"""
        for _ in range(2):
            result = await ask(one, selection)
            assert result.errors is None
        assert paths(one) == {
            "PurchaseOrders": 2,
            "PurchaseOrders/{id}": 6,
            "Vendors": 1,
            "Companies": 1,
            "Warehouses": 1,
            "Settings/PaymentTerms": 1,
        }
        assert all(node["supplier"]["name"] and node["customer"]["name"] for node in nodes(result))


async def test_a_detail_that_fails_nulls_its_own_fields() -> None:
    async with tenant() as one:
        number = nodes(await ask(one, "", first=1))[0]["number"]
        one.desk.add(Fault("error", path=f"PurchaseOrders/{number}$", status=503, times=None))
        result = await ask(one, "title notes details { ... on SellercloudOrderDetails { vendorId caseQtyMode } }", 2)
        failed, whole = nodes(result)
        assert failed["details"] == {"vendorId": failed["details"]["vendorId"], "caseQtyMode": None}
        assert failed["details"]["vendorId"]
        assert (failed["notes"], failed["title"] is None) == (None, False)
        assert whole["details"]["caseQtyMode"] is not None
        assert {error.extensions["code"] for error in result.errors or () if error.extensions} == {"VENDOR_UNAVAILABLE"}


async def test_parcels_have_keys_for_a_call_more() -> None:
    async with tenant(size=0.3) as one:
        one.set(multiple_tracking_numbers=True)
        result = await ask(
            one,
            "details { ... on SellercloudOrderDetails { shipping { shipments { key trackingNumber } } } }",
            first=100,
        )
        assert result.errors is None
        parcels = [parcel for node in nodes(result) for parcel in node["details"]["shipping"]["shipments"]]
        assert parcels
        assert all(parcel["key"] for parcel in parcels)
        with_parcels = sum(bool(node["details"]["shipping"]["shipments"]) for node in nodes(result))
        assert paths(one)["PurchaseOrders/{id}/TrackingNumber/Multiple"] == with_parcels


PARTY = {"FirstName": "Rita", "LastName": "Moss", "MiddleName": "Q", "ZipCode": "08701", "City": "Lakewood"}
PLACE = {"Country": "US", "Business": "Moss Ltd", "AddressLine1": "5 Elm Rd", "AddressLine2": "Gate C", "State": "NJ"}
BILL_TO = {"FirstName": "Bill", "Country": "US"}
CREATED: dict[str, Any] = {
    "CompanyID": 163,
    "VendorID": 812,
    "POType": "PurchaseOrder",
    "Description": "Spring restock",
    "VendorNote": "Dock 3",
    "PaymentTermID": 4,
    "ExpectedDeliveryDate": "2026-12-25T21:58:33.197Z",
    "BillingAddress": BILL_TO,
    "ShippingAddress": {**PARTY, **PLACE, "Fax": "+1 732 555 0102", "Region": "East", "Phone": "+1 732 555 0101"},
}
LINE = {"ProductID": "MUG-11OZ", "DiscountType": "Percentage", "DiscountValue": 5, "ItemNotes": "Fragile"}
UNITS = {**LINE, "QtyUnitsOrdered": 48, "UnitPrice": 3.25, "WarehouseID": 8}
CASES = {**LINE, "QtyCasesOrdered": 10, "QtyUnitsPerCase": 24, "CasePrice": 70, "WarehouseID": 8}
READ_BACK = """
    type vendorType title notes customer { key } supplier { key }
    details { ... on SellercloudOrderDetails { companyId vendorId caseQtyMode defaultWarehouseId paymentTermId
      expectedDeliveryDate shipToAddress { firstName lastName middleName zipCode city country business addressLine1
        addressLine2 fax state phone } } }
    lines { item { key sku } quantity unitPrice { amount } notes details { ... on SellercloudLineDetails {
      qtyCasesOrdered qtyUnitsPerCase casePrice { amount } discountType discountValue warehouseId } } }
"""


async def created(one: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    """The newest order, once it was made by the vendor's own create call."""
    one.set(force_expected_delivery_date=True, bill_to_address=True)
    told = one.emulator.credentials("")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=one.emulator.app), base_url=f"{BASE}/") as client:
        login = {"Username": told["username"], "Password": told["password"]}
        token = (await client.post("token", json=login)).json()["access_token"]
        made = await client.post("PurchaseOrders", json=body, headers={"Authorization": f"Bearer {token}"})
    assert made.status_code == 200
    result = await ask(one, READ_BACK, first=1)
    assert result.errors is None
    (node,) = nodes(result)
    assert node["number"] == str(made.json()["Id"])
    return node


async def test_what_an_order_of_units_was_made_from_reads_back() -> None:
    async with tenant() as one:
        node = await created(one, {**CREATED, "CaseQtyMode": False, "DefaultWarehouseID": 7, "Products": [UNITS]})
    assert (node["type"], node["vendorType"]) == ("PURCHASE", "PurchaseOrder")
    assert (node["title"], node["notes"]) == ("Spring restock", "Dock 3")
    assert (node["customer"], node["supplier"]) == ({"key": "163"}, {"key": "812"})
    assert node["details"] == {
        "companyId": 163,
        "vendorId": 812,
        "caseQtyMode": False,
        "defaultWarehouseId": 7,
        "paymentTermId": 4,
        "expectedDeliveryDate": "2026-12-25T21:58:33.197000Z",
        "shipToAddress": {
            "firstName": "Rita",
            "lastName": "Moss",
            "middleName": "Q",
            "zipCode": "08701",
            "city": "Lakewood",
            "country": "US",
            "business": "Moss Ltd",
            "addressLine1": "5 Elm Rd",
            "addressLine2": "Gate C",
            "fax": "+1 732 555 0102",
            "state": "NJ",
            "phone": "+1 732 555 0101",
        },
    }
    (line,) = node["lines"]
    assert line["item"] == {"key": "MUG-11OZ", "sku": "MUG-11OZ"}
    assert (line["quantity"], line["unitPrice"], line["notes"]) == (48, {"amount": "3.25"}, "Fragile")
    assert line["details"] == {
        "qtyCasesOrdered": None,
        "qtyUnitsPerCase": None,
        "casePrice": None,
        "discountType": "PERCENTAGE",
        "discountValue": "5.0",
        "warehouseId": 7,  # the order's wins
    }


async def test_what_an_order_of_cases_was_made_from_reads_back() -> None:
    async with tenant() as one:
        node = await created(one, {**CREATED, "CaseQtyMode": True, "POType": 2, "Products": [CASES]})
    assert (node["type"], node["vendorType"]) == ("VENDOR_OFFER", "VendorOffer")
    assert (node["details"]["caseQtyMode"], node["details"]["defaultWarehouseId"]) == (True, None)
    (line,) = node["lines"]
    assert line["details"] == {
        "qtyCasesOrdered": 10,
        "qtyUnitsPerCase": 24,
        "casePrice": {"amount": "70.0"},
        "discountType": "PERCENTAGE",
        "discountValue": "5.0",
        "warehouseId": 8,
    }


async def test_what_sellercloud_has_not_is_null_without_an_error() -> None:
    async with tenant() as one:
        result = await ask(
            one, "attachments { number } agreement { number } subscriptions { number } documents { state } vendorUrl"
        )
        assert result.errors is None
        for node in nodes(result):
            assert {key: value for key, value in node.items() if value is not None} == {"number": node["number"]}
