"""Views of what SoftwareOne's details share: references, parameters, margins, terms, splits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from strawberry.scalars import JSON

from gateway.schema.values import ExternalReferenceView, NoticeView, PartyView, PeriodPriceView
from gateway.schema.view import described, plain, view
from gateway.vendors.softwareone import details as model

described(
    model.ParameterType,
    "SoftwareOneParameterType",
    "What a parameter holds.",
    SINGLE_LINE_TEXT="A line of text.",
    MULTI_LINE_TEXT="Text.",
    ADDRESS="An address object.",
    CONTACT="A contact object.",
    CHECKBOX="A list of chosen texts.",
    CHOICE="One chosen text.",
    SUBDOMAIN="A subdomain.",
    HEADING="Nothing: a heading between others.",
    DROP_DOWN="One chosen text.",
    EMAIL="An e-mail address.",
    DATA_OBJECT="An object of the product's own.",
    DATE="A date object.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)
described(
    model.ParameterPhase,
    "SoftwareOneParameterPhase",
    "When a parameter is filled.",
    CONFIGURATION="When the product is configured.",
    ORDER="When it is ordered.",
    FULFILLMENT="When the vendor fulfils the order.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)
described(
    model.ParameterScope,
    "SoftwareOneParameterScope",
    "What a parameter belongs to.",
    AGREEMENT="The agreement.",
    ORDER="The order.",
    SUBSCRIPTION="A subscription.",
    ASSET="An asset.",
    REQUEST="A request to the vendor.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)
described(
    model.Model,
    "SoftwareOneModel",
    "What is charged for.",
    QUANTITY="The quantity ordered.",
    USAGE="What was used.",
    ONE_TIME="Once.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)
described(
    model.SplitStatus,
    "SoftwareOneSplitStatus",
    "Whether a subscription is billed to several buyers.",
    DISABLED="It is not.",
    ACTIVE="It is.",
    REVIEW="It is, and the shares need another look.",
    UNKNOWN="The vendor used a word that this gateway does not know.",
)


@view(
    model.Reference,
    name="SoftwareOneReference",
    description="Another object at SoftwareOne, as far as it was named.",
)
class SoftwareOneReferenceView:
    key: str = plain("The vendor's identifier.")
    name: str | None = plain("Its name.")
    icon: str | None = plain("Its icon, as a relative address at the vendor.")
    status: str | None = plain("How it stands, in the vendor's words.")
    href: str | None = plain("Its relative address at the vendor; older payloads only.")
    revision: int | None = plain("Counts changes.")
    external_references: list[ExternalReferenceView] = plain("Its numbers in other systems.")


@view(
    model.Parameter,
    name="SoftwareOneParameter",
    description="A value that a product asks of the customer, or that its vendor adds.",
)
class SoftwareOneParameterView:
    key: str | None = plain("The vendor's identifier.")
    external_id: str | None = plain("The product's own stable name for it.")
    name: str | None = plain("What people read.")
    type: model.ParameterType | None = plain("What it holds.")
    vendor_type: str | None = plain("The vendor's own word for that.")
    phase: model.ParameterPhase | None = plain("When it is filled.")
    vendor_phase: str | None = plain("The vendor's own word for that.")
    scope: model.ParameterScope | None = plain("What it belongs to.")
    vendor_scope: str | None = plain("The vendor's own word for that.")
    multiple: bool | None = plain("Whether it takes several values.")
    required: bool | None = plain("Whether it must be filled.")
    hidden: bool | None = plain("Whether customers are kept from it.")
    readonly: bool | None = plain("Whether it may not be changed.")
    value: JSON | None = plain(
        "Its value, of whatever shape the product wants; a number that neither 64 bits nor a double hold comes as text."
    )
    display_value: str | None = plain("The value as text.")
    error: NoticeView | None = plain("What is wrong with the value.")


@view(
    model.Margins,
    name="SoftwareOneMargins",
    description="What lies between purchase and selling price; shown to operations alone.",
)
class SoftwareOneMarginsView:
    markup: Decimal | None = plain("As the vendor states it: percent today, a fraction in older payloads.")
    margin: Decimal | None = plain("In the same unit.")
    default_markup: Decimal | None = plain("In the same unit.")
    default_margin: Decimal | None = plain("In the same unit.")
    markup_source: str | None = plain("Where the markup comes from, in the vendor's words.")
    default_markup_source: str | None = plain("Where the default comes from, in the vendor's words.")


@view(
    model.AcceptedTerms,
    name="SoftwareOneAcceptedTerms",
    description="Terms that were accepted when an order was placed.",
)
class SoftwareOneAcceptedTermsView:
    key: str = plain("The vendor's identifier.")
    name: str | None = plain("Their name.")
    accepted_at: datetime | None = plain("When they were accepted.")
    accepted_by: PartyView | None = plain("Who accepted them.")


@view(model.Unit, name="SoftwareOneUnit", description="What a quantity counts.")
class SoftwareOneUnitView:
    key: str = plain("The vendor's identifier.")
    name: str | None = plain("Its name.")
    description: str | None = plain("What it is.")


@view(model.Allocation, name="SoftwareOneAllocation", description="One buyer's share of a split bill.")
class SoftwareOneAllocationView:
    buyer: SoftwareOneReferenceView = plain("Who is billed.")
    percentage: Decimal | None = plain("The share, in percent.")
    prices: list[PeriodPriceView] = plain("What the share comes to, per period.")
    subscription_count: int | None = plain("How many subscriptions are split so.")
    external_id: str | None = plain("The client's own number for it.")


@view(model.Split, name="SoftwareOneSplit", description="How a bill is split among several buyers.")
class SoftwareOneSplitView:
    key: str = plain("The vendor's identifier.")
    allocations: list[SoftwareOneAllocationView] = plain("The shares.")
