"""Purchase order documents from end to end: a form in, JSON out, the vendor's calls counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.sandbox.control import Fault
from gateway.vendors.partner_center import attachment_writes
from tests.edge.upload_desk import PREFLIGHT, TYPE, file, form, operations, text
from tests.whole.harness import Whole, whole

ADD = """
mutation($input: AddAttachmentsInput!) {
  addAttachments(input: $input) {
    attachments { id number kind fileName sizeInKilobytes name contentType order { number } }
    order { status documents { state acceptsTender } attachments { number } }
    agreement { id }
    outcome { state replayed idempotencyKey searched candidates { id } }
    userErrors { code field message vendorCode }
  }
}
"""
FEW = """
mutation($input: AddAttachmentsInput!) {
  addAttachments(input: $input) { attachments { downloadUrl } outcome { state replayed } userErrors { code } }
}
"""
NONE = "mutation($input: AddAttachmentsInput!) { addAttachments(input: $input) { outcome { state } } }"
WAITING = """
query($customers: [String!], $documents: [DocumentState!]) {
  orders(first: 5, filter: {accountNames: ["contoso"], customerKeys: $customers, documents: $documents}) {
    nodes { id number numberScope documents { state } }
  }
}
"""
CART = """
mutation($cart: CreateCartInput!) { createCart(input: $cart) { cart { id } userErrors { message } } }
"""
CHECKOUT = """
mutation($cart: CheckoutCartInput!) {
  checkoutCart(input: $cart) {
    orders { id status documents { state acceptsTender } actions { kind possible } } userErrors { message }
  }
}
"""
ORDER = (
    "query($id: ID!) { node(id: $id) { ... on Order { status documents { state } actions { kind possible reason } } } }"
)
UPLOAD, LISTED, READ = (
    "POST /v1/customers/*/orders/*/attachment",
    "GET /v1/customers/*/orders/*/attachments",
    "GET /v1/customers/*/orders/*",
)
PRICE = {"customerPrice": {"amount": "156.870", "currency": "CAD"}}
PDF = b"%PDF-1.7\n" + b"x" * 3_000
PO = {"kind": "PURCHASE_ORDER", "file": None}
TENDER = {"kind": "TENDER", "file": None}


@dataclass
class Desk:
    gateway: Whole
    order: dict[str, Any]

    async def add(
        self, files: list[dict[str, Any]], *uploads: tuple[str, bytes], query: str = ADD, **more: Any
    ) -> dict[str, Any]:
        """`files` in the order of `uploads`."""
        given = {
            "parentId": self.order["id"],
            "files": files,
            "idempotencyKey": "k",
            "purchaseOrder": PRICE,
            **more,
        }
        mapped = {str(n): [f"variables.input.files.{n}.file"] for n in range(len(uploads))}
        parts = [file(str(n), data, name, "application/pdf") for n, (name, data) in enumerate(uploads)]
        body = form(operations({"input": given}, query), text("map", mapped), *parts)
        headers = {"content-type": TYPE, **PREFLIGHT}
        response = await self.gateway.client.post("/graphql", content=body, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert "errors" not in answer, answer["errors"]
        added: dict[str, Any] = answer["data"]["addAttachments"]
        return added

    def fault(self, kind: str, **more: Any) -> Fault:
        return self.gateway.sandbox.desks["partner_center"].add(Fault(kind, **more))

    def calls(self) -> dict[str, int]:
        return dict(self.gateway.calls("partner_center"))


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A gateway, and an order that waits for its purchase order."""
    monkeypatch.setattr(attachment_writes, "WAITS", (0.02, 0.04))
    async with whole(size=0.2) as gateway:
        found = (await gateway.data(WAITING, documents=["REQUIRED"]))["orders"]["nodes"]
        gateway.forget()
        yield Desk(gateway, found[0])


