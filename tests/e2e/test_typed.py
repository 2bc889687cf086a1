"""Clients that have their types from the graph, and linters of schemas: what each makes of the committed schema."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from graphql import DefinitionNode, DirectiveDefinitionNode, ObjectTypeDefinitionNode, parse, print_ast

from gateway.schema.supergraph import is_machinery
from tests.e2e.node import PROJECTS, node, node_json

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schema.graphql"
TYPED = PROJECTS / "typed"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A client's folder, with the schema in it."""
    shutil.copytree(TYPED / "src", tmp_path, dirs_exist_ok=True)
    shutil.copy(SCHEMA, tmp_path)
    (tmp_path / "node_modules").symlink_to(TYPED / "node_modules")
    return tmp_path


async def test_code_generator_and_gql_tada_type_every_example_and_the_strict_compiler_agrees(sources: Path) -> None:
    examples = ROOT / "web" / "src" / "examples.json"
    await node("typed", "codegen.mjs", str(SCHEMA), str(examples), str(sources))
    tsconfig = ["--tsconfig", str(sources / "tsconfig.json")]
    await node("typed", "node_modules/.bin/gql.tada", "generate", "output", *tsconfig)
    await node("typed", "node_modules/typescript/bin/tsc", "--project", str(sources))
    assert "No problems found" in await node("typed", "node_modules/.bin/gql.tada", "check", *tsconfig)


async def test_a_scalar_that_nobody_typed_stops_the_code_generator(sources: Path) -> None:
    another = sources / "another.graphql"
    another.write_text(SCHEMA.read_text("utf-8").replace("scalar Duration", "scalar Span").replace("Duration", "Span"))
    examples = ROOT / "web" / "src" / "examples.json"
    with pytest.raises(AssertionError, match="Span"):
        await node("typed", "codegen.mjs", str(another), str(examples), str(sources))


async def test_both_linters_of_schemas_have_nothing_to_say(tmp_path: Path) -> None:
    said = await linted(tmp_path, SCHEMA.read_text("utf-8"))
    assert said == {"schemaLinter": [], "eslint": []}


async def test_both_linters_see_what_is_wrong(tmp_path: Path) -> None:
    sdl = SCHEMA.read_text("utf-8").replace('"""In a word."""', "").replace("type Money ", "type money ")
    said = await linted(tmp_path, sdl.replace(": Money", ": money"))
    assert all(said.values())


async def linted(folder: Path, sdl: str) -> dict[str, list[str]]:
    """What each linter says of the schema."""
    file = folder / "linted.graphql"
    file.write_text("\n\n".join(print_ast(ours(one)) for one in parse(sdl).definitions if is_ours(one)) + "\n")
    outcome = await node_json("typed", "lint.mjs", str(file))
    assert all(one["rules"] > 15 for one in outcome.values())
    return {linter: one["said"] for linter, one in outcome.items()}


def is_ours(definition: DefinitionNode) -> bool:
    """Whether it was named here: not by GraphQL (@oneOf) and not by the subgraph specification."""
    return not isinstance(definition, DirectiveDefinitionNode) and not is_machinery(definition)


def ours(definition: DefinitionNode) -> DefinitionNode:
    if isinstance(definition, ObjectTypeDefinitionNode):
        fields = [field for field in definition.fields or () if not field.name.value.startswith("_")]
        return replace(definition, fields=tuple(fields))
    return definition
