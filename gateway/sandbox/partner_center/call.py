"""One checked call, as the handlers see it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.sandbox.partner_center.answers import Refusal
from gateway.sandbox.partner_center.auth import AccessToken
from gateway.sandbox.partner_center.records import Customer, Document, Order, Subscription, World
from gateway.sandbox.partner_center.settings import Settings
from gateway.sandbox.partner_center.wire import render_order, render_subscription

# Request keys are matched without case; these are all the names that mean something.
SPELLINGS = """
additionalPartnerIdsOnRecord addonItems agreementLink amount attestationAccepted attributes autoRenewEnabled
availabilityId billingCycle catalogItemId creationTimestamp currency currencyCode customTermEndDate
customerPrice dateAgreed email expirationTimestamp firstName friendlyName fxRate grain id isPartOfTender key
lastModifiedTimestamp lastModifiedUser lastName lineItemNumber lineItems links offerId orderGroup
parentSubscriptionId participants partnerIdOnRecord partnerOnRecordAttestationAccepted phoneNumber
primaryContact product productId promotionId provisioningContext purchaseCommitment quantity
referenceCustomerId renewsTo scheduledNextTermInstructions skuId status templateId tenderLink termDuration
type value
"""
CANONICAL = {name.lower(): name for name in re.findall(r"\w+", SPELLINGS)}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file part of a multipart body."""

    part: str
    file_name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Call:
    """A call past login, throttling and the customer's relation. `body` has canonical keys."""

    world: World
    token: AccessToken
    now: datetime
    params: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    root: str
    found: Customer | None = None
    body: Any = None
    metadata: str | None = None
    uploads: list[Upload] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return self.world.settings

    @property
    def customer(self) -> Customer:
        if self.found is None:
            raise AssertionError("this path names no customer")
        return self.found

    @property
    def order(self) -> Order:
        order = self.customer.orders.get(self.params["order_id"].lower())
        if order is None:
            raise Refusal(404, 20000)
        return order

    @property
    def subscription(self) -> Subscription:
        subscription = self.customer.subscriptions.get(self.params["subscription_id"].lower())
        if subscription is None:
            raise Refusal(404, 20003)
        return subscription

    @property
    def document(self) -> Document:
        """The body, which has to be a JSON object."""
        if not isinstance(self.body, dict):
            raise Refusal(400, 800002, "the body is not an object")
        return self.body

    def flag(self, name: str) -> bool:
        text = self.query.get(name, "false").lower()
        if text not in ("true", "false"):
            raise Refusal(400, 2000, name)
        return text == "true"

    def count(self, name: str, default: int, most: int) -> int:
        text = self.query.get(name, str(default))
        if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
            raise Refusal(400, 2000, name)
        return int(text)

    def show(self, order: Order, *, prices: bool) -> Document:
        """The order as answered now, a copy of its own."""
        document: Document = json.loads(self.text(order, prices=prices))
        return document

    def text(self, order: Order, *, prices: bool) -> str:
        return render_order(order, prices=prices, noise=self.settings.noise)

    def subscription_text(self, subscription: Subscription) -> str:
        return render_subscription(subscription, self.settings.noise)

    def check_etag(self, etag: str) -> None:
        """Compares `If-Match`, quoted or not, where the caller sent one."""
        given = self.headers.get("if-match")
        if given is not None and given.strip().strip('"') not in (etag, "*"):
            raise Refusal(400, 2055)


def canonical(value: Any) -> Any:
    """The value with known keys in the vendor's spelling and without nulls, which say as much as leaving out.

    The free keys of a provisioningContext stay as they are.
    """
    if isinstance(value, list):
        return [canonical(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        (name := CANONICAL.get(key.lower(), key)): one if name == "provisioningContext" else canonical(one)
        for key, one in value.items()
        if one is not None
    }
