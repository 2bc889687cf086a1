"""The ledger of writes: one holder at a time, over processes, and nothing kept by one who lost the lease."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.errors import InProgress, StoreUnavailable
from gateway.store.ledger import Busy, Conflict, Entry, Finished, Held, Place, SqliteLedger
from gateway.store.sqlite import Database

HERE = Place("ann", "key-1")


def entry(place: Place = HERE, *, account: str = "acme", write: str = "create", fingerprint: str = "f") -> Entry:
    return Entry(place, account, write, fingerprint)


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def ledger(clock: Clock, directory: Path | None = None) -> AsyncIterator[SqliteLedger]:
    known = SqliteLedger(Database(directory), keep_seconds=100, lease_seconds=10, clock=clock)
    try:
        yield known
    finally:
        await known.close()


async def held(known: SqliteLedger, asked: Entry | None = None) -> Held:
    begun = await known.begin(asked or entry())
    assert isinstance(begun, Held)
    return begun


async def test_a_new_key_is_held_with_nothing_noted() -> None:
    async with ledger(Clock()) as known:
        begun = await held(known)
        assert (begun.place, begun.began, begun.memo, begun.outcome) == (HERE, 1_000.0, None, None)


async def test_a_key_that_is_worked_on_is_busy_for_others() -> None:
    async with ledger(Clock()) as known:
        await held(known)
        assert await known.begin(entry()) == Busy()


@pytest.mark.parametrize(
    "other", [entry(fingerprint="g"), entry(write="delete"), entry(account="other")], ids=["input", "write", "account"]
)
async def test_a_key_is_good_for_one_input_of_one_mutation_in_one_account(other: Entry) -> None:
    async with ledger(Clock()) as known:
        await held(known)
        assert await known.begin(other) == Conflict()


async def test_a_key_belongs_to_the_caller_that_used_it() -> None:
    async with ledger(Clock()) as known:
        mine = await held(known)
        theirs = await held(known, entry(Place("bob", "key-1"), fingerprint="another"))
        assert mine.id != theirs.id


async def test_what_is_finished_is_told_again_for_ever_until_it_expires() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        await known.finish(await held(known), {"state": "done"}, final=True)
        assert await known.begin(entry()) == Finished({"state": "done"})
        clock.now += 99
        assert await known.begin(entry()) == Finished({"state": "done"})
        clock.now += 2
        assert (await held(known)).outcome is None


async def test_a_dead_holder_s_record_is_taken_up_with_its_memo_and_id() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        dead = await held(known)
        await known.note(dead, {"step": 2})
        clock.now += 9
        assert await known.begin(entry()) == Busy()
        clock.now += 2
        heir = await held(known)
        assert (heir.id, heir.began, heir.memo) == (dead.id, dead.began, {"step": 2})


async def test_a_lease_that_is_renewed_does_not_run_out() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        holder = await held(known)
        for _ in range(5):
            clock.now += 9
            assert await known.renew(holder)
            assert await known.begin(entry()) == Busy()


async def test_a_lease_begins_when_the_record_is_written_however_long_that_waited() -> None:
    clock, going = Clock(), threading.Event()
    async with ledger(clock) as known:
        blocking = asyncio.create_task(known.database.run(lambda c: going.wait(10)))
        waiting = asyncio.create_task(known.begin(entry()))
        await asyncio.sleep(0.05)
        clock.now += 20
        going.set()
        await blocking
        assert isinstance(await waiting, Held)
        assert await known.begin(entry()) == Busy()


async def test_a_holder_that_slept_past_its_lease_can_keep_nothing() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        sleeper = await held(known)
        clock.now += 11
        heir = await held(known)
        assert not await known.renew(sleeper)
        with pytest.raises(InProgress):
            await known.note(sleeper, {"step": 1})
        assert not await known.finish(sleeper, {"state": "wrong"}, final=True)
        assert not await known.release(sleeper)
        assert await known.begin(entry()) == Busy()
        assert await known.finish(heir, {"state": "right"}, final=True)
        assert await known.begin(entry()) == Finished({"state": "right"})


async def test_an_outcome_that_is_not_final_is_worked_on_again() -> None:
    async with ledger(Clock()) as known:
        first = await held(known)
        await known.note(first, {"step": 1})
        await known.finish(first, {"state": "unknown"}, final=False)
        again = await held(known)
        assert (again.id, again.memo, again.outcome) == (first.id, {"step": 1}, {"state": "unknown"})


async def test_a_released_key_is_as_if_never_used() -> None:
    async with ledger(Clock()) as known:
        first = await held(known)
        assert await known.release(first)
        again = await held(known, entry(fingerprint="mended"))
        assert again.id != first.id


async def test_a_thing_is_one_key_s_own_unless_the_vendor_itself_says_otherwise() -> None:
    async with ledger(Clock()) as known:
        one, other = await held(known), await held(known, entry(Place("ann", "key-2")))
        assert await known.claim(one, "order-1")
        assert await known.claim(one, "order-1")
        assert not await known.claim(other, "order-1")
        assert await known.claim(other, "order-1", force=True)
        assert not await known.claim(one, "order-1")


async def test_a_record_does_not_expire_while_it_is_worked_on() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        holder = await held(known)
        clock.now += 98
        assert await known.renew(holder)
        clock.now += 5
        assert await known.begin(entry()) == Busy()
        assert await known.begin(entry(fingerprint="g")) == Conflict()
        clock.now += 2
        await held(known, entry(Place("bob", "x")))  # sweeps
        await known.note(holder, {"step": 1})
        await known.finish(holder, {"state": "done"}, final=True)
        assert (await held(known)).memo is None


async def test_a_claim_outlives_whoever_may_still_look_for_the_thing() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        early = await held(known)
        clock.now += 60
        late = await held(known, entry(Place("bob", "x")))
        assert await known.claim(early, "order-1")
        clock.now += 50
        await held(known, entry(Place("eve", "y")))  # sweeps the early record
        assert not await known.claim(late, "order-1")
        clock.now += 51
        assert await known.claim(await held(known, entry(Place("bob", "x"))), "order-1")


async def test_rivals_are_counted_by_marker_account_and_whether_they_run() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        me = await held(known)
        assert await known.rivals(me, "same") == (0, 0)
        await known.note(me, {"step": 1})
        crashed = await held(known, entry(Place("ann", "key-2")))
        await known.rivals(crashed, "same")
        await known.note(crashed, {"step": 1})
        clock.now += 11
        await known.renew(me)
        running = await held(known, entry(Place("bob", "key-1")))
        assert await known.rivals(running, "same") == (1, 1)
        await known.note(running, {"step": 1})
        stranger = await held(known, entry(Place("ann", "key-3"), account="other"))
        assert await known.rivals(stranger, "same") == (0, 0)
        assert await known.rivals(me, "same") == (1, 1)
        await known.finish(running, {}, final=True)
        assert await known.rivals(me, "same") == (0, 1)


async def test_who_has_sent_nothing_yet_is_nobody_s_rival() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        me, crashed = await held(known), await held(known, entry(Place("ann", "key-2")))
        await known.rivals(crashed, "same")
        clock.now += 11
        running = await held(known, entry(Place("bob", "key-1")))
        await known.rivals(running, "same")
        assert await known.rivals(me, "same") == (0, 0)
        await known.note(running, {"step": 1})
        assert await known.rivals(me, "same") == (1, 0)
        await known.note(crashed, {"step": 1})
        assert await known.rivals(me, "same") == (1, 1)


async def test_two_processes_share_the_records_of_one_directory(tmp_path: Path) -> None:
    clock = Clock()
    async with ledger(clock, tmp_path) as one, ledger(clock, tmp_path) as two:
        begun = await asyncio.gather(*(known.begin(entry()) for known in (one, two) for _ in range(10)))
        assert sum(isinstance(each, Held) for each in begun) == 1
        assert sum(each == Busy() for each in begun) == 19


async def test_what_is_over_is_swept_in_bounded_parts() -> None:
    clock = Clock()
    async with ledger(clock) as known:
        for number in range(450):
            await known.begin(entry(Place("ann", f"key-{number}")))
        clock.now += 200
        for expected in (250, 50, 0):
            await known.begin(entry(Place("bob", f"sweep-{expected}")))
            clock.now += 2
            (rest,) = await known.database.run(
                lambda c: c.execute("SELECT count(*) FROM writes WHERE principal = 'ann'").fetchone()
            )
            assert rest == expected


async def test_a_broken_database_is_an_error_with_a_code(tmp_path: Path) -> None:
    async with ledger(Clock(), tmp_path) as known:
        await known.database.run(lambda c: c.execute("DROP TABLE writes"))
        with pytest.raises(StoreUnavailable):
            await known.begin(entry())
