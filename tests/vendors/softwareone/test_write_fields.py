"""Every field of orders that can be written goes out where its row says, and none of the inputs' fields has no row."""

from __future__ import annotations

import pytest
from graphql import GraphQLInputObjectType

from gateway.schema.build import build_schema
from tests.vendors.fieldrow import WriteRow
from tests.vendors.softwareone.write_fields import ROWS, SAMPLE

TYPES = build_schema()._schema.type_map


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.field}")
def test_a_written_field_goes_out_where_the_table_says(row: WriteRow) -> None:
    assert row.value(SAMPLE) == row.expect


def test_every_field_of_this_vendors_inputs_has_a_row() -> None:
    homes = {home for row in ROWS for home in row.homes}
    inputs = {
        f"{name}.{field}"
        for name, type_ in TYPES.items()
        if isinstance(type_, GraphQLInputObjectType) and "SoftwareOne" in name
        for field in type_.fields
    }
    assert inputs - homes == set()


def test_an_order_without_a_number_goes_out_under_a_mark() -> None:
    assert SAMPLE["unnumbered"]["externalIds"] == {"client": "og-00000000000000000000000000000007"}
