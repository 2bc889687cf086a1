"""Sellercloud's lines and orders compared with what was sent: whether a found one is what a lost answer spoke of.

Source: the vendor's page "Get purchase order items", whose answer alone tells units and cases apart for sure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import orjson

from gateway.errors import VendorBadAnswer
from gateway.model.order import Order, OrderType
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud.commands import AddressDraft, CaseLineDraft, LineDraft, PurchaseOrderDraft
from gateway.vendors.sellercloud.details import SellercloudAddress, SellercloudOrderDetails
from gateway.vendors.sellercloud.words import SellercloudPoType

CENT: Final = Decimal("0.01")  # the vendor keeps prices as binary numbers, and may round them
TYPES: Final = {
    SellercloudPoType.PURCHASE_ORDER: OrderType.PURCHASE,
    SellercloudPoType.CREDIT_MEMO: OrderType.CREDIT_MEMO,
    SellercloudPoType.VENDOR_OFFER: OrderType.VENDOR_OFFER,
}


@dataclass(frozen=True, slots=True)
class Item:
    """A line as ordered; amounts of the other mode are 0 or None."""

    key: str
    sku: str
    units: int | None
    unit_price: Decimal | None
    cases: int | None
    units_per_case: int | None
    case_price: Decimal | None
    discount: Decimal | None


@dataclass(frozen=True, slots=True)
class Items:
    """`case_mode` is None where the vendor does not say."""

    case_mode: bool | None
    items: tuple[Item, ...]

    def keys(self) -> set[str]:
        return {item.key for item in self.items}


def items_of(body: Any) -> Items:
    """Raises VendorBadAnswer for an answer that says nothing of an order's lines, or a line without an id."""
    row = Row(body, "purchase order lines")
    if "items" not in {name.lower() for name, _ in row}:
        raise VendorBadAnswer("Sellercloud's answer does not tell the lines of the purchase order.")
    return Items(row.boolean("PoCaseQtyEnabled"), tuple(map(item_of, row.every("Items"))))


def item_of(row: Row) -> Item:
    key = row.identifier("ID")
    if key is None:
        raise VendorBadAnswer(f"The vendor's {row.where} has no ID.")
    return Item(
        key=str(key),
        sku=row.text("ProductID", "SKU") or "",
        units=row.integer("QtyUnitsOrdered"),
        unit_price=row.decimal("UnitPrice"),
        cases=row.integer("QtyCasesOrdered"),
        units_per_case=row.integer("QtyUnitsPerCase"),
        case_price=row.decimal("CasePrice"),
        discount=row.decimal("DiscountValue"),
    )


def same_line(draft: LineDraft, item: Item) -> bool:
    """Whether a line is what the draft asked for. A price that is not shown is no reason against it."""
    if folded(item.sku) != folded(draft.product_id) or not near(draft.discount_value or Decimal(), item.discount):
        return False
    if isinstance(draft, CaseLineDraft):
        quantities = (item.cases, item.units_per_case) == (draft.qty_cases_ordered, draft.qty_units_per_case)
        return quantities and near(draft.case_price, item.case_price)
    return item.units == draft.qty_units_ordered and near(draft.unit_price, item.unit_price)


def pairs(drafts: Sequence[LineDraft], items: Iterable[Item]) -> list[Item] | None:
    """An item for each draft, every item once; None where one finds none."""
    left, found = list(items), []
    for draft in drafts:
        item = next((one for one in left if same_line(draft, one)), None)
        if item is None:
            return None
        left.remove(item)
        found.append(item)
    return found


def same_lines(draft: PurchaseOrderDraft, held: Items) -> bool:
    """Whether an order's lines are those of the draft, all of them and no other."""
    lines = draft.lines.lines
    cases = draft.lines.mode == "cases"
    return held.case_mode in (cases, None) and len(lines) == len(held.items) and pairs(lines, held.items) is not None


def same_order(draft: PurchaseOrderDraft, order: Order) -> bool:
    """Whether a list row agrees with the draft, its quantities and prices left aside. What the draft does not give, or
    the row does not show, is no reason against it; the title is compared either way."""
    details = order.details
    return (
        isinstance(details, SellercloudOrderDetails)
        and (details.company_id, details.vendor_id) == (draft.company_id, draft.vendor_id)
        and order.type is TYPES[draft.po_type]
        and folded(order.title) == folded(draft.description)
        and draft.default_warehouse_id in (None, details.default_warehouse_id)
        and skus(line.item.sku for line in order.lines) == skus(line.product_id for line in draft.lines.lines)
        and same_address(draft.shipping_address, details.ship_to_address)
    )


def same_address(draft: AddressDraft | None, address: SellercloudAddress | None) -> bool:
    if draft is None or address is None:
        return True
    both = (
        (draft.first_name, address.first_name),
        (draft.last_name, address.last_name),
        (draft.business, address.business),
        (draft.address_line1, address.address_line1),
        (draft.address_line2, address.address_line2),
        (draft.city, address.city),
        (draft.zip_code, address.zip_code),
    )
    return all(not (sent and shown) or folded(sent) == folded(shown) for sent, shown in both)


def marker(draft: PurchaseOrderDraft) -> str:
    """A digest of what is compared strictly: equal for two drafts whose orders could be taken for each other."""
    lines = sorted([folded(line.product_id), *map(str, amounts(line))] for line in draft.lines.lines)
    return digest(
        [draft.company_id, draft.vendor_id, draft.po_type.value, folded(draft.description), draft.lines.mode, lines]
    )


def lines_marker(number: str, drafts: Iterable[LineDraft]) -> str:
    """The same for lines added to an order."""
    return digest([number, sorted([folded(line.product_id), *map(str, amounts(line))] for line in drafts)])


def amounts(line: LineDraft) -> tuple[int | Decimal, ...]:
    if isinstance(line, CaseLineDraft):
        return line.qty_cases_ordered, line.qty_units_per_case, line.case_price.normalize()
    return line.qty_units_ordered, line.unit_price.normalize()


def digest(plain: object) -> str:
    return hashlib.sha256(orjson.dumps(plain)).hexdigest()


def near(sent: Decimal, shown: Decimal | None) -> bool:
    return shown is None or abs(sent - shown) < CENT


def folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def skus(texts: Iterable[str | None]) -> list[str]:
    return sorted(map(folded, texts))
