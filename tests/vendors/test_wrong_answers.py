"""Answers of every vendor, wounded at random: what is whole is there, what is not fails by code, nothing is foreign."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.app import open_accounts
from gateway.config import load_table
from gateway.errors import GatewayError, VendorError
from gateway.model.order import Order
from gateway.model.ref import Kind
from gateway.model.values import Vendor
from gateway.sandbox.app import Sandbox, create_sandbox
from gateway.sandbox.control import Fault
from gateway.vendors.base import (
    AGREEMENT,
    AGREEMENT_ATTACHMENTS,
    ASSET,
    ATTACHMENT,
    ORDER,
    ORDER_ATTACHMENTS,
    ORDER_DETAIL,
    PARTY,
    SUBSCRIPTION,
    Adapter,
    AgreementFilter,
    OrderFilter,
    OrderPlace,
    Read,
)
from gateway.vendors.partner_center.mapping_commerce import OWNER, canonical
from gateway.vendors.partner_center.reads import PROVISIONING
from gateway.vendors.registry import REGISTRY
from gateway.vendors.sellercloud.reads import SHIPMENTS
from gateway.vendors.softwareone.reads import AGREEMENT_SPLIT, INSTRUCTIONS
from tests.vendors.liar import Liar
from tests.vendors.subject import ACCOUNTS, ROOT

pytestmark = pytest.mark.slow

STRANGER: Final = "00000000-1111-4222-8333-444444444444"
NAMES: Final = {"pc-both": "partner_center", "sellercloud": "sellercloud", "swo-client": "softwareone"}
ROWS: Final = {"partner_center": "items", "sellercloud": "Items", "softwareone": "data"}
IDS: Final = {"partner_center": "id", "sellercloud": "ID", "softwareone": "id"}
LISTS: Final = {
    "partner_center": r"GET /partner-center/v1/customers/[^/]+/orders\?",
    "sellercloud": r"GET /sellercloud/rest/api/PurchaseOrders\?",
    "softwareone": r"GET /softwareone/public/v1/commerce/orders\?",
}

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "0", "-1", "1e400", "x" * 3_000, "\u202e\x00", STRANGER, "2001-01-01T00:00:00.000Z", "\ud800"]
    ),
    st.sampled_from([[], {}, [None], [{}], [[]], {"id": None}, {"self": {"uri": f"/customers/{STRANGER}/orders/1"}}]),
)


OWNERS: Final[dict[str, dict[str, Any]]] = {
    "partner_center": {"referenceCustomerId": STRANGER},
    "sellercloud": {"CompanyID": 999},
    "softwareone": {"licensee": {"id": "LCE-0000-0000-0000"}},
}


@dataclass(frozen=True, slots=True)
class Wound:
    """In some row, by `kind`: another value at some place, that key gone, another customer, another row's id."""

    row: int
    place: int
    value: Any
    kind: str


kinds = st.sampled_from(["value", "value", "gone", "owner", "twin"])
picks = st.integers(0, 10**6)
wounds = st.lists(st.builds(Wound, picks, picks, leaves, kinds), min_size=1, max_size=4)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object or list within, with each of its keys."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield value, key
            yield from places(one)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield value, number
            yield from places(one)


def wounded(value: Any, wound: Wound) -> None:
    found = list(places(value))
    if not found:
        return
    where, key = found[wound.place % len(found)]
    if wound.kind == "gone" and isinstance(where, dict):
        del where[key]
    else:
        where[key] = copy.deepcopy(wound.value)


@cache
def sandbox() -> Sandbox:
    """One for all examples: nothing here changes it."""
    return create_sandbox(size=0.05)


@asynccontextmanager
async def account(name: str) -> AsyncIterator[tuple[Adapter, Liar]]:
    credentials = {key: desk.emulator.credentials(ROOT) for key, desk in sandbox().desks.items()}
    table = ACCOUNTS[name](credentials) | {"max_retries": 0}
    config = load_table({"public_url": ROOT, "accounts": {name: table}}, {}, REGISTRY)
    liar = Liar(httpx.ASGITransport(app=sandbox().app))
    async with open_accounts(config, liar) as accounts:
        yield accounts[name], liar


