"""The seeded year fills every home of this vendor's fields, for each actor that may see it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

import pytest

from gateway.errors import GatewayError
from gateway.model.agreement import Agreement, AgreementLineStatus, ProductSubscription, SubscriptionStatus
from gateway.model.order import Order, OrderStatus
from gateway.vendors.base import AGREEMENT_ATTACHMENTS, ASSET, SUBSCRIPTION, AgreementFilter, OrderFilter, Position
from gateway.vendors.softwareone import words
from gateway.vendors.softwareone.reads import AGREEMENT_SPLIT, SUBSCRIPTION_SPLIT
from gateway.vendors.softwareone.settings import Actor
from tests.vendors.softwareone.bench import Bench, bench

# What this vendor has no value for, or never fills.
NEVER = {
    "Agreement": {"accepted_at", "starts_at", "ends_at"},
    "AgreementDetails": {"error", "icon"},
    "Asset": {"order"},
    "Attachment": {"size_in_kilobytes"},
    "Line": {"notes", "total"},
    "Order": {"deferred", "documents", "number_scope", "title", "total"},
    "Party": {"lookup"},
    "ProductSubscription": {"open_ended", "order", "quantity"},
}
OLDER = {"OrderDetails": {"href"}, "AgreementDetails": {"href"}, "Reference": {"href"}}
UNSEEN: dict[Actor, dict[str, set[str]]] = {
    "client": {
        "OrderDetails": {"margins"},
        "LineDetails": {"margins"},
        "AgreementDetails": {"margins"},
        "SubscriptionDetails": {"margins"},
    },
    "vendor": {
        "OrderDetails": {"margins"},
        "LineDetails": {"margins"},
        "AgreementDetails": {"margins"},
        "SubscriptionDetails": {"margins", "split_status", "vendor_split_status"},
        "Line": {"unit_price"},
        "AgreementLine": {"unit_price"},
    },
    "operations": {},
}


async def orders(b: Bench) -> list[Order]:
    found: list[Order] = []
    after: Position | None = None
    while True:
        step = await b.adapter.orders(OrderFilter(statuses=tuple(OrderStatus)), after, 100, True)
        found, after = [*found, *step.rows], step.resume
        if after is None:
            return found


async def everything(b: Bench, actor: Actor) -> list[object]:
    every = await orders(b)
    agreements = (await b.adapter.agreements(AgreementFilter(), None, 100, True)).rows
    subscriptions = await b.read(SUBSCRIPTION, *{one.ref for order in every for one in order.subscriptions or ()})
    assets = await b.read(ASSET, *{one.ref for order in every for one in order.assets or ()})
    files = await b.read(AGREEMENT_ATTACHMENTS, *(one.ref for one in agreements))
    found = [*every, *agreements, *subscriptions.values(), *assets.values(), *files.values()]
    if actor != "vendor":
        found += (await b.read(AGREEMENT_SPLIT, *(one.ref for one in agreements))).values()
        found += (await b.read(SUBSCRIPTION_SPLIT, *subscriptions)).values()
    return [one for one in found if not isinstance(one, GatewayError)]


def values(thing: object) -> Iterator[tuple[str, str, object]]:
    """Type, field and value of everything inside."""
    if isinstance(thing, tuple | list):
        for one in thing:
            yield from values(one)
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            value = getattr(thing, field.name)
            yield type(thing).__name__, field.name, value
            yield from values(value)


def empty(found: Iterable[object]) -> dict[str, set[str]]:
    """Fields that hold nothing in any of these, by type."""
    filled: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    for kind, name, value in values(found):
        seen.add((kind, name))
        if value not in (None, (), "", frozenset()):
            filled.add((kind, name))
    left: dict[str, set[str]] = {}
    for kind, name in seen - filled:
        left.setdefault(kind, set()).add(name)
    return left


OTHERS = ("vendor", "operations")


@pytest.mark.parametrize("legacy", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("actor", ["client", *(pytest.param(one, marks=pytest.mark.slow) for one in OTHERS)])
@pytest.mark.slow
async def test_every_home_is_filled_for_the_actor_that_may_see_it(actor: Actor, legacy: bool) -> None:
    async with bench(actor, size=1.0) as b:
        b.emulator.settings.legacy_style = legacy
        found = empty(await everything(b, actor))
    expected = [NEVER, UNSEEN[actor], {"OrderDetails": {"revision"}} if legacy else OLDER]
    names = {kind for one in expected for kind in one}
    assert found == {kind: set().union(*(one.get(kind, set()) for one in expected)) for kind in names}


async def test_subscriptions_and_lines_of_agreements_come_in_every_status_that_ends() -> None:
    async with bench("operations", size=1.0) as b:
        every = await orders(b)
        agreements = (await b.adapter.agreements(AgreementFilter(), None, 100, True)).rows
    of_orders: list[ProductSubscription] = [one for order in every for one in order.subscriptions or ()]
    assert {one.status for one in of_orders} == set(words.SUBSCRIPTION_STATUS.values()) | {
        SubscriptionStatus.TERMINATING
    }
    assert {one.status for order in every for one in order.assets or ()} == set(words.ASSET_STATUS.values())
    held: list[Agreement] = list(agreements)
    lines = {line.status for one in held for line in one.lines or ()}
    assert {AgreementLineStatus.ACTIVE, AgreementLineStatus.TERMINATED, AgreementLineStatus.EXPIRED} <= lines
