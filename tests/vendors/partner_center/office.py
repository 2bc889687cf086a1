"""A Partner Center account together with the emulator that it talks to, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from gateway.sandbox.control import Call, Desk
from gateway.sandbox.partner_center import PartnerCenter as Emulator
from gateway.secret import Secret
from gateway.vendors.base import Limits, Services
from gateway.vendors.partner_center import PartnerCenter, Settings

TODAY = datetime(2026, 3, 2, tzinfo=UTC)
ROOT = "http://127.0.0.1:9000"


class Safe:
    """A vault in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Secret] = {}

    async def get(self, account: str, name: str) -> Secret | None:
        return self.kept.get((account, name))

    async def put(self, account: str, name: str, secret: Secret) -> None:
        self.kept[account, name] = secret


@dataclass
class Clock:
    """The adapter's time; tests move it."""

    now: datetime = TODAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    adapter: PartnerCenter
    emulator: Emulator
    desk: Desk
    clock: Clock
    safe: Safe = field(default_factory=Safe)

    @property
    def calls(self) -> list[Call]:
        """What came since the last `forget_calls`, logins left out."""
        return [call for call in self.desk.journal if not call.path.endswith("/token")]

    @property
    def logins(self) -> int:
        return sum(call.path.endswith("/token") for call in self.desk.journal)

    def forget_calls(self) -> None:
        self.desk.journal.clear()

    def set(self, **knobs: Any) -> None:
        for name, value in knobs.items():
            setattr(self.emulator.settings, name, value)


@asynccontextmanager
async def office(
    *, noise: bool = False, size: float = 0.25, user: bool = True, **settings: Any
) -> AsyncIterator[Office]:
    """An account "main" (`settings` over the emulator's credentials; without a `user`, app-only) and its emulator."""
    emulator = Emulator(1, size, TODAY, clock=lambda: TODAY.timestamp())
    emulator.settings.noise = noise
    desk = Desk(emulator)
    clock, safe = Clock(), Safe()
    told = emulator.credentials(ROOT)
    told |= {"base_url": ROOT, "authority": ROOT, "client_secret": Secret(told["client_secret"])}
    told |= {"refresh_token": Secret(told["refresh_token"]) if user else None, "customers": tuple(told["customers"])}
    adapter = PartnerCenter(
        "pc-1",
        "main",
        Settings(**{**told, **settings}),
        Limits(timeout_seconds=5.0, max_retries=0),
        Services(httpx.ASGITransport(app=desk), safe, clock),
    )
    try:
        yield Office(adapter, emulator, desk, clock, safe)
    finally:
        await adapter.close()
        await desk.close()
