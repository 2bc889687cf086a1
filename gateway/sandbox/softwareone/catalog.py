"""The seeded catalogue as literal tables: products, items, parameters, templates, and the companies that trade."""

from __future__ import annotations

from typing import Any, NamedTuple

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
    vendor: int  # index into VENDORS
    published: bool
    program: str | None
    prevalidated: bool
    parameters: tuple[str, ...]  # external ids out of DEFINITIONS
    items: tuple[Item, ...]


class Definition(NamedTuple):
    external_id: str
    name: str
    type: str
    phase: str
    scope: str
    required: bool = False
    hidden: bool = False
    readonly: bool = False
    options: tuple[str, ...] = ()
    samples: tuple[Any, ...] = ()


OPERATOR = "SoftwareOne"
VENDORS = ("Lumera Software", "Northgate Security", "Quillworks", "Tessellate Data")
CLIENTS = ("Brightwater Logistics", "Falkenberg Maskin")  # the client token is the first one's

# name, ERP code, currency, factor from EUR, (line, post code, city, state, country)
SELLERS = (
    ("SoftwareOne Deutschland GmbH", "SWO_DE", "EUR", 1.0, ("Blochstraße 1", "04329", "Leipzig", "Sachsen", "DE")),
    ("SoftwareOne UK Ltd", "SWO_UK", "GBP", 0.86, ("1 Park Row", "LS1 5AB", "Leeds", "West Yorkshire", "GB")),
    ("SoftwareOne, Inc.", "SWO_US", "USD", 1.09, ("320 E Buffalo St", "53202", "Milwaukee", "WI", "US")),
)

# name, tax id, client, seller, (line, post code, city, state, country)
BUYERS = (
    (
        "Brightwater Logistics GmbH",
        "DE811204987",
        0,
        0,
        ("Am Sandtorkai 41", "20457", "Hamburg", "Hamburg", "DE"),
    ),
    ("Brightwater Freight UK Ltd", "GB293847561", 0, 1, ("12 Dock Street", "L3 1DL", "Liverpool", "Merseyside", "GB")),
    ("Brightwater Americas Inc.", "US364820917", 0, 2, ("900 Harbor Drive", "98101", "Seattle", "WA", "US")),
    ("Falkenberg Maskin AB", "SE556677889901", 1, 0, ("Hamngatan 8", "311 31", "Falkenberg", "Halland", "SE")),
)

# name, external id, buyer
LICENSEES = (
    ("Brightwater Hamburg HQ", "BW-HH-01", 0),
    ("Brightwater Bremerhaven Terminal", "BW-BHV-02", 0),
    ("Brightwater Liverpool Docks", "BW-LIV-03", 1),
    ("Brightwater Felixstowe", "BW-FXT-04", 1),
    ("Brightwater Seattle", "BW-SEA-05", 2),
    ("Brightwater Savannah Yard", "BW-SAV-06", 2),
    ("Falkenberg Maskin Verkstad", "FM-01", 3),
)

# first name, last name, account: client index, "V" + vendor index, or "O"
USERS = (
    ("Ines", "Hartwig", "C0"),
    ("Tobias", "Renken", "C0"),
    ("Niamh", "Okafor", "C0"),
    ("Marcus", "Delgado", "C0"),
    ("Elin", "Sandström", "C1"),
    ("Priya", "Raghavan", "V0"),
    ("Lukas", "Meinhardt", "V0"),
    ("Ruth", "Adeyemi", "V1"),
    ("Owen", "Castellanos", "V2"),
    ("Yuki", "Tanabe", "V3"),
    ("Carla", "Zimmermann", "O"),
    ("Piotr", "Wysocki", "O"),
)

