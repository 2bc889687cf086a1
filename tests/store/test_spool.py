"""Files on disk for the time of a request: bounded, nameless, given back once, read by several at once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.model.files import UploadLimits
from gateway.store.intake import BLOCK_BYTES, Intake, Quota
from gateway.store.spool import PIECE_BYTES, Spool, SpooledFile, SpoolFull
from gateway.store.sqlite import StoreError

MIB = 1024 * 1024
ANYTHING = UploadLimits(max_file_bytes=100 * MIB, max_files=100, max_total_bytes=100 * MIB)


def small(directory: Path, max_bytes: int = 10 * MIB, reserve: int = 0, max_open: int = 100) -> Spool:
    return Spool(directory, max_bytes, reserve, max_open)


async def kept(spool: Spool, content: bytes, content_type: str = "application/x-any") -> SpooledFile:
    intake = Intake(spool, "a.bin", content_type, [Quota(ANYTHING)])
    try:
        for start in range(0, len(content), 50_000):
            await intake.write(content[start : start + 50_000])
        return await intake.finish()
    except BaseException:
        intake.close()
        raise


async def content(file: SpooledFile) -> bytes:
    return b"".join([piece async for piece in file.pieces()])


async def test_a_file_is_read_as_it_came_again_and_at_the_same_time(tmp_path: Path) -> None:
    spool, data = small(tmp_path), os.urandom(3 * BLOCK_BYTES + 17)
    file = await kept(spool, data)
    assert [len(piece) async for piece in file.pieces()][:2] == [PIECE_BYTES, PIECE_BYTES]
    assert set(await asyncio.gather(*(content(file) for _ in range(5)))) == {data}
    file.close()
    assert (spool.used, spool.open) == (0, 0)


async def test_no_file_has_a_name_and_none_but_the_owner_may_look(tmp_path: Path) -> None:
    directory = tmp_path / "data" / "spool"
    file = await kept(small(directory), b"x" * MIB)
    assert list(directory.iterdir()) == []
    assert directory.stat().st_mode & 0o777 == 0o700
    file.close()


async def test_without_a_directory_files_lie_where_the_system_keeps_temporary_ones() -> None:
    file = await kept(Spool(None, MIB, reserve=0), b"x")
    assert await content(file) == b"x"
    file.close()


def test_a_directory_that_cannot_be_had_is_told_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="spool"):
        Spool(tmp_path / "file" / "spool", MIB)


async def test_a_process_keeps_so_many_bytes_and_no_more_until_some_are_given_back(tmp_path: Path) -> None:
    spool = small(tmp_path, max_bytes=3 * MIB)
    first = await kept(spool, b"x" * 2 * MIB)
    with pytest.raises(SpoolFull) as full:
        await kept(spool, b"y" * 2 * MIB)
    assert (full.value.code, full.value.retryable, full.value.retry_after) == ("LIMIT_EXCEEDED", True, 10)
    assert (spool.used, spool.open) == (2 * MIB, 1)
    first.close()
    second = await kept(spool, b"y" * 2 * MIB)
    assert await content(second) == b"y" * 2 * MIB
    second.close()


async def test_a_process_keeps_so_many_files_and_no_more(tmp_path: Path) -> None:
    spool = small(tmp_path, max_open=2)
    files = [await kept(spool, b"x") for _ in range(2)]
    with pytest.raises(SpoolFull):
        await kept(spool, b"x")
    files[0].close()
    files.append(await kept(spool, b"z"))
    for file in files:
        file.close()
    assert (spool.used, spool.open) == (0, 0)


async def test_the_last_of_the_disk_is_left_to_others(tmp_path: Path) -> None:
    spool = small(tmp_path, reserve=2**62)
    with pytest.raises(SpoolFull):
        await kept(spool, b"x")
    assert (spool.used, spool.open) == (0, 0)


async def test_a_disk_that_cannot_be_written_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = small(tmp_path)

    def broken(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", broken)
    with pytest.raises(SpoolFull) as full:
        await kept(spool, b"x")
    assert "device" not in full.value.message
    assert (spool.used, spool.open) == (0, 0)


async def test_closing_twice_gives_back_once(tmp_path: Path) -> None:
    spool = small(tmp_path)
    one, other = await kept(spool, b"x"), await kept(spool, b"yy")
    one.close()
    one.close()
    assert (spool.used, spool.open) == (2, 1)
    other.close()


async def test_a_closed_file_cannot_be_read(tmp_path: Path) -> None:
    file = await kept(small(tmp_path), b"x")
    file.close()
    with pytest.raises(ValueError, match="closed"):
        await content(file)


async def test_who_still_sends_a_file_has_it_past_its_close(tmp_path: Path) -> None:
    spool, data = small(tmp_path), b"x" * (3 * PIECE_BYTES)
    file = await kept(spool, data)
    pieces = file.pieces()
    first = await anext(pieces)
    with file.held():
        file.close()
        assert spool.open == 1
        rest = [piece async for piece in pieces]
        assert b"".join([first, *rest]) == data
        assert await content(file) == data
    assert (spool.used, spool.open) == (0, 0)


async def test_a_reader_that_leaves_early_holds_nothing(tmp_path: Path) -> None:
    spool = small(tmp_path)
    file = await kept(spool, b"x" * MIB)
    pieces = file.pieces()
    await anext(pieces)
    file.close()
    assert spool.open == 1
    await pieces.aclose()
    assert (spool.used, spool.open) == (0, 0)


async def test_a_read_that_comes_after_the_close_finds_no_other_s_file(tmp_path: Path) -> None:
    """The number of a closed handle goes to the next file opened: a late thread must not read that one."""
    spool = small(tmp_path)
    file = await kept(spool, b"x" * 10)
    with file.held() as room:
        pass
    file.close()
    other = await kept(spool, b"secret of another")
    with pytest.raises(ValueError, match="closed"):
        await asyncio.to_thread(room.read, 0, 10)
    other.close()


async def test_a_write_that_comes_after_the_close_goes_nowhere(tmp_path: Path) -> None:
    spool = small(tmp_path)
    room = spool.room()
    room.append(b"x")
    room.close()
    other = await kept(spool, b"another")
    room.append(b"late")
    assert await content(other) == b"another"
    other.close()
    assert (spool.used, spool.open) == (0, 0)


HOARDER = """
import asyncio, sys
from pathlib import Path
from gateway.store.spool import Spool

room = Spool(Path(sys.argv[1]), 10**8, reserve=0).room()
room.append(b"x" * 10**7)
print("kept", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_a_killed_process_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOARDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"kept\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert list(tmp_path.iterdir()) == []
