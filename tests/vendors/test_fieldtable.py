"""The table of vendor fields: its homes exist in the graph, its page is current, and nothing lacks a row."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, get_named_type

from gateway.schema.build import build_schema
from tests.vendors.fieldrow import FieldRow
from tests.vendors.fieldtable import VENDORS, WRITTEN, table

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema()._schema
TYPES = SCHEMA.type_map
# What is this gateway's own, and what only holds inputs of one vendor.
OURS = frozenset(
    {
        "CreateCartInput.accountName",
        "CreatePurchaseOrderInput.accountName",
        "CreatePurchaseOrderInput.idempotencyKey",
        "CreatePurchaseOrderInput.vendor",
        "UpdateOrderInput.idempotencyKey",
        "UpdateOrderInput.vendor",
        "SubmitOrderInput.idempotencyKey",
        "CancelOrderInput.allowDelete",
        "AddAttachmentsInput.idempotencyKey",
        "UpdateAttachmentInput.idempotencyKey",
        "DeleteAttachmentInput.idempotencyKey",
        "PurchaseOrderVendorInput.sellercloud",
        "PurchaseOrderVendorInput.softwareone",
        "UpdateOrderVendorInput.sellercloud",
        "UpdateOrderVendorInput.softwareone",
    }
)


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


@pytest.mark.parametrize("vendor", WRITTEN)
def test_every_home_of_a_written_field_is_a_field_of_an_input(vendor: str) -> None:
    assert {home for row in WRITTEN[vendor] for home in row.homes} <= taken()


def test_every_field_of_every_input_has_a_row_or_is_our_own() -> None:
    homes = {home for rows in WRITTEN.values() for row in rows for home in row.homes}
    assert taken() - homes == OURS


def taken() -> set[str]:
    """The fields of every input that a mutation takes, at any depth, as "Input.field"."""
    mutations = SCHEMA.mutation_type
    assert mutations is not None
    waiting = [argument.type for field in mutations.fields.values() for argument in field.args.values()]
    known: dict[str, GraphQLInputObjectType] = {}
    while waiting:
        type_ = get_named_type(waiting.pop())
        if isinstance(type_, GraphQLInputObjectType) and type_.name not in known:
            known[type_.name] = type_
            waiting += [field.type for field in type_.fields.values()]
    return {f"{name}.{field}" for name, type_ in known.items() for field in type_.fields}


def is_holder(type_: object) -> bool:
    while hasattr(type_, "of_type"):
        type_ = type_.of_type
    return isinstance(type_, GraphQLObjectType)


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "vendor-fields.md").read_text("utf-8") == table(), "run `make fields`"


def test_no_field_has_two_rows() -> None:
    for rows in (*VENDORS.values(), *WRITTEN.values()):
        names = [(row.section, row.field) for row in rows]
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
        assert all(isinstance(row, FieldRow) for row in rows)
