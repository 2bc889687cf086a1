"""Sellercloud's purchase orders through the graph: a mutation in, JSON out, vendor calls counted, keys repeated."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from gateway.model.ref import Kind, Ref
from gateway.sandbox.control import Fault
from gateway.sandbox.sellercloud.records import PurchaseOrder
from gateway.vendors.sellercloud import blocks_done, creation, deletion
from tests.whole.harness import Whole, codes, whole

POST = "POST /rest/api/PurchaseOrders"
LIST = "GET /rest/api/PurchaseOrders"
DETAIL = "GET /rest/api/PurchaseOrders/*"
ITEMS = "/rest/api/PurchaseOrders/*/Items"

OUTCOME = """outcome { state idempotencyKey replayed searched candidates { id } }
  userErrors { code message field vendorCode }"""
CREATE = """mutation ($input: CreatePurchaseOrderInput!) { createPurchaseOrder(input: $input) { order { %s } %s } }"""
UPDATE = """mutation ($input: UpdateOrderInput!) { updateOrder(input: $input) { order { %s } %s } }"""
CANCEL = """mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) {
  order { id } deletedOrderId subscriptions { id } %s } }""".replace("%s", OUTCOME)
BRIEF = "id number"
ROW = """id number status title type total { amount currency } lines { id item { key } quantity unitPrice { amount } }
  actions { kind possible reason }"""
DEEP = """number notes currency details { ... on SellercloudOrderDetails { caseQtyMode paymentTermId } }
  lines { details { ... on SellercloudLineDetails {
    qtyCasesOrdered qtyUnitsPerCase casePrice { amount currency } } } }"""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (creation, blocks_done, deletion):
        monkeypatch.setattr(module, "PAUSES", (0, 0.01, 0.02, 0.04))


def orders(gateway: Whole) -> dict[int, PurchaseOrder]:
    emulator: Any = gateway.sandbox.desks["sellercloud"].emulator
    known: dict[int, PurchaseOrder] = emulator.tenant.orders
    return known


def units(**more: object) -> dict[str, object]:
    line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 48, "unitPrice": "3.25"}
    return {"companyId": 163, "vendorId": 812, "description": "Spring", "lines": {"units": [line]}, **more}


async def create(
    gateway: Whole, order: dict[str, object], selection: str = ROW, key: str | None = "k"
) -> dict[str, Any]:
    given = {"accountName": "acme", "idempotencyKey": key, "vendor": {"sellercloud": order}}
    data = await gateway.data(CREATE % (selection, OUTCOME), input=given)
    payload: dict[str, Any] = data["createPurchaseOrder"]
    return payload


async def update(
    gateway: Whole, id_: str, change: dict[str, object], selection: str = ROW, key: str = "u"
) -> dict[str, Any]:
    given = {"orderId": id_, "idempotencyKey": key, "vendor": {"sellercloud": change}}
    payload: dict[str, Any] = (await gateway.data(UPDATE % (selection, OUTCOME), input=given))["updateOrder"]
    return payload


async def cancel(gateway: Whole, id_: str, **more: object) -> dict[str, Any]:
    payload: dict[str, Any] = (await gateway.data(CANCEL, input={"orderId": id_, **more}))["cancelOrder"]
    return payload


async def test_an_order_is_created_shown_and_told_again_for_another_selection() -> None:
    async with whole(size=0.1) as gateway:
        before = set(orders(gateway))
        payload = await create(gateway, units(defaultWarehouseId=7, vendorNote="Dock 3", paymentTermId=4))
        assert payload["userErrors"] == []
        assert payload["outcome"] == {
            "state": "DONE",
            "idempotencyKey": "k",
            "replayed": False,
            "searched": None,
            "candidates": [],
        }
        (number,) = set(orders(gateway)) - before
        order = payload["order"]
        assert (order["number"], order["status"], order["title"]) == (str(number), "DRAFT", "Spring")
        assert order["total"] == {"amount": "156.0", "currency": None}
        assert [(one["item"]["key"], one["quantity"], one["unitPrice"]["amount"]) for one in order["lines"]] == [
            ("MUG-11OZ", 48, "3.25")
        ]
        assert gateway.calls("sellercloud") == Counter({POST: 1, LIST: 1})
        gateway.forget()
        again = await create(
            gateway, units(defaultWarehouseId=7, vendorNote="Dock 3", paymentTermId=4), "number notes currency"
        )
        assert again["outcome"]["replayed"]
        assert again["order"] == {"number": str(number), "notes": "Dock 3", "currency": "USD"}
        assert gateway.calls("sellercloud") == Counter({LIST: 1, DETAIL: 1})


async def test_an_order_by_cases_reads_back_as_it_was_sent() -> None:
    async with whole(size=0.1) as gateway:
        line = {"productId": "MUG-11OZ", "qtyCasesOrdered": 10, "qtyUnitsPerCase": 24, "casePrice": "70.5"}
        order = units(lines={"cases": [line]}, poType="CREDIT_MEMO", paymentTermId=4)
        payload = await create(gateway, order, "type " + DEEP)
        assert payload["order"]["type"] == "CREDIT_MEMO"
        assert payload["order"]["details"] == {"caseQtyMode": True, "paymentTermId": 4}
        assert [one["details"] for one in payload["order"]["lines"]] == [
            {"qtyCasesOrdered": 10, "qtyUnitsPerCase": 24, "casePrice": {"amount": "70.5", "currency": "USD"}}
        ]
        assert gateway.calls("sellercloud") == Counter({POST: 1, LIST: 1, DETAIL: 1})


async def test_mistakes_are_told_with_their_paths_before_any_call() -> None:
    async with whole(size=0.1) as gateway:
        line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 0, "unitPrice": "-1"}
        payload = await create(gateway, units(lines={"units": [line]}, shippingAddress={"country": "Germany"}))
        assert payload["order"] is None
        assert payload["outcome"]["state"] == "REFUSED"
        assert [(error["code"], error["field"][2:]) for error in payload["userErrors"]] == [
            ("INVALID", ["lines", "units", "0", "qtyUnitsOrdered"]),
            ("INVALID", ["lines", "units", "0", "unitPrice"]),
            ("INVALID", ["shippingAddress", "country"]),
        ]
        assert all(error["field"][:2] == ["vendor", "sellercloud"] for error in payload["userErrors"])
        assert gateway.all_calls() == 0


@pytest.mark.parametrize("lines", [{}, {"units": [], "cases": []}, {"units": None}], ids=["none", "both", "null"])
async def test_lines_are_by_units_or_by_cases(lines: dict[str, object]) -> None:
    async with whole(size=0.1) as gateway:
        given = {"accountName": "acme", "vendor": {"sellercloud": units(lines=lines)}}
        answer = await gateway.query(CREATE % (BRIEF, OUTCOME), input=given)
        assert codes(answer) == ["BAD_USER_INPUT"]
        assert gateway.all_calls() == 0


async def test_a_lost_answer_is_found_and_the_order_made_once() -> None:
    async with whole(size=0.1) as gateway:
        before = set(orders(gateway))
        gateway.sandbox.desks["sellercloud"].add(Fault("lost", "POST", "PurchaseOrders$"))
        payload = await create(gateway, units())
        (number,) = set(orders(gateway)) - before
        assert (payload["outcome"]["state"], payload["order"]["number"]) == ("DONE", str(number))
        assert gateway.calls("sellercloud") == Counter({POST: 1, LIST: 1, f"GET {ITEMS}": 1})


async def test_an_order_that_cannot_be_found_is_unknown_and_says_where_was_searched() -> None:
    async with whole(size=0.1) as gateway:
        gateway.sandbox.desks["sellercloud"].add(Fault("drop", "POST", "PurchaseOrders$"))
        payload = await create(gateway, units())
        assert payload["order"] is None
        assert payload["userErrors"] == []
        assert payload["outcome"]["state"] == "UNKNOWN"
        assert "purchase orders of the company" in payload["outcome"]["searched"]
        assert (await create(gateway, units()))["outcome"]["state"] == "UNKNOWN"
        assert gateway.calls("sellercloud")[POST] == 1


async def test_an_order_is_changed_and_shown_as_it_is_then() -> None:
    async with whole(size=0.1) as gateway:
        order = (await create(gateway, units()))["order"]
        gateway.forget()
        change: dict[str, object] = {
            "description": "Summer",
            "addLines": {"units": [{"productId": "BOWL-WHT", "qtyUnitsOrdered": 5, "unitPrice": "4.1"}]},
            "setLines": [{"lineId": order["lines"][0]["id"], "qtyUnitsOrdered": 50}],
        }
        payload = await update(gateway, order["id"], change)
        assert payload["outcome"]["state"] == "DONE"
        changed = payload["order"]
        assert changed["title"] == "Summer"
        assert [(one["item"]["key"], one["quantity"]) for one in changed["lines"]] == [
            ("MUG-11OZ", 50),
            ("BOWL-WHT", 5),
        ]
        assert gateway.calls("sellercloud") == Counter(
            {DETAIL.replace("GET", "PUT"): 1, f"POST {ITEMS}": 1, f"PUT {ITEMS}": 1, f"GET {ITEMS}": 2, LIST: 2}
        )
        gateway.forget()
        remove: dict[str, object] = {"removeLineIds": [changed["lines"][1]["id"]]}
        assert len((await update(gateway, order["id"], remove, key="r"))["order"]["lines"]) == 1
        again = await update(gateway, order["id"], remove, BRIEF, "r")
        assert again["outcome"]["replayed"]
        assert gateway.calls("sellercloud")[f"DELETE {ITEMS}"] == 1


async def test_null_clears_nothing_and_says_so() -> None:
    async with whole(size=0.1) as gateway:
        id_ = (await create(gateway, units(), BRIEF))["order"]["id"]
        gateway.forget()
        payload = await update(gateway, id_, {"description": None, "invoice": {"invoiceNumber": None}})
        assert [(error["code"], error["field"][2:]) for error in payload["userErrors"]] == [
            ("INVALID", ["description"]),
            ("INVALID", ["invoice", "invoiceNumber"]),
        ]
        assert gateway.all_calls() == 0


async def test_a_change_that_fails_on_its_way_says_what_was_done() -> None:
    async with whole(size=0.1) as gateway:
        gateway.sandbox.desks["sellercloud"].emulator.settings.vendor_invoices_workflow = True
        id_ = (await create(gateway, units(), BRIEF))["order"]["id"]
        payload = await update(gateway, id_, {"description": "Summer", "invoice": {"invoiceNumber": "7"}}, "title")
        assert payload["outcome"]["state"] == "PARTLY_DONE"
        assert payload["order"] == {"title": "Summer"}
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == ("VENDOR_REFUSED", ["vendor", "sellercloud", "invoice"])
        assert error["message"].startswith("Done: header. Not done: invoice.")


async def test_another_account_s_line_and_another_vendor_s_words_are_named() -> None:
    async with whole(size=0.1) as gateway:
        id_ = (await create(gateway, units(), BRIEF))["order"]["id"]
        stranger = Ref.of("contoso", Kind.LINE, "a", "b", "1").encode()
        payload = await update(gateway, id_, {"removeLineIds": [stranger]})
        assert [error["field"] for error in payload["userErrors"]] == [["vendor", "sellercloud", "removeLineIds", "0"]]
        given = {"orderId": id_, "vendor": {"softwareone": {"notes": "x"}}}
        other = (await gateway.data(UPDATE % (BRIEF, OUTCOME), input=given))["updateOrder"]
        assert [(e["code"], e["field"]) for e in other["userErrors"]] == [
            ("NOT_ALLOWED_HERE", ["vendor", "softwareone"])
        ]


async def test_cancelling_deletes_with_consent_alone() -> None:
    async with whole(size=0.1) as gateway:
        payload = await create(gateway, units())
        id_ = payload["order"]["id"]
        actions = {one["kind"]: one for one in payload["order"]["actions"]}
        assert actions["CANCEL"]["possible"]
        assert "allowDelete" in actions["CANCEL"]["reason"]
        gateway.forget()
        asked = await cancel(gateway, id_)
        assert [(e["code"], e["field"]) for e in asked["userErrors"]] == [("CONSENT_REQUIRED", ["allowDelete"])]
        assert gateway.all_calls() == 0
        gone = await cancel(gateway, id_, allowDelete=True, idempotencyKey="c")
        assert (gone["outcome"]["state"], gone["deletedOrderId"], gone["order"]) == ("DONE", id_, None)
        assert gateway.calls("sellercloud") == Counter({LIST: 1, DETAIL.replace("GET", "DELETE"): 1})
        again = await cancel(gateway, id_, allowDelete=True, idempotencyKey="c")
        assert (again["outcome"]["replayed"], again["deletedOrderId"]) == (True, id_)


@pytest.mark.parametrize(
    ("mutation", "says"),
    [
        ('createCart(input: {accountName: "acme", customerKey: "163", lines: []})', "createPurchaseOrder"),
        ('submitOrder(input: {orderId: "%s"})', "screen"),
        ('addAttachments(input: {parentId: "%s", files: [{kind: FILE, licenseKey: "x"}]})', "screen"),
    ],
    ids=["cart", "submit", "attachments"],
)
async def test_what_sellercloud_has_no_call_for_says_what_to_do_instead(mutation: str, says: str) -> None:
    async with whole(size=0.1) as gateway:
        id_ = Ref.of("acme", Kind.ORDER, "10001").encode()
        name = mutation.partition("(")[0]
        mutation = mutation.replace("%s", id_)
        answer = await gateway.data(
            f"mutation {{ {mutation} {{ outcome {{ state }} userErrors {{ code message }} }} }}"
        )
        (error,) = answer[name]["userErrors"]
        assert error["code"] == "UNSUPPORTED"
        assert says in error["message"]
        assert gateway.all_calls() == 0
