"""Every documented rule of a new purchase order, broken once by hand and once by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.writing import UserErrorCode
from gateway.vendors.sellercloud.commands import (
    AddressDraft,
    CaseLineDraft,
    LineDraft,
    LinesDraft,
    PurchaseOrderDraft,
    UnitLineDraft,
)
from gateway.vendors.sellercloud.rules import broken_by_draft
from gateway.vendors.sellercloud.rules_change import camel
from gateway.vendors.sellercloud.words import SellercloudDiscountType
from tests.vendors.sellercloud.write_desk import case, cases, draft, unit, units

REQUIRED, INVALID = UserErrorCode.REQUIRED, UserErrorCode.INVALID
FIXED, UNKNOWN = SellercloudDiscountType.FIXED_AMOUNT, SellercloudDiscountType.UNKNOWN

Broken = tuple[UserErrorCode, str]


def of_draft(wanted: PurchaseOrderDraft) -> list[Broken]:
    return [(error.code, ".".join(error.field or ())) for error in broken_by_draft(wanted, ())]


def by_units(**changes: Any) -> PurchaseOrderDraft:
    return draft(lines=units(replace(unit(), **changes)))


def by_cases(**changes: Any) -> PurchaseOrderDraft:
    return draft(lines=cases(replace(case(), **changes)))


DRAFTS: dict[str, tuple[PurchaseOrderDraft, Broken]] = {
    "company": (draft(company_id=0), (INVALID, "companyId")),
    "supplier": (draft(vendor_id=-1), (INVALID, "vendorId")),
    "warehouse": (draft(default_warehouse_id=0), (INVALID, "defaultWarehouseId")),
    "payment term": (draft(payment_term_id=0), (INVALID, "paymentTermId")),
    "no lines": (draft(lines=LinesDraft(units=())), (REQUIRED, "lines.units")),
    "no lines by cases": (draft(lines=LinesDraft(cases=())), (REQUIRED, "lines.cases")),
    "blank product": (by_units(product_id=" "), (REQUIRED, "lines.units.0.productId")),
    "long product": (by_cases(product_id="x" * 51), (INVALID, "lines.cases.0.productId")),
    "no units": (by_units(qty_units_ordered=0), (INVALID, "lines.units.0.qtyUnitsOrdered")),
    "negative unit price": (by_units(unit_price=Decimal("-0.01")), (INVALID, "lines.units.0.unitPrice")),
    "no cases": (by_cases(qty_cases_ordered=0), (INVALID, "lines.cases.0.qtyCasesOrdered")),
    "empty cases": (by_cases(qty_units_per_case=0), (INVALID, "lines.cases.0.qtyUnitsPerCase")),
    "negative case price": (by_cases(case_price=Decimal(-1)), (INVALID, "lines.cases.0.casePrice")),
    "line's warehouse": (by_units(warehouse_id=0), (INVALID, "lines.units.0.warehouseId")),
    "discount without a type": (by_units(discount_value=Decimal(1)), (REQUIRED, "lines.units.0.discountType")),
    "discount without a value": (by_cases(discount_type=FIXED), (REQUIRED, "lines.cases.0.discountValue")),
    "negative discount": (
        by_units(discount_type=FIXED, discount_value=Decimal(-1)),
        (INVALID, "lines.units.0.discountValue"),
    ),
    "unknown discount": (
        by_units(discount_type=UNKNOWN, discount_value=Decimal(1)),
        (INVALID, "lines.units.0.discountType"),
    ),
    "billing country": (draft(billing_address=AddressDraft(country="USA")), (INVALID, "billingAddress.country")),
    "shipping country": (draft(shipping_address=AddressDraft(country="")), (INVALID, "shippingAddress.country")),
    "country of digits": (draft(shipping_address=AddressDraft(country="12")), (INVALID, "shippingAddress.country")),
}


@pytest.mark.parametrize(("wanted", "broken"), DRAFTS.values(), ids=DRAFTS)
def test_each_rule_of_a_new_order_is_named_by_its_path(wanted: PurchaseOrderDraft, broken: Broken) -> None:
    assert of_draft(wanted) == [broken]


def test_all_broken_rules_are_told_at_once() -> None:
    wanted = draft(company_id=0, lines=units(unit(quantity=0), unit("", price="-1")), payment_term_id=0)
    assert {path for _, path in of_draft(wanted)} == {
        "companyId",
        "paymentTermId",
        "lines.units.0.qtyUnitsOrdered",
        "lines.units.1.productId",
        "lines.units.1.unitPrice",
    }


ids = st.integers(1, 2**31 - 1)
money = st.decimals(0, 10**6, places=4)
texts = st.text(max_size=20)
skus = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=50)
discounts = st.one_of(
    st.just((None, None)), st.tuples(st.sampled_from((FIXED, SellercloudDiscountType.PERCENTAGE)), money)
)


@st.composite
def line_extras(draw: st.DrawFn) -> dict[str, Any]:
    kind, value = draw(discounts)
    return {
        "product_id": draw(skus),
        "discount_type": kind,
        "discount_value": value,
        "warehouse_id": draw(st.none() | ids),
        "item_notes": draw(st.none() | texts),
    }


unit_lines = st.builds(
    lambda extras, quantity, price: UnitLineDraft(qty_units_ordered=quantity, unit_price=price, **extras),
    line_extras(),
    ids,
    money,
)
case_lines = st.builds(
    lambda extras, number, per, price: CaseLineDraft(
        qty_cases_ordered=number, qty_units_per_case=per, case_price=price, **extras
    ),
    line_extras(),
    ids,
    ids,
    money,
)
lines = st.one_of(
    st.builds(LinesDraft, units=st.lists(unit_lines, min_size=1, max_size=4).map(tuple)),
    st.builds(LinesDraft, cases=st.lists(case_lines, min_size=1, max_size=4).map(tuple)),
)
addresses = st.builds(AddressDraft, country=st.from_regex(r"[A-Za-z]{2}", fullmatch=True), city=st.none() | texts)
drafts = st.builds(
    PurchaseOrderDraft,
    company_id=ids,
    vendor_id=ids,
    lines=lines,
    default_warehouse_id=st.none() | ids,
    description=st.none() | texts,
    payment_term_id=st.none() | ids,
    billing_address=st.none() | addresses,
    shipping_address=st.none() | addresses,
)

OF_ORDER = {"company_id": 0, "vendor_id": -7, "default_warehouse_id": 0, "payment_term_id": -1}
OF_LINE = {
    "product_id": "x" * 51,
    "qty_units_ordered": 0,
    "qty_cases_ordered": -1,
    "qty_units_per_case": 0,
    "unit_price": Decimal("-0.0001"),
    "case_price": Decimal(-3),
    "warehouse_id": 0,
}


@given(drafts)
def test_whatever_keeps_the_rules_breaks_none(wanted: PurchaseOrderDraft) -> None:
    assert of_draft(wanted) == []


@given(drafts, st.data())
def test_one_broken_field_is_found_at_exactly_its_path(wanted: PurchaseOrderDraft, data: st.DataObject) -> None:
    breaks: list[Callable[[PurchaseOrderDraft], tuple[PurchaseOrderDraft, str]]] = [
        broken_field(name, value) for name, value in OF_ORDER.items()
    ]
    place = data.draw(st.integers(0, len(wanted.lines.lines) - 1))
    line = wanted.lines.lines[place]
    breaks += [broken_line(place, name, value) for name, value in OF_LINE.items() if hasattr(line, name)]
    broken, path = data.draw(st.sampled_from(breaks))(wanted)
    assert of_draft(broken) == [(INVALID, path)]


def broken_field(name: str, value: Any) -> Callable[[PurchaseOrderDraft], tuple[PurchaseOrderDraft, str]]:
    return lambda wanted: (changed(wanted, {name: value}), camel(name))


def broken_line(place: int, name: str, value: object) -> Callable[[PurchaseOrderDraft], tuple[PurchaseOrderDraft, str]]:
    def broken(wanted: PurchaseOrderDraft) -> tuple[PurchaseOrderDraft, str]:
        mode, some = wanted.lines.mode, list[LineDraft](wanted.lines.lines)
        some[place] = changed(some[place], {name: value})
        return replace(wanted, lines=changed(LinesDraft(), {mode: tuple(some)})), f"lines.{mode}.{place}.{camel(name)}"

    return broken


def changed(thing: Any, changes: dict[str, Any]) -> Any:
    return replace(thing, **changes)
