"""Files for variables on the explorer's page, in a real browser: what the person sees and what the server gets."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.chromium import Page, open_page
from tests.e2e.explorer_page import Gateway, assert_nothing_wrong, open_explorer, response, serving, write

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

QUERY = "mutation Add($input: AddInput!) { add(input: $input) }"
VARIABLES_EDITOR = ".graphiql-editor-tool > :nth-child(1)"
HEADERS_EDITOR = ".graphiql-editor-tool > :nth-child(2):not(.hidden)"
PATHS = "[...document.querySelectorAll('.files input[type=text]')].map((input) => input.value)"
PROBLEMS = "[...document.querySelectorAll('.files-problem')].map((said) => said.innerText)"
COUNT = "document.querySelector('.files-count')?.innerText"
PDF = b"%PDF-1.7\r\n\x00\xff\r\n--x--\r\n"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving() as gateway:
        yield gateway


@pytest.fixture
def order(tmp_path: Path) -> Path:
    file = tmp_path / "order é.pdf"
    file.write_bytes(PDF)
    return file


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    file = tmp_path / "terms.csv"
    file.write_bytes(b"a;b\n" * 3000)
    return file


def variables(files: int = 1, **more: Any) -> dict[str, Any]:
    """Variables with a null that no file belongs to before those that wait for one."""
    entries = [{"kind": "PURCHASE_ORDER", "description": None, "file": None} for _ in range(files)]
    return {"input": {"parentId": "o1", "note": None, "files": entries, **more}}


@asynccontextmanager
async def upload_tab(gateway: Gateway, filled: dict[str, Any] | None) -> AsyncIterator[Page]:
    """The explorer with the mutation in a tab of its own and the files' pane beside it; nothing may go wrong there."""
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.click(".graphiql-tab-add")
        await write(page, ".graphiql-query-editor", QUERY)
        if filled is not None:
            await write(page, VARIABLES_EDITOR, json.dumps(filled))
        await page.until("document.querySelector('.graphiql-tab-active')?.innerText.includes('Add')")
        await page.click("[aria-label='Show Files']")
        yield page
        assert_nothing_wrong(page, gateway)


async def attach(page: Page, *files: Path) -> None:
    async with page.choosing(*files):
        await page.click(".files-header button")
    await page.until(f"document.querySelector('.files').innerText.includes({json.dumps(files[-1].name)})")


async def set_path(page: Page, file: Path, path: str) -> None:
    await page.click(f"[aria-label='Variable path of {file.name}']")
    await page.evaluate("document.activeElement.select()")
    await page.insert(path)


async def run(page: Page, contains: str) -> str:
    await page.click(".graphiql-execute-button")
    return await response(page, contains)


async def test_a_file_goes_to_the_first_null_that_waits_for_one(gateway: Gateway, order: Path) -> None:
    async with upload_tab(gateway, variables()) as page:
        await attach(page, order)
        assert await page.evaluate(PATHS) == ["input.files.0.file"]
        assert await page.evaluate("document.querySelector('.files-size').innerText") == f"{len(PDF)} B"
        assert await page.evaluate(PROBLEMS) == [""]
        assert await page.evaluate(COUNT) == "1"
        await run(page, order.name)
    [sent] = gateway.uploads
    assert sent.headers["graphql-require-preflight"] == "1"
    assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert sent.parts == ["operations", "map", "0"]
    assert sent.operations == {"query": QUERY, "variables": variables(), "operationName": "Add"}
    assert sent.map == {"0": ["variables.input.files.0.file"]}
    assert sent.files == {"0": (order.name, "application/pdf", PDF)}
    assert gateway.operations() == ["IntrospectionQuery"]


async def test_two_files_picked_at_once_take_a_place_each(gateway: Gateway, order: Path, terms: Path) -> None:
    filled = variables(2)
    async with upload_tab(gateway, filled) as page:
        await attach(page, order, terms)
        assert await page.evaluate(PATHS) == ["input.files.0.file", "input.files.1.file"]
        assert "12.0 kB" in await page.evaluate("document.querySelector('.files').innerText")
        await run(page, terms.name)
    [sent] = gateway.uploads
    assert sent.parts == ["operations", "map", "0", "1"]
    assert sent.operations["variables"] == filled
    assert sent.map == {"0": ["variables.input.files.0.file"], "1": ["variables.input.files.1.file"]}
    assert sent.files["0"][2] == PDF
    assert sent.files["1"] == (terms.name, "text/csv", b"a;b\n" * 3000)


