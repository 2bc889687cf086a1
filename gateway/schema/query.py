"""The root of all reading."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry

from gateway.errors import GatewayError, LimitExceeded
from gateway.listing import Window
from gateway.model.account import Account, Capability
from gateway.model.agreement import Agreement
from gateway.model.cart import Cart
from gateway.model.order import Order
from gateway.model.ref import Kind
from gateway.schema.account import VendorAccountView
from gateway.schema.agreement import AgreementView
from gateway.schema.connection import Listed, list_agreements, list_orders
from gateway.schema.context import Info
from gateway.schema.cost import FORWARD, PAGED
from gateway.schema.federation import Service, service
from gateway.schema.inputs import AgreementFilterInput, OrderFilterInput, OrderSort, chosen
from gateway.schema.nodes import NODE_KINDS, find, order_ref
from gateway.schema.order import AgreementConnectionView, OrderConnectionView, OrderView
from gateway.schema.values import Node
from gateway.schema.vendors.partner_center import CartView
from gateway.schema.view import edge
from gateway.vendors.base import AGREEMENT, CART, ORDER

MAX_NODES = 100
Id = Annotated[strawberry.ID, strawberry.argument(description="An id that this gateway gave.")]
First = Annotated[
    int | None, strawberry.argument(description="How many from the front: 20 if not said, at most 500; 0 only counts.")
]
After = Annotated[str | None, strawberry.argument(description="Continue behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the back, at most 500.")]
Before = Annotated[str | None, strawberry.argument(description="Continue in front of this cursor.")]


async def node(info: Info, id: Id) -> object | None:
    return await find(info.context, info.context.accounts.ref(id, NODE_KINDS))


async def nodes(
    info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description=f"At most {MAX_NODES} ids.")]
) -> list[object | None]:
    """Each id fails alone: its place is null and one error says why."""
    if len(ids) > MAX_NODES:
        raise LimitExceeded(f"nodes takes at most {MAX_NODES} ids.", argument="ids")

    async def one(place: int, id_: str) -> object | None:
        try:
            return await find(info.context, info.context.accounts.ref(id_, NODE_KINDS, "ids"))
        except GatewayError as error:
            info.context.missing([*info.path.as_list(), place], error)
            return None

    return await asyncio.gather(*(one(place, id_) for place, id_ in enumerate(ids)))


def accounts(info: Info) -> list[Account]:
    return [adapter.account for adapter in info.context.accounts]


async def order(info: Info, id: Id) -> Order | None:
    ref = info.context.accounts.ref(id, frozenset({Kind.ORDER}))
    return await info.context.loaders.load(ORDER, ref)


async def order_by_number(
    info: Info,
    account_name: Annotated[str, strawberry.argument(description="The account to look in.")],
    number: Annotated[str, strawberry.argument(description="The vendor's identifier.")],
    number_scope: Annotated[str, strawberry.argument(description="The customer, where the vendor needs it.")] = "",
) -> Order | None:
    adapter = info.context.accounts.named(account_name, "accountName")
    return await info.context.loaders.load(ORDER, order_ref(adapter, number, number_scope))


async def orders(
    info: Info,
    filter: Annotated[OrderFilterInput | None, strawberry.argument(description="Which orders.")] = None,
    sort: Annotated[OrderSort, strawberry.argument(description="In which order.")] = OrderSort.CREATED_AT_DESC,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Listed[Order]:
    window = Window.of(first, after, last, before)
    conditions = filter or OrderFilterInput()
    wanted = conditions.wanted()
    over = chosen(info.context.accounts, conditions.account_names, conditions.vendors, Capability.LIST_ORDERS)
    return await list_orders(info, over, wanted, window, descending=sort is OrderSort.CREATED_AT_DESC)


async def agreement(info: Info, id: Id) -> Agreement | None:
    ref = info.context.accounts.ref(id, frozenset({Kind.AGREEMENT}))
    return await info.context.loaders.load(AGREEMENT, ref)


async def agreements(
    info: Info,
    filter: Annotated[AgreementFilterInput | None, strawberry.argument(description="Which agreements.")] = None,
    first: First = None,
    after: After = None,
) -> Listed[Agreement]:
    window = Window.of(first, after, None, None)
    conditions = filter or AgreementFilterInput()
    wanted = conditions.wanted()
    over = chosen(info.context.accounts, conditions.account_names, conditions.vendors, Capability.LIST_AGREEMENTS)
    return await list_agreements(info, over, wanted, window)


async def cart(info: Info, id: Id) -> Cart | None:
    ref = info.context.accounts.ref(id, frozenset({Kind.CART}))
    return await info.context.loaders.load(CART, ref)


@strawberry.type(name="Query", description="Reading.")
class Query:
    node: Node | None = edge(node, "Anything by its id; null where it is gone.")
    nodes: list[Node | None] = edge(nodes, "Many things by their ids, in that order; each fails alone.")
    accounts: list[VendorAccountView] = edge(accounts, "The accounts that this gateway is connected to.")
    order: OrderView | None = edge(order, "An order by its id; null where it is gone.")
    order_by_number: OrderView | None = edge(order_by_number, "An order by the number that people read aloud.")
    orders: OrderConnectionView = edge(orders, "Orders of all accounts as one list, sorted by creation.", sized=PAGED)
    agreement: AgreementView | None = edge(agreement, "An agreement by its id; null where it is gone.")
    agreements: AgreementConnectionView = edge(
        agreements, "Agreements of all accounts as one list, newest first.", sized=FORWARD
    )
    cart: CartView | None = edge(cart, "A cart by its id; null where it is gone.")
    service: Service = strawberry.field(
        resolver=service, name="_service", description="For routers: how this graph is joined to a larger one."
    )
