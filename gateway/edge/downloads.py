"""Files of attachments: signed links to this gateway, and the stream behind them.

A link's token stands in the path, names the attachment, the principal it was made for and its end, and is signed. What
may be read is decided again when it is used: by the rights that an API key has then, or, for who came with a bearer
token, by those that the token gave, until it is over.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote

from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Send
from starlette.types import Scope as RequestScope

from gateway.accounts import Accounts
from gateway.errors import ClientMistake, DeadlineExceeded, GatewayError, InvalidId, NotFound, Throttled
from gateway.loaders import Loaders
from gateway.model.account import Account, Capability
from gateway.model.files import media_type, safe_name
from gateway.model.order import Attachment, AttachmentKind
from gateway.model.principal import ANYBODY, Principal, Scope
from gateway.model.ref import Kind, Ref
from gateway.secret import Secret
from gateway.vendors.base import ATTACHMENT, Download

LIFETIME_SECONDS: Final = 300
WHOLE: Final = ""
GONE: Final = "There is no such attachment, or not for you."
LONGEST_SECONDS: Final = 1_800  # a client that stops reading would hold one of the account's calls for ever
MAX_TOKEN: Final = 2_048
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a token says: which attachment, for whom, until when (seconds since 1970).

    `granted` is a bearer token's part of the rights: the customer whose the attachment must be, or WHOLE where any of
    the account's will do. None where the rights are looked up when the link is used.
    """

    ref: Ref
    principal: str
    expires: int
    granted: str | None = None


@dataclass(frozen=True, slots=True)
class Tickets:
    """Signs and reads tokens; the first key signs, all are accepted, so that keys can be changed without a gap."""

    keys: Sequence[Secret]

    def write(self, ticket: Ticket) -> str:
        content = [ticket.ref.encode(), ticket.principal, ticket.expires, ticket.granted]
        body = json.dumps(content, separators=(",", ":")).encode()
        return f"{text(body)}.{text(self._sign(self.keys[0], body))}"

    def read(self, token: str, now: float) -> Ticket:
        """Raises InvalidId for a token that is not ours, was changed, or is over."""
        try:
            body, signature = (data(part) for part in token.split(".")) if len(token) <= MAX_TOKEN else (b"", b"")
        except (binascii.Error, ValueError):
            body, signature = b"", b""
        if not any(hmac.compare_digest(self._sign(key, body), signature) for key in self.keys):
            raise InvalidId("This link is not one of this gateway.")
        id_, principal, expires, granted = json.loads(body)
        if expires < now:
            raise InvalidId("This link is over; ask for a new one.")
        return Ticket(Ref.decode(id_), principal, expires, granted)

    @staticmethod
    def _sign(key: Secret, body: bytes) -> bytes:
        return hmac.digest(key.reveal().encode(), b"download\0" + body, hashlib.sha256)


class Rights(Protocol):
    """Who knows what a principal may do now."""

    def current(self, principal: Principal) -> Principal | None: ...


