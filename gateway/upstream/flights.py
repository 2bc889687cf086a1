"""One call for all who ask the same thing at the same moment.

A flight runs in a task of its own, in the context of the first who asked. It has a tally of its own, which counts for
each operation that waits, and an errand of its own: it may take as long as the most patient of those who wait.
"""

from __future__ import annotations

import asyncio
import contextvars
import copy
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from gateway.errors import BudgetSpent, GatewayError, OutOfTime, VendorUnavailable
from gateway.upstream.errand import ERRAND, Errand, Load, too_late
from gateway.upstream.tally import TALLY, Tally
from gateway.upstream.wire import LIGHT_CALLS

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Ask = Callable[[Sequence[K]], Awaitable[Mapping[K, T | GatewayError]]]

PATIENCE_SECONDS: Final = 0.2  # what a flight has, after a waiter's deadline, to come down with what it has
NO_END_SECONDS: Final = 86_400.0  # for waiters that have no deadline
WORTHWHILE_SECONDS: Final = 0.5  # how much more time makes it worth to ask again


class Flights(Generic[K, T]):
    """Nothing is kept: whoever asks after the answer came makes a new call. `landed` is told of each value that came
    and was not forgotten on its way."""

    def __init__(self, landed: Callable[[K, T], None] | None = None) -> None:
        self._landed = landed
        self._under_way: dict[K, _Flight[K, T]] = {}
        self._tasks: set[asyncio.Task[Mapping[K, T | GatewayError]]] = set()

    def __len__(self) -> int:
        """How many keys are asked for now."""
        return len(self._under_way)

    async def get(self, key: K, call: Callable[[], Awaitable[T]]) -> T:
        """The call's answer; raises its error."""

        async def ask(keys: Sequence[K]) -> Mapping[K, T | GatewayError]:
            return {key: await call()}

        answer = (await self.ask([key], ask))[key]
        if isinstance(answer, GatewayError):
            raise answer
        return answer

    async def ask(self, keys: Iterable[K], ask: Ask[K, T]) -> dict[K, T | GatewayError]:
        """The answers to these keys, each waiter's errors its own; only what nobody asks for now is asked for. What the
        vendor has not is missing. What is not there at the operation's deadline is OutOfTime."""
        found: dict[K, T | GatewayError] = {}
        wanted = list(dict.fromkeys(keys))
        while wanted:
            boarded = self._board(wanted, ask)
            errand = ERRAND.get()
            try:
                patience = None if errand is None else max(errand.left, 0) + PATIENCE_SECONDS
                await asyncio.wait([flight.task for flight in boarded], timeout=patience)
            finally:
                for flight in boarded:
                    self._leave(flight)
            wanted = []
            for flight, some in boarded.items():
                answers = flight.answers(some)
                again = {key for key, value in answers.items() if flight.was_poor(value, errand)}
                wanted += again
                found |= {key: value for key, value in answers.items() if key not in again}
        return found

    def forget(self, key: K) -> None:
        """A call under way answers those who wait for it and nobody else."""
        self._under_way.pop(key, None)

    def forget_all(self) -> None:
        self._under_way.clear()

    async def close(self) -> None:
        """Ends all that is under way."""
        self.forget_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _board(self, keys: Sequence[K], ask: Ask[K, T]) -> dict[_Flight[K, T], list[K]]:
        """The flights that carry these keys, a new one for what is not under way; each is to be left again."""
        boarded: dict[_Flight[K, T], list[K]] = defaultdict(list)
        light = is_light(len(keys))
        for key in keys:
            flight = self._under_way.get(key)
            if flight is not None and not (light and flight.held_back):
                boarded[flight].append(key)
        under_way = {key for some in boarded.values() for key in some}
        rest = [key for key in keys if key not in under_way]
        if rest:
            boarded[self._begin(rest, ask)] = rest
        for flight, some in boarded.items():
            flight.board(some, light=light)
        return boarded

    def _begin(self, keys: list[K], ask: Ask[K, T]) -> _Flight[K, T]:
        flight: _Flight[K, T] = _Flight(keys, lambda mine: self._fly(mine, ask))
        self._under_way.update(dict.fromkeys(keys, flight))
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._ended)
        return flight

    async def _fly(self, flight: _Flight[K, T], ask: Ask[K, T]) -> Mapping[K, T | GatewayError]:
        """It lands before anybody else runs: who asks next finds what was kept of it."""
        try:
            answers = await ask(flight.keys)
        finally:
            mine = self._drop(flight)
        if self._landed is not None:
            for key in mine:
                value = answers.get(key)
                if value is not None and not isinstance(value, GatewayError):
                    self._landed(key, value)
        return answers

    def _ended(self, task: asyncio.Task[Mapping[K, T | GatewayError]]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # taken note of, although nobody may wait for it any more

    def _leave(self, flight: _Flight[K, T]) -> None:
        """It is given up when the last one who waits for it is gone."""
        flight.waiting -= 1
        if not flight.waiting and not flight.task.done():
            flight.task.cancel()
            self._drop(flight)

    def _drop(self, flight: _Flight[K, T]) -> list[K]:
        """The keys that nobody has forgotten, from now on nobody's."""
        mine = [key for key in flight.keys if self._under_way.get(key) is flight]
        for key in mine:
            del self._under_way[key]
        return mine


class _Flight(Generic[K, T]):
    """A call under way. `end` is the deadline of the one who began it; `was_bulk` whether that one had asked much."""

    def __init__(
        self,
        keys: Sequence[K],
        fly: Callable[[_Flight[K, T]], Coroutine[Any, Any, Mapping[K, T | GatewayError]]],
    ) -> None:
        first = ERRAND.get()
        self.keys = keys
        self.waiting = 0
        self.tally = Tally(keys=len(keys), asked=False)
        # Without a deadline stays without: whoever joins can only wait less long.
        self.errand = None if first is None else Errand(first.until, first.load)
        self.end = math.inf if first is None else first.until
        self.was_bulk = False
        context = contextvars.copy_context()
        context.run(TALLY.set, self.tally)
        context.run(ERRAND.set, self.errand)
        self.task = asyncio.get_running_loop().create_task(fly(self), context=context)

    @property
    def held_back(self) -> bool:
        """Whether it waits for its turn behind what is light."""
        return self.errand is not None and self.errand.held_back > 0

    def board(self, keys: Sequence[K], *, light: bool) -> None:
        """What it has still to ask for is as light as if who has asked little so far had begun it."""
        self.waiting += 1
        tally, errand = TALLY.get(), ERRAND.get()
        if tally is not None:
            tally.share(self.tally, keys)
        if self.errand is not None:
            until = asyncio.get_running_loop().time() + NO_END_SECONDS if errand is None else errand.until
            self.errand.until = max(self.errand.until, until)
            if light and self.errand.load.calls >= LIGHT_CALLS:
                self.errand.load, self.was_bulk = Load(), True

    def answers(self, keys: Sequence[K]) -> dict[K, T | GatewayError]:
        """What came for these keys. Errors are copies: whoever gets one writes on it where it happened."""
        if not self.task.done():
            return {key: too_late() for key in keys}
        if self.task.cancelled():
            return {key: VendorUnavailable("The call to the vendor was abandoned.") for key in keys}
        error = self.task.exception()
        if isinstance(error, GatewayError):
            return {key: copy.copy(error) for key in keys}
        found = self.task.result()
        answers = ((key, found[key]) for key in keys if key in found)
        return {key: copy.copy(value) if isinstance(value, GatewayError) else value for key, value in answers}

    def was_poor(self, answer: T | GatewayError, errand: Errand | None) -> bool:
        """Whether this came of the little time, or place, that the one who began had, and this waiter has more."""
        if self.errand is None or not isinstance(answer, OutOfTime | BudgetSpent):
            return False
        if errand is None:
            return True
        lighter = errand.load.calls < LIGHT_CALLS and (self.was_bulk or self.errand.load.calls >= LIGHT_CALLS)
        richer = errand.until - self.end > WORTHWHILE_SECONDS or (lighter and isinstance(answer, BudgetSpent))
        return richer and errand.left > 0


def is_light(keys: int) -> bool:
    """Whether the operation at hand can ask for so many things by light calls, as far as it can be told."""
    errand = ERRAND.get()
    return keys + (0 if errand is None else errand.load.calls) <= LIGHT_CALLS
