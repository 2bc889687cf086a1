"""The writes of the fault matrix: every write of every vendor, how it is asked for, which call does it, and how the
vendor itself is asked how often it was done."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.model.ref import Kind, Ref
from gateway.vendors.writes import (
    ADD_ATTACHMENTS,
    CANCEL_ORDER,
    CHECKOUT_CART,
    CREATE_CART,
    CREATE_PURCHASE_ORDER,
    DELETE_ATTACHMENT,
    SUBMIT_ORDER,
    UPDATE_ATTACHMENT,
    UPDATE_CART,
    UPDATE_ORDER,
    Write,
)
from tests.e2e.crash_rows import ACCESS, PAPER, ROWS, Prepared, Row, attach, mutation
from tests.e2e.portals import Vendors
from tests.whole.fault_bench import Bench

NOTE: Final = "Written under a fault"
NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True)
class WriteRow:
    """`group` names how the vendor is made to keep the promise, `most` how often its call is made at most. `own` makes
    a request unlike all before it: each gateway of the bench begins without a record, and must not take for its own
    what another one made."""

    write: Write[Any]
    row: Row
    group: str
    most: int
    own: Callable[[Bench, Prepared], Prepared] = lambda bench, prepared: prepared

    @property
    def vendor(self) -> str:
        return self.row.vendor

    @property
    def name(self) -> str:
        """The mutation's field."""
        return self.row.name.partition(" ")[0]

    def prepare(self, bench: Bench) -> Prepared:
        prepared = self.own(bench, self.row.prepare(bench.vendors))
        prepared.given["idempotencyKey"] = f"key {next(NUMBERS)}"
        return prepared

    def __str__(self) -> str:
        return self.row.name


def known(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)


def counted_carts(bench: Bench, prepared: Prepared) -> Prepared:
    """By the emulator's own memory: no call lists carts."""
    world = bench.sandbox.desks["partner_center"].emulator.world  # type: ignore[attr-defined]  # this emulator's own
    return replace(prepared, count=lambda: sum(len(one.carts) for one in world.customers.values()))


def with_description(bench: Bench, prepared: Prepared) -> Prepared:
    prepared.given["vendor"]["sellercloud"]["description"] = f"{NOTE} {next(NUMBERS)}"
    return prepared


def with_reference(bench: Bench, prepared: Prepared) -> Prepared:
    prepared.given["vendor"]["softwareone"]["purchase"]["externalId"] = f"PO-{next(NUMBERS)}"
    return prepared


def with_name(bench: Bench, prepared: Prepared) -> Prepared:
    return replace(prepared, files=((f"order {next(NUMBERS)}.pdf", *PAPER[1:]),))


def update_cart(vendors: Vendors) -> Prepared:
    cart = vendors.cart(ACCESS)
    given = {
        "cartId": Ref.of("contoso", Kind.CART, vendors.customer, cart).encode(),
        "setLines": [{"lineId": 0, "quantity": 7}],
    }
    return Prepared(
        given,
        lambda: [line["quantity"] for line in vendors.partner_center("GET", f"/carts/{cart}")["lineItems"]] == [7],
    )


def rename_stock_order(vendors: Vendors) -> Prepared:
    order = vendors.stock_order()
    given = {
        "orderId": Ref.of("acme", Kind.ORDER, order).encode(),
        "vendor": {"sellercloud": {"description": NOTE}},
    }

    def done() -> int:
        return int(vendors.sellercloud("GET", f"/{order}")["Purchase"]["Description"] == NOTE)

    return Prepared(given, done)


def note_draft(vendors: Vendors) -> Prepared:
    order = vendors.draft()
    given = {"orderId": Ref.of("market", Kind.ORDER, order).encode(), "vendor": {"softwareone": {"notes": NOTE}}}
    return Prepared(given, lambda: vendors.softwareone("GET", f"/commerce/orders/{order}").get("notes") == NOTE)


def attached(vendors: Vendors) -> tuple[str, str]:
    """An agreement and a file that was just attached to it."""
    agreement, known = vendors.agreement(), vendors.sandbox.known["softwareone"]
    answer = vendors.sandbox.client.post(
        f"{known['base_url']}/v1/commerce/agreements/{agreement}/attachments",
        data={"attachment": json.dumps({"type": "File", "name": "Contract"})},
        files={"file": (PAPER[0], PAPER[2], PAPER[1])},
        headers={"Authorization": f"Bearer {known['tokens']['vendor']}"},
    )
    assert answer.status_code == 201, answer.text
    return agreement, str(answer.json()["id"])