async def test_documents_are_sent_once_and_the_order_shows_them(desk: Desk) -> None:
    added = await desk.add(
        [PO, TENDER], ("PO größe.pdf", PDF), ("Tender.pdf", PDF), purchaseOrder=PRICE | {"partOfTender": True}
    )
    first, second = added["attachments"]
    assert first == {
        "id": first["id"],
        "number": first["number"],
        "kind": "PURCHASE_ORDER",
        "fileName": "PO größe.pdf",
        "sizeInKilobytes": 3,
        "name": None,
        "contentType": None,
        "order": {"number": desk.order["number"]},
    }
    assert (second["kind"], second["fileName"]) == ("TENDER", "Tender.pdf")
    assert added["order"] == {
        "status": "IN_REVIEW",
        "documents": {"state": "SUBMITTED", "acceptsTender": False},
        "attachments": [{"number": first["number"]}, {"number": second["number"]}],
    }
    assert added["agreement"] is None
    outcome = {"state": "DONE", "replayed": False, "idempotencyKey": "k", "searched": None, "candidates": []}
    assert (added["outcome"], added["userErrors"]) == (outcome, [])
    # Read before: the order and its files; read after: the same, for this selection.
    assert desk.calls() == {READ: 2, LISTED: 2, UPLOAD: 1}


async def test_a_selection_of_what_the_upload_answered_costs_no_further_call(desk: Desk) -> None:
    added = await desk.add([PO], ("order.pdf", PDF), query=FEW)
    assert desk.calls() == {READ: 1, LISTED: 1, UPLOAD: 1}
    response = await desk.gateway.client.get(added["attachments"][0]["downloadUrl"])
    assert (response.status_code, response.content) == (200, PDF)


async def test_the_same_key_tells_it_again_for_another_selection(desk: Desk) -> None:
    first = await desk.add([PO], ("order.pdf", PDF))
    desk.gateway.forget()
    again = await desk.add([PO], ("order.pdf", PDF), query=FEW)
    assert again["outcome"] == {"state": "DONE", "replayed": True}
    assert desk.calls() == {LISTED: 1}
    whole_again = await desk.add([PO], ("order.pdf", PDF))
    assert whole_again["attachments"] == first["attachments"]
    assert UPLOAD not in desk.calls()


@pytest.mark.parametrize(
    ("upload", "more"),
    [
        (("order.pdf", PDF + b"!"), {}),
        (("another.pdf", PDF), {}),
        (("order.pdf", PDF), {"purchaseOrder": {"customerPrice": {"amount": "1", "currency": "CAD"}}}),
    ],
    ids=["other bytes", "another name", "another price"],
)
async def test_the_same_key_with_another_input_is_a_conflict(
    desk: Desk, upload: tuple[str, bytes], more: dict[str, Any]
) -> None:
    await desk.add([PO], ("order.pdf", PDF))
    desk.gateway.forget()
    answer = await desk.add([PO], upload, query=FEW, **more)
    assert answer["userErrors"] == [{"code": "IDEMPOTENCY_CONFLICT"}]
    assert desk.calls() == {}


async def test_mistakes_are_told_by_their_fields_without_a_call_and_the_mended_input_goes_on(desk: Desk) -> None:
    given = {"customerPrice": {"amount": "-1", "currency": "CAD"}, "tenderLink": "http://files.example.com/t"}
    answer = await desk.add([PO, {**PO, "name": "Ours"}], ("a.pdf", PDF), ("b.pdf", b""), purchaseOrder=given)
    assert {(error["code"], ".".join(error["field"])) for error in answer["userErrors"]} == {
        ("NOT_ALLOWED_HERE", "files.1.name"),
        ("INVALID", "files.1.file"),
        ("INVALID", "purchaseOrder.customerPrice.amount"),
        ("INVALID", "purchaseOrder.tenderLink"),
        ("INVALID", "purchaseOrder.partOfTender"),
    }
    assert (answer["outcome"]["state"], answer["order"]) == ("REFUSED", None)
    assert desk.calls() == {}
    mended = await desk.add([PO], ("a.pdf", PDF))
    assert mended["outcome"]["state"] == "DONE"


