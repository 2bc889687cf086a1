"""Outside clients from npm against a real gateway over a real sandbox: they read, change, upload, and are told."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from gateway.edge.api_keys import digest_of, new_key
from gateway.model.ref import Kind, Ref
from tests.e2e.crash_rows import send_papers
from tests.e2e.gateways import GatewayProcess, SandboxProcess, gateway, sandbox, wait_for
from tests.e2e.node import node_json
from tests.e2e.portals import Vendors
from tests.e2e.test_login import issuer_process
from tests.edge.issuer import AUDIENCE

pytestmark = pytest.mark.slow

KEY = new_key("app")
AUTH = f"""
[auth.issuers.corporate]
issuer = "ISSUER"
audience = ["{AUDIENCE}"]
clock_skew_seconds = 0
accounts = ["*"]

[auth.keys.app]
sha256 = "{digest_of(KEY)}"
scopes = ["orders:read", "orders:write", "attachments:read", "attachments:write"]
accounts = ["*"]
"""


class Served:
    """A sandbox, and a gateway over it that knows one key."""

    def __init__(self, vendors: SandboxProcess, one: GatewayProcess, issuer: str) -> None:
        self.vendors = vendors
        self.issuer = issuer
        self.gateway = one
        self.portals = Vendors(vendors)

    async def run(self, script: str, **more: Any) -> Any:
        """What the client's script tells, which may rename a fresh Sellercloud order."""
        order = Ref.of("acme", Kind.ORDER, self.portals.stock_order()).encode()
        given = {"url": self.gateway.url + "/graphql", "key": KEY, "issuer": self.issuer, "orderId": order, **more}
        return await node_json("clients", script, json.dumps(given))


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as environment, sandbox(size=0.05) as vendors, issuer_process() as (issuer, _):
        environment.setenv("ORDER_GATEWAY_WATCH_SECONDS", "0.2")
        environment.setenv("ORDER_GATEWAY_WATCH_SLOWEST_SECONDS", "0.5")
        with gateway(tmp_path_factory.mktemp("clients"), vendors.known, more=AUTH.replace("ISSUER", issuer)) as one:
            yield Served(vendors, one, issuer)


def seen_and_told(title: str) -> list[dict[str, str | None]]:
    return [{"kind": "CURRENT", "title": None}, {"kind": "CHANGED", "title": title}]


async def test_graphql_ws(served: Served) -> None:
    told = await served.run("ws.mjs")
    assert len(told["numbers"]) == 3
    assert told["events"] == seen_and_told("by graphql-ws")
    assert told["refused"] == ["BAD_USER_INPUT"]
    assert told["closed"] == 4403


async def test_graphql_ws_comes_back_with_a_fresh_token_when_one_is_over(served: Served) -> None:
    told = await served.run("renewal.mjs")
    assert told["codes"] == [4403, 4403]
    assert told["kinds"] == ["CURRENT"] * 3
    assert told["tokens"] >= 3


async def test_graphql_sse(served: Served) -> None:
    told = await served.run("sse.mjs")
    assert len(told["numbers"]) == 3
    assert told["events"] == seen_and_told("by graphql-sse")
    assert told["refused"] == ["BAD_USER_INPUT"]
    assert told["closed"] == 401


async def test_urql_over_event_streams_and_over_sockets(served: Served) -> None:
    told = await served.run("urql.mjs")
    assert (len(told["numbers"]), told["byGet"]) == (3, 2)
    assert any("text/event-stream" in accept for accept in told["accepted"])  # it names it for queries too
    assert set(told["types"]) == {
        "application/graphql-response+json; charset=utf-8",
        "text/event-stream; charset=utf-8",
    }
    assert told["events"] == seen_and_told("by urql over events")
    assert [event["title"] for event in told["sockets"]] == ["by urql over events", "by urql over sockets"]
    assert told["refused"] == ["BAD_USER_INPUT"]


async def test_apollo_client(served: Served) -> None:
    told = await served.run("apollo.mjs")
    assert len(told["numbers"]) == 3
    assert told["events"] == seen_and_told("by Apollo Client")
    assert told["cached"] == "by Apollo Client"
    assert told["refused"] == ["BAD_USER_INPUT"]
    assert told["persisted"] == [2, 2]
    assert told["sent"] == ["hash", "text", "hash"]


async def test_graphql_request(served: Served) -> None:
    told = await served.run("request.mjs")
    assert (len(told["numbers"]), told["byGet"]) == (3, 2)
    assert told["title"] == "by graphql-request"
    assert told["refused"] == ["BAD_USER_INPUT"]
    assert told["stranger"] == [401, "UNAUTHENTICATED"]


async def test_an_upload_client(served: Served) -> None:
    prepared = send_papers(served.portals)
    told = await served.run("upload.mjs", paperOrderId=prepared.given["parentId"])
    assert told["userErrors"] == []
    assert told["outcome"]["state"] == "DONE"
    assert [(one["kind"], one["fileName"]) for one in told["attachments"]] == [("PURCHASE_ORDER", "Bestellung № 7.pdf")]


async def test_when_the_last_client_has_left_no_more_calls_are_made(served: Served) -> None:
    await served.run("ws.mjs")
    served.vendors.forget("sellercloud")
    wait_for(lambda: quiet(served.vendors), "the pollers stopped")


def quiet(vendors: SandboxProcess) -> bool:
    """Whether nothing came for longer than the rarest poll takes."""
    before = len(vendors.calls("sellercloud"))
    time.sleep(1.0)
    return len(vendors.calls("sellercloud")) == before
