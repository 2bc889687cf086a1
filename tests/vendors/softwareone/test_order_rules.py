"""Every documented rule of new orders: kept by whole orders, and broken one by one at exactly one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserErrorCode
from gateway.vendors.commands import Remark
from gateway.vendors.softwareone import rules
from gateway.vendors.softwareone.commands import (
    LineChange,
    NewLineDraft,
    OrderDraft,
    ParameterDraft,
    SubscriptionChange,
)
from tests.vendors.softwareone.drafts import (
    AGREEMENT,
    AT,
    CHANGE,
    CONFIGURATION,
    PURCHASE,
    TERMINATION,
    by_name,
    line_ref,
    order_line_ref,
    orders,
    subscription_ref,
)

WHOLE: dict[str, Any] = {
    "purchase": PURCHASE,
    "change": CHANGE,
    "termination": TERMINATION,
    "configuration": CONFIGURATION,
}
OTHER = Ref.of("swo", Kind.AGREEMENT, "AGR-9")
REQUIRED, INVALID = UserErrorCode.REQUIRED, UserErrorCode.INVALID
HERE = UserErrorCode.NOT_ALLOWED_HERE


def told(draft: OrderDraft) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    return [(error.code, error.field) for error in rules.of_order(draft, AT)]


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_order_of_each_type_keeps_the_rules(name: str) -> None:
    assert told(OrderDraft(**{name: WHOLE[name]})) == []


def line(item: str = "ITM-1", quantity: int = 1) -> NewLineDraft:
    return NewLineDraft(item_id=item, quantity=quantity)


def of_subscription(number: int, *lines: int, auto_renew: bool | None = None) -> SubscriptionChange:
    changed = tuple(LineChange(line_id=line_ref(one), quantity=1) for one in lines)
    return SubscriptionChange(subscription_id=subscription_ref(number), auto_renew=auto_renew, lines=changed)


BROKEN: list[tuple[str, dict[str, Any], UserErrorCode, str]] = [
    ("purchase", {"licensee_id": " "}, REQUIRED, "licenseeId"),
    ("purchase", {"product_id": ""}, REQUIRED, "productId"),
    ("purchase", {"listing_id": ""}, INVALID, "listingId"),
    ("purchase", {"authorization_id": " "}, INVALID, "authorizationId"),
    ("purchase", {"external_id": ""}, INVALID, "externalId"),
    ("purchase", {"lines": ()}, REQUIRED, "lines"),
    ("purchase", {"lines": (line(), line(""))}, REQUIRED, "lines.1.itemId"),
    ("purchase", {"lines": (line(), line(quantity=0))}, INVALID, "lines.1.quantity"),
    ("purchase", {"lines": (line(quantity=-1),)}, INVALID, "lines.0.quantity"),
    ("purchase", {"certificate_ids": ("CER-1", "")}, REQUIRED, "certificateIds.1"),
    ("change", {"new_lines": (), "lines": (), "subscriptions": ()}, REQUIRED, ""),
    ("change", {"new_lines": (line(quantity=0),)}, INVALID, "newLines.0.quantity"),
    ("change", {"new_lines": (line(""),)}, REQUIRED, "newLines.0.itemId"),
    ("change", {"lines": (LineChange(line_id=line_ref(1), quantity=-1),)}, INVALID, "lines.0.quantity"),
    ("change", {"lines": (LineChange(line_id=line_ref(1, OTHER), quantity=1),)}, INVALID, "lines.0.lineId"),
    (
        "change",
        {
            "lines": (
                LineChange(line_id=line_ref(1), quantity=1),
                LineChange(line_id=order_line_ref(1), quantity=2),
            )
        },
        INVALID,
        "lines.1.lineId",
    ),
    ("change", {"subscriptions": (of_subscription(1), of_subscription(1))}, INVALID, "subscriptions.1.subscriptionId"),
    ("change", {"subscriptions": (of_subscription(1, 1),)}, INVALID, "subscriptions.0.lines.0.lineId"),
    ("change", {"subscriptions": (of_subscription(1, auto_renew=True),)}, HERE, "subscriptions.0.autoRenew"),
    ("change", {"external_id": "  "}, INVALID, "externalId"),
    ("change", {"certificate_ids": ("",)}, REQUIRED, "certificateIds.0"),
    ("termination", {"line_ids": (), "subscription_ids": ()}, REQUIRED, ""),
    ("termination", {"line_ids": (line_ref(1, OTHER),)}, INVALID, "lineIds.0"),
    ("termination", {"line_ids": (line_ref(1), line_ref(1))}, INVALID, "lineIds.1"),
    ("termination", {"subscription_ids": (subscription_ref(1),) * 2}, INVALID, "subscriptionIds.1"),
    ("configuration", {"subscriptions": ()}, REQUIRED, "subscriptions"),
    ("configuration", {"subscriptions": (of_subscription(1, 1),)}, HERE, "subscriptions.0.lines"),
    ("configuration", {"external_id": ""}, INVALID, "externalId"),
    ("termination", {"external_id": "x" * 501}, UserErrorCode.TOO_LARGE, "externalId"),
]


@pytest.mark.parametrize(("name", "changes", "code", "path"), BROKEN, ids=lambda one: str(one)[:40])
def test_a_broken_rule_is_told_at_its_place(name: str, changes: dict[str, Any], code: UserErrorCode, path: str) -> None:
    where = (*AT, name, *(path.split(".") if path else ()))
    assert told(OrderDraft(**{name: replace(WHOLE[name], **changes)})) == [(code, where)]


PARAMETERS: list[tuple[ParameterDraft, UserErrorCode, str]] = [
    (ParameterDraft(key="PAR-1", external_id="a", value=1), INVALID, ""),
    (ParameterDraft(value=1), REQUIRED, ""),
    (ParameterDraft(key="", external_id="", value=1), REQUIRED, ""),
    (ParameterDraft(key="PAR-1"), REQUIRED, "value"),
    (ParameterDraft(key="PAR-1", value=1, error=Remark(message="no")), HERE, "error"),
    (ParameterDraft(key="PAR-1", value=1, error=None), HERE, "error"),
    (ParameterDraft(key="PAR-1", value=float("inf")), INVALID, "value"),
    (ParameterDraft(key="PAR-1", value=2**64), INVALID, "value"),
    (ParameterDraft(key="PAR-1", value={"a": "\ud800"}), INVALID, "value"),
    (ParameterDraft(key="PAR-1", value="x" * rules.VALUE_BYTES), UserErrorCode.TOO_LARGE, "value"),
]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize(("draft", "code", "path"), PARAMETERS, ids=lambda one: repr(one)[:40])
def test_a_parameter_has_one_name_and_a_value_that_json_can_say(
    name: str, draft: ParameterDraft, code: UserErrorCode, path: str
) -> None:
    parameters = (by_name("fine", None), draft)
    where = (*AT, name, "orderingParameters", "1", *([path] if path else ()))
    assert told(OrderDraft(**{name: replace(WHOLE[name], ordering_parameters=parameters)})) == [(code, where)]


def test_a_parameter_named_twice_is_told_once() -> None:
    twice = (by_name("a", 1), ParameterDraft(key="b", value=1), by_name("a", 2))
    where = (*AT, "purchase", "orderingParameters", "2")
    assert told(OrderDraft(purchase=replace(PURCHASE, ordering_parameters=twice))) == [(INVALID, where)]


@pytest.mark.parametrize("depth", [51, 300, 600])
def test_a_value_nested_beyond_what_can_be_read_back_is_a_mistake_and_no_crash(depth: int) -> None:
    nested: Any = 1
    for _ in range(depth):
        nested = {"a": nested}
    draft = replace(PURCHASE, ordering_parameters=(by_name("a", nested),))
    assert told(OrderDraft(purchase=draft)) == [(INVALID, (*AT, "purchase", "orderingParameters", "0", "value"))]


def test_a_value_nested_as_deeply_as_can_be_read_back_is_let_through() -> None:
    nested: Any = 1
    for _ in range(50):
        nested = {"a": nested}
    assert told(OrderDraft(purchase=replace(PURCHASE, ordering_parameters=(by_name("a", nested),)))) == []


def test_the_vendor_may_tell_of_errors_and_is_held_to_their_length() -> None:
    def of(error: Remark | None) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
        found = rules.parameters((ParameterDraft(key="a", error=error),), AT, "vendor")
        return [(one.code, one.field) for one in found]

    assert of(Remark(message="x" * 4_000)) == of(None) == []
    assert of(Remark(message="x" * 4_001)) == [(INVALID, (*AT, "0", "error", "message"))]
    assert of(Remark(message=" ")) == [(REQUIRED, (*AT, "0", "error", "message"))]


def test_all_broken_rules_are_told_at_once() -> None:
    draft = replace(PURCHASE, licensee_id="", lines=(line("", 0),), external_id="")
    assert [path for _, path in told(OrderDraft(purchase=draft))] == [
        (*AT, "purchase", *rest)
        for rest in (("licenseeId",), ("lines", "0", "itemId"), ("lines", "0", "quantity"), ("externalId",))
    ]


@given(orders)
def test_any_order_that_keeps_the_rules_is_let_through(draft: OrderDraft) -> None:
    assert told(draft) == []


def quantity(one: Any) -> tuple[Any, str] | None:
    lines = one.lines or one.new_lines
    if not lines:
        return None
    name = "lines" if one.lines else "new_lines"
    path = "lines" if one.lines else "newLines"
    return replace(one, **{name: (*lines[:-1], replace(lines[-1], quantity=-1))}), f"{path}.{len(lines) - 1}.quantity"


def doubled(one: Any, name: str, path: str) -> tuple[Any, str] | None:
    known = getattr(one, name)
    return (replace(one, **{name: (*known, known[0])}), f"{path}.{len(known)}") if known else None


MUTATIONS: dict[str, list[Callable[[Any], tuple[Any, str] | None]]] = {
    "purchase": [
        lambda one: (replace(one, licensee_id=""), "licenseeId"),
        lambda one: (replace(one, lines=()), "lines"),
        quantity,
    ],
    "change": [
        lambda one: (replace(one, external_id=""), "externalId"),
        quantity,
        lambda one: doubled(one, "lines", "lines"),
        lambda one: (replace(one, subscriptions=(*one.subscriptions, one.subscriptions[0])), "subscriptions"),
    ],
    "termination": [
        lambda one: doubled(one, "line_ids", "lineIds"),
        lambda one: doubled(one, "subscription_ids", "subscriptionIds"),
    ],
    "configuration": [
        lambda one: (replace(one, subscriptions=()), "subscriptions"),
        lambda one: doubled(one, "ordering_parameters", "orderingParameters"),
    ],
}


@given(orders, st.data())
def test_one_thing_changed_to_break_a_rule_is_told_there_and_nowhere_else(
    draft: OrderDraft, data: st.DataObject
) -> None:
    name, one = draft.chosen
    broken = data.draw(st.sampled_from(MUTATIONS[name]))(one)
    if broken is None:
        return
    changed, path = broken
    fields = {field for _, field in told(OrderDraft(**{name: changed}))}
    where = (*AT, name, *path.split("."))
    assert fields
    assert all(field is not None and field[: len(where)] == where for field in fields)


def test_lines_of_orders_are_left_to_the_vendor_for_they_tell_no_agreement() -> None:
    lines = (LineChange(line_id=order_line_ref(1, Ref.of("swo", Kind.ORDER, "ORD-9")), quantity=1),)
    draft = replace(CHANGE, agreement_id=AGREEMENT, lines=lines)
    assert told(OrderDraft(change=draft)) == []
