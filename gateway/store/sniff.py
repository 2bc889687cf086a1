"""What a file is by its bytes, held against what it is said to be.

A table of our own: the libraries for this guess, and those for this Python cannot tell a DOCX from an XLSX. Signatures:
mimesniff.spec.whatwg.org; PKWARE's APPNOTE.TXT 4.3 (ZIP) and ECMA-376 part 2 (Office files) for the folders inside.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from typing import Final

from gateway.model.files import CSV_TYPE, DOCX_TYPE, PDF_TYPE, PPTX_TYPE, XLSX_TYPE

HEAD_BYTES: Final = 4_096
DIRECTORY_BYTES: Final = 1024 * 1024
TAIL_BYTES: Final = 22 + 65_535  # a ZIP's last record with the longest comment


class Content(Enum):
    """What bytes can be told to be. TEXT has neither zero bytes nor other control characters, whatever its encoding."""

    PDF = auto()
    PNG = auto()
    JPEG = auto()
    GIF = auto()
    TIFF = auto()
    WEBP = auto()
    BMP = auto()
    ZIP = auto()
    DOCX = auto()
    XLSX = auto()
    PPTX = auto()
    OLE = auto()
    GZIP = auto()
    SEVEN_ZIP = auto()
    RAR = auto()
    EXECUTABLE = auto()
    RTF = auto()
    SCRIPT = auto()
    HTML = auto()
    XML = auto()
    TEXT = auto()
    WIDE_TEXT = auto()
    BINARY = auto()


TEXTS: Final = frozenset({Content.TEXT, Content.HTML, Content.XML, Content.SCRIPT, Content.RTF})
OFFICE: Final = frozenset({Content.DOCX, Content.XLSX, Content.PPTX})

# The first match counts. What begins with plain letters may be a text, so such signatures come after TEXT.
SIGNATURES: Final[tuple[tuple[re.Pattern[bytes], Content], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), content)
    for pattern, content in (
        (rb"(\xef\xbb\xbf)?\s*%PDF-", Content.PDF),
        (rb"\x89PNG\r\n\x1a\n", Content.PNG),
        (rb"\xff\xd8\xff", Content.JPEG),
        (rb"II\*\0|MM\0\*", Content.TIFF),
        (rb"RIFF....WEBP", Content.WEBP),
        (rb"PK(\x03\x04|\x05\x06|\x07\x08)", Content.ZIP),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content.OLE),
        (rb"\x1f\x8b\x08", Content.GZIP),
        (rb"7z\xbc\xaf\x27\x1c", Content.SEVEN_ZIP),
        (rb"Rar!\x1a\x07", Content.RAR),
        (rb"\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe", Content.EXECUTABLE),
        (rb"\{\\rtf", Content.RTF),
        (rb"#!", Content.SCRIPT),
        (rb"(?i:(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|script|iframe|table|style|title)[\s>])", Content.HTML),
        (rb"(\xef\xbb\xbf)?\s*<\?xml\s", Content.XML),
        (rb"\xff\xfe|\xfe\xff", Content.WIDE_TEXT),
        (rb"[^\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]*\Z", Content.TEXT),
        (rb"GIF8[79]a", Content.GIF),
        (rb"BM", Content.BMP),
        (rb"MZ", Content.EXECUTABLE),
    )
)

# A type that is not here cannot be contradicted by bytes.
CLAIMS: Final[Mapping[str, frozenset[Content]]] = {
    PDF_TYPE: frozenset({Content.PDF}),
    "application/x-pdf": frozenset({Content.PDF}),
    DOCX_TYPE: frozenset({Content.DOCX}),
    XLSX_TYPE: frozenset({Content.XLSX}),
    PPTX_TYPE: frozenset({Content.PPTX}),
    "application/msword": frozenset({Content.OLE, Content.RTF}),
    "application/vnd.ms-excel": frozenset({Content.OLE, Content.TEXT}),  # Windows says this of CSV where Excel is
    "application/vnd.ms-powerpoint": frozenset({Content.OLE}),
    "application/vnd.ms-outlook": frozenset({Content.OLE}),
    "application/rtf": frozenset({Content.RTF}),
    "text/rtf": frozenset({Content.RTF}),
    CSV_TYPE: frozenset({Content.TEXT}),
    "application/csv": frozenset({Content.TEXT}),
    "text/plain": TEXTS | {Content.WIDE_TEXT},
    "text/html": frozenset({Content.HTML, Content.XML, Content.TEXT}),
    "text/xml": frozenset({Content.XML, Content.TEXT, Content.WIDE_TEXT}),
    "application/xml": frozenset({Content.XML, Content.TEXT, Content.WIDE_TEXT}),
    "image/svg+xml": frozenset({Content.XML, Content.TEXT}),
    "application/json": frozenset({Content.TEXT}),
    "image/png": frozenset({Content.PNG}),
    "image/jpeg": frozenset({Content.JPEG}),
    "image/jpg": frozenset({Content.JPEG}),
    "image/pjpeg": frozenset({Content.JPEG}),
    "image/gif": frozenset({Content.GIF}),
    "image/tiff": frozenset({Content.TIFF}),
    "image/webp": frozenset({Content.WEBP}),
    "image/bmp": frozenset({Content.BMP}),
    "application/zip": OFFICE | {Content.ZIP},
    "application/x-zip-compressed": OFFICE | {Content.ZIP},
    "application/gzip": frozenset({Content.GZIP}),
    "application/x-gzip": frozenset({Content.GZIP}),
    "application/x-7z-compressed": frozenset({Content.SEVEN_ZIP}),
    "application/vnd.rar": frozenset({Content.RAR}),
}
CSV_TOO: Final = frozenset({"application/csv", "application/vnd.ms-excel"})
FOLDERS: Final = {b"word": Content.DOCX, b"xl": Content.XLSX, b"ppt": Content.PPTX}
# With macros, or binary: types of their own, and not the ones that FOLDERS names.
OTHER_OFFICE: Final = (b"vbaProject.bin", b"workbook.bin")


class Sniffer:
    """Judges a file by its blocks as they come; `content` is None until the first."""

    def __init__(self) -> None:
        self.content: Content | None = None
        self._finished = False

    def feed(self, block: bytes) -> None:
        if self.content is None:
            self.content = content_of(block[:HEAD_BYTES])
        if self.content in TEXTS and 0 in block:
            self.content = Content.BINARY

    def finish(self, read: Callable[[int, int], bytes], size: int) -> None:
        """Looks into a ZIP; `read(offset, count)` gives bytes of the whole file."""
        self._finished = True
        if self.content is Content.ZIP:
            self.content = packed_content(read, size)

    def contradicts(self, claimed: str) -> bool:
        """Whether the bytes so far cannot be what is claimed. A ZIP may become an Office file when it is finished."""
        possible = CLAIMS.get(claimed)
        if possible is None or self.content is None or self.content in possible:
            return False
        return self._finished or not (self.content is Content.ZIP and possible & OFFICE)

    def settled(self, claimed: str) -> str:
        """The claimed type, but one name for CSV."""
        return CSV_TYPE if claimed in CSV_TOO and self.content is Content.TEXT else claimed


def content_of(head: bytes) -> Content:
    return next((content for pattern, content in SIGNATURES if pattern.match(head)), Content.BINARY)


def packed_content(read: Callable[[int, int], bytes], size: int) -> Content:
    """What a ZIP is by the names of the files in it, read from its directory at the end."""
    tail = read(max(0, size - TAIL_BYTES), TAIL_BYTES)
    last = tail.rfind(b"PK\x05\x06")
    if last < 0 or last + 22 > len(tail):
        return Content.ZIP
    length, start = struct.unpack_from("<II", tail, last + 12)
    if length > DIRECTORY_BYTES:
        return Content.ZIP
    names = frozenset(_names(read(start, length)))
    found = {content for name in names if (content := FOLDERS.get(name.partition(b"/")[0])) is not None}
    plain = b"[Content_Types].xml" in names and not any(name.endswith(OTHER_OFFICE) for name in names)
    return found.pop() if plain and len(found) == 1 else Content.ZIP


def _names(directory: bytes) -> Iterator[bytes]:
    at = 0
    while directory.startswith(b"PK\x01\x02", at) and at + 46 <= len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        yield directory[at + 46 : at + 46 + name]
        at += 46 + name + extra + comment
