"""The calls that change an order, and the reads that writing needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from gateway.errors import GatewayError, NotFound, VendorBadAnswer
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode
from gateway.upstream.client import Upstream, path
from gateway.vendors.base import ORDER
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping
from gateway.vendors.softwareone.collection import converted
from gateway.vendors.softwareone.mapping_agreements import Origin
from gateway.vendors.softwareone.orders import ROUTE, Orders
from gateway.vendors.writes import Attempt

Sending = Callable[[], Awaitable[None]]

ONE: Final = f"{ROUTE}/{{order}}"
# Seconds between looks for what became of a call whose answer was lost.
PAUSES: Final = (1.0, 2.0, 4.0)


class OrderCalls:
    def __init__(self, upstream: Upstream, orders: Orders, origin: Origin) -> None:
        self._upstream = upstream
        self.collection = orders.collection
        self.origin = origin

    async def row(self, ref: Ref) -> Row:
        """The order with everything of it. Raises GatewayError, NotFound too."""
        number = ref.parts[-1]
        row = (await self.collection.by_ids([number])).get(number, NotFound("The vendor has no such order."))
        if isinstance(row, GatewayError):
            raise row
        return row

    async def create(self, body: Mapping[str, Any], sending: Sending) -> Row:
        answer = await self._upstream.call("POST", ROUTE, route=ROUTE, json=body, sending=sending)
        return Row(answer.body, "order")

    async def put(self, ref: Ref, body: Mapping[str, Any], sending: Sending) -> None:
        answer = await self._upstream.call("PUT", self._path(ref), route=ONE, json=body, sending=sending)
        about(answer.body, ref)

    async def delete(self, ref: Ref, sending: Sending) -> None:
        await self._upstream.call("DELETE", self._path(ref), route=ONE, sending=sending)

    async def act(self, ref: Ref, action: str, body: Mapping[str, Any] | None, sending: Sending) -> None:
        """One of the order's steps: `process` or `fail`."""
        where, route = f"{self._path(ref)}/{action}", f"{ONE}/{action}"
        answer = await self._upstream.call("POST", where, route=route, json=body, sending=sending)
        about(answer.body, ref)

    def prime(self, attempt: Attempt, ref: Ref, row: Row) -> None:
        """Lets the order be shown as it was just read."""
        order = converted(row, lambda known: mapping.order(known, self.origin))
        if not isinstance(order, GatewayError):
            attempt.prime(ORDER, ref, order)

    def _path(self, ref: Ref) -> str:
        return path("v1", "commerce", "orders", *ref.parts)


def about(body: Any, ref: Ref) -> None:
    """Raises VendorBadAnswer where the answer to a write is about another thing; an empty one says what its status
    says."""
    if body is not None and (Row(body, "answer").filled("id") or "").casefold() != ref.parts[-1].casefold():
        raise VendorBadAnswer("The vendor's answer is not about what was written.")


def no_such_order() -> Outcome:
    return Outcome.refused(UserError(UserErrorCode.NOT_FOUND, "The vendor has no such order.", ("orderId",)))
