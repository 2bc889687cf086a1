"""Writes on the wire: when the note before the first byte is taken, and what an error says of whether one left."""

import asyncio
import socket
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from gateway.errors import GatewayError, InProgress, Throttled, VendorBadAnswer, VendorRefused
from gateway.secret import Secret
from gateway.upstream.errand import Errand, on
from gateway.upstream.login import Token, TokenLogin
from gateway.upstream.multipart import Multipart, Part
from gateway.vendors.base import Limits
from tests.upstream.test_engine import hang_up, silence
from tests.upstream.vendor import Answering, Seen, reply, running, upstream

SHORT = Limits(timeout_seconds=0.3, max_retries=0)


def login(url: str) -> TokenLogin:
    return TokenLogin(
        lambda: httpx.Request("POST", url + "/token"), lambda status, body: Token(Secret(body["access_token"]), 3600)
    )


def token_first(*answers: Answering | bytes, token: Answering | bytes | None = None) -> Answering:
    """Gives a token at /token, and elsewhere these answers in order."""
    rest = list(answers)

    def answering(seen: Seen, writer: asyncio.StreamWriter) -> Any:
        answer = token or reply(b'{"access_token": "t"}') if seen.target == "/token" else rest.pop(0)
        return writer.write(answer) if isinstance(answer, bytes) else answer(seen, writer)

    return answering


async def test_the_note_is_taken_after_the_login_and_before_the_call() -> None:
    order: list[str] = []

    def noting(name: str) -> Callable[[Seen, asyncio.StreamWriter], None]:
        def answering(seen: Seen, writer: asyncio.StreamWriter) -> None:
            order.append(name)
            writer.write(reply(b'{"access_token": "t"}'))

        return answering

    async def note() -> None:
        order.append("note")

    async with (
        running(token_first(noting("call"), token=noting("login"))) as vendor,
        upstream(vendor.url, auth=login(vendor.url)) as client,
    ):
        await client.call("POST", "/x", route="/x", json={}, sending=note)
    assert order == ["login", "note", "call"]


async def test_a_note_that_fails_keeps_the_call_from_being_made() -> None:
    async def note() -> None:
        raise InProgress("another has it")

    async with running() as vendor, upstream(vendor.url) as client:
        with pytest.raises(InProgress) as caught:
            await client.call("POST", "/x", route="/x", json={}, sending=note)
        assert vendor.seen == []
    assert not caught.value.sent
    assert caught.value.of_write


async def failure(answer: Answering | bytes, *, limits: Limits = SHORT) -> GatewayError:
    async with running(answer) as vendor, upstream(vendor.url, limits=limits) as client:
        with pytest.raises(GatewayError) as caught:
            await client.call("POST", "/x", route="/x", json={})
    return caught.value


@pytest.mark.parametrize("answer", [silence, hang_up, reply(status=503), reply(b"{", 200)])
async def test_what_may_have_been_done_is_not_certain(answer: Answering | bytes) -> None:
    error = await failure(answer)
    assert error.sent
    assert not error.certain


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
async def test_a_no_is_certain(status: int) -> None:
    error = await failure(reply(status=status))
    assert error.certain
    assert not error.of_write  # it was not noted


async def test_what_never_left_is_certain() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with upstream(f"http://127.0.0.1:{nobody.getsockname()[1]}") as client:
            with pytest.raises(GatewayError) as caught:
                await client.call("POST", "/x", route="/x", json={})
    assert caught.value.certain
    assert not caught.value.sent


@pytest.mark.parametrize("token", [silence, hang_up, reply(status=503)])
async def test_a_login_that_fails_is_no_write_that_may_have_been_done(token: Answering | bytes) -> None:
    async with (
        running(token_first(token=token)) as vendor,
        upstream(vendor.url, limits=SHORT, auth=login(vendor.url)) as client,
    ):
        with pytest.raises(GatewayError) as caught:
            await client.call("POST", "/x", route="/x", json={})
    assert caught.value.certain


@pytest.mark.parametrize("again", [silence, hang_up, reply(status=503)])
async def test_a_login_that_fails_after_a_401_is_no_write_that_may_have_been_done(again: Answering | bytes) -> None:
    tokens: list[Answering | bytes] = [reply(b'{"access_token": "t"}'), again]

    def given(seen: Seen, writer: asyncio.StreamWriter) -> Any:
        answer = tokens.pop(0)
        return writer.write(answer) if isinstance(answer, bytes) else answer(seen, writer)

    async with (
        running(token_first(reply(status=401), token=given)) as vendor,
        upstream(vendor.url, limits=SHORT, auth=login(vendor.url)) as client,
    ):
        with pytest.raises(GatewayError) as caught:
            await client.call("POST", "/x", route="/x", json={})
        assert [seen.target for seen in vendor.seen] == ["/token", "/x", "/token"]
    assert caught.value.certain


async def test_waiting_for_a_place_is_no_write_that_may_have_been_done() -> None:
    limits = Limits(timeout_seconds=5, max_concurrency=1, max_retries=0)
    async with running(silence) as vendor, upstream(vendor.url, limits=limits) as client:
        first = asyncio.create_task(client.get("/", route="/"))
        await vendor.came.wait()
        with on(Errand.lasting(0.2)), pytest.raises(GatewayError) as caught:
            await client.call("POST", "/x", route="/x", json={})
        first.cancel()
        assert len(vendor.seen) == 1
    assert caught.value.certain


async def test_a_form_is_sent_again_after_a_login_that_was_refused() -> None:
    notes = 0

    async def note() -> None:
        nonlocal notes
        notes += 1

    form = Multipart([Part("file", "a.txt", "text/plain", b"hello")], boundary="a-boundary-of-ours")
    async with (
        running(token_first(reply(status=401), reply())) as vendor,
        upstream(vendor.url, auth=login(vendor.url)) as client,
    ):
        await client.call("POST", "/x", route="/x", form=form, sending=note)
        sent = [seen for seen in vendor.seen if seen.target == "/x"]
    assert len(sent) == notes == 2
    assert sent[0].body == sent[1].body
    assert b"hello" in sent[0].body
    assert sent[0].headers["content-length"] == str(form.content_length)
    assert "transfer-encoding" not in sent[0].headers


async def test_what_the_vendor_s_judge_says_is_kept_apart_from_the_message() -> None:
    def explain(status: int, headers: httpx.Headers, body: Any) -> GatewayError | None:
        error = VendorRefused("The vendor refused the request.")
        error.told = body["Message"]
        return error

    async with (
        running(reply(b'{"Message": "secret words"}', 400)) as vendor,
        upstream(vendor.url, explain=explain) as client,
    ):
        with pytest.raises(VendorRefused) as caught:
            await client.call("POST", "/x", route="/x", json={})
    assert caught.value.told == "secret words"
    assert "secret" not in str(caught.value)
    assert "secret" not in str(caught.value.extensions)


def test_errors_know_whether_they_are_certain() -> None:
    assert Throttled("wait").certain
    bad = VendorBadAnswer("what?")
    assert not bad.certain
    bad.sent = False
    assert bad.certain


async def test_numbers_that_a_vendor_sent_are_sent_back_however_large() -> None:
    body = {"big": [2**70, -(2**63)], "price": Decimal("1.10")}
    async with running() as vendor, upstream(vendor.url) as client:
        await client.call("PUT", "/x", route="/x", json=body)
    assert vendor.seen[0].body == b'{"big":[1180591620717411303424,-9223372036854775808],"price":1.10}'
