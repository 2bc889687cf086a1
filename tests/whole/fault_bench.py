"""A sandbox on a real socket and one gateway after another over it: faults strike as they do on the wire."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Container, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

import httpx
import pytest
import uvicorn
from _pytest.mark import ParameterSet
from starlette.applications import Starlette

from gateway.app import create_app, utc_now
from gateway.config import load_table
from gateway.sandbox import control
from gateway.sandbox.app import Sandbox, create_sandbox
from gateway.sandbox.control import Call, Fault
from gateway.vendors.registry import REGISTRY
from tests.e2e.gateways import File, SandboxProcess
from tests.e2e.portals import Vendors
from tests.edge.upload_desk import PREFLIGHT
from tests.whole.harness import GATEWAY, SCHEMA, TOKEN_ROUTES, route

Json = dict[str, Any]
ACCOUNTS: Final = {"partner_center": "contoso", "sellercloud": "acme", "softwareone": "market"}
VENDORS: Final = tuple(ACCOUNTS)
SECRET: Final = ("Sorry", "/rest/api", "/commerce/", "/v1/customers", "Bearer", "idt:TKN", "elsewhere", "weather")
SIZE: Final = 0.1
WAIT_SECONDS: Final = 20.0
RETRIES: Final = 2
CUSTOMERS: Final = 2  # a list over more would make enough calls to open a breaker
LIMITS: Final = {"max_retries": RETRIES, "retry_seconds": 0.001, "max_answer_bytes": 1024 * 1024}
FORMS: Final = {"once": False, "for ever": True}
PLENTY: Final = 10**9  # of a vendor's calls: what a refusal leaves of such a pace keeps nobody waiting


class Held:
    """The time that faults take: it is over when a test says so, and not by a clock."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self.begun = 0

    async def sleep(self, seconds: float) -> None:
        if seconds < 1:
            await asyncio.sleep(seconds)  # the sandbox's own, for what is on the wire
            return
        self.begun += 1
        while not self._over.is_set():  # noqa: ASYNC110 - it is set in another thread
            await asyncio.sleep(0.005)

    def begin(self) -> None:
        self._over.clear()
        self.begun = 0

    def end(self) -> None:
        self._over.set()


@dataclass(slots=True)
class Clock:
    """The loop's time, which may be put forward: what was to wait so long has waited."""

    ahead: float = 0.0

    def time(self) -> float:
        return time.monotonic() + self.ahead


@contextmanager
def served(size: float = SIZE) -> Iterator[tuple[Sandbox, str]]:
    """A sandbox in a thread of its own, and its address."""
    sandbox = create_sandbox(size=size)
    config = uvicorn.Config(sandbox.app, port=0, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started, "the sandbox serves")
        yield sandbox, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(WAIT_SECONDS)


