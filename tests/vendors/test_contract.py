"""One suite that every vendor keeps: what an account declares works on the emulator, the rest is never called."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from gateway.errors import FilterNotSupported, GatewayError
from gateway.model.account import AccountState, Capability
from gateway.model.agreement import Agreement
from gateway.model.order import Attachment, AttachmentKind, Order, OrderStatus
from gateway.model.ref import Kind, Ref
from gateway.model.values import Vendor
from gateway.model.writing import OrderActionKind, UserError, UserErrorCode, WriteState
from gateway.sandbox.control import Fault
from gateway.vendors.base import (
    AGREEMENT,
    AGREEMENT_ATTACHMENTS,
    ASSET,
    ATTACHMENT,
    CART,
    ORDER,
    ORDER_ATTACHMENTS,
    ORDER_DETAIL,
    PARTY,
    SUBSCRIPTION,
    Adapter,
    AgreementFilter,
    OrderFilter,
    OrderPlace,
    Position,
    Read,
    agreement_position,
    order_position,
)
from gateway.vendors.filters import matches
from gateway.vendors.partner_center.reads import PROVISIONING
from gateway.vendors.writes import WRITES, Write
from tests.vendors import write_proofs
from tests.vendors.subject import ACCOUNTS, Subject, subject

SHORT = {"pc-both", "sellercloud", "swo-client", "swo-vendor"}
"""Accounts that stand for all in the short run: each vendor, and each actor that may write something of its own."""


def cases(*things: Iterable[Any]) -> list[ParameterSet]:
    """Every account with each of the things; those outside the short run are slow."""
    return [
        pytest.param(name, *rest, marks=() if name in SHORT else pytest.mark.slow)
        for name, *rest in itertools.product(ACCOUNTS, *things)
    ]


every_account = pytest.mark.parametrize("name", cases())


async def all_agreements(adapter: Adapter) -> list[Agreement]:
    rows: list[Agreement] = []
    place: Position | None = None
    for _ in range(500):
        step = await adapter.agreements(AgreementFilter(), place, 100, True)
        rows += step.rows
        if step.resume is None:
            return rows
        place = step.resume
    raise AssertionError("the list does not end")


@every_account
async def test_the_list_is_whole_sorted_and_the_same_from_both_ends(name: str) -> None:
    async with subject(name) as one:
        down = await one.orders()
        up = await one.orders(descending=False)
        positions = [order_position(order) for order in down]
        assert positions == sorted(positions, reverse=True)
        assert len(set(positions)) == len(positions)
        assert [order.ref for order in up] == [order.ref for order in reversed(down)]
        assert one.adapter.health().state is AccountState.HEALTHY
        if name in ("pc-both", "pc-app", "sellercloud"):
            vendor = one.adapter.account.vendor.value
            listed = {str(o["number"]) for o in one.sandbox.desks[vendor].emulator.orders() if o["listed"]}
            assert {order.number for order in down} == listed


@every_account
async def test_an_order_is_the_same_by_every_road(name: str) -> None:
    async with subject(name) as one:
        rows = (await one.orders())[::7][:40]
        batch = one.adapter.reads.get(ORDER)
        assert batch is not None
        missing = Ref.of(name, Kind.ORDER, *("00000000-0000-0000-0000-000000000000", "1")[-len(rows[0].ref.parts) :])
        found = await batch([*(row.ref for row in rows), missing])
        for row in rows:
            assert found[row.ref] == row
        assert not isinstance(found.get(missing), Order)


@every_account
async def test_filters_keep_what_matches_and_lose_nothing(name: str) -> None:
    async with subject(name) as one:
        everything = await one.orders()
        statuses = {order.status for order in everything} - {OrderStatus.DELETED}
        middle = everything[len(everything) // 2].created_at or datetime.now(UTC)
        customer = next(order.customer.key for order in everything if order.customer)
        wanted = [
            *(OrderFilter(statuses=(status,)) for status in statuses),
            OrderFilter(types=(everything[0].type,)),
            OrderFilter(vendor_statuses=(everything[0].vendor_status or "",)),
            OrderFilter(customer_keys=(customer,)),
            OrderFilter(created_from=middle),
            OrderFilter(created_before=middle),
            OrderFilter(created_from=middle - timedelta(days=20), created_before=middle + timedelta(days=20)),
        ]
        for one_filter in wanted:
            rows = await one.orders(one_filter)
            assert [row.ref for row in rows] == [o.ref for o in everything if matches(o, one_filter)], one_filter
            count = await one.adapter.count_orders(one_filter)
            assert count is None or count == len(rows), one_filter


@every_account
async def test_updated_from_works_or_is_refused_before_any_call(name: str) -> None:
    async with subject(name) as one:
        since = datetime.now(UTC) - timedelta(days=60)
        try:
            rows = await one.orders(OrderFilter(updated_from=since))
        except FilterNotSupported:
            assert one.calls == 0
            return
        assert rows
        assert all((row.updated_at or row.created_at or since) >= since for row in rows)


@every_account
async def test_search_finds_an_order_by_its_number(name: str) -> None:
    async with subject(name) as one:
        order = (await one.orders())[3]
        rows = await one.orders(OrderFilter(search=order.number))
        assert order.ref in {row.ref for row in rows}


@every_account
async def test_a_customer_nobody_has_costs_no_rows(name: str) -> None:
    async with subject(name) as one:
        for key in ("no-such-customer", "00000000-0000-0000-0000-000000000001", "999999", 'x")),or(eq(id,"'):
            try:
                rows = await one.orders(OrderFilter(customer_keys=(key,)))
            except (AssertionError, GatewayError):
                continue  # a customer that the vendor refuses is told, which is as good as no rows
            assert rows == []


async def prove_orders(one: Subject) -> None:
    assert await one.orders()


async def prove_agreements(one: Subject) -> None:
    rows = await all_agreements(one.adapter)
    assert rows
    positions = [agreement_position(row) for row in rows]
    assert positions == sorted(positions, reverse=True)
    batch = one.adapter.reads.get(AGREEMENT)
    assert batch is not None
    found = await batch([row.ref for row in rows[:20]])
    assert all(found[row.ref] == row for row in rows[:20])


async def prove_subscriptions(one: Subject) -> None:
    orders = await one.orders()
    embedded = [sub for order in orders for sub in order.subscriptions or ()]
    assert embedded
    loaders = one.loaders()
    whole = [await loaders.load(SUBSCRIPTION, sub.ref) for sub in embedded[:10]]
    found = [sub for sub in whole if sub is not None]
    assert found
    assert all(sub.known is None and sub.status is not None for sub in found)
    assets = [asset for order in orders for asset in order.assets or ()][:5]
    for asset in assets:
        await loaders.load(ASSET, asset.ref)


async def prove_provisioning(one: Subject) -> None:
    loaders = one.loaders()
    found = [await loaders.load(PROVISIONING, order.ref) for order in (await one.orders())[:20]]
    assert any(found)


async def some_attachments(one: Subject) -> list[Attachment]:
    loaders = one.loaders()
    found: list[Attachment] = []
    for order in await one.orders():
        place = OrderPlace(order.ref, order.agreement.ref if order.agreement else None)
        found += await loaders.load(ORDER_ATTACHMENTS, place) or ()
        if len(found) > 5:
            break
    return found


async def prove_attachments(one: Subject) -> None:
    found = await some_attachments(one)
    assert found
    loaders = one.loaders()
    for attachment in found:
        assert await loaders.load(ATTACHMENT, attachment.ref) == attachment
    agreements = [attachment.agreement for attachment in found if attachment.agreement]
    if agreements:
        assert await loaders.load(AGREEMENT_ATTACHMENTS, agreements[0].ref)


async def prove_downloads(one: Subject) -> None:
    files = [a for a in await some_attachments(one) if a.kind is not AttachmentKind.LICENSE_KEY]
    async with one.adapter.download(files[0]) as download:
        content = b"".join([chunk async for chunk in download.chunks])
    assert content
    assert files[0].size_in_bytes in (None, len(content))


async def prove_reference(one: Subject) -> None:
    loaders = one.loaders()
    order = (await one.orders())[0]
    for party in (order.customer, order.supplier):
        if party is not None and party.name is None:
            assert party.lookup is not None
            named = await loaders.load(PARTY, party.lookup)
            assert named is not None
            assert named.name
    assert one.adapter.pickers.parties
    for table, picker in one.adapter.pickers.parties.items():
        page = await picker(None, 2, None)
        assert page.rows, table
        if page.more:
            following = await picker(None, 2, page.cursors[-1])
            assert {row.key for row in following.rows}.isdisjoint(row.key for row in page.rows)
        name = page.rows[0].name or ""
        again = await picker(name[:5], 50, None)
        assert page.rows[0].key in {row.key for row in again.rows}


async def prove_carts(one: Subject) -> None:
    batch = one.adapter.reads.get(CART)
    assert batch is not None
    gone = Ref.of(
        one.adapter.account.id,
        Kind.CART,
        "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13",
        "a1d3c7f2-6b58-4e0f-9d24-77c0e5b8f310",
    )
    answer = (await batch([gone])).get(gone)
    assert answer is None or isinstance(answer, GatewayError)


PROOFS: dict[Capability, Callable[[Subject], Awaitable[None]]] = {
    Capability.READ_ORDERS: prove_orders,
    Capability.LIST_ORDERS: prove_orders,
    Capability.READ_AGREEMENTS: prove_agreements,
    Capability.LIST_AGREEMENTS: prove_agreements,
    Capability.READ_SUBSCRIPTIONS: prove_subscriptions,
    Capability.READ_PROVISIONING: prove_provisioning,
    Capability.READ_ATTACHMENTS: prove_attachments,
    Capability.DOWNLOAD_ATTACHMENTS: prove_downloads,
    Capability.READ_REFERENCE: prove_reference,
    Capability.READ_CARTS: prove_carts,
}
READS: tuple[Read[Any, Any], ...] = (
    ORDER,
    ORDER_DETAIL,
    AGREEMENT,
    AGREEMENT_ATTACHMENTS,
    SUBSCRIPTION,
    ASSET,
    ATTACHMENT,
    CART,
    PARTY,
    PROVISIONING,
)


WRITTEN = {write.capability for write in WRITES}


def test_every_capability_is_proved_by_reading_or_by_writing() -> None:
    assert set(PROOFS).isdisjoint(WRITTEN)
    assert set(PROOFS) | WRITTEN == set(Capability)


@pytest.mark.parametrize(("name", "capability"), cases(PROOFS))
async def test_what_is_declared_works_and_what_is_not_is_never_called(name: str, capability: Capability) -> None:
    async with subject(name) as one:
        if one.can(capability):
            await PROOFS[capability](one)
            return
        loaders = one.loaders()
        for read in READS:
            if read.capability is capability:
                key = Ref.of(name, Kind.ORDER, *["x"] * one.adapter.id_parts[Kind.ORDER])
                assert await loaders.load(read, key) is None
        if capability is Capability.READ_ATTACHMENTS:
            place = OrderPlace(Ref.of(name, Kind.ORDER, "x"), None)
            assert await loaders.load(ORDER_ATTACHMENTS, place) is None
        assert one.calls == 0


@every_account
async def test_the_doctor_finds_a_good_account_well_and_a_bad_login_ill(name: str) -> None:
    async with subject(name) as one:
        assert all(check.ok for check in await one.adapter.check())
        vendor = one.adapter.account.vendor.value
        desk = one.sandbox.desks[vendor]
        desk.add(Fault("unauthorized", times=None))
        checks = await one.adapter.check()
        assert any(not check.ok and check.remark for check in checks)


def called(one: object) -> str:
    return str(getattr(one, "name", one))


every_action = pytest.mark.parametrize(("name", "kind"), cases(OrderActionKind), ids=called)


@every_account
async def test_what_its_login_may_write_an_account_declares_and_has_a_handler_for_and_nothing_else(name: str) -> None:
    async with subject(name) as one:
        known = {write.name for write in write_proofs.PROOFS[name]}
        assert {write.name for write in WRITES if one.can(write.capability)} == known
        assert {write.name for write in WRITES if one.adapter.writes.get(write) is not None} == known


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param(name, write, marks=() if name in SHORT else pytest.mark.slow)
        for name, known in write_proofs.PROOFS.items()
        for write in known
    ],
    ids=called,
)
async def test_what_is_declared_is_done_and_shows_in_what_is_read(name: str, write: Write[Any]) -> None:
    async with subject(name) as one:
        await write_proofs.PROOFS[name][write](one)


@every_account
async def test_what_is_not_declared_is_refused_before_any_call_and_says_what_to_do_instead(name: str) -> None:
    async with subject(name) as one:
        for write, command in write_proofs.commands(one).items():
            if write in write_proofs.PROOFS[name]:
                continue
            written = await one.run(write, command)
            assert written.state is WriteState.REFUSED
            (error,) = written.user_errors
            assert (error.code, error.field) == (UserErrorCode.UNSUPPORTED, None)
            assert error.message == one.adapter.writes.instead(write), "nothing says what to do instead"
            assert written.outcome.refs == {}
        assert one.calls == 0


@every_account
async def test_every_order_tells_of_every_action_and_gives_a_reason_for_each_no(name: str) -> None:
    async with subject(name) as one:
        orders = await one.orders()
        before = one.calls
        for order in orders:
            actions = one.adapter.actions(order)
            assert [action.kind for action in actions] == list(OrderActionKind)
            assert all(action.possible or action.reason for action in actions)
        assert one.calls == before


@every_action
@pytest.mark.slow
async def test_what_an_order_says_may_be_done_to_it_is_not_forbidden_and_the_rest_is(
    name: str, kind: OrderActionKind
) -> None:
    """On a few orders of each status and type, with every consent."""
    async with subject(name) as one:
        orders = {(order.status, order.type, place % 3): order for place, order in enumerate(await one.orders())}
        gone_through = lines_decided = 0
        for order in orders.values():
            before = one.changes
            written = await one.run(write_proofs.ON_ORDERS[kind], await write_proofs.command_on(one, kind, order))
            if not write_proofs.possible(one, kind, order):
                # What has come about already is done without a call.
                assert written.state is WriteState.REFUSED or one.changes == before, written
                continue
            assert not any(error.vendor_code in BY_STATUS for error in written.user_errors), written
            forbidden = any(forbids(error) for error in written.user_errors)
            assert not forbidden or kind in LINES_DECIDE.get(one.adapter.account.vendor, ()), written
            gone_through += not forbidden
            lines_decided += forbidden
        assert gone_through or not lines_decided


# What the vendor says of the subscriptions that the order's lines began decides besides, and no order shows that.
LINES_DECIDE = {Vendor.PARTNER_CENTER: (OrderActionKind.CANCEL,)}
BY_STATUS = ("800014", "800061", "800042")  # Partner Center's: the order's status does not allow it
FORBIDDEN = (UserErrorCode.UNSUPPORTED, UserErrorCode.NOT_ALLOWED_HERE, UserErrorCode.STALE)


def forbids(error: UserError) -> bool:
    """Whether it says that this cannot be done to such an order, whatever the input."""
    return error.code in FORBIDDEN and error.field in (None, ("orderId",), ("parentId",))
