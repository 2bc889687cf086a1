"""The reference data a purchase order screen needs: vendors and their products, warehouses, companies, settings."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.sandbox.sellercloud import catalog, enums
from gateway.sandbox.sellercloud.addresses import warehouse_address
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.listing import PAGING, enveloped, page_of
from gateway.sandbox.sellercloud.notation import Notation, money
from gateway.sandbox.sellercloud.records import Company, Offer, Vendor, Warehouse
from gateway.sandbox.sellercloud.wire import broken_rule, reply

TENANT = "acme"
SERVER = "tt"
VENDOR_FILTERS = PAGING | {"vendorids", "names", "email", "activestatus"}
PRODUCT_FILTERS = PAGING | {"productsku", "vendorsku"}
WAREHOUSE_FILTERS = PAGING | {"warehouseids", "warehousetype", "name", "isdefault", "issellable"}
COMPANY_FILTERS = PAGING | {"companyid", "channel", "keyword"}
SINCE = "2019-02-11T09:30:00"  # when the warehouses were set up


def list_vendors(exchange: Exchange) -> Response:
    query = exchange.query
    ids, names = query.integers("vendorIDs"), [name.lower() for name in query.texts("names")]
    email, active = (query.text("email") or "").lower(), query.enum("activeStatus", enums.ACTIVE_STATUS)
    found = [
        vendor
        for vendor in exchange.tenant.vendors.values()
        if (not ids or vendor.id in ids)
        and (not names or vendor.name.lower() in names)
        and email in vendor.email
        and active in (None, vendor.is_active)
    ]
    rows = [{"ID": v.id, "Name": v.name, "Email": v.email, "IsDefault": v.is_default} for v in found]
    return _page(exchange, rows)


def get_vendor(exchange: Exchange) -> Response:
    vendor = _vendor(exchange)
    return reply(
        {
            "ID": vendor.id,
            "Name": vendor.name,
            "Alias": vendor.alias,
            "AccountNumber": vendor.account_number,
            "Email": vendor.email,
            "EmailCC": vendor.email_cc,
            "Website": vendor.website,
            "IsActive": vendor.is_active,
            "IsDefault": vendor.is_default,
        }
    )


def list_vendor_products(exchange: Exchange) -> Response:
    vendor = _vendor(exchange)
    sku = (exchange.query.text("productSKU") or "").lower()
    vendor_sku = (exchange.query.text("vendorSKU") or "").lower()
    found = [
        offer
        for offer in exchange.tenant.offers.get(vendor.id, ())
        if sku in offer.product.sku.lower() and vendor_sku in offer.vendor_sku.lower()
    ]
    return _page(exchange, [_offer(offer, exchange.notation) for offer in found])


def list_warehouses(exchange: Exchange) -> Response:
    query = exchange.query
    ids, types = query.integers("warehouseIds"), query.enums("warehouseType", enums.WAREHOUSE_TYPE)
    name, default = (query.text("name") or "").lower(), query.enum("isDefault", enums.YES_NO_ALL)
    sellable = {1: True, 2: False}.get(query.enum("isSellable", enums.SELLABLE) or 0)
    found = [
        warehouse
        for warehouse in exchange.tenant.warehouses.values()
        if (not ids or warehouse.id in ids)
        and (not types or warehouse.type in types)
        and name in warehouse.name.lower()
        and default in (None, warehouse.is_default)
        and sellable in (None, warehouse.is_sellable)
    ]
    return _page(exchange, [_warehouse_row(warehouse, exchange.notation) for warehouse in found])


def get_warehouse(exchange: Exchange) -> Response:
    warehouse = exchange.tenant.warehouses.get(exchange.id)
    if warehouse is None:
        raise broken_rule(f"Warehouse {exchange.id} was not found.")
    return reply(
        {
            "General": {"ID": warehouse.id, **_warehouse(warehouse, exchange.notation)},
            "WarehouseAddress": warehouse_address(warehouse.address),
            "IsModified": False,
        }
    )


def list_companies(exchange: Exchange) -> Response:
    query = exchange.query
    ids, channels, keyword = (
        query.integers("companyID"),
        query.integers("channel"),
        (query.text("keyword") or "").lower(),
    )
    found = [
        company
        for company in exchange.tenant.companies.values()
        if (not ids or company.id in ids)
        and (not channels or any(channel in company.channels for channel in channels))
        and keyword in company.name.lower()
    ]
    return _page(exchange, [_company_row(company) for company in found])


def get_company(exchange: Exchange) -> Response:
    """Carries marketplace secrets (made up), as the vendor's does: nothing a purchase order client should ask for."""
    company = exchange.tenant.companies.get(exchange.id)
    if company is None:
        raise broken_rule(f"Company {exchange.id} was not found.")
    return reply(
        {
            "Details": {
                "CompanyName": company.name,
                "Abbreviation": company.abbreviation,
                "CountryCode": company.country_code,
                "Email": f"office@{company.abbreviation.lower()}.example",
                "CurrencyCode": company.currency,
                "UnitOfMeasure": 0 if company.country_code == 0 else 1,
            },
            "Address": warehouse_address(exchange.tenant.warehouses[7].address),
            "AmazonSettings": {
                "accessKey": "AKIAFAKEFAKEFAKEFAKE",
                "secretKey": "fake-secret-key-never-read-this",
                "MWSAuthToken": "amzn.mws.fake-token-never-read-this",
            },
            "IsModified": False,
        }
    )


