"""Orders, lines, subscriptions and carts as wire documents, in their canonical form and with noise."""

from __future__ import annotations

import json
from datetime import timedelta

from gateway.sandbox.partner_center.answers import link
from gateway.sandbox.partner_center.catalogue import SYMBOLS
from gateway.sandbox.partner_center.noise import noisy_order, noisy_subscription
from gateway.sandbox.partner_center.records import Cart, Document, Line, Order, Subscription
from gateway.sandbox.partner_center.times import stamp

WAITING = ("unknown", "pending_review", "pending_po_upload", "po_upload_complete", "po_review_rejected")


def render_order(order: Order, *, prices: bool, noise: bool) -> str:
    """The order as JSON text, made once until the order changes."""
    key = (prices, noise)
    if key not in order.rendered:
        document = order_document(order, prices)
        order.rendered[key] = json.dumps(noisy_order(document, order.id) if noise else document)
    return order.rendered[key]


def order_document(order: Order, prices: bool) -> Document:
    customer = order.customer
    here = f"/customers/{customer.id}/orders/{order.id}"
    document: Document = {
        "id": order.id,
        "alternateId": order.alternate_id,
        "referenceCustomerId": customer.id,
        "billingCycle": order.cycle,
        "currencyCode": customer.currency,
        "currencySymbol": SYMBOLS[customer.currency],
        "lineItems": [_line_document(order, line, prices) for line in order.lines],
        "creationDate": stamp(order.created),
        "status": order.status,
        "transactionType": order.transaction_type,
    }
    if order.linked:
        document["links"] = {
            "self": link(here),
            "provisioningStatus": link(f"{here}/provisioningstatus"),
            "patchOperation": link(here, "PATCH"),
        }
    priced = [line.pricing["extendedPrice"] for line in order.lines if line.pricing]
    if prices and priced:
        document["totalPrice"] = round(sum(priced), 2)
    document["client"] = order.client
    document["attributes"] = {"objectType": "Order"}
    if order.legacy:
        document["attributes"]["etag"] = order.etag
    return {name: value for name, value in document.items() if name not in order.hidden}


def render_subscription(subscription: Subscription, noise: bool) -> str:
    """The subscription as JSON text, made once for each of its versions."""
    key = (subscription.version, noise)
    if key not in subscription.rendered:
        document = subscription_document(subscription)
        noisy = noisy_subscription(document, subscription.id) if noise else document
        subscription.rendered = {key: json.dumps(noisy)}
    return subscription.rendered[key]


def subscription_document(subscription: Subscription) -> Document:
    document = dict(subscription.document)
    document["attributes"] = {"objectType": "Subscription"}
    if subscription.order.legacy:
        document["attributes"] = {"etag": subscription.etag, "objectType": "Subscription"}
    return document


def cart_document(cart: Cart, customer_id: str, lifetime: timedelta) -> Document:
    document: Document = {
        "id": cart.id,
        "creationTimestamp": stamp(cart.created),
        "lastModifiedTimestamp": stamp(cart.modified),
        "expirationTimestamp": stamp(cart.created + lifetime),
        "lastModifiedUser": cart.user,
        "status": cart.status,
        "lineItems": cart.lines,
        "links": {"self": link(f"/customers/{customer_id}/carts/{cart.id}")},
        "attributes": {"objectType": "Cart"},
    }
    if cart.attested is not None:
        document["partnerOnRecordAttestationAccepted"] = cart.attested
    return document


def _line_document(order: Order, line: Line, prices: bool) -> Document:
    document: Document = {"lineItemNumber": line.number, "offerId": line.item.offer_id}
    if line.subscription_id:
        document["subscriptionId"] = line.subscription_id
    if line.term or line.item.family == "software":
        document["termDuration"] = line.term
    document["transactionType"] = line.kind
    if line.friendly_name:
        document["friendlyName"] = line.friendly_name
    document["quantity"] = line.quantity
    if line.resellers:
        document["partnerIdOnRecord"] = line.resellers[0]
    if line.resellers[1:]:
        document["additionalPartnerIdsOnRecord"] = line.resellers[1:]
    document |= line.extras
    if prices and line.pricing:
        document["pricing"] = line.pricing
    document["links"] = _line_links(order, line)
    return document


def _line_links(order: Order, line: Line) -> Document:
    customer = order.customer
    here = f"/customers/{customer.id}/orders/{order.id}"
    links: Document = {}
    if not order.legacy:
        product, sku, availability = line.item.offer_id.split(":")
        root, country = f"/products/{product}", f"?country={customer.country}"
        links["product"] = link(root + country)
        links["sku"] = link(f"{root}/skus/{sku}{country}")
        links["availability"] = link(f"{root}/skus/{sku}/availabilities/{availability}{country}")
    if line.subscription_id:
        links["subscription"] = link(f"/customers/{customer.id}/subscriptions/{line.subscription_id}")
    if order.status not in WAITING:
        links["provisioningStatus"] = link(f"{here}/lineitems/{line.number}/provisioningstatus")
    if line.item.family == "saas" and line.state == "fulfilled":
        links["activationLinks"] = link(f"{here}/lineitems/{line.number}/activationlinks")
    return links
