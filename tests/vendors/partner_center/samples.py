"""Full payloads of each kind, every value invented and different, and what the mapping makes of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gateway.model.account import Account
from gateway.model.agreement import Agreement, ProductSubscription
from gateway.model.cart import Cart, CheckoutError
from gateway.model.order import Attachment, Order
from gateway.model.ref import Kind, Ref
from gateway.model.values import Party, Vendor
from gateway.vendors.partner_center import (
    mapping,
    mapping_carts,
    mapping_checkout,
    mapping_customers,
    mapping_subscriptions,
)
from gateway.vendors.partner_center.details import Provisioning
from gateway.vendors.partner_center.mapping_checkout import CheckedOut
from gateway.vendors.reading import Row

ACCOUNT = Account("pc-1", "main", Vendor.PARTNER_CENTER, frozenset())
CUSTOMER = "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"
NOW = datetime(2026, 2, 4, tzinfo=UTC)

CART = """{
  "id": "A1D3C7F2-6B58-4E0F-9D24-77C0E5B8F310",
  "creationTimestamp": "2026-02-03T09:15:11.5514907Z",
  "lastModifiedTimestamp": "2026-02-03T11:16:12.123+01:00",
  "expirationTimestamp": "2026-02-10T09:15:17Z",
  "lastModifiedUser": "0f3b9e44-7f0d-4a53-9a07-41a2c1d7e6b0",
  "status": "Active",
  "partnerOnRecordAttestationAccepted": true,
  "lineItems": [
    {"id": 0, "catalogItemId": "CFQ7TT000001:0002:CFQ7TT00000Z", "quantity": 5, "billingCycle": "one_time",
     "termDuration": "P1Y", "friendlyName": "Suite for Berlin", "currencyCode": "EUR",
     "customTermEndDate": "2027-01-31T23:59:59Z", "promotionId": "CFQ7TT000001:0002:39NFJQT1X0KD",
     "attestationAccepted": false, "orderGroup": "3",
     "participants": [{"key": "transaction_reseller", "value": "5357000"},
                      {"key": "additional_transaction_reseller", "value": "5357001"}],
     "provisioningContext": {"subscriptionId": "c0ffee00-1111-4222-8333-944455566677", "scope": "shared"},
     "purchaseCommitment": {"amount": 7.25, "currency": "USD", "grain": "hourly"},
     "renewsTo": {"termDuration": "P3Y"},
     "scheduledNextTermInstructions": {"quantity": 9, "product": {"productId": "CFQ7TT000009", "skuId": "0009",
        "availabilityId": "CFQ7TT00009Z", "billingCycle": "biennial", "termDuration": "P2Y"}},
     "addonItems": [{"id": 1, "catalogItemId": "0b6f3b2c-aaaa-4bbb-8ccc-9ddd0eee1fff", "quantity": 2,
        "billingCycle": "monthly"}],
     "pricing": {"listPrice": 10.10, "discountedPrice": 9.90, "proratedPrice": 8.80, "price": 7.70,
        "extendedPrice": 462.00},
     "error": {"errorCode": 10015, "errorDescription": "Too many seats.\\u0007",
        "additionalInformation": {"availableQuantity": 4, "purchasedQuantity": 10}}}],
  "links": {"self": {"uri": "/customers/x/carts/y", "method": "GET", "body": "{}",
     "headers": [{"key": "If-Match", "value": "tag"}]},
     "next": {"uri": "https://elsewhere.example/x", "method": "GET"}},
  "attributes": {"objectType": "Cart", "etag": "cart-tag"}
}"""

ORDER = """{
  "id": "7c41e9b05d2a",
  "alternateId": "8d52fac16e3b",
  "referenceCustomerId": "5F0C1A52-8D3E-4B7A-9C61-2E7D4F90AB13",
  "billingCycle": "triennial",
  "currencyCode": "CAD",
  "currencySymbol": "CA$",
  "creationDate": "2026-02-05T09:16:33.1368156Z",
  "status": "pending_po_upload",
  "transactionType": "UserPurchase",
  "totalPrice": 600.10,
  "client": {"marketplaceCountry": "CA", "deviceFamily": "UniversalStore", "name": "Partner Center Web"},
  "lineItems": [
    {"lineItemNumber": 4, "offerId": "CFQ7TT00000A:000B:CFQ7TT00000C", "quantity": 11, "termDuration": "P1M",
     "subscriptionId": "DB1A2B3C-0000-4000-8000-000000000001",
     "parentSubscriptionId": "db1a2b3c-0000-4000-8000-000000000002",
     "friendlyName": "Suite for Montreal", "transactionType": "New", "partnerIdOnRecord": "5357002",
     "additionalPartnerIdsOnRecord": ["5357003", "5357004"], "provisioningContext": {"scope": "single"},
     "renewsTo": [{"termDuration": "P5Y"}], "promotionId": "CFQ7TT00000A:000B:PROMO",
     "customTermEndDate": "2027-02-28T00:00:00Z", "attestationAccepted": true,
     "purchaseCommitment": {"amount": 3.5, "currency": "EUR", "grain": "daily"},
     "pricing": {"listPrice": 20.20, "discountedPrice": 19.90, "proratedPrice": 18.80, "price": 17.70,
        "extendedPrice": 194.70},
     "links": {"product": {"uri": "/products/CFQ7TT00000A?country=CA", "method": "GET", "headers": []}}}],
  "links": {"self": {"uri": "/customers/c/orders/o", "method": "GET", "headers": []},
            "patchOperation": {"uri": "/customers/c/orders/p", "method": "PATCH", "headers": []}},
  "attributes": {"objectType": "Order", "etag": "order-tag"}
}"""

CHECKOUT = """{
  "orders": [{"id": "7c41e9b05d2a", "lineItems": []}],
  "orderErrors": [{"orderGroupId": "3", "code": 900121, "description": "Insufficient credit limit.\\u0007"}],
  "additionalInformation": [{"remark": 1.50}],
  "attributes": {"objectType": "CartCheckoutResult"}
}"""

PROVISIONING = """{"totalCount": 1, "items": [{"orderLineItemId": 4, "lineItemNumber": 4, "status": "Unfulfilled",
  "quantityProvisioningInformation": [{"quantity": 6, "status": "PrefulfillmentPending"}]}]}"""

ATTACHMENTS = """{"totalCount": 7, "items": [
  {"attachmentId": "ed64c99f750115", "fileName": "PO_Part1.pdf", "sizeInKB": 2051,
   "attachmentType": "TenderAttachment"}],
  "attributes": {"objectType": "Collection"}}"""

AGREEMENT = """{"userId": "aa3b9e44-7f0d-4a53-9a07-41a2c1d7e6b1", "templateId": "0D9C5A7E-1111-4222-8333-944455566677",
  "primaryContact": {"firstName": "Ada", "lastName": "Berg", "email": "Ada@Example.com", "phoneNumber": "5550100"},
  "dateAgreed": "2026-01-15T00:00:00", "type": "MicrosoftCustomerAgreement",
  "agreementLink": "https://aka.ms/customeragreement"}"""

SUBSCRIPTION = """{
  "id": "DB1A2B3C-0000-4000-8000-000000000001", "offerId": "CFQ7TT00000D:000E:CFQ7TT00000F", "offerName": "Suite E5",
  "friendlyName": "Suite for Ottawa", "productType": {"id": "OnlineServicesNCE", "displayName": "Online Services"},
  "quantity": 13, "unitType": "Licenses", "parentSubscriptionId": "db1a2b3c-0000-4000-8000-000000000003",
  "creationDate": "2026-02-06T01:00:00Z", "effectiveStartDate": "2026-02-07T02:00:00Z",
  "commitmentEndDate": "2027-02-06T00:00:00Z", "commitmentEndDateTime": "2027-02-06T23:59:59Z",
  "billingCycleEndDate": "2026-03-06T03:00:00Z", "cancellationAllowedUntilDate": "2026-02-13T04:00:00Z",
  "status": "deleted", "autoRenewEnabled": false, "isTrial": true, "billingType": "license", "billingCycle": "annual",
  "termDuration": "P1Y", "renewalTermDuration": "P6M", "promotionId": "CFQ7TT00000D:000E:SUBPROMO",
  "partnerId": "5357005", "publisherName": "Contoso", "contractType": "subscription", "orderId": "7c41e9b05d2a",
  "refundOptions": [{"type": "Full", "expiresAt": "2026-02-14T05:00:00Z"}],
  "refundableQuantity": {"totalQuantity": 8,
     "details": [{"quantity": 7, "allowedUntilDateTime": "2026-02-15T06:00:00Z"}]},
  "scheduledNextTermInstructions": {"quantity": 12, "product": {"productId": "CFQ7TT00000G", "skuId": "000H",
     "availabilityId": "CFQ7TT00000I", "billingCycle": "monthly", "termDuration": "P3M"}},
  "actions": ["Edit", "Cancel"], "suspensionReasons": ["CustomerCancellation"],
  "links": {"offer": {"uri": "/offers/x", "method": "GET", "headers": []}}, "attributes": {"etag": "subscription-tag"}
}"""

CUSTOMERS = """{"items": [{"id": "5F0C1A52-8D3E-4B7A-9C61-2E7D4F90AB13",
  "companyProfile": {"companyName": "Fabrikam"}}],
  "links": {"next": {"uri": "/customers?size=500&seekOperation=Next",
                     "headers": [{"key": "MS-ContinuationToken", "value": "token+/="}]}}}"""


def payload(text: str) -> Any:
    """As the upstream client parses it."""
    return json.loads(text, parse_float=Decimal)


@dataclass(frozen=True)
class Sample:
    cart: Cart
    checkout: CheckedOut
    checkout_error: CheckoutError
    order: Order
    provisioning: Provisioning
    attachment: Attachment
    agreement: Agreement
    direct_signed: bool
    subscription: ProductSubscription
    customer: Party


def sample() -> Sample:
    order = mapping.order(Row(payload(ORDER), "order"), ACCOUNT, CUSTOMER)
    cart = mapping_carts.cart(payload(CART), ACCOUNT, CUSTOMER, NOW)
    checkout = mapping_checkout.checked_out(payload(CHECKOUT), ACCOUNT, CUSTOMER)
    error = checkout.errors[0]
    lines = tuple(line for line in cart.lines if line.order_group == error.group)
    return Sample(
        cart=cart,
        checkout=checkout,
        checkout_error=CheckoutError(error.group, error.code, error.message, lines),
        order=order,
        provisioning=mapping.provisioning(payload(PROVISIONING))["4"],
        attachment=mapping.attachments(payload(ATTACHMENTS), order.ref)[0],
        agreement=mapping_customers.agreement(Row(payload(AGREEMENT), "agreement"), ACCOUNT, CUSTOMER),
        direct_signed=mapping_customers.direct_signed({"isSigned": True}),
        subscription=mapping_subscriptions.subscription(Row(payload(SUBSCRIPTION), "subscription"), ACCOUNT, CUSTOMER),
        customer=mapping_customers.customer(Row(payload(CUSTOMERS)["items"][0], "customer")),
    )


def ref(kind: Kind, *parts: str) -> Ref:
    return Ref.of(ACCOUNT.id, kind, CUSTOMER, *parts)
