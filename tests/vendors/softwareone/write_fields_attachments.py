"""The fields of attachments that are written, on a file, a licence key and a change with invented values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.model.files import PDF_TYPE
from gateway.model.order import AttachmentKind
from gateway.model.ref import Kind, Ref
from gateway.store.spool import SpooledFile
from gateway.vendors.commands import AttachmentFile, DeleteAttachment, UpdateAttachment
from gateway.vendors.softwareone.attachment_adding import parts
from gateway.vendors.softwareone.attachment_writes import address
from gateway.vendors.softwareone.mapping_attachments import changes, described
from tests.vendors.fieldrow import WriteRow

ATTACHMENT: Final = "Attachment"
ORDER: Final = Ref.of("swo", Kind.ORDER, "ORD-9")
REF: Final = Ref.of("swo", Kind.ATTACHMENT, "AGR-1", "ATT-1")
FILE: Final = AttachmentFile(
    kind=AttachmentKind.FILE,
    file=SpooledFile("contract.pdf", PDF_TYPE, 48211, "00", None, None),
    name="Contract",
    description="Signed",
)
KEY: Final = AttachmentFile(kind=AttachmentKind.LICENSE_KEY, license_key="AAAA-BBBB", name="Key")

SAMPLE: Final[Mapping[str, Any]] = {
    "file": described(FILE, ORDER),
    "key": described(KEY, None),
    "change": changes(UpdateAttachment(attachment_id=REF, name="New", description=None)),
    "parts": parts(FILE, ORDER)[0],
    "addresses": (address(REF), address(DeleteAttachment(attachment_id=REF).attachment_id)),
}


def row(field: str, type_: str, homes: str, value: Callable[[Any], object], expect: object, note: str = "") -> WriteRow:
    return WriteRow(ATTACHMENT, field, type_, tuple(homes.split()), value, expect, note)


ROWS: Final = (
    row(
        "id",
        "ATT-…",
        "UpdateAttachmentInput.attachmentId DeleteAttachmentInput.attachmentId",
        lambda s: s["addresses"],
        ("/v1/commerce/agreements/AGR-1/attachments/ATT-1",) * 2,
        "in the address",
    ),
    row(
        "name, description",
        "text",
        "AttachmentFileInput.name AttachmentFileInput.description "
        "UpdateAttachmentInput.name UpdateAttachmentInput.description",
        lambda s: (s["file"]["name"], s["file"]["description"], s["change"]),
        ("Contract", "Signed", {"name": "New", "description": None}),
        "a file without a name is called by its file name; null clears a description",
    ),
    row(
        "type",
        "File, LicenseKey",
        "AttachmentFileInput.kind",
        lambda s: (s["file"]["type"], s["key"]["type"]),
        ("File", "LicenseKey"),
    ),
    row(
        "filename, contentType, size",
        "text, media type, bytes",
        "AttachmentFileInput.file AddAttachmentsInput.files",
        lambda s: (s["parts"].name, s["parts"].filename, s["parts"].content_type, s["parts"].size),
        ("file", "contract.pdf", "application/pdf", 48211),
        "the part `file` of a form; one form for each",
    ),
    row(
        "licenseKey",
        "text",
        "AttachmentFileInput.licenseKey",
        lambda s: (s["key"]["licenseKey"], "licenseKey" in s["file"]),
        ("AAAA-BBBB", False),
    ),
    row(
        "orderId",
        "ORD-…",
        "AddAttachmentsInput.parentId",
        lambda s: (s["file"]["orderId"], "orderId" in s["key"]),
        ("ORD-9", False),
        "an agreement stands in the address alone",
    ),
)
