"""Subscriptions as they are read to be ended, and their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from gateway.errors import NotFound, VendorBadAnswer
from gateway.model.account import Account
from gateway.model.agreement import ProductSubscription, SubscriptionStatus
from gateway.model.ref import Ref
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.arrival import Arrival, lead
from gateway.vendors.partner_center.fanout import each
from gateway.vendors.partner_center.mapping_cancelling import (
    if_match,
    request_id,
    subscription_ended,
    subscription_tag,
)
from gateway.vendors.partner_center.mapping_subscriptions import subscription
from gateway.vendors.partner_center.subscriptions import ONE
from gateway.vendors.reading import Row
from gateway.vendors.writes import Attempt


@dataclass(frozen=True, slots=True)
class Found:
    """A subscription with all that the vendor said of it: to change one thing, all of it is sent back."""

    raw: Mapping[str, Any]
    subscription: ProductSubscription

    @property
    def ended(self) -> bool:
        return self.subscription.status is SubscriptionStatus.TERMINATED


class Endings:
    def __init__(self, api: Api, account: Account) -> None:
        self._api = api
        self._account = account

    async def read(self, refs: Iterable[Ref]) -> Mapping[Ref, Found]:
        """Those that the vendor has; one call for each, for only that is sure to be up to date. Raises GatewayError."""
        answers = await each(refs, self.one)
        found = {}
        for ref, answer in answers.items():
            if isinstance(answer, Found):
                found[ref] = answer
            elif not isinstance(answer, NotFound):
                raise answer
        return found

    async def one(self, ref: Ref) -> Found:
        """Raises GatewayError."""
        return await self._api.get(address(ref), partial(self._found, ref=ref), route=ONE)

    async def end(self, found: Found, attempt: Attempt, sent: Iterable[Ref], *, doubt: bool) -> Arrival[Found]:
        """Ends it; `sent` are those that this write has asked the vendor to end, this one included. Raises
        GatewayError where nothing was done."""
        ref = found.subscription.ref
        told = [one.encode() for one in sent]

        async def ask(at: Found, answers: int) -> Found | None:
            body = subscription_ended(at.raw)
            return await self._api.send(
                "PATCH",
                address(ref),
                # Accepted with 202, it comes empty: the subscription has to be asked.
                lambda answer: None if answer is None else self._found(answer, ref),
                route=ONE,
                request_id=request_id(attempt.id, body, answers),
                json=body,
                headers=if_match(subscription_tag(at.raw)),
                sending=attempt.sending(step="subscriptions", sent=told),
            )

        return await lead(attempt, found, lambda at: at.ended, partial(self.one, ref), ask, doubt=doubt)

    def _found(self, body: Any, ref: Ref) -> Found:
        read = subscription(Row(body, "subscription"), self._account, ref.parts[0])
        if read.ref != ref or not isinstance(body, dict):
            raise VendorBadAnswer("The vendor answered with another subscription.")
        return Found(body, read)


def address(ref: Ref) -> tuple[str, ...]:
    customer, number = ref.parts
    return ("customers", customer, "subscriptions", number)
