"""Pages of what a form offers to choose from: parties of a table in hand, and the products of one vendor."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, Final

from gateway.errors import BadUserInput, NotFound, Unsupported
from gateway.model.values import OrderedItem, Party
from gateway.upstream.client import Upstream, path
from gateway.vendors.base import PickerPage
from gateway.vendors.sellercloud.filtering import is_id, query
from gateway.vendors.sellercloud.mapping import rows_of, total_of
from gateway.vendors.sellercloud.mapping_reference import item_of

PAGE_SIZE: Final = 50
MAX_PAGES: Final = 5
MAX_PLACE: Final = 1_000_000
SEPARATOR: Final = "\x1f"


def picked(parties: Iterable[Party], search: str | None, first: int, after: str | None) -> PickerPage[Party]:
    """A page of the parties that contain the text, sorted by name; a cursor is a place in that order."""
    text = (search or "").strip().casefold()
    fitting = sorted((place_of(one), one) for one in parties if text in (one.name or "").casefold() or text == one.key)
    if after is not None:
        behind = read_cursor(after)
        fitting = [row for row in fitting if row[0] > behind]
    page = fitting[:first]
    rows, cursors = tuple(one for _, one in page), tuple(write_cursor(place) for place, _ in page)
    return PickerPage(rows, cursors, more=len(fitting) > first)


def place_of(party: Party) -> tuple[str, str]:
    return (party.name or "").casefold(), party.key


def write_cursor(place: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode(SEPARATOR.join(place).encode()).decode()


def read_cursor(text: str) -> tuple[str, str]:
    try:
        name, _, key = base64.b64decode(text, altchars=b"-_", validate=True).decode().rpartition(SEPARATOR)
    except (binascii.Error, ValueError):
        raise BadUserInput("after is not a cursor of this picker.", argument="after") from None
    return name, key


class Products:
    """What a vendor sells; cursors are places in the vendor's own list."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def pick(
        self, supplier: str | None, product: str | None, search: str | None, first: int, after: str | None
    ) -> PickerPage[OrderedItem]:
        """`search` is a part of a SKU, as far as Sellercloud takes it for one. A page may be shorter than asked for."""
        if product is not None:
            raise Unsupported("Sellercloud's items belong to no product.", argument="productKey")
        if supplier is None or not is_id(supplier):
            raise BadUserInput("Sellercloud's items are chosen by vendor: give the key of one.", argument="supplierKey")
        place = read_place(after)
        rows: list[tuple[OrderedItem, str]] = []
        for _ in range(MAX_PAGES):
            values, total = await self._page(supplier, search, place // PAGE_SIZE + 1)
            for value in values[place % PAGE_SIZE :]:
                if len(rows) == first:
                    break
                place += 1
                item = item_of(value)
                if item is not None and (search or "").casefold() in item.key.casefold():
                    rows.append((item, str(place)))
            if len(rows) == first or place >= total or place % PAGE_SIZE:
                break
        cursors = tuple(cursor for _, cursor in rows)
        return PickerPage(tuple(item for item, _ in rows), cursors, more=bool(rows) and place < total)

    async def _page(self, supplier: str, search: str | None, number: int) -> tuple[tuple[Any, ...], int]:
        wanted = (("model.productSKU", search),) if search else ()
        paging = (("model.pageNumber", number), ("model.pageSize", PAGE_SIZE))
        try:
            answer = await self._upstream.get(
                path("Vendors", supplier, "products"),
                route="/Vendors/{vendor}/products",
                query=query(*wanted, *paging),
            )
        except NotFound:
            return (), 0
        return rows_of(answer.body), total_of(answer.body)


def read_place(after: str | None) -> int:
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) <= 7 and int(after) <= MAX_PLACE):
        raise BadUserInput("after is not a cursor of this picker.", argument="after")
    return int(after)
