"""The strip below the explorer's answer: what the last run cost, and its calls to vendors, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.chromium import Page, open_page
from tests.e2e.explorer_page import Gateway, assert_nothing_wrong, open_explorer, response, serving, write
from tests.e2e.processes import free_port, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

STRIP = "document.querySelector('.calls')?.innerText"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving() as gateway:
        yield gateway


def call(status: int | None, attempt: int = 1) -> dict[str, Any]:
    where = {"vendor": "softwareone", "account": "market", "route": "/v1/orders/{order}", "method": "GET"}
    return {**where, "status": status, "attempt": attempt, "milliseconds": 12.34}


async def run(page: Page, name: str) -> None:
    await page.click(".graphiql-tab-add")
    await write(page, ".graphiql-query-editor", f"query {name} {{ greeting }}")
    await page.until(f"document.querySelector('.graphiql-tab-active')?.innerText.includes('{name}')")
    await page.click(".graphiql-execute-button")


async def test_calls_and_cost_stand_beside_the_answer_and_not_in_it(gateway: Gateway) -> None:
    calls = [call(200), call(503), call(None, attempt=2)]
    gateway.told = {
        "vendorCalls": calls,
        "vendorCallsOmitted": 7,
        "cost": {"requested": 12, "actual": 3, "limit": 2000},
    }
    async with open_page() as page:
        await open_explorer(page, gateway)
        await run(page, "Told")
        answer = await response(page, "Hello you!")
        assert "vendorCalls" not in answer
        assert '"requested":12' in answer
        await page.until(f"{STRIP}?.includes('10 vendor calls')")
        assert "cost 12 of at most 2000" in await page.evaluate(STRIP)
        assert not await page.evaluate("document.querySelector('.calls').open")
        await page.evaluate("document.querySelector('.calls summary').focus()")
        await page.press("Enter")  # no mouse is needed
        await page.until("document.querySelector('.calls').open")
        rows = await page.evaluate(
            "[...document.querySelectorAll('.calls tbody tr')]"
            ".map((row) => [...row.cells].map((cell) => cell.innerText))"
        )
        assert rows == [
            ["market", "GET /v1/orders/{order}", "200", "12"],
            ["market", "GET /v1/orders/{order}", "503", "12"],
            ["market", "GET /v1/orders/{order} (attempt 2)", "no answer", "12"],
        ]
        assert "And 7 more." in await page.evaluate(STRIP)
        assert_nothing_wrong(page, gateway)
    assert gateway.calls[-1][0]["order-gateway-vendor-calls"] == "1"


async def test_each_tab_keeps_its_own_run_and_who_may_not_see_calls_sees_none(gateway: Gateway) -> None:
    async with open_page() as page:
        await open_explorer(page, gateway)
        await page.until(f"{STRIP}?.includes('Run an operation')")
        gateway.told = {"vendorCalls": [call(200)]}
        await run(page, "First")
        await page.until(f"{STRIP}?.includes('1 vendor call')")
        gateway.told = {"cost": {"requested": 4}}
        await run(page, "Second")
        await page.until(f"{STRIP}?.includes('cost 4')")
        assert "vendor call" not in await page.evaluate(STRIP)
        assert not await page.evaluate("document.querySelector('.calls summary')")
        await page.click(".graphiql-tab:nth-last-of-type(2) .graphiql-tab-button")
        await page.until(f"{STRIP}?.includes('1 vendor call')")
        assert_nothing_wrong(page, gateway)


async def test_the_demo_shows_the_calls_of_its_first_example() -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(url + "/health/ready", "demo", "--port", str(port), "--sandbox-port", str(free_port())):
        async with open_page() as page:
            await page.goto(url + "/graphql")
            await page.until("document.querySelector('.graphiql-query-editor .view-line')")
            await page.until("document.querySelector('.graphiql-query-editor').innerText.includes('AllOrders')")
            await page.click(".graphiql-execute-button")
            await page.until(f"/\\d+ vendor calls/.test({STRIP})")
            await page.click(".calls summary")
            await page.until("document.querySelectorAll('.calls tbody tr').length > 3")
            accounts = await page.evaluate(
                "[...document.querySelectorAll('.calls tbody td:first-child')].map((cell) => cell.innerText)"
            )
            assert set(accounts) == {"contoso", "acme", "marketplace"}
            assert len(await page.screenshot()) > 20_000, "a blank page takes next to nothing as PNG"
            assert page.complaints == []
