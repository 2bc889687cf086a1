"""Files that came with an input: what is wrong with each of them, and how they are held while they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from gateway.model.files import FileTrouble, UploadedFile, UploadLimits
from gateway.model.writing import UserError, UserErrorCode

CODES: Final = {
    FileTrouble.EMPTY: UserErrorCode.INVALID,
    FileTrouble.TOO_LARGE: UserErrorCode.TOO_LARGE,
    FileTrouble.TOO_MANY: UserErrorCode.TOO_MANY,
    FileTrouble.BAD_FILE_TYPE: UserErrorCode.BAD_FILE_TYPE,
}


def mistakes(files: Sequence[UploadedFile | None], limits: UploadLimits) -> list[UserError]:
    """What was found wrong while they were read, and the limits again: then they may not have been known.

    The paths are those of the input's `files`; a place without a file is nobody's mistake here.
    """
    judged = [(place, file, trouble(file, limits)) for place, file in enumerate(files) if file is not None]
    found = [mistake(one, limits, place) for place, _, one in judged if one is not None]
    if len(judged) > limits.max_files and not any(one is FileTrouble.TOO_MANY for _, _, one in judged):
        found += [mistake(FileTrouble.TOO_MANY, limits, place) for place, *_ in judged[limits.max_files :]]
    if not found and sum(file.size for _, file, _ in judged) > limits.max_total_bytes:
        told = f"Together the files have more than {limits.max_total_bytes} bytes."
        found.append(UserError(UserErrorCode.TOO_LARGE, told, ("files",)))
    return found


def trouble(file: UploadedFile, limits: UploadLimits) -> FileTrouble | None:
    if file.trouble is not None:
        return file.trouble
    if file.size == 0:
        return FileTrouble.EMPTY
    if file.size > limits.max_file_bytes:
        return FileTrouble.TOO_LARGE
    if limits.content_types is not None and file.content_type not in limits.content_types:
        return FileTrouble.BAD_FILE_TYPE
    return None


def mistake(found: FileTrouble, limits: UploadLimits, place: int) -> UserError:
    return UserError(CODES[found], reason(found, limits), ("files", str(place), "file"))


def reason(found: FileTrouble, limits: UploadLimits) -> str:
    match found:
        case FileTrouble.EMPTY:
            return "The file is empty."
        case FileTrouble.TOO_LARGE:
            return f"A file has at most {limits.max_file_bytes} bytes, all together {limits.max_total_bytes}."
        case FileTrouble.TOO_MANY:
            return f"At most {limits.max_files} files are taken at once."
        case FileTrouble.BAD_FILE_TYPE:
            listed = ", ".join(sorted(limits.content_types)) if limits.content_types else "any type"
            return f"The file must be what it is said to be; taken is {listed}."


@contextmanager
def kept(files: Sequence[UploadedFile]) -> Iterator[None]:
    """Keeps the files past their request's end: a write goes on although its client is gone. Raises ValueError where
    one is gone already; then nobody waits any more."""
    with ExitStack() as stack:
        for file in files:
            stack.enter_context(file.held())
        yield
