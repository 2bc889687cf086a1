"""Forms towards vendors: of stated length, whole, the same each time, and safe whatever a file is called."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from gateway.model.files import UploadLimits, safe_name
from gateway.store.intake import Intake, Quota
from gateway.store.spool import Spool, SpooledFile
from gateway.upstream.engine import AiohttpTransport
from gateway.upstream.multipart import Multipart, Part
from tests.upstream.vendor import reply, running

BOUNDARY = "order-gateway-0123456789abcdef"
MIB = 1024 * 1024


async def spooled(directory: Path, data: bytes, times: int = 1) -> SpooledFile:
    limits = UploadLimits(10**9, 10, 10**9)
    intake = Intake(Spool(directory, 10**9, reserve=0), "a.bin", "application/x-any", [Quota(limits)])
    for _ in range(times):
        await intake.write(data)
    return await intake.finish()


async def body_of(form: Multipart) -> bytes:
    return b"".join([piece async for piece in form])


async def parsed(form: Multipart) -> list[tuple[str, str | None, str | None, bytes]]:
    """Name, file name, type and content of each part, as starlette (and so the emulators) read them."""
    body = await body_of(form)

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    request = Request(
        {"type": "http", "method": "POST", "headers": [(b"content-type", form.content_type.encode())]}, receive
    )
    found: list[tuple[str, str | None, str | None, bytes]] = []
    async with request.form() as fields:
        for name, value in fields.multi_items():
            if isinstance(value, str):
                found.append((name, None, None, value.encode()))
            else:
                found.append((name, value.filename, value.content_type, await value.read()))
    return found


def request_of(form: Multipart, url: str) -> httpx.Request:
    headers = {"Content-Type": form.content_type, "Content-Length": str(form.content_length)}
    return httpx.Request("POST", url, headers=headers, stream=form)


async def test_the_parts_are_read_as_they_were_given(tmp_path: Path) -> None:
    file = await spooled(tmp_path, b"\r\n--content\x00" * 20_000)
    form = Multipart(
        [
            Part("metadata", None, "application/json; charset=utf-8", b'{"a": 1}'),
            Part("POFiles", "PO 1 größe.pdf", "application/pdf", file),
            Part("TenderFiles", "empty.txt", "text/plain", b""),
        ],
        BOUNDARY,
    )
    assert await parsed(form) == [
        ("metadata", None, None, b'{"a": 1}'),
        ("POFiles", "PO 1 größe.pdf", "application/pdf", b"\r\n--content\x00" * 20_000),
        ("TenderFiles", "empty.txt", "text/plain", b""),
    ]
    assert len(await body_of(form)) == form.content_length
    file.close()


async def test_a_repeated_form_has_the_same_bytes(tmp_path: Path) -> None:
    file = await spooled(tmp_path, b"x" * 200_000)
    parts = [Part("file", "a.pdf", "application/pdf", file), Part("attachment", None, "application/json", b"{}")]
    form = Multipart(parts, BOUNDARY)
    assert await body_of(form) == await body_of(form) == await body_of(Multipart(parts, BOUNDARY))
    file.close()


async def test_the_vendor_is_told_the_length_and_gets_every_byte(tmp_path: Path) -> None:
    file = await spooled(tmp_path, b"x" * 300_000)
    form = Multipart([Part("file", "a.pdf", "application/pdf", file)], BOUNDARY)
    async with running(reply()) as vendor:
        transport = AiohttpTransport()
        for _ in range(2):
            response = await transport.handle_async_request(request_of(form, vendor.url))
            assert response.status_code == 200
            await response.aclose()
        await transport.aclose()
    whole = await body_of(form)
    for seen in vendor.seen:
        assert seen.headers["content-length"] == str(len(whole))
        assert "transfer-encoding" not in seen.headers
        assert seen.headers["content-type"] == form.content_type
        assert seen.body == whole
    file.close()


class Token(httpx.Auth):
    """Asks again with another token where the first is refused."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = "old"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = "new"
            yield request


