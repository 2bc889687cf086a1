"""Views of what only SoftwareOne says of orders and their lines."""

from __future__ import annotations

import strawberry

from gateway.schema.context import Info
from gateway.schema.cost import calls
from gateway.schema.values import ExternalReferenceView
from gateway.schema.vendors.softwareone.parts import (
    SoftwareOneAcceptedTermsView,
    SoftwareOneMarginsView,
    SoftwareOneParameterView,
    SoftwareOneReferenceView,
    SoftwareOneUnitView,
)
from gateway.schema.view import edge, plain, view
from gateway.vendors.softwareone import details as records
from gateway.vendors.softwareone.reads import INSTRUCTIONS


async def instructions(root: strawberry.Parent[records.OrderDetails], info: Info) -> str | None:
    return await info.context.loaders.load(INSTRUCTIONS, root.order)


@view(records.OrderDetails, name="SoftwareOneOrderDetails", description="What only SoftwareOne says of an order.")
class SoftwareOneOrderDetailsView:
    href: str | None = plain("Its relative address at the vendor; older payloads only.")
    revision: int | None = plain("Counts changes.")
    comments: str | None = plain("Comments; the vendor does not explain whose.")
    instructions: str | None = edge(
        instructions,
        "The vendor's page for the order's present state, as Markdown: what a querying order asks of the customer. "
        "Untrusted, and a call per order.",
        calls=calls(softwareone=1),
    )
    authorization: SoftwareOneReferenceView | None = plain("The vendor programme's contract it runs under.")
    listing: SoftwareOneReferenceView | None = plain("The listing it was ordered from.")
    product: SoftwareOneReferenceView | None = plain("The product.")
    client: SoftwareOneReferenceView | None = plain("The customer's account.")
    vendor: SoftwareOneReferenceView | None = plain("The account of the product's vendor.")
    licensee: SoftwareOneReferenceView | None = plain("Who uses what is ordered.")
    buyer: SoftwareOneReferenceView | None = plain("The legal entity that is billed.")
    seller: SoftwareOneReferenceView | None = plain("The SoftwareOne entity that sells.")
    bill_to: SoftwareOneReferenceView | None = plain("Whom the bill goes to; rarely given.")
    pricing_policy: SoftwareOneReferenceView | None = plain("The pricing policy; rarely given.")
    template: SoftwareOneReferenceView | None = plain("The template that the instructions are made from.")
    assignee: SoftwareOneReferenceView | None = plain("Who works on it at the vendor.")
    ordering_parameters: list[SoftwareOneParameterView] = plain("What the customer filled in.")
    fulfillment_parameters: list[SoftwareOneParameterView] = plain("What the vendor filled in.")
    margins: SoftwareOneMarginsView | None = plain("What lies between purchase and selling price.")
    terms_and_conditions: list[SoftwareOneAcceptedTermsView] = plain("Terms accepted at placing.")
    certificates: list[SoftwareOneReferenceView] = plain("Programme certificates used.")


@view(
    records.LineDetails,
    name="SoftwareOneLineDetails",
    description="What only SoftwareOne says of a line, on an order or on an agreement.",
)
class SoftwareOneLineDetailsView:
    old_quantity: int | None = plain("The quantity before the order.")
    margins: SoftwareOneMarginsView | None = plain("What lies between purchase and selling price.")
    model: records.Model | None = plain("What is charged for.")
    vendor_model: str | None = plain("The vendor's own word for that.")
    period: str | None = plain("How often is billed, in the vendor's words.")
    commitment: str | None = plain("How long is committed, in the vendor's words.")
    unit: SoftwareOneUnitView | None = plain("What the quantity counts.")
    quantity_not_applicable: bool | None = plain("Whether the item is sold without a quantity.")
    item_description: str | None = plain("The catalogue's description of the item.")
    item_status: str | None = plain("How the item stands in the catalogue, in the vendor's words.")
    item_external_references: list[ExternalReferenceView] = plain("The item's numbers in other systems.")
    description: str | None = plain("The line's description, from the price list.")
    info_visible: bool | None = plain("Whether the note below is shown to customers.")
    info_description: str | None = plain("A note on the line.")
