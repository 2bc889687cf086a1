"""The vendor's fields one by one, on payloads with invented values, all of them distinct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.model.agreement import (
    Agreement,
    AgreementKind,
    AgreementLine,
    AgreementLineStatus,
    AgreementStatus,
    Asset,
    ProductSubscription,
    SubscriptionStatus,
)
from gateway.model.order import Attachment, AttachmentKind, Line, Order, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.model.values import (
    AuditEvent,
    BillingCycle,
    BillingPeriod,
    ExternalReference,
    Notice,
    Party,
    PeriodPrice,
    PriceKind,
)
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import details, mapping, mapping_agreements, mapping_parts
from gateway.vendors.softwareone.details import Model, ParameterPhase, ParameterScope, ParameterType, SplitStatus
from gateway.vendors.softwareone.mapping_agreements import Origin
from tests.vendors.fieldrow import FieldRow

ORIGIN = Origin("swo", "Marketplace", "https://portal.test", keys_shown=True)


def event(minute: int, who: str) -> dict[str, Any]:
    return {
        "at": f"2026-03-05T09:{minute:02}:30.123Z",
        "by": {"id": f"USR-{who}", "name": f"User {who}", "icon": "/u.png"},
        "of": {"id": f"ACC-{who}", "name": f"Account {who}"},
    }


def price(base: int) -> dict[str, Any]:
    """Every price field, `base` and a place of its own behind the point."""
    names = ("unitSP", "unitPP", "SPx1", "SPxM", "SPxY", "PPx1", "PPxM", "PPxY")
    return {
        "currency": "EUR",
        **{name: Decimal(f"{base}.{place:02}") for place, name in enumerate(names, 1)},
        "markup": Decimal(f"{base}.21"),
        "margin": Decimal(f"{base}.22"),
        "defaultMarkup": Decimal(f"{base}.23"),
        "defaultMargin": Decimal(f"{base}.24"),
        "markupSource": f"Source{base}",
        "defaultMarkupSource": f"DefaultSource{base}",
    }


def line(base: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"ALI-{base}",
        "item": {
            "id": f"ITM-{base}",
            "name": f"Seat {base}",
            "externalIds": {"vendor": f"SKU-{base}", "operations": f"OPS-{base}"},
            "description": f"A seat {base}",
            "status": "Published",
            "quantityNotApplicable": False,
            "unit": {"id": "UNT-1", "name": "user", "description": "One user"},
            "terms": {"model": "quantity", "period": "3y", "commitment": "5y"},
        },
        "quantity": base + 1,
        "oldQuantity": base + 2,
        "price": price(base),
        "subscription": {"id": f"SUB-{base}", "name": f"Subscription {base}", "status": "Active"},
        "asset": {"id": f"AST-{base}", "name": f"Asset {base}", "status": "Draft"},
        "description": f"Line {base}",
        "info": {"visible": True, "description": f"Note {base}"},
        **more,
    }


def parameter(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"PAR-{name}",
        "externalId": f"ext-{name}",
        "name": f"Name of {name}",
        "type": "SingleLineText",
        "phase": "Order",
        "scope": "Agreement",
        "multiple": False,
        "constraints": {"required": True, "hidden": False, "readonly": True},
        "value": {"date": "2026-01-01", "share": Decimal("0.5")},
        "displayValue": f"shown {name}",
        "error": {"id": f"E-{name}", "message": "{{what}} is taken", "parameters": {"what": f"Domain {name}"}},
        **more,
    }


def named(prefix: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{prefix}-1", "name": f"The {prefix}", **more}


AUTHORIZATION = named("AUT", href="/aut", currency="USD")
PRODUCT = named("PRD", status="Published", externalIds={"operations": "prd-ops"}, icon="/prd.svg", revision=31)
TERMS = [{"id": "TCS-1", "name": "Terms", "accepted": "2026-01-02T03:04:05Z", "acceptedBy": named("USR")}]
ORDER_JSON: dict[str, Any] = {
    "id": "ORD-5542-1187-3130-0991",
    "href": "/commerce/orders/ORD-5542-1187-3130-0991",
    "revision": 7,
    "type": "Change",
    "status": "Querying",
    "externalIds": {"client": "PO-1", "vendor": "VO-2", "operations": "OP-3"},
    "notes": "For finance",
    "comments": "No comment",
    "statusNotes": {"id": "S-1", "message": "Waiting for {{who}}", "parameters": {"who": "you"}},
    "error": {"id": "E-9", "message": "One value is wrong"},
    "agreement": {"id": "AGR-1", "name": "Suite for Northwind", "status": "Updating", "icon": "/a.png", "href": "/a"},
    "authorization": AUTHORIZATION,
    "listing": named("LST"),
    "template": named("TPL", href="/tpl"),
    "assignee": named("USR", icon="/usr.png", href="/usr"),
    "audit": {"created": event(10, "c"), "updated": event(11, "u"), "querying": event(12, "q"), "odd": {"by": {}}},
    "lines": [line(100)],
    "parameters": {
        "ordering": [parameter("o")],
        "fulfillment": [parameter("f", type="Date", phase="Fulfillment", scope="Order", multiple=True)],
    },
    "subscriptions": [{**named("SUB", status="Draft"), "autoRenew": True, "lines": [line(200)]}],
    "price": price(300),
    "licensee": named("LCE"),
    "vendor": named("ACC-V", type="Vendor"),
    "product": PRODUCT,
    "client": named("ACC-C"),
    "buyer": named("BUY"),
    "seller": named("SEL", externalId="SWO_DE"),
    "billTo": named("BIL"),
    "pricingPolicy": named("POL"),
    "assets": [named("AST", status="Active")],
    "termsAndConditions": TERMS,
    "certificates": [named("CER")],
    "$meta": {"omitted": []},
}
AGREEMENT_JSON: dict[str, Any] = {
    "id": "AGR-2119-4550-8674-5962",
    "name": "Suite",
    "icon": "/suite.png",
    "href": "/commerce/agreements/1",
    "revision": 8,
    "status": "Provisioning",
    "startDate": "2026-02-01T00:00:00Z",
    "endDate": "2027-02-01T00:00:00Z",
    "billingCurrency": "CHF",
    "error": {"id": "E-A", "message": "Broken"},
    "externalIds": {"client": "AG-1"},
    "price": {**price(400), "source": "Manual"},
    "lines": [line(500, status="Expired", order={"id": "ORD-9", "status": "Completed"})],
    "subscriptions": [named("SUB", status="Suspended")],
    "assets": [named("AST", status="Terminated")],
    "parameters": {"ordering": [parameter("ao")], "fulfillment": [parameter("af")]},
    "certificates": [named("CER")],
    "termsAndConditions": TERMS,
    "audit": {"created": event(20, "ac"), "active": event(21, "aa")},
    **{key: ORDER_JSON[key] for key in ("licensee", "vendor", "client", "buyer", "seller", "product", "listing")},
    "authorization": AUTHORIZATION,
    "template": named("TPL"),
}
SUBSCRIPTION_JSON: dict[str, Any] = {
    "id": "SUB-77",
    "name": "Seats",
    "status": "Resuming",
    "startDate": "2026-03-01T00:00:00Z",
    "commitmentDate": "2029-03-01T00:00:00Z",
    "terminationDate": "2028-03-01T00:00:00Z",
    "autoRenew": False,
    "terms": {"model": "usage", "period": "1m", "commitment": "1y"},
    "agreement": {"id": "AGR-3", "name": "Third", "status": "Active"},
    "relationships": {"renewalOrder": {"id": "ORD-77"}},
    "price": price(600),
    "externalIds": {"vendor": "V-77"},
    "lines": [line(700)],
    "audit": {"created": event(30, "sc")},
    "parameters": {"fulfillment": [parameter("sf")]},
    "revision": 9,
    "splitStatus": "Review",
    "template": named("TPL"),
    **{key: ORDER_JSON[key] for key in ("licensee", "buyer", "seller", "product")},
}
ASSET_JSON = {"id": "AST-5", "name": "Token", "status": "Terminated", "agreement": {"id": "AGR-3", "name": "Third"}}
SPLIT_JSON = {
    "id": "SPL-1",
    "allocations": [
        {
            "buyer": named("BUY"),
            "percentage": 60,
            "price": {"currency": "EUR", "SPxM": Decimal("1.5")},
            "statistics": {"subscriptions": 4},
            "externalIds": {"client": "KST-4"},
        }
    ],
}
FILE_JSON: dict[str, Any] = {
    "id": "ATT-1",
    "name": "Contract",
    "description": "Signed",
    "type": "File",
    "filename": "contract.pdf",
    "contentType": "application/pdf",
    "size": 48211,
    "licenseKey": "",
    "orderId": "ORD-9",
    "agreement": {"id": "AGR-1", "name": "Suite for Northwind", "status": "Active"},
    "revision": 3,
    "audit": {"created": event(40, "fc"), "updated": event(41, "fu")},
}
KEY_JSON = {"id": "ATT-2", "name": "Key", "type": "LicenseKey", "licenseKey": "AAAA-BBBB"}


@dataclass(frozen=True, slots=True)
class Sample:
    order: Order
    agreement: Agreement
    subscription: ProductSubscription
    asset: Asset
    split: details.Split
    file: Attachment
    key: Attachment
    instructions: str

    @property
    def line(self) -> Line:
        return self.order.lines[0]

    @property
    def agreement_line(self) -> AgreementLine:
        assert self.agreement.lines is not None
        return self.agreement.lines[0]

    @property
    def ordered_subscription(self) -> ProductSubscription:
        assert self.order.subscriptions is not None
        return self.order.subscriptions[0]

    @property
    def of_order(self) -> details.OrderDetails:
        assert isinstance(self.order.details, details.OrderDetails)
        return self.order.details

    @property
    def of_line(self) -> details.LineDetails:
        assert isinstance(self.line.details, details.LineDetails)
        return self.line.details

    @property
    def of_agreement(self) -> details.AgreementDetails:
        assert isinstance(self.agreement.details, details.AgreementDetails)
        return self.agreement.details

    @property
    def of_subscription(self) -> details.SubscriptionDetails:
        assert isinstance(self.subscription.details, details.SubscriptionDetails)
        return self.subscription.details


SAMPLE = Sample(
    order=mapping.order(Row(ORDER_JSON, "order"), ORIGIN),
    agreement=mapping_agreements.agreement(Row(AGREEMENT_JSON, "agreement"), ORIGIN),
    subscription=mapping_agreements.subscription(Row(SUBSCRIPTION_JSON, "subscription"), ORIGIN),
    asset=mapping_agreements.asset(Row(ASSET_JSON, "asset"), ORIGIN),
    split=mapping_agreements.split(Row(SPLIT_JSON, "split"), "AGR-1"),
    file=mapping.attachment(Row(FILE_JSON, "attachment"), "AGR-1", ORIGIN),
    key=mapping.attachment(Row(KEY_JSON, "attachment"), "AGR-4", ORIGIN),
    instructions=mapping_parts.markdown("# One step is missing\n\x00"),
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # mypy sees the zone among the parts


def at(minute: int) -> datetime:
    return utc(2026, 3, 5, 9, minute, 30, 123_000)


def audited(name: str, minute: int, who: str) -> AuditEvent:
    by, of = Party(f"USR-{who}", f"User {who}"), Party(f"ACC-{who}", f"Account {who}")
    return AuditEvent(name, at(minute), by, of)


def amounts(prices: tuple[PeriodPrice, ...] | None) -> dict[tuple[BillingPeriod, PriceKind], Decimal]:
    return {(one.period, one.kind): one.amount.amount for one in prices or ()}


def expected(base: int) -> dict[tuple[BillingPeriod, PriceKind], Decimal]:
    """The prices of `price(base)`."""
    order = ("unitSP", "unitPP", "SPx1", "SPxM", "SPxY", "PPx1", "PPxM", "PPxY")
    periods = {"un": BillingPeriod.UNIT, "x1": BillingPeriod.ONE_TIME, "xM": BillingPeriod.MONTH}
    found = {}
    for place, name in enumerate(order, 1):
        period = BillingPeriod.UNIT if name.startswith("unit") else periods.get(name[2:], BillingPeriod.YEAR)
        kind = PriceKind.SELLING if "SP" in name else PriceKind.PURCHASE
        found[period, kind] = Decimal(f"{base}.{place:02}")
    return found


def margins(base: int) -> details.Margins:
    markup, margin, default_markup, default_margin = (Decimal(f"{base}.{place}") for place in (21, 22, 23, 24))
    return details.Margins(markup, margin, default_markup, default_margin, f"Source{base}", f"DefaultSource{base}")


def key_of(reference: details.Reference | None) -> str | None:
    return reference.key if reference else None


def row(
    section: str,
    field: str,
    type_: str,
    homes: str,
    value: Callable[[Sample], object],
    expect: object,
    note: str = "",
) -> FieldRow:
    return FieldRow(section, field, type_, tuple(homes.split()), value, expect, note)


ORDER = "SoftwareOne: order"
LINE = "SoftwareOne: order line and agreement line"
PARAMETER = "SoftwareOne: parameter"
PRICE = "SoftwareOne: price"
AGREEMENT = "SoftwareOne: agreement"
SUBSCRIPTION = "SoftwareOne: subscription and asset"
ATTACHMENT = "SoftwareOne: attachment"

D = "SoftwareOneOrderDetails"
DA = "SoftwareOneAgreementDetails"
DS = "SoftwareOneSubscriptionDetails"
DL = "SoftwareOneLineDetails"

ROWS: tuple[FieldRow, ...] = (
    row(
        ORDER,
        "id",
        "ORD-…",
        "Order.number Order.id Order.vendorUrl",
        lambda s: (s.order.number, s.order.ref, s.order.vendor_url),
        (
            "ORD-5542-1187-3130-0991",
            Ref("swo", Kind.ORDER, ("ORD-5542-1187-3130-0991",)),
            "https://portal.test/commerce/orders/ORD-5542-1187-3130-0991",
        ),
        "opaque, with three or four groups of digits",
    ),
    row(
        ORDER,
        "href",
        "text",
        f"{D}.href",
        lambda s: s.of_order.href,
        "/commerce/orders/ORD-5542-1187-3130-0991",
        "older payloads only",
    ),
    row(ORDER, "revision", "integer", f"{D}.revision", lambda s: s.of_order.revision, 7),
    row(
        ORDER,
        "type",
        "Purchase, Change, Termination, Configuration, Renewal, Suspend, Resume",
        "Order.type Order.vendorType",
        lambda s: (s.order.type, s.order.vendor_type),
        (OrderType.CHANGE, "Change"),
    ),
    row(
        ORDER,
        "status",
        "Draft, Quoted, Processing, Querying, Completed, Failed, Deleted, Scheduled, Cancelling, Cancelled",
        "Order.status Order.vendorStatus",
        lambda s: (s.order.status, s.order.vendor_status),
        (OrderStatus.ACTION_REQUIRED, "Querying"),
    ),
    row(
        ORDER,
        "externalIds.client, .vendor, .operations",
        "text",
        "Order.externalReferences ExternalReference.system ExternalReference.value",
        lambda s: s.order.external_references,
        (
            ExternalReference("client", "PO-1"),
            ExternalReference("vendor", "VO-2"),
            ExternalReference("operations", "OP-3"),
        ),
        "any of them may be missing; `externalIDs` is read too",
    ),
    row(ORDER, "notes", "text", "Order.notes", lambda s: s.order.notes, "For finance"),
    row(ORDER, "comments", "text", f"{D}.comments", lambda s: s.of_order.comments, "No comment"),
    row(
        ORDER,
        "statusNotes.id, .message, .parameters",
        "code, text with {{placeholders}}, object",
        "Order.statusReason Notice.code Notice.message",
        lambda s: s.order.status_reason,
        Notice("S-1", "Waiting for you"),
        "the message may be missing",
    ),
    row(
        ORDER,
        "error.id, .message",
        "code, text",
        "Order.error",
        lambda s: s.order.error,
        Notice("E-9", "One value is wrong"),
    ),
    row(
        ORDER,
        "agreement.id, .name, .status",
        "reference",
        "Order.agreement Agreement.number Agreement.name Agreement.status Agreement.vendorStatus",
        lambda s: (
            s.order.agreement
            and (s.order.agreement.number, s.order.agreement.name, s.order.agreement.status, s.order.agreement.known)
        ),
        (
            "AGR-1",
            "Suite for Northwind",
            AgreementStatus.UPDATING,
            frozenset({"number", "name", "status", "vendorStatus", "vendor", "kind", "orders", "attachments"}),
        ),
        "these are answered without a call",
    ),
    row(
        ORDER,
        "authorization.id, .name, .href",
        "reference",
        f"{D}.authorization SoftwareOneReference.key SoftwareOneReference.name SoftwareOneReference.href",
        lambda s: s.of_order.authorization,
        details.Reference("AUT-1", "The AUT", None, None, "/aut", None, ()),
    ),
    row(ORDER, "listing", "reference", f"{D}.listing", lambda s: key_of(s.of_order.listing), "LST-1"),
    row(ORDER, "template", "reference", f"{D}.template", lambda s: key_of(s.of_order.template), "TPL-1"),
    row(
        ORDER,
        "rendered template",
        "own call, Markdown",
        f"{D}.instructions",
        lambda s: s.instructions,
        "# One step is missing\n",
        "when selected; what a querying order asks of the customer",
    ),
    row(
        ORDER,
        "assignee.id, .name, .icon, .href",
        "reference",
        f"{D}.assignee SoftwareOneReference.icon",
        lambda s: s.of_order.assignee,
        details.Reference("USR-1", "The USR", "/usr.png", None, "/usr", None, ()),
    ),
    row(
        ORDER,
        "audit.<event>.at, .by, .of",
        "date-time, user or token, account",
        "Order.audit Order.createdAt Order.updatedAt AuditEvent.event AuditEvent.at AuditEvent.by "
        "AuditEvent.onBehalfOf",
        lambda s: (s.order.audit, s.order.created_at, s.order.updated_at),
        (
            (
                audited("created", 10, "c"),
                audited("updated", 11, "u"),
                audited("querying", 12, "q"),
                AuditEvent("odd", None, None),
            ),
            at(10),
            at(11),
        ),
        "any event passes; an empty `by` is none",
    ),
    row(ORDER, "lines[]", "list", "Order.lines", lambda s: len(s.order.lines), 1),
    row(
        ORDER,
        "parameters.ordering[]",
        "list",
        f"{D}.orderingParameters",
        lambda s: [one.key for one in s.of_order.ordering_parameters],
        ["PAR-o"],
    ),
    row(
        ORDER,
        "parameters.fulfillment[]",
        "list",
        f"{D}.fulfillmentParameters",
        lambda s: [one.key for one in s.of_order.fulfillment_parameters],
        ["PAR-f"],
    ),
    row(
        ORDER,
        "subscriptions[].id, .name, .status, .autoRenew",
        "SUB-…, text, word, boolean",
        "Order.subscriptions ProductSubscription.number ProductSubscription.name ProductSubscription.autoRenew",
        lambda s: (
            s.ordered_subscription.number,
            s.ordered_subscription.name,
            s.ordered_subscription.status,
            s.ordered_subscription.auto_renew,
            s.ordered_subscription.known,
        ),
        (
            "SUB-1",
            "The SUB",
            SubscriptionStatus.DRAFT,
            True,
            frozenset({"number", "name", "status", "vendorStatus", "autoRenew", "agreement"}),
        ),
    ),
    row(
        ORDER,
        "subscriptions[].lines",
        "list",
        f"{DS}.lines",
        lambda s: [one.number for one in s.ordered_subscription.details.lines],  # type: ignore[attr-defined]  # a details record
        ["ALI-200"],
    ),
    row(
        ORDER,
        "licensee",
        "reference",
        f"Order.customer Party.key Party.name {D}.licensee",
        lambda s: (s.order.customer, key_of(s.of_order.licensee)),
        (Party("LCE-1", "The LCE"), "LCE-1"),
        "the customer key",
    ),
    row(
        ORDER,
        "vendor",
        "reference",
        f"Order.supplier {D}.vendor",
        lambda s: (s.order.supplier, key_of(s.of_order.vendor)),
        (Party("ACC-V-1", "The ACC-V"), "ACC-V-1"),
    ),
    row(
        ORDER,
        "product",
        "reference with status, revision, icon, externalIds",
        f"{D}.product SoftwareOneReference.status SoftwareOneReference.revision "
        "SoftwareOneReference.externalReferences",
        lambda s: s.of_order.product,
        details.Reference(
            "PRD-1", "The PRD", "/prd.svg", "Published", None, 31, (ExternalReference("operations", "prd-ops"),)
        ),
    ),
    row(ORDER, "client", "reference", f"{D}.client", lambda s: key_of(s.of_order.client), "ACC-C-1"),
    row(ORDER, "buyer", "reference", f"{D}.buyer", lambda s: key_of(s.of_order.buyer), "BUY-1"),
    row(
        ORDER,
        "seller",
        "reference with externalId",
        f"{D}.seller",
        lambda s: s.of_order.seller and (s.of_order.seller.key, s.of_order.seller.external_references),
        ("SEL-1", (ExternalReference("externalId", "SWO_DE"),)),
    ),
    row(ORDER, "billTo", "reference", f"{D}.billTo", lambda s: key_of(s.of_order.bill_to), "BIL-1"),
    row(
        ORDER,
        "pricingPolicy",
        "reference",
        f"{D}.pricingPolicy",
        lambda s: key_of(s.of_order.pricing_policy),
        "POL-1",
    ),
    row(
        ORDER,
        "assets[]",
        "reference",
        "Order.assets Asset.number Asset.name Asset.status",
        lambda s: [(one.number, one.name, one.status) for one in s.order.assets or ()],
        [("AST-1", "The AST", SubscriptionStatus.ACTIVE)],
    ),
    row(
        ORDER,
        "termsAndConditions[].id, .name, .accepted, .acceptedBy",
        "text, text, date-time, user",
        f"{D}.termsAndConditions SoftwareOneAcceptedTerms.key SoftwareOneAcceptedTerms.name "
        "SoftwareOneAcceptedTerms.acceptedAt SoftwareOneAcceptedTerms.acceptedBy",
        lambda s: s.of_order.terms_and_conditions,
        (details.AcceptedTerms("TCS-1", "Terms", utc(2026, 1, 2, 3, 4, 5), Party("USR-1", "The USR")),),
    ),
    row(
        ORDER,
        "certificates[]",
        "reference",
        f"{D}.certificates",
        lambda s: [one.key for one in s.of_order.certificates],
        ["CER-1"],
    ),
    row(
        ORDER,
        "(not given)",
        "",
        "Order.title Order.total Order.documents Order.numberScope",
        lambda s: (s.order.title, s.order.total, s.order.documents, s.order.number_scope),
        (None, None, None, ""),
    ),
    row(
        LINE,
        "id",
        "ALI-…",
        "Line.number Line.id AgreementLine.number AgreementLine.id",
        lambda s: (s.line.ref, s.agreement_line.ref),
        (
            Ref("swo", Kind.LINE, ("ORD-5542-1187-3130-0991", "ALI-100")),
            Ref("swo", Kind.AGREEMENT_LINE, ("AGR-2119-4550-8674-5962", "ALI-500")),
        ),
        "the same on order and agreement, two things here",
    ),
    row(
        LINE,
        "item.id, .name, .externalIds",
        "ITM-…, text, object",
        f"Line.item OrderedItem.key OrderedItem.sku OrderedItem.name AgreementLine.item {DL}.itemExternalReferences",
        lambda s: (
            s.line.item.key,
            s.line.item.sku,
            s.agreement_line.item.name,
            s.of_line.item_external_references,
        ),
        (
            "ITM-100",
            "SKU-100",
            "Seat 500",
            (ExternalReference("vendor", "SKU-100"), ExternalReference("operations", "OPS-100")),
        ),
    ),
    row(
        LINE,
        "item.description, .status, .quantityNotApplicable",
        "text, word, boolean",
        f"{DL}.itemDescription {DL}.itemStatus {DL}.quantityNotApplicable",
        lambda s: (s.of_line.item_description, s.of_line.item_status, s.of_line.quantity_not_applicable),
        ("A seat 100", "Published", False),
    ),
    row(
        LINE,
        "item.unit.id, .name, .description",
        "text",
        f"{DL}.unit SoftwareOneUnit.key SoftwareOneUnit.name SoftwareOneUnit.description",
        lambda s: s.of_line.unit,
        details.Unit("UNT-1", "user", "One user"),
    ),
    row(
        LINE,
        "item.terms.period, .commitment",
        "1m, 1y, 3y, one-time; 1m, 1y … 5y",
        "Line.billingCycle Line.vendorBillingCycle Line.termDuration AgreementLine.billingCycle "
        f"AgreementLine.vendorBillingCycle AgreementLine.termDuration {DL}.period {DL}.commitment",
        lambda s: (
            s.line.billing_cycle,
            s.line.vendor_billing_cycle,
            s.line.term_duration,
            s.agreement_line.billing_cycle,
            s.agreement_line.term_duration,
            s.of_line.period,
            s.of_line.commitment,
        ),
        (BillingCycle.TRIENNIAL, "3y", "P5Y", BillingCycle.TRIENNIAL, "P5Y", "3y", "5y"),
    ),
    row(
        LINE,
        "item.terms.model",
        "quantity, usage, one-time",
        f"{DL}.model {DL}.vendorModel",
        lambda s: (s.of_line.model, s.of_line.vendor_model),
        (Model.QUANTITY, "quantity"),
    ),
    row(
        LINE,
        "quantity",
        "integer",
        "Line.quantity AgreementLine.quantity",
        lambda s: (s.line.quantity, s.agreement_line.quantity),
        (101, 501),
    ),
    row(LINE, "oldQuantity", "integer", f"{DL}.oldQuantity", lambda s: s.of_line.old_quantity, 102),
    row(
        LINE,
        "subscription",
        "reference",
        "Line.subscription AgreementLine.subscription",
        lambda s: (
            s.line.subscription and s.line.subscription.number,
            s.agreement_line.subscription and s.agreement_line.subscription.number,
        ),
        ("SUB-100", "SUB-500"),
    ),
    row(
        LINE,
        "asset",
        "reference",
        "Line.asset AgreementLine.asset",
        lambda s: (s.line.asset and s.line.asset.number, s.agreement_line.asset and s.agreement_line.asset.status),
        ("AST-100", SubscriptionStatus.DRAFT),
    ),
    row(
        LINE,
        "description, info.visible, .description",
        "text, boolean, text",
        f"{DL}.description {DL}.infoVisible {DL}.infoDescription",
        lambda s: (s.of_line.description, s.of_line.info_visible, s.of_line.info_description),
        ("Line 100", True, "Note 100"),
    ),
    row(
        LINE,
        "status, order (of an agreement's line)",
        "Active, Terminated, Expired, Deleted; reference",
        "AgreementLine.status AgreementLine.vendorStatus AgreementLine.order AgreementLine.details "
        "AgreementLine.agreement",
        lambda s: (
            s.agreement_line.status,
            s.agreement_line.vendor_status,
            s.agreement_line.order,
            isinstance(s.agreement_line.details, details.LineDetails),
            s.agreement_line.agreement and s.agreement_line.agreement.name,
        ),
        (AgreementLineStatus.EXPIRED, "Expired", Ref("swo", Kind.ORDER, ("ORD-9",)), True, "Suite"),
    ),
    row(
        PARAMETER,
        "all of a parameter",
        "id, externalId, name, type, phase, scope, multiple, constraints, value, displayValue, error",
        "SoftwareOneParameter.key SoftwareOneParameter.externalId SoftwareOneParameter.name SoftwareOneParameter.type "
        "SoftwareOneParameter.vendorType SoftwareOneParameter.phase SoftwareOneParameter.vendorPhase "
        "SoftwareOneParameter.scope SoftwareOneParameter.vendorScope SoftwareOneParameter.multiple "
        "SoftwareOneParameter.required SoftwareOneParameter.hidden SoftwareOneParameter.readonly "
        "SoftwareOneParameter.value SoftwareOneParameter.displayValue SoftwareOneParameter.error",
        lambda s: s.of_order.ordering_parameters[0],
        details.Parameter(
            key="PAR-o",
            external_id="ext-o",
            name="Name of o",
            type=ParameterType.SINGLE_LINE_TEXT,
            vendor_type="SingleLineText",
            phase=ParameterPhase.ORDER,
            vendor_phase="Order",
            scope=ParameterScope.AGREEMENT,
            vendor_scope="Agreement",
            multiple=False,
            required=True,
            hidden=False,
            readonly=True,
            value={"date": "2026-01-01", "share": 0.5},
            display_value="shown o",
            error=Notice("E-o", "Domain o is taken"),
        ),
        "the value is any JSON; placeholders of the message are filled",
    ),
    row(
        PRICE,
        "SPx1, SPxM, SPxY, PPx1, PPxM, PPxY, unitSP, unitPP",
        "number",
        "Order.recurringTotals Line.recurringPrices Agreement.recurringTotals AgreementLine.recurringPrices "
        f"{DS}.recurringTotals PeriodPrice.period PeriodPrice.kind PeriodPrice.amount",
        lambda s: [
            amounts(prices)
            for prices in (
                s.order.recurring_totals,
                s.line.recurring_prices,
                s.agreement.recurring_totals,
                s.agreement_line.recurring_prices,
                s.of_subscription.recurring_totals,
            )
        ],
        [expected(base) for base in (300, 100, 400, 500, 600)],
        "selling prices for client and operations, purchase prices for vendor and operations",
    ),
    row(
        PRICE,
        "unitSP",
        "number",
        "Line.unitPrice AgreementLine.unitPrice Money.amount",
        lambda s: (
            s.line.unit_price and s.line.unit_price.amount,
            s.agreement_line.unit_price and s.agreement_line.unit_price.amount,
        ),
        (Decimal("100.01"), Decimal("500.01")),
        "unitPP never stands in for it",
    ),
    row(
        PRICE,
        "currency",
        "ISO 4217",
        "Order.currency Agreement.currency Money.currency",
        lambda s: (s.order.currency, s.agreement.currency, s.line.unit_price and s.line.unit_price.currency),
        ("EUR", "EUR", "EUR"),
        "an order without a price has its authorization's",
    ),
    row(
        PRICE,
        "markup, margin, defaultMarkup, defaultMargin, markupSource, defaultMarkupSource",
        "number, word",
        f"{D}.margins {DL}.margins {DA}.margins {DS}.margins SoftwareOneMargins.markup SoftwareOneMargins.margin "
        "SoftwareOneMargins.defaultMarkup SoftwareOneMargins.defaultMargin SoftwareOneMargins.markupSource "
        "SoftwareOneMargins.defaultMarkupSource",
        lambda s: [one.margins for one in (s.of_order, s.of_line, s.of_agreement, s.of_subscription)],
        [margins(300), margins(100), margins(400), margins(600)],
        "verbatim: fractions in older payloads, percent today",
    ),
    row(
        PRICE, "source (of an agreement)", "word", f"{DA}.priceSource", lambda s: s.of_agreement.price_source, "Manual"
    ),
    row(
        AGREEMENT,
        "id, name, icon, href, revision",
        "AGR-…, text, integer",
        f"Agreement.id Agreement.number Agreement.name {DA}.icon {DA}.href {DA}.revision",
        lambda s: (
            s.agreement.ref,
            s.agreement.number,
            s.agreement.name,
            s.of_agreement.icon,
            s.of_agreement.href,
            s.of_agreement.revision,
            s.agreement.kind,
            s.agreement.known,
        ),
        (
            Ref("swo", Kind.AGREEMENT, ("AGR-2119-4550-8674-5962",)),
            "AGR-2119-4550-8674-5962",
            "Suite",
            "/suite.png",
            "/commerce/agreements/1",
            8,
            AgreementKind.COMMERCIAL,
            None,
        ),
    ),
    row(
        AGREEMENT,
        "status",
        "Draft, Provisioning, Updating, Active, Terminated, Failed, Deleted",
        "Agreement.status Agreement.vendorStatus",
        lambda s: (s.agreement.status, s.agreement.vendor_status),
        (AgreementStatus.PROVISIONING, "Provisioning"),
    ),
    row(
        AGREEMENT,
        "licensee, vendor",
        "reference",
        f"Agreement.customer Agreement.supplier {DA}.licensee {DA}.vendor",
        lambda s: (
            s.agreement.customer,
            s.agreement.supplier,
            key_of(s.of_agreement.licensee),
            key_of(s.of_agreement.vendor),
        ),
        (Party("LCE-1", "The LCE"), Party("ACC-V-1", "The ACC-V"), "LCE-1", "ACC-V-1"),
    ),
    row(
        AGREEMENT,
        "client, buyer, seller, product, listing, authorization, template",
        "reference",
        f"{DA}.client {DA}.buyer {DA}.seller {DA}.product {DA}.listing {DA}.authorization {DA}.template",
        lambda s: [
            key_of(one)
            for one in (
                s.of_agreement.client,
                s.of_agreement.buyer,
                s.of_agreement.seller,
                s.of_agreement.product,
                s.of_agreement.listing,
                s.of_agreement.authorization,
                s.of_agreement.template,
            )
        ],
        ["ACC-C-1", "BUY-1", "SEL-1", "PRD-1", "LST-1", "AUT-1", "TPL-1"],
    ),
    row(
        AGREEMENT,
        "startDate, endDate, error, billingCurrency",
        "date-time, message, ISO 4217",
        f"Agreement.startsAt Agreement.endsAt {DA}.error {DA}.billingCurrency",
        lambda s: (
            s.agreement.starts_at,
            s.agreement.ends_at,
            s.of_agreement.error,
            s.of_agreement.billing_currency,
        ),
        (utc(2026, 2, 1), utc(2027, 2, 1), Notice("E-A", "Broken"), "CHF"),
    ),
    row(
        AGREEMENT,
        "externalIds, lines[], subscriptions[], assets[]",
        "object, lists",
        "Agreement.externalReferences Agreement.lines Agreement.subscriptions Agreement.assets",
        lambda s: (
            s.agreement.external_references,
            [one.number for one in s.agreement.lines or ()],
            [(one.number, one.status) for one in s.agreement.subscriptions or ()],
            [(one.number, one.status) for one in s.agreement.assets or ()],
        ),
        (
            (ExternalReference("client", "AG-1"),),
            ["ALI-500"],
            [("SUB-1", SubscriptionStatus.SUSPENDED)],
            [("AST-1", SubscriptionStatus.TERMINATED)],
        ),
    ),
    row(
        AGREEMENT,
        "parameters, certificates[], termsAndConditions[]",
        "lists",
        f"{DA}.orderingParameters {DA}.fulfillmentParameters {DA}.certificates {DA}.termsAndConditions",
        lambda s: (
            [one.key for one in s.of_agreement.ordering_parameters or ()],
            [one.key for one in s.of_agreement.fulfillment_parameters or ()],
            [one.key for one in s.of_agreement.certificates or ()],
            [one.key for one in s.of_agreement.terms_and_conditions or ()],
        ),
        (["PAR-ao"], ["PAR-af"], ["CER-1"], ["TCS-1"]),
    ),
    row(
        AGREEMENT,
        "split.id, .allocations[]",
        "own call",
        f"{DA}.split {DS}.split SoftwareOneSplit.key SoftwareOneSplit.allocations SoftwareOneAllocation.buyer "
        "SoftwareOneAllocation.percentage SoftwareOneAllocation.prices SoftwareOneAllocation.subscriptionCount "
        "SoftwareOneAllocation.externalId",
        lambda s: (
            s.split.key,
            s.split.allocations[0].buyer.key,
            s.split.allocations[0].percentage,
            amounts(s.split.allocations[0].prices),
            s.split.allocations[0].subscription_count,
            s.split.allocations[0].external_id,
        ),
        (
            "SPL-1",
            "BUY-1",
            Decimal(60),
            {(BillingPeriod.MONTH, PriceKind.SELLING): Decimal("1.5")},
            4,
            "KST-4",
        ),
        "not for a vendor's token",
    ),
    row(
        AGREEMENT,
        "audit",
        "events",
        f"{DA}.audit",
        lambda s: (s.of_agreement.audit, s.agreement.created_at),
        ((audited("created", 20, "ac"), audited("active", 21, "aa")), at(20)),
    ),
    row(AGREEMENT, "(not given)", "", "Agreement.acceptedAt", lambda s: s.agreement.accepted_at, None),
    row(
        SUBSCRIPTION,
        "id, name, status",
        "SUB-…, text, word",
        "ProductSubscription.id ProductSubscription.number ProductSubscription.name ProductSubscription.status "
        "ProductSubscription.vendorStatus",
        lambda s: (
            s.subscription.ref,
            s.subscription.number,
            s.subscription.name,
            s.subscription.status,
            s.subscription.vendor_status,
        ),
        (Ref("swo", Kind.SUBSCRIPTION, ("SUB-77",)), "SUB-77", "Seats", SubscriptionStatus.UPDATING, "Resuming"),
    ),
    row(
        SUBSCRIPTION,
        "startDate, commitmentDate, terminationDate",
        "date-time",
        f"ProductSubscription.startsAt ProductSubscription.commitmentEndsAt {DS}.terminationDate",
        lambda s: (
            s.subscription.starts_at,
            s.subscription.commitment_ends_at,
            s.of_subscription.termination_date,
        ),
        (utc(2026, 3, 1), utc(2029, 3, 1), utc(2028, 3, 1)),
    ),
    row(
        SUBSCRIPTION,
        "autoRenew, terms.period, .commitment, .model",
        "boolean, words",
        "ProductSubscription.autoRenew ProductSubscription.billingCycle ProductSubscription.vendorBillingCycle "
        f"ProductSubscription.termDuration {DS}.model {DS}.vendorModel",
        lambda s: (
            s.subscription.auto_renew,
            s.subscription.billing_cycle,
            s.subscription.vendor_billing_cycle,
            s.subscription.term_duration,
            s.of_subscription.model,
            s.of_subscription.vendor_model,
        ),
        (False, BillingCycle.MONTHLY, "1m", "P1Y", Model.USAGE, "usage"),
    ),
    row(
        SUBSCRIPTION,
        "agreement, relationships.renewalOrder",
        "reference",
        f"ProductSubscription.agreement {DS}.renewalOrder",
        lambda s: (
            s.subscription.agreement and s.subscription.agreement.number,
            s.of_subscription.renewal_order,
        ),
        ("AGR-3", Ref("swo", Kind.ORDER, ("ORD-77",))),
    ),
    row(
        SUBSCRIPTION,
        "externalIds, lines[], audit, parameters.fulfillment[], revision",
        "object, lists, events, integer",
        f"{DS}.externalReferences {DS}.lines {DS}.audit {DS}.fulfillmentParameters {DS}.revision",
        lambda s: (
            s.of_subscription.external_references,
            [one.ref for one in s.of_subscription.lines or ()],
            s.of_subscription.audit,
            [one.key for one in s.of_subscription.fulfillment_parameters or ()],
            s.of_subscription.revision,
        ),
        (
            (ExternalReference("vendor", "V-77"),),
            [Ref("swo", Kind.AGREEMENT_LINE, ("AGR-3", "ALI-700"))],
            (audited("created", 30, "sc"),),
            ["PAR-sf"],
            9,
        ),
    ),
    row(
        SUBSCRIPTION,
        "product, buyer, licensee, seller, template",
        "reference",
        f"{DS}.product {DS}.buyer {DS}.licensee {DS}.seller {DS}.template",
        lambda s: [
            key_of(one)
            for one in (
                s.of_subscription.product,
                s.of_subscription.buyer,
                s.of_subscription.licensee,
                s.of_subscription.seller,
                s.of_subscription.template,
            )
        ],
        ["PRD-1", "BUY-1", "LCE-1", "SEL-1", "TPL-1"],
    ),
    row(
        SUBSCRIPTION,
        "splitStatus",
        "Disabled, Active, Review",
        f"{DS}.splitStatus {DS}.vendorSplitStatus",
        lambda s: (s.of_subscription.split_status, s.of_subscription.vendor_split_status),
        (SplitStatus.REVIEW, "Review"),
    ),
    row(
        SUBSCRIPTION,
        "(not given)",
        "",
        "ProductSubscription.quantity ProductSubscription.order ProductSubscription.openEnded",
        lambda s: (s.subscription.quantity, s.subscription.order, s.subscription.open_ended),
        (None, None, None),
        "the quantity stands on its lines",
    ),
    row(
        SUBSCRIPTION,
        "id, name, status, agreement (of an asset)",
        "AST-…, text, word, reference",
        "Asset.id Asset.number Asset.name Asset.status Asset.vendorStatus Asset.agreement",
        lambda s: (
            s.asset.ref,
            s.asset.name,
            s.asset.status,
            s.asset.vendor_status,
            s.asset.agreement and s.asset.agreement.name,
        ),
        (Ref("swo", Kind.ASSET, ("AST-5",)), "Token", SubscriptionStatus.TERMINATED, "Terminated", "Third"),
    ),
    row(
        ATTACHMENT,
        "id",
        "ATT-…",
        "Attachment.id Attachment.number",
        lambda s: (s.file.ref, s.file.number, s.key.ref),
        (Ref("swo", Kind.ATTACHMENT, ("AGR-1", "ATT-1")), "ATT-1", Ref("swo", Kind.ATTACHMENT, ("AGR-4", "ATT-2"))),
        "where the answer names no agreement, it is the one of the address",
    ),
    row(
        ATTACHMENT,
        "name, description",
        "text",
        "Attachment.name Attachment.description",
        lambda s: (s.file.name, s.file.description),
        ("Contract", "Signed"),
    ),
    row(
        ATTACHMENT,
        "type",
        "File, LicenseKey",
        "Attachment.kind Attachment.vendorKind",
        lambda s: (s.file.kind, s.file.vendor_kind, s.key.kind),
        (AttachmentKind.FILE, "File", AttachmentKind.LICENSE_KEY),
    ),
    row(
        ATTACHMENT,
        "filename, contentType, size",
        "text, media type, bytes",
        "Attachment.fileName Attachment.contentType Attachment.sizeInBytes Attachment.sizeInKilobytes",
        lambda s: (s.file.file_name, s.file.content_type, s.file.size_in_bytes, s.file.size_in_kilobytes),
        ("contract.pdf", "application/pdf", 48211, None),
    ),
    row(
        ATTACHMENT,
        "licenseKey",
        "text",
        "Attachment.licenseKey",
        lambda s: (s.file.license_key, s.key.license_key),
        (None, "AAAA-BBBB"),
        "for those who may download",
    ),
    row(
        ATTACHMENT,
        "orderId, agreement",
        "ORD-…, reference",
        "Attachment.order Attachment.agreement",
        lambda s: (s.file.order, s.file.agreement and s.file.agreement.name, s.key.order),
        (Ref("swo", Kind.ORDER, ("ORD-9",)), "Suite for Northwind", None),
    ),
    row(
        ATTACHMENT,
        "revision, audit.created, .updated",
        "integer, events",
        "Attachment.revision Attachment.createdAt Attachment.updatedAt Attachment.createdBy",
        lambda s: (s.file.revision, s.file.created_at, s.file.updated_at, s.file.created_by),
        (3, at(40), at(41), Party("USR-fc", "User fc")),
    ),
)
