"""What a page of another origin can do, in a real browser: as much as `cors_origins` says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.chromium import open_page
from tests.e2e.lonely import lonely

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PAGE = b"<!doctype html><title>A shop</title>"
# What the page's script gets of the answer: its status, id and data, or that the browser keeps it away.
ASK = """(async () => {
  const options = %s;
  try {
    const response = await fetch(%s, options);
    const body = await response.text();
    return [response.status, response.headers.has('x-correlation-id'), body && JSON.parse(body).data?.accounts];
  } catch (error) {
    return error.name;
  }
})()"""
QUERY = json.dumps({"query": "{ accounts { name } }"})
JSON = {"method": "POST", "body": QUERY, "headers": {"content-type": "application/json", "authorization": "Bearer x"}}
PLAIN = {"method": "POST", "body": QUERY, "headers": {"content-type": "text/plain"}}
BLIND = {**PLAIN, "mode": "no-cors"}


@asynccontextmanager
async def shop() -> AsyncIterator[str]:
    """The origin of a page on a server of its own."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(PAGE) + PAGE)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_page_reads_answers_where_its_origin_is_allowed_and_nowhere_else(tmp_path: Path, allowed: bool) -> None:
    async with shop() as origin:
        top = f'cors_origins = ["{origin}"]' if allowed else 'cors_origins = ["https://shop.example.com"]'
        with lonely(tmp_path, top=top) as gateway:
            url = json.dumps(f"http://127.0.0.1:{gateway.port}/graphql")
            async with open_page() as page:
                await page.goto(origin)
                await page.until("document.title === 'A shop'")
                as_json = await page.evaluate(ASK % (json.dumps(JSON), url))
                as_text = await page.evaluate(ASK % (json.dumps(PLAIN), url))
                blind = await page.evaluate(ASK % (json.dumps(BLIND), url))
        log = (tmp_path / "log").read_text()
    assert as_json == ([200, True, [{"name": "acme"}]] if allowed else "TypeError")
    # What needs no preflight arrives, and is refused: nothing is run for it.
    assert as_text == "TypeError" or as_text[0] == 415
    assert (as_text != "TypeError") is allowed
    assert blind[0] == 0
    assert log.count('"status":415') == 2
