"""Apollo's inline trace: its bytes are what protobuf says they are, and it is given to those who may have it."""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.ftv1 import Trace, varint
from tests.whole.harness import whole

ASKED = {"apollo-federation-include-trace": "ftv1"}


def read_varint(data: bytes, start: int) -> tuple[int, int]:
    """The number there, and where it ends."""
    value = shift = 0
    while True:
        byte = data[start]
        value |= (byte & 0x7F) << shift
        start, shift = start + 1, shift + 7
        if not byte & 0x80:
            return value, start


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message, in their order."""
    place = 0
    while place < len(data):
        tag, place = read_varint(data, place)
        value, place = read_varint(data, place)
        if tag & 7 == 2:
            yield tag >> 3, data[place : place + value]
            place += value
        else:
            assert tag & 7 == 0
            yield tag >> 3, value


def tree(node: bytes) -> dict[str, Any]:
    """The places of errors below a node, each with what went wrong there."""
    found = list(fields(node))
    messages = [dict(fields(value))[1].decode() for number, value in found if number == 11]
    named = {name(value): tree(value) for number, value in found if number == 12}
    return {**named, **({"errors": messages} if messages else {})}


def name(node: bytes) -> str:
    known = dict(fields(node))
    return known[1].decode() if 1 in known else str(known.get(2, 0))


@given(st.integers(0, 2**64 - 1))
def test_a_number_is_read_back_as_it_was_written(value: int) -> None:
    assert read_varint(varint(value), 0) == (value, len(varint(value)))


def test_a_trace_says_when_it_began_and_how_long_it_took() -> None:
    before = time.time_ns() // 1_000_000_000
    known = dict(fields(b64decode(Trace().text([]))))
    began, ended = (dict(fields(known[part]))[1] for part in (4, 3))
    assert before <= began <= ended <= before + 60
    assert known[11] > 0
    assert known[14] == b""


def test_a_trace_says_what_failed_and_where() -> None:
    errors: list[dict[str, Any]] = [
        {"message": "gone", "path": ["orders", "nodes", 0, "customer"], "locations": [{"line": 1, "column": 300}]},
        {"message": "down", "path": ["orders", "nodes", 1, "customer"]},
        {"message": "wrong", "path": ["orders"]},
        {"message": "no document"},
    ]
    known = dict(fields(b64decode(Trace().text(errors))))
    assert tree(known[14]) == {
        "errors": ["no document"],
        "orders": {
            "errors": ["wrong"],
            "nodes": {"0": {"customer": {"errors": ["gone"]}}, "1": {"customer": {"errors": ["down"]}}},
        },
    }


async def test_the_gateway_traces_where_it_is_asked_to_and_nowhere_else() -> None:
    async with whole(size=0.05) as gateway:
        query = {"query": '{ accounts { name } order(id: "junk") { id } }'}
        traced = (await gateway.client.post("/graphql", json=query, headers=ASKED)).json()
        plain = (await gateway.client.post("/graphql", json=query)).json()
    known = dict(fields(b64decode(traced["extensions"]["ftv1"])))
    assert tree(known[14]) == {"order": {"errors": [traced["errors"][0]["message"]]}}
    assert "ftv1" not in plain.get("extensions", {})
