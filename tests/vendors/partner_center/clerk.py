"""Runs an account's writes under records as the gateway does, against the emulator, and kills them where asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from gateway.model.files import UploadLimits
from gateway.model.ref import Kind, Ref
from gateway.model.writing import Written
from gateway.sandbox.control import Fault
from gateway.sandbox.partner_center.records import Order
from gateway.store.intake import Intake, Quota
from gateway.store.ledger import SqliteLedger
from gateway.store.spool import Spool, SpooledFile
from gateway.store.sqlite import Database
from gateway.vendors.writes import Write
from gateway.writing import Primed, Writer
from tests.vendors.partner_center.office import TODAY, Office, office
from tests.whole.harness import route

LEASE = 30.0
ROOMY = UploadLimits(10**9, 100, 10**10)


@dataclass
class Clerk:
    """`seconds` is the ledger's time, which stands until a test moves it."""

    office: Office
    ledger: SqliteLedger
    writer: Writer
    seconds: float = TODAY.timestamp()
    primed: tuple[Primed, ...] = ()
    files: list[SpooledFile] = field(default_factory=list)

    async def run(self, write: Write[Any], command: object, key: str = "k", fingerprint: str = "") -> Written:
        result = await self.writer.run("ann", self.office.adapter, write, command, key, fingerprint or repr(command))
        self.primed = result.primed
        return result.written

    async def killed(self, write: Write[Any], command: object, until: Callable[[], bool], key: str = "k") -> None:
        """Begins the write and ends it where it stands as soon as `until` is true, as if its process were killed."""
        task = asyncio.create_task(self.run(write, command, key))
        await becomes(until)
        for one in [*self.writer._running, task]:
            one.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.seconds += LEASE + 1

    async def file(
        self, data: bytes = b"%PDF-1.7 order", name: str = "order.pdf", content_type: str = "application/pdf"
    ) -> SpooledFile:
        """A file as it comes out of a request."""
        intake = Intake(Spool(None, 10**9, reserve=0), name, content_type, [Quota(ROOMY)])
        await intake.write(data)
        self.files.append(await intake.finish())
        return self.files[-1]

    def fault(self, kind: str, method: str, **more: Any) -> Fault:
        pause = {"retry_after": 0.0} if kind == "throttle" else {}  # over at once: what is tried here is what it did
        return self.office.desk.add(Fault(kind, method=method, **(pause | more)))

    def calls(self) -> Counter[str]:
        """What reached the vendor since `office.forget_calls`, as "METHOD /route"."""
        return Counter(route(call) for call in self.office.calls)

    def order(self, **wanted: Any) -> Order:
        """A seeded order with these attributes, `family` and `status` among them."""
        return next(
            one
            for one in self.office.emulator.world.orders
            if all(getattr(one, name) == value for name, value in wanted.items())
        )

    def ref(self, order: Order) -> Ref:
        return Ref.of(self.office.adapter.account.id, Kind.ORDER, order.customer.id, order.id)


@asynccontextmanager
async def clerk(seconds: float = 5.0, **settings: Any) -> AsyncIterator[Clerk]:
    """`seconds` is how long a write may pause; `settings` are the office's."""
    async with office(**settings) as one:
        ledger = SqliteLedger(Database(None), keep_seconds=86_400, lease_seconds=LEASE, clock=lambda: here.seconds)
        here = Clerk(one, ledger, Writer(ledger, seconds=seconds, lease_seconds=LEASE))
        try:
            yield here
        finally:
            await here.writer.close()
            for file in here.files:
                file.close()


async def becomes(true: Callable[[], bool]) -> None:
    """Waits until it is true; a test that waits for ever ends by its own time limit."""
    while not true():  # noqa: ASYNC110 - what is waited for happens in the emulator, which tells nobody
        await asyncio.sleep(0.005)
