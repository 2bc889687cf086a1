"""Calls over a real socket: bounds, errors by class, what they give away, and how the account fares after them."""

import asyncio
import contextlib
import gzip
import logging
import zlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from gateway.errors import (
    AnswerBrokeOff,
    BadUserInput,
    DeadlineExceeded,
    GatewayError,
    Misconfigured,
    NotFound,
    OutOfTime,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)
from gateway.model.account import AccountState
from gateway.upstream.client import Answer, CallRecord, Upstream
from gateway.upstream.errand import Errand, on
from gateway.vendors.base import Limits
from tests.upstream.test_engine import hang_up, reset, silence
from tests.upstream.vendor import HangUp, Seen, nothing_to_explain, reply, running, upstream

SHORT = Limits(timeout_seconds=0.2, max_retries=0)


def cut(answer: bytes) -> Any:
    def answering(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        raise HangUp

    return answering


async def test_an_answer_is_status_headers_and_json_with_exact_numbers() -> None:
    body = b'\xef\xbb\xbf{"price": 1.10, "count": 3, "name": "\xc3\xa9"}'
    async with running(reply(body, 201, X_Id="7")) as vendor, upstream(vendor.url + "/api/") as client:
        answer = await client.get("/orders", route="/orders", query="a=%27b%27")
    assert (answer.status, answer.headers["x-id"]) == (201, "7")
    assert answer.body == {"price": Decimal("1.10"), "count": 3, "name": "é"}
    assert str(answer.body["price"]) == "1.10"
    assert [(seen.method, seen.target) for seen in vendor.seen] == [("GET", "/api/orders?a=%27b%27")]


async def test_a_call_sends_json_with_exact_numbers_and_the_accounts_headers() -> None:
    async with running() as vendor, upstream(vendor.url, headers={"X-Locale": "en-US"}) as client:
        await client.call("POST", "/x", route="/x", json={"price": Decimal("1.10")}, headers={"X-Once": "1"})
    (seen,) = vendor.seen
    assert (seen.method, seen.body) == ("POST", b'{"price":1.10}')
    assert seen.headers["content-type"] == seen.headers["accept"] == "application/json"
    assert (seen.headers["x-locale"], seen.headers["x-once"]) == ("en-US", "1")
    assert "cookie" not in seen.headers


async def test_cookies_of_one_answer_do_not_come_with_the_next_call() -> None:
    async with running(reply(Set_Cookie="session=1; Path=/")) as vendor, upstream(vendor.url) as client:
        await client.get("/", route="/")
        await client.get("/", route="/")
    assert "cookie" not in vendor.seen[1].headers


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(status=302, Location="http://127.0.0.1/x"), VendorBadAnswer),
        (reply(status=400), VendorRefused),
        (reply(status=401), VendorDenied),
        (reply(status=403), VendorDenied),
        (reply(status=404), NotFound),
        (reply(b"", status=404, content_type=None), NotFound),
        (reply(b"<html>", status=404, content_type="text/html"), VendorBadAnswer),
        (reply(status=408), VendorUnavailable),
        (reply(status=409), VendorRefused),
        (reply(status=429), Throttled),
        (reply(b"<html>", status=429, content_type="text/html"), Throttled),
        (reply(status=500), VendorUnavailable),
        (reply(b"<html>", status=502, content_type="text/html"), VendorUnavailable),
        (reply(b"{broken", status=503), VendorUnavailable),
        (reply(b"<html>Sorry</html>", content_type="text/html"), VendorBadAnswer),
        (reply(b"{}", content_type="text/html"), VendorBadAnswer),
        (reply(b"{}", content_type=None), VendorBadAnswer),
        (reply(b'{"a": 1'), VendorBadAnswer),
        (reply(b'{"a": NaN}'), VendorBadAnswer),
        (reply(b'{"a": 1e99999999}'), VendorBadAnswer),
        (reply(b'{"a": ' + b"1" * 5000 + b"}"), VendorBadAnswer),
        (reply(b"[" * 200_000), VendorBadAnswer),
        (reply(b'{"a": "\xff"}'), VendorBadAnswer),
        (reply(b"{}", Content_Encoding="br"), VendorBadAnswer),
        (reply(b"not packed", Content_Encoding="gzip"), VendorBadAnswer),
        (reply(gzip.compress(b'{"a": 1}')[:-6], Content_Encoding="gzip"), AnswerBrokeOff),
        (cut(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{}"), AnswerBrokeOff),
        (cut(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b'{"a": '), VendorBadAnswer),
        (hang_up, VendorUnavailable),
        (reset, VendorUnavailable),
        (silence, DeadlineExceeded),
    ],
)
async def test_each_mishap_is_its_own_error_and_gives_nothing_away(
    answer: Any, error: type[GatewayError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    limits = SHORT if answer is silence else None
    async with running(answer) as vendor, upstream(vendor.url, limits=limits) as client:
        with pytest.raises(GatewayError) as caught:
            await client.get("/orders/SECRET-1", route="/orders/{order}", query="token=SECRET-2")
    assert type(caught.value) is error
    assert (caught.value.vendor, caught.value.account) == ("vendor", "acme")
    assert len(vendor.seen) == 1
    ours = [record for record in caplog.records if record.name in ("gateway.upstream", "httpx")]
    assert [record.name for record in ours] == ["gateway.upstream"]
    assert "acme: GET /orders/{order}: " in ours[0].getMessage()
    for text in (str(caught.value), repr(caught.value.extensions), *(record.getMessage() for record in ours)):
        assert "SECRET" not in text
        assert "127.0.0.1" not in text
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_an_empty_answer_is_none(status: int) -> None:
    async with running(reply(b"", status, content_type=None)) as vendor, upstream(vendor.url) as client:
        answer = await client.get("/", route="/")
    assert (answer.status, answer.body) == (status, None)


@pytest.mark.parametrize("content_type", ["text/json", "application/problem+json; charset=utf-8", "Application/JSON"])
async def test_other_names_of_json_are_json(content_type: str) -> None:
    async with running(reply(b"[1]", content_type=content_type)) as vendor, upstream(vendor.url) as client:
        assert (await client.get("/", route="/")).body == [1]


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda body: zlib.compress(body)[2:-4])],
)
async def test_packed_answers_are_unpacked(encoding: str, pack: Any) -> None:
    body = b'{"a": "' + b"x" * 300_000 + b'"}'
    async with running(reply(pack(body), Content_Encoding=encoding)) as vendor, upstream(vendor.url) as client:
        answer = await client.get("/", route="/")
    assert len(answer.body["a"]) == 300_000
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("status", [200, *(pytest.param(one, marks=pytest.mark.slow) for one in (401, 500))])
async def test_an_overlong_answer_is_dropped_at_the_cap_packed_or_not(status: int) -> None:
    limits = Limits(timeout_seconds=5, max_answer_bytes=10_000, max_retries=0)
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    for answer in (reply(b'"' + b"x" * 10_000 + b'"', status), reply(bomb, status, Content_Encoding="gzip")):
        async with running(answer) as vendor, upstream(vendor.url, limits=limits) as client:
            with pytest.raises(VendorBadAnswer, match="longer"):
                await client.get("/", route="/")


