"""Purchase orders by id: list rows in batches, and what only the detail of one order knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from gateway.errors import GatewayError, NotFound, VendorBadAnswer, VendorRefused, VendorUnavailable
from gateway.model.order import Order, OrderDetail
from gateway.model.ref import Ref
from gateway.upstream.client import Upstream, path
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud.details import SellercloudShipment
from gateway.vendors.sellercloud.filtering import is_id
from gateway.vendors.sellercloud.login import GENERAL_FAILURE
from gateway.vendors.sellercloud.mapping import Home, shipment_of
from gateway.vendors.sellercloud.mapping_detail import detail_of, lacks_lines
from gateway.vendors.sellercloud.mapping_items import Items, items_of
from gateway.vendors.sellercloud.pages import PAGE_SIZE, Page, Pages, batches

T = TypeVar("T")


class Orders:
    def __init__(self, upstream: Upstream, pages: Pages, home: Home) -> None:
        self._upstream = upstream
        self._pages = pages
        self._home = home

    async def rows(self, refs: Sequence[Ref]) -> Mapping[Ref, Order | GatewayError]:
        """The list rows of these orders, 50 a call. The detail is no way to them: it fails for one that is missing."""
        ids = [int(ref.parts[0]) for ref in refs if is_id(ref.parts[0])]
        answers: dict[Ref, Order | GatewayError] = {}
        for part in await asyncio.gather(*(self._batch(some) for some in batches(ids, PAGE_SIZE))):
            answers |= part
        return answers

    async def details(self, refs: Sequence[Ref]) -> Mapping[Ref, OrderDetail | GatewayError]:
        """One call each, a second where it leaves the lines out. A general failure may mean that there is no such
        order: one look at the list tells."""
        known = [ref for ref in refs if is_id(ref.parts[0])]
        answers = dict(zip(known, await each(known, self._detail), strict=True))
        doubtful = [ref for ref in known if is_general_failure(answers[ref])]
        if doubtful:
            rows = await self.rows(doubtful)
            missing = NotFound("Sellercloud has no such purchase order.")
            answers |= {ref: missing for ref in doubtful if ref not in rows}
        return answers

    async def shipments(self, refs: Sequence[Ref]) -> Mapping[Ref, tuple[SellercloudShipment, ...] | GatewayError]:
        known = [ref for ref in refs if is_id(ref.parts[0])]
        return dict(zip(known, await each(known, self._shipments), strict=True))

    async def _batch(self, ids: Sequence[int]) -> Mapping[Ref, Order | GatewayError]:
        refs = [self._home.order(id_) for id_ in ids]
        try:
            page = await self._pages.by_id(ids)
        except GatewayError as error:
            return dict.fromkeys(refs, error)
        return {ref: found for id_, ref in zip(ids, refs, strict=True) if (found := of(page, id_, ids)) is not None}

    async def _shipments(self, ref: Ref) -> tuple[SellercloudShipment, ...]:
        try:
            return await self.tracking(ref)
        except VendorRefused:
            return ()

    async def _detail(self, ref: Ref) -> OrderDetail:
        number = ref.parts[0]
        answer = await self._upstream.get(path("PurchaseOrders", number), route="/PurchaseOrders/{order}")
        lines = None
        if lacks_lines(answer.body, ref):
            place = path("PurchaseOrders", number, "Items")
            lines = told((await self._upstream.get(place, route="/PurchaseOrders/{order}/Items")).body)
        return detail_of(answer.body, lines, ref, self._home)

    async def row(self, ref: Ref) -> Order | None:
        """One order's list row; None where there is no such order. Raises GatewayError."""
        found = (await self.rows([ref])).get(ref)
        if isinstance(found, GatewayError):
            raise found
        return found

    async def items(self, ref: Ref) -> Items:
        """An order's lines as they were ordered. Raises GatewayError."""
        place = path("PurchaseOrders", ref.parts[0], "Items")
        return items_of((await self._upstream.get(place, route="/PurchaseOrders/{order}/Items")).body)

    async def tracking(self, ref: Ref) -> tuple[SellercloudShipment, ...]:
        """An order's tracking numbers. Raises VendorRefused where the tenant keeps one per order."""
        place = path("PurchaseOrders", ref.parts[0], "TrackingNumber", "Multiple")
        answer = await self._upstream.get(place, route="/PurchaseOrders/{order}/TrackingNumber/Multiple")
        row = Row(told(answer.body), "tracking numbers")
        if "trackingnumbers" not in {name.lower() for name, _ in row}:
            raise VendorBadAnswer("Sellercloud's answer is not about tracking numbers.")
        return tuple(shipment_of(one, ref, self._home) for one in row.every("TrackingNumbers"))


async def each(refs: Sequence[Ref], read: Callable[[Ref], Awaitable[T]]) -> list[T | GatewayError]:
    """The answer for each, or its error; how many are asked at once is bounded below."""

    async def one(ref: Ref) -> T | GatewayError:
        try:
            return await read(ref)
        except GatewayError as error:
            return error

    return await asyncio.gather(*map(one, refs))


def of(page: Page, id_: int, asked: Sequence[int]) -> Order | GatewayError | None:
    """What a page says of an order. Only one that holds what was asked, and all of it, may call it missing."""
    found = page.orders.get(id_) or page.unreadable.get(id_)
    if found is not None:
        return found
    strangers = (page.orders.keys() | page.unreadable.keys()) - set(asked)
    if strangers or page.nameless or page.lied or page.seen < page.total:
        return VendorBadAnswer("Sellercloud's answer leaves open whether it has this purchase order.")
    return None


def told(body: Any) -> Any:
    """The body; raises VendorBadAnswer for an empty one, which says nothing of what an order has."""
    if not isinstance(body, dict) or not body:
        raise VendorBadAnswer("Sellercloud's answer is empty.")
    return body


def is_general_failure(answer: object) -> bool:
    return isinstance(answer, VendorUnavailable) and answer.vendor_code == GENERAL_FAILURE
