"""The rules of traffic over a real socket: what is made again, what is not, and what never leaves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.errors import (
    AnswerBrokeOff,
    BudgetSpent,
    CircuitOpen,
    DeadlineExceeded,
    GatewayError,
    OutOfTime,
    Throttled,
    VendorUnavailable,
)
from gateway.model.account import AccountState, CircuitState
from gateway.secret import Secret
from gateway.upstream.breaker import FEWEST_CALLS
from gateway.upstream.bucket import Rate
from gateway.upstream.client import CallRecord, Upstream
from gateway.upstream.errand import Errand, Load, on
from gateway.upstream.multipart import Multipart, Part
from gateway.upstream.traffic import ALL, Plan
from gateway.upstream.wire import LIGHT_CALLS
from gateway.vendors.base import Limits
from gateway.vendors.partner_center import traffic as partner_center
from gateway.vendors.partner_center.settings import Settings as PartnerCenter
from gateway.vendors.sellercloud import traffic as sellercloud
from gateway.vendors.sellercloud.settings import Settings as Sellercloud
from tests.upstream.test_engine import hang_up, reset, silence
from tests.upstream.test_sending import login, token_first
from tests.upstream.vendor import Answering, HangUp, Seen, Vendor, reply, running, upstream

AGAIN = Limits(timeout_seconds=5, retry_seconds=0.01)
ONCE = Limits(timeout_seconds=5, max_retries=0)
BRISK = Limits(timeout_seconds=0.4, retry_seconds=0.01)
ORDERS = "/v1/customers/{customer}/orders"
TOKEN = reply(b'{"access_token": "t"}')
OWN_PARTNER_CENTER = partner_center.plan(PartnerCenter("tenant", "client", Secret("secret")))
OWN_SELLERCLOUD = sellercloud.plan(Sellercloud("https://x", "name", Secret("secret")))


def cut(seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}")
    raise HangUp


async def dribble(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """An answer without end: whoever writes it notices that its reader has left."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


