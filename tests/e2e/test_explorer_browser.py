"""The built explorer in a real browser, on a server that answers for a small schema."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.chromium import Page, open_page
from tests.e2e.explorer_page import Gateway, assert_nothing_wrong, open_explorer, response, serving, write

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

EXAMPLES = json.loads((Path(__file__).parents[2] / "web" / "src" / "examples.json").read_text("utf-8"))
NAMES = [re.findall(r"^(?:query|mutation|subscription) (\w+)", one["query"], re.MULTILINE)[0] for one in EXAMPLES]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving() as gateway:
        yield gateway


async def tabs(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "[...document.querySelectorAll('.graphiql-tab-button')].map((tab) => tab.textContent)"
    )
    return found


async def test_the_examples_are_the_first_tabs_and_the_schema_is_read_once(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        assert await tabs(page) == NAMES
        await page.until("document.querySelector('.graphiql-query-editor').innerText.includes('AllOrders')")
        assert await page.evaluate("document.title") == "Order Gateway"
        assert await page.evaluate("document.querySelector('.graphiql-logo').innerText") == "Order Gateway"
        assert_nothing_wrong(page, gateway)
    assert gateway.operations() == ["IntrospectionQuery"]
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
    place = next(place for place, example in enumerate(EXAMPLES) if example["variables"])
    variable = next(iter(EXAMPLES[place]["variables"]))
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.click("[aria-label='Open an example']")
        await page.click(f"[role=menuitem]:nth-of-type({place + 1})")
        await page.until(f"document.querySelector('.graphiql-tab-active')?.innerText.includes('{NAMES[place]}')")
        await page.until(f"document.querySelector('.graphiql-editor-tool').innerText.includes('{variable}')")
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
