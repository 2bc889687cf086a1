"""The writes of an account for a binding: what they are about is judged before a first run makes a call."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

from gateway.binding.binding import Binding
from gateway.binding.reads import BoundReads
from gateway.binding.targets import Target, targets
from gateway.errors import GatewayError
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode
from gateway.vendors.writes import Attempt, C, Handler, Write, Writes

ABSENT_HERE: Final = "The vendor has no such thing."
"""What is told of a foreign thing and of one that is not there alike."""


class BoundWrites(Writes):
    def __init__(self, writes: Writes, reads: BoundReads, binding: Binding) -> None:
        super().__init__()
        self._writes = writes
        self._reads = reads
        self._binding = binding

    def get(self, write: Write[C]) -> Handler[C] | None:
        handler = self._writes.get(write)
        return None if handler is None else cast("Handler[C]", partial(self._run, handler))

    def instead(self, write: Write[Any]) -> str | None:
        return self._writes.instead(write)

    async def _run(self, handler: Handler[Any], command: object, attempt: Attempt) -> Outcome:
        """What an earlier run has sent was judged by that run, and is followed to its end."""
        if attempt.memo is None:
            foreign = await self._foreign(targets(command))
            if foreign:
                return Outcome.refused(*foreign)
        return await handler(command, attempt)

    async def _foreign(self, named: Sequence[Target]) -> list[UserError]:
        """Raises GatewayError where it cannot be told of one of them whose it is."""
        refs = [one.names for one in named if isinstance(one.names, Ref)]
        verdicts = await self._reads.theirs(refs, anew=True)
        foreign = []
        for one in named:
            told = verdicts[one.names] if isinstance(one.names, Ref) else self._binding.has(one.names)
            if isinstance(told, GatewayError):
                raise told
            if not told:
                foreign.append(UserError(UserErrorCode.NOT_FOUND, ABSENT_HERE, one.path))
        return foreign
