"""Carts made and changed at the emulator: lost answers, held carts, changes by others, processes that die."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import GatewayError, InProgress, Throttled
from gateway.model.cart import Cart, CartStatus
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle
from gateway.model.writing import UserErrorCode, WriteState
from gateway.vendors.base import CART, Limits
from gateway.vendors.commands import CartLinePatch, UpdateCart
from gateway.vendors.partner_center import mapping_cart_writes, repeats
from gateway.vendors.writes import CREATE_CART, UPDATE_CART
from tests.vendors.partner_center.cart_desk import (
    ANSWERS_LOST,
    BASIC,
    GONE,
    codes,
    creation,
    customer,
    desk,
    made,
    read,
    request_ids,
    stored,
)
from tests.vendors.partner_center.cart_samples import LEGACY, PARTICIPANTS, addon, draft

POST = "POST /v1/customers/*/carts"
GET = "GET /v1/customers/*/carts/*"
PUT = "PUT /v1/customers/*/carts/*"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "PAUSES", (0.02, 0.04, 0.08))


async def test_a_cart_is_made_in_one_call_and_shown_without_another() -> None:
    async with desk(noise=True) as one:
        before = set(stored(one))
        written = await one.run(CREATE_CART, creation(one, draft(), draft(BASIC, 2)))
        assert (written.state, written.replayed, written.user_errors) == (WriteState.DONE, False, ())
        assert one.calls() == {POST: 1}
        (number,) = set(stored(one)) - before
        assert written.outcome.refs["cart"] == (Ref.of("pc-1", Kind.CART, customer(one), number),)
        (primed,) = one.primed
        assert (primed.read, primed.key) == (CART, written.outcome.refs["cart"][0])
        assert primed.value == await read(one, primed.key)


async def test_a_cart_with_faulty_lines_is_made_and_its_lines_say_what_is_wrong() -> None:
    async with desk() as one:
        written = await one.run(CREATE_CART, creation(one, draft(GONE), draft(), draft(quantity=1, currency="JPY")))
        assert (written.state, written.user_errors) == (WriteState.DONE, ())
        cart = one.primed[0].value
        assert isinstance(cart, Cart)
        assert [line.error.code if line.error else None for line in cart.lines] == [10001, None, 10000]
        assert not cart.ready_for_checkout


async def test_add_ons_are_made_nested_and_numbered_as_sent() -> None:
    async with desk() as one:
        base = draft(LEGACY, term_duration=None, addon_items=(addon(addon_items=(addon(1),)), addon(3)))
        await one.run(CREATE_CART, creation(one, base, draft()))
        cart = one.primed[0].value
        assert isinstance(cart, Cart)
        first, second = cart.lines
        assert (first.line_id, second.line_id) == (0, 4)
        assert [line.line_id for line in first.addon_items] == [1, 3]
        assert [line.line_id for line in first.addon_items[0].addon_items] == [2]


async def test_a_broken_rule_costs_no_call_and_leaves_the_key_free() -> None:
    async with desk() as one:
        written = await one.run(CREATE_CART, creation(one, draft(quantity=0)))
        assert codes(written) == [(UserErrorCode.INVALID, ("lines", "0", "quantity"), None)]
        assert one.calls() == {}
        assert (await one.run(CREATE_CART, creation(one))).state is WriteState.DONE


@pytest.mark.parametrize(
    ("change", "knobs", "expected"),
    [
        (
            {"customer_key": "00000000-0000-0000-0000-000000000001"},
            {},
            (UserErrorCode.NOT_FOUND, ("customerKey",), "20002"),
        ),
        (
            {"lines": (draft(), draft(participants=(replace(PARTICIPANTS[0], partner_id="1"),)))},
            {},
            (UserErrorCode.NOT_FOUND, ("lines", "1", "participants"), "800015"),
        ),
        (
            {"lines": (draft(participants=(PARTICIPANTS[0],)),)},
            {"attestation_required": True},
            (UserErrorCode.ATTESTATION_REQUIRED, ("partnerOnRecordAttestationAccepted",), "900206"),
        ),
    ],
)
async def test_a_refusal_is_told_at_the_input_s_field_and_again_to_a_repeat(
    change: dict[str, Any], knobs: dict[str, Any], expected: tuple[UserErrorCode, tuple[str, ...], str]
) -> None:
    async with desk(noise=True) as one:
        one.office.set(**knobs)
        command = replace(creation(one), **change)
        written = await one.run(CREATE_CART, command)
        assert (written.state, codes(written)) == (WriteState.REFUSED, [expected])
        assert "\n" not in written.user_errors[0].message
        assert one.calls() == {POST: 1}
        again = await one.run(CREATE_CART, command)
        assert (again.user_errors, again.replayed) == (written.user_errors, True)
        assert one.calls() == {POST: 1}


async def test_an_item_that_is_not_available_is_refused_although_the_status_says_success() -> None:
    async with desk() as one:
        one.fault("ok_with_error", "POST", path="/carts$")
        written = await one.run(CREATE_CART, creation(one))
        assert codes(written) == [(UserErrorCode.NOT_FOUND, ("lines", "0", "catalogItemId"), "400072")]
        assert (written.state, one.calls()) == (WriteState.REFUSED, {POST: 1})


@pytest.mark.parametrize("kind", ANSWERS_LOST)
async def test_a_lost_answer_is_asked_for_again_and_the_cart_made_once(kind: str) -> None:
    async with desk() as one:
        before = set(stored(one))
        one.fault(kind, "POST", path="/carts$", seconds=0.3)
        written = await one.run(CREATE_CART, creation(one))
        assert written.state is WriteState.DONE
        assert one.calls() == {POST: 2}
        assert len(set(request_ids(one, "POST"))) == 1
        if kind == "delayed_commit":
            await one.office.desk.close()
        assert {ref.parts[1] for ref in written.outcome.refs["cart"]} == set(stored(one)) - before


async def test_an_answer_that_comes_too_late_is_a_lost_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        before = set(stored(one))
        monkeypatch.setattr(one.office.adapter._api._upstream, "_limits", Limits(timeout_seconds=0.2, max_retries=0))
        one.fault("late", "POST", path="/carts$", seconds=0.6)
        written = await one.run(CREATE_CART, creation(one))
        assert (written.state, one.calls()) == (WriteState.DONE, {POST: 2})
        assert len(set(stored(one)) - before) == 1


async def test_a_login_refused_on_the_way_is_renewed_and_the_cart_made_once() -> None:
    async with desk() as one:
        one.fault("unauthorized", "POST", path="/carts$")
        assert (await one.run(CREATE_CART, creation(one))).state is WriteState.DONE
        assert len(set(request_ids(one, "POST"))) == 1
        assert one.calls() == {POST: 2}
        one.fault("unauthorized", "POST", path="/carts$", times=None)
        with pytest.raises(GatewayError) as caught:
            await one.run(CREATE_CART, creation(one), key="other")
        assert caught.value.code == "VENDOR_DENIED"
        one.office.desk.clear()
        assert not (await one.run(CREATE_CART, creation(one), key="other")).replayed


async def test_a_throttled_creation_leaves_the_key_free() -> None:
    async with desk() as one:
        before = set(stored(one))
        one.fault("throttle", "POST", path="/carts$", retry_after=1)
        with pytest.raises(Throttled) as caught:
            await one.run(CREATE_CART, creation(one))
        assert caught.value.retry_after == 1
        written = await one.run(CREATE_CART, creation(one))
        assert (written.state, written.replayed) == (WriteState.DONE, False)
        assert len(set(stored(one)) - before) == 1


async def test_answers_that_stay_lost_end_as_unknown_until_a_repeat_finds_the_cart() -> None:
    async with desk() as one:
        before = set(stored(one))
        fault = one.fault("lost", "POST", path="/carts$", times=None)
        written = await one.run(CREATE_CART, creation(one))
        assert (written.state, written.outcome.candidates) == (WriteState.UNKNOWN, ())
        assert written.searched
        assert one.calls() == {POST: 4}
        one.office.desk.faults.remove(fault)
        again = await one.run(CREATE_CART, creation(one))
        assert (again.state, again.replayed) == (WriteState.DONE, True)
        assert one.calls() == {POST: 5}
        assert len(set(request_ids(one, "POST"))) == 1
        assert len(set(stored(one)) - before) == 1


async def test_after_an_hour_nothing_is_sent_again() -> None:
    async with desk() as one:
        one.fault("lost", "POST", path="/carts$", times=None)
        await one.run(CREATE_CART, creation(one))
        one.office.forget_calls()
        one.office.clock.now += timedelta(minutes=61)
        written = await one.run(CREATE_CART, creation(one))
        assert (written.state, one.calls()) == (WriteState.UNKNOWN, {})
        assert written.searched


async def test_a_creation_that_would_be_sent_as_other_bytes_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        one.fault("late", "POST", path="/carts$", seconds=60)
        await one.killed(CREATE_CART, creation(one), lambda: POST in one.calls())
        one.office.forget_calls()
        monkeypatch.setattr(mapping_cart_writes, "CYCLE_WORDS", dict.fromkeys(BillingCycle, "another version's"))
        assert (await one.run(CREATE_CART, creation(one))).state is WriteState.UNKNOWN
        assert one.calls() == {}


@pytest.mark.parametrize("kind", ["late", "latency"])
async def test_a_creation_whose_process_died_is_finished_by_the_next(kind: str) -> None:
    async with desk() as one:
        before = set(stored(one))
        one.fault(kind, "POST", path="/carts$", seconds=60)
        await one.killed(CREATE_CART, creation(one), lambda: POST in one.calls())
        written = await one.run(CREATE_CART, creation(one))
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert len(set(request_ids(one, "POST"))) == 1
        assert len(set(stored(one)) - before) == 1


async def test_a_change_is_read_put_back_and_shown_in_two_calls() -> None:
    async with desk(noise=True) as one:
        ref = await made(one, draft(), draft(BASIC, 2))
        known = await read(one, ref)
        one.office.forget_calls()
        command = UpdateCart(
            cart_id=ref,
            expected_updated_at=known.updated_at,
            set_lines=(CartLinePatch(line_id=0, quantity=7, friendly_name="Plant 2"),),
            add_lines=(draft(BASIC, 1, friendly_name="new"),),
            remove_lines=(1,),
            partner_on_record_attestation_accepted=True,
        )
        written = await one.run(UPDATE_CART, command)
        assert (written.state, written.outcome.refs["cart"], written.user_errors) == (WriteState.DONE, (ref,), ())
        assert one.calls() == {GET: 1, PUT: 1}
        cart = await read(one, ref)
        assert [(line.quantity, line.friendly_name) for line in cart.lines] == [(7, "Plant 2"), (1, "new")]
        assert cart.partner_on_record_attestation_accepted is True
        assert (cart.expires_at, one.primed[0].value) == (known.expires_at, cart)
        assert known.updated_at
        assert cart.updated_at
        assert cart.updated_at > known.updated_at


async def test_a_change_that_mends_a_line_makes_the_cart_ready_and_201_is_as_good() -> None:
    async with desk() as one:
        one.office.set(put_cart_status=201)
        ref = await made(one, draft(), draft(GONE))
        assert not (await read(one, ref)).ready_for_checkout
        patch = CartLinePatch(line_id=1, catalog_item_id=BASIC)
        await one.run(UPDATE_CART, UpdateCart(cart_id=ref, set_lines=(patch,)))
        assert (await read(one, ref)).ready_for_checkout


async def test_what_only_the_vendor_knows_goes_back_with_the_cart() -> None:
    async with desk() as one:
        ref = await made(one)
        stored(one)[ref.parts[1]].lines[0]["novelty"] = {"rate": 0.125, "codes": [1, None, "x"]}
        await one.run(UPDATE_CART, UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=3),)))
        line = stored(one)[ref.parts[1]].lines[0]
        assert (line["quantity"], line["novelty"]["rate"], line["novelty"]["codes"][0]) == (3, 0.125, 1)


async def test_a_stale_or_ordered_cart_takes_no_change() -> None:
    async with desk() as one:
        ref = await made(one)
        known = await read(one, ref)
        change = UpdateCart(
            cart_id=ref,
            expected_updated_at=known.updated_at,
            set_lines=(CartLinePatch(line_id=0, quantity=3),),
        )
        assert (await one.run(UPDATE_CART, change, key="first")).state is WriteState.DONE
        one.office.forget_calls()
        stale = await one.run(UPDATE_CART, change, key="second")
        assert codes(stale) == [(UserErrorCode.STALE, ("expectedUpdatedAt",), None)]
        stored(one)[ref.parts[1]].status = "Ordered"
        ordered = await one.run(UPDATE_CART, replace(change, expected_updated_at=None), key="third")
        assert codes(ordered) == [(UserErrorCode.INVALID, ("cartId",), None)]
        assert one.calls() == {GET: 2}


async def test_of_two_changes_at_once_one_is_stale() -> None:
    async with desk() as one:
        ref = await made(one)
        known = (await read(one, ref)).updated_at
        changes = [
            UpdateCart(cart_id=ref, expected_updated_at=known, set_lines=(CartLinePatch(line_id=0, quantity=quantity),))
            for quantity in (3, 4)
        ]
        written = await asyncio.gather(
            *(one.run(UPDATE_CART, change, key=str(number)) for number, change in enumerate(changes))
        )
        assert sorted(each.state.value for each in written) == ["done", "refused"]
        (stale,) = [each for each in written if each.state is WriteState.REFUSED]
        assert codes(stale) == [(UserErrorCode.STALE, ("expectedUpdatedAt",), None)]
        assert one.calls()[PUT] == 1


async def test_a_cart_that_is_gone_or_expired_is_told_so() -> None:
    async with desk() as one:
        ref = await made(one)
        change = UpdateCart(cart_id=ref, add_lines=(draft(),))
        one.office.clock.now += timedelta(days=8)
        assert codes(await one.run(UPDATE_CART, change)) == [(UserErrorCode.EXPIRED, ("cartId",), None)]
        one.office.set(cart_expired=True)
        assert codes(await one.run(UPDATE_CART, change)) == [(UserErrorCode.NOT_FOUND, ("cartId",), "800008")]
        assert one.calls() == {GET: 2}


async def test_unknown_lines_are_told_and_nothing_is_put() -> None:
    async with desk() as one:
        ref = await made(one)
        command = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=5, quantity=1),), remove_lines=(6,))
        assert codes(await one.run(UPDATE_CART, command)) == [
            (UserErrorCode.NOT_FOUND, ("setLines", "0", "lineId"), None),
            (UserErrorCode.NOT_FOUND, ("removeLines", "0"), None),
        ]
        assert one.calls() == {GET: 1}


async def test_a_held_cart_is_waited_for_each_time_with_a_new_request() -> None:
    async with desk() as one:
        ref = await made(one)
        one.office.set(cart_held=2)
        change = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=3),))
        assert (await one.run(UPDATE_CART, change)).state is WriteState.DONE
        assert one.calls() == {GET: 1, PUT: 3}
        assert len(set(request_ids(one, "PUT"))) == 3


async def test_a_cart_that_stays_held_leaves_the_key_free() -> None:
    async with desk() as one:
        ref = await made(one)
        one.office.set(cart_held=4)
        change = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=3),))
        with pytest.raises(InProgress) as caught:
            await one.run(UPDATE_CART, change)
        assert caught.value.retryable
        assert caught.value.retry_after
        written = await one.run(UPDATE_CART, change)
        assert (written.state, written.replayed) == (WriteState.DONE, False)
        assert one.calls() == {GET: 2, PUT: 5}


@pytest.mark.parametrize("kind", ANSWERS_LOST)
async def test_a_change_whose_answer_was_lost_is_put_again_as_the_same_request(kind: str) -> None:
    async with desk() as one:
        ref = await made(one)
        one.fault(kind, "PUT", seconds=0.3)
        change = UpdateCart(
            cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=3),), add_lines=(draft(BASIC, 1),)
        )
        assert (await one.run(UPDATE_CART, change)).state is WriteState.DONE
        assert one.calls() == {GET: 1, PUT: 2}
        assert len(set(request_ids(one, "PUT"))) == 1
        if kind == "delayed_commit":
            await one.office.desk.close()
        assert [line.quantity for line in (await read(one, ref)).lines] == [3, 1]


async def test_a_change_whose_answers_stay_lost_is_found_in_the_cart() -> None:
    async with desk() as one:
        ref = await made(one)
        one.fault("lost", "PUT", times=None)
        change = UpdateCart(cart_id=ref, add_lines=(draft(BASIC, 1),))
        assert (await one.run(UPDATE_CART, change)).state is WriteState.DONE
        assert one.calls() == {GET: 2, PUT: 4}
        assert len((await read(one, ref)).lines) == 2


async def test_a_change_that_never_arrived_is_unknown_and_made_by_a_repeat() -> None:
    async with desk() as one:
        ref = await made(one)
        fault = one.fault("drop", "PUT", times=None)
        change = UpdateCart(cart_id=ref, add_lines=(draft(BASIC, 1),))
        written = await one.run(UPDATE_CART, change)
        assert (written.state, written.outcome.refs["cart"]) == (WriteState.UNKNOWN, (ref,))
        one.office.desk.faults.remove(fault)
        again = await one.run(UPDATE_CART, change)
        assert (again.state, again.replayed) == (WriteState.DONE, True)
        assert len((await read(one, ref)).lines) == 2


async def test_a_change_that_never_arrived_is_not_seen_in_what_the_vendor_fills_in() -> None:
    async with desk() as one:
        ref = await made(one, draft(promotion_id="39NFJQT1PL41:0002:39NFJQT1Q5KL"))
        one.fault("drop", "PUT", times=None)
        change = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, promotion_id=None),))
        assert (await one.run(UPDATE_CART, change)).state is WriteState.UNKNOWN


@pytest.mark.parametrize("kind", ["late", "latency"])
async def test_an_attestation_whose_process_died_is_given_and_another_s_change_is_not_taken_for_it(kind: str) -> None:
    async with desk() as one:
        ref = await made(one)
        one.fault(kind, "PUT", seconds=60)
        change = UpdateCart(cart_id=ref, partner_on_record_attestation_accepted=True)
        await one.killed(UPDATE_CART, change, lambda: PUT in one.calls())
        other = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=5),))
        assert (await one.run(UPDATE_CART, other, key="other")).state is WriteState.DONE
        expected = WriteState.DONE if kind == "late" else WriteState.UNKNOWN
        assert (await one.run(UPDATE_CART, change)).state is expected


@pytest.mark.parametrize("kind", ["late", "latency"])
async def test_a_change_whose_process_died_is_made_once(kind: str) -> None:
    async with desk() as one:
        ref = await made(one)
        one.fault(kind, "PUT", seconds=60)
        change = UpdateCart(cart_id=ref, add_lines=(draft(BASIC, 1),))
        await one.killed(UPDATE_CART, change, lambda: PUT in one.calls())
        one.office.forget_calls()
        written = await one.run(UPDATE_CART, change)
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert one.calls() == ({GET: 1} if kind == "late" else {GET: 1, PUT: 1})
        assert len((await read(one, ref)).lines) == 2


async def test_a_change_that_somebody_else_overtook_is_unknown_and_not_made_again() -> None:
    async with desk() as one:
        ref = await made(one)
        one.fault("latency", "PUT", seconds=60)
        change = UpdateCart(cart_id=ref, add_lines=(draft(BASIC, 1),))
        await one.killed(UPDATE_CART, change, lambda: PUT in one.calls())
        other = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=9),))
        assert (await one.run(UPDATE_CART, other, key="other")).state is WriteState.DONE
        one.office.forget_calls()
        for _ in range(2):
            written = await one.run(UPDATE_CART, change)
            assert (written.state, written.outcome.refs["cart"]) == (WriteState.UNKNOWN, (ref,))
        assert one.calls() == {GET: 2}
        assert [line.quantity for line in (await read(one, ref)).lines] == [9]


async def test_a_change_of_a_cart_that_is_gone_since_stays_unknown() -> None:
    async with desk() as one:
        ref = await made(one)
        one.fault("late", "PUT", seconds=60)
        change = UpdateCart(cart_id=ref, add_lines=(draft(BASIC, 1),))
        await one.killed(UPDATE_CART, change, lambda: PUT in one.calls())
        one.office.set(cart_expired=True)
        assert (await one.run(UPDATE_CART, change)).state is WriteState.UNKNOWN


async def test_a_cart_read_anew_after_a_change_is_not_an_old_one() -> None:
    async with desk() as one:
        ref = await made(one)
        assert (await read(one, ref)).status is CartStatus.ACTIVE
        await one.run(UPDATE_CART, UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=3),)))
        assert (await read(one, ref)).lines[0].quantity == 3
