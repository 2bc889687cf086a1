"""The adapter against the emulator: what it finds, and by how many calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from gateway.errors import (
    BadUserInput,
    DeadlineExceeded,
    FilterNotSupported,
    GatewayError,
    Misconfigured,
    NotFound,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)
from gateway.model.account import AccountState, Capability
from gateway.model.agreement import Agreement, AgreementKind, AgreementStatus, SubscriptionStatus
from gateway.model.order import AttachmentKind, DocumentState, Order, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.upstream.client import Stream
from gateway.vendors.base import (
    AGREEMENT,
    AGREEMENT_ATTACHMENTS,
    ASSET,
    ATTACHMENT,
    FIRST_TIE,
    ORDER,
    ORDER_ATTACHMENTS,
    ORDER_DETAIL,
    PARTY,
    SUBSCRIPTION,
    AgreementFilter,
    Limits,
    OrderFilter,
    OrderPlace,
    Position,
    Step,
    order_position,
)
from gateway.vendors.softwareone.adapter import SoftwareOne
from gateway.vendors.softwareone.attachments import opened
from gateway.vendors.softwareone.reads import AGREEMENT_SPLIT, INSTRUCTIONS, SUBSCRIPTION_SPLIT
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.softwareone.words import LATER
from tests.vendors.softwareone.bench import Bench, bench, scripted

ACTORS: tuple[Actor, ...] = ("client", "vendor", "operations")
ORDERS = "/commerce/orders"


async def walk(
    adapter: SoftwareOne, wanted: OrderFilter | None = None, *, limit: int = 100, descending: bool = True
) -> list[Order]:
    found: list[Order] = []
    after: Position | None = None
    while True:
        step = await adapter.orders(wanted or OrderFilter(), after, limit, descending)
        assert step.omitted == 0
        assert len(step.rows) <= limit
        found += step.rows
        if step.resume is None:
            return found
        after = step.resume


def known_to(bench: Bench) -> set[str]:
    """The emulator's own list; operations see all of it."""
    return {order["number"] for order in bench.emulator.orders()}


async def first(bench: Bench, wanted: OrderFilter) -> Order:
    order = (await bench.adapter.orders(wanted, None, 1, True)).rows[0]
    bench.calls()
    return order


# ── lists ──


