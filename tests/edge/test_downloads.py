"""Download links: signed, short-lived, checked again at use, and safe to open."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response, StreamingResponse

from gateway.accounts import Accounts
from gateway.edge.access import route
from gateway.edge.downloads import LIFETIME_SECONDS, Downloads, Ticket, Tickets, safe_name
from gateway.errors import InvalidId, Throttled, VendorUnavailable
from gateway.model.account import Capability
from gateway.model.order import Attachment, AttachmentKind
from gateway.model.ref import Kind, Ref
from gateway.secret import Secret
from gateway.vendors.base import ATTACHMENT
from tests.fakes import EVERYTHING, FakeAdapter

KEYS = (Secret("k" * 32), Secret("old" * 16))


def attachment(name: str = "PO 1.pdf", kind: AttachmentKind = AttachmentKind.FILE) -> Attachment:
    return Attachment(
        ref=Ref.of("one", Kind.ATTACHMENT, "a1"),
        number="a1",
        kind=kind,
        vendor_kind=None,
        file_name=name,
        content_type="text/html",
    )


class Desk:
    """Downloads over a fake vendor with one file, at a clock that can be turned."""

    def __init__(self, capabilities: frozenset[Capability] = EVERYTHING) -> None:
        self.now = 1_000_000.0
        self.adapter = FakeAdapter.named("one", capabilities)
        self.adapter.content = b"%PDF-1.7 the whole file"
        self.file = attachment()
        self.adapter.things = {self.file.ref: self.file}
        self.adapter.reads.add(ATTACHMENT, self.adapter.batch)  # type: ignore[arg-type]  # things are of any kind
        self.downloads = Downloads(Accounts([self.adapter]), KEYS, "https://orders.example.com/", lambda: self.now)

    def token(self) -> str:
        link = self.downloads.link(self.file, "ada")
        assert link is not None
        assert link.startswith("https://orders.example.com/files/")
        return link.rsplit("/", 1)[1]


async def body(response: Response) -> bytes:
    if not isinstance(response, StreamingResponse):
        return bytes(response.body)
    return b"".join([bytes(chunk) async for chunk in response.body_iterator])  # type: ignore[arg-type]  # we stream bytes


async def test_a_link_leads_to_the_file_and_its_answer_is_safe_to_open() -> None:
    desk = Desk()
    response = await desk.downloads.serve(desk.token())
    assert await body(response) == desk.adapter.content
    headers = response.headers
    assert headers["content-disposition"] == "attachment; filename=\"PO 1.pdf\"; filename*=UTF-8''PO%201.pdf"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-length"] == str(len(desk.adapter.content))


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
    assert Desk().downloads.link(attachment(kind=AttachmentKind.LICENSE_KEY), "ada") is None
    assert Desk(frozenset({Capability.READ_ATTACHMENTS})).downloads.link(attachment(), "ada") is None


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
def test_no_file_name_is_a_path_or_a_header(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\<>:"|?*;%\r\n\x00')
    assert not safe.startswith(".")


def test_the_access_log_never_writes_a_token() -> None:
    assert route("/files/secret-token") == "/files/…"
    assert route("/graphql") == "/graphql"
