"""Sellercloud's fields one by one: where each is in the graph, and that it arrives there."""

from __future__ import annotations

from tests.vendors.fieldrow import FieldRow
from tests.vendors.sellercloud.fields_detail import DETAIL_FIELDS
from tests.vendors.sellercloud.fields_lines import LINE_FIELDS, PARCEL_FIELDS
from tests.vendors.sellercloud.fields_reference import ADDRESS_FIELDS, REFERENCE_FIELDS
from tests.vendors.sellercloud.fields_row import ROW_FIELDS
from tests.vendors.sellercloud.samples import SAMPLE

__all__ = ["ROWS", "SAMPLE"]

ROWS: tuple[FieldRow, ...] = (
    *ROW_FIELDS,
    *ADDRESS_FIELDS,
    *DETAIL_FIELDS,
    *LINE_FIELDS,
    *PARCEL_FIELDS,
    *REFERENCE_FIELDS,
)
