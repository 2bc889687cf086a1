"""How an order line becomes a subscription."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from random import Random

from gateway.sandbox.partner_center.answers import link
from gateway.sandbox.partner_center.records import Document, Line, Order, Subscription, guid
from gateway.sandbox.partner_center.times import OPEN_ENDED, UNSET, stamp

CANCEL_WINDOW = timedelta(days=7)
TERM_MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36}
CYCLE_MONTHS = {"monthly": 1, "annual": 12, "triennial": 36}
RENEWING = ("licence", "saas", "software_subscription", "legacy")
# family → product type as subscriptions name it, unit type
PRODUCT_TYPES: dict[str, tuple[Document, str]] = {
    "licence": ({"id": "OnlineServicesNCE", "displayName": "OnlineServicesNCE"}, "Licenses"),
    "legacy": ({"id": "OnlineServices", "displayName": "OnlineServices"}, "Licenses"),
    "software": ({"id": "Software", "displayName": "Software"}, "none"),
    "software_subscription": ({"id": "Software", "displayName": "Software"}, "Licenses"),
    "reservation": ({"id": "Azure", "displayName": "Azure"}, "Benefit"),
    "savings_plan": ({"id": "Azure", "displayName": "Azure"}, "Benefit"),
    "azure_plan": ({"id": "Azure", "displayName": "Azure"}, "Usage-based"),
    "saas": ({"id": "SaaS", "displayName": "SaaS"}, "Licenses"),
}


def subscribe(order: Order, line: Line, rng: Random, moment: datetime) -> Subscription:
    """Makes the line's subscription, starting at `moment`, and gives it to the line and the customer."""
    identity = guid(rng)
    identity = identity.upper() if order.legacy else identity
    line.subscription_id = identity
    subscription = Subscription(_document(identity, order, line, moment), line, order)
    order.customer.subscriptions[identity.lower()] = subscription
    return subscription


def months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _document(identity: str, order: Order, line: Line, moment: datetime) -> Document:
    item, customer = line.item, order.customer
    product_type, unit_type = PRODUCT_TYPES[item.family]
    optional = {
        "parentSubscriptionId": line.extras.get("parentSubscriptionId"),
        "promotionId": line.extras.get("promotionId"),
        "partnerId": line.resellers[0] if line.resellers else None,
    }
    return {
        "id": identity,
        "offerId": item.offer_id,
        "offerName": item.title,
        "friendlyName": line.friendly_name or item.title,
        "productType": product_type,
        "quantity": line.quantity,
        "unitType": unit_type,
        "hasPurchasableAddons": False,
        "creationDate": stamp(moment),
        "status": "active",
        "isTrial": False,
        "billingType": "usage" if item.family == "azure_plan" else "license",
        "billingCycle": order.cycle,
        "publisherName": item.publisher,
        "orderId": order.id,
        "actions": ["edit", "cancel"],
        "suspensionReasons": [],
        "contractType": "subscription" if line.term else "productKey",
        **_terms(order, line, moment),
        **{name: value for name, value in optional.items() if value},
        "links": {
            "offer": link(f"/products/{item.product}?country={customer.country}"),
            "self": link(f"/customers/{customer.id}/subscriptions/{identity}"),
        },
    }


def _terms(order: Order, line: Line, moment: datetime) -> Document:
    """Begin and end of the term and the billing cycle, both counted from midnight."""
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    term_end = stamp(months_later(start, TERM_MONTHS[line.term])) if line.term in TERM_MONTHS else OPEN_ENDED
    term_end = line.extras.get("customTermEndDate", term_end)
    cycle_end = stamp(months_later(start, CYCLE_MONTHS[order.cycle])) if order.cycle in CYCLE_MONTHS else UNSET
    renewing = line.term in TERM_MONTHS and line.item.family in RENEWING
    cancellable_until = stamp(moment + CANCEL_WINDOW)
    return {
        "effectiveStartDate": stamp(start),
        "commitmentEndDate": term_end,
        "commitmentEndDateTime": term_end,
        "billingCycleEndDate": cycle_end,
        "cancellationAllowedUntilDate": cancellable_until,
        "autoRenewEnabled": renewing,
        "termDuration": line.term,
        "renewalTermDuration": line.term if renewing else "",
        "refundOptions": [{"type": "Full", "expiresAt": cancellable_until}],
        "refundableQuantity": {
            "totalQuantity": line.quantity,
            "details": [{"quantity": line.quantity, "allowedUntilDateTime": cancellable_until}],
        },
    }
