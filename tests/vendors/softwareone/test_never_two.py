"""Whatever goes wrong, in whatever order: a key makes at most one order, and no two keys are told of the same one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.model.writing import WriteState, Written
from tests.vendors.softwareone.writing_desk import Desk, desk, made

KEYS = "abc"
POSTS = st.sampled_from(["", "lost", "drop", "truncate", "error", "html", "throttle", "delayed_commit"])
READS = st.sampled_from(["", "error", "drop", "throttle"])
steps = st.lists(st.tuples(st.sampled_from(KEYS), POSTS, READS, st.integers(0, 1)), min_size=1, max_size=6)


async def attempted(one: Desk, key: str, reference: str | None) -> Written | None:
    """None where the write ended with an error that frees its key."""
    try:
        return await one.purchase(key=key, external_id=reference)
    except GatewayError:
        return None


async def story(told: Sequence[tuple[str, str, str, int]], reference: str | None) -> None:
    async with desk() as one:
        before = one.count()
        sent = 0
        for key, post, read, skip in told:
            if post:
                one.bench.fault(post, method="POST", path="/commerce/orders$", status=503, seconds=0.01)
            if read:
                one.bench.fault(read, method="GET", path="/commerce/orders$", status=500, skip=skip)
            await attempted(one, key, reference)
            sent += surely_or_perhaps(one)
            one.bench.desk.clear()
        await asyncio.gather(*one.bench.desk.later)
        keys = sorted({key for key, *_ in told})
        ends = [await attempted(one, key, reference) for key in (*keys, *keys)][len(keys) :]
        sent += surely_or_perhaps(one)
        assert sent <= len(keys)
        done = [made(end) for end in ends if end is not None and end.state is WriteState.DONE]
        assert len(set(done)) == len(done) <= one.count() - before <= len(keys)
        for end in ends:
            assert end is not None
            assert end.state in (WriteState.DONE, WriteState.UNKNOWN)
            assert not set(end.outcome.candidates) & set(done)


def surely_or_perhaps(one: Desk) -> int:
    """How many calls that may have made an order were sent since this was last asked: all but those told to wait."""
    journal: list[Any] = list(one.bench.desk.journal)[one.bench.seen :]
    one.bench.seen += len(journal)
    return sum(call.method == "POST" and call.fault != "throttle" for call in journal)


@given(steps)
@pytest.mark.slow
def test_orders_under_one_customer_number(told: list[tuple[str, str, str, int]]) -> None:
    asyncio.run(story(told, "PO-1"))


@pytest.mark.slow
@given(steps)
def test_orders_without_a_number(told: list[tuple[str, str, str, int]]) -> None:
    asyncio.run(story(told, None))
