"""What each actor may do at SoftwareOne, and how its token can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.account import Capability
from gateway.vendors.softwareone.settings import Actor

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
CAPABILITIES: Final[Mapping[Actor, frozenset[Capability]]] = {
    "client": READING,
    "vendor": READING,
    "operations": READING,
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