@dataclass(slots=True)
class Wounds:
    """Wounds the rows of lists, always the same ones: `ids` are those that may be hit. Keeps what it made of them."""

    vendor: str
    ids: list[str]
    wounds: list[Wound]
    made: list[tuple[str, Any]] = field(default_factory=list)

    def picked(self, number: int) -> str:
        return self.ids[number % len(self.ids)]

    @property
    def victims(self) -> set[str]:
        return {self.picked(wound.row) for wound in self.wounds}

    @property
    def twins(self) -> set[str]:
        """Whose ids another row has as well: nobody can tell which of the two is right."""
        return {self.picked(wound.place) for wound in self.wounds if wound.kind == "twin"}

    def __call__(self, body: Any) -> Any:
        rows = body[ROWS[self.vendor]] or []
        by_id = {canonical(str(row[IDS[self.vendor]])): place for place, row in enumerate(rows)}
        for wound in self.wounds:
            place = by_id.get(self.picked(wound.row))
            if place is None:
                continue
            if wound.kind == "owner" and isinstance(rows[place], dict):
                rows[place] |= OWNERS[self.vendor]
            elif wound.kind == "twin" and isinstance(rows[place], dict):
                rows[place][IDS[self.vendor]] = self.picked(wound.place)
            else:
                wounded(rows[place], wound)
        self.made += [(key, rows[place]) for key, place in by_id.items()]
        return body


async def walked(adapter: Adapter, wanted: OrderFilter) -> list[Order]:
    """All rows of the list; what goes wrong on the way ends it."""
    rows: list[Order] = []
    place = None
    for _ in range(100):
        step = await adapter.orders(wanted, place, 100, True)
        rows += step.rows
        place = step.resume
        if place is None:
            return rows
    raise AssertionError("the list does not end")


def foreign(row: Any, customer: str) -> bool:
    """Whether a row of Partner Center's says by itself that it is another customer's."""
    if not isinstance(row, dict):
        return False
    owner, links = row.get("referenceCustomerId"), row.get("links")
    own = links.get("self") if isinstance(links, dict) else None
    link = OWNER.match(str(own.get("uri"))) if isinstance(own, dict) else None
    named = [owner if isinstance(owner, str) and owner else customer, link.group(1) if link else customer]
    return any(canonical(one) != customer for one in named)


def asked(adapter: Adapter, orders: Sequence[Order]) -> Iterator[Awaitable[object]]:
    """Everything that can be read about these orders, and every list and picker."""
    refs = [order.ref for order in orders]
    agreements = [order.agreement.ref for order in orders if order.agreement]
    keys: list[tuple[Read[Any, Any], list[Any]]] = [
        *((read, refs) for read in (ORDER, ORDER_DETAIL, PROVISIONING, SHIPMENTS, INSTRUCTIONS)),
        *((read, agreements) for read in (AGREEMENT, AGREEMENT_ATTACHMENTS, AGREEMENT_SPLIT)),
        (ORDER_ATTACHMENTS, [OrderPlace(ref, None) for ref in refs]),
        (ATTACHMENT, [ref.child(Kind.ATTACHMENT, "1") for ref in refs if len(ref.parts) == 2]),
        (ATTACHMENT, [ref.child(Kind.ATTACHMENT, "1") for ref in agreements]),
        (SUBSCRIPTION, [one.ref for order in orders for one in order.subscriptions or ()]),
        (ASSET, [one.ref for order in orders for one in order.assets or ()]),
        (
            PARTY,
            [party.lookup for order in orders for party in (order.customer, order.supplier) if party and party.lookup],
        ),
    ]
    for read, some in keys:
        batch = adapter.reads.get(read)
        if batch is not None and some:
            yield batch(some)
    for down in (True, False):
        yield adapter.orders(OrderFilter(), None, 20, down)
        yield adapter.agreements(AgreementFilter(), None, 20, down)
    yield adapter.count_orders(OrderFilter())
    yield adapter.count_agreements(AgreementFilter())
    for pick in adapter.pickers.parties.values():
        yield pick(None, 5, None)
    if adapter.pickers.items is not None:
        yield adapter.pickers.items(
            "812" if adapter.account.vendor is Vendor.SELLERCLOUD else None, None, None, 5, None
        )


def keyed(order: Order) -> str:
    """The number by which an order is told from others, in one spelling."""
    return order.ref.parts[-1]


TRUTH: dict[str, Mapping[str, Order]] = {}


async def honest(name: str) -> Mapping[str, Order]:
    """All orders, or those of a few customers where each is a call: as the vendor tells them, asked once."""
    if name not in TRUTH:
        async with account(name) as (adapter, _):
            orders = await walked(adapter, some(name))
            TRUTH[name] = {keyed(order): order for order in orders}
    return TRUTH[name]


