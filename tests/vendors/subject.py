"""One account of each kind, alone with its emulator: whom the vendors' contract suite asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.accounts import Accounts
from gateway.app import open_accounts
from gateway.config import load_table
from gateway.loaders import Loaders
from gateway.model.account import Capability
from gateway.model.files import PDF_TYPE, UploadLimits
from gateway.model.order import Order
from gateway.model.writing import Written
from gateway.sandbox.app import Sandbox, create_sandbox
from gateway.store.intake import Intake, Quota
from gateway.store.ledger import SqliteLedger
from gateway.store.spool import Spool, SpooledFile
from gateway.store.sqlite import Database
from gateway.vendors.base import ORDER, Adapter, OrderFilter, Position
from gateway.vendors.registry import REGISTRY
from gateway.vendors.writes import Write
from gateway.writing import Writer

ROOT = "http://127.0.0.1:9000"
SIZE = 0.25
WRITE_SECONDS = 0.5  # less than the shortest pause: nothing here is lost, so nobody has to wait
LEASE_SECONDS = 30.0
ROOMY = UploadLimits(10**9, 100, 10**10)

# Each account of the suite: its vendor, and which of the sandbox's credentials it takes.
ACCOUNTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "pc-both": lambda c: {"vendor": "partner_center", **without(c["partner_center"], "customers")},
    "pc-app": lambda c: {"vendor": "partner_center", **without(c["partner_center"], "customers", "refresh_token")},
    "sellercloud": lambda c: {"vendor": "sellercloud", **c["sellercloud"]},
    **{
        f"swo-{actor}": lambda c, actor=actor: {  # type: ignore[misc]  # a default binds the loop's variable
            "vendor": "softwareone",
            "base_url": c["softwareone"]["base_url"],
            "token": c["softwareone"]["tokens"][actor],
            "actor": actor,
        }
        for actor in ("client", "vendor", "operations")
    },
}


def without(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


@dataclass(slots=True)
class Subject:
    """One account under test. Each write gets a key of its own."""

    adapter: Adapter
    accounts: Accounts
    sandbox: Sandbox
    writer: Writer
    files: list[SpooledFile] = field(default_factory=list)
    written: int = 0

    @property
    def calls(self) -> int:
        return sum(len(desk.journal) for desk in self.sandbox.desks.values())

    @property
    def changes(self) -> int:
        """Calls that were to change something, logins left out."""
        journals = [desk.journal for desk in self.sandbox.desks.values()]
        return sum(c.method != "GET" and not c.path.endswith("/token") for journal in journals for c in journal)

    @property
    def emulator(self) -> Any:
        return self.sandbox.desks[self.adapter.account.vendor.value].emulator

    def can(self, capability: Capability) -> bool:
        return capability in self.adapter.account.capabilities

    def loaders(self) -> Loaders:
        return Loaders(self.accounts)

    async def run(self, write: Write[Any], command: object) -> Written:
        self.written += 1
        key = f"write {self.written}"
        return (await self.writer.run("ann", self.adapter, write, command, key, repr(command))).written

    async def orders(self, wanted: OrderFilter | None = None, descending: bool = True) -> list[Order]:
        """The whole list."""
        rows: list[Order] = []
        place: Position | None = None
        for _ in range(500):
            step = await self.adapter.orders(wanted or OrderFilter(), place, 100, descending)
            rows += step.rows
            assert step.notice is None
            if step.resume is None:
                return rows
            place = step.resume
        raise AssertionError("the list does not end")

    async def order(self, ref: Any) -> Order | None:
        """The order as the vendor has it now."""
        return await self.loaders().load(ORDER, ref)

    async def file(self, name: str = "order.pdf", data: bytes = b"%PDF-1.7 order") -> SpooledFile:
        """A PDF as it comes out of a request."""
        intake = Intake(Spool(None, 10**9, reserve=0), name, PDF_TYPE, [Quota(ROOMY)])
        await intake.write(data)
        self.files.append(await intake.finish())
        return self.files[-1]


@asynccontextmanager
async def subject(
    name: str,
    between: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda transport: transport,
    **settings: Any,
) -> AsyncIterator[Subject]:
    """`between` wraps the way to the vendor; `settings` are more of the account's."""
    sandbox = create_sandbox(size=SIZE)
    credentials = {key: desk.emulator.credentials(ROOT) for key, desk in sandbox.desks.items()}
    document = {
        "public_url": ROOT,
        "allow_private_redirects": True,
        "accounts": {name: ACCOUNTS[name](credentials) | settings},
    }
    config = load_table(document, {}, REGISTRY)
    ledger = SqliteLedger(Database(None), keep_seconds=86_400, lease_seconds=LEASE_SECONDS)
    async with open_accounts(config, between(httpx.ASGITransport(app=sandbox.app))) as accounts:
        writer = Writer(ledger, seconds=WRITE_SECONDS, lease_seconds=LEASE_SECONDS)
        one = Subject(accounts[name], accounts, sandbox, writer)
        try:
            yield one
        finally:
            await writer.close()
            for file in one.files:
                file.close()
