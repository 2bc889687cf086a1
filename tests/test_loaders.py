"""Loaders: one batch per moment, results by key, and nobody hurt by a neighbour."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence

import pytest

from gateway.accounts import Accounts
from gateway.errors import BadUserInput, InvalidId, NotFound, VendorUnavailable
from gateway.loaders import Loaders
from gateway.model.account import Capability
from gateway.model.ref import Kind, Ref
from gateway.vendors.base import Read
from tests.fakes import FakeAdapter

THING = Read[Ref, object]("thing", Capability.READ_ORDERS)


def ref(part: str, account: str = "one") -> Ref:
    return Ref.of(account, Kind.ORDER, part)


def adapter(name: str = "one", capabilities: frozenset[Capability] = frozenset(Capability)) -> FakeAdapter:
    made = FakeAdapter.named(name, capabilities)
    made.things = {ref(part, name): f"{name}:{part}" for part in "abc"}
    made.reads.add(THING, made.batch)
    return made


async def test_loads_of_one_moment_are_one_batch_per_account_and_each_key_once() -> None:
    one, two = adapter("one"), adapter("two")
    loaders = Loaders(Accounts([one, two]))
    keys = [ref("a"), ref("b"), ref("a"), ref("c", "two")]
    assert await asyncio.gather(*(loaders.load(THING, key) for key in keys)) == ["one:a", "one:b", "one:a", "two:c"]
    assert one.batches == [[ref("a"), ref("b")]]
    assert two.batches == [[ref("c", "two")]]


async def test_what_the_vendor_does_not_have_is_none() -> None:
    one = adapter()
    one.things[ref("x")] = NotFound("gone")
    loaders = Loaders(Accounts([one]))
    found = await asyncio.gather(loaders.load(THING, ref("nowhere")), loaders.load(THING, ref("x")))
    assert list(found) == [None, None]


async def test_one_bad_key_fails_alone() -> None:
    one = adapter()
    one.things[ref("b")] = VendorUnavailable("b is down")
    loaders = Loaders(Accounts([one]))
    results = await asyncio.gather(*(loaders.load(THING, ref(part)) for part in "abc"), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["str", "VendorUnavailable", "str"]
    bad = results[1]
    assert isinstance(bad, VendorUnavailable)
    assert (bad.vendor, bad.account) == ("sellercloud", "one")


async def test_a_failed_batch_fails_its_keys_and_the_next_load_asks_again() -> None:
    one = adapter()
    one.trouble = VendorUnavailable("down")
    loaders = Loaders(Accounts([one]))
    with pytest.raises(VendorUnavailable):
        await loaders.load(THING, ref("a"))
    one.trouble = None
    assert await loaders.load(THING, ref("a")) == "one:a"


async def test_a_cancelled_waiter_leaves_its_sibling_alone() -> None:
    one = adapter()
    gate = asyncio.Event()
    quick = one.batch

    async def slow(refs: list[Ref]) -> dict[Ref, object]:
        await gate.wait()
        return await quick(refs)

    one.reads.add(THING, slow)  # type: ignore[arg-type]  # a list is what the loader gives
    loaders = Loaders(Accounts([one]))
    leaving = asyncio.create_task(loaders.load(THING, ref("a")))
    staying = asyncio.create_task(loaders.load(THING, ref("a")))
    await asyncio.sleep(0.01)
    leaving.cancel()
    gate.set()
    assert await staying == "one:a"
    assert await loaders.load(THING, ref("a")) == "one:a"
    assert len(one.batches) == 1


async def test_what_a_list_gave_is_not_asked_again() -> None:
    one = adapter()
    loaders = Loaders(Accounts([one]))
    loaders.prime(THING, ref("a"), "from the list")
    assert await loaders.load(THING, ref("a")) == "from the list"
    assert one.batches == []


async def test_without_the_capability_nobody_is_called() -> None:
    one = adapter(capabilities=frozenset())
    assert await Loaders(Accounts([one])).load(THING, ref("a")) is None
    assert one.batches == []


def test_ids_are_checked_before_anybody_is_called() -> None:
    accounts = Accounts([adapter()])
    good = ref("a").encode()
    assert accounts.ref(good, frozenset({Kind.ORDER})) == ref("a")
    wrong = {
        "junk": frozenset({Kind.ORDER}),
        good: frozenset({Kind.CART}),
        ref("a", "elsewhere").encode(): frozenset({Kind.ORDER}),
        Ref.of("one", Kind.ORDER, "a", "b").encode(): frozenset({Kind.ORDER}),
    }
    for text, kinds in wrong.items():
        with pytest.raises(InvalidId) as caught:
            accounts.ref(text, kinds)
        assert caught.value.argument == "id"
    with pytest.raises(BadUserInput) as unknown:
        accounts.named("nobody", "accountName")
    assert unknown.value.argument == "accountName"


async def test_what_is_under_way_at_the_request_s_end_is_given_up_and_nothing_more_is_begun() -> None:
    one = adapter()
    asked, cut = asyncio.Event(), asyncio.Event()

    async def slow(refs: list[Ref]) -> dict[Ref, object]:
        asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut.set()
            raise
        return {}

    one.reads.add(THING, slow)  # type: ignore[arg-type]  # a list is what the loader gives
    before = asyncio.all_tasks()
    loaders = Loaders(Accounts([one]))
    waiting = asyncio.create_task(loaders.load(THING, ref("a")))
    await asked.wait()
    waiting.cancel()
    await asyncio.wait((waiting,))
    assert not cut.is_set()  # another might wait for it
    await loaders.close()
    assert cut.is_set()
    asked.clear()
    with pytest.raises(VendorUnavailable):
        await loaders.load(THING, ref("b"))
    assert not asked.is_set()
    assert asyncio.all_tasks() == before


async def test_what_a_request_gave_up_is_no_error_that_nobody_takes_note_of() -> None:
    one = adapter()
    asked = asyncio.Event()
    lost: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))

    async def slow(refs: Sequence[Ref]) -> dict[Ref, object]:
        asked.set()
        await asyncio.Event().wait()
        return {}

    one.reads.add(THING, slow)
    loaders = Loaders(Accounts([one]))
    waiting = asyncio.create_task(loaders.load(THING, ref("a")))
    await asked.wait()
    waiting.cancel()
    await asyncio.wait((waiting,))
    await loaders.close()
    del loaders, waiting
    gc.collect()
    await asyncio.sleep(0)
    assert not lost
