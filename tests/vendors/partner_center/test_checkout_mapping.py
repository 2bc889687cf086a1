"""What a checkout's answer says, in each of its forms, and which line of the input a refusal is about."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import VendorBadAnswer
from gateway.model.ref import Kind
from gateway.vendors.commands import CartLineDraft, CartLinePatch
from gateway.vendors.partner_center.blame import BLAMED, of_lines
from gateway.vendors.partner_center.mapping_checkout import MAX_REMARKS, CheckedOut, GroupError, checked_out
from tests.vendors.partner_center.cart_samples import FULL_LINE, addon, draft
from tests.vendors.partner_center.samples import ACCOUNT, CHECKOUT, CUSTOMER, ORDER, payload, ref


def read(body: Any) -> CheckedOut:
    return checked_out(body, ACCOUNT, CUSTOMER)


def test_orders_errors_and_remarks_stand_side_by_side() -> None:
    answer = read(payload(CHECKOUT))
    assert list(answer.orders) == [ref(Kind.ORDER, "7c41e9b05d2a")]
    assert answer.errors == (GroupError("3", 900121, "Insufficient credit limit."),)
    assert answer.remarks == ('{"remark":1.50}',)


def test_a_bare_order_is_read_as_the_one_that_was_placed() -> None:
    answer = read(payload(ORDER))
    assert list(answer.orders) == [ref(Kind.ORDER, "7c41e9b05d2a")]
    assert (answer.errors, answer.remarks) == ((), ())


def test_one_side_may_be_missing() -> None:
    assert read({"orders": [{"id": "1"}], "orderErrors": None}).errors == ()
    assert read({"OrderErrors": [{}]}) == CheckedOut({}, (GroupError("", None, None),), ())


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"orders": []},
        {"orders": [], "orderErrors": []},
        {"orders": {"id": "1"}},
        {"orders": [{"status": "pending"}]},
        {"id": "1"},
    ],
)
def test_an_answer_that_names_nothing_is_none(body: Any) -> None:
    with pytest.raises(VendorBadAnswer):
        read(body)


def test_remarks_of_any_shape_become_bounded_texts() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    given = [None, "a\u0007b", 3, True, {"a": ["ü"]}, deep, "y" * 5_000]
    texts = read({"orders": [{"id": "1"}], "additionalInformation": given}).remarks
    assert texts[:6] == ("null", '"a\\u0007b"', "3", "true", '{"a":["ü"]}', "")
    assert len(texts[6]) == 1_000
    many = {"orders": [{"id": "1"}], "additionalInformation": ["x"] * (MAX_REMARKS + 1)}
    assert len(read(many).remarks) == MAX_REMARKS
    assert read({"orders": [{"id": "1"}], "additionalInformation": "x"}).remarks == ()


def test_the_one_line_that_has_the_field_is_blamed() -> None:
    lists = {"lines": (draft(), draft(currency="JPY"))}
    assert of_lines(lists)["900169"] == ("lines", "1", "currency")
    nested = {"lines": (draft(), addon(addon_items=(addon(), addon(attestation_accepted=False))))}
    assert of_lines(nested)["900203"] == ("lines", "1", "addonItems", "1", "attestationAccepted")
    patches: dict[str, tuple[CartLinePatch, ...]] = {
        "setLines": (CartLinePatch(line_id=4, quantity=3), CartLinePatch(line_id=1)),
        "addLines": (),
    }
    assert of_lines(patches) == {
        code: ("setLines", "0", "quantity") for code, (_, n) in BLAMED.items() if n == "quantity"
    }


def test_of_several_lines_their_list_is_blamed_and_of_several_lists_none() -> None:
    assert of_lines({"lines": (draft(currency="EUR"), draft(currency="JPY"))})["900169"] == ("lines",)
    assert "900169" not in of_lines({"lines": (draft(),)})
    both: dict[str, tuple[CartLineDraft | CartLinePatch, ...]] = {
        "setLines": (CartLinePatch(line_id=4, currency="EUR"),),
        "addLines": (draft(currency="JPY"),),
    }
    assert "900169" not in of_lines(both)


def test_every_code_has_its_field_in_the_input() -> None:
    paths = of_lines({"lines": (FULL_LINE,)})
    assert {code for code, path in paths.items() if path[:2] == ("lines", "0")} >= {
        "900169",
        "900203",
        "900242",
        "800015",
    }
    assert set(paths) == set(BLAMED)
