"""How long an operation may take: what its client asks for, within what the gateway allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import Headers

from gateway.edge.refusals import Refused
from gateway.errors import BadUserInput

HEADER: Final = "Request-Timeout"
EXTENSION: Final = "requestTimeout"
SECONDS: Final = re.compile(r"\d{1,20}(\.\d{1,20})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """In seconds: `usual` for clients that do not say, `longest` for those that ask for more."""

    usual: float = 30.0
    longest: float = 60.0

    def seconds(self, extensions: Mapping[str, Any] | None) -> float:
        """What an operation with these extensions gets. Raises BadUserInput where they ask for no time at all."""
        asked = (extensions or {}).get(EXTENSION)
        if asked is None:
            return self.usual
        # Not `asked <= 0`: that would let NaN pass.
        if not isinstance(asked, int | float) or isinstance(asked, bool) or not asked > 0:
            text = "requestTimeout is a number of seconds, more than none."
            raise BadUserInput(text, argument=f"extensions.{EXTENSION}")
        return float(min(asked, self.longest))


def asked_by(headers: Headers, extensions: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The operation's extensions, with the time that its header asks for in their place. Raises Refused."""
    given = headers.getlist(HEADER)
    if not given:
        return extensions
    text = given[0].strip() if len(given) == 1 else ""
    if not SECONDS.fullmatch(text) or not float(text):
        told = f"{HEADER} is a decimal number of seconds, more than none."
        raise Refused(400, BadUserInput(told, argument=HEADER))
    return {**(extensions or {}), EXTENSION: float(text)}
