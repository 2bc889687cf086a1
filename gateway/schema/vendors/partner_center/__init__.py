"""Views of what only Partner Center has: its carts, and its details of orders, lines, agreements and subscriptions."""

from gateway.schema.vendors.partner_center.agreements import (
    PartnerCenterAgreementDetailsView,
    PartnerCenterSubscriptionDetailsView,
)
from gateway.schema.vendors.partner_center.carts import CartLineView, CartView, CheckoutErrorView
from gateway.schema.vendors.partner_center.orders import PartnerCenterLineDetailsView, PartnerCenterOrderDetailsView

__all__ = [
    "CartLineView",
    "CartView",
    "CheckoutErrorView",
    "PartnerCenterAgreementDetailsView",
    "PartnerCenterLineDetailsView",
    "PartnerCenterOrderDetailsView",
    "PartnerCenterSubscriptionDetailsView",
]
