"""The order of the vendor's page on orders, with the samples of its field table, read whole through the graph."""

from __future__ import annotations

from typing import Any

import httpx

from gateway.accounts import Accounts
from gateway.model.ref import Kind, Ref
from gateway.schema.build import build_schema
from tests.fakes import context_over
from tests.vendors.softwareone.bench import scripted

SCHEMA = build_schema()
EXAMPLE: dict[str, Any] = {
    "id": "ORD-6869-4529-8975-9005",
    "href": "/commerce/orders/ORD-6869-4529-8975-9005",
    "agreement": {
        "id": "AGR-2119-4550-8674-5962",
        "href": "/commerce/agreements/AGR-2119-4550-8674-5962",
        "name": "Microsoft Office 365 NCE E1",
        "icon": None,
    },
    "type": "Purchase",
    "status": "Processing",
    "statusNotes": {"id": "ERR-123-123", "message": "Vendor API is not responding. Try later"},
    "error": {"id": "E001234", "message": "Order has incompatible items - eductation and goverment"},
    "authorization": {
        "id": "AUT-1234-4567",
        "href": "/authorization/ATH-1234-45678",
        "name": "Salesforce Enterprise License",
    },
    "listing": {"id": "LST-1234-1234"},
    "template": {
        "id": "TPL-1234-4444",
        "href": "/products/product/PRD-1234-1234-1234/templates/TPL-1234-4444",
        "name": "Activation in Progress",
    },
    "assignee": {
        "id": "USR-1234-1234-1234",
        "name": "John Smith",
        "icon": "/static/users/USR-1234-1234-1234.icon.svg",
    },
    "lines": [
        {
            "id": "ALI-1234-1234-1234-0001",
            "item": {"id": "ITM-1234-1234-1234-0021", "name": "Adobe Illustrator"},
            "quantity": 10,
            "price": {},
            "subscription": {"id": "SUB-1234-1234-1234"},
        },
        {
            "id": "ALI-1234-1234-1234-0002",
            "item": {"id": "ITM-4444-4444-4444-0031", "name": "Adobe Photoshop"},
            "quantity": 1,
            "price": {},
        },
    ],
    "notes": "Order for accounting team",
    "parameters": {
        "fulfillment": [
            {
                "id": "PRM-1234-1234-1234-1234",
                "name": "Tennant Id",
                "externalId": "tennant_id",
                "value": "69b73824-ce76-4866-ad47-b615ae9d8998",
            }
        ],
        "ordering": [
            {
                "id": "PRM-1234-1234-1234-0001",
                "name": "Microsoft Partner ID",
                "externalId": "msPartnerId",
                "constraints": {"readonly": False, "hidden": False, "required": True},
                "value": "123456",
                "error": {"id": "E001234", "message": "Unknown MS Partner ID"},
            }
        ],
    },
    "subscriptions": [
        {"id": "SUB-5374-9558-1697-7777"},
        {"id": "SUB-5374-9558-1697-8888"},
        {"id": "SUB-5374-9558-1697-9999"},
    ],
    "price": {
        "PPxY": 150,
        "PPxM": 12.50,
        "SPxY": 165,
        "SPxM": 13.75,
        "markup": 0.10,
        "margin": 0.11,
        "defaultMarkup": 0.15,
        "currency": "USD",
    },
    "externalIDs": {"client": "abc-123", "operations": "SO-1234-1234-1111"},
    "audit": {
        "created": {"at": "...", "by": {}},
        "updated": {"at": "...", "by": {}},
        "activated": {"at": "...", "by": {}},
        "terminated": {"at": "...", "by": {}},
    },
}
REFERENCE = "{ key name href icon }"
PARAMETER = "{ key name externalId value readonly hidden required error { code message } }"
QUERY = f"""query ($id: ID!) {{ order(id: $id) {{
  number type vendorType status vendorStatus notes currency
  statusReason {{ code message }} error {{ code message }}
  externalReferences {{ system value }}
  agreement {{ number name details {{ ... on SoftwareOneAgreementDetails {{ href icon }} }} }}
  subscriptions {{ number }}
  recurringTotals {{ period kind amount {{ amount currency }} }}
  audit {{ event at by {{ key }} }}
  lines {{ number quantity item {{ key name }} subscription {{ number }} }}
  details {{ ... on SoftwareOneOrderDetails {{
    href authorization {REFERENCE} listing {REFERENCE} template {REFERENCE} assignee {REFERENCE}
    orderingParameters {PARAMETER} fulfillmentParameters {PARAMETER}
    margins {{ markup margin defaultMarkup }}
  }} }}
}} }}"""


