"""A vendor made of dictionaries, for tests of what lies above the adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from gateway.accounts import Accounts
from gateway.errors import GatewayError, NotFound
from gateway.loaders import Loaders
from gateway.model.account import Account, AccountHealth, AccountState, Capability
from gateway.model.agreement import Agreement
from gateway.model.files import UploadLimits
from gateway.model.order import Attachment, Order
from gateway.model.principal import ANYBODY, Principal
from gateway.model.ref import Kind, Ref
from gateway.model.values import Vendor
from gateway.model.writing import OrderAction, OrderActionKind
from gateway.schema.context import Context
from gateway.upstream.tally import Tally
from gateway.vendors.base import (
    AgreementFilter,
    Check,
    Download,
    OrderFilter,
    Pickers,
    Position,
    Reads,
    Step,
)
from gateway.vendors.writes import Writes
from gateway.writing import Writer

EVERYTHING = frozenset(Capability)


@dataclass
class FakeAdapter:
    """Batches are recorded in `batches`; `things` are what reads find; `trouble` is raised instead.

    `content_trouble` ends a download before its last bytes; `downloads` counts those that are open.
    """

    account: Account
    id_parts: Mapping[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 1) | {Kind.ACCOUNT: 0})
    upload_limits: UploadLimits | None = None
    reads: Reads = field(default_factory=Reads)
    writes: Writes = field(default_factory=Writes)
    pickers: Pickers = field(default_factory=Pickers)
    things: dict[Ref, object] = field(default_factory=dict)
    batches: list[list[Ref]] = field(default_factory=list)
    trouble: GatewayError | None = None
    content: bytes = b""
    content_trouble: GatewayError | None = None
    downloads: int = 0

    @classmethod
    def named(cls, name: str, capabilities: frozenset[Capability] = EVERYTHING) -> FakeAdapter:
        return cls(Account(name, name, Vendor.SELLERCLOUD, capabilities))

    async def batch(self, refs: Sequence[Ref]) -> dict[Ref, object]:
        self.batches.append(list(refs))
        if self.trouble is not None:
            raise self.trouble
        return {ref: self.things[ref] for ref in refs if ref in self.things}

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        return Step(rows=(), resume=None)

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        return 0

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        return Step(rows=(), resume=None)

    async def count_agreements(self, wanted: AgreementFilter) -> int | None:
        return 0

    def customer_of(self, thing: object) -> str | None:
        return None

    @asynccontextmanager
    async def download(self, attachment: Attachment) -> AsyncIterator[Download]:
        if self.trouble is not None:
            raise self.trouble
        if attachment.ref not in self.things:
            raise NotFound("gone")

        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(self.content), 7):
                yield self.content[start : start + 7]
                if self.content_trouble is not None:
                    raise self.content_trouble

        self.downloads += 1
        try:
            yield Download(chunks(), attachment.content_type, len(self.content))
        finally:
            self.downloads -= 1

    def actions(self, order: Order) -> list[OrderAction]:
        return [OrderAction(kind, possible=False) for kind in OrderActionKind]

    def health(self) -> AccountHealth:
        return AccountHealth(AccountState.UNKNOWN)

    async def check(self) -> list[Check]:
        return [Check("login", ok=True)]

    async def close(self) -> None:
        self.batches.append([])


class NoWriter(Writer):
    """For queries, which write nothing."""

    def __init__(self) -> None:
        pass


class Links:
    """Links that say which attachment they are for."""

    def link(self, attachment: Attachment, principal: Principal) -> str | None:
        return f"http://127.0.0.1/files/{attachment.number}"


def context_over(accounts: Accounts, principal: Principal = ANYBODY) -> Context:
    """What resolvers of one read share, over these accounts."""
    return Context(accounts, Loaders(accounts), Links(), NoWriter(), principal, Tally())
