"""Each write that makes something, killed or frozen in every moment in which it waits for its record or its vendor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.writing import OrderActionKind, Outcome, WriteState
from gateway.store.ledger import SqliteLedger
from gateway.upstream.wire import Departure, Wire
from gateway.vendors.base import OrderFilter
from gateway.vendors.commands import CheckoutCart
from gateway.vendors.writes import ADD_ATTACHMENTS, CHECKOUT_CART, CREATE_PURCHASE_ORDER, Write
from tests.vendors.subject import Subject, subject
from tests.vendors.write_proofs import ACCESS, cart, checked_out, command_on, purchase, some_order, stock

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Case:
    """`command` prepares what it needs; `count` is the vendor's own of what is made, which is to grow by `made`."""

    account: str
    write: Write[Any]
    command: Callable[[Subject], Awaitable[object]]
    count: Callable[[Any], int]
    made: int = 1

    def __str__(self) -> str:
        return f"{self.write.name} at {self.account}"


async def stocked(one: Subject) -> object:
    return stock()


async def purchased(one: Subject) -> object:
    return purchase(one)


async def carted(one: Subject) -> object:
    return CheckoutCart(cart_id=await cart(one))


async def papers(one: Subject) -> object:
    return await command_on(one, OrderActionKind.ADD_ATTACHMENTS, await checked_out(one, ACCESS))


async def two_files(one: Subject) -> object:
    order = await some_order(one, OrderActionKind.ADD_ATTACHMENTS)
    return await command_on(one, OrderActionKind.ADD_ATTACHMENTS, order)


CASES = (
    Case("sellercloud", CREATE_PURCHASE_ORDER, stocked, lambda vendor: len(vendor.tenant.orders)),
    Case("swo-client", CREATE_PURCHASE_ORDER, purchased, lambda vendor: len(vendor.state["orders"])),
    Case("swo-vendor", ADD_ATTACHMENTS, two_files, lambda vendor: len(vendor.state["attachments"]), 2),
    Case("pc-both", CHECKOUT_CART, carted, lambda vendor: len(vendor.world.orders)),
    Case("pc-both", ADD_ATTACHMENTS, papers, lambda vendor: sum(len(one.attachments) for one in vendor.world.orders)),
)


@dataclass
class Moments:
    """Stops in one of them, the first being 1: before and after each use of the ledger and each call that writes."""

    stop: int
    passed: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    going: asyncio.Event = field(default_factory=asyncio.Event)

    async def come(self) -> None:
        self.passed += 1
        if self.passed == self.stop:
            self.reached.set()
            await self.going.wait()

    def around(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def watched(*given: Any) -> Any:
            if isinstance(given[0], Wire) and not (isinstance(given[-1], Departure) and given[-1].sending):
                return await call(*given)  # a login, or a read
            await self.come()
            answer = await call(*given)
            await self.come()
            return answer

        return watched


async def ran(one: Subject, case: Case, command: object) -> Outcome | None:
    """None where the write ended with an error."""
    try:
        return (await one.writer.run("ann", one.adapter, case.write, command, "k", "f")).written.outcome
    except GatewayError:
        return None


async def life(case: Case, stop: int, *, frozen: bool) -> bool:
    """Whether a run, its end or sleep in that moment, and two more of the same key have all gone well. False where it
    was over before."""
    async with subject(case.account) as one:
        await one.adapter.orders(OrderFilter(), None, 1, True)  # the login is shared, and not to be stopped in
        command, moments = await case.command(one), Moments(stop)
        before = case.count(one.emulator)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SqliteLedger, "_run", moments.around(SqliteLedger._run))
            patch.setattr(Wire, "_sent", moments.around(Wire._sent))
            first = asyncio.create_task(ran(one, case, command))
            reached = asyncio.create_task(moments.reached.wait())
            await asyncio.wait({first, reached}, return_when=asyncio.FIRST_COMPLETED)
            reached.cancel()
            if first.done():
                return False
            if not frozen:
                for task in (*one.writer._running, first):
                    task.cancel()
                await asyncio.gather(first, return_exceptions=True)
            assert isinstance(one.writer._ledger, SqliteLedger)
            await one.writer._ledger.database.run(lambda c: c.execute("UPDATE writes SET lease = 0"))
            answers = [await ran(one, case, command)]
            moments.going.set()
            answers += [await first] if frozen else []
            answers.append(last := await ran(one, case, command))
            made = case.count(one.emulator) - before
            assert made <= case.made
            assert last is not None
            assert (last.state, made) == (WriteState.DONE, case.made) or (
                (last.state, frozen) == (WriteState.UNKNOWN, False) and made < case.made
            )
            told = [dict(answer.refs) for answer in answers if answer is not None and answer.state is WriteState.DONE]
            assert all(refs == told[0] for refs in told)
            return True


KILLED, FROZEN = "killed", "frozen past its lease, and awake again"
EVERY_DAY = {("create_purchase_order at swo-client", KILLED), ("create_purchase_order at sellercloud", FROZEN)}


@pytest.mark.parametrize(
    ("case", "frozen"),
    [
        pytest.param(
            case,
            fate is FROZEN,
            id=f"{case}-{fate}",
            marks=[] if (str(case), fate) in EVERY_DAY else pytest.mark.slow,
        )
        for case in CASES
        for fate in (KILLED, FROZEN)
    ],
)
async def test_whatever_the_moment_one_key_makes_it_once(case: Case, frozen: bool) -> None:
    stop = 1
    while await life(case, stop, frozen=frozen):
        stop += 1
    assert stop > 8
