"""The `select` piece of a query: which properties an answer carries, and which it names in `$meta.omitted`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gateway.sandbox.softwareone.shapes import Shape
from gateway.sandbox.softwareone.tree import Path


@dataclass(slots=True)
class Selection:
    """`select=+lines,-authorization,lines.item.id`; `-*` drops the default representation. Unknown names count for
    nothing."""

    default: bool = True
    included: list[Path] = field(default_factory=list)
    excluded: list[Path] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> Selection:
        selection = cls()
        for raw in text.split(","):
            word = raw.strip()
            excludes = word.startswith("-")
            name = word.lstrip("+-").strip()
            if name == "*":
                selection.default = not excludes
            elif name:
                (selection.excluded if excludes else selection.included).append(tuple(name.split(".")))
        return selection

    def names(self, shape: Shape, omitted_by_default: Iterable[str]) -> set[str]:
        """The top-level properties the answer carries."""
        base = set(shape).difference(omitted_by_default) if self.default else set()
        base.update(path[0] for path in self.included)
        base.difference_update(path[0] for path in self.excluded if len(path) == 1)
        return base & set(shape)

    def trim(self, row: dict[str, Any]) -> dict[str, Any]:
        """Applies dotted paths to a row that is the caller's own copy."""
        if not self.default:
            whole = {path[0] for path in self.included if len(path) == 1}
            for name in [name for name in row if name not in whole]:
                row[name] = project(row[name], [path[1:] for path in self.included if path[0] == name])
        for path in self.excluded:
            if len(path) > 1:
                drop(row, path)
        return row


def project(value: Any, paths: list[Path]) -> Any:
    """Only what the paths lead to."""
    if isinstance(value, list):
        return [project(element, paths) for element in value]
    if not isinstance(value, dict) or any(not path for path in paths):
        return value
    heads = dict.fromkeys(path[0] for path in paths)
    return {
        name: project(value[name], [path[1:] for path in paths if path[0] == name]) for name in heads if name in value
    }


def drop(value: Any, path: Path) -> None:
    if isinstance(value, list):
        for element in value:
            drop(element, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.pop(path[0], None)
        else:
            drop(value.get(path[0]), path[1:])
