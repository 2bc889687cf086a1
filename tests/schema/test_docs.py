"""The operations that the docs show are valid in the graph as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from graphql import parse, validate

from gateway.schema.build import build_schema

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema()._schema
BLOCKS = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
IN_JSON = re.compile(r'"query":\s*("(?:[^"\\]|\\.)*")')


def operations() -> list[tuple[str, str]]:
    found = []
    for page in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]:
        text = page.read_text("utf-8")
        found += [(page.name, block) for block in BLOCKS.findall(text)]
        found += [(page.name, json.loads(quoted)) for quoted in IN_JSON.findall(text) if "__typename" not in quoted]
    return found


OPERATIONS = operations()


@pytest.mark.parametrize(("page", "operation"), OPERATIONS, ids=[f"{p}-{n}" for n, (p, _) in enumerate(OPERATIONS)])
def test_an_operation_in_the_docs_is_valid(page: str, operation: str) -> None:
    assert [error.message for error in validate(SCHEMA, parse(operation))] == []


def test_the_docs_show_operations_of_each_kind() -> None:
    pages = [page for page, _ in OPERATIONS]
    assert pages.count("walkthrough.md") == 4
    assert {"writing.md", "README.md"} <= set(pages)


def test_example_tabs_are_valid() -> None:
    for example in json.loads((ROOT / "web" / "src" / "examples.json").read_text("utf-8")):
        assert [error.message for error in validate(SCHEMA, parse(example["query"]))] == [], example["title"]
