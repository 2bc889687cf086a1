"""Every fault of the sandbox × every read of every vendor: the right code, the right calls, the others' data whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.app import open_accounts
from gateway.config import load_table
from gateway.sandbox.control import FAULT_KINDS, Fault
from gateway.vendors import base
from gateway.vendors.partner_center import reads as partner_center
from gateway.vendors.registry import REGISTRY
from gateway.vendors.sellercloud import reads as sellercloud
from gateway.vendors.softwareone import reads as softwareone
from tests.whole.fault_bench import ACCOUNTS, FORMS, VENDORS, Bench, Json, bench, cells, check_nothing_leaks
from tests.whole.fault_read_rows import READS
from tests.whole.fault_reads import ReadRow
from tests.whole.fault_rows import MORE, READING, RETRYABLE, STRIKES, THROTTLED, Shown, reading
from tests.whole.harness import GATEWAY

OTHERS = "others: orders(first: 2, filter: {accountNames: [%s]}) { nodes { id } sources { account { name } state } }"
MODULES = (base, partner_center, sellercloud, softwareone)
# Every read meets a fault in the short run, and every fault a read, once and for ever.
SHORT = {
    (row, list(STRIKES)[n % len(STRIKES)], list(FORMS)[n // len(STRIKES) % 2]) for n, row in enumerate(map(str, READS))
}
CELLS = cells(READS, STRIKES, SHORT)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[Bench]:
    """What the rows need is made before anything is compared."""
    async with bench() as one:
        for row in READS:
            await row.prepare(one)
        yield one


def test_every_fault_of_the_sandbox_has_its_row() -> None:
    assert {strike.kind for strike in STRIKES.values()} == set(FAULT_KINDS)
    assert set(READING) == set(STRIKES)
    assert {strike for _, strike, _ in SHORT} == set(STRIKES)


async def test_every_read_of_every_vendor_has_its_row(world: Bench) -> None:
    known = [one for module in MODULES for one in vars(module).values() if isinstance(one, base.Read)]
    table = {"public_url": GATEWAY, "accounts": world.accounts}
    async with open_accounts(load_table(table, {}, REGISTRY)) as accounts:
        wanted = set[str]()
        for account in accounts:
            vendor = account.account.vendor.value
            wanted |= {f"{read.name} at {vendor}" for read in known if account.reads.get(read) is not None}
            wanted |= {f"picker of {camel(name)} at {vendor}" for name in account.pickers.parties}
            wanted |= {f"picker of items at {vendor}"} if account.pickers.items else set()
    lists = {str(row) for row in READS if row.read.endswith((" listed", " counted"))}
    assert {str(row) for row in READS} - lists == wanted
    assert lists >= {f"orders listed at {vendor}" for vendor in VENDORS}


def camel(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(map(str.capitalize, more))


def query(row: ReadRow) -> str:
    others = ", ".join(f'"{name}"' for vendor, name in ACCOUNTS.items() if vendor != row.vendor)
    return f"query{f'({row.takes})' if row.takes else ''} {{ {row.query} {OTHERS % others} }}"


async def healthy(world: Bench, row: ReadRow) -> tuple[Json, Json, dict[str, Counter[str]]]:
    """The variables, the data, and each vendor's calls where nothing strikes."""
    key = f"healthy {row}"
    if key not in world.found:
        variables = await row.prepare(world)
        await world.fresh()
        data = await world.data(query(row), **variables)
        assert world.count(row.vendor, *row.call) == row.wide
        world.found[key] = variables, data, {vendor: world.calls(vendor) for vendor in VENDORS}
    known: tuple[Json, Json, dict[str, Counter[str]]] = world.found[key]
    return known


@pytest.mark.parametrize(("row", "strike", "ever"), CELLS)
async def test_a_read_under_a_fault(world: Bench, row: ReadRow, strike: str, ever: bool) -> None:
    variables, data, calls = await healthy(world, row)
    how, expected = STRIKES[strike], reading(row.vendor, str(row), strike)
    shown = expected.ever if ever else expected.once
    await world.fresh(row.vendor, how.limits)
    world.strike(row.vendor, Fault(how.kind, *row.call, times=None if ever else 1, **how.more))
    async with world.hurried(row.vendor, how.patience):
        answer = await world.ask(query(row), variables)
    assert answer["data"]["others"] == data["others"]
    check_shown(row, shown, answer, data)
    made = shown.tries * row.wide if ever else shown.tries + row.wide - 1
    check_calls(world, row, made, MORE.get((str(row), strike), 0), calls)
    check_nothing_leaks(world, answer)


def check_shown(row: ReadRow, shown: Shown, answer: Json, data: Json) -> None:
    if shown.code is None:
        assert "errors" not in answer, answer["errors"]
        thing = answer["data"]["thing"]
        if shown.nothing:
            assert values(thing, row.path[1:]) == {None}
        else:
            assert thing == data["thing"]
        return
    assert answer.get("errors"), answer["data"]
    for error in answer["errors"]:
        told = error["extensions"]
        assert (told["code"], told["retryable"]) == (shown.code, shown.code in RETRYABLE), told
        assert (told["vendor"], told["account"]) == (row.vendor, ACCOUNTS[row.vendor])
        assert shown.code != THROTTLED or "retryAfter" in told
        assert tuple(name for name in error["path"] if isinstance(name, str)) == row.path
    thing = answer["data"]["thing"]
    if row.listed:
        (source,) = thing["sources"]
        assert (source["state"], source["error"]["code"]) in {("FAILED", shown.code), ("PARTIAL", shown.code)}
    else:
        assert values(thing, row.path[1:]) == {None}


def check_calls(world: Bench, row: ReadRow, made: int, besides: int, usual: dict[str, Counter[str]]) -> None:
    """The call in question was made so often, so many besides, and the other vendors' as often as ever."""
    assert world.count(row.vendor, *row.call) == made
    more = world.calls(row.vendor) - usual[row.vendor]
    assert more.total() == made - row.wide + besides, more
    assert {vendor: world.calls(vendor) for vendor in VENDORS if vendor != row.vendor} == {
        vendor: calls for vendor, calls in usual.items() if vendor != row.vendor
    }


def values(data: Any, path: tuple[str, ...]) -> set[Any]:
    """Every value at that path, through lists."""
    if isinstance(data, list):
        return set().union(*(values(one, path) for one in data))
    return values(data[path[0]], path[1:]) if path and data is not None else {data if data is None else repr(data)}
