"""Watching orders of real emulators: one poll however many look on, pushes on change alone, rights judged each time."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

import gateway.app
from gateway.edge.operations import Operation
from gateway.model.principal import ANYBODY, Principal, Scope
from gateway.model.ref import Kind, Ref
from gateway.sandbox.control import Fault
from gateway.watching import Pace
from tests.watched import Clock
from tests.whole.harness import Whole, whole

WATCH = """subscription ($ids: [ID!]!) { orderChanged(ids: $ids) {
  kind orderId at previousStatus error { code message } order { id number status vendor notes lines { order { id } } }
} }"""
LISTED = """query ($vendors: [Vendor!], $first: Int) { orders(first: $first, filter: {vendors: $vendors}) {
  nodes { id status customer { key } }
} }"""
UPDATE = "mutation ($input: UpdateOrderInput!) { updateOrder(input: $input) { userErrors { code message } } }"
CANCEL = "mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { userErrors { code message } } }"
TITLES = itertools.count(1)
ONE_READ = {
    "PARTNER_CENTER": "GET /v1/customers/*/orders/*",
    "SELLERCLOUD": "GET /rest/api/PurchaseOrders",
    "SOFTWAREONE": "GET /public/v1/commerce/orders",
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of all pollers, which stands still until a test moves it."""
    made = Clock()
    pace = functools.partial(Pace, clock=made, wait=made.wait, chance=lambda: 0.5)
    monkeypatch.setattr(gateway.app, "Pace", pace)
    return made


@dataclass
class Onlooker:
    """A client with one subscription; `told` is all that it was sent."""

    told: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False

    def kinds(self) -> list[str]:
        return [change["kind"] for change in self.changes()]

    def changes(self) -> list[dict[str, Any]]:
        return [answer["data"]["orderChanged"] for answer in self.told if answer.get("data")]

    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for answer in self.told for error in answer.get("errors", ())]

    async def has(self, count: int, clock: Clock | None = None) -> None:
        await until(lambda: len(self.told) >= count, clock)
        assert len(self.told) == count


