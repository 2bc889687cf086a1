"""From an id to the thing: one way for `node`, `nodes` and federation's `_entities`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from gateway.errors import InvalidId
from gateway.model.agreement import AgreementLine
from gateway.model.order import Line
from gateway.model.ref import Kind, Ref
from gateway.schema.access import NEEDS, NODES, require
from gateway.schema.context import Context
from gateway.vendors.base import AGREEMENT, ASSET, ATTACHMENT, CART, ORDER, SUBSCRIPTION, Adapter

MAX_NUMBER = 200


async def find(context: Context, ref: Ref) -> object | None:
    """The model object behind a Ref, loaded in one batch with its siblings; None where it is gone. Raises Forbidden
    where the principal may not see things of that kind."""
    require(context.principal, NEEDS[NODES[ref.kind]])
    return await FINDERS[ref.kind](context, ref)


def order_ref(adapter: Adapter, number: str, scope: str) -> Ref:
    """The Ref of an order by what people call it. Raises InvalidId naming the argument."""
    parts = (scope, number) if adapter.id_parts[Kind.ORDER] == 2 else (number,)
    if len(parts) == 1 and scope:
        raise InvalidId("This vendor's order numbers have no scope.", argument="numberScope")
    for name, part in zip(("numberScope", "number")[-len(parts) :], parts, strict=True):
        if not 0 < len(part) <= MAX_NUMBER or not part.isprintable() or part in (".", ".."):
            raise InvalidId(f"{name} is missing or has characters that no vendor uses.", argument=name)
    return Ref.of(adapter.account.id, Kind.ORDER, *parts)


async def account(context: Context, ref: Ref) -> object | None:
    return context.accounts[ref.account].account


async def line(context: Context, ref: Ref) -> Line | None:
    order = await context.loaders.load(ORDER, ref.parent(Kind.ORDER))
    return next((line for line in order.lines if line.ref == ref), None) if order else None


async def agreement_line(context: Context, ref: Ref) -> AgreementLine | None:
    agreement = await context.loaders.load(AGREEMENT, ref.parent(Kind.AGREEMENT))
    lines = agreement.lines if agreement else None
    return next((line for line in lines or () if line.ref == ref), None)


FINDERS: dict[Kind, Callable[[Context, Ref], Awaitable[object | None]]] = {
    Kind.ACCOUNT: account,
    Kind.ORDER: lambda context, ref: context.loaders.load(ORDER, ref),
    Kind.LINE: line,
    Kind.AGREEMENT: lambda context, ref: context.loaders.load(AGREEMENT, ref),
    Kind.AGREEMENT_LINE: agreement_line,
    Kind.ATTACHMENT: lambda context, ref: context.loaders.load(ATTACHMENT, ref),
    Kind.SUBSCRIPTION: lambda context, ref: context.loaders.load(SUBSCRIPTION, ref),
    Kind.ASSET: lambda context, ref: context.loaders.load(ASSET, ref),
    Kind.CART: lambda context, ref: context.loaders.load(CART, ref),
}
NODE_KINDS = frozenset(FINDERS)
