"""How a GraphQL input is declared: as the outside of a command, which it is turned into field by field.

    @input_of(CartLineDraft, name="CartLineInput", description="…")
    class CartLineInput:
        catalog_item_id: str = wanted("The item.")           # required
        friendly_name: str | None = optional("A label.")     # may be left out

The command (`gateway/vendors/commands.py`, or a vendor's own) has fields of the same names. Ids become Refs, lists
tuples, inputs commands; a field left out keeps the command's default, and so does null where the command takes none.
A test checks each input against its command.
"""

from __future__ import annotations

import dataclasses
import hashlib
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import (
    Annotated,
    Any,
    Final,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

import orjson
import strawberry
from strawberry.utils.str_converters import to_camel_case

from gateway.accounts import Accounts
from gateway.errors import InvalidId
from gateway.model.ref import Kind
from gateway.model.writing import UserError, UserErrorCode
from gateway.store.spool import SpooledFile

T = TypeVar("T")
C = TypeVar("C")
Path = tuple[str, ...]

INPUTS: Final[dict[type[Any], type[Any]]] = {}
"""Each input and the command it becomes."""
FIELDS: Final[dict[type[Any], tuple[CommandField, ...]]] = {}
"""What is known of each command's fields, looked up once."""
MAX_ITEMS: Final = 500
MAX_TEXT: Final = 20_000
MAX_DEPTH: Final = 20


def wanted(description: str, *, default: Any = dataclasses.MISSING) -> Any:
    """A field that is never null: to be given, unless it has a default."""
    if default is dataclasses.MISSING:
        return strawberry.field(description=description)
    return strawberry.field(description=description, default=default)


def optional(description: str) -> Any:
    """A field that may be left out, which is not the same as null for every vendor."""
    return strawberry.field(description=description, default=strawberry.UNSET)


@dataclass_transform(kw_only_default=True, field_specifiers=(wanted,))
def input_of(command: type[Any], *, name: str, description: str, one_of: bool = False) -> Callable[[type[T]], type[T]]:
    """Declares the decorated class as the GraphQL input `name`, which becomes a `command`."""

    def declare(cls: type[T]) -> type[T]:
        declared = strawberry.input(cls, name=name, description=description, one_of=one_of)
        INPUTS[declared] = command
        return declared

    return declare


@dataclass(slots=True)
class Reading:
    """Turns inputs into commands for one account; `mistakes` collects what is wrong with them, each with its path."""

    accounts: Accounts
    account: str
    mistakes: list[UserError] = field(default_factory=list)

    def command(self, cls: type[C], given: object, path: Path = (), **known: object) -> C:
        """The command; where `mistakes` were found it is not to be used. `known` are fields that are no input's."""
        values: dict[str, object] = dict(known)
        for one in command_fields(cls):
            value = getattr(given, one.name, strawberry.UNSET)
            if value is strawberry.UNSET or one.name in known or (value is None and not one.nullable):
                continue
            values[one.name] = self._value(one, value, (*path, to_camel_case(one.name)))
        return cls(**values)

    def _value(self, one: CommandField, value: object, path: Path) -> object:
        if isinstance(value, list):
            if len(value) > MAX_ITEMS:
                self._wrong(UserErrorCode.TOO_MANY, f"At most {MAX_ITEMS} of these fit in one request.", path)
                return ()
            return tuple(self._value(one, item, (*path, str(place))) for place, item in enumerate(value))
        if type(value) in INPUTS:
            if len(path) > 2 * MAX_DEPTH:
                self._wrong(UserErrorCode.INVALID, "This is nested too deeply.", path)
                return None
            return self.command(INPUTS[type(value)], value, path)
        if isinstance(value, str):
            return self._ref(value, one.kinds, path) if one.kinds else self._text(value, path)
        return value

    def _text(self, text: str, path: Path) -> str:
        if len(text) > MAX_TEXT or any(not c.isprintable() and c not in "\r\n\t" for c in text):
            self._wrong(
                UserErrorCode.INVALID, f"A text has at most {MAX_TEXT} characters, none of them for control.", path
            )
        return text

    def _ref(self, text: str, kinds: frozenset[Kind], path: Path) -> object:
        try:
            ref = self.accounts.ref(text, kinds)
        except InvalidId as error:
            self._wrong(UserErrorCode.INVALID, error.message, path)
            return None
        if ref.account != self.account:
            self._wrong(UserErrorCode.INVALID, "This id belongs to another account.", path)
        return ref

    def _wrong(self, code: UserErrorCode, message: str, path: Path) -> None:
        self.mistakes.append(UserError(code, message, path))


@dataclass(frozen=True, slots=True)
class CommandField:
    """`kinds`: of which kinds a Ref may be; empty where the field is none."""

    name: str
    nullable: bool
    kinds: frozenset[Kind]


def command_fields(cls: type[Any]) -> tuple[CommandField, ...]:
    if cls not in FIELDS:
        hints = get_type_hints(cls, include_extras=True)
        FIELDS[cls] = tuple(
            CommandField(one.name, accepts_none(hints[one.name]), frozenset(kinds(hints[one.name])))
            for one in dataclasses.fields(cls)
        )
    return FIELDS[cls]


def accepts_none(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def kinds(hint: Any) -> list[Kind]:
    """The kinds in a hint's annotations, at any depth."""
    if get_origin(hint) is Annotated:
        return [one for one in get_args(hint)[1:] if isinstance(one, Kind)]
    return [kind for one in get_args(hint) for kind in kinds(one)]


def fingerprint(write: str, given: object) -> str:
    """A digest of the whole input but its key: equal for equal inputs, whatever the order of their fields."""
    plain = orjson.dumps([write, as_plain(given)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(plain).hexdigest()


def as_plain(value: object) -> object:
    """An input as JSON values: what was left out is left out, files are their names, types and digests."""
    if isinstance(value, SpooledFile):
        return {"name": value.name, "type": value.content_type, "sha256": value.sha256}
    if dataclasses.is_dataclass(value):  # an input, also one that only holds others and is no command
        names = (one.name for one in dataclasses.fields(value) if one.name != "idempotency_key")
        return {name: as_plain(v) for name in names if (v := getattr(value, name)) is not strawberry.UNSET}
    if isinstance(value, list | tuple):
        return [as_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): as_plain(one) for key, one in value.items()}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Decimal):
        text = format(value, "f")  # `normalize` would round
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.isoformat()
    # A number beyond 64 bits is beyond JSON's writer too.
    return str(value) if isinstance(value, int) and abs(value) >= 2**63 else value
