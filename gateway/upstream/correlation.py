"""The id by which one request is found again in every log, and at vendors that take such ids.

It travels in a context variable, as the operation's tally does; what runs for no request gets a new id for each call.
"""

from __future__ import annotations

import base64
import re
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
NAMESPACE: Final = uuid.UUID("6f1f6a0e-3c53-4d0c-9a51-0a4f3a1c7c5e")


@dataclass(slots=True)
class Correlation:
    """One request: its id, the trace that its sender has begun, who sent it once that is known, and how many calls to
    vendors carried the id."""

    id: str
    traceparent: str | None = None
    principal: str | None = None
    calls: int = 0

    @property
    def guid(self) -> uuid.UUID:
        """The id for vendors that take none but GUIDs: the same one if it is a GUID, else one made of it."""
        try:
            return uuid.UUID(self.id)
        except ValueError:
            return uuid.uuid5(NAMESPACE, self.id)

    def vector(self) -> str:
        """The next call's correlation vector (https://github.com/microsoft/CorrelationVector, version 2.1)."""
        base = base64.b64encode(self.guid.bytes).decode().rstrip("=")
        number, self.calls = self.calls, self.calls + 1
        return f"{base}.{number}"


CORRELATION: Final[ContextVar[Correlation | None]] = ContextVar("correlation", default=None)


def current() -> Correlation:
    """That of the request that this runs for, or a new one."""
    return CORRELATION.get() or Correlation(str(uuid.uuid4()))


def accepted(given: str | None) -> str:
    """The id that a client sent, if it may be written down as it is; else a new one."""
    return given if given is not None and PLAIN.fullmatch(given) else str(uuid.uuid4())
