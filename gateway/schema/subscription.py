"""The root of all watching: how orders stand now, and whenever that changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from gateway.errors import BadUserInput, Forbidden, LimitExceeded, Unauthenticated
from gateway.model.order import Order, OrderStatus
from gateway.model.principal import Scope
from gateway.model.ref import Kind, Ref
from gateway.model.values import Notice
from gateway.schema.access import declared
from gateway.schema.context import Context, Info, Watch
from gateway.schema.order import OrderView
from gateway.schema.values import NoticeView
from gateway.schema.view import described, plain, stream, view
from gateway.vendors.base import ORDER
from gateway.watching import Sight


class OrderChangeKind(Enum):
    CURRENT = "current"
    CHANGED = "changed"
    GONE = "gone"
    UNSEEN = "unseen"


described(
    OrderChangeKind,
    "OrderChangeKind",
    "What is new about a watched order.",
    CURRENT="It is in sight: the first news of it, or the first after it was gone or unseen.",
    CHANGED="It changed since the last news of it; what came between may have been left out.",
    GONE="It is not there: deleted at the vendor, or nothing that you may see. A discarded draft stands beside.",
    UNSEEN="It cannot be read now; `error` says why. The gateway goes on trying.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """News of one order. `previous` is the status that the stream told before, None where it has told none."""

    kind: OrderChangeKind
    order_id: str
    order: Order | None = None
    previous_status: OrderStatus | None = None
    error: Notice | None = None
    at: datetime


@view(OrderChange, name="OrderChange", description="News of a watched order: how it stands now.")
class OrderChangeView:
    kind: OrderChangeKind = plain("What is new.")
    order_id: strawberry.ID = plain("Whose news it is: the id that was given.")
    order: OrderView | None = plain("The order now; null where it is gone or unseen.")
    previous_status: OrderStatus | None = plain("Its status by the news before; null where there was none.")
    error: NoticeView | None = plain("Why it cannot be read, with this gateway's code.")
    at: datetime = plain("When the gateway read it.")


def order_changed(
    info: Info,
    ids: Annotated[
        list[strawberry.ID],
        strawberry.argument(description="Of orders; at most 50, unless the gateway is set otherwise."),
    ],
) -> AsyncGenerator[OrderChange, None]:
    context, watch = info.context, info.context.watch
    assert watch is not None, "subscriptions run over what can stream them"
    if not ids:
        raise BadUserInput("Name at least one order.", argument="ids")
    if len(ids) > watch.max_orders:
        text = f"One subscription watches at most {watch.max_orders} orders."
        raise LimitExceeded(text, argument="ids", limit="max_watched_orders")
    refs = [context.accounts.ref(id_, frozenset({Kind.ORDER}), "ids") for id_ in ids]
    return changes(context, watch, list(dict.fromkeys(refs)))


async def changes(context: Context, watch: Watch, refs: Sequence[Ref]) -> AsyncGenerator[OrderChange, None]:
    """The news of these orders, as far as the principal may see them at that moment. Raises Unauthenticated, Forbidden,
    LimitExceeded."""
    asked = [ref for ref in refs if context.accounts[ref.account].reads.asks(ref)]
    told: dict[Ref, OrderChange] = {}
    seen_in_part = {ref.account for ref in asked if in_part(context, ref)}
    watcher = watch.watching.watch(asked, alone=seen_in_part)
    try:
        for ref in set(refs).difference(asked):
            yield OrderChange(kind=OrderChangeKind.GONE, order_id=ref.encode(), at=watch.watching.now())
        while True:
            ref, sight = await watcher.next()
            refresh(context, watch)
            context.tally.owe(watcher.calls)
            watcher.calls = 0
            change = news(ref, seen(context, ref, sight), told.get(ref))
            if change is None:
                continue
            told[ref] = change
            if change.order is not None:
                context.loaders.prime(ORDER, ref, change.order)
            yield change
    finally:
        watcher.close()


def in_part(context: Context, ref: Ref) -> bool:
    """Whether not all orders of that account are the principal's to see."""
    return context.principal.customers_of(context.accounts[ref.account].account.name) is not None


def refresh(context: Context, watch: Watch) -> None:
    """Gives the context the rights of this moment, and nothing that was loaded earlier. Raises Unauthenticated where
    the credentials count no longer, Forbidden where the scope is gone."""
    principal = watch.current(context.principal)
    if principal is None:
        raise Unauthenticated("These credentials are over.")
    if Scope.ORDERS_READ not in principal.scopes:
        raise Forbidden("Reading orders is not allowed any more.", scope=Scope.ORDERS_READ.value)
    context.renew(principal, watch.watching.accounts.seen_by(principal))


def seen(context: Context, ref: Ref, sight: Sight) -> Sight:
    """The sight as this principal may have it: what it may not see is not there."""
    hidden = ref.account not in context.accounts
    if not hidden and sight.order is not None:
        hidden = not context.accounts[ref.account].reads.shows(ref, sight.order)
    return Sight(None, None, sight.at) if hidden else sight


def news(ref: Ref, sight: Sight, before: OrderChange | None) -> OrderChange | None:
    """What is new in how an order was found, None where that was told already."""
    kind, order = kind_of(sight, before), sight.order
    error = Notice(sight.error.code, sight.error.message) if sight.error is not None else None
    if before is not None and (before.order, before.error and before.error.code) == (order, error and error.code):
        return None
    told = before.order if before is not None else None
    return OrderChange(
        kind=kind,
        order_id=ref.encode(),
        order=order,
        previous_status=told.status if told is not None else None,
        error=error,
        at=sight.at,
    )


def kind_of(sight: Sight, before: OrderChange | None) -> OrderChangeKind:
    if sight.error is not None:
        return OrderChangeKind.UNSEEN
    if sight.order is None or sight.order.status is OrderStatus.DELETED:
        return OrderChangeKind.GONE
    if before is None or before.kind in (OrderChangeKind.GONE, OrderChangeKind.UNSEEN):
        return OrderChangeKind.CURRENT
    return OrderChangeKind.CHANGED


@declared
@strawberry.type(name="Subscription", description="Watching.")
class Subscription:
    order_changed: OrderChangeView = stream(
        order_changed,
        "News of orders: how each stands now, then whenever it changes, is gone, or cannot be read.",
    )
