"""Views of what only Sellercloud has."""

import gateway.schema.vendors.sellercloud.words  # noqa: F401 - describes the enums before a view takes them as they are
from gateway.schema.vendors.sellercloud.lines import SellercloudLineDetailsView
from gateway.schema.vendors.sellercloud.orders import SellercloudOrderDetailsView

__all__ = ["SellercloudLineDetailsView", "SellercloudOrderDetailsView"]
