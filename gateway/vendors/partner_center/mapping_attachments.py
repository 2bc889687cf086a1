"""Purchase order documents → Partner Center's form, and which of an order's files are those that were sent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from gateway.model.files import UploadedFile
from gateway.model.order import Attachment, AttachmentKind
from gateway.model.ref import Ref
from gateway.vendors.commands import AddAttachments, PurchaseOrderMetadata
from gateway.vendors.partner_center import mapping
from gateway.vendors.partner_center.mapping_commerce import items
from gateway.vendors.reading import Row

METADATA: Final = "metadata"
METADATA_TYPE: Final = "application/json; charset=utf-8"  # as the vendor's own client labels it
PARTS: Final = {AttachmentKind.PURCHASE_ORDER: "POFiles", AttachmentKind.TENDER: "TenderFiles"}


class Paper(NamedTuple):
    """A file to be sent, and what it is."""

    kind: AttachmentKind
    file: UploadedFile


def papers(command: AddAttachments) -> list[Paper]:
    """The files of a command that breaks no rule, in its order."""
    return [Paper(one.kind, one.file) for one in command.files if one.file is not None]


def metadata(given: PurchaseOrderMetadata) -> dict[str, Any]:
    """The `metadata` part (create-attachments-for-an-order): decimals go out as text, what was not given stays out."""
    price = given.customer_price
    known = {
        "isPartofTender": given.part_of_tender,
        "customerPrice": format(price.amount, "f"),
        "currency": price.currency,
        "fxRate": None if given.fx_rate is None else format(given.fx_rate, "f"),
        "tenderLink": given.tender_link,
    }
    return {name: value for name, value in known.items() if value is not None}


def every_attachment(body: Any, order: Ref) -> tuple[Attachment, ...]:
    """All files of an order. Raises VendorBadAnswer where one cannot be read: a search must not overlook any."""
    found = items(body, "attachment list")
    return tuple(mapping.attachment(Row(item, f"attachment list[{n}]"), order) for n, item in enumerate(found))


def paired(sent: Sequence[Paper], found: Sequence[Attachment]) -> list[Attachment | None]:
    """For each file sent the attachment that it became: of the same kind, name and size. None where none is left."""
    left = list(found)
    pairs: list[Attachment | None] = []
    for kind, file in sent:
        same = [one for one in left if one.kind is kind and one.file_name == file.name and distance(file, one) <= 1]
        nearest = min(same, key=partial(distance, file), default=None)
        if nearest is not None:
            left.remove(nearest)
        pairs.append(nearest)
    return pairs


def distance(file: UploadedFile, found: Attachment) -> float:
    """Between the size sent and the size told. The vendor documents neither how it rounds nor what a kilobyte is."""
    if found.size_in_kilobytes is None:
        return 0.0
    return min(abs(found.size_in_kilobytes - file.size / unit) for unit in (1024, 1000))
