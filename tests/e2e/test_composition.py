"""The graph joined to others, as each of the three composers does it: without an error and without a hint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import ObjectTypeDefinitionNode, parse

from tests.e2e.node import node_json
from tests.e2e.processes import command

pytestmark = pytest.mark.slow

COMPOSERS = {"apollo", "theGuild", "cosmo"}
OTHERS = ("customers=customers.graphql", "invoices=invoices.graphql")


async def composed(folder: Path, sdl: str) -> dict[str, dict[str, Any]]:
    """What each composer makes of that schema and the other teams'."""
    ours = folder / "orders.graphql"
    ours.write_text(sdl)
    outcomes: dict[str, dict[str, Any]] = await node_json("composition", "compose.mjs", f"orders={ours}", *OTHERS)
    assert outcomes.keys() == COMPOSERS
    return outcomes


def federated() -> str:
    return command("schema", "--federated").stdout


def fields(sdl: str, name: str) -> set[str]:
    for definition in parse(sdl).definitions:
        if isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value == name:
            return {field.name.value for field in definition.fields or ()}
    raise AssertionError(f"there is no {name}")


async def test_no_composer_has_an_error_or_a_hint_about_our_part_of_a_larger_graph(tmp_path: Path) -> None:
    for composer, outcome in (await composed(tmp_path, federated())).items():
        assert (composer, outcome["errors"], outcome["hints"]) == (composer, [], [])
        supergraph = outcome["supergraph"]
        assert {"orders", "customer", "node", "invoices"} <= fields(supergraph, "Query")
        assert "nodes" not in fields(supergraph, "Query")
        assert {"id", "lines", "remarks"} <= fields(supergraph, "Order")
        assert fields(supergraph, "Product") == {"id", "title"}


@pytest.mark.parametrize("mark", ["", "@inaccessible"])
async def test_a_node_of_ours_clashes_with_that_of_another_relay_graph_everywhere(tmp_path: Path, mark: str) -> None:
    sdl = federated().replace("type Query {", f"type Query {{ node(id: ID!): Node {mark}")
    for outcome in (await composed(tmp_path, sdl.replace("import: [", 'import: ["@inaccessible",'))).values():
        assert len(outcome["errors"]) == 1
        assert "node" in outcome["errors"][0]
        assert outcome["supergraph"] is None
