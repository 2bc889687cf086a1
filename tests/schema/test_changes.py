"""A change of the graph that could break its clients is made on purpose, or not at all.

`released.graphql` is the graph as it was last released.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, find_breaking_changes, find_dangerous_changes

RELEASED = Path(__file__).with_name("released.graphql")
CURRENT = Path(__file__).parents[2] / "schema.graphql"

DECLARED: dict[str, str] = {}
"""What breaks clients, or could, since the last release, in the words of the check below, and why it was done."""


def graph(sdl: str) -> GraphQLSchema:
    # The directives of federation are not defined in it.
    return build_schema(sdl, assume_valid_sdl=True)


def changes(old: GraphQLSchema, new: GraphQLSchema) -> set[str]:
    breaking = {change.description for change in find_breaking_changes(old, new)}
    return breaking | {change.description for change in find_dangerous_changes(old, new)}


def test_what_could_break_clients_since_the_last_release_is_declared_and_nothing_else_is() -> None:
    found = changes(graph(RELEASED.read_text("utf-8")), graph(CURRENT.read_text("utf-8")))
    assert found == set(DECLARED), "declare it in DECLARED with its reason, or take it back"
    assert all(DECLARED.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('  """The stock keeping unit."""\n  sku: String\n', ""),
        ("  sku: String\n", "  sku: Int\n"),
        ("  amount: Decimal!\n", "  amount: Decimal\n"),
        ("  orderId: ID!\n", "  orderId: ID!\n  more: ID!\n"),
        ("  SOFTWAREONE\n", "  SOFTWAREONE\n\n  ANOTHER\n"),
        ('  """SoftwareOne Marketplace."""\n  SOFTWAREONE\n', ""),
    ],
    ids=["field", "type", "nullability", "required-input", "new-enum-value", "enum-value"],
)
@pytest.mark.slow
def test_a_change_that_could_break_clients_is_seen(before: str, after: str) -> None:
    sdl = CURRENT.read_text("utf-8")
    assert before in sdl
    assert changes(graph(sdl), graph(sdl.replace(before, after)))
