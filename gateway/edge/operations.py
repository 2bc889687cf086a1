"""One way for every transport: an operation and its principal in, the answer out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.accounts import Accounts
from gateway.errors import BadUserInput
from gateway.loaders import Loaders
from gateway.model.principal import Principal
from gateway.schema.build import GatewaySchema
from gateway.schema.context import Context, DownloadLinks
from gateway.upstream.tally import TALLY, Tally
from gateway.writing import Writer

READING: Final = frozenset({OperationType.QUERY})
ANSWERED_ONCE: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks, as it came; `query` is None where only its hash was sent."""

    query: str | None
    variables: dict[str, Any] | None = None
    name: str | None = None
    extensions: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL response. `ran` is False where it failed before execution: it has no `data` then."""

    body: dict[str, Any]
    ran: bool


class Operations:
    def __init__(self, schema: GatewaySchema, accounts: Accounts, downloads: DownloadLinks, writer: Writer) -> None:
        self._schema = schema
        self._accounts = accounts
        self._downloads = downloads
        self._writer = writer

    async def run(
        self, operation: Operation, principal: Principal, allowed: Iterable[OperationType] = ANSWERED_ONCE
    ) -> Answer:
        """The answer to a query or mutation. Raises BadUserInput where it is none, or none of those allowed here."""
        context = self._context(principal)
        TALLY.set(context.tally)
        try:
            result = await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=frozenset(allowed),
            )
        except MissingQueryError:
            raise BadUserInput("The request has no query.", argument="query") from None
        except CannotGetOperationTypeError as error:
            raise BadUserInput(error.as_http_error_reason(), argument="operationName") from None
        except InvalidOperationTypeError as error:
            raise BadUserInput(error.as_http_error_reason("POST"), argument="operationName") from None
        return self._answer(result, context)

    async def stream(self, operation: Operation, principal: Principal) -> AsyncGenerator[Answer, None]:
        """The answers to a subscription, or the one answer to anything else; close it to end it."""
        context = self._context(principal)
        TALLY.set(context.tally)
        results = self._schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
        )
        async with aclosing(await results) as source:
            async for result in source:
                assert isinstance(result, PreExecutionError | ExecutionResult)
                yield self._answer(result, context)

    def _context(self, principal: Principal) -> Context:
        accounts = self._accounts.seen_by(principal)
        return Context(accounts, Loaders(accounts), self._downloads, self._writer, principal, Tally())

    def _answer(self, result: ExecutionResult, context: Context) -> Answer:
        ran = not isinstance(result, PreExecutionError)
        body: dict[str, Any] = {"data": result.data} if ran else {}
        if result.errors:
            body["errors"] = [error.formatted for error in result.errors]
        return Answer(body, ran)
