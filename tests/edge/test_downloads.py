"""Download links: signed, short-lived, checked again at use, and safe to open."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.responses import Response
from starlette.types import Message, Receive

from gateway.accounts import Accounts
from gateway.edge import downloads
from gateway.edge.access import route
from gateway.edge.downloads import LIFETIME_SECONDS, Downloads, Ticket, Tickets
from gateway.errors import InvalidId, Throttled, VendorUnavailable
from gateway.loaders import Loaders
from gateway.model.account import Capability
from gateway.model.files import safe_name
from gateway.model.order import Attachment, AttachmentKind
from gateway.model.principal import ANYBODY, Principal, Scope
from gateway.model.ref import Kind, Ref
from gateway.model.values import Party
from gateway.secret import Secret
from gateway.vendors.base import ATTACHMENT, ORDER
from tests.fakes import EVERYTHING, FakeAdapter
from tests.test_binding import order

KEYS = (Secret("k" * 32), Secret("old" * 16))

ADA = Principal(name="key:ada", accounts=None, scopes=frozenset({Scope.ATTACHMENTS_READ}))
BEARER = replace(ADA, name="corporate:bo", expires_at=1_000_200.0)


def attachment(name: str = "PO 1.pdf", kind: AttachmentKind = AttachmentKind.FILE) -> Attachment:
    return Attachment(
        ref=Ref.of("one", Kind.ATTACHMENT, "a1"),
        number="a1",
        kind=kind,
        vendor_kind=None,
        file_name=name,
        content_type="text/html",
    )


class Known:
    """The rights that API keys have at the moment, by their names; a bearer token's are its own."""

    def __init__(self, *principals: Principal) -> None:
        self.keys = {one.name: one for one in principals}

    def current(self, principal: Principal) -> Principal | None:
        return self.keys.get(principal.name) if principal.expires_at is None else principal


class Desk:
    """Downloads over a fake vendor with one file, at a clock that can be turned."""

    def __init__(self, capabilities: frozenset[Capability] = EVERYTHING) -> None:
        self.now = 1_000_000.0
        self.adapter = FakeAdapter.named("one", capabilities)
        self.adapter.content = b"%PDF-1.7 the whole file"
        self.file = attachment()
        self.adapter.things = {self.file.ref: self.file}
        self.adapter.reads.add(ATTACHMENT, self.adapter.batch)  # type: ignore[arg-type]  # things are of any kind
        self.known = Known(ADA, ANYBODY)
        self.accounts = Accounts([self.adapter])
        self.downloads = Downloads(self.accounts, KEYS, "https://orders.example.com/", self.known, lambda: self.now)

    def token(self, principal: Principal = ADA) -> str:
        link = self.downloads.link(self.file, principal)
        assert link is not None
        assert link.startswith("https://orders.example.com/files/")
        return link.rsplit("/", 1)[1]


async def staying() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("never")


async def leaving() -> Message:
    return {"type": "http.disconnect"}


