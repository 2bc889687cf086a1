"""An attachment to be made → their JSON, and how it is told again in their answers."""

from __future__ import annotations

import hashlib
from typing import Final

import orjson

from gateway.model.order import Attachment, AttachmentKind
from gateway.model.ref import Ref
from gateway.model.writing import ABSENT
from gateway.vendors.commands import AttachmentFile, UpdateAttachment
from gateway.vendors.softwareone.rules_attachments import NAME_LENGTH

KINDS: Final = {AttachmentKind.FILE: "File", AttachmentKind.LICENSE_KEY: "LicenseKey"}


def described(one: AttachmentFile, order: Ref | None) -> dict[str, str]:
    """The part `attachment` of an upload. A file without a title is called by its file name."""
    known = {
        "name": title(one),
        "description": one.description,
        "type": KINDS[one.kind],
        "licenseKey": one.license_key,
        "orderId": order.parts[0] if order else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def changes(command: UpdateAttachment) -> dict[str, str | None]:
    """The body of an update, which changes what it names and clears what is null."""
    given = {"name": command.name, "description": command.description}
    return {name: value for name, value in given.items() if value is not ABSENT}


def agrees(one: AttachmentFile, order: Ref | None, seen: Attachment) -> bool:
    """Whether `seen` is what attaching `one` would have made, as far as the vendor tells."""
    same = (
        seen.kind is one.kind
        and seen.order == order
        and plain(seen.name) == plain(title(one))
        and plain(seen.description) == plain(one.description)
    )
    if one.file is None:
        return same and seen.license_key == one.license_key
    stated = (seen.content_type or "").partition(";")[0].strip().lower()
    told = (seen.file_name, seen.size_in_bytes, stated)
    return same and told == (one.file.name, one.file.size, one.file.content_type)


def changed(command: UpdateAttachment, seen: Attachment) -> bool:
    """Whether `seen` is as the update wanted it."""
    now = {"name": seen.name, "description": seen.description}
    return all(plain(now[name]) == plain(value) for name, value in changes(command).items())


def marker(one: AttachmentFile, agreement: Ref, order: Ref | None) -> str:
    """A digest of all that tells one attachment from another. Licence keys are in it, so it is one-way."""
    file = one.file and (one.file.name, one.file.content_type, one.file.sha256)
    return hashlib.sha256(orjson.dumps([agreement.parts, described(one, order), file])).hexdigest()


def title(one: AttachmentFile) -> str | None:
    return one.name or (one.file.name[:NAME_LENGTH] if one.file else None)


def plain(text: str | None) -> str:
    """Texts compare without what vendors trim."""
    return (text or "").strip()
