"""What a document may hold is told before anything expensive looks at it, in one pass."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Lexer,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    TokenKind,
    get_introspection_query,
    parse,
    visit,
)
from graphql.language import Visitor
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadUserInput, GatewayError, LimitExceeded
from gateway.policy import Limits
from gateway.schema import limits, prepared
from gateway.schema.limits import LOOKS, Shape, check_text, check_variables, measure
from gateway.schema.prepared import Documents
from tests.schema.attacks import HARMLESS, REFUSED, repeated
from tests.whole.harness import SCHEMA

DEFAULTS = Limits()
WIDE = Limits(
    max_document_chars=10_000_000,
    max_tokens=100_000,
    max_depth=100,
    max_fields=100_000,
    max_aliases=10_000,
    max_root_fields=1_000,
    max_directives=1_000,
    max_repeats=10_000_000,
    max_operations=1_000,
)


def size(document: DocumentNode) -> int:
    """How many nodes a document has."""
    count = 0

    class Counter(Visitor):
        def enter(self, node: Node, *_: Any) -> None:
            nonlocal count
            count += 1

    visit(document, Counter())
    return count


def told(text: str, within: Limits = DEFAULTS) -> Shape | GatewayError:
    found = Documents(SCHEMA._schema, within).prepared(text)
    if found.error is not None:
        return found.error
    assert found.shape is not None, found.problem
    return found.shape


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("length", [210, 230])
def test_each_attack_is_refused_and_its_limit_named(name: str, length: int) -> None:
    write, limit = REFUSED[name]
    error = told(write(length))
    assert isinstance(error, LimitExceeded)
    assert error.limit == limit
    assert str(getattr(DEFAULTS, limit)) in error.message


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("a fragment spread twice by each before it", "max_root_fields"),
        ("a field in each of them", "max_root_fields"),
        ("the same below a field", "max_fields"),
    ],
)
def test_few_fragments_that_come_to_very_many_fields_are_refused(name: str, limit: str) -> None:
    error = told(REFUSED[name][0](60))
    assert isinstance(error, LimitExceeded)
    assert error.limit == limit
    assert "very many" in error.message


@pytest.mark.parametrize("name", REFUSED)
def test_looking_at_an_attack_is_linear_in_its_length(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As nodes visited, of a document twice as long, and never more than a few times the nodes that there are."""
    write, limit = REFUSED[name]
    if limit == "max_document_chars":
        assert isinstance(told(write(400)), LimitExceeded)  # by its length alone
        return
    visits = 0

    class Counting(limits.Counting):
        def sum(self, selection_set: SelectionSetNode) -> limits.Sum:
            nonlocal visits
            visits += len(selection_set.selections)
            return super().sum(selection_set)

    monkeypatch.setattr(limits, "Counting", Counting)
    looks = []
    for length in (100, 200):
        visits, document = 0, DocumentNode()
        text = write(length)
        try:
            check_text(text, DEFAULTS)
            document = parse(text)
            measure(document, DEFAULTS)
        except GatewayError:
            pass
        looks.append(visits)
        assert visits <= size(document)  # a text that is refused unread has no nodes
    assert looks[1] <= 2 * looks[0] + 10


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_let_through_is_measured_in_linear_work_too(name: str) -> None:
    looks = []
    for length in (100, 200, 400):
        text = HARMLESS[name](length)
        shape = told(text)
        assert isinstance(shape, Shape), shape
        nodes = size(parse(text))
        assert shape.visited <= 50 * nodes
        assert shape.visited <= LOOKS * DEFAULTS.max_fields + nodes
        looks.append(shape.visited)
    assert looks[2] <= 8 * max(looks[0], 20)


@pytest.mark.parametrize("name", [*REFUSED, *HARMLESS])
def test_no_document_makes_python_give_up(name: str) -> None:
    write = REFUSED[name][0] if name in REFUSED else HARMLESS[name]
    depth = sys.getrecursionlimit()
    documents = Documents(SCHEMA._schema, DEFAULTS)
    for length in (1, 10, 1_000):
        found = documents.prepared(write(length))
        assert found.shape is not None or found.problem
    assert sys.getrecursionlimit() == depth


