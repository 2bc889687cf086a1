"""Who may change what, in which status, and every rule of it: kept by whole changes, broken one by one."""

from __future__ import annotations

from dataclasses import fields
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.order import OrderStatus
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserError, UserErrorCode
from gateway.vendors.commands import Remark
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import rules_changes
from gateway.vendors.softwareone.commands import LineChange, NewLineDraft, OrderChange, ParameterDraft
from gateway.vendors.softwareone.settings import Actor
from tests.vendors.softwareone.drafts import AT, ORDER, by_name, line_ref, order_line_ref, quantities, texts

HERE, INVALID, REQUIRED = UserErrorCode.NOT_ALLOWED_HERE, UserErrorCode.INVALID, UserErrorCode.REQUIRED
VALUES: dict[str, Any] = {
    "notes": "n",
    "external_id": "PO-2",
    "new_lines": (NewLineDraft(item_id="ITM-1", quantity=1),),
    "lines": (LineChange(line_id=order_line_ref(1), quantity=0),),
    "remove_line_ids": (order_line_ref(2),),
    "ordering_parameters": (by_name("a", 1),),
    "fulfillment_parameters": (by_name("a", 1),),
    "template_id": "TPL-1",
    "assignee_id": "USR-1",
    "error": Remark(message="no"),
}
ALLOWED: dict[Actor, set[str]] = {
    "client": {"notes", "external_id", "new_lines", "lines", "remove_line_ids", "ordering_parameters"},
    "vendor": {
        "external_id", "ordering_parameters", "fulfillment_parameters", "template_id", "assignee_id", "error",
    },
    "operations": {"notes", "external_id"},
}  # fmt: skip
ANY = {"Draft", "Quoted", "Processing", "Querying", "Completed", "Failed", "Deleted"}
STATUSES: dict[tuple[str, str], set[str]] = {
    ("client", "new_lines"): {"Draft"},
    ("client", "lines"): {"Draft"},
    ("client", "remove_line_ids"): {"Draft"},
    ("client", "ordering_parameters"): {"Draft", "Querying"},
    ("vendor", "ordering_parameters"): {"Processing"},
    ("vendor", "fulfillment_parameters"): {"Processing"},
}
ACTORS: tuple[Actor, ...] = get_args(Actor)


def told(found: list[UserError]) -> list[tuple[UserErrorCode, str]]:
    assert all(error.field is not None and error.field[:2] == AT for error in found)
    return [(error.code, ".".join((error.field or ())[2:])) for error in found]


def of_change(actor: Actor = "client", **changes: Any) -> list[tuple[UserErrorCode, str]]:
    return told(rules_changes.of_change(OrderChange(**changes), ORDER, actor, AT))


def of_order(row: dict[str, Any], actor: Actor = "client", **changes: Any) -> list[tuple[UserErrorCode, str]]:
    return told(rules_changes.of_order(OrderChange(**changes), Row(row, "order"), actor, AT))


def order(status: str = "Draft") -> dict[str, Any]:
    return {
        "status": status,
        "agreement": {"id": "AGR-5001-6002-7003"},
        "lines": [{"id": line_ref(1).parts[1]}, {"id": line_ref(2).parts[1]}],
        "parameters": {"ordering": [{"id": "PAR-1", "externalId": "a"}]},
    }


def test_every_field_of_the_command_has_its_name_and_its_writers() -> None:
    assert {one.name for one in fields(OrderChange)} == set(VALUES) == set(rules_changes.FIELDS)
    assert set().union(*rules_changes.WRITES.values()) == set(VALUES)


@pytest.mark.parametrize(("actor", "name"), [*product(ACTORS, VALUES)])
def test_each_field_is_for_its_actors_alone(actor: Actor, name: str) -> None:
    expected = [] if name in ALLOWED[actor] else [(HERE, rules_changes.FIELDS[name])]
    assert of_change(actor, **{name: VALUES[name]}) == expected


@pytest.mark.parametrize(("actor", "name", "status"), [*product(ACTORS, VALUES, sorted(ANY))])
def test_each_field_is_open_in_its_statuses_alone(actor: Actor, name: str, status: str) -> None:
    if name not in ALLOWED[actor]:
        return
    closed = status not in STATUSES.get((actor, name), ANY)
    expected = [(HERE, rules_changes.FIELDS[name])] if closed else []
    assert of_order(order(status), actor, **{name: VALUES[name]}) == expected


def test_all_that_is_closed_is_told_at_once_and_says_when_it_is_open() -> None:
    change = OrderChange(lines=VALUES["lines"], ordering_parameters=VALUES["ordering_parameters"])
    found = rules_changes.of_order(change, Row(order("Completed"), "order"), "client", AT)
    assert [error.message for error in found] == [
        "This can be changed in status DRAFT; the order is COMPLETED.",
        "This can be changed in status ACTION_REQUIRED or DRAFT; the order is COMPLETED.",
    ]
    assert OrderStatus.ACTION_REQUIRED.name in found[1].message


@pytest.mark.parametrize("changes", [{}, {"lines": (), "ordering_parameters": ()}])
def test_a_change_of_nothing_is_a_mistake(changes: dict[str, Any]) -> None:
    assert of_change(**changes) == [(REQUIRED, "")]


