"""How a GraphQL type is declared: as a view over a model class, whose objects resolvers return as they are.

    async def agreement(root: Parent[Order], info: Info) -> Agreement | None: ...

    @view(Order, name="Order", description="…", keys=["id"])
    class OrderView(Node):
        number: str = plain("What people read aloud.")           # the model's attribute: same name, same nullability
        agreement: AgreementView | None = edge(agreement, "…")   # a resolver, returning the model's class

Views of other modules that would import in a circle are named lazily; vendors' modules name the core's so:

    order: Annotated["OrderView", strawberry.lazy("gateway.schema.order")] | None = edge(…)
    lines: list[Annotated["AgreementLineView", strawberry.lazy("gateway.schema.agreement")]] | None = plain(…)

A test checks each plain field of each view against its model class. Descriptions are not optional.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import EnumType
from typing import Any, TypeVar, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.enum import StrawberryEnumDefinition

from gateway.schema.access import declared
from gateway.schema.cost import Calls, Sized, directives

T = TypeVar("T")
VIEWS: dict[type[Any], type[Any]] = {}
"""Each view and the model class it shows."""


def view(
    model: type[Any], *, name: str, description: str, keys: Sequence[str] = (), shareable: bool = False
) -> Callable[[type[T]], type[T]]:
    """Declares the decorated class as the GraphQL type `name` over `model`; `keys` make it a federation entity."""

    def is_type_of(value: object, info: GraphQLResolveInfo[Any]) -> bool:
        return type(value) is model

    def declare(cls: type[T]) -> type[T]:
        # Interfaces and unions are resolved by asking each member, and what they are asked about is a model object.
        setattr(cls, "is_type_of", staticmethod(is_type_of))  # noqa: B010 - mypy knows no such attribute on type[T]
        VIEWS[cls] = model
        return declared(
            strawberry.federation.type(cls, name=name, description=description, keys=list(keys), shareable=shareable)
        )

    return declare


def plain(description: str, sized: Sized | None = None) -> Any:
    """A field that is the model's attribute of the same name."""
    return strawberry.field(description=description, metadata={"sized": sized}, directives=directives(None, sized))


def edge(resolver: Callable[..., Any], description: str, calls: Calls | None = None, sized: Sized | None = None) -> Any:
    """A field with a resolver; it may return model objects that the annotated view shows. `calls` are the vendor calls
    that it may cost, `sized` says how long its list gets."""
    return strawberry.field(
        resolver=resolver,
        description=description,
        metadata={"calls": calls, "sized": sized},
        directives=directives(calls, sized),
    )


def stream(resolver: Callable[..., Any], description: str) -> Any:
    """A field of a subscription; its resolver gives model objects one after the other."""
    return strawberry.subscription(resolver=resolver, description=description)


def described(enum: type[T], name: str, description: str, **values: str) -> None:
    """Makes a model enum the GraphQL enum `name`; `values` describes its members. A member left out is a KeyError."""
    strawberry.enum(cast("EnumType", enum), name=name, description=description)
    definition = cast("StrawberryEnumDefinition", enum.__strawberry_definition__)  # type: ignore[attr-defined]  # set above
    for value in definition.values:
        value.description = values[value.name]
