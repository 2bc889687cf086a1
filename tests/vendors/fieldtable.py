"""Writes docs/vendor-fields.md: every vendor field that the graph shows, and its home there."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby

from tests.vendors.fieldrow import FieldRow
from tests.vendors.partner_center import fields as partner_center
from tests.vendors.sellercloud import fields as sellercloud
from tests.vendors.softwareone import fields as softwareone

VENDORS: dict[str, tuple[FieldRow, ...]] = {
    "Microsoft Partner Center": partner_center.ROWS,
    "Sellercloud": sellercloud.ROWS,
    "SoftwareOne Marketplace": softwareone.ROWS,
}


def table() -> str:
    """The whole page as Markdown."""
    page = [
        "# Vendor fields",
        "",
        "Every field of the vendors' answers and where it lives in the graph. Written by `make fields` from the rows",
        "in `tests/vendors/*/fields.py`, each of which is tested with a sample payload.",
    ]
    for vendor, rows in VENDORS.items():
        page += ["", f"## {vendor}"]
        for section, group in groupby(rows, lambda row: row.section):
            page += [
                "",
                f"### {section}",
                "",
                "| vendor field | type, values | in the graph | note |",
                "|---|---|---|---|",
            ]
            page += lines(group)
    return "\n".join(page) + "\n"


def lines(rows: Iterable[FieldRow]) -> list[str]:
    return [
        f"| `{row.field}` | {cell(row.type)} | {', '.join(f'`{home}`' for home in row.homes)} | {cell(row.note)} |"
        for row in rows
    ]


def cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(table())
