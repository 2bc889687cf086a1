"""Every documented rule of a change of a purchase order, broken once; nulls, which clear nothing, in every place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.writing import UserErrorCode
from gateway.vendors.sellercloud.commands import (
    CustomColumnChange,
    InvoiceChange,
    LinePatch,
    LinesDraft,
    OrderChange,
    ShipmentDraft,
    TotalsChange,
    TrackingChange,
)
from gateway.vendors.sellercloud.rules_change import broken_by_change, camel, modes
from gateway.vendors.sellercloud.words import SellercloudCarrier, SellercloudProgress
from tests.vendors.sellercloud.write_desk import cases, line_ref, ref, unit, units

REQUIRED, INVALID = UserErrorCode.REQUIRED, UserErrorCode.INVALID
NOT_FOUND, NOT_ALLOWED = UserErrorCode.NOT_FOUND, UserErrorCode.NOT_ALLOWED_HERE
DAY = datetime(2026, 12, 24, tzinfo=UTC)
ORDER = 20_417

Broken = tuple[UserErrorCode, str]


def of_change(change: OrderChange) -> list[Broken]:
    return [(error.code, ".".join(error.field or ())) for error in broken_by_change(change, ref(ORDER), ())]


def patch(line: int = 1, **changes: Any) -> LinePatch:
    return LinePatch(line_id=line_ref(ORDER, line), **changes)


def shipped(**changes: Any) -> OrderChange:
    known: dict[str, Any] = {"tracking_number": "1Z", "shipping_carrier": SellercloudCarrier.UPS, "shipped_on": DAY}
    return multiple(shipments=(ShipmentDraft(**(known | changes)),))


def multiple(**changes: Any) -> OrderChange:
    return OrderChange(tracking=TrackingChange(**({"shipping_status": SellercloudProgress.FULL} | changes)))


ELSEWHERE = line_ref(ORDER + 1, 1)
CHANGES: dict[str, tuple[OrderChange, Broken]] = {
    "nothing": (OrderChange(), (REQUIRED, "")),
    "company": (OrderChange(company_id=0), (INVALID, "companyId")),
    "supplier": (OrderChange(vendor_id=0), (INVALID, "vendorId")),
    "no new lines": (OrderChange(add_lines=LinesDraft(units=())), (REQUIRED, "addLines.units")),
    "new line": (OrderChange(add_lines=units(unit(quantity=0))), (INVALID, "addLines.units.0.qtyUnitsOrdered")),
    "no lines to change": (OrderChange(set_lines=()), (REQUIRED, "setLines")),
    "a line without a change": (OrderChange(set_lines=(patch(),)), (REQUIRED, "setLines.0")),
    "a line of another order": (
        OrderChange(set_lines=(LinePatch(line_id=ELSEWHERE, unit_price=Decimal(1)),)),
        (NOT_FOUND, "setLines.0.lineId"),
    ),
    "a line twice": (
        OrderChange(set_lines=(patch(unit_price=Decimal(1)), patch(qty_units_ordered=1))),
        (INVALID, "setLines.1.lineId"),
    ),
    "no units": (OrderChange(set_lines=(patch(qty_units_ordered=0),)), (INVALID, "setLines.0.qtyUnitsOrdered")),
    "unit price": (OrderChange(set_lines=(patch(unit_price=Decimal(-1)),)), (INVALID, "setLines.0.unitPrice")),
    "no cases": (OrderChange(set_lines=(patch(qty_cases_ordered=0),)), (INVALID, "setLines.0.qtyCasesOrdered")),
    "empty cases": (OrderChange(set_lines=(patch(qty_units_per_case=0),)), (INVALID, "setLines.0.qtyUnitsPerCase")),
    "case price": (OrderChange(set_lines=(patch(case_price=Decimal(-1)),)), (INVALID, "setLines.0.casePrice")),
    "both modes in a line": (
        OrderChange(set_lines=(patch(unit_price=Decimal(1), case_price=Decimal(1)),)),
        (INVALID, "setLines.0"),
    ),
    "both modes in two lines": (
        OrderChange(set_lines=(patch(1, unit_price=Decimal(1)), patch(2, case_price=Decimal(1)))),
        (INVALID, "setLines.1"),
    ),
    "both modes, one in new lines": (
        OrderChange(add_lines=cases(), set_lines=(patch(qty_units_ordered=1),)),
        (INVALID, "setLines.0"),
    ),
    "no lines to remove": (OrderChange(remove_line_ids=()), (REQUIRED, "removeLineIds")),
    "a removed line of another order": (OrderChange(remove_line_ids=(ELSEWHERE,)), (NOT_FOUND, "removeLineIds.0")),
    "a line removed twice": (
        OrderChange(remove_line_ids=(line_ref(ORDER, 1), line_ref(ORDER, 1))),
        (INVALID, "removeLineIds.1"),
    ),
    "a line changed and removed": (
        OrderChange(set_lines=(patch(unit_price=Decimal(1)),), remove_line_ids=(line_ref(ORDER, 1),)),
        (INVALID, "removeLineIds.0"),
    ),
    "empty tracking": (OrderChange(tracking=TrackingChange()), (REQUIRED, "tracking")),
    "one number and several": (
        OrderChange(tracking=TrackingChange(tracking_number="1", remove_shipment_keys=("1",))),
        (INVALID, "tracking"),
    ),
    "no shipments": (multiple(shipments=()), (REQUIRED, "tracking.shipments")),
    "a status alone": (multiple(), (REQUIRED, "tracking.shipments")),
    "shipments without a status": (
        OrderChange(
            tracking=TrackingChange(
                shipments=(ShipmentDraft(tracking_number="1", shipping_carrier=SellercloudCarrier.DHL, shipped_on=DAY),)
            )
        ),
        (REQUIRED, "tracking.shippingStatus"),
    ),
    "an unknown status": (
        replace(shipped(), tracking=replace(shipped().tracking, shipping_status=SellercloudProgress.UNKNOWN)),  # type: ignore[type-var]  # a TrackingChange
        (INVALID, "tracking.shippingStatus"),
    ),
    "a blank tracking number": (shipped(tracking_number=" "), (REQUIRED, "tracking.shipments.0.trackingNumber")),
    "another carrier without a name": (
        shipped(shipping_carrier=SellercloudCarrier.OTHER),
        (REQUIRED, "tracking.shipments.0.otherCarrier"),
    ),
    "a name for a known carrier": (shipped(other_carrier="x"), (NOT_ALLOWED, "tracking.shipments.0.otherCarrier")),
    "no keys": (
        OrderChange(tracking=TrackingChange(remove_shipment_keys=())),
        (REQUIRED, "tracking.removeShipmentKeys"),
    ),
    "a key that is none": (
        OrderChange(tracking=TrackingChange(remove_shipment_keys=("",))),
        (NOT_FOUND, "tracking.removeShipmentKeys.0"),
    ),
    "a key twice": (
        OrderChange(tracking=TrackingChange(remove_shipment_keys=("1", "1"))),
        (INVALID, "tracking.removeShipmentKeys.1"),
    ),
    "empty invoice": (OrderChange(invoice=InvoiceChange()), (REQUIRED, "invoice")),
    "empty totals": (OrderChange(totals=TotalsChange()), (REQUIRED, "totals")),
    "no columns": (OrderChange(custom_columns=()), (REQUIRED, "customColumns")),
    "a column without a name": (
        OrderChange(custom_columns=(CustomColumnChange(name=" ", value="x"),)),
        (REQUIRED, "customColumns.0.name"),
    ),
    "a column without a value": (
        OrderChange(custom_columns=(CustomColumnChange(name="a"),)),
        (REQUIRED, "customColumns.0.value"),
    ),
    "a column twice": (
        OrderChange(custom_columns=(CustomColumnChange(name="a", value="x"), CustomColumnChange(name="a", value="y"))),
        (INVALID, "customColumns.1.name"),
    ),
}


@pytest.mark.parametrize(("change", "broken"), CHANGES.values(), ids=CHANGES)
def test_each_rule_of_a_change_is_named_by_its_path(change: OrderChange, broken: Broken) -> None:
    assert of_change(change) == [broken]


def full_change() -> OrderChange:
    """A change that keeps the rules and gives every field that can go together."""
    return OrderChange(
        description="x",
        instructions="x",
        company_id=163,
        vendor_id=812,
        ordered_on_date=DAY,
        requested_on_date=DAY,
        expected_delivery_date=DAY,
        cancel_by_date=DAY,
        add_lines=units(unit()),
        set_lines=(patch(qty_units_ordered=1, unit_price=Decimal(0), expected_delivery_date=DAY),),
        remove_line_ids=(line_ref(ORDER, 2),),
        tracking=TrackingChange(tracking_number="1", shipped_via_carrier="UPS", shipped_on=DAY),
        invoice=InvoiceChange(invoice_number="1", invoice_date=DAY),
        totals=TotalsChange(
            tax_total=Decimal(1),
            other_total=Decimal(1),
            shipping_total=Decimal(1),
            shipping_total_third_party=Decimal(1),
        ),
        custom_columns=(CustomColumnChange(name="a", value="x"),),
        quick_books_exported=False,
    )


def nulled() -> dict[str, OrderChange]:
    """The full change, with one null for each field that could be cleared, by the field's path."""
    whole = full_change()
    found = {camel(name): replace(whole, **{name: None}) for name in OrderChange.__slots__}
    for block in ("tracking", "invoice", "totals"):
        part = getattr(whole, block)
        for name in type(part).__slots__:
            if block != "tracking" or name in ("tracking_number", "shipped_via_carrier", "shipped_on"):
                found[f"{block}.{camel(name)}"] = replace(whole, **{block: replace(part, **{name: None})})
    for name in ("qty_units_ordered", "unit_price", "expected_delivery_date"):
        known: dict[str, Any] = {"qty_units_ordered": 1, name: None}
        found[f"setLines.0.{camel(name)}"] = replace(whole, set_lines=(patch(**known),))
    column = CustomColumnChange(name="a", value=None)
    found["customColumns.0.value"] = replace(whole, custom_columns=(column,))
    for name in ("shipments", "remove_shipment_keys", "shipping_status"):
        tracking = replace(shipped().tracking, **{name: None})  # type: ignore[type-var]  # a TrackingChange
        found[f"tracking.{camel(name)}"] = replace(whole, tracking=tracking)
    return found


