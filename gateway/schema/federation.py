"""The graph as one subgraph of a larger one: its entities by their keys, and to whom its schema is shown.

https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

import strawberry

from gateway.errors import BadUserInput, Forbidden, InvalidId
from gateway.model.principal import Role
from gateway.model.ref import Kind, Ref
from gateway.schema.access import NODES
from gateway.schema.context import Context, Info
from gateway.schema.nodes import find, order_ref
from gateway.schema.supergraph import federated
from gateway.schema.view import plain

ENTITIES: Final[Mapping[str, Kind]] = {name: kind for kind, name in NODES.items()}


async def entities(context: Context, representations: Iterable[object]) -> list[object]:
    """All of them in one go, so that each account is asked once. One that is wrong is an exception in its place, which
    graphql-core takes as that item's error."""
    return await asyncio.gather(*(entity(context, one) for one in representations), return_exceptions=True)


async def entity(context: Context, representation: object) -> object | None:
    if not isinstance(representation, Mapping):
        raise BadUserInput("A representation is an object.", argument="representations")
    kind = ENTITIES.get(str(representation.get("__typename")))
    if kind is None:
        raise BadUserInput("A representation names a type of this graph in __typename.", argument="representations")
    return await find(context, reference(context, kind, representation))


def reference(context: Context, kind: Kind, representation: Mapping[str, object]) -> Ref:
    """What a representation stands for, by whichever key it brings. Raises InvalidId."""
    id_ = representation.get("id")
    if isinstance(id_, str):
        return context.accounts.ref(id_, frozenset({kind}), "representations")
    account, number, scope = (representation.get(name) for name in ("accountName", "number", "numberScope"))
    if kind is not Kind.ORDER or not isinstance(account, str) or not isinstance(number, str):
        raise InvalidId("A representation has the fields of one of its type's keys.", argument="representations")
    try:
        adapter = context.accounts.named(account, "representations")
    except BadUserInput as error:
        raise InvalidId(error.message, argument="representations") from None
    return order_ref(adapter, number, scope if isinstance(scope, str) else "")


@strawberry.type(name="_Service", description="This graph as a part of a larger one.")
class Service:
    sdl: str = plain("Its schema, as `order-gateway schema --federated` prints it.")


def service(info: Info) -> Service:
    """For routers, and where everybody may look around. Raises Forbidden."""
    if info.context.principal.role is not Role.ROUTER and not info.context.explored:
        raise Forbidden("The schema is shown to routers alone.")
    return Service(sdl=federated(info.schema))
