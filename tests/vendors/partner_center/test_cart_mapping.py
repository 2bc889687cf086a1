"""What is sent of a cart, value by value, and what stays as it is when a cart changes."""

from __future__ import annotations

import copy
import json
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.cart import ParticipantRole
from gateway.model.values import BillingCycle
from gateway.model.writing import ABSENT, UserErrorCode
from gateway.upstream.client import _literal
from gateway.vendors.commands import Amount, CartLinePatch, CommitmentDraft, Pair, UpdateCart
from gateway.vendors.partner_center import mapping_carts, mapping_commerce
from gateway.vendors.partner_center.mapping_cart_writes import created, digest, numbered, patched
from gateway.vendors.partner_center.recognition import groups, marks, shows
from gateway.vendors.partner_center.rules_change import of_change, of_order
from tests.vendors.partner_center import samples
from tests.vendors.partner_center.cart_samples import CART, FULL_BODY, FULL_CREATE, FULL_LINE, addon, draft
from tests.vendors.partner_center.samples import payload

BEFORE = """{
  "id": "a1d3c7f2-6b58-4e0f-9d24-77c0e5b8f310",
  "creationTimestamp": "2026-02-03T09:15:11.5514900Z",
  "lastModifiedTimestamp": "2026-02-03T09:15:11.5515713Z",
  "expirationTimestamp": "2026-02-10T09:15:17.2480482Z",
  "status": "Active",
  "unheardOf": {"deep": [1, {"rate": 0.10}, null, "x"]},
  "lineItems": [
    {"id": 0, "catalogItemId": "91FD106F-4B2C-4938-95AC-F54F74E9A239", "quantity": 5, "billingCycle": "Annual",
     "FriendlyName": "Plant 1", "novel": {"n": 1.50}, "orderGroup": "OMS-0", "pricing": {"price": 10.00},
     "error": {"errorCode": 10013},
     "addonItems": [
       {"id": 1, "catalogItemId": "796B6B5F-613C-4E24-A17C-EBA730D49C02", "quantity": 1, "billingCycle": "annual",
        "novel": true, "addonItems": [{"id": 2, "catalogItemId": "C", "quantity": 1, "billingCycle": "annual"}]},
       {"id": 3, "catalogItemId": "D", "quantity": 1, "billingCycle": "annual"}]},
    {"id": 4, "catalogItemId": "A:B:C", "quantity": 2, "billingCycle": "monthly", "termDuration": "P1Y",
     "pricing": {"price": 20.60}, "orderGroup": "0"}],
  "attributes": {"objectType": "Cart", "etag": "t"}
}"""
NOW = samples.NOW


def before() -> Any:
    return payload(BEFORE)


def update(*patches: CartLinePatch, **more: Any) -> UpdateCart:
    return UpdateCart(cart_id=CART, set_lines=patches, **more)


def laid_over(*patches: CartLinePatch, **more: Any) -> Any:
    """The cart after the change; the one it was made from must not have changed."""
    raw = before()
    after = patched(raw, update(*patches, **more))
    assert raw == before()
    return after


def read(raw: Any) -> Any:
    return mapping_carts.cart(raw, samples.ACCOUNT, CART.parts[0], NOW)


def test_every_documented_field_of_a_new_cart_is_sent_as_the_vendor_writes_it() -> None:
    body = created(FULL_CREATE)
    assert body == payload(FULL_BODY)
    sent = orjson.dumps(body, default=_literal)
    assert json.loads(sent) == json.loads(FULL_BODY)
    assert b'"amount":7.25,' in sent


def test_what_is_sent_reads_back_as_what_was_meant() -> None:
    body = created(FULL_CREATE) | {"id": "a1d3c7f2-6b58-4e0f-9d24-77c0e5b8f310"}
    line, other = read(body).lines
    assert (line.billing_cycle, line.quantity, line.item.key) == (BillingCycle.TRIENNIAL, 5, FULL_LINE.catalog_item_id)
    assert line.custom_term_end_date == FULL_LINE.custom_term_end_date
    assert [one.role for one in line.participants] == [one.role for one in FULL_LINE.participants or ()]
    assert [(one.key, one.value) for one in line.provisioning_context] == [
        (one.key, one.value) for one in FULL_LINE.provisioning_context or ()
    ]
    assert line.scheduled_next_term_instructions.product.billing_cycle is BillingCycle.BIENNIAL
    assert (other.line_id, other.friendly_name) == (4, "Suite for Bern")


