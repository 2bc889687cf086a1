"""Their JSON → orders, order lines and attachments. `$meta` and what is nobody's business are left behind."""

from __future__ import annotations

from urllib.parse import quote

from gateway.errors import VendorBadAnswer
from gateway.model.agreement import Agreement
from gateway.model.order import Attachment, AttachmentKind, Line, Order, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle, Vendor
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping_agreements as agreements
from gateway.vendors.softwareone import mapping_parts as parts
from gateway.vendors.softwareone import words
from gateway.vendors.softwareone.details import OrderDetails
from gateway.vendors.softwareone.mapping_agreements import Origin

ORDER_STATUS = words.folded(words.ORDER_STATUS)
ORDER_TYPE = words.folded(words.ORDER_TYPE)
ATTACHMENT_KIND = words.folded(words.ATTACHMENT_KIND)


def order(row: Row, origin: Origin) -> Order:
    """An order; raises VendorBadAnswer where it or a line of it has no id."""
    number = row.required("id")
    ref = origin.ref(Kind.ORDER, number)
    type_, vendor_type = row.word(ORDER_TYPE, OrderType.OTHER, "type")
    status, vendor_status = row.word(ORDER_STATUS, OrderStatus.UNKNOWN, "status")
    currency = parts.currency_of(row)
    agreement = agreements.agreement_reference(row.row("agreement"), origin)
    audit = row.row("audit")
    return Order(
        ref=ref,
        account_name=origin.account_name,
        vendor=Vendor.SOFTWAREONE,
        number=number,
        number_scope="",
        type=type_,
        vendor_type=vendor_type,
        status=status,
        vendor_status=vendor_status,
        created_at=audit.row("created").moment("at"),
        updated_at=audit.row("updated").moment("at"),
        details=order_details(row, ref),
        tie=number,
        status_reason=parts.notice(row.row("statusNotes")),
        error=parts.notice(row.row("error")),
        notes=row.filled("notes"),
        external_references=parts.external_references(row),
        customer=parts.party(row.row("licensee")),
        supplier=parts.party(row.row("vendor")),
        currency=currency,
        recurring_totals=parts.prices(row.row("price"), currency),
        lines=tuple(line(one, ref, agreement, currency, origin) for one in row.every("lines")),
        agreement=agreement,
        subscriptions=agreements.subscription_references(row, agreement, origin),
        assets=agreements.asset_references(row, agreement, origin),
        audit=parts.audit(audit),
        vendor_url=f"{origin.portal_url.rstrip('/')}/commerce/orders/{quote(number, safe='')}",
    )


def order_details(row: Row, ref: Ref) -> OrderDetails:
    return OrderDetails(
        order=ref,
        href=row.filled("href"),
        revision=row.integer("revision"),
        comments=row.text("comments"),
        authorization=parts.reference(row.row("authorization")),
        listing=parts.reference(row.row("listing")),
        product=parts.reference(row.row("product")),
        client=parts.reference(row.row("client")),
        vendor=parts.reference(row.row("vendor")),
        licensee=parts.reference(row.row("licensee")),
        buyer=parts.reference(row.row("buyer")),
        seller=parts.reference(row.row("seller")),
        bill_to=parts.reference(row.row("billTo")),
        pricing_policy=parts.reference(row.row("pricingPolicy")),
        template=parts.reference(row.row("template")),
        assignee=parts.reference(row.row("assignee")),
        ordering_parameters=parts.parameters(row, "ordering"),
        fulfillment_parameters=parts.parameters(row, "fulfillment"),
        margins=parts.margins(row.row("price")),
        terms_and_conditions=parts.accepted_terms(row.rows("termsAndConditions")),
        certificates=parts.references(row.rows("certificates")),
    )


def line(row: Row, order_ref: Ref, agreement: Agreement | None, currency: str | None, origin: Origin) -> Line:
    number = row.required("id")
    item, price = row.row("item"), row.row("price")
    terms = item.row("terms")
    cycle, vendor_cycle = parts.stated(terms, agreements.BILLING_CYCLE, BillingCycle.UNKNOWN, "period")
    return Line(
        ref=order_ref.child(Kind.LINE, number),
        number=number,
        item=parts.ordered_item(item),
        quantity=row.integer("quantity"),
        unit_price=parts.unit_price(price, currency),
        total=None,
        order=order_ref,
        details=parts.line_details(row),
        recurring_prices=parts.prices(price, currency),
        term_duration=parts.duration(terms.filled("commitment")),
        billing_cycle=cycle,
        vendor_billing_cycle=vendor_cycle,
        subscription=agreements.subscription_reference(row.row("subscription"), agreement, origin),
        asset=agreements.asset_reference(row.row("asset"), agreement, origin),
    )


def attachment(row: Row, agreement_key: str, origin: Origin) -> Attachment:
    """An attachment of that agreement; raises VendorBadAnswer where it has no id, or names another agreement."""
    number = row.required("id")
    kind, vendor_kind = row.word(ATTACHMENT_KIND, AttachmentKind.OTHER, "type")
    owner = agreements.agreement_reference(row.row("agreement"), origin)
    if owner is not None and (owner.number or "").casefold() != agreement_key.casefold():
        raise VendorBadAnswer(f"The vendor's {row.where} belongs to another agreement.")
    audit, order_number = row.row("audit"), row.filled("orderId")
    return Attachment(
        ref=origin.ref(Kind.ATTACHMENT, *(owner.ref.parts if owner else (agreement_key,)), number),
        number=number,
        kind=kind,
        vendor_kind=vendor_kind,
        file_name=row.filled("filename"),
        name=row.filled("name"),
        description=row.filled("description"),
        content_type=row.filled("contentType"),
        size_in_bytes=row.integer("size"),
        license_key=row.filled("licenseKey") if origin.keys_shown else None,
        revision=row.integer("revision"),
        created_at=audit.row("created").moment("at"),
        updated_at=audit.row("updated").moment("at"),
        created_by=parts.party(audit.row("created").row("by")),
        order=origin.ref(Kind.ORDER, order_number) if order_number else None,
        agreement=owner or agreements.agreement_reference(Row({"id": agreement_key}, row.where), origin),
    )
