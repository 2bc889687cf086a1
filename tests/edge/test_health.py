"""Health: a process that lives, one that should be sent requests, and one that is about to go."""

from __future__ import annotations

import asyncio
import signal
from types import FrameType

import pytest

from gateway.edge.health import Readiness
from gateway.store.sqlite import StoreError
from tests.edge.http_desk import desk


async def usable() -> None:
    return None


async def broken() -> None:
    raise StoreError("the database failed")


async def test_a_gateway_that_serves_is_live_and_ready() -> None:
    async with desk() as here:
        for path in ("/health/live", "/health/ready"):
            answer = await here.client.get(path)
            assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_a_store_that_is_gone_makes_it_unready_and_not_dead() -> None:
    async with desk() as here:
        here.app.state.readiness = Readiness(broken, 0)
        answer = await here.client.get("/health/ready")
        assert (answer.status_code, answer.text) == (503, "store\n")
        assert (await here.client.get("/health/live")).status_code == 200


async def test_a_store_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.edge.health.CHECK_SECONDS", 0.01)
    assert await Readiness(asyncio.Event().wait, 0).trouble() == "store"
    assert await Readiness(broken, 0).trouble() == "store"
    assert await Readiness(usable, 0).trouble() is None


async def test_sigterm_drains_first_and_stops_then_and_a_second_one_stops_at_once() -> None:
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        readiness = Readiness(usable, 30)
        with readiness.watching():
            signal.raise_signal(signal.SIGTERM)
            assert await readiness.trouble() == "draining"
            assert stopped == []
            signal.raise_signal(signal.SIGTERM)
            assert stopped == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is stop
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_it_stops_by_itself_when_it_has_drained() -> None:
    stopped = asyncio.Event()
    before = signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    try:
        with Readiness(usable, 0.01).watching():
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(stopped.wait(), 10)
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_a_process_that_nobody_serves_from_keeps_its_signals() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with Readiness(usable, 5).watching():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
