"""Small but real files for seeded attachments: PDF, CSV, DOCX. The same title gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

PDF, CSV = "application/pdf", "text/csv"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = OFFICE + "wordprocessingml.document"
XLSX = OFFICE + "spreadsheetml.sheet"
PPTX = OFFICE + "presentationml.presentation"

# extension: content types an upload of it may carry
ACCEPTED: dict[str, tuple[str, ...]] = {
    "pdf": (PDF,),
    "docx": (DOCX,),
    "xlsx": (XLSX,),
    "pptx": (PPTX,),
    "csv": (CSV, "application/csv"),
}
DAWN = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can carry: bytes must not depend on the day


def pdf(title: str) -> bytes:
    """A one-page PDF with a correct cross-reference table."""
    text = title.encode("latin-1", "replace").replace(b"\\", b"").replace(b"(", b"[").replace(b")", b"]")
    stream = b"BT /F1 18 Tf 72 720 Td (" + text + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return bytes(body) + head + table + tail


def csv(title: str, rows: Sequence[Sequence[str]] = (("user", "licence"), ("ines.hartwig", "E3"))) -> bytes:
    lines = [f"# {title}", *(",".join(row) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


def docx(title: str) -> bytes:
    """The least a word processor opens: content types, relations, one paragraph."""
    package = "http://schemas.openxmlformats.org/package/2006/"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    safe = title.replace("&", "&amp;").replace("<", "&lt;")
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}relationships">'
        f'<Relationship Id="rId1" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{safe}</w:t></w:r></w:p>'
        "</w:body></w:document>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, DAWN), '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return buffer.getvalue()


# name of the document, extension, content type, how its bytes are made
SAMPLES: tuple[tuple[str, str, str, Callable[[str], bytes]], ...] = (
    ("Signed contract", "pdf", PDF, pdf),
    ("Purchase order", "pdf", PDF, pdf),
    ("Licence list", "csv", CSV, csv),
    ("Übergabeprotokoll", "docx", DOCX, docx),
)
