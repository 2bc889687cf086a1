"""Every field that Partner Center takes with purchase order documents and with a cancellation, and its home."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from gateway.model.order import AttachmentKind
from gateway.model.ref import Kind, Ref
from gateway.store.spool import SpooledFile
from gateway.vendors.commands import AddAttachments, Amount, AttachmentFile, PurchaseOrderMetadata
from gateway.vendors.partner_center import mapping
from gateway.vendors.partner_center.mapping_attachments import METADATA, PARTS, metadata, papers
from gateway.vendors.partner_center.mapping_cancelling import order_cancelled, request_id, subscription_ended
from gateway.vendors.partner_center.orders import address
from gateway.vendors.reading import Row
from tests.vendors.fieldrow import WriteRow
from tests.vendors.partner_center.samples import ACCOUNT, CUSTOMER, ORDER, SUBSCRIPTION

WRITE = UUID("6a0b6d52-3a3c-4e0a-8f0d-0d9a4c2f7e11")
COMMAND = AddAttachments(
    parent_id=Ref.of(ACCOUNT.id, Kind.ORDER, CUSTOMER, "7c41e9b05d2b"),
    files=(
        AttachmentFile(
            kind=AttachmentKind.PURCHASE_ORDER,
            file=SpooledFile("PO_Part1.pdf", "application/pdf", 2_100_000, "", None, None),
        ),
        AttachmentFile(
            kind=AttachmentKind.TENDER, file=SpooledFile("Ausschreibung.csv", "text/csv", 900, "", None, None)
        ),
    ),
    purchase_order=PurchaseOrderMetadata(
        customer_price=Amount(amount=Decimal("156.870"), currency="CAD"),
        part_of_tender=True,
        fx_rate=Decimal("1.2"),
        tender_link="https://files.example.com/t/42",
    ),
)


def sample() -> dict[str, Any]:
    """What goes out for the sample commands, by what it is."""
    known = COMMAND.purchase_order
    assert known is not None
    order = mapping.order(Row(json.loads(ORDER) | {"attributes": {}}, "order"), ACCOUNT, CUSTOMER)
    cancelled = order_cancelled(order, order.lines)
    return {
        "upload": {
            "path": address(COMMAND.parent_id),
            METADATA: metadata(known),
            "parts": [(PARTS[kind], file.name, file.content_type) for kind, file in papers(COMMAND)],
        },
        "order": {"path": address(order.ref), "request": request_id(WRITE, cancelled), **cancelled},
        "subscription": subscription_ended(json.loads(SUBSCRIPTION)),
    }


def reach(*steps: str | int) -> Callable[[Any], object]:
    def value(found: Any) -> object:
        for step in steps:
            found = found[step]
        return found

    return value


def row(
    section: str, field: str, type_: str, homes: str, way: tuple[str | int, ...], expect: object, note: str = ""
) -> WriteRow:
    return WriteRow(section, field, type_, tuple(homes.split()), reach(*way), expect, note)


SAMPLE = sample()
DOCUMENTS, CANCELLING = "Purchase order documents", "Cancelling"
ROWS: tuple[WriteRow, ...] = (
    row(
        DOCUMENTS,
        "{customerid}, {orderid} (path)",
        "string",
        "AddAttachmentsInput.parentId",
        ("upload", "path"),
        ("customers", CUSTOMER, "orders", "7c41e9b05d2b"),
        "the customer comes from the order's id",
    ),
    row(
        DOCUMENTS,
        "metadata.isPartofTender",
        "boolean",
        "PurchaseOrderMetadataInput.partOfTender",
        ("upload", METADATA, "isPartofTender"),
        True,
        "cannot be read back, like all of the metadata",
    ),
    row(
        DOCUMENTS,
        "metadata.customerPrice",
        "decimal as text",
        "AddAttachmentsInput.purchaseOrder PurchaseOrderMetadataInput.customerPrice MoneyInput.amount",
        ("upload", METADATA, "customerPrice"),
        "156.870",
        "required; the digits as given",
    ),
    row(
        DOCUMENTS,
        "metadata.currency",
        "ISO 4217",
        "MoneyInput.currency",
        ("upload", METADATA, "currency"),
        "CAD",
        "required; need not be the order's",
    ),
    row(
        DOCUMENTS,
        "metadata.fxRate",
        "decimal as text",
        "PurchaseOrderMetadataInput.fxRate",
        ("upload", METADATA, "fxRate"),
        "1.2",
    ),
    row(
        DOCUMENTS,
        "metadata.tenderLink",
        "URL",
        "PurchaseOrderMetadataInput.tenderLink",
        ("upload", METADATA, "tenderLink"),
        "https://files.example.com/t/42",
        "https, never opened; required for a tender without a file",
    ),
    row(
        DOCUMENTS,
        "POFiles (part), its filename and Content-Type",
        "file",
        "AddAttachmentsInput.files AttachmentFileInput.file AttachmentFileInput.kind",
        ("upload", "parts", 0),
        ("POFiles", "PO_Part1.pdf", "application/pdf"),
        "at least one, with kind PURCHASE_ORDER",
    ),
    row(
        DOCUMENTS,
        "TenderFiles (part), its filename and Content-Type",
        "file",
        "AttachmentFileInput.file AttachmentFileInput.kind",
        ("upload", "parts", 1),
        ("TenderFiles", "Ausschreibung.csv", "text/csv"),
        "with kind TENDER",
    ),
    row(
        CANCELLING,
        "{customer_id}, {order_id} (path)",
        "string",
        "CancelOrderInput.orderId",
        ("order", "path"),
        ("customers", CUSTOMER, "orders", "7c41e9b05d2a"),
    ),
    row(
        CANCELLING,
        "ms-requestid (header)",
        "GUID",
        "CancelOrderInput.idempotencyKey",
        ("order", "request"),
        request_id(WRITE, {name: value for name, value in SAMPLE["order"].items() if name not in ("path", "request")}),
        "made from the write's own id, the same on every repeat; on uploads too",
    ),
    row(CANCELLING, "order id", "string", "CancelOrderInput.orderId", ("order", "id"), "7c41e9b05d2a"),
    row(CANCELLING, "order status", "cancelled", "CancelOrderInput.orderId", ("order", "status"), "cancelled"),
    row(
        CANCELLING,
        "lineItems[].lineItemNumber, .offerId",
        "int, string",
        "CancelOrderInput.lineIds",
        ("order", "lineItems", 0),
        {"lineItemNumber": 4, "offerId": "CFQ7TT00000A:000B:CFQ7TT00000C"},
        "left out for the whole order",
    ),
    row(
        CANCELLING,
        "subscription status",
        "deleted",
        "CancelOrderInput.allowSubscriptionCancellation",
        ("subscription", "status"),
        "deleted",
        "the whole subscription is sent back as it was read",
    ),
)
