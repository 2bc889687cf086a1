"""The list of purchase orders: whole, sorted, in few calls, and honest about a vendor that does not listen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.errors import Unsupported, VendorBadAnswer
from gateway.model.order import DocumentState, Order, OrderStatus, OrderType
from gateway.vendors.base import FIRST_TIE, LAST_TIE, AgreementFilter, OrderFilter, Position, order_position
from gateway.vendors.sellercloud import SellercloudAdapter
from tests.vendors.sellercloud.tenant import (
    NOW,
    TODAY,
    OddList,
    adapter_over,
    eastern,
    shuffled,
    spread,
    tenant,
    walk,
)

LAST_WEEK = datetime(2026, 11, 14, 10, 0)  # noqa: DTZ001 - the vendor's dates have no zone
CROWDED = LAST_WEEK.replace(tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def numbers(rows: list[Order]) -> list[int]:
    return [int(row.number) for row in rows]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_first_page_of_a_year_s_orders_takes_one_or_two_calls(seed: int) -> None:
    async with tenant(size=1.0, seed=seed) as one:
        step = await one.adapter.orders(OrderFilter(), None, 21, descending=True)
        assert len(step.rows) == 21
        assert len(one.calls) <= 2
        one.forget_calls()
        step = await one.adapter.orders(OrderFilter(), step.resume, 21, descending=True)
        assert len(step.rows) == 21
        assert len(one.calls) <= 2


async def test_the_oldest_orders_first_take_three_calls() -> None:
    async with tenant(size=1.0) as one:
        step = await one.adapter.orders(OrderFilter(), None, 21, descending=False)
        assert len(step.rows) == 21
        assert len(one.calls) <= 3


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("exclusive", [True, False])
async def test_a_walk_gives_every_order_once_and_in_order(descending: bool, exclusive: bool) -> None:
    async with tenant(size=0.5) as one:
        one.set(create_date_to_exclusive=exclusive)
        rows, steps = await walk(one.adapter, descending=descending)
        positions = [order_position(row) for row in rows]
        assert positions == sorted(positions, reverse=descending)
        assert sorted(row.number for row in rows) == sorted(order["number"] for order in one.emulator.orders())
        assert len(one.calls) <= len(steps) + 6
        assert all(len(step.rows) <= 21 and step.notice is None for step in steps)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.slow
async def test_every_place_continues_exactly_behind_it(descending: bool) -> None:
    async with tenant(size=0.2) as one:
        rows, _ = await walk(one.adapter, descending=descending)
        for at in range(0, len(rows) - 1, 17):
            step = await one.adapter.orders(OrderFilter(), order_position(rows[at]), 5, descending)
            following = list(step.rows)
            while len(following) < 5 and step.resume is not None:
                step = await one.adapter.orders(OrderFilter(), step.resume, 5, descending)
                following += step.rows
            assert following[:5] == rows[at + 1 : at + 6]


async def test_a_place_before_or_behind_a_whole_moment_keeps_or_loses_its_rows() -> None:
    vendor = OddList(spread(3, LAST_WEEK, timedelta()))
    adapter = adapter_over(vendor.transport)
    at = order_position((await adapter.orders(OrderFilter(), None, 5, True)).rows[0]).at
    for descending in (True, False):
        for tie in (FIRST_TIE, LAST_TIE):
            step = await adapter.orders(OrderFilter(), Position(at, "sc-1", tie), 5, descending)
            assert len(step.rows) == (3 if (tie == LAST_TIE) == descending else 0)
    await adapter.close()


async def test_an_empty_tenant_ends_after_two_calls() -> None:
    for descending in (True, False):
        vendor = OddList([])
        adapter = adapter_over(vendor.transport)
        step = await adapter.orders(OrderFilter(), None, 20, descending)
        assert (step.rows, step.resume, step.total) == ((), None, 0)
        assert len(vendor.queries) <= 2
        assert all(query["model.createDateFrom"] >= "10/22/2026" for query in vendor.queries[:1] if descending)
        assert vendor.queries[-1]["model.createDateFrom"] == "12/31/1999 23:59"
        await adapter.close()


async def test_a_tenant_that_sleeps_for_years_is_found_in_three_calls() -> None:
    vendor = OddList(spread(400, datetime(2011, 5, 1), timedelta(hours=7)))  # noqa: DTZ001
    adapter = adapter_over(vendor.transport)
    step = await adapter.orders(OrderFilter(), None, 21, descending=True)
    assert numbers(list(step.rows)) == list(range(400, 379, -1))
    assert len(vendor.queries) == 3
    await adapter.close()


async def test_orders_of_the_vendor_s_future_are_listed_too() -> None:
    vendor = OddList([*spread(3, LAST_WEEK, timedelta(days=1)), datetime(2027, 8, 1)])  # noqa: DTZ001
    adapter = adapter_over(vendor.transport)
    assert numbers((await walk(adapter))[0]) == [4, 3, 2, 1]
    assert numbers((await walk(adapter, descending=False))[0]) == [1, 2, 3, 4]
    await adapter.close()


@pytest.mark.parametrize("includes_end", [True, False])
async def test_more_orders_than_a_page_in_one_minute_are_read_page_by_page(includes_end: bool) -> None:
    made = [*spread(130, LAST_WEEK, timedelta(microseconds=77)), *spread(60, LAST_WEEK, timedelta(hours=2))]
    vendor = OddList(made, includes_end=includes_end)
    adapter = adapter_over(vendor.transport)
    rows, steps = await walk(adapter, limit=50)
    assert sorted(numbers(rows)) == list(range(1, 191))
    assert all(step.notice is None for step in steps)
    await adapter.close()


async def test_a_crowded_minute_is_found_without_searching_for_it() -> None:
    vendor = OddList(spread(120, datetime(2026, 3, 5, 10), timedelta(microseconds=9)))  # noqa: DTZ001
    for descending in (True, False):
        adapter = adapter_over(vendor.transport)
        vendor.queries.clear()
        step = await adapter.orders(OrderFilter(), None, 50, descending)
        assert len(step.rows) == 50
        assert len(vendor.queries) <= 8
        await adapter.close()


async def test_a_minute_that_will_not_hold_still_is_told_as_partial() -> None:
    vendor = OddList(spread(160, LAST_WEEK, timedelta(microseconds=5)), order=lambda ids: sorted(ids)[:90] + ids[:70])
    adapter = adapter_over(vendor.transport)
    step = await adapter.orders(OrderFilter(), None, 200, descending=True)
    assert len(step.rows) == 90
    assert isinstance(step.notice, VendorBadAnswer)
    assert "within a minute" in str(step.notice)
    await adapter.close()


async def test_an_order_that_goes_while_a_crowded_minute_is_read_hides_no_other() -> None:
    vendor = OddList(spread(120, LAST_WEEK, timedelta(microseconds=5)))
    adapter = adapter_over(vendor.transport)
    seen: list[int] = []

    def shrinking(row: dict[str, Any]) -> dict[str, Any]:
        """The newest goes once it was shown on a first page, so that all others move up by one."""
        seen.append(row["ID"])
        if len(seen) == 50:
            vendor.gone.add(seen[0])
        return row

    vendor.change = shrinking
    step = await adapter.orders(OrderFilter(created_from=CROWDED, created_before=CROWDED + MINUTE), None, 200, True)
    assert step.notice is None
    assert set(range(1, 120)) <= set(numbers(list(step.rows)))
    await adapter.close()


async def test_a_stretch_with_nothing_but_an_unreadable_row_is_not_passed_over_in_silence() -> None:
    vendor = OddList([*spread(3, datetime(2026, 3, 1), timedelta(hours=3)), LAST_WEEK])  # noqa: DTZ001
    vendor.change = lambda row: {**row, "Items": [{"SKU": "no id"}]} if row["ID"] == 4 else row
    adapter = adapter_over(vendor.transport)
    rows, steps = await walk(adapter)
    assert numbers(rows) == [3, 2, 1]
    assert sum(step.omitted for step in steps) == 1
    await adapter.close()


async def test_a_smaller_page_than_asked_for_is_read_on() -> None:
    vendor = OddList(spread(45, LAST_WEEK, timedelta(hours=1)), page_cap=20)
    adapter = adapter_over(vendor.transport)
    rows, _ = await walk(adapter, limit=60)
    assert sorted(numbers(rows)) == list(range(1, 46))
    await adapter.close()


async def test_rows_in_no_order_at_all_still_come_sorted_and_whole() -> None:
    vendor = OddList(spread(300, datetime(2026, 2, 1), timedelta(hours=19)), order=shuffled())  # noqa: DTZ001
    adapter = adapter_over(vendor.transport)
    assert numbers((await walk(adapter))[0]) == list(range(300, 0, -1))
    assert numbers((await walk(adapter, descending=False))[0]) == list(range(1, 301))
    await adapter.close()


async def test_an_ignored_time_filter_is_told_and_its_strangers_dropped() -> None:
    made = spread(120, datetime(2026, 6, 1), timedelta(days=1))  # noqa: DTZ001
    vendor = OddList(made, deaf=frozenset({"createDateFrom", "createDateTo"}))
    adapter = adapter_over(vendor.transport)
    since = datetime(2026, 9, 20, tzinfo=UTC)
    rows, steps = await walk(adapter, OrderFilter(created_from=since))
    assert rows
    assert all(row.created_at and row.created_at >= since for row in rows)
    assert isinstance(steps[-1].notice, VendorBadAnswer)
    assert "time_zone" in str(steps[-1].notice)
    assert len(vendor.queries) <= 3
    await adapter.close()


async def test_a_wrong_time_zone_shows() -> None:
    vendor = OddList(spread(40, LAST_WEEK, timedelta(hours=1)))
    vendor.change = lambda row: {**row, "CreatedOn": row["CreatedOn"] + "-05:00"}  # no zone-less time, no UTC
    adapter = adapter_over(vendor.transport)
    step = await adapter.orders(OrderFilter(created_before=datetime(2026, 11, 15, 12, tzinfo=UTC)), None, 20, True)
    assert "time_zone" in str(step.notice)
    await adapter.close()


@pytest.mark.slow
@pytest.mark.parametrize("descending", [True, False])
async def test_the_hours_a_clock_skips_or_repeats_lose_nothing(descending: bool) -> None:
    autumn = spread(240, datetime(2026, 10, 31, 22), timedelta(minutes=3))  # noqa: DTZ001
    spring = spread(240, datetime(2026, 3, 7, 22), timedelta(minutes=3))  # noqa: DTZ001
    vendor = OddList([*spring, *autumn])
    adapter = adapter_over(vendor.transport, time_zone=eastern())
    rows, steps = await walk(adapter, limit=13, descending=descending)
    assert sorted(numbers(rows)) == list(range(1, 481))
    positions = [order_position(row) for row in rows]
    assert positions == sorted(positions, reverse=descending)
    assert all(step.notice is None for step in steps)
    await adapter.close()


async def test_rows_that_cannot_be_read_are_counted_and_hide_nobody() -> None:
    vendor = OddList(spread(6, LAST_WEEK, timedelta(hours=3)))

    def spoiled(row: dict[str, Any]) -> Any:
        return {2: {**row, "ID": None}, 3: {**row, "CreatedOn": "soon"}, 4: {**row, "Items": [{"SKU": "A"}]}, 5: 7}.get(
            row["ID"], row
        )

    vendor.change = spoiled
    adapter = adapter_over(vendor.transport)
    step = await adapter.orders(OrderFilter(), None, 20, descending=True)
    assert numbers(list(step.rows)) == [6, 1]
    assert step.omitted == 4
    assert step.total is None
    await adapter.close()


async def filtered(adapter: SellercloudAdapter, wanted: OrderFilter) -> list[Order]:
    rows, steps = await walk(adapter, wanted, limit=50)
    assert all(step.notice is None for step in steps)
    return rows


async def test_what_the_vendor_can_filter_it_is_asked_to() -> None:
    async with tenant(size=0.3) as one:
        everything = await filtered(one.adapter, OrderFilter())
        one.forget_calls()
        done = await filtered(one.adapter, OrderFilter(statuses=(OrderStatus.COMPLETED,), customer_keys=("163", "x")))
        assert {row.number for row in done} == {
            row.number
            for row in everything
            if row.status is OrderStatus.COMPLETED and row.customer and row.customer.key == "163"
        }
        assert all("model.pOStatuses=3&model.pOStatuses=5&model.companyIDList=163&" in c.query for c in one.calls)
        assert await one.adapter.count_orders(
            OrderFilter(statuses=(OrderStatus.COMPLETED,), customer_keys=("163",))
        ) == len(done)


async def test_what_it_cannot_is_applied_here_and_not_counted() -> None:
    async with tenant(size=0.3) as one:
        everything = await filtered(one.adapter, OrderFilter())
        for wanted in (
            OrderFilter(types=(OrderType.CREDIT_MEMO, OrderType.VENDOR_OFFER)),
            OrderFilter(vendor_statuses=("received",)),
            OrderFilter(statuses=(OrderStatus.UNKNOWN, OrderStatus.DRAFT)),
            OrderFilter(created_from=TODAY - timedelta(days=40), created_before=TODAY - timedelta(days=10)),
        ):
            rows = await filtered(one.adapter, wanted)
            assert len(rows) < len(everything)
            one.forget_calls()
            assert await one.adapter.count_orders(wanted) is None
            assert one.calls == []


async def test_what_no_purchase_order_can_be_costs_no_call() -> None:
    async with tenant() as one:
        for wanted in (OrderFilter(statuses=(OrderStatus.QUOTED,)), OrderFilter(customer_keys=("acme", "0163", "-1"))):
            step = await one.adapter.orders(wanted, None, 20, True)
            assert (step.rows, step.resume, step.total) == ((), None, 0)
            assert await one.adapter.count_orders(wanted) == 0
        step = await one.adapter.orders(OrderFilter(documents=(DocumentState.REQUIRED,)), None, 20, True)
        assert (step.rows, step.resume) == ((), None)
        with pytest.raises(Unsupported):
            await one.adapter.agreements(AgreementFilter(), None, 20, True)
        assert list(one.desk.journal) == []


async def test_an_ignored_status_filter_is_told_and_its_strangers_dropped() -> None:
    vendor = OddList(spread(9, LAST_WEEK, timedelta(hours=1)))
    vendor.change = lambda row: {**row, "PurchaseOrderStatus": row["ID"] % 3}
    adapter = adapter_over(vendor.transport)
    step = await adapter.orders(OrderFilter(statuses=(OrderStatus.DRAFT,)), None, 20, True)
    assert numbers(list(step.rows)) == [9, 6, 3]
    assert "filter" in str(step.notice)
    with pytest.raises(VendorBadAnswer):
        await adapter.count_orders(OrderFilter(statuses=(OrderStatus.PENDING,)))
    await adapter.close()


async def test_changes_since_times_before_all_orders_are_all_of_them() -> None:
    async with tenant() as one:
        long_ago = datetime(500, 1, 1, tzinfo=UTC)
        assert len(await filtered(one.adapter, OrderFilter(updated_from=long_ago))) == len(one.emulator.orders())


async def test_a_search_finds_by_number_title_and_product() -> None:
    async with tenant(size=0.2) as one:
        everything = await filtered(one.adapter, OrderFilter())
        some = everything[5]
        assert some.ref in {row.ref for row in await filtered(one.adapter, OrderFilter(search=some.number))}
        assert "model.keyword=" in one.calls[-1].query
        nothing = await filtered(one.adapter, OrderFilter(search="no order says this"))
        assert nothing == []


async def test_the_total_is_told_where_one_stretch_held_the_whole_list() -> None:
    vendor = OddList(spread(30, LAST_WEEK, timedelta(minutes=9)))
    adapter = adapter_over(vendor.transport)
    step = await adapter.orders(OrderFilter(created_from=NOW - timedelta(days=9)), None, 21, True)
    assert (len(step.rows), step.total) == (21, 30)
    assert await adapter.count_orders(OrderFilter()) == 30
    assert vendor.queries[-1]["model.pageSize"] == "1"
    await adapter.close()