async def test_a_file_over_the_accounts_limit_is_told_at_its_place() -> None:
    def small(accounts: dict[str, dict[str, Any]]) -> None:
        accounts["contoso"] |= {"max_attachment_bytes": 1_000, "max_attachments": 2}

    async with whole(size=0.2, change=small) as gateway:
        found = (await gateway.data(WAITING, documents=["REQUIRED"]))["orders"]["nodes"]
        gateway.forget()
        desk = Desk(gateway, found[0])
        answer = await desk.add([PO] * 3, ("a.pdf", b"%PDF-"), ("b.pdf", PDF), ("c.pdf", b"%PDF-"))
        assert [(error["code"], ".".join(error["field"])) for error in answer["userErrors"]] == [
            ("TOO_LARGE", "files.1.file"),
            ("TOO_MANY", "files.2.file"),
        ]
        assert desk.calls() == {}


async def test_an_order_that_waits_for_nothing_is_refused_by_the_vendor(desk: Desk) -> None:
    desk.order = (await desk.gateway.data(WAITING, documents=["NOT_WAITING"]))["orders"]["nodes"][0]
    answer = await desk.add([PO], ("a.pdf", PDF))
    assert answer["userErrors"] == [
        {"code": "NOT_ALLOWED_HERE", "field": ["parentId"], "message": "Not supported.", "vendorCode": "800042"}
    ]
    assert answer["outcome"]["state"] == "REFUSED"


async def test_a_lost_answer_is_found(desk: Desk) -> None:
    desk.fault("lost", method="POST", path="/attachment$")
    added = await desk.add([PO], ("a.pdf", PDF))
    assert (added["outcome"]["state"], [one["fileName"] for one in added["attachments"]]) == ("DONE", ["a.pdf"])
    assert desk.calls()[UPLOAD] == 1


@pytest.mark.slow
async def test_a_vendor_that_stays_down_is_told_as_unknown_and_found_by_the_next_request(desk: Desk) -> None:
    desk.fault("lost", method="POST", path="/attachment$")
    down = desk.fault("error", method="GET", path="/orders/", times=None, status=503, skip=2)
    added = await desk.add([PO], ("a.pdf", PDF), query=NONE)
    assert added["outcome"] == {"state": "UNKNOWN"}
    desk.gateway.sandbox.desks["partner_center"].faults.remove(down)
    again = await desk.add([PO], ("a.pdf", PDF))
    assert (again["outcome"]["state"], again["outcome"]["replayed"]) == ("DONE", True)
    assert [one["number"] for one in again["order"]["attachments"]] == [one["number"] for one in again["attachments"]]
    assert desk.calls()[UPLOAD] == 1


async def test_from_the_cart_to_the_review(desk: Desk) -> None:
    """The whole way: a cart, its checkout, an order that waits for documents, the upload, the review."""
    line = {"catalogItemId": "DG7GMGF0D7FV:0001:DG7GMGF0XXXX", "quantity": 2, "billingCycle": "ONE_TIME"}
    cart = {"accountName": "contoso", "customerKey": desk.order["numberScope"], "lines": [line]}
    made = (await desk.gateway.data(CART, cart=cart))["createCart"]
    checked = (await desk.gateway.data(CHECKOUT, cart={"cartId": made["cart"]["id"]}))["checkoutCart"]
    (order,) = checked["orders"]
    assert order["documents"] == {"state": "REQUIRED", "acceptsTender": True}
    assert {"kind": "ADD_ATTACHMENTS", "possible": True} in order["actions"]
    desk.order = order
    added = await desk.add([PO], ("a.pdf", PDF))
    assert added["order"]["documents"]["state"] == "SUBMITTED"
    shown = (await desk.gateway.data(ORDER, id=order["id"]))["node"]
    assert (shown["status"], shown["documents"]["state"]) == ("IN_REVIEW", "SUBMITTED")
    (action,) = [one for one in shown["actions"] if one["kind"] == "ADD_ATTACHMENTS"]
    assert not action["possible"]
    assert action["reason"]


async def test_nothing_of_a_file_stays_behind(desk: Desk) -> None:
    spool = desk.gateway.client._transport.app.state.uploads._spool  # type: ignore[attr-defined]  # httpx's own
    await desk.add([PO], ("a.pdf", PDF))
    desk.fault("drop", method="POST", path="/attachment$", times=None)
    await desk.add([PO], ("a.pdf", PDF), idempotencyKey="other")
    assert (spool.used, spool.open) == (0, 0)
