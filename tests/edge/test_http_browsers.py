"""What browsers are told and allowed: origins, headers on every answer, and the page or none."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.config import ConfigError
from tests.edge.http_desk import desk

SHOP = "https://shop.example.com"
EVIL = "https://shop.example.com.evil.example"
KEY = {"sha256": "0" * 64, "scopes": ["orders:read"], "accounts": ["*"]}
AUTH = {"keys": {"shop": KEY}}
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, content-type, graphql-require-preflight, traceparent, x-api-key",
}


async def test_a_page_of_an_allowed_origin_may_ask_and_read() -> None:
    async with desk(cors_origins=["https://other.example", SHOP]) as gateway:
        asked = await gateway.client.options("/graphql", headers={"origin": SHOP, **PREFLIGHT})
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == SHOP
        assert asked.headers["access-control-max-age"] == "3600"
        answer = await gateway.client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": SHOP})
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert answer.headers["vary"] == "Accept, Origin"
        assert "x-correlation-id" in answer.headers["access-control-expose-headers"].lower()
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "http://shop.example.com", SHOP + ":8443", "HTTPS://SHOP.EXAMPLE.COM"]
)
@pytest.mark.parametrize("allowed", [[], [SHOP]])
async def test_a_page_of_any_other_origin_may_not(origin: str, allowed: list[str]) -> None:
    async with desk(cors_origins=allowed) as gateway:
        asked = await gateway.client.options("/graphql", headers={"origin": origin, **PREFLIGHT})
        assert "access-control-allow-origin" not in asked.headers
        answer = await gateway.client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": origin})
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("site", "more", "runs"),
    [
        ("cross-site", {}, False),
        ("same-site", {}, False),
        ("cross-site", {"accept": "text/event-stream"}, False),
        ("cross-site", {"graphql-require-preflight": "1"}, True),
        ("cross-site", {"authorization": "Bearer x"}, True),
        ("same-origin", {}, True),
        ("none", {}, True),
        (None, {}, True),
    ],
)
async def test_an_image_or_a_script_of_a_page_elsewhere_runs_nothing(
    site: str | None, more: dict[str, str], runs: bool
) -> None:
    async with desk() as gateway:
        headers = more | ({} if site is None else {"sec-fetch-site": site, "sec-fetch-mode": "no-cors"})
        answer = await gateway.client.get("/graphql", params={"query": "{ hello }"}, headers=headers)
        assert gateway.ran.fields == (["hello"] if runs else [])
        assert answer.status_code == (200 if runs else 400)


async def test_a_page_may_read_errors_too_but_never_the_figures() -> None:
    async with desk(cors_origins=[SHOP]) as gateway:
        gateway.app.state.operations = None
        broken = await gateway.client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": SHOP})
        assert (broken.status_code, broken.headers["access-control-allow-origin"]) == (500, SHOP)
        figures = await gateway.client.get("/metrics", headers={"origin": SHOP})
        assert "access-control-allow-origin" not in figures.headers
        asked = await gateway.client.options(
            "/metrics", headers={"origin": SHOP, "access-control-request-method": "GET"}
        )
        assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example.com",
        "null",
        "shop.example.com",
        SHOP + "/",
        SHOP + ":443",
        "https://Shop.example.com",
        "",
    ],
)
async def test_an_origin_that_no_browser_sends_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ConfigError, match=r"^cors_origins: "):
        async with desk(cors_origins=[SHOP, origin]):
            pass


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://[::1]:3000", SHOP + ":8443"])
async def test_an_origin_may_have_a_port(origin: str) -> None:
    async with desk(cors_origins=[origin]) as gateway:
        answer = await gateway.client.get("/graphql", params={"query": "{ hello }"}, headers={"origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize("path", ["/", "/graphql", "/graphql?query={hello}", "/health/live", "/nothing", "/files/x"])
async def test_every_answer_tells_browsers_to_be_careful(path: str) -> None:
    async with desk() as gateway:
        for headers in ({}, {"accept": "text/html"}):
            answer = await gateway.client.get(path, headers=headers)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"] or path == "/files/x"
            assert answer.headers["cache-control"] in ("no-store", "no-cache")


@pytest.mark.parametrize(
    ("top", "there"),
    [({}, True), ({"auth": AUTH}, False), ({"auth": AUTH, "explore": True}, True), ({"explore": False}, False)],
)
async def test_the_page_is_there_where_anybody_may_come_in_or_the_configuration_says_so(
    top: dict[str, Any], there: bool
) -> None:
    async with desk(**top) as gateway:
        answer = await gateway.client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
        assert (answer.status_code, "<script" in answer.text or "GraphiQL" in answer.text) == (
            200 if there else 404,
            there,
        )
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert gateway.ran.fields == []
        assert any(route.name == "explorer-asset" for route in gateway.app.routes) is there  # type: ignore[attr-defined]  # all have names


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:8123", True),
        ("[::1]:8000", True),
        ("orders.example.com", True),
        ("evil.example", False),
        ("evil.example:8000", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("192.168.1.5", False),
        ("[", False),
    ],
)
async def test_a_name_of_others_that_points_here_reaches_nothing_where_anybody_may_come_in(
    host: str, known: bool
) -> None:
    async with desk(public_url="https://orders.example.com") as gateway:
        answer = await gateway.client.post("/graphql", json={"query": "{ hello }"}, headers={"host": host})
        assert answer.status_code == (200 if known else 421)
        assert gateway.ran.fields == (["hello"] if known else [])
    async with desk(public_url="https://orders.example.com", auth=AUTH) as gateway:
        answer = await gateway.client.post("/graphql", json={"query": "{ hello }"}, headers={"host": host})
        assert answer.status_code == 401  # tokens say more than names


@pytest.mark.parametrize("path", ["/graphql/", "/", "/health/live/", "/files/x/"])
async def test_nobody_is_redirected_to_what_the_host_header_says(path: str) -> None:
    async with desk(auth=AUTH) as gateway:
        response = await gateway.client.get(path, headers={"host": "evil.example"})
        assert response.status_code == (307 if path == "/" else 404)
        assert "evil" not in response.headers.get("location", "")


async def test_who_says_not_who_it_is_is_told_how() -> None:
    async with desk(auth=AUTH) as gateway:
        none = await gateway.client.post("/graphql", json={"query": "{ hello }"})
        wrong = {"authorization": "Bearer rubbish"}
        bad = await gateway.client.post("/graphql", json={"query": "{ hello }"}, headers=wrong)
        assert [none.status_code, bad.status_code] == [401, 401]
        assert none.headers["www-authenticate"].startswith("Bearer")
        assert "invalid_token" in bad.headers["www-authenticate"]
        assert gateway.ran.fields == []
