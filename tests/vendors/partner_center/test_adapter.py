"""The adapter against the emulator: what it gives, and exactly which calls that takes."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from gateway.errors import (
    BadUserInput,
    FilterNotSupported,
    FilterRequired,
    GatewayError,
    Throttled,
    Unsupported,
    VendorBadAnswer,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)
from gateway.model.account import AccountState, Capability
from gateway.model.agreement import AgreementKind, AgreementStatus, ProductSubscription
from gateway.model.order import Order, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.sandbox.control import Fault
from gateway.vendors.base import (
    AGREEMENT,
    ATTACHMENT,
    CART,
    ORDER,
    ORDER_ATTACHMENTS,
    PARTY,
    SUBSCRIPTION,
    AgreementFilter,
    OrderFilter,
    OrderPlace,
    Read,
    order_position,
)
from gateway.vendors.partner_center.details import OrderDetails, ProvisioningStatus
from gateway.vendors.partner_center.reads import DIRECT_SIGNED, PROVISIONING
from tests.vendors.partner_center.office import ROOT, Office, office

STRANGER = "00000000-0000-4000-8000-00000000dead"
ALL = OrderFilter()


async def ask(one: Office, read: Read[Any, Any], *keys: Any) -> Any:
    batch = one.adapter.reads.get(read)
    assert batch is not None
    return await batch(keys)


async def listed(one: Office, wanted: OrderFilter = ALL, limit: int = 10_000) -> tuple[Order, ...]:
    return (await one.adapter.orders(wanted, None, limit, True)).rows


def paths(one: Office) -> list[str]:
    return sorted(call.path for call in one.calls)


async def test_a_list_is_one_call_per_customer_and_a_walk_over_its_pages_costs_no_more() -> None:
    async with office() as one:
        customers = one.emulator.credentials(ROOT)["customers"]
        step = await one.adapter.orders(ALL, None, 7, True)
        rows, total = list(step.rows), step.total
        assert len(step.rows) == 7
        while step.resume is not None:
            assert step.resume == order_position(rows[-1])
            step = await one.adapter.orders(ALL, step.resume, 7, True)
            rows += step.rows
        assert paths(one) == sorted(f"/v1/customers/{key}/orders" for key in customers)
        assert {call.query for call in one.calls} == {"include_price=true&include_system_purchases=true"}
        assert {row.number for row in rows} == {o["number"] for o in one.emulator.orders() if o["listed"]}
        assert len({row.ref for row in rows}) == len(rows)
        assert total == await one.adapter.count_orders(ALL) == len(rows)
        assert step.lag_seconds == 900
        assert all(later < sooner for sooner, later in pairwise(map(order_position, rows)))
        up = await one.adapter.orders(ALL, None, 10_000, False)
        assert list(up.rows) == rows[::-1]
        assert up.resume is None
        assert len(one.calls) == len(customers)


async def test_the_kept_lists_age_and_our_own_writes_drop_them() -> None:
    async with office(list_cache_seconds=60.0) as one:
        customers = len(one.emulator.credentials(ROOT)["customers"])
        await listed(one)
        one.clock.now += timedelta(seconds=59)
        await listed(one)
        assert len(one.calls) == customers
        one.adapter._orders.forget((await listed(one))[0].number_scope)
        await listed(one)
        assert len(one.calls) == customers + 1
        one.clock.now += timedelta(seconds=61)
        await listed(one)
        assert len(one.calls) == 2 * customers + 1


async def test_lists_asked_for_at_once_share_their_calls() -> None:
    async with office() as one:
        one.desk.add(Fault("latency", path="/orders$", times=None, seconds=0.05))
        await asyncio.gather(*(listed(one) for _ in range(20)))
        assert len(one.calls) == len(one.emulator.credentials(ROOT)["customers"])
        assert one.logins == 1


async def test_without_configured_customers_their_list_is_read_once() -> None:
    async with office(customers=()) as one:
        rows = await listed(one)
        one.adapter._orders._lists._shelf._kept.clear()
        await listed(one)
        assert rows
        counted = Counter(call.path for call in one.calls)
        assert counted.pop("/v1/customers") == 1
        assert set(counted.values()) == {2}


async def test_too_many_customers_are_refused_before_any_order_call() -> None:
    async with office(customers=(), max_customers_per_list=2) as one:
        with pytest.raises(FilterRequired):
            await listed(one)
        assert paths(one) == ["/v1/customers"]
        one.forget_calls()
        keys = tuple(one.emulator.credentials(ROOT)["customers"])
        with pytest.raises(FilterRequired):
            await one.adapter.count_orders(OrderFilter(customer_keys=keys[:3]))
        assert one.calls == []
        assert await listed(one, OrderFilter(customer_keys=keys[:2]))
        assert len(one.calls) == 2


async def test_customer_keys_choose_whom_to_ask() -> None:
    async with office() as one:
        first, second, *_ = one.emulator.credentials(ROOT)["customers"]
        rows = await listed(one, OrderFilter(customer_keys=(second, "173", 'x"&y')))
        assert {row.number_scope for row in rows} == {second.lower()}
        assert paths(one) == [f"/v1/customers/{second}/orders"]
        one.forget_calls()
        assert await listed(one, OrderFilter(customer_keys=("173",))) == ()
        assert await one.adapter.count_orders(OrderFilter(customer_keys=("173",))) == 0
        assert one.calls == []
        assert first != second


async def test_one_customer_that_fails_leaves_the_others_and_a_notice() -> None:
    async with office() as one:
        related = one.emulator.credentials(ROOT)["customers"]
        one.desk.add(Fault("error", path=f"{related[1]}/orders$", status=500, times=None))
        step = await one.adapter.orders(ALL, None, 10_000, True)
        assert isinstance(step.notice, VendorUnavailable)
        assert related[1] in str(step.notice)
        assert {row.number_scope for row in step.rows} == {key for key in related if key != related[1]}
        assert step.total is None
        assert await one.adapter.count_orders(ALL) is None


async def test_a_list_that_no_customer_answers_fails() -> None:
    async with office() as one:
        one.desk.add(Fault("error", path="/orders$", status=503, times=None))
        with pytest.raises(VendorUnavailable):
            await listed(one)


@pytest.mark.parametrize("configured", [(), ("00000000-0000-4000-8000-00000000cafe",)])
async def test_a_customer_without_relation_is_denied(configured: tuple[str, ...]) -> None:
    async with office(customers=configured) as one:
        with pytest.raises(VendorDenied) as caught:
            await listed(one, OrderFilter(customer_keys=(STRANGER,)))
        assert caught.value.vendor_code == "20002"
        assert one.adapter.health().state is AccountState.HEALTHY


async def test_customers_that_are_named_need_not_be_configured() -> None:
    async with office() as some:
        first, second, *_ = some.emulator.credentials(ROOT)["customers"]
    async with office(customers=(first,)) as one:
        assert {row.number_scope for row in await listed(one)} == {first}
        assert {row.number_scope for row in await listed(one, OrderFilter(customer_keys=(second,)))} == {second}


async def test_a_customer_that_the_vendor_does_not_know_is_told_with_all_that_finds_the_call() -> None:
    async with office() as one:
        one.desk.add(Fault("error", path="/orders$", status=404, times=None))
        with pytest.raises(VendorRefused) as caught:
            await listed(one, OrderFilter(customer_keys=(STRANGER,)))
        error = caught.value
        assert (error.account, error.vendor_code) == ("main", "800003")
        assert error.vendor == "partner_center"
        assert error.correlation_id


async def test_filters_are_applied_here_and_cost_nothing() -> None:
    async with office() as one:
        everything = await listed(one)
        one.forget_calls()
        middle = everything[len(everything) // 2].created_at
        assert middle is not None
        for wanted, keep in [
            (OrderFilter(statuses=(OrderStatus.ACTION_REQUIRED,)), lambda o: o.status is OrderStatus.ACTION_REQUIRED),
            (OrderFilter(vendor_statuses=("Pending PO upload",)), lambda o: o.vendor_status == "pending_po_upload"),
            (OrderFilter(types=(OrderType.RENEWAL,)), lambda o: o.type is OrderType.RENEWAL),
            (OrderFilter(created_from=middle), lambda o: o.created_at >= middle),
            (OrderFilter(created_before=middle), lambda o: o.created_at < middle),
        ]:
            found = await one.adapter.orders(wanted, None, 10_000, True)
            assert found.rows == tuple(filter(keep, everything))
            assert found.rows
            assert found.total == len(found.rows)
        assert one.calls == []


async def test_search_looks_at_numbers_offers_and_labels() -> None:
    async with office() as one:
        everything = await listed(one)
        order = next(
            o for o in everything if isinstance(o.details, OrderDetails) and o.details.alternate_id != o.number
        )
        assert isinstance(order.details, OrderDetails)
        for text in (order.number, str(order.details.alternate_id), order.lines[0].item.key.lower()):
            assert order in await listed(one, OrderFilter(search=text))
        assert await listed(one, OrderFilter(search="no such thing anywhere")) == ()


async def test_what_the_vendor_cannot_tell_is_refused_before_any_call() -> None:
    async with office() as one:
        with pytest.raises(FilterNotSupported):
            await listed(one, OrderFilter(updated_from=one.clock.now))
        agreement = Ref.of("pc-1", Kind.AGREEMENT, STRANGER, "0" * 32)
        assert await listed(one, OrderFilter(agreement=agreement)) == ()
        assert list(one.desk.journal) == []


@pytest.mark.parametrize("noise", [False, True])
async def test_an_order_is_the_same_by_every_road(noise: bool) -> None:
    async with office(noise=noise) as one:
        rows = (await listed(one))[:30]
        one.forget_calls()
        found = await ask(one, ORDER, *(row.ref for row in rows))
        assert [found[row.ref] for row in rows] == list(rows)
        assert len(one.calls) == len(rows)
        assert {call.query for call in one.calls} == {"include_price=true"}


async def test_an_order_that_is_not_there_is_missing_and_a_strangers_is_denied() -> None:
    async with office() as one:
        order = (await listed(one))[0]
        gone = Ref.of("pc-1", Kind.ORDER, order.number_scope, "00000000dead")
        strange = Ref.of("pc-1", Kind.ORDER, STRANGER, order.number)
        odd = Ref.of("pc-1", Kind.ORDER, order.number_scope, "../../../customers?x=1#y")
        found = await ask(one, ORDER, order.ref, gone, strange, odd)
        assert found[order.ref] == order
        assert found[gone].code == "NOT_FOUND"
        assert isinstance(found[strange], VendorDenied)
        assert isinstance(found[odd], GatewayError)


async def test_subscriptions_of_many_orders_are_one_call_per_customer() -> None:
    async with office() as one:
        rows = await listed(one)
        embedded = {sub.ref: sub for order in rows for sub in order.subscriptions or ()}
        assert all(sub.known == frozenset({"id", "account", "number", "agreement"}) for sub in embedded.values())
        one.forget_calls()
        found = await ask(one, SUBSCRIPTION, *embedded)
        customers = {ref.parts[0] for ref in embedded}
        several = {c for c in customers if sum(ref.parts[0] == c for ref in embedded) > 1}
        assert several
        assert len(one.calls) == len(customers)
        assert {f"/v1/customers/{c}/subscriptions" for c in several} <= set(paths(one))
        assert set(found) == set(embedded)
        assert all(isinstance(sub, ProductSubscription) and sub.known is None for sub in found.values())


async def test_one_subscription_is_read_by_itself() -> None:
    async with office() as one:
        ref = next(sub.ref for order in await listed(one) for sub in order.subscriptions or ())
        one.forget_calls()
        gone = Ref.of("pc-1", Kind.SUBSCRIPTION, ref.parts[0], STRANGER)
        assert (await ask(one, SUBSCRIPTION, ref))[ref].number == ref.parts[1]
        assert await ask(one, SUBSCRIPTION, gone) == {}
        assert paths(one) == sorted(f"/v1/customers/{r.parts[0]}/subscriptions/{r.parts[1]}" for r in (ref, gone))
        both = await ask(one, SUBSCRIPTION, ref, gone)
        assert set(both) == {ref}


async def test_files_are_listed_per_order_found_by_id_and_downloaded() -> None:
    async with office() as one:
        rows = [row for row in await listed(one) if row.documents and row.documents.state.name == "SUBMITTED"][:3]
        one.forget_calls()
        places = [OrderPlace(row.ref, None) for row in rows]
        lists = await ask(one, ORDER_ATTACHMENTS, *places)
        assert len(one.calls) == len(rows)
        files = [file for place in places for file in lists[place]]
        assert files
        assert all(file.order in {row.ref for row in rows} for file in files)
        one.forget_calls()
        gone = rows[0].ref.child(Kind.ATTACHMENT, "00000000000000")
        found = await ask(one, ATTACHMENT, gone, *(file.ref for file in files))
        assert found == {file.ref: file for file in files}
        assert len(one.calls) == len(rows)
        one.forget_calls()
        async with one.adapter.download(files[0]) as download:
            content = b"".join([chunk async for chunk in download.chunks])
        assert content
        assert download.length in (None, len(content))
        customer, order, file = files[0].ref.parts
        assert paths(one) == [f"/v1/customers/{customer}/orders/{order}/attachment/{file}"]
        with pytest.raises(GatewayError):
            async with one.adapter.download(await _renamed(files[0], gone)):
                raise AssertionError("a file that is not there was opened")
        one.desk.add(Fault("drop", path="/attachment/"))
        with pytest.raises(VendorUnavailable) as caught:
            async with one.adapter.download(files[0]):
                raise AssertionError("a broken connection was opened")
        assert caught.value.correlation_id


async def _renamed(file: Any, ref: Ref) -> Any:
    return type(file)(ref=ref, number=ref.parts[-1], kind=file.kind, vendor_kind=None, file_name=None)


async def test_agreements_are_one_call_per_customer_by_the_users_login() -> None:
    async with office() as one:
        customers = one.emulator.credentials(ROOT)["customers"]
        step = await one.adapter.agreements(AgreementFilter(), None, 100, True)
        assert step.rows
        assert paths(one) == sorted(f"/v1/customers/{key}/agreements" for key in customers)
        assert {call.query for call in one.calls} == {"agreementType=*"}
        assert step.total == await one.adapter.count_agreements(AgreementFilter()) == len(step.rows)
        assert {row.status for row in step.rows} == {AgreementStatus.ACCEPTED}
        one.forget_calls()
        gone = Ref.of("pc-1", Kind.AGREEMENT, step.rows[0].ref.parts[0], "0" * 32)
        found = await ask(one, AGREEMENT, gone, *(row.ref for row in step.rows))
        assert found == {row.ref: row for row in step.rows}
        assert len(one.calls) == len({row.ref.parts[0] for row in step.rows})
        one.forget_calls()
        assert (
            await one.adapter.agreements(AgreementFilter(kinds=(AgreementKind.COMMERCIAL,)), None, 9, True)
        ).rows == ()
        assert one.calls == []
        signed = await ask(one, DIRECT_SIGNED, *{row.details.customer for row in step.rows})  # type: ignore[attr-defined]  # details are open in the model
        assert {type(value) for value in signed.values()} == {bool}


async def test_provisioning_is_a_users_call_per_order() -> None:
    async with office() as one:
        rows = (await listed(one))[:20]
        one.forget_calls()
        found = await ask(one, PROVISIONING, *(row.ref for row in rows))
        assert len(one.calls) == len(rows)
        told = [lines for lines in found.values() if not isinstance(lines, GatewayError)]
        assert any(line.status is ProvisioningStatus.FULFILLED for lines in told for line in lines.values())
        for row in rows:
            if not isinstance(found[row.ref], GatewayError):
                assert set(found[row.ref]) <= {line.number for line in row.lines}


async def test_an_account_without_a_users_login_says_so_and_makes_no_call() -> None:
    async with office(user=False) as one:
        userless = {Capability.READ_AGREEMENTS, Capability.LIST_AGREEMENTS, Capability.READ_PROVISIONING}
        assert not userless & one.adapter.account.capabilities
        with pytest.raises(Unsupported):
            await one.adapter.agreements(AgreementFilter(), None, 10, True)
        ref = Ref.of("pc-1", Kind.ORDER, STRANGER, "1")
        assert isinstance((await ask(one, PROVISIONING, ref))[ref], Unsupported)
        assert list(one.desk.journal) == []


async def test_other_clouds_have_no_agreements() -> None:
    async with office(cloud="us_gov") as one:
        assert Capability.READ_PROVISIONING in one.adapter.account.capabilities
        assert Capability.LIST_AGREEMENTS not in one.adapter.account.capabilities


async def test_names_come_from_one_list_of_customers() -> None:
    async with office() as one:
        rows = await listed(one)
        lookups = {row.customer.lookup for row in rows if row.customer}
        one.forget_calls()
        stranger = Ref.of("pc-1", Kind.REFERENCE, "customers", STRANGER)
        found = await ask(one, PARTY, stranger, *lookups)
        assert set(found) == lookups
        assert all(party.name for party in found.values())
        await ask(one, PARTY, *lookups)
        assert paths(one) == ["/v1/customers"]


async def test_names_are_just_absent_where_the_list_is_refused() -> None:
    async with office() as one:
        one.desk.add(Fault("error", path="/customers$", status=403, times=None))
        assert await ask(one, PARTY, Ref.of("pc-1", Kind.REFERENCE, "customers", STRANGER)) == {}


async def test_the_customer_picker_searches_and_pages_without_further_calls() -> None:
    async with office(customers=()) as one:
        pick = one.adapter.pickers.parties["customers"]
        first = await pick(None, 2, None)
        assert first.more
        second = await pick(None, 2, first.cursors[-1])
        assert {row.key for row in first.rows}.isdisjoint(row.key for row in second.rows)
        named = await pick((first.rows[1].name or "").upper(), 10, None)
        assert first.rows[1] in named.rows
        assert (await pick("no such customer", 10, None)).rows == ()
        with pytest.raises(BadUserInput):
            await pick(None, 2, "not a cursor")
        assert paths(one) == ["/v1/customers"]


async def test_carts_are_read_by_id() -> None:
    async with office() as one:
        customer = one.emulator.credentials(ROOT)["customers"][0]
        body = {"lineItems": [{"id": 0, "catalogItemId": "a:b:c", "quantity": 1, "billingCycle": "monthly"}]}
        made = await one.adapter._api._upstream.call(
            "POST", f"/v1/customers/{customer}/carts", route="/carts", json=body
        )
        ref = Ref.of("pc-1", Kind.CART, customer, made.body["id"])
        gone = Ref.of("pc-1", Kind.CART, customer, STRANGER)
        found = await ask(one, CART, ref, gone)
        assert found[ref].ref == ref
        assert found[ref].lines[0].item.key == "a:b:c"
        assert found[ref].lines[0].error.name == "CatalogItemIdIsNotValid"
        assert not found[ref].ready_for_checkout
        assert found[gone].code == "NOT_FOUND"


FAULTS: dict[str, tuple[Fault, type[GatewayError], str | None]] = {
    "throttle": (Fault("throttle", retry_after=7), Throttled, None),
    "unauthorized": (Fault("unauthorized", times=None), VendorDenied, "400"),
    "error": (Fault("error", status=500), VendorUnavailable, "800003"),
    "not there": (Fault("error", status=404), GatewayError, "800003"),
    "drop": (Fault("drop"), VendorUnavailable, None),
    "lost": (Fault("lost"), VendorUnavailable, None),
    "truncate": (Fault("truncate"), GatewayError, None),
    "html": (Fault("html"), VendorBadAnswer, None),
    "a page that says 404": (Fault("html", status=404), VendorBadAnswer, None),
    "ok_with_error": (Fault("ok_with_error"), VendorBadAnswer, "400072"),
    "late": (Fault("late", seconds=1.0), VendorUnavailable, None),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_accident_has_its_error_and_tells_no_secret(fault: str) -> None:
    async with office(user=False) as one:
        ref = (await listed(one))[0].ref
        if fault == "late":
            one.adapter._api._upstream._limits = type(one.adapter._api._upstream._limits)(
                timeout_seconds=0.2, max_retries=0
            )
        made, expected, vendor_code = FAULTS[fault]
        one.desk.add(
            Fault(
                made.kind,
                path="/orders/",
                times=made.times,
                seconds=made.seconds,
                status=made.status,
                retry_after=made.retry_after,
            )
        )
        error = (await ask(one, ORDER, ref))[ref]
        assert isinstance(error, expected)
        assert error.vendor_code == vendor_code
        assert error.account == "main"
        assert error.correlation_id
        if fault == "throttle":
            assert error.retry_after == 7
        told = f"{error!s} {error.extensions}"
        assert not any(
            word in told for word in ("http", "Bearer", ROOT, one.emulator.credentials(ROOT)["client_secret"])
        )


async def test_the_doctor_says_what_works_and_what_to_mend() -> None:
    async with office() as one:
        checks = await one.adapter.check()
        assert all(check.ok for check in checks)
        assert len(checks) == 4
        one.set(mfa_claim=False)
        one.adapter._api._user._tokens._held = None  # type: ignore[union-attr]  # the office has a user's login
        assert [check.ok for check in await one.adapter.check()] == [True, True, True, False]
        assert "second factor" in (await one.adapter.check())[-1].remark
        one.desk.add(Fault("unauthorized", times=None))
        assert not any(check.ok for check in await one.adapter.check())
    async with office(user=False, customers=(), max_customers_per_list=2) as one:
        checks = await one.adapter.check()
        assert "customerKeys" in checks[0].remark
        assert "refresh_token" in checks[-1].remark
