"""Claimed types held against bytes."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.files import CSV_TYPE, DOCX_TYPE, PDF_TYPE, PPTX_TYPE, XLSX_TYPE
from gateway.store.sniff import CLAIMS, Content, Sniffer, packed_content

ZIP_TYPE = "application/zip"
EXCEL = "application/vnd.ms-excel"


def packed(*names: str, comment: bytes = b"", before: bytes = b"") -> bytes:
    buffer = io.BytesIO(before)
    buffer.seek(0, io.SEEK_END)
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for name in names:
            archive.writestr(name, "content of " + name)
    return buffer.getvalue()


def office(*names: str) -> bytes:
    return packed("[Content_Types].xml", "_rels/.rels", *names)


DOCX = office("word/document.xml", "word/styles.xml")
XLSX = office("xl/workbook.xml")
PPTX = office("ppt/presentation.xml")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + bytes(100)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
PROGRAM = b"MZ\x90\x00\x03" + bytes(100)
CSV = "name;price\nKäse;1,50\n".encode()
HTML = b"  <!DOCTYPE html>\n<html><body>order</body></html>"


def sniffed(content: bytes, block: int = 1 << 20) -> Sniffer:
    sniffer = Sniffer()
    for start in range(0, len(content), block):
        sniffer.feed(content[start : start + block])
    sniffer.finish(lambda offset, count: content[offset : offset + count], len(content))
    return sniffer


@pytest.mark.parametrize(
    ("claimed", "content"),
    [
        (PDF_TYPE, PDF),
        (PDF_TYPE, b"\r\n" + PDF),
        (DOCX_TYPE, DOCX),
        (XLSX_TYPE, XLSX),
        (PPTX_TYPE, PPTX),
        (DOCX_TYPE, office("word/document.xml", "word/embeddings/table.xlsx")),
        (DOCX_TYPE, packed("word/document.xml", "[Content_Types].xml", comment=b"c" * 60_000)),
        (ZIP_TYPE, packed("a.txt")),
        (ZIP_TYPE, DOCX),
        ("image/png", PNG),
        ("image/jpeg", JPEG),
        ("application/msword", OLE),
        (EXCEL, OLE),
        (EXCEL, CSV),
        (CSV_TYPE, CSV),
        (CSV_TYPE, b"\xef\xbb\xbfMZ;BM\n1;2\n"),
        (CSV_TYPE, b"MZ,b\n1,2\n"),
        (CSV_TYPE, "größe\n".encode("latin-1")),
        ("application/csv", CSV),
        ("text/plain", HTML),
        ("text/plain", "größe".encode("utf-16")),
        ("text/html", HTML),
        ("application/octet-stream", PROGRAM),
        ("model/step", b"ISO-10303-21;"),
    ],
)
def test_bytes_that_are_what_is_claimed_pass(claimed: str, content: bytes) -> None:
    assert not sniffed(content).contradicts(claimed)


@pytest.mark.parametrize(
    ("claimed", "content"),
    [
        (PDF_TYPE, HTML),
        (PDF_TYPE, b"GIF89a" + bytes(20) + b"%PDF-1.7"),
        (PDF_TYPE, PROGRAM),
        (PDF_TYPE, DOCX),
        (DOCX_TYPE, XLSX),
        (XLSX_TYPE, PPTX),
        (PPTX_TYPE, DOCX),
        (DOCX_TYPE, packed("a.txt")),
        (DOCX_TYPE, packed("word/document.xml")),
        (DOCX_TYPE, office("word/document.xml", "xl/workbook.xml")),
        (DOCX_TYPE, office("word/document.xml", "word/vbaProject.bin")),
        (XLSX_TYPE, office("xl/workbook.bin")),
        (DOCX_TYPE, DOCX[: len(DOCX) // 2]),
        (DOCX_TYPE, OLE),
        (CSV_TYPE, b"a,b\n1,\x00\n"),
        (CSV_TYPE, b"a,b\n" * 10_000 + b"\x00"),
        (CSV_TYPE, HTML),
        (CSV_TYPE, PROGRAM),
        (CSV_TYPE, XLSX),
        (EXCEL, XLSX),
        (EXCEL, PROGRAM),
        (EXCEL, HTML),
        ("image/png", JPEG),
        ("image/jpeg", PNG),
        ("text/plain", b"\x7fELF" + bytes(10)),
        (ZIP_TYPE, PDF),
    ],
)
def test_bytes_that_are_something_else_are_found_out(claimed: str, content: bytes) -> None:
    assert sniffed(content).contradicts(claimed)


def test_a_zip_may_still_become_an_office_file_until_all_of_it_is_there() -> None:
    sniffer = Sniffer()
    sniffer.feed(DOCX[:100])
    assert not sniffer.contradicts(DOCX_TYPE)
    assert sniffer.contradicts(PDF_TYPE)


@pytest.mark.parametrize(
    ("claimed", "content", "settled"),
    [
        (EXCEL, CSV, CSV_TYPE),
        ("application/csv", CSV, CSV_TYPE),
        (EXCEL, OLE, EXCEL),
        ("text/plain", CSV, "text/plain"),
        (PDF_TYPE, PDF, PDF_TYPE),
    ],
)
def test_csv_has_one_name_however_a_browser_calls_it(claimed: str, content: bytes, settled: str) -> None:
    assert sniffed(content).settled(claimed) == settled


def test_a_directory_of_a_zip_that_is_longer_than_ours_to_read_is_not_read() -> None:
    content = packed(*(f"word/{'x' * 500}{n}" for n in range(2_500)), "[Content_Types].xml")
    asked: list[int] = []

    def read(offset: int, count: int) -> bytes:
        asked.append(count)
        return content[offset : offset + count]

    assert packed_content(read, len(content)) is Content.ZIP
    assert len(asked) == 1


@given(st.binary(max_size=300), st.sampled_from(sorted(CLAIMS)), st.integers(1, 50))
def test_any_bytes_can_be_judged(content: bytes, claimed: str, block: int) -> None:
    assert sniffed(content, block).contradicts(claimed) in (True, False)


@given(st.data())
def test_a_broken_zip_is_judged_and_never_an_error(data: st.DataObject) -> None:
    content = bytearray(DOCX)
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(4, len(content)))]
    whole = bytes(content)
    assert packed_content(lambda offset, count: whole[offset : offset + count], len(whole)) in Content
