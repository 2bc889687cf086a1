"""One file on its way in: hashed, judged and stored while it is read, whatever its size."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.model.files import CSV_TYPE, FileTrouble, UploadLimits, media_type, safe_name
from gateway.store.sniff import CSV_TOO, Sniffer
from gateway.store.spool import Room, Spool, SpooledFile

BLOCK_BYTES: Final = 256 * 1024


@dataclass(slots=True)
class Quota:
    """What the files of one input may take together, and have taken."""

    limits: UploadLimits
    files: int = 0
    bytes: int = 0


class Intake:
    """A file that is being read, held to all of `quotas` (one for each place in the input where it goes).

    What is found wrong is kept as the file's `trouble`; from then on its bytes are hashed and dropped.
    """

    def __init__(self, spool: Spool, name: str, content_type: str | None, quotas: Sequence[Quota]) -> None:
        self._spool = spool
        self._name = safe_name(name)
        self._claimed = media_type(content_type)
        self._quotas = quotas
        self._digest = hashlib.sha256()
        self._size = 0
        self._block = bytearray()
        self._sniffer = Sniffer()
        self._trouble: FileTrouble | None = None
        self._room: Room | None = None
        for quota in quotas:
            quota.files += 1
        if any(quota.files > quota.limits.max_files for quota in quotas):
            self._drop(FileTrouble.TOO_MANY)
        elif not self._may_be_listed():
            self._drop(FileTrouble.BAD_FILE_TYPE)

    async def write(self, data: bytes) -> None:
        """Raises SpoolFull."""
        self._size += len(data)
        if self._trouble is None:
            for quota in self._quotas:
                quota.bytes += len(data)
            if any(
                self._size > quota.limits.max_file_bytes or quota.bytes > quota.limits.max_total_bytes
                for quota in self._quotas
            ):
                self._drop(FileTrouble.TOO_LARGE, counted=self._size)
        self._block += data
        if len(self._block) >= BLOCK_BYTES:
            await self._flush()

    async def finish(self) -> SpooledFile:
        """The file, all of it having come. Raises SpoolFull."""
        if self._size == 0 and self._trouble is None:
            self._drop(FileTrouble.EMPTY)
        await self._flush()
        if self._trouble is None and self._room is not None:
            await asyncio.to_thread(self._sniffer.finish, self._room.read, self._size)
            self._judge()
        content_type = self._sniffer.settled(self._claimed)
        return SpooledFile(self._name, content_type, self._size, self._digest.hexdigest(), self._trouble, self._room)

    def close(self) -> None:
        """Gives back what was stored; for a file that is never finished."""
        if self._room is not None:
            self._room.close()
            self._room = None

    async def _flush(self) -> None:
        block = bytes(self._block)
        self._block.clear()
        if block and self._trouble is None:
            self._sniffer.feed(block)
            self._judge()
        if block and self._trouble is None and self._room is None:
            self._room = self._spool.room()
        if block:
            await asyncio.to_thread(self._take, block, self._room)

    def _take(self, block: bytes, room: Room | None) -> None:
        self._digest.update(block)
        if room is not None:
            room.append(block)

    def _judge(self) -> None:
        if self._sniffer.contradicts(self._claimed) or not self._is_listed(self._sniffer.settled(self._claimed)):
            self._drop(FileTrouble.BAD_FILE_TYPE, counted=self._size)

    def _may_be_listed(self) -> bool:
        """Whether the claimed type is one of the allowed, or one that CSV goes by."""
        return self._is_listed(self._claimed) or (self._claimed in CSV_TOO and self._is_listed(CSV_TYPE))

    def _is_listed(self, content_type: str) -> bool:
        lists = [quota.limits.content_types for quota in self._quotas]
        return all(allowed is None or content_type in allowed for allowed in lists)

    def _drop(self, trouble: FileTrouble, counted: int = 0) -> None:
        """Stores nothing of this file any more. `counted` bytes of it were added to the quotas."""
        self._trouble = trouble
        for quota in self._quotas:
            quota.bytes -= counted
        self.close()
