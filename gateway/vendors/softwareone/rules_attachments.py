"""What the Marketplace documents as rules for attachments of an agreement, checked before any call.

docs.platform.softwareone.com, agreement attachments (BR-003 to BR-005, BR-014): kinds, lengths, file types, and at most
30,000,000 bytes in a request, which holds one file and what is said of it. How many an agreement may have is not said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.model.files import CSV_TYPE, DOCX_TYPE, PDF_TYPE, PPTX_TYPE, XLSX_TYPE, UploadLimits
from gateway.model.order import AttachmentKind
from gateway.model.writing import ABSENT, UserError, UserErrorCode
from gateway.vendors.commands import AddAttachments, AttachmentFile, UpdateAttachment
from gateway.vendors.files import mistake, trouble

FILE_BYTES: Final = 30_000_000 - 16 * 1024
FILES_AT_ONCE: Final = 10
UPLOAD_LIMITS: Final = UploadLimits(
    FILE_BYTES,
    FILES_AT_ONCE,
    FILE_BYTES * FILES_AT_ONCE,
    frozenset({PDF_TYPE, DOCX_TYPE, XLSX_TYPE, PPTX_TYPE, CSV_TYPE}),
)
NAME_LENGTH: Final = 180
DESCRIPTION_LENGTH: Final = 250
KEY_LENGTH: Final = 1_000

Path = tuple[str, ...]


def adding(command: AddAttachments) -> list[UserError]:
    """All that is wrong with files and keys to be attached; empty where the vendor may be asked."""
    found = []
    if command.purchase_order is not None:
        found.append(misplaced(("purchaseOrder",), "SoftwareOne asks for nothing along with a file."))
    if not command.files:
        found.append(UserError(UserErrorCode.REQUIRED, "There is nothing to attach.", ("files",)))
    for place, one in enumerate(command.files):
        if place < FILES_AT_ONCE:
            found += entry(one, place)
        else:
            known = f"At most {FILES_AT_ONCE} can be attached in one request."
            found.append(UserError(UserErrorCode.TOO_MANY, known, ("files", str(place))))
    return found


def changing(command: UpdateAttachment) -> list[UserError]:
    """All that is wrong with a new name and description. Null clears a description; a name is always there."""
    found = []
    if command.name is ABSENT and command.description is ABSENT:
        found.append(UserError(UserErrorCode.REQUIRED, "Nothing is to be changed: give a name or a description."))
    if not command.name:
        found.append(UserError(UserErrorCode.INVALID, "SoftwareOne cannot clear a name.", ("name",)))
    name = None if command.name is ABSENT else command.name
    description = None if command.description is ABSENT else command.description
    return [
        *found,
        *too_long(name, NAME_LENGTH, ("name",)),
        *too_long(description, DESCRIPTION_LENGTH, ("description",)),
    ]


def entry(one: AttachmentFile, place: int) -> Iterator[UserError]:
    """What is wrong with the entry at that place; what was found out about its file on the way here too."""
    path = ("files", str(place))
    match one.kind:
        case AttachmentKind.FILE:
            if one.license_key is not None:
                yield misplaced((*path, "licenseKey"), "A licence key is attached as LICENSE_KEY.")
            found = trouble(one.file, UPLOAD_LIMITS) if one.file else None
            if one.file is None:
                yield UserError(UserErrorCode.REQUIRED, "The file is missing.", (*path, "file"))
            elif found is not None:
                yield mistake(found, UPLOAD_LIMITS, place)
        case AttachmentKind.LICENSE_KEY:
            if one.file is not None:
                yield misplaced((*path, "file"), "A licence key comes without a file.")
            if not one.license_key:
                yield UserError(UserErrorCode.REQUIRED, "The licence key is missing.", (*path, "licenseKey"))
            yield from too_long(one.license_key, KEY_LENGTH, (*path, "licenseKey"))
        case _:
            yield misplaced((*path, "kind"), "SoftwareOne takes FILE and LICENSE_KEY.")
    yield from too_long(one.name, NAME_LENGTH, (*path, "name"))
    yield from too_long(one.description, DESCRIPTION_LENGTH, (*path, "description"))


def too_long(text: str | None, most: int, path: Path) -> Iterator[UserError]:
    if text is not None and len(text) > most:
        yield UserError(UserErrorCode.INVALID, f"At most {most} characters fit here.", path)


def misplaced(path: Path, reason: str) -> UserError:
    return UserError(UserErrorCode.NOT_ALLOWED_HERE, reason, path)
