"""The form of purchase order documents, field by field, and knowing files again in the order's list."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import VendorBadAnswer
from gateway.model.order import Attachment, AttachmentKind
from gateway.model.ref import Kind
from gateway.store.spool import SpooledFile
from gateway.vendors.commands import Amount, PurchaseOrderMetadata
from gateway.vendors.partner_center.mapping_attachments import Paper, every_attachment, metadata, paired
from tests.vendors.fieldrow import WriteRow
from tests.vendors.partner_center.write_fields_attachments import COMMAND, ROWS, SAMPLE

ORDER = COMMAND.parent_id
PO, TENDER = AttachmentKind.PURCHASE_ORDER, AttachmentKind.TENDER


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.field}")
def test_the_sample_goes_out_where_its_row_says(row: WriteRow) -> None:
    assert row.value(SAMPLE) == row.expect


def test_nothing_goes_out_that_no_row_names() -> None:
    named = {row.field.partition("metadata.")[2] for row in ROWS}
    assert set(SAMPLE["upload"]["metadata"]) <= named
    assert set(SAMPLE["order"]) == {"path", "request", "id", "status", "lineItems"}


def test_what_was_not_given_is_left_out() -> None:
    price = Amount(amount=Decimal("1E+3"), currency="EUR")
    assert metadata(PurchaseOrderMetadata(customer_price=price)) == {
        "isPartofTender": False,
        "customerPrice": "1000",
        "currency": "EUR",
    }


def test_a_list_with_a_file_that_cannot_be_read_is_not_read() -> None:
    known = {"attachmentId": "a", "fileName": "a.pdf", "sizeInKB": 1, "attachmentType": "POAttachment"}
    assert [one.number for one in every_attachment({"items": [known]}, ORDER)] == ["a"]
    assert every_attachment({"totalCount": 0}, ORDER) == ()
    with pytest.raises(VendorBadAnswer):
        every_attachment({"items": [known, {"fileName": "b.pdf"}]}, ORDER)


def paper(name: str = "a.pdf", size: int = 2_000, kind: AttachmentKind = PO) -> Paper:
    return Paper(kind, SpooledFile(name, "a/b", size, "", None, None))


def kept(number: str, name: str = "a.pdf", kilobytes: int | None = 2, kind: AttachmentKind = PO) -> Attachment:
    return Attachment(
        ref=ORDER.child(Kind.ATTACHMENT, number),
        number=number,
        kind=kind,
        vendor_kind=None,
        file_name=name,
        size_in_kilobytes=kilobytes,
        order=ORDER,
    )


@pytest.mark.parametrize("kilobytes", [1, 2, 3, None])
def test_a_size_is_known_again_however_it_is_rounded(kilobytes: int | None) -> None:
    assert paired([paper(size=2_000)], [found := kept("1", kilobytes=kilobytes)]) == [found]


@pytest.mark.parametrize("kilobytes", [25 * 1024, 25 * 1024 * 1024 // 1000 + 1])
def test_a_large_size_is_known_again_whatever_a_kilobyte_is(kilobytes: int) -> None:
    assert paired([paper(size=25 * 1024 * 1024)], [found := kept("1", kilobytes=kilobytes)]) == [found]


@pytest.mark.parametrize(
    "change",
    [{"file_name": "b.pdf"}, {"kind": TENDER}, {"size_in_kilobytes": 9}, {"file_name": None}],
    ids=["name", "kind", "size", "no name"],
)
def test_another_file_is_not_taken_for_it(change: dict[str, Any]) -> None:
    assert paired([paper()], [replace(kept("1"), **change)]) == [None]


def test_equal_names_are_told_apart_by_their_sizes_and_each_is_used_once() -> None:
    small, large = kept("1", kilobytes=2), kept("2", kilobytes=3)
    assert paired([paper(size=3_000), paper(size=2_000)], [small, large]) == [large, small]
    assert paired([paper(), paper()], [small]) == [small, None]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 10**7), st.sampled_from([PO, TENDER])), max_size=6),
    st.randoms(use_true_random=False),
)
def test_what_was_kept_as_sent_is_found_in_any_order(sent: list[tuple[str, int, AttachmentKind]], random: Any) -> None:
    """Whole kilobytes apart, so that rounding leaves no doubt which is which."""
    papers = [paper(f"{name}{n}.pdf", size, kind) for n, (name, size, kind) in enumerate(sent)]
    found = [kept(str(n), file.name, -(-file.size // 1024), kind) for n, (kind, file) in enumerate(papers)]
    shuffled = list(found)
    random.shuffle(shuffled)
    assert paired(papers, shuffled) == found
