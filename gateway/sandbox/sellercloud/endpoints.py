"""The table of all endpoints the sandbox implements."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.sandbox.sellercloud import directory, header, lines, listing, reading, shipping
from gateway.sandbox.sellercloud.creation import create_order
from gateway.sandbox.sellercloud.exchange import Handler

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`handler` is None for the token call, which the emulator's own access does. `query`: names, in lower case."""

    method: str
    path: str
    handler: Handler | None
    query: frozenset[str] = _NONE
    is_list: bool = False  # ignores filters it does not know
    has_body: bool = False
    public: bool = False
    free: bool = False  # another host of the vendor: no budget

    @property
    def module(self) -> str:
        return self.path.removeprefix("rest/api/").partition("/")[0]


def _get(path: str, handler: Handler, query: frozenset[str] = _NONE, is_list: bool = False) -> Endpoint:
    return Endpoint("GET", f"rest/api/{path}", handler, query, is_list)


def _write(method: str, path: str, handler: Handler | None, public: bool = False) -> Endpoint:
    return Endpoint(method, f"rest/api/{path}", handler, has_body=True, public=public)


_ALL = (
    Endpoint("GET", "api/server-by-team", directory.find_server, frozenset({"team"}), public=True, free=True),
    _write("POST", "token", None, public=True),
    _get("PurchaseOrders", listing.list_orders, listing.FILTERS, is_list=True),
    _get("PurchaseOrders/Views", listing.list_views),
    _get("PurchaseOrders/GetAllByView", listing.list_by_view, listing.VIEW_QUERY),
    _get("PurchaseOrders/{id}", reading.get_order),
    _get("PurchaseOrders/{id}/Items", reading.get_items),
    _get("PurchaseOrders/{id}/TrackingNumber/Multiple", reading.get_tracking),
    _get("PurchaseOrders/{id}/CustomColumns", reading.get_columns),
    _write("POST", "PurchaseOrders", create_order),
    _write("PUT", "PurchaseOrders/{id}", header.put_general),
    Endpoint("DELETE", "rest/api/PurchaseOrders/{id}", header.delete_order),
    _write("POST", "PurchaseOrders/{id}/Items", lines.add_items),
    _write("PUT", "PurchaseOrders/{id}/Items", lines.change_items),
    _write("DELETE", "PurchaseOrders/{id}/Items", lines.delete_items),
    _write("PUT", "PurchaseOrders/{id}/TrackingNumber", shipping.put_tracking),
    _write("POST", "PurchaseOrders/{id}/TrackingNumber/Multiple", shipping.post_tracking),
    _write("DELETE", "PurchaseOrders/{id}/TrackingNumber/Multiple", shipping.delete_tracking),
    _write("PUT", "PurchaseOrders/{id}/Invoice", header.put_invoice),
    _write("PUT", "PurchaseOrders/{id}/Total", header.put_totals),
    _write("PUT", "PurchaseOrders/{id}/CustomColumns", header.put_column),
    _write("PUT", "PurchaseOrders/SetQuickBookStatus", header.put_export_flag),
    _get("Vendors", directory.list_vendors, directory.VENDOR_FILTERS, is_list=True),
    _get("Vendors/{id}", directory.get_vendor),
    _get("Vendors/{id}/products", directory.list_vendor_products, directory.PRODUCT_FILTERS, is_list=True),
    _get("Warehouses", directory.list_warehouses, directory.WAREHOUSE_FILTERS, is_list=True),
    _get("Warehouses/{id}", directory.get_warehouse),
    _get("Companies", directory.list_companies, directory.COMPANY_FILTERS, is_list=True),
    _get("Companies/{id}", directory.get_company),
    _get("Settings/PaymentTerms", directory.list_payment_terms),
    _get("Settings/Brands", directory.list_brands, frozenset({"companyid"})),
    _get("Settings/Manufacturers", directory.list_manufacturers, frozenset({"companyid"})),
    _get("Diagnostics/Tenant", directory.diagnose_tenant),
)

ENDPOINTS = {(endpoint.method, endpoint.path.lower()): endpoint for endpoint in _ALL}
