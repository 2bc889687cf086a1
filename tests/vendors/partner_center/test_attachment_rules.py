"""Every documented rule of purchase order documents, each broken once by hand and then by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.files import FileTrouble, UploadLimits
from gateway.model.order import AttachmentKind
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserErrorCode
from gateway.store.spool import SpooledFile
from gateway.vendors.commands import AddAttachments, Amount, AttachmentFile, PurchaseOrderMetadata
from gateway.vendors.partner_center.rules_attachments import DIGITS, MAX_LINK, mistakes

ORDER = Ref.of("pc-1", Kind.ORDER, "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13", "7c41e9b05d2b")
LIMITS = UploadLimits(max_file_bytes=1_000, max_files=4, max_total_bytes=4_000)
LINK = "https://files.example.com/t/42"
PO, TENDER = AttachmentKind.PURCHASE_ORDER, AttachmentKind.TENDER
Change = Callable[[AddAttachments], AddAttachments]


def entry(kind: AttachmentKind = PO, size: int = 10, trouble: FileTrouble | None = None, **more: Any) -> AttachmentFile:
    return AttachmentFile(**{"kind": kind, "file": SpooledFile("a.pdf", "a/b", size, "", trouble, None), **more})


def valid(*files: AttachmentFile, amount: str = "156.87", currency: str = "CAD", **metadata: Any) -> AddAttachments:
    price = Amount(amount=Decimal(amount), currency=currency)
    return AddAttachments(
        parent_id=ORDER,
        files=files or (entry(),),
        purchase_order=PurchaseOrderMetadata(customer_price=price, **metadata),
    )


def told(command: AddAttachments) -> list[tuple[UserErrorCode, str]]:
    return [(error.code, ".".join(error.field or ())) for error in mistakes(command, LIMITS)]


def with_price(command: AddAttachments, **changes: Any) -> AddAttachments:
    known = command.purchase_order
    assert known is not None
    return replace(command, purchase_order=replace(known, customer_price=replace(known.customer_price, **changes)))


def with_metadata(command: AddAttachments, **changes: Any) -> AddAttachments:
    known = command.purchase_order
    assert known is not None
    return replace(command, purchase_order=replace(known, **changes))


@pytest.mark.parametrize(
    "command",
    [
        valid(),
        valid(entry(), entry(), amount="0"),
        valid(entry(), entry(TENDER), part_of_tender=True),
        valid(part_of_tender=True, tender_link=LINK),
        valid(entry(TENDER), entry(), part_of_tender=True, tender_link=LINK, fx_rate=Decimal("1.2")),
    ],
)
def test_what_the_vendor_documents_is_let_through(command: AddAttachments) -> None:
    assert told(command) == []


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (
            replace(valid(), parent_id=Ref.of("pc-1", Kind.AGREEMENT, "c", "a")),
            UserErrorCode.NOT_ALLOWED_HERE,
            "parentId",
        ),
        (replace(valid(), purchase_order=None), UserErrorCode.REQUIRED, "purchaseOrder"),
        (replace(valid(), files=()), UserErrorCode.REQUIRED, "files"),
        (valid(entry(TENDER), part_of_tender=True), UserErrorCode.REQUIRED, "files"),
        (valid(entry(), entry(AttachmentKind.FILE)), UserErrorCode.NOT_ALLOWED_HERE, "files.1.kind"),
        (valid(entry(), entry(AttachmentKind.OTHER)), UserErrorCode.NOT_ALLOWED_HERE, "files.1.kind"),
        (valid(entry(), entry(AttachmentKind.LICENSE_KEY)), UserErrorCode.NOT_ALLOWED_HERE, "files.1.kind"),
        (valid(entry(license_key="AAA")), UserErrorCode.NOT_ALLOWED_HERE, "files.0.licenseKey"),
        (valid(entry(name="Order")), UserErrorCode.NOT_ALLOWED_HERE, "files.0.name"),
        (valid(entry(description="Ours")), UserErrorCode.NOT_ALLOWED_HERE, "files.0.description"),
        (valid(entry(file=None)), UserErrorCode.REQUIRED, "files.0.file"),
        (valid(entry(size=0)), UserErrorCode.INVALID, "files.0.file"),
        (valid(entry(size=1_001)), UserErrorCode.TOO_LARGE, "files.0.file"),
        (valid(entry(trouble=FileTrouble.BAD_FILE_TYPE)), UserErrorCode.BAD_FILE_TYPE, "files.0.file"),
        (valid(*[entry()] * 5), UserErrorCode.TOO_MANY, "files.4.file"),
        (valid(amount="-0.01"), UserErrorCode.INVALID, "purchaseOrder.customerPrice.amount"),
        (valid(amount="-0"), UserErrorCode.INVALID, "purchaseOrder.customerPrice.amount"),
        (valid(amount="NaN"), UserErrorCode.INVALID, "purchaseOrder.customerPrice.amount"),
        (valid(amount="Infinity"), UserErrorCode.INVALID, "purchaseOrder.customerPrice.amount"),
        (valid(amount="1E+999999999"), UserErrorCode.INVALID, "purchaseOrder.customerPrice.amount"),
        (valid(amount="0." + "1" * DIGITS), UserErrorCode.INVALID, "purchaseOrder.customerPrice.amount"),
        (valid(currency="CADX"), UserErrorCode.INVALID, "purchaseOrder.customerPrice.currency"),
        (valid(currency="C4D"), UserErrorCode.INVALID, "purchaseOrder.customerPrice.currency"),
        (valid(fx_rate=Decimal(0)), UserErrorCode.INVALID, "purchaseOrder.fxRate"),
        (valid(fx_rate=Decimal("-1.2")), UserErrorCode.INVALID, "purchaseOrder.fxRate"),
        (valid(part_of_tender=True), UserErrorCode.REQUIRED, "purchaseOrder.tenderLink"),
        (valid(entry(), entry(TENDER)), UserErrorCode.INVALID, "purchaseOrder.partOfTender"),
        (valid(tender_link=LINK), UserErrorCode.INVALID, "purchaseOrder.partOfTender"),
        *(
            (valid(part_of_tender=True, tender_link=link), UserErrorCode.INVALID, "purchaseOrder.tenderLink")
            for link in (
                "http://files.example.com/t/42",
                "ftp://files.example.com/t",
                "file:///etc/passwd",
                "https://",
                "https:files.example.com",
                "https://[half",
                "https://files.example.com/t 42",
                "https://files.example.com/\r\nx",
                LINK + "x" * MAX_LINK,
                "",
            )
        ),
    ],
)
def test_each_broken_rule_is_told_at_its_field(command: AddAttachments, code: UserErrorCode, field: str) -> None:
    assert told(command) == [(code, field)]


def test_all_broken_rules_are_told_at_once() -> None:
    command = valid(
        entry(TENDER, size=0, name="x"), amount="-1", currency="?", fx_rate=Decimal(0), tender_link="http://a.example"
    )
    assert {field for _, field in told(command)} == {
        "files",
        "files.0.file",
        "files.0.name",
        "purchaseOrder.customerPrice.amount",
        "purchaseOrder.customerPrice.currency",
        "purchaseOrder.fxRate",
        "purchaseOrder.tenderLink",
        "purchaseOrder.partOfTender",
    }


amounts = st.decimals(min_value=0, max_value=10**12, places=4).map(abs)
kinds = st.lists(st.sampled_from([PO, TENDER]), max_size=LIMITS.max_files - 1)


@st.composite
def commands(draw: st.DrawFn) -> AddAttachments:
    """Commands that break no rule."""
    files = [entry(kind, draw(st.integers(1, 1_000))) for kind in [*draw(kinds), PO]]
    tender = any(file.kind is TENDER for file in files)
    link = draw(st.sampled_from([None, LINK, "https://a.example"]))
    rate = draw(st.none() | st.decimals(min_value="0.0001", max_value=10**6, places=4))
    currency = draw(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3))
    command = valid(*draw(st.permutations(files)), currency=currency, part_of_tender=tender or link is not None)
    return with_metadata(with_price(command, amount=draw(amounts)), tender_link=link, fx_rate=rate)


BREAKS: dict[str, Change] = {
    "purchaseOrder": lambda one: replace(one, purchase_order=None),
    "parentId": lambda one: replace(one, parent_id=Ref.of("pc-1", Kind.AGREEMENT, "c", "a")),
    "files.0.name": lambda one: replace(one, files=(replace(one.files[0], name=""), *one.files[1:])),
    "files.0.licenseKey": lambda one: replace(one, files=(replace(one.files[0], license_key="k"), *one.files[1:])),
    "files.0.file": lambda one: replace(one, files=(replace(one.files[0], file=None), *one.files[1:])),
    "purchaseOrder.customerPrice.amount": lambda one: with_price(one, amount=Decimal(-1)),
    "purchaseOrder.customerPrice.currency": lambda one: with_price(one, currency="Euro"),
    "purchaseOrder.fxRate": lambda one: with_metadata(one, fx_rate=Decimal(0)),
    "purchaseOrder.tenderLink": lambda one: with_metadata(one, part_of_tender=True, tender_link="http://a.example"),
}


@given(commands())
def test_commands_that_break_no_rule_are_let_through(command: AddAttachments) -> None:
    assert told(command) == []


@given(commands(), st.sampled_from(sorted(BREAKS)))
def test_breaking_one_rule_is_told_at_exactly_that_field(command: AddAttachments, field: str) -> None:
    assert [found for _, found in told(BREAKS[field](command))] == [field]


@given(
    st.builds(
        PurchaseOrderMetadata,
        customer_price=st.builds(Amount, amount=st.decimals(), currency=st.text(max_size=5)),
        part_of_tender=st.booleans(),
        fx_rate=st.none() | st.decimals(),
        tender_link=st.none() | st.text(max_size=50) | st.text(max_size=50).map("https://".__add__),
    )
)
def test_whatever_is_given_is_judged_and_nothing_breaks(known: PurchaseOrderMetadata) -> None:
    for error in mistakes(replace(valid(), purchase_order=known), LIMITS):
        assert error.field is not None
        assert error.field[0] == "purchaseOrder"
