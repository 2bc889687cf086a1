"""Sellercloud's emulator: what the seeded year promises."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from gateway.sandbox.sellercloud import Sellercloud, enums
from gateway.sandbox.sellercloud.details import detail
from gateway.sandbox.sellercloud.rows import row
from tests.sandbox.test_sellercloud_access import TODAY

pytestmark = pytest.mark.slow


def everything(vendor: Sellercloud) -> list[dict[str, Any]]:
    notation = vendor.settings.notation()
    return [
        {"row": row(po, notation), "detail": detail(po, vendor.tenant, vendor.settings)}
        for po in vendor.tenant.orders.values()
    ]


@pytest.mark.parametrize(("size", "count"), [(0.05, 30), (1, 600), (5, 3000)])
def test_size_scales_and_every_value_of_every_enum_occurs(size: float, count: int) -> None:
    vendor = Sellercloud(1, size, TODAY)
    orders = list(vendor.tenant.orders.values())
    assert len(orders) == len(vendor.orders()) == count
    assert abs(sum(po.case_mode for po in orders) - count / 4) <= 1
    assert {po.status for po in orders} == set(enums.PO_STATUS)
    assert {po.type for po in orders} == set(enums.PO_TYPE)
    assert {po.shipping_status for po in orders} == set(enums.SHIPPING_STATUS)
    assert {po.receiving_status for po in orders} == set(enums.RECEIVING_STATUS)
    assert {po.payment_status for po in orders} == set(enums.PAYMENT_STATUS)
    assert {163} < {po.company_id for po in orders}
    assert {812, 813} < {po.vendor_id for po in orders}
    assert {0, 7, 8} < {po.warehouse_id for po in orders}
    assert len({po.currency for po in orders}) == 6
    assert any(len(po.tracking) > 1 for po in orders)
    assert any(po.related for po in orders)
    assert any(po.more_invoices for po in orders)
    assert any(po.memo for po in orders)
    assert any(po.columns for po in orders)
    assert any(po.discount_type for order in orders for po in order.lines)


def test_ids_run_from_the_documented_starts() -> None:
    orders = list(Sellercloud(1, 1, TODAY).tenant.orders.values())
    assert [po.id for po in orders] == list(range(10_001, 10_601))
    lines = [line.id for po in orders for line in po.lines]
    assert lines == list(range(99_001, 99_001 + len(lines)))


def test_products_are_sixty_and_one_is_inactive() -> None:
    products = Sellercloud(1, 1, TODAY).tenant.products
    assert len(products) == 60
    assert "MUG-11OZ" in products
    assert sum(not product.is_active for product in products.values()) == 1


def test_times_are_business_hours_of_the_year_before_today() -> None:
    orders = Sellercloud(1, 1, TODAY).tenant.orders.values()
    happened = [
        moment
        for po in orders
        for moment in (po.created, po.ordered, po.revised, po.approved_on, po.received_on, po.shipped_on, po.paid_on)
        if moment is not None
    ]
    assert all(moment.weekday() < 5 and 8 <= moment.hour < 18 for moment in happened)
    assert all(TODAY - timedelta(days=365) <= moment < TODAY for moment in happened)
    assert all(po.created <= moment for po in orders for moment in (po.received_on, po.revised) if moment is not None)
    assert {po.created.month for po in orders} == set(range(1, 13))


def test_one_minute_holds_several_orders_but_never_too_many() -> None:
    orders = Sellercloud(1, 1, TODAY).tenant.orders.values()
    minutes = Counter(po.created.replace(second=0, microsecond=0) for po in orders)
    assert 10 <= max(minutes.values()) <= 20


def test_dates_have_no_zone_and_up_to_seven_digits_of_a_second() -> None:
    vendor = Sellercloud(1, 1, TODAY)
    created = [row(po, vendor.settings.notation())["CreatedOn"] for po in vendor.tenant.orders.values()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?", text) for text in created)
    assert {len(text.partition(".")[2]) for text in created} == set(range(8))


def test_the_same_seed_makes_the_same_books() -> None:
    assert everything(Sellercloud(7, 0.2, TODAY)) == everything(Sellercloud(7, 0.2, TODAY))
    assert everything(Sellercloud(7, 0.2, TODAY)) != everything(Sellercloud(8, 0.2, TODAY))


@pytest.mark.slow
def test_another_today_moves_the_dates_and_nothing_else() -> None:
    def undated(vendor: Sellercloud) -> str:
        return re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', '"date"', json.dumps(everything(vendor)))

    for days in range(1, 8):
        assert undated(Sellercloud(1, 0.2, TODAY)) == undated(Sellercloud(1, 0.2, TODAY - timedelta(days=days)))


def test_totals_add_up() -> None:
    for po in Sellercloud(1, 1, TODAY).tenant.orders.values():
        assert po.order_total == sum(line.total for line in po.lines)
        assert po.grand_total == po.order_total + po.tax + po.shipping + po.other
        assert all(line.received <= line.units for line in po.lines)
        assert (po.unreceived_total == 0) == (po.receiving_status == 2)


def test_the_orders_of_the_sandbox_itself_are_all_orders() -> None:
    vendor = Sellercloud(1, 0.05, TODAY)
    first = vendor.orders()[0]
    assert set(first) == {"number", "scope", "created_at", "listed"}
    assert (first["number"], first["scope"], first["listed"]) == ("10001", "", True)


def test_reset_brings_the_seeded_books_back() -> None:
    vendor = Sellercloud(1, 0.05, TODAY)
    before = everything(vendor)
    vendor.set_status(10_006, "Ordered")
    assert everything(vendor) != before
    vendor.reset()
    assert everything(vendor) == before


def test_a_status_changes_through_the_control_hook_alone_and_an_end_is_an_end() -> None:
    vendor = Sellercloud(1, 0.05, TODAY)
    saved = next(po for po in vendor.tenant.orders.values() if po.status == 0)
    vendor.set_status(saved.id, "OnVacation")
    assert row(saved, vendor.settings.notation())["PurchaseOrderStatus"] == "OnVacation"
    vendor.set_status(saved.id, 1)
    assert saved.ordered is not None
    vendor.set_status(saved.id, "Cancelled")
    with pytest.raises(ValueError, match="Cancelled for good"):
        vendor.set_status(saved.id, 0)
