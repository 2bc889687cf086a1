"""Documents made to cost more than they look: each is refused, or read, after work that its length bounds."""

from __future__ import annotations

import pytest

from gateway.errors import LimitExceeded
from gateway.policy import Limits
from gateway.schema.build import build_schema
from gateway.schema.limits import check_text
from gateway.schema.prepared import Documents, Prepared

SCHEMA = build_schema()._schema


def prepared(text: str) -> Prepared:
    return Documents(SCHEMA, Limits()).prepared(text)


def limit_of(made: Prepared) -> str:
    assert isinstance(made.error, LimitExceeded)
    return str(made.error.extensions["limit"])


def chain(length: int, levels: int = 0) -> str:
    """Fragments that each spread the next, each within that many inline ones."""
    return "{...f0}" + "".join(
        f"fragment f{one} on Query{{{'...{' * levels}...f{one + 1}{'}' * levels}}}" for one in range(length)
    )


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("levels", [0, 100])
def test_a_long_chain_of_fragments_is_refused_before_python_runs_out_of_stack(levels: int, ended: bool) -> None:
    length = 14 if levels else 540
    last = f"fragment f{length} on Query{{__typename}}"
    first_last = f"{last} {chain(length, levels)}" if ended else f"{chain(length, levels)} {last}"
    assert limit_of(prepared(first_last)) == "max_depth"


def test_a_chain_told_from_its_end_is_as_long() -> None:
    backwards = "".join(f"fragment f{one} on Query{{...f{one + 1}}}" for one in reversed(range(540)))
    assert limit_of(prepared(f"fragment f540 on Query{{__typename}} {backwards} {{accounts{{id}}}}")) == "max_depth"


@pytest.mark.parametrize(
    "text",
    [
        '{node(id:"""\\\\""" """ x:' + "[" * 300 + ' """',
        '{node(id:"""a\\b""" y:' + "[" * 300,
        '{node(id:"\\\\" y:' + "[" * 300,
        '{node(id:"\\"" y:' + "[" * 300,
        '# """\n{node(id:' + "[" * 300,
    ],
)
def test_no_string_hides_brackets_that_the_parser_sees(text: str) -> None:
    with pytest.raises(LimitExceeded):
        check_text(text, Limits())


def test_many_beginnings_of_a_string_that_does_not_end_are_looked_at_once() -> None:
    text = '"""' + '\n\\"""' * 19_000 + "\\"  # a minute's work where each of them is followed to the end
    check_text(text, Limits())


def test_fragments_of_one_place_are_pairs_to_compare() -> None:
    spread = "".join(f"...f{one} " for one in range(500))
    fields = ("id", "title", "notes", "number", "status", "type", "currency", "vendorUrl", "createdAt", "updatedAt")
    fragments = "".join(f"fragment f{one} on Order{{{fields[one % 10]}}}" for one in range(500))
    text = f"query($id: ID!){{order(id: $id){{{spread}}}}} {fragments}"
    assert limit_of(prepared(text)) == "max_repeats"


def test_many_fragments_over_one_large_one_are_not_followed_each() -> None:
    large = "fragment large on VendorAccount{" + "id " * 80 + "".join(f"n{one}: name " for one in range(90)) + "}"
    many = "".join(f"fragment f{one} on VendorAccount{{...large}}" for one in range(400))
    assert limit_of(prepared(f"{{accounts{{...f0}}}} {large} {many}")) == "max_fields"


def test_the_values_in_a_fragment_are_not_counted_again_for_each_that_spreads_it() -> None:
    large = f"fragment large on Query{{nodes(ids:[{'1 ' * 1_500}]){{id}} nodes(ids:[{'1 ' * 1_500}]){{id}}}}"
    many = "".join(f"fragment f{one} on Query{{...large}}" for one in range(200))
    assert limit_of(prepared(f"{{__typename}} {large} {many}")) == "max_fields"


def test_the_small_fragments_of_many_components_are_welcome() -> None:
    spread = "".join(f"...f{one} " for one in range(60))
    fragments = "".join(f"fragment f{one} on Order{{id}}" for one in range(60))
    made = prepared(f"query($id: ID!){{order(id: $id){{{spread}}}}} {fragments}")
    assert made.problem is None


def test_what_is_refused_is_kept_without_what_was_at_work() -> None:
    for text in ("{...f} fragment f on Query{...f}", "{", "{accounts{" + "id " * 500 + "}}"):
        made = prepared(text)
        for error in (made.error, *made.errors):
            assert error is None or error.__traceback__ is None


def test_a_text_that_is_too_long_drives_no_other_out() -> None:
    documents = Documents(SCHEMA, Limits())
    documents.prepared("{accounts{id}}")
    for one in range(30):
        assert documents.prepared("#" * Limits().max_document_chars + str(one)).error is not None
    documents.prepared("{accounts{id}}")
    assert documents.hits == 1


def test_documents_that_are_kept_have_a_bound_together() -> None:
    documents = Documents(SCHEMA, Limits())
    for one in range(20):
        documents.prepared(f"{{accounts{{id}}}} #{one} " + "x" * 90_000)
    documents.prepared("{accounts{id}} #19 " + "x" * 90_000)
    documents.prepared("{accounts{id}} #0 " + "x" * 90_000)
    assert (documents.hits, documents.misses) == (1, 21)
