"""Purchase order files of an order: upload, list, download (create-attachments-for-an-order, PO upload pages)."""

from __future__ import annotations

import json
import math
from urllib.parse import quote

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal, collection
from gateway.sandbox.partner_center.audit import note
from gateway.sandbox.partner_center.call import Call, Upload, canonical
from gateway.sandbox.partner_center.progress import move
from gateway.sandbox.partner_center.records import Attachment, Document, Order, hexes

# part name without case → the attachment's type; the sources spell the parts differently
PARTS = {"pofiles": "POAttachment", "tenderfiles": "TenderAttachment", "tender": "TenderAttachment"}
FILLER = b"% the quick brown fox jumps over the lazy dog, 0123456789 times over\n"


def upload(call: Call) -> Response:
    """Takes metadata and files in one body; the order then waits for the vendor's review."""
    order = call.order
    if order.status != "pending_po_upload" and not call.settings.upload_any_status:
        raise Refusal(400, 800042)
    metadata = _metadata(call.metadata)
    files = [(PARTS[one.part.lower()], one) for one in call.uploads if one.part.lower() in PARTS]
    if len(files) != len(call.uploads):
        raise Refusal(400, 800002, "unknown file part")
    if not any(kind == "POAttachment" for kind, _ in files):
        raise Refusal(400, 900252)
    tender = str(metadata.get("isPartOfTender", False)).lower() == "true"
    if tender and not metadata.get("tenderLink") and not any(kind == "TenderAttachment" for kind, _ in files):
        raise Refusal(400, 900253)
    _check_limits(call, [one for _, one in files])
    for kind, one in files:
        identity = hexes(call.world.ids, 14)
        order.attachments.append(
            Attachment(identity, one.file_name, one.content_type, kind, len(one.content), one.content)
        )
    if order.status == "pending_po_upload":
        order.enter("po_upload_complete", call.now)
        move(call.world, order)
        note(call.world, order, "update_order", call.now)
    return collection(_documents(order), 201)


def list_attachments(call: Call) -> Response:
    return collection(_documents(call.order))


def download(call: Call) -> Response:
    """The bytes, with the type they were uploaded with."""
    wanted = call.params["attachment_id"].lower()
    attachment = next((one for one in call.order.attachments if one.id == wanted), None)
    if attachment is None:
        raise Refusal(404, 1000)
    content = filler(attachment) if attachment.content is None else attachment.content
    name = quote(attachment.file_name)
    headers = {
        "Content-Type": attachment.content_type,
        "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}",
    }
    return Response(content, headers=headers)


def filler(attachment: Attachment) -> bytes:
    """The content of a seeded file: starts like a PDF, names itself, has the size that was told."""
    head = f"%PDF-1.7\n% {attachment.file_name} {attachment.id}\n".encode()
    tail = b"%%EOF\n"
    room = max(0, attachment.size - len(head) - len(tail))
    return head + (FILLER * (room // len(FILLER) + 1))[:room] + tail


def _metadata(text: str | None) -> Document:
    try:
        metadata = canonical(json.loads(text or ""))
    except ValueError:
        raise Refusal(400, 900254) from None
    if not isinstance(metadata, dict):
        raise Refusal(400, 900254)
    price, currency = metadata.get("customerPrice"), metadata.get("currency")
    if not _is_decimal(price) or not isinstance(currency, str) or len(currency) != 3 or not currency.isalpha():
        raise Refusal(400, 900254)
    if metadata.get("fxRate") not in (None, "") and not _is_decimal(metadata["fxRate"]):
        raise Refusal(400, 900254)
    return metadata


def _is_decimal(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _check_limits(call: Call, files: list[Upload]) -> None:
    settings = call.settings
    if len(files) > settings.attachment_max_files:
        raise Refusal(400, 800002, "too many files")
    for one in files:
        if not one.file_name:
            raise Refusal(400, 800002, "a file without a name")
        if len(one.content) > settings.attachment_max_bytes:
            raise Refusal(400, 800002, "a file is too large")
        if settings.attachment_types and one.content_type not in settings.attachment_types:
            raise Refusal(400, 800002, "a file's type is not taken")


def _documents(order: Order) -> list[Document]:
    return [
        {
            "attachmentId": one.id,
            "fileName": one.file_name,
            "sizeInKB": max(1, math.ceil(one.size / 1024)),
            "attachmentType": one.kind,
        }
        for one in order.attachments
    ]
