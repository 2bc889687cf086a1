"""The table of vendor fields: its homes exist in the graph, its page is current."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from gateway.schema.build import build_schema
from tests.vendors.fieldrow import FieldRow
from tests.vendors.fieldtable import VENDORS, table

ROOT = Path(__file__).parents[2]
TYPES = build_schema()._schema.type_map


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_home_is_a_field_of_the_graph(vendor: str) -> None:
    missing = [home for row in VENDORS[vendor] for home in row.homes if not exists(home)]
    assert missing == []


def exists(home: str) -> bool:
    type_name, _, field = home.partition(".")
    type_ = TYPES.get(type_name)
    return isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and field in type_.fields


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_field_of_the_vendor_s_types_has_a_row(vendor: str) -> None:
    prefix = {"Microsoft Partner Center": "PartnerCenter", "Sellercloud": "Sellercloud"}.get(vendor, "SoftwareOne")
    homes = {home for row in VENDORS[vendor] for home in row.homes}
    shown = {
        f"{name}.{field}"
        for name, type_ in TYPES.items()
        if name.startswith(prefix) and isinstance(type_, GraphQLObjectType)
        for field in type_.fields
        # the vendor's own word beside a mapped one, and objects that only hold fields with rows of their own
        if not field.startswith("vendor") and not is_holder(type_.fields[field].type)
    }
    assert shown - homes == set()


def is_holder(type_: object) -> bool:
    while hasattr(type_, "of_type"):
        type_ = type_.of_type
    return isinstance(type_, GraphQLObjectType)


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "vendor-fields.md").read_text("utf-8") == table(), "run `make fields`"


def test_no_field_has_two_rows() -> None:
    for rows in VENDORS.values():
        names = [(row.section, row.field) for row in rows]
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    assert all(isinstance(row, FieldRow) for rows in VENDORS.values() for row in rows)
