"""Views and models agree: every plain field exists on its model, with the same nullability."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

import pytest
from strawberry.types.base import StrawberryOptional

from gateway.schema.build import build_schema
from gateway.schema.view import VIEWS

build_schema()  # collects every view
GENERIC = ("Listed", "Edge", "Pick", "Picked")  # their type arguments are only known to the connections


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_plain_fields_are_attributes_with_the_same_nullability(view: type[Any]) -> None:
    model = VIEWS[view]
    hints = {} if model.__name__ in GENERIC else typing.get_type_hints(model)
    names = {field.name for field in dataclasses.fields(model)}
    for field in view.__strawberry_definition__.fields:
        if field.base_resolver is not None:
            continue
        assert field.python_name in names or isinstance(getattr(model, field.python_name, None), property)
        if field.python_name in hints and hints[field.python_name] is not object:
            nullable = isinstance(field.type, StrawberryOptional)
            assert nullable == accepts_none(hints[field.python_name]), field.python_name


def accepts_none(hint: Any) -> bool:
    if hint in (object | None, Any):
        return True
    return typing.get_origin(hint) in (typing.Union, types.UnionType) and type(None) in typing.get_args(hint)
