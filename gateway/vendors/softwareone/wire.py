"""What goes out as the body of a write, and where each part of it stands in the client's input."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import GatewayError
from gateway.model.writing import Outcome, UserError, UserErrorCode

Path = tuple[str, ...]

STEP: Final = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True)
class Wire:
    """`places`: paths into the body, in lower case, and the paths into the input that they come from."""

    body: Mapping[str, Any]
    places: Mapping[Path, Path]

    def refused(self, error: GatewayError) -> Outcome:
        """The vendor's refusal, told at every place in the input that it names."""
        named = (self._place(name) for name in error.properties)
        paths = dict.fromkeys(path for path in named if path is not None)
        if not paths:
            return Outcome.refused(refusal(error, None))
        return Outcome.refused(*(refusal(error, path) for path in paths))

    def _place(self, name: str) -> Path | None:
        """The input's path for the vendor's name of a field, such as `lines[0].quantity`; the nearest that is known."""
        path = steps(name)
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return None


def steps(name: str) -> Path:
    """A vendor's name of a field as a path: in any case, with or without `$` for the body."""
    found = STEP.findall(name.lower())
    return tuple(found[1:] if found[:1] == ["$"] else found)


def refusal(error: GatewayError, path: Path | None) -> UserError:
    return UserError(UserErrorCode.VENDOR_REFUSED, error.told or error.message, path, error.vendor_code)
