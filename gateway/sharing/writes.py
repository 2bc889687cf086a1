"""The writes of an account, after each of which nothing read before counts any more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from gateway.model.writing import Outcome
from gateway.vendors.writes import Attempt, C, Handler, Write, Writes


class SharedWrites(Writes):
    """`ended` is called when a run of a write is over, however it ended."""

    def __init__(self, writes: Writes, ended: Callable[[], None]) -> None:
        super().__init__()
        self._writes = writes
        self._ended = ended

    def get(self, write: Write[C]) -> Handler[C] | None:
        handler = self._writes.get(write)
        return None if handler is None else cast("Handler[C]", partial(self._run, handler))

    def instead(self, write: Write[Any]) -> str | None:
        return self._writes.instead(write)

    async def _run(self, handler: Handler[Any], command: object, attempt: Attempt) -> Outcome:
        try:
            return await handler(command, attempt)
        finally:
            self._ended()
