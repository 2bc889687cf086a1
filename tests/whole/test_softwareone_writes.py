"""SoftwareOne's orders through the graph: a mutation in, JSON out, vendor calls counted, keys repeated."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.sandbox.control import Fault
from gateway.vendors.softwareone import calls
from tests.whole.harness import VENDORS, Whole, codes, whole

ORDERS = "/public/v1/commerce/orders"
POST, LIST, PUT = f"POST {ORDERS}", f"GET {ORDERS}", f"PUT {ORDERS}/*"
PROCESS, FAIL, DELETE = f"POST {ORDERS}/*/process", f"POST {ORDERS}/*/fail", f"DELETE {ORDERS}/*"
OUTCOME = """outcome { state idempotencyKey replayed searched candidates { id } }
  userErrors { code message field vendorCode }"""
CREATE = "mutation ($input: CreatePurchaseOrderInput!) { createPurchaseOrder(input: $input) { order { %s } %s } }"
UPDATE = "mutation ($input: UpdateOrderInput!) { updateOrder(input: $input) { order { %s } %s } }"
SUBMIT = "mutation ($input: SubmitOrderInput!) { submitOrder(input: $input) { order { %s } %s } }"
CANCEL = "mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { order { %s } deletedOrderId %s } }"
CART = f"mutation ($input: CreateCartInput!) {{ createCart(input: $input) {{ cart {{ id }} {OUTCOME} }} }}"
BRIEF = "id number status"
ROW = """id number status type vendorStatus notes externalReferences { system value } agreement { id status }
  lines { id item { key } quantity } customer { key } actions { kind possible reason }"""
DEEP = """number details { ... on SoftwareOneOrderDetails {
  orderingParameters { externalId value error { code message } } } }"""
LISTED = """{ orders(first: 50, filter: {accountNames: ["marketplace"]}) {
  nodes { status actions { kind possible reason } } } }"""
VALUES = {
    "companyName": "Brightwater",
    "tenantDomain": "brightwater",
    "adminEmail": "it@brightwater.example",
    "region": "eu-west",
}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PAUSES", (0.01, 0.02))


def state(gateway: Whole) -> Any:
    emulator: Any = gateway.sandbox.desks["softwareone"].emulator
    return emulator.state


def fault(gateway: Whole, kind: str, **more: Any) -> None:
    gateway.sandbox.desks["softwareone"].add(Fault(kind, **more))


def parameters(**values: object) -> list[dict[str, object]]:
    return [{"externalId": name, "value": value} for name, value in values.items()]


def purchase(gateway: Whole, **more: object) -> dict[str, Any]:
    """A purchase that is good to be placed."""
    rows = state(gateway)
    product = next(row for row in rows["products"].values() if row["name"] == "Lumera Cloud Suite")
    item = next(
        row
        for row in rows["items"].values()
        if row["product"]["id"] == product["id"] and row["terms"]["period"] == "1m"
    )
    emulator: Any = gateway.sandbox.desks["softwareone"].emulator
    caller = next(one for one in emulator.callers.values() if one.actor == "client")
    licensee = next(
        row
        for row in rows["licensees"].values()
        if row["account"]["id"] == caller.account and row["status"] == "Active"
    )
    return {
        "licenseeId": licensee["id"],
        "productId": product["id"],
        "orderingParameters": parameters(**VALUES),
        "lines": [{"itemId": item["id"], "quantity": 12}],
        **more,
    }


async def create(
    gateway: Whole, order: dict[str, Any], selection: str = BRIEF, key: str | None = "k", account: str = "marketplace"
) -> dict[str, Any]:
    given = {"accountName": account, "idempotencyKey": key, "vendor": {"softwareone": order}}
    payload: dict[str, Any] = (await gateway.data(CREATE % (selection, OUTCOME), input=given))["createPurchaseOrder"]
    return payload


async def update(gateway: Whole, order_id: str, selection: str = BRIEF, **changes: object) -> dict[str, Any]:
    given = {"orderId": order_id, "vendor": {"softwareone": changes}}
    payload: dict[str, Any] = (await gateway.data(UPDATE % (selection, OUTCOME), input=given))["updateOrder"]
    return payload


async def submit(gateway: Whole, order_id: str, selection: str = BRIEF, **more: object) -> dict[str, Any]:
    given = {"orderId": order_id, **more}
    payload: dict[str, Any] = (await gateway.data(SUBMIT % (selection, OUTCOME), input=given))["submitOrder"]
    return payload


async def cancel(gateway: Whole, order_id: str, selection: str = BRIEF, **more: object) -> dict[str, Any]:
    given = {"orderId": order_id, **more}
    payload: dict[str, Any] = (await gateway.data(CANCEL % (selection, OUTCOME), input=given))["cancelOrder"]
    return payload


def mistakes(payload: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


async def test_a_purchase_is_made_once_and_told_again_for_another_selection() -> None:
    async with whole(0.1) as gateway:
        given = {"purchase": purchase(gateway, notes="Seats", externalId="PO-88121")}
        first = await create(gateway, given, ROW)
        assert first["outcome"] == {
            "state": "DONE",
            "idempotencyKey": "k",
            "replayed": False,
            "searched": None,
            "candidates": [],
        }
        order = first["order"]
        assert (order["type"], order["status"], order["vendorStatus"]) == ("PURCHASE", "DRAFT", "Draft")
        assert (order["notes"], order["customer"]["key"]) == ("Seats", given["purchase"]["licenseeId"])
        assert order["externalReferences"] == [{"system": "client", "value": "PO-88121"}]
        assert [(line["item"]["key"], line["quantity"]) for line in order["lines"]] == [
            (given["purchase"]["lines"][0]["itemId"], 12)
        ]
        assert {one["kind"]: one["possible"] for one in order["actions"]} == {
            "UPDATE": True,
            "SUBMIT": True,
            "CANCEL": True,
            "ADD_ATTACHMENTS": False,
        }
        assert gateway.calls("softwareone") == {LIST: 2, POST: 1}
        gateway.forget()
        second = await create(gateway, given, DEEP)
        assert second["outcome"]["replayed"] is True
        assert second["order"]["number"] == order["number"]
        shown = second["order"]["details"]["orderingParameters"]
        assert {one["externalId"]: one["value"] for one in shown if one["value"]} == VALUES
        assert gateway.calls("softwareone") == {LIST: 1}
        gateway.forget()
        bare = CREATE.replace("order { %s } %s", "outcome { replayed }")
        again = {"accountName": "marketplace", "idempotencyKey": "k", "vendor": {"softwareone": given}}
        told = await gateway.data(bare, input=again)
        assert told == {"createPurchaseOrder": {"outcome": {"replayed": True}}}
        assert gateway.calls("softwareone") == {}


async def test_a_key_with_another_input_is_a_conflict() -> None:
    async with whole(0.1) as gateway:
        await create(gateway, {"purchase": purchase(gateway)})
        gateway.forget()
        other = await create(gateway, {"purchase": purchase(gateway, notes="other")})
        assert mistakes(other) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]
        assert gateway.calls("softwareone") == {}


async def test_an_orders_whole_life_by_its_customer() -> None:
    async with whole(0.1) as gateway:
        made = await create(
            gateway, {"purchase": purchase(gateway, orderingParameters=parameters(companyName="B"))}, ROW
        )
        order_id, line = made["order"]["id"], made["order"]["lines"][0]["id"]
        changed = await update(
            gateway, order_id, ROW, notes="More", lines=[{"lineId": line, "quantity": 20}], externalId="PO-1"
        )
        assert (changed["order"]["notes"], changed["order"]["lines"][0]["quantity"]) == ("More", 20)
        gateway.forget()
        placed = await submit(gateway, order_id, f"status {DEEP}")
        assert placed["outcome"]["state"] == "DONE"
        assert placed["order"]["status"] == "ACTION_REQUIRED"
        shown = placed["order"]["details"]["orderingParameters"]
        assert "tenantDomain" in {one["externalId"] for one in shown if one["error"]}
        assert gateway.calls("softwareone") == {LIST: 2, PROCESS: 1}
        assert (await update(gateway, order_id, orderingParameters=parameters(**VALUES)))["userErrors"] == []
        assert (await submit(gateway, order_id))["order"]["status"] == "PROCESSING"
        refused = await cancel(gateway, order_id)
        assert mistakes(refused) == [("NOT_ALLOWED_HERE", ["orderId"])]
        assert refused["order"] is None


async def test_a_draft_is_cancelled_and_stays_readable() -> None:
    async with whole(0.1) as gateway:
        order = (await create(gateway, {"purchase": purchase(gateway)}))["order"]
        gateway.forget()
        gone = await cancel(gateway, order["id"])
        assert gone["order"] == {**order, "status": "DELETED"}
        assert gone["deletedOrderId"] is None
        assert gateway.calls("softwareone") == {LIST: 2, DELETE: 1}


AGREEMENTS = """{ agreements(first: 50, filter: {accountNames: ["marketplace"], statuses: [ACTIVE]}) { nodes { id number
  lines { id number status quantity subscription { id number status autoRenew } } } } }"""


async def agreement(gateway: Whole) -> tuple[dict[str, Any], dict[str, Any]]:
    """An active agreement and a live line of it."""
    data = await gateway.data(AGREEMENTS)
    for node in data["agreements"]["nodes"]:
        for line in node["lines"] or ():
            if line["status"] == "ACTIVE" and line["subscription"] and line["subscription"]["status"] == "ACTIVE":
                return node, line
    raise AssertionError("the sandbox's year has no active agreement")


async def test_ids_that_the_graph_gave_name_lines_and_subscriptions_of_an_agreement() -> None:
    async with whole(0.3) as gateway:
        held, line = await agreement(gateway)
        change = {"agreementId": held["id"], "lines": [{"lineId": line["id"], "quantity": line["quantity"] + 5}]}
        made = await create(gateway, {"change": change}, ROW, "change")
        assert made["userErrors"] == []
        assert (made["order"]["type"], made["order"]["agreement"]["id"]) == ("CHANGE", held["id"])
        (ordered,) = made["order"]["lines"]
        assert ordered["quantity"] == line["quantity"] + 5
        assert ordered["id"] != line["id"]
        again = {"agreementId": held["id"], "lines": [{"lineId": ordered["id"], "quantity": 1}]}
        assert (await create(gateway, {"change": again}, ROW, "again"))["order"]["lines"][0]["quantity"] == 1
        subscription = line["subscription"]["id"]
        end = {"agreementId": held["id"], "subscriptionIds": [subscription]}
        ended = await create(gateway, {"termination": end}, ROW, "end")
        assert {row["quantity"] for row in ended["order"]["lines"]} == {0}
        switch = {"agreementId": held["id"], "subscriptions": [{"subscriptionId": subscription, "autoRenew": False}]}
        switched = await create(gateway, {"configuration": switch}, "type subscriptions { id autoRenew }", "switch")
        assert switched["order"] == {
            "type": "CONFIGURATION",
            "subscriptions": [{"id": subscription, "autoRenew": False}],
        }


async def test_all_broken_rules_are_told_with_the_paths_of_the_input_and_cost_no_call() -> None:
    async with whole(0.1) as gateway:
        bad = purchase(
            gateway,
            licenseeId="",
            lines=[{"itemId": "ITM-1", "quantity": 0}],
            orderingParameters=[{"key": "a", "externalId": "b", "value": 1}],
        )
        payload = await create(gateway, {"purchase": bad})
        at = ["vendor", "softwareone", "purchase"]
        assert mistakes(payload) == [
            ("REQUIRED", [*at, "licenseeId"]),
            ("INVALID", [*at, "lines", "0", "quantity"]),
            ("INVALID", [*at, "orderingParameters", "0"]),
        ]
        assert payload["outcome"]["state"] == "REFUSED"
        assert gateway.calls("softwareone") == {}


async def test_a_refusal_of_the_vendors_is_told_at_its_place_with_its_code() -> None:
    async with whole(0.1) as gateway:
        bad = purchase(gateway, lines=[*purchase(gateway)["lines"], {"itemId": "ITM-0", "quantity": 1}])
        payload = await create(gateway, {"purchase": bad})
        assert payload["userErrors"] == [
            {
                "code": "VENDOR_REFUSED",
                "message": "Item does not exist in the product of this order.",
                "field": ["vendor", "softwareone", "purchase", "lines", "1", "itemId"],
                "vendorCode": "MPTCOM03-0001",
            }
        ]


async def test_an_order_for_another_vendors_account_is_a_mistake() -> None:
    async with whole(0.1) as gateway:
        payload = await create(gateway, {"purchase": purchase(gateway)}, account="acme")
        assert mistakes(payload) == [("NOT_ALLOWED_HERE", ["vendor", "softwareone"])]
        assert gateway.all_calls() == 0


async def test_a_lost_answer_costs_one_search_which_also_shows_the_order() -> None:
    async with whole(0.1) as gateway:
        fault(gateway, "lost", method="POST", path="/commerce/orders$")
        payload = await create(gateway, {"purchase": purchase(gateway)}, ROW)
        assert payload["outcome"]["state"] == "DONE"
        assert payload["order"]["externalReferences"][0]["value"].startswith("og-")
        assert gateway.calls("softwareone") == {POST: 1, LIST: 1}


@pytest.mark.slow
async def test_two_orders_under_one_customer_number_that_may_be_either_keys_are_named_to_both() -> None:
    async with whole(0.1) as gateway:
        given = {"purchase": purchase(gateway, externalId="PO-1")}
        for key, kind in (("a", "drop"), ("b", "lost")):
            fault(gateway, kind, method="POST", path="/commerce/orders$")
            fault(gateway, "error", method="GET", path="/commerce/orders$", skip=1, times=3, status=500)
            assert (await create(gateway, given, key=key))["outcome"]["state"] == "UNKNOWN"
            gateway.sandbox.desks["softwareone"].clear()
        gateway.forget()
        for key in "ab":
            payload = await create(gateway, given, key=key)
            assert (payload["outcome"]["state"], payload["order"]) == ("UNKNOWN", None)
            assert "PO-1" in payload["outcome"]["searched"]
            assert len(payload["outcome"]["candidates"]) == 1
        assert POST not in gateway.calls("softwareone")


@pytest.mark.parametrize(
    "value", [None, "text", 7, 1.5, True, ["a", {"b": []}], {"date": "2026-09-01"}, {"deep": {"er": [1, None]}}]
)
async def test_a_parameters_value_is_any_json_and_comes_back_as_it_was(value: object) -> None:
    async with whole(0.1) as gateway:
        # The emulator takes any value where it keeps objects of the product's own.
        given = purchase(gateway)
        definitions = [one for one in state(gateway)["definitions"].values() if one["externalId"] == "region"]
        for one in definitions:
            one["type"] = "DataObject"
        given["orderingParameters"] = parameters(**{**VALUES, "region": value})
        payload = await create(gateway, {"purchase": given}, DEEP)
        shown = payload["order"]["details"]["orderingParameters"]
        assert {one["externalId"]: one["value"] for one in shown}["region"] == value


async def test_a_value_nested_without_end_is_refused_and_breaks_nothing() -> None:
    async with whole(0.1) as gateway:
        nested: Any = 1
        for _ in range(300):
            nested = [{"a": nested}]
        given = {"purchase": purchase(gateway, orderingParameters=parameters(region=nested))}
        variables = {"accountName": "marketplace", "vendor": {"softwareone": given}}
        answer = await gateway.query(CREATE % (BRIEF, OUTCOME), input=variables)
        told = codes(answer) or mistakes(answer["data"]["createPurchaseOrder"])
        assert "INTERNAL" not in told
        assert gateway.calls("softwareone") == {}


@pytest.mark.parametrize("actor", ["vendor", "operations"])
async def test_a_vendor_and_operations_manage_placed_orders(actor: str) -> None:
    def as_actor(accounts: dict[str, dict[str, Any]]) -> None:
        tokens = gateway.sandbox.desks["softwareone"].emulator.credentials(VENDORS)["tokens"]
        accounts["marketplace"] |= {"token": tokens[actor], "actor": actor}

    async with whole(0.1) as gateway:
        placed = await create(gateway, {"purchase": purchase(gateway, placement="PROCESSING")})
        as_actor(gateway.document["accounts"])
        await gateway.fresh()
        order_id = placed["order"]["id"]
        refused = await create(gateway, {"purchase": purchase(gateway)}, key="other")
        assert mistakes(refused) == [("UNSUPPORTED", None)]
        changed = await update(gateway, order_id, "externalReferences { system value }", externalId="own")
        assert {"system": actor, "value": "own"} in changed["order"]["externalReferences"]
        assert mistakes(await cancel(gateway, order_id)) == [("REQUIRED", ["reason"])]
        gateway.forget()
        why = {"code": "E1", "message": "It cannot be done"}
        failed = await cancel(gateway, order_id, "status statusReason { code message }", reason=why)
        assert failed["order"] == {"status": "FAILED", "statusReason": why}
        assert gateway.calls("softwareone") == {LIST: 2, FAIL: 1}


async def test_a_change_by_the_wrong_login_says_who_can() -> None:
    async with whole(0.1) as gateway:
        order = (await create(gateway, {"purchase": purchase(gateway)}))["order"]
        gateway.forget()
        payload = await update(gateway, order["id"], templateId="TPL-1", error={"message": "no"})
        at = ["vendor", "softwareone"]
        assert mistakes(payload) == [("NOT_ALLOWED_HERE", [*at, "templateId"]), ("NOT_ALLOWED_HERE", [*at, "error"])]
        assert "vendor can" in payload["userErrors"][0]["message"]
        assert gateway.calls("softwareone") == {}


async def test_actions_cost_nothing_beside_the_list() -> None:
    async with whole(0.3) as gateway:
        listed = await gateway.data(LISTED)
        assert gateway.calls("softwareone") == {LIST: 1}
        by_status: dict[str, dict[str, bool]] = {}
        for node in listed["orders"]["nodes"]:
            by_status[node["status"]] = {one["kind"]: one["possible"] for one in node["actions"]}
            assert all(one["possible"] or one["reason"] for one in node["actions"])
        assert by_status["COMPLETED"] == {"UPDATE": True, "SUBMIT": False, "CANCEL": False, "ADD_ATTACHMENTS": False}


async def test_carts_are_refused_with_what_to_do_instead() -> None:
    async with whole(0.1) as gateway:
        given = {"accountName": "marketplace", "customerKey": "LCE-1", "lines": []}
        payload = (await gateway.data(CART, input=given))["createCart"]
        assert mistakes(payload) == [("UNSUPPORTED", None)]
        assert "purchase order" in payload["userErrors"][0]["message"]
        assert gateway.calls("softwareone") == {}
