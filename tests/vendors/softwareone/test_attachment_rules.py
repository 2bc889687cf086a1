"""The documented rules of attachments: each broken by hand, and by hypothesis; and what goes out on the wire."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.files import CSV_TYPE, DOCX_TYPE, PDF_TYPE, PPTX_TYPE, XLSX_TYPE, FileTrouble
from gateway.model.order import Attachment, AttachmentKind
from gateway.model.ref import Kind, Ref
from gateway.store.spool import SpooledFile
from gateway.upstream.multipart import Multipart
from gateway.vendors.commands import AddAttachments, Amount, AttachmentFile, PurchaseOrderMetadata, UpdateAttachment
from gateway.vendors.softwareone import mapping_attachments as wire
from gateway.vendors.softwareone import rules_attachments as rules
from gateway.vendors.softwareone.attachment_adding import parts
from tests.vendors.fieldrow import WriteRow
from tests.vendors.softwareone.attaching import attaching, entry, key, spooled
from tests.vendors.softwareone.write_fields_attachments import ROWS, SAMPLE

ORDER = Ref.of("swo", Kind.ORDER, "ORD-2001-3002-4003")
AGREEMENT = Ref.of("swo", Kind.AGREEMENT, "AGR-5001-6002-7003")
REF = Ref.of("swo", Kind.ATTACHMENT, "AGR-5001-6002-7003", "ATT-5001-6002-7003-0001")
TYPES = (PDF_TYPE, DOCX_TYPE, XLSX_TYPE, PPTX_TYPE, CSV_TYPE)
METADATA = PurchaseOrderMetadata(customer_price=Amount(amount=Decimal(1), currency="EUR"))


def bare(name: str = "a.pdf", content_type: str = PDF_TYPE, size: int = 10, trouble: FileTrouble | None = None) -> Any:
    """A file whose bytes nobody reads."""
    return SpooledFile(name, content_type, size, "00", trouble, None)


def adding(*files: AttachmentFile, **more: Any) -> AddAttachments:
    return AddAttachments(parent_id=ORDER, files=files, **more)


def found(command: AddAttachments | UpdateAttachment) -> list[tuple[str, str | None]]:
    known = rules.adding(command) if isinstance(command, AddAttachments) else rules.changing(command)
    return [(error.code.name, "/".join(error.field) if error.field else None) for error in known]


FILE, KEY = entry(bare()), key()
BROKEN: list[tuple[AddAttachments, list[tuple[str, str]]]] = [
    (adding(), [("REQUIRED", "files")]),
    (adding(FILE, purchase_order=METADATA), [("NOT_ALLOWED_HERE", "purchaseOrder")]),
    (adding(replace(FILE, kind=AttachmentKind.TENDER)), [("NOT_ALLOWED_HERE", "files/0/kind")]),
    (adding(replace(FILE, kind=AttachmentKind.OTHER)), [("NOT_ALLOWED_HERE", "files/0/kind")]),
    (adding(FILE, replace(FILE, kind=AttachmentKind.PURCHASE_ORDER)), [("NOT_ALLOWED_HERE", "files/1/kind")]),
    (adding(replace(FILE, file=None)), [("REQUIRED", "files/0/file")]),
    (adding(replace(FILE, license_key="K")), [("NOT_ALLOWED_HERE", "files/0/licenseKey")]),
    (adding(replace(KEY, license_key=None)), [("REQUIRED", "files/0/licenseKey")]),
    (adding(replace(KEY, license_key="")), [("REQUIRED", "files/0/licenseKey")]),
    (adding(replace(KEY, file=bare())), [("NOT_ALLOWED_HERE", "files/0/file")]),
    (adding(replace(KEY, license_key="K" * 1001)), [("INVALID", "files/0/licenseKey")]),
    (adding(replace(FILE, name="N" * 181)), [("INVALID", "files/0/name")]),
    (adding(replace(KEY, description="D" * 251)), [("INVALID", "files/0/description")]),
    (adding(entry(bare(trouble=FileTrouble.TOO_LARGE))), [("TOO_LARGE", "files/0/file")]),
    (adding(entry(bare(trouble=FileTrouble.TOO_MANY))), [("TOO_MANY", "files/0/file")]),
    (adding(entry(bare(trouble=FileTrouble.EMPTY))), [("INVALID", "files/0/file")]),
    (adding(entry(bare(trouble=FileTrouble.BAD_FILE_TYPE))), [("BAD_FILE_TYPE", "files/0/file")]),
    (adding(entry(bare(size=30_000_001))), [("TOO_LARGE", "files/0/file")]),
    (adding(entry(bare(size=0))), [("INVALID", "files/0/file")]),
    (adding(entry(bare(content_type="image/png"))), [("BAD_FILE_TYPE", "files/0/file")]),
    (adding(*[FILE] * 11), [("TOO_MANY", "files/10")]),
    (
        adding(replace(KEY, license_key=None, name="N" * 181), entry(bare(size=0)), purchase_order=METADATA),
        [
            ("NOT_ALLOWED_HERE", "purchaseOrder"),
            ("REQUIRED", "files/0/licenseKey"),
            ("INVALID", "files/0/name"),
            ("INVALID", "files/1/file"),
        ],
    ),
]


@pytest.mark.parametrize(("command", "errors"), BROKEN, ids=lambda value: str(value)[-60:])
def test_each_broken_rule_is_named_at_its_place(command: AddAttachments, errors: list[tuple[str, str]]) -> None:
    assert found(command) == errors


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({}, [("REQUIRED", None)]),
        ({"name": None}, [("INVALID", "name")]),
        ({"name": ""}, [("INVALID", "name")]),
        ({"name": "N" * 181}, [("INVALID", "name")]),
        ({"description": "D" * 251}, [("INVALID", "description")]),
        ({"name": None, "description": "D" * 251}, [("INVALID", "name"), ("INVALID", "description")]),
        ({"name": "N" * 180, "description": "D" * 250}, []),
        ({"description": None}, []),
    ],
)
def test_a_change_names_something_and_keeps_a_name(
    change: dict[str, Any], errors: list[tuple[str, str | None]]
) -> None:
    assert found(UpdateAttachment(attachment_id=REF, **change)) == errors


texts = st.text(min_size=1, max_size=180)
entries = st.one_of(
    st.builds(
        AttachmentFile,
        kind=st.just(AttachmentKind.FILE),
        file=st.builds(bare, content_type=st.sampled_from(TYPES), size=st.integers(1, rules.FILE_BYTES)),
        name=st.none() | texts,
        description=st.none() | st.text(max_size=250),
    ),
    st.builds(
        AttachmentFile,
        kind=st.just(AttachmentKind.LICENSE_KEY),
        license_key=st.text(min_size=1, max_size=1000),
        name=st.none() | texts,
        description=st.none() | st.text(max_size=250),
    ),
)
commands = st.lists(entries, min_size=1, max_size=10).map(lambda files: adding(*files))

Spoiling = Callable[[AttachmentFile], AttachmentFile]
SPOILINGS: list[tuple[str, Spoiling]] = [
    ("kind", lambda one: replace(one, kind=AttachmentKind.PURCHASE_ORDER)),
    ("name", lambda one: replace(one, name="N" * 181)),
    ("description", lambda one: replace(one, description="D" * 251)),
    ("file", lambda one: replace(one, file=None if one.file else bare())),
    ("licenseKey", lambda one: replace(one, license_key="K" if one.file else None)),
]


@given(commands)
def test_what_keeps_the_rules_is_not_complained_of(command: AddAttachments) -> None:
    assert found(command) == []


@given(commands, st.data())
def test_one_broken_rule_is_found_at_exactly_its_place(command: AddAttachments, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(command.files) - 1))
    name, spoil = data.draw(st.sampled_from(SPOILINGS))
    files = list(command.files)
    files[place] = spoil(files[place])
    assert [path for _, path in found(adding(*files))] == [f"files/{place}/{name}"]


def test_what_is_said_of_a_file_is_the_documented_json() -> None:
    one = entry(bare("contract.pdf"), name="Signed contract", description="Countersigned")
    assert wire.described(one, ORDER) == {
        "name": "Signed contract",
        "description": "Countersigned",
        "type": "File",
        "orderId": "ORD-2001-3002-4003",
    }
    assert wire.described(key("K"), None) == {"name": "Key", "type": "LicenseKey", "licenseKey": "K"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.field)
def test_a_written_field_goes_where_its_row_says(row: WriteRow) -> None:
    assert row.value(SAMPLE) == row.expect


def test_a_file_without_a_title_is_called_by_its_file_name_cut_to_fit() -> None:
    assert wire.described(entry(bare("a.pdf")), None)["name"] == "a.pdf"
    assert wire.described(entry(bare("a" * 200 + ".pdf")), None)["name"] == "a" * 180


def test_a_change_sends_what_was_given_and_null_where_it_clears() -> None:
    assert wire.changes(UpdateAttachment(attachment_id=REF, name="M")) == {"name": "M"}
    assert wire.changes(UpdateAttachment(attachment_id=REF, description=None)) == {"description": None}


async def test_the_form_has_the_file_first_and_then_its_description_byte_for_byte() -> None:
    async with attaching():  # closes the file
        one = entry(spooled("Vertrag ü.pdf", content=b"%PDF-x"), name="Ü")
        sent = Multipart(parts(one, ORDER), "0123456789abcdef-0")
        body = b"".join([piece async for piece in sent])
        said = '{"name":"Ü","type":"File","orderId":"ORD-2001-3002-4003"}'
        assert body.decode() == (
            "--0123456789abcdef-0\r\n"
            'Content-Disposition: form-data; name="file"; filename="Vertrag ü.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
            "%PDF-x\r\n"
            "--0123456789abcdef-0\r\n"
            'Content-Disposition: form-data; name="attachment"\r\n'
            "Content-Type: application/json\r\n\r\n"
            f"{said}\r\n"
            "--0123456789abcdef-0--\r\n"
        )
        assert sent.content_length == len(body)
        assert b"".join([piece async for piece in sent]) == body


async def test_the_form_of_a_licence_key_has_no_file() -> None:
    sent = Multipart(parts(key("K-1"), None), "0123456789abcdef-0")
    body = b"".join([piece async for piece in sent])
    message = email.message_from_bytes(
        b"Content-Type: " + sent.content_type.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP
    )
    (part,) = message.iter_parts()
    assert part.get_param("name", header="content-disposition") == "attachment"
    assert json.loads(part.get_content()) == {"name": "Key", "type": "LicenseKey", "licenseKey": "K-1"}


def test_the_largest_file_and_the_longest_words_stay_within_the_vendors_bound() -> None:
    one = entry(bare("ü" * 120, size=rules.FILE_BYTES), name="\U0001f600" * 180, description="\x01" * 250)
    assert Multipart(parts(one, ORDER), "0" * 70).content_length <= 30_000_000


SEEN = Attachment(
    ref=REF,
    number=REF.parts[-1],
    kind=AttachmentKind.FILE,
    vendor_kind="File",
    file_name="a.pdf",
    name="N",
    content_type="application/pdf; charset=x",
    size_in_bytes=10,
    order=ORDER,
)


def test_only_what_agrees_in_everything_is_taken_for_what_was_sent() -> None:
    sent = entry(bare("a.pdf", size=10), name="N ")
    assert wire.agrees(sent, ORDER, SEEN)
    others: list[dict[str, Any]] = [
        {"kind": AttachmentKind.LICENSE_KEY},
        {"file_name": "b.pdf"},
        {"name": "M"},
        {"description": "D"},
        {"content_type": CSV_TYPE},
        {"size_in_bytes": 11},
        {"order": None},
    ]
    assert not any(wire.agrees(sent, ORDER, replace(SEEN, **other)) for other in others)
    seen = replace(SEEN, kind=AttachmentKind.LICENSE_KEY, name="Key", license_key="K", order=None)
    assert wire.agrees(key("K"), None, seen)
    assert not wire.agrees(key("L"), None, seen)


def test_the_mark_of_an_attachment_tells_contents_apart_and_hides_the_key() -> None:
    ones = [
        entry(bare("a.pdf")),
        entry(bare("b.pdf")),
        entry(SpooledFile("a.pdf", PDF_TYPE, 10, "ff", None, None)),
        entry(bare("a.pdf"), name="N"),
        key("K"),
        key("L"),
    ]
    marks = {wire.marker(one, AGREEMENT, ORDER) for one in ones} | {wire.marker(ones[0], AGREEMENT, None)}
    assert len(marks) == 7
    assert all(len(mark) == 64 for mark in marks)
    assert wire.marker(ones[0], AGREEMENT, ORDER) == wire.marker(entry(bare("a.pdf")), AGREEMENT, ORDER)
