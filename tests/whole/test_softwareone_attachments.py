"""Attachments at SoftwareOne from end to end: a form in, JSON out, the vendor's calls counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.model.files import CSV_TYPE, PDF_TYPE
from gateway.sandbox.control import Fault
from gateway.sandbox.softwareone import SoftwareOne
from tests.edge.upload_desk import PREFLIGHT, TYPE, file, form, operations, text
from tests.vendors.softwareone.attaching import PDF
from tests.whole.harness import VENDORS, Whole, route, whole

ADD = """
mutation($input: AddAttachmentsInput!) {
  addAttachments(input: $input) {
    attachments { id number kind name description fileName contentType sizeInBytes licenseKey createdAt order { id } }
    order { id attachments { number } }
    agreement { number }
    outcome { state replayed idempotencyKey searched candidates { id } }
    userErrors { code field message }
  }
}
"""
FEW = """
mutation($input: AddAttachmentsInput!) {
  addAttachments(input: $input) { attachments { number downloadUrl } outcome { state replayed } userErrors { code } }
}
"""
UPDATE = """
mutation($input: UpdateAttachmentInput!) {
  updateAttachment(input: $input) { attachment { name description revision } outcome { state } userErrors { field } }
}
"""
DELETE = """
mutation($input: DeleteAttachmentInput!) {
  deleteAttachment(input: $input) { deletedAttachmentId outcome { state } userErrors { code field } }
}
"""
ORDERS = """
query($name: String!) {
  orders(first: 10, filter: {accountNames: [$name]}) { nodes { id number agreement { id number } } }
}
"""
COLLECTION = "/public/v1/commerce/agreements/*/attachments"
Upload = tuple[str, str, bytes]


@dataclass
class Desk:
    gateway: Whole
    order: dict[str, Any]

    async def add(self, files: list[dict[str, Any]], *uploads: Upload, query: str = ADD, **more: Any) -> dict[str, Any]:
        """`files` in the order of `uploads`, whose places are those entries that have a `file`."""
        given = {"parentId": self.order["id"], "files": files, "idempotencyKey": "k", **more}
        places = [place for place, one in enumerate(files) if "file" in one]
        mapped = {str(n): [f"variables.input.files.{place}.file"] for n, place in enumerate(places)}
        parts = [file(str(n), data, name, kind) for n, (name, kind, data) in enumerate(uploads)]
        body = form(operations({"input": given}, query), text("map", mapped), *parts)
        headers = {"content-type": TYPE, **PREFLIGHT}
        response = await self.gateway.client.post("/graphql", content=body, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert "errors" not in answer, answer["errors"]
        added: dict[str, Any] = answer["data"]["addAttachments"]
        return added

    def calls(self) -> list[str]:
        journal = self.gateway.sandbox.desks["softwareone"].journal
        known = [route(call) for call in journal]
        journal.clear()
        return known

    def fault(self, kind: str, **more: Any) -> None:
        self.gateway.sandbox.desks["softwareone"].add(Fault(kind, **more))

    def there(self) -> list[str]:
        """The file names of all that hangs on the order's agreement."""
        emulator = self.gateway.sandbox.desks["softwareone"].emulator
        assert isinstance(emulator, SoftwareOne)
        rows = emulator.state["attachments"].values()
        return [row.get("filename", "") for row in rows if row["agreement"]["id"] == self.order["agreement"]["number"]]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with whole(0.05) as gateway:
        softwareone = gateway.sandbox.desks["softwareone"].emulator.credentials(VENDORS)
        account = {"vendor": "softwareone", "base_url": softwareone["base_url"], "actor": "vendor"}
        gateway.document["accounts"]["seller"] = account | {"token": softwareone["tokens"]["vendor"]}
        gateway.document["write_seconds"] = 0.5
        await gateway.fresh()
        orders = (await gateway.data(ORDERS, name="seller"))["orders"]["nodes"]
        gateway.forget()
        yield Desk(gateway, next(one for one in orders if one["agreement"]))


FILE = {"kind": "FILE", "file": None}
PAPER: Upload = ("contract.pdf", PDF_TYPE, PDF)


async def test_a_file_and_a_key_are_attached_to_an_order_and_shown_as_the_vendor_keeps_them(desk: Desk) -> None:
    key = {"kind": "LICENSE_KEY", "licenseKey": "AAAA-1", "name": "Key"}
    added = await desk.add([{**FILE, "name": "Contract", "description": "D"}, key], PAPER)
    first, second = added["attachments"]
    assert (first["name"], first["description"], first["kind"]) == ("Contract", "D", "FILE")
    assert (first["fileName"], first["contentType"], first["sizeInBytes"]) == ("contract.pdf", PDF_TYPE, len(PDF))
    assert first["createdAt"] is not None
    assert (second["kind"], second["licenseKey"], second["fileName"]) == ("LICENSE_KEY", "AAAA-1", None)
    assert first["order"] == {"id": desk.order["id"]}
    assert {first["number"], second["number"]} <= {one["number"] for one in added["order"]["attachments"]}
    assert added["agreement"] is None
    assert added["outcome"] == {
        "state": "DONE", "replayed": False, "idempotencyKey": "k", "searched": None, "candidates": [],
    }  # fmt: skip
    assert added["userErrors"] == []
    assert sorted(desk.calls()) == [
        "GET /public/v1/commerce/agreements/*/attachments",  # what was there before
        "GET /public/v1/commerce/agreements/*/attachments",  # the two, as they are kept
        "GET /public/v1/commerce/agreements/*/attachments",  # all of the order
        "GET /public/v1/commerce/orders",  # its agreement, before
        "GET /public/v1/commerce/orders",  # the order, after
        f"POST {COLLECTION}",
        f"POST {COLLECTION}",
    ]