ADDRESSES = (
    {
        "addressLine1": "Am Sandtorkai 41",
        "addressLine2": "3. OG",
        "postCode": "20457",
        "city": "Hamburg",
        "state": "Hamburg",
        "country": "DE",
    },
    {
        "addressLine1": "12 Dock Street",
        "postCode": "L3 1DL",
        "city": "Liverpool",
        "state": "Merseyside",
        "country": "GB",
    },
)
CONTACTS = (
    {
        "firstName": "Ines",
        "lastName": "Hartwig",
        "email": "ines.hartwig@brightwater.example",
        "phone": {"prefix": "+49", "number": "4055512340"},
    },
    {"firstName": "Niamh", "lastName": "Okafor", "email": "niamh.okafor@brightwater.example"},
)

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "companyName", "Company name", "SingleLineText", "Order", "Agreement", True, samples=("Brightwater Logistics",)
    ),
    Definition(
        "tenantDomain",
        "Tenant domain",
        "Subdomain",
        "Order",
        "Agreement",
        True,
        samples=("brightwater", "bw-hamburg", "bw-docks-2"),
    ),
    Definition("adminEmail", "Administrator e-mail", "Email", "Order", "Agreement", True, samples=(
        "it@brightwater.example", "licences@brightwater.example")),
    Definition("billingAddress", "Billing address", "Address", "Order", "Agreement", samples=ADDRESSES),
    Definition("contact", "Technical contact", "Contact", "Order", "Agreement", samples=CONTACTS),
    Definition(
        "addons",
        "Add-ons",
        "Checkbox",
        "Order",
        "Agreement",
        options=("backup", "audit-log", "sso", "sandbox"),
        samples=(["backup", "sso"], ["audit-log"], []),
    ),
    Definition(
        "accountKind",
        "Account",
        "Choice",
        "Order",
        "Agreement",
        options=("New", "Existing", "Transfer"),
        samples=("New", "Existing", "Transfer"),
    ),
    Definition(
        "region",
        "Data region",
        "DropDown",
        "Order",
        "Agreement",
        True,
        options=("eu-central", "eu-west", "us-east"),
        samples=("eu-central", "eu-west", "us-east"),
    ),
    Definition("goLive", "Go-live", "Date", "Order", "Agreement", samples=(
        {"date": "2026-03-01"}, {"start": "2026-01-01", "end": "2026-12-31"})),
    Definition(
        "remarks",
        "Remarks",
        "MultiLineText",
        "Order",
        "Order",
        samples=("Please deliver before quarter end.\nCall first.", "Cost centre 4711 & 4712 <b>split</b>"),
    ),
    Definition("heading", "About your tenant", "Heading", "Order", "Agreement"),
    Definition(
        "integration",
        "Integration settings",
        "DataObject",
        "Order",
        "Agreement",
        samples=({"scim": True, "quota": 2.5, "groups": ["it", "ops"], "owner": None}, [1, 2, [3]], 42, False, "raw"),
    ),
    Definition(
        "purchaseReference", "Purchase reference", "SingleLineText", "Order", "Order", samples=("PO-2231", "4500017734")
    ),
    Definition(
        "partnerTier", "Partner tier", "DropDown", "Order", "Agreement", False, True, options=("gold", "silver"),
        samples=("gold", "silver")),
    Definition("tenantId", "Tenant id", "SingleLineText", "Order", "Agreement", readonly=True),
    Definition("vendorOrderId", "Vendor order id", "SingleLineText", "Fulfillment", "Order", samples=(
        "LUM-000481", "VO/2026/77")),
    Definition("vendorTenantId", "Vendor tenant id", "SingleLineText", "Fulfillment", "Agreement", samples=(
        "69b73824-ce76-4866-ad47-b615ae9d8998", "0f2c1ab4-9d55-47a4-8b68-3f4a9e2b5a10")),
    Definition(
        "activation", "Activation instructions", "MultiLineText", "Fulfillment", "Order", samples=("Sign in.\nVerify.",)
    ),
    Definition("shipTo", "Delivery address", "Address", "Fulfillment", "Order", samples=ADDRESSES),
    Definition("csm", "Customer success manager", "Contact", "Fulfillment", "Order", samples=CONTACTS),
    Definition(
        "checksDone",
        "Checks done",
        "Checkbox",
        "Fulfillment",
        "Order",
        options=("credit", "export", "tax"),
        samples=(["credit", "tax"], ["credit", "export", "tax"]),
    ),
    Definition(
        "route", "Provisioning route", "Choice", "Fulfillment", "Order", options=("api", "manual"), samples=("api",)
    ),
    Definition("vendorDomain", "Provisioned domain", "Subdomain", "Fulfillment", "Order", samples=("bw-prod",)),
    Definition("fulfilmentHeading", "Fulfilment", "Heading", "Fulfillment", "Order"),
    Definition(
        "priority",
        "Priority",
        "DropDown",
        "Fulfillment",
        "Order",
        hidden=True,
        options=("high", "normal"),
        samples=("normal", "high"),
    ),
    Definition("vendorMail", "Vendor mailbox", "Email", "Fulfillment", "Order", samples=("orders@lumera.example",)),
    Definition(
        "report",
        "Provisioning report",
        "DataObject",
        "Fulfillment",
        "Order",
        samples=({"steps": [{"name": "create", "ms": 412}, {"name": "assign", "ms": 97}], "ok": True}, [], 0, True),
    ),
    Definition("dueDate", "Due date", "Date", "Fulfillment", "Order", samples=({"date": "2026-06-30"},)),
    Definition(
        "vendorSubscriptionId",
        "Vendor subscription id",
        "SingleLineText",
        "Fulfillment",
        "Subscription",
        samples=("S-99120", "S-99121"),
    ),
)  # fmt: skip

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
