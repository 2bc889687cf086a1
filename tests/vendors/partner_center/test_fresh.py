"""Orders just made are remembered until they are listed, for a while, and not too many of them."""

from __future__ import annotations

from datetime import timedelta

from gateway.model.ref import Kind, Ref
from gateway.vendors.partner_center.fresh import MAX_LOOKUPS, MAX_ORDERS, FreshOrders
from tests.vendors.partner_center.office import Clock


def ref(number: int, customer: str = "a") -> Ref:
    return Ref.of("pc-1", Kind.ORDER, customer, str(number))


def test_an_order_is_missing_until_it_is_listed() -> None:
    fresh = FreshOrders(Clock())
    fresh.add([ref(1), ref(2), ref(3, "b")])
    assert fresh.missing("a", set()) == [ref(1), ref(2)]
    assert fresh.missing("a", {ref(1)}) == [ref(2)]
    assert fresh.missing("a", set()) == [ref(2)]
    assert fresh.missing("b", set()) == [ref(3, "b")]


def test_after_twenty_minutes_it_is_the_vendors_alone_and_a_repeat_does_not_prolong_that() -> None:
    clock = Clock()
    fresh = FreshOrders(clock)
    fresh.add([ref(1)])
    clock.now += timedelta(minutes=15)
    fresh.add([ref(1)])
    assert fresh.missing("a", set()) == [ref(1)]
    clock.now += timedelta(minutes=6)
    assert fresh.missing("a", set()) == []


def test_there_is_a_bound_on_what_is_kept_and_on_what_a_list_asks_for() -> None:
    fresh = FreshOrders(Clock())
    fresh.add(ref(number) for number in range(MAX_ORDERS + 10))
    newest = [ref(number) for number in range(MAX_ORDERS + 10 - MAX_LOOKUPS, MAX_ORDERS + 10)]
    assert fresh.missing("a", set()) == newest
    assert fresh.missing("a", set(newest))[-1] == ref(MAX_ORDERS + 9 - MAX_LOOKUPS)
    fresh.add(ref(number, "b") for number in range(MAX_ORDERS))
    assert fresh.missing("a", set()) == []