async def test_files_attached_one_by_one_take_what_is_left_and_can_be_moved(
    gateway: Gateway, order: Path, terms: Path
) -> None:
    async with upload_tab(gateway, variables(1, scan=None)) as page:
        await attach(page, order)
        await attach(page, terms)
        assert await page.evaluate(PATHS) == ["input.files.0.file", "input.scan"]
        await set_path(page, order, "input.scan")
        await page.until(f"({PROBLEMS})[1]")
        assert await page.evaluate(PROBLEMS) == ["", "Another file is for input.scan already."]
        await set_path(page, terms, "input.files.0.file")
        await page.until(f"({PROBLEMS}).every((said) => !said)")
        await run(page, terms.name)
    [sent] = gateway.uploads
    assert sent.map == {"0": ["variables.input.scan"], "1": ["variables.input.files.0.file"]}
    assert [name for name, _, _ in sent.files.values()] == [order.name, terms.name]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("input.files.1.file", "The variables have no input.files.1.file."),
        ("input.files.length", "The variables have no input.files.length."),
        ("input.constructor", "The variables have no input.constructor."),
        ("input.parentId.file", "The variables have no input.parentId.file."),
        ("input.parentId", "The variables have a value at input.parentId. Write null there, the file takes its place."),
        ("", "Write where the file goes: the path of a null in the variables, such as input.file."),
    ],
)
async def test_a_file_without_a_place_is_explained_and_nothing_is_sent(
    gateway: Gateway, order: Path, path: str, problem: str
) -> None:
    async with upload_tab(gateway, variables()) as page:
        await attach(page, order)
        await set_path(page, order, path or " ")
        await page.until(f"({PROBLEMS})[0]")
        assert await page.evaluate(PROBLEMS) == [problem]
        assert await page.evaluate("document.querySelector('.files input[type=text]').ariaInvalid") == "true"
        assert await page.evaluate("document.querySelector('.files-count.wrong').innerText") == "1"
        shown = await run(page, f"Request not sent. {order.name}: {problem}")
        assert "stack" not in shown
        assert (gateway.uploads, gateway.operations()) == ([], ["IntrospectionQuery"])
        await set_path(page, order, "input.files.0.file")
        await page.until(f"!({PROBLEMS})[0]")
        await run(page, '"data"')
    assert [sent.map for sent in gateway.uploads] == [{"0": ["variables.input.files.0.file"]}]


async def test_a_place_is_looked_for_again_as_the_variables_change(gateway: Gateway, order: Path) -> None:
    async with upload_tab(gateway, None) as page:
        await attach(page, order)
        assert await page.evaluate(PATHS) == [""]
        await set_path(page, order, "input.files.0.file")
        await page.until(f"({PROBLEMS})[0] === 'The variables have no input.files.0.file.'")
        await write(page, VARIABLES_EDITOR, json.dumps(variables()))
        await page.until(f"!({PROBLEMS})[0]")
        await run(page, order.name)
    assert len(gateway.uploads) == 1


async def test_files_stay_until_they_are_removed_and_then_it_is_plain_json_again(gateway: Gateway, order: Path) -> None:
    async with upload_tab(gateway, variables()) as page:
        await attach(page, order)
        await run(page, '"request": 2')
        await run(page, '"request": 3')
        assert [sent.files["0"][2] for sent in gateway.uploads] == [PDF, PDF]
        await page.click(f"[aria-label='Remove {order.name}']")
        await page.until(f"!{COUNT} && !document.querySelector('.files li')")
        await run(page, '"request": 4')
        await attach(page, order)  # the same file can be picked again
        await run(page, '"request": 5')
    assert len(gateway.uploads) == 3
    headers, body = gateway.calls[-1]
    assert headers["content-type"] == "application/json"
    assert headers["graphql-require-preflight"] == "1"
    assert (body["operationName"], body["variables"]) == ("Add", variables())