class Downloads:
    """Makes links for the graph (`link`) and serves them (`serve`)."""

    def __init__(
        self,
        accounts: Accounts,
        keys: Sequence[Secret],
        public_url: str,
        rights: Rights,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._accounts = accounts
        self._tickets = Tickets(keys)
        self._public_url = public_url.rstrip("/")
        self._rights = rights
        self._now = now

    def link(self, attachment: Attachment, principal: Principal) -> str | None:
        """An absolute address good for a few minutes; None where there is no file or no right to it."""
        account = self._accounts[attachment.ref.account].account
        if attachment.kind is AttachmentKind.LICENSE_KEY or Capability.DOWNLOAD_ATTACHMENTS not in account.capabilities:
            return None
        if Scope.ATTACHMENTS_READ not in principal.scopes:
            return None
        expires, granted = self._now() + LIFETIME_SECONDS, None
        if principal.expires_at is not None:
            expires, granted = min(expires, principal.expires_at), self._granted(attachment, account, principal)
            if granted is None:
                return None
        ticket = Ticket(attachment.ref, principal.name, int(expires), granted)
        return f"{self._public_url}/files/{self._tickets.write(ticket)}"

    async def serve(self, token: str) -> Response:
        """The file behind a link's token, streamed with bounded memory; a JSON answer where it cannot be had."""
        async with AsyncExitStack() as stack:
            try:
                ticket = self._tickets.read(token, self._now())
            except GatewayError as error:
                return refusal(error)
            try:
                accounts = self._accounts.seen_by(self._holder(ticket))
                attachment = await attachment_behind(ticket.ref, accounts)
                adapter = accounts[ticket.ref.account]
                download = await stack.enter_async_context(adapter.download(attachment))
            except (InvalidId, NotFound):
                return refusal(NotFound(GONE))
            except GatewayError as error:
                return refusal(error)
            return FileStream(attachment, download, stack.pop_all())

    def _granted(self, attachment: Attachment, account: Account, principal: Principal) -> str | None:
        if principal.customers_of(account.name) is None:
            return WHOLE
        return self._accounts.seen_by(principal)[account.id].customer_of(attachment)

    def _holder(self, ticket: Ticket) -> Principal:
        """The principal with what it may see now. Raises NotFound where that is nothing any more."""
        named = ANYBODY if ticket.principal == ANYBODY.name else Principal(name=ticket.principal)
        if ticket.granted is not None:
            named = self._bearer(ticket, ticket.granted)
        holder = self._rights.current(named)
        if holder is None or Scope.ATTACHMENTS_READ not in holder.scopes:
            raise NotFound(GONE)
        return holder

    def _bearer(self, ticket: Ticket, granted: str) -> Principal:
        names = frozenset(one.account.name for one in self._accounts if one.account.id == ticket.ref.account)
        return Principal(
            name=ticket.principal,
            scopes=frozenset({Scope.ATTACHMENTS_READ}),
            accounts=names if granted == WHOLE else frozenset(),
            customers=dict.fromkeys(names, frozenset({granted})),
            expires_at=ticket.expires,
        )


async def attachment_behind(ref: Ref, accounts: Accounts) -> Attachment:
    """Raises InvalidId, NotFound, VendorError."""
    checked = accounts.ref(ref.encode(), frozenset({Kind.ATTACHMENT}))
    attachment = await Loaders(accounts).load(ATTACHMENT, checked)
    if attachment is None:
        raise NotFound(GONE)
    return attachment


class FileStream(StreamingResponse):
    """The file's bytes as they come. However sending them ends, `stack` is closed: it holds the vendor's connection."""

    def __init__(self, attachment: Attachment, download: Download, stack: AsyncExitStack) -> None:
        super().__init__(
            download.chunks, headers=headers(attachment, download), media_type=media_type(download.content_type)
        )
        self._stack = stack

    async def __call__(self, scope: RequestScope, receive: Receive, send: Send) -> None:
        async with self._stack:
            if scope["method"] == "HEAD":
                self.body_iterator = nothing()
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    await super().__call__(scope, receive, send)
            except (GatewayError, TimeoutError):
                # Already logged, or the client reads too slowly. The status is out: the server ends an unfinished
                # answer by breaking the connection, which tells the client.
                return


async def nothing() -> AsyncIterator[bytes]:
    return
    yield


def headers(attachment: Attachment, download: Download) -> dict[str, str]:
    name = safe_name(attachment.file_name or attachment.name or "attachment")
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    length = {} if download.length is None else {"Content-Length": str(download.length)}
    return {**SAFE_HEADERS, "Content-Disposition": disposition, **length}


def refusal(error: GatewayError) -> Response:
    status = next((code for kind, code in STATUSES if isinstance(error, kind)), 502)
    retry = {"Retry-After": str(int(error.retry_after))} if error.retry_after is not None else {}
    body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
    return JSONResponse(body, status_code=status, headers={**SAFE_HEADERS, **retry})


STATUSES: tuple[tuple[type[GatewayError], int], ...] = (
    (NotFound, 404),
    (InvalidId, 404),
    (ClientMistake, 400),
    (Throttled, 503),
    (DeadlineExceeded, 504),
)


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def data(part: str) -> bytes:
    """The bytes behind a part of a token. Raises ValueError; one text alone leads to the same bytes."""
    raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    if text(raw) != part:
        raise ValueError(part)
    return raw