def test_words_for_every_cycle_and_part_that_can_be_asked_for_read_back_as_themselves() -> None:
    for cycle in set(BillingCycle) - {BillingCycle.UNKNOWN}:
        (line,) = created(replace(FULL_CREATE, lines=(draft(billing_cycle=cycle),)))["lineItems"]
        assert mapping_commerce.BILLING_CYCLES[line["billingCycle"].replace("_", "")] is cycle
    for role in set(ParticipantRole) - {ParticipantRole.UNKNOWN}:
        one = replace((FULL_LINE.participants or ())[0], role=role)
        (line,) = created(replace(FULL_CREATE, lines=(draft(participants=(one,)),)))["lineItems"]
        assert mapping_carts.ROLES[line["participants"][0]["key"].replace("_", "")] is role


def test_what_was_left_out_is_not_sent() -> None:
    body = created(replace(FULL_CREATE, lines=(addon(),), partner_on_record_attestation_accepted=None))
    assert body == {
        "lineItems": [{"id": 0, "catalogItemId": addon().catalog_item_id, "quantity": 2, "billingCycle": "monthly"}]
    }


def test_a_moment_in_another_zone_is_sent_in_utc() -> None:
    there = datetime(2027, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    (line,) = created(replace(FULL_CREATE, lines=(draft(custom_term_end_date=there),)))["lineItems"]
    assert line["customTermEndDate"] == "2026-12-31T23:30:00Z"


@pytest.mark.parametrize(("one", "other"), [("1.50", "1.5"), ("100", "100.000"), ("0.0", "0"), ("1E+2", "100")])
def test_amounts_that_are_equal_are_sent_as_equal_bytes(one: str, other: str) -> None:
    bodies = [
        orjson.dumps(
            created(
                replace(
                    FULL_CREATE,
                    lines=(
                        draft(
                            purchase_commitment=CommitmentDraft(
                                amount=Amount(amount=Decimal(text), currency="EUR"), grain="hourly"
                            )
                        ),
                    ),
                )
            ),
            default=_literal,
        )
        for text in (one, other)
    ]
    assert bodies[0] == bodies[1]


def test_an_amount_keeps_all_its_digits() -> None:
    long = Amount(amount=Decimal("12345678901234567890123.4567890123456789"), currency="EUR")
    (line,) = created(
        replace(FULL_CREATE, lines=(draft(purchase_commitment=CommitmentDraft(amount=long, grain="hourly")),))
    )["lineItems"]
    assert line["purchaseCommitment"]["amount"] == long.amount


def test_a_digest_tells_bodies_apart() -> None:
    assert digest(created(FULL_CREATE)) == digest(created(copy.deepcopy(FULL_CREATE)))
    assert digest(created(FULL_CREATE)) != digest(created(replace(FULL_CREATE, lines=FULL_CREATE.lines[:1])))


def test_a_change_touches_what_it_names_and_nothing_else() -> None:
    expected = before()
    line = expected["lineItems"][0]
    line |= {"quantity": 7, "FriendlyName": "Plant 2"}
    for worked_out in ("orderGroup", "pricing", "error"):
        del line[worked_out]
    assert laid_over(CartLinePatch(line_id=0, quantity=7, friendly_name="Plant 2")) == expected


def test_null_takes_a_field_out_and_every_field_can_be_set() -> None:
    whole = CartLinePatch(line_id=4, **{one.name: getattr(FULL_LINE, one.name) for one in fields(FULL_LINE)})
    line = laid_over(whole)["lineItems"][1]
    expected = payload(FULL_BODY)["lineItems"][0] | {"id": 4}
    first, second = expected["addonItems"]
    first["id"], first["addonItems"][0]["id"], second["id"] = 5, 6, 7
    assert line == expected
    cleared = CartLinePatch(line_id=0, friendly_name=None, addon_items=None, term_duration=None)
    line = laid_over(cleared)["lineItems"][0]
    assert set(line) == {"id", "catalogItemId", "quantity", "billingCycle", "novel"}


def test_add_ons_are_changed_and_removed_at_any_depth() -> None:
    after = laid_over(CartLinePatch(line_id=2, quantity=9), remove_lines=(3,))
    (below,) = after["lineItems"][0]["addonItems"]
    assert below["novel"] is True
    assert below["addonItems"][0]["quantity"] == 9
    assert after["lineItems"][0]["pricing"] == {"price": Decimal("10.00")}
    gone = laid_over(remove_lines=(0,))
    assert [line["id"] for line in gone["lineItems"]] == [4]


def test_new_lines_count_on_from_the_highest_number() -> None:
    after = laid_over(add_lines=(addon(addon_items=(addon(),)), draft()), remove_lines=(4,))
    assert [line["id"] for line in after["lineItems"]] == [0, 5, 7]
    assert after["lineItems"][1]["addonItems"][0]["id"] == 6
    fresh = laid_over(CartLinePatch(line_id=4, addon_items=(addon(),)), add_lines=(draft(),))
    assert [number for number, _ in numbered(fresh)] == [0, 1, 2, 3, 4, 5, 6]


def test_an_item_known_by_its_other_name_is_changed_under_one_name() -> None:
    raw = before()
    raw["lineItems"][1]["CatalogId"] = raw["lineItems"][1].pop("catalogItemId")
    line = patched(raw, update(CartLinePatch(line_id=4, catalog_item_id="D:E:F")))["lineItems"][1]
    assert {key: value for key, value in line.items() if "atalog" in key} == {"catalogItemId": "D:E:F"}


def test_the_attestation_is_kept_set_and_cleared() -> None:
    name = "partnerOnRecordAttestationAccepted"
    raw = before() | {"PartnerOnRecordAttestationAccepted": True}
    kept = patched(raw, update(CartLinePatch(line_id=4, quantity=3)))
    assert kept["PartnerOnRecordAttestationAccepted"] is True
    changed = patched(raw, update(partner_on_record_attestation_accepted=False))
    assert [value for key, value in changed.items() if key.lower() == name.lower()] == [False]
    cleared = patched(raw, update(partner_on_record_attestation_accepted=None))
    assert not [key for key in cleared if key.lower() == name.lower()]
    assert laid_over(partner_on_record_attestation_accepted=True)[name] is True


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5) | st.decimals(-100, 100, places=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=8,
)
OURS = {"id", "lineitems", "addonitems", "quantity", "error", "pricing", "ordergroup"}
strange = st.dictionaries(
    st.text(min_size=1, max_size=8).filter(lambda key: key.lower() not in OURS), documents, max_size=4
)


