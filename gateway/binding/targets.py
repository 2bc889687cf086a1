"""What a command is about: the things and customers that it names, each with its path in the mutation's input."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from gateway.model.ref import Ref
from gateway.vendors.commands import CUSTOMER, CreatePurchaseOrder, UpdateOrder

Path = tuple[str, ...]
FIELDS: Final[dict[type[Any], frozenset[str]]] = {}
"""What is known of each command, looked up once."""


@dataclass(frozen=True, slots=True)
class Target:
    """`names` is a thing's Ref or a customer's key."""

    names: Ref | str
    path: Path


def targets(command: object) -> list[Target]:
    return list(_targets(command, ()))


def _targets(value: object, path: Path) -> Iterator[Target]:
    if isinstance(value, Ref):
        yield Target(value, path)
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            yield from _targets(one, (*path, str(place)))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        customers = customer_fields(type(value))
        for field in dataclasses.fields(value):
            held = getattr(value, field.name)
            if field.name not in customers:
                yield from _targets(held, (*path, *_name(value, field.name)))
            elif isinstance(held, str | int):
                yield Target(str(held), (*path, *_name(value, field.name)))


def _name(command: object, field: str) -> Path:
    """A field's place in the input; a vendor's part is a level deeper there."""
    if field == "vendor" and isinstance(command, CreatePurchaseOrder | UpdateOrder):
        return field, command.chosen
    first, *rest = field.split("_")
    return (first + "".join(word.capitalize() for word in rest),)


def customer_fields(command: type[Any]) -> frozenset[str]:
    """The names of the fields that hold a customer's key."""
    if command not in FIELDS:
        hints = get_type_hints(command, include_extras=True)
        FIELDS[command] = frozenset(name for name, hint in hints.items() if _marked(hint))
    return FIELDS[command]


def _marked(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return CUSTOMER in get_args(hint)[1:]
    return any(map(_marked, get_args(hint)))
