"""Writes at most once per key: what is kept, what is told again, and what a run does after another one died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import (
    DeadlineExceeded,
    GatewayError,
    InProgress,
    NotFound,
    StoreUnavailable,
    Throttled,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)
from gateway.model.account import Capability
from gateway.model.ref import Kind, Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode, WriteState, Written
from gateway.store.ledger import SqliteLedger
from gateway.store.sqlite import Database
from gateway.upstream.errand import ERRAND, Errand, on
from gateway.vendors.base import ORDER
from gateway.vendors.commands import SubmitOrder
from gateway.vendors.writes import SUBMIT_ORDER, Attempt
from gateway.writing import Writer
from tests.fakes import FakeAdapter

ORDER_REF = Ref.of("acme", Kind.ORDER, "1")
COMMAND = SubmitOrder(order_id=ORDER_REF)
LEASE = 0.5
Step = Callable[[Attempt], Awaitable[Outcome]]


@dataclass
class Desk:
    """A writer over a fake vendor whose handler does what `steps` say, one for each run."""

    writer: Writer
    adapter: FakeAdapter
    ledger: SqliteLedger
    steps: list[Step] = field(default_factory=list)
    memos: list[Any] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)

    async def handle(self, command: SubmitOrder, attempt: Attempt) -> Outcome:
        assert command == COMMAND
        self.memos.append(attempt.memo)
        self.ids.append(attempt.id)
        return await self.steps[len(self.memos) - 1](attempt)

    async def run(self, key: str | None = "k", fingerprint: str = "f", principal: str = "ann") -> Written:
        result = await self.writer.run(principal, self.adapter, SUBMIT_ORDER, COMMAND, key, fingerprint)
        return result.written


@asynccontextmanager
async def desk(*steps: Step, seconds: float = 0.5, directory: Path | None = None) -> AsyncIterator[Desk]:
    ledger = SqliteLedger(Database(directory), keep_seconds=100, lease_seconds=LEASE)
    writer = Writer(ledger, seconds=seconds, lease_seconds=LEASE)
    adapter = FakeAdapter.named("acme")
    known = Desk(writer, adapter, ledger, list(steps))
    adapter.writes.add(SUBMIT_ORDER, known.handle)
    try:
        yield known
    finally:
        await writer.close()


def done(attempt: Attempt | None = None) -> Outcome:
    return Outcome.done(order=ORDER_REF)


async def succeeds(attempt: Attempt) -> Outcome:
    await attempt.note(step="send")
    return done()


def fails(error: GatewayError, *, noted: int = 1, sent: bool = True) -> Step:
    async def step(attempt: Attempt) -> Outcome:
        for number in range(noted):
            await attempt.note(step=number)
        error.sent, error.of_write = sent, noted > 0
        raise error

    return step


async def test_a_write_is_done_once_and_told_again() -> None:
    async with desk(succeeds) as one:
        first, second = await one.run(), await one.run()
        assert first == Written(done(), "k")
        assert second == Written(done(), "k", replayed=True)
        assert len(one.memos) == 1


async def test_without_a_key_one_is_made_up_that_a_repeat_may_use() -> None:
    async with desk(succeeds, succeeds) as one:
        first = await one.run(key=None)
        assert (await one.run(key=first.idempotency_key)).replayed
        other = await one.run(key=None)
        assert other.idempotency_key != first.idempotency_key
        assert len(one.memos) == 2


async def test_a_key_with_another_input_is_a_conflict_and_nothing_runs() -> None:
    async with desk(succeeds) as one:
        await one.run()
        answer = await one.run(fingerprint="g")
        assert [error.code for error in answer.user_errors] == [UserErrorCode.IDEMPOTENCY_CONFLICT]
        assert answer.user_errors[0].field == ("idempotencyKey",)
        assert answer.state is WriteState.REFUSED
        assert len(one.memos) == 1


async def test_the_same_key_of_another_caller_is_another_write() -> None:
    async with desk(succeeds, succeeds) as one:
        await one.run()
        assert not (await one.run(principal="bob", fingerprint="g")).replayed
        assert len(one.memos) == 2


async def test_an_account_that_cannot_is_refused_before_anything_runs() -> None:
    async with desk(succeeds) as one:
        one.adapter = FakeAdapter.named("acme", frozenset({Capability.READ_ORDERS}))
        one.adapter.writes.add(SUBMIT_ORDER, one.handle)
        answer = await one.run()
        assert [error.code for error in answer.user_errors] == [UserErrorCode.UNSUPPORTED]
        assert one.memos == []


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (VendorUnavailable("down"), False),
        (DeadlineExceeded("slow"), False),
        (Throttled("slower"), True),
        (VendorDenied("no"), True),
    ],
    ids=["unreachable", "too slow to connect", "throttled", "denied"],
)
async def test_what_surely_did_nothing_frees_the_key(error: GatewayError, sent: bool) -> None:
    async with desk(fails(error, sent=sent), succeeds) as one:
        with pytest.raises(type(error)) as caught:
            await one.run()
        assert caught.value.account == "acme"
        assert await one.run(fingerprint="mended") == Written(done(), "k")
        assert one.memos == [None, None]
        assert one.ids[0] != one.ids[1]


@pytest.mark.parametrize("error", [VendorUnavailable("broke off"), DeadlineExceeded("too late")])
async def test_a_lost_answer_is_unknown_and_the_next_run_looks_for_it(error: GatewayError) -> None:
    async def finds(attempt: Attempt) -> Outcome:
        assert await attempt.claim(ORDER_REF)
        return done()

    async with desk(fails(error), finds) as one:
        lost = await one.run()
        assert lost.state is WriteState.UNKNOWN
        assert lost.user_errors == ()
        found = await one.run()
        assert found == Written(done(), "k", replayed=True)
        assert one.memos == [None, {"step": 0}]
        assert one.ids[0] == one.ids[1]
        assert (await one.run()).replayed
        assert len(one.memos) == 2


async def test_a_search_that_fails_leaves_unknown_as_it_was() -> None:
    async def unsettled(attempt: Attempt) -> Outcome:
        return Outcome.unknown("the list of orders", (ORDER_REF,))

    async with desk(fails(VendorUnavailable("broke off")), unsettled, fails(VendorRefused("no"), noted=0)) as one:
        assert (await one.run()).searched is None
        assert (await one.run()).searched == "the list of orders"
        third = await one.run()
        assert (third.state, third.searched, third.outcome.candidates) == (
            WriteState.UNKNOWN,
            "the list of orders",
            (ORDER_REF,),
        )


async def test_a_call_made_again_after_a_new_login_is_one_call() -> None:
    async def denied(attempt: Attempt) -> Outcome:
        sending = attempt.sending(step="send")
        await sending()
        await sending()
        error = VendorDenied("no")
        error.of_write = True
        raise error

    async with desk(denied, succeeds) as one:
        with pytest.raises(VendorDenied):
            await one.run()
        assert (await one.run()).state is WriteState.DONE
        assert one.memos == [None, None]


async def test_a_refusal_after_sending_is_kept_and_told_again() -> None:
    error = VendorRefused("The vendor refused the request.", vendor_code="42")
    error.told = "Too many seats."
    async with desk(fails(error)) as one:
        first, second = await one.run(), await one.run()
        assert first.user_errors == (UserError(UserErrorCode.VENDOR_REFUSED, "Too many seats.", None, "42"),)
        assert second == Written(first.outcome, "k", replayed=True)


async def test_a_refusal_before_sending_frees_the_key_for_the_mended_input() -> None:
    mistake = UserError(UserErrorCode.REQUIRED, "It is missing.", ("orderId",))

    async def refuses(attempt: Attempt) -> Outcome:
        return Outcome.refused(mistake)

    async with desk(refuses, fails(NotFound("gone"), noted=0), succeeds) as one:
        assert (await one.run()).user_errors == (mistake,)
        assert [error.code for error in (await one.run(fingerprint="g")).user_errors] == [UserErrorCode.NOT_FOUND]
        assert (await one.run(fingerprint="h")).state is WriteState.DONE


async def test_a_no_to_a_later_step_never_undoes_an_earlier_one() -> None:
    async with desk(fails(Throttled("slower"), noted=2), succeeds) as one:
        assert (await one.run()).state is WriteState.UNKNOWN
        await one.run()
        assert one.memos == [None, {"step": 1}]


async def test_a_no_to_a_question_asked_after_sending_does_not_free_the_key() -> None:
    async def searches(attempt: Attempt) -> Outcome:
        await attempt.note(step="send")
        raise Throttled("slower")

    async with desk(searches, succeeds) as one:
        assert (await one.run()).state is WriteState.UNKNOWN
        await one.run()
        assert one.memos == [None, {"step": "send"}]


async def test_a_store_that_fails_after_sending_does_not_free_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(ledger: SqliteLedger, held: object, memo: object) -> None:
        raise StoreUnavailable("no room")

    async def sends(attempt: Attempt) -> Outcome:
        await attempt.note(step="send")
        with monkeypatch.context() as broken:
            broken.setattr(SqliteLedger, "note", failing)
            await attempt.note(step="created")
        raise AssertionError

    async with desk(sends, succeeds) as one:
        assert (await one.run()).state is WriteState.UNKNOWN
        await one.run()
        assert one.memos == [None, {"step": "send"}]


async def test_a_bug_after_sending_keeps_the_record() -> None:
    async def breaks(attempt: Attempt) -> Outcome:
        await attempt.note(step="send")
        raise ZeroDivisionError

    async with desk(breaks, succeeds) as one:
        with pytest.raises(ZeroDivisionError):
            await one.run()
        await one.run()
        assert one.memos == [None, {"step": "send"}]


async def test_a_bug_before_sending_frees_the_key() -> None:
    async def breaks(attempt: Attempt) -> Outcome:
        raise ZeroDivisionError

    async with desk(breaks, succeeds) as one:
        with pytest.raises(ZeroDivisionError):
            await one.run()
        await one.run(fingerprint="g")
        assert one.memos == [None, None]


async def test_a_repeat_waits_for_the_run_under_way_and_gets_its_outcome() -> None:
    going = asyncio.Event()

    async def slowly(attempt: Attempt) -> Outcome:
        await attempt.note(step="send")
        await going.wait()
        return done()

    async with desk(slowly, seconds=5) as one:
        runs = [asyncio.create_task(one.run()) for _ in range(20)]
        await asyncio.sleep(0.2)
        going.set()
        answers = await asyncio.gather(*runs)
        assert {answer.outcome.state for answer in answers} == {WriteState.DONE}
        assert sum(not answer.replayed for answer in answers) == 1
        assert len(one.memos) == 1


async def test_a_repeat_that_waits_too_long_is_told_that_it_is_in_progress() -> None:
    going = asyncio.Event()

    async def slowly(attempt: Attempt) -> Outcome:
        await going.wait()
        return done()

    async with desk(slowly, seconds=0.1) as one:
        first = asyncio.create_task(one.run())
        await asyncio.sleep(0.05)
        with pytest.raises(InProgress) as caught:
            await one.run()
        assert caught.value.extensions["code"] == "IN_PROGRESS"
        going.set()
        assert (await first).state is WriteState.DONE


async def test_a_run_longer_than_its_lease_is_not_taken_over() -> None:
    async def slowly(attempt: Attempt) -> Outcome:
        await attempt.note(step="send")
        await asyncio.sleep(LEASE * 2.5)
        await attempt.note(step="more")
        return done()

    async with desk(slowly, seconds=5) as one:
        answers = await asyncio.gather(one.run(), one.run())
        assert {answer.state for answer in answers} == {WriteState.DONE}
        assert len(one.memos) == 1


async def test_a_run_that_slept_past_its_lease_leaves_the_answer_to_the_one_that_took_over() -> None:
    async with desk() as one:

        async def sleeps(attempt: Attempt) -> Outcome:
            await attempt.note(step="send")
            await one.ledger.database.run(lambda c: c.execute("UPDATE writes SET lease = 0"))  # as if it had
            assert (await one.run()).state is WriteState.DONE
            await attempt.note(step="created")
            raise AssertionError

        async def finds(attempt: Attempt) -> Outcome:
            assert attempt.memo == {"step": "send"}
            return done()

        one.steps += [sleeps, finds]
        with pytest.raises(InProgress):
            await one.run()
        assert await one.run() == Written(done(), "k", replayed=True)
        assert len(one.memos) == 2


@pytest.mark.parametrize("noted", [False, True])
async def test_what_such_a_run_then_finds_wrong_is_not_told_for_the_other_may_have_brought_it_about(
    noted: bool,
) -> None:
    async with desk() as one:

        async def sleeps(attempt: Attempt) -> Outcome:
            if noted:
                await attempt.note(step="send")
            await one.ledger.database.run(lambda c: c.execute("UPDATE writes SET lease = 0"))
            assert (await one.run()).state is WriteState.DONE
            return Outcome.refused(UserError(UserErrorCode.STALE, "It has been done already.", ("orderId",)))

        one.steps += [sleeps, succeeds]
        with pytest.raises(InProgress):
            await one.run()
        assert (await one.run()).state is WriteState.DONE
        assert len(one.memos) == 2


async def test_a_write_goes_on_when_its_client_goes_away() -> None:
    going = asyncio.Event()

    async def slowly(attempt: Attempt) -> Outcome:
        await attempt.note(step="send")
        await going.wait()
        return done()

    async with desk(slowly, seconds=5) as one:
        gone = asyncio.create_task(one.run())
        await asyncio.sleep(0.1)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        going.set()
        assert await one.run() == Written(done(), "k", replayed=True)


async def test_stopping_waits_for_what_is_under_way(tmp_path: Path) -> None:
    async def slowly(attempt: Attempt) -> Outcome:
        await attempt.note(step="send")
        await asyncio.sleep(0.2)
        return done()

    async with desk(slowly, directory=tmp_path) as one:
        run = asyncio.create_task(one.run())
        await asyncio.sleep(0.1)
    assert (await run).state is WriteState.DONE
    async with desk(directory=tmp_path) as again:
        assert (await again.run()).replayed


async def test_an_outcome_that_cannot_be_kept_is_still_told(caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as one:

        async def breaks_the_store(attempt: Attempt) -> Outcome:
            await attempt.note(step="send")
            await one.ledger.database.run(lambda c: c.execute("DROP TABLE writes"))
            return done()

        one.steps.append(breaks_the_store)
        assert (await one.run(key="for Ada Lovelace")).state is WriteState.DONE
        assert "could not be kept" in caplog.text
        assert "Ada" not in caplog.text  # what a caller takes for a key is the caller's own
        with pytest.raises(StoreUnavailable):
            await one.run()
        assert len(one.memos) == 1


async def test_a_pause_ends_with_the_write_s_time() -> None:
    async def pauses(attempt: Attempt) -> Outcome:
        assert await attempt.pause(0.01)
        assert not await attempt.pause(60)
        return done()

    async with desk(pauses) as one:
        assert (await one.run()).state is WriteState.DONE


async def test_what_the_vendor_answered_is_primed_for_the_one_who_asked() -> None:
    async def primes(attempt: Attempt) -> Outcome:
        attempt.prime(ORDER, ORDER_REF, "the order")
        return done()

    async with desk(primes) as one:
        result = await one.writer.run("ann", one.adapter, SUBMIT_ORDER, COMMAND, "k", "f")
        assert [(primed.read, primed.key, primed.value) for primed in result.primed] == [
            (ORDER, ORDER_REF, "the order")
        ]


async def test_only_the_waiting_ends_at_the_operation_s_deadline_and_the_write_has_none() -> None:
    gate, deadlines = asyncio.Event(), list[Errand | None]()

    async def slow(attempt: Attempt) -> Outcome:
        deadlines.append(ERRAND.get())
        await attempt.note(step="send")
        await gate.wait()
        return done()

    async with desk(slow) as one:
        with on(Errand.lasting(0.2)):
            hasty = await one.run(key=None)
        assert (hasty.state, hasty.outcome.searched, hasty.replayed) == (WriteState.UNKNOWN, None, False)
        with on(Errand.lasting(0.2)), pytest.raises(InProgress):
            await one.run(key=hasty.idempotency_key)
        gate.set()
        assert await one.run(key=hasty.idempotency_key) == Written(done(), hasty.idempotency_key, replayed=True)
        assert deadlines == [None]


async def test_a_write_that_fails_after_its_deadline_frees_its_key_as_ever() -> None:
    gate = asyncio.Event()

    async def fails_late(attempt: Attempt) -> Outcome:
        await gate.wait()
        error = VendorUnavailable("down")
        error.sent = False
        raise error

    async with desk(fails_late, succeeds) as one:
        with on(Errand.lasting(0.2)):
            assert (await one.run()).state is WriteState.UNKNOWN
        gate.set()
        assert await one.run() == Written(done(), "k")
        assert one.memos == [None, None]


async def test_a_write_that_nobody_would_wait_for_is_not_begun() -> None:
    async with desk(succeeds) as one:
        with on(Errand.lasting(-1)), pytest.raises(DeadlineExceeded):
            await one.run()
        assert one.memos == []
        assert await one.run() == Written(done(), "k")
