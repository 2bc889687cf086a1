"""Their JSON → agreements, their lines, subscriptions and assets, whole or as another object names them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from gateway.errors import VendorBadAnswer
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
from gateway.model.ref import Kind, Ref
from gateway.model.values import BillingCycle, Vendor
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping_parts as parts
from gateway.vendors.softwareone import words
from gateway.vendors.softwareone.details import (
    AgreementDetails,
    Allocation,
    Model,
    Split,
    SplitStatus,
    SubscriptionDetails,
)

AGREEMENT_STATUS = words.folded(words.AGREEMENT_STATUS)
LINE_STATUS = words.folded(words.LINE_STATUS)
SUBSCRIPTION_STATUS = words.folded(words.SUBSCRIPTION_STATUS)
ASSET_STATUS = words.folded(words.ASSET_STATUS)
BILLING_CYCLE = words.folded(words.BILLING_CYCLE)
SPLIT_STATUS = words.folded(words.SPLIT_STATUS)
# The last two need nothing of the agreement but its id.
AGREEMENT_KNOWN: Final = frozenset({"number", "vendor", "kind", "orders", "attachments"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose answer is being read. `keys_shown`: whether this login may see licence keys."""

    account: str
    account_name: str
    portal_url: str
    keys_shown: bool

    def ref(self, kind: Kind, *keys: str) -> Ref:
        return Ref.of(self.account, kind, *keys)


def agreement(row: Row, origin: Origin) -> Agreement:
    """A whole agreement; raises VendorBadAnswer where it or a line of it has no id."""
    key = row.required("id")
    currency = parts.currency_of(row)
    status, vendor_status = row.word(AGREEMENT_STATUS, AgreementStatus.UNKNOWN, "status")
    itself = named_agreement(row, key, origin)
    return Agreement(
        ref=origin.ref(Kind.AGREEMENT, key),
        vendor=Vendor.SOFTWAREONE,
        kind=AgreementKind.COMMERCIAL,
        number=key,
        name=row.filled("name"),
        status=status,
        vendor_status=vendor_status,
        customer=parts.party(row.row("licensee")),
        supplier=parts.party(row.row("vendor")),
        starts_at=row.moment("startDate"),
        ends_at=row.moment("endDate"),
        created_at=row.row("audit").row("created").moment("at"),
        currency=currency,
        recurring_totals=parts.prices(row.row("price"), currency),
        lines=tuple(agreement_line(line, itself, currency, origin) for line in row.every("lines")),
        subscriptions=subscription_references(row, itself, origin),
        assets=asset_references(row, itself, origin),
        external_references=parts.external_references(row),
        details=agreement_details(row, origin),
        tie=key,
    )


def agreement_details(row: Row, origin: Origin) -> AgreementDetails:
    return AgreementDetails(
        agreement=origin.ref(Kind.AGREEMENT, row.required("id")),
        href=row.filled("href"),
        icon=row.filled("icon"),
        revision=row.integer("revision"),
        client=parts.reference(row.row("client")),
        vendor=parts.reference(row.row("vendor")),
        licensee=parts.reference(row.row("licensee")),
        buyer=parts.reference(row.row("buyer")),
        seller=parts.reference(row.row("seller")),
        product=parts.reference(row.row("product")),
        listing=parts.reference(row.row("listing")),
        authorization=parts.reference(row.row("authorization")),
        template=parts.reference(row.row("template")),
        billing_currency=row.filled("billingCurrency"),
        margins=parts.margins(row.row("price")),
        price_source=row.row("price").filled("source"),
        error=parts.notice(row.row("error")),
        ordering_parameters=parts.parameters(row, "ordering"),
        fulfillment_parameters=parts.parameters(row, "fulfillment"),
        certificates=parts.references(row.rows("certificates")),
        terms_and_conditions=parts.accepted_terms(row.rows("termsAndConditions")),
        audit=parts.audit(row.row("audit")),
    )


def agreement_reference(row: Row, origin: Origin) -> Agreement | None:
    key = row.filled("id")
    return None if key is None else named_agreement(row, key, origin)


