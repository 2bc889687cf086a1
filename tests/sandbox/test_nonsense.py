"""Faults of the sandbox that answer nonsense: what comes over the wire, and what was done before."""

from __future__ import annotations

import zlib
from typing import Any

import httpx
import pytest

from gateway.sandbox.app import Sandbox, create_sandbox
from gateway.sandbox.control import FAULT_KINDS, Fault
from gateway.sandbox.nonsense import BOMB_BYTES, ELSEWHERE, HUGE_BYTES, MEBIBYTE, NONSENSE, packed

pytestmark = pytest.mark.slow

ROOT = "http://127.0.0.1:9000"


def logged_in(sandbox: Sandbox) -> tuple[httpx.AsyncClient, str]:
    """A client of SoftwareOne's, whose token needs no login, and an order's path."""
    emulator = sandbox.desks["softwareone"].emulator
    told = emulator.credentials(ROOT)
    headers = {"Authorization": f"Bearer {told['tokens']['client']}"}
    transport = httpx.ASGITransport(app=sandbox.app)
    client = httpx.AsyncClient(transport=transport, base_url=told["base_url"], headers=headers)
    return client, "/v1/commerce/orders"


async def struck(kind: str, **known: Any) -> httpx.Response:
    sandbox = create_sandbox(size=0.05)
    sandbox.desks["softwareone"].add(Fault(kind, path="orders$", **known))
    client, path = logged_in(sandbox)
    async with client, client.stream("GET", path) as response:
        response._content = b"".join([piece async for piece in response.aiter_raw()])
        return response


@pytest.mark.parametrize(("kind", "status"), [(kind, usual) for kind, (usual, _) in NONSENSE.items()])
async def test_nonsense_has_its_usual_status_or_the_one_asked_for(kind: str, status: int) -> None:
    assert (await struck(kind)).status_code == status
    assert (await struck(kind, status=207)).status_code == 207


async def test_garbage_is_json_about_something_else() -> None:
    assert (await struck("garbage")).json()["weather"] == "fine"


async def test_an_empty_answer_says_it_is_json_and_has_none() -> None:
    response = await struck("empty")
    assert response.headers["content-type"].startswith("application/json")
    assert response.content == b""


async def test_a_bomb_is_short_and_unpacks_to_half_a_gibibyte() -> None:
    response = await struck("bomb")
    assert response.headers["content-encoding"] == "gzip"
    assert len(response.content) < MEBIBYTE
    assert response.content == packed(BOMB_BYTES)
    unpacked = zlib.decompress(packed(3 * MEBIBYTE), 16 + zlib.MAX_WBITS)
    assert unpacked == b" " * 3 * MEBIBYTE


async def test_a_huge_answer_is_longer_than_any_account_takes_and_does_not_say_so() -> None:
    response = await struck("huge")
    assert "content-length" not in response.headers
    assert len(response.content) == HUGE_BYTES > 32 * MEBIBYTE


async def test_a_redirect_leads_to_another_host() -> None:
    assert (await struck("redirect")).headers["location"] == ELSEWHERE


async def test_a_mislabelled_answer_is_the_usual_one_in_other_words() -> None:
    response = await struck("mislabelled")
    assert response.headers.get_list("content-type") == ["text/plain; charset=utf-8"]
    assert response.json()["data"]


@pytest.mark.parametrize("kind", [*NONSENSE, "mislabelled"])
@pytest.mark.slow
async def test_the_work_is_done_but_before_a_redirect(kind: str) -> None:
    sandbox = create_sandbox(size=0.05)
    client, path = logged_in(sandbox)
    async with client:
        number = next(
            row["id"]
            for row in (await client.get(path, params={"limit": 100})).json()["data"]
            if row["status"] == "Draft"
        )
        sandbox.desks["softwareone"].add(Fault(kind, method="DELETE"))
        await client.delete(f"{path}/{number}")
        assert sandbox.desks["softwareone"].journal[-1].fault == kind
        status = (await client.get(f"{path}/{number}")).json()["status"]
    assert status == ("Draft" if kind == "redirect" else "Deleted")


def test_every_nonsense_is_a_fault_that_can_be_asked_for() -> None:
    assert set(NONSENSE) < set(FAULT_KINDS)