def list_payment_terms(exchange: Exchange) -> Response:
    return reply(_keyed(exchange.tenant.payment_terms))


def list_brands(exchange: Exchange) -> Response:
    return reply(_names_of_company(exchange, catalog.BRANDS))


def list_manufacturers(exchange: Exchange) -> Response:
    return reply(_names_of_company(exchange, catalog.MANUFACTURERS))


def diagnose_tenant(exchange: Exchange) -> Response:
    return reply({"Tenant": TENANT, "IsTerriformerServer": False})


def find_server(exchange: Exchange) -> Response:
    """Endpoint discovery of the vendor's central host; no token."""
    team = exchange.query.text("team")
    if team is None or team.lower() != TENANT:
        return reply({"Success": False, "Message": "The team was not found."})
    return reply({"RestApiEndpoint": f"{exchange.root}/rest", "ServerID": SERVER, "ApiUrl": f"{exchange.root}/api"})


def _vendor(exchange: Exchange) -> Vendor:
    vendor = exchange.tenant.vendors.get(exchange.id)
    if vendor is None:
        raise broken_rule(f"Vendor {exchange.id} was not found.")
    return vendor


def _page(exchange: Exchange, rows: list[dict[str, Any]]) -> Response:
    start, size = page_of(exchange)
    return reply(enveloped(exchange, rows[start : start + size], len(rows)))


def _offer(offer: Offer, notation: Notation) -> dict[str, Any]:
    return {
        "ProductSKU": offer.product.sku,
        "VendorID": offer.vendor_id,
        "VendorSKU": offer.vendor_sku,
        "ProductName": offer.product.name,
        "Price": money(offer.price),
        "PricePerCase": money(offer.case_price),
        "Qty": offer.quantity,
        "QtyPerCase": offer.product.units_per_case,
        "IsAvailable": offer.product.is_active,
        "Notes": None,
        "DateModified": notation.date(offer.modified),
    }


def _warehouse(warehouse: Warehouse, notation: Notation) -> dict[str, Any]:
    return {
        "Name": warehouse.name,
        "IsDefault": warehouse.is_default,
        "WarehouseType": notation.enum(enums.WAREHOUSE_TYPE, warehouse.type),
        "IsSellAble": warehouse.is_sellable,
        "EnforceBins": warehouse.enforce_bins,
    }


def _warehouse_row(warehouse: Warehouse, notation: Notation) -> dict[str, Any]:
    return {
        "ID": warehouse.id,
        **_warehouse(warehouse, notation),
        "QBWarehouseName": warehouse.quick_books_name,
        "CreatedBy": 12,
        "CreatedOn": SINCE,
        "CreatedByUsername": "dana",
        "CreatedByFirstName": "Dana",
        "CreatedByLastName": "Whitfield",
        "WarehouseAddress": warehouse_address(warehouse.address),
    }


def _company_row(company: Company) -> dict[str, Any]:
    return {
        "ID": company.id,
        "CompanyName": company.name,
        "IsDefaultCompany": company.is_default,
        "IsDisabled": company.is_disabled,
        "AmazonMarketplace": None,
        "EnabledOnChannels": list(company.channels),
        "CustomColumns": [],
        "ScheduledTasksCount": 0,
    }


def _names_of_company(exchange: Exchange, names: dict[int, tuple[str, ...]]) -> list[dict[str, Any]]:
    company = exchange.query.integer("companyId")
    chosen = [name for id, group in names.items() if company in (None, id) for name in group]
    return _keyed(dict(enumerate(dict.fromkeys(chosen), start=1)))


def _keyed(values: dict[int, str]) -> list[dict[str, Any]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]
