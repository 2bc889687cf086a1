"""What forms choose from: licensees, products, their items, and vendors where the token may list them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from gateway.errors import BadUserInput, FilterNotSupported, VendorBadAnswer
from gateway.model.agreement import ProductSubscription
from gateway.model.ref import Kind, Ref
from gateway.model.values import OrderedItem, Party
from gateway.upstream.client import Upstream, path
from gateway.vendors.base import PartyPicker, PickerPage, Pickers
from gateway.vendors.reading import Row
from gateway.vendors.softwareone.collection import MAX_PAGES, Collection
from gateway.vendors.softwareone.details import SubscriptionDetails
from gateway.vendors.softwareone.mapping_parts import ordered_item, party
from gateway.vendors.softwareone.rql import Condition, contains, eq, in_, ne

T = TypeVar("T")

ORDER: Final = "name,id"
CUSTOMERS: Final = "customers"
CURSOR: Final = re.compile(r"[1-9]\d{0,6}", re.ASCII)
LICENSEES: Final = "/v1/accounts/licensees"
PRODUCTS: Final = "/v1/catalog/products"
ITEMS: Final = "/v1/catalog/items"
VENDORS: Final = "/v1/accounts/accounts"


def pickers(upstream: Upstream, *, lists_vendors: bool) -> Pickers:
    parties = {
        CUSTOMERS: _parties(_collection(upstream, LICENSEES, "licensees"), ne("status", "Deleted")),
        "products": _parties(_collection(upstream, PRODUCTS, "products"), eq("status", "Published")),
    }
    if lists_vendors:
        parties["suppliers"] = _parties(_collection(upstream, VENDORS, "accounts"), eq("type", "Vendor"))
    return Pickers(parties=parties, items=_items(upstream))


def customer_of(thing: object) -> str | None:
    """A customer is a licensee here, which a subscription read by itself names among its details."""
    if isinstance(thing, Ref):
        return thing.parts[1] if thing.kind is Kind.REFERENCE and thing.parts[0] == CUSTOMERS else None
    details = thing.details if isinstance(thing, ProductSubscription) else None
    licensee = details.licensee if isinstance(details, SubscriptionDetails) else None
    return licensee.key if licensee else None


def _parties(collection: Collection, always: Condition) -> PartyPicker:
    async def pick(
        search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
    ) -> PickerPage[Party]:
        if keys is not None and not keys:
            return PickerPage((), (), False)
        only = [] if keys is None else [in_("id", sorted(keys))]
        return await _page(collection, [always, *only, *_search(search)], party, first, after)

    return pick


def _items(
    upstream: Upstream,
) -> Callable[[str | None, str | None, str | None, int, str | None], Awaitable[PickerPage[OrderedItem]]]:
    async def pick(
        supplier: str | None, product: str | None, search: str | None, first: int, after: str | None
    ) -> PickerPage[OrderedItem]:
        if supplier is not None:
            raise FilterNotSupported("This vendor's items go by product, not by supplier.", argument="supplierKey")
        where, route = ITEMS, ITEMS
        if product is not None:
            where, route = path("v1", "catalog", "products", product, "items"), f"{PRODUCTS}/{{product}}/items"
        collection = Collection(upstream, where, route, "items", "id")
        conditions = [eq("status", "Published"), *_search(search)]
        return await _page(
            collection, conditions, lambda row: ordered_item(row) if row.filled("id") else None, first, after
        )

    return pick


async def _page(
    collection: Collection,
    conditions: Sequence[Condition],
    convert: Callable[[Row], T | None],
    first: int,
    after: str | None,
) -> PickerPage[T]:
    """`first` rows behind the cursor, which is a place in the vendor's list sorted by name."""
    if after is not None and not CURSOR.fullmatch(after):
        raise BadUserInput("after is not a cursor of this list.", argument="after")
    offset = int(after or 0)
    rows: list[tuple[T, str]] = []
    for _ in range(MAX_PAGES):
        page = await collection.page(conditions, order=ORDER, limit=first - len(rows), offset=offset)
        for place, row in enumerate(page.rows[: first - len(rows)], offset + 1):
            thing = convert(row)
            if thing is not None:
                rows.append((thing, str(place)))
        offset += page.step
        if not page.more or len(rows) >= first:
            return PickerPage(tuple(thing for thing, _ in rows), tuple(cursor for _, cursor in rows), page.more)
    raise VendorBadAnswer("The vendor's list holds hardly anything that can be read.")


def _collection(upstream: Upstream, where: str, noun: str) -> Collection:
    return Collection(upstream, where, where, noun, "id")


def _search(search: str | None) -> list[Condition]:
    return [contains("name", search)] if search else []
