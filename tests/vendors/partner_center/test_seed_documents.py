"""The published examples of purchase order documents, value by value: the upload, its answer, and the order after."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from gateway.model.order import AttachmentKind, DocumentState, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle, KeyValue, VendorLink
from gateway.model.writing import WriteState
from gateway.secret import Secret
from gateway.store.intake import Intake, Quota
from gateway.store.ledger import SqliteLedger
from gateway.store.spool import Spool, SpooledFile
from gateway.store.sqlite import Database
from gateway.vendors.base import Limits, Services
from gateway.vendors.commands import AddAttachments, Amount, AttachmentFile, PurchaseOrderMetadata
from gateway.vendors.partner_center import PartnerCenter, Settings, mapping
from gateway.vendors.partner_center.details import OrderDetails
from gateway.vendors.reading import Row
from gateway.vendors.writes import ADD_ATTACHMENTS
from gateway.writing import Writer
from tests.vendors.partner_center.clerk import ROOMY
from tests.vendors.partner_center.office import TODAY, Safe
from tests.vendors.partner_center.samples import ACCOUNT

CUSTOMER = "71b277b9-9cc1-4fef-a0df-7355006cb52e"
NUMBER = "54be297b70ad"
HERE = f"/v1/customers/{CUSTOMER}/orders/{NUMBER}"
ORDER = Ref.of("pc-1", Kind.ORDER, CUSTOMER, NUMBER)
# The published link stands without its quotes; the rest is as published.
METADATA = (
    b'{"isPartofTender":true,"customerPrice":"156.87","currency":"CAD","fxRate":"1.2",'
    b'"tenderLink":"https://onedrive.com/ishdruiwiojfdhajhgdfgjhgj"}'
)
ANSWER = (
    '{"totalCount":3,"items":['
    '{"attachmentId":"ed64c99f750115","fileName":"PO_Part1.pdf","sizeInKB":2051,"attachmentType":"POAttachment"},'
    '{"attachmentId":"ef8fe74c39e264","fileName":"PO_Part2.pdf","sizeInKB":1313,"attachmentType":"POAttachment"},'
    '{"attachmentId":"32a312ca64567a","fileName":"Tender.pdf","sizeInKB":2223,"attachmentType":"TenderAttachment"}],'
    '"attributes":{"objectType":"Collection"}}'
)
# The published answer lacks its first brace, and what its one line holds.
SUBMITTED = """{
    "id": "54be297b70ad",
    "alternateId": "54be297b70ad",
    "referenceCustomerId": "71b277b9-9cc1-4fef-a0df-7355006cb52e",
    "billingCycle": "annual",
    "currencyCode": "USD",
    "currencySymbol": "$",
    "lineItems": [
        {
        }
    ],
    "creationDate": "2022-03-08T17:38:57.5217119Z",
    "status": "po_upload_complete",
    "transactionType": "UserPurchase",
    "links": {
        "self": {
            "uri": "/customers/71b277b9-9cc1-4fef-a0df-7355006cb52e/orders/54be297b70ad",
            "method": "GET",
            "headers": []
        },
        "provisioningStatus": {
            "uri": "/customers/71b277b9-9cc1-4fef-a0df-7355006cb52e/orders/54be297b70ad/provisioningstatus",
            "method": "GET",
            "headers": []
        },
        "patchOperation": {
            "uri": "/customers/71b277b9-9cc1-4fef-a0df-7355006cb52e/orders/54be297b70ad",
            "method": "PATCH",
            "headers": []
        }
    },
    "client": {},
    "attributes": {
        "objectType": "Order"
    }
}"""


class Publisher(httpx.AsyncBaseTransport):
    """A vendor that answers what is published, and keeps the upload as it came."""

    def __init__(self) -> None:
        self.upload: tuple[httpx.Request, bytes] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        match request.method, request.url.path:
            case "POST", path if path.endswith("/oauth2/token"):
                return httpx.Response(200, json={"access_token": "token", "expires_in": "3600"})
            case "GET", path if path == HERE:
                waiting = json.loads(SUBMITTED) | {"status": "pending_po_upload", "lineItems": []}
                return httpx.Response(200, json=waiting)
            case "GET", path if path == f"{HERE}/attachments":
                return httpx.Response(200, json={"totalCount": 0, "items": []})
            case "POST", path if path == f"{HERE}/attachment":
                self.upload = request, await request.aread()
                return httpx.Response(201, headers={"Content-Type": "application/json"}, text=ANSWER)
        raise AssertionError(f"{request.method} {request.url.path}")


@asynccontextmanager
async def files(*named: tuple[str, int]) -> AsyncIterator[list[SpooledFile]]:
    """PDFs of so many kilobytes."""
    found: list[SpooledFile] = []
    try:
        for name, kilobytes in named:
            intake = Intake(Spool(None, 10**9, reserve=0), name, "application/pdf", [Quota(ROOMY)])
            await intake.write(b"%PDF-1.7\n".ljust(kilobytes * 1024, b"."))
            found.append(await intake.finish())
        yield found
    finally:
        for file in found:
            file.close()


async def test_the_published_upload_is_sent_byte_for_byte_and_its_answer_read_value_by_value() -> None:
    vendor = Publisher()
    settings = Settings("tenant", "client", Secret("secret"), base_url="https://vendor.example")
    adapter = PartnerCenter("pc-1", "main", settings, Limits(), Services(vendor, Safe(), lambda: TODAY))
    writer = Writer(SqliteLedger(Database(None), keep_seconds=100, lease_seconds=30), seconds=5, lease_seconds=30)
    async with files(("PO_Part1.pdf", 2051), ("PO_Part2.pdf", 1313), ("Tender.pdf", 2223)) as (one, two, three):
        command = AddAttachments(
            parent_id=ORDER,
            files=(
                AttachmentFile(kind=AttachmentKind.PURCHASE_ORDER, file=one),
                AttachmentFile(kind=AttachmentKind.PURCHASE_ORDER, file=two),
                AttachmentFile(kind=AttachmentKind.TENDER, file=three),
            ),
            purchase_order=PurchaseOrderMetadata(
                customer_price=Amount(amount=Decimal("156.87"), currency="CAD"),
                part_of_tender=True,
                fx_rate=Decimal("1.2"),
                tender_link="https://onedrive.com/ishdruiwiojfdhajhgdfgjhgj",
            ),
        )
        result = await writer.run("ann", adapter, ADD_ATTACHMENTS, command, "k", "f")
        contents = [b"".join([piece async for piece in file.pieces()]) for file in (one, two, three)]
    await writer.close()
    await adapter.close()

    assert vendor.upload is not None
    request, body = vendor.upload
    kind, _, boundary = request.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    assert request.headers["accept"] == "application/json"
    assert int(request.headers["content-length"]) == len(body)
    parts = [
        ('name="metadata"', "application/json; charset=utf-8", METADATA),
        ('name="POFiles"; filename="PO_Part1.pdf"', "application/pdf", contents[0]),
        ('name="POFiles"; filename="PO_Part2.pdf"', "application/pdf", contents[1]),
        ('name="TenderFiles"; filename="Tender.pdf"', "application/pdf", contents[2]),
    ]
    line = f"--{boundary.strip(chr(34))}"
    heads = [f"{line}\r\nContent-Disposition: form-data; {n}\r\nContent-Type: {t}\r\n\r\n" for n, t, _ in parts]
    expected = b"".join(head.encode() + part[2] + b"\r\n" for head, part in zip(heads, parts, strict=True))
    assert body == expected + f"{line}--\r\n".encode()

    outcome = result.written.outcome
    assert outcome.state is WriteState.DONE
    read: list[Any] = [primed.value for primed in result.primed]
    published = json.loads(ANSWER)["items"]
    assert [(one.number, one.file_name, one.size_in_kilobytes, one.vendor_kind) for one in read] == [
        (item["attachmentId"], item["fileName"], item["sizeInKB"], item["attachmentType"]) for item in published
    ]
    assert [one.kind for one in read] == [
        AttachmentKind.PURCHASE_ORDER,
        AttachmentKind.PURCHASE_ORDER,
        AttachmentKind.TENDER,
    ]
    assert list(outcome.refs["attachments"]) == [
        ORDER.child(Kind.ATTACHMENT, item["attachmentId"]) for item in published
    ]
    assert outcome.refs["order"] == (ORDER,)


def test_the_published_order_after_the_upload_is_read_value_by_value() -> None:
    document = json.loads(SUBMITTED) | {"lineItems": []}
    order = mapping.order(Row(document, "order"), ACCOUNT, CUSTOMER)
    assert order.ref == ORDER
    assert (order.number, order.number_scope) == (NUMBER, CUSTOMER)
    assert (order.status, order.vendor_status) == (OrderStatus.IN_REVIEW, "po_upload_complete")
    assert order.documents is not None
    assert (order.documents.state, order.documents.accepts_tender) == (DocumentState.SUBMITTED, False)
    assert (order.type, order.vendor_type) == (OrderType.PURCHASE, "UserPurchase")
    assert (order.currency, order.total, order.lines) == ("USD", None, ())
    assert order.created_at == datetime(2022, 3, 8, 17, 38, 57, 521711, UTC)
    assert order.customer is not None
    assert order.customer.key == CUSTOMER
    own = f"/customers/{CUSTOMER}/orders/{NUMBER}"
    no_headers: tuple[KeyValue, ...] = ()
    assert order.details == OrderDetails(
        alternate_id=NUMBER,
        billing_cycle=BillingCycle.ANNUAL,
        vendor_billing_cycle="annual",
        currency_symbol="$",
        transaction_type="UserPurchase",
        client=None,
        etag=None,
        links=(
            VendorLink("self", own, "GET", no_headers, None),
            VendorLink("provisioningStatus", f"{own}/provisioningstatus", "GET", no_headers, None),
            VendorLink("patchOperation", own, "PATCH", no_headers, None),
        ),
    )
