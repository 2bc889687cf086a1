"""Whatever comes as a form is answered 200, 400 or 413, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.form import FormReader, Head, Malformed, Mark
from gateway.edge.uploads import Bounds
from gateway.model.files import PDF_TYPE, UploadLimits
from tests.edge.upload_desk import (
    BOUNDARY,
    TYPE,
    Desk,
    desk,
    file,
    form,
    in_pieces,
    many,
    one_file,
    operations,
    order_id,
    part,
    text,
)

LIMITS = {"swo": UploadLimits(1_000, 2, 1_500, frozenset({PDF_TYPE}))}
BOUNDS = Bounds(max_bytes=20_000, max_files=4)
VARIABLES, MAPPED = many(3, parentId=order_id("swo"))
PARTS = (
    operations(VARIABLES),
    text("map", MAPPED),
    file("0", b"%PDF-1.7 " + bytes(range(256)), "a.pdf", PDF_TYPE),
    file("1", b"\r\n--" + BOUNDARY[:-1].encode() + b"\r\n", "b.pdf", PDF_TYPE),
    file("2", b"PK\x03\x04" + b"x" * 2_000, "c.zip", "application/zip"),
)
STRANGE = (
    operations(one_file(), "{ taken"),
    text("operations", b"[" * 3_000),
    text("map", {"0": ["variables.input.files.0.file"], "1": []}),
    part("map", b'{"0": ["variables"]}', '; filename="m"', "Content-Transfer-Encoding: binary"),
    part("", b""),
    b"",
    b"\r\n",
    b"Content-Disposition: form-data; name*=UTF-8''0; filename*=UTF-8''a\r\n\r\nx",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
paths = st.lists(
    st.sampled_from(["variables", "input", "files", "0", "1", "file", "", "-1", "query"]) | st.text(max_size=3),
    max_size=6,
).map(".".join)
maps = st.dictionaries(st.sampled_from("0123") | st.text(max_size=3), st.lists(paths, max_size=3), max_size=4)
cuts = st.lists(st.integers(0, 10_000), max_size=8)


def with_desk(check: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        with tempfile.TemporaryDirectory() as directory:
            async with desk(Path(directory), LIMITS, BOUNDS) as gateway:
                await check(gateway)

    asyncio.run(run())


def is_taken(body: bytes, cut: list[int], content_type: str = TYPE) -> None:
    """The body in these pieces has an answer that is the client's or the operation's business."""

    async def pieces() -> AsyncIterator[bytes]:
        for piece in in_pieces(body, cut):
            yield piece

    async def check(gateway: Desk) -> None:
        response = await gateway.post(pieces(), content_type=content_type)
        assert response.status_code in (200, 400, 413), response.text
        answer = response.json()
        for error in answer.get("errors", ()):
            assert error["extensions"]["code"] in ("BAD_USER_INPUT", "LIMIT_EXCEEDED")
        assert ("errors" in answer) or response.status_code == 200
        assert gateway.is_clean()

    with_desk(check)


@given(st.binary(max_size=2_000), cuts)
def test_any_bytes_are_answered(body: bytes, cut: list[int]) -> None:
    is_taken(body, cut)


@given(st.lists(st.sampled_from(PARTS + STRANGE), max_size=8), cuts)
def test_any_order_of_parts_is_answered(parts: list[bytes], cut: list[int]) -> None:
    is_taken(form(*parts), cut)


@given(json_values, maps | json_values, cuts)
def test_any_operations_and_any_map_are_answered(given_operations: object, mapped: object, cut: list[int]) -> None:
    is_taken(form(text("operations", given_operations), text("map", mapped), PARTS[2], PARTS[3]), cut)


@given(maps, cuts)
def test_any_map_over_good_operations_is_answered(mapped: object, cut: list[int]) -> None:
    is_taken(form(PARTS[0], text("map", mapped), *PARTS[2:]), cut)


@given(st.data(), cuts)
def test_a_form_with_faults_is_answered(data: st.DataObject, cut: list[int]) -> None:
    body = form(*PARTS)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        body = body[:start] + data.draw(st.binary(max_size=20)) + body[end:]
    is_taken(body, cut)


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60))
def test_any_parameters_of_the_content_type_are_answered(parameters: str) -> None:
    async def check(gateway: Desk) -> None:
        headers = [
            (b"content-type", b"multipart/form-data;" + parameters.encode("latin-1")),
            (b"graphql-require-preflight", b"1"),
        ]
        response = await gateway.client.post("/graphql", content=form(*PARTS), headers=headers)
        assert response.status_code == 400

    with_desk(check)


@given(cuts)
def test_it_does_not_matter_where_the_network_cuts_a_form(cut: list[int]) -> None:
    async def check(gateway: Desk) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for piece in in_pieces(form(*PARTS), cut):
                yield piece

        assert (await gateway.post(pieces())).json()["data"] == {"taken": "taken"}
        found = [(one.size, one.sha256, one.trouble) for one in gateway.seen]
        await gateway.post(form(*PARTS))
        assert found == [(one.size, one.sha256, one.trouble) for one in gateway.seen]

    with_desk(check)


@given(st.lists(st.binary(max_size=300), max_size=5), cuts)
def test_what_stands_in_the_parts_is_what_is_read(contents: list[bytes], cut: list[int]) -> None:
    body = form(*(file(str(n), content) for n, content in enumerate(contents)))
    if any(BOUNDARY.encode() in content for content in contents):
        return
    reader, found = FormReader(BOUNDARY.encode()), []
    for piece in in_pieces(body, cut):
        for event in reader.feed(piece):
            match event:
                case Head():
                    found.append(b"")
                case bytes():
                    found[-1] += event
                case Mark.END:
                    pass
    if contents:
        reader.finish()
    assert found == contents


@given(st.binary(max_size=500), cuts)
def test_the_reader_knows_no_fault_but_its_own(body: bytes, cut: list[int]) -> None:
    reader = FormReader(b"b")
    with contextlib.suppress(Malformed):
        for piece in in_pieces(body, cut):
            reader.feed(piece)
        reader.finish()
