"""The explorer in a real browser on the real demo: every example tab answers without an error."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from gateway.edge import explorer
from tests.e2e.chromium import open_page
from tests.e2e.processes import ROOT, free_port, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

EXAMPLES = json.loads((ROOT / "web" / "src" / "examples.json").read_text("utf-8"))
# The editor draws only the lines that are in view, so the whole answers are taken where the page receives them.
KEEP_ANSWERS = """
window.answers = {};
const plainFetch = window.fetch;
window.fetch = async (address, options) => {
  const response = await plainFetch(address, options);
  const text = options.body instanceof FormData ? options.body.get("operations") : options.body;
  answers[JSON.parse(text).operationName] = await response.clone().json();
  return response;
};
"""
SHOWN = "document.querySelector('.graphiql-response')?.innerText.replaceAll('\\u00a0', ' ')"


def named(query: str) -> str:
    found = re.search(r"^(?:query|mutation|subscription) (\w+)", query, re.MULTILINE)
    assert found is not None
    return found[1]


async def test_every_example_tab_answers_without_an_error(tmp_path: Path) -> None:
    document = tmp_path / "purchase-order.pdf"
    document.write_bytes(b"%PDF-1.7\nCustomer's purchase order 4711\n%%EOF\n")
    assert (explorer.BUILD / "index.html").is_file(), "the explorer is not built: run `python web/build.py`"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(url + "/health/ready", "demo", "--port", str(port), "--sandbox-port", str(free_port())):
        async with open_page() as page:
            await page.prepare(KEEP_ANSWERS)
            await page.goto(url + "/graphql")
            await page.until("answers.IntrospectionQuery && document.querySelector('.graphiql-execute-button')")
            for place, example in enumerate(EXAMPLES, 1):
                name = named(example["query"])
                await page.click(f".graphiql-tab:nth-of-type({place}) .graphiql-tab-button")
                await page.until(f"document.querySelector('.graphiql-tab-active').innerText.includes('{name}')")
                await page.until(f"document.querySelector('.graphiql-query-editor').innerText.includes('{name}')")
                await asyncio.sleep(0.4)  # GraphiQL takes in a tab's operation 0.1 s after it shows it
                if '"file": null' in json.dumps(example["variables"]):
                    await page.click("[aria-label='Show Files']")
                    async with page.choosing(document):
                        await page.click(".files-header button")
                    await page.until("document.querySelector('.graphiql-plugin').innerText.includes('purchase-order')")
                await page.click(".graphiql-execute-button")
                if "\nsubscription " in example["query"]:
                    await page.until(f"({SHOWN})?.includes('\"CURRENT\"')")  # it came over a WebSocket
                    await page.click(".graphiql-execute-button")  # stops it
                    continue
                await page.until(f"answers.{name}")
                answer = await page.evaluate(f"answers.{name}")
                assert "errors" not in answer, (example["title"], answer["errors"])
                first = next(iter(answer["data"]))
                if "outcome" in example["query"]:
                    payload = answer["data"][first]
                    assert (payload["outcome"]["state"], payload["userErrors"]) == ("DONE", []), example["title"]
                await page.until(f"({SHOWN})?.includes('\"data\"') && ({SHOWN}).includes('{first}')")
                assert not await page.evaluate(
                    "document.querySelector('.graphiql-query-editor .squiggly-error')?.outerHTML"
                )
            assert page.complaints == []
            foreign = {one for one in page.requests if not one.startswith((url + "/", "data:"))}
            assert foreign == {url.replace("http", "ws") + "/graphql"}
