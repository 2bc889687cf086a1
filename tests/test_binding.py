"""A bound account: another customer's things are not there, by whatever road, whatever the vendor says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from gateway.accounts import Accounts
from gateway.binding.adapter import BoundAdapter
from gateway.binding.binding import MAX_REMEMBERED, REMEMBERED_SECONDS
from gateway.binding.targets import targets
from gateway.errors import GatewayError, InvalidId, NotFound, VendorUnavailable
from gateway.loaders import Loaders
from gateway.model.agreement import Agreement, AgreementKind, Asset, ProductSubscription
from gateway.model.order import Attachment, AttachmentKind, Line, Order, OrderStatus, OrderType
from gateway.model.principal import Principal
from gateway.model.ref import Kind, Ref
from gateway.model.values import OrderedItem, Party, Vendor
from gateway.model.writing import Outcome, UserErrorCode, WriteState
from gateway.vendors.base import (
    AGREEMENT,
    ASSET,
    ATTACHMENT,
    ORDER,
    ORDER_ATTACHMENTS,
    ORDER_DETAIL,
    PARTY,
    SUBSCRIPTION,
    AgreementFilter,
    OrderFilter,
    OrderPlace,
    PickerPage,
    Pickers,
    Position,
    Step,
)
from gateway.vendors.commands import CancelOrder, CreateCart, CreatePurchaseOrder, UpdateOrder
from gateway.vendors.sellercloud import commands as sellercloud
from gateway.vendors.softwareone import commands as softwareone
from gateway.vendors.writes import CANCEL_ORDER, Attempt
from tests.fakes import FakeAdapter

GUID = "0B4C6D1E-AAAA-4BBB-8CCC-0123456789AB"


@dataclass
class Vendorlike(FakeAdapter):
    """Its refs of two parts begin with the customer; `lists` are the filters it was given, none of which it keeps."""

    lists: list[OrderFilter | AgreementFilter] = field(default_factory=list)
    handled: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        for read in (ORDER, ORDER_DETAIL, AGREEMENT, SUBSCRIPTION, ASSET, ATTACHMENT, PARTY):
            self.reads.add(read, self.batch)
        self.reads.add(ORDER_ATTACHMENTS, self.files)
        self.writes.add(CANCEL_ORDER, self.handle)

    def customer_of(self, thing: object) -> str | None:
        ref = thing if isinstance(thing, Ref) else getattr(thing, "ref", None)
        if not isinstance(ref, Ref) or len(ref.parts) < 2:
            return None
        return None if ref.parts[0] == "suppliers" else ref.parts[1 if ref.kind is Kind.REFERENCE else 0]

    async def files(self, places: Any) -> Mapping[OrderPlace, tuple[Attachment, ...]]:
        self.batches.append([place.order for place in places])
        every = [one for one in self.things.values() if isinstance(one, Attachment)]
        return {place: tuple(one for one in every if one.order == place.order) for place in places}

    async def handle(self, command: object, attempt: Attempt) -> Outcome:
        self.handled.append(command)
        return Outcome.done()

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        self.lists.append(wanted)
        rows = tuple(one for one in self.things.values() if isinstance(one, Order))
        return Step(rows=rows, resume=None, total=len(rows))

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        self.lists.append(wanted)
        return Step(rows=tuple(one for one in self.things.values() if isinstance(one, Agreement)), resume=None)

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        self.lists.append(wanted)
        return 7


class Nameless(Vendorlike):
    """Its refs name no customer."""

    def customer_of(self, thing: object) -> str | None:
        return None


def ref(kind: Kind, *parts: str) -> Ref:
    return Ref.of("one", kind, *parts)


def order(number: str, customer: str | None, *before: str) -> Order:
    return Order(
        ref=ref(Kind.ORDER, *before, number),
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
        customer=None if customer is None else Party(customer),
    )


def agreement(number: str, customer: str | None, known: frozenset[str] | None = None) -> Agreement:
    party = None if customer is None else Party(customer)
    return Agreement(
        ref=ref(Kind.AGREEMENT, number),
        vendor=Vendor.SOFTWAREONE,
        kind=AgreementKind.COMMERCIAL,
        customer=party,
        known=known,
    )


def named(number: str) -> Agreement:
    return agreement(number, None, frozenset({"number"}))


def attachment(number: str, of: Agreement | None, on: Order | None = None) -> Attachment:
    return Attachment(
        ref=ref(Kind.ATTACHMENT, number),
        number=number,
        kind=AttachmentKind.FILE,
        vendor_kind=None,
        file_name="f",
        agreement=of,
        order=None if on is None else on.ref,
    )


def vendor(*things: Any) -> Vendorlike:
    known = Vendorlike.named("one")
    known.things = {thing.ref: thing for thing in things}
    return cast("Vendorlike", known)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def read(bound: BoundAdapter, read: Any, *keys: Any) -> Mapping[Any, Any]:
    batch = bound.reads.get(read)
    assert batch is not None
    return await batch(keys)


async def test_an_order_of_another_customer_or_of_nobody_is_not_there() -> None:
    mine, theirs, nobodys = order("1", "a"), order("2", "b"), order("3", None)
    bound = BoundAdapter(vendor(mine, theirs, nobodys), ["a"])
    assert await read(bound, ORDER, mine.ref, theirs.ref, nobodys.ref) == {mine.ref: mine}


async def test_a_ref_that_names_another_customer_is_not_asked_about() -> None:
    mine, theirs = order("1", "a", "a"), order("2", "b", "b")
    account = vendor(mine, theirs)
    bound = BoundAdapter(account, ["a"])
    assert await read(bound, ORDER, mine.ref, theirs.ref) == {mine.ref: mine}
    assert await read(bound, ORDER_DETAIL, theirs.ref) == {}
    assert account.batches == [[mine.ref]]


async def test_an_answer_that_contradicts_its_ref_is_not_shown() -> None:
    odd = order("1", "b", "a")
    assert await read(BoundAdapter(vendor(odd), ["a", "c"]), ORDER, odd.ref) == {}


async def test_what_names_no_customer_is_judged_by_what_it_hangs_on() -> None:
    mine, theirs = agreement("A", "a"), agreement("B", "b")
    things = [
        cls(ref=ref(kind, f"{owner.ref.parts[0]}{kind.value}"), number="n", agreement=named(owner.ref.parts[0]))
        for cls, kind in ((ProductSubscription, Kind.SUBSCRIPTION), (Asset, Kind.ASSET))
        for owner in (mine, theirs)
    ]
    files = [attachment("f1", named("A")), attachment("f2", named("B")), attachment("f3", None)]
    account = vendor(mine, theirs, *things, *files)
    bound = BoundAdapter(account, ["a"])
    assert list(await read(bound, SUBSCRIPTION, things[0].ref, things[1].ref)) == [things[0].ref]
    assert list(await read(bound, ASSET, things[2].ref, things[3].ref)) == [things[2].ref]
    assert list(await read(bound, ATTACHMENT, *(one.ref for one in files))) == [files[0].ref]


async def test_a_part_of_an_order_is_read_where_the_order_is_theirs() -> None:
    mine, theirs = order("1", "a"), order("2", "b")
    account = vendor(mine, theirs, attachment("f1", None, mine), attachment("f2", None, theirs))
    bound = BoundAdapter(account, ["a"])
    places = [OrderPlace(one.ref, None) for one in (mine, theirs)]
    found = await read(bound, ORDER_ATTACHMENTS, *places)
    assert list(found) == places[:1]
    assert [one.number for one in found[places[0]]] == ["f1"]
    assert account.batches == [[mine.ref, theirs.ref], [mine.ref]]


async def test_what_was_just_found_theirs_is_not_looked_at_again_for_its_parts_but_for_half_a_minute() -> None:
    mine, clock = order("1", "a"), Clock()
    account = vendor(mine)
    bound = BoundAdapter(account, ["a"], clock)
    await read(bound, ORDER, mine.ref)
    account.batches.clear()
    await read(bound, ORDER_DETAIL, mine.ref)
    assert account.batches == [[mine.ref]]
    clock.now += REMEMBERED_SECONDS
    await read(bound, ORDER_DETAIL, mine.ref)
    assert len(account.batches) == 3


async def test_what_is_remembered_is_bounded() -> None:
    rows = [order(str(number), "a") for number in range(MAX_REMEMBERED + 1)]
    bound = BoundAdapter(vendor(*rows), ["a"])
    await read(bound, ORDER, *(row.ref for row in rows))
    assert bound.customer_of(rows[0].ref) is None
    assert bound.customer_of(rows[-1].ref) == "a"


async def test_a_vendor_in_trouble_is_no_absence() -> None:
    mine = attachment("f1", named("A"))
    account = vendor(mine)
    down = VendorUnavailable("down")
    account.things[ref(Kind.AGREEMENT, "A")] = down
    bound = BoundAdapter(account, ["a"])
    assert await read(bound, ATTACHMENT, mine.ref) == {mine.ref: down}
    with pytest.raises(GatewayError, match="down"):
        async with bound.download(mine):
            pass
    account.things[ref(Kind.AGREEMENT, "A")] = NotFound("gone")
    assert await read(bound, ATTACHMENT, mine.ref) == {}


async def test_names_of_other_customers_are_not_told_and_other_tables_are() -> None:
    a, b, supplier = (
        ref(Kind.REFERENCE, *parts) for parts in (("customers", "a"), ("customers", "b"), ("suppliers", "s"))
    )
    account = vendor()
    account.things = {one: Party(one.parts[1]) for one in (a, b, supplier)}
    assert list(await read(BoundAdapter(account, ["a"]), PARTY, a, b, supplier)) == [a, supplier]


async def test_lists_are_asked_for_bound_customers_alone_and_their_rows_are_judged_again() -> None:
    account = vendor(order("1", "a"), order("2", "b"), agreement("A", "a"), agreement("B", "b"))
    bound = BoundAdapter(account, ["a", "c"])
    step = await bound.orders(OrderFilter(), None, 10, True)
    assert [row.number for row in step.rows] == ["1"]
    assert step.total is None  # the vendor's counted others in
    assert len((await bound.agreements(AgreementFilter(), None, 10, True)).rows) == 1
    await bound.count_orders(OrderFilter(customer_keys=("b", "a")))
    assert [one.customer_keys for one in account.lists] == [("a", "c"), ("a", "c"), ("a",)]


async def test_a_list_of_other_customers_alone_is_empty_without_a_call() -> None:
    account = vendor(order("1", "b"))
    bound = BoundAdapter(account, ["a"])
    other = ("b",)
    assert await bound.orders(OrderFilter(customer_keys=other), None, 10, True) == Step(rows=(), resume=None, total=0)
    assert await bound.count_orders(OrderFilter(customer_keys=other)) == 0
    assert (await bound.agreements(AgreementFilter(customer_keys=other), None, 10, True)).rows == ()
    assert await bound.count_agreements(AgreementFilter(customer_keys=other)) == 0
    assert account.lists == []


async def test_customers_are_compared_as_the_vendor_does() -> None:
    mine = order("1", GUID.lower(), GUID.lower())
    bound = BoundAdapter(vendor(mine), [GUID])
    assert await read(bound, ORDER, mine.ref) == {mine.ref: mine}
    assert (await bound.orders(OrderFilter(customer_keys=(GUID,)), None, 1, True)).rows == (mine,)
    assert await read(BoundAdapter(vendor(order("1", "Aa")), ["aa"]), ORDER, ref(Kind.ORDER, "1")) == {}


async def test_pickers_of_customers_show_bound_ones_and_other_pickers_all() -> None:
    asked: list[frozenset[str] | None] = []

    async def pick(
        search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
    ) -> PickerPage[Party]:
        asked.append(keys)
        return PickerPage((Party("a"), Party("b")), ("1", "2"), more=True)

    account = vendor()
    account.pickers = Pickers(parties={"customers": pick, "suppliers": pick})
    bound = BoundAdapter(account, ["a"])
    page = await bound.pickers.parties["customers"](None, 10, None)
    assert ([party.key for party in page.rows], page.cursors, page.more) == (["a"], ("1",), True)
    assert len((await bound.pickers.parties["suppliers"](None, 10, None)).rows) == 2
    assert asked == [frozenset({"a"}), None]


async def test_a_file_of_another_customer_is_not_there_to_be_downloaded() -> None:
    mine, theirs = attachment("f1", named("A")), attachment("f2", named("B"))
    account = vendor(mine, theirs, agreement("A", "a"), agreement("B", "b"))
    account.content = b"x"
    bound = BoundAdapter(account, ["a"])
    with pytest.raises(NotFound):
        async with bound.download(theirs):
            pass
    async with bound.download(mine) as download:
        assert [piece async for piece in download.chunks] == [b"x"]


class Memo:
    """As much of an attempt as a bound write looks at."""

    def __init__(self, memo: Mapping[str, Any] | None = None) -> None:
        self.memo = memo


async def cancelled(account: Vendorlike, ref: Ref, memo: Mapping[str, Any] | None = None, *lines: Ref) -> Outcome:
    handler = BoundAdapter(account, ["a"]).writes.get(CANCEL_ORDER)
    assert handler is not None
    return await handler(CancelOrder(order_id=ref, line_ids=lines or None), cast("Attempt", Memo(memo)))


async def test_a_write_to_a_foreign_thing_ends_like_one_to_a_thing_that_is_not_there() -> None:
    mine, theirs = order("1", "a"), order("2", "b")
    account = vendor(mine, theirs)
    foreign, absent = await cancelled(account, theirs.ref), await cancelled(account, ref(Kind.ORDER, "9"))
    assert foreign == absent
    assert foreign.state is WriteState.REFUSED
    assert [(one.code, one.field) for one in foreign.user_errors] == [(UserErrorCode.NOT_FOUND, ("orderId",))]
    assert account.handled == []
    assert (await cancelled(account, mine.ref)).state is WriteState.DONE
    assert len(account.handled) == 1


async def test_a_write_is_judged_by_all_that_it_names_and_by_a_new_look() -> None:
    mine = order("1", "a")
    account = vendor(mine)
    refused = await cancelled(account, mine.ref, None, ref(Kind.LINE, "2", "7"))
    assert [one.field for one in refused.user_errors] == [("lineIds", "0")]
    bound = BoundAdapter(account, ["a"])
    await read(bound, ORDER, mine.ref)
    account.things[mine.ref] = replace(mine, customer=Party("b"))
    handler = bound.writes.get(CANCEL_ORDER)
    assert handler is not None
    outcome = await handler(CancelOrder(order_id=mine.ref), cast("Attempt", Memo()))
    assert outcome.state is WriteState.REFUSED
    assert account.handled == []


async def test_a_line_is_theirs_where_its_order_or_agreement_is_and_has_it() -> None:
    mine, theirs = order("1", "a"), order("2", "b")
    line = Line(
        ref=mine.ref.child(Kind.LINE, "7"),
        number="7",
        item=OrderedItem("mug"),
        quantity=1,
        unit_price=None,
        total=None,
        order=mine.ref,
        details=None,
    )
    foreign = replace(line, ref=theirs.ref.child(Kind.LINE, "9"))
    account = cast("Nameless", Nameless.named("one"))
    account.things = {mine.ref: replace(mine, lines=(line,)), theirs.ref: replace(theirs, lines=(foreign,))}
    for made_up in (ref(Kind.LINE, "1", "9"), ref(Kind.LINE, "2", "9"), ref(Kind.LINE, "3", "7")):
        outcome = await cancelled(account, mine.ref, None, line.ref, made_up)
        assert [(one.code, one.field) for one in outcome.user_errors] == [(UserErrorCode.NOT_FOUND, ("lineIds", "1"))]
    assert account.handled == []
    assert (await cancelled(account, mine.ref, None, line.ref)).state is WriteState.DONE


async def test_a_write_whose_target_cannot_be_judged_makes_no_call() -> None:
    account = vendor()
    account.trouble = VendorUnavailable("down")
    with pytest.raises(VendorUnavailable):
        await cancelled(account, ref(Kind.ORDER, "1"))
    assert account.handled == []


async def test_a_write_that_was_begun_is_followed_to_its_end() -> None:
    account = vendor(order("2", "b"))
    assert (await cancelled(account, ref(Kind.ORDER, "2"), {"step": "sent"})).state is WriteState.DONE
    assert account.batches == []


def test_a_command_names_its_targets_with_their_paths_in_the_input() -> None:
    line = ref(Kind.LINE, "1", "2")
    draft = sellercloud.OrderChange(company_id=163, remove_line_ids=(line,), vendor_id=None)
    change = UpdateOrder(order_id=line.parent(Kind.ORDER), vendor=draft, chosen="sellercloud")
    assert [(one.names, one.path) for one in targets(change)] == [
        (line.parent(Kind.ORDER), ("orderId",)),
        ("163", ("vendor", "sellercloud", "companyId")),
        (line, ("vendor", "sellercloud", "removeLineIds", "0")),
    ]
    purchase = softwareone.PurchaseDraft(licensee_id="LCE-1", product_id="PRD-1", lines=())
    made = CreatePurchaseOrder(vendor=softwareone.OrderDraft(purchase=purchase), chosen="softwareone")
    assert [(one.names, one.path) for one in targets(made)] == [
        ("LCE-1", ("vendor", "softwareone", "purchase", "licenseeId"))
    ]
    assert [one.names for one in targets(CreateCart(customer_key="a", lines=()))] == ["a"]


async def test_loaders_keep_only_what_the_principal_sees() -> None:
    mine, theirs = order("1", "a"), order("2", "b")
    account = vendor(theirs, mine)
    accounts = Accounts([account]).seen_by(Principal(name="p", customers={"one": frozenset({"a"})}))
    loaders = Loaders(accounts)
    loaders.prime(ORDER, mine.ref, mine)
    loaders.prime(ORDER, theirs.ref, theirs)
    assert await loaders.load(ORDER, mine.ref) == mine
    assert account.batches == []
    assert await loaders.load(ORDER, theirs.ref) is None


def test_accounts_that_are_not_seen_are_like_none_and_bindings_are_shared() -> None:
    every = Accounts([vendor(), FakeAdapter.named("two"), FakeAdapter.named("three")])
    bo = Principal(name="bo", accounts=frozenset({"two"}), customers={"one": frozenset({"a"}), "three": frozenset()})
    seen = every.seen_by(bo)
    assert [adapter.account.name for adapter in seen] == ["one", "two"]
    assert isinstance(seen["one"], BoundAdapter)
    assert seen["one"] is every.seen_by(replace(bo, name="al"))["one"]
    assert seen["one"] is not every.seen_by(replace(bo, customers={"one": frozenset({"b"})}))["one"]
    errors = []
    for account in ("three", "four"):
        with pytest.raises(InvalidId) as caught:
            seen.ref(Ref.of(account, Kind.ORDER, "1").encode(), frozenset({Kind.ORDER}))
        errors.append(caught.value.extensions | {"message": caught.value.message})
    assert errors[0] == errors[1]


def test_items_and_capabilities_are_the_accounts_own() -> None:
    async def items(*given: object) -> PickerPage[OrderedItem]:
        return PickerPage((), (), more=False)

    account = vendor()
    account.pickers = Pickers(items=items)
    bound = BoundAdapter(account, ["a"])
    assert bound.pickers.items is items
    assert bound.account is account.account
