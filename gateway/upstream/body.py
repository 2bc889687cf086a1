"""Reads an answer's body within bounds: how long it may be, also once unpacked, and how its JSON may look."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Final

import httpx

from gateway.errors import AnswerBrokeOff, VendorBadAnswer

ENCODINGS: Final = "gzip, deflate"
PIECE_BYTES: Final = 64 * 1024
NUMBER_LENGTH: Final = 1_000
NUMBER_EXPONENT: Final = 1_000
JSON_TYPE: Final = re.compile(r"(application|text)/([a-z0-9.+-]+\+)?json", re.IGNORECASE)
LONE_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
BODILESS: Final = frozenset({204, 205, 304})


async def whole(response: httpx.Response, method: str, cap: int) -> bytes:
    """The unpacked body, at most `cap` bytes of it; raises VendorBadAnswer when it is longer, broken or cut off."""
    raw = _Counted(response)
    body = bytearray()
    try:
        async for piece in unpacked(raw.pieces(), response.headers):
            body += piece
            if len(body) > cap:
                raise VendorBadAnswer("The vendor's answer is longer than this account allows.")
    except (httpx.NetworkError, httpx.ProtocolError):
        raise AnswerBrokeOff("The vendor's answer broke off.") from None
    announced = response.headers.get("content-length", "")
    if (
        method != "HEAD"
        and response.status_code not in BODILESS
        and announced.isdecimal()
        and raw.count < int(announced)
    ):
        raise AnswerBrokeOff("The vendor's answer broke off.")
    return bytes(body)


async def unpacked(pieces: AsyncIterator[bytes], headers: httpx.Headers) -> AsyncIterator[bytes]:
    """The body without its Content-Encoding, never more than PIECE_BYTES at once, however small it came packed."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        async for piece in pieces:
            yield piece
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise VendorBadAnswer("The vendor's answer is packed in a way nobody asked for.")
    packed: Any = None
    async for piece in pieces:
        rest = piece
        if packed is None and piece:
            packed = zlib.decompressobj(_window(encoding, piece))
        while rest and not packed.eof:
            try:
                out = packed.decompress(rest, PIECE_BYTES)
            except zlib.error:
                raise VendorBadAnswer("The vendor's answer is packed wrongly.") from None
            rest = packed.unconsumed_tail
            if out:
                yield out
    if packed is not None and not packed.eof:
        raise AnswerBrokeOff("The vendor's answer broke off.")


def is_json(headers: httpx.Headers) -> bool:
    return JSON_TYPE.fullmatch(headers.get("content-type", "").partition(";")[0].strip()) is not None


def parsed(body: bytes) -> Any:
    """The JSON value, None for an empty body; non-integers as Decimal. Raises VendorBadAnswer."""
    try:
        text = body.decode("utf-8-sig")
        if not text or text.isspace():
            return None
        value = json.loads(text, parse_float=_decimal, parse_constant=_refused)
        return _mended(value) if LONE_SURROGATE.search(text) else value
    except RecursionError:
        raise VendorBadAnswer("The vendor's answer is nested too deeply.") from None
    except ValueError:
        raise VendorBadAnswer("The vendor's answer is not JSON, or broke off.") from None


class _Counted:
    """The raw body as it comes, and how much of it has come."""

    def __init__(self, response: httpx.Response) -> None:
        self._stream = response.stream
        self.count = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        if not isinstance(self._stream, httpx.AsyncByteStream):
            raise TypeError("a transport must answer with an asynchronous body")
        async for piece in self._stream:
            self.count += len(piece)
            yield piece


def _window(encoding: str, start: bytes) -> int:
    if encoding != "deflate":
        return 16 + zlib.MAX_WBITS
    # "deflate" is zlib by the standard, and bare deflate at some servers; zlib's first byte tells.
    return zlib.MAX_WBITS if start[0] & 0x0F == 8 else -zlib.MAX_WBITS


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > NUMBER_LENGTH or abs(number.adjusted()) > NUMBER_EXPONENT:
        raise ValueError("a number out of all bounds")
    return number


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _mended(value: Any) -> Any:
    """The value with halves of surrogate pairs replaced: no encoder of ours could send them on."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in value.items()}
    return value
