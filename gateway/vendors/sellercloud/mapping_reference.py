"""Sellercloud's vendors, companies, warehouses, payment terms and products as our parties and records."""

from __future__ import annotations

from typing import Any

from gateway.model.values import OrderedItem, Party
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud import mapping_words as words
from gateway.vendors.sellercloud.details import SellercloudCompany, SellercloudVendor, SellercloudWarehouse
from gateway.vendors.sellercloud.mapping_address import warehouse_address
from gateway.vendors.sellercloud.words import SellercloudWarehouseType


def supplier_of(value: Any) -> Party | None:
    row = Row(value, "vendor")
    key = row.identifier("ID")
    return None if key is None else Party(str(key), row.filled("Name"))


def vendor_of(value: Any, key: str) -> SellercloudVendor | None:
    """The single vendor; None where the answer is about none, or another one."""
    row = Row(value, "vendor")
    if str(row.identifier("ID")) != key:
        return None
    return SellercloudVendor(
        key=key,
        name=row.text("Name"),
        alias=row.text("Alias"),
        account_number=row.text("AccountNumber"),
        email=row.text("Email"),
        email_cc=row.text("EmailCC"),
        website=row.text("Website"),
        active=row.boolean("IsActive"),
        default=row.boolean("IsDefault"),
    )


def company_of(value: Any) -> SellercloudCompany | None:
    row = Row(value, "company")
    key = row.identifier("ID")
    if key is None:
        return None
    return SellercloudCompany(
        key=str(key),
        name=row.filled("CompanyName"),
        default=row.boolean("IsDefaultCompany"),
        disabled=row.boolean("IsDisabled"),
    )


def warehouse_of(value: Any) -> SellercloudWarehouse | None:
    row = Row(value, "warehouse")
    key = row.identifier("ID")
    if key is None:
        return None
    kind, vendor_kind = words.maybe_word(row, words.WAREHOUSE_TYPE, SellercloudWarehouseType.UNKNOWN, "WarehouseType")
    return SellercloudWarehouse(
        key=str(key),
        name=row.filled("Name"),
        type=kind,
        vendor_type=vendor_kind,
        default=row.boolean("IsDefault"),
        sellable=row.boolean("IsSellAble"),
        enforce_bins=row.boolean("EnforceBins"),
        quick_books_name=row.text("QBWarehouseName"),
        address=warehouse_address(row.row("WarehouseAddress")),
    )


def payment_term_of(value: Any) -> Party | None:
    row = Row(value, "payment term")
    key = row.identifier("Key")
    return None if key is None else Party(str(key), row.filled("Value"))


def item_of(value: Any) -> OrderedItem | None:
    row = Row(value, "product")
    sku = row.filled("ProductSKU")
    return None if sku is None else OrderedItem(key=sku, sku=sku, name=row.text("ProductName"))
