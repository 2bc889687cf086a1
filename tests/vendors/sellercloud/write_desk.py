"""A Sellercloud account and its emulator under a writer with a ledger, and the commands that the tests write."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from gateway.model.ref import Kind, Ref
from gateway.model.writing import Written
from gateway.sandbox.control import Call, Fault
from gateway.sandbox.sellercloud.records import PurchaseOrder
from gateway.store.ledger import Entry, Held, Place, SqliteLedger
from gateway.store.sqlite import Database
from gateway.vendors.commands import CancelOrder, CreatePurchaseOrder, UpdateOrder
from gateway.vendors.sellercloud.commands import (
    CaseLineDraft,
    LinesDraft,
    OrderChange,
    PurchaseOrderDraft,
    UnitLineDraft,
)
from gateway.vendors.writes import CANCEL_ORDER, CREATE_PURCHASE_ORDER, UPDATE_ORDER, Write
from gateway.writing import Result, Writer
from tests.vendors.sellercloud.tenant import NOW, PATIENCE, Tenant, tenant

ACCOUNT = "sc-1"
LEASE = 30.0
QUICK = (0, 0.01, 0.02, 0.04)  # in place of the seconds between looks


@dataclass
class Clock:
    """The ledger's, beginning at the emulator's time."""

    started: float = field(default_factory=time.monotonic)
    ahead: float = 0.0

    def __call__(self) -> float:
        return NOW.timestamp() + time.monotonic() - self.started + self.ahead


@dataclass
class WriteDesk:
    one: Tenant
    writer: Writer
    ledger: SqliteLedger
    clock: Clock

    @property
    def orders(self) -> dict[int, PurchaseOrder]:
        return self.one.emulator.tenant.orders

    def fault(self, kind: str, method: str, path: str = "PurchaseOrders", **known: Any) -> Fault:
        pause = {"retry_after": 0.0} if kind == "throttle" else {}  # over at once: what is tried here is what it did
        return self.one.desk.add(Fault(kind, method, path, **(pause | known)))

    def calls(self, method: str, path: str = "") -> list[Call]:
        return [call for call in self.one.calls if call.method == method and path in call.path]

    @property
    def changes(self) -> list[str]:
        """The calls that were to change something, as "METHOD /path" below the purchase orders."""
        return [f"{c.method} {c.path.partition('PurchaseOrders')[2]}" for c in self.one.calls if c.method != "GET"]

    async def run(self, write: Write[Any], command: Any, key: str = "k", principal: str = "ann") -> Result:
        return await self.writer.run(principal, self.one.adapter, write, command, key, digest(command))

    async def create(self, draft: PurchaseOrderDraft, key: str = "k") -> Written:
        return (await self.run(CREATE_PURCHASE_ORDER, creating(draft), key)).written

    async def update(self, number: int, change: OrderChange, key: str = "k") -> Written:
        return (await self.run(UPDATE_ORDER, updating(number, change), key)).written

    async def cancel(self, number: int, key: str = "k", **known: Any) -> Written:
        command = CancelOrder(order_id=ref(number), **{"allow_delete": True, **known})
        return (await self.run(CANCEL_ORDER, command, key)).written

    async def died(
        self, write: Write[Any], command: Any, key: str = "k", marker: str | None = None, **memo: Any
    ) -> Held:
        """As if a process had taken the write up, noted this, and died; its lease has run out."""
        entry = Entry(Place("ann", key), ACCOUNT, write.name, digest(command))
        held = await self.ledger.begin(entry)
        assert isinstance(held, Held)
        if marker is not None:
            await self.ledger.rivals(held, marker)
        if memo:
            await self.ledger.note(held, memo)
        self.clock.ahead += LEASE + 1
        return held

    async def post(self, path: str, body: Any, method: str = "POST") -> Any:
        """A call at the emulator, past the gateway and its journal."""
        told = self.one.emulator.credentials("")
        transport = httpx.ASGITransport(app=self.one.emulator.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/rest/api") as client:
            login = {"Username": told["username"], "Password": told["password"]}
            token = (await client.post("/token", json=login)).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.request(method, path, json=body, headers=headers)
            assert answer.status_code == 200, answer.text
            return answer.json() if answer.content else None


@asynccontextmanager
async def write_desk(
    seconds: float = 10.0, timeout_seconds: float = PATIENCE, **settings: Any
) -> AsyncIterator[WriteDesk]:
    """`settings` are `tenant`'s."""
    clock = Clock()
    ledger = SqliteLedger(Database(None), keep_seconds=3_600, lease_seconds=LEASE, clock=clock)
    writer = Writer(ledger, seconds=seconds, lease_seconds=LEASE)
    async with tenant(timeout_seconds=timeout_seconds, **settings) as one:
        try:
            yield WriteDesk(one, writer, ledger, clock)
        finally:
            await writer.close()


def digest(command: object) -> str:
    return hashlib.sha256(repr(command).encode()).hexdigest()


def ref(number: int) -> Ref:
    return Ref.of(ACCOUNT, Kind.ORDER, str(number))


def line_ref(number: int, line: int | str) -> Ref:
    return Ref.of(ACCOUNT, Kind.LINE, str(number), str(line))


def creating(draft: PurchaseOrderDraft) -> CreatePurchaseOrder:
    return CreatePurchaseOrder(vendor=draft, chosen="sellercloud")


def updating(number: int, change: OrderChange) -> UpdateOrder:
    return UpdateOrder(order_id=ref(number), vendor=change, chosen="sellercloud")


def unit(sku: str = "MUG-11OZ", quantity: int = 48, price: str = "3.25", **more: Any) -> UnitLineDraft:
    return UnitLineDraft(product_id=sku, qty_units_ordered=quantity, unit_price=Decimal(price), **more)


def case(sku: str = "MUG-11OZ", cases: int = 10, per_case: int = 24, price: str = "70", **more: Any) -> CaseLineDraft:
    known: dict[str, Any] = {"qty_cases_ordered": cases, "qty_units_per_case": per_case, "case_price": Decimal(price)}
    return CaseLineDraft(product_id=sku, **known, **more)


def units(*lines: UnitLineDraft) -> LinesDraft:
    return LinesDraft(units=lines or (unit(),))


def cases(*lines: CaseLineDraft) -> LinesDraft:
    return LinesDraft(cases=lines or (case(),))


def draft(**changes: Any) -> PurchaseOrderDraft:
    known: dict[str, Any] = {
        "company_id": 163,
        "vendor_id": 812,
        "description": "Spring restock",
        "default_warehouse_id": 7,
        "lines": units(),
    }
    return PurchaseOrderDraft(**(known | changes))
