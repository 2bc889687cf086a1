"""The explorer where credentials are needed: its page asks for none, its schema and queries take those of a header."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.edge import explorer
from tests.e2e.chromium import open_page
from tests.e2e.explorer_page import response, write
from tests.e2e.gateways import gateway, sandbox
from tests.e2e.processes import command

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

HEADERS = ".graphiql-editor-tool .graphiql-editor:not(.hidden)"
SCHEMA_SHOWN = "document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Query')"


async def test_a_person_sets_a_header_and_then_sees_the_schema_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (explorer.BUILD / "index.html").is_file(), "the explorer is not built: run `python web/build.py`"
    monkeypatch.setenv("ORDER_GATEWAY_EXPLORE", "true")
    made = command("key", "person")
    key = made.stdout.strip()
    with sandbox() as vendors, gateway(tmp_path / "gateway", vendors.known, more=made.stderr) as one:
        async with open_page() as page:
            await page.goto(one.url + "/graphql")
            await page.until("document.querySelector('.graphiql-query-editor .view-line')")
            await page.click("[aria-label='Show Documentation Explorer']")
            await page.until("document.querySelector('.graphiql-doc-explorer-error')")
            assert not await page.evaluate(SCHEMA_SHOWN)
            await page.click("[data-name=headers]")
            await write(page, HEADERS, json.dumps({"Authorization": f"Bearer {key}"}))
            await page.click("[aria-label^='Re-fetch GraphQL schema']")
            await page.until(SCHEMA_SHOWN)
            await page.click(".graphiql-execute-button")
            assert '"data"' in await response(page, '"contoso"')
            kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage, location.href])")
            assert key not in kept
        assert key not in (tmp_path / "gateway" / "log").read_text()
