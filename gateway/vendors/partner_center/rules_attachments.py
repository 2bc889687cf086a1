"""What Partner Center documents as rules of a purchase order's documents, checked before any call.

learn.microsoft.com/partner-center/developer: the PO upload pages; error codes 900252 to 900254.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from gateway.model.files import UploadLimits
from gateway.model.order import AttachmentKind
from gateway.model.ref import Kind
from gateway.model.writing import UserError, UserErrorCode
from gateway.vendors import files
from gateway.vendors.commands import AddAttachments, AttachmentFile, PurchaseOrderMetadata

KINDS: Final = (AttachmentKind.PURCHASE_ORDER, AttachmentKind.TENDER)
MAX_LINK: Final = 2_000
DIGITS: Final = 28  # what a .NET decimal holds, which the vendor's own client uses

PARENT: Final = ("parentId",)
FILES: Final = ("files",)
PRICE: Final = ("purchaseOrder", "customerPrice", "amount")
CURRENCY: Final = ("purchaseOrder", "customerPrice", "currency")
RATE: Final = ("purchaseOrder", "fxRate")
TENDER: Final = ("purchaseOrder", "partOfTender")
LINK: Final = ("purchaseOrder", "tenderLink")

# What the vendor's codes are about, by its error-codes page.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "900252": FILES,
    "900253": LINK,
    "900254": ("purchaseOrder", "customerPrice"),
    "800002": FILES,
    "800042": PARENT,
    "20000": PARENT,
    "1000": PARENT,
    "20002": PARENT,
}


def mistakes(command: AddAttachments, limits: UploadLimits) -> list[UserError]:
    """Every rule that the command breaks; empty where the vendor may be asked."""
    found = []
    if command.parent_id.kind is not Kind.ORDER:
        found.append(misplaced(PARENT, "Partner Center keeps files with orders only."))
    if not any(one.kind is AttachmentKind.PURCHASE_ORDER for one in command.files):
        told = "At least one file must be the customer's purchase order."
        found.append(UserError(UserErrorCode.REQUIRED, told, FILES))
    for place, one in enumerate(command.files):
        found += _entry(one, ("files", str(place)))
    found += files.mistakes([one.file for one in command.files], limits)
    if command.purchase_order is None:
        told = "Partner Center asks for the price agreed with the customer."
        return [*found, UserError(UserErrorCode.REQUIRED, told, ("purchaseOrder",))]
    tender_files = any(one.kind is AttachmentKind.TENDER for one in command.files)
    return [*found, *_metadata(command.purchase_order), *_tender(command.purchase_order, tender_files)]


def _entry(one: AttachmentFile, path: tuple[str, ...]) -> Iterator[UserError]:
    if one.kind not in KINDS:
        yield misplaced((*path, "kind"), "Partner Center takes purchase orders and tenders.")
    if one.file is None:
        yield UserError(UserErrorCode.REQUIRED, "The file is missing.", (*path, "file"))
    for name, value in (("licenseKey", one.license_key), ("name", one.name), ("description", one.description)):
        if value is not None:
            yield misplaced((*path, name), "Partner Center keeps a file and its name, nothing else.")


def _metadata(given: PurchaseOrderMetadata) -> Iterator[UserError]:
    amount, currency = given.customer_price.amount, given.customer_price.currency
    if not _plain(amount) or amount.is_signed():
        yield UserError(UserErrorCode.INVALID, f"A price is at least 0 and has at most {DIGITS} digits.", PRICE)
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        yield UserError(UserErrorCode.INVALID, "A currency has three letters.", CURRENCY)
    if given.fx_rate is not None and not (_plain(given.fx_rate) and given.fx_rate > 0):
        yield UserError(UserErrorCode.INVALID, f"A rate is above 0 and has at most {DIGITS} digits.", RATE)


def _tender(given: PurchaseOrderMetadata, tender_files: bool) -> Iterator[UserError]:
    if given.tender_link is not None and not _secure(given.tender_link):
        told = f"The link to a tender is an https address of at most {MAX_LINK} characters."
        yield UserError(UserErrorCode.INVALID, told, LINK)
    if given.part_of_tender and not tender_files and given.tender_link is None:
        yield UserError(UserErrorCode.REQUIRED, "A tender needs its file, or a link to it.", LINK)
    if not given.part_of_tender and (tender_files or given.tender_link is not None):
        told = "There is a tender's file or link, so say that the order is part of a tender."
        yield UserError(UserErrorCode.INVALID, told, TENDER)


def _plain(number: Decimal) -> bool:
    """Whether it can be written out with few enough digits; one far from 0 is not even tried."""
    if not number.is_finite() or abs(number.adjusted()) > DIGITS:
        return False
    return len(format(number, "f").strip("-").replace(".", "")) <= DIGITS


def _secure(link: str) -> bool:
    """An https address of a host; nobody here ever opens it."""
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme == "https" and bool(host) and len(link) <= MAX_LINK and link.isprintable() and " " not in link


def misplaced(path: tuple[str, ...], told: str) -> UserError:
    return UserError(UserErrorCode.NOT_ALLOWED_HERE, told, path)
