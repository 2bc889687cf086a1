"""What Sellercloud documents as a rule of a change of a purchase order, checked before anything is sent.

Sources: the vendor's pages "Update purchase order", "Update purchase order items", "Add PO shipping information" and
their siblings. For all of them null keeps, so that a null that is given can only be a mistake.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from gateway.model.ref import Ref
from gateway.model.writing import ABSENT, Absent, UserError, UserErrorCode
from gateway.vendors.sellercloud.commands import (
    CustomColumnChange,
    LinePatch,
    LinesDraft,
    OrderChange,
    ShipmentDraft,
    TrackingChange,
)
from gateway.vendors.sellercloud.filtering import is_id
from gateway.vendors.sellercloud.rules import AN_ID, NO_WORD, Mistakes, Path, check_lines
from gateway.vendors.sellercloud.words import SellercloudCarrier, SellercloudProgress

UNIT_FIELDS: Final = ("qty_units_ordered", "unit_price")
CASE_FIELDS: Final = ("qty_cases_ordered", "qty_units_per_case", "case_price")
SINGLE: Final = ("tracking_number", "shipped_via_carrier", "shipped_on")
MULTIPLE: Final = ("shipments", "remove_shipment_keys", "shipping_status")

CANNOT_CLEAR: Final = "Sellercloud cannot clear this; leave it out to keep it as it is."
NOTHING: Final = "There is nothing to change here."
NOT_OURS: Final = "This line is not on the order."
NO_SHIPMENT: Final = "The order has no such tracking number."
TWICE: Final = "This is named twice."


def broken_by_change(change: OrderChange, order: Ref, at: Path) -> list[UserError]:
    """`order` is the order to be changed, whose lines alone may be named."""
    mistakes = Mistakes(at)
    check_nulls(change, mistakes)
    if not given(change):
        mistakes.required(NOTHING)
    mistakes.positive(change.company_id, "companyId", AN_ID)
    mistakes.positive(change.vendor_id, "vendorId", AN_ID)
    if isinstance(change.add_lines, LinesDraft):
        check_lines(change.add_lines, mistakes.below("addLines"))
    check_patches(change, order, mistakes.below("setLines"))
    check_removals(change, order, mistakes.below("removeLineIds"))
    check_tracking(change.tracking, mistakes.below("tracking"))
    for name, block in (("invoice", change.invoice), ("totals", change.totals)):
        if dataclasses.is_dataclass(block) and not given(block):
            mistakes.required(NOTHING, name)
    check_columns(change.custom_columns, mistakes.below("customColumns"))
    return mistakes.found


def check_nulls(thing: Any, mistakes: Mistakes) -> None:
    """Every null, at any depth, in a field where leaving out means to keep."""
    for one in dataclasses.fields(thing):
        value, here = getattr(thing, one.name), mistakes.below(camel(one.name))
        if value is None and one.default is ABSENT:
            here.invalid(CANNOT_CLEAR)
        elif dataclasses.is_dataclass(value) and not isinstance(value, Ref):
            check_nulls(value, here)
        elif isinstance(value, tuple):
            for place, part in enumerate(value):
                if dataclasses.is_dataclass(part) and not isinstance(part, Ref):
                    check_nulls(part, here.below(str(place)))


def check_patches(change: OrderChange, order: Ref, mistakes: Mistakes) -> None:
    patches = change.set_lines if isinstance(change.set_lines, tuple) else None
    if patches == ():
        mistakes.required(NOTHING)
    mode = change.add_lines.mode if isinstance(change.add_lines, LinesDraft) else None
    seen: set[Ref] = set()
    for place, patch in enumerate(patches or ()):
        here = mistakes.below(str(place))
        check_line_id(patch.line_id, order, seen, here.below("lineId"))
        if given(patch) == {"line_id"}:
            here.required(NOTHING)
        for name in ("qty_units_ordered", "qty_cases_ordered", "qty_units_per_case"):
            here.positive(getattr(patch, name), camel(name))
        for name in ("unit_price", "case_price"):
            here.price(getattr(patch, name), camel(name))
        for own in modes(patch):
            mode = mode or own
            if own != mode:
                here.invalid("An order's lines are all by units or all by cases; the fields of both are mixed here.")
                break


def modes(patch: LinePatch) -> Iterator[str]:
    """The quantity modes that a patch has fields of."""
    for mode, names in (("units", UNIT_FIELDS), ("cases", CASE_FIELDS)):
        if any(name in given(patch) for name in names):
            yield mode


def check_removals(change: OrderChange, order: Ref, mistakes: Mistakes) -> None:
    refs = change.remove_line_ids if isinstance(change.remove_line_ids, tuple) else None
    if refs == ():
        mistakes.required(NOTHING)
    changed = {patch.line_id for patch in change.set_lines} if isinstance(change.set_lines, tuple) else set()
    seen: set[Ref] = set()
    for place, ref in enumerate(refs or ()):
        here = mistakes.below(str(place))
        check_line_id(ref, order, seen, here)
        if ref in changed:
            here.invalid("This line is changed and removed at once.")


def check_line_id(ref: Ref, order: Ref, seen: set[Ref], mistakes: Mistakes) -> None:
    if ref.parts[:-1] != order.parts or not is_id(ref.parts[-1]):
        mistakes.add(UserErrorCode.NOT_FOUND, NOT_OURS)
    elif ref in seen:
        mistakes.invalid(TWICE)
    seen.add(ref)


def check_tracking(change: TrackingChange | Absent | None, mistakes: Mistakes) -> None:
    if not isinstance(change, TrackingChange):
        return
    known = given(change)
    if not known:
        mistakes.required(NOTHING)
    if known & set(SINGLE) and known & set(MULTIPLE):
        mistakes.invalid("An order has one tracking number or several; the fields of both are mixed here.")
    if change.shipping_status is SellercloudProgress.UNKNOWN:
        mistakes.invalid(NO_WORD, "shippingStatus")
    if "shipments" in known and change.shipping_status is ABSENT:
        mistakes.required("Along with shipments it has to be said how much is shipped.", "shippingStatus")
    if change.shipments is ABSENT and "shipping_status" in known:
        mistakes.required("The shipping status can only be set along with shipments.", "shipments")
    if change.shipments == ():
        mistakes.required(NOTHING, "shipments")
    for place, shipment in enumerate(change.shipments if isinstance(change.shipments, tuple) else ()):
        check_shipment(shipment, mistakes.below("shipments", str(place)))
    check_shipment_keys(change.remove_shipment_keys, mistakes.below("removeShipmentKeys"))


def check_shipment(shipment: ShipmentDraft, mistakes: Mistakes) -> None:
    if not shipment.tracking_number.strip():
        mistakes.required("The tracking number is needed.", "trackingNumber")
    other = bool(shipment.other_carrier and shipment.other_carrier.strip())
    if shipment.shipping_carrier is SellercloudCarrier.OTHER and not other:
        mistakes.required("Another carrier has to be named.", "otherCarrier")
    if shipment.shipping_carrier is not SellercloudCarrier.OTHER and shipment.other_carrier is not None:
        mistakes.add(UserErrorCode.NOT_ALLOWED_HERE, "This is for the carrier OTHER.", "otherCarrier")


def check_shipment_keys(keys: tuple[str, ...] | Absent | None, mistakes: Mistakes) -> None:
    if not isinstance(keys, tuple):
        return
    if not keys:
        mistakes.required(NOTHING)
    for place, key in enumerate(keys):
        if not is_id(key):
            mistakes.add(UserErrorCode.NOT_FOUND, NO_SHIPMENT, str(place))
        elif key in keys[:place]:
            mistakes.invalid(TWICE, str(place))


def check_columns(columns: tuple[CustomColumnChange, ...] | Absent | None, mistakes: Mistakes) -> None:
    if not isinstance(columns, tuple):
        return
    if not columns:
        mistakes.required(NOTHING)
    seen: set[str] = set()
    for place, column in enumerate(columns):
        here = mistakes.below(str(place))
        if not column.name.strip():
            here.required("The column's name is needed.", "name")
        elif column.name in seen:
            here.invalid(TWICE, "name")
        seen.add(column.name)
        if column.value is ABSENT:
            here.required("The new value is needed.", "value")


def given(thing: Any) -> set[str]:
    """The names of the fields that were not left out."""
    return {one.name for one in dataclasses.fields(thing) if getattr(thing, one.name) is not ABSENT}


def camel(name: str) -> str:
    """A field's name as the graph spells it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
