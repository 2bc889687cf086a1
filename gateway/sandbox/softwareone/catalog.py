"""The seeded catalogue as literal tables: products and their items, templates, and the texts of a year's orders."""

from __future__ import annotations

from typing import Any, NamedTuple

from gateway.sandbox.softwareone.definitions import DEFINITIONS

ICON = "/static/{id}/icon.svg"


class Item(NamedTuple):
    name: str
    sku: str
    model: str
    period: str
    commitment: str | None
    unit: str
    cost: float  # purchase price of one unit per period, in EUR


class Product(NamedTuple):
    name: str
    code: str
    vendor: int  # index into companies.VENDORS
    published: bool
    program: str | None
    prevalidated: bool
    parameters: tuple[str, ...]  # external ids out of DEFINITIONS
    items: tuple[Item, ...]


ALL = tuple(definition.external_id for definition in DEFINITIONS)
FEW = ("companyName", "adminEmail", "region", "partnerTier", "remarks", "purchaseReference", "vendorOrderId")
MORE = (*FEW, "contact", "addons", "goLive", "tenantDomain", "vendorTenantId", "report", "vendorSubscriptionId")


PRODUCTS: tuple[Product, ...] = (
    Product("Lumera Cloud Suite", "lum-suite", 0, True, None, True, ALL, (
        Item("Cloud Suite Business seat", "LCS-BUS", "quantity", "1m", "1y", "user", 10.2),
        Item("Cloud Suite Enterprise seat", "LCS-ENT", "quantity", "1m", "1y", "user", 21.75),
        Item("Cloud Suite Frontline seat", "LCS-FLW", "quantity", "1m", "1m", "user", 3.4),
        Item("Cloud Suite onboarding day", "LCS-ONB", "one-time", "one-time", None, "day", 980.0),
    )),
    Product("Lumera Designer", "lum-design", 0, True, "Lumera Creative Partners", True, MORE, (
        Item("Designer All Apps", "LDS-ALL", "quantity", "1y", "1y", "licence", 612.0),
        Item("Designer Single App", "LDS-ONE", "quantity", "1y", "3y", "licence", 264.5),
        Item("Designer stock pack 500", "LDS-STK", "one-time", "one-time", None, "pack", 410.0),
    )),
    Product("Lumera Voice", "lum-voice", 0, True, None, False, FEW, (
        Item("Voice line", "LVO-LINE", "quantity", "1m", "1y", "line", 5.9),
        Item("Voice minutes", "LVO-MIN", "usage", "1m", None, "minute", 0.012),
    )),
    Product("Northgate Endpoint Shield", "ng-shield", 1, True, None, False, MORE, (
        Item("Endpoint Shield Advanced", "NGS-ADV", "quantity", "1y", "1y", "device", 31.8),
        Item("Endpoint Shield Server", "NGS-SRV", "quantity", "1y", "3y", "server", 92.0),
        Item("Hardware token", "NGS-TOK", "one-time", "one-time", None, "piece", 18.4),
    )),
    Product("Northgate Mail Guard", "ng-mail", 1, True, None, False, FEW, (
        Item("Mail Guard mailbox", "NGM-BOX", "quantity", "1m", "1y", "mailbox", 1.85),
        Item("Mail Guard archive", "NGM-ARC", "quantity", "1y", "5y", "mailbox", 11.9),
    )),
    Product("Quillworks Sign", "qw-sign", 2, True, None, False, FEW, (
        Item("Sign Standard user", "QWS-STD", "quantity", "1y", "1y", "user", 118.0),
        Item("Sign envelopes 1000", "QWS-ENV", "one-time", "one-time", None, "pack", 640.0),
    )),
    Product("Tessellate Warehouse", "ts-wh", 3, True, None, False, MORE, (
        Item("Warehouse compute unit", "TWH-CU", "quantity", "1m", "1m", "unit", 88.0),
        Item("Warehouse storage TB", "TWH-TB", "quantity", "1m", "1y", "TB", 19.5),
        Item("Warehouse reserved node", "TWH-NODE", "quantity", "3y", "3y", "node", 7900.0),
    )),
    Product("Tessellate Notebook (preview)", "ts-nb", 3, False, None, False, FEW, (
        Item("Notebook seat", "TNB-ST", "quantity", "1m", "1m", "user", 14.0),
    )),
)  # fmt: skip

# name of the template, its type (the moment it is the default for), its Markdown
TEMPLATES = (
    (
        "Order received",
        "OrderProcessing",
        "# Thank you\n\nOrder **{{order.id}}** for *{{product.name}}* is in progress.",
    ),
    (
        "We need something from you",
        "OrderQuerying",
        "# One step is missing\n\nPlease check the parameters of **{{order.id}}**.",
    ),
    (
        "Successful activation",
        "OrderCompleted",
        "# Ready\n\n*{{product.name}}* is active for **{{licensee.name}}**.\n\n- Agreement: {{agreement.id}}",
    ),
    ("Could not be fulfilled", "OrderFailed", "# We are sorry\n\nOrder **{{order.id}}** could not be fulfilled."),
    ("Subscription active", "Subscription", "# {{subscription.name}}\n\nYour subscription is active."),
)
CONDITIONS = ("General terms of use", "Data processing addendum")
FAILURES: tuple[dict[str, Any], ...] = (
    {"id": "E7001", "message": "Tenant could not be provisioned"},
    {
        "id": "E7002",
        "message": "Domain {{domain}} belongs to another customer",
        "parameters": {"domain": "brightwater.example"},
    },
    {"id": "E7003", "message": "Vendor API is not responding. Try later"},
)
NOTES = (
    "Seats for the finance team",
    "Order of 2 subs for 2 ppl from accounting dept.",
    "Urgent – go-live on Monday",
    "Ersatz für das alte Büro in Bremen\n(Kostenstelle 4711)",
    "Approved by <i>Niamh</i> & Marcus ✅",
)
# by the model of an item's terms: the note that its price list carries
INFO = {"usage": "Billed by what was used.", "one-time": "Delivered once, with the first invoice."}
COMMENTS = "Placed by phone, entered by the service desk."
POLICY = {"id": "PPL-0001-0001", "name": "Framework contract"}
