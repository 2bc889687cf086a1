"""Sellercloud's emulator: tokens, budget, paths, rights, faults."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway.sandbox.control import Call, Desk, Fault
from gateway.sandbox.sellercloud import Sellercloud

TODAY = datetime(2026, 11, 21, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = TODAY + timedelta(hours=9)

    def __call__(self) -> datetime:
        return self.now


@contextlib.asynccontextmanager
async def signed_in(size: float = 0.05, **settings: Any) -> AsyncIterator[tuple[Sellercloud, httpx.AsyncClient]]:
    """An emulator with these settings and a client that has its token."""
    vendor = Sellercloud(1, size, TODAY, Clock())
    async with client_of(vendor) as client:
        await sign_in(vendor, client)
        for name, value in settings.items():
            setattr(vendor.settings, name, value)
        yield vendor, client


def client_of(vendor: Sellercloud) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=vendor.app), base_url="http://sandbox/rest/api")


async def sign_in(vendor: Sellercloud, client: httpx.AsyncClient) -> dict[str, Any]:
    known = vendor.credentials("http://sandbox")
    body = {"Username": known["username"], "Password": known["password"]}
    answer: dict[str, Any] = (await client.post("token", json=body)).json()
    client.headers["Authorization"] = f"Bearer {answer['access_token']}"
    return answer


def test_credentials_point_at_the_mount() -> None:
    known = Sellercloud(1, 0.05, TODAY).credentials("http://127.0.0.1:9")
    assert set(known) == {"base_url", "username", "password"}
    assert known["base_url"] == "http://127.0.0.1:9/sellercloud/rest/api"


async def test_a_token_has_the_documented_fields() -> None:
    vendor = Sellercloud(1, 0.05, TODAY, Clock())
    async with client_of(vendor) as client:
        answer = await sign_in(vendor, client)
        assert set(answer) == {"access_token", "token_type", "username", "expires_in", ".issued", ".expires"}
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
        assert (answer[".issued"], answer[".expires"]) == ("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z")
        vendor.settings.expires_before_issued = True
        answer = await sign_in(vendor, client)
        assert answer[".expires"] < answer[".issued"]


async def test_lower_case_keys_log_in_too() -> None:
    vendor = Sellercloud(1, 0.05, TODAY)
    known = vendor.credentials("")
    async with client_of(vendor) as client:
        answer = await client.post("token", json={"username": known["username"], "password": known["password"]})
        assert answer.status_code == 200


async def test_wrong_or_missing_credentials_are_refused() -> None:
    vendor = Sellercloud(1, 0.05, TODAY)
    username = vendor.credentials("")["username"]
    async with client_of(vendor) as client:
        wrong = await client.post("token", json={"Username": username, "Password": "x"})
        assert wrong.status_code == 401
        assert set(wrong.json()) == {"Message"}
        missing = await client.post("token", json={"Username": username})
        assert missing.status_code == 400
        assert list(missing.json()["ModelState"]) == ["model.Password"]


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Basic abc"])
async def test_a_bad_token_is_401_with_the_vendors_message(header: str | None) -> None:
    async with client_of(Sellercloud(1, 0.05, TODAY)) as client:
        answer = await client.get("PurchaseOrders", headers={"Authorization": header} if header else {})
        assert answer.status_code == 401
        assert answer.json() == {"Message": "Invalid token"}


async def test_tokens_expire_and_die_on_reset() -> None:
    clock = Clock()
    vendor = Sellercloud(1, 0.05, TODAY, clock)
    vendor.settings.token_lifetime = 60
    async with client_of(vendor) as client:
        await sign_in(vendor, client)
        clock.now += timedelta(seconds=59)
        assert (await client.get("Vendors")).status_code == 200
        clock.now += timedelta(seconds=1)
        assert (await client.get("Vendors")).status_code == 401
        await sign_in(vendor, client)
        vendor.reset()
        assert vendor.settings.token_lifetime == 3600
        assert (await client.get("Vendors")).status_code == 401


@pytest.mark.parametrize("status", [409, 429])
async def test_the_hourly_budget_counts_token_calls_and_returns(status: int) -> None:
    clock = Clock()
    vendor = Sellercloud(1, 0.05, TODAY, clock)
    vendor.settings.calls_per_hour, vendor.settings.throttle_status = 3, status
    async with client_of(vendor) as client:
        await sign_in(vendor, client)
        assert [(await client.get("Vendors")).status_code for _ in range(2)] == [200, 200]
        refused = await client.get("Vendors")
        assert refused.status_code == status
        assert refused.json() == {"Error": "Too many requests.", "RateLimitResetTime": "2026-11-21T10:00:00.0000000Z"}
        assert "retry-after" not in refused.headers
        assert (await client.post("token", json={})).status_code == status
        clock.now += timedelta(hours=1)
        assert (await client.post("token", json={})).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "nothing"),
        ("GET", "Orders"),
        ("POST", "PurchaseOrders/10001/receive"),
        ("POST", "PurchaseOrders/10001/split"),
        ("GET", "PurchaseOrders/10001/Documents"),
        ("PATCH", "PurchaseOrders/10001"),
        ("DELETE", "Vendors/812"),
        ("GET", "PurchaseOrders/abc"),
    ],
)
async def test_what_is_not_implemented_is_loud(method: str, path: str) -> None:
    async with signed_in() as (vendor, client):
        answer = await client.request(method, path)
        assert answer.status_code == 501
        assert path in answer.json()["Message"]
        vendor.settings.html_not_found = True
        page = await client.request(method, path)
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")


async def test_unknown_query_parameters_are_loud_where_no_list_ignores_them() -> None:
    async with signed_in() as (vendor, client):
        refused = await client.get("PurchaseOrders/10001", params={"expand": "lines"})
        assert refused.status_code == 501
        assert "expand" in refused.json()["Message"]
        assert (await client.get("Vendors", params={"model.nmes": "x"})).json()["TotalResults"] == 7
        vendor.settings.refuse_unknown_filters = True
        assert (await client.get("Vendors", params={"model.nmes": "x"})).status_code == 501


async def test_a_right_the_login_lacks_is_403() -> None:
    async with signed_in(denied_modules=["Companies"]) as (_, client):
        assert (await client.get("companies")).status_code == 403
        assert (await client.get("Vendors")).status_code == 200


async def test_bodies_that_are_no_json_are_refused() -> None:
    async with signed_in() as (_, client):
        json_type = {"Content-Type": "application/json"}
        assert (await client.post("PurchaseOrders", content="{", headers=json_type)).status_code == 400
        assert (await client.post("PurchaseOrders", content='{"a":NaN}', headers=json_type)).status_code == 400
        assert (await client.post("PurchaseOrders", json=[1])).status_code == 400
        assert (await client.post("PurchaseOrders", data={"a": "b"})).status_code == 415
        big = "[" + " " * 4_200_000 + "]"
        assert (await client.post("PurchaseOrders", content=big, headers=json_type)).status_code == 413


async def test_a_server_is_found_by_its_team_without_a_token() -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=Sellercloud(1, 0.05, TODAY).app), base_url="http://sandbox"
    ) as client:
        known = (await client.get("/api/server-by-team/", params={"team": "acme"})).json()
        assert known["RestApiEndpoint"] == "http://sandbox/rest"
        assert set(known) == {"RestApiEndpoint", "ServerID", "ApiUrl"}
        unknown = (await client.get("/api/server-by-team/", params={"team": "nobody"})).json()
        assert unknown["Success"] is False


async def test_the_desk_learns_who_called_and_faults_have_the_vendors_forms() -> None:
    vendor = Sellercloud(1, 0.05, TODAY, Clock())
    desk = Desk(vendor)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=desk), base_url="http://sandbox/rest/api") as client:
        await sign_in(vendor, client)
        await client.get("Vendors")
        calls: list[Call] = list(desk.journal)
        assert [call.actor for call in calls] == [vendor.credentials("")["username"]] * 2
        expected: tuple[tuple[Fault, int, set[str]], ...] = (
            (Fault("throttle", retry_after=5), 409, {"Error", "RateLimitResetTime"}),
            (Fault("throttle", status=429), 429, {"Error", "RateLimitResetTime"}),
            (Fault("unauthorized"), 401, {"Message"}),
            (Fault("error", status=503), 503, {"Message"}),
            (Fault("ok_with_error"), 200, {"Message"}),
        )
        for fault, status, keys in expected:
            desk.add(fault)
            answer = await client.get("Vendors")
            assert (answer.status_code, set(answer.json())) == (status, keys)
        vendor.settings.blank_faults = True
        desk.add(Fault("error"))
        assert (await client.get("Vendors")).content == b""