async def sent(response: Response, method: str = "GET", receive: Receive = staying) -> list[Message]:
    """What the server is given to send."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await response({"type": "http", "method": method, "asgi": {"spec_version": "2.3"}}, receive, send)
    return messages


def body(messages: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages)


def finished(messages: list[Message]) -> bool:
    return messages[-1]["type"] == "http.response.body" and not messages[-1].get("more_body")


async def test_a_link_leads_to_the_file_and_its_answer_is_safe_to_open() -> None:
    desk = Desk()
    response = await desk.downloads.serve(desk.token())
    messages = await sent(response)
    assert body(messages) == desk.adapter.content
    assert finished(messages)
    assert desk.adapter.downloads == 0
    headers = response.headers
    assert headers["content-disposition"] == "attachment; filename=\"PO 1.pdf\"; filename*=UTF-8''PO%201.pdf"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-length"] == str(len(desk.adapter.content))


async def test_asking_for_the_headers_alone_reads_no_file() -> None:
    desk = Desk()
    response = await desk.downloads.serve(desk.token())
    messages = await sent(response, "HEAD")
    assert body(messages) == b""
    assert response.headers["content-length"] == str(len(desk.adapter.content))
    assert desk.adapter.downloads == 0


async def test_a_client_that_is_gone_before_the_first_byte_leaves_nothing_open() -> None:
    desk = Desk()
    await sent(await desk.downloads.serve(desk.token()), receive=leaving)
    assert desk.adapter.downloads == 0

    async def broken(message: Message) -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await (await desk.downloads.serve(desk.token()))({"type": "http", "method": "GET"}, staying, broken)
    assert desk.adapter.downloads == 0


async def test_a_client_that_leaves_while_it_is_sent_to_leaves_nothing_open() -> None:
    desk = Desk()
    full = asyncio.Event()

    async def left() -> Message:
        await full.wait()
        return {"type": "http.disconnect"}

    async def slow(message: Message) -> None:
        if message["type"] == "http.response.body":
            full.set()
            await asyncio.Event().wait()

    await (await desk.downloads.serve(desk.token()))({"type": "http", "method": "GET"}, left, slow)
    assert desk.adapter.downloads == 0


async def test_a_client_that_stops_reading_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "LONGEST_SECONDS", 0.05)
    desk = Desk()

    async def stuck(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    await (await desk.downloads.serve(desk.token()))({"type": "http", "method": "GET"}, staying, stuck)
    assert desk.adapter.downloads == 0


async def test_a_vendor_that_breaks_off_leaves_the_answer_unfinished() -> None:
    desk = Desk()
    desk.adapter.content_trouble = VendorUnavailable("broke")
    messages = await sent(await desk.downloads.serve(desk.token()))
    assert body(messages) == desk.adapter.content[:7]
    assert not finished(messages)
    assert desk.adapter.downloads == 0


async def test_a_link_into_an_account_that_was_removed_is_a_404() -> None:
    desk = Desk()
    token = desk.token()
    empty = Downloads(Accounts([]), KEYS, "https://orders.example.com", desk.known, lambda: desk.now)
    assert (await empty.serve(token)).status_code == 404


async def test_a_link_ends() -> None:
    desk = Desk()
    token = desk.token()
    desk.now += LIFETIME_SECONDS + 1
    response = await desk.downloads.serve(token)
    assert response.status_code == 404
    assert json.loads(bytes(response.body))["errors"][0]["extensions"]["code"] == "INVALID_ID"
    assert desk.adapter.batches == []


async def test_a_file_that_is_gone_is_a_404_and_a_vendor_in_trouble_says_so() -> None:
    desk = Desk()
    token = desk.token()
    desk.adapter.things.clear()
    assert (await desk.downloads.serve(token)).status_code == 404
    desk.adapter.trouble = Throttled("later", retry_after=7)
    response = await desk.downloads.serve(token)
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    desk.adapter.trouble = VendorUnavailable("down")
    assert (await desk.downloads.serve(token)).status_code == 502


def test_there_is_no_link_without_a_file_or_the_right() -> None:
    assert Desk().downloads.link(attachment(kind=AttachmentKind.LICENSE_KEY), ADA) is None
    assert Desk(frozenset({Capability.READ_ATTACHMENTS})).downloads.link(attachment(), ADA) is None


def test_there_is_no_link_without_the_scope() -> None:
    assert Desk().downloads.link(attachment(), replace(ADA, scopes=frozenset({Scope.ORDERS_READ}))) is None


async def test_a_key_that_is_taken_away_or_narrowed_takes_its_links_along() -> None:
    desk = Desk()
    token = desk.token()
    unread, blind = replace(ADA, scopes=frozenset({Scope.ORDERS_READ})), replace(ADA, accounts=frozenset())
    for known in ({}, {ADA.name: unread}, {ADA.name: blind}):
        desk.known.keys = known
        response = await desk.downloads.serve(token)
        assert response.status_code == 404
        assert json.loads(bytes(response.body))["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert desk.adapter.batches == []
    desk.known.keys = {ADA.name: ADA}
    assert (await desk.downloads.serve(token)).status_code == 200


async def test_a_bearers_link_ends_with_the_token_and_needs_no_record_of_it() -> None:
    desk = Desk()
    token = desk.token(BEARER)
    assert (await desk.downloads.serve(token)).status_code == 200
    desk.now = 1_000_201.0
    assert (await desk.downloads.serve(token)).status_code == 404


async def test_a_bound_bearers_link_is_good_for_its_customers_file_alone() -> None:
    desk = Desk()
    desk.adapter.reads.add(ORDER, desk.adapter.batch)  # type: ignore[arg-type]  # things are of any kind
    mine = order("1", "a")
    desk.file = replace(desk.file, order=mine.ref)
    desk.adapter.things = {desk.file.ref: desk.file, mine.ref: mine}
    bound = replace(BEARER, accounts=frozenset(), customers={"one": frozenset({"a", "b"})})
    assert desk.downloads.link(desk.file, bound) is None  # nobody has looked yet whose it is
    seen = desk.accounts.seen_by(bound)
    assert await Loaders(seen).load(ATTACHMENT, desk.file.ref) == desk.file
    token = desk.token(bound)
    assert (await desk.downloads.serve(token)).status_code == 200
    desk.adapter.things[mine.ref] = replace(mine, customer=Party("b"))
    desk.accounts = Accounts([desk.adapter])  # what another process knows: nothing yet
    later = Downloads(desk.accounts, KEYS, "https://orders.example.com", desk.known, lambda: desk.now)
    assert (await later.serve(token)).status_code == 404


def test_keys_can_be_changed_without_a_gap() -> None:
    ticket = Ticket(Ref.of("one", Kind.ATTACHMENT, "a1"), "ada", 2_000_000)
    old = Tickets(KEYS[1:]).write(ticket)
    assert Tickets(KEYS).read(old, 1_000_000) == ticket
    with pytest.raises(InvalidId):
        Tickets(KEYS[:1]).read(old, 1_000_000)


@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    token = Tickets(KEYS).write(Ticket(Ref.of("one", Kind.ATTACHMENT, "a1"), "ada", 2_000_000))
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_."))
    changed = token[:place] + letter + token[place + 1 :]
    if changed == token:
        return
    with pytest.raises(InvalidId):
        Tickets(KEYS).read(changed, 1_000_000)


@given(st.text(max_size=200))
def test_junk_is_no_token(text: str) -> None:
    with pytest.raises(InvalidId):
        Tickets(KEYS).read(text, 0)


@given(st.text(max_size=300))
@example("." * 200 + "a")
@example("x" + "." * 150 + "a")
def test_no_file_name_is_a_path_or_a_header(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\<>:"|?*;%\r\n\x00')
    assert not safe.startswith(".")


def test_the_access_log_never_writes_a_token() -> None:
    assert route("/files/secret-token") == "/files/…"
    assert route("/graphql") == "/graphql"


def test_a_path_cannot_forge_a_line_of_the_access_log_or_flood_it() -> None:
    assert route("/x\n2026-01-01 INFO all is well") == "/…"
    assert len(route("/" + "a" * 5_000 + "/b")) < 120
    assert len(route("/" + "a" * 5_000)) < 120
