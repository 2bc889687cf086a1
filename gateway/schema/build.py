"""Puts the graph together: the schema, federation's entities, and what becomes of errors."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from typing import Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.errors import BadUserInput, GatewayError, LimitExceeded
from gateway.schema.access import guard
from gateway.schema.agreement import AgreementLineView, AgreementView, AssetView, ProductSubscriptionView
from gateway.schema.context import Context, Info, Shortfall
from gateway.schema.federation import entities
from gateway.schema.mutation import Mutation
from gateway.schema.order import AttachmentView, LineView, OrderView
from gateway.schema.prepared import unsuggested
from gateway.schema.query import Query
from gateway.schema.scalars import SCALARS
from gateway.schema.subscription import Subscription
from gateway.schema.vendors import VENDOR_TYPES

log = logging.getLogger("gateway.schema")


def build_schema() -> GatewaySchema:
    """The public graph as a federation 2.9 subgraph."""
    return GatewaySchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
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
        ],
        # Composers other than the newest refuse later links than 2.9.
        federation_version="2.9",
    )


class GatewaySchema(strawberry.federation.Schema):
    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        guard(self._schema)

    async def entities_resolver(  # type: ignore[override]  # an asynchronous one is what strawberry's field takes too
        self, info: Info, representations: list[FederationAny]
    ) -> list[FederationAny]:
        """All representations in one go, so that each account is asked once; one that is wrong fails alone."""
        most = info.context.limits.max_entities
        info.context.entities += len(representations)  # in all places: those that cannot be read cost no vendor call
        if info.context.entities > most:
            told = f"_entities takes at most {most} representations in one operation."
            raise LimitExceeded(told, argument="representations", limit="max_entities")
        return cast("list[FederationAny]", await entities(info.context, representations))

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Replaces the errors of any answer, whether it ran or not, by what clients may see; logs what is ours."""
        context = execution_context.context if execution_context is not None else None
        told = errors if context is None or context.explored else map(unsuggested, errors)
        errors[:] = [shown(error) for error in told]


class Answering(SchemaExtension):
    """Begins with the document that was made ready before, and finishes an answer: adds the shortfalls as errors."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self.execution_context.context.document
        yield

    def on_validate(self) -> Iterator[None]:
        if self.execution_context.context.document is not None:
            self.execution_context.pre_execution_errors = []  # it is valid: that has been seen to
        yield

    def on_operation(self) -> Iterator[None]:
        yield
        self._finish(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        # It is on its way before the operation ends, and each event has its own shortfalls.
        self._finish(result)
        yield

    def _finish(self, result: Any) -> None:
        context: Context = self.execution_context.context
        if result is not None and context.shortfalls:
            result.errors = [*(result.errors or ()), *map(told, context.shortfalls)]
            context.shortfalls.clear()


def told(missing: Shortfall) -> GraphQLError:
    return GraphQLError(missing.error.message, path=missing.path, extensions=missing.error.extensions)


def shown(error: GraphQLError) -> GraphQLError:
    """The error as clients may see it: ours as it is, the query's own mistakes with a code, anything else masked."""
    original = error.original_error
    if isinstance(original, GatewayError):
        return error
    # Without a place in the document it is no mistake of the document: something broke before or around the execution.
    mistaken = error.path is None and (original is None or error.nodes)
    if mistaken or (isinstance(original, GraphQLError) and original.nodes):
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
