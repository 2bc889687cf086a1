"""Knowing again what a lost answer may have brought about: a cart by its lines, orders by the groups of a cart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import product

from gateway.model.cart import Cart, CartLine, Commitment, NextTerm
from gateway.model.order import Order
from gateway.vendors.partner_center.mapping_carts import every_line

Groups = Mapping[str, Sequence[tuple[str, int | None]]]
"""What each order group of a cart holds: items, without case, and quantities, sorted."""


def marks(cart: Cart) -> list[str]:
    """A mark for the cart itself and one for each line and add-on, by all that a client can say of it."""
    return [_attested(cart), *(_mark(line) for line in every_line(cart.lines))]


def shows(cart: Cart, wanted: Sequence[str]) -> bool:
    """Whether the cart is as marked, with those lines: no more, no fewer, in any order. What the vendor may fill in by
    itself (currency, promotion) counts only where it was asked for."""
    lines = [_marks_of(line) for line in every_line(cart.lines)]
    attested, *wanted = wanted
    if attested != _attested(cart):
        return False
    for mark in wanted:
        line = next((one for one in lines if mark in one), None)
        if line is None:
            return False
        lines.remove(line)
    return not lines


def groups(cart: Cart) -> Groups:
    """An add-on without a group of its own goes with the line above it."""
    found: dict[str, list[tuple[str, int | None]]] = {}

    def walk(lines: Iterable[CartLine], above: str) -> None:
        for line in lines:
            group = above if line.order_group is None else line.order_group
            found.setdefault(group, []).append((line.item.key.casefold(), line.quantity))
            walk(line.addon_items, group)

    walk(cart.lines, "")
    return {group: sorted(lines, key=str) for group, lines in found.items()}


def fitting(wanted: Groups, orders: Iterable[Order]) -> dict[str, list[Order]]:
    """For each group the orders that hold the very same items and quantities."""
    known = [(_content(order), order) for order in orders]
    return {group: [order for content, order in known if content == list(lines)] for group, lines in wanted.items()}


def _content(order: Order) -> list[tuple[str, int | None]]:
    return sorted(((line.item.key.casefold(), line.quantity) for line in order.lines), key=str)


def _marks_of(line: CartLine) -> frozenset[str]:
    """The marks under which the line may have been sent: with and without what the vendor fills in."""
    choices = product({line.currency, None}, {line.promotion_id, None})
    return frozenset(_mark(replace(line, currency=currency, promotion_id=promo)) for currency, promo in choices)


def _attested(cart: Cart) -> str:
    return str(cart.partner_on_record_attestation_accepted)


def _mark(line: CartLine) -> str:
    said = (
        line.item.key.casefold(),
        line.quantity,
        line.billing_cycle,
        line.term_duration,
        line.friendly_name,
        line.currency,
        line.custom_term_end_date,
        line.promotion_id,
        line.attestation_accepted,
        line.participants and sorted((one.role.value, one.partner_id) for one in line.participants),
        sorted((one.key, one.value) for one in line.provisioning_context),
        line.purchase_commitment and _commitment(line.purchase_commitment),
        line.renews_to,
        line.scheduled_next_term_instructions and _next_term(line.scheduled_next_term_instructions),
    )
    return sha256(repr(said).encode()).hexdigest()[:32]


def _commitment(given: Commitment) -> object:
    amount = given.amount
    return amount and (format(amount.amount.normalize(), "f"), amount.currency), given.grain


def _next_term(given: NextTerm) -> object:
    return given.quantity, given.product and replace(given.product, vendor_billing_cycle=None)