def named_agreement(row: Row, key: str, origin: Origin) -> Agreement:
    status, vendor_status = row.word(AGREEMENT_STATUS, AgreementStatus.UNKNOWN, "status")
    return Agreement(
        ref=origin.ref(Kind.AGREEMENT, key),
        vendor=Vendor.SOFTWAREONE,
        kind=AgreementKind.COMMERCIAL,
        number=key,
        name=row.filled("name"),
        status=status,
        vendor_status=vendor_status,
        known=AGREEMENT_KNOWN | given(row),
    )


def agreement_line(row: Row, owner: Agreement, currency: str | None, origin: Origin) -> AgreementLine:
    """A line of what `owner` holds now; raises VendorBadAnswer for one without an id or an item."""
    number = row.required("id")
    item, price = row.row("item"), row.row("price")
    status, vendor_status = row.word(LINE_STATUS, AgreementLineStatus.UNKNOWN, "status")
    cycle, vendor_cycle = parts.stated(item.row("terms"), BILLING_CYCLE, BillingCycle.UNKNOWN, "period")
    order = row.row("order").filled("id")
    return AgreementLine(
        ref=origin.ref(Kind.AGREEMENT_LINE, *owner.ref.parts, number),
        number=number,
        status=status,
        vendor_status=vendor_status,
        item=parts.ordered_item(item),
        quantity=row.integer("quantity"),
        unit_price=parts.unit_price(price, currency),
        recurring_prices=parts.prices(price, currency),
        term_duration=parts.duration(item.row("terms").filled("commitment")),
        billing_cycle=cycle,
        vendor_billing_cycle=vendor_cycle,
        subscription=subscription_reference(row.row("subscription"), owner, origin),
        asset=asset_reference(row.row("asset"), owner, origin),
        agreement=owner,
        order=origin.ref(Kind.ORDER, order) if order else None,
        details=parts.line_details(row),
    )


def subscription(row: Row, origin: Origin) -> ProductSubscription:
    """A whole subscription; raises VendorBadAnswer where it or a line of it has no id."""
    return _subscription(row, row.required("id"), agreement_reference(row.row("agreement"), origin), None, origin)


def subscription_reference(row: Row, owner: Agreement | None, origin: Origin) -> ProductSubscription | None:
    """As an order, an agreement or a line of it names a subscription; `owner` is that agreement."""
    key = row.filled("id")
    if key is None:
        return None
    renewal = {"autoRenew"} if row.boolean("autoRenew") is not None else set()
    return _subscription(row, key, owner, embedded(row, owner) | renewal, origin)


def subscription_references(row: Row, owner: Agreement | None, origin: Origin) -> tuple[ProductSubscription, ...]:
    """Those that an order or an agreement names."""
    found = (subscription_reference(one, owner, origin) for one in row.rows("subscriptions"))
    return tuple(one for one in found if one is not None)


def _subscription(
    row: Row, key: str, owner: Agreement | None, known: frozenset[str] | None, origin: Origin
) -> ProductSubscription:
    status, vendor_status = parts.stated(row, SUBSCRIPTION_STATUS, SubscriptionStatus.UNKNOWN, "status")
    cycle, vendor_cycle = parts.stated(row.row("terms"), BILLING_CYCLE, BillingCycle.UNKNOWN, "period")
    told = known is None or row.has("lines")  # a mere reference says nothing that is worth a record
    return ProductSubscription(
        ref=origin.ref(Kind.SUBSCRIPTION, key),
        number=key,
        name=row.filled("name"),
        status=status,
        vendor_status=vendor_status,
        term_duration=parts.duration(row.row("terms").filled("commitment")),
        billing_cycle=cycle,
        vendor_billing_cycle=vendor_cycle,
        auto_renew=row.boolean("autoRenew"),
        starts_at=row.moment("startDate"),
        commitment_ends_at=row.moment("commitmentDate"),
        agreement=owner,
        details=subscription_details(row, key, owner, known is None, origin) if told else None,
        known=known,
    )