async def test_half_of_a_surrogate_pair_becomes_a_character_that_can_be_sent_on() -> None:
    body = rb'{"a\ud800": ["\udc00x", "\ud83d\ude00"]}'
    async with running(reply(body)) as vendor, upstream(vendor.url) as client:
        answer = await client.get("/", route="/")
    assert answer.body == {"a\ufffd": ["\ufffdx", "😀"]}


async def test_the_vendors_own_error_inside_any_answer_comes_first() -> None:
    def explain(status: int, headers: httpx.Headers, body: Any) -> GatewayError | None:
        asked.append((status, body))
        return VendorRefused("no", vendor_code="E1") if body == {"code": 1} else None

    asked: list[tuple[int, Any]] = []
    answers = (reply(b'{"code": 1}'), reply(b"", 500), reply(b"<p>", 500, content_type="text/html"), reply())
    async with running(*answers) as vendor, upstream(vendor.url, explain=explain) as client:
        for error in (VendorRefused, VendorUnavailable, VendorUnavailable):
            with pytest.raises(error):
                await client.get("/", route="/")
        await client.get("/", route="/")
    assert asked == [(200, {"code": 1}), (500, None), (200, {})]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("9999999", 86_400.0), ("nan", None), ("soon", None), ("", None)],
)
async def test_retry_after_comes_along(header: str, seconds: float | None) -> None:
    async with running(reply(status=429, Retry_After=header)) as vendor, upstream(vendor.url) as client:
        with pytest.raises(Throttled) as caught:
            await client.get("/", route="/")
    assert caught.value.retry_after == seconds


