"""Many single calls at once, each failing alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import TypeVar

from gateway.errors import GatewayError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


async def each(keys: Iterable[K], ask: Callable[[K], Awaitable[V]]) -> dict[K, V | GatewayError]:
    """What each key's call gave, or the error that it met. How many go at once, and who goes first, is decided below:
    a queue here would have a single read wait behind the whole of a long list."""

    async def one(key: K) -> V | GatewayError:
        try:
            return await ask(key)
        except GatewayError as error:
            return error

    async with asyncio.TaskGroup() as group:
        tasks = {key: group.create_task(one(key)) for key in dict.fromkeys(keys)}
    return {key: task.result() for key, task in tasks.items()}
