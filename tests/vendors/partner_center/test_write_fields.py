"""Each field that the vendor takes of carts is sent as its row says, and no field of the inputs is without a row."""

from __future__ import annotations

import pytest
from graphql import GraphQLInputObjectType

from gateway.schema.build import build_schema
from tests.vendors.fieldrow import WriteRow
from tests.vendors.partner_center.write_fields import ROWS, SAMPLE

TYPES = build_schema()._schema.type_map
INPUTS = (
    "CreateCartInput",
    "UpdateCartInput",
    "CheckoutCartInput",
    "CartLineInput",
    "CartLinePatch",
    "CartParticipantInput",
    "PartnerCenterCommitmentInput",
    "PartnerCenterRenewalInput",
    "PartnerCenterNextTermInput",
    "PartnerCenterProductTermInput",
)
OURS = {"CreateCartInput.accountName"}


def fields(name: str) -> set[str]:
    type_ = TYPES[name]
    assert isinstance(type_, GraphQLInputObjectType)
    return {f"{name}.{field}" for field in type_.fields}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.field}")
def test_the_sample_is_sent_as_the_row_says(row: WriteRow) -> None:
    assert row.value(SAMPLE) == row.expect
    assert all(home in fields(home.partition(".")[0]) for home in row.homes)


@pytest.mark.parametrize("name", INPUTS)
def test_every_field_of_the_input_has_a_row(name: str) -> None:
    assert fields(name) - {home for row in ROWS for home in row.homes} <= OURS


def test_no_field_stands_twice() -> None:
    assert len({(row.section, row.field) for row in ROWS}) == len(ROWS)
