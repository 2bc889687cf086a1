"""Tokens, unknown paths, throttling, faults and reference data of the SoftwareOne emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.sandbox.control import Desk, Fault
from gateway.sandbox.softwareone import SoftwareOne
from tests.sandbox.softwareone_bench import TODAY, Bench, bench

REFERENCE = {
    "/accounts/accounts": "ACC-",
    "/accounts/buyers": "BUY-",
    "/accounts/licensees": "LCE-",
    "/accounts/sellers": "SEL-",
    "/accounts/users": "USR-",
    "/accounts/api-tokens": "TKN-",
    "/catalog/products": "PRD-",
    "/catalog/items": "ITM-",
    "/catalog/listings": "LST-",
    "/catalog/authorizations": "AUT-",
    "/catalog/price-lists": "PRC-",
}


@pytest.fixture
async def mpt() -> AsyncIterator[Bench]:
    async with bench() as one:
        yield one


def test_credentials_give_the_base_url_and_one_token_per_actor() -> None:
    given = SoftwareOne(1, 0.05, TODAY).credentials("http://127.0.0.1:9")
    assert set(given) == {"base_url", "tokens"}
    assert given["base_url"] == "http://127.0.0.1:9/softwareone/public"
    assert set(given["tokens"]) == {"client", "vendor", "operations"}
    assert all(token.startswith("idt:TKN-") for token in given["tokens"].values())


@pytest.mark.parametrize("header", [None, "Bearer idt:TKN-0000-0000:x", "Basic abc", "Bearer", "idt:TKN-1-2:x"])
async def test_a_bad_token_answers_401_authentication_failed(mpt: Bench, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    response = await mpt.http.get("/public/v1/commerce/orders", headers=headers)
    assert response.status_code == response.json()["status"] == 401
    assert response.json()["title"] == "Authentication Failed"


async def test_the_alias_without_public_serves_the_same(mpt: Bench) -> None:
    headers = {"Authorization": f"Bearer {mpt.tokens['client']}"}
    alias = await mpt.http.get("/v1/commerce/orders", headers=headers)
    assert alias.json() == (await mpt.get("/commerce/orders")).json()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/commerce/requests"),
        ("GET", "/helpdesk/chats"),
        ("GET", "/notifications/webhooks"),
        ("PATCH", "/commerce/orders/ORD-1"),
        ("DELETE", "/commerce/agreements/AGR-1"),
        ("DELETE", "/accounts/buyers/BUY-1"),
        ("GET", "/commerce/orders/ORD-1/attachments"),
    ],
)
async def test_what_the_sandbox_lacks_fails_loudly(mpt: Bench, method: str, path: str) -> None:
    response = await mpt.call("operations", method, path)
    assert response.status_code == 501
    assert f"{method} /public/v1{path}" in response.json()["detail"]


async def test_a_limit_per_minute_throttles_each_token_by_itself(mpt: Bench) -> None:
    mpt.emulator.settings.requests_per_minute = 2
    for _ in range(2):
        assert (await mpt.get("/commerce/orders?limit=0")).status_code == 200
    response = await mpt.get("/commerce/orders?limit=0")
    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert (await mpt.get("/commerce/orders?limit=0", "vendor")).status_code == 200


async def test_faults_answer_in_the_vendors_own_forms() -> None:
    emulator = SoftwareOne(1, 0.05, TODAY)
    desk = Desk(emulator)
    transport = httpx.ASGITransport(app=desk)
    token = emulator.credentials("http://sandbox")["tokens"]["vendor"]
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as http:
        path = "/public/v1/commerce/orders"
        desk.add(Fault("throttle", retry_after=7))
        throttled = await http.get(path)
        assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "7")
        desk.add(Fault("unauthorized"))
        refused = await http.get(path)
        assert (refused.status_code, refused.json()) == (401, {"statusCode": 401, "message": "Authentication Failed"})
        for status in (500, 503, 504):
            desk.add(Fault("error", status=status))
            assert (await http.get(path)).json()["status"] == status
        desk.add(Fault("ok_with_error"))
        wrapped = await http.get(path)
        assert (wrapped.status_code, wrapped.json()["status"]) == (200, 500)
        assert (await http.get(path)).status_code == 200
    assert [call.actor for call in desk.journal][-1] == "vendor"


@pytest.mark.parametrize("actor", ["client", "vendor", "operations"])
@pytest.mark.parametrize(("path", "prefix"), REFERENCE.items())
async def test_reference_lists_and_single_reads_agree(mpt: Bench, actor: str, path: str, prefix: str) -> None:
    rows = await mpt.rows(f"{path}?limit=100", actor)
    assert rows
    for row in rows[:3]:
        assert row["id"].startswith(prefix)
        one = (await mpt.get(f"{path}/{row['id']}?select=audit", actor)).json()
        assert {name: one[name] for name in row} == row
        assert one["audit"]["created"]["at"]
    assert (await mpt.get(f"{path}/{prefix}0000-0000", actor)).status_code == 404


async def test_collections_of_a_product_and_of_a_price_list(mpt: Bench) -> None:
    product = (await mpt.product())["id"]
    for name in ("items", "templates", "parameters"):
        path = f"/catalog/products/{product}/{name}"
        rows = await mpt.rows(f"{path}?limit=100")
        assert {row["product"]["id"] for row in rows} == {product}
        assert (await mpt.get(f"{path}/{rows[0]['id']}")).json()["id"] == rows[0]["id"]
    prices = (await mpt.rows("/catalog/price-lists?limit=1"))[0]["id"]
    for actor, hidden, shown in (("client", "unitPP", "unitSP"), ("vendor", "unitSP", "unitPP")):
        rows = await mpt.rows(f"/catalog/price-lists/{prices}/items", actor) if actor == "client" else []
        assert all(shown in row and hidden not in row for row in rows)


async def test_reference_data_is_scoped_too(mpt: Bench) -> None:
    names = {actor: {row["name"] for row in await mpt.rows("/accounts/accounts", actor)} for actor in mpt.tokens}
    assert names["client"] == {"Brightwater Logistics"}
    assert names["vendor"] == {"Lumera Software"}
    assert len(names["operations"]) == 7
    assert len(await mpt.rows("/accounts/licensees?limit=100")) == 6
    statuses = {row["status"] for row in await mpt.rows("/catalog/products")}
    assert statuses == {"Published"}
    assert await mpt.total("/catalog/products", "operations") == 8
    assert await mpt.total("/catalog/products", "vendor") == 3


async def test_a_client_id_is_not_a_buyer_id(mpt: Bench) -> None:
    order = (await mpt.rows("/commerce/orders?limit=1"))[0]
    assert order["client"]["id"].startswith("ACC-")
    assert order["buyer"]["id"].startswith("BUY-")
    assert await mpt.total(f'/commerce/orders?client.id="{order["buyer"]["id"]}"') == 0
