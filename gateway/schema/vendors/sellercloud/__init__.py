"""Views of what only Sellercloud has."""

from gateway.schema.vendors.sellercloud.lines import SellercloudLineDetailsView
from gateway.schema.vendors.sellercloud.orders import SellercloudOrderDetailsView

__all__ = ["SellercloudLineDetailsView", "SellercloudOrderDetailsView"]
