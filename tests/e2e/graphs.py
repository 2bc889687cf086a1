"""A larger graph in processes of its own: the gateway, two subgraphs of other teams, and Hive Gateway in front."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gateway.edge.api_keys import digest_of, new_key
from tests.e2e import node
from tests.e2e.gateways import GatewayProcess, SandboxProcess, gateway, sandbox

PROJECT = "composition"
START_SECONDS = 30
ROUTER_KEY = new_key("router")
SHOP_KEY = new_key("shop")
AUTH = f"""
[auth.keys.router]
sha256 = "{digest_of(ROUTER_KEY)}"
role = "router"

[auth.keys.shop]
sha256 = "{digest_of(SHOP_KEY)}"
scopes = ["orders:read", "agreements:read"]
accounts = ["*"]
"""
KEYS = "accountName number numberScope"
SOME_ORDERS = f"""{{ orders(first: 12, filter: {{accountNames: ["market"]}}) {{ nodes {{ id {KEYS} }} }} }}"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server in Node; `log` is what it printed, its address first."""

    url: str
    log: Path

    def requests(self) -> list[dict[str, str]]:
        """The headers of the requests that a subgraph got, oldest first."""
        return [json.loads(line) for line in self.log.read_text().splitlines()[1:]]


@dataclass(frozen=True, slots=True)
class Graphs:
    vendors: SandboxProcess
    ours: GatewayProcess
    customers: Server
    invoices: Server
    router: Server
    orders: Sequence[dict[str, str]]
    """Orders at one account, in the order in which the other services know them."""

    def ask(self, query: str, *, at: str = "", headers: dict[str, str] | None = None, **variables: Any) -> Any:
        """The router's answer, or that of the server `at`, for somebody who may read orders."""
        return ask(at or self.router.url, query, variables, headers)

    def events(self, query: str, **variables: Any) -> Generator[Any, None, None]:
        """The router's answers to a subscription, as they come."""
        headers = {"authorization": f"Bearer {SHOP_KEY}", "accept": "text/event-stream"}
        body = {"query": query, "variables": variables}
        with httpx.stream("POST", self.router.url, json=body, headers=headers, trust_env=False, timeout=30) as response:
            for line in response.iter_lines():
                if line.startswith("data:") and line != "data:":
                    yield json.loads(line.removeprefix("data:"))


def ask(url: str, query: str, variables: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    body = {"query": query, "variables": variables}
    mine = {"authorization": f"Bearer {SHOP_KEY}"} | (headers or {})
    response = httpx.post(url, json=body, headers=mine, trust_env=False, timeout=30)
    assert response.headers["content-type"].partition(";")[0] in (
        "application/json",
        "application/graphql-response+json",
    ), response.text
    return response.json()


def records(orders: Sequence[dict[str, str]]) -> dict[str, Any]:
    """What the other services know: orders that are there, and some that nobody has."""
    ids = [order["id"] for order in orders]
    papers = [{key: order[key] for key in KEYS.split()} for order in orders]
    wrong = [papers[0] | {"accountName": "nowhere"}, papers[0] | {"number": "ORD-0000-0000-0000"}]
    return {
        "customers": [
            {
                "id": "c1",
                "name": "Alpenrose",
                "creditLimit": {"amount": "100.50", "currency": "CHF"},
                "favourite": {"id": "p1", "title": "Cheese"},
                "orders": [*ids[:4], "junk", *ids[4:8]],
            }
        ],
        "invoices": [{"number": f"I{n}", "order": order} for n, order in enumerate([*papers, *wrong])],
    }


@contextmanager
def served(folder: Path, script: str, *arguments: str) -> Iterator[Server]:
    """That script as a process, from when it tells its address until the block ends."""
    log = folder / f"{script}-{len(list(folder.iterdir()))}.log"
    line, cwd, environment = node.command(PROJECT, script, *arguments)
    with log.open("wb") as out, log.with_suffix(".err").open("wb") as err:
        process = subprocess.Popen(line, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    try:
        until = time.monotonic() + START_SECONDS
        while "\n" not in log.read_text():
            assert process.poll() is None, log.with_suffix(".err").read_text()
            assert time.monotonic() < until, f"{script} did not start"
            time.sleep(0.05)
        yield Server(log.read_text().splitlines()[0], log)
    finally:
        process.kill()
        process.wait()


@contextmanager
def larger_graph(folder: Path) -> Iterator[Graphs]:
    with sandbox(size=0.05) as vendors, gateway(folder / "gateway", vendors.known, more=AUTH) as ours:
        ours_url = ours.url + "/graphql"
        orders = ask(ours_url, SOME_ORDERS, {})["data"]["orders"]["nodes"]
        known = folder / "records.json"
        known.write_text(json.dumps(records(orders)))
        with (
            served(folder, "subgraph.mjs", "customers.graphql", str(known)) as customers,
            served(folder, "subgraph.mjs", "invoices.graphql", str(known)) as invoices,
            served(
                folder,
                "router.mjs",
                ROUTER_KEY,
                f"orders={ours_url}",
                f"customers={customers.url}",
                f"invoices={invoices.url}",
            ) as router,
        ):
            yield Graphs(vendors, ours, customers, invoices, router, orders)
