"""Orders: read by id, listed, counted, and the page that tells what one of them waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from gateway.errors import GatewayError, VendorBadAnswer, VendorRefused
from gateway.model.order import Order, OrderStatus
from gateway.model.ref import Ref
from gateway.upstream.client import Upstream, path
from gateway.vendors.base import OrderFilter, Position, Step
from gateway.vendors.filters import matches
from gateway.vendors.reading import TEXT_CAP, Row
from gateway.vendors.softwareone import mapping
from gateway.vendors.softwareone.collection import Collection, read
from gateway.vendors.softwareone.conditions import order_conditions
from gateway.vendors.softwareone.mapping_agreements import Origin
from gateway.vendors.softwareone.mapping_parts import markdown
from gateway.vendors.softwareone.rql import Condition
from gateway.vendors.softwareone.steps import step

T = TypeVar("T")

ROUTE: Final = "/v1/commerce/orders"
RENDER: Final = f"{ROUTE}/{{order}}/render"
# Everything that the vendor leaves out on its own, so that a row of a list is as whole as an order read by its id.
SELECT: Final = "lines,parameters,subscriptions,assets,termsAndConditions,certificates,audit"


class Orders:
    def __init__(self, upstream: Upstream, origin: Origin) -> None:
        self._upstream = upstream
        self._origin = origin
        self.collection = Collection(upstream, ROUTE, ROUTE, "orders", SELECT)

    async def read(self, keys: Sequence[Ref]) -> Mapping[Ref, Order | GatewayError]:
        return await read(self.collection, keys, self._order)

    async def list(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        async def listed(conditions: tuple[Condition, ...]) -> Step[Order]:
            return await step(
                self.collection,
                conditions,
                self._order,
                lambda order: asked_for(order, wanted),
                self._origin.account,
                after,
                limit,
                descending,
            )

        return await understood(wanted, listed, Step(rows=(), resume=None, total=0))

    async def count(self, wanted: OrderFilter) -> int | None:
        return await understood(wanted, self.collection.count, 0)

    async def instructions(self, keys: Sequence[Ref]) -> Mapping[Ref, str | GatewayError]:
        """Each order's rendered template, one call each: the vendor renders them singly."""
        pages = await asyncio.gather(*(self._rendered(key) for key in keys))
        return dict(zip(keys, pages, strict=True))

    async def _rendered(self, key: Ref) -> str | GatewayError:
        try:
            answer = await self._upstream.get(path("v1", "commerce", "orders", *key.parts, "render"), route=RENDER)
        except GatewayError as error:
            return error
        if not isinstance(answer.body, str):
            return VendorBadAnswer("The vendor's rendered template is no text.")
        return markdown(answer.body[:TEXT_CAP])

    def _order(self, row: Row) -> Order:
        return mapping.order(row, self._origin)


def asked_for(order: Order, wanted: OrderFilter) -> bool:
    """Whether a row is what the vendor was asked for, by all but `search`. Its ids compare without case; discarded
    orders are shown only where a status asks for them."""
    customer = order.customer.key.casefold() if order.customer else ""
    agreement = order.agreement.number if order.agreement else None
    return (
        matches(order, replace(wanted, customer_keys=(), agreement=None))
        and (not wanted.customer_keys or customer in map(str.casefold, wanted.customer_keys))
        and (wanted.agreement is None or (agreement or "").casefold() == wanted.agreement.parts[0].casefold())
        and (order.status is not OrderStatus.DELETED or bool(wanted.statuses or wanted.vendor_statuses))
    )


async def understood(wanted: OrderFilter, ask: Callable[[tuple[Condition, ...]], Awaitable[T]], nothing: T) -> T:
    """What `ask` finds, or `nothing` where nothing can match; in older words where the platform refuses the newest."""
    conditions = order_conditions(wanted)
    if conditions is None:
        return nothing
    try:
        return await ask(conditions)
    except VendorRefused:
        older = order_conditions(wanted, oldest_words=True)
        if older == conditions:
            raise
        return nothing if older is None else await ask(older)
