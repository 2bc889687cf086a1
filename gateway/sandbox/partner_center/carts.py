"""Carts: create, read, replace, and check out into orders group by group (create-a-cart, checkout-a-cart pages)."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal, ok
from gateway.sandbox.partner_center.basket import cart_lines, check_resellers, flat, resellers_of
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.catalogue import Item, find_item
from gateway.sandbox.partner_center.placing import beyond_credit, check_agreement, place
from gateway.sandbox.partner_center.records import Cart, Document, guid
from gateway.sandbox.partner_center.wire import cart_document


def create_cart(call: Call) -> Response:
    lines = _read_lines(call)
    cart = Cart(guid(call.world.ids), call.now, call.now, call.token.subject, lines)
    cart.attested = call.document.get("partnerOnRecordAttestationAccepted")
    call.customer.carts[cart.id] = cart
    return ok(_document(call, cart), 201)


def get_cart(call: Call) -> Response:
    return ok(_document(call, _find(call)))


def replace_cart(call: Call) -> Response:
    """Full replacement; what the server sets is not taken from the body. A cart with orders takes no change."""
    cart = _find(call)
    _claim(call)
    if cart.status == "Ordered" or cart.done:
        raise Refusal(400, 800065)
    if str(call.document.get("id") or cart.id).lower() != cart.id:
        raise Refusal(400, 2000, "id")
    cart.lines = _read_lines(call)
    cart.attested = call.document.get("partnerOnRecordAttestationAccepted")
    cart.modified, cart.user = call.now, call.token.subject
    return ok(_document(call, cart), call.settings.put_cart_status)


def checkout(call: Call) -> Response:
    """Orders each group not ordered yet. Groups that went through answer with their first result again."""
    cart = _find(call)
    _claim(call)
    if cart.status == "Ordered" and call.settings.repeat_checkout == "refuse":
        raise Refusal(400, 800065)
    lines = list(flat(cart.lines))
    if any("error" in line for line in lines):
        raise Refusal(400, 800009)
    check_agreement(call)
    groups: dict[str, list[Document]] = {}
    for line in lines:
        groups.setdefault(line["orderGroup"], []).append(line)
    waiting = {group: rows for group, rows in groups.items() if group not in cart.done}
    if any(item.trait == "stale" for rows in waiting.values() for item in _items(rows)):
        raise Refusal(404, 400019)
    errors = [error for group, rows in waiting.items() if (error := _order_group(call, cart, group, rows))]
    if not errors:
        cart.status = "Ordered"
    if call.settings.checkout_in_progress > 0:
        call.settings.checkout_in_progress -= 1
        raise Refusal(409, 800060)
    result: Document = {"orders": [cart.done[group] for group in groups if group in cart.done]}
    if call.settings.checkout_bare and result["orders"]:
        return ok(result["orders"][0], call.settings.checkout_status)
    if errors:
        result["orderErrors"] = errors
    return ok(
        result | {"additionalInformation": [], "attributes": {"objectType": "CartCheckoutResult"}},
        call.settings.checkout_status,
    )


def _order_group(call: Call, cart: Cart, group: str, lines: list[Document]) -> Document | None:
    """Orders one group, or answers the OrderError that says why not."""
    if beyond_credit(call, _items(lines)):
        text = "Unable to process order due to insufficient credit limit"
        return {"orderGroupId": group, "code": 900121, "description": text}
    order = place(call, lines, lines[0]["billingCycle"])
    cart.done[group] = call.show(order, prices=True)
    return None


def _items(lines: list[Document]) -> list[Item]:
    return [item for line in lines if (item := find_item(line["catalogItemId"]))]


def _read_lines(call: Call) -> list[Document]:
    lines = cart_lines(call, call.document.get("lineItems"))
    named = [reseller for line in flat(lines) for reseller in resellers_of(line)]
    check_resellers(call, named, call.document.get("partnerOnRecordAttestationAccepted"))
    return lines


def _find(call: Call) -> Cart:
    cart = call.customer.carts.get(call.params["cart_id"].lower())
    if cart is None or call.settings.cart_expired or cart.created + _lifetime(call) <= call.now:
        raise Refusal(404, 800008)
    return cart


def _claim(call: Call) -> None:
    if call.settings.cart_held > 0:
        call.settings.cart_held -= 1
        raise Refusal(409, 800064)


def _lifetime(call: Call) -> timedelta:
    return timedelta(seconds=call.settings.cart_lifetime_seconds)


def _document(call: Call, cart: Cart) -> Document:
    return cart_document(cart, call.customer.id, _lifetime(call))
