"""A multipart/form-data body for a vendor: of known length, streamed from the spool, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import httpx

from gateway.model.files import MEDIA_TYPE, UploadedFile

BOUNDARY: Final = re.compile(r"[\w'()+,./:=?-]{8,70}", re.ASCII)  # RFC 2046, 5.1.1, without the space


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form; a file has a `filename`. `content_type` may have parameters."""

    name: str
    filename: str | None
    content_type: str
    body: bytes | UploadedFile

    @property
    def size(self) -> int:
        return len(self.body) if isinstance(self.body, bytes) else self.body.size


class Multipart(httpx.AsyncByteStream):
    """The body of these parts. It may be iterated again, and then gives the same bytes.

    The caller chooses `boundary`, so that a repeated request can be byte for byte the first one. Raises ValueError for
    a boundary, a content type or a text that would not make a form.
    """

    def __init__(self, parts: Sequence[Part], boundary: str) -> None:
        if not BOUNDARY.fullmatch(boundary):
            raise ValueError("not a boundary")
        if any(isinstance(part.body, bytes) and boundary.encode() in part.body for part in parts):
            raise ValueError("the boundary stands in a part")
        self._parts = [(_head(part, boundary), part) for part in parts]
        self._end = f"--{boundary}--\r\n".encode()
        self.content_type = f'multipart/form-data; boundary="{boundary}"'
        self.content_length = sum(len(head) + part.size + 2 for head, part in self._parts) + len(self._end)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for head, part in self._parts:
            yield head
            if isinstance(part.body, bytes):
                yield part.body
            else:
                async with aclosing(part.body.pieces()) as pieces:
                    async for piece in pieces:
                        yield piece
            yield b"\r\n"
        yield self._end


def _head(part: Part, boundary: str) -> bytes:
    kind, _, parameters = part.content_type.partition(";")
    if not MEDIA_TYPE.fullmatch(kind) or not (parameters.isascii() and f"x{parameters}".isprintable()):
        raise ValueError("not a content type")
    disposition = f'form-data; name="{_quoted(part.name)}"'
    if part.filename is not None:
        disposition += f'; filename="{_quoted(part.filename)}"'
    lines = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {part.content_type}\r\n\r\n"
    return lines.encode()


def _quoted(text: str) -> str:
    """As browsers write it (HTML, "multipart form data"): UTF-8, and only what would end the quotes is escaped."""
    plain = text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(c if c.isprintable() else "_" for c in plain).replace("\\", "_")
