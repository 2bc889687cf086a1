"""The subscription over a vendor made of dictionaries: every event shows things as they are then."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from gateway.accounts import Accounts
from gateway.errors import NotFound, VendorDenied
from gateway.model.order import Order, OrderDetail, OrderStatus
from gateway.model.principal import ANYBODY
from gateway.model.ref import Ref
from gateway.schema.context import Watch
from gateway.schema.subscription import OrderChange, OrderChangeKind, changes, news
from gateway.vendors.base import ORDER, ORDER_DETAIL
from gateway.watching import Sight
from tests.fakes import context_over
from tests.watched import START, Lookout, lookout, order, ref
from tests.whole.harness import SCHEMA

CURRENT, CHANGED, GONE, UNSEEN = OrderChangeKind


def told(kind: OrderChangeKind, one: Order | None = None) -> OrderChange:
    return OrderChange(kind=kind, order_id=ref("a").encode(), order=one, at=START)


PENDING, DONE, DISCARDED = (
    order("a", status) for status in (OrderStatus.PENDING, OrderStatus.COMPLETED, OrderStatus.DELETED)
)


@pytest.mark.parametrize(
    ("found", "before", "kind", "previous"),
    [
        (PENDING, None, CURRENT, None),
        (PENDING, told(CURRENT, DONE), CHANGED, OrderStatus.COMPLETED),
        (PENDING, told(CHANGED, DONE), CHANGED, OrderStatus.COMPLETED),
        (PENDING, told(GONE), CURRENT, None),
        (PENDING, told(GONE, DISCARDED), CURRENT, OrderStatus.DELETED),
        (PENDING, told(UNSEEN), CURRENT, None),
        (PENDING, told(CURRENT, PENDING), None, None),
        (DISCARDED, told(CURRENT, PENDING), GONE, OrderStatus.PENDING),
        (DISCARDED, None, GONE, None),
        (DISCARDED, told(GONE, DISCARDED), None, None),
        (None, told(GONE, DISCARDED), GONE, OrderStatus.DELETED),
        (None, told(CHANGED, PENDING), GONE, OrderStatus.PENDING),
        (None, None, GONE, None),
        (None, told(GONE), None, None),
        (VendorDenied("no"), told(CURRENT, PENDING), UNSEEN, OrderStatus.PENDING),
        (VendorDenied("no"), None, UNSEEN, None),
        (VendorDenied("no"), told(GONE), UNSEEN, None),
    ],
)
def test_what_is_new_follows_from_what_was_told(
    found: Order | VendorDenied | None,
    before: OrderChange | None,
    kind: OrderChangeKind | None,
    previous: OrderStatus | None,
) -> None:
    trouble = found if isinstance(found, VendorDenied) else None
    one = found if isinstance(found, Order) else None
    change = news(ref("a"), Sight(one, trouble, START), before)
    assert (change and change.kind) == kind
    if change is not None:
        assert (change.order, change.previous_status) == (one, previous)
        assert (change.error and change.error.code) == (trouble and "VENDOR_DENIED")


def test_the_same_trouble_is_told_once() -> None:
    before = news(ref("a"), Sight(None, VendorDenied("no"), START), None)
    assert news(ref("a"), Sight(None, VendorDenied("still no"), START), before) is None


async def test_each_event_loads_anew_what_the_order_s_own_read_does_not_know() -> None:
    desk = lookout()
    notes = {"a": "first"}
    details: list[list[Ref]] = []

    async def detailed(refs: Sequence[Ref]) -> dict[Ref, Any]:
        details.append(list(refs))
        return {one: OrderDetail(notes=notes["a"], currency=None, audit=None, details=None) for one in refs}

    desk.adapter.reads.add(ORDER_DETAIL, detailed)
    desk.adapter.things[ref("a")] = replace(order("a"), deferred=frozenset({"notes"}))
    events = await streamed(desk, "{ kind order { notes status } }", "a")
    async with aclosing(events) as stream:
        first = (await anext(stream)).data["orderChanged"]
        assert first == {"kind": "CURRENT", "order": {"notes": "first", "status": "PENDING"}}
        notes["a"] = "second"
        desk.adapter.things[ref("a")] = replace(order("a", OrderStatus.COMPLETED), deferred=frozenset({"notes"}))
        await desk.clock.pass_(10.5)
        second = (await anext(stream)).data["orderChanged"]
        assert second == {"kind": "CHANGED", "order": {"notes": "second", "status": "COMPLETED"}}
    assert details == [[ref("a")], [ref("a")]]
    assert desk.reads == 2  # the pollers' own


async def test_one_event_s_missing_part_is_told_with_it_and_not_with_the_next() -> None:
    desk = lookout("a")
    context = context_over(Accounts([desk.adapter]))
    context.watch = watch_over(desk)
    async with aclosing(changes(context, context.watch, [ref("a")])) as stream:
        await anext(stream)
        context.missing(["orderChanged", "order"], NotFound("gone"))
        context.tally.owe(7)
        assert await context.loaders.load(ORDER, ref("a")) is not None
        assert desk.reads == 1  # it is known from the poll
        desk.put("a", OrderStatus.COMPLETED)
        await desk.clock.pass_(10.5)
        await anext(stream)
        assert (context.shortfalls, context.tally.spent) == ([], 0)
        found = await context.loaders.load(ORDER, ref("a"))
        assert found is not None
        assert found.status is OrderStatus.COMPLETED
        assert desk.reads == 2


def watch_over(desk: Lookout) -> Watch:
    return Watch(desk.watching, lambda principal: principal, 50)


async def streamed(desk: Lookout, selection: str, *numbers: str) -> Any:
    context = context_over(Accounts([desk.adapter]), ANYBODY)
    context.watch = watch_over(desk)
    query = f"subscription ($ids: [ID!]!) {{ orderChanged(ids: $ids) {selection} }}"
    return await SCHEMA.subscribe(query, {"ids": [ref(number).encode() for number in numbers]}, context)
