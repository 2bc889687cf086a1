"""What an operation draws from its client's share, whichever way it ends."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from gateway.edge.operations import Operation, Operations
from gateway.edge.rates import LOOK, Rates
from gateway.errors import GatewayError, InProgress, RateLimited
from gateway.model.principal import ANYBODY
from gateway.schema.build import GatewaySchema
from gateway.schema.estimate import Estimate
from tests.edge.http_desk import Desk, desk

WRONG = [
    "{ unknown }",
    "{",
    "{ ...f } fragment f on Query { ...f }",
    "{ hello" + " hello" * 300 + " }",
    "mutation { note(text: 1) }",
    "subscription { ticks }",
    "query a { hello } query b { hello }",
    "",
]


def level(gateway: Desk) -> float:
    """What is left of the share, by a clock that stands still."""
    return rates(gateway)._bucket(ANYBODY).level


def rates(gateway: Desk) -> Rates:
    operations: Operations = gateway.app.state.operations
    operations._rates._clock = lambda: 0.0
    return operations._rates


@pytest.mark.parametrize("text", WRONG)
async def test_what_cannot_run_costs_the_look_at_it(text: str) -> None:
    async with desk() as gateway:
        before = level(gateway)
        for _ in range(3):  # the second time it is known, and looked at all the same
            await gateway.client.post("/graphql", json={"query": text})
        assert level(gateway) == before - 3 * LOOK
        kept = gateway.app.state.operations.documents._known.values()
        assert not any(one.error and one.error.__traceback__ for one in kept)  # it would grow each time it is raised


async def test_what_runs_costs_no_look() -> None:
    async with desk() as gateway:
        before = level(gateway)
        for query in ("{ hello }", "{ broken }", 'mutation { note(text: "a") }'):
            await gateway.client.post("/graphql", json={"query": query})
        assert level(gateway) == before


async def test_nothing_is_read_for_a_client_that_has_nothing_left() -> None:
    async with desk() as gateway:
        rates(gateway).settle(ANYBODY, 0, 1_000_000)
        response = await gateway.client.post("/graphql", json={"query": "{ hello }"})
        assert response.status_code == 429
        assert gateway.app.state.operations.documents.misses == 0


async def test_a_stream_of_which_nothing_came_gets_back_what_it_drew(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise InProgress("Not now.")

    monkeypatch.setattr(GatewaySchema, "stream", fail)
    monkeypatch.setattr("gateway.edge.operations.estimate", lambda *_: Estimate(7, 0))
    async with desk() as gateway:
        operations: Operations = gateway.app.state.operations
        before = level(gateway)
        with pytest.raises(InProgress):
            async with aclosing(operations.stream(Operation("subscription { ticks }"), ANYBODY)) as answers:
                await anext(answers)
        assert level(gateway) == before


def test_the_debt_of_a_client_is_made_up_for_in_a_minute() -> None:
    now = 0.0
    known = Rates(60, lambda: now)
    for _ in range(100):
        known.settle(ANYBODY, 0, 1_000)
    now = 59.0
    with pytest.raises(RateLimited):
        known.take(ANYBODY, 1)
    now = 61.0
    known.take(ANYBODY, 1)


def test_more_than_a_share_holds_is_let_through_once_it_is_full() -> None:
    now = 0.0
    known = Rates(60, lambda: now)
    known.take(ANYBODY, 100)
    with pytest.raises(GatewayError):
        known.take(ANYBODY, 1)
