"""An account at the emulator with a ledger of writes: commands go in, outcomes come out, calls are counted."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.model.ref import Kind, Ref
from gateway.model.writing import Written
from gateway.store.ledger import SqliteLedger
from gateway.store.sqlite import Database
from gateway.vendors.base import Limits
from gateway.vendors.commands import CancelOrder, CreatePurchaseOrder, SubmitOrder, UpdateOrder
from gateway.vendors.softwareone.commands import (
    NewLineDraft,
    OrderChange,
    OrderDraft,
    ParameterDraft,
    Placement,
    PurchaseDraft,
)
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.writes import (
    CANCEL_ORDER,
    CREATE_PURCHASE_ORDER,
    SUBMIT_ORDER,
    UPDATE_ORDER,
    C,
    Write,
)
from gateway.writing import Result, Writer
from tests.vendors.softwareone.bench import Bench, adapter_on, bench

VALUES = {
    "companyName": "Brightwater",
    "tenantDomain": "brightwater",
    "adminEmail": "it@brightwater.example",
    "region": "eu-west",
}


@dataclass
class Desk:
    """`writer` gives up waiting at once, so that nothing is tried a second time unless a test says so."""

    bench: Bench
    ledger: SqliteLedger
    writer: Writer
    keys: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def run(self, write: Write[C], command: C, key: str | None = None) -> Result:
        known = key or f"key {next(self.keys)}"
        return await self.writer.run("ann", self.bench.adapter, write, command, known, repr(command))

    async def create(self, draft: Any, key: str | None = None) -> Written:
        command = CreatePurchaseOrder(vendor=OrderDraft(**draft), chosen="softwareone")
        return (await self.run(CREATE_PURCHASE_ORDER, command, key)).written

    async def purchase(self, key: str | None = None, **changes: Any) -> Written:
        return await self.create({"purchase": self.draft(**changes)}, key)

    async def update(self, ref: Ref, key: str | None = None, **changes: Any) -> Written:
        command = UpdateOrder(order_id=ref, vendor=OrderChange(**changes), chosen="softwareone")
        return (await self.run(UPDATE_ORDER, command, key)).written

    async def submit(self, ref: Ref, key: str | None = None) -> Written:
        return (await self.run(SUBMIT_ORDER, SubmitOrder(order_id=ref), key)).written

    async def cancel(self, ref: Ref, key: str | None = None, **more: Any) -> Written:
        return (await self.run(CANCEL_ORDER, CancelOrder(order_id=ref, **more), key)).written

    def draft(self, **changes: Any) -> PurchaseDraft:
        """A purchase that is good to be placed."""
        product = self.thing("products", name="Lumera Cloud Suite")
        seat = next(item for item in self.items(product["id"]) if item["terms"]["period"] == "1m")
        client = next(caller for caller in self.bench.emulator.callers.values() if caller.actor == "client")
        licensees = [
            one
            for one in self.table("licensees")
            if one["account"]["id"] == client.account and one["status"] == "Active"
        ]
        known: dict[str, Any] = {
            "licensee_id": licensees[0]["id"],
            "product_id": product["id"],
            "lines": (NewLineDraft(item_id=seat["id"], quantity=12),),
            "ordering_parameters": parameters(**VALUES),
        }
        return PurchaseDraft(**(known | changes))

    def table(self, name: str) -> list[dict[str, Any]]:
        return list(self.bench.emulator.state[name].values())

    def thing(self, table: str, **wanted: Any) -> dict[str, Any]:
        return next(row for row in self.table(table) if all(row.get(name) == value for name, value in wanted.items()))

    def items(self, product: str) -> list[dict[str, Any]]:
        return sorted(
            (item for item in self.table("items") if item["product"]["id"] == product), key=lambda item: item["name"]
        )

    def order(self, ref: Ref) -> dict[str, Any]:
        """The order as the vendor has it."""
        return self.bench.emulator.state["orders"][ref.parts[0]]

    def count(self) -> int:
        return len(self.bench.emulator.state["orders"])

    def calls(self) -> Counter[str]:
        """Method and last word of each call since this was last asked; ids are left out."""
        new = list(self.bench.desk.journal)[self.bench.seen :]
        self.bench.seen += len(new)
        words = (call.path.rstrip("/").rpartition("/")[2] for call in new)
        return Counter(
            f"{call.method} {'order' if word.startswith('ORD-') else word}"
            for call, word in zip(new, words, strict=True)
        )


def parameters(**values: Any) -> tuple[ParameterDraft, ...]:
    return tuple(ParameterDraft(external_id=name, value=value) for name, value in values.items())


def made(written: Written) -> Ref:
    """The order of an outcome that has one."""
    (ref,) = written.outcome.refs["order"]
    assert ref.kind is Kind.ORDER
    return ref


@asynccontextmanager
async def desk(actor: Actor = "client", *, seconds: float = 0.0, limits: Limits | None = None) -> AsyncIterator[Desk]:
    async with bench(actor, size=0.1, limits=limits) as one:
        ledger = SqliteLedger(Database(None), keep_seconds=1_000, lease_seconds=30)
        writer = Writer(ledger, seconds=seconds, lease_seconds=30)
        try:
            yield Desk(one, ledger, writer)
        finally:
            await writer.close()


async def placed_by_client(one: Desk, **changes: Any) -> Ref:
    """An order that the client placed, whoever's desk this is; calls made for it are not counted."""
    token = one.bench.emulator.credentials("http://sandbox")["tokens"]["client"]
    client = Desk(one.bench, one.ledger, one.writer)
    own, one.bench.adapter = one.bench.adapter, adapter_on(httpx.ASGITransport(app=one.bench.desk), token)
    try:
        ref = made(await client.purchase(key=f"placing {one.count()}", placement=Placement.PROCESSING, **changes))
    finally:
        await one.bench.adapter.close()
        one.bench.adapter = own
    one.calls()
    return ref
