"""The seeded parameters as a literal table: what products ask of customers, and what their vendors add."""

from __future__ import annotations

from typing import Any, NamedTuple


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
