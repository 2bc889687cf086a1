"""What Partner Center documents as rules of a cart's input (its pages create-a-cart and cart-resources); pure.

All that is broken is told at once, each with the path into the mutation's input. The vendor judges everything else, and
says so in the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.model.cart import ParticipantRole
from gateway.model.ref import GUID
from gateway.model.values import BillingCycle
from gateway.model.writing import Absent, UserError, UserErrorCode
from gateway.vendors.commands import (
    CartLineDraft,
    CartLinePatch,
    CheckoutCart,
    CreateCart,
    NextTermDraft,
    Pair,
    Participant,
    UpdateCart,
)

MAX_PARTICIPANTS: Final = 5
MAX_DEPTH: Final = 16
MAX_USER_NAME: Final = 320
RENEWALS: Final = ("P1M", "P1Y")
NEVER_NULL: Final = {
    "catalog_item_id": "catalogItemId",
    "quantity": "quantity",
    "billing_cycle": "billingCycle",
}

Path = tuple[str, ...]
Found = Iterator[UserError]


def of_create(command: CreateCart) -> list[UserError]:
    return [*_customer(command.customer_key), *_some_lines(command), *_drafts(command.lines, ("lines",), 1)]


def of_update(command: UpdateCart) -> list[UserError]:
    """What is wrong whatever the cart holds; `of_change` looks at the cart."""
    found = [error for place, patch in enumerate(command.set_lines) for error in _patch(patch, place)]
    found += _drafts(command.add_lines, ("addLines",), 1)
    found += _repeated([patch.line_id for patch in command.set_lines], "setLines", "lineId")
    found += _repeated(list(command.remove_lines), "removeLines")
    kept = {patch.line_id for patch in command.set_lines}
    for place, line in enumerate(command.remove_lines):
        if line in kept:
            found.append(_invalid("This line is changed and removed at once.", "removeLines", str(place)))
    touched = command.set_lines or command.add_lines or command.remove_lines
    if not touched and isinstance(command.partner_on_record_attestation_accepted, Absent):
        found.append(UserError(UserErrorCode.REQUIRED, "Say what changes."))
    return found


def of_checkout(command: CheckoutCart) -> list[UserError]:
    """The user's name travels as a header."""
    name = command.customer_user_principal_name
    if name is None or (name.isascii() and name.isprintable() and name.strip() and len(name) <= MAX_USER_NAME):
        return []
    path = ("customerUserPrincipalName",)
    return [_invalid(f"A user's name here is 1 to {MAX_USER_NAME} printable characters of ASCII.", *path)]


def _customer(key: str) -> Found:
    if not key.strip():
        yield UserError(UserErrorCode.REQUIRED, "Say for which customer.", ("customerKey",))
    elif not GUID.fullmatch(key):
        yield _invalid("A customer's key is a GUID, its tenant id.", "customerKey")


def _some_lines(command: CreateCart) -> Found:
    if not command.lines:
        yield UserError(UserErrorCode.REQUIRED, "A cart has at least one line.", ("lines",))


def _drafts(lines: tuple[CartLineDraft, ...], path: Path, depth: int) -> Found:
    if depth > MAX_DEPTH:
        yield _invalid(f"Add-ons are nested at most {MAX_DEPTH} deep.", *path)
        return
    for place, line in enumerate(lines):
        yield from _line(line, (*path, str(place)), depth)


def _patch(patch: CartLinePatch, place: int) -> Found:
    path = ("setLines", str(place))
    for name, field in NEVER_NULL.items():
        if getattr(patch, name) is None:
            yield UserError(UserErrorCode.REQUIRED, "A line cannot be without this.", (*path, field))
    yield from _line(patch, path, 1)


