"""Whether an answer is the file that was asked for, or an error or a page in its place."""

from __future__ import annotations

import mimetypes
import re
from typing import Final

NO_FILES: Final = re.compile(r"text/html|application/xhtml\+xml|(application|text)/([\w.-]+\+)?json")


def delivers(stated: str | None, expected: str | None) -> bool:
    """`stated` is the answer's media type, `expected` the file's: only a file that is a page or JSON comes as one."""
    kind = bare(stated)
    return not NO_FILES.fullmatch(kind) or kind == bare(expected)


def type_by_name(file_name: str | None) -> str | None:
    return mimetypes.guess_type(file_name or "")[0]


def bare(media_type: str | None) -> str:
    return (media_type or "").partition(";")[0].strip().lower()
