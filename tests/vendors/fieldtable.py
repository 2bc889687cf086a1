"""Writes docs/vendor-fields.md: every vendor field that the graph shows or takes, and its home there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from tests.vendors.fieldrow import FieldRow, WriteRow
from tests.vendors.partner_center import fields as partner_center
from tests.vendors.partner_center import write_fields as partner_center_carts
from tests.vendors.partner_center import write_fields_attachments as partner_center_documents
from tests.vendors.sellercloud import fields as sellercloud
from tests.vendors.sellercloud import write_fields as sellercloud_writes
from tests.vendors.softwareone import fields as softwareone
from tests.vendors.softwareone import write_fields as softwareone_orders
from tests.vendors.softwareone import write_fields_attachments as softwareone_attachments

VENDORS: dict[str, tuple[FieldRow, ...]] = {
    "Microsoft Partner Center": partner_center.ROWS,
    "Sellercloud": sellercloud.ROWS,
    "SoftwareOne Marketplace": softwareone.ROWS,
}
WRITTEN: dict[str, tuple[WriteRow, ...]] = {
    "Microsoft Partner Center": (*partner_center_carts.ROWS, *partner_center_documents.ROWS),
    "Sellercloud": sellercloud_writes.ROWS,
    "SoftwareOne Marketplace": (*softwareone_orders.ROWS, *softwareone_attachments.ROWS),
}


def table() -> str:
    """The whole page as Markdown."""
    page = [
        "# Vendor fields",
        "",
        "Every field of the vendors' answers and where it lives in the graph, and every field that is written and the",
        "input that it comes from. Written by `make fields` from the rows in `tests/vendors/*/fields.py` and",
        "`write_fields*.py`, each of which is tested with a sample.",
    ]
    for vendor, rows in VENDORS.items():
        page += ["", f"## {vendor}"]
        page += sections(rows, "###", "in the graph")
        page += ["", f"### What is written to {vendor}"]
        page += sections(WRITTEN[vendor], "####", "from the input")
    return "\n".join(page) + "\n"


def sections(rows: Sequence[FieldRow], level: str, home: str) -> list[str]:
    """A table for each section, in the order of its first row."""
    page = []
    for section in dict.fromkeys(row.section for row in rows):
        page += ["", f"{level} {section}", "", f"| vendor field | type, values | {home} | note |", "|---|---|---|---|"]
        page += lines(row for row in rows if row.section == section)
    return page


def lines(rows: Iterable[FieldRow]) -> list[str]:
    return [
        f"| `{row.field}` | {cell(row.type)} | {', '.join(f'`{home}`' for home in row.homes)} | {cell(row.note)} |"
        for row in rows
    ]


def cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(table())
