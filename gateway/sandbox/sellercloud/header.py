"""Writes outside the lines: general panel, delete, invoice, totals, export flag, custom columns."""

from __future__ import annotations

from starlette.responses import Response

from gateway.sandbox.sellercloud.catalog import API_USER
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.wire import Refused, broken_rule, empty, reply

_GENERAL = (
    "CompanyId", "VendorId", "Description", "Instructions", "OrderedOnDate", "RequestedOnDate", "ExpectedDeliveryDate",
    "CancelByDate",
)  # fmt: skip
_TOTALS = ("TaxTotal", "OtherTotal", "ShippingTotal", "ShippingTotalThirdParty")


def put_general(exchange: Exchange) -> Response:
    """The general panel; null or absent keeps, so that nothing can be cleared. Status and warehouse stay."""
    po = exchange.order()
    fields = exchange.fields(*_GENERAL)
    company, vendor = fields.integer("CompanyId"), fields.integer("VendorId")
    description, instructions = fields.text("Description"), fields.text("Instructions")
    ordered, requested = fields.date("OrderedOnDate"), fields.date("RequestedOnDate")
    expected, cancel_by = fields.date("ExpectedDeliveryDate"), fields.date("CancelByDate")
    fields.check()
    if company is not None and company not in exchange.tenant.companies:
        raise broken_rule(f"Company {company} was not found.")
    if vendor is not None and vendor not in exchange.tenant.vendors:
        raise broken_rule(f"Vendor {vendor} was not found.")
    po.company_id = po.company_id if company is None else company
    po.vendor_id = po.vendor_id if vendor is None else vendor
    po.title = po.title if description is None else description
    po.instructions = po.instructions if instructions is None else instructions
    po.ordered, po.requested = ordered or po.ordered, requested or po.requested
    po.expected, po.cancel_by = expected or po.expected, cancel_by or po.cancel_by
    po.revise(exchange.now, API_USER)
    return empty()


def delete_order(exchange: Exchange) -> Response:
    """For good; refused once goods came in or a drop-shipped order hangs on it, as the UI does."""
    po = exchange.order()
    if po.receiving_status or any(line.received for line in po.lines):
        raise broken_rule(f"Purchase order {po.id} cannot be deleted: items were received.")
    if po.drop_ship_order:
        raise broken_rule(f"Purchase order {po.id} cannot be deleted: it is linked to order {po.drop_ship_order}.")
    del exchange.tenant.orders[po.id]
    return empty()


def put_invoice(exchange: Exchange) -> Response:
    """Works only while both invoice settings of the tenant are off."""
    po = exchange.order()
    fields = exchange.fields("InvoiceDate", "InvoiceNumber")
    date, number = fields.date("InvoiceDate"), fields.text("InvoiceNumber", limit=100)
    fields.check()
    if exchange.settings.vendor_invoices_workflow or exchange.settings.multiple_invoices:
        raise broken_rule(
            "The invoice cannot be changed while vendor invoices workflow or multiple invoices is enabled."
        )
    po.invoice_date, po.invoice_number = date or po.invoice_date, number or po.invoice_number
    po.revise(exchange.now, API_USER)
    return empty()


def put_totals(exchange: Exchange) -> Response:
    po, settings = exchange.order(), exchange.settings
    fields = exchange.fields(*_TOTALS)
    tax, other, shipping, third_party = (fields.decimal(name) for name in _TOTALS)
    for name in _TOTALS:
        if (fields.decimal(name) or 0) < 0:
            fields.wrong(name, "The total cannot be negative.")
    fields.check()
    if shipping is not None and settings.per_session_receiving_cost:
        raise Refused(400, "ShippingTotal cannot be set while per session receiving cost is enabled.")
    if third_party is not None and settings.free_shipping and po.receiving_status:
        raise Refused(400, "ShippingTotalThirdParty cannot be set: shipping is free and goods were received.")
    po.tax = po.tax if tax is None else tax
    po.other = po.other if other is None else other
    po.shipping = po.shipping if shipping is None else shipping
    po.shipping_third_party = po.shipping_third_party if third_party is None else third_party
    po.revise(exchange.now, API_USER)
    return empty()


def put_export_flag(exchange: Exchange) -> Response:
    """Several purchase orders at once; all or none."""
    fields = exchange.fields("PurchaseIDs", "Exported")
    ids, exported = fields.integers("PurchaseIDs", required=True), fields.boolean("Exported", required=True)
    fields.check()
    orders = exchange.tenant.orders
    missing = [id for id in ids if id not in orders]
    if missing:
        raise broken_rule(f"Purchase order {missing[0]} was not found.")
    for id in ids:
        orders[id].exported = exported is True
    return reply("Successfully updated the QuickBooks status.")


def put_column(exchange: Exchange) -> Response:
    """One custom column; null clears nothing here either."""
    po = exchange.order()
    fields = exchange.fields("ColumnName", "Value")
    name = fields.text("ColumnName", required=True)
    value = fields.values.get("value")
    if isinstance(value, dict | list):
        fields.wrong("Value", "A plain value is required.")
    fields.check()
    column = next((column for column in exchange.tenant.columns if column.name == name), None)
    if column is None:
        raise broken_rule(f"Custom column {name} was not found.")
    if value is not None:
        po.columns[column.name] = str(value) if not isinstance(value, bool | int | str) else value
    po.revise(exchange.now, API_USER)
    return empty()
