"""Sellercloud's adapter against the emulator: which calls it makes, and what becomes of a vendor's bad days."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.errors import (
    BadUserInput,
    DeadlineExceeded,
    GatewayError,
    Misconfigured,
    NotFound,
    Throttled,
    Unsupported,
    VendorBadAnswer,
    VendorDenied,
    VendorUnavailable,
)
from gateway.model.account import AccountState, Capability
from gateway.model.order import Order, OrderDetail
from gateway.model.ref import Kind, Ref
from gateway.model.values import Party
from gateway.sandbox.control import Fault
from gateway.secret import Secret
from gateway.vendors.base import ORDER, ORDER_DETAIL, PARTY, OrderFilter, Read
from gateway.vendors.sellercloud.cached import Cached
from gateway.vendors.sellercloud.details import SellercloudDetail, SellercloudVendor, SellercloudWarehouse
from gateway.vendors.sellercloud.reads import COMPANY, SHIPMENTS, VENDOR, WAREHOUSE
from tests.vendors.sellercloud.tenant import (
    BASE,
    PASSWORD,
    PATIENCE,
    OddList,
    Tenant,
    adapter_over,
    spread,
    tenant,
    walk,
)


def ref(number: int | str) -> Ref:
    return Ref.of("sc-1", Kind.ORDER, str(number))


def entry(table: str, key: int | str) -> Ref:
    return Ref.of("sc-1", Kind.REFERENCE, table, str(key))


async def ask(one: Tenant, read: Read[Ref, Any], *keys: Ref) -> Any:
    batch = one.adapter.reads.get(read)
    assert batch is not None
    return await batch(keys)


def orders_in(one: Tenant) -> list[int]:
    return sorted(int(order["number"]) for order in one.emulator.orders())


async def test_orders_by_id_are_read_fifty_a_call_and_once() -> None:
    async with tenant(size=0.2) as one:
        known = orders_in(one)[:70]
        answers = await ask(one, ORDER, *map(ref, known), ref(1), ref("07"), ref("x"), ref("99999999999"))
        assert {int(key.parts[0]) for key in answers} == set(known)
        assert all(isinstance(order, Order) and order.ref == key for key, order in answers.items())
        assert [call.path for call in one.calls] == ["/rest/api/PurchaseOrders"] * 2
        assert one.logins == 1


async def test_an_order_is_the_same_read_alone_and_in_a_list() -> None:
    async with tenant(size=0.2) as one:
        rows, _ = await walk(one.adapter)
        answers = await ask(one, ORDER, *(row.ref for row in rows[:50]))
        assert [answers[row.ref] for row in rows[:50]] == rows[:50]


async def test_a_vendor_that_ignores_the_ids_says_nothing_of_what_is_missing() -> None:
    vendor = OddList(spread(80, datetime(2026, 11, 1), timedelta(hours=3)), deaf=frozenset({"pOIds"}))  # noqa: DTZ001
    adapter = adapter_over(vendor.transport)
    batch = adapter.reads.get(ORDER)
    assert batch is not None
    answers = await batch([ref(80), ref(4), ref(900)])
    assert isinstance(answers[ref(80)], Order)
    assert isinstance(answers[ref(900)], VendorBadAnswer)
    await adapter.close()


async def test_a_detail_is_one_call_each() -> None:
    async with tenant() as one:
        known = orders_in(one)[:5]
        answers = await ask(one, ORDER_DETAIL, *map(ref, known))
        assert sorted(call.path for call in one.calls) == [f"/rest/api/PurchaseOrders/{number}" for number in known]
        for detail in answers.values():
            assert isinstance(detail, OrderDetail)
            assert isinstance(detail.details, SellercloudDetail)
            assert detail.audit


async def test_lines_missing_in_the_detail_cost_a_second_call() -> None:
    async with tenant() as one:
        number = orders_in(one)[0]
        whole = (await ask(one, ORDER_DETAIL, ref(number)))[ref(number)].details
        one.set(items_in_detail=False)
        one.forget_calls()
        detail = (await ask(one, ORDER_DETAIL, ref(number)))[ref(number)].details
        assert [call.path.rpartition("/")[2] for call in one.calls] == [str(number), "Items"]
        assert detail.lines.keys() == whole.lines.keys()
        assert detail.case_qty_mode == whole.case_qty_mode
        for key, line in detail.lines.items():
            assert line.qty_cases_ordered == whole.lines[key].qty_cases_ordered
            assert line.discount_value == whole.lines[key].discount_value


async def test_a_detail_that_fails_for_a_missing_order_is_looked_at_twice() -> None:
    async with tenant() as one:
        known = orders_in(one)[0]
        answers = await ask(one, ORDER_DETAIL, ref(known), ref(77_777_777))
        assert isinstance(answers[ref(known)], OrderDetail)
        assert isinstance(answers[ref(77_777_777)], NotFound)
        assert [call.path for call in one.calls][2:] == ["/rest/api/PurchaseOrders"]
        assert "model.pOIds=77777777" in one.calls[-1].query


async def test_a_detail_that_fails_for_an_order_that_is_there_fails_alone() -> None:
    async with tenant() as one:
        first, second = orders_in(one)[:2]
        one.desk.add(Fault("error", path=f"PurchaseOrders/{first}$", times=None))
        answers = await ask(one, ORDER_DETAIL, ref(first), ref(second))
        assert isinstance(answers[ref(first)], VendorUnavailable)
        assert not isinstance(answers[ref(first)], NotFound)
        assert isinstance(answers[ref(second)], OrderDetail)


async def test_hidden_prices_are_null() -> None:
    async with tenant() as one:
        one.set(hide_prices=True)
        number = orders_in(one)[0]
        details = (await ask(one, ORDER_DETAIL, ref(number)))[ref(number)].details
        assert details.totals.prices_hidden is True
        assert details.totals.sub_total is None


async def test_names_and_numbers_read_alike() -> None:
    async with tenant() as one:
        by_number, _ = await walk(one.adapter)
        one.set(enum_names=True, zulu_dates=True)
        by_name, _ = await walk(one.adapter)
        assert by_number == by_name


async def test_tracking_numbers_have_ids_in_their_own_call_only() -> None:
    async with tenant(size=0.3) as one:
        rows, _ = await walk(one.adapter)
        single = await ask(one, SHIPMENTS, rows[0].ref)
        assert single == {rows[0].ref: ()}
        one.set(multiple_tracking_numbers=True)
        answers = await ask(one, SHIPMENTS, *(row.ref for row in rows))
        parcels = [parcel for found in answers.values() for parcel in found]
        assert parcels
        assert all(parcel.key and parcel.tracking_number for parcel in parcels)


async def test_names_cost_one_walk_of_each_table_and_are_kept() -> None:
    async with tenant() as one:
        wanted = [entry("suppliers", 812), entry("suppliers", 813), entry("companies", 163), entry("payment_terms", 4)]
        both = await asyncio.gather(*(ask(one, PARTY, *wanted, entry("suppliers", 5), entry("stars", 1)) for _ in "ab"))
        again = await ask(one, PARTY, *wanted)
        for answers in (*both, again):
            assert set(answers) == set(wanted)
            assert all(isinstance(party, Party) and party.name for party in answers.values())
        assert sorted(call.path.removeprefix("/rest/api/") for call in one.calls) == [
            "Companies",
            "Settings/PaymentTerms",
            "Vendors",
        ]


async def test_a_table_whose_rows_move_between_pages_is_read_until_it_is_whole() -> None:
    calls = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        calls += 1
        first = (int(request.url.params["model.pageNumber"]) - 1) * 50
        keys = [*range(1, 51), *range(41, 51)] if calls <= 2 else [*range(60, 0, -1)]
        rows = [{"ID": key, "Name": f"N{key}"} for key in keys[first : first + 50]]
        return httpx.Response(200, json={"Items": rows, "TotalResults": 60})

    adapter = adapter_over(httpx.MockTransport(answer))
    page = await adapter.pickers.parties["suppliers"](None, 100, None)
    assert {int(party.key) for party in page.rows} == set(range(1, 61))
    assert calls == 4
    await adapter.close()


async def test_names_are_read_again_when_they_are_old() -> None:
    async with tenant(reference_cache_seconds=0.0) as one:
        for _ in range(2):
            await ask(one, PARTY, entry("suppliers", 812))
        assert len(one.calls) == 2


async def test_who_leaves_while_names_are_read_takes_nobody_along() -> None:
    reads, released = 0, asyncio.Event()

    async def read() -> str:
        nonlocal reads
        reads += 1
        await released.wait()
        return "names"

    cached = Cached(read, 600.0)
    first, *others = [asyncio.create_task(cached.get()) for _ in "abc"]
    await asyncio.sleep(0)
    first.cancel()
    released.set()
    assert await asyncio.gather(*others) == ["names", "names"]
    assert first.cancelled()
    assert reads == 1


async def test_those_who_wait_for_names_share_a_failure_and_the_next_tries_again() -> None:
    reads = 0

    async def read() -> str:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0)
        if reads == 1:
            raise VendorUnavailable("not now")
        return "names"

    cached = Cached(read, 600.0)
    together = await asyncio.gather(*(cached.get() for _ in "abc"), return_exceptions=True)
    assert [type(one) for one in together] == [VendorUnavailable] * 3
    assert reads == 1
    assert await cached.get() == "names"


async def test_a_login_without_the_right_has_no_names_and_no_error() -> None:
    async with tenant() as one:
        one.set(denied_modules=["Vendors", "Companies"])
        assert await ask(one, PARTY, entry("suppliers", 812)) == {}
        assert await ask(one, COMPANY, entry("companies", 163)) == {}
        assert await ask(one, VENDOR, entry("suppliers", 812)) == {}
        with pytest.raises(VendorDenied):
            await one.adapter.pickers.parties["suppliers"](None, 5, None)


async def test_a_table_that_fails_fails_its_names_alone() -> None:
    async with tenant() as one:
        one.desk.add(Fault("error", path="Vendors$", status=503))
        answers = await ask(one, PARTY, entry("suppliers", 812), entry("companies", 163))
        assert isinstance(answers[entry("suppliers", 812)], VendorUnavailable)
        assert isinstance(answers[entry("companies", 163)], Party)
        assert isinstance((await ask(one, PARTY, entry("suppliers", 812)))[entry("suppliers", 812)], Party)


async def test_a_company_is_never_read_by_itself() -> None:
    async with tenant() as one:
        answers = await ask(one, COMPANY, entry("companies", 163), entry("companies", 99))
        assert set(answers) == {entry("companies", 163)}
        assert [call.path for call in one.calls] == ["/rest/api/Companies"]


async def test_a_supplier_s_particulars_are_a_call_each_and_kept() -> None:
    async with tenant() as one:
        for _ in range(2):
            vendor = (await ask(one, VENDOR, entry("suppliers", 812)))[entry("suppliers", 812)]
            assert isinstance(vendor, SellercloudVendor)
        assert [call.path for call in one.calls] == ["/rest/api/Vendors/812"]


async def test_a_warehouse_comes_from_the_list() -> None:
    async with tenant() as one:
        found = await ask(one, WAREHOUSE, entry("warehouses", 7), entry("warehouses", 8))
        assert all(isinstance(one_, SellercloudWarehouse) and one_.address for one_ in found.values())
        assert [call.path for call in one.calls] == ["/rest/api/Warehouses"]


async def test_pickers_search_and_go_on() -> None:
    async with tenant() as one:
        pick = one.adapter.pickers.parties["suppliers"]
        everyone = (await pick(None, 200, None)).rows
        assert [party.name for party in everyone] == sorted((party.name or "" for party in everyone), key=str.casefold)
        seen: list[Party] = []
        after = None
        while True:
            page = await pick(None, 2, after)
            seen += page.rows
            if not page.more:
                break
            after = page.cursors[-1]
        assert tuple(seen) == everyone
        assert (await pick(str(everyone[0].name)[2:9].upper(), 9, None)).rows[0] == everyone[0]
        assert (await pick("812", 9, None)).rows[0].key == "812"
        with pytest.raises(BadUserInput):
            await pick(None, 2, "not a cursor")
        assert len(one.calls) == 1


async def test_items_are_chosen_by_supplier() -> None:
    async with tenant() as one:
        pick = one.adapter.pickers.items
        assert pick is not None
        for supplier in (None, "", "x"):
            with pytest.raises(BadUserInput) as refusal:
                await pick(supplier, None, None, 5, None)
            assert refusal.value.argument == "supplierKey"
        with pytest.raises(Unsupported):
            await pick("812", "PRD-1", None, 5, None)
        with pytest.raises(BadUserInput):
            await pick("812", None, None, 5, "-1")
        assert one.calls == []
        everything = await pick("812", None, None, 200, None)
        first = await pick("812", None, None, 2, None)
        second = await pick("812", None, None, 200, first.cursors[-1])
        assert (*first.rows, *second.rows) == everything.rows
        assert (first.more, second.more) == (True, False)
        sku = everything.rows[0].key
        assert sku in {item.key for item in (await pick("812", None, sku, 5, None)).rows}


FAULTS: dict[str, tuple[Fault, type[GatewayError]]] = {
    "throttle": (Fault("throttle", path="PurchaseOrders", retry_after=90), Throttled),
    "throttle as 429": (Fault("throttle", path="PurchaseOrders", status=429, retry_after=90), Throttled),
    "throttle as 200": (Fault("throttle", path="PurchaseOrders", status=200, retry_after=90), Throttled),
    "unauthorized": (Fault("unauthorized", path="PurchaseOrders", times=2), VendorDenied),
    "error 500": (Fault("error", path="PurchaseOrders", status=500), VendorUnavailable),
    "error 503": (Fault("error", path="PurchaseOrders", status=503), VendorUnavailable),
    "drop": (Fault("drop", path="PurchaseOrders"), VendorUnavailable),
    "lost": (Fault("lost", path="PurchaseOrders"), VendorUnavailable),
    "delayed_commit": (Fault("delayed_commit", path="PurchaseOrders"), VendorUnavailable),
    # in one process, half a body and a broken connection are the same
    "truncate": (Fault("truncate", path="PurchaseOrders"), VendorUnavailable),
    "html": (Fault("html", path="PurchaseOrders"), VendorBadAnswer),
    "html 404": (Fault("html", path="PurchaseOrders", status=404), VendorBadAnswer),
    "ok_with_error": (Fault("ok_with_error", path="PurchaseOrders"), VendorBadAnswer),
    "latency": (Fault("latency", path="PurchaseOrders", seconds=3), DeadlineExceeded),
    "late": (Fault("late", path="PurchaseOrders", seconds=3), DeadlineExceeded),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.slow
async def test_a_bad_day_has_its_error_and_tells_no_secrets(name: str) -> None:
    fault, kind = FAULTS[name]
    async with tenant(size=0.05, timeout_seconds=2.0 if fault.seconds else PATIENCE) as one:
        await one.adapter.orders(OrderFilter(), None, 1, True)
        one.desk.add(
            Fault(**{field: getattr(fault, field) for field in ("kind", "path", "times", "seconds", "status")})
        )
        one.desk.faults[-1].retry_after = fault.retry_after
        with pytest.raises(kind) as told:
            await one.adapter.orders(OrderFilter(), None, 5, True)
        error = told.value
        assert type(error) is kind
        assert (error.vendor, error.account) == ("sellercloud", "main")
        for leak in ("http", "sandbox", "Bearer", "sc-1", "PurchaseOrders", "went wrong"):
            assert leak not in f"{error} {error.extensions}"
        if kind is Throttled:
            assert error.retry_after is not None
            assert 0 < error.retry_after <= 90
            assert one.adapter.health().state is AccountState.THROTTLED


async def test_an_empty_success_is_no_empty_list() -> None:
    async with tenant() as one:
        one.set(blank_faults=True)
        one.desk.add(Fault("ok_with_error", path="PurchaseOrders"))
        with pytest.raises(VendorBadAnswer):
            await one.adapter.orders(OrderFilter(), None, 5, True)


async def test_an_empty_success_is_no_empty_table_of_names() -> None:
    async with tenant() as one:
        one.set(blank_faults=True)
        one.desk.add(Fault("ok_with_error", path="Vendors$"))
        answers = await ask(one, PARTY, entry("suppliers", 812))
        assert isinstance(answers[entry("suppliers", 812)], VendorBadAnswer)
        answers = await ask(one, PARTY, entry("suppliers", 812))
        assert isinstance(answers[entry("suppliers", 812)], Party)


@pytest.mark.parametrize("path", ["TrackingNumber/Multiple$", "Items$"])
async def test_an_empty_success_is_no_order_without_parcels_or_lines(path: str) -> None:
    async with tenant() as one:
        one.set(blank_faults=True, items_in_detail=False, multiple_tracking_numbers=True)
        one.desk.add(Fault("ok_with_error", path=path))
        number = orders_in(one)[0]
        answers = await ask(one, ORDER_DETAIL if path.startswith("Items") else SHIPMENTS, ref(number))
        assert isinstance(answers[ref(number)], VendorBadAnswer)


async def test_one_dead_token_is_renewed_in_silence() -> None:
    async with tenant() as one:
        await one.adapter.orders(OrderFilter(), None, 1, True)
        one.desk.add(Fault("unauthorized", path="PurchaseOrders"))
        assert (await one.adapter.orders(OrderFilter(), None, 1, True)).rows
        assert one.logins == 2


async def test_a_crowd_logs_in_once() -> None:
    async with tenant() as one:
        await asyncio.gather(*(one.adapter.orders(OrderFilter(), None, 1, True) for _ in range(20)))
        assert one.logins == 1


async def test_a_wrong_password_is_the_operator_s_to_mend() -> None:
    async with tenant(password=Secret(PASSWORD)) as one:
        with pytest.raises(Misconfigured) as told:
            await one.adapter.orders(OrderFilter(), None, 1, True)
        assert PASSWORD not in f"{told.value!r} {told.value.extensions}"
        assert one.adapter.health().state is AccountState.MISCONFIGURED
        checks = await one.adapter.check()
        assert [check.ok for check in checks] == [False]
        assert "password" in checks[0].remark


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"expires_in": 60}, VendorBadAnswer),
        (200, "html", VendorBadAnswer),
        (400, {"Message": "no"}, Misconfigured),
        (409, {"Error": "x", "RateLimitResetTime": "2026-11-21T09:05:00.1234567Z"}, Throttled),
        (429, {"Error": "x", "RateLimitResetTime": "2026-11-21T09:05:00Z"}, Throttled),
        (500, {"Message": "no"}, VendorUnavailable),
    ],
)
async def test_a_login_that_fails_says_how(status: int, body: Any, kind: type[GatewayError]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url == f"{BASE}/token"
        return httpx.Response(status, text="<p>") if body == "html" else httpx.Response(status, json=body)

    adapter = adapter_over(httpx.MockTransport(answer))
    with pytest.raises(kind) as told:
        await adapter.orders(OrderFilter(), None, 1, True)
    assert type(told.value) is kind
    await adapter.close()


async def test_only_expires_in_says_how_long_a_token_lives() -> None:
    async with tenant() as one:
        one.set(expires_before_issued=True)
        for _ in range(3):
            await one.adapter.orders(OrderFilter(), None, 1, True)
        assert one.logins == 1


async def test_the_account_says_what_it_can() -> None:
    async with tenant() as one:
        assert one.adapter.account.capabilities == {
            Capability.READ_ORDERS,
            Capability.LIST_ORDERS,
            Capability.READ_REFERENCE,
            Capability.CREATE_PURCHASE_ORDERS,
            Capability.UPDATE_ORDERS,
            Capability.CANCEL_ORDERS,
        }
        assert one.adapter.id_parts == {Kind.ACCOUNT: 0, Kind.ORDER: 1, Kind.LINE: 2}
        checks = await one.adapter.check()
        assert len(checks) == 5
        assert all(check.ok for check in checks)
        one.set(denied_modules=["Warehouses"])
        assert one.adapter.health().state is AccountState.HEALTHY
