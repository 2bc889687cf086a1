"""The view of what only Sellercloud has on an order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from gateway.model.ref import Kind, Ref
from gateway.model.values import Party
from gateway.schema.context import Info
from gateway.schema.cost import BATCH, calls
from gateway.schema.values import PartyView
from gateway.schema.vendors.sellercloud.deferred import detail_of, from_detail
from gateway.schema.vendors.sellercloud.parts import (
    SellercloudCustomColumnView,
    SellercloudInvoicingView,
    SellercloudPaymentView,
    SellercloudReceivingView,
    SellercloudRelatedItemView,
    SellercloudRelatedOrderView,
    SellercloudShippingView,
    SellercloudTotalsView,
)
from gateway.schema.vendors.sellercloud.reference import (
    SellercloudAddressView,
    SellercloudCompanyView,
    SellercloudVendorView,
    SellercloudWarehouseView,
)
from gateway.schema.view import edge, plain, view
from gateway.vendors.sellercloud import reads
from gateway.vendors.sellercloud.details import (
    SellercloudCompany,
    SellercloudOrderDetails,
    SellercloudVendor,
    SellercloudWarehouse,
)
from gateway.vendors.sellercloud.words import SellercloudOrderType, SellercloudPriority

Root = strawberry.Parent[SellercloudOrderDetails]


def entry(order: Ref, table: str, key: int) -> Ref:
    return Ref.of(order.account, Kind.REFERENCE, table, str(key))


async def company(root: Root, info: Info) -> SellercloudCompany | None:
    if root.company_id is None:
        return None
    return await info.context.loaders.load(reads.COMPANY, entry(root.order, reads.COMPANIES, root.company_id))


async def vendor(root: Root, info: Info) -> SellercloudVendor | None:
    if root.vendor_id is None:
        return None
    return await info.context.loaders.load(reads.VENDOR, entry(root.order, reads.SUPPLIERS, root.vendor_id))


async def default_warehouse(root: Root, info: Info) -> SellercloudWarehouse | None:
    if root.default_warehouse_id is None:
        return None
    key = entry(root.order, reads.WAREHOUSES, root.default_warehouse_id)
    return await info.context.loaders.load(reads.WAREHOUSE, key)


async def payment_term(root: Root, info: Info) -> Party | None:
    detail = await detail_of(root.order, info)
    if detail is None or detail.payment_term_id is None:
        return None
    key = detail.payment_term_id
    return Party(str(key), lookup=entry(root.order, reads.PAYMENT_TERMS, key))


@view(
    SellercloudOrderDetails,
    name="SellercloudOrderDetails",
    description="What only Sellercloud says of an order. Fields that its list lacks cost a call per order, once.",
)
class SellercloudOrderDetailsView:
    company_id: int | None = plain("The buying company: Sellercloud's key.")
    company: SellercloudCompanyView | None = edge(
        company, "More on the buying company.", calls=calls(sellercloud=BATCH)
    )
    vendor_id: int | None = plain("The supplier: Sellercloud's key.")
    vendor: SellercloudVendorView | None = edge(vendor, "More on the supplier.", calls=calls(sellercloud=BATCH))
    default_warehouse_id: int | None = plain("Where goods go: Sellercloud's key.")
    default_warehouse: SellercloudWarehouseView | None = edge(
        default_warehouse, "Where goods go.", calls=calls(sellercloud=BATCH)
    )
    payment_term_id: int | None = from_detail(lambda d: d.payment_term_id, "How it is to be paid: Sellercloud's key.")
    payment_term: PartyView | None = edge(payment_term, "How it is to be paid.", calls=calls(sellercloud=BATCH))
    ship_to_address: SellercloudAddressView | None = plain("The address that goods go to.")
    case_qty_mode: bool | None = from_detail(lambda d: d.case_qty_mode, "Whether it orders cases, not units.")
    order_type: SellercloudOrderType | None = from_detail(lambda d: d.order_type, "How it is fulfilled.")
    vendor_order_type: str | None = from_detail(lambda d: d.vendor_order_type, "Sellercloud's own word for that.")
    priority: SellercloudPriority | None = plain("How urgent it is.")
    vendor_priority: str | None = plain("Sellercloud's own word for that.")
    approved: bool | None = plain("Whether it was approved; no part of its status.")
    ordered_on: datetime | None = plain("When it was ordered.")
    requested_on: datetime | None = from_detail(lambda d: d.requested_on, "When it was requested.")
    expected_delivery_date: datetime | None = plain("When it should arrive.")
    expected_delivery_date_required: bool | None = from_detail(
        lambda d: d.expected_delivery_date_required, "Whether the tenant insists on such a date."
    )
    cancel_by_date: datetime | None = from_detail(lambda d: d.cancel_by_date, "Until when it may be cancelled.")
    shipping: SellercloudShippingView = plain("How it gets to the buyer.")
    receiving: SellercloudReceivingView = plain("How much of it has arrived.")
    payment: SellercloudPaymentView = plain("How its payment stands.")
    invoicing: SellercloudInvoicingView = plain("The supplier's invoices for it.")
    totals: SellercloudTotalsView = plain("What its total is made of.")
    vendor_currency: str | None = from_detail(
        lambda d: d.vendor_currency, "Its currency in Sellercloud's words: letters, or a number not on its list."
    )
    currency_rate_to_usd: Decimal | None = from_detail(
        lambda d: d.currency_rate_to_usd, "How many US dollars one of its currency is."
    )
    currency_rate_from_usd: Decimal | None = from_detail(
        lambda d: d.currency_rate_from_usd, "How many of its currency one US dollar is."
    )
    currency_digits: int | None = from_detail(lambda d: d.currency_digits, "Decimal places of its amounts.")
    multiple_discounts_enabled: bool | None = from_detail(
        lambda d: d.multiple_discounts_enabled, "Whether the tenant allows several discounts per order."
    )
    warehouse_bins_enabled: bool | None = from_detail(
        lambda d: d.warehouse_bins_enabled, "Whether its warehouse keeps goods in bins."
    )
    inventory_count: str | None = from_detail(lambda d: d.inventory_count, "Whether it counts as stock, in words.")
    inventory_count_disabled: bool | None = plain("Whether it does not count as stock.")
    email_sent: str | None = from_detail(lambda d: d.email_sent, "Whether it was sent by e-mail, in words.")
    email_sent_count: int | None = plain("How often it was sent by e-mail.")
    notes_count: int | None = plain("How many notes it has; Sellercloud has no call to read them.")
    unit_counts: int | None = plain("How many units it orders.")
    cm: int | None = plain("Sellercloud does not explain it.")
    display_name: str | None = plain("Sellercloud does not explain it.")
    quick_books_exported: bool | None = plain("Whether it was exported to QuickBooks.")
    credit_memo: bool | None = plain("Whether it is a credit memo.")
    credit_memo_id: int | None = from_detail(lambda d: d.credit_memo_id, "Its credit memo's number.")
    cancelled_po_id: int | None = plain("Another order's number; Sellercloud does not explain it.")
    drop_ship_order_number: int | None = plain("The sales order that it is shipped for.")
    related_fba_id: int | None = from_detail(lambda d: d.related_fba_id, "Its shipment to Amazon.")
    related_wfs_shipment_id: int | None = from_detail(lambda d: d.related_wfs_shipment_id, "Its shipment to Walmart.")
    related_fba_planning_id: int | None = from_detail(lambda d: d.related_fba_planning_id, "Its planning for Amazon.")
    total_cbm: Decimal | None = from_detail(lambda d: d.total_cbm, "Its volume in cubic metres.")
    total_weight: str | None = from_detail(lambda d: d.total_weight, "Its weight, in Sellercloud's words.")
    related_orders: list[SellercloudRelatedOrderView] | None = from_detail(
        lambda d: d.related_orders, "Orders that it was split from or into."
    )
    related_items: list[SellercloudRelatedItemView] | None = from_detail(
        lambda d: d.related_items, "Other records tied to it."
    )
    custom_columns: list[SellercloudCustomColumnView] | None = from_detail(
        lambda d: d.custom_columns, "Fields that the tenant added."
    )
