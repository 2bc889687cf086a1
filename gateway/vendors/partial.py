"""A vendor's list of things without those that could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Partial(tuple[T_co, ...]):
    """What could be read, and how many things could not: it is for whoever shows the list to say so."""

    omitted: int

    def __new__(cls, things: Iterable[T_co], omitted: int = 0) -> Self:
        made = super().__new__(cls, things)
        made.omitted = omitted
        return made
