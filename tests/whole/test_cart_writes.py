"""Carts through the graph: a mutation in, JSON out, vendor calls counted, keys repeated for another selection."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.sandbox.control import Fault
from gateway.vendors.partner_center import repeats
from tests.whole.harness import Whole, codes, whole

CREATED = "POST /v1/customers/*/carts"
READ = "GET /v1/customers/*/carts/*"
PUT = "PUT /v1/customers/*/carts/*"
CHECKOUT = "POST /v1/customers/*/carts/*/checkout"
ORDER = "GET /v1/customers/*/orders/*"
LIST = "GET /v1/customers/*/orders"

PREMIUM = "CFQ7TT000001:0002:CFQ7TT00000Z"
BASIC = "CFQ7TT000001:0001:CFQ7TT00001B"
GONE = "CFQ7TT000001:0002:GONE"
ACCESS = "DG7GMGF0D7FV:0001:DG7GMGF0XXXX"
CREDIT = "DG7GMGF0FKZV:0001:DG7GMGF0FLK9"

CREATE = """mutation ($input: CreateCartInput!) { createCart(input: $input) {
  cart { id number status readyForCheckout updatedAt customer { key }
    lines { lineId item { key } quantity friendlyName billingCycle participants { role partnerId }
      provisioningContext { key value } renewsTo { termDuration } error { code name } addonItems { lineId quantity } } }
  outcome { state idempotencyKey replayed searched candidates { id } }
  userErrors { code message field vendorCode } } }"""
UPDATE = """mutation ($input: UpdateCartInput!) { updateCart(input: $input) {
  cart { id readyForCheckout updatedAt lines { lineId quantity friendlyName } }
  outcome { state replayed } userErrors { code field } } }"""
OUT = """mutation ($input: CheckoutCartInput!) { checkoutCart(input: $input) {
  cart { id status } orders { id number status total { amount currency } lines { item { key } quantity } }
  checkedOut orderErrors { orderGroup code message lines { lineId item { key } } } additionalInformation
  outcome { state replayed } userErrors { code field vendorCode message } } }"""
OUT_BRIEFLY = """mutation ($input: CheckoutCartInput!) { checkoutCart(input: $input) {
  orders { number } outcome { state replayed } } }"""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "PAUSES", (0.02, 0.04, 0.08))


def customer(gateway: Whole, country: str = "DE") -> str:
    emulator: Any = gateway.sandbox.desks["partner_center"].emulator
    return next(str(one.id) for one in emulator.world.customers.values() if one.country == country)


def line(item: str = PREMIUM, quantity: int = 2, **more: object) -> dict[str, object]:
    once = item.startswith("DG7")
    plan = {"billingCycle": "ONE_TIME"} if once else {"billingCycle": "MONTHLY", "termDuration": "P1Y"}
    return {"catalogItemId": item, "quantity": quantity, **plan, **more}


async def create(gateway: Whole, *lines: dict[str, object], **more: object) -> dict[str, Any]:
    given = {"accountName": "contoso", "customerKey": customer(gateway), "lines": list(lines), **more}
    payload: dict[str, Any] = (await gateway.data(CREATE, input=given))["createCart"]
    return payload


async def update(gateway: Whole, cart: str, **more: object) -> dict[str, Any]:
    payload: dict[str, Any] = (await gateway.data(UPDATE, input={"cartId": cart, **more}))["updateCart"]
    return payload


async def check_out(gateway: Whole, cart: str, query: str = OUT, **more: object) -> dict[str, Any]:
    payload: dict[str, Any] = (await gateway.data(query, input={"cartId": cart, **more}))["checkoutCart"]
    return payload


async def test_a_cart_is_made_shown_and_repeated_at_the_price_of_one_call() -> None:
    async with whole(size=0.1) as gateway:
        lines = (
            line(
                friendlyName="Plant 1",
                participants=[{"role": "TRANSACTION_RESELLER", "partnerId": "5357000"}],
                renewsTo={"termDuration": "P1Y"},
                provisioningContext=[{"key": "note", "value": "x"}],
            ),
            line(GONE),
        )
        first = await create(gateway, *lines, idempotencyKey="k")
        assert gateway.calls("partner_center") == {CREATED: 1}
        cart = first["cart"]
        assert (cart["status"], cart["readyForCheckout"], cart["customer"]["key"]) == (
            "ACTIVE",
            False,
            customer(gateway),
        )
        good, faulty = cart["lines"]
        assert (good["friendlyName"], good["quantity"], good["billingCycle"]) == ("Plant 1", 2, "MONTHLY")
        assert good["participants"] == [{"role": "TRANSACTION_RESELLER", "partnerId": "5357000"}]
        assert (good["renewsTo"], good["error"]) == ({"termDuration": "P1Y"}, None)
        assert good["provisioningContext"] == [{"key": "note", "value": "x"}]
        assert faulty["error"] == {"code": 10001, "name": "CatalogItemIdIsNotValid"}
        outcome = {"state": "DONE", "idempotencyKey": "k", "replayed": False, "searched": None, "candidates": []}
        assert (first["outcome"], first["userErrors"]) == (outcome, [])

        again = await create(gateway, *lines, idempotencyKey="k")
        assert (again["cart"], again["outcome"]) == (cart, outcome | {"replayed": True})
        assert gateway.calls("partner_center") == {CREATED: 1, READ: 1}


async def test_what_breaks_a_rule_is_told_with_its_path_and_costs_no_call() -> None:
    async with whole(size=0.1) as gateway:
        payload = await create(gateway, line(quantity=0), line(billingCycle="UNKNOWN"), customerKey="nobody")
        assert payload["cart"] is None
        assert payload["outcome"]["state"] == "REFUSED"
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
            ("INVALID", ["customerKey"]),
            ("INVALID", ["lines", "0", "quantity"]),
            ("INVALID", ["lines", "1", "billingCycle"]),
        ]
        assert gateway.all_calls() == 0


async def test_the_vendor_s_no_is_told_in_its_own_words() -> None:
    async with whole(size=0.1) as gateway:
        payload = await create(gateway, line(), customerKey=customer(gateway, "FR"))
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"], error["vendorCode"]) == ("NOT_FOUND", ["customerKey"], "20002")
        assert error["message"] == "There is no relation to this customer."


async def test_a_cart_is_changed_line_by_line_in_two_calls() -> None:
    async with whole(size=0.1) as gateway:
        made = (await create(gateway, line(), line(GONE), line(BASIC)))["cart"]
        await asyncio.sleep(0.02)  # this cart's times have two digits of a second
        gateway.forget()
        change = {
            "expectedUpdatedAt": made["updatedAt"],
            "setLines": [{"lineId": 1, "catalogItemId": BASIC, "friendlyName": "mended"}, {"lineId": 0, "quantity": 5}],
            "addLines": [line(ACCESS, 1, friendlyName="added")],
            "removeLines": [2],
        }
        payload = await update(gateway, made["id"], **change)
        assert (payload["outcome"]["state"], payload["userErrors"]) == ("DONE", [])
        assert payload["cart"]["readyForCheckout"] is True
        assert [(one["quantity"], one["friendlyName"]) for one in payload["cart"]["lines"]] == [
            (5, None),
            (2, "mended"),
            (1, "added"),
        ]
        assert gateway.calls("partner_center") == {READ: 1, PUT: 1}
        stale = await update(gateway, made["id"], **change)
        assert stale["userErrors"] == [{"code": "STALE", "field": ["expectedUpdatedAt"]}]
        assert stale["cart"] is None
        assert gateway.calls("partner_center") == {READ: 2, PUT: 1}


async def test_null_clears_a_field_and_leaving_out_keeps_it() -> None:
    async with whole(size=0.1) as gateway:
        made = (await create(gateway, line(friendlyName="a"), line(BASIC, friendlyName="b")))["cart"]
        payload = await update(gateway, made["id"], setLines=[{"lineId": 0, "friendlyName": None}, {"lineId": 1}])
        assert [one["friendlyName"] for one in payload["cart"]["lines"]] == [None, "b"]
        refused = await update(gateway, made["id"], setLines=[{"lineId": 0, "quantity": None}])
        assert refused["userErrors"] == [{"code": "REQUIRED", "field": ["setLines", "0", "quantity"]}]


async def test_a_cart_is_checked_out_and_its_orders_shown_at_the_price_of_the_cart_and_two_calls() -> None:
    async with whole(size=0.1) as gateway:
        cart = (await create(gateway, line(), line(ACCESS, 3)))["cart"]
        gateway.forget()
        payload = await check_out(gateway, cart["id"], idempotencyKey="out")
        assert (payload["outcome"], payload["userErrors"]) == ({"state": "DONE", "replayed": False}, [])
        assert (payload["checkedOut"], payload["orderErrors"], payload["additionalInformation"]) == (True, [], [])
        assert payload["cart"] == {"id": cart["id"], "status": "ORDERED"}
        by_item = {order["lines"][0]["item"]["key"]: order for order in payload["orders"]}
        assert by_item[ACCESS]["status"] == "ACTION_REQUIRED"
        assert by_item[ACCESS]["total"] == {"amount": "477.0", "currency": "EUR"}
        assert by_item[PREMIUM]["status"] == "PROCESSING"
        # The cart before and after; the orders stand in the checkout's answer.
        assert gateway.calls("partner_center") == {READ: 2, CHECKOUT: 1}

        gateway.forget()
        again = await check_out(gateway, cart["id"], OUT_BRIEFLY, idempotencyKey="out")
        assert again["outcome"] == {"state": "DONE", "replayed": True}
        assert [one["number"] for one in again["orders"]] == [one["number"] for one in payload["orders"]]
        assert gateway.calls("partner_center") == {ORDER: 2}


async def test_a_group_that_failed_shows_its_lines_and_is_tried_again_by_another_key() -> None:
    async with whole(size=0.1) as gateway:
        cart = (await create(gateway, line(), line(CREDIT, 1)))["cart"]
        payload = await check_out(gateway, cart["id"])
        assert payload["outcome"]["state"] == "PARTLY_DONE"
        assert (payload["checkedOut"], payload["cart"]["status"], len(payload["orders"])) == (False, "ACTIVE", 1)
        (failed,) = payload["orderErrors"]
        assert (failed["code"], failed["lines"]) == (900121, [{"lineId": 1, "item": {"key": CREDIT}}])
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"], error["vendorCode"]) == ("CREDIT_LIMIT", ["cartId"], "900121")
        settings = gateway.sandbox.desks["partner_center"].emulator.settings
        settings.credit_limited = False
        again = await check_out(gateway, cart["id"])
        assert (again["outcome"]["state"], again["checkedOut"], again["userErrors"]) == ("DONE", True, [])
        assert {one["number"] for one in payload["orders"]} < {one["number"] for one in again["orders"]}
        assert len(again["orders"]) == 2


async def test_faulty_lines_are_not_checked_out() -> None:
    async with whole(size=0.1) as gateway:
        cart = (await create(gateway, line(), line(GONE)))["cart"]
        gateway.forget()
        payload = await check_out(gateway, cart["id"])
        assert payload["outcome"]["state"] == "REFUSED"
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("LINE_ERRORS", ["cartId"])]
        assert gateway.calls("partner_center") == {READ: 1}


async def test_new_orders_are_in_the_list_at_once_although_the_vendor_lists_them_later() -> None:
    async with whole(size=0.1) as gateway:
        settings = gateway.sandbox.desks["partner_center"].emulator.settings
        settings.list_lag_seconds = 900
        cart = (await create(gateway, line(), line(ACCESS)))["cart"]
        made = {one["number"] for one in (await check_out(gateway, cart["id"]))["orders"]}
        query = """query ($keys: [String!]) {
          orders(first: 2, filter: {accountNames: ["contoso"], customerKeys: $keys}) { nodes { number } } }"""
        gateway.forget()
        answer = await gateway.data(query, keys=[customer(gateway)])
        assert {one["number"] for one in answer["orders"]["nodes"]} == made
        assert gateway.calls("partner_center") == {LIST: 1, ORDER: 2}


async def test_a_lost_checkout_is_told_once_it_is_known() -> None:
    async with whole(size=0.1) as gateway:
        desk = gateway.sandbox.desks["partner_center"]
        emulator: Any = desk.emulator
        cart = (await create(gateway, line(), line(ACCESS)))["cart"]
        before = len(emulator.world.orders)
        fault = desk.add(Fault("lost", method="POST", path="/checkout$", times=None))
        query = """mutation ($input: CheckoutCartInput!) { checkoutCart(input: $input) { checkedOut orders { number }
          outcome { state replayed searched candidates { ... on Order { number } } } userErrors { code } } }"""
        payload = await check_out(gateway, cart["id"], query, idempotencyKey="out")
        made = {order.id for order in emulator.world.orders[before:]}
        assert (payload["outcome"]["state"], payload["orders"]) == ("UNKNOWN", [])
        assert {one["number"] for one in payload["outcome"]["candidates"]} == made
        assert payload["outcome"]["searched"]
        desk.faults.remove(fault)
        again = await check_out(gateway, cart["id"], query, idempotencyKey="out")
        assert (again["outcome"]["state"], again["checkedOut"], again["userErrors"]) == ("DONE", True, [])
        assert {one["number"] for one in again["orders"]} == made
        assert len(emulator.world.orders) == before + 2


async def test_a_held_cart_is_a_coded_error_that_may_be_tried_again_with_the_same_key() -> None:
    async with whole(size=0.1) as gateway:
        cart = (await create(gateway, line()))["cart"]
        gateway.sandbox.desks["partner_center"].emulator.settings.cart_held = 4
        answer = await gateway.query(OUT, input={"cartId": cart["id"], "idempotencyKey": "out"})
        assert codes(answer) == ["IN_PROGRESS"]
        extensions = answer["errors"][0]["extensions"]
        assert (extensions["retryable"], extensions["account"]) == (True, "contoso")
        assert answer["data"] == {"checkoutCart": None}
        assert (await check_out(gateway, cart["id"], idempotencyKey="out"))["outcome"]["state"] == "DONE"


async def test_an_order_tells_what_may_be_done_to_it() -> None:
    async with whole(size=0.1) as gateway:
        cart = (await create(gateway, line(ACCESS)))["cart"]
        (order,) = (await check_out(gateway, cart["id"]))["orders"]
        query = "query ($id: ID!) { order(id: $id) { actions { kind possible reason } } }"
        answer = await gateway.data(query, id=order["id"])
        actions = {one["kind"]: one for one in answer["order"]["actions"]}
        assert {kind: one["possible"] for kind, one in actions.items()} == {
            "UPDATE": False,
            "SUBMIT": False,
            "CANCEL": False,
            "ADD_ATTACHMENTS": True,
        }
        assert all(one["reason"] for one in actions.values())


async def test_carts_are_partner_center_s_alone() -> None:
    async with whole(size=0.1) as gateway:
        for account in ("acme", "marketplace"):
            payload = await create(gateway, line(), accountName=account)
            assert [error["code"] for error in payload["userErrors"]] == ["UNSUPPORTED"]
        assert gateway.all_calls() == 0
