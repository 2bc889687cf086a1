"""Answers too long to hold: passed on piece by piece, and let go of on every way out."""

import asyncio
import gzip
from typing import Any

import httpx
import pytest

from gateway.errors import DeadlineExceeded, GatewayError, NotFound, VendorDenied, VendorUnavailable
from gateway.upstream.client import Upstream
from gateway.vendors.base import Limits
from tests.upstream.test_engine import silence
from tests.upstream.vendor import HangUp, Seen, reply, running, upstream

ONE = Limits(timeout_seconds=2, max_concurrency=1, max_answer_bytes=1_000, max_retries=0)
FILE = b"0123456789" * 50_000


async def content(client: Upstream, **more: Any) -> tuple[int, bytes]:
    async with client.stream("/file", route="/file", **more) as stream:
        return stream.status, b"".join([chunk async for chunk in stream.chunks])


async def test_a_file_longer_than_an_answer_may_be_comes_through_whole() -> None:
    async with (
        running(reply(FILE, content_type="application/pdf")) as vendor,
        upstream(vendor.url, limits=ONE) as client,
    ):
        assert await content(client, headers={"Accept": "application/pdf"}) == (200, FILE)
        assert await content(client) == (200, FILE)
    assert vendor.connections == 1
    assert (vendor.seen[0].headers["accept"], vendor.seen[0].headers["accept-encoding"]) == (
        "application/pdf",
        "identity",
    )


async def test_a_file_that_comes_packed_all_the_same_is_unpacked_in_bounded_pieces() -> None:
    packed = reply(gzip.compress(b" " * 10_000_000), Content_Encoding="gzip")
    async with (
        running(packed) as vendor,
        upstream(vendor.url, limits=ONE) as client,
        client.stream("/", route="/") as stream,
    ):
        sizes = [len(chunk) async for chunk in stream.chunks]
        assert "content-length" not in stream.headers
    assert (sum(sizes), max(sizes) <= 65_536) == (10_000_000, True)


async def test_a_redirect_is_yielded_and_its_target_is_asked_without_the_login() -> None:
    class Login(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["Authorization"] = "Bearer secret"
            yield request

    async with (
        running(reply(b"file")) as storage,
        running(reply(b"", 302, Location=storage.url + "/f?sig=%2f")) as vendor,
    ):
        more: dict[str, Any] = {"auth": Login(), "headers": {"X-Key": "secret"}}
        async with upstream(vendor.url, limits=ONE, **more) as client:
            async with client.stream("/file", route="/file") as stream:
                assert stream.status == 302
                target = stream.headers["location"]
            assert await content(client, url=target) == (200, b"file")
            with pytest.raises(VendorUnavailable):
                await content(client, url=target, public_only=True)
    assert vendor.seen[0].headers["authorization"] == "Bearer secret"
    (asked,) = storage.seen
    assert asked.target == "/f?sig=%2f"
    assert not {"authorization", "x-key"} & asked.headers.keys()


@pytest.mark.parametrize(("status", "error"), [(403, VendorDenied), (404, NotFound), (503, VendorUnavailable)])
async def test_an_answer_of_failure_is_raised(status: int, error: type[GatewayError]) -> None:
    async with running(reply(b"{}", status)) as vendor, upstream(vendor.url, limits=ONE) as client:
        with pytest.raises(error):
            await content(client)
        with pytest.raises(error):  # the slot was given back; storage hosts speak XML
            await content(client, url=vendor.url)
    assert len(vendor.seen) == 2


async def test_leaving_early_gives_slot_and_connection_back() -> None:
    answers = (reply(FILE * 20), reply(b"next"))
    async with running(*answers) as vendor, upstream(vendor.url, limits=ONE) as client:
        async with client.stream("/", route="/") as stream:
            async for _ in stream.chunks:
                break
        with pytest.raises(ZeroDivisionError):
            async with client.stream("/", route="/"):
                raise ZeroDivisionError
        assert await content(client) == (200, b"next")


async def test_a_cancelled_reader_gives_slot_and_connection_back() -> None:
    async def stall(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        await writer.drain()
        await asyncio.sleep(60)

    async with running(stall, reply(b"next")) as vendor, upstream(vendor.url, limits=ONE) as client:
        task = asyncio.create_task(content(client))
        await vendor.came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await content(client) == (200, b"next")


async def test_an_open_file_keeps_other_files_waiting_but_no_calls() -> None:
    limits = Limits(timeout_seconds=0.2, max_concurrency=1, max_retries=0)
    async with (
        running(reply(b"file", content_type=None), reply(b"{}")) as vendor,
        upstream(vendor.url, limits=limits) as client,
        client.stream("/", route="/"),
    ):
        await client.get("/", route="/")
        with pytest.raises(DeadlineExceeded):
            await content(client)
    assert len(vendor.seen) == 2


async def test_a_file_that_breaks_off_or_stalls_is_an_error_and_never_just_short() -> None:
    def cut(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        raise HangUp

    async def stall(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        await writer.drain()
        await silence(seen, writer)

    limits = Limits(timeout_seconds=0.2, max_retries=0)
    async with running(cut, stall, silence) as vendor, upstream(vendor.url, limits=limits) as client:
        with pytest.raises(VendorUnavailable):
            await content(client)
        for _ in range(2):
            with pytest.raises(DeadlineExceeded):
                await content(client)
    assert len(vendor.seen) == 3
