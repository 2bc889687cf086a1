"""An order found under a customer's number is taken for the one asked for only if all that identifies it agrees."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vendors.reading import Row
from gateway.vendors.softwareone import recognition
from gateway.vendors.softwareone.commands import OrderDraft
from gateway.vendors.softwareone.mapping_creation import creation
from tests.vendors.softwareone.drafts import AT, CHANGE, CONFIGURATION, PURCHASE, TERMINATION, orders

SINCE = datetime(2026, 9, 1, 12, tzinfo=UTC)
DRAFTS = {
    "purchase": OrderDraft(purchase=PURCHASE),
    "change": OrderDraft(change=CHANGE),
    "termination": OrderDraft(termination=TERMINATION),
    "configuration": OrderDraft(configuration=CONFIGURATION),
}


def body_of(draft: OrderDraft) -> dict[str, Any]:
    return dict(creation(draft, AT, "PO-1").body)


def row_of(body: dict[str, Any]) -> dict[str, Any]:
    """The order as the vendor has it, made at that moment."""
    lines = [
        {
            "id": line.get("id", f"ALI-new-{place}"),
            "item": line.get("item", {"id": "ITM-x"}),
            "quantity": line["quantity"],
        }
        for place, line in enumerate(
            [*body.get("lines", ()), *(line for one in body.get("subscriptions", ()) for line in one.get("lines", ()))]
        )
    ]
    agreement = body["agreement"]
    return {
        "id": "ORD-1",
        "type": body["type"],
        "status": "Querying",
        "externalIds": {"client": "PO-1", "operations": "SO-1"},
        "agreement": {"id": agreement.get("id", "AGR-new")},
        "licensee": agreement.get("licensee", {"id": "LCE-x"}),
        "product": agreement.get("product", {"id": "PRD-x"}),
        "lines": lines,
        "subscriptions": [{"id": one["id"]} for one in body.get("subscriptions", ())],
        "audit": {"created": {"at": "2026-09-01T12:00:00.000Z"}},
    }


def agrees(row: dict[str, Any], body: dict[str, Any]) -> bool:
    return recognition.agrees(Row(row, "order"), body, SINCE)


@given(orders)
def test_any_order_is_known_again_whatever_its_status(draft: OrderDraft) -> None:
    body = body_of(draft)
    assert agrees(row_of(body), body)


def changed(row: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    other = copy.deepcopy(row)
    place: Any = other
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return other


DIFFERENT: list[tuple[str, str, Any]] = [
    *((name, "type", "Renewal") for name in DRAFTS),
    *((name, "externalIds.client", "PO-2") for name in DRAFTS),
    *((name, "externalIds", None) for name in DRAFTS),
    *((name, "audit.created.at", "2026-09-01T11:59:59.999Z") for name in DRAFTS),
    *((name, "audit", None) for name in DRAFTS),
    ("purchase", "licensee.id", "LCE-2"),
    ("purchase", "product.id", "PRD-2"),
    ("purchase", "lines.0.quantity", 13),
    ("purchase", "lines.0.item.id", "ITM-9"),
    ("purchase", "lines.1", None),
    ("change", "agreement.id", "AGR-2"),
    ("change", "lines.0.id", "ALI-9"),
    ("change", "lines.1.quantity", 1),
    ("change", "subscriptions.1.id", "SUB-9"),
    ("termination", "lines.0", None),
    ("termination", "subscriptions.0", None),
    ("configuration", "subscriptions.0.id", "SUB-9"),
]


@pytest.mark.parametrize(("name", "path", "value"), DIFFERENT)
def test_an_order_that_differs_in_one_thing_is_another(name: str, path: str, value: Any) -> None:
    body = body_of(DRAFTS[name])
    assert agrees(row_of(body), body)
    assert not agrees(changed(row_of(body), path, value), body)


def test_a_line_too_many_is_another_purchase_but_comes_along_with_a_subscription() -> None:
    more = {"id": "ALI-9", "item": {"id": "ITM-9"}, "quantity": 1}
    for name, expected in {"purchase": False, "termination": True}.items():
        body = body_of(DRAFTS[name])
        row = row_of(body)
        row["lines"] = [*row["lines"], more]
        assert agrees(row, body) is expected


@given(orders, orders)
def test_orders_that_could_be_taken_for_each_other_have_one_marker(first: OrderDraft, second: OrderDraft) -> None:
    one, other = body_of(first), body_of(second)
    if agrees(row_of(one), other) and agrees(row_of(other), one):
        assert recognition.marker(one) == recognition.marker(other)


@given(orders, st.randoms())
def test_a_marker_knows_no_order_of_lines(draft: OrderDraft, shuffle: Any) -> None:
    body = body_of(draft)
    mixed = {name: list(value) if isinstance(value, list) else value for name, value in body.items()}
    shuffle.shuffle(mixed.get("lines", []))
    assert recognition.marker(mixed) == recognition.marker(body)
    assert recognition.marker({**body, "notes": "other", "status": "Quoted"}) == recognition.marker(body)


def test_marks_are_short_and_one_for_each_key() -> None:
    known = {recognition.own_mark(UUID(int=number)) for number in range(100)}
    assert len(known) == 100
    assert {len(mark) for mark in known} == {35}
