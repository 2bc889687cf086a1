"""Bearer logins: one at a time, renewed early, once after a 401, and silent about what they hold."""

import asyncio
import logging
from collections import Counter
from typing import Any

import httpx
import pytest

from gateway.errors import (
    DeadlineExceeded,
    GatewayError,
    Misconfigured,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorUnavailable,
)
from gateway.model.account import AccountState
from gateway.secret import Secret
from gateway.upstream.client import CallRecord
from gateway.upstream.login import Token, TokenLogin
from gateway.vendors.base import Limits
from tests.upstream.test_engine import hang_up, silence
from tests.upstream.vendor import Answering, Seen, reply, running, upstream


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A vendor with a login: counts logins, hands out token-1, token-2, …, and takes the newest ones only."""

    def __init__(self, login: Answering | bytes | None = None) -> None:
        self.logins = 0
        self.good: set[str] = set()
        self.calls: Counter[str] = Counter()
        self.login = login

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.target == "/token":
            self.logins += 1
            if self.login is not None:
                if isinstance(self.login, bytes):
                    writer.write(self.login)
                elif (waiting := self.login(seen, writer)) is not None:
                    await waiting
                return
            await asyncio.sleep(0.05)
            self.good.add(f"token-{self.logins}")
            writer.write(reply(b'{"access_token": "token-%d", "expires_in": 3600}' % self.logins))
            return
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        self.calls[token] += 1
        writer.write(reply() if token in self.good else reply(status=401))


def login_at(url: str, clock: Clock | None = None, **more: Any) -> TokenLogin:
    def request() -> httpx.Request:
        return httpx.Request("POST", url + "/token", data={"password": "pass-word"})

    async def read(status: int, body: Any) -> Token:
        if status != 200 or not isinstance(body, dict):
            raise Misconfigured("The vendor refuses this login.")
        return Token(Secret(body["access_token"]), body["expires_in"])

    return TokenLogin(request, read, clock=clock or Clock(), **more)


async def test_twenty_calls_with_an_expired_token_log_in_once() -> None:
    desk, clock = Desk(), Clock()
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url, clock)) as client:
        await client.get("/", route="/")
        clock.now += 3_600
        desk.good.clear()
        await asyncio.gather(*(client.get("/", route="/") for _ in range(20)))
    assert desk.logins == 2
    assert desk.calls == {"token-1": 1, "token-2": 20}


async def test_the_token_is_renewed_a_margin_before_its_end() -> None:
    desk, clock = Desk(), Clock()
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url, clock)) as client:
        for step, logins in ((0, 1), (3_500, 1), (39, 1), (2, 2)):
            clock.now += step
            await client.get("/", route="/")
            assert desk.logins == logins


@pytest.mark.parametrize("lifetime", [30, 0, -5, float("nan"), float("inf")])
async def test_a_strange_lifetime_still_makes_the_token_serve_its_call(lifetime: float) -> None:
    login = TokenLogin(
        lambda: httpx.Request("POST", vendor.url + "/token"),
        lambda status, body: Token(Secret(body["access_token"]), lifetime),
    )
    desk = Desk()
    async with running(desk) as vendor, upstream(vendor.url, auth=login) as client:
        await client.get("/", route="/")
    assert desk.calls == {"token-1": 1}


async def test_a_401_renews_the_token_exactly_once() -> None:
    desk = Desk()
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url)) as client:
        await client.get("/", route="/")
        desk.good.clear()  # the vendor forgets the token before its time
        assert (await client.get("/", route="/")).status == 200
    assert (desk.logins, desk.calls) == (2, {"token-1": 2, "token-2": 1})


async def test_a_401_with_a_new_token_too_is_denied() -> None:
    def refuse(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(
            reply(b'{"access_token": "t", "expires_in": 60}') if seen.target == "/token" else reply(status=401)
        )

    async with running(refuse) as vendor, upstream(vendor.url, auth=login_at(vendor.url)) as client:
        with pytest.raises(VendorDenied):
            await client.get("/", route="/")
        assert client.health().state is AccountState.MISCONFIGURED
    assert [seen.target for seen in vendor.seen] == ["/token", "/", "/token", "/"]


async def test_twenty_calls_that_meet_a_401_share_one_renewal() -> None:
    desk = Desk()
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url)) as client:
        await client.get("/", route="/")
        desk.good.clear()
        await asyncio.gather(*(client.get("/", route="/") for _ in range(20)))
    assert desk.logins == 2
    assert desk.calls["token-2"] == 20


async def test_a_cancelled_waiter_leaves_the_login_and_the_others_alone() -> None:
    desk = Desk()
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url)) as client:
        first, second, third = (asyncio.create_task(client.get("/", route="/")) for _ in range(3))
        await vendor.came.wait()
        second.cancel()
        answers = await asyncio.gather(first, third)
        assert [answer.status for answer in answers] == [200, 200]
        assert second.cancelled()
    assert desk.logins == 1


async def test_if_the_call_that_logs_in_is_cancelled_the_next_one_logs_in() -> None:
    desk = Desk()
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url)) as client:
        first, second = (asyncio.create_task(client.get("/", route="/")) for _ in range(2))
        await vendor.came.wait()
        first.cancel()
        assert (await second).status == 200
    assert desk.logins == 2


async def test_waiting_calls_share_a_refusal_and_a_later_call_tries_again() -> None:
    desk = Desk(reply(b'{"error": "invalid_client"}', 401))
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url)) as client:
        results = await asyncio.gather(*(client.get("/", route="/") for _ in range(10)), return_exceptions=True)
        assert [type(result) for result in results] == [Misconfigured] * 10
        assert len({id(result) for result in results}) == 10
        assert client.health().state is AccountState.MISCONFIGURED
        assert (desk.logins, desk.calls) == (1, {})
        desk.login = None
        assert (await client.get("/", route="/")).status == 200


@pytest.mark.parametrize(
    ("login", "error"),
    [
        (reply(status=429, Retry_After="9"), Throttled),
        (reply(b"<html>", 503, content_type="text/html"), VendorUnavailable),
        (reply(b"<html>", 200, content_type="text/html"), Misconfigured),
        (reply(b'{"access_token": "a\\nb: c", "expires_in": 60}'), VendorBadAnswer),
        (reply(b'{"access_token": "", "expires_in": 60}'), VendorBadAnswer),
        (reply(b'{"access_token"'), VendorBadAnswer),
        (hang_up, VendorUnavailable),
        (silence, DeadlineExceeded),
    ],
)
async def test_a_login_that_fails_is_the_calls_own_error_and_tells_no_secret(
    login: Any, error: type[GatewayError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    desk = Desk(login)
    told: list[CallRecord] = []
    limits = Limits(timeout_seconds=0.3 if login is silence else 5, max_retries=0)
    async with (
        running(desk) as vendor,
        upstream(vendor.url, limits=limits, observe=told.append, auth=login_at(vendor.url)) as client,
    ):
        with pytest.raises(GatewayError) as caught:
            await client.get("/orders", route="/orders")
    assert type(caught.value) is error
    assert (caught.value.vendor, caught.value.account) == ("vendor", "acme")
    assert (desk.logins, desk.calls) == (1, {})
    assert [record.route for record in told] == ["login"]
    for text in (str(caught.value), caplog.text):
        assert "pass-word" not in text
        assert vendor.url not in text


async def test_logins_count_among_the_calls_in_flight() -> None:
    told: list[CallRecord] = []
    desk = Desk()
    limits = Limits(timeout_seconds=5, max_concurrency=1, max_retries=0)
    async with running(desk) as vendor:
        login = login_at(vendor.url)
        async with upstream(vendor.url, limits=limits, auth=login, observe=told.append) as client:
            await asyncio.gather(*(client.get("/x", route="/x") for _ in range(3)))
    assert [record.route for record in told] == ["login", "/x", "/x", "/x"]


async def test_each_call_may_go_with_a_login_of_its_own() -> None:
    app, user = Desk(), Desk()
    user.logins = 10
    async with running(app) as first, running(user) as second, upstream(second.url, auth=login_at(first.url)) as client:
        await client.get("/", route="/", auth=login_at(second.url))
        with pytest.raises(VendorDenied):
            await client.get("/", route="/")
    assert (app.logins, app.calls) == (2, {})
    assert user.calls == {"token-11": 1, "token-1": 1, "token-2": 1}


async def test_a_stream_logs_in_and_renews_too() -> None:
    desk = Desk()
    async with running(desk) as vendor, upstream(vendor.url, auth=login_at(vendor.url)) as client:
        await client.get("/", route="/")
        desk.good.clear()
        async with client.stream("/file", route="/file") as stream:
            assert (stream.status, [chunk async for chunk in stream.chunks]) == (200, [b"{}"])
    assert desk.logins == 2


def test_a_token_does_not_show_itself() -> None:
    assert "abc" not in repr(Token(Secret("abc"), 1.0))
