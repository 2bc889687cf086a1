"""Puts the graph together: the schema, federation's entities, and what becomes of errors."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator, Mapping
from typing import cast

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.errors import BadUserInput, GatewayError, InvalidId, LimitExceeded
from gateway.model.ref import Kind, Ref
from gateway.schema.agreement import AgreementLineView, AgreementView, AssetView, ProductSubscriptionView
from gateway.schema.context import Context, Info, Shortfall
from gateway.schema.mutation import Mutation
from gateway.schema.nodes import find, order_ref
from gateway.schema.order import AttachmentView, LineView, OrderView
from gateway.schema.query import Query
from gateway.schema.scalars import SCALARS
from gateway.schema.vendors import VENDOR_TYPES

MAX_ENTITIES = 500
MAX_TOKENS = 5_000
MAX_DOCUMENTS = 256
ENTITIES: Mapping[str, Kind] = {
    "VendorAccount": Kind.ACCOUNT,
    "Order": Kind.ORDER,
    "Line": Kind.LINE,
    "Agreement": Kind.AGREEMENT,
    "AgreementLine": Kind.AGREEMENT_LINE,
    "Attachment": Kind.ATTACHMENT,
    "ProductSubscription": Kind.SUBSCRIPTION,
    "Asset": Kind.ASSET,
    "Cart": Kind.CART,
}

log = logging.getLogger("gateway.schema")


def build_schema() -> GatewaySchema:
    """The public graph as a federation 2.9 subgraph."""
    return GatewaySchema(
        query=Query,
        mutation=Mutation,
        types=[
            OrderView,
            LineView,
            AttachmentView,
            AgreementView,
            AgreementLineView,
            ProductSubscriptionView,
            AssetView,
            *VENDOR_TYPES,
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[
            Answering,
            lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
            lambda: ParserCache(maxsize=MAX_DOCUMENTS),
            lambda: ValidationCache(maxsize=MAX_DOCUMENTS),
        ],
        # Composers other than the newest refuse later links than 2.9.
        federation_version="2.9",
    )


class GatewaySchema(strawberry.federation.Schema):
    async def entities_resolver(  # type: ignore[override]  # an asynchronous one is what strawberry's field takes too
        self, info: Info, representations: list[FederationAny]
    ) -> list[FederationAny]:
        """All representations in one go, so that each account is asked once; one that is wrong fails alone."""
        if len(representations) > MAX_ENTITIES:
            raise LimitExceeded(f"_entities takes at most {MAX_ENTITIES} representations.", argument="representations")
        work = (entity(info.context, one) for one in representations)
        # graphql-core takes an exception in a list as that item's error.
        return cast("list[FederationAny]", await asyncio.gather(*work, return_exceptions=True))

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replaces the errors of any answer, whether it ran or not, by what clients may see; logs what is ours."""
        errors[:] = [shown(error) for error in errors]


async def entity(context: Context, representation: object) -> object | None:
    if not isinstance(representation, Mapping):
        raise BadUserInput("A representation is an object.", argument="representations")
    kind = ENTITIES.get(str(representation.get("__typename")))
    if kind is None:
        raise BadUserInput("A representation names a type of this graph in __typename.", argument="representations")
    return await find(context, reference(context, kind, representation))


def reference(context: Context, kind: Kind, representation: Mapping[str, object]) -> Ref:
    id_ = representation.get("id")
    if isinstance(id_, str):
        return context.accounts.ref(id_, frozenset({kind}), "representations")
    account, number, scope = (representation.get(name) for name in ("accountName", "number", "numberScope"))
    if kind is not Kind.ORDER or not isinstance(account, str) or not isinstance(number, str):
        raise InvalidId("A representation has the fields of one of its type's keys.", argument="representations")
    adapter = context.accounts.named(account, "representations")
    return order_ref(adapter, number, scope if isinstance(scope, str) else "")


class Answering(SchemaExtension):
    """Finishes an answer: adds the shortfalls as errors."""

    def on_operation(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        context: Context = self.execution_context.context
        if result is not None and context.shortfalls:
            result.errors = [*(result.errors or ()), *map(told, context.shortfalls)]


def told(missing: Shortfall) -> GraphQLError:
    return GraphQLError(missing.error.message, path=missing.path, extensions=missing.error.extensions)


def shown(error: GraphQLError) -> GraphQLError:
    """The error as clients may see it: ours as it is, the query's own mistakes with a code, anything else masked."""
    original = error.original_error
    if isinstance(original, GatewayError):
        return error
    if error.path is None or (isinstance(original, GraphQLError) and original.nodes):
        error.extensions = BadUserInput(error.message).extensions
        return error
    # A GraphQLError without nodes too: it comes from writing a value, and quotes it.
    number = secrets.token_hex(8)
    log.error("internal error %s at %s", number, error.path, exc_info=original)
    return GraphQLError(
        "Something went wrong inside the gateway.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL", "retryable": False, "id": number},
    )
