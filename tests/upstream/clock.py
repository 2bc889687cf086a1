"""An event loop whose time leaps to whatever is due next, so that tests of waiting wait for nothing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Leaps(selectors.DefaultSelector):
    """Instead of waiting for a file, lets that much time have passed. Fails where nothing would ever happen again."""

    now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits, and nobody will come")
        self.now += max(timeout, 0.0)
        return super().select(0)


class LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.leaps = Leaps()
        super().__init__(self.leaps)

    def time(self) -> float:
        return self.leaps.now


def at_once(main: Coroutine[Any, Any, T]) -> T:
    """Runs it in a loop of its own. Fails where an exception got lost in a callback or a task."""
    lost: list[Mapping[str, Any]] = []
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.get_loop().set_exception_handler(lambda _, context: lost.append(context))
        result = runner.run(main)
    assert not lost, lost
    return result
