"""Figures that stand at a level: read from what they are of, now and then and before each scrape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from gateway.accounts import Accounts
from gateway.model.account import AccountState
from gateway.telemetry.metrics import Metrics

SECONDS: Final = 5.0  # another worker may be the one that is asked


class Levels:
    """`sources` tell the level of a gauge, by its name in Metrics."""

    def __init__(self, metrics: Metrics, accounts: Accounts, sources: Mapping[str, Callable[[], float]]) -> None:
        self._metrics = metrics
        self._accounts = accounts
        self._sources = {getattr(metrics, name): source for name, source in sources.items()}

    def note(self) -> None:
        for gauge, source in self._sources.items():
            gauge.set(source())
        for adapter in self._accounts:
            account, now = adapter.account, adapter.health().state
            for state in AccountState:
                self._metrics.account_state.labels(account.vendor.value, account.name, state.value).set(state is now)

    async def keep(self) -> None:
        """Notes them for ever."""
        while True:
            self.note()
            await asyncio.sleep(SECONDS)
