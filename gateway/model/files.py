"""Files on their way to a vendor: what may be sent, what was found wrong with one, and names that harm nobody."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
ANY_TYPE: Final = "application/octet-stream"
PDF_TYPE: Final = "application/pdf"
CSV_TYPE: Final = "text/csv"
DOCX_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX_TYPE: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class FileTrouble(Enum):
    """What was found wrong with a file while it was read."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY = "TOO_MANY"
    BAD_FILE_TYPE = "BAD_FILE_TYPE"


class UploadedFile(Protocol):
    """A file that came with a request, read to its end; with `trouble` nothing of it was kept."""

    name: str
    content_type: str
    size: int
    sha256: str
    trouble: FileTrouble | None

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The content in pieces; may be asked for again, also at the same time."""
        ...

    def held(self) -> AbstractContextManager[object]:
        """Keeps the file past its request's end. Raises ValueError where it is gone already."""
        ...


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What one input may hold: bytes of each file, number of files, bytes of all files, media types (None: any)."""

    max_file_bytes: int
    max_files: int
    max_total_bytes: int
    content_types: frozenset[str] | None = None


def safe_name(name: str) -> str:
    """A file name that no system reads as a path, a device or a header."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join("_" if c in '<>:"|?*;%' or not c.isprintable() else c for c in last)
    return kept.strip(". ")[-120:].lstrip(". ") or "attachment"


def media_type(stated: str | None) -> str:
    """The media type that a Content-Type header states, in lower case and without parameters; ANY_TYPE for none."""
    plain = (stated or "").partition(";")[0].strip().lower()
    return plain if MEDIA_TYPE.fullmatch(plain) else ANY_TYPE
