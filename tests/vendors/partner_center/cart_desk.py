"""A clerk for carts: what the tests of changes and of checkouts share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gateway.model.cart import Cart
from gateway.model.ref import Ref
from gateway.model.writing import UserErrorCode, Written
from gateway.sandbox.partner_center.records import Cart as Stored
from gateway.vendors.base import CART
from gateway.vendors.commands import CartLineDraft, CreateCart
from gateway.vendors.writes import CREATE_CART
from tests.vendors.partner_center.cart_samples import draft
from tests.vendors.partner_center.clerk import Clerk, clerk
from tests.vendors.partner_center.office import TODAY

GONE = "CFQ7TT000001:0002:GONE"
BASIC = "CFQ7TT000001:0001:CFQ7TT00001B"
ANSWERS_LOST = ("lost", "truncate", "html", "error", "drop", "delayed_commit")


@asynccontextmanager
async def desk(**settings: Any) -> AsyncIterator[Clerk]:
    """A clerk whose vendor's clock goes on with every look at it, so that no two changes are of one moment."""
    async with clerk(**settings) as one:
        looks = 0

        def ticking() -> float:
            nonlocal looks
            looks += 1
            return TODAY.timestamp() + looks * 0.05

        one.office.emulator.world.clock = ticking
        yield one


def customer(one: Clerk, country: str = "DE") -> str:
    return next(c.id for c in one.office.emulator.world.customers.values() if c.country == country)


def creation(one: Clerk, *lines: CartLineDraft, country: str = "DE", **more: Any) -> CreateCart:
    return CreateCart(customer_key=customer(one, country), lines=lines or (draft(),), **more)


def stored(one: Clerk, country: str = "DE") -> dict[str, Stored]:
    return one.office.emulator.world.customers[customer(one, country)].carts


async def read(one: Clerk, ref: Ref) -> Cart:
    batch = one.office.adapter.reads.get(CART)
    assert batch is not None
    found = (await batch([ref]))[ref]
    assert isinstance(found, Cart), found
    return found


async def made(one: Clerk, *lines: CartLineDraft, **more: Any) -> Ref:
    """A new cart, with all traces of making it wiped away."""
    number = sum(len(each.carts) for each in one.office.emulator.world.customers.values())
    written = await one.run(CREATE_CART, creation(one, *lines, **more), key=f"made {number}")
    one.office.forget_calls()
    return written.outcome.refs["cart"][0]


def codes(written: Written) -> list[tuple[UserErrorCode, tuple[str, ...] | None, str | None]]:
    return [(error.code, error.field, error.vendor_code) for error in written.user_errors]


def request_ids(one: Clerk, method: str) -> list[str | None]:
    return [call.request_id for call in one.office.calls if call.method == method]
