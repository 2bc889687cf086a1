"""Microsoft Partner Center: carts, orders and their files, agreements and subscriptions of a partner's customers."""

from __future__ import annotations

from typing import Final

from gateway.model.values import Vendor
from gateway.vendors.base import Entry
from gateway.vendors.partner_center.adapter import PartnerCenter
from gateway.vendors.partner_center.settings import Settings

__all__ = ["ENTRY", "PartnerCenter", "Settings"]

ENTRY: Final = Entry(Vendor.PARTNER_CENTER, Settings, PartnerCenter)
