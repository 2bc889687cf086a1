"""Reference data: vendors, companies, warehouses and payment terms, each one cached walk of its list.

A company is never read by itself: that answer holds keys to the tenant's shops.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from gateway.errors import GatewayError, VendorBadAnswer, VendorDenied
from gateway.model.ref import Kind, Ref
from gateway.model.values import Party
from gateway.upstream.client import Upstream, path
from gateway.vendors.base import PARTY, PickerPage, Pickers, Reads
from gateway.vendors.sellercloud import mapping_reference as mapping
from gateway.vendors.sellercloud.cached import Cached
from gateway.vendors.sellercloud.details import SellercloudCompany, SellercloudVendor, SellercloudWarehouse
from gateway.vendors.sellercloud.filtering import is_id, query
from gateway.vendors.sellercloud.mapping import rows_of, total_of
from gateway.vendors.sellercloud.orders import each
from gateway.vendors.sellercloud.pickers import Products, picked
from gateway.vendors.sellercloud.reads import (
    COMPANIES,
    COMPANY,
    PAYMENT_TERMS,
    SUPPLIERS,
    VENDOR,
    WAREHOUSE,
    WAREHOUSES,
)

PAGE_SIZE: Final = 50
MAX_ROWS: Final = 2_000
ROUNDS: Final = 3
VENDORS_KEPT: Final = 500


class Entry(Protocol):
    """A row of a table."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str | None: ...


T = TypeVar("T")
N = TypeVar("N", bound=Entry)


def customer_of(thing: object) -> str | None:
    """A customer is a company here; nothing but the table of companies names one by its key alone."""
    company = isinstance(thing, Ref) and thing.kind is Kind.REFERENCE and thing.parts[0] == COMPANIES
    return thing.parts[1] if isinstance(thing, Ref) and company else None


class Reference:
    """`seconds` is how long what was read stays good."""

    def __init__(self, upstream: Upstream, seconds: float) -> None:
        self._upstream = upstream
        self._seconds = seconds
        self._suppliers = Cached(lambda: self._walk("Vendors", mapping.supplier_of), seconds)
        self._companies = Cached(lambda: self._walk("Companies", mapping.company_of), seconds)
        self._warehouses = Cached(lambda: self._walk("Warehouses", mapping.warehouse_of), seconds)
        self._terms = Cached(self._read_terms, seconds)
        self._vendors: dict[str, Cached[SellercloudVendor]] = {}
        self._tables: Mapping[str, Callable[[], Awaitable[Mapping[str, Entry]]]] = {
            SUPPLIERS: self._suppliers.get,
            COMPANIES: self._companies.get,
            WAREHOUSES: self._warehouses.get,
            PAYMENT_TERMS: self._terms.get,
        }

    def offer(self, reads: Reads) -> None:
        reads.add(PARTY, self.parties)
        reads.add(VENDOR, self.vendors)
        reads.add(COMPANY, self.companies)
        reads.add(WAREHOUSE, self.warehouses)

    def pickers(self) -> Pickers:
        parties = {table: partial(self._pick, table) for table in self._tables}
        return Pickers(parties=parties, items=Products(self._upstream).pick)

    async def parties(self, refs: Sequence[Ref]) -> Mapping[Ref, Party | GatewayError]:
        """Names, by table."""
        by_table: dict[str, list[Ref]] = defaultdict(list)
        for ref in refs:
            by_table[ref.parts[0]].append(ref)
        answers: dict[Ref, Party | GatewayError] = {}
        tables = [(some, partial(self._parties, table)) for table, some in by_table.items() if table in self._tables]
        for part in await asyncio.gather(*(found(some, read) for some, read in tables)):
            answers |= part
        return answers

    async def companies(self, refs: Sequence[Ref]) -> Mapping[Ref, SellercloudCompany | GatewayError]:
        return await found(refs, self._companies.get)

    async def warehouses(self, refs: Sequence[Ref]) -> Mapping[Ref, SellercloudWarehouse | GatewayError]:
        return await found(refs, self._warehouses.get)

    async def vendors(self, refs: Sequence[Ref]) -> Mapping[Ref, SellercloudVendor | GatewayError]:
        """Each by its own call, for the fields that the list of vendors lacks."""
        known = [ref for ref in refs if is_id(ref.parts[1])]
        read = await each(known, self._vendor)
        return {ref: one for ref, one in zip(known, read, strict=True) if not isinstance(one, VendorDenied)}

    async def _parties(self, table: str) -> Mapping[str, Party]:
        return {key: Party(key, one.name) for key, one in (await self._tables[table]()).items()}

    async def _pick(
        self, table: str, search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
    ) -> PickerPage[Party]:
        parties = await self._parties(table)
        chosen = parties.values() if keys is None else [parties[key] for key in keys & parties.keys()]
        return picked(chosen, search, first, after)

    async def _vendor(self, ref: Ref) -> SellercloudVendor:
        key = ref.parts[1]
        cached = self._vendors.pop(key, None) or Cached(partial(self._read_vendor, key), self._seconds)
        self._vendors[key] = cached
        if len(self._vendors) > VENDORS_KEPT:
            del self._vendors[next(iter(self._vendors))]
        return await cached.get()

    async def _read_vendor(self, key: str) -> SellercloudVendor:
        answer = await self._upstream.get(path("Vendors", key), route="/Vendors/{vendor}")
        vendor = mapping.vendor_of(answer.body, key)
        if vendor is None:
            raise VendorBadAnswer("Sellercloud's answer is not about the vendor that was asked for.")
        return vendor

    async def _walk(self, segment: str, read: Callable[[Any], N | None]) -> dict[str, N]:
        """A list's rows by id, up to MAX_ROWS of them. Rows move between pages meanwhile: what one round misses, the
        next ones may have."""
        rows: dict[str, N] = {}
        for round_ in range(ROUNDS):
            unusable, before = 0, len(rows)
            for number in range(1, MAX_ROWS // PAGE_SIZE + 1):
                paging = query(("model.pageNumber", number), ("model.pageSize", PAGE_SIZE))
                answer = await self._upstream.get(path(segment), route=f"/{segment}", query=paging)
                page, total = rows_of(answer.body), total_of(answer.body)
                if total < len(page):
                    total = MAX_ROWS  # a count that is wrong says nothing of where the list ends
                usable = [one for value in page if (one := read(value)) is not None]
                rows |= {one.key: one for one in usable}
                unusable += len(page) - len(usable)
                if len(rows) + unusable >= min(total, MAX_ROWS):
                    return rows
                if not page:
                    break
            if round_ and len(rows) == before:
                break
        return rows

    async def _read_terms(self) -> dict[str, Party]:
        answer = await self._upstream.get(path("Settings", "PaymentTerms"), route="/Settings/PaymentTerms")
        if not isinstance(answer.body, list):
            raise VendorBadAnswer("Sellercloud's payment terms are no list.")
        terms = (mapping.payment_term_of(value) for value in answer.body[:MAX_ROWS])
        return {term.key: term for term in terms if term is not None}


async def found(refs: Sequence[Ref], table: Callable[[], Awaitable[Mapping[str, T]]]) -> Mapping[Ref, T | GatewayError]:
    """The rows behind keys. A login that may not read the table knows no rows; that is no error."""
    try:
        rows = await table()
    except VendorDenied:
        return {}
    except GatewayError as error:
        return dict.fromkeys(refs, error)
    return {ref: rows[ref.parts[1]] for ref in refs if ref.parts[1] in rows}
