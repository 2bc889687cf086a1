"""What clients see of an error: ours and their own mistakes with a code, and nothing of what broke inside."""

from __future__ import annotations

import logging

import pytest
from graphql import GraphQLError, build_schema, graphql_sync

from gateway.errors import VendorBadAnswer
from gateway.schema.build import shown

SCHEMA = build_schema("type Query { count(of: Int!): Int }")


def seen(query: str, count: object = None, variables: dict[str, object] | None = None) -> GraphQLError:
    def resolve(*_: object, of: int) -> object:
        if isinstance(count, Exception):
            raise count
        return count

    result = graphql_sync(SCHEMA, query, {"count": resolve}, variable_values=variables)
    assert result.errors
    return shown(result.errors[0])


@pytest.mark.parametrize(
    "query", ["{", "{ nope }", "{ count }", '{ count(of: "x") }', "query($of: Int!) { count(of: $of) }"]
)
def test_a_mistake_in_the_query_has_a_code_and_keeps_its_words(query: str) -> None:
    error = seen(query, 1)
    assert error.extensions == {"code": "BAD_USER_INPUT", "retryable": False}
    assert error.locations


def test_a_null_where_a_variable_must_not_be_null_is_the_query_s_mistake() -> None:
    error = seen("query($of: Int = 1) { count(of: $of) }", 1, {"of": None})
    assert error.extensions == {"code": "BAD_USER_INPUT", "retryable": False}


def test_an_error_of_ours_is_shown_as_it_is() -> None:
    error = seen("{ count(of: 1) }", VendorBadAnswer("Not readable.", account="acme"))
    assert (error.message, error.path) == ("Not readable.", ["count"])
    assert error.extensions == {"code": "VENDOR_BAD_ANSWER", "retryable": False, "account": "acme"}


@pytest.mark.parametrize("count", ["vendor text", 2**40, KeyError("vendor text")], ids=["text", "long", "exception"])
def test_what_breaks_inside_is_masked_and_logged(count: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        error = seen("{ count(of: 1) }", count)
    assert error.message == "Something went wrong inside the gateway."
    assert error.extensions is not None
    assert error.extensions["code"] == "INTERNAL"
    assert error.extensions["id"] in caplog.text
    assert error.path == ["count"]
