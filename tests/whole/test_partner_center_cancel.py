"""Cancelling at Partner Center from end to end: a mutation in, JSON out, the vendor's calls counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.sandbox.control import Fault
from gateway.sandbox.partner_center import PartnerCenter
from gateway.vendors.partner_center import arrival
from tests.whole.harness import Whole, whole

CART = "mutation($cart: CreateCartInput!) { createCart(input: $cart) { cart { id } } }"
CHECKOUT = """
mutation($cart: CheckoutCartInput!) { checkoutCart(input: $cart) { orders { id number lines { id } } } }
"""
CANCEL = """
mutation($input: CancelOrderInput!) {
  cancelOrder(input: $input) {
    order { number status lines { quantity } actions { kind possible reason } }
    deletedOrderId
    subscriptions { number status quantity order { number } }
    outcome { state replayed searched candidates { __typename id } }
    userErrors { code field message vendorCode }
  }
}
"""
FEW = """
mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { outcome { state replayed } userErrors { code } } }
"""
PREMIUM, PHONE = "CFQ7TT000001:0002:CFQ7TT00000Z", "CFQ7TT000007:0001:CFQ7TT00007Q"
SERVER, CAL = "DG7GMGF0D5RK:0005:DG7GMGF0D6BC", "DG7GMGF0D515:0001:DG7GMGF0D6M8"
READ, PATCH = "GET /v1/customers/*/orders/*", "PATCH /v1/customers/*/orders/*"
READ_ONE, LISTED = "GET /v1/customers/*/subscriptions/*", "GET /v1/customers/*/subscriptions"
END = "PATCH /v1/customers/*/subscriptions/*"


@dataclass
class Desk:
    gateway: Whole

    @property
    def emulator(self) -> PartnerCenter:
        emulator = self.gateway.sandbox.desks["partner_center"].emulator
        assert isinstance(emulator, PartnerCenter)
        return emulator

    async def ordered(self, *items: str) -> dict[str, Any]:
        """An order of these items, placed and completed."""
        self.emulator.settings.provisioning_seconds = 0
        customer = next(one.id for one in self.emulator.world.customers.values() if one.country == "DE")
        once = {"billingCycle": "ONE_TIME"} if SERVER in items else {"billingCycle": "MONTHLY", "termDuration": "P1Y"}
        lines = [{"catalogItemId": item, "quantity": 3, **once} for item in items]
        cart = {"accountName": "contoso", "customerKey": customer, "lines": lines}
        made = (await self.gateway.data(CART, cart=cart))["createCart"]["cart"]
        (order,) = (await self.gateway.data(CHECKOUT, cart={"cartId": made["id"]}))["checkoutCart"]["orders"]
        assert self.emulator.orders()  # asking moves the clock's work on: the order is completed
        self.gateway.forget()
        known: dict[str, Any] = order
        return known

    async def cancel(self, order: dict[str, Any], query: str = CANCEL, **more: Any) -> dict[str, Any]:
        given = {"orderId": order["id"], "idempotencyKey": "k", **more}
        answer: dict[str, Any] = (await self.gateway.data(query, input=given))["cancelOrder"]
        return answer

    def fault(self, kind: str, **more: Any) -> Fault:
        return self.gateway.sandbox.desks["partner_center"].add(Fault(kind, **more))

    def calls(self) -> dict[str, int]:
        return dict(self.gateway.calls("partner_center"))


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(arrival, "WAITS", (0.02, 0.04))
    async with whole(size=0.1) as gateway:
        yield Desk(gateway)


async def test_software_is_cancelled_by_the_order_and_told_again(desk: Desk) -> None:
    order = await desk.ordered(SERVER, CAL)
    answer = await desk.cancel(order)
    assert answer["outcome"] == {"state": "DONE", "replayed": False, "searched": None, "candidates": []}
    assert (answer["order"]["status"], answer["subscriptions"], answer["deletedOrderId"]) == ("CANCELLED", [], None)
    assert (answer["userErrors"], [line["quantity"] for line in answer["order"]["lines"]]) == ([], [3, 3])
    (action,) = [one for one in answer["order"]["actions"] if one["kind"] == "CANCEL"]
    assert not action["possible"]
    assert desk.calls() == {READ: 2, READ_ONE: 2, PATCH: 1}
    desk.gateway.forget()
    again = await desk.cancel(order, FEW)
    assert again == {"outcome": {"state": "DONE", "replayed": True}, "userErrors": []}
    assert desk.calls() == {}


async def test_one_line_of_software_is_cancelled(desk: Desk) -> None:
    order = await desk.ordered(SERVER, CAL)
    answer = await desk.cancel(order, lineIds=[order["lines"][1]["id"]])
    assert (answer["order"]["status"], [line["quantity"] for line in answer["order"]["lines"]]) == ("COMPLETED", [3, 0])
    strange = await desk.ordered(SERVER)
    other = await desk.cancel(order, lineIds=[order["lines"][0]["id"], strange["lines"][0]["id"]], idempotencyKey="2")
    assert [(error["code"], error["field"]) for error in other["userErrors"]] == [("NOT_FOUND", ["lineIds", "1"])]
    assert desk.calls() == {}


async def test_new_commerce_takes_consent_and_then_ends_what_the_order_began(desk: Desk) -> None:
    order = await desk.ordered(PREMIUM, PHONE)
    answer = await desk.cancel(order)
    (error,) = answer["userErrors"]
    assert (error["code"], error["field"]) == ("CONSENT_REQUIRED", ["allowSubscriptionCancellation"])
    assert "Microsoft 365 Business Premium (3), Microsoft Teams Phone Standard (3)" in error["message"]
    assert (answer["outcome"]["state"], answer["order"]) == ("REFUSED", None)
    assert desk.calls() == {READ: 1, READ_ONE: 2}
    desk.gateway.forget()
    allowed = await desk.cancel(order, allowSubscriptionCancellation=True)
    assert (allowed["outcome"]["state"], allowed["userErrors"]) == ("DONE", [])
    assert [(one["status"], one["quantity"], one["order"]["number"]) for one in allowed["subscriptions"]] == [
        ("TERMINATED", 3, order["number"])
    ] * 2
    assert allowed["order"]["status"] == "CANCELLED"
    # The subscriptions are shown as the vendor answered them: only the order is read anew.
    assert desk.calls() == {READ: 2, READ_ONE: 2, END: 2}


@pytest.mark.slow
async def test_a_lost_answer_is_found_and_a_vendor_that_stays_down_told_as_unknown(desk: Desk) -> None:
    order = await desk.ordered(PREMIUM)
    desk.fault("lost", method="PATCH")
    down = desk.fault("error", method="GET", path="/subscriptions/", status=503, times=None, skip=1)
    unknown = await desk.cancel(order, FEW, allowSubscriptionCancellation=True)
    assert unknown == {"outcome": {"state": "UNKNOWN", "replayed": False}, "userErrors": []}
    desk.gateway.sandbox.desks["partner_center"].faults.remove(down)
    found = await desk.cancel(order, allowSubscriptionCancellation=True)
    assert (found["outcome"]["state"], found["outcome"]["replayed"]) == ("DONE", True)
    assert [one["status"] for one in found["subscriptions"]] == ["TERMINATED"]
    assert desk.calls()[END] == 1


async def test_what_is_accepted_and_not_done_yet_is_named(desk: Desk) -> None:
    order = await desk.ordered(PREMIUM)
    desk.emulator.settings.patch_subscription_status = 202
    desk.emulator.settings.provisioning_seconds = 3600
    answer = await desk.cancel(order, allowSubscriptionCancellation=True)
    assert (answer["outcome"]["state"], answer["outcome"]["searched"]) == ("UNKNOWN", "the order's subscriptions")
    assert [one["__typename"] for one in answer["outcome"]["candidates"]] == ["ProductSubscription"]
    assert answer["order"]["status"] == "COMPLETED"


async def test_a_reason_has_no_place_here(desk: Desk) -> None:
    order = await desk.ordered(SERVER)
    answer = await desk.cancel(order, reason={"message": "Too dear."}, allowDelete=True)
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("NOT_ALLOWED_HERE", ["reason"])]
    assert desk.calls() == {}