def test_a_full_change_keeps_the_rules() -> None:
    assert of_change(full_change()) == []
    assert of_change(shipped()) == []


@pytest.mark.parametrize(("path", "change"), nulled().items(), ids=nulled())
def test_null_cannot_clear_and_says_so_at_its_path(path: str, change: OrderChange) -> None:
    assert of_change(change) == [(INVALID, path)]
    (error,) = broken_by_change(change, ref(ORDER), ())
    assert "cannot clear" in error.message


GOOD: dict[str, Any] = {name: getattr(full_change(), name) for name in OrderChange.__slots__}
BLOCKS = st.dictionaries(st.sampled_from(sorted(GOOD)), st.none(), min_size=1)


@given(BLOCKS.map(set))
def test_any_part_of_a_good_change_keeps_the_rules(names: set[str]) -> None:
    assert of_change(OrderChange(**{name: GOOD[name] for name in names})) == []


@given(BLOCKS.map(set), st.data())
def test_one_null_in_a_good_change_is_found_at_exactly_its_path(names: set[str], data: st.DataObject) -> None:
    null = data.draw(st.sampled_from(sorted(names)))
    change = OrderChange(**{name: None if name == null else GOOD[name] for name in names})
    assert of_change(change) == [(INVALID, camel(null))]


prices = st.decimals(0, 10**6, places=4)
quantities = st.integers(1, 2**31 - 1)
MODES = {
    "units": {"qty_units_ordered": quantities, "unit_price": prices},
    "cases": {"qty_cases_ordered": quantities, "qty_units_per_case": quantities, "case_price": prices},
}


@st.composite
def patches(draw: st.DrawFn) -> tuple[LinePatch, ...]:
    """Changes of different lines, all in the fields of one mode."""
    fields = MODES[draw(st.sampled_from(sorted(MODES)))]
    numbers = draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True))
    values = [draw(st.fixed_dictionaries({}, optional=fields).filter(bool)) for _ in numbers]
    return tuple(patch(number, **known) for number, known in zip(numbers, values, strict=True))


@given(patches(), st.data())
def test_one_broken_amount_is_found_at_exactly_its_path(some: tuple[LinePatch, ...], data: st.DataObject) -> None:
    assert of_change(OrderChange(set_lines=some)) == []
    place = data.draw(st.integers(0, len(some) - 1))
    name = data.draw(st.sampled_from([name for mode in modes(some[place]) for name in MODES[mode]]))
    wrong: Any = Decimal("-0.5") if name.endswith("price") else 0
    broken: dict[str, Any] = {name: wrong}
    changed = (*some[:place], replace(some[place], **broken), *some[place + 1 :])
    assert of_change(OrderChange(set_lines=changed)) == [(INVALID, f"setLines.{place}.{camel(name)}")]
