"""One way for every transport: an operation and its principal in, the answer out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.accounts import Accounts
from gateway.edge import vendor_calls
from gateway.edge.deadlines import Deadlines
from gateway.edge.documents import Persisted
from gateway.edge.rates import LOOK, Rates
from gateway.errors import (
    BadUserInput,
    CostExceeded,
    Forbidden,
    GatewayError,
    LimitExceeded,
    PersistedQueryNotFound,
    PersistedQueryNotSupported,
    RateLimited,
)
from gateway.loaders import Loaders
from gateway.model.principal import Principal, Role
from gateway.policy import Limits
from gateway.schema.build import GatewaySchema
from gateway.schema.context import Context, DownloadLinks, Watch
from gateway.schema.estimate import estimate
from gateway.schema.limits import check_variables
from gateway.schema.prepared import Documents
from gateway.telemetry.observer import Observer, Sighting
from gateway.upstream.errand import ERRAND, Errand, on
from gateway.upstream.tally import TALLY, Tally
from gateway.writing import Writer

READING: Final = frozenset({OperationType.QUERY})
WAYS: Final[Mapping[OperationType, str]] = {
    OperationType.QUERY: "A query is sent by GET or POST, or over a WebSocket.",
    OperationType.MUTATION: "A mutation is sent by POST, or over a WebSocket.",
    OperationType.SUBSCRIPTION: "A subscription is answered as text/event-stream, or over a WebSocket.",
}
EVERY_TYPE: Final = frozenset(OperationType)
READING_ON: Final = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})
ANSWERED_ONCE: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks, as it came; `query` is None where only its hash or `id` was sent. `extra_seconds` is what its
    files take on their way to the vendor."""

    query: str | None
    variables: dict[str, Any] | None = None
    name: str | None = None
    extensions: Mapping[str, Any] | None = None
    id: str | None = None
    extra_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL response. `ran` is False where it failed before execution: it has no `data` then. `parsed` is False
    where the document is no GraphQL."""

    body: dict[str, Any]
    ran: bool
    parsed: bool = True


class NotThisWay(BadUserInput):
    """An operation of a type that does not go by the way it came."""

    def __init__(self, type_: OperationType) -> None:
        super().__init__(WAYS[type_], argument="operationName")
        self.type = type_


class Operations:
    def __init__(
        self,
        schema: GatewaySchema,
        accounts: Accounts,
        downloads: DownloadLinks,
        writer: Writer,
        *,
        explored: bool = False,
        watch: Watch | None = None,
        observer: Observer | None = None,
        limits: Limits | None = None,
        persisted: Persisted | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """`explored`: whether all may look around, and not routers alone."""
        self._limits = limits or Limits()
        self._persisted = persisted or Persisted()
        self._deadlines = deadlines or Deadlines()
        self.documents = Documents(schema._schema, self._limits, suggest=explored)
        self._rates = Rates(self._limits.max_cost_per_minute)
        self._observer = observer or Observer()
        self._watch = watch
        self._explored = explored
        self._schema = schema
        self._accounts = accounts
        self._downloads = downloads
        self._writer = writer

    async def run(
        self, operation: Operation, principal: Principal, allowed: Iterable[OperationType] = ANSWERED_ONCE
    ) -> Answer:
        """The answer to a query or mutation. Raises BadUserInput where it is none, or none of those allowed here, and
        RateLimited."""
        with self._observer.operation(principal) as seen:
            context = self._context(principal, operation)
            refused = self._ready(operation, context, frozenset(allowed), seen)
            if refused is not None:
                return refused
            TALLY.set(context.tally)
            try:
                with on(context.errand):
                    result = await self._schema.execute(
                        context.text,
                        variable_values=operation.variables,
                        context_value=context,
                        operation_name=operation.name,
                    )
            finally:
                await context.loaders.close()
                seen.requested, seen.actual = context.cost, context.tally.spent
                self._rates.settle(principal, context.cost, context.tally.spent)
            return self._answer(result, context, operation, seen)

    async def stream(
        self, operation: Operation, principal: Principal, allowed: Iterable[OperationType] = EVERY_TYPE
    ) -> AsyncGenerator[Answer, None]:
        """The answers to a subscription, or the one answer to anything else; close it to end it. Raises as `run`."""
        with self._observer.operation(principal) as seen:
            context = self._context(principal, operation)
            refused = self._ready(operation, context, frozenset(allowed), seen)
            if refused is not None:
                yield refused
                return
            TALLY.set(context.tally)
            ERRAND.set(context.errand)
            results = self._schema.stream(
                context.text,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
            )
            taken = context.cost
            try:
                async with aclosing(await results) as source:
                    async for result in source:
                        assert isinstance(result, PreExecutionError | ExecutionResult)
                        self._rates.settle(principal, taken, context.tally.spent)
                        taken = 0  # each later event is drawn as it comes
                        yield self._answer(result, context, operation, seen)
            finally:
                ERRAND.set(None)  # not by its token, which holds in the context of the first answer alone
                await context.loaders.close()
                if taken:  # nothing came of it
                    self._rates.settle(principal, taken, context.tally.spent)

    def _ready(
        self, operation: Operation, context: Context, allowed: frozenset[OperationType], seen: Sighting
    ) -> Answer | None:
        """Has the document found, read, checked and paid for; the answer where it may not run. Raises GatewayError
        where there is nothing to run, or nothing to pay with."""
        principal = context.principal
        self._rates.take(principal, LOOK)
        try:
            if principal.role is Role.MONITOR:
                raise Forbidden("A monitor reads /metrics, and nothing else.")
            text = self._persisted.text(operation.query, operation.id, operation.extensions, principal)
            if not text:
                raise BadUserInput("The request has no query.", argument="query")
            hits = self.documents.hits
            prepared = self.documents.prepared(text)
            seen.asked(text, None)
            seen.plan = "known" if self.documents.hits > hits else "new"
            if prepared.error is not None:
                return self._refused([told_as(prepared.error)], context, operation, seen)
            if prepared.errors:
                return self._refused(prepared.errors, context, operation, seen)
            assert prepared.shape is not None
            chosen = prepared.operation(operation.name)
            type_ = OperationType(chosen.operation.value)
            context.text, context.document = text, prepared.document
            context.operation = type_.value, chosen.name.value if chosen.name else None
            seen.asked(text, context.operation)
            if type_ not in allowed:
                raise NotThisWay(type_)
            if prepared.shape.introspects and not self._explored and principal.role is not Role.ROUTER:
                raise Forbidden("Introspection is switched off here.")
            check_variables(operation.variables, self._limits)
            taken = estimate(self._schema._schema, prepared.shape, chosen, operation.variables, context.accounts)
            context.cost = taken.calls
            if context.cost > self._limits.max_cost:
                told = f"This may take {context.cost} vendor calls; one operation may take {self._limits.max_cost}."
                raise CostExceeded(told, limit="max_cost")
            if taken.fields > self._limits.max_answer_fields:
                told = f"The answer may have {taken.fields} fields; at most {self._limits.max_answer_fields} are told."
                raise LimitExceeded(told, limit="max_answer_fields")
            self._draw(principal, context.cost)
        except (Forbidden, LimitExceeded, PersistedQueryNotFound, PersistedQueryNotSupported) as error:
            return self._refused([told_as(error)], context, operation, seen)
        return None

    def _draw(self, principal: Principal, cost: int) -> None:
        """Draws what the operation costs in place of the look at it. Raises RateLimited."""
        self._rates.settle(principal, LOOK, 0)
        try:
            self._rates.take(principal, cost)
        except RateLimited:
            self._rates.settle(principal, 0, LOOK)
            raise

    def _refused(
        self, errors: Sequence[GraphQLError], context: Context, operation: Operation, seen: Sighting
    ) -> Answer:
        shown = list(errors)
        self._schema.process_errors(shown)
        return self._answer(PreExecutionError(data=None, errors=shown), context, operation, seen)

    def _context(self, principal: Principal, operation: Operation) -> Context:
        """Its time begins. Raises BadUserInput where it asks for none."""
        accounts = self._accounts.seen_by(principal)
        seconds = self._deadlines.seconds(operation.extensions) + operation.extra_seconds
        return Context(
            accounts,
            Loaders(accounts),
            self._downloads,
            self._writer,
            principal,
            Tally(),
            self._explored,
            self._watch,
            self._limits,
            seconds=seconds,
            errand=Errand.lasting(seconds),
        )

    def _answer(self, result: ExecutionResult, context: Context, operation: Operation, seen: Sighting) -> Answer:
        errors = result.errors or []
        ran = not isinstance(result, PreExecutionError) and not uncoerced(result.data, errors)
        body: dict[str, Any] = {"data": result.data} if ran else {}
        if errors:
            body["errors"] = [error.formatted for error in errors]
        cost = {"requested": context.cost, "actual": context.tally.spent, "limit": self._limits.max_cost}
        calls = vendor_calls.shown(context.tally, context.principal, operation.extensions) if ran else {}
        body["extensions"] = {"cost": cost, **calls}
        seen.requested, seen.actual = context.cost, context.tally.spent
        seen.answered(body)
        return Answer(body, ran, not any(isinstance(error, GraphQLSyntaxError) for error in errors))


def told_as(error: GatewayError) -> GraphQLError:
    return GraphQLError(error.message, extensions=error.extensions, original_error=error)


def uncoerced(data: object, errors: Sequence[GraphQLError]) -> bool:
    """Whether the variables did not fit: graphql-core gives that as if it had run, but no resolver was called."""
    return data is None and bool(errors) and all(error.path is None for error in errors)
