"""The views: each field that shows a model's attribute finds it there, and the type's members all have a row."""

from __future__ import annotations

import dataclasses
import re

import pytest

from gateway.schema.vendors import partner_center
from gateway.schema.vendors.partner_center import agreements, carts, commerce, orders
from gateway.schema.view import VIEWS
from tests.vendors.partner_center.fields import ROWS

OURS = {
    cls: model
    for cls, model in VIEWS.items()
    if cls.__module__ in {module.__name__ for module in (agreements, carts, commerce, orders)}
}


def graph_name(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_a_view_shows_what_its_model_has(cls: type) -> None:
    has = {field.name for field in dataclasses.fields(OURS[cls])} | {"id"}
    for field in cls.__strawberry_definition__.fields:  # type: ignore[attr-defined]  # strawberry puts it there
        assert field.description
        assert field.base_resolver is not None or field.python_name in has


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_every_field_of_a_view_has_a_row(cls: type) -> None:
    definition = cls.__strawberry_definition__  # type: ignore[attr-defined]  # strawberry puts it there
    homes = {home for row in ROWS for home in row.homes}
    names = {f"{definition.name}.{graph_name(field.python_name)}" for field in definition.fields}
    assert names - homes <= {"Cart.account"}


def test_what_the_core_takes_is_there() -> None:
    assert all(hasattr(partner_center, name) for name in partner_center.__all__)