def _line(line: CartLineDraft | CartLinePatch, path: Path, depth: int) -> Found:
    """The rules of each field that is given; a draft has them all, a patch what changes."""
    item, quantity, addons = line.catalog_item_id, line.quantity, line.addon_items
    if isinstance(item, str):
        yield from _item(item, (*path, "catalogItemId"))
    if isinstance(quantity, int) and quantity < 1:
        yield _invalid("The quantity is at least 1.", *path, "quantity")
    if isinstance(line.billing_cycle, BillingCycle):
        yield from _cycle(line.billing_cycle, (*path, "billingCycle"), next_term=False)
    if isinstance(line.promotion_id, str) and not _in_three_parts(line.promotion_id):
        yield _invalid("A promotion is Product:Sku:Promotion.", *path, "promotionId")
    if isinstance(line.participants, tuple):
        yield from _participants(line.participants, (*path, "participants"))
    if isinstance(line.provisioning_context, tuple):
        yield from _context(line.provisioning_context, (*path, "provisioningContext"))
    if line.purchase_commitment and not isinstance(line.purchase_commitment, Absent):
        yield from _filled(line.purchase_commitment.grain, (*path, "purchaseCommitment", "grain"))
    if line.renews_to and not isinstance(line.renews_to, Absent) and line.renews_to.term_duration not in RENEWALS:
        yield _invalid(f"A line renews to one of {', '.join(RENEWALS)}.", *path, "renewsTo", "termDuration")
    if isinstance(line.scheduled_next_term_instructions, NextTermDraft):
        yield from _next_term(line.scheduled_next_term_instructions, (*path, "scheduledNextTermInstructions"))
    if isinstance(addons, tuple) and addons:
        yield from _addons(addons, item, (*path, "addonItems"), depth)


def _addons(addons: tuple[CartLineDraft, ...], item: object, path: Path, depth: int) -> Found:
    if isinstance(item, str) and _in_three_parts(item):
        told = "Only legacy offers have add-ons; those of other items are lines of their own."
        yield UserError(UserErrorCode.NOT_ALLOWED_HERE, told, path)
    yield from _drafts(addons, path, depth + 1)


def _item(item: str, path: Path) -> Found:
    yield from _filled(item, path)
    if ":" in item and not _in_three_parts(item):
        yield _invalid("An item is Product:Sku:Availability, or a legacy offer without colons.", *path)


def _cycle(cycle: BillingCycle, path: Path, *, next_term: bool) -> Found:
    if cycle is BillingCycle.UNKNOWN:
        yield _invalid("UNKNOWN is for answers; say how often is billed.", *path)
    elif cycle is BillingCycle.BIENNIAL and not next_term:
        yield _invalid("BIENNIAL is for the product of a next term only.", *path)


def _participants(given: tuple[Participant, ...], path: Path) -> Found:
    if len(given) > MAX_PARTICIPANTS:
        yield UserError(UserErrorCode.TOO_MANY, f"At most {MAX_PARTICIPANTS} partners take part.", path)
    for place, one in enumerate(given):
        where = (*path, str(place))
        if one.role is ParticipantRole.UNKNOWN:
            yield _invalid("UNKNOWN is for answers; say which part the partner has.", *where, "role")
        yield from _filled(one.partner_id, (*where, "partnerId"))
        if one.partner_id.strip() and not (one.partner_id.isascii() and one.partner_id.isdecimal()):
            yield _invalid("A PartnerID has digits only.", *where, "partnerId")


def _context(given: tuple[Pair, ...], path: Path) -> Found:
    seen: set[str] = set()
    for place, one in enumerate(given):
        where = (*path, str(place), "key")
        yield from _filled(one.key, where)
        if one.key.casefold() in seen:  # the vendor matches keys without case
            yield _invalid("This key stands here twice.", *where)
        seen.add(one.key.casefold())


def _next_term(term: NextTermDraft, path: Path) -> Found:
    if term.quantity is not None and term.quantity < 1:
        yield _invalid("The quantity is at least 1.", *path, "quantity")
    product = (*path, "product")
    yield from _filled(term.product.product_id, (*product, "productId"))
    yield from _filled(term.product.sku_id, (*product, "skuId"))
    if term.product.billing_cycle is not None:
        yield from _cycle(term.product.billing_cycle, (*product, "billingCycle"), next_term=True)


def _repeated(ids: list[int], *field: str) -> Found:
    """`field`: the list's name, and below each entry the id's."""
    name, *below = field
    for place, one in enumerate(ids):
        if one in ids[:place]:
            yield _invalid("This line is named twice.", name, str(place), *below)


def _filled(text: str, path: Path) -> Found:
    if not text.strip():
        yield UserError(UserErrorCode.REQUIRED, "This cannot be empty.", path)


def _in_three_parts(text: str) -> bool:
    parts = text.split(":")
    return len(parts) == 3 and all(part.strip() for part in parts)


def _invalid(message: str, *path: str) -> UserError:
    return UserError(UserErrorCode.INVALID, message, path)
