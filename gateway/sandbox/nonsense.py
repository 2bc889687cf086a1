"""Answers that have nothing to do with the question: each is an ASGI app that has done no work.

They come from a vendor that is broken, or from something between it and its callers that believes it is the vendor.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

MEBIBYTE: Final = 1024 * 1024
BOMB_BYTES: Final = 512 * MEBIBYTE
HUGE_BYTES: Final = 48 * MEBIBYTE  # in-process transports hold all of it at once
ELSEWHERE: Final = "http://elsewhere.invalid/portal"
JSON: Final = "application/json; charset=utf-8"


def garbage(status: int) -> ASGIApp:
    """JSON about something else."""
    return JSONResponse({"weather": "fine", "degrees": 21, "days": [None, {}, "Monday"]}, status)


def empty(status: int) -> ASGIApp:
    """No body, where one is due."""
    return Response(status_code=status, media_type=JSON)


def bomb(status: int) -> ASGIApp:
    """A short body that unpacks to half a gibibyte."""
    return Response(packed(BOMB_BYTES), status, {"Content-Encoding": "gzip"}, JSON)


def huge(status: int) -> ASGIApp:
    """A body that is longer than anybody waits for; its length is not announced."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", JSON.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        piece = b'["more",' * (MEBIBYTE // 8)
        for _ in range(HUGE_BYTES // MEBIBYTE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return app


def redirect(status: int) -> ASGIApp:
    """The way to another host."""
    return RedirectResponse(ELSEWHERE, status)


NONSENSE: Final[Mapping[str, tuple[int, Callable[[int], ASGIApp]]]] = {
    "garbage": (200, garbage),
    "empty": (200, empty),
    "bomb": (200, bomb),
    "huge": (200, huge),
    "redirect": (302, redirect),
}
"""By the fault's kind: the status where none is asked for, and the answer."""


@cache
def packed(size: int) -> bytes:
    """As many blanks as that, a whole number of mebibytes, as gzip; one of them is packed and then repeated."""
    blanks = b" " * MEBIBYTE
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    one = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(size // MEBIBYTE):
        checksum = zlib.crc32(blanks, checksum)
    trailer = checksum.to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + one * (size // MEBIBYTE) + packer.flush() + trailer
