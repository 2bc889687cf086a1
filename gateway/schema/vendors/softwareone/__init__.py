"""Views of what only SoftwareOne has: its details of orders, lines, agreements and subscriptions."""

from gateway.schema.vendors.softwareone.agreements import (
    SoftwareOneAgreementDetailsView,
    SoftwareOneSubscriptionDetailsView,
)
from gateway.schema.vendors.softwareone.orders import SoftwareOneLineDetailsView, SoftwareOneOrderDetailsView

__all__ = [
    "SoftwareOneAgreementDetailsView",
    "SoftwareOneLineDetailsView",
    "SoftwareOneOrderDetailsView",
    "SoftwareOneSubscriptionDetailsView",
]