@pytest.mark.parametrize("descending", [True, False])
async def test_a_walk_meets_every_order_once_in_order(descending: bool) -> None:
    async with bench("operations") as b:
        everything = OrderFilter(statuses=tuple(OrderStatus))
        found = await walk(b.adapter, everything, limit=7, descending=descending)
        assert {order.number for order in found} == known_to(b)
        assert len(found) == len(known_to(b))
        places = [order_position(order) for order in found]
        assert places == sorted(places, reverse=descending)
        assert len(b.calls()) == -(-len(found) // 7)


async def test_orders_of_one_moment_are_met_once_however_the_pages_fall() -> None:
    async with bench("operations") as b:
        rows = b.emulator.state["orders"].values()
        for row in rows:
            row["audit"]["created"]["at"] = "2026-03-05T09:15:30.123Z"
        everything = OrderFilter(statuses=tuple(OrderStatus))
        for descending in (True, False):
            found = await walk(b.adapter, everything, limit=9, descending=descending)
            assert [order.number for order in found] == sorted(known_to(b), reverse=descending)


async def test_discarded_orders_are_listed_only_when_asked_for() -> None:
    async with bench() as b:
        ordinary = await walk(b.adapter)
        discarded = await walk(b.adapter, OrderFilter(statuses=(OrderStatus.DELETED,)))
        assert discarded
        assert all(order.status is OrderStatus.DELETED for order in discarded)
        assert not {order.ref for order in ordinary} & {order.ref for order in discarded}


async def test_the_total_comes_with_the_first_page_and_by_one_call_alone() -> None:
    async with bench() as b:
        step = await b.adapter.orders(OrderFilter(), None, 5, True)
        assert len(b.calls()) == 1
        assert step.total == await b.adapter.count_orders(OrderFilter())
        assert b.queries() == ["ne(status,%22Deleted%22)&select=" + SELECTED + "&limit=0"]
        assert step.resume is not None
        assert (await b.adapter.orders(OrderFilter(), step.resume, 5, True)).total is None


SELECTED = "lines,parameters,subscriptions,assets,termsAndConditions,certificates,audit"


@pytest.mark.parametrize("descending", [True, False])
async def test_a_bound_from_another_account_begins_between_two_orders(descending: bool) -> None:
    async with bench() as b:
        orders = await walk(b.adapter, descending=descending)
        middle = orders[len(orders) // 2]
        assert middle.created_at is not None
        beside = middle.created_at + timedelta(microseconds=1 if descending else -1)
        step = await b.adapter.orders(OrderFilter(), Position.of(beside, "swo", FIRST_TIE), 1, descending)
        assert step.rows[0].ref == middle.ref


async def test_filters_are_applied_by_the_vendor() -> None:
    async with bench("operations") as b:
        orders = await walk(b.adapter)
        sample = orders[len(orders) // 3]
        assert sample.customer is not None
        assert sample.agreement is not None
        assert sample.created_at is not None
        assert sample.updated_at is not None
        reference = next(one for order in orders for one in order.external_references if one.system == "client")
        for wanted, holds in (
            (OrderFilter(statuses=(OrderStatus.COMPLETED,)), lambda o: o.status is OrderStatus.COMPLETED),
            (OrderFilter(vendor_statuses=("querying",)), lambda o: o.vendor_status == "Querying"),
            (OrderFilter(types=(OrderType.CHANGE,)), lambda o: o.type is OrderType.CHANGE),
            (OrderFilter(customer_keys=(sample.customer.key,)), lambda o: o.customer == sample.customer),
            (OrderFilter(agreement=sample.agreement.ref), lambda o: o.agreement.ref == sample.agreement.ref),
            (OrderFilter(created_from=sample.created_at), lambda o: o.created_at >= sample.created_at),
            (OrderFilter(created_before=sample.created_at), lambda o: o.created_at < sample.created_at),
            (OrderFilter(updated_from=sample.updated_at), lambda o: o.updated_at >= sample.updated_at),
            (OrderFilter(search=sample.number[4:].lower()), lambda o: o.ref == sample.ref),
            (OrderFilter(search=reference.value.lower()), lambda o: reference in o.external_references),
        ):
            expected = [order.ref for order in orders if holds(order)]
            assert expected, wanted
            b.calls()
            step = await b.adapter.orders(wanted, None, 100, True)
            assert [order.ref for order in step.rows] == expected[:100], wanted
            assert step.total == len(expected)
            assert b.calls() == [ORDERS]


async def test_statuses_nobody_knows_can_be_asked_for() -> None:
    async with bench("operations") as b:
        row = next(iter(b.emulator.state["orders"].values()))
        row["status"] = "Hovering"
        step = await b.adapter.orders(OrderFilter(statuses=(OrderStatus.UNKNOWN,)), None, 100, True)
        assert [order.number for order in step.rows] == [row["id"]]
        assert step.rows[0].vendor_status == "Hovering"


OLDER = ("New", "Draft", "Quoted", "Processing", "Querying", "Completed", "Failed", "Deleted")
OLDER_TYPES = ("Purchase", "Change", "Termination", "Configuration")


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        (OrderFilter(statuses=(OrderStatus.PROCESSING,)), 'in(status,("Processing"))'),
        (OrderFilter(statuses=(OrderStatus.UNKNOWN,)), f"out(status,{OLDER})"),
        (OrderFilter(vendor_statuses=("draft", "pending_review")), 'in(status,("Draft"))'),
        (OrderFilter(types=(OrderType.OTHER,)), f'ne(status,"Deleted")&out(type,{OLDER_TYPES})'),
        (OrderFilter(statuses=(OrderStatus.CANCELLED,)), None),
        (OrderFilter(vendor_statuses=("po_upload_complete",)), None),
        (OrderFilter(types=(OrderType.SUSPEND,)), None),
    ],
)
async def test_a_platform_that_refuses_newer_words_is_asked_in_older_ones(
    wanted: OrderFilter, asked: str | None
) -> None:
    queries: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        queries.append(unquote(request.url.query.decode()).partition("&select=")[0])
        if any(f'"{word}"' in queries[-1] for word in (*LATER, "pending_review", "po_upload_complete")):
            return httpx.Response(400, json={"status": 400, "errors": {"Scheduled": ["Cannot convert value."]}})
        status = next((word for word in ("Processing", "Draft") if asked == f'in(status,("{word}"))'), None)
        return listed(row(5, status=status), total=1)

    async with scripted(answer) as adapter:
        step = await adapter.orders(wanted, None, 5, True)
        assert len(step.rows) == (1 if asked else 0)
        assert queries[1:] == ([asked.replace("'", '"').replace(", ", ",")] if asked else [])
        assert await adapter.count_orders(wanted) == (1 if asked else 0)


async def test_a_refusal_that_is_not_of_newer_words_is_told_at_once() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return httpx.Response(400, json={"status": 400})

    async with scripted(answer) as adapter:
        with pytest.raises(VendorRefused):
            await adapter.orders(OrderFilter(statuses=(OrderStatus.COMPLETED,)), None, 5, True)
    assert len(calls) == 1


async def test_what_no_order_can_match_costs_no_call() -> None:
    async with bench() as b:
        for wanted in (
            OrderFilter(documents=(DocumentState.REQUIRED,)),
            OrderFilter(statuses=(OrderStatus.IN_REVIEW,)),
            OrderFilter(types=(OrderType.CREDIT_MEMO,)),
        ):
            assert await b.adapter.orders(wanted, None, 20, True) == Step(rows=(), resume=None, total=0)
            assert await b.adapter.count_orders(wanted) == 0
        accepted = AgreementFilter(kinds=(AgreementKind.ACCEPTED_TERMS,))
        assert await b.adapter.agreements(accepted, None, 20, True) == Step(rows=(), resume=None, total=0)
        assert await b.adapter.count_agreements(accepted) == 0
        assert b.calls() == []


async def test_what_cannot_be_asked_is_refused_before_a_call() -> None:
    async with bench() as b:
        for wanted in (
            OrderFilter(search="both \" and '"),
            OrderFilter(customer_keys=tuple(f"LCE-{n:04}-0000-0000" for n in range(400))),
        ):
            with pytest.raises(FilterNotSupported):
                await b.adapter.orders(wanted, None, 20, True)
        assert b.calls() == []


async def test_a_vendor_with_shorter_pages_than_asked_for_is_walked_in_its_own_steps() -> None:
    async with bench("operations") as b:
        b.emulator.settings.max_limit = 6
        everything = OrderFilter(statuses=tuple(OrderStatus))
        assert {order.number for order in await walk(b.adapter, everything)} == known_to(b)
        refs = [Ref("swo", Kind.ORDER, (number,)) for number in sorted(known_to(b))[:20]]
        b.calls()
        assert set(await b.read(ORDER, *refs)) == set(refs)
        assert b.calls() == [ORDERS] * 4


async def test_a_row_that_cannot_be_read_is_counted_and_hides_no_other() -> None:
    async with bench("operations") as b:
        before = await walk(b.adapter)
        for place in (3, 11):
            b.emulator.state["orders"][before[place].number]["lines"] = [{"item": {}}]
        found: list[Order] = []
        after, omitted = None, 0
        while True:
            step = await b.adapter.orders(OrderFilter(), after, 4, True)
            found, omitted, after = [*found, *step.rows], omitted + step.omitted, step.resume
            if after is None:
                break
        assert omitted == 2
        assert len(found) == len(before) - 2


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("actor", ACTORS)
async def test_an_order_is_the_same_from_the_list_and_by_its_id(actor: Actor, legacy: bool) -> None:
    async with bench(actor) as b:
        b.emulator.settings.legacy_style = legacy
        orders = await walk(b.adapter)
        assert orders
        b.calls()
        found = await b.read(ORDER, *(order.ref for order in orders[:50]))
        assert b.calls() == [ORDERS]
        assert found == {order.ref: order for order in orders[:50]}


async def test_both_wire_styles_give_the_same_orders() -> None:
    async with bench() as b:
        current = await walk(b.adapter)
        b.emulator.settings.legacy_style = True
        legacy = await walk(b.adapter)
    for one, other in zip(current, legacy, strict=True):
        assert other.number == f"{one.number}-0001"  # orders had four groups of digits then
        for name in ("status", "type", "notes", "external_references", "created_at", "customer"):
            assert getattr(one, name) == getattr(other, name), name
        # The older payloads know no one-time prices.
        assert set(other.recurring_totals or ()) <= set(one.recurring_totals or ())
        assert [line.quantity for line in one.lines] == [line.quantity for line in other.lines]


async def test_actors_see_their_own_prices() -> None:
    seen: dict[str, set[str]] = {}
    for actor in ACTORS:
        async with bench(actor) as b:
            totals = [price for order in await walk(b.adapter) for price in order.recurring_totals or ()]
            seen[actor] = {price.kind.value for price in totals}
    assert seen == {"client": {"selling"}, "vendor": {"purchase"}, "operations": {"selling", "purchase"}}


async def test_agreements_are_walked_like_orders() -> None:
    async with bench("operations") as b:
        for descending in (True, False):
            found: list[Agreement] = []
            after: Position | None = None
            while True:
                step = await b.adapter.agreements(AgreementFilter(), after, 5, descending)
                found += step.rows
                after = step.resume
                if after is None:
                    break
            assert len({one.ref for one in found}) == len(found) == await b.adapter.count_agreements(AgreementFilter())
            moments = [one.created_at for one in found if one.created_at is not None]
            assert moments == sorted(moments, reverse=descending)
        wanted = AgreementFilter(statuses=(AgreementStatus.ACTIVE,), kinds=(AgreementKind.COMMERCIAL,))
        active = await b.adapter.agreements(wanted, None, 100, True)
        assert active.rows
        assert {one.status for one in active.rows} == {AgreementStatus.ACTIVE}


# ── a vendor that does not do as it was asked ──


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"ORD-{number}", "audit": {"created": {"at": f"2026-03-{number:02}T00:00:00.000Z"}}, **more}


