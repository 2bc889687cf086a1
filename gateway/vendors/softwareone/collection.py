"""One of the vendor's collections: its pages, its totals, and its things by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from gateway.errors import FilterNotSupported, GatewayError, VendorBadAnswer
from gateway.model.ref import Ref
from gateway.upstream.client import Upstream
from gateway.vendors.partial import Partial
from gateway.vendors.reading import Row
from gateway.vendors.softwareone.rql import Condition, in_, literal

T = TypeVar("T")

MAX_LIMIT: Final = 100  # more is cut without a word
MAX_PAGES: Final = 100
MAX_QUERY: Final = 7_500  # bytes; proxies on the way take some 8 kB of address
MAX_IDS: Final = 5_000  # bytes of one `in(id,(…))`


@dataclass(frozen=True, slots=True)
class Page:
    """`more`: rows follow behind these; `total`: how many rows the conditions match, if told; `doubtful`: what was told
    cannot be true."""

    rows: tuple[Row, ...]
    step: int
    more: bool
    total: int | None
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """`select` is sent with every read, for what it leaves out may be absent without being empty."""

    upstream: Upstream
    path: str
    route: str
    noun: str
    select: str

    async def page(self, conditions: Sequence[Condition], *, order: str, limit: int, offset: int = 0) -> Page:
        """At most `limit` rows; raises GatewayError, also where rows should follow and none does."""
        page = await self._page(conditions, order, limit, offset)
        if page.more and not page.rows:
            raise VendorBadAnswer("The vendor's list says that it goes on, but gives no rows.")
        return page

    async def count(self, conditions: Sequence[Condition]) -> int | None:
        _, pagination = await self._get(conditions, "limit=0")
        return total_of(pagination)

    async def all(self, conditions: Sequence[Condition]) -> Partial[Row]:
        """Every row once, as far as the vendor gives what it counts; raises VendorBadAnswer for a list that is too long
        to be read."""
        rows: dict[str | int, Row] = {}
        offset = 0
        for _ in range(MAX_PAGES):
            page, before = await self._page(conditions, "id", MAX_LIMIT, offset), len(rows)
            rows |= {row.filled("id") or place: row for place, row in enumerate(page.rows, offset)}
            if not page.more:
                unseen = int(page.doubtful) if page.total is None else max(page.total - len(rows), 0)
                return Partial(rows.values(), unseen)
            if len(rows) == before:
                return Partial(rows.values(), 1)  # it goes on, and round in a circle
            offset += min(page.step, len(page.rows))
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
        if rows.omitted or found.keys() - {key.lower() for key in ids}:
            # Only an answer that holds what was asked, and all of it, may call a thing missing.
            lost = VendorBadAnswer("The vendor's answer leaves open whether it has this.")
            return {key: found.get(key.lower(), lost) for key in ids}
        return {key: found[key.lower()] for key in ids if key.lower() in found}

    async def _page(self, conditions: Sequence[Condition], order: str, limit: int, offset: int) -> Page:
        wanted = min(limit, MAX_LIMIT)
        rows, pagination = await self._get(conditions, f"order={order}", f"limit={wanted}", f"offset={offset}")
        # The vendor caps limits silently, so the next page begins where its own word for the limit says.
        step = max(pagination.integer("limit") or wanted, 1)
        full = len(rows) >= step
        try:
            total = total_of(pagination)
        except VendorBadAnswer:
            return Page(rows, step, full, None, True)
        if total is None:
            return Page(rows, step, full, None, False)
        if rows and offset + len(rows) > total:
            return Page(rows, step, full, None, True)
        more = offset + min(step, len(rows)) < total
        short = more and not full
        return Page(rows, step, more, None if short else total, short)

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


def total_of(pagination: Row) -> int | None:
    """How many rows there are, None where the vendor does not say; raises VendorBadAnswer for what is no number."""
    total = pagination.integer("total")
    if pagination.has("total") and (total is None or total < 0):
        raise VendorBadAnswer("The vendor's list does not tell its length.")
    return total


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
