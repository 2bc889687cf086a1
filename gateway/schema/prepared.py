"""Documents made ready once: parsed, held to the limits, validated, and kept for whoever sends the same again."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.errors import BadUserInput, GatewayError
from gateway.policy import Limits
from gateway.schema.limits import Shape, check_text, exceeded, measure

MAX_DOCUMENTS: Final = 512
MAX_CHARS: Final = 1024 * 1024
"""A parsed document takes up to two hundred times its length."""
TOO_MANY_TOKENS: Final = "contains more than"  # the parser has no error of its own for it
MAX_ERRORS: Final = 5
"""Told of one document: each may cost a search for what was meant."""
RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
SUGGESTION: Final = re.compile(r" Did you mean [^?]*\?")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may run, or what is wrong with it: `error` by the limits, `errors` by GraphQL."""

    document: DocumentNode | None = None
    shape: Shape | None = None
    error: GatewayError | None = None
    errors: tuple[GraphQLError, ...] = ()

    @property
    def problem(self) -> str | None:
        """Why it cannot run, in a sentence."""
        return self.error.message if self.error else self.errors[0].message if self.errors else None

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one. Raises BadUserInput."""
        operations = self.shape.operations if self.shape else {}
        if name is None and len(operations) == 1:
            return next(iter(operations.values()))
        found = operations.get(name or "")
        if found is None or name == "":
            told = "has no operation" if not operations else "has several operations" if name is None else "has no such"
            hint = "" if not operations else "; name the one to run in operationName"
            raise BadUserInput(f"The document {told}{hint}.", argument="operationName")
        return found


class Documents:
    """The documents of one app, by their text; those not asked for in a while are forgotten. `suggest`: whether errors
    may say what was probably meant, which tells of the schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, suggest: bool = True) -> None:
        self._schema = schema
        self._limits = limits
        self._suggest = suggest
        self._known: OrderedDict[str, Prepared] = OrderedDict()
        self._chars = 0
        self.hits = self.misses = 0

    def prepared(self, text: str) -> Prepared:
        """Never raises; what is wrong with the text is in the answer."""
        found = self._known.get(text)
        if found is not None:
            self.hits += 1
            self._known.move_to_end(text)
            return found
        self.misses += 1
        if len(text) > self._limits.max_document_chars:
            return self._prepare(text)  # soon refused again, and would drive all others out
        made = self._known[text] = self._prepare(text)
        self._chars += len(text)
        while len(self._known) > MAX_DOCUMENTS or (self._chars > MAX_CHARS and len(self._known) > 1):
            self._chars -= len(self._known.popitem(last=False)[0])
        return made

    def _prepare(self, text: str) -> Prepared:
        try:
            check_text(text, self._limits)
            document = parse(text, max_tokens=self._limits.max_tokens)
            shape = measure(document, self._limits)
        except GatewayError as error:
            return Prepared(error=error.with_traceback(None))  # it holds all that was at work
        except GraphQLSyntaxError as error:
            if TOO_MANY_TOKENS in error.message:
                return Prepared(error=exceeded("max_tokens", self._limits.max_tokens, None, "tokens"))
            return Prepared(errors=(error.with_traceback(None),))
        errors = validate(self._schema, document, RULES, max_errors=MAX_ERRORS)
        if errors:
            return Prepared(document, shape, errors=tuple(self._told(error) for error in errors[:MAX_ERRORS]))
        return Prepared(document, shape)

    def _told(self, error: GraphQLError) -> GraphQLError:
        return error if self._suggest else unsuggested(error)


def unsuggested(error: GraphQLError) -> GraphQLError:
    """The error without what was probably meant, which tells of the schema."""
    if not SUGGESTION.search(error.message):
        return error
    plain = SUGGESTION.sub("", error.message)
    return GraphQLError(
        plain, error.nodes, error.source, error.positions, error.path, error.original_error, error.extensions
    )