@dataclass(slots=True)
class Bench:
    """`vendors` are the sandbox's own portals; `found` keeps what was looked up once."""

    sandbox: Sandbox
    url: str
    vendors: Vendors
    accounts: dict[str, Json]
    held: Held
    clock: Clock
    found: Json = field(default_factory=dict)
    app: Starlette = field(init=False)
    client: httpx.AsyncClient = field(init=False)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def fresh(self, vendor: str = "", limits: Mapping[str, float] | None = None) -> None:
        """Another gateway with the same accounts: no caches, no logins, nothing learnt; no faults, an empty journal.
        `limits` are those of that vendor's accounts."""
        await self.close()
        await self.over()
        self.held.begin()
        accounts = {
            name: {**table, **LIMITS, **((limits or {}) if table["vendor"] == vendor else {})}
            for name, table in self.accounts.items()
        }
        document = {
            "public_url": GATEWAY,
            "allow_private_redirects": True,
            "signing_keys": ["a-key-for-tests-only"],
            "accounts": accounts,
        }
        app = self.app = create_app(load_table(document, {}, REGISTRY), None, utc_now, SCHEMA)
        await self.stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app)
        self.client = await self.stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=GATEWAY))
        self.forget()

    async def over(self) -> None:
        """No fault strikes any more, and what was held up at a vendor is done."""
        for desk in self.sandbox.desks.values():
            desk.clear()
        self.held.end()
        async with asyncio.timeout(WAIT_SECONDS):
            while self.busy():  # noqa: ASYNC110 - it ends in the sandbox's thread
                await asyncio.sleep(0.005)

    @asynccontextmanager
    async def hurried(self, vendor: str, seconds: float | None) -> AsyncIterator[None]:
        """Whoever waits that long for a call that is held up at the vendor need not; nobody else is hurried."""
        async with AsyncExitStack() as stack:
            if seconds is not None:
                stack.callback(asyncio.create_task(self._hurry(vendor, seconds)).cancel)
            yield

    async def _hurry(self, vendor: str, seconds: float) -> None:
        waited = 0
        while True:
            held, under_way = self.held.begun, sum(call.seconds is None for call in self.journal(vendor))
            await asyncio.sleep(0.05)  # whatever else was asked at the same moment has come, or been answered
            after = self.held.begun, sum(call.seconds is None for call in self.journal(vendor))
            if waited < held == under_way and after == (held, under_way):
                waited = held
                self.clock.ahead += seconds

    def busy(self) -> bool:
        desks = self.sandbox.desks.values()
        return any(desk.later or any(call.seconds is None for call in list(desk.journal)) for desk in desks)

    async def close(self) -> None:
        await self.stack.aclose()

    async def ask(self, query: str, variables: Json, files: tuple[File, ...] = ()) -> Json:
        """The whole answer; `files` go, in their order, to the entries of the input's `files`."""
        operations = {"query": query, "variables": variables}
        if not files:
            response = await self.client.post("/graphql", json=operations)
        else:
            mapped = {str(n): [f"variables.input.files.{n}.file"] for n in range(len(files))}
            texts = {"operations": json.dumps(operations), "map": json.dumps(mapped)}
            parts = {str(n): (name, content, kind) for n, (name, kind, content) in enumerate(files)}
            response = await self.client.post("/graphql", data=texts, files=parts, headers=PREFLIGHT)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    async def data(self, query: str, **variables: Any) -> Json:
        answer = await self.ask(query, variables)
        assert "errors" not in answer, answer["errors"]
        data: Json = answer["data"]
        return data

    def strike(self, vendor: str, fault: Fault) -> Fault:
        return self.sandbox.desks[vendor].add(fault)

    def forget(self) -> None:
        for desk in self.sandbox.desks.values():
            desk.journal.clear()

    def journal(self, vendor: str) -> list[Call]:
        return list(self.sandbox.desks[vendor].journal)

    def calls(self, vendor: str) -> Counter[str]:
        """The calls that reached a vendor, logins left out, as "METHOD /route" counts."""
        return Counter(route(call) for call in self.journal(vendor) if not TOKEN_ROUTES.search(call.path))

    def count(self, vendor: str, method: str, path: str) -> int:
        """How many calls came by that method whose path has that pattern."""
        return sum(call.method == method and bool(re.search(path, call.path)) for call in self.journal(vendor))


@asynccontextmanager
async def bench(size: float = SIZE) -> AsyncIterator[Bench]:
    held, clock = Held(), Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(control, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": held.sleep}))
        patch.setattr(asyncio.get_running_loop(), "time", clock.time)
        with (
            served(size) as (sandbox, url),
            httpx.Client(base_url=url, trust_env=False, timeout=WAIT_SECONDS) as client,
        ):
            known = client.get("/credentials").json()  # noqa: ASYNC212 - the sandbox is in a thread of its own
            sandbox.desks["partner_center"].emulator.settings.provisioning_seconds = 0
            # Many orders are made here within seconds; rows that move between their pages are another test's matter.
            sandbox.desks["sellercloud"].emulator.settings.unstable_order = False
            one = Bench(sandbox, url, Vendors(SandboxProcess(client, known)), accounts(known), held, clock)
            try:
                await one.fresh()
                yield one
            finally:
                await one.close()
                await one.over()


def accounts(known: Json) -> dict[str, Json]:
    """One account of each vendor, and another at SoftwareOne with a vendor's rights, who may attach files."""
    softwareone = known["softwareone"]
    partner_center = dict(known["partner_center"])
    partner_center["customers"] = partner_center["customers"][:CUSTOMERS]

    def market(actor: str) -> Json:
        token = softwareone["tokens"][actor]
        where = {"base_url": softwareone["base_url"], "token": token, "actor": actor}
        return {"vendor": "softwareone", "requests_per_minute": PLENTY, **where}

    return {
        "contoso": {"vendor": "partner_center", "requests_per_minute": PLENTY, **partner_center},
        "acme": {"vendor": "sellercloud", "calls_per_hour": PLENTY, **known["sellercloud"]},
        "market": market("client"),
        "seller": market("vendor"),
    }


def wait_until(true: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < until, f"it never came to this: {what}"
        time.sleep(0.01)


def check_nothing_leaks(bench: Bench, answer: Json) -> None:
    text = json.dumps(answer)
    for leak in (bench.url.removeprefix("http://"), *SECRET):
        assert leak not in text, leak


def cells(rows: Iterable[object], strikes: Iterable[str], short: Container[tuple[str, str, str]]) -> list[ParameterSet]:
    """A table's cells as (row, strike, whether it strikes for ever); those that are not `short` are slow."""
    return [
        pytest.param(
            row,
            strike,
            FORMS[form],
            id=f"{row}-{strike}-{form}",
            marks=() if (str(row), strike, form) in short else pytest.mark.slow,
        )
        for row, strike, form in itertools.product(rows, strikes, FORMS)
    ]