class Notes:
    """Counts what a write notes before it leaves."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


async def fail(client: Upstream, times: int, **how: Any) -> list[GatewayError]:
    """So many calls that all fail."""
    errors = []
    for _ in range(times):
        with pytest.raises(GatewayError) as caught:
            await client.get("/x", route=how.get("route", "/x"))
        errors.append(caught.value)
    return errors


def circuits(client: Upstream) -> dict[str, CircuitState]:
    return {one.routes: one.state for one in client.health().circuits}


FAILURES = [hang_up, reset, cut, reply(status=408), *(reply(status=status) for status in (500, 502, 503, 504))]


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_read_is_made_again_until_it_succeeds_and_each_attempt_is_told(failure: Answering | bytes) -> None:
    told: list[CallRecord] = []
    async with (
        running(failure, failure, reply(b"[7]")) as vendor,
        upstream(vendor.url, limits=AGAIN, observe=told.append) as client,
    ):
        assert (await client.get("/x", route="/x")).body == [7]
        assert len(vendor.seen) == 3
    assert [one.attempt for one in told] == [1, 2, 3]
    assert told[-1].status == 200


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_read_is_made_again_twice_at_most(failure: Answering | bytes) -> None:
    async with running(failure) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        (error,) = await fail(client, 1)
        assert isinstance(error, VendorUnavailable | AnswerBrokeOff)
        assert len(vendor.seen) == 3


async def test_attempts_are_some_time_apart() -> None:
    limits = Limits(timeout_seconds=5, retry_seconds=0.2)
    async with running(reply(status=503)) as vendor, upstream(vendor.url, limits=limits) as client:
        began = time.monotonic()
        await fail(client, 1)
        assert time.monotonic() - began >= (0.2 + 0.4) / 2
        assert len(vendor.seen) == 3


async def test_an_account_that_has_used_its_retries_up_earns_others_by_its_calls() -> None:
    async with running(reply(status=503)) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        await fail(client, 5)
        await fail(client, 1)
        assert len(vendor.seen) == 5 * 3 + 1
        vendor.answers = [reply()]
        await asyncio.gather(*(client.get("/x", route="/x") for _ in range(40)))
        vendor.answers, before = [reply(status=503)], len(vendor.seen)
        await fail(client, 1)
        assert len(vendor.seen) == before + 3


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"<p>", content_type="text/html"),
        reply(b'{"a": '),
        reply(b"{}", content_type=None),
        *(reply(status=status) for status in (302, 400, 401, 403, 404, 409, 422)),
    ],
)
async def test_an_answer_that_would_be_the_same_again_is_not_asked_for_again(answer: bytes) -> None:
    async with running(answer) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        await fail(client, 1)
        assert len(vendor.seen) == 1


async def test_a_read_that_timed_out_by_itself_is_made_again_while_there_is_time() -> None:
    async with running(silence) as vendor, upstream(vendor.url, limits=BRISK) as client:
        with on(Errand.lasting(5)):
            (error,) = await fail(client, 1)
        assert type(error) is DeadlineExceeded
        assert len(vendor.seen) == 3


async def test_an_opened_stream_is_made_again_too() -> None:
    async with (
        running(hang_up, reply(status=503), reply(b"abc")) as vendor,
        upstream(vendor.url, limits=AGAIN) as client,
    ):
        async with client.stream("/x", route="/x") as stream:
            assert [chunk async for chunk in stream.chunks] == [b"abc"]
        assert len(vendor.seen) == 3


@pytest.mark.parametrize("failure", [*FAILURES, silence, reply(b"{", 200)])
@pytest.mark.parametrize("noted", [True, False])
async def test_a_write_is_never_made_again_after_its_first_byte(failure: Answering | bytes, noted: bool) -> None:
    notes, limits = Notes(), BRISK if failure is silence else AGAIN
    async with running(failure) as vendor, upstream(vendor.url, limits=limits) as client:
        with pytest.raises(GatewayError) as caught:
            await client.call("POST", "/x", route="/x", json={}, sending=notes if noted else None)
        assert len(vendor.seen) == 1
    assert notes.count == noted
    assert not caught.value.certain


@contextlib.asynccontextmanager
async def late() -> AsyncIterator[tuple[Vendor, Notes]]:
    """A vendor whose port refuses connections until a write is noted for the second time."""
    vendor = Vendor()
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    vendor.port = sock.getsockname()[1]
    servers = []

    class Opening(Notes):
        async def __call__(self) -> None:
            await super().__call__()
            if self.count == 2:
                servers.append(await asyncio.start_server(vendor.serve, sock=sock))

    try:
        yield vendor, Opening()
    finally:
        for server in servers:
            server.close()
        sock.close()


async def test_a_write_whose_connection_was_refused_is_made_again_and_noted_again() -> None:
    async with late() as (vendor, notes), upstream(vendor.url, limits=AGAIN) as client:
        assert (await client.call("POST", "/x", route="/x", json={}, sending=notes)).status == 200
        assert len(vendor.seen) == 1
    assert notes.count == 2


async def test_a_write_that_broke_off_in_its_second_attempt_is_not_certain() -> None:
    async with late() as (vendor, notes), upstream(vendor.url, limits=AGAIN) as client:
        vendor.answers = [hang_up]
        with pytest.raises(VendorUnavailable) as caught:
            await client.call("POST", "/x", route="/x", json={}, sending=notes)
        assert len(vendor.seen) == 1
    assert notes.count == 2
    assert not caught.value.certain


@pytest.mark.parametrize("token", [hang_up, reply(status=503)])
async def test_a_write_whose_login_failed_is_made_again_and_noted_once(token: Answering | bytes) -> None:
    notes = Notes()
    tokens: list[Answering | bytes] = [token, TOKEN]

    def given(seen: Seen, writer: asyncio.StreamWriter) -> Any:
        answer = tokens.pop(0)
        return writer.write(answer) if isinstance(answer, bytes) else answer(seen, writer)

    async with (
        running(token_first(reply(), token=given)) as vendor,
        upstream(vendor.url, limits=AGAIN, auth=login(vendor.url)) as client,
    ):
        await client.call("POST", "/x", route="/x", json={}, sending=notes)
        assert [seen.target for seen in vendor.seen] == ["/token", "/token", "/x"]
    assert notes.count == 1


@pytest.mark.parametrize("after", ["0", "1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.slow
async def test_a_vendor_that_wants_a_pause_is_given_it_and_asked_again(after: str, method: str) -> None:
    notes = Notes()
    answers = (reply(status=429, Retry_After=after), reply(b"[7]"))
    async with running(*answers) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        with on(Errand.lasting(30)):
            began = time.monotonic()
            answer = await client.call(method, "/x", route="/x", sending=notes if method == "POST" else None)
        assert answer.body == [7]
        assert time.monotonic() - began >= float(after)
        assert len(vendor.seen) == 2
    assert notes.count == (2 if method == "POST" else 0)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_pause_beyond_the_deadline_is_told_at_once_and_nobody_calls_in_it(method: str) -> None:
    answers = (reply(status=429, Retry_After="50"), reply())
    async with running(*answers) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        for _ in range(20):
            errand = Errand.lasting(20)
            with on(errand), pytest.raises(Throttled) as caught:
                await client.call(method, "/x", route="/x")
            assert errand.left > 10  # it did not wait
            assert caught.value.code == "THROTTLED"
            assert caught.value.retry_after is not None
            assert 40 < caught.value.retry_after <= 52
            assert caught.value.certain
        assert len(vendor.seen) == 1
        health = client.health()
        assert health.state is AccountState.THROTTLED
        assert circuits(client) == {ALL: CircuitState.CLOSED}


async def test_a_failure_with_a_time_beyond_the_deadline_stands_at_once() -> None:
    async with running(reply(status=503, Retry_After="30")) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        errand = Errand.lasting(20)
        with on(errand):
            (error,) = await fail(client, 1)
        assert errand.left > 10
        assert error.retry_after == 30
        assert len(vendor.seen) == 1


@pytest.mark.parametrize("route", [ORDERS, "/v1/customers"])
async def test_a_login_that_is_throttled_holds_up_all_that_need_it(route: str) -> None:
    async with (
        running(token_first(token=reply(status=429, Retry_After="50"))) as vendor,
        upstream(vendor.url, limits=ONCE, auth=login(vendor.url), plan=OWN_PARTNER_CENTER) as client,
    ):
        with on(Errand.lasting(20)):
            await fail(client, 1, route=ORDERS)
            (error,) = await fail(client, 1, route=route)
        assert isinstance(error, BudgetSpent)
        assert [seen.target for seen in vendor.seen] == ["/token"]


async def test_a_family_s_pause_is_not_that_of_logins() -> None:
    async with (
        running(token_first(reply(status=429, Retry_After="50"), reply())) as vendor,
        upstream(vendor.url, limits=ONCE, auth=login(vendor.url), plan=OWN_PARTNER_CENTER) as client,
    ):
        with on(Errand.lasting(20)):
            await fail(client, 1, route=ORDERS)
            await client.get("/y", route="/v1/customers")
            (error,) = await fail(client, 1, route=ORDERS)
        assert isinstance(error, BudgetSpent)
        assert [seen.target for seen in vendor.seen] == ["/token", "/x", "/y"]


async def test_a_deadline_shorter_than_the_vendor_s_time_says_nothing_of_its_health() -> None:
    async with running(silence) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        for _ in range(FEWEST_CALLS + 5):
            with on(Errand.lasting(0.06)), pytest.raises(OutOfTime) as caught:
                await client.get("/x", route="/x")
            assert caught.value.code == "DEADLINE_EXCEEDED"
        assert client.health().state is AccountState.UNKNOWN
        assert circuits(client) == {ALL: CircuitState.CLOSED}
        vendor.answers = [reply()]
        await client.get("/x", route="/x")
        assert client.health().state is AccountState.HEALTHY


async def test_after_its_deadline_an_operation_calls_nobody() -> None:
    notes = Notes()
    async with running() as vendor, upstream(vendor.url, limits=AGAIN) as client:
        with on(Errand.lasting(-1)):
            (error,) = await fail(client, 1)
            with pytest.raises(OutOfTime) as caught:
                await client.call("POST", "/x", route="/x", json={}, sending=notes)
        assert isinstance(error, OutOfTime)
        assert caught.value.certain
        assert (len(vendor.seen), notes.count) == (0, 0)


async def test_a_call_that_is_cut_by_the_deadline_leaves_its_connection() -> None:
    async with running(dribble) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        with on(Errand.lasting(1)):
            (error,) = await fail(client, 1)
        assert type(error) is OutOfTime
        async with asyncio.timeout(5):
            await vendor.left.wait()
        assert len(vendor.seen) == 1


async def test_a_write_cut_by_the_deadline_may_have_been_done() -> None:
    async with running(silence) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        with on(Errand.lasting(1)), pytest.raises(OutOfTime) as caught:
            await client.call("POST", "/x", route="/x", json={})
        assert len(vendor.seen) == 1
    assert not caught.value.certain


async def test_a_vendor_that_keeps_failing_is_left_alone_and_asked_once_whether_it_is_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gateway.upstream.breaker.FIRST_SECONDS", 1.5)
    caplog.set_level(logging.DEBUG)
    async with running(reply(status=503)) as vendor, upstream(vendor.url, limits=ONCE) as client:
        await fail(client, FEWEST_CALLS)
        refused = await fail(client, 5)
        assert {type(error) for error in refused} == {CircuitOpen}
        assert all(error.retry_after is not None and not error.sent for error in refused)
        assert len(vendor.seen) == FEWEST_CALLS
        health = client.health()
        assert (health.state, circuits(client)) == (AccountState.UNAVAILABLE, {ALL: CircuitState.OPEN})
        assert health.retry_at is not None
        vendor.answers = [reply()]
        await asyncio.sleep(1.6)
        assert circuits(client) == {ALL: CircuitState.HALF_OPEN}
        await client.get("/x", route="/x")
        assert circuits(client) == {ALL: CircuitState.CLOSED}
        assert client.health().state is AccountState.HEALTHY
    lines = [record.getMessage() for record in caplog.records if record.name == "gateway.traffic"]
    assert lines == ["acme: all: the circuit is open", "acme: all: the circuit is closed"]
    assert not [one for one in caplog.records if one.name.startswith("gateway") and "127.0.0.1" in one.getMessage()]


async def test_an_open_circuit_is_not_tried_again_within_a_call() -> None:
    """Twenty failures are seven calls of three attempts: the one in which it opens ends there."""
    async with running(reply(status=503)) as vendor, upstream(vendor.url, limits=AGAIN) as client:
        await fail(client, 10)
        assert len(vendor.seen) <= FEWEST_CALLS


@pytest.mark.parametrize(
    ("plan", "family"), [(OWN_PARTNER_CENTER, "login"), (OWN_SELLERCLOUD, ALL)], ids=["partner center", "sellercloud"]
)
async def test_logins_that_fail_open_the_family_that_logins_are_in(plan: Plan, family: str) -> None:
    async with (
        running(token_first(token=reply(status=503))) as vendor,
        upstream(vendor.url, limits=ONCE, auth=login(vendor.url), plan=plan) as client,
    ):
        await fail(client, FEWEST_CALLS, route=ORDERS)
        assert circuits(client)[family] is CircuitState.OPEN
        assert all(state is CircuitState.CLOSED for name, state in circuits(client).items() if name != family)
        (error,) = await fail(client, 1, route="/v1/customers")
        assert isinstance(error, CircuitOpen)
        assert len(vendor.seen) == FEWEST_CALLS


async def test_sellercloud_s_general_failure_is_neither_made_again_nor_counted() -> None:
    async with (
        running(reply(status=500)) as vendor,
        upstream(vendor.url, limits=AGAIN, plan=OWN_SELLERCLOUD) as client,
    ):
        errors = await fail(client, 2 * FEWEST_CALLS)
        assert all(isinstance(error, VendorUnavailable) and error.own_failure for error in errors)
        assert len(vendor.seen) == 2 * FEWEST_CALLS
        assert circuits(client) == {ALL: CircuitState.CLOSED}


async def test_a_long_list_cannot_starve_single_reads_and_writes() -> None:
    """Of 100 calls an hour 19 may come at once; four of them, and a part, are kept for what is light."""
    plan = Plan(rates={ALL: Rate(100, 3_600)})
    async with running() as vendor, upstream(vendor.url, limits=AGAIN, plan=plan) as client:

        async def ask(times: int) -> int:
            with on(Errand.lasting(10)):
                for number in range(times):
                    try:
                        await client.get("/x", route="/x")
                    except BudgetSpent:
                        return number
            return times

        assert await ask(100) == 14
        assert await ask(100) == LIGHT_CALLS
        with on(Errand.lasting(10, Load(50))):
            await client.call("POST", "/x", route="/x", json={}, sending=Notes())
        assert await ask(100) == 0
        assert len(vendor.seen) == 14 + LIGHT_CALLS + 1
        assert client.health().remaining_calls == 0


async def test_a_long_list_logs_in_from_what_is_kept_for_light_calls() -> None:
    plan = Plan(rates={ALL: Rate(100, 3_600)})
    async with (
        running(token_first()) as vendor,
        upstream(vendor.url, limits=ONCE, auth=login(vendor.url), plan=plan) as client,
    ):
        bucket = client._traffic._bucket(ALL)
        while bucket.take(asyncio.get_running_loop().time(), light=False):
            pass
        with on(Errand.lasting(10, Load(50))):
            (error,) = await fail(client, 1)
        assert isinstance(error, BudgetSpent)
        assert [seen.target for seen in vendor.seen] == ["/token"]


async def test_a_call_tells_how_long_it_waited_for_its_turn() -> None:
    told: list[CallRecord] = []

    async def slow(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(reply())

    limits = Limits(timeout_seconds=5, max_concurrency=1)
    async with running(slow) as vendor, upstream(vendor.url, limits=limits, observe=told.append) as client:
        await asyncio.gather(*(client.get("/x", route="/x") for _ in range(2)))
    assert told[1].waited > told[0].waited
    assert told[1].waited >= 90  # the time of the first one


@pytest.mark.slow
async def test_a_large_upload_is_not_a_slow_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is given the time that it takes, and the vendor is slow only where it takes most of that."""
    monkeypatch.setattr("gateway.upstream.client.SLOWEST_UPLOAD", 1)

    async def slow(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.2)
        writer.write(reply())

    form = Multipart([Part("file", "a.txt", "text/plain", b"hello")], boundary="a-boundary-of-ours")
    limits = Limits(timeout_seconds=2)
    async with running(slow) as vendor, upstream(vendor.url, limits=limits) as client:
        await asyncio.gather(*(client.call("POST", "/x", route="/x", form=form) for _ in range(FEWEST_CALLS)))
        assert circuits(client) == {ALL: CircuitState.CLOSED}
        await asyncio.gather(*(client.call("POST", "/x", route="/x", json={}) for _ in range(FEWEST_CALLS)))
        assert circuits(client) == {ALL: CircuitState.OPEN}


async def test_what_runs_for_no_operation_ends_by_its_own_time() -> None:
    async with running(reply(status=429, Retry_After="3")) as vendor, upstream(vendor.url, limits=BRISK) as client:
        (error,) = await fail(client, 1)
        assert isinstance(error, Throttled)
        assert len(vendor.seen) == 1
