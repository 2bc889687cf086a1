"""One account as somebody sees it who is bound to some of its customers: what is another's is not there, by any road.

It is an `Adapter` over the account's own. Nothing of a request is kept in it, so that one serves all who are bound to
the same customers.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from gateway.binding.binding import Binding, owners
from gateway.binding.reads import BoundReads
from gateway.binding.writes import BoundWrites
from gateway.errors import GatewayError, NotFound
from gateway.model.account import AccountHealth
from gateway.model.agreement import Agreement
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind, Ref
from gateway.model.values import Party
from gateway.model.writing import OrderAction
from gateway.vendors.base import (
    Adapter,
    AgreementFilter,
    Check,
    Download,
    OrderFilter,
    PartyPicker,
    PickerPage,
    Pickers,
    Position,
    Reads,
    Step,
)
from gateway.vendors.writes import Writes

Row = TypeVar("Row", Order, Agreement)
Filter = TypeVar("Filter", OrderFilter, AgreementFilter)
NOTHING: Final[Step[Any]] = Step(rows=(), resume=None, total=0)


class BoundAdapter:
    """Implements `Adapter`."""

    def __init__(self, adapter: Adapter, customers: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.account = adapter.account
        self.id_parts: Mapping[Kind, int] = adapter.id_parts
        self.upload_limits = adapter.upload_limits
        self._adapter = adapter
        self._binding = Binding(adapter, customers, clock)
        self._reads = BoundReads(adapter.reads, adapter.account, self._binding)
        self.reads: Reads = self._reads
        self.writes: Writes = BoundWrites(adapter.writes, self._reads, self._binding)
        self.pickers = self._pickers(adapter.pickers)

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        own = self._narrowed(wanted)
        return NOTHING if own is None else self._kept(await self._adapter.orders(own, after, limit, descending))

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        own = self._narrowed(wanted)
        return 0 if own is None else await self._adapter.count_orders(own)

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        own = self._narrowed(wanted)
        return NOTHING if own is None else self._kept(await self._adapter.agreements(own, after, limit, descending))

    async def count_agreements(self, wanted: AgreementFilter) -> int | None:
        own = self._narrowed(wanted)
        return 0 if own is None else await self._adapter.count_agreements(own)

    @asynccontextmanager
    async def download(self, attachment: Attachment) -> AsyncIterator[Download]:
        theirs = self._binding.judged(attachment)
        if theirs is None:
            verdicts = await self._reads.theirs(owners(attachment)[:1])
            told = next(iter(verdicts.values()), False)
            if isinstance(told, GatewayError):
                raise told
            theirs = told
        if not theirs:
            raise NotFound("The vendor has no such attachment.")
        async with self._adapter.download(attachment) as download:
            yield download

    def customer_of(self, thing: object) -> str | None:
        """As the account tells it, and by what was lately read for this binding."""
        return self._binding.customer_of(thing)

    def actions(self, order: Order) -> list[OrderAction]:
        return self._adapter.actions(order)

    def health(self) -> AccountHealth:
        return self._adapter.health()

    async def check(self) -> list[Check]:
        return await self._adapter.check()

    async def close(self) -> None:
        """Whoever opened the account closes it."""

    def _narrowed(self, wanted: Filter) -> Filter | None:
        """The filter for bound customers alone; None where it is for none of them."""
        keys = self._binding.narrowed(wanted.customer_keys)
        return replace(wanted, customer_keys=keys) if keys else None

    def _kept(self, step: Step[Row]) -> Step[Row]:
        """The rows that name a bound customer, whatever the vendor made of the filter."""
        rows = tuple(row for row in step.rows if self._reads.shows(row.ref, row))
        return step if len(rows) == len(step.rows) else replace(step, rows=rows, total=None)

    def _pickers(self, pickers: Pickers) -> Pickers:
        def bound(table: str, pick: PartyPicker) -> PartyPicker:
            of_customers = self._adapter.customer_of(Ref(self.account.id, Kind.REFERENCE, (table, "-"))) is not None
            return partial(self._pick, pick) if of_customers else pick

        return replace(pickers, parties={table: bound(table, pick) for table, pick in pickers.parties.items()})

    async def _pick(
        self, pick: PartyPicker, search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
    ) -> PickerPage[Party]:
        own = self._binding.customers if keys is None else self._binding.customers & keys
        page = await pick(search, first, after, own)
        rows = [row for row in zip(page.rows, page.cursors, strict=True) if self._binding.has(row[0].key)]
        return PickerPage(tuple(party for party, _ in rows), tuple(cursor for _, cursor in rows), page.more)
