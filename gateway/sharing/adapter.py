"""One account whose vendor is asked once for what many ask at the same moment, whoever they are.

It is an `Adapter` over the account's own and below all bindings: what is shared is what the vendor was asked, and what
each may see of the answer is judged above.
"""

from __future__ import annotations

import copy
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from gateway.errors import GatewayError
from gateway.model.account import AccountHealth
from gateway.model.agreement import Agreement
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind
from gateway.model.values import Party
from gateway.model.writing import OrderAction
from gateway.sharing.kept import Kept
from gateway.sharing.reads import SharedReads
from gateway.sharing.writes import SharedWrites
from gateway.upstream.flights import Flights
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

T = TypeVar("T")


class SharedAdapter:
    """Implements `Adapter`. `cache_seconds` is how long agreements and reference data are kept, 0 for not at all;
    `clock` is monotonic."""

    def __init__(
        self, adapter: Adapter, cache_seconds: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.account = adapter.account
        self.id_parts: Mapping[Kind, int] = adapter.id_parts
        self.upload_limits = adapter.upload_limits
        self._adapter = adapter
        self._kept = Kept(cache_seconds, clock)
        self._flights: Flights[Hashable, Any] = Flights()
        self._reads = SharedReads(adapter.reads, self._kept)
        self.reads: Reads = self._reads
        self.writes: Writes = SharedWrites(adapter.writes, self._forget)
        self.pickers = self._pickers(adapter.pickers)

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        return own(await self._shared("orders", self._adapter.orders, wanted, after, limit, descending))

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        return await self._shared("count_orders", self._adapter.count_orders, wanted)

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        return own(await self._shared("agreements", self._adapter.agreements, wanted, after, limit, descending))

    async def count_agreements(self, wanted: AgreementFilter) -> int | None:
        return await self._shared("count_agreements", self._adapter.count_agreements, wanted)

    def customer_of(self, thing: object) -> str | None:
        return self._adapter.customer_of(thing)

    @asynccontextmanager
    async def download(self, attachment: Attachment) -> AsyncIterator[Download]:
        with self._placed():
            async with self._adapter.download(attachment) as download:
                yield download

    def actions(self, order: Order) -> list[OrderAction]:
        return self._adapter.actions(order)

    def health(self) -> AccountHealth:
        return self._adapter.health()

    async def check(self) -> list[Check]:
        return await self._adapter.check()

    async def close(self) -> None:
        await self._flights.close()
        await self._reads.close()
        await self._adapter.close()

    async def _shared(self, what: Hashable, call: Callable[..., Awaitable[T]], *arguments: Hashable) -> T:
        with self._placed():
            return cast("T", await self._flights.get((what, *arguments), lambda: call(*arguments)))

    @contextmanager
    def _placed(self) -> Iterator[None]:
        """Errors out of this block say where they happened."""
        try:
            yield
        except GatewayError as error:
            error.happened_at(self.account.vendor.value, self.account.name)
            raise

    def _forget(self) -> None:
        """After a write of our own: who asks from now on is told how things are now."""
        self._flights.forget_all()
        self._reads.forget_all()
        self._kept.clear()

    def _pickers(self, pickers: Pickers) -> Pickers:
        parties = {table: self._picker(table, pick) for table, pick in pickers.parties.items()}
        items = None if pickers.items is None else partial(self._shared, "items", pickers.items)
        return Pickers(parties=parties, items=items)

    def _picker(self, table: str, pick: PartyPicker) -> PartyPicker:
        async def shared(
            search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
        ) -> PickerPage[Party]:
            return await self._shared(("pick", table), pick, search, first, after, keys)

        return shared


def own(step: Step[T]) -> Step[T]:
    """The step with a notice of its own: whoever gets it writes on it where it happened."""
    return step if step.notice is None else replace(step, notice=copy.copy(step.notice))