async def until(true: Callable[[], bool], clock: Clock | None = None) -> None:
    """Waits for that; the clock goes on meanwhile, if one is given."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.002)
            if clock is not None:
                await clock.pass_(0.5)


async def quiet() -> None:
    """Long enough for anything on its way to arrive: nothing here waits for real time."""
    await asyncio.sleep(0.05)


@asynccontextmanager
async def watching(
    one: Whole, ids: Iterable[str], principal: Principal = ANYBODY, query: str = WATCH
) -> AsyncIterator[Onlooker]:
    operations = one.client._transport.app.state.operations  # type: ignore[attr-defined]  # httpx has no name for it
    onlooker = Onlooker()

    async def look() -> None:
        async with aclosing(operations.stream(Operation(query, {"ids": list(ids)}), principal)) as answers:
            async for answer in answers:
                onlooker.told.append(answer.body)
        onlooker.ended = True

    task = asyncio.create_task(look())
    try:
        yield onlooker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def orders(one: Whole, vendor: str, first: int = 1) -> list[dict[str, Any]]:
    nodes = (await one.data(LISTED, vendors=[vendor], first=first))["orders"]["nodes"]
    one.forget()
    return list(nodes)


@pytest.mark.parametrize("vendor", ONE_READ)
async def test_the_first_event_is_the_order_now_and_costs_one_read(vendor: str, clock: Clock) -> None:
    async with whole(size=0.1) as one:
        (order,) = await orders(one, vendor)
        async with watching(one, [order["id"]]) as onlooker:
            await onlooker.has(1)
            (change,) = onlooker.changes()
            assert (change["kind"], change["orderId"], change["previousStatus"]) == ("CURRENT", order["id"], None)
            assert change["order"]["status"] == order["status"]
            assert {line["order"]["id"] for line in change["order"]["lines"]} == {order["id"]}
        wanted = {ONE_READ[vendor]: 1}
        if vendor == "SELLERCLOUD":
            wanted["GET /rest/api/PurchaseOrders/*"] = 1  # its notes are in its detail alone, and were asked for
        assert one.calls(vendor.lower()) == wanted


@pytest.mark.parametrize(
    ("vendor", "count", "per_round"),
    [
        ("SOFTWAREONE", 1, 1),
        pytest.param("SOFTWAREONE", 20, 1, marks=pytest.mark.slow),
        pytest.param("SELLERCLOUD", 20, 1, marks=pytest.mark.slow),
        pytest.param("PARTNER_CENTER", 20, 20, marks=pytest.mark.slow),
    ],
)
async def test_three_hundred_watchers_cost_what_one_costs(
    vendor: str, count: int, per_round: int, clock: Clock
) -> None:
    query = "subscription ($ids: [ID!]!) { orderChanged(ids: $ids) { kind } }"
    async with whole(size=0.3) as one:
        ids = [order["id"] for order in await orders(one, vendor, count)]
        assert len(ids) == count
        async with AsyncExitStack() as stack:
            onlookers = [await stack.enter_async_context(watching(one, ids, query=query)) for _ in range(300)]
            await until(lambda: all(len(onlooker.told) == count for onlooker in onlookers), clock)
            for round_ in range(1, 5):
                wanted = round_ * per_round
                await until(lambda: one.all_calls() >= wanted, clock)  # noqa: B023 - awaited here
                await quiet()
                assert one.all_calls() == wanted
            assert {len(onlooker.told) for onlooker in onlookers} == {count}
        await clock.pass_(500.0)
        await quiet()
        assert one.all_calls() == 4 * per_round


async def test_a_change_is_pushed_to_all_and_nothing_else_is(clock: Clock) -> None:
    async with whole(size=0.1) as one:
        drafts = await orders(one, "SELLERCLOUD", 3)
        ids = [order["id"] for order in drafts]
        async with watching(one, ids) as first, watching(one, ids[:1]) as second:
            await first.has(3)
            await second.has(1)
            await clock.pass_(200.0)
            await quiet()
            assert (len(first.told), len(second.told)) == (3, 1)
            change = {"sellercloud": {"description": "Moved"}}
            await one.data(UPDATE, input={"orderId": ids[0], "idempotencyKey": "k", "vendor": change})
            await clock.pass_(61.0)
            await first.has(4)
            await second.has(2)
            for onlooker in (first, second):
                news = onlooker.changes()[-1]
                assert (news["kind"], news["orderId"]) == ("CHANGED", ids[0])
                assert news["previousStatus"] == drafts[0]["status"]


async def test_no_vendor_s_order_changes_by_being_read_again(clock: Clock) -> None:
    query = "subscription ($ids: [ID!]!) { orderChanged(ids: $ids) { kind } }"
    async with whole(size=0.3) as one:
        ids = [order["id"] for vendor in ONE_READ for order in await orders(one, vendor, 16)]
        async with watching(one, ids, query=query) as onlooker:
            await onlooker.has(48, clock)
            before = one.all_calls()
            for _ in range(6):
                await clock.pass_(20.0)
                await quiet()
            assert one.all_calls() > before + 32
            assert onlooker.kinds() == ["CURRENT"] * 48


async def test_loss_of_sight_is_told_with_its_code_and_so_is_the_return(clock: Clock) -> None:
    async with whole(size=0.1) as one:
        (order,) = await orders(one, "SOFTWAREONE")
        async with watching(one, [order["id"]]) as onlooker:
            await onlooker.has(1)
            one.sandbox.desks["softwareone"].add(Fault("error", status=503, times=None))
            await onlooker.has(2, clock)
            news = onlooker.changes()[-1]
            assert (news["kind"], news["order"], news["error"]["code"]) == ("UNSEEN", None, "VENDOR_UNAVAILABLE")
            await clock.pass_(120.0)
            await quiet()
            assert len(onlooker.told) == 2
            one.sandbox.desks["softwareone"].clear()
            await onlooker.has(3, clock)
            assert onlooker.kinds() == ["CURRENT", "UNSEEN", "CURRENT"]


async def test_what_is_deleted_at_the_vendor_is_gone(clock: Clock) -> None:
    async with whole(size=0.3) as one:
        order = next(one for one in await orders(one, "SELLERCLOUD", 100) if one["status"] == "DRAFT")
        async with watching(one, [order["id"]]) as onlooker:
            await onlooker.has(1)
            await one.data(CANCEL, input={"orderId": order["id"], "idempotencyKey": "k", "allowDelete": True})
            await onlooker.has(2, clock)
            news = onlooker.changes()[-1]
            assert (news["kind"], news["order"], news["previousStatus"]) == ("GONE", None, "DRAFT")


async def test_what_never_was_is_gone_from_the_start(clock: Clock) -> None:
    async with whole(size=0.1) as one:
        (order,) = await orders(one, "SOFTWAREONE")
        nowhere = Ref.of("marketplace", Kind.ORDER, "ORD-0000-0000-0000").encode()
        async with watching(one, [order["id"], nowhere]) as onlooker:
            await onlooker.has(2)
            assert {change["orderId"]: change["kind"] for change in onlooker.changes()} == {
                order["id"]: "CURRENT",
                nowhere: "GONE",
            }


@pytest.mark.parametrize(
    ("ids", "code", "limit"),
    [
        ([], "BAD_USER_INPUT", None),
        (["junk"], "INVALID_ID", None),
        (["x"] * 51, "LIMIT_EXCEEDED", "max_watched_orders"),
    ],
)
async def test_a_subscription_that_cannot_be_starts_nothing(
    ids: list[str], code: str, limit: str | None, clock: Clock
) -> None:
    async with whole(size=0.05) as one:
        async with watching(one, ids) as onlooker:
            await until(lambda: onlooker.ended)
            assert onlooker.codes() == [code]
            assert onlooker.told[0]["errors"][0]["extensions"].get("limit") == limit
            assert "data" not in onlooker.told[0]
        assert one.all_calls() == 0


def bound(account: str, *customers: str, **more: Any) -> Principal:
    return Principal(
        name="ada",
        scopes=frozenset({Scope.ORDERS_READ}),
        accounts=frozenset(),
        customers={account: frozenset(customers)},
        **more,
    )


async def test_foreign_orders_are_like_absent_ones_and_refs_that_name_a_foreigner_cost_no_call(clock: Clock) -> None:
    async with whole(size=0.2, principal=ANYBODY) as one:
        for vendor, account in (("PARTNER_CENTER", "contoso"), ("SOFTWAREONE", "marketplace"), ("SELLERCLOUD", "acme")):
            one.be(ANYBODY)
            nodes = await orders(one, vendor, 30)
            own = nodes[0]
            foreign = next(node for node in nodes if node["customer"]["key"] != own["customer"]["key"])
            ada = bound(account, own["customer"]["key"])
            one.be(ada)
            one.forget()
            async with watching(one, [own["id"], foreign["id"]], ada) as onlooker:
                await onlooker.has(2)
                told = {change["orderId"]: (change["kind"], change["order"]) for change in onlooker.changes()}
                assert told[foreign["id"]] == ("GONE", None)
                assert told[own["id"]][0] == "CURRENT"
                if vendor == "PARTNER_CENTER":
                    assert one.calls("partner_center") == {ONE_READ[vendor]: 1}
                await clock.pass_(100.0)
                await quiet()
                assert len(onlooker.told) == 2


async def test_what_a_first_event_cost_does_not_tell_that_others_watch_a_foreign_order(clock: Clock) -> None:
    async with whole(size=0.2, principal=ANYBODY) as one:
        for vendor, account in (("SOFTWAREONE", "marketplace"), ("SELLERCLOUD", "acme")):
            one.be(ANYBODY)
            own, *others = await orders(one, vendor, 30)
            foreign = next(node["id"] for node in others if node["customer"]["key"] != own["customer"]["key"])
            ref = Ref.decode(foreign)
            absent = Ref(ref.account, ref.kind, (ref.parts[0][:-4] + "9999",)).encode()
            async with watching(one, [foreign, own["id"]]) as others_look_on:
                await others_look_on.has(2)
                ada = bound(account, own["customer"]["key"])
                one.be(ada)
                for unseen in (foreign, absent):
                    async with watching(one, [unseen], ada) as onlooker:
                        await onlooker.has(1, clock)
                        assert onlooker.kinds() == ["GONE"]
                        assert onlooker.told[0]["extensions"]["cost"]["actual"] == 1


async def test_rights_are_judged_again_at_each_push(clock: Clock) -> None:
    async with whole(size=0.1, principal=ANYBODY) as one:
        orders_ = await orders(one, "SELLERCLOUD", 2)
        ids = [order["id"] for order in orders_]
        ada = Principal(name="ada", scopes=frozenset({Scope.ORDERS_READ}), accounts=None)
        one.be(ada)
        async with watching(one, ids, ada) as onlooker:
            await onlooker.has(2)
            one.be(bound("acme", "another company"))
            change_all(one)
            await onlooker.has(4, clock)
            assert onlooker.kinds()[2:] == ["GONE", "GONE"]
            assert [change["order"] for change in onlooker.changes()[2:]] == [None, None]
            change_all(one)
            await clock.pass_(100.0)
            await quiet()
            assert len(onlooker.told) == 4  # what happens to others' orders is nobody's business
            one.be(ada)
            change_all(one)
            await onlooker.has(6, clock)
            assert onlooker.kinds()[4:] == ["CURRENT", "CURRENT"]
            one.be(replace(ada, accounts=frozenset({"contoso"})))
            change_all(one)
            await onlooker.has(8, clock)
            assert onlooker.kinds()[6:] == ["GONE", "GONE"]
            one.be(ada)
            change_all(one)
            await onlooker.has(10, clock)
            one.be(Principal(name="ada", scopes=frozenset(), accounts=None))
            change_all(one)
            await onlooker.has(11, clock)
            assert (onlooker.ended, onlooker.codes()) == (True, ["FORBIDDEN"])


async def test_a_push_after_the_credentials_are_over_ends_the_stream_instead(clock: Clock) -> None:
    async with whole(size=0.1, principal=ANYBODY) as one:
        (order,) = await orders(one, "SELLERCLOUD")
        ada = Principal(name="ada", scopes=frozenset({Scope.ORDERS_READ}), accounts=None)
        one.be(ada)
        async with watching(one, [order["id"]], ada) as onlooker:
            await onlooker.has(1)
            one.be(Principal(name="somebody else"))
            change_all(one)
            await onlooker.has(2, clock)
            assert (onlooker.ended, onlooker.codes()) == (True, ["UNAUTHENTICATED"])
        before = one.all_calls()
        await clock.pass_(500.0)
        await quiet()
        assert one.all_calls() == before


async def test_watching_takes_the_scope(clock: Clock) -> None:
    async with whole(size=0.05, principal=ANYBODY) as one:
        (order,) = await orders(one, "SELLERCLOUD")
        eve = Principal(name="eve", scopes=frozenset(Scope) - {Scope.ORDERS_READ}, accounts=None)
        one.be(eve)
        async with watching(one, [order["id"]], eve) as onlooker:
            await until(lambda: onlooker.ended)
            assert onlooker.codes() == ["FORBIDDEN"]
        assert one.all_calls() == 0


def change_all(one: Whole) -> None:
    """Every Sellercloud order gets another title."""
    emulator: Any = one.sandbox.desks["sellercloud"].emulator
    for order in emulator.tenant.orders.values():
        order.title = f"changed {next(TITLES)}"


async def test_whoever_begins_pays_for_the_first_reads_and_later_events_for_what_they_load(clock: Clock) -> None:
    query = "subscription ($ids: [ID!]!) { orderChanged(ids: $ids) { order { notes } } }"
    async with whole(size=0.3) as one:
        software, stock = await orders(one, "PARTNER_CENTER", 5), await orders(one, "SELLERCLOUD", 1)
        ids = [order["id"] for order in (*software, *stock)]
        async with watching(one, ids, query=query) as onlooker:
            await onlooker.has(6, clock)
            costs = [answer["extensions"]["cost"] for answer in onlooker.told]
            assert {cost["requested"] for cost in costs} == {5 + 1 + 1}  # each order, and one event's notes
            assert sum(cost["actual"] for cost in costs) == one.all_calls() == 7
            change_all(one)
            await onlooker.has(7, clock)
            assert onlooker.told[-1]["extensions"]["cost"]["actual"] == 1
