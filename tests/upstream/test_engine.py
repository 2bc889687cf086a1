"""The transport alone: what it sends, and which httpx error stands for which mishap."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.upstream.engine import AiohttpTransport
from tests.upstream.vendor import HangUp, Seen, Vendor, reply, running

TIMEOUT = httpx.Timeout(5, connect=0.3).as_dict()


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport()
    yield transport
    await transport.aclose()


async def ask(transport: AiohttpTransport, url: str, method: str = "GET", **more: object) -> httpx.Response:
    request = httpx.Request(method, url, **more)  # type: ignore[arg-type]  # httpx's own arguments
    request.extensions = {"timeout": TIMEOUT, **request.extensions}
    response = await transport.handle_async_request(request)
    try:
        await response.aread()
    finally:
        await response.aclose()
    return response


def hang_up(seen: Seen, writer: asyncio.StreamWriter) -> None:
    raise HangUp


def reset(seen: Seen, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()
    raise HangUp


async def silence(seen: Seen, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


def self_signed(directory: Path) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    (directory / "server.pem").write_bytes(pem)
    return directory / "server.pem"


async def test_the_connection_is_kept_for_the_next_call(transport: AiohttpTransport) -> None:
    async with running() as vendor:
        for _ in range(3):
            assert (await ask(transport, vendor.url)).json() == {}
    assert (vendor.connections, len(vendor.seen)) == (1, 3)


async def test_an_answer_not_read_to_its_end_gives_its_connection_up(transport: AiohttpTransport) -> None:
    async with running(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 1000) as vendor:
        response = await transport.handle_async_request(httpx.Request("GET", vendor.url))
        assert isinstance(response.stream, httpx.AsyncByteStream)
        async for _ in response.stream:
            break
        await response.aclose()
        async with asyncio.timeout(5):
            await vendor.left.wait()
    assert vendor.connections == 1


@pytest.mark.parametrize(
    "target",
    ["/a%2Fb%2fc/%7e~%C3%A9", "/x?eq(id,'b%27%22')&order=-audit.created.at,-id&f=%7B%22a%22%7d", "/x?a=b%20c+d&&e"],
)
async def test_percent_encoding_arrives_byte_for_byte(transport: AiohttpTransport, target: str) -> None:
    async with running() as vendor:
        await ask(transport, vendor.url + target)
    assert vendor.seen[0].target == target


async def test_nothing_is_sent_but_what_httpx_says(transport: AiohttpTransport) -> None:
    async with running() as vendor:
        await ask(transport, vendor.url, headers={"X-Mine": "1"})
        await ask(transport, vendor.url, "POST", content=b"abc")
    assert vendor.seen[0].headers == {"host": f"127.0.0.1:{vendor.port}", "x-mine": "1"}
    assert vendor.seen[1].headers == {"host": f"127.0.0.1:{vendor.port}", "content-length": "3"}


async def test_a_streamed_body_goes_out_in_pieces_or_with_the_length_given(transport: AiohttpTransport) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    async with running() as vendor:
        await ask(transport, vendor.url, "POST", content=pieces())
        await ask(transport, vendor.url, "PUT", content=pieces(), headers={"Content-Length": "6"})
    assert [(seen.method, seen.body) for seen in vendor.seen] == [("POST", b"onetwo"), ("PUT", b"onetwo")]
    assert vendor.seen[0].headers["transfer-encoding"] == "chunked"
    assert "transfer-encoding" not in vendor.seen[1].headers


async def test_cookies_are_neither_kept_nor_sent(transport: AiohttpTransport) -> None:
    async with running(reply(Set_Cookie="session=1; Path=/")) as vendor:
        for _ in range(2):
            await ask(transport, vendor.url)
    assert all("cookie" not in seen.headers for seen in vendor.seen)


async def test_a_redirect_is_an_answer_and_not_followed(transport: AiohttpTransport) -> None:
    async with running(reply(b"", 302, Location="/elsewhere")) as vendor:
        assert (await ask(transport, vendor.url)).headers["location"] == "/elsewhere"
    assert len(vendor.seen) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
@pytest.mark.parametrize(("answer", "error"), [(hang_up, httpx.RemoteProtocolError), (reset, httpx.ReadError)])
async def test_a_call_that_may_have_arrived_is_told_so_and_never_repeated(
    transport: AiohttpTransport, method: str, answer: object, error: type[Exception]
) -> None:
    async with running(reply(), answer) as vendor:  # type: ignore[arg-type]  # both are answers
        await ask(transport, vendor.url)  # so that the next call finds a kept connection, which aiohttp would retry
        with pytest.raises(error) as caught:
            await ask(transport, vendor.url, method)
    assert len(vendor.seen) == 2
    assert str(vendor.port) not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc", httpx.RemoteProtocolError),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", httpx.RemoteProtocolError),
    ],
)
async def test_a_broken_answer_is_a_protocol_error(
    transport: AiohttpTransport, answer: bytes, error: type[Exception]
) -> None:
    def broken(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        raise HangUp

    async with running(broken) as vendor:
        with pytest.raises(error):
            await ask(transport, vendor.url)
    assert len(vendor.seen) == 1


async def test_silence_is_a_read_timeout(transport: AiohttpTransport) -> None:
    async with running(silence) as vendor:
        with pytest.raises(httpx.ReadTimeout):
            await ask(transport, vendor.url, extensions={"timeout": httpx.Timeout(0.1).as_dict()})
    assert len(vendor.seen) == 1


async def test_no_server_and_no_name_are_connect_errors(transport: AiohttpTransport) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        closed = held.getsockname()[1]
        with pytest.raises(httpx.ConnectError):
            await ask(transport, f"http://127.0.0.1:{closed}")
    with pytest.raises(httpx.ConnectError):
        await ask(transport, "http://no-such-host.invalid")


async def test_a_server_nobody_vouches_for_is_a_connect_error(transport: AiohttpTransport, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    async with running(context=context) as vendor:
        with pytest.raises(httpx.ConnectError):
            await ask(transport, vendor.url.replace("http:", "https:"))
    assert vendor.seen == []


async def test_a_server_that_never_accepts_is_a_connect_timeout(transport: AiohttpTransport) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # the queue is full, so further connections get no reply
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        try:
            with pytest.raises(httpx.ConnectTimeout):
                await ask(transport, f"http://127.0.0.1:{address[1]}")
        finally:
            for one in waiting:
                one.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
async def test_a_public_only_request_never_reaches_a_private_host(transport: AiohttpTransport, host: str) -> None:
    async with running() as vendor:
        with pytest.raises(httpx.ConnectError):
            await ask(transport, f"http://{host}:{vendor.port}", extensions={"public_only": True})
    assert vendor.connections == 0


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http:///x"])
async def test_what_is_no_http_address_is_refused_before_anything_is_sent(
    transport: AiohttpTransport, url: str
) -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        await ask(transport, url)


async def test_a_header_with_a_line_break_is_refused_before_anything_is_sent(transport: AiohttpTransport) -> None:
    async with running() as vendor:
        with pytest.raises(httpx.LocalProtocolError):
            await ask(transport, vendor.url, headers={"X-Bad": "a\r\nX-More: b"})
    assert vendor.seen == []


async def test_a_closed_transport_opens_nothing() -> None:
    vendor = Vendor()
    transport = AiohttpTransport()
    await transport.aclose()
    with pytest.raises(httpx.ConnectError):
        await ask(transport, "http://127.0.0.1:9")
    assert vendor.connections == 0
