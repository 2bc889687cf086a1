"""The parts that Partner Center's carts, orders and subscriptions share: terms, prices, links."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from gateway.errors import VendorBadAnswer
from gateway.model.cart import CatalogItem, Commitment, NextTerm, Pricing, ProductTerm, Renewal
from gateway.model.ref import GUID, Kind, Ref
from gateway.model.values import BillingCycle, KeyValue, Party, VendorLink
from gateway.vendors.partial import Partial
from gateway.vendors.reading import Row, plain

T = TypeVar("T")

CUSTOMERS: Final = "customers"
OWNER: Final = re.compile(rf"(?:/v1)?/customers/({GUID.pattern})(?:/|$)")
MAX_LINKS: Final = 50

# cart-resources; `biennial` exists for the product of a next term only.
BILLING_CYCLES: Final[Mapping[str, BillingCycle]] = {
    "monthly": BillingCycle.MONTHLY,
    "annual": BillingCycle.ANNUAL,
    "biennial": BillingCycle.BIENNIAL,
    "triennial": BillingCycle.TRIENNIAL,
    "onetime": BillingCycle.ONE_TIME,
    "none": BillingCycle.NONE,
    "unknown": BillingCycle.UNKNOWN,
}


def items(body: Any, where: str) -> list[Any]:
    """What is in a collection; `totalCount` is not to be trusted. Raises VendorBadAnswer for what is no collection."""
    envelope = Row(body, where)
    found = envelope.get("items")
    if found is None and envelope.integer("totalCount") == 0:
        return []
    if not isinstance(found, list):
        raise VendorBadAnswer(f"The vendor's {where} is no list.")
    return found


def readable(body: Any, where: str, make: Callable[[Row], T]) -> Partial[T]:
    """The items of a collection without those that cannot be read. Raises VendorBadAnswer."""
    found, listed = [], items(body, where)
    for place, item in enumerate(listed):
        try:
            found.append(make(Row(item, f"{where}[{place}]")))
        except VendorBadAnswer:
            continue
    return Partial(found, len(listed) - len(found))


def owned(row: Row, customer: str) -> None:
    """Raises VendorBadAnswer where a thing asked for as one of `customer` names another one, by its field or its link
    to itself. Some legacy orders name none; another customer's must never pass for this one's."""
    link = OWNER.match(row.row("links").row("self").text("uri") or "")
    named = (row.filled("referenceCustomerId"), link.group(1) if link else None)
    if any(one is not None and canonical(one) != customer for one in named):
        raise VendorBadAnswer(f"The vendor's {row.where} belongs to another customer.")


def customer_reference(account: str, customer: str) -> Ref:
    """The key under which a customer's name is looked up."""
    return Ref.of(account, Kind.REFERENCE, CUSTOMERS, customer)


def customer_party(account: str, customer: str) -> Party:
    return Party(customer, None, customer_reference(account, customer))


def canonical(identifier: str) -> str:
    """GUIDs come in either case; everything else stands as it is."""
    return identifier.lower() if GUID.fullmatch(identifier) else identifier


def billing_cycle(row: Row) -> tuple[BillingCycle | None, str | None]:
    cycle, word = row.word(BILLING_CYCLES, BillingCycle.UNKNOWN, "billingCycle")
    return (None, None) if word is None else (cycle, word)


def catalog_item(key: str) -> CatalogItem | None:
    """The three parts of a new-commerce item's key; None for a legacy offer."""
    parts = key.split(":")
    return CatalogItem(*parts) if len(parts) == 3 and all(parts) else None


def pricing(row: Row, currency: str | None) -> Pricing | None:
    prices = row.row("pricing")
    if not prices:
        return None
    return Pricing(
        list_price=prices.money("listPrice", currency),
        discounted_price=prices.money("discountedPrice", currency),
        prorated_price=prices.money("proratedPrice", currency),
        price=prices.money("price", currency),
        extended_price=prices.money("extendedPrice", currency),
    )


def commitment(row: Row) -> Commitment | None:
    value = row.row("purchaseCommitment")
    return Commitment(value.money("amount", value.filled("currency")), value.text("grain")) if value else None


def renewal(row: Row) -> Renewal | None:
    """An object on the wire, a list in the vendor's tables: both are read."""
    value = next(iter(row.rows("renewsTo")), row.row("renewsTo"))
    return Renewal(value.duration("termDuration")) if value else None


def next_term(row: Row) -> NextTerm | None:
    value = row.row("scheduledNextTermInstructions")
    if not value:
        return None
    product = value.row("product")
    return NextTerm(_product_term(product) if product else None, value.integer("quantity"))


def links(row: Row) -> tuple[VendorLink, ...]:
    """Named links; one that could lead to another host is left out."""
    found = []
    for rel, value in list(row.row("links"))[:MAX_LINKS]:
        link = Row(value, f"{row.where} link")
        uri = link.text("uri") or ""
        if uri.startswith("/") and uri[1:2] not in ("/", "\\") and uri.isprintable():
            body = link.get("body")
            headers = tuple(KeyValue(h.required("key"), h.text("value") or "") for h in _named(link))
            found.append(VendorLink(rel, uri, link.text("method"), headers, None if body is None else plain(body)))
    return tuple(found)


def _named(link: Row) -> tuple[Row, ...]:
    return tuple(header for header in link.rows("headers") if header.filled("key"))


def _product_term(product: Row) -> ProductTerm:
    cycle, word = billing_cycle(product)
    return ProductTerm(
        product_id=product.text("productId"),
        sku_id=product.text("skuId"),
        availability_id=product.text("availabilityId"),
        billing_cycle=cycle,
        vendor_billing_cycle=word,
        term_duration=product.duration("termDuration"),
    )
