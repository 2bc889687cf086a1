"""Whether a cart takes a change or a checkout, as far as the cart itself tells; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.model.cart import Cart, CartStatus
from gateway.model.writing import Absent, UserError, UserErrorCode
from gateway.vendors.commands import UpdateCart
from gateway.vendors.partner_center.mapping_cart_writes import numbered
from gateway.vendors.partner_center.mapping_carts import every_line

Found = Iterator[UserError]
CART = ("cartId",)


def of_change(command: UpdateCart, raw: Any, cart: Cart) -> list[UserError]:
    """`raw` is the cart as the vendor answered it, `cart` what we read there."""
    found = [*_expired(cart), *_ordered(cart), *_stale(command, cart)]
    return found or [*_unknown_lines(command, raw), *_emptied(command, cart)]


def of_order(cart: Cart) -> list[UserError]:
    """A cart that was ordered may be checked out again: it gives the same orders."""
    faulty = [str(line.line_id) for line in every_line(cart.lines) if line.error is not None]
    found = [*_expired(cart)]
    if faulty:
        noun = "Line" if len(faulty) == 1 else "Lines"
        told = f"{noun} {', '.join(faulty[:20])}{' and more' if len(faulty) > 20 else ''}: see the cart's lines."
        found.append(UserError(UserErrorCode.LINE_ERRORS, told, CART))
    return found


def _expired(cart: Cart) -> Found:
    if cart.status is CartStatus.EXPIRED:
        yield UserError(UserErrorCode.EXPIRED, "The cart's time is over; make a new one.", CART)


def _ordered(cart: Cart) -> Found:
    if cart.status is CartStatus.ORDERED:
        yield UserError(UserErrorCode.INVALID, "The cart was ordered; make a new one.", CART)


def _stale(command: UpdateCart, cart: Cart) -> Found:
    if command.expected_updated_at is not None and command.expected_updated_at != cart.updated_at:
        yield UserError(
            UserErrorCode.STALE, "The cart has changed since; read it, and try again.", ("expectedUpdatedAt",)
        )


def _unknown_lines(command: UpdateCart, raw: Any) -> Found:
    above = dict(numbered(raw))
    removed = set(command.remove_lines)
    replaced = {one.line_id for one in command.set_lines if not isinstance(one.addon_items, Absent)}
    named: list[tuple[int, tuple[str, ...]]] = []
    named += [(one.line_id, ("setLines", str(n), "lineId")) for n, one in enumerate(command.set_lines)]
    named += [(one, ("removeLines", str(n))) for n, one in enumerate(command.remove_lines)]
    for number, path in named:
        if number not in above:
            yield UserError(UserErrorCode.NOT_FOUND, "The cart has no such line.", path)
        elif replaced.intersection(above[number]) or (number not in removed and removed.intersection(above[number])):
            yield UserError(UserErrorCode.INVALID, "This add-on goes with what is done to the line above it.", path)


def _emptied(command: UpdateCart, cart: Cart) -> Found:
    if cart.lines and not command.add_lines and {line.line_id for line in cart.lines} <= set(command.remove_lines):
        yield UserError(UserErrorCode.INVALID, "A cart keeps at least one line.", ("removeLines",))
