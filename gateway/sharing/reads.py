"""The batch reads of an account, shared key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

from gateway.errors import GatewayError
from gateway.sharing.kept import Kept, Place
from gateway.upstream.flights import Flights
from gateway.vendors.base import Batch, K, Read, Reads, T

Answers = Mapping[Any, object]


class SharedReads(Reads):
    """A batch asks for those of its keys that nobody asks for now, and waits for the others with whoever asked."""

    def __init__(self, reads: Reads, kept: Kept) -> None:
        super().__init__()
        self._reads = reads
        self._kept = kept
        self._flights: Flights[Place, object] = Flights(landed=kept.keep)

    def get(self, read: Read[K, T]) -> Batch[K, T] | None:
        batch = self._reads.get(read)
        return None if batch is None else cast("Batch[K, T]", partial(self._shared, read.name, batch))

    def per_call(self, read: Read[K, T]) -> int:
        return self._reads.per_call(read)

    def forget(self, read: Read[K, Any], keys: Sequence[K]) -> None:
        self._kept.drop((read.name, key) for key in keys)

    def asks(self, key: object) -> bool:
        return self._reads.asks(key)

    def shows(self, key: object, value: object) -> bool:
        return self._reads.shows(key, value)

    def forget_all(self) -> None:
        """Who asks from now on asks anew."""
        self._flights.forget_all()

    async def close(self) -> None:
        await self._flights.close()

    async def _shared(self, read: str, batch: Batch[Any, Any], keys: Sequence[Any]) -> Answers:
        async def ask(places: Sequence[Place]) -> Mapping[Place, object | GatewayError]:
            answers = await batch([key for _, key in places])
            return {(read, key): value for key, value in answers.items()}

        places = [(read, key) for key in keys]
        known = self._kept.found(places)
        asked = [place for place in places if place not in known]
        answers = {**known, **(await self._flights.ask(asked, ask) if asked else {})}
        return {key: value for (_, key), value in answers.items()}
