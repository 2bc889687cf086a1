"""Reads that only Sellercloud has, for the fields that only its records have.

Keys of the reference reads: Ref(account, REFERENCE, (table, key)) with the tables named here.
"""

from __future__ import annotations

from typing import Final

from gateway.model.account import Capability
from gateway.model.ref import Ref
from gateway.vendors.base import Read
from gateway.vendors.sellercloud.details import (
    SellercloudCompany,
    SellercloudShipment,
    SellercloudVendor,
    SellercloudWarehouse,
)

SUPPLIERS: Final = "suppliers"
COMPANIES: Final = "companies"
WAREHOUSES: Final = "warehouses"
PAYMENT_TERMS: Final = "payment_terms"

VENDOR = Read[Ref, SellercloudVendor]("sellercloud_vendor", Capability.READ_REFERENCE)
COMPANY = Read[Ref, SellercloudCompany]("sellercloud_company", Capability.READ_REFERENCE)
WAREHOUSE = Read[Ref, SellercloudWarehouse]("sellercloud_warehouse", Capability.READ_REFERENCE)
# By the order: its tracking numbers with their ids, empty where the tenant keeps one number per order.
SHIPMENTS = Read[Ref, tuple[SellercloudShipment, ...]]("sellercloud_shipments", Capability.READ_ORDERS)
