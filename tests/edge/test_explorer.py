"""The explorer's page and files as the gateway serves them, and the examples it opens with."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge import explorer

WEB = Path(__file__).parents[2] / "web"
EXAMPLES: list[dict[str, Any]] = json.loads((WEB / "src" / "examples.json").read_text("utf-8"))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "graphiql"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<script type="module" src="./graphql/assets/index-CXMb9mNT.js"></script>')
    (folder / "assets" / "index-CXMb9mNT.js").write_text("document.title = 1")
    (folder / "assets" / "graphql.worker-Dl_-0Mm5.js").write_text("self.onmessage = null")
    (folder / "assets" / "notes.txt").write_text("not for the public")
    return folder


async def get(path: str, build: Path) -> httpx.Response:
    def page(request: Request) -> Response:
        return explorer.page(request, build)

    app = Starlette(routes=[Route("/graphql", page), explorer.asset_route(build)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        return await client.get(path)


def policy(answer: httpx.Response) -> dict[str, str]:
    directives = answer.headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (directive.partition(" ") for directive in directives)}


async def test_the_built_page_is_served_as_it_was_built(build: Path) -> None:
    answer = await get("/graphql", build)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == (build / "index.html").read_text()


async def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    answer = await get("/graphql", tmp_path / "missing")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "was not built" in answer.text
    assert "python web/build.py" in answer.text
    assert "The GraphQL API works at this address" in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize("built", [True, False])
async def test_the_page_forbids_foreign_and_inline_scripts(build: Path, tmp_path: Path, built: bool) -> None:
    answer = await get("/graphql", build if built else tmp_path / "missing")
    directives = policy(answer)
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["worker-src"] == directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["base-uri"] == directives["form-action"] == "'none'"
    assert "http" not in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["index-CXMb9mNT.js", "graphql.worker-Dl_-0Mm5.js"])
async def test_files_with_a_hash_in_their_name_are_kept_by_browsers(build: Path, name: str) -> None:
    answer = await get(f"/graphql/assets/{name}", build)
    assert answer.status_code == 200
    assert answer.content == (build / "assets" / name).read_bytes()
    assert answer.headers["content-type"].split(";")[0] in {"text/javascript", "application/javascript"}
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert policy(answer)["script-src"] == "'self'"


@pytest.mark.parametrize(
    "name",
    ["other-CXMb9mNT.js", "notes.txt", "", "%2e%2e", "%2e%2e%2findex.html", "%2e%2e/index.html", "..%5cindex.html"],
)
async def test_nothing_but_the_built_files_can_be_read(build: Path, name: str) -> None:
    assert (await get(f"/graphql/assets/{name}", build)).status_code == 404


async def test_without_a_build_every_file_is_a_plain_404(tmp_path: Path) -> None:
    answer = await get("/graphql/assets/index-CXMb9mNT.js", tmp_path / "missing")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")


def test_the_exported_routes_serve_the_files_under_the_graphql_address() -> None:
    assert [route.path for route in explorer.routes if isinstance(route, Route)] == ["/graphql/assets/{name}"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"])
def test_each_example_is_one_named_operation_with_values_for_its_variables(example: dict[str, Any]) -> None:
    definitions = parse(example["query"]).definitions
    [operation] = [definition for definition in definitions if isinstance(definition, OperationDefinitionNode)]
    assert operation.operation.value in {"query", "mutation", "subscription"}
    assert operation.name
    declared = {variable.variable.name.value for variable in operation.variable_definitions or ()}
    assert declared == set(example["variables"] or {})


def test_the_first_example_needs_no_variables_because_graphiql_shows_none_for_its_first_tab() -> None:
    assert EXAMPLES[0]["variables"] is None


def test_the_lock_file_pins_every_package_by_hash_and_names_no_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text("utf-8"))["packages"]
    pinned = {name: package for name, package in packages.items() if name}
    assert pinned
    assert all(package["version"] and package["integrity"] for package in pinned.values())
    assert not any("resolved" in package for package in packages.values())