@given(strange, strange, strange)
def test_fields_unknown_here_go_back_with_their_values(cart: Any, line: Any, below: Any) -> None:
    raw = {
        **cart,
        "id": "x",
        "lineItems": [
            {**line, "id": 0, "quantity": 1, "addonItems": [{**below, "id": 1, "quantity": 1}]},
            {**line, "id": 2, "quantity": 1},
        ],
    }
    after = patched(raw, update(CartLinePatch(line_id=1, quantity=2), CartLinePatch(line_id=2, quantity=3)))
    first, second = after["lineItems"]
    assert {key: value for key, value in after.items() if key in cart} == cart
    assert (first["addonItems"][0], second) == ({**below, "id": 1, "quantity": 2}, {**line, "id": 2, "quantity": 3})
    assert {key: value for key, value in first.items() if key in line} == line


UNFIT: tuple[tuple[dict[str, Any], dict[str, Any], list[tuple[str, UserErrorCode]]], ...] = (
    ({}, {"add_lines": (draft(),), "expected_updated_at": NOW}, [("expectedUpdatedAt", UserErrorCode.STALE)]),
    (
        {"lastModifiedTimestamp": None},
        {"add_lines": (draft(),), "expected_updated_at": NOW},
        [("expectedUpdatedAt", UserErrorCode.STALE)],
    ),
    (
        {"expirationTimestamp": "2026-02-03T23:59:59Z"},
        {"add_lines": (draft(),)},
        [("cartId", UserErrorCode.EXPIRED)],
    ),
    ({"status": "Ordered"}, {"add_lines": (draft(),)}, [("cartId", UserErrorCode.INVALID)]),
    (
        {},
        {"set_lines": (CartLinePatch(line_id=0), CartLinePatch(line_id=9)), "remove_lines": (8, 4)},
        [("setLines.1.lineId", UserErrorCode.NOT_FOUND), ("removeLines.0", UserErrorCode.NOT_FOUND)],
    ),
    ({}, {"remove_lines": (4, 0)}, [("removeLines", UserErrorCode.INVALID)]),
    (
        {},
        {"set_lines": (CartLinePatch(line_id=2, quantity=2),), "remove_lines": (0,)},
        [("setLines.0.lineId", UserErrorCode.INVALID)],
    ),
    (
        {},
        {"set_lines": (CartLinePatch(line_id=0, addon_items=(addon(),)),), "remove_lines": (3,)},
        [("removeLines.0", UserErrorCode.INVALID)],
    ),
    ({}, {"remove_lines": (0, 2, 1)}, []),
    ({}, {"remove_lines": (4, 0), "add_lines": (draft(),)}, []),
    ({}, {"expected_updated_at": datetime.fromisoformat("2026-02-03T09:15:11.551571+00:00")}, []),
)


