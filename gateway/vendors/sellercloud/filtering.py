"""Which of a list's conditions Sellercloud applies, and which are applied here on its rows.

Its filters: `pOStatuses`, `companyIDList`, `updatedDateFrom`, `keyword`. Unknown filters it ignores without a word, so
rows are checked against each. Where `keyword` looks is not published: a row counts as found if its number, title, memo,
tracking or invoice number, or a line's SKU or name contains the text as well, so what the vendor finds by other fields,
or does not find by these, is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Final
from urllib.parse import quote, urlencode

from gateway.model.order import Order, OrderStatus
from gateway.vendors.base import OrderFilter
from gateway.vendors.filters import matches
from gateway.vendors.reading import INT32
from gateway.vendors.sellercloud.details import SellercloudLineDetails, SellercloudOrderDetails
from gateway.vendors.sellercloud.mapping_words import ORDER_STATUS, numbers
from gateway.vendors.sellercloud.stretch import DAWN, MINUTE, asked_from, widening

SLACK: Final = 2 * MINUTE


@dataclass(frozen=True, slots=True)
class Asked:
    """A list's conditions: `pairs` go to the vendor; `whole` if its count is then the answer's."""

    wanted: OrderFilter
    pairs: tuple[tuple[str, str], ...]
    whole: bool
    updated_slack: timedelta

    def keeps(self, order: Order) -> bool:
        """Whether a row is wanted."""
        search = self.wanted.search
        return matches(order, self.wanted) and (search is None or found(order, search))

    def ignored(self, order: Order) -> bool:
        """Whether a row proves that the vendor did not apply what it was asked to."""
        wanted, sent = self.wanted, {name for name, _ in self.pairs}
        # Whether the vendor counts making an order as an update is not published.
        touched = order.updated_at or order.created_at
        customer = order.customer.key if order.customer else None
        return (
            ("model.pOStatuses" in sent and order.status not in wanted.statuses)
            or ("model.companyIDList" in sent and customer not in wanted.customer_keys)
            or (
                wanted.updated_from is not None
                and touched is not None
                and touched < wanted.updated_from - self.updated_slack
            )
        )


def asked_for(wanted: OrderFilter, zone: tzinfo) -> Asked | None:
    """What to ask; None where no purchase order can match: none waits for documents, none has an agreement."""
    if wanted.documents or wanted.agreement is not None:
        return None
    pairs: list[tuple[str, str]] = []
    if wanted.statuses and OrderStatus.UNKNOWN not in wanted.statuses:
        pairs += [("model.pOStatuses", str(number)) for number in numbers(ORDER_STATUS, wanted.statuses)]
        if not pairs:
            return None
    if wanted.customer_keys:
        companies = [("model.companyIDList", key) for key in wanted.customer_keys if is_id(key)]
        if not companies:
            return None
        pairs += companies
    if wanted.updated_from is not None:
        pairs.append(("model.updatedDateFrom", asked_from(max(wanted.updated_from, DAWN), zone)))
    if wanted.search and not wanted.search.isspace():
        pairs.append(("model.keyword", wanted.search))
    here = (
        wanted.types,
        wanted.vendor_statuses,
        wanted.search,
        wanted.created_from,
        wanted.created_before,
        wanted.updated_from,
        OrderStatus.UNKNOWN in wanted.statuses,
    )
    slack = timedelta() if wanted.updated_from is None else SLACK + 2 * widening(wanted.updated_from, zone)
    return Asked(wanted, tuple(pairs), not any(here), slack)


def query(*pairs: tuple[str, str | int]) -> str:
    """A raw query string; a key may repeat."""
    return urlencode(pairs, quote_via=quote)


def is_id(text: str) -> bool:
    """Whether a text is one of the vendor's ids as it writes them itself."""
    return text.isascii() and text.isdigit() and len(text) <= 10 and text[0] != "0" and int(text) in INT32


def found(order: Order, search: str) -> bool:
    text = search.strip().casefold()
    return any(text in place.casefold() for place in searched(order) if place)


def searched(order: Order) -> Iterator[str | None]:
    yield from (order.number, order.title)
    details = order.details
    if isinstance(details, SellercloudOrderDetails):
        invoicing, shipping = details.invoicing, details.shipping
        yield from (invoicing.memo, invoicing.invoice_number, *(invoicing.invoice_numbers or ()))
        yield from (shipping.tracking_number, *(shipment.tracking_number for shipment in shipping.shipments))
    for line in order.lines:
        yield from (line.item.sku, line.item.name)
        if isinstance(line.details, SellercloudLineDetails):
            yield line.details.vendor_sku