def test_tokens_are_counted_and_their_limit_is_named() -> None:
    error = told("{ __typename " + "@a " * 3_000 + "}")
    assert isinstance(error, LimitExceeded)
    assert error.limit == "max_tokens"


def test_circular_fragments_are_told_apart() -> None:
    for text in (
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { accounts { id } ...A }",
        "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }",
    ):
        error = told(text)
        assert isinstance(error, BadUserInput)
        assert "circular" in error.message


def test_what_clients_send_every_day_passes() -> None:
    examples = json.loads((Path(__file__).parents[2] / "web" / "src" / "examples.json").read_text("utf-8"))
    queries = [text for one in examples for key, text in one.items() if key == "query"]
    assert len(queries) > 10
    small = repeated(60, "fragment F{n} on Order { id number status }")
    relay = "{ orders { nodes { " + repeated(60, "...F{n}") + " } } } " + small
    for text in (*queries, get_introspection_query(), relay):
        assert isinstance(told(text), Shape), text
        assert Documents(SCHEMA._schema, DEFAULTS).prepared(text).problem is None


def test_a_document_is_looked_at_once_and_those_not_asked_for_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = Documents(SCHEMA._schema, DEFAULTS)
    first = documents.prepared("{ __typename }")
    assert documents.prepared("{ __typename }") is first
    assert documents.prepared("{ orderz }").errors
    assert documents.prepared(REFUSED["deep lists"][0](400)).error is not None
    assert (documents.hits, documents.misses) == (1, 3)
    monkeypatch.setattr(prepared, "MAX_DOCUMENTS", 2)
    documents.prepared("{ a: __typename }")
    documents.prepared("{ b: __typename }")
    assert documents.prepared("{ __typename }") is not first


def test_the_operation_to_run_is_named_where_there_are_several() -> None:
    documents = Documents(SCHEMA._schema, DEFAULTS)
    both = documents.prepared("query A { __typename } query B { __typename }")
    assert both.operation("B").name is not None
    for name in (None, "", "C"):
        with pytest.raises(BadUserInput) as caught:
            both.operation(name)
        assert caught.value.argument == "operationName"
    assert documents.prepared("{ __typename }").operation(None).name is None
    with pytest.raises(BadUserInput):
        documents.prepared("fragment A on Query { __typename }").operation(None)


def test_variables_are_counted_wherever_they_hide() -> None:
    few = Limits(max_variable_values=10)
    value: object
    assert check_variables({"a": [1, {"b": 2}]}, few) == 5
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]
    for value in ({"ids": ["a"] * 11}, {"a": {str(n): n for n in range(11)}}, {"a": [[[]] * 4] * 4}, {"deep": deep}):
        with pytest.raises(LimitExceeded) as caught:
            check_variables(value, few)
        assert caught.value.limit == "max_variable_values"


# ── against the plain way of counting ─────────────────────────────────────────

