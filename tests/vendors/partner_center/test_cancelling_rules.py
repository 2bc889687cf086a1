"""When ending a subscription is the same as cancelling its line, and what the vendor is sent for either way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.agreement import ProductSubscription
from gateway.model.order import Order
from gateway.model.ref import Kind
from gateway.model.writing import UserErrorCode
from gateway.vendors.commands import CancelOrder, Remark
from gateway.vendors.partner_center import mapping
from gateway.vendors.partner_center import rules_cancelling as rules
from gateway.vendors.partner_center.mapping_cancelling import (
    if_match,
    order_cancelled,
    order_tag,
    request_id,
    subscription_ended,
    subscription_tag,
)
from gateway.vendors.partner_center.mapping_subscriptions import subscription
from gateway.vendors.reading import Row
from tests.vendors.partner_center.samples import ACCOUNT, CUSTOMER, NOW
from tests.vendors.partner_center.samples import ORDER as ORDER_TEXT
from tests.vendors.partner_center.samples import SUBSCRIPTION as SUBSCRIPTION_TEXT

ID = "DB1A2B3C-0000-4000-8000-000000000001"
OPEN = {
    "status": "active",
    "quantity": 11,
    "cancellationAllowedUntilDate": "2026-02-10T00:00:00Z",
    "refundableQuantity": {
        "totalQuantity": 11,
        "details": [{"quantity": 11, "allowedUntilDateTime": "2026-02-10T00:00:00Z"}],
    },
}
LATE = NOW + timedelta(days=30)


def order(**changes: Any) -> Order:
    return mapping.order(Row(json.loads(ORDER_TEXT) | changes, "order"), ACCOUNT, CUSTOMER)


def ordered(**changes: Any) -> ProductSubscription:
    """What the order's line began, with its window open unless a change says otherwise."""
    document = json.loads(SUBSCRIPTION_TEXT) | OPEN | changes
    return subscription(Row({k: v for k, v in document.items() if v is not None}, "subscription"), ACCOUNT, CUSTOMER)


def why(known: ProductSubscription | None, *, whole: Order | None = None) -> UserErrorCode | None:
    found = whole or order()
    reason = rules.obstacle(found.lines[0], known, found, NOW)
    return None if reason is None else reason[0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": "suspended"},
        {"status": "Active"},
        {"orderId": "7C41E9B05D2A"},
        {"orderId": "8d52fac16e3b"},  # by the order's alternate id
        {"refundableQuantity": None},
        {"refundableQuantity": {"totalQuantity": 11}},
        {"unitType": "Usage-based", "cancellationAllowedUntilDate": None, "refundableQuantity": None},
    ],
)
def test_what_is_exactly_the_line_may_end(changes: Mapping[str, Any]) -> None:
    assert why(ordered(**changes)) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"orderId": "0123456789ab"}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"orderId": None}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"quantity": 12}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"quantity": 10}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"quantity": None}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"status": "pending"}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"status": "disabled"}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"status": None}, UserErrorCode.NOT_ALLOWED_HERE),
        ({"cancellationAllowedUntilDate": NOW.isoformat()}, UserErrorCode.EXPIRED),
        ({"cancellationAllowedUntilDate": None}, UserErrorCode.EXPIRED),
        ({"cancellationAllowedUntilDate": "0001-01-01T00:00:00"}, UserErrorCode.EXPIRED),
        ({"unitType": "Usage-based", "cancellationAllowedUntilDate": "2026-02-01"}, UserErrorCode.EXPIRED),
        ({"refundableQuantity": {"totalQuantity": 10}}, UserErrorCode.EXPIRED),
        (
            {
                "refundableQuantity": {
                    "totalQuantity": 11,
                    "details": [
                        {"quantity": 6, "allowedUntilDateTime": "2026-02-10T00:00:00Z"},
                        {"quantity": 5, "allowedUntilDateTime": "2026-02-03T00:00:00Z"},
                    ],
                }
            },
            UserErrorCode.EXPIRED,
        ),
    ],
)
def test_what_is_more_or_other_than_the_line_may_not(changes: Mapping[str, Any], code: UserErrorCode) -> None:
    assert why(ordered(**changes)) is code


def test_a_line_without_a_subscription_ends_nothing() -> None:
    assert why(None) is UserErrorCode.NOT_ALLOWED_HERE


