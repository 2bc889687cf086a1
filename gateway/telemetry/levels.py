"""Figures that stand at a level: read from what they are of, now and then and before each scrape."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from gateway.accounts import Accounts
from gateway.model.account import Account, AccountHealth, AccountState, CircuitState
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
            self._note_health(adapter.account, adapter.health())

    async def keep(self) -> None:
        """Notes them for ever."""
        while True:
            self.note()
            await asyncio.sleep(SECONDS)

    def _note_health(self, account: Account, health: AccountHealth) -> None:
        metrics, labels = self._metrics, (account.vendor.value, account.name)
        for state in AccountState:
            metrics.account_state.labels(*labels, state.value).set(state is health.state)
        for circuit in health.circuits:
            for one in CircuitState:
                metrics.circuit_state.labels(*labels, circuit.routes, one.value).set(one is circuit.state)
        if health.remaining_calls is not None:
            metrics.calls_left.labels(*labels).set(health.remaining_calls)
