"""Every vendor that an account may name: one line each."""

from __future__ import annotations

from typing import Final

from gateway.vendors import partner_center, sellercloud, softwareone
from gateway.vendors.base import Entry

REGISTRY: Final[tuple[Entry, ...]] = (partner_center.ENTRY, sellercloud.ENTRY, softwareone.ENTRY)
