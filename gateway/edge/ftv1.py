"""Apollo's inline trace for routers: how long an operation took and where it failed, as protobuf in base64.

https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec, and its messages in
apollo-server's `reports.proto`. Single fields are not timed: that would cost every field of every answer.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

HEADER: Final = "apollo-federation-include-trace"
SECOND: Final = 1_000_000_000
TIMESTAMP_SECONDS, TIMESTAMP_NANOS = 1, 2
TRACE_END, TRACE_START, TRACE_DURATION, TRACE_ROOT = 3, 4, 11, 14
NODE_NAME, NODE_INDEX, NODE_ERROR, NODE_CHILD = 1, 2, 11, 12
ERROR_MESSAGE, ERROR_LOCATION, ERROR_JSON = 1, 2, 4
LOCATION_LINE, LOCATION_COLUMN = 1, 2

Key = str | int


def is_wanted(headers: Mapping[str, str]) -> bool:
    return headers.get(HEADER, "").lower() == "ftv1"


class Trace:
    """Begins when it is made."""

    def __init__(self) -> None:
        self._at = time.time_ns()
        self._started = time.perf_counter_ns()

    def text(self, errors: Iterable[Mapping[str, Any]]) -> str:
        """The trace of an operation that ends now, with these errors of its answer."""
        took = time.perf_counter_ns() - self._started
        root = Node()
        for error in errors:
            root.at(error.get("path") or ()).errors.append(error)
        message = (
            nested(TRACE_END, timestamp(self._at + took))
            + nested(TRACE_START, timestamp(self._at))
            + number(TRACE_DURATION, took)
            + nested(TRACE_ROOT, root.message())
        )
        return b64encode(message).decode()


@dataclass(slots=True)
class Node:
    """A place in the answer where something failed, or on the way to one."""

    key: Key | None = None
    children: dict[Key, Node] = field(default_factory=dict)
    errors: list[Mapping[str, Any]] = field(default_factory=list)

    def at(self, path: Iterable[Key]) -> Node:
        node = self
        for key in path:
            node = node.children.setdefault(key, Node(key))
        return node

    def message(self) -> bytes:
        return b"".join(self._parts())

    def _parts(self) -> Iterator[bytes]:
        if isinstance(self.key, str):
            yield nested(NODE_NAME, self.key.encode())
        elif self.key is not None:
            yield number(NODE_INDEX, self.key)
        for error in self.errors:
            yield nested(NODE_ERROR, error_message(error))
        for child in self.children.values():
            yield nested(NODE_CHILD, child.message())


def error_message(error: Mapping[str, Any]) -> bytes:
    places = b"".join(
        nested(ERROR_LOCATION, number(LOCATION_LINE, one["line"]) + number(LOCATION_COLUMN, one["column"]))
        for one in error.get("locations") or ()
    )
    return nested(ERROR_MESSAGE, error["message"].encode()) + places + nested(ERROR_JSON, json.dumps(error).encode())


def timestamp(nanoseconds: int) -> bytes:
    seconds, rest = divmod(nanoseconds, SECOND)
    return number(TIMESTAMP_SECONDS, seconds) + number(TIMESTAMP_NANOS, rest)


def number(field_number: int, value: int) -> bytes:
    """A field with a number in it: https://protobuf.dev/programming-guides/encoding/."""
    return varint(field_number << 3) + varint(value)


def nested(field_number: int, content: bytes) -> bytes:
    """A field with text or another message in it."""
    return varint(field_number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])
