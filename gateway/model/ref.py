"""The identity of a thing at a vendor, and its opaque form for the outside."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import Enum

from gateway.errors import InvalidId

VERSION = 1
MAX_LENGTH = 512
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
SEPARATOR = "\x1f"


class Kind(Enum):
    """What a Ref points at. The value is its byte in an id, so it never changes; REFERENCE never leaves the gateway."""

    ACCOUNT = 1
    ORDER = 2
    LINE = 3
    AGREEMENT = 4
    AGREEMENT_LINE = 5
    ATTACHMENT = 6
    SUBSCRIPTION = 7
    ASSET = 8
    CART = 9
    REFERENCE = 255


@dataclass(frozen=True, slots=True)
class Ref:
    """`parts` are the vendor's own identifiers, outermost first; their number is fixed per vendor and kind."""

    account: str
    kind: Kind
    parts: tuple[str, ...]

    @classmethod
    def of(cls, account: str, kind: Kind, *parts: str) -> Ref:
        """A Ref in canonical form: GUIDs compare without case at every vendor, so they are kept in lower case."""
        return cls(account, kind, tuple(part.lower() if GUID.fullmatch(part) else part for part in parts))

    def child(self, kind: Kind, part: str) -> Ref:
        return Ref.of(self.account, kind, *self.parts, part)

    def parent(self, kind: Kind) -> Ref:
        return Ref(self.account, kind, self.parts[:-1])

    def encode(self) -> str:
        """The opaque, URL-safe id that clients see."""
        raw = bytes((VERSION, self.kind.value)) + SEPARATOR.join((self.account, *self.parts)).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> Ref:
        """The Ref behind an id. Raises InvalidId for anything that `encode` cannot have made."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True) if text else b""
            kind = Kind(raw[1]) if len(raw) > 2 and raw[0] == VERSION else None
            account, *parts = raw[2:].decode().split(SEPARATOR)
        except (binascii.Error, ValueError):
            raise InvalidId("This is not an id of this gateway.") from None
        well_formed = all(part.isprintable() and part for part in (account, *parts))
        if len(text) > MAX_LENGTH or kind is None or kind is Kind.REFERENCE or not well_formed:
            raise InvalidId("This is not an id of this gateway.")
        return cls.of(account, kind, *parts)
