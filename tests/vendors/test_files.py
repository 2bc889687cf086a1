"""What is wrong with the files of an input, told by their paths; and files that are kept while they are sent."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.files import FileTrouble, UploadLimits
from gateway.model.writing import UserErrorCode
from gateway.store.intake import Intake, Quota
from gateway.store.spool import Spool, SpooledFile
from gateway.vendors.files import kept, mistakes

LIMITS = UploadLimits(
    max_file_bytes=100, max_files=3, max_total_bytes=250, content_types=frozenset({"text/csv", "a/b"})
)
ANY = UploadLimits(max_file_bytes=100, max_files=3, max_total_bytes=250)


def file(size: int = 10, trouble: FileTrouble | None = None, content_type: str = "text/csv") -> SpooledFile:
    return SpooledFile("a.csv", content_type, size, "", trouble, None)


def told(
    *files: SpooledFile | None, limits: UploadLimits = LIMITS
) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    return [(error.code, error.field) for error in mistakes(files, limits)]


def at(place: int) -> tuple[str, ...]:
    return ("files", str(place), "file")


def test_files_within_the_limits_are_nobodys_mistake() -> None:
    assert told() == told(None, file(), file(100), file(content_type="a/b")) == []


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (FileTrouble.EMPTY, UserErrorCode.INVALID),
        (FileTrouble.TOO_LARGE, UserErrorCode.TOO_LARGE),
        (FileTrouble.TOO_MANY, UserErrorCode.TOO_MANY),
        (FileTrouble.BAD_FILE_TYPE, UserErrorCode.BAD_FILE_TYPE),
    ],
)
def test_trouble_found_while_reading_is_told_at_its_file(found: FileTrouble, code: UserErrorCode) -> None:
    assert told(file(), None, file(trouble=found)) == [(code, at(2))]


def test_the_limits_are_held_again_for_they_may_not_have_been_known() -> None:
    assert told(file(0), file(101), file(content_type="x/y")) == [
        (UserErrorCode.INVALID, at(0)),
        (UserErrorCode.TOO_LARGE, at(1)),
        (UserErrorCode.BAD_FILE_TYPE, at(2)),
    ]
    assert told(file(content_type="x/y"), limits=ANY) == []


def test_files_beyond_the_count_are_named_once() -> None:
    assert told(*[file()] * 5) == [(UserErrorCode.TOO_MANY, at(3)), (UserErrorCode.TOO_MANY, at(4))]
    read = [file(trouble=FileTrouble.TOO_MANY), *[file()] * 3]
    assert told(*read) == [(UserErrorCode.TOO_MANY, at(0))]


def test_files_that_are_too_much_together_are_told_at_the_list() -> None:
    assert told(file(100), file(100), file(51)) == [(UserErrorCode.TOO_LARGE, ("files",))]
    assert told(file(100), file(100), file(50)) == []


def test_every_message_tells_the_limit() -> None:
    messages = [error.message for error in mistakes([file(101), file(content_type="x/y"), file(), file()], LIMITS)]
    assert ["100" in messages[0], "a/b, text/csv" in messages[1], "3" in messages[2]] == [True] * 3


@given(st.lists(st.tuples(st.integers(0, 130), st.sampled_from([None, *FileTrouble])), max_size=6))
def test_whatever_comes_a_mistake_is_named_exactly_where_something_is_wrong(
    given: list[tuple[int, FileTrouble | None]],
) -> None:
    files = [file(size, trouble) for size, trouble in given]
    fine = (
        len(files) <= LIMITS.max_files
        and all(one.trouble is None and 0 < one.size <= LIMITS.max_file_bytes for one in files)
        and sum(one.size for one in files) <= LIMITS.max_total_bytes
    )
    found = mistakes(files, LIMITS)
    assert (found == []) == fine
    places = {error.field for error in found if error.field != ("files",)}
    bad = {at(n) for n, one in enumerate(files) if one.trouble or not 0 < one.size <= LIMITS.max_file_bytes}
    assert bad <= places <= {at(n) for n in range(len(files))}


async def test_a_kept_file_outlives_its_request_and_no_longer() -> None:
    intake = Intake(Spool(None, 10**6, reserve=0), "a.csv", "text/csv", [Quota(LIMITS)])
    await intake.write(b"a;b")
    spooled = await intake.finish()
    with kept([spooled]):
        spooled.close()
        assert [piece async for piece in spooled.pieces()] == [b"a;b"]
    with pytest.raises(ValueError, match="closed"), kept([spooled]):
        await asyncio.sleep(0)