async def test_an_agreement_takes_files_too(desk: Desk) -> None:
    added = await desk.add([FILE], PAPER, parentId=desk.order["agreement"]["id"])
    assert added["attachments"][0]["order"] is None
    assert added["agreement"] == {"number": desk.order["agreement"]["number"]}
    assert added["order"] is None


async def test_a_repeat_is_answered_for_another_selection_and_attaches_nothing(desk: Desk) -> None:
    first = await desk.add([FILE], PAPER)
    there = desk.there()
    desk.calls()
    again = await desk.add([FILE], PAPER, query=FEW)
    assert again["outcome"] == {"state": "DONE", "replayed": True}
    assert again["attachments"][0]["number"] == first["attachments"][0]["number"]
    assert again["attachments"][0]["downloadUrl"].startswith("http")
    assert desk.there() == there
    assert desk.calls() == [f"GET {COLLECTION}"]


async def test_the_key_is_of_the_files_content_too(desk: Desk) -> None:
    await desk.add([FILE], PAPER)
    desk.calls()
    other = await desk.add([FILE], ("contract.pdf", PDF_TYPE, PDF + b"\n"))
    assert [(error["code"], error["field"]) for error in other["userErrors"]] == [
        ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])
    ]
    assert desk.calls() == []


async def test_what_was_found_wrong_while_reading_is_named_and_nothing_is_called(desk: Desk) -> None:
    added = await desk.add(
        [FILE, FILE, {"kind": "TENDER", "file": None}, FILE],
        ("a.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("b.pdf", PDF_TYPE, b"MZ no pdf at all"),
        PAPER,
        ("c.csv", CSV_TYPE, b""),
    )
    assert [(error["code"], "/".join(error["field"])) for error in added["userErrors"]] == [
        ("BAD_FILE_TYPE", "files/0/file"),
        ("BAD_FILE_TYPE", "files/1/file"),
        ("NOT_ALLOWED_HERE", "files/2/kind"),
        ("INVALID", "files/3/file"),
    ]
    assert added["outcome"]["state"] == "REFUSED"
    assert desk.calls() == []


async def test_a_lost_answer_is_found_and_one_that_never_arrived_is_unknown(desk: Desk) -> None:
    desk.fault("lost", method="POST")
    desk.fault("drop", method="POST")
    sent = [FILE, FILE, FILE], PAPER, ("b.csv", CSV_TYPE, b"a,b\r\n"), ("c.csv", CSV_TYPE, b"a,c\r\n")
    before = desk.there()
    for replayed in (False, True):
        added = await desk.add(*sent)
        assert [one["fileName"] for one in added["attachments"]] == ["contract.pdf"]
        assert added["outcome"]["state"] == "UNKNOWN"
        assert added["outcome"]["replayed"] is replayed
        assert added["outcome"]["searched"] == "the agreement's attachments"
    assert desk.there() == [*before, "contract.pdf"]
    assert desk.calls().count(f"POST {COLLECTION}") == 2


async def test_an_attachment_is_renamed_and_deleted(desk: Desk) -> None:
    added = await desk.add([{**FILE, "description": "D"}], PAPER)
    id_ = added["attachments"][0]["id"]
    desk.calls()
    renamed = (await desk.gateway.data(UPDATE, input={"attachmentId": id_, "name": "N"}))["updateAttachment"]
    assert renamed["attachment"] == {"name": "N", "description": "D", "revision": 2}
    cleared = await desk.gateway.data(UPDATE, input={"attachmentId": id_, "description": None})
    assert cleared["updateAttachment"]["attachment"] == {"name": "N", "description": None, "revision": 3}
    refused = await desk.gateway.data(UPDATE, input={"attachmentId": id_, "name": None})
    assert refused["updateAttachment"]["userErrors"] == [{"field": ["name"]}]
    one = f"{COLLECTION}/*"
    assert desk.calls() == [f"PUT {one}", f"GET {COLLECTION}", f"PUT {one}", f"GET {COLLECTION}"]
    for key in ("d", "d"):
        deleted = await desk.gateway.data(DELETE, input={"attachmentId": id_, "idempotencyKey": key})
        assert deleted["deleteAttachment"] == {
            "deletedAttachmentId": id_, "outcome": {"state": "DONE"}, "userErrors": [],
        }  # fmt: skip
    assert desk.calls() == [f"DELETE {one}"]
    gone = await desk.gateway.data(DELETE, input={"attachmentId": id_})
    assert gone["deleteAttachment"]["userErrors"] == [{"code": "NOT_FOUND", "field": ["attachmentId"]}]


async def test_a_clients_login_is_told_that_others_attach(desk: Desk) -> None:
    orders = (await desk.gateway.data(ORDERS, name="marketplace"))["orders"]["nodes"]
    desk.calls()
    added = await desk.add([FILE], PAPER, parentId=orders[0]["id"])
    assert [error["code"] for error in added["userErrors"]] == ["UNSUPPORTED"]
    assert desk.calls() == []
