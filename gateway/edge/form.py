"""A multipart/form-data body, read part by part as it comes (RFC 7578)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

PLAIN_ENCODINGS: Final = frozenset({"", "7bit", "8bit", "binary"})


class Malformed(Exception):
    """The body is not the form it should be; the message is for the client."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a part's data."""

    name: str
    filename: str | None
    content_type: str | None


class Mark(Enum):
    END = "the part's data is complete"


Event = Head | bytes | Mark


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type header names. Raises Malformed."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise Malformed("The Content-Type header names no boundary.")
    return boundary


class FormReader:
    """Takes the body in pieces and tells of its parts in order: Head, bytes any number of times, Mark.END."""

    def __init__(self, boundary: bytes) -> None:
        self._complete = False
        self._events: list[Event] = []
        self._headers: dict[bytes, bytes] = {}
        self._field = b""
        self._value = b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._finish,
                },
            )
        except FormParserError:
            raise Malformed("The boundary is too long.") from None

    def feed(self, piece: bytes) -> list[Event]:
        """What the piece completes. Raises Malformed."""
        self._events = []
        try:
            self._parser.write(piece)
        except FormParserError:
            raise Malformed("The body is not a form, or the header of a part is too long.") from None
        return self._events

    def finish(self) -> None:
        """To be called at the body's end. Raises Malformed where the form's own end did not come."""
        if not self._complete:
            raise Malformed("The body ends before the form does.")

    def _begin(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        field = self._field.lower()
        if field in self._headers:
            raise Malformed("A part has the same header twice.")
        self._headers[field] = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        disposition, options = parse_options_header(self._text(b"content-disposition"))
        name, filename = options.get(b"name"), options.get(b"filename")
        if disposition != b"form-data" or not name:
            raise Malformed("A part has no name.")
        if self._text(b"content-transfer-encoding").lower() not in PLAIN_ENCODINGS:
            raise Malformed("A part is encoded; it must be sent as it is.")
        try:
            head = Head(name.decode(), None if filename is None else filename.decode(), self._text(b"content-type"))
        except UnicodeDecodeError:
            raise Malformed("A part's name is not UTF-8.") from None
        self._events.append(head)

    def _text(self, header: bytes) -> str:
        return self._headers.get(header, b"").decode("latin-1").strip()

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _end(self) -> None:
        self._events.append(Mark.END)

    def _finish(self) -> None:
        self._complete = True
