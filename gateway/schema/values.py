"""Views of the small values that all vendors share."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from gateway.model import values as model
from gateway.schema.context import Info
from gateway.schema.cost import BATCH, calls
from gateway.schema.scalars import CurrencyCode
from gateway.schema.view import described, edge, plain, view
from gateway.vendors.base import PARTY

described(
    model.Vendor,
    "Vendor",
    "A vendor whose order API this gateway speaks.",
    PARTNER_CENTER="Microsoft Partner Center.",
    SELLERCLOUD="Sellercloud.",
    SOFTWAREONE="SoftwareOne Marketplace.",
)
described(
    model.BillingPeriod,
    "BillingPeriod",
    "What stretch of use a price covers.",
    UNIT="One unit.",
    ONE_TIME="Paid once.",
    MONTH="One month.",
    YEAR="One year.",
)
described(
    model.PriceKind,
    "PriceKind",
    "Whose price it is.",
    SELLING="What the customer pays.",
    PURCHASE="What is paid to the vendor of the product.",
)
described(
    model.BillingCycle,
    "BillingCycle",
    "How often is billed.",
    MONTHLY="Every month.",
    ANNUAL="Every year.",
    BIENNIAL="Every two years.",
    TRIENNIAL="Every three years.",
    ONE_TIME="Once.",
    NONE="Never.",
    UNKNOWN="The vendor used a word that this gateway does not know; it stands beside.",
)


@strawberry.interface(name="Node", description="Anything with an id of its own.")
class Node:
    id: strawberry.ID = plain("Opaque, stable, and unique over all accounts.")


@view(model.Money, name="Money", description="An amount as the vendor stated it; nothing is computed.", shareable=True)
class MoneyView:
    amount: Decimal = plain("The exact amount.")
    currency: CurrencyCode | None = plain("Null where the vendor lists prices without one.")


@view(model.PeriodPrice, name="PeriodPrice", description="A price for a stretch of use.", shareable=True)
class PeriodPriceView:
    period: model.BillingPeriod = plain("The stretch of use.")
    kind: model.PriceKind = plain("Whose price it is.")
    amount: MoneyView = plain("The price; negative on terminations.")


@view(
    model.Notice,
    name="Notice",
    description="Text that the vendor wrote for people: untrusted, capped, without control characters.",
    shareable=True,
)
class NoticeView:
    code: str | None = plain("The vendor's code.")
    message: str | None = plain("The vendor's words.")


async def party_name(root: strawberry.Parent[model.Party], info: Info) -> str | None:
    if root.name is not None or root.lookup is None:
        return root.name
    found = await info.context.loaders.load(PARTY, root.lookup)
    return found.name if found else None


@view(model.Party, name="Party", description="A company or person by the vendor's own key.", shareable=True)
class PartyView:
    key: str = plain("The vendor's key.")
    name: str | None = edge(
        party_name,
        "Its name; null where the login may not read it.",
        calls=calls(partner_center=BATCH, sellercloud=BATCH),
    )


@view(model.OrderedItem, name="OrderedItem", description="What is ordered.", shareable=True)
class OrderedItemView:
    key: str = plain("The vendor's key of the catalogue item.")
    sku: str | None = plain("The stock keeping unit.")
    name: str | None = plain("Its name, where the vendor gives one.")


@view(
    model.ExternalReference,
    name="ExternalReference",
    description="A number that another system gave this thing.",
    shareable=True,
)
class ExternalReferenceView:
    system: str = plain("Whose number it is, in the vendor's words.")
    value: str = plain("The number.")


@view(model.KeyValue, name="KeyValue", description="One entry of an object without a published shape.", shareable=True)
class KeyValueView:
    key: str = plain("The vendor's key.")
    value: str = plain("The value as text.")


@view(
    model.VendorLink,
    name="VendorLink",
    description="A link that the vendor sent along: relative, never followed by this gateway.",
    shareable=True,
)
class VendorLinkView:
    rel: str = plain("What it leads to, in the vendor's words.")
    uri: str = plain("The relative address.")
    method: str | None = plain("The HTTP method.")
    headers: list[KeyValueView] = plain("Headers that the vendor wants sent.")
    body: str | None = plain("A body that the vendor wants sent.")


@view(model.Contact, name="Contact", description="A person to turn to.", shareable=True)
class ContactView:
    first_name: str | None = plain("First name.")
    last_name: str | None = plain("Last name.")
    email: str | None = plain("E-mail address.")
    phone: str | None = plain("Telephone number.")


@view(
    model.AuditEvent,
    name="AuditEvent",
    description="Something that happened to a thing, latest occurrence.",
    shareable=True,
)
class AuditEventView:
    event: str = plain("What happened, in the vendor's words.")
    at: datetime | None = plain("When.")
    by: PartyView | None = plain("Who did it.")
    on_behalf_of: PartyView | None = plain("For whom it was done.")