NAMES = st.sampled_from(["id", "number", "status", "lines"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Small documents whose fragments spread only later ones, so that expanding them ends."""
    count = draw(st.integers(0, 4))

    def selections(first: int, depth: int) -> str:
        parts = []
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(["field", "nested", "inline", "spread"]))
            if kind == "spread" and first < count:
                parts.append(f"...F{draw(st.integers(first, count - 1))}")
            elif kind == "inline" and depth:
                parts.append(f"... @include(if: true) {{ {selections(first, depth - 1)} }}")
            elif kind == "nested" and depth:
                alias = draw(st.sampled_from(["", "x: "]))
                parts.append(f"{alias}{draw(NAMES)} {{ {selections(first, depth - 1)} }}")
            else:
                parts.append(draw(st.sampled_from(["", "y: "])) + draw(NAMES))
        return " ".join(parts)

    fragments = "".join(f" fragment F{n} on Query {{ {selections(n + 1, 2)} }}" for n in range(count))
    return f"{{ {selections(0, 2)} }}{fragments}"


def measured(document: DocumentNode, within: Limits) -> Shape | GatewayError:
    """As `told`, without the validation."""
    try:
        return measure(document, within)
    except GatewayError as error:
        return error


@given(documents())
def test_counts_are_those_of_the_document_written_out(text: str) -> None:
    document = parse(text)
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))

    def fields(selection_set: SelectionSetNode) -> Iterator[FieldNode]:
        for one in selection_set.selections:
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, InlineFragmentNode):
                yield from fields(one.selection_set)
            elif isinstance(one, FragmentSpreadNode):
                yield from fields(fragments[one.name.value].selection_set)

    def total(selection_set: SelectionSetNode) -> tuple[int, int]:
        number, depth = 0, 0
        for one in fields(selection_set):
            below = total(one.selection_set) if one.selection_set else (0, 0)
            number, depth = number + 1 + below[0], max(depth, 1 + below[1])
        return number, depth

    def nodes(selection_set: SelectionSetNode) -> int:
        """With the spreads and inline fragments themselves."""
        number = 0
        for one in selection_set.selections:
            inner = fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else one
            below: SelectionSetNode | None = getattr(inner, "selection_set", None)
            number += 1 + (nodes(below) if below else 0)
        return number

    number, depth = total(operation.selection_set)
    roots = len(list(fields(operation.selection_set)))
    wide = measured(document, WIDE)
    assert isinstance(wide, Shape)
    # Fields and fragments have twice the room, those of fragments that nothing spreads too, and looks ten times.
    most = max(nodes(one.selection_set) for one in (operation, *fragments.values()))
    number = max(number, -(-most // 2), -(-wide.visited // LOOKS))
    for name, asked in (("max_fields", number), ("max_depth", depth), ("max_root_fields", roots)):
        exact = Limits(**{**{key: getattr(WIDE, key) for key in PLAIN}, name: asked})
        assert isinstance(measured(document, exact), Shape)
        short = Limits(**{**{key: getattr(WIDE, key) for key in PLAIN}, name: asked - 1})
        error = measured(document, short)
        assert isinstance(error, LimitExceeded)
        assert error.limit == name


PLAIN = ("max_document_chars", "max_tokens", "max_depth", "max_fields", "max_aliases", "max_root_fields",
         "max_directives", "max_repeats", "max_operations")  # fmt: skip

OPENING, CLOSING = frozenset("{[("), frozenset("}])")
PIECES = st.sampled_from(['"', '"""', "\\", '\\"""', "#", "\n", "{", "}", "[", "]", "(", ")", " a", '""', "x"])


def nesting(text: str) -> int:
    """How deeply the brackets are nested that the parser comes to see."""
    lexer = Lexer(Source(text))
    depth = deepest = 0
    try:
        while (token := lexer.advance()).kind is not TokenKind.EOF:
            depth += (token.kind.value in OPENING) - (token.kind.value in CLOSING)
            deepest = max(deepest, depth)
    except GraphQLSyntaxError:
        pass  # it sees no more
    return deepest


@given(st.lists(PIECES, max_size=20).map("".join))
def test_no_bracket_that_the_parser_sees_is_overlooked(text: str) -> None:
    deep = "[" * 199 + text
    if nesting(deep) > 200:
        with pytest.raises(LimitExceeded):
            check_text(deep, DEFAULTS)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_brackets_in_strings_and_comments_are_none(text: str) -> None:
    comment = text.replace("\n", " ")
    string = json.dumps(text.replace("\\", ""))
    for hidden in (f"{'[' * 198}{']' * 198}) }} # {comment}", f"{'[' * 198}{string}{']' * 198}) }}"):
        check_text(f"{{ a(b: {hidden}", DEFAULTS)
