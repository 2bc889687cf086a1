"""What fields each resource has and of which type: the truth for filters, sorting and `$meta.omitted`.

A dict is an object, a list of one dict a collection, a Kind a scalar. Names are those of the published schema.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeAlias


class Kind(Enum):
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"
    JSON = "json"  # any JSON: neither filtered nor sorted


Shape: TypeAlias = dict[str, Any]  # a name to a Kind, a Shape or a list of one Shape

TEXT, NUMBER, FLAG, DATE, JSON = Kind.TEXT, Kind.NUMBER, Kind.FLAG, Kind.DATE, Kind.JSON

EXTERNAL_IDS: Shape = {"client": TEXT, "vendor": TEXT, "operations": TEXT}
REF: Shape = {"id": TEXT, "name": TEXT, "icon": TEXT, "status": TEXT, "type": TEXT, "revision": NUMBER}
NAMED: Shape = {"id": TEXT, "revision": NUMBER, "name": TEXT, "status": TEXT}
ACCOUNT_REF: Shape = REF
PRODUCT_REF: Shape = {**REF, "externalIds": EXTERNAL_IDS}
SELLER_REF: Shape = {**REF, "externalId": TEXT}
AUTHORIZATION_REF: Shape = {**REF, "currency": TEXT}
MESSAGE: Shape = {"id": TEXT, "message": TEXT, "parameters": JSON}
ADDRESS: Shape = {
    "addressLine1": TEXT,
    "addressLine2": TEXT,
    "postCode": TEXT,
    "city": TEXT,
    "state": TEXT,
    "country": TEXT,
}
CONTACT: Shape = {
    "firstName": TEXT,
    "lastName": TEXT,
    "email": TEXT,
    "phone": {"prefix": TEXT, "number": TEXT},
}
EVENT: Shape = {"at": DATE, "by": REF, "of": REF}
TERMS: Shape = {"model": TEXT, "period": TEXT, "commitment": TEXT}
UNIT: Shape = {"id": TEXT, "name": TEXT, "description": TEXT}
ITEM_REF: Shape = {
    **REF,
    "externalIds": EXTERNAL_IDS,
    "description": TEXT,
    "terms": TERMS,
    "unit": UNIT,
    "quantityNotApplicable": FLAG,
}
PRICE: Shape = {
    "currency": TEXT,
    **dict.fromkeys(("SPx1", "SPxM", "SPxY", "PPx1", "PPxM", "PPxY", "unitSP", "unitPP"), NUMBER),
    **dict.fromkeys(("markup", "margin", "defaultMarkup", "defaultMargin"), NUMBER),
    **dict.fromkeys(("markupSource", "defaultMarkupSource", "source"), TEXT),
}
INFO: Shape = {"visible": FLAG, "description": TEXT}
LINE: Shape = {
    "id": TEXT,
    "item": ITEM_REF,
    "oldQuantity": NUMBER,
    "quantity": NUMBER,
    "price": PRICE,
    "subscription": REF,
    "asset": REF,
    "description": TEXT,
    "info": INFO,
}
AGREEMENT_LINE: Shape = {**LINE, "status": TEXT, "order": REF}
ENTITLEMENT: Shape = {**AGREEMENT_LINE, "agreement": REF}
PARAMETER: Shape = {
    "id": TEXT,
    "externalId": TEXT,
    "name": TEXT,
    "type": TEXT,
    "phase": TEXT,
    "scope": TEXT,
    "multiple": FLAG,
    "constraints": {"required": FLAG, "hidden": FLAG, "readonly": FLAG},
    "value": JSON,
    "displayValue": TEXT,
    "error": MESSAGE,
}
PARAMETERS: Shape = {"ordering": [PARAMETER], "fulfillment": [PARAMETER]}
TERMS_ACCEPTED: Shape = {"id": TEXT, "name": TEXT, "accepted": DATE, "acceptedBy": REF}
SPLIT: Shape = {
    "id": TEXT,
    "type": TEXT,
    "allocations": [
        {
            "buyer": REF,
            "percentage": NUMBER,
            "price": PRICE,
            "statistics": {"subscriptions": NUMBER},
            "externalIds": EXTERNAL_IDS,
        }
    ],
}
PARTIES: Shape = {
    "listing": REF,
    "authorization": AUTHORIZATION_REF,
    "product": PRODUCT_REF,
    "client": ACCOUNT_REF,
    "licensee": REF,
    "buyer": REF,
    "seller": SELLER_REF,
    "vendor": ACCOUNT_REF,
}


def audit(*events: str) -> Shape:
    return dict.fromkeys(("created", "updated", *events), EVENT)


ORDER: Shape = {
    "id": TEXT,
    "revision": NUMBER,
    "type": TEXT,
    "status": TEXT,
    "notes": TEXT,
    "comments": TEXT,
    "statusNotes": MESSAGE,
    "error": MESSAGE,
    "template": REF,
    "assignee": REF,
    "agreement": REF,
    **PARTIES,
    "billTo": REF,
    "pricingPolicy": REF,
    "externalIds": EXTERNAL_IDS,
    "price": PRICE,
    "lines": [LINE],
    "parameters": PARAMETERS,
    "subscriptions": [{**REF, "autoRenew": FLAG}],
    "assets": [REF],
    "termsAndConditions": [TERMS_ACCEPTED],
    "certificates": [REF],
    "audit": audit("quoted", "processing", "querying", "completed", "failed", "deleted"),
}
AGREEMENT: Shape = {
    **NAMED,
    **PARTIES,
    "price": PRICE,
    "billingCurrency": TEXT,
    "template": REF,
    "externalIds": EXTERNAL_IDS,
    "split": SPLIT,
    "splitStatus": TEXT,
    "lines": [AGREEMENT_LINE],
    "subscriptions": [REF],
    "assets": [REF],
    "parameters": PARAMETERS,
    "termsAndConditions": [TERMS_ACCEPTED],
    "certificates": [REF],
    "audit": audit("provisioning", "active", "terminated"),
}
ASSET: Shape = {
    **NAMED,
    "externalIds": EXTERNAL_IDS,
    "agreement": REF,
    "product": PRODUCT_REF,
    "buyer": REF,
    "licensee": REF,
    "seller": SELLER_REF,
    "price": PRICE,
    "template": REF,
    "lines": [LINE],
    "parameters": PARAMETERS,
    "audit": audit("terminated"),
}
SUBSCRIPTION: Shape = {
    **ASSET,
    "startDate": DATE,
    "commitmentDate": DATE,
    "terminationDate": DATE,
    "autoRenew": FLAG,
    "terms": TERMS,
    "split": SPLIT,
    "splitStatus": TEXT,
    "relationships": {"renewalOrder": REF},
}
ATTACHMENT: Shape = {
    **NAMED,
    "description": TEXT,
    "type": TEXT,
    "filename": TEXT,
    "size": NUMBER,
    "contentType": TEXT,
    "licenseKey": TEXT,
    "orderId": TEXT,
    "agreement": REF,
    "audit": audit(),
}
ACCOUNT: Shape = {
    **NAMED,
    "icon": TEXT,
    "type": TEXT,
    "externalIds": EXTERNAL_IDS,
    "address": ADDRESS,
    "audit": audit(),
}
BUYER: Shape = {
    **NAMED,
    "taxId": TEXT,
    "address": ADDRESS,
    "contact": CONTACT,
    "externalIds": {"erpCompanyContact": TEXT, "erpCustomer": TEXT, "accountExternalId": TEXT},
    "account": REF,
    "sellers": [SELLER_REF],
    "audit": audit(),
}
LICENSEE: Shape = {
    **NAMED,
    "externalId": TEXT,
    "address": ADDRESS,
    "useBuyerAddress": FLAG,
    "contact": CONTACT,
    "account": REF,
    "buyer": REF,
    "seller": SELLER_REF,
    "eligibility": {"client": FLAG, "partner": FLAG},
    "audit": audit(),
}
SELLER: Shape = {**NAMED, "externalId": TEXT, "address": ADDRESS, "currencies": JSON, "audit": audit()}
USER: Shape = {
    **NAMED,
    "icon": TEXT,
    "firstName": TEXT,
    "lastName": TEXT,
    "email": TEXT,
    "account": REF,
    "audit": audit(),
}
TOKEN: Shape = {**NAMED, "description": TEXT, "account": REF, "audit": audit()}
PRODUCT: Shape = {
    **NAMED,
    "icon": TEXT,
    "shortDescription": TEXT,
    "vendor": ACCOUNT_REF,
    "program": REF,
    "externalIds": EXTERNAL_IDS,
    "settings": {
        "preValidation": dict.fromkeys(
            (
                "purchaseOrderDraft",
                "changeOrderDraft",
                "configurationOrderDraft",
                "terminationOrder",
                "purchaseOrderQuerying",
            ),
            FLAG,
        )
    },
    "audit": audit(),
}
ITEM: Shape = {**NAMED, **ITEM_REF, "description": TEXT, "product": PRODUCT_REF, "audit": audit()}
DEFINITION: Shape = {
    **{name: kind for name, kind in PARAMETER.items() if name not in ("value", "displayValue", "error")},
    "revision": NUMBER,
    "status": TEXT,
    "options": JSON,
    "product": PRODUCT_REF,
    "audit": audit(),
}
TEMPLATE: Shape = {**NAMED, "type": TEXT, "content": TEXT, "default": FLAG, "product": PRODUCT_REF, "audit": audit()}
LISTING: Shape = {
    "id": TEXT,
    "revision": NUMBER,
    "status": TEXT,
    "primary": FLAG,
    "authorization": AUTHORIZATION_REF,
    "product": PRODUCT_REF,
    "vendor": ACCOUNT_REF,
    "seller": SELLER_REF,
    "priceList": REF,
    "eligibility": {"client": FLAG, "partner": FLAG},
    "audit": audit(),
}
AUTHORIZATION: Shape = {
    **NAMED,
    "currency": TEXT,
    "externalIds": EXTERNAL_IDS,
    "product": PRODUCT_REF,
    "vendor": ACCOUNT_REF,
    "owner": SELLER_REF,
    "eligibility": {"client": FLAG, "partner": FLAG},
    "audit": audit(),
}
PRICE_LIST: Shape = {
    **NAMED,
    "currency": TEXT,
    "defaultMarkup": NUMBER,
    "product": PRODUCT_REF,
    "vendor": ACCOUNT_REF,
    "audit": audit(),
}
PRICE_LIST_ITEM: Shape = {
    **{name: kind for name, kind in PRICE.items() if name != "source"},
    "id": TEXT,
    "revision": NUMBER,
    "status": TEXT,
    "description": TEXT,
    "info": INFO,
    "item": ITEM_REF,
    "priceList": REF,
    "audit": audit(),
}