@pytest.mark.parametrize(("cart", "command", "expected"), UNFIT)
def test_a_change_has_to_fit_the_cart(
    cart: dict[str, Any], command: dict[str, Any], expected: list[tuple[str, UserErrorCode]]
) -> None:
    raw = before() | cart
    errors = of_change(UpdateCart(cart_id=CART, **command), raw, read(raw))
    assert [(".".join(error.field or ()), error.code) for error in errors] == expected


def test_faulty_lines_and_an_expired_cart_are_not_checked_out() -> None:
    raw = before()
    raw["lineItems"][0]["addonItems"][1]["error"] = {"errorCode": 10001}
    (error,) = of_order(read(raw))
    assert (error.code, error.field) == (UserErrorCode.LINE_ERRORS, ("cartId",))
    assert error.message.startswith("Lines 0, 3:")
    del raw["lineItems"][0]
    assert of_order(read(raw)) == []
    assert of_order(read(raw | {"status": "Ordered"})) == []
    assert [e.code for e in of_order(read(raw | {"expirationTimestamp": "2026-02-03T00:00:00Z"}))] == [
        UserErrorCode.EXPIRED
    ]


def test_a_cart_is_known_again_by_what_was_asked_for() -> None:
    change = CartLinePatch(line_id=4, quantity=3, promotion_id="X:Y:Z", friendly_name=None)
    wanted = marks(read(laid_over(change)))
    landed = laid_over(change)
    landed["lineItems"].reverse()
    landed["lineItems"][0] |= {"id": 0, "currencyCode": "EUR", "billingCycle": "Monthly", "pricing": {"price": 1}}
    landed["lineItems"][1]["promotionId"] = "given:by:vendor"
    assert shows(read(landed), wanted)
    assert not shows(read(before()), wanted)
    for spoiled in ({"quantity": 4}, {"promotionId": None}, {"termDuration": "P3Y"}, {"attestationAccepted": True}):
        other = copy.deepcopy(landed)
        other["lineItems"][0] |= spoiled
        assert not shows(read(other), wanted), spoiled
    del landed["lineItems"][1]
    assert not shows(read(landed), wanted)


def test_a_full_line_is_known_again_whatever_the_spelling() -> None:
    body = payload(FULL_BODY) | {"id": "a1d3c7f2-6b58-4e0f-9d24-77c0e5b8f310"}
    wanted = marks(read(body))
    text = FULL_BODY.replace("7.25", "7.2500").replace('"biennial"', '"Biennial"').replace('"triennial"', '"Triennial"')
    text = text.replace("23:59:59Z", "23:59:59.000+00:00").replace(
        '{"termDuration": "P1M"}', '[{"termDuration": "P1M"}]'
    )
    assert text != FULL_BODY
    assert shows(read(payload(text) | {"id": body["id"]}), wanted)


def test_an_add_on_without_a_group_goes_with_its_line() -> None:
    assert groups(read(before())) == {
        "OMS-0": [
            ("796b6b5f-613c-4e24-a17c-eba730d49c02", 1),
            ("91fd106f-4b2c-4938-95ac-f54f74e9a239", 5),
            ("c", 1),
            ("d", 1),
        ],
        "0": [("a:b:c", 2)],
    }


def test_a_key_of_the_context_may_be_anything() -> None:
    context = (Pair(key="parentSubscriptionId", value=""), Pair(key="größe", value="x"))
    (line,) = created(replace(FULL_CREATE, lines=(draft(provisioning_context=context),)))["lineItems"]
    assert line["provisioningContext"] == {"parentSubscriptionId": "", "größe": "x"}


def test_a_patch_that_names_nothing_changes_nothing_but_what_the_vendor_works_out() -> None:
    assert all(getattr(CartLinePatch(line_id=1), one.name) is ABSENT for one in fields(CartLinePatch)[1:])
    assert laid_over(CartLinePatch(line_id=1)) == before()
