"""Sellercloud: purchase orders of one tenant."""

from gateway.model.values import Vendor
from gateway.vendors.base import Entry
from gateway.vendors.sellercloud.adapter import SellercloudAdapter
from gateway.vendors.sellercloud.settings import Settings

__all__ = ["ENTRY", "SellercloudAdapter", "Settings"]

ENTRY = Entry(Vendor.SELLERCLOUD, Settings, SellercloudAdapter)
