"""The partner's customers, in pages. Only those with a reseller relation are listed."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal, link
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.paging import page
from gateway.sandbox.partner_center.records import Customer, Document

LARGEST_PAGE = 500
FIELDS: dict[str, Callable[[Customer], str]] = {
    "companyname": lambda customer: customer.name,
    "domain": lambda customer: customer.domain,
}


def list_customers(call: Call) -> Response:
    """`filter` is JSON `{"Field", "Value", "Operator"}`, of which `starts_with` on name and domain is implemented."""
    rows = [one for one in call.world.customers.values() if one.related]
    if "filter" in call.query:
        read, prefix = _filter(call.query["filter"])
        rows = [one for one in rows if read(one).casefold().startswith(prefix)]
    size = call.count("size", LARGEST_PAGE, LARGEST_PAGE)
    return page(call, [_document(one) for one in rows], size, "/customers")


def _filter(text: str) -> tuple[Callable[[Customer], str], str]:
    try:
        given = {str(name).lower(): value for name, value in json.loads(text).items()}
    except (ValueError, AttributeError):
        raise Refusal(400, 2000, "filter") from None
    read = FIELDS.get(str(given.get("field", "")).lower())
    operator = str(given.get("operator", "")).replace("_", "").lower()
    if read is None or operator != "startswith" or not isinstance(given.get("value"), str):
        raise Refusal(400, 2000, "filter")
    return read, given["value"].casefold()


def _document(customer: Customer) -> Document:
    here = f"/customers/{customer.id}"
    return {
        "id": customer.id,
        "commerceId": customer.id,
        "companyProfile": {
            "tenantId": customer.id,
            "domain": customer.domain,
            "companyName": customer.name,
            "links": {"self": link(f"{here}/profiles/company")},
            "attributes": {"objectType": "CustomerCompanyProfile"},
        },
        "relationshipToPartner": "reseller",
        "links": {"self": link(here)},
        "attributes": {"objectType": "Customer"},
    }
