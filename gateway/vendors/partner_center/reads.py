"""Reads that only Partner Center has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.account import Capability
from gateway.model.ref import Ref
from gateway.vendors.base import Read
from gateway.vendors.partner_center.details import Provisioning

PROVISIONING: Final = Read[Ref, Mapping[str, Provisioning]]("partner_center_provisioning", Capability.READ_PROVISIONING)
"""How far an order's lines are provisioned, by line number; the key is the order's Ref."""

DIRECT_SIGNED: Final = Read[Ref, bool]("partner_center_direct_signed", Capability.READ_AGREEMENTS)
"""Whether a customer signed the Microsoft Customer Agreement directly; the key is the customer's REFERENCE Ref."""
