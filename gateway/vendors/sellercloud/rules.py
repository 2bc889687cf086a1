"""What Sellercloud documents as a rule of a new purchase order and its lines, checked before anything is sent.

Source: the vendor's page "Create new purchase order". What depends on the tenant's settings is left to the vendor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from gateway.model.writing import UserError, UserErrorCode
from gateway.vendors.sellercloud.commands import (
    AddressDraft,
    CaseLineDraft,
    LineDraft,
    LinesDraft,
    PurchaseOrderDraft,
)
from gateway.vendors.sellercloud.words import SellercloudDiscountType

Path = tuple[str, ...]

LONGEST_SKU: Final = 50
COUNTRY: Final = re.compile(r"[A-Za-z]{2}")

AT_LEAST_ONE: Final = "This is a number of at least 1."
NOT_NEGATIVE: Final = "This cannot be negative."
AN_ID: Final = "This is no id: ids are numbers of at least 1."
NO_WORD: Final = "UNKNOWN is for what is read; nothing can be set to it."


@dataclass(slots=True)
class Mistakes:
    """Collects what is wrong, each with its path; `at` is the path of what is looked at."""

    at: Path
    found: list[UserError] = field(default_factory=list)

    def below(self, *names: str) -> Mistakes:
        """For a part of the input; what is found there is found here."""
        return Mistakes((*self.at, *names), self.found)

    def add(self, code: UserErrorCode, message: str, *names: str) -> None:
        self.found.append(UserError(code, message, (*self.at, *names)))

    def required(self, message: str, *names: str) -> None:
        self.add(UserErrorCode.REQUIRED, message, *names)

    def invalid(self, message: str, *names: str) -> None:
        self.add(UserErrorCode.INVALID, message, *names)

    def positive(self, value: object, name: str, message: str = AT_LEAST_ONE) -> None:
        if isinstance(value, int) and value < 1:
            self.invalid(message, name)

    def price(self, value: object, name: str) -> None:
        if isinstance(value, Decimal) and value < 0:
            self.invalid(NOT_NEGATIVE, name)


def broken_by_draft(draft: PurchaseOrderDraft, at: Path) -> list[UserError]:
    mistakes = Mistakes(at)
    ids = {
        "companyId": draft.company_id,
        "vendorId": draft.vendor_id,
        "defaultWarehouseId": draft.default_warehouse_id,
        "paymentTermId": draft.payment_term_id,
    }
    for name, value in ids.items():
        mistakes.positive(value, name, AN_ID)
    check_lines(draft.lines, mistakes.below("lines"))
    for name, address in (("billingAddress", draft.billing_address), ("shippingAddress", draft.shipping_address)):
        check_address(address, mistakes.below(name))
    return mistakes.found


def check_lines(lines: LinesDraft, mistakes: Mistakes) -> None:
    if not lines.lines:
        mistakes.required("There has to be at least one line.", lines.mode)
    for place, line in enumerate(lines.lines):
        check_line(line, mistakes.below(lines.mode, str(place)))


def check_line(line: LineDraft, mistakes: Mistakes) -> None:
    if not line.product_id.strip():
        mistakes.required("The product's SKU is needed.", "productId")
    if len(line.product_id) > LONGEST_SKU:
        mistakes.invalid(f"A SKU has at most {LONGEST_SKU} characters.", "productId")
    for name, quantity in quantities(line):
        mistakes.positive(quantity, name)
    if isinstance(line, CaseLineDraft):
        mistakes.price(line.case_price, "casePrice")
    else:
        mistakes.price(line.unit_price, "unitPrice")
    check_discount(line, mistakes)
    mistakes.positive(line.warehouse_id, "warehouseId", AN_ID)


def quantities(line: LineDraft) -> Iterator[tuple[str, int]]:
    if isinstance(line, CaseLineDraft):
        yield from (("qtyCasesOrdered", line.qty_cases_ordered), ("qtyUnitsPerCase", line.qty_units_per_case))
    else:
        yield "qtyUnitsOrdered", line.qty_units_ordered


def check_discount(line: LineDraft, mistakes: Mistakes) -> None:
    if line.discount_type is SellercloudDiscountType.UNKNOWN:
        mistakes.invalid(NO_WORD, "discountType")
    mistakes.price(line.discount_value, "discountValue")
    if line.discount_value is not None and line.discount_type is None:
        mistakes.required("What the discount's value is has to be said.", "discountType")
    if line.discount_type is not None and line.discount_value is None:
        mistakes.required("A discount needs its value.", "discountValue")


def check_address(address: AddressDraft | None, mistakes: Mistakes) -> None:
    if address is not None and COUNTRY.fullmatch(address.country) is None:
        mistakes.invalid("A country is two letters, for example US.", "country")
