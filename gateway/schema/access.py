"""What it takes to see a type or take a field: one table, which the SDL's directives and the enforcement both follow.

The SDL says it to routers and readers (`@requiresScopes`, `@authenticated`); `guard` keeps it here, whatever a router
does. Only the edges of the graph are guarded: fields that lead from what needs less to what needs more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    default_field_resolver,
    get_named_type,
)
from strawberry.federation.schema_directives import Authenticated, RequiresScopes
from strawberry.utils.str_converters import to_camel_case

from gateway.errors import Forbidden
from gateway.model.principal import Principal, Scope
from gateway.model.ref import Kind

T = TypeVar("T")
Needs = tuple[Scope, ...]
"""Any one of these scopes is enough; none of them: whoever is known may."""

KNOWN: Final[Needs] = ()
ORDERS: Final[Needs] = (Scope.ORDERS_READ,)
AGREEMENTS: Final[Needs] = (Scope.AGREEMENTS_READ,)
ATTACHMENTS: Final[Needs] = (Scope.ATTACHMENTS_READ,)
BOUGHT: Final[Needs] = (Scope.ORDERS_READ, Scope.AGREEMENTS_READ)
ORDERING: Final[Needs] = (Scope.ORDERS_WRITE,)
ATTACHING: Final[Needs] = (Scope.ATTACHMENTS_WRITE,)

NEEDS: Final[Mapping[str, Needs]] = {
    "VendorAccount": KNOWN,
    **dict.fromkeys(("Order", "OrderEdge", "OrderConnection", "Line", "Cart", "CartLine"), ORDERS),
    **dict.fromkeys(("Agreement", "AgreementEdge", "AgreementConnection", "AgreementLine"), AGREEMENTS),
    **dict.fromkeys(("ProductSubscription", "Asset"), BOUGHT),
    "Attachment": ATTACHMENTS,
    **{
        f"VendorAccount.{picker}": ORDERS
        for picker in ("customers", "suppliers", "companies", "warehouses", "paymentTerms", "products", "items")
    },
    **{
        f"Mutation.{name}": ORDERING
        for name in (
            "createCart",
            "updateCart",
            "checkoutCart",
            "createPurchaseOrder",
            "updateOrder",
            "submitOrder",
            "cancelOrder",
        )
    },
    **{f"Mutation.{name}": ATTACHING for name in ("addAttachments", "updateAttachment", "deleteAttachment")},
    "Subscription.orderChanged": ORDERS,
}
"""By a type's name, or by a field's with its type's before it."""

NODES: Final[Mapping[Kind, str]] = {
    Kind.ACCOUNT: "VendorAccount",
    Kind.ORDER: "Order",
    Kind.LINE: "Line",
    Kind.AGREEMENT: "Agreement",
    Kind.AGREEMENT_LINE: "AgreementLine",
    Kind.ATTACHMENT: "Attachment",
    Kind.SUBSCRIPTION: "ProductSubscription",
    Kind.ASSET: "Asset",
    Kind.CART: "Cart",
}
"""The types of what has an id."""


def require(principal: Principal, needs: Needs) -> None:
    """Raises Forbidden naming the scope that is lacking."""
    error = lack(principal, needs)
    if error is not None:
        raise error


def lack(principal: Principal, needs: Needs) -> Forbidden | None:
    if not needs or not principal.scopes.isdisjoint(needs):
        return None
    named = " or ".join(scope.value for scope in needs)
    return Forbidden(f"This takes the scope {named}.", scope=needs[0].value)


def declared(cls: type[T]) -> type[T]:
    """Gives a Strawberry type and its fields the directives that the table asks for."""
    definition: Any = cls.__strawberry_definition__  # type: ignore[attr-defined]  # of every Strawberry type
    places = {definition.name: definition}
    places |= {
        f"{definition.name}.{one.graphql_name or to_camel_case(one.python_name)}": one for one in definition.fields
    }
    for name, place in places.items():
        if name in NEEDS:
            place.directives = [*(place.directives or ()), directive(NEEDS[name])]
    return cls


def directive(needs: Needs) -> object:
    return RequiresScopes(scopes=[[scope.value] for scope in needs]) if needs else Authenticated()


def guard(schema: GraphQLSchema) -> None:
    """Has every field refuse what the table does not allow, before its resolver runs."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            guard_type(type_)


def guard_type(type_: GraphQLObjectType) -> None:
    for name, field in type_.fields.items():
        wanted = {NEEDS.get(f"{type_.name}.{name}", KNOWN), NEEDS.get(get_named_type(field.type).name, KNOWN)}
        for needs in sorted(wanted, key=len):
            if not needs or implied(NEEDS.get(type_.name, KNOWN), needs):
                continue
            refuse = left_out if is_sure_list(field.type) else refused
            field.resolve = refuse(field.resolve or default_field_resolver, needs)
            if field.subscribe is not None:
                field.subscribe = refused(field.subscribe, needs)


def implied(given: Needs, wanted: Needs) -> bool:
    """Whether who has what the one takes has what the other takes too."""
    return bool(given) and set(given) <= set(wanted)


def is_sure_list(type_: object) -> bool:
    return isinstance(type_, GraphQLNonNull) and isinstance(type_.of_type, GraphQLList)


def refused(resolve: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    @wraps(resolve)  # Strawberry keeps marks on its resolvers
    def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        require(info.context.principal, needs)
        return resolve(source, info, **arguments)

    return guarded


def left_out(resolve: Callable[..., Any], needs: Needs) -> Callable[..., Any]:
    """For a list that is never null: to refuse it as a whole would take its parent along, such as what became of a
    write. It stays empty, and the error stands beside."""

    @wraps(resolve)
    def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        error = lack(info.context.principal, needs)
        if error is not None:
            info.context.missing(info.path.as_list(), error)
            return []
        return resolve(source, info, **arguments)

    return guarded