def some(name: str) -> OrderFilter:
    if NAMES[name] != "partner_center":
        return OrderFilter()
    told = sandbox().desks["partner_center"].emulator.credentials(ROOT)
    return OrderFilter(customer_keys=tuple(told["customers"][:4]))


@pytest.mark.parametrize("name", NAMES)
@given(drawn=wounds)
async def test_wounded_rows_cost_themselves_and_no_other(name: str, drawn: list[Wound]) -> None:
    vendor = NAMES[name]
    truth = await honest(name)
    lie = Wounds(vendor, sorted(truth), drawn)
    async with account(name) as (adapter, liar):
        liar.tell(LISTS[vendor], lie)
        shown = await walked(adapter, some(name))
        numbers = [keyed(order) for order in shown]
        assert set(truth) - lie.victims <= set(numbers)
        for order in shown:
            if keyed(order) in truth and keyed(order) not in lie.victims | lie.twins:
                assert order == truth[keyed(order)]
        if vendor == "partner_center":
            customers = {key: order.ref.parts[0] for key, order in truth.items()}
            strangers = {number for number, row in lie.made if foreign(row, customers[number])}
            assert (strangers - lie.twins).isdisjoint(numbers)
        batch = adapter.reads.get(ORDER)
        assert batch is not None
        refs = [order.ref for order in list(truth.values())[:5]]
        refs += [truth[number].ref for number in sorted(lie.victims)]
        answers = await batch(list(dict.fromkeys(refs)))
        for ref in refs:
            answer = answers[ref]
            if ref.parts[-1] not in lie.victims | lie.twins:
                assert answer == truth[ref.parts[-1]]
            assert isinstance(answer, GatewayError) or answer.ref == ref


@pytest.mark.parametrize("name", ["sellercloud", "swo-client"])
@given(drawn=wounds, pick=st.integers(0, 10**6))
async def test_wounded_rows_are_never_another_customer_s(name: str, drawn: list[Wound], pick: int) -> None:
    vendor = NAMES[name]
    truth = await honest(name)
    customers = sorted({order.customer.key for order in truth.values() if order.customer})
    customer = customers[pick % len(customers)]
    own = {number for number, order in truth.items() if order.customer and order.customer.key == customer}
    lie = Wounds(vendor, sorted(own), drawn)
    async with account(name) as (adapter, liar):
        liar.tell(LISTS[vendor], lie)
        try:
            shown = await walked(adapter, OrderFilter(customer_keys=(customer,)))
        except GatewayError:
            assert own <= lie.victims | lie.twins  # nothing that was asked for is left
            return
        assert {order.customer.key for order in shown if order.customer} <= {customer}
        assert all(order.customer for order in shown)
        assert own - lie.victims - lie.twins <= {keyed(order) for order in shown}


@pytest.mark.parametrize("name", NAMES)
@given(drawn=wounds)
async def test_an_answer_wounded_anywhere_is_read_or_refused_by_code(name: str, drawn: list[Wound]) -> None:
    """Every list, every read of three orders and of what they name, and every picker."""

    def lie(body: Any) -> Any:
        whole = [body]
        for wound in drawn:
            wounded(whole, wound)
        return whole[0]

    async with account(name) as (adapter, liar):
        orders = (await adapter.orders(OrderFilter(), None, 3, True)).rows
        liar.tell("GET", lie)
        for attempt in asked(adapter, orders):
            with suppress(GatewayError):
                await attempt


REDIRECTED: Final = [*((name, False) for name in NAMES), ("pc-both", True), ("sellercloud", True)]


@pytest.mark.parametrize(("name", "logging_in"), REDIRECTED)
async def test_a_redirect_to_another_host_is_followed_by_no_read_and_no_login(name: str, logging_in: bool) -> None:
    truth = await honest(name)
    desk = sandbox().desks[NAMES[name]]
    desk.add(Fault("redirect", times=None, path="/token$" if logging_in else ""))
    try:
        async with account(name) as (adapter, liar):
            tried = 0
            for attempt in asked(adapter, list(truth.values())[:3]):
                with suppress(GatewayError):
                    answers = await attempt
                    assert isinstance(answers, dict)
                    assert all(isinstance(one, VendorError) for one in answers.values())
                tried += 1
            assert tried > 5
            assert liar.hosts == {"127.0.0.1"}
    finally:
        desk.clear()