def listed(*rows: Any, total: int | None = None, limit: int = 10) -> httpx.Response:
    pagination = {"offset": 0, "limit": limit} | ({} if total is None else {"total": total})
    return httpx.Response(200, json={"$meta": {"pagination": pagination}, "data": list(rows)})


async def test_a_bound_that_is_ignored_is_a_bad_answer() -> None:
    async with scripted(lambda request: listed(row(5), row(4), total=9)) as adapter:
        step = await adapter.orders(OrderFilter(), None, 2, True)
        with pytest.raises(VendorBadAnswer):
            await adapter.orders(OrderFilter(), step.resume, 2, True)


async def test_a_condition_on_times_that_is_ignored_is_told() -> None:
    async with scripted(lambda request: listed(row(5), row(4), total=2)) as adapter:
        new, old = (await adapter.orders(OrderFilter(), None, 10, True)).rows
        for wanted, left in (
            (OrderFilter(created_from=new.created_at), new),
            (OrderFilter(created_before=new.created_at), old),
            (OrderFilter(updated_from=new.created_at), new),
        ):
            step = await adapter.orders(wanted, None, 10, True)
            assert step.rows == (left,)
            assert isinstance(step.notice, VendorBadAnswer)
        with pytest.raises(VendorBadAnswer):
            await adapter.orders(OrderFilter(created_before=old.created_at), None, 10, True)


