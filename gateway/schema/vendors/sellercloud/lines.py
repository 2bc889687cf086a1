"""The view of what only Sellercloud has on a line of an order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from gateway.model.ref import Kind, Ref
from gateway.schema.context import Info
from gateway.schema.cost import BATCH, calls
from gateway.schema.values import MoneyView
from gateway.schema.vendors.sellercloud.deferred import from_line_detail, line_detail_of
from gateway.schema.vendors.sellercloud.reference import SellercloudWarehouseView
from gateway.schema.view import edge, plain, view
from gateway.vendors.sellercloud.details import SellercloudLineDetails, SellercloudWarehouse
from gateway.vendors.sellercloud.reads import WAREHOUSE, WAREHOUSES
from gateway.vendors.sellercloud.words import SellercloudDiscountType


async def warehouse(root: strawberry.Parent[SellercloudLineDetails], info: Info) -> SellercloudWarehouse | None:
    detail = await line_detail_of(root, info)
    if detail is None or detail.warehouse_id is None:
        return None
    key = Ref.of(root.order.account, Kind.REFERENCE, WAREHOUSES, str(detail.warehouse_id))
    return await info.context.loaders.load(WAREHOUSE, key)


@view(
    SellercloudLineDetails,
    name="SellercloudLineDetails",
    description="What only Sellercloud says of an order line. Case fields are null where units are ordered.",
)
class SellercloudLineDetailsView:
    vendor_sku: str | None = plain("The supplier's SKU.")
    qty_received: int | None = plain("How many have arrived.")
    qty_on_hand: int | None = from_line_detail(lambda d: d.qty_on_hand, "How many are in stock.")
    qty_in_container: int | None = from_line_detail(lambda d: d.qty_in_container, "How many are in containers.")
    pre_sell_quantity: int | None = from_line_detail(lambda d: d.pre_sell_quantity, "How many may be sold ahead.")
    adjusted_price: MoneyView | None = plain("The unit price after discounts.")
    final_sub_total: MoneyView | None = from_line_detail(lambda d: d.final_sub_total, "The line after discounts.")
    multi_discount_total: MoneyView | None = from_line_detail(
        lambda d: d.multi_discount_total, "Discounts, where several may apply."
    )
    extra_cost_per_unit: MoneyView | None = from_line_detail(lambda d: d.extra_cost_per_unit, "Extra cost of one.")
    extra_cost_po_based_per_unit: MoneyView | None = from_line_detail(
        lambda d: d.extra_cost_po_based_per_unit, "The order's extra cost, shared out to one."
    )
    qty_cases_ordered: int | None = from_line_detail(lambda d: d.qty_cases_ordered, "How many cases.")
    qty_units_per_case: int | None = from_line_detail(lambda d: d.qty_units_per_case, "How many units make a case.")
    case_price: MoneyView | None = from_line_detail(lambda d: d.case_price, "The price of a case.")
    discount_type: SellercloudDiscountType | None = from_line_detail(
        lambda d: d.discount_type, "What the discount's value is."
    )
    vendor_discount_type: str | None = from_line_detail(
        lambda d: d.vendor_discount_type, "Sellercloud's own word for that."
    )
    discount_value: Decimal | None = from_line_detail(
        lambda d: d.discount_value, "The discount; Sellercloud does not publish whether per unit or per line."
    )
    warehouse_id: int | None = from_line_detail(lambda d: d.warehouse_id, "Where it goes: Sellercloud's key.")
    warehouse: SellercloudWarehouseView | None = edge(warehouse, "Where it goes.", calls=calls(sellercloud=BATCH))
    expected_delivery_date: datetime | None = plain("When it should arrive.")
    kit: bool | None = from_line_detail(lambda d: d.kit, "Whether the item is a kit of others.")