async def test_a_form_that_meets_an_old_login_is_sent_again_whole(tmp_path: Path) -> None:
    file = await spooled(tmp_path, b"x" * 300_000)
    form = Multipart([Part("file", "a.pdf", "application/pdf", file)], BOUNDARY)
    async with (
        running(reply(status=401), reply()) as vendor,
        httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as client,
    ):
        response = await client.send(request_of(form, vendor.url), auth=Token())
        assert response.status_code == 200
    assert [seen.headers["authorization"] for seen in vendor.seen] == ["old", "new"]
    assert vendor.seen[0].body == vendor.seen[1].body == await body_of(form)
    file.close()


async def test_a_file_that_is_gone_is_never_half_a_form_that_a_vendor_takes(tmp_path: Path) -> None:
    file = await spooled(tmp_path, b"x" * 300_000)
    form = Multipart([Part("file", "a.pdf", "application/pdf", file)], BOUNDARY)
    file.close()
    async with running(reply()) as vendor:
        transport = AiohttpTransport()
        with pytest.raises(httpx.TransportError):
            await transport.handle_async_request(request_of(form, vendor.url))
        await transport.aclose()
    assert vendor.seen == []


@dataclass
class Digesting:
    """A vendor that hashes what comes and keeps nothing of it."""

    digest: str = ""
    length: int = 0
    stated: int = 0
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        self.stated = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        hashed = hashlib.sha256()
        while self.length < self.stated:
            piece = await reader.read(64 * 1024)
            if not piece:
                break
            hashed.update(piece)
            self.length += len(piece)
        self.digest = hashed.hexdigest()
        writer.write(reply())
        writer.close()


@contextlib.asynccontextmanager
async def digesting() -> AsyncIterator[Digesting]:
    vendor = Digesting()
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0)
    vendor.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield vendor
    finally:
        server.close()


async def test_a_large_file_goes_to_the_vendor_with_little_memory(tmp_path: Path) -> None:
    file = await spooled(tmp_path, b"0123456789abcdef" * 4_096, times=800)
    assert file.size == 50 * MIB
    form = Multipart([Part("file", "a.pdf", "application/pdf", file)], BOUNDARY)
    expected = hashlib.sha256()
    async for piece in form:
        expected.update(piece)
    async with digesting() as vendor:
        transport = AiohttpTransport()
        tracemalloc.start()
        response = await transport.handle_async_request(request_of(form, vendor.url))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await response.aclose()
        await transport.aclose()
    assert (vendor.stated, vendor.length, vendor.digest) == (
        form.content_length,
        form.content_length,
        expected.hexdigest(),
    )
    assert peak < 8 * MIB
    file.close()


@given(st.text(max_size=60), st.text(max_size=60))
@example('a"; filename="b', "a\\")
@example("a\r\nX: y", 'a\\"; x="\x00')
def test_no_name_ends_its_header_or_becomes_another(name: str, filename: str) -> None:
    form = Multipart([Part(name, filename, "text/plain", b"body")], BOUNDARY)
    body = asyncio.run(body_of(form))
    head, _, rest = body.partition(b"\r\n\r\n")
    assert rest == b"body\r\n--" + BOUNDARY.encode() + b"--\r\n"
    assert head.count(b"\r\n") == 2
    assert head.count(b'"') == 4
    assert b"\\" not in head
    assert not set(head.replace(b"\r\n", b"")) & set(range(32))
    assert form.content_length == len(body)


@given(st.text(max_size=60).map(safe_name))
def test_a_safe_file_name_comes_as_it_is(filename: str) -> None:
    form = Multipart([Part("file", filename, "text/plain", b"body")], BOUNDARY)
    assert asyncio.run(parsed(form)) == [("file", filename, "text/plain", b"body")]


@pytest.mark.parametrize(
    "boundary", ["", "short", "a" * 71, "with space in it", "with\r\nnewline", 'with"quote"it', "grüße-grüße"]
)
def test_a_boundary_that_is_none_is_refused(boundary: str) -> None:
    with pytest.raises(ValueError, match="boundary"):
        Multipart([], boundary)


def test_a_boundary_that_stands_in_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="boundary"):
        Multipart([Part("a", None, "text/plain", f"x{BOUNDARY}x".encode())], BOUNDARY)


@pytest.mark.parametrize("content_type", ["", "text", "text/plain\r\nX: y", "text/plain; a=\r\n", "text/plain; ü"])
def test_a_content_type_that_is_none_is_refused(content_type: str) -> None:
    with pytest.raises(ValueError, match="content type"):
        Multipart([Part("a", None, content_type, b"")], BOUNDARY)
