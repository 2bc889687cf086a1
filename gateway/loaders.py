"""Per request: gathers what resolvers ask for at one moment into one batch per account and read, and remembers it.

Built on aiodataloader, with three repairs: a waiter that is cancelled leaves its siblings alone, a future that was
cancelled is forgotten, and results are matched by key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiodataloader import DataLoader

from gateway.accounts import Accounts
from gateway.errors import GatewayError, NotFound, VendorUnavailable
from gateway.vendors.base import K, Keyed, Read, T


class Loaders:
    """Made inside a running loop, one for each request."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._loaders: dict[tuple[str, str], DataLoader[Any, Any]] = {}
        self._batches: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def load(self, read: Read[K, T], key: K) -> T | None:
        """The thing behind the key; None where the vendor has none or no such kind of thing. Raises VendorError."""
        loader = self._loader(read, key.account)
        known = loader._cache.get(key)
        if known is not None and known.cancelled():
            loader.clear(key)
        asked = loader.load(key)
        asked.add_done_callback(noted)
        result: T | None = await asyncio.shield(asked)
        return result

    def prime(self, read: Read[K, T], key: K, value: T) -> None:
        """Remembers what a list or a write has just given, so that reading it again costs no call."""
        if self._accounts[key.account].reads.shows(key, value):
            self._loader(read, key.account).prime(key, value)

    def forget(self, account: str) -> None:
        """Drops what is known of the account's things: a write may have changed any of them."""
        for place in [place for place in self._loaders if place[1] == account]:
            del self._loaders[place]

    async def close(self) -> None:
        """For the request's end: what is still under way is cancelled, for its waiters are gone, and nothing is begun
        any more."""
        self._closed = True
        for task in self._batches:
            task.cancel()
        await asyncio.gather(*self._batches, return_exceptions=True)

    def _loader(self, read: Read[Any, Any], account: str) -> DataLoader[Any, Any]:
        place = (read.name, account)
        loader = self._loaders.get(place)
        if loader is None:

            async def batch(keys: list[Keyed]) -> list[object]:
                task = asyncio.current_task()
                assert task is not None
                self._batches.add(task)
                try:
                    return await self._batch(read, account, keys)
                finally:
                    self._batches.discard(task)

            loader = self._loaders[place] = DataLoader(batch)
        return loader

    async def _batch(self, read: Read[Any, Any], account: str, keys: Sequence[Keyed]) -> list[object]:
        adapter = self._accounts[account]
        batch = adapter.reads.get(read)
        if batch is None or read.capability not in adapter.account.capabilities:
            return [None] * len(keys)
        place = (adapter.account.vendor.value, adapter.account.name)
        try:
            if self._closed:
                raise asyncio.CancelledError
            answers = await batch(keys)
        except asyncio.CancelledError:
            # The waiters are shielded from each other, so nobody else would tell them.
            gone = VendorUnavailable("The call to the vendor was abandoned.")
            gone.happened_at(*place)
            return [gone] * len(keys)
        except GatewayError as error:
            error.happened_at(*place)
            raise
        found = [answers.get(key) for key in keys]
        for value in found:
            if isinstance(value, GatewayError):
                value.happened_at(*place)
        return [None if isinstance(value, NotFound) else value for value in found]


def noted(asked: asyncio.Future[Any]) -> None:
    """Takes note of an error although whoever asked may be gone: asyncio would write each of them into the log."""
    if not asked.cancelled():
        asked.exception()
