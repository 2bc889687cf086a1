"""What an account says may be done to an order is what the vendor lets it do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from gateway.model.account import Capability
from gateway.model.agreement import AgreementStatus
from gateway.model.order import Order, OrderStatus
from gateway.model.writing import OrderAction, OrderActionKind
from gateway.sandbox.softwareone.lifecycle import ALLOWED
from gateway.vendors.base import OrderFilter, Position
from gateway.vendors.softwareone import words
from gateway.vendors.softwareone.capabilities import CAPABILITIES
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.softwareone.standing import actions, not_cancellable, not_submittable
from gateway.vendors.writes import WRITES
from tests.vendors.softwareone.bench import Bench, bench

ACTORS: tuple[Actor, ...] = get_args(Actor)


def by_kind(order: Order, actor: Actor) -> dict[OrderActionKind, OrderAction]:
    return {one.kind: one for one in actions(order, actor)}


async def every_order(one: Bench) -> list[Order]:
    found: list[Order] = []
    after: Position | None = None
    while True:
        step = await one.adapter.orders(OrderFilter(statuses=tuple(OrderStatus)), after, 100, True)
        found, after = [*found, *step.rows], step.resume
        if after is None:
            return found


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("word", ["Draft", "Quoted", "Processing", "Querying", "Completed", "Failed", "Deleted"])
def test_the_tables_are_the_vendors(actor: Actor, word: str) -> None:
    status = words.ORDER_STATUS[word]

    def allowed(call: str) -> bool:
        return actor in ALLOWED.get((call, word), ())

    assert (not_submittable(actor, status) is None) is allowed("process")
    assert (not_cancellable(actor, status) is None) is (allowed("delete") or allowed("fail"))


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("status", OrderStatus)
def test_whatever_the_status_a_no_says_why(actor: Actor, status: OrderStatus) -> None:
    for hindrance in (not_submittable(actor, status), not_cancellable(actor, status)):
        assert hindrance is None or hindrance.endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("actor", ACTORS)
async def test_each_order_of_the_year_tells_all_four_and_costs_no_call(actor: Actor) -> None:
    async with bench(actor, size=1.0) as one:
        orders = await every_order(one)
        one.calls()
        assert {order.status for order in orders} >= {OrderStatus.DRAFT, OrderStatus.ACTION_REQUIRED}
        for order in orders:
            told = one.adapter.actions(order)
            assert [action.kind for action in told] == list(OrderActionKind)
            assert all(action.possible or action.reason for action in told)
            attaches = by_kind(order, actor)[OrderActionKind.ADD_ATTACHMENTS].possible
            assert attaches is (Capability.ADD_ATTACHMENTS in one.adapter.account.capabilities)
        assert one.calls() == []


async def any_draft() -> Order:
    async with bench(size=1.0) as one:
        return next(order for order in await every_order(one) if order.status is OrderStatus.DRAFT and order.lines)


async def test_a_draft_without_lines_or_beside_another_order_cannot_be_placed() -> None:
    draft = await any_draft()
    assert draft.agreement is not None
    assert by_kind(draft, "client")[OrderActionKind.SUBMIT] == OrderAction(OrderActionKind.SUBMIT, True)
    bare = by_kind(replace(draft, lines=()), "client")[OrderActionKind.SUBMIT]
    assert (bare.possible, bare.reason) == (False, "The order has no lines.")
    busy = replace(draft, agreement=replace(draft.agreement, status=AgreementStatus.UPDATING))
    beside = by_kind(busy, "client")[OrderActionKind.SUBMIT]
    assert (beside.possible, beside.reason) == (False, "Another order of its agreement is under way.")


async def test_reasons_say_what_it_takes() -> None:
    draft = await any_draft()
    assert "quote" in str(by_kind(draft, "operations")[OrderActionKind.UPDATE].reason)
    assert by_kind(draft, "client")[OrderActionKind.UPDATE].reason is None
    waiting = replace(draft, status=OrderStatus.ACTION_REQUIRED)
    assert "errors" in str(by_kind(waiting, "client")[OrderActionKind.SUBMIT].reason)
    assert "ordering parameters" in str(by_kind(waiting, "client")[OrderActionKind.UPDATE].reason)
    assert "`reason`" in str(by_kind(waiting, "operations")[OrderActionKind.CANCEL].reason)
    assert "stays readable" in str(by_kind(draft, "client")[OrderActionKind.CANCEL].reason)


WRITING = {
    "client": "create_purchase_orders update_orders submit_orders cancel_orders",
    "vendor": "update_orders submit_orders cancel_orders add_attachments update_attachments delete_attachments",
    "operations": "update_orders submit_orders cancel_orders add_attachments update_attachments delete_attachments",
}


@pytest.mark.parametrize("actor", ACTORS)
async def test_each_actor_writes_what_it_is_said_to_and_is_told_what_else_to_do(actor: Actor) -> None:
    writing = {one.capability for one in WRITES}
    assert {one.value for one in CAPABILITIES[actor] & writing} == set(WRITING[actor].split())
    async with bench(actor) as one:
        for write in WRITES:
            if write.capability in CAPABILITIES[actor]:
                assert one.adapter.writes.get(write) is not None
            else:
                assert one.adapter.writes.instead(write)


def test_statuses_that_the_vendor_adds_are_let_alone() -> None:
    every: set[Any] = set(OrderStatus)
    for actor in ACTORS:
        assert {status for status in every if not_submittable(actor, status) is None} <= {
            OrderStatus.DRAFT,
            OrderStatus.QUOTED,
            OrderStatus.ACTION_REQUIRED,
        }
