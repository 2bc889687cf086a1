"""Where in a request's variables its files go: the `map` of the GraphQL multipart request specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.edge.form import Malformed

INDEX: Final = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)
OWN_PARTS: Final = frozenset({"operations", "map"})


@dataclass(frozen=True, slots=True)
class Place:
    """A null in the variables that a file replaces. `around` are the objects that it stands in, innermost first."""

    container: dict[str, Any] | list[Any]
    key: str | int
    around: tuple[dict[str, Any], ...]

    def put(self, value: object) -> None:
        self.container[self.key] = value  # type: ignore[index]  # `find` made sure that they fit each other


def places(operations: Mapping[str, Any], mapped: object, most: int) -> dict[str, tuple[Place, ...]]:
    """The places of each file part, by its name, at most so many in all. Raises Malformed."""
    if not isinstance(mapped, dict):
        raise Malformed("The part map must hold a JSON object.")
    found: dict[str, tuple[Place, ...]] = {}
    seen: set[str] = set()
    for part, paths in mapped.items():
        if part in OWN_PARTS or not isinstance(paths, list) or not paths:
            raise Malformed("The part map must give each file part a list of paths.")
        for path in paths:
            if not isinstance(path, str) or path in seen:
                raise Malformed("A path in the part map is no text, or stands there twice.")
            seen.add(path)
        if len(seen) > most:
            raise Malformed(f"A request may place at most {most} files.")
        found[part] = tuple(_find(operations, path) for path in paths)
    return found


def _find(operations: Mapping[str, Any], path: str) -> Place:
    first, *keys = path.split(".")
    if first != "variables" or not keys:
        raise Malformed("A path in the part map does not begin with variables.")
    value: Any = operations.get("variables")
    around: list[dict[str, Any]] = []
    container: Any = None
    inside: str | int = ""
    for key in keys:
        container = value
        if isinstance(container, dict) and key in container:
            around.append(container)
            inside = key
        elif isinstance(container, list) and INDEX.fullmatch(key) and int(key) < len(container):
            inside = int(key)
        else:
            raise Malformed("A path in the part map leads nowhere.")
        value = container[inside]
    if value is not None:
        raise Malformed("A path in the part map leads to a value that is not null.")
    return Place(container, inside, tuple(reversed(around)))