async def test_retry_after_may_be_a_date() -> None:
    date = (datetime.now(UTC) + timedelta(seconds=100)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    async with running(reply(status=503, Retry_After=date)) as vendor, upstream(vendor.url) as client:
        with pytest.raises(VendorUnavailable) as caught:
            await client.get("/", route="/")
    assert caught.value.retry_after is not None
    assert 90 < caught.value.retry_after <= 100


async def test_no_more_calls_than_allowed_are_in_flight_and_waiting_is_not_the_vendor_s_time() -> None:
    most = now = 0

    async def slow(seen: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.15)
        now -= 1
        writer.write(reply())

    limits = Limits(timeout_seconds=0.4, max_concurrency=2, max_retries=0)
    async with running(slow) as vendor, upstream(vendor.url, limits=limits) as client:
        calls = [client.get("/", route="/") for _ in range(8)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert most == 2
        assert [type(result) for result in results] == [Answer] * 8
        await client.get("/", route="/")  # no slot is lost


async def test_waiting_for_a_place_ends_with_the_operation() -> None:
    limits = Limits(timeout_seconds=5, max_concurrency=1, max_retries=0)
    async with running(silence) as vendor, upstream(vendor.url, limits=limits) as client:
        first = asyncio.create_task(client.get("/", route="/"))
        await vendor.came.wait()
        with on(Errand.lasting(0.2)), pytest.raises(OutOfTime) as caught:
            await client.get("/", route="/")
        assert not caught.value.sent
        first.cancel()
    assert len(vendor.seen) == 1


async def test_a_cancelled_call_frees_its_slot_and_its_connection() -> None:
    limits = Limits(timeout_seconds=5, max_concurrency=1, max_retries=0)
    async with running(silence, reply()) as vendor, upstream(vendor.url, limits=limits) as client:
        task = asyncio.create_task(client.get("/", route="/"))
        await vendor.came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.get("/", route="/")).status == 200
    assert vendor.connections == 2


async def test_a_drip_fed_answer_is_bounded_in_all() -> None:
    async def drip(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b" ")
            await asyncio.sleep(0.05)

    async with running(drip) as vendor, upstream(vendor.url, limits=SHORT) as client:
        with pytest.raises(DeadlineExceeded):
            await client.get("/", route="/")


async def test_an_address_that_cannot_be_sent_is_the_callers_mistake() -> None:
    async with running() as vendor, upstream(vendor.url) as client:
        with pytest.raises(BadUserInput):
            await client.get("/", route="/", query="q=" + "x" * 70_000)
    assert vendor.seen == []


async def test_every_call_is_told_to_the_observer() -> None:
    told: list[CallRecord] = []
    async with (
        running(reply(), reply(status=500), hang_up) as vendor,
        upstream(vendor.url, observe=told.append) as client,
    ):
        await client.call("POST", "/a/1", route="/a/{a}")
        for _ in range(2):
            with pytest.raises(VendorUnavailable):
                await client.get("/b/2", route="/b/{b}")
    assert [(one.account, one.route, one.method, one.status, one.attempt) for one in told] == [
        ("acme", "/a/{a}", "POST", 200, 1),
        ("acme", "/b/{b}", "GET", 500, 1),
        ("acme", "/b/{b}", "GET", None, 1),
    ]
    assert all(0 < one.milliseconds < 5_000 for one in told)


async def test_health_tells_how_the_last_calls_went() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    answers = (reply(status=429, Retry_After="0"), reply(), reply(status=404), hang_up, reply(status=401), reply(b"x"))
    async with running(*answers) as vendor, upstream(vendor.url, now=lambda: now) as client:
        seen = [(client.health().state, client.health().last_success_at)]
        for _ in answers:
            with contextlib.suppress(GatewayError):
                await client.get("/", route="/")
            seen.append((client.health().state, client.health().last_success_at))
            now += timedelta(seconds=1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert seen == [
        (AccountState.UNKNOWN, None),
        (AccountState.THROTTLED, None),
        (AccountState.HEALTHY, start + timedelta(seconds=1)),
        (AccountState.HEALTHY, start + timedelta(seconds=2)),  # a vendor that knows no such thing is well
        (AccountState.UNAVAILABLE, start + timedelta(seconds=2)),
        (AccountState.MISCONFIGURED, start + timedelta(seconds=2)),
        (AccountState.UNAVAILABLE, start + timedelta(seconds=2)),
    ]


async def test_a_throttled_account_is_so_until_the_time_given() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    answers = (reply(), reply(status=429, Retry_After="60"))
    async with running(*answers) as vendor, upstream(vendor.url, now=lambda: now) as client:
        await client.get("/", route="/")
        with pytest.raises(Throttled):
            await client.get("/", route="/")
        health = client.health()
        assert (health.state, health.retry_at) == (AccountState.THROTTLED, now + timedelta(seconds=60))
        now += timedelta(seconds=61)
        assert (client.health().state, client.health().retry_at) == (AccountState.HEALTHY, None)


async def test_a_misconfigured_address_is_the_operators_to_mend() -> None:
    async with upstream("ftp://127.0.0.1") as client:
        with pytest.raises(Misconfigured):
            await client.get("/", route="/")
        assert client.health().state is AccountState.MISCONFIGURED


async def test_a_vendor_in_the_same_process_is_called_and_dropped_calls_are_told_apart() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/drop":
            raise ConnectionResetError
        length = 4 if scope["path"] == "/cut" else 2
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"[]"})

    client = Upstream(
        vendor="vendor",
        account="acme",
        base_url="http://vendor",
        transport=httpx.ASGITransport(app=app),
        limits=Limits(),
        explain=nothing_to_explain,
    )
    assert (await client.get("/", route="/")).body == []
    with pytest.raises(VendorUnavailable):
        await client.get("/drop", route="/drop")
    with pytest.raises(VendorBadAnswer):
        await client.get("/cut", route="/cut")
    async with client.stream("/", route="/") as stream:
        assert [chunk async for chunk in stream.chunks] == [b"[]"]
