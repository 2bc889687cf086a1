"""What only one vendor has, typed: a module per vendor, collected here. A new vendor adds its members below."""

from __future__ import annotations

from typing import Annotated, Any, Final

import strawberry

from gateway.schema.vendors.partner_center import (
    CartView,
    PartnerCenterAgreementDetailsView,
    PartnerCenterLineDetailsView,
    PartnerCenterOrderDetailsView,
    PartnerCenterSubscriptionDetailsView,
)
from gateway.schema.vendors.sellercloud import SellercloudLineDetailsView, SellercloudOrderDetailsView
from gateway.schema.vendors.softwareone import (
    SoftwareOneAgreementDetailsView,
    SoftwareOneLineDetailsView,
    SoftwareOneOrderDetailsView,
    SoftwareOneSubscriptionDetailsView,
)

OrderDetails = Annotated[
    PartnerCenterOrderDetailsView | SellercloudOrderDetailsView | SoftwareOneOrderDetailsView,
    strawberry.union("OrderDetails", description="What only one vendor says of an order."),
]
LineDetails = Annotated[
    PartnerCenterLineDetailsView | SellercloudLineDetailsView | SoftwareOneLineDetailsView,
    strawberry.union("LineDetails", description="What only one vendor says of an order line."),
]
AgreementDetails = Annotated[
    PartnerCenterAgreementDetailsView | SoftwareOneAgreementDetailsView,
    strawberry.union("AgreementDetails", description="What only one vendor says of an agreement."),
]
SubscriptionDetails = Annotated[
    PartnerCenterSubscriptionDetailsView | SoftwareOneSubscriptionDetailsView,
    strawberry.union("SubscriptionDetails", description="What only one vendor says of a subscription."),
]
AgreementLineDetails = SoftwareOneLineDetailsView
"""Only SoftwareOne's agreements have lines."""

VENDOR_TYPES: Final[tuple[type[Any], ...]] = (CartView,)
"""Node types of one vendor alone, reached through `node` and federation."""
