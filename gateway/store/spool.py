"""Files on disk for the time of a request: without a name, so that the kernel cleans them up however a process ends."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from gateway.errors import GatewayError
from gateway.model.files import FileTrouble
from gateway.store.sqlite import StoreError

PIECE_BYTES: Final = 64 * 1024
MAX_OPEN: Final = 256  # each holds one of the process's file handles
RESERVE_BYTES: Final = 512 * 1024 * 1024
RETRY_SECONDS: Final = 10

log = logging.getLogger("gateway.store")


class SpoolFull(GatewayError):
    """There is no room for the file now; nothing is wrong with it."""

    code = "LIMIT_EXCEEDED"
    retryable = True


class Spool:
    """One process's files: at most `max_bytes` and `max_open` of them, and never the last `reserve` bytes of the disk.

    They lie in `directory`, made if need be and closed to other users, or where the system keeps temporary files.
    Raises StoreError where that directory cannot be had.
    """

    def __init__(
        self, directory: Path | None, max_bytes: int, reserve: int = RESERVE_BYTES, max_open: int = MAX_OPEN
    ) -> None:
        if directory is not None:
            try:
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                directory.chmod(0o700)
            except OSError as error:
                raise StoreError(f"the spool in data_dir cannot be used: {type(error).__name__}") from None
        self.directory = directory or Path(tempfile.gettempdir())
        self.used = 0
        self.open = 0
        self._max_bytes = max_bytes
        self._reserve = reserve
        self._max_open = max_open
        self._lock = threading.Lock()

    def room(self) -> Room:
        """A place for one file. Raises SpoolFull."""
        with self._lock:
            if self.open >= self._max_open:
                raise SpoolFull("Too many files are on their way now; try again soon.", retry_after=RETRY_SECONDS)
            self.open += 1
        return Room(self)

    def grow(self, count: int) -> None:
        """Takes that many bytes. Raises SpoolFull."""
        free = shutil.disk_usage(self.directory).free
        with self._lock:
            if self.used + count > self._max_bytes or free - count < self._reserve:
                raise SpoolFull("There is no room for this file now; try again soon.", retry_after=RETRY_SECONDS)
            self.used += count

    def leave(self, count: int) -> None:
        """Gives back one file and its bytes."""
        with self._lock:
            self.used -= count
            self.open -= 1


class Room:
    """One file's place on the disk: bytes are appended, then read from anywhere, then given back.

    All but `close` is called in threads. The lock keeps a handle from being closed, and its number from being given to
    something else, while a thread that nobody waits for any more still works on it.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._file: IO[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._size = 0

    def append(self, data: bytes) -> None:
        """Raises SpoolFull."""
        with self._lock:
            if self._closed:
                return
            self._spool.grow(len(data))
            self._size += len(data)
            try:
                if self._file is None:
                    # Nameless from the start (O_TMPFILE), or unlinked at once where the file system cannot do that.
                    self._file = tempfile.TemporaryFile(dir=self._spool.directory, buffering=0)  # noqa: SIM115  # `close`
                rest = memoryview(data)
                while rest:
                    rest = rest[self._file.write(rest) :]
            except OSError as error:
                log.error("the spool cannot be written: %s", error.strerror)
                raise SpoolFull("This file cannot be stored now.", retry_after=RETRY_SECONDS) from None

    def read(self, offset: int, count: int) -> bytes:
        """Raises ValueError where the file is closed."""
        with self._lock:
            if self._file is None:
                raise ValueError("this file is closed")
            return os.pread(self._file.fileno(), count, offset)

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._spool.leave(self._size)
            if self._file is not None:
                file, self._file = self._file, None
                file.close()


class SpooledFile:
    """A file that came with a request, read to its end.

    `content_type` is what the client claimed, in lower case and without parameters. `size` and `sha256` (hex) are of
    all that came. With `trouble` nothing of it was kept, and it cannot be read.
    """

    def __init__(
        self, name: str, content_type: str, size: int, sha256: str, trouble: FileTrouble | None, room: Room | None
    ) -> None:
        self.name = name
        self.content_type = content_type
        self.size = size
        self.sha256 = sha256
        self.trouble = trouble
        self._room = room
        self._holders = 0
        self._closed = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The content, PIECE_BYTES at a time; may be asked for again, also at the same time."""
        with self.held() as room:
            for offset in range(0, self.size, PIECE_BYTES):
                yield await asyncio.to_thread(room.read, offset, PIECE_BYTES)

    @contextmanager
    def held(self) -> Iterator[Room]:
        """Keeps the file past its `close` for whoever still sends it. Raises ValueError where it is gone already."""
        if self._room is None or (self._closed and self._holders == 0):
            raise ValueError("this file was not kept, or is closed")
        self._holders += 1
        try:
            yield self._room
        finally:
            self._holders -= 1
            self._give_back()

    def close(self) -> None:
        """Gives the place back as soon as nobody holds it: for the request's end."""
        self._closed = True
        self._give_back()

    def _give_back(self) -> None:
        if self._room is not None and self._closed and self._holders == 0:
            self._room.close()
