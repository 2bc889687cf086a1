"""Lists over accounts in the shape of Relay connections, and how each account fared in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from gateway.errors import GatewayError, Unsupported
from gateway.listing import ListedSource, ListPage, Source, Window, fingerprint, list_page
from gateway.model.account import Account, Capability
from gateway.model.agreement import Agreement
from gateway.model.order import Order
from gateway.model.values import Notice
from gateway.schema.account import PageInfo
from gateway.schema.context import Info
from gateway.vendors.base import (
    AGREEMENT,
    ORDER,
    Adapter,
    AgreementFilter,
    OrderFilter,
    agreement_position,
    order_position,
)

T = TypeVar("T")


class SourceState(Enum):
    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Edge(Generic[T]):
    cursor: str
    node: T


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How one account fared; `count` asks the vendor for its total, if anybody wants to know."""

    account: Account
    state: SourceState
    error: Notice | None
    omitted: int
    lag_seconds: int | None
    count: Callable[[], Awaitable[int | None]]


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A page of a list, ready to be shown."""

    edges: tuple[Edge[T], ...]
    nodes: tuple[T, ...]
    page_info: PageInfo
    sources: tuple[SourceStatus, ...]


async def list_orders(
    info: Info, adapters: Iterable[Adapter], wanted: OrderFilter, window: Window, descending: bool
) -> Listed[Order]:
    """The merged order list of these accounts; what an account could not deliver is a shortfall of the request."""

    def source(adapter: Adapter) -> Source[Order]:
        return Source(
            adapter.account,
            step=lambda after, limit, down: adapter.orders(wanted, after, limit, down),
            count=lambda: adapter.count_orders(wanted),
            skipped=lacking(adapter, Capability.LIST_ORDERS),
        )

    sources = [source(adapter) for adapter in adapters]
    name = fingerprint("orders", wanted, descending, [one.account.id for one in sources])
    page = await list_page(sources, order_position, window, descending, name)
    for order in page.rows:
        info.context.loaders.prime(ORDER, order.ref, order)
    return shown(info, page)


async def list_agreements(
    info: Info, adapters: Iterable[Adapter], wanted: AgreementFilter, window: Window
) -> Listed[Agreement]:
    """The merged agreement list of these accounts, newest first."""

    def source(adapter: Adapter) -> Source[Agreement]:
        return Source(
            adapter.account,
            step=lambda after, limit, down: adapter.agreements(wanted, after, limit, down),
            count=lambda: adapter.count_agreements(wanted),
            skipped=lacking(adapter, Capability.LIST_AGREEMENTS),
        )

    sources = [source(adapter) for adapter in adapters]
    name = fingerprint("agreements", wanted, [one.account.id for one in sources])
    page = await list_page(sources, agreement_position, window, True, name)
    for agreement in page.rows:
        info.context.loaders.prime(AGREEMENT, agreement.ref, agreement)
    return shown(info, page)


async def total(sources: Iterable[SourceStatus]) -> int | None:
    """The sum of the accounts' totals; None as soon as one of them is not known."""
    chosen = list(sources)
    if any(source.state in (SourceState.FAILED, SourceState.SKIPPED) for source in chosen):
        return None
    counts = await asyncio.gather(*(source.count() for source in chosen))
    return None if None in counts else sum(count or 0 for count in counts)


def lacking(adapter: Adapter, capability: Capability) -> GatewayError | None:
    if capability in adapter.account.capabilities:
        return None
    return Unsupported("This account cannot do that.", account=adapter.account.name)


def shown(info: Info, page: ListPage[T]) -> Listed[T]:
    edges = tuple(Edge(cursor, row) for cursor, row in zip(page.cursors, page.rows, strict=True))
    for source in page.sources:
        if source.error is not None:
            info.context.missing(info.path.as_list(), source.error)
    return Listed(
        edges=edges,
        nodes=page.rows,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if edges else page.resume,
            end_cursor=page.cursors[-1] if edges else page.resume,
        ),
        sources=tuple(status(source) for source in page.sources),
    )


def status(source: ListedSource) -> SourceStatus:
    problem = source.skipped or source.error
    return SourceStatus(
        account=source.account,
        state=state(source),
        error=Notice(problem.code, problem.message) if problem else None,
        omitted=source.omitted,
        lag_seconds=source.lag_seconds,
        count=source.count,
    )


def state(source: ListedSource) -> SourceState:
    if source.skipped is not None:
        return SourceState.SKIPPED
    if source.failed:
        return SourceState.FAILED
    return SourceState.PARTIAL if source.error is not None or source.omitted else SourceState.OK
