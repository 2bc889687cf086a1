"""Views of the sides of a Sellercloud purchase order: shipping, receiving, payment, invoicing, totals, relations."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from gateway.model.order import Order
from gateway.schema.context import Info
from gateway.schema.cost import BATCH, calls
from gateway.schema.values import MoneyView
from gateway.schema.vendors.sellercloud.deferred import from_detail
from gateway.schema.view import edge, plain, view
from gateway.vendors.base import ORDER
from gateway.vendors.sellercloud import details as model
from gateway.vendors.sellercloud.reads import SHIPMENTS
from gateway.vendors.sellercloud.words import (
    SellercloudDataType,
    SellercloudPaymentStatus,
    SellercloudProgress,
    SellercloudRelation,
)

if TYPE_CHECKING:
    from gateway.schema.order import OrderView


async def shipment_key(root: strawberry.Parent[model.SellercloudShipment], info: Info) -> str | None:
    if root.key is not None:
        return root.key
    known = await info.context.loaders.load(SHIPMENTS, root.order)
    same = [one.key for one in known or () if one.tracking_number == root.tracking_number]
    return same[0] if len(same) == 1 else None


async def related_order(root: strawberry.Parent[model.SellercloudRelatedOrder], info: Info) -> Order | None:
    return await info.context.loaders.load(ORDER, root.ref)


@view(model.SellercloudShipment, name="SellercloudShipment", description="One of several parcels of an order.")
class SellercloudShipmentView:
    key: str | None = edge(
        shipment_key,
        "What removes it; null where the tenant keeps one tracking number per order. Costs a call.",
        calls=calls(sellercloud=1, read="shipments", of="Order"),
    )
    tracking_number: str | None = plain("The carrier's number.")
    carrier: str | None = plain("The carrier.")
    shipped_on: datetime | None = plain("When it left.")


@view(model.SellercloudShipping, name="SellercloudShipping", description="How an order gets to the buyer.")
class SellercloudShippingView:
    status: SellercloudProgress | None = plain("How much has been shipped.")
    vendor_status: str | None = plain("Sellercloud's own word for that.")
    tracking_number: str | None = plain("The carrier's number.")
    courier_service: str | None = plain("The carrier or its service.")
    shipped_on: datetime | None = plain("When it left.")
    requested_carrier: str | None = plain("The carrier that was asked for.")
    requested_service: str | None = plain("The carrier's service that was asked for.")
    shipments: list[SellercloudShipmentView] = plain("Its parcels, where the tenant keeps several per order.")


@view(model.SellercloudReceiving, name="SellercloudReceiving", description="How much of an order has arrived.")
class SellercloudReceivingView:
    status: SellercloudProgress | None = plain("How much has arrived.")
    vendor_status: str | None = plain("Sellercloud's own word for that.")
    over_received: Decimal | None = from_detail(lambda d: d.over_received, "What arrived beyond what was ordered.")
    fully_received_and_shipped: bool | None = from_detail(
        lambda d: d.fully_received_and_shipped, "Whether all was shipped and has arrived."
    )


@view(model.SellercloudPayment, name="SellercloudPayment", description="How an order's payment stands.")
class SellercloudPaymentView:
    status: SellercloudPaymentStatus | None = plain("In a word.")
    vendor_status: str | None = plain("Sellercloud's own word for that.")
    balance: MoneyView | None = plain("What is still to be paid.")
    balance_not_received: MoneyView | None = plain("What is to be paid for goods that have not arrived.")
    paid: MoneyView | None = from_detail(lambda d: d.paid, "What was paid.")
    refunded: MoneyView | None = plain("What was paid back.")
    paid_on: datetime | None = plain("When it was paid.")


@view(model.SellercloudInvoicing, name="SellercloudInvoicing", description="The supplier's invoices for an order.")
class SellercloudInvoicingView:
    invoiced_status: str | None = from_detail(lambda d: d.invoiced_status, "How far it is invoiced, in words.")
    invoice_number: str | None = plain("The supplier's invoice number.")
    invoice_date: datetime | None = from_detail(lambda d: d.invoice_date, "The invoice's date.")
    invoice_numbers: list[str] | None = plain("All invoice numbers, where the tenant keeps several per order.")
    file_name: str | None = plain("The invoice's file; Sellercloud has no call to get it.")
    original_file_name: str | None = plain("What the file was called before.")
    memo: str | None = plain("A memo.")
    invoice_line_count: str | None = from_detail(lambda d: d.invoice_line_count, "How many lines are invoiced.")
    workflow_enabled: bool | None = from_detail(
        lambda d: d.workflow_enabled, "Whether the tenant keeps supplier invoices in a workflow of their own."
    )
    multiple_invoices_enabled: bool | None = from_detail(
        lambda d: d.multiple_invoices_enabled, "Whether the tenant keeps several invoices per order."
    )


@view(model.SellercloudTotals, name="SellercloudTotals", description="What an order's total is made of.")
class SellercloudTotalsView:
    order_total: MoneyView | None = plain("All lines.")
    sub_total: MoneyView | None = from_detail(lambda d: d.totals.sub_total, "All lines before discounts and fees.")
    discount_total: MoneyView | None = plain("Discounts.")
    multi_discount_total: MoneyView | None = from_detail(
        lambda d: d.totals.multi_discount_total, "Discounts, where several may apply."
    )
    tax_total: MoneyView | None = plain("Taxes.")
    shipping_total: MoneyView | None = plain("Shipping.")
    shipping_total_third_party: MoneyView | None = from_detail(
        lambda d: d.totals.shipping_total_third_party, "Shipping paid to others than the supplier."
    )
    drop_ship_fee_total: MoneyView | None = from_detail(lambda d: d.totals.drop_ship_fee_total, "Drop-ship fees.")
    customs_total: MoneyView | None = from_detail(lambda d: d.totals.customs_total, "Customs.")
    other_total: MoneyView | None = from_detail(lambda d: d.totals.other_total, "Anything else.")
    small_order_fee: MoneyView | None = from_detail(lambda d: d.totals.small_order_fee, "The fee for a small order.")
    credit_card_fee: MoneyView | None = from_detail(lambda d: d.totals.credit_card_fee, "The fee for a credit card.")
    extra_charges: MoneyView | None = plain("Extra charges.")
    unreceived_total: MoneyView | None = from_detail(
        lambda d: d.totals.unreceived_total, "What the goods that have not arrived come to."
    )
    free_shipping: bool | None = from_detail(lambda d: d.totals.free_shipping, "Whether shipping is free.")
    discount_total_fixed: bool | None = from_detail(
        lambda d: d.totals.discount_total_fixed, "Whether the discount is one amount for the whole order."
    )
    prices_hidden: bool | None = from_detail(
        lambda d: d.totals.prices_hidden, "Whether this login may not see prices; they are null then."
    )


@view(
    model.SellercloudRelatedOrder,
    name="SellercloudRelatedOrder",
    description="A purchase order that another one came from, or that came from it.",
)
class SellercloudRelatedOrderView:
    order: Annotated[OrderView, strawberry.lazy("gateway.schema.order")] | None = edge(
        related_order, "The other order.", calls=calls(sellercloud=BATCH)
    )
    number: str = plain("The other order's number.")
    relation: SellercloudRelation = plain("How the two belong together.")
    vendor_relation: str | None = plain("Sellercloud's own word for that.")
    created_on: datetime | None = plain("When they were tied together.")


@view(model.SellercloudRelatedItem, name="SellercloudRelatedItem", description="Another record tied to an order.")
class SellercloudRelatedItemView:
    key: str = plain("Sellercloud's key of it.")
    record_type: str | None = plain("What it is, in Sellercloud's words.")


@view(
    model.SellercloudCustomColumn,
    name="SellercloudCustomColumn",
    description="A field that the tenant added to purchase orders.",
)
class SellercloudCustomColumnView:
    key: str | None = plain("Sellercloud's key of it.")
    name: str = plain("Its name in the API.")
    display_name: str | None = plain("Its name on the screen.")
    value: str | None = plain("Its value on this order, as text.")
    data_type: SellercloudDataType | None = plain("What it holds.")
    vendor_data_type: str | None = plain("Sellercloud's own word for that.")
    required: bool | None = plain("Whether it must be filled in.")
