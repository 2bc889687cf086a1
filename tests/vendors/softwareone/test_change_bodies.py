"""What goes out for a change, value by value; whether it came can be told from the order."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import VendorRefused
from gateway.vendors.commands import Remark
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping_change
from gateway.vendors.softwareone.commands import LineChange, NewLineDraft, OrderChange, ParameterDraft
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.softwareone.wire import Wire
from tests.vendors.softwareone.drafts import AT, by_name, line_ref, order_line_ref, values

A, B, C, D = (f"ALI-5001-6002-7003-000{number}" for number in range(1, 5))
ORDER: dict[str, Any] = {
    "id": "ORD-1",
    "notes": "Before",
    "externalIds": {"client": "PO-1", "vendor": "V-1"},
    "template": {"id": "TPL-1"},
    "assignee": {"id": "USR-1"},
    "error": {"id": "E1", "message": "Wrong"},
    "lines": [
        {"id": A, "item": {"id": "ITM-1"}, "quantity": 5},
        {"id": B, "item": {"id": "ITM-2"}, "quantity": 6},
        {"id": C, "item": {"id": "ITM-3"}},
    ],
    "parameters": {
        "ordering": [
            {"id": "PAR-1", "externalId": "domain", "value": "contoso", "error": {"id": "E2", "message": "Taken"}},
            {"id": "PAR-2", "externalId": "seats", "value": Decimal("0.10")},
            {"id": "PAR-3", "externalId": "empty"},
        ],
        "fulfillment": [{"id": "PAR-4", "externalId": "tenant", "value": "t-1"}],
    },
}


def wire(change: OrderChange, actor: Actor = "client", order: dict[str, Any] = ORDER) -> Wire:
    row = Row(order, "order")
    return mapping_change.update(change, actor, row, mapping_change.changed_lines(change, row), AT)


def body(change: OrderChange, actor: Actor = "client") -> Any:
    return wire(change, actor).body


def test_single_fields_are_a_delta_and_null_clears() -> None:
    assert body(OrderChange(notes="After", external_id="PO-2")) == {"notes": "After", "externalIds": {"client": "PO-2"}}
    assert body(OrderChange(notes=None, external_id=None)) == {"notes": None, "externalIds": {"client": None}}
    assert body(OrderChange(external_id="SO-1"), "operations") == {"externalIds": {"operations": "SO-1"}}
    given_ = OrderChange(
        template_id="TPL-2", assignee_id="USR-2", error=Remark(code="E9", message="No"), external_id="V-2"
    )
    assert body(given_, "vendor") == {
        "externalIds": {"vendor": "V-2"},
        "template": {"id": "TPL-2"},
        "assignee": {"id": "USR-2"},
        "error": {"id": "E9", "message": "No"},
    }
    cleared = OrderChange(template_id=None, assignee_id=None, error=None)
    assert body(cleared, "vendor") == {"template": None, "assignee": None, "error": None}
    assert body(OrderChange(error=Remark(message="No")), "vendor") == {"error": {"message": "No"}}


def test_lines_are_sent_whole() -> None:
    change = OrderChange(
        lines=(LineChange(line_id=order_line_ref(1), quantity=9), LineChange(line_id=line_ref(4), quantity=2)),
        remove_line_ids=(order_line_ref(2),),
        new_lines=(NewLineDraft(item_id="ITM-7", quantity=1),),
    )
    assert body(change) == {
        "lines": [
            {"id": A, "quantity": 9},
            {"id": C},
            {"id": D, "quantity": 2},
            {"item": {"id": "ITM-7"}, "quantity": 1},
        ]
    }


def test_parameters_are_sent_whole_and_numbers_keep_their_digits() -> None:
    sent = body(OrderChange(ordering_parameters=(by_name("domain", "fabrikam"),)))
    assert sent == {
        "parameters": {"ordering": [{"id": "PAR-1", "value": "fabrikam"}, {"id": "PAR-2", "value": Decimal("0.10")}]}
    }
    assert str(sent["parameters"]["ordering"][1]["value"]) == "0.10"
    cleared = body(OrderChange(ordering_parameters=(ParameterDraft(key="PAR-1", value=None),)))
    assert cleared["parameters"]["ordering"][0] == {"id": "PAR-1", "value": None}
    hidden = body(OrderChange(ordering_parameters=(by_name("unseen", [1]),)))
    assert hidden["parameters"]["ordering"][-1] == {"externalId": "unseen", "value": [1]}


def test_a_vendor_sends_errors_along_and_may_change_them_alone() -> None:
    kept = body(OrderChange(ordering_parameters=(by_name("seats", 3),)), "vendor")
    assert kept["parameters"]["ordering"] == [
        {"id": "PAR-1", "value": "contoso", "error": {"id": "E2", "message": "Taken"}},
        {"id": "PAR-2", "value": 3},
    ]
    change = OrderChange(
        ordering_parameters=(
            ParameterDraft(key="PAR-1", error=None),
            ParameterDraft(key="PAR-2", error=Remark(message="x")),
        ),
        fulfillment_parameters=(by_name("tenant", "t-2"),),
    )
    assert body(change, "vendor")["parameters"] == {
        "ordering": [
            {"id": "PAR-1", "value": "contoso", "error": None},
            {"id": "PAR-2", "value": Decimal("0.10"), "error": {"message": "x"}},
        ],
        "fulfillment": [{"id": "PAR-4", "value": "t-2"}],
    }


PLACES = {
    "notes": "notes",
    "externalIds.client": "externalId",
    "lines": "lines",
    "lines[0].quantity": "lines.0.quantity",
    "lines[2].id": "lines.1.lineId",
    "lines[3].item.id": "newLines.0.itemId",
    "parameters.ordering[1].value": "orderingParameters.0.value",
    "parameters.ordering.seats": "orderingParameters.0",
    "parameters.ordering.PAR-2": "orderingParameters.0",
    "parameters.ordering[2]": "orderingParameters.1",
    "parameters.ordering.domain": "orderingParameters",
    "parameters.ordering": "orderingParameters",
}


@pytest.mark.parametrize(("theirs", "ours"), PLACES.items())
def test_a_field_that_the_vendor_names_is_found_in_the_input(theirs: str, ours: str) -> None:
    change = OrderChange(
        notes="n",
        external_id="x",
        lines=(LineChange(line_id=order_line_ref(1), quantity=9), LineChange(line_id=line_ref(4), quantity=2)),
        remove_line_ids=(order_line_ref(2),),
        new_lines=(NewLineDraft(item_id="ITM-7", quantity=1),),
        ordering_parameters=(by_name("seats", 3), by_name("unseen", 1)),
    )
    error = VendorRefused("no")
    error.properties = (theirs,)
    (known,) = wire(change).refused(error).user_errors
    assert known.field == (*AT, *ours.split("."))


CHANGES: list[tuple[Actor, OrderChange]] = [
    ("client", OrderChange(notes="After")),
    ("client", OrderChange(notes=None)),
    ("client", OrderChange(external_id="PO-2")),
    ("client", OrderChange(external_id=None)),
    ("vendor", OrderChange(template_id="TPL-2", assignee_id=None, error=None)),
    ("vendor", OrderChange(error=Remark(message="New"))),
    ("client", OrderChange(lines=(LineChange(line_id=order_line_ref(1), quantity=9),))),
    ("client", OrderChange(remove_line_ids=(order_line_ref(2),))),
    ("client", OrderChange(new_lines=(NewLineDraft(item_id="ITM-1", quantity=5),))),
    ("client", OrderChange(ordering_parameters=(by_name("seats", 0.5),))),
    ("client", OrderChange(ordering_parameters=(by_name("domain", None),))),
    ("vendor", OrderChange(ordering_parameters=(ParameterDraft(key="PAR-2", error=Remark(message="x")),))),
    ("vendor", OrderChange(fulfillment_parameters=(by_name("tenant", {"a": [1, {"b": None}]}),))),
]


def after(order: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """The order as a vendor that takes every change would have it."""
    now = copy.deepcopy(order)
    for name, value in sent.items():
        if name == "lines":
            held = {line["id"]: line for line in order["lines"]}
            now["lines"] = [
                {**held.get(line.get("id"), {"id": f"ALI-new-{place}"}), **line} for place, line in enumerate(value)
            ]
        elif name == "externalIds":
            now[name] = {**now[name], **value}
        elif name == "parameters":
            for phase, bag in value.items():
                values_of = {entry["id"]: entry for entry in bag}
                now[name][phase] = [
                    {"id": one["id"], "externalId": one["externalId"], **values_of.get(one["id"], {})}
                    for one in order[name][phase]
                ]
        else:
            now[name] = value
    return now


@pytest.mark.parametrize(("actor", "change"), CHANGES, ids=lambda one: repr(one)[-60:])
def test_whether_a_change_came_can_be_told_from_the_order(actor: Actor, change: OrderChange) -> None:
    sent = wire(change, actor)
    assert not mapping_change.applied(sent.body, Row(ORDER, "order"))
    changed = after(ORDER, dict(sent.body))
    assert mapping_change.applied(sent.body, Row(changed, "order"))
    assert after(changed, dict(sent.body)) == {**changed, "lines": after(changed, dict(sent.body))["lines"]}


def test_a_change_of_lines_did_not_come_where_any_of_it_is_missing() -> None:
    lines = [
        {"id": A, "quantity": 5},
        {"item": {"id": "ITM-7"}, "quantity": 1},
        {"item": {"id": "ITM-7"}, "quantity": 1},
    ]
    new = [{"id": f"n{place}", "item": {"id": "ITM-7"}, "quantity": 1} for place in range(3)]
    for count, expected in {1: False, 2: True, 3: False}.items():
        row = Row({"lines": [ORDER["lines"][0], *new[:count]]}, "order")
        assert mapping_change.applied({"lines": lines}, row) is expected


@given(values)
def test_any_value_goes_out_as_it_came_in(value: Any) -> None:
    sent = body(OrderChange(ordering_parameters=(by_name("domain", value),)))
    entry = sent["parameters"]["ordering"][0]
    assert orjson.loads(orjson.dumps(entry["value"])) == value
    assert mapping_change.applied({"parameters": {"ordering": [entry]}}, Row(order_with(value), "order"))


def order_with(value: Any) -> dict[str, Any]:
    return {"parameters": {"ordering": [{"id": "PAR-1", "value": value}]}}


@given(st.lists(st.integers(0, 4), max_size=3), st.lists(st.integers(0, 4), max_size=3))
def test_lines_are_held_to_their_number(held: list[int], new: list[int]) -> None:
    """As many new lines of an item are there as were sent, no more and no less."""
    lines = [{"item": {"id": f"ITM-{one}"}, "quantity": 1} for one in new]
    rows = [{"id": f"n{place}", "item": {"id": f"ITM-{one}"}, "quantity": 1} for place, one in enumerate(held)]
    assert mapping_change.applied({"lines": lines}, Row({"lines": rows}, "order")) is (sorted(held) == sorted(new))
