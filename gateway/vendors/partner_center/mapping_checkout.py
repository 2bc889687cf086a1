"""Partner Center's answer to a checkout → what became of each group of the cart's lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from gateway.errors import VendorBadAnswer
from gateway.model.account import Account
from gateway.model.ref import Kind, Ref
from gateway.vendors.partner_center.mapping_commerce import owned
from gateway.vendors.reading import Row, one_line, shown

MAX_REMARKS: Final = 50


@dataclass(frozen=True, slots=True)
class GroupError:
    """Why a group of lines did not become an order; `message` is the vendor's own, fit to be shown."""

    group: str
    code: int | None
    message: str | None


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """`orders` with their rows, new and from earlier checkouts of the same cart."""

    orders: dict[Ref, Row]
    errors: tuple[GroupError, ...]
    remarks: tuple[str, ...]


def checked_out(body: Any, account: Account, customer: str) -> CheckedOut:
    """A CartCheckoutResult, or the bare order that one published sample shows (checkout-a-cart). Raises
    VendorBadAnswer where it names neither an order nor an error, or what cannot be read."""
    row = Row(body, "checkout")
    bare = row.has("id") and row.has("lineItems")
    orders = (row,) if bare else row.every("orders")
    errors = () if bare else row.every("orderErrors")
    for order in orders:
        owned(order, customer)
    if not orders and not errors:
        raise VendorBadAnswer("The vendor's answer to the checkout names no order and no error.")
    remarks = row.get("additionalInformation")
    return CheckedOut(
        {Ref.of(account.id, Kind.ORDER, customer, one.required("id")): one for one in orders},
        tuple(
            GroupError(one.text("orderGroupId") or "", one.integer("code"), one_line(one.filled("description")))
            for one in errors
        ),
        tuple(_as_text(one) for one in remarks[:MAX_REMARKS]) if isinstance(remarks, list) else (),
    )


def _as_text(value: Any) -> str:
    """JSON text, fit to be shown; "" for what no encoder takes."""
    try:
        return shown(orjson.dumps(value, default=_literal).decode()) or ""
    except TypeError:
        return ""


def _literal(number: Any) -> orjson.Fragment:
    return orjson.Fragment(format(number, "f"))
