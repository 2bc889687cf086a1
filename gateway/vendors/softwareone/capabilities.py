"""What each actor may do at SoftwareOne, and how its token can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.account import Capability
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.writes import (
    ADD_ATTACHMENTS,
    CHECKOUT_CART,
    CREATE_CART,
    CREATE_PURCHASE_ORDER,
    DELETE_ATTACHMENT,
    UPDATE_ATTACHMENT,
    UPDATE_CART,
)

READING: Final = frozenset(
    {
        Capability.READ_ORDERS,
        Capability.LIST_ORDERS,
        Capability.READ_AGREEMENTS,
        Capability.LIST_AGREEMENTS,
        Capability.READ_SUBSCRIPTIONS,
        Capability.READ_ATTACHMENTS,
        Capability.DOWNLOAD_ATTACHMENTS,
        Capability.READ_REFERENCE,
    }
)
MANAGING: Final = frozenset({Capability.UPDATE_ORDERS, Capability.SUBMIT_ORDERS, Capability.CANCEL_ORDERS})
ATTACHING: Final = frozenset({Capability.ADD_ATTACHMENTS, Capability.UPDATE_ATTACHMENTS, Capability.DELETE_ATTACHMENTS})
CAPABILITIES: Final[Mapping[Actor, frozenset[Capability]]] = {
    "client": READING | MANAGING | {Capability.CREATE_PURCHASE_ORDERS},
    "vendor": READING | MANAGING | ATTACHING,
    "operations": READING | MANAGING | ATTACHING,
}
NO_CARTS: Final = (
    "SoftwareOne has no carts: create a purchase order instead, as a draft where it is not to be placed yet."
)
OTHERS_ATTACH: Final = "At SoftwareOne attachments are added, renamed and deleted by the vendor or SoftwareOne itself."
INSTEAD: Final = {
    CREATE_CART.name: NO_CARTS,
    UPDATE_CART.name: NO_CARTS,
    CHECKOUT_CART.name: NO_CARTS,
    CREATE_PURCHASE_ORDER.name: "At SoftwareOne the customer orders: it takes an account with a client's token.",
    ADD_ATTACHMENTS.name: OTHERS_ATTACH,
    UPDATE_ATTACHMENT.name: OTHERS_ATTACH,
    DELETE_ATTACHMENT.name: OTHERS_ATTACH,
}
READS_SPLITS: Final[Mapping[Actor, bool]] = {"client": True, "vendor": False, "operations": True}
LISTS_VENDORS: Final[Mapping[Actor, bool]] = {"client": False, "vendor": False, "operations": True}
# Prices that a token sees: a client those it pays, a vendor those it gets, operations both and what lies between.
SELLING: Final = frozenset({"SPx1", "SPxM", "SPxY", "unitSP"})
PURCHASE: Final = frozenset({"PPx1", "PPxM", "PPxY", "unitPP"})
MARGIN: Final = frozenset({"markup", "margin", "defaultMarkup"})


def seen_by(fields: frozenset[str]) -> Actor | None:
    """The actor whose token sees these fields of orders; None where no price is among them."""
    sells, purchases = bool(fields & SELLING), bool(fields & PURCHASE)
    if fields & MARGIN or (sells and purchases):
        return "operations"
    if sells:
        return "client"
    return "vendor" if purchases else None
