"""One account for many who ask at once: the vendor is asked once, and each gets an answer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from gateway.accounts import Accounts
from gateway.binding.adapter import BoundAdapter
from gateway.errors import GatewayError, VendorUnavailable
from gateway.loaders import Loaders
from gateway.model.agreement import Agreement, AgreementKind
from gateway.model.order import Order, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.model.values import OrderedItem, Party, Vendor
from gateway.model.writing import Outcome
from gateway.sharing.adapter import SharedAdapter
from gateway.sharing.kept import MAX_KEPT
from gateway.upstream.tally import TALLY, Tally, count
from gateway.upstream.wire import CallRecord
from gateway.vendors.base import (
    AGREEMENT,
    ORDER,
    PARTY,
    AgreementFilter,
    OrderFilter,
    PickerPage,
    Pickers,
    Position,
    Read,
    Step,
)
from gateway.vendors.commands import CancelOrder
from gateway.vendors.writes import CANCEL_ORDER, Attempt
from tests.fakes import FakeAdapter


@dataclass
class SlowVendor(FakeAdapter):
    """Answers when released; `asked` are the lists, counts and pickers that reached it."""

    released: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[object, ...]] = field(default_factory=list)
    notice: GatewayError | None = None
    cancelled: GatewayError | None = None

    def __post_init__(self) -> None:
        self.reads.add(ORDER, self.slowly, per_call=50)
        self.reads.add(AGREEMENT, self.slowly)
        self.reads.add(PARTY, self.slowly)
        self.writes.add(CANCEL_ORDER, self.cancel)
        self.pickers = Pickers(parties={"customers": self.pick, "suppliers": self.pick}, items=self.items)

    async def slowly(self, refs: Sequence[Ref]) -> Mapping[Ref, Any]:
        count(CallRecord("SELLERCLOUD", "one", "things", "GET", 200, 1.0, 1))
        found = await self.batch(refs)
        await self.released.wait()
        return found

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        await self._reached("orders", wanted, after, limit, descending)
        rows = tuple(one for one in self.things.values() if isinstance(one, Order))
        return Step(rows=rows, resume=None, notice=self.notice)

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        await self._reached("count_orders", wanted)
        return len(self.things)

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        await self._reached("agreements", wanted, after, limit, descending)
        return Step(rows=(), resume=None)

    async def count_agreements(self, wanted: AgreementFilter) -> int | None:
        await self._reached("count_agreements", wanted)
        return 0

    async def pick(
        self, search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
    ) -> PickerPage[Party]:
        await self._reached("pick", search, first, after, keys)
        return PickerPage((Party("a"), Party("b")), ("1", "2"), more=False)

    async def items(self, *given: object) -> PickerPage[OrderedItem]:
        await self._reached("items", *given)
        return PickerPage((OrderedItem("mug"),), ("1",), more=False)

    async def cancel(self, command: CancelOrder, attempt: Attempt) -> Outcome:
        if self.cancelled is not None:
            raise self.cancelled
        return Outcome.done()

    async def _reached(self, *what: object) -> None:
        self.asked.append(what)
        await self.released.wait()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ref(kind: Kind, *parts: str) -> Ref:
    return Ref.of("one", kind, *parts)


def order(number: str, customer: str) -> Order:
    return Order(
        ref=ref(Kind.ORDER, number),
        account_name="one",
        vendor=Vendor.SELLERCLOUD,
        number=number,
        number_scope="",
        type=OrderType.PURCHASE,
        vendor_type=None,
        status=OrderStatus.DRAFT,
        vendor_status=None,
        created_at=None,
        details=None,
        tie=number,
        customer=Party(customer),
    )


def agreement(number: str, customer: str) -> Agreement:
    return Agreement(
        ref=ref(Kind.AGREEMENT, number),
        vendor=Vendor.SOFTWAREONE,
        kind=AgreementKind.COMMERCIAL,
        customer=Party(customer),
    )


def vendor(*things: Any, released: bool = False) -> SlowVendor:
    made = cast("SlowVendor", SlowVendor.named("one"))
    made.things = {thing.ref: thing for thing in things}
    if released:
        made.released.set()
    return made


async def read(adapter: SharedAdapter | BoundAdapter, read: Read[Ref, Any], *keys: Ref) -> Mapping[Ref, Any]:
    batch = adapter.reads.get(read)
    assert batch is not None
    return await batch(keys)


async def under_way() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def write(adapter: SharedAdapter | BoundAdapter, target: Ref) -> Outcome:
    handler = adapter.writes.get(CANCEL_ORDER)
    assert handler is not None

    class Fresh:
        memo = None

    return await handler(CancelOrder(order_id=target), cast("Attempt", Fresh()))


async def test_equal_reads_of_many_are_one_call_and_a_batch_asks_for_the_rest_alone() -> None:
    one, two = order("1", "a"), order("2", "a")
    account = vendor(one, two)
    shared = SharedAdapter(account)
    asking = [asyncio.create_task(read(shared, ORDER, one.ref)) for _ in range(5)]
    await under_way()
    asking.append(asyncio.create_task(read(shared, ORDER, one.ref, two.ref)))
    await under_way()
    account.released.set()
    *many, both = await asyncio.gather(*asking)
    assert many == [{one.ref: one}] * 5
    assert both == {one.ref: one, two.ref: two}
    assert account.batches == [[one.ref], [two.ref]]
    await read(shared, ORDER, one.ref)
    assert len(account.batches) == 3


async def test_reads_of_another_name_are_others() -> None:
    thing = ref(Kind.REFERENCE, "t", "1")
    account = vendor()
    account.things = {thing: Party("1")}
    shared = SharedAdapter(account)
    asking = [asyncio.create_task(read(shared, name, thing)) for name in (ORDER, AGREEMENT, PARTY)]
    await under_way()
    assert account.batches == [[thing]] * 3
    account.released.set()
    await asyncio.gather(*asking)


async def test_what_the_adapter_lacks_is_lacking_and_the_rest_is_its_own() -> None:
    account = vendor()
    shared = SharedAdapter(account)
    assert shared.reads.get(Read[Ref, Any]("cart", ORDER.capability)) is None
    assert shared.reads.per_call(ORDER) == 50
    assert (shared.account, shared.id_parts) == (account.account, account.id_parts)
    assert shared.health() == account.health()
    assert await shared.check() == await account.check()
    await shared.close()
    assert account.batches == [[]]


async def test_equal_lists_counts_and_pickers_are_one_call_and_others_are_not() -> None:
    account = vendor()
    shared = SharedAdapter(account)
    wanted, other = OrderFilter(customer_keys=("a",)), OrderFilter(customer_keys=("b",))
    items = shared.pickers.items
    assert items is not None

    def everything() -> list[Any]:
        return [
            shared.orders(wanted, None, 10, True),
            shared.orders(other, None, 10, True),
            shared.orders(wanted, None, 11, True),
            shared.orders(wanted, None, 10, False),
            shared.orders(wanted, Position(1, "one", "x"), 10, True),
            shared.agreements(AgreementFilter(), None, 10, True),
            shared.count_orders(wanted),
            shared.count_orders(other),
            shared.count_agreements(AgreementFilter()),
            shared.pickers.parties["customers"](None, 10, None),
            shared.pickers.parties["suppliers"](None, 10, None),
            shared.pickers.parties["customers"](None, 10, None, frozenset("a")),
            items("s", None, None, 10, None),
            items(None, "s", None, 10, None),
        ]

    asking = [asyncio.ensure_future(one) for _ in range(3) for one in everything()]
    await under_way()
    assert len(account.asked) == len(asking) // 3
    account.released.set()
    answers = await asyncio.gather(*asking)
    assert answers[:14] == answers[14:28] == answers[28:]


async def test_each_has_an_error_of_its_own() -> None:
    account = vendor()
    account.notice = VendorUnavailable("a part is missing")
    shared = SharedAdapter(account)
    asking = [asyncio.create_task(shared.orders(OrderFilter(), None, 10, True)) for _ in range(2)]
    await under_way()
    account.released.set()
    one, other = await asyncio.gather(*asking)
    assert one.notice is not None
    assert other.notice is not None
    one.notice.happened_at("SELLERCLOUD", "one")
    assert other.notice.vendor is None
    account.trouble = VendorUnavailable("down")
    key = ref(Kind.ORDER, "1")
    first, second = await asyncio.gather(*(read(shared, ORDER, key) for _ in range(2)))
    assert isinstance(first[key], VendorUnavailable)
    assert first[key] is not second[key]


async def test_loaders_of_two_requests_share_a_call_and_its_error() -> None:
    account = vendor(released=True)
    account.trouble = VendorUnavailable("down")
    accounts = Accounts([SharedAdapter(account)])
    loading = (Loaders(accounts).load(ORDER, ref(Kind.ORDER, "1")) for _ in range(2))
    answers = await asyncio.gather(*loading, return_exceptions=True)
    assert [type(one) for one in answers] == [VendorUnavailable] * 2
    assert [getattr(one, "account", None) for one in answers] == ["one", "one"]
    assert len(account.batches) == 1


async def test_of_one_shared_answer_each_binding_sees_its_own_customer_s_things() -> None:
    mine, theirs = order("1", "a"), order("2", "b")
    account = vendor(mine, theirs)
    shared = SharedAdapter(account)
    keys = (mine.ref, theirs.ref)
    bindings = [BoundAdapter(shared, [customer]) for customer in "abc"]
    asking = [asyncio.create_task(read(one, ORDER, *keys)) for one in bindings]
    asking.append(asyncio.create_task(read(shared, ORDER, *keys)))
    lists = [asyncio.create_task(one.orders(OrderFilter(), None, 10, True)) for one in bindings]
    await under_way()
    account.released.set()
    assert list(await asyncio.gather(*asking)) == [
        {mine.ref: mine},
        {theirs.ref: theirs},
        {},
        {mine.ref: mine, theirs.ref: theirs},
    ]
    assert account.batches == [list(keys)]
    assert [step.rows for step in await asyncio.gather(*lists)] == [(mine,), (theirs,), ()]
    assert len(account.asked) == 3  # what is asked for differs by the customers


async def test_what_an_operation_cost_does_not_tell_whether_others_asked() -> None:
    mine, theirs = order("1", "a"), order("2", "b")

    async def cost(others: int) -> int:
        account = vendor(mine, theirs)
        shared = SharedAdapter(account)
        asking = [asyncio.create_task(read(shared, ORDER, mine.ref, theirs.ref)) for _ in range(others)]
        await under_way()
        tally = Tally()

        async def asked() -> None:
            TALLY.set(tally)
            await read(BoundAdapter(shared, ["a"]), ORDER, theirs.ref)

        task = asyncio.create_task(asked())
        await under_way()
        account.released.set()
        await asyncio.gather(task, *asking)
        return tally.spent

    assert await cost(0) == await cost(3) == 1


@pytest.mark.parametrize("trouble", [None, VendorUnavailable("down"), ValueError("bug")])
async def test_after_a_write_all_ask_anew_however_it_ended(trouble: Any) -> None:
    before = order("1", "a")
    account = vendor(before)
    account.cancelled = trouble
    shared = SharedAdapter(account)
    early = [asyncio.create_task(read(shared, ORDER, before.ref))]
    lists = [asyncio.create_task(shared.orders(OrderFilter(), None, 10, True))]
    await under_way()
    after = replace(before, status=OrderStatus.COMPLETED)
    account.things[before.ref] = after
    await asyncio.gather(write(shared, before.ref), return_exceptions=True)
    late = asyncio.create_task(read(shared, ORDER, before.ref))
    lists.append(asyncio.create_task(shared.orders(OrderFilter(), None, 10, True)))
    await under_way()
    account.released.set()
    assert await early[0] == {before.ref: before}
    assert await late == {before.ref: after}
    await asyncio.gather(*lists)
    assert (len(account.batches), len(account.asked)) == (2, 2)


async def test_without_a_time_nothing_is_kept() -> None:
    known = agreement("A", "a")
    account = vendor(known, released=True)
    shared = SharedAdapter(account)
    for _ in range(2):
        assert await read(shared, AGREEMENT, known.ref) == {known.ref: known}
    assert len(account.batches) == 2


async def test_agreements_and_reference_data_are_kept_for_their_time_and_nothing_else() -> None:
    known, party, one, clock = agreement("A", "a"), ref(Kind.REFERENCE, "customers", "a"), order("1", "a"), Clock()
    account = vendor(known, one, released=True)
    account.things[party] = Party("a")
    shared = SharedAdapter(account, 60.0, clock)
    for at in (0.0, 59.9):
        clock.now = at
        assert await read(shared, AGREEMENT, known.ref) == {known.ref: known}
        assert await read(shared, PARTY, party) == {party: Party("a")}
        await read(shared, ORDER, one.ref)
    assert account.batches == [[known.ref], [party], [one.ref], [one.ref]]
    clock.now = 60.0
    await read(shared, AGREEMENT, known.ref)
    assert len(account.batches) == 5


async def test_a_batch_asks_for_what_is_not_kept_and_errors_and_absences_are_not() -> None:
    known, absent, failing = agreement("A", "a"), ref(Kind.AGREEMENT, "B"), ref(Kind.AGREEMENT, "C")
    account = vendor(known, released=True)
    account.things[failing] = VendorUnavailable("down")
    shared = SharedAdapter(account, 60.0)
    for _ in range(2):
        answers = await read(shared, AGREEMENT, known.ref, absent, failing)
        assert answers[known.ref] == known
        assert isinstance(answers[failing], VendorUnavailable)
        assert absent not in answers
    assert account.batches == [[known.ref, absent, failing], [absent, failing]]


async def test_a_write_of_our_own_drops_all_that_is_kept_and_all_that_is_on_its_way() -> None:
    known, slow = agreement("A", "a"), agreement("B", "a")
    account = vendor(known, slow, released=True)
    shared = SharedAdapter(account, 60.0)
    await read(shared, AGREEMENT, known.ref)
    account.released.clear()
    early = asyncio.create_task(read(shared, AGREEMENT, slow.ref))
    await under_way()
    await write(shared, ref(Kind.ORDER, "1"))
    account.released.set()
    await early
    await read(shared, AGREEMENT, known.ref, slow.ref)
    assert account.batches == [[known.ref], [slow.ref], [known.ref, slow.ref]]


async def test_what_is_kept_is_judged_by_each_binding() -> None:
    mine, theirs = agreement("A", "a"), agreement("B", "b")
    account = vendor(mine, theirs, released=True)
    shared = SharedAdapter(account, 60.0)
    assert len(await read(shared, AGREEMENT, mine.ref, theirs.ref)) == 2
    assert await read(BoundAdapter(shared, ["a"]), AGREEMENT, mine.ref, theirs.ref) == {mine.ref: mine}
    assert await read(BoundAdapter(shared, ["b"]), AGREEMENT, mine.ref, theirs.ref) == {theirs.ref: theirs}
    assert len(account.batches) == 1


async def test_whose_a_thing_is_that_is_to_be_changed_is_never_judged_by_what_is_kept() -> None:
    known = agreement("A", "a")
    account = vendor(known, released=True)
    bound = BoundAdapter(SharedAdapter(account, 60.0), ["a"])
    assert await read(bound, AGREEMENT, known.ref) == {known.ref: known}
    account.things[known.ref] = agreement("A", "b")
    assert await read(bound, AGREEMENT, known.ref) == {known.ref: known}
    assert await bound._reads.theirs([known.ref], anew=True) == {known.ref: False}
    assert await read(bound, AGREEMENT, known.ref) == {}


async def test_what_is_kept_is_bounded() -> None:
    account = vendor(*(agreement(str(number), "a") for number in range(MAX_KEPT + 1)), released=True)
    shared = SharedAdapter(account, 60.0)
    refs = list(account.things)
    await read(shared, AGREEMENT, *refs)
    await read(shared, AGREEMENT, *refs[1:])
    assert len(account.batches) == 1
    await read(shared, AGREEMENT, refs[0])
    assert len(account.batches) == 2
