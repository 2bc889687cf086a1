"""One of the vendor's collections: its pages, its totals, and its things by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from gateway.errors import FilterNotSupported, GatewayError, VendorBadAnswer
from gateway.model.ref import Ref
from gateway.upstream.client import Upstream
from gateway.vendors.reading import Row
from gateway.vendors.softwareone.rql import Condition, in_, literal

T = TypeVar("T")

MAX_LIMIT: Final = 100  # more is cut without a word
MAX_PAGES: Final = 100
MAX_QUERY: Final = 7_500  # bytes; proxies on the way take some 8 kB of address
MAX_IDS: Final = 5_000  # bytes of one `in(id,(…))`


@dataclass(frozen=True, slots=True)
class Page:
    """`more`: rows follow behind these; `total`: how many rows the conditions match, if told."""

    rows: tuple[Row, ...]
    step: int
    more: bool
    total: int | None


@dataclass(frozen=True, slots=True)
class Collection:
    """`select` is sent with every read, for what it leaves out may be absent without being empty."""

    upstream: Upstream
    path: str
    route: str
    noun: str
    select: str

    async def page(self, conditions: Sequence[Condition], *, order: str, limit: int, offset: int = 0) -> Page:
        """At most `limit` rows; raises GatewayError."""
        wanted = min(limit, MAX_LIMIT)
        rows, pagination = await self._get(conditions, f"order={order}", f"limit={wanted}", f"offset={offset}")
        # The vendor caps limits silently, so the next page begins where its own word for the limit says.
        step = pagination.integer("limit") or wanted
        total = pagination.integer("total")
        if not rows and total is not None and total > offset:
            raise VendorBadAnswer("The vendor's list says that it goes on, but gives no rows.")
        more = len(rows) >= step if total is None else offset + min(step, len(rows)) < total
        return Page(rows, step, more, total)

    async def count(self, conditions: Sequence[Condition]) -> int | None:
        _, pagination = await self._get(conditions, "limit=0")
        return pagination.integer("total")

    async def all(self, conditions: Sequence[Condition]) -> list[Row]:
        """Every row; raises VendorBadAnswer for a list that is too long to be read."""
        rows: list[Row] = []
        offset = 0
        for _ in range(MAX_PAGES):
            page = await self.page(conditions, order="id", limit=MAX_LIMIT, offset=offset)
            rows += page.rows
            if not page.more:
                return rows
            offset += page.step
        raise VendorBadAnswer("The vendor's list is longer than this gateway reads.")

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Row | GatewayError]:
        """Rows by the ids asked for; one that is missing does not exist. A failed call fails its own ids alone."""
        chunks = list(_chunks(dict.fromkeys(ids)))
        answers = await asyncio.gather(*(self._chunk(chunk) for chunk in chunks))
        return {key: value for answer in answers for key, value in answer.items()}

    async def _chunk(self, ids: list[str]) -> dict[str, Row | GatewayError]:
        try:
            rows = await self.all([in_("id", ids)])
        except GatewayError as error:
            return dict.fromkeys(ids, error)
        found = {(row.filled("id") or "").lower(): row for row in rows}
        return {key: found[key.lower()] for key in ids if key.lower() in found}

    async def _get(self, conditions: Sequence[Condition], *keys: str) -> tuple[tuple[Row, ...], Row]:
        query = "&".join((*(condition.text for condition in conditions), f"select={self.select}", *keys))
        if len(query) > MAX_QUERY:
            raise FilterNotSupported("This filter is longer than the vendor takes.", argument="filter")
        answer = await self.upstream.get(self.path, route=self.route, query=query)
        envelope = Row(answer.body, self.noun)
        data = envelope.get("data")
        if not isinstance(data, list):
            raise VendorBadAnswer(f"The vendor's list of {self.noun} is not one.")
        rows = tuple(Row(value, f"{self.noun}[{place}]") for place, value in enumerate(data))
        return rows, envelope.row("$meta").row("pagination")


async def read(
    collection: Collection, keys: Sequence[Ref], convert: Callable[[Row], T]
) -> Mapping[Ref, T | GatewayError]:
    """The things behind refs whose last part is their id, in as few calls as addresses may be long."""
    rows = await collection.by_ids(key.parts[-1] for key in keys)
    return {key: converted(rows[key.parts[-1]], convert) for key in keys if key.parts[-1] in rows}


def converted(row: Row | GatewayError, convert: Callable[[Row], T]) -> T | GatewayError:
    """The row's thing, or why it is not to be had; a row that cannot be read fails alone."""
    if isinstance(row, GatewayError):
        return row
    try:
        return convert(row)
    except VendorBadAnswer as error:
        return error


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for key in ids:
        try:
            length = len(literal(key)) + 1
        except FilterNotSupported:
            continue  # no thing of the vendor's has an id that its own language cannot say
        if chunk and (len(chunk) == MAX_LIMIT or size + length > MAX_IDS):
            yield chunk
            chunk, size = [], 0
        if length <= MAX_IDS:
            chunk.append(key)
            size += length
    if chunk:
        yield chunk
