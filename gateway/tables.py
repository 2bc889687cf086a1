"""Fills a frozen dataclass from a table of plain values by its type hints, and collects what is wrong with them.

A field may be str, bool, int, float, Secret, Path, ZoneInfo, a Literal, an Enum, a tuple of one of these, or any of
them `| None`. A Secret `x`, or a tuple of them, may instead be given as `x_file`: the path of a file that holds the
secret, or one on each line. Values are never quoted in problems: a secret may have been put under the wrong key.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import types
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from gateway.secret import Secret

T = TypeVar("T")

PREFIX: Final = "ORDER_GATEWAY_"
FILE_SUFFIX: Final = "_file"
FILE_BYTES: Final = 64 * 1024
WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Typed(str):
    """A value from the environment, where everything is text: numbers, flags and lists are read out of it."""

    __slots__ = ()


class Wrong(Exception):
    """What is wrong with one value, worded to follow its key."""


@dataclasses.dataclass(slots=True)
class Problems:
    found: list[str] = dataclasses.field(default_factory=list)

    def add(self, where: str, key: str, problem: str) -> None:
        self.found.append(f"{where}.{key}: {problem}" if where else f"{key}: {problem}")


def fill(cls: type[T], table: Mapping[str, Any], where: str, directory: Path, problems: Problems) -> T | None:
    """An instance, or None with the problems noted. Keys that are no field's are left to `unknown`.

    `where` is the table's name in problems; relative paths start at `directory`.
    """
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    before = len(problems.found)
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # typing has no name for "a dataclass"
        hint = _without_none(hints[field.name])
        given = field.name
        try:
            if _is_secret(hint) and field.name + FILE_SUFFIX in table:
                given += FILE_SUFFIX
                if field.name in table:
                    raise Wrong(f"give either this or {field.name}")
                values[field.name] = _from_file(hint, table[given], directory)
            elif given in table:
                values[given] = _read(hint, table[given], directory)
            elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                raise Wrong("is missing")
        except Wrong as wrong:
            problems.add(where, given, str(wrong))
    return cls(**values) if len(problems.found) == before else None


def keys(cls: type[Any]) -> frozenset[str]:
    """All keys that `fill` understands for this class."""
    names = set()
    for name, hint in get_type_hints(cls).items():
        names |= {name, name + FILE_SUFFIX} if _is_secret(_without_none(hint)) else {name}
    return frozenset(names)


def unknown(table: Iterable[str], known: frozenset[str], where: str, problems: Problems) -> None:
    for key in table:
        if key not in known:
            like = difflib.get_close_matches(key, known, 1)
            problems.add(where, key[:100], "is not a key here" + (f"; is {like[0]} meant?" if like else ""))


def overlaid(table: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`table` with the values of `over`, where x and x_file replace each other."""
    replaced = {key.removesuffix(FILE_SUFFIX) for key in over}
    return {key: value for key, value in table.items() if key.removesuffix(FILE_SUFFIX) not in replaced} | dict(over)


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts. Raises Wrong."""
    return tuple(_read(tuple[str, ...], value, Path()))


def overrides(
    where: str, names: Iterable[str], environ: Mapping[str, str], problems: Problems
) -> dict[str, dict[str, Typed]]:
    """For each of the tables of these names, the keys that the environment sets. `where` is the table that holds them
    all: ORDER_GATEWAY_ACCOUNTS__<NAME>__<KEY> for `accounts`."""
    prefix = PREFIX + where.upper().replace(".", "__") + "__"
    by_variable: dict[str, list[str]] = {}
    for name in names:
        by_variable.setdefault(re.sub(r"[^A-Z0-9]", "_", name.upper()), []).append(name)
    over: dict[str, dict[str, Typed]] = {name: {} for name in names}
    kind = where.rpartition(".")[2]
    for variable, value in environ.items():
        if not variable.startswith(prefix) or not value:
            continue
        name, separator, key = variable.removeprefix(prefix).rpartition("__")
        meant = by_variable.get(name, []) if separator else []
        if len(meant) == 1:
            over[meant[0]][key.lower()] = Typed(value)
        else:
            problems.add("", variable, f"fits several {kind}" if meant else f"fits no {kind.removesuffix('s')}")
    return over


def judge_numbers(known: object, ranges: Mapping[str, tuple[float, float]], where: str, problems: Problems) -> None:
    """Notes each number of `known` that is out of its range."""
    for key, (least, most) in ranges.items():
        if not least <= getattr(known, key) <= most:
            problems.add(where, key, f"must be from {least:g} to {most:.0f}")


def _without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    (only,) = (one for one in get_args(hint) if one is not type(None))
    return only


def _is_secret(hint: Any) -> bool:
    return hint is Secret or (get_origin(hint) is tuple and get_args(hint)[0] is Secret)


def _read(hint: Any, value: Any, directory: Path) -> Any:
    if get_origin(hint) is tuple:
        if isinstance(value, Typed):
            value = [Typed(part.strip()) for part in value.split(",") if part.strip()]
        if not isinstance(value, list):
            raise Wrong("must be a list")
        return tuple(_read(get_args(hint)[0], one, directory) for one in value)
    if get_origin(hint) is Literal:
        return _choice({str(one): one for one in get_args(hint)}, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice({str(one.value): one for one in hint}, value)
    if hint is Path:
        return directory / _text(value)
    return READERS[hint](value)


def _from_file(hint: Any, value: Any, directory: Path) -> Any:
    try:
        with (directory / _text(value)).open("rb") as file:
            content = file.read(FILE_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise Wrong(f"the file cannot be read ({error.strerror or type(error).__name__})") from None
    except ValueError:
        raise Wrong("the file does not hold text") from None
    if len(content) > FILE_BYTES:
        raise Wrong(f"the file is longer than {FILE_BYTES} bytes")
    lines = [line for line in text.splitlines() if line] if get_origin(hint) is tuple else [text.rstrip("\r\n")]
    if not any(lines):
        raise Wrong("the file is empty")
    secrets = tuple(Secret(line) for line in lines)
    return secrets if get_origin(hint) is tuple else secrets[0]


def _choice(words: Mapping[str, Any], value: Any) -> Any:
    said = str(value).strip().lower() if isinstance(value, str | int) else None
    for word, meaning in words.items():
        if word.lower() == said:
            return meaning
    raise Wrong("must be one of " + ", ".join(words))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("must be a text")
    if not value.strip():
        raise Wrong("is empty")
    if "\x00" in value:
        raise Wrong("holds a zero character")
    return str(value)


def _flag(value: Any) -> bool:
    known = WORDS.get(value.strip().lower()) if isinstance(value, Typed) else value
    if not isinstance(known, bool):
        raise Wrong("must be true or false")
    return known


def _whole(value: Any) -> int:
    try:
        known = int(value) if isinstance(value, Typed) else value
    except ValueError:
        known = None
    if not isinstance(known, int) or isinstance(known, bool):
        raise Wrong("must be a whole number")
    return known


def _number(value: Any) -> float:
    try:
        known = float(value) if isinstance(value, Typed) else value
    except ValueError:
        known = None
    if not isinstance(known, int | float) or isinstance(known, bool) or not math.isfinite(known):
        raise Wrong("must be a number")
    return float(known)


def _zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(_text(value))
    except (ValueError, OSError, KeyError):
        raise Wrong("must be the name of a time zone, such as Europe/Berlin") from None


READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    str: _text,
    bool: _flag,
    int: _whole,
    float: _number,
    Secret: lambda value: Secret(_text(value)),
    ZoneInfo: _zone,
}