def answer(request: httpx.Request) -> httpx.Response:
    """The order, or the agreement as far as the page shows it."""
    row = EXAMPLE["agreement"] if request.url.path.endswith("/agreements") else EXAMPLE
    pagination = {"offset": 0, "limit": 100, "total": 1}
    return httpx.Response(200, json={"$meta": {"pagination": pagination}, "data": [row]})


async def shown() -> dict[str, Any]:
    async with scripted(answer) as adapter:
        accounts = Accounts([adapter])
        context = context_over(accounts)
        id_ = Ref.of("swo", Kind.ORDER, EXAMPLE["id"]).encode()
        result = await SCHEMA.execute(QUERY, {"id": id_}, context_value=context)
    assert result.errors is None
    assert result.data is not None
    order: dict[str, Any] = result.data["order"]
    return order


class NoLinks:
    def link(self, attachment: object, principal: str) -> str | None:
        raise AssertionError("no attachment is asked for")


def reference(key: str, name: str | None = None, href: str | None = None, icon: str | None = None) -> dict[str, Any]:
    return {"key": key, "name": name, "href": href, "icon": icon}


async def test_every_field_of_the_published_order_can_be_read() -> None:
    order = await shown()
    details = order.pop("details")
    lines = order.pop("lines")
    assert order == {
        "number": "ORD-6869-4529-8975-9005",
        "type": "PURCHASE",
        "vendorType": "Purchase",
        "status": "PROCESSING",
        "vendorStatus": "Processing",
        "notes": "Order for accounting team",
        "currency": "USD",
        "statusReason": {"code": "ERR-123-123", "message": "Vendor API is not responding. Try later"},
        "error": {"code": "E001234", "message": "Order has incompatible items - eductation and goverment"},
        "externalReferences": [
            {"system": "client", "value": "abc-123"},
            {"system": "operations", "value": "SO-1234-1234-1111"},
        ],
        "agreement": {
            "number": "AGR-2119-4550-8674-5962",
            "name": "Microsoft Office 365 NCE E1",
            "details": {"href": "/commerce/agreements/AGR-2119-4550-8674-5962", "icon": None},
        },
        "subscriptions": [
            {"number": "SUB-5374-9558-1697-7777"},
            {"number": "SUB-5374-9558-1697-8888"},
            {"number": "SUB-5374-9558-1697-9999"},
        ],
        "recurringTotals": [
            {"period": "MONTH", "kind": "SELLING", "amount": {"amount": "13.75", "currency": "USD"}},
            {"period": "YEAR", "kind": "SELLING", "amount": {"amount": "165", "currency": "USD"}},
            {"period": "MONTH", "kind": "PURCHASE", "amount": {"amount": "12.5", "currency": "USD"}},
            {"period": "YEAR", "kind": "PURCHASE", "amount": {"amount": "150", "currency": "USD"}},
        ],
        "audit": [
            {"event": name, "at": None, "by": None} for name in ("created", "updated", "activated", "terminated")
        ],
    }
    assert lines == [
        {
            "number": "ALI-1234-1234-1234-0001",
            "quantity": 10,
            "item": {"key": "ITM-1234-1234-1234-0021", "name": "Adobe Illustrator"},
            "subscription": {"number": "SUB-1234-1234-1234"},
        },
        {
            "number": "ALI-1234-1234-1234-0002",
            "quantity": 1,
            "item": {"key": "ITM-4444-4444-4444-0031", "name": "Adobe Photoshop"},
            "subscription": None,
        },
    ]
    assert details == {
        "href": "/commerce/orders/ORD-6869-4529-8975-9005",
        "authorization": reference("AUT-1234-4567", "Salesforce Enterprise License", "/authorization/ATH-1234-45678"),
        "listing": reference("LST-1234-1234"),
        "template": reference(
            "TPL-1234-4444",
            "Activation in Progress",
            "/products/product/PRD-1234-1234-1234/templates/TPL-1234-4444",
        ),
        "assignee": reference("USR-1234-1234-1234", "John Smith", icon="/static/users/USR-1234-1234-1234.icon.svg"),
        "orderingParameters": [
            {
                "key": "PRM-1234-1234-1234-0001",
                "name": "Microsoft Partner ID",
                "externalId": "msPartnerId",
                "value": "123456",
                "readonly": False,
                "hidden": False,
                "required": True,
                "error": {"code": "E001234", "message": "Unknown MS Partner ID"},
            }
        ],
        "fulfillmentParameters": [
            {
                "key": "PRM-1234-1234-1234-1234",
                "name": "Tennant Id",
                "externalId": "tennant_id",
                "value": "69b73824-ce76-4866-ad47-b615ae9d8998",
                "readonly": None,
                "hidden": None,
                "required": None,
                "error": None,
            }
        ],
        "margins": {"markup": "0.1", "margin": "0.11", "defaultMarkup": "0.15"},
    }