def test_null_is_a_change_that_clears() -> None:
    assert of_change(notes=None) == of_change(external_id=None) == []
    cleared: dict[str, Any] = dict.fromkeys(("template_id", "assignee_id", "error", "external_id"))
    assert of_change("vendor", **cleared) == []


OTHER_ORDER = Ref.of("swo", Kind.ORDER, "ORD-9")
BROKEN: list[tuple[Actor, dict[str, Any], list[tuple[UserErrorCode, str]]]] = [
    ("client", {"external_id": ""}, [(INVALID, "externalId")]),
    ("vendor", {"template_id": " "}, [(INVALID, "templateId")]),
    ("vendor", {"assignee_id": ""}, [(INVALID, "assigneeId")]),
    ("vendor", {"error": Remark(message="")}, [(REQUIRED, "error.message")]),
    ("vendor", {"error": Remark(message="x" * 4001)}, [(INVALID, "error.message")]),
    ("client", {"new_lines": (NewLineDraft(item_id="", quantity=1),)}, [(REQUIRED, "newLines.0.itemId")]),
    ("client", {"new_lines": (NewLineDraft(item_id="i", quantity=0),)}, [(INVALID, "newLines.0.quantity")]),
    ("client", {"lines": (LineChange(line_id=line_ref(1), quantity=-1),)}, [(INVALID, "lines.0.quantity")]),
    (
        "client",
        {"lines": (LineChange(line_id=order_line_ref(1, OTHER_ORDER), quantity=1),)},
        [(INVALID, "lines.0.lineId")],
    ),
    ("client", {"remove_line_ids": (order_line_ref(1, OTHER_ORDER),)}, [(INVALID, "removeLineIds.0")]),
    ("client", {"remove_line_ids": (order_line_ref(1), line_ref(1))}, [(INVALID, "removeLineIds.1")]),
    (
        "client",
        {"lines": (LineChange(line_id=line_ref(1), quantity=1),), "remove_line_ids": (order_line_ref(1),)},
        [(INVALID, "removeLineIds.0")],
    ),
    ("client", {"ordering_parameters": (ParameterDraft(value=1),)}, [(REQUIRED, "orderingParameters.0")]),
    (
        "client",
        {"ordering_parameters": (ParameterDraft(key="a", value=1, error=Remark(message="x")),)},
        [(HERE, "orderingParameters.0.error")],
    ),
    ("vendor", {"fulfillment_parameters": (ParameterDraft(key="a"),)}, [(REQUIRED, "fulfillmentParameters.0.value")]),
]


@pytest.mark.parametrize(("actor", "changes", "expected"), BROKEN, ids=lambda one: str(one)[:40])
def test_a_broken_rule_is_told_at_its_place(
    actor: Actor, changes: dict[str, Any], expected: list[tuple[UserErrorCode, str]]
) -> None:
    assert of_change(actor, **changes) == expected


def test_what_only_the_order_shows_is_told_after_reading_it() -> None:
    other = line_ref(1, Ref.of("swo", Kind.AGREEMENT, "AGR-9"))
    assert of_order(order(), lines=(LineChange(line_id=other, quantity=1),)) == [(INVALID, "lines.0.lineId")]
    assert of_order(order(), remove_line_ids=(order_line_ref(1), order_line_ref(3))) == [
        (UserErrorCode.NOT_FOUND, "removeLineIds.1")
    ]
    twice = (by_name("a", 1), ParameterDraft(key="PAR-1", value=2))
    assert of_order(order(), ordering_parameters=twice) == [(INVALID, "orderingParameters.1")]


clients = st.fixed_dictionaries(
    {"notes": st.text(max_size=9)},
    optional={
        "external_id": texts,
        "new_lines": st.lists(st.builds(NewLineDraft, item_id=texts, quantity=st.integers(1, 99)), max_size=2).map(
            tuple
        ),
        "lines": st.lists(st.integers(1, 9), unique=True, max_size=3).map(
            lambda known: tuple(LineChange(line_id=order_line_ref(one), quantity=one) for one in known)
        ),
        "remove_line_ids": st.lists(st.integers(10, 19), unique=True, max_size=3).map(
            lambda known: tuple(order_line_ref(one) for one in known)
        ),
    },
)


@given(clients)
def test_any_change_that_keeps_the_rules_is_let_through(changes: dict[str, Any]) -> None:
    assert of_change(**changes) == []


@given(clients, quantities, st.sampled_from(["vendor", "operations"]))
def test_one_thing_that_breaks_a_rule_is_told_there_alone(changes: dict[str, Any], quantity: int, actor: Actor) -> None:
    line = LineChange(line_id=order_line_ref(30), quantity=-quantity - 1)
    lines = changes.get("lines", ())
    assert of_change(**{**changes, "lines": (*lines, line)}) == [(INVALID, f"lines.{len(lines)}.quantity")]
    kept = {"external_id": changes.get("external_id", "PO-1")}
    assert of_change(
        actor, **kept, fulfillment_parameters=(), lines=(LineChange(line_id=order_line_ref(1), quantity=0),)
    ) == [(HERE, "lines")]