async def test_rows_out_of_order_or_beyond_the_limit_are_put_right() -> None:
    async with scripted(lambda request: listed(row(3), row(5), row(4), row(2), total=4)) as adapter:
        step = await adapter.orders(OrderFilter(), None, 3, True)
        assert [order.number for order in step.rows] == ["ORD-5", "ORD-4", "ORD-3"]
        assert step.resume == order_position(step.rows[-1])


@pytest.mark.parametrize(
    "answer",
    [
        listed(total=5),
        listed({"id": "ORD-1"}, "junk", None, total=50),
        httpx.Response(200, json={"data": {}}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(204),
    ],
)
async def test_a_list_that_is_none_is_a_bad_answer(answer: httpx.Response) -> None:
    async with scripted(lambda request: answer) as adapter:
        with pytest.raises(VendorBadAnswer):
            await adapter.orders(OrderFilter(), None, 3, True)


async def test_a_list_without_a_total_goes_on_while_its_pages_are_full() -> None:
    async with scripted(lambda request: listed(row(5), row(4), limit=2)) as adapter:
        assert (await adapter.orders(OrderFilter(), None, 2, True)).resume is not None
        assert (await adapter.orders(OrderFilter(), None, 3, True)).total is None


async def test_a_list_that_never_ends_is_given_up() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        return listed({"id": f"ATT-{len(calls)}"}, total=10**6, limit=1)

    async with scripted(answer) as adapter:
        batch = adapter.reads.get(AGREEMENT_ATTACHMENTS)
        assert batch is not None
        key = Ref("swo", Kind.AGREEMENT, ("AGR-1",))
        assert isinstance((await batch([key]))[key], VendorBadAnswer)
        assert len(calls) == 100


# ── reads ──


async def test_fifty_orders_are_one_call_and_a_missing_one_is_none() -> None:
    async with bench("operations", size=0.3) as b:
        numbers = sorted(known_to(b))[:49]
        refs = [Ref("swo", Kind.ORDER, (number,)) for number in [*numbers, "ORD-0000-0000-0000"]]
        found = await b.read(ORDER, *refs)
        assert b.calls() == [ORDERS]
        assert set(found) == set(refs[:49])
        assert all(found[ref].ref == ref for ref in refs[:49])


async def test_discarded_orders_can_be_read_by_id() -> None:
    async with bench() as b:
        deleted = await first(b, OrderFilter(statuses=(OrderStatus.DELETED,)))
        assert (await b.read(ORDER, deleted.ref))[deleted.ref].status is OrderStatus.DELETED


async def test_many_ids_are_asked_for_in_chunks_by_number_and_by_length() -> None:
    async with bench() as b:
        await b.read(ORDER, *(Ref("swo", Kind.ORDER, (f"ORD-{n:04}",)) for n in range(250)))
        assert len(b.calls()) == 3
        await b.read(ORDER, *(Ref("swo", Kind.ORDER, ("ü" * 200 + str(n),)) for n in range(10)))
        assert len(b.calls()) == 3
        assert all(len(call.query) < 7_500 for call in b.desk.journal)


async def test_an_id_that_the_vendors_language_cannot_say_names_nothing_and_costs_no_call() -> None:
    async with bench() as b:
        hopeless = Ref("swo", Kind.ORDER, ("a'b\"c",))
        assert await b.read(ORDER, hopeless) == {}
        assert b.calls() == []
        tricky = Ref("swo", Kind.ORDER, ('"),ne(id,"',))
        assert await b.read(ORDER, tricky) == {}
        assert b.calls() == [ORDERS]


async def test_an_id_in_other_case_finds_its_order_under_the_key_asked_for() -> None:
    async with scripted(lambda request: listed(row(5), total=1)) as adapter:
        batch = adapter.reads.get(ORDER)
        assert batch is not None
        asked = Ref("swo", Kind.ORDER, ("ord-5",))
        (order,) = (await batch([asked])).values()
        assert isinstance(order, Order)
        assert order.ref == Ref("swo", Kind.ORDER, ("ORD-5",))


async def test_agreements_subscriptions_and_assets_are_read_in_one_call_each() -> None:
    async with bench("operations") as b:
        orders = await walk(b.adapter)
        agreements = list({o.agreement.ref for o in orders if o.agreement})[:20]
        subscriptions = list({s.ref for o in orders for s in o.subscriptions or () if s.vendor_status != "Draft"})[:20]
        assets = list({a.ref for o in orders for a in o.assets or () if a.vendor_status != "Draft"})[:20]
        b.calls()
        found = await b.read(AGREEMENT, *agreements)
        assert set(found) == set(agreements)
        assert all(one.known is None and one.lines is not None for one in found.values())
        found = await b.read(SUBSCRIPTION, *subscriptions)
        assert set(found) == set(subscriptions)
        assert all(one.agreement is not None for one in found.values())
        found = await b.read(ASSET, *assets)
        assert assets
        assert set(found) == set(assets)
        assert b.calls() == ["/commerce/agreements", "/commerce/subscriptions", "/commerce/assets"]


async def test_a_draft_subscription_is_found_through_its_order_only() -> None:
    async with bench("operations", size=0.5) as b:
        orders = await walk(b.adapter)
        draft = next(s for o in orders for s in o.subscriptions or () if s.status is SubscriptionStatus.DRAFT)
        assert draft.name
        assert await b.read(SUBSCRIPTION, draft.ref) == {}


async def test_a_querying_order_tells_what_it_waits_for() -> None:
    async with bench() as b:
        order = await first(b, OrderFilter(statuses=(OrderStatus.ACTION_REQUIRED,)))
        gone = Ref("swo", Kind.ORDER, ("ORD-0000-0000-0000",))
        found = await b.read(INSTRUCTIONS, order.ref, gone)
        assert order.number in found[order.ref]
        assert isinstance(found[gone], NotFound)
        assert b.calls() == [f"/commerce/orders/{number}/render" for number in (order.number, "ORD-0000-0000-0000")]


async def test_a_split_is_read_where_there_is_one_and_never_with_a_vendors_token() -> None:
    async with bench("operations", size=1.0) as b:
        agreements = (await b.adapter.agreements(AgreementFilter(), None, 100, True)).rows
        found = await b.read(AGREEMENT_SPLIT, *(one.ref for one in agreements))
        splits = [one for one in found.values() if not isinstance(one, GatewayError)]
        assert splits
        assert all(sum(share.percentage or 0 for share in one.allocations) == 100 for one in splits)
        assert all(isinstance(one, NotFound) for one in found.values() if isinstance(one, GatewayError))
    async with bench("vendor") as b:
        assert b.adapter.reads.get(AGREEMENT_SPLIT) is None
        assert b.adapter.reads.get(SUBSCRIPTION_SPLIT) is None


async def test_reads_that_this_vendor_has_no_use_for_do_not_exist() -> None:
    async with bench() as b:
        assert b.adapter.reads.get(ORDER_DETAIL) is None
        assert b.adapter.reads.get(PARTY) is None


async def test_a_failing_call_fails_its_own_ids_alone() -> None:
    async with bench() as b:
        order = await first(b, OrderFilter())
        fillers = [Ref("swo", Kind.ORDER, (f"ORD-{n:04}",)) for n in range(100)]
        b.fault("error", status=503)
        found = await b.read(ORDER, *fillers, order.ref)
        assert isinstance(found[fillers[0]], VendorUnavailable)
        assert found[order.ref].ref == order.ref


# ── attachments and files ──


async def attached(b: Bench, kind: AttachmentKind = AttachmentKind.FILE) -> Any:
    agreements = (await b.adapter.agreements(AgreementFilter(), None, 100, True)).rows
    found = await b.read(AGREEMENT_ATTACHMENTS, *(one.ref for one in agreements))
    b.calls()
    return next(one for some in found.values() for one in some if one.kind is kind and one.order is not None)


async def test_attachments_of_fifty_orders_are_a_call_per_agreement() -> None:
    async with bench(size=1.0) as b:
        orders = (await b.adapter.orders(OrderFilter(), None, 50, True)).rows
        places = [OrderPlace(order.ref, order.agreement.ref if order.agreement else None) for order in orders]
        b.calls()
        found = await b.read(ORDER_ATTACHMENTS, *places)
        calls = b.calls()
        agreements = {place.agreement.parts[0] for place in places if place.agreement}
        assert sorted(calls) == sorted(f"/commerce/agreements/{one}/attachments" for one in agreements)
        assert set(found) == set(places)
        assert any(found.values())
        for place, some in found.items():
            assert all(one.order == place.order for one in some)


async def test_an_order_without_its_agreement_is_read_first() -> None:
    async with bench(size=1.0) as b:
        file = await attached(b)
        assert file.order is not None
        gone = OrderPlace(Ref("swo", Kind.ORDER, ("ORD-0000-0000-0000",)), None)
        place = OrderPlace(file.order, None)
        found = await b.read(ORDER_ATTACHMENTS, place, gone)
        assert b.calls() == [ORDERS, f"/commerce/agreements/{file.ref.parts[0]}/attachments"]
        assert file in found[place]
        assert gone not in found


async def test_orders_and_agreements_asking_at_once_share_the_call() -> None:
    async with bench(size=1.0) as b:
        file = await attached(b)
        agreement = Ref("swo", Kind.AGREEMENT, file.ref.parts[:1])
        by_agreement, by_order = await asyncio.gather(
            b.read(AGREEMENT_ATTACHMENTS, agreement), b.read(ORDER_ATTACHMENTS, OrderPlace(file.order, agreement))
        )
        assert len(b.calls()) == 1
        assert file in by_agreement[agreement]
        assert all(one in by_agreement[agreement] for some in by_order.values() for one in some)


async def test_one_who_leaves_does_not_take_the_shared_call_along() -> None:
    async with bench(size=1.0) as b:
        file = await attached(b)
        agreement = Ref("swo", Kind.AGREEMENT, file.ref.parts[:1])
        b.fault("latency", seconds=0.05)
        leaving = asyncio.create_task(b.read(AGREEMENT_ATTACHMENTS, agreement))
        staying = asyncio.create_task(b.read(AGREEMENT_ATTACHMENTS, agreement))
        await asyncio.sleep(0.01)
        leaving.cancel()
        assert file in (await staying)[agreement]
        assert len(b.calls()) == 1


async def test_attachments_by_their_ids_are_a_call_per_agreement() -> None:
    async with bench(size=1.0) as b:
        agreements = (await b.adapter.agreements(AgreementFilter(), None, 100, True)).rows
        found = await b.read(AGREEMENT_ATTACHMENTS, *(one.ref for one in agreements))
        every = [one for some in found.values() for one in some]
        missing = Ref("swo", Kind.ATTACHMENT, (every[0].ref.parts[0], "ATT-0"))
        nowhere = Ref("swo", Kind.ATTACHMENT, ("AGR-0000-0000-0000", "ATT-0"))
        b.calls()
        read = await b.read(ATTACHMENT, *(one.ref for one in every), missing, nowhere)
        assert len(b.calls()) == len({one.ref.parts[0] for one in every}) + 1
        assert {key: one for key, one in read.items() if key != nowhere} == {one.ref: one for one in every}
        assert isinstance(read[nowhere], NotFound)


async def test_an_attachment_that_cannot_be_read_is_told_to_the_log_and_hides_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with scripted(lambda request: listed({"id": "ATT-1"}, {"name": "secret"}, "junk", total=3)) as adapter:
        batch = adapter.reads.get(AGREEMENT_ATTACHMENTS)
        assert batch is not None
        key = Ref("swo", Kind.AGREEMENT, ("AGR-1",))
        found = (await batch([key]))[key]
        assert not isinstance(found, GatewayError)
        assert [one.number for one in found] == ["ATT-1"]
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert record.getMessage() == "swo: 2 attachments of an agreement cannot be read"


@pytest.mark.parametrize("status", [302, *(pytest.param(one, marks=pytest.mark.slow) for one in (301, 303, 307, 308))])
async def test_a_file_is_fetched_through_its_redirect_without_the_token(status: int) -> None:
    async with bench(size=1.0) as b:
        b.emulator.settings.delivered_status = status
        file = await attached(b)
        async with b.adapter.download(file) as download:
            content = b"".join([chunk async for chunk in download.chunks])
        assert len(content) == file.size_in_bytes == download.length
        assert download.content_type == file.content_type
        assert len(b.calls()) == 2


async def test_a_licence_key_is_no_file() -> None:
    async with bench(size=1.0) as b:
        key = await attached(b, AttachmentKind.LICENSE_KEY)
        assert key.license_key
        with pytest.raises(NotFound):
            async with b.adapter.download(key):
                pass
        assert b.calls() == []


async def test_a_file_that_went_meanwhile_is_not_found() -> None:
    async with bench(size=1.0) as b:
        file = await attached(b)
        b.fault("error", status=404, path="attachments")
        with pytest.raises(NotFound):
            async with b.adapter.download(file):
                pass


FILE = {
    "id": "ATT-1",
    "type": "File",
    "contentType": "application/pdf",
    "agreement": {"id": "AGR-1"},
}


async def downloaded(adapter: SoftwareOne) -> bytes:
    batch = adapter.reads.get(ATTACHMENT)
    assert batch is not None
    key = Ref("swo", Kind.ATTACHMENT, ("AGR-1", "ATT-1"))
    found = (await batch([key]))[key]
    assert not isinstance(found, GatewayError)
    async with adapter.download(found) as download:
        return b"".join([chunk async for chunk in download.chunks])


def vendor_with(deliver: httpx.Response, storage: httpx.Response | None = None, record: dict[str, Any] = FILE) -> Any:
    """A vendor with one file; `seen` are the requests that came."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.host == "storage":
            return storage or httpx.Response(200, content=b"bytes", headers={"content-type": "application/pdf"})
        return listed(record, total=1) if request.url.query else deliver

    answer.seen = seen  # type: ignore[attr-defined]  # a note for the test
    return answer


async def test_the_redirects_host_gets_neither_the_token_nor_a_second_hop() -> None:
    redirect = httpx.Response(301, headers={"location": "http://storage/1?sig=2"})
    vendor = vendor_with(redirect)
    async with scripted(vendor) as adapter:
        assert await downloaded(adapter) == b"bytes"
    _, asked, stored = vendor.seen
    assert asked.headers["accept"] == "application/pdf"
    assert asked.headers["authorization"] == "Bearer idt:TKN-1:secret"
    assert "authorization" not in stored.headers
    assert str(stored.url) == "http://storage/1?sig=2"
    async with scripted(vendor_with(redirect, storage=redirect)) as adapter:
        with pytest.raises(VendorBadAnswer):
            await downloaded(adapter)


async def test_a_file_given_at_once_is_taken() -> None:
    direct = httpx.Response(200, content=b"at once", headers={"content-type": "application/pdf"})
    async with scripted(vendor_with(direct)) as adapter:
        assert await downloaded(adapter) == b"at once"


@pytest.mark.parametrize(
    "deliver",
    [
        httpx.Response(200, json=FILE),
        httpx.Response(204),
        httpx.Response(304),
        httpx.Response(301),
        httpx.Response(301, headers={"location": "ftp://storage/1"}),
    ],
)
async def test_an_answer_without_the_file_is_a_bad_answer(deliver: httpx.Response) -> None:
    async with scripted(vendor_with(deliver)) as adapter:
        with pytest.raises(VendorBadAnswer):
            await downloaded(adapter)


async def test_a_length_that_is_none_is_left_out() -> None:
    for stated in ("9" * 5_000, "-1", "many"):
        headers = {"content-type": "application/pdf", "content-length": stated}
        answer = Stream(200, httpx.Headers(headers), empty())
        assert opened(answer, "application/pdf").length is None


async def empty() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for piece in nothing:
        yield piece


@pytest.mark.parametrize("stated", [None, "", "pdf", "a/b\r\nX-Evil: 1"])
async def test_a_file_of_no_stated_type_cannot_be_asked_for(stated: str | None) -> None:
    vendor = vendor_with(httpx.Response(200), record={**FILE, "contentType": stated})
    async with scripted(vendor) as adapter:
        with pytest.raises(VendorBadAnswer):
            await downloaded(adapter)
    assert len(vendor.seen) == 1


# ── pickers ──


async def test_pickers_page_by_name_and_search() -> None:
    async with bench() as b:
        pick = b.adapter.pickers.parties["customers"]
        everyone = await pick(None, 200, None)
        assert not everyone.more
        names = [party.name for party in everyone.rows]
        assert names == sorted(names, key=str)
        front = await pick(None, 2, None)
        assert front.more
        rest = await pick(None, 200, front.cursors[-1])
        assert [*front.rows, *rest.rows] == list(everyone.rows)
        found = await pick((names[0] or "").upper(), 10, None)
        assert found.rows == everyone.rows[:1]
        b.calls()
        with pytest.raises(BadUserInput):
            await pick(None, 2, "0; drop")
        assert b.calls() == []


async def test_items_go_by_product() -> None:
    async with bench() as b:
        product = (await b.adapter.pickers.parties["products"](None, 1, None)).rows[0]
        assert b.adapter.pickers.items is not None
        some = await b.adapter.pickers.items(None, product.key, None, 50, None)
        every = await b.adapter.pickers.items(None, None, None, 200, None)
        assert some.rows
        assert set(some.rows) < set(every.rows)
        assert b.calls()[1] == f"/catalog/products/{product.key}/items"
        with pytest.raises(FilterNotSupported):
            await b.adapter.pickers.items("ACC-1", None, None, 50, None)
        b.emulator.settings.max_limit = 2
        assert (await b.adapter.pickers.items(None, None, None, 5, None)).rows == every.rows[:5]


@pytest.mark.parametrize("actor", ACTORS)
async def test_only_operations_pick_from_all_vendors(actor: Actor) -> None:
    async with bench(actor) as b:
        assert ("suppliers" in b.adapter.pickers.parties) == (actor == "operations")
        if actor == "operations":
            assert (await b.adapter.pickers.parties["suppliers"](None, 10, None)).rows


# ── faults, secrets, the doctor ──

FAULTS: list[tuple[str, dict[str, Any], type[GatewayError]]] = [
    ("throttle", {"retry_after": 7}, Throttled),
    ("unauthorized", {}, VendorDenied),
    ("error", {"status": 500}, VendorUnavailable),
    ("error", {"status": 503}, VendorUnavailable),
    ("error", {"status": 403}, VendorDenied),
    ("drop", {}, VendorUnavailable),
    ("lost", {}, VendorUnavailable),
    ("delayed_commit", {"seconds": 0.01}, VendorUnavailable),
    ("truncate", {}, VendorUnavailable),  # in one process half an answer is none; over the wire it is a bad one
    ("html", {}, VendorBadAnswer),
    ("html", {"status": 502}, VendorUnavailable),
    ("html", {"status": 404}, VendorBadAnswer),
    ("ok_with_error", {}, VendorUnavailable),
    ("latency", {"seconds": 0.5}, DeadlineExceeded),
    ("late", {"seconds": 0.5}, DeadlineExceeded),
]


@pytest.mark.parametrize(("kind", "more", "expected"), FAULTS)
async def test_each_fault_is_told_by_its_class_without_secrets(
    kind: str, more: dict[str, Any], expected: type[GatewayError]
) -> None:
    async with bench(limits=Limits(timeout_seconds=0.2, max_retries=0)) as b:
        key = Ref("swo", Kind.ORDER, ("ORD-1111-2222-3333",))
        b.fault(kind, **more)
        error = (await b.read(ORDER, key))[key]
        assert type(error) is expected
        assert (error.vendor, error.account) == ("softwareone", "Marketplace")
        if kind == "throttle":
            assert error.retry_after == 7
        for secret in (b.token, "sandbox", "http", "ORD-1111"):
            assert secret not in str(error) + repr(error.extensions)
        assert len(b.calls()) == 1


async def test_an_answer_that_breaks_off_is_a_bad_answer() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b'{"data": [{"id":', headers={"content-type": "application/json"})

    async with scripted(answer) as adapter:
        with pytest.raises(VendorBadAnswer):
            await adapter.orders(OrderFilter(), None, 3, True)


async def test_health_follows_the_calls() -> None:
    async with bench() as b:
        assert b.adapter.health().state is AccountState.UNKNOWN
        await b.adapter.count_orders(OrderFilter())
        assert b.adapter.health().state is AccountState.HEALTHY
        b.fault("error", status=503)
        with pytest.raises(VendorUnavailable):
            await b.adapter.count_orders(OrderFilter())
        assert b.adapter.health().state is AccountState.UNAVAILABLE


async def test_capabilities_and_ids_are_what_the_tables_say() -> None:
    async with bench("vendor") as b:
        assert Capability.DOWNLOAD_ATTACHMENTS in b.adapter.account.capabilities
        assert Capability.READ_CARTS not in b.adapter.account.capabilities
        assert Kind.CART not in b.adapter.id_parts
        assert b.adapter.id_parts[Kind.ATTACHMENT] == 2


@pytest.mark.parametrize("actor", ACTORS)
async def test_the_doctor_finds_a_sound_account_sound(actor: Actor) -> None:
    async with bench(actor, size=1.0) as b:
        checks = await b.adapter.check()
        assert all(check.ok for check in checks), checks
        assert [check.what for check in checks][-1] == "actor"
        assert len(b.calls()) == 5


@pytest.mark.slow
async def test_the_doctor_tells_whose_token_it_really_is() -> None:
    async with bench("operations", size=1.0) as b:
        tokens = b.emulator.credentials("http://sandbox")["tokens"]
    for actor in ACTORS:
        for configured in ACTORS:
            async with bench(configured, token=tokens[actor], size=1.0) as b:
                verdict = (await b.adapter.check())[-1]
                assert verdict.ok == (actor == configured), (actor, configured)
                assert verdict.ok or f'set actor = "{actor}"' in verdict.remark


async def test_a_token_that_cannot_be_sent_is_told_without_it() -> None:
    for broken in ("idt:TKN-1:sécret", "idt:TKN-1:secret\n"):
        async with bench(token=broken) as b:
            with pytest.raises(Misconfigured) as caught:
                await b.adapter.count_orders(OrderFilter())
            assert "cret" not in str(caught.value)
            assert b.calls() == []


async def test_pickers_give_up_a_list_that_never_says_anything() -> None:
    async with scripted(lambda request: listed({}, total=10**9, limit=1)) as adapter:
        with pytest.raises(VendorBadAnswer):
            await adapter.pickers.parties["products"](None, 5, None)


async def test_the_doctor_says_what_is_wrong_with_a_token() -> None:
    async with bench(token="Bearer idt:TKN-0000-0000:wrong") as b:
        checks = await b.adapter.check()
        assert not any(check.ok for check in checks)
        assert "idt:TKN-" in checks[0].remark
        assert "wrong" not in str(checks)
