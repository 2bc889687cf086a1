"""A vendor's login at the emulator, a writer over it, and files to attach."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from gateway.model.files import PDF_TYPE
from gateway.model.order import AttachmentKind, Order
from gateway.model.ref import Kind, Ref
from gateway.model.writing import Written
from gateway.store.ledger import SqliteLedger
from gateway.store.spool import Spool, SpooledFile
from gateway.store.sqlite import Database
from gateway.vendors.base import Limits, OrderFilter
from gateway.vendors.commands import AddAttachments, AttachmentFile
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.writes import ADD_ATTACHMENTS, Write
from gateway.writing import Writer
from tests.vendors.softwareone.bench import Bench, bench

PDF = b"%PDF-1.4\n% a test\n%%EOF\n"
SPOOL = Spool(None, 100 * 1024 * 1024, reserve=0)
OPEN: list[SpooledFile] = []  # `attaching` closes them
ROOT = "/commerce/agreements/"


def spooled(name: str = "contract.pdf", content_type: str = PDF_TYPE, content: bytes = PDF) -> SpooledFile:
    room = SPOOL.room()
    room.append(content)
    file = SpooledFile(name, content_type, len(content), hashlib.sha256(content).hexdigest(), None, room)
    OPEN.append(file)
    return file


def sized(size: int) -> SpooledFile:
    """A PDF of that many bytes, none of which is there."""
    return SpooledFile("big.pdf", PDF_TYPE, size, "", None, None)


def entry(file: SpooledFile | None = None, **more: Any) -> AttachmentFile:
    return AttachmentFile(kind=AttachmentKind.FILE, file=file or spooled(), **more)


def key(text: str = "AAAA-1", **more: Any) -> AttachmentFile:
    return AttachmentFile(kind=AttachmentKind.LICENSE_KEY, license_key=text, name="Key", **more)


def close_files() -> None:
    """Ends the requests that the files came with."""
    while OPEN:
        OPEN.pop().close()


@dataclass
class Attaching:
    bench: Bench
    writer: Writer
    ledger: SqliteLedger
    order: Order

    @property
    def agreement(self) -> Ref:
        assert self.order.agreement is not None
        return self.order.agreement.ref

    @property
    def path(self) -> str:
        return f"{ROOT}{self.agreement.parts[0]}/attachments"

    async def run(self, write: Write[Any], command: Any, key: str = "k", fingerprint: str = "f") -> Written:
        return (await self.writer.run("ann", self.bench.adapter, write, command, key, fingerprint)).written

    async def attach(self, *files: AttachmentFile, key: str = "k", parent: Ref | None = None) -> Written:
        command = AddAttachments(parent_id=parent or self.order.ref, files=files)
        return await self.run(ADD_ATTACHMENTS, command, key)

    def there(self) -> list[dict[str, Any]]:
        """What the vendor keeps with the agreement, oldest first."""
        rows = self.bench.emulator.state["attachments"].values()
        return [row for row in rows if row["agreement"]["id"] == self.agreement.parts[0]]

    def sent(self, method: str = "POST") -> int:
        """How many calls that change something have reached the vendor."""
        return sum(call.method == method for call in self.bench.desk.journal)

    async def memo(self, key: str = "k") -> str:
        """What the ledger's file keeps of that write, as text."""
        rows = await self.ledger.database.run(
            lambda c: c.execute("SELECT * FROM writes WHERE key = ?", (key,)).fetchall()
        )
        return repr(rows)


@asynccontextmanager
async def attaching(
    actor: Actor = "vendor", seconds: float = 0.5, limits: Limits | None = None
) -> AsyncIterator[Attaching]:
    """`seconds` is how long a write may search: less than one means once."""
    async with bench(actor, size=0.05, limits=limits) as one:
        step = await one.adapter.orders(OrderFilter(), None, 20, descending=True)
        order = next(order for order in step.rows if order.agreement is not None)
        ledger = SqliteLedger(Database(None), keep_seconds=1000, lease_seconds=5)
        writer = Writer(ledger, seconds=seconds, lease_seconds=5)
        one.desk.journal.clear()
        try:
            yield Attaching(one, writer, ledger, order)
        finally:
            await writer.close()
            close_files()


def attachment(agreement: Ref, number: str) -> Ref:
    return Ref.of(agreement.account, Kind.ATTACHMENT, *agreement.parts, number)