@given(st.integers(0, 20), st.integers(0, 20), st.integers(-5, 5))
def test_only_equal_quantities_within_the_window_may_end(line: int, owned: int, days: int) -> None:
    document = json.loads(ORDER_TEXT)
    document["lineItems"][0]["quantity"] = line
    until = (NOW + timedelta(days=days)).isoformat()
    known = ordered(quantity=owned, cancellationAllowedUntilDate=until, refundableQuantity=None)
    assert (why(known, whole=order(lineItems=document["lineItems"])) is None) == (line == owned and days > 0)


@pytest.mark.parametrize(
    ("product", "unit", "way"),
    [
        ("OnlineServicesNCE", "Licenses", True),
        ("onlineServicesNce", "Licenses", True),
        ("SaaS", "Licenses", True),
        ("Azure", "Usage-based", True),
        ("Azure", "Benefit", False),
        ("Software", "none", False),
        ("OnlineServices", "Licenses", False),
        ("SomethingNew", "", False),
    ],
)
def test_the_way_is_known_from_the_kind_of_product(product: str, unit: str, way: bool) -> None:
    known = ordered(productType={"id": product, "displayName": product}, unitType=unit)
    assert rules.by_subscription(known) is way


def test_without_a_kind_of_product_the_way_is_not_known() -> None:
    assert not rules.by_subscription(ordered(productType=None))


def test_lines_are_cancelled_by_the_orders_status_or_by_their_quantity() -> None:
    lines = json.loads(ORDER_TEXT)["lineItems"]
    whole = order(status="cancelled")
    assert rules.cancelled(whole, whole.lines)
    some = order(status="completed", lineItems=[lines[0] | {"quantity": 0}, lines[0] | {"lineItemNumber": 5}])
    assert rules.cancelled(some, some.lines[:1])
    assert not rules.cancelled(some, some.lines)
    assert not rules.cancelled(some, ())


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"reason": Remark(message="x")}, UserErrorCode.NOT_ALLOWED_HERE, ("reason",)),
        ({"line_ids": ()}, UserErrorCode.REQUIRED, ("lineIds",)),
        ({"line_ids": (order().ref.child(Kind.LINE, "4"), order(id="0b").lines[0].ref)}, UserErrorCode.NOT_FOUND, None),
    ],
)
def test_each_rule_of_the_input_is_told_at_its_field(
    changes: Mapping[str, Any], code: UserErrorCode, field: tuple[str, ...] | None
) -> None:
    (error,) = rules.mistakes(CancelOrder(**{"order_id": order().ref, **changes}))
    assert (error.code, error.field) == (code, field or ("lineIds", "1"))


def test_a_plain_command_breaks_no_rule() -> None:
    known = order()
    command = CancelOrder(order_id=known.ref, line_ids=(known.lines[0].ref,), allow_delete=True)
    assert rules.mistakes(command) == []


def test_an_order_is_cancelled_whole_or_by_its_lines() -> None:
    known = order(attributes={})
    assert order_cancelled(known, None) == {"id": "7c41e9b05d2a", "status": "cancelled"}
    assert order_cancelled(known, known.lines) == {
        "id": "7c41e9b05d2a",
        "status": "cancelled",
        "lineItems": [{"lineItemNumber": 4, "offerId": "CFQ7TT00000A:000B:CFQ7TT00000C"}],
    }
    assert if_match(order_tag(known)) == {}


def test_a_legacy_order_is_sent_with_its_customer_and_tag() -> None:
    known = order()
    assert order_cancelled(known, None)["referenceCustomerId"] == CUSTOMER
    assert if_match(order_tag(known)) == {"If-Match": '"order-tag"'}


@pytest.mark.parametrize("tag", [None, "", 'a"b', "a\r\nX-Evil: 1", "größe"])
def test_a_tag_that_no_header_can_carry_is_left_out(tag: str | None) -> None:
    assert if_match(tag) == {}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1), values, max_size=6), st.sampled_from(["status", "Status", "STATUS"]))
def test_a_subscription_is_sent_back_with_everything_but_its_status(read: dict[str, Any], spelling: str) -> None:
    others = {name: value for name, value in read.items() if name.lower() != "status"}
    assert subscription_ended({**others, spelling: "active"}) == {**others, "status": "deleted"}


def test_a_subscriptions_tag_is_found() -> None:
    assert subscription_tag(json.loads(SUBSCRIPTION_TEXT)) == "subscription-tag"
    assert subscription_tag({}) is None


def test_a_repeat_has_the_same_request_id_and_another_body_another() -> None:
    write = uuid4()
    body = {"id": ID, "price": Decimal("1.50")}
    assert request_id(write, body) == request_id(write, dict(body))
    assert len({request_id(write, body), request_id(write, body | {"id": "x"}), request_id(uuid4(), body)}) == 3
    assert orjson.dumps(request_id(write, body))