async def test_files_belong_to_their_tab_and_never_go_with_the_schemas_query(gateway: Gateway, order: Path) -> None:
    async with upload_tab(gateway, variables()) as page:
        await attach(page, order)
        await page.click("[aria-label^='Re-fetch GraphQL schema']")
        await page.click(".graphiql-tab-add")
        await page.until(f"!{COUNT}")
        await write(page, ".graphiql-query-editor", "query Hello { greeting }")
        await page.until("document.querySelector('.graphiql-tab-active')?.innerText.includes('Hello')")
        await run(page, "Hello you!")
        await page.click(".graphiql-tab:nth-last-of-type(2) .graphiql-tab-button")
        await page.until(f"{COUNT} === '1'")
        await asyncio.sleep(0.4)  # GraphiQL takes in a tab's operation 0.1 s after it shows it
        await run(page, order.name)
        await page.click(".graphiql-tab-active + .graphiql-tab-close, .graphiql-tab-active .graphiql-tab-close")
        await page.until(f"!{COUNT}")
    assert gateway.operations() == ["IntrospectionQuery", "IntrospectionQuery", "Hello"]
    assert len(gateway.uploads) == 1


async def test_a_file_that_changed_since_it_was_picked_is_named(gateway: Gateway, order: Path) -> None:
    async with upload_tab(gateway, variables()) as page:
        await attach(page, order)
        await asyncio.to_thread(order.write_bytes, PDF * 2)
        await run(
            page,
            f"Request not sent. {order.name}: The file was changed or removed since it was attached. Attach it again.",
        )
    assert gateway.uploads == []


async def test_it_works_by_keyboard_and_the_focus_is_never_lost(gateway: Gateway, order: Path) -> None:
    async with upload_tab(gateway, variables()) as page:
        await page.evaluate("document.querySelector('.files-header button').focus()")
        async with page.choosing(order):
            await page.press("Enter")
        await page.until("document.querySelector('.files li')")
        focused = "document.activeElement.ariaLabel ?? document.activeElement.innerText"
        seen = []
        for _ in range(2):
            await page.press("Tab")
            seen.append(await page.evaluate(focused))
        assert seen == [f"Remove {order.name}", f"Variable path of {order.name}"]
        await page.evaluate("document.querySelector('.files li button').focus()")
        await page.press("Enter")
        await page.until("!document.querySelector('.files li')")
        assert await page.evaluate(focused) == "Attach files"


async def test_a_streamed_answer_to_an_upload_is_put_together(gateway: Gateway, order: Path) -> None:
    gateway.streamed = [
        {"data": {"add": ["first"]}, "hasNext": True},
        {"incremental": [{"path": ["add", 1], "items": ["second"]}], "hasNext": False},
    ]
    async with upload_tab(gateway, variables()) as page:
        await attach(page, order)
        shown = await run(page, "second")
        assert "first" in shown
    assert "multipart/mixed" in gateway.uploads[0].headers["accept"]


async def test_a_persons_headers_go_along_but_never_break_the_form(gateway: Gateway, order: Path) -> None:
    async with upload_tab(gateway, variables()) as page:
        await attach(page, order)
        await page.click("[data-name=headers]")
        await write(page, HEADERS_EDITOR, '{"Content-Type": "application/json", "authorization": "Bearer t"}')
        await run(page, order.name)
    [sent] = gateway.uploads
    assert sent.headers["authorization"] == "Bearer t"
    assert sent.files["0"][2] == PDF


async def test_a_null_that_waits_for_a_file_is_no_mistake_in_the_variables(gateway: Gateway) -> None:
    async with upload_tab(gateway, variables(1, parentId=7, scan=None)) as page:
        marks = f"document.querySelectorAll('{VARIABLES_EDITOR} .cdr[class*=squiggly]').length"
        await page.until(f"{marks} > 0")  # the parent's id is not text: one mistake, so the check has run
        assert await page.evaluate(marks) == 1
