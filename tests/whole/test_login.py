"""Credentials over HTTP: who is let in, what others are told, and that no credentials get into a log or an answer."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from gateway.edge.api_keys import digest_of, new_key
from tests.edge.issuer import AUDIENCE, IssuerEmulator, issuing
from tests.whole.harness import Whole, codes, whole

KEY = new_key("reports")
QUERY = {"query": "{ orders(first: 3) { nodes { number } } }"}


def auth(issuer: IssuerEmulator) -> dict[str, Any]:
    return {
        "issuers": {"corporate": {"issuer": issuer.url, "audience": [AUDIENCE], "accounts": ["*"]}},
        "keys": {"reports": {"sha256": digest_of(KEY), "scopes": ["orders:read"], "accounts": ["*"]}},
    }


async def post(gateway: Whole, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.client.post("/graphql", json=QUERY, headers=named)


async def test_those_with_credentials_are_answered_and_others_told_to_bring_some(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with issuing(k="P-256") as issuer, whole(size=0.05) as gateway:
        gateway.document["auth"] = auth(issuer)
        await gateway.fresh()
        token, over = issuer.token(), issuer.token(exp=1)
        for headers in ({"authorization": f"Bearer {token}"}, {"authorization": f"Bearer {KEY}"}, {"x_api_key": KEY}):
            response = await post(gateway, **headers)
            assert response.status_code == 200
            assert len(response.json()["data"]["orders"]["nodes"]) == 3
        gateway.forget()
        for headers, challenge in (
            ({}, 'Bearer realm="order-gateway"'),
            ({"authorization": f"Bearer {over}"}, 'Bearer realm="order-gateway", error="invalid_token"'),
            ({"x_api_key": KEY + "x"}, 'Bearer realm="order-gateway", error="invalid_token"'),
        ):
            response = await post(gateway, **headers)
            assert (response.status_code, codes(response.json())) == (401, ["UNAUTHENTICATED"])
            assert response.headers["www-authenticate"] == challenge
            assert KEY not in response.text
        assert gateway.all_calls() == 0
        for secret in (KEY, *token.split("."), *over.split(".")):
            assert secret not in caplog.text


async def test_an_issuer_out_of_reach_is_not_the_client_s_fault() -> None:
    async with issuing(k="P-256") as issuer, whole(size=0.05) as gateway:
        gateway.document["auth"] = auth(issuer)
        await gateway.fresh()
        issuer.fault = "down"
        response = await post(gateway, authorization=f"Bearer {issuer.token()}")
        assert (response.status_code, codes(response.json())) == (503, ["UNAVAILABLE"])
        assert response.headers["retry-after"] == "5"
        assert issuer.url not in response.text
        assert (await post(gateway, x_api_key=KEY)).status_code == 200
