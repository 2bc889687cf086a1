"""The built explorer in a real browser, on a server that answers for a small schema."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from graphql import build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.edge import explorer
from tests.e2e.chromium import Page, open_page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SCHEMA = build_schema('type Query { "Says hello." greeting(name: String = "you"): String! }')
EXAMPLES = json.loads((Path(__file__).parents[2] / "web" / "src" / "examples.json").read_text("utf-8"))


@dataclass
class Gateway:
    """A server with the explorer's page, and the GraphQL requests that reached it."""

    origin: str = ""
    calls: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)

    async def graphql(self, request: Request) -> Response:
        if request.method == "GET":
            return explorer.page(request)
        body = await request.json()
        self.calls.append((dict(request.headers), body))
        root = {"greeting": lambda _info, name: f"Hello {name}!"}
        result = graphql_sync(SCHEMA, body["query"], root, variable_values=body.get("variables"))
        return JSONResponse({**result.formatted, "extensions": {"cost": 1}})


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    assert (explorer.BUILD / "index.html").is_file(), "the explorer is not built: run `python web/build.py`"
    gateway = Gateway()
    app = Starlette(routes=[Route("/graphql", gateway.graphql, methods=["GET", "POST"]), *explorer.routes])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gateway.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield gateway
        server.should_exit = True
        thread.join(10)


async def open_explorer(page: Page, gateway: Gateway) -> None:
    await page.goto(f"{gateway.origin}/graphql")
    await page.until("document.querySelector('.graphiql-query-editor .view-line')")
    await page.until("document.querySelector('.graphiql-execute-button')")
    await page.until("performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/graphql'))")


async def tabs(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "[...document.querySelectorAll('.graphiql-tab-button')].map((tab) => tab.textContent)"
    )
    return found


async def write(page: Page, editor: str, text: str) -> None:
    """Puts `text` into an empty Monaco editor as a paste does."""
    await page.until(f"document.querySelector('{editor} textarea')")
    await page.until(
        f"(document.querySelector('{editor} textarea').focus(), document.querySelector('{editor} .focused'))"
    )
    await page.insert(text)
    await page.until(f"document.querySelector('{editor} .view-line').innerText.trim()")


async def response(page: Page, contains: str) -> str:
    """The shown answer, once it contains a text. Monaco draws blanks as no-break spaces."""
    text = "document.querySelector('.graphiql-response')?.innerText.replaceAll('\\u00a0', ' ')"
    await page.until(f"{text}?.includes({json.dumps(contains)})")
    return str(await page.evaluate(text))


def assert_nothing_wrong(page: Page, gateway: Gateway) -> None:
    assert page.complaints == []
    foreign = [url for url in page.requests if not url.startswith((f"{gateway.origin}/", "data:"))]
    assert foreign == []


async def test_the_examples_are_the_first_tabs_and_the_schema_is_read_once(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        names = [example["query"].split("query ")[1].split("(")[0].split(" ")[0] for example in EXAMPLES]
        assert await tabs(page) == names
        await page.until("document.querySelector('.graphiql-query-editor').innerText.includes('AllOrders')")
        assert await page.evaluate("document.title") == "Order Gateway"
        assert await page.evaluate("document.querySelector('.graphiql-logo').innerText") == "Order Gateway"
        assert_nothing_wrong(page, gateway)
    assert [body["operationName"] for _, body in gateway.calls] == ["IntrospectionQuery"]
    assert gateway.calls[0][0]["graphql-require-preflight"] == "1"


async def test_a_query_runs_and_its_answer_is_shown(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.click(".graphiql-tab-add")
        await write(page, ".graphiql-query-editor", 'query Hello { greeting(name: "World") }')
        await page.until("document.querySelector('.graphiql-tab-active')?.innerText.includes('Hello')")
        await page.click(".graphiql-execute-button")
        answer = await response(page, "Hello World!")
        assert '"extensions"' in answer
        assert len(await page.screenshot()) > 20_000, "a blank page takes next to nothing as PNG"
        assert_nothing_wrong(page, gateway)
    headers, body = gateway.calls[-1]
    assert body["operationName"] == "Hello"
    assert headers["content-type"] == "application/json"
    assert headers["graphql-require-preflight"] == "1"


async def test_the_editor_knows_the_schema_by_its_workers(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.click(".graphiql-tab-add")
        await write(page, ".graphiql-query-editor", "{ farewell }")
        await page.until("document.querySelector('.graphiql-query-editor .squiggly-error')")
        assert {url.rpartition("/")[2].partition("-")[0] for url in page.workers} >= {"graphql.worker", "json.worker"}
        assert_nothing_wrong(page, gateway)


async def test_the_documentation_shows_the_schema(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.click("[aria-label='Show Documentation Explorer']")
        await page.click(".graphiql-doc-explorer-content .graphiql-doc-explorer-type-name")
        await page.until("document.querySelector('.graphiql-doc-explorer').innerText.includes('Says hello.')")
        assert_nothing_wrong(page, gateway)


async def test_an_example_can_be_opened_again_with_its_variables(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.click("[aria-label='Open an example']")
        await page.click("[role=menuitem]:last-of-type")
        await page.until("document.querySelector('.graphiql-tab-active')?.innerText.includes('Cart')")
        await page.until("document.querySelector('.graphiql-editor-tool').innerText.includes('id')")
        assert len(await tabs(page)) == len(EXAMPLES) + 1
        assert_nothing_wrong(page, gateway)


async def test_tabs_outlive_a_reload_and_tokens_are_never_stored(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.click(".graphiql-tab-add")
        await page.click("[data-name=headers]")
        await write(
            page, ".graphiql-editor-tool > :nth-child(2):not(.hidden)", '{"authorization": "Bearer top-secret"}'
        )
        await write(page, ".graphiql-query-editor", "query Kept { greeting }")
        await page.until("document.querySelector('.graphiql-tab-active')?.innerText.includes('Kept')")
        await asyncio.sleep(0.7)  # GraphiQL takes a changed header into its tab, and so into its history, after 0.5 s
        await page.click(".graphiql-execute-button")
        await response(page, "Hello you!")
        await page.until("localStorage['graphiql:tabState']?.includes('Kept')")
        await page.until("localStorage['graphiql:queries']?.includes('Kept')")
        assert "top-secret" not in await page.evaluate("JSON.stringify(localStorage)")
        await open_explorer(page, gateway)
        assert (await tabs(page))[-1] == "Kept"
        assert_nothing_wrong(page, gateway)
    [headers] = [headers for headers, body in gateway.calls if body["operationName"] == "Kept"]
    assert headers["authorization"] == "Bearer top-secret"
