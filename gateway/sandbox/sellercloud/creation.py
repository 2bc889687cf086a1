"""POST /PurchaseOrders: a new purchase order in the tenant's default status."""

from __future__ import annotations

from starlette.responses import Response

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.addresses import CREATE_FIELDS, read_address
from gateway.sandbox.sellercloud.catalog import API_USER
from gateway.sandbox.sellercloud.drafts import LINE_FIELDS, Draft
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.fields import Fields
from gateway.sandbox.sellercloud.records import Address, PurchaseOrder
from gateway.sandbox.sellercloud.wire import broken_rule, reply

_FIELDS = (
    "CompanyID", "VendorID", "POType", "CaseQtyMode", "DefaultWarehouseID", "Description", "VendorNote",
    "PaymentTermID", "ExpectedDeliveryDate", "Products", "BillingAddress", "ShippingAddress",
)  # fmt: skip


def create_order(exchange: Exchange) -> Response:
    """Shape first (400 with ModelState), then known ids, then the rules (500 with Message). Answers `{"Id": n}`."""
    fields = exchange.fields(*_FIELDS)
    po = _read(fields, exchange)
    drafts = [Draft.read(item) for item in fields.objects("Products", LINE_FIELDS, required=True)]
    fields.check()
    _check_parties(po, exchange)
    _check_settings(po, exchange)
    lines = [draft.line(exchange, po, broken_rule) for draft in drafts]
    for line in lines:
        line.id = next(exchange.tenant.line_ids)
    po.lines = lines
    po.id = next(exchange.tenant.order_ids)
    exchange.tenant.orders[po.id] = po
    return reply({"Id": po.id})


def _read(fields: Fields, exchange: Exchange) -> PurchaseOrder:
    settings, now = exchange.settings, exchange.now
    status, approved = settings.po_default_status, settings.approved_by_default
    return PurchaseOrder(
        id=0,
        company_id=fields.integer("CompanyID", required=True) or 0,
        vendor_id=fields.integer("VendorID", required=True) or 0,
        type=fields.enum("POType", enums.PO_TYPE, required=True) or 0,
        case_mode=fields.boolean("CaseQtyMode", required=True) or False,
        created=now,
        created_by=API_USER,
        lines=[],
        title=fields.text("Description"),
        instructions=fields.text("VendorNote"),
        warehouse_id=fields.integer("DefaultWarehouseID") or 0,
        payment_term_id=fields.integer("PaymentTermID") or 0,
        expected=fields.date("ExpectedDeliveryDate"),
        status=status,
        ordered=now if status == 1 else None,
        approved=approved,
        approved_by=API_USER if approved else 0,
        approved_on=now if approved else None,
        ship_to=_address(fields, "ShippingAddress"),
        bill_to=_address(fields, "BillingAddress"),
    )


def _address(fields: Fields, name: str) -> Address | None:
    address = fields.object(name, CREATE_FIELDS)
    return None if address is None else read_address(address)


def _check_parties(po: PurchaseOrder, exchange: Exchange) -> None:
    """Known ids; the currency is the vendor's."""
    tenant = exchange.tenant
    if po.company_id not in tenant.companies:
        raise broken_rule(f"Company {po.company_id} was not found.")
    vendor = tenant.vendors.get(po.vendor_id)
    if vendor is None:
        raise broken_rule(f"Vendor {po.vendor_id} was not found.")
    po.currency, po.currency_rate, po.currency_digits = vendor.currency, vendor.rate_to_usd, vendor.digits
    warehouse = tenant.warehouses.get(po.warehouse_id)
    if po.warehouse_id and warehouse is None:
        raise broken_rule(f"Warehouse {po.warehouse_id} was not found.")
    if warehouse is not None and po.ship_to is None:
        po.ship_to = warehouse.address
    if po.payment_term_id and po.payment_term_id not in tenant.payment_terms:
        raise broken_rule(f"Payment term {po.payment_term_id} was not found.")


def _check_settings(po: PurchaseOrder, exchange: Exchange) -> None:
    settings = exchange.settings
    if po.expected is not None and not settings.force_expected_delivery_date:
        raise broken_rule("ExpectedDeliveryDate needs Force user to enter Expected Delivery Date to be enabled.")
    if po.bill_to is not None and not settings.bill_to_address:
        raise broken_rule("BillingAddress needs Enable BillTo address for Purchase Orders to be enabled.")
