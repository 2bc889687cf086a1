"""Every fault of the sandbox × every write of every vendor: the right outcome, the right calls, done once at most, and
a repeat with its key ends it; the others' data whole meanwhile."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.app import open_accounts
from gateway.config import load_table
from gateway.sandbox.control import FAULT_KINDS, Fault
from gateway.vendors.partner_center import arrival, checkout, repeats
from gateway.vendors.partner_center import attachment_writes as papers
from gateway.vendors.registry import REGISTRY
from gateway.vendors.sellercloud import blocks_done, creation, deletion
from gateway.vendors.softwareone import attachment_adding, calls
from gateway.vendors.softwareone import attachment_writes as changes_of_attachments
from gateway.vendors.writes import WRITES
from tests.e2e.crash_rows import Prepared
from tests.whole.fault_bench import ACCOUNTS, FORMS, VENDORS, Bench, Json, bench, cells, check_nothing_leaks
from tests.whole.fault_rows import ALL, RETRYABLE, STRIKES, THROTTLED, WORK, writing
from tests.whole.fault_writes import WRITE_ROWS, WriteRow
from tests.whole.harness import GATEWAY

OTHERS = "{ orders(first: 2, filter: {accountNames: [%s]}) { nodes { id } sources { account { name } state } } }"
PAUSES = (
    *((module, "PAUSES") for module in (repeats, checkout, blocks_done, creation, deletion)),
    *((module, "PAUSES") for module in (calls, attachment_adding, changes_of_attachments)),
    *((module, "WAITS") for module in (arrival, papers)),
)
STATES = ("DONE", "PARTLY_DONE", "REFUSED", "UNKNOWN")
# Every fault meets a write in the short run, and every write some faults, once and for ever.
SHORT = {
    (str(WRITE_ROWS[n % len(WRITE_ROWS)]), strike, form)
    for n, (strike, form) in enumerate(itertools.product(STRIKES, FORMS))
}
CELLS = cells(WRITE_ROWS, STRIKES, SHORT)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[Bench]:
    async with bench() as one:
        yield one


@pytest.fixture(autouse=True)
def short_pauses() -> Iterator[None]:
    """As many looks and repeats as ever, with hardly any waiting between."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in PAUSES:
            patch.setattr(module, name, [seconds and 0.001 for seconds in getattr(module, name)])
        yield


def test_every_fault_of_the_sandbox_has_its_row() -> None:
    assert {strike.kind for strike in STRIKES.values()} == set(FAULT_KINDS)
    assert set(WORK) == set(STRIKES)


async def test_every_write_of_every_vendor_has_its_row(world: Bench) -> None:
    table = {"public_url": GATEWAY, "accounts": world.accounts}
    async with open_accounts(load_table(table, {}, REGISTRY)) as accounts:
        wanted = {
            (account.account.vendor.value, write)
            for account in accounts
            for write in WRITES
            if account.writes.get(write) is not None and write.capability in account.account.capabilities
        }
    assert {(row.vendor, row.write) for row in WRITE_ROWS} == wanted


@pytest.mark.parametrize(("row", "strike", "ever"), CELLS)
async def test_a_write_under_a_fault(world: Bench, row: WriteRow, strike: str, ever: bool) -> None:
    how, (method, path) = STRIKES[strike], row.row.write
    expected = writing(row.vendor, str(row), row.group, method, strike)
    ended = expected.ever if ever else expected.once
    await world.over()
    prepared = row.prepare(world)
    await world.fresh(row.vendor, how.limits)
    others = OTHERS % ", ".join(f'"{name}"' for vendor, name in ACCOUNTS.items() if vendor != row.vendor)
    usual, counts = await world.ask(others, {}), {vendor: world.calls(vendor) for vendor in VENDORS}
    known = prepared.count()
    world.forget()

    world.strike(row.vendor, Fault(how.kind, method, path, times=None if ever else 1, **how.more))
    async with world.hurried(row.vendor, how.patience):
        answer, aside = await asyncio.gather(ask(world, row, prepared), world.ask(others, {}))
    assert aside["data"] == usual["data"]
    assert all(world.calls(vendor) <= counts[vendor] for vendor in VENDORS if vendor != row.vendor)
    check(row, answer, ended.first)
    check_nothing_leaks(world, answer)
    assert world.count(row.vendor, method, path) == (row.most if ended.sends == ALL else ended.sends)

    await world.over()
    assert prepared.count() - known <= 1
    world.forget()
    check(row, await ask(world, row, prepared), ended.again)
    assert world.count(row.vendor, method, path) == ended.anew
    assert prepared.count() - known == (ended.again == "DONE")


async def ask(world: Bench, row: WriteRow, prepared: Prepared) -> Json:
    return await world.ask(row.row.query, {"input": prepared.given}, prepared.files)


def check(row: WriteRow, answer: Json, ended: str) -> None:
    """The outcome's state, or the error's code."""
    payload = answer["data"][row.name]
    if ended in STATES:
        assert "errors" not in answer, answer["errors"]
        assert payload["outcome"]["state"] == ended, payload
        assert bool(payload["userErrors"]) == (ended == "REFUSED"), payload
        return
    assert payload is None, payload
    (error,) = answer["errors"]
    told = error["extensions"]
    assert (told["code"], told["retryable"]) == (ended, ended in RETRYABLE), told
    assert told["vendor"] == row.vendor
    assert (ended != THROTTLED) or "retryAfter" in told
    assert error["path"] == [row.name]
