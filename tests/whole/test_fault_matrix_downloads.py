"""Every fault of the sandbox × every call of a download: the file, a status with a code, or an answer that is cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.types import Message

from gateway.sandbox.control import Fault
from gateway.vendors.base import ATTACHMENT
from tests.whole.fault_bench import ACCOUNTS, FORMS, Bench, bench, cells, check_nothing_leaks
from tests.whole.fault_read_rows import READS
from tests.whole.fault_reads import Call
from tests.whole.fault_rows import BROKEN_OFF, LATE, RETRYABLE, STRIKES, THROTTLED, downloading

LINK = "query($id: ID!) { node(id: $id) { ... on Attachment { downloadUrl } } }"
STATUSES = {LATE: 504, THROTTLED: 503}


@dataclass(frozen=True)
class Place:
    """A call on the way to a file."""

    vendor: str
    what: str
    call: Call

    def __str__(self) -> str:
        return f"{self.what} at {self.vendor}"


PLACES = (
    Place("partner_center", "file", ("GET", r"/attachment/[^/]+$")),
    Place("softwareone", "record", ("GET", r"/attachments/[^/]+$")),
    Place("softwareone", "file", ("GET", r"^/storage/")),
)
ROWS = {row.vendor: row for row in READS if row.read == ATTACHMENT.name}
# Every fault meets one of them in the short run.
SHORT = {(str(PLACES[n % len(PLACES)]), strike, list(FORMS)[n % 2]) for n, strike in enumerate(STRIKES)}
CELLS = cells(PLACES, STRIKES, SHORT)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[Bench]:
    async with bench() as one:
        for row in ROWS.values():
            await row.prepare(one)
        yield one


async def staying() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("nobody leaves")


async def fetched(world: Bench, vendor: str) -> tuple[int, bytes | None]:
    """What a link that is asked for now leads to: the status, and the body if it comes to its end."""
    link = (await world.data(LINK, **await ROWS[vendor].prepare(world)))["node"]["downloadUrl"]
    world.forget()
    response = await world.app.state.downloads.serve(link.rpartition("/")[2])
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await response({"type": "http", "method": "GET"}, staying, send)
    status, pieces = messages[0]["status"], messages[1:]
    ended = bool(pieces) and not pieces[-1].get("more_body", False)
    return status, b"".join(piece["body"] for piece in pieces) if ended else None


@pytest.mark.parametrize(("place", "strike", "ever"), CELLS)
async def test_a_download_under_a_fault(world: Bench, place: Place, strike: str, ever: bool) -> None:
    how, expected = STRIKES[strike], downloading(place.vendor, place.what, strike)
    shown = expected.ever if ever else expected.once
    if (key := f"file of {place.vendor}") not in world.found:
        await world.fresh()
        world.found[key] = await fetched(world, place.vendor)
    await world.fresh(place.vendor, how.limits)
    world.strike(place.vendor, Fault(how.kind, *place.call, times=None if ever else 1, **how.more))
    async with world.hurried(place.vendor, how.patience):
        status, body = await fetched(world, place.vendor)
    if shown.code is None:
        assert (status, body) == world.found[key]
    elif shown.code == BROKEN_OFF:
        assert (status, body) == (200, None)
    else:
        check_refused(world, place, status, json.loads(body or b""), shown.code)
    assert world.count(place.vendor, *place.call) == shown.tries


def check_refused(world: Bench, place: Place, status: int, answer: Any, code: str) -> None:
    (error,) = answer["errors"]
    told = error["extensions"]
    assert (status, told["code"], told["retryable"]) == (STATUSES.get(code, 502), code, code in RETRYABLE)
    assert (told["vendor"], told["account"]) == (place.vendor, ACCOUNTS[place.vendor])
    assert (code == THROTTLED) <= ("retryAfter" in told)
    check_nothing_leaks(world, answer)
