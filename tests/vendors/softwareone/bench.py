"""An account at the emulator, in this process, and the calls that reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx

from gateway.sandbox.control import Desk, Fault
from gateway.sandbox.softwareone import SoftwareOne as Emulator
from gateway.secret import Secret
from gateway.vendors.base import K, Limits, Read, Services, T
from gateway.vendors.softwareone import ENTRY
from gateway.vendors.softwareone.adapter import SoftwareOne
from gateway.vendors.softwareone.settings import Actor, Settings

TODAY = datetime(2026, 9, 1, tzinfo=UTC)


class NoVault:
    async def get(self, account: str, name: str) -> Secret | None:
        raise AssertionError("this vendor's token is never rotated")

    async def put(self, account: str, name: str, secret: Secret) -> None:
        raise AssertionError("this vendor's token is never rotated")


@dataclass
class Bench:
    adapter: SoftwareOne
    desk: Desk
    token: str
    seen: int = field(default=0)

    @property
    def emulator(self) -> Emulator:
        return cast("Emulator", self.desk.emulator)

    def calls(self) -> list[str]:
        """Paths called since this was last asked, without the common front."""
        paths = [call.path.removeprefix("/public/v1") for call in self.desk.journal]
        new, self.seen = paths[self.seen :], len(paths)
        return new

    def queries(self) -> list[str]:
        queries = [call.query for call in self.desk.journal]
        new, self.seen = queries[self.seen :], len(queries)
        return new

    def fault(self, kind: str, **more: Any) -> None:
        self.desk.add(Fault(kind, **more))

    async def read(self, read: Read[K, T], *keys: K) -> dict[K, Any]:
        batch = self.adapter.reads.get(read)
        assert batch is not None
        return dict(await batch(keys))


def adapter_on(
    transport: httpx.AsyncBaseTransport,
    token: str = "idt:TKN-1:secret",
    actor: Actor = "client",
    limits: Limits | None = None,
    allow_private_redirects: bool = True,
) -> SoftwareOne:
    """An adapter whose vendor is that transport."""
    settings = Settings(Secret(token), actor, base_url="http://sandbox/public")
    services = Services(transport, NoVault(), lambda: TODAY, allow_private_redirects)
    return cast("SoftwareOne", ENTRY.create("swo", "Marketplace", settings, limits or Limits(max_retries=0), services))


@asynccontextmanager
async def bench(
    actor: Actor = "client", *, size: float = 0.2, token: str | None = None, limits: Limits | None = None
) -> AsyncIterator[Bench]:
    emulator = Emulator(1, size, TODAY)
    desk = Desk(emulator)
    good = emulator.credentials("http://sandbox")["tokens"][actor]
    adapter = adapter_on(httpx.ASGITransport(app=desk), token or good, actor, limits)
    try:
        yield Bench(adapter, desk, token or good)
    finally:
        await adapter.close()
        await desk.close()


@asynccontextmanager
async def scripted(answer: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[SoftwareOne]:
    """An account whose vendor answers by that function; bodies come as streams, as they do from a network."""

    def streamed(request: httpx.Request) -> httpx.Response:
        whole = answer(request)
        return httpx.Response(whole.status_code, headers=whole.headers, stream=httpx.ByteStream(whole.content))

    adapter = adapter_on(httpx.MockTransport(streamed))
    try:
        yield adapter
    finally:
        await adapter.close()