def rename_attachment(vendors: Vendors) -> Prepared:
    agreement, number = attached(vendors)
    path = f"/commerce/agreements/{agreement}/attachments/{number}"
    given = {"attachmentId": Ref.of("seller", Kind.ATTACHMENT, agreement, number).encode(), "name": NOTE}
    return Prepared(given, lambda: vendors.softwareone("GET", path, actor="vendor")["name"] == NOTE)


def delete_attachment(vendors: Vendors) -> Prepared:
    agreement, number = attached(vendors)
    path = f"/commerce/agreements/{agreement}/attachments/{number}"
    given = {"attachmentId": Ref.of("seller", Kind.ATTACHMENT, agreement, number).encode()}
    return Prepared(given, lambda: "name" not in vendors.softwareone("GET", path, actor="vendor"))


def one_file(vendors: Vendors) -> Prepared:
    both = attach(vendors)
    return replace(both, given={**both.given, "files": both.given["files"][:1]}, files=(PAPER,))


WRITE_ROWS: Final = (
    WriteRow(CREATE_CART, known("createCart at Partner Center"), "sent again", 5, counted_carts),
    WriteRow(
        UPDATE_CART,
        Row(
            "updateCart at Partner Center",
            "partner_center",
            mutation("updateCart", "cart { id }"),
            update_cart,
            ("PUT", r"/carts/"),
            ("GET", r"/carts/"),
            creates=False,
        ),
        "sent again, and read in the end",
        5,
    ),
    WriteRow(CHECKOUT_CART, known("checkoutCart at Partner Center"), "sent again", 5),
    WriteRow(ADD_ATTACHMENTS, known("addAttachments at Partner Center"), "read, and sent again", 4),
    WriteRow(CANCEL_ORDER, known("cancelOrder at Partner Center"), "read, and sent again", 4),
    WriteRow(CREATE_PURCHASE_ORDER, known("createPurchaseOrder at Sellercloud"), "looked for", 1, with_description),
    WriteRow(
        UPDATE_ORDER,
        Row(
            "updateOrder at Sellercloud",
            "sellercloud",
            mutation("updateOrder", "order { id title }"),
            rename_stock_order,
            ("PUT", r"/PurchaseOrders/"),
            None,
            creates=False,
        ),
        "sent again",
        4,
    ),
    WriteRow(UPDATE_ORDER, known("updateOrder with new lines at Sellercloud"), "looked for", 1),
    WriteRow(CANCEL_ORDER, known("cancelOrder at Sellercloud"), "read, and sent again", 4),
    WriteRow(CREATE_PURCHASE_ORDER, known("createPurchaseOrder of a draft at SoftwareOne"), "looked for", 1),
    WriteRow(
        CREATE_PURCHASE_ORDER,
        known("createPurchaseOrder placed at once at SoftwareOne"),
        "looked for",
        1,
        with_reference,
    ),
    WriteRow(
        UPDATE_ORDER,
        Row(
            "updateOrder at SoftwareOne",
            "softwareone",
            mutation("updateOrder", "order { id notes }"),
            note_draft,
            ("PUT", r"/commerce/orders/"),
            None,
            creates=False,
        ),
        "read, and sent again",
        5,
    ),
    WriteRow(SUBMIT_ORDER, known("submitOrder at SoftwareOne"), "read, and sent again", 5),
    WriteRow(CANCEL_ORDER, known("cancelOrder at SoftwareOne"), "read, and sent again", 5),
    WriteRow(
        ADD_ATTACHMENTS,
        replace(known("addAttachments at SoftwareOne"), prepare=one_file, times=1),
        "looked for",
        1,
        with_name,
    ),
    WriteRow(
        UPDATE_ATTACHMENT,
        Row(
            "updateAttachment at SoftwareOne",
            "softwareone",
            mutation("updateAttachment", "attachment { id name }"),
            rename_attachment,
            ("PUT", r"/attachments/"),
            None,
            creates=False,
        ),
        "read, and sent again",
        4,
    ),
    WriteRow(
        DELETE_ATTACHMENT,
        Row(
            "deleteAttachment at SoftwareOne",
            "softwareone",
            mutation("deleteAttachment", "deletedAttachmentId"),
            delete_attachment,
            ("DELETE", r"/attachments/"),
            None,
            creates=False,
        ),
        "read, and sent again",
        4,
    ),
)
