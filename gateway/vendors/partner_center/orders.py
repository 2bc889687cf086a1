"""Orders, their provisioning and their files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from gateway.errors import FilterNotSupported, GatewayError, VendorBadAnswer
from gateway.model.account import Account
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind, Ref
from gateway.vendors.base import Download, OrderFilter, OrderPlace, Position, Step, order_position
from gateway.vendors.delivery import delivers, type_by_name
from gateway.vendors.filters import matches
from gateway.vendors.partial import Partial
from gateway.vendors.partner_center import mapping
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.asking import asked, told
from gateway.vendors.partner_center.customers import Customers
from gateway.vendors.partner_center.details import LineDetails, OrderDetails, Provisioning
from gateway.vendors.partner_center.fanout import each
from gateway.vendors.partner_center.fresh import FreshOrders
from gateway.vendors.partner_center.lists import CustomerLists
from gateway.vendors.partner_center.mapping_commerce import items
from gateway.vendors.partner_center.settings import Settings
from gateway.vendors.reading import Row

LIST: Final = "/customers/{customer}/orders"
ONE: Final = LIST + "/{order}"
# Prices are asked for by every road, so that a price is the same by each. Renewals are orders that the system makes:
# without the second word a renewed subscription's order would be found by its id and by no list.
LIST_QUERY: Final = "include_price=true&include_system_purchases=true"
ONE_QUERY: Final = "include_price=true"
LAG_SECONDS: Final = 900


class Orders:
    def __init__(
        self,
        api: Api,
        account: Account,
        customers: Customers,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._account = account
        self._customers = customers
        self._fresh = FreshOrders(now)
        self._lists = CustomerLists(
            self._list,
            self._row,
            order_position,
            seconds=settings.list_cache_seconds,
            now=now,
            weigh=lambda order: 1 + len(order.lines),
            lag_seconds=LAG_SECONDS,
        )

    async def step(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        covered = await self._covered(wanted)
        return await self._lists.step(covered, _condition(wanted), after, limit, descending, covered.omitted)

    async def count(self, wanted: OrderFilter) -> int | None:
        covered = await self._covered(wanted)
        return await self._lists.count(covered, _condition(wanted), covered.omitted)

    def forget(self, customer: str) -> None:
        """For our own writes: the next list reads this customer's orders anew."""
        self._lists.forget(customer)

    def placed(self, orders: Iterable[Ref]) -> None:
        """For orders that we have just placed: the lists of their customers show them at once."""
        made = tuple(orders)
        self._fresh.add(made)
        for customer in {ref.parts[0] for ref in made}:
            self.forget(customer)

    async def listed(self, customer: str) -> tuple[Order, ...]:
        """All of a customer's orders that can be read, asked for now. Raises GatewayError."""
        return tuple(order for _, order in (await self._lists.read(customer)).rows)

    async def read(self, refs: Sequence[Ref]) -> Mapping[Ref, Order | GatewayError]:
        """The vendor has no batch: one call per order."""
        return await each(refs, self.one)

    async def one(self, ref: Ref) -> Order:
        """Raises GatewayError."""
        return await self._api.get(address(ref), lambda body: self.made(body, ref), route=ONE, query=ONE_QUERY)

    def made(self, body: Any, ref: Ref) -> Order:
        """The order behind the ref that an answer holds. Raises VendorBadAnswer."""
        order = self._row(body, ref.parts[0])
        return asked(order, order.ref, ref)

    async def provisioning(self, refs: Sequence[Ref]) -> Mapping[Ref, Mapping[str, Provisioning] | GatewayError]:
        async def one(ref: Ref) -> Mapping[str, Provisioning]:
            customer, number = ref.parts
            path = ("customers", customer, "orders", number, "provisioningstatus")
            return await self._api.get(path, mapping.provisioning, route=ONE + "/provisioningstatus", as_user=True)

        return await each(refs, one)

    async def attachments(
        self, places: Sequence[OrderPlace]
    ) -> Mapping[OrderPlace, tuple[Attachment, ...] | GatewayError]:
        found = await each([place.order for place in places], self._files)
        return {place: found[place.order] for place in places}

    async def attachment(self, refs: Sequence[Ref]) -> Mapping[Ref, Attachment | GatewayError]:
        """The vendor lists files by order only, so one call per order answers for all of its files."""
        lists = await each([ref.parent(Kind.ORDER) for ref in refs], self._files)
        answers: dict[Ref, Attachment | GatewayError] = {}
        for ref in refs:
            files = lists[ref.parent(Kind.ORDER)]
            if isinstance(files, GatewayError):
                answers[ref] = files
            else:
                answers |= told(ref, {file.ref: file for file in files}, files.omitted)
        return answers

    @asynccontextmanager
    async def download(self, attachment: Attachment) -> AsyncIterator[Download]:
        """The path is singular here and plural for the list (the vendor's client, no page of the documentation)."""
        customer, order, file = attachment.ref.parts
        path = ("customers", customer, "orders", order, "attachment", file)
        async with self._api.stream(path, route=ONE + "/attachment/{attachment}") as stream:
            stated = stream.headers.get("content-type")
            if stream.status != 200 or not delivers(stated, type_by_name(attachment.file_name)):
                raise VendorBadAnswer("The vendor answered with something other than the file.")
            length = stream.headers.get("content-length", "")
            yield Download(
                chunks=stream.chunks,
                content_type=stated,
                length=int(length) if length.isdecimal() and length.isascii() else None,
            )

    async def _covered(self, wanted: OrderFilter) -> Partial[str]:
        if wanted.updated_from is not None:
            raise FilterNotSupported("Partner Center does not say when an order changed; leave updatedFrom out.")
        if wanted.agreement is not None:
            return Partial(())  # orders name no agreement here
        return await self._customers.listed(wanted.customer_keys)

    async def _list(self, customer: str) -> list[Any]:
        """The vendor's list and what we placed that is not in it yet."""
        path = ("customers", customer, "orders")
        found = await self._api.get(path, lambda body: items(body, "order list"), route=LIST, query=LIST_QUERY)
        listed = {self._ref(customer, item) for item in found}
        missing = await each(self._fresh.missing(customer, listed), self._document)
        return [*found, *(one for one in missing.values() if not isinstance(one, GatewayError))]

    def _ref(self, customer: str, item: Any) -> Ref:
        return Ref.of(self._account.id, Kind.ORDER, customer, Row(item, "order").filled("id") or "")

    async def _document(self, ref: Ref) -> Any:
        return await self._api.get(address(ref), lambda body: body, route=ONE, query=ONE_QUERY)

    def _row(self, item: Any, customer: str) -> Order:
        return mapping.order(Row(item, "order"), self._account, customer)

    async def _files(self, order: Ref) -> Partial[Attachment]:
        customer, number = order.parts
        path = ("customers", customer, "orders", number, "attachments")
        return await self._api.get(path, lambda body: mapping.attachments(body, order), route=ONE + "/attachments")


def address(order: Ref) -> tuple[str, ...]:
    """The segments of an order's path."""
    customer, number = order.parts
    return ("customers", customer, "orders", number)


def _condition(wanted: OrderFilter) -> Callable[[Order], bool]:
    """What is left to check: the customers have been chosen by whose lists are read."""
    rest = replace(wanted, customer_keys=())
    if rest == OrderFilter():
        return lambda order: True
    text = (wanted.search or "").casefold()
    return lambda order: matches(order, rest) and _contains(order, text)


def _contains(order: Order, text: str) -> bool:
    """The vendor searches nothing; here: the order's numbers, its offers, and the partner's own labels."""
    own = order.details.alternate_id if isinstance(order.details, OrderDetails) else None
    lines = [(line.item.key, _label(line.details)) for line in order.lines]
    return not text or any(
        word and text in word.casefold() for word in (order.number, own, *(w for line in lines for w in line))
    )


def _label(details: object) -> str | None:
    return details.friendly_name if isinstance(details, LineDetails) else None