def subscription_details(
    row: Row, key: str, owner: Agreement | None, whole: bool, origin: Origin
) -> SubscriptionDetails:
    """Of the subscription itself, or of an order's reference to it, which may bring lines."""
    currency = row.row("price").filled("currency")
    model, vendor_model = parts.stated(row.row("terms"), parts.MODEL, Model.UNKNOWN, "model")
    split_status, vendor_split_status = parts.stated(row, SPLIT_STATUS, SplitStatus.UNKNOWN, "splitStatus")
    renewal = row.row("relationships").row("renewalOrder").filled("id")
    lines = subscription_lines(row, key, owner, currency, origin) if owner else None
    return SubscriptionDetails(
        subscription=origin.ref(Kind.SUBSCRIPTION, key),
        revision=row.integer("revision"),
        termination_date=row.moment("terminationDate"),
        model=model,
        vendor_model=vendor_model,
        margins=parts.margins(row.row("price")),
        recurring_totals=parts.prices(row.row("price"), currency),
        lines=lines,
        external_references=parts.external_references(row) if whole or row.has("externalIds") else None,
        audit=parts.audit(row.row("audit")) if whole or row.has("audit") else None,
        fulfillment_parameters=parts.parameters(row, "fulfillment") if whole or row.has("parameters") else None,
        product=parts.reference(row.row("product")),
        buyer=parts.reference(row.row("buyer")),
        licensee=parts.reference(row.row("licensee")),
        seller=parts.reference(row.row("seller")),
        template=parts.reference(row.row("template")),
        renewal_order=origin.ref(Kind.ORDER, renewal) if renewal else None,
        split_status=split_status,
        vendor_split_status=vendor_split_status,
    )


def subscription_lines(
    row: Row, key: str, owner: Agreement, currency: str | None, origin: Origin
) -> tuple[AgreementLine, ...]:
    """The lines that feed a subscription; the vendor does not repeat on each of them which one that is."""
    named = Row({"id": key, "name": row.get("name"), "status": row.get("status")}, row.where)
    itself = subscription_reference(named, owner, origin)
    lines = (agreement_line(one, owner, currency, origin) for one in row.every("lines"))
    return tuple(replace(line, subscription=line.subscription or itself) for line in lines)


def asset(row: Row, origin: Origin) -> Asset:
    """A whole asset; raises VendorBadAnswer where it has no id."""
    return _asset(row, row.required("id"), agreement_reference(row.row("agreement"), origin), None, origin)


def asset_reference(row: Row, owner: Agreement | None, origin: Origin) -> Asset | None:
    key = row.filled("id")
    return None if key is None else _asset(row, key, owner, embedded(row, owner), origin)


def asset_references(row: Row, owner: Agreement | None, origin: Origin) -> tuple[Asset, ...]:
    """Those that an order or an agreement names."""
    found = (asset_reference(one, owner, origin) for one in row.rows("assets"))
    return tuple(one for one in found if one is not None)


def _asset(row: Row, key: str, owner: Agreement | None, known: frozenset[str] | None, origin: Origin) -> Asset:
    status, vendor_status = parts.stated(row, ASSET_STATUS, SubscriptionStatus.UNKNOWN, "status")
    return Asset(
        ref=origin.ref(Kind.ASSET, key),
        number=key,
        name=row.filled("name"),
        status=status,
        vendor_status=vendor_status,
        agreement=owner,
        known=known,
    )


def split(row: Row, owner: str) -> Split:
    """How the agreement or subscription `owner` is billed to several buyers; one that has no id goes by its owner's.
    Raises VendorBadAnswer."""
    if not (row.has("id") or row.has("allocations")):
        raise VendorBadAnswer("The vendor's split is none.")
    return Split(row.filled("id") or owner, tuple(allocation(one) for one in row.every("allocations")))


def allocation(row: Row) -> Allocation:
    return Allocation(
        buyer=parts.required_reference(row.row("buyer")),
        percentage=row.decimal("percentage"),
        prices=parts.prices(row.row("price"), None) or (),
        subscription_count=row.row("statistics").integer("subscriptions"),
        external_id=row.row("externalIds").filled("client"),
    )


def embedded(row: Row, owner: Agreement | None) -> frozenset[str]:
    """What a reference to a subscription or an asset of `owner` can answer."""
    return given(row) | ({"number", "agreement"} if owner else {"number"})


def given(row: Row) -> frozenset[str]:
    """The graph's names of the fields that a reference has."""
    named = {"name"} if row.filled("name") else set()
    return frozenset(named | ({"status", "vendorStatus"} if row.filled("status") else set()))
