"""Carts checked out at the emulator: in whole and in part, with lost answers, twice, and by two at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import GatewayError, InProgress, StoreUnavailable
from gateway.model.order import Order, OrderStatus
from gateway.model.ref import Ref
from gateway.model.values import BillingCycle
from gateway.model.writing import UserError, UserErrorCode, WriteState, Written
from gateway.sandbox.partner_center.records import Order as Placed
from gateway.store.ledger import SqliteLedger
from gateway.vendors.base import ORDER, OrderFilter
from gateway.vendors.commands import CartLineDraft, CheckoutCart, UpdateCart
from gateway.vendors.partner_center import checkout, repeats
from gateway.vendors.writes import CHECKOUT_CART, UPDATE_CART
from tests.vendors.partner_center.cart_desk import (
    ANSWERS_LOST,
    BASIC,
    GONE,
    codes,
    customer,
    desk,
    made,
    read,
    request_ids,
    stored,
)
from tests.vendors.partner_center.cart_samples import LEGACY, addon, draft
from tests.vendors.partner_center.clerk import Clerk, becomes

GET = "GET /v1/customers/*/carts/*"
POST = "POST /v1/customers/*/carts/*/checkout"
LIST = "GET /v1/customers/*/orders"
ONE = "GET /v1/customers/*/orders/*"
ACCESS = "DG7GMGF0D7FV:0001:DG7GMGF0XXXX"
CREDIT = "DG7GMGF0FKZV:0001:DG7GMGF0FLK9"
STALE = "CFQ7TT00000B:0001:CFQ7TT0000BV"
WITHOUT_AGREEMENT = "SE"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "PAUSES", (0.02, 0.04, 0.08))
    monkeypatch.setattr(checkout, "PAUSES", (0.02, 0.04))


def once(item: str, quantity: int = 1) -> CartLineDraft:
    return draft(item, quantity, billing_cycle=BillingCycle.ONE_TIME, term_duration=None)


async def out(one: Clerk, cart: Ref, key: str = "k", **more: Any) -> Written:
    return await one.run(CHECKOUT_CART, CheckoutCart(cart_id=cart, **more), key=key)


def placed(one: Clerk, before: int) -> list[Placed]:
    return one.office.emulator.world.orders[before:]


def count(one: Clerk) -> int:
    return len(one.office.emulator.world.orders)


def numbers(written: Written) -> set[str]:
    return {ref.parts[1] for ref in written.outcome.refs.get("orders", ())}


async def listed(one: Clerk, key: str) -> list[Order]:
    step = await one.office.adapter.orders(OrderFilter(customer_keys=(key,)), None, 500, True)
    return list(step.rows)


@pytest.mark.parametrize("status", [200, 201])
async def test_a_cart_becomes_one_order_per_group_in_two_calls(status: int) -> None:
    async with desk(noise=True) as one:
        one.office.set(checkout_status=status)
        cart, before = await made(one, draft(), draft(BASIC, 2), once(ACCESS, 3)), count(one)
        written = await out(one, cart)
        assert (written.state, written.user_errors, written.replayed) == (WriteState.DONE, (), False)
        assert written.outcome.facts == {"checkedOut": True, "orderErrors": [], "additionalInformation": []}
        assert one.calls() == {GET: 1, POST: 1}
        assert len(written.outcome.refs["orders"]) == 2
        assert numbers(written) == {order.id for order in placed(one, before)}
        assert written.outcome.refs["cart"] == (cart,)


async def test_orders_in_the_answer_are_as_whole_as_by_themselves_and_shown_without_a_call() -> None:
    async with desk(noise=True) as one:
        one.office.set(provisioning_seconds=10**6)
        cart = await made(one, draft(friendly_name="Plant 1"), once(ACCESS))
        written = await out(one, cart)
        batch = one.office.adapter.reads.get(ORDER)
        assert batch is not None
        assert {primed.key for primed in one.primed} == set(written.outcome.refs["orders"])
        assert await batch([primed.key for primed in one.primed]) == {p.key: p.value for p in one.primed}
        statuses = {primed.value.status for primed in one.primed if isinstance(primed.value, Order)}
        assert statuses == {OrderStatus.PROCESSING, OrderStatus.ACTION_REQUIRED}


async def test_a_part_that_failed_is_told_with_its_group_and_tried_again_by_another_key() -> None:
    async with desk(noise=True) as one:
        cart, before = await made(one, draft(), once(CREDIT)), count(one)
        written = await out(one, cart)
        assert written.state is WriteState.PARTLY_DONE
        assert codes(written) == [(UserErrorCode.CREDIT_LIMIT, ("cartId",), "900121")]
        facts = written.outcome.facts
        ((group, code, message),) = facts["orderErrors"]
        assert (facts["checkedOut"], code) == (False, 900121)
        assert message
        assert group == (await read(one, cart)).lines[1].order_group
        assert written.user_errors[0].message == f"Group {group}: {message}"
        assert len(placed(one, before)) == 1

        assert await out(one, cart) == replace(written, replayed=True)
        one.office.set(credit_limited=False)
        again = await out(one, cart, key="other")
        assert (again.state, again.outcome.facts["checkedOut"]) == (WriteState.DONE, True)
        assert numbers(again) == {order.id for order in placed(one, before)}
        assert len(placed(one, before)) == 2


async def test_a_cart_that_was_ordered_in_part_takes_no_change() -> None:
    async with desk() as one:
        cart = await made(one, draft(), once(CREDIT))
        await out(one, cart)
        written = await one.run(UPDATE_CART, UpdateCart(cart_id=cart, remove_lines=(1,)), key="other")
        assert codes(written) == [(UserErrorCode.VENDOR_REFUSED, ("cartId",), "800065")]


async def test_a_cart_of_which_nothing_was_ordered_is_refused_and_says_why() -> None:
    async with desk() as one:
        cart, before = await made(one, once(CREDIT)), count(one)
        written = await out(one, cart)
        assert (written.state, written.outcome.refs["orders"]) == (WriteState.REFUSED, ())
        assert written.outcome.facts["orderErrors"][0][1] == 900121
        assert codes(written) == [(UserErrorCode.CREDIT_LIMIT, ("cartId",), "900121")]
        assert count(one) == before
        one.office.set(credit_limited=False)
        assert (await out(one, cart)).state is WriteState.REFUSED
        assert (await out(one, cart, key="other")).state is WriteState.DONE


async def test_faulty_lines_stop_the_checkout_before_the_call() -> None:
    async with desk() as one:
        base = draft(LEGACY, term_duration=None, addon_items=(addon(),))
        cart = await made(one, base, draft(GONE))
        written = await out(one, cart)
        assert codes(written) == [(UserErrorCode.LINE_ERRORS, ("cartId",), None)]
        assert "2" in written.user_errors[0].message
        assert one.calls() == {GET: 1}
        # Once mended, the same key may be used.
        stored(one)[cart.parts[1]].lines.pop()
        assert (await out(one, cart)).state is WriteState.DONE


async def test_an_expired_cart_is_told_so() -> None:
    async with desk() as one:
        cart = await made(one)
        one.office.clock.now += timedelta(days=8)
        assert codes(await out(one, cart)) == [(UserErrorCode.EXPIRED, ("cartId",), None)]
        one.office.set(cart_expired=True)
        assert codes(await out(one, cart)) == [(UserErrorCode.NOT_FOUND, ("cartId",), "800008")]
        assert one.calls() == {GET: 2}


@pytest.mark.parametrize(
    ("country", "lines", "expected"),
    [
        (WITHOUT_AGREEMENT, (draft(),), (UserErrorCode.AGREEMENT_REQUIRED, ("cartId",), "13605")),
        ("DE", (draft(STALE),), (UserErrorCode.NOT_FOUND, ("cartId",), "400019")),
    ],
)
async def test_a_refusal_of_the_whole_is_told(
    country: str, lines: tuple[CartLineDraft, ...], expected: tuple[UserErrorCode, tuple[str, ...], str]
) -> None:
    async with desk(noise=True) as one:
        cart, before = await made(one, *lines, country=country), count(one)
        written = await out(one, cart)
        assert (written.state, codes(written)) == (WriteState.REFUSED, [expected])
        assert one.calls() == {GET: 1, POST: 1}
        assert count(one) == before


async def test_an_item_that_is_not_available_is_refused_although_the_status_says_success() -> None:
    async with desk() as one:
        cart = await made(one)
        one.fault("ok_with_error", "POST", path="/checkout$")
        written = await out(one, cart)
        assert codes(written) == [(UserErrorCode.NOT_FOUND, ("cartId",), "400072")]
        assert one.calls() == {GET: 1, POST: 1}


async def test_the_user_travels_as_a_header_and_never_breaks_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        seen: list[Any] = []
        send = one.office.adapter._api.send

        async def watched(*args: Any, **more: Any) -> Any:
            seen.append(more.get("headers"))
            return await send(*args, **more)

        monkeypatch.setattr(one.office.adapter._api, "send", watched)
        cart = await made(one)
        seen.clear()
        await out(one, cart, customer_user_principal_name="ada@fabrikam.example")
        assert seen == [{"x-ms-customeruser-upn": "ada@fabrikam.example"}]
        written = await out(one, cart, key="other", customer_user_principal_name="ada\r\nX-Other: 1")
        assert codes(written) == [(UserErrorCode.INVALID, ("customerUserPrincipalName",), None)]
        assert len(seen) == 1


@pytest.mark.parametrize("kind", ANSWERS_LOST)
async def test_a_lost_answer_is_asked_for_again_and_ordered_once(kind: str) -> None:
    async with desk() as one:
        cart, before = await made(one, draft(), once(ACCESS)), count(one)
        one.fault(kind, "POST", path="/checkout$", seconds=0.3)
        written = await out(one, cart)
        assert (written.state, written.outcome.facts["checkedOut"]) == (WriteState.DONE, True)
        assert one.calls() == {GET: 1, POST: 2}
        assert len(set(request_ids(one, "POST"))) == 1
        assert one.primed == ()
        if kind == "delayed_commit":
            await one.office.desk.close()
        assert numbers(written) == {order.id for order in placed(one, before)}
        assert len(placed(one, before)) == 2


@pytest.mark.parametrize("replay", [86400.0, 0.0])
async def test_answers_that_stay_lost_are_unknown_with_what_was_found(replay: float) -> None:
    async with desk() as one:
        one.office.set(replay_window_seconds=replay)
        cart, before = await made(one, draft(), once(ACCESS)), count(one)
        fault = one.fault("lost", "POST", path="/checkout$", times=None)
        written = await out(one, cart)
        orders = {order.id for order in placed(one, before)}
        assert written.state is WriteState.UNKNOWN
        assert {ref.parts[1] for ref in written.outcome.candidates} == orders
        assert written.searched
        one.office.desk.faults.remove(fault)
        again = await out(one, cart)
        assert (again.state, again.replayed, numbers(again)) == (WriteState.DONE, True, orders)
        assert len(placed(one, before)) == 2


@pytest.mark.parametrize("kind", ["late", "latency"])
@pytest.mark.parametrize("repeat", ["replay", "refuse"])
async def test_a_checkout_whose_process_died_is_finished_by_the_next(kind: str, repeat: str) -> None:
    async with desk() as one:
        one.office.set(repeat_checkout=repeat, replay_window_seconds=0)
        cart, before = await made(one, draft(), draft(BASIC, 2), once(ACCESS)), count(one)
        known = len(await listed(one, customer(one)))
        one.fault(kind, "POST", path="/checkout$", seconds=60)
        await one.killed(CHECKOUT_CART, CheckoutCart(cart_id=cart), lambda: POST in one.calls())
        written = await out(one, cart)
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert numbers(written) == {order.id for order in placed(one, before)}
        assert len(placed(one, before)) == 2
        assert len(await listed(one, customer(one))) == known + 2


async def test_a_rule_that_came_later_does_not_refuse_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        cart, before = await made(one), count(one)
        one.fault("late", "POST", path="/checkout$", seconds=60)
        await one.killed(CHECKOUT_CART, CheckoutCart(cart_id=cart), lambda: len(placed(one, before)) == 1)
        mistake = UserError(UserErrorCode.INVALID, "No longer.", ("cartId",))
        monkeypatch.setattr(checkout, "of_checkout", lambda command: [mistake])
        assert numbers(await out(one, cart)) == {order.id for order in placed(one, before)}
        assert (await out(one, cart, key="other")).user_errors == (mistake,)


async def test_an_order_in_progress_is_waited_for() -> None:
    async with desk() as one:
        one.office.set(checkout_in_progress=2)
        cart, before = await made(one), count(one)
        written = await out(one, cart)
        assert written.state is WriteState.DONE
        assert one.calls() == {GET: 1, POST: 3}
        assert len(set(request_ids(one, "POST"))) == 3
        assert len(placed(one, before)) == 1


async def test_an_order_that_stays_in_progress_is_unknown_and_named() -> None:
    async with desk() as one:
        one.office.set(checkout_in_progress=4)
        cart, before = await made(one), count(one)
        written = await out(one, cart)
        (order,) = placed(one, before)
        assert (written.state, [r.parts[1] for r in written.outcome.candidates]) == (WriteState.UNKNOWN, [order.id])
        again = await out(one, cart)
        assert (again.state, numbers(again)) == (WriteState.DONE, {order.id})
        assert len(placed(one, before)) == 1


async def test_a_held_cart_is_waited_for_and_one_that_stays_held_leaves_the_key_free() -> None:
    async with desk() as one:
        one.office.set(cart_held=5)
        cart, before = await made(one), count(one)
        with pytest.raises(InProgress) as caught:
            await out(one, cart)
        assert caught.value.retryable
        assert one.calls() == {GET: 1, POST: 4}
        written = await out(one, cart)
        assert (written.state, written.replayed) == (WriteState.DONE, False)
        assert one.calls() == {GET: 2, POST: 6}
        assert len(placed(one, before)) == 1


async def test_a_cart_ordered_before_gives_its_orders_again() -> None:
    async with desk() as one:
        cart, before = await made(one), count(one)
        first = await out(one, cart)
        again = await out(one, cart, key="other")
        assert (again.state, again.replayed, numbers(again)) == (WriteState.DONE, False, numbers(first))
        assert len(placed(one, before)) == 1


async def test_a_cart_ordered_before_is_refused_where_the_vendor_does_not_give_its_orders_again() -> None:
    async with desk() as one:
        one.office.set(repeat_checkout="refuse")
        cart, before = await made(one), count(one)
        assert (await out(one, cart)).state is WriteState.DONE
        again = await out(one, cart, key="other")
        assert (again.state, codes(again)) == (
            WriteState.REFUSED,
            [(UserErrorCode.VENDOR_REFUSED, ("cartId",), "800065")],
        )
        assert len(placed(one, before)) == 1


async def test_a_cart_submitted_elsewhere_is_done_and_its_orders_are_found() -> None:
    async with desk() as one:
        one.office.set(repeat_checkout="refuse")
        cart, before = await made(one, draft(), once(ACCESS)), count(one)
        twin = await made(one, draft(), once(ACCESS))
        own = await out(one, twin, key="twin")
        fault = one.fault("lost", "POST", path="/checkout$", times=None)
        lost = await out(one, cart, key="lost")
        assert lost.state is WriteState.UNKNOWN
        assert not {ref.parts[1] for ref in lost.outcome.candidates} & numbers(own)
        one.office.desk.faults.remove(fault)
        one.office.set(replay_window_seconds=0)
        written = await out(one, cart, key="lost")
        assert (written.state, written.outcome.facts["checkedOut"]) == (WriteState.DONE, True)
        assert numbers(written) == {order.id for order in placed(one, before)} - numbers(own)
        assert len(placed(one, before)) == 4


async def test_a_submitted_cart_whose_orders_cannot_be_told_apart_is_unknown_and_names_them() -> None:
    async with desk() as one:
        one.office.set(repeat_checkout="refuse", replay_window_seconds=0)
        carts, before = [await made(one), await made(one)], count(one)
        fault = one.fault("lost", "POST", path="/checkout$", times=None)
        for number, cart in enumerate(carts):
            assert (await out(one, cart, key=str(number))).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(fault)
        written = await out(one, carts[1], key="1")
        orders = {order.id for order in placed(one, before)}
        assert written.state is WriteState.UNKNOWN
        assert {ref.parts[1] for ref in written.outcome.candidates} == orders
        assert len(orders) == 2


async def test_a_submitted_cart_whose_orders_are_not_listed_yet_is_unknown_until_they_are() -> None:
    async with desk() as one:
        one.office.set(repeat_checkout="refuse", replay_window_seconds=0, list_lag_seconds=900)
        cart, before = await made(one), count(one)
        fault = one.fault("lost", "POST", path="/checkout$", times=None)
        assert (await out(one, cart)).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(fault)
        written = await out(one, cart)
        assert (written.state, written.outcome.candidates) == (WriteState.UNKNOWN, ())
        one.office.set(list_lag_seconds=0)
        found = await out(one, cart)
        assert (found.state, numbers(found)) == (WriteState.DONE, {order.id for order in placed(one, before)})


async def test_the_order_of_another_checkout_under_way_is_not_taken_for_one_that_is_not_listed_yet() -> None:
    async with desk() as one:
        one.office.set(repeat_checkout="refuse", replay_window_seconds=0)
        carts, before = [await made(one), await made(one, draft(), once(ACCESS))], count(one)
        fault = one.fault("lost", "POST", path="/checkout$", times=None)
        assert (await out(one, carts[0], key="lost")).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(fault)
        (order,) = placed(one, before)
        moment, order.created = order.created, order.created + timedelta(hours=1)  # its place in the list
        one.fault("late", "POST", path="/checkout$", seconds=1)
        other = asyncio.create_task(out(one, carts[1], key="other"))
        await becomes(lambda: len(placed(one, before)) == 3)
        assert (await out(one, carts[0], key="lost")).state is WriteState.UNKNOWN
        assert numbers(await other) == {known.id for known in placed(one, before)} - {order.id}
        again = await out(one, carts[0], key="lost")
        assert (again.state, again.outcome.candidates) == (WriteState.UNKNOWN, ())
        order.created = moment
        found = await out(one, carts[0], key="lost")
        assert (found.state, numbers(found)) == (WriteState.DONE, {order.id})


async def test_a_cart_that_is_gone_after_a_lost_checkout_is_known_by_its_orders() -> None:
    async with desk() as one:
        cart, before = await made(one, draft(), once(ACCESS)), count(one)
        one.fault("late", "POST", path="/checkout$", seconds=60)
        await one.killed(CHECKOUT_CART, CheckoutCart(cart_id=cart), lambda: POST in one.calls())
        one.office.set(cart_expired=True, replay_window_seconds=0)
        written = await out(one, cart)
        assert (written.state, numbers(written)) == (WriteState.DONE, {order.id for order in placed(one, before)})


async def test_a_renewal_of_the_same_lines_is_not_taken_for_the_cart_s_order() -> None:
    async with desk() as one:
        one.office.set(repeat_checkout="refuse", replay_window_seconds=0)
        cart, before = await made(one), count(one)
        one.fault("late", "POST", path="/checkout$", seconds=60)
        await one.killed(CHECKOUT_CART, CheckoutCart(cart_id=cart), lambda: POST in one.calls())
        (order,) = placed(one, before)
        renewal = replace(order, id="00000000aaaa", alternate_id="00000000aaaa", transaction_type="SystemPurchase")
        renewal.lines = [replace(line, kind="Renew") for line in order.lines]
        renewal.rendered = {}
        one.office.emulator.world.add(renewal)
        written = await out(one, cart)
        assert (written.state, numbers(written)) == (WriteState.DONE, {order.id})


async def test_a_cart_gone_before_its_lost_checkout_arrived_is_unknown() -> None:
    async with desk() as one:
        cart, before = await made(one), count(one)
        one.fault("latency", "POST", path="/checkout$", seconds=60)
        await one.killed(CHECKOUT_CART, CheckoutCart(cart_id=cart), lambda: POST in one.calls())
        one.office.set(cart_expired=True)
        assert (await out(one, cart)).state is WriteState.UNKNOWN
        assert count(one) == before


async def test_twenty_repeats_at_once_order_once() -> None:
    async with desk() as one:
        cart, before = await made(one, draft(), once(ACCESS)), count(one)
        written = await asyncio.gather(*(out(one, cart) for _ in range(20)))
        assert {one.state for one in written} == {WriteState.DONE}
        assert one.calls() == {GET: 1, POST: 1}
        assert len(placed(one, before)) == 2


async def test_a_bare_order_is_an_answer_too() -> None:
    async with desk() as one:
        one.office.set(checkout_bare=True)
        cart, before = await made(one), count(one)
        written = await out(one, cart)
        assert (written.state, written.outcome.facts["checkedOut"]) == (WriteState.DONE, True)
        assert numbers(written) == {order.id for order in placed(one, before)}
        assert one.calls() == {GET: 1, POST: 1}


async def test_a_bare_order_for_several_groups_is_done_where_the_cart_says_so() -> None:
    async with desk() as one:
        one.office.set(checkout_bare=True)
        cart = await made(one, draft(), once(ACCESS))
        written = await out(one, cart)
        assert (written.state, len(numbers(written))) == (WriteState.DONE, 1)
        assert written.outcome.facts["checkedOut"] is True
        assert one.calls() == {GET: 2, POST: 1}
        other = await made(one, draft(), once(CREDIT))
        short = await out(one, other, key="other")
        assert (short.state, short.outcome.facts["checkedOut"]) == (WriteState.PARTLY_DONE, False)
        assert codes(short) == [(UserErrorCode.VENDOR_REFUSED, ("cartId",), None)]


async def test_new_orders_are_in_the_list_before_the_vendor_lists_them() -> None:
    async with desk() as one:
        one.office.set(list_lag_seconds=900)
        cart = await made(one, draft(), once(ACCESS))
        key = customer(one)
        before = {order.ref for order in await listed(one, key)}
        written = await out(one, cart)
        new = set(written.outcome.refs["orders"])
        one.office.forget_calls()
        rows = await listed(one, key)
        assert {order.ref for order in rows} - before == new
        assert one.calls() == {LIST: 1, ONE: 2}
        await listed(one, key)
        assert one.calls() == {LIST: 1, ONE: 2}
        batch = one.office.adapter.reads.get(ORDER)
        assert batch is not None
        assert {order.ref: order for order in rows if order.ref in new} == await batch(list(new))
        # When the vendor lists them, they are read with the list alone.
        one.office.set(list_lag_seconds=0)
        one.office.clock.now += timedelta(seconds=61)
        one.office.forget_calls()
        assert {order.ref for order in await listed(one, key)} - before == new
        assert one.calls() == {LIST: 1}
        # Twenty minutes later they are the vendor's alone.
        one.office.set(list_lag_seconds=10**6)
        one.office.clock.now += timedelta(minutes=21)
        assert new.isdisjoint(order.ref for order in await listed(one, key))


async def test_a_new_order_that_cannot_be_read_costs_the_list_nothing_else() -> None:
    async with desk() as one:
        one.office.set(list_lag_seconds=900)
        cart = await made(one)
        before = len(await listed(one, customer(one)))
        await out(one, cart)
        one.fault("error", "GET", path="/orders/[0-9a-f]+$", times=None)
        assert len(await listed(one, customer(one))) == before


async def test_orders_stand_although_the_store_fails_after_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        cart, before = await made(one), count(one)

        async def failing(*args: Any, **more: Any) -> bool:
            raise StoreUnavailable("full")

        monkeypatch.setattr(SqliteLedger, "claim", failing)
        written = await out(one, cart)
        assert (written.state, numbers(written)) == (WriteState.DONE, {order.id for order in placed(one, before)})


async def test_a_store_that_fails_before_the_call_keeps_it_from_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk() as one:
        cart, before = await made(one), count(one)

        async def failing(*args: Any, **more: Any) -> None:
            raise StoreUnavailable("full")

        with monkeypatch.context() as patch:
            patch.setattr(SqliteLedger, "note", failing)
            with pytest.raises(GatewayError) as caught:
                await out(one, cart)
        assert (caught.value.code, count(one)) == ("STORE_UNAVAILABLE", before)
        assert one.calls() == {GET: 1}
        assert (await out(one, cart)).state is WriteState.DONE
