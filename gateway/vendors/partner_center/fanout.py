"""Many single calls at once, not too many, each failing alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import TypeVar

from gateway.errors import DeadlineExceeded, GatewayError
from gateway.upstream.errand import in_time

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Fanout:
    """At most `width` calls at once over everything that is asked through it.

    Waiting here costs a call nothing; waiting for a place in the upstream client would count in its time-out. Who still
    waits at its operation's deadline gets DeadlineExceeded.
    """

    def __init__(self, width: int) -> None:
        self._slots = asyncio.Semaphore(width)

    async def each(self, keys: Iterable[K], ask: Callable[[K], Awaitable[V]]) -> dict[K, V | GatewayError]:
        """What each key's call gave, or the error that it met."""

        async def one(key: K) -> V | GatewayError:
            try:
                async with in_time():
                    await self._slots.acquire()
            except DeadlineExceeded as error:
                return error
            try:
                return await ask(key)
            except GatewayError as error:
                return error
            finally:
                self._slots.release()

        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(one(key)) for key in dict.fromkeys(keys)}
        return {key: task.result() for key, task in tasks.items()}
