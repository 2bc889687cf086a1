"""Reads that only this vendor has; the graph's views of its details load them."""

from __future__ import annotations

from gateway.model.account import Capability
from gateway.model.ref import Ref
from gateway.vendors.base import Read
from gateway.vendors.softwareone.details import Split

# Key: the order. The page that its template makes, as Markdown: what a querying order asks of the customer.
INSTRUCTIONS = Read[Ref, str]("softwareone_instructions", Capability.READ_ORDERS)
AGREEMENT_SPLIT = Read[Ref, Split]("softwareone_agreement_split", Capability.READ_AGREEMENTS)
SUBSCRIPTION_SPLIT = Read[Ref, Split]("softwareone_subscription_split", Capability.READ_SUBSCRIPTIONS)
