"""Uploads by the GraphQL multipart request specification, to the endpoint and back."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive

from gateway.edge.uploads import Bounds
from gateway.model.files import ANY_TYPE, CSV_TYPE, DOCX_TYPE, PDF_TYPE, XLSX_TYPE, FileTrouble, UploadLimits
from gateway.model.principal import Principal, Scope
from gateway.model.ref import Kind, Ref
from tests.edge.socket_desk import Guests
from tests.edge.upload_desk import (
    MIB,
    PREFLIGHT,
    QUERY,
    TYPE,
    Desk,
    desk,
    file,
    form,
    many,
    one_file,
    operations,
    order_id,
    part,
    text,
)
from tests.store.test_sniff import DOCX, XLSX
from tests.whole.harness import Known

FIRST = "variables.input.files.0.file"
ONE = (operations(one_file()), text("map", {"0": [FIRST]}))
PDF = b"%PDF-1.7 the order"


async def troubles(gateway: Desk, variables: object, mapped: object, *files: bytes) -> list[FileTrouble | None]:
    """What was found wrong with each file of a request that is run all the same."""
    response = await gateway.send(variables, mapped, *files)
    assert response.json()["data"] == {"taken": "taken"}
    assert gateway.is_clean()
    return [one.trouble for one in gateway.seen]


async def test_a_file_comes_to_its_place_whole_and_is_given_back_afterwards(tmp_path: Path) -> None:
    data = os.urandom(700_000)
    async with desk(tmp_path) as gateway:
        response = await gateway.send(one_file(), {"0": [FIRST]}, file("0", data, "Angebot 7.pdf", "Image/X-Any; a=b"))
        assert response.json()["data"] == {"taken": "taken"}
        (seen,) = gateway.seen
        assert (seen.name, seen.content_type, seen.size) == ("Angebot 7.pdf", "image/x-any", 700_000)
        assert seen.sha256 == hashlib.sha256(data).hexdigest()
        assert gateway.contents == [data]
        assert (gateway.used, gateway.open) == (700_000, 1)
        assert gateway.is_clean()


async def test_files_keep_to_their_places_and_one_may_go_to_several(tmp_path: Path) -> None:
    variables, mapped = many(3)
    mapped = {"b": [*mapped["0"], *mapped["2"]], "a": mapped["1"]}
    async with desk(tmp_path) as gateway:
        await gateway.send(variables, mapped, file("a", b"AA"), file("b", b"BB"))
        assert gateway.contents == [b"BB", b"AA", b"BB"]
        assert gateway.open == 2
        assert gateway.is_clean()


async def test_a_form_without_files_is_a_request_as_any_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        assert (await gateway.send({}, {})).json()["data"] == {"taken": "taken"}
        body = form(text("operations", {"query": "{ taken }"}), text("map", {}))
        assert (await gateway.post(body)).json()["data"] == {"taken": "taken"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\temp\\\\order.pdf", "order.pdf"),
        ("Grüße.pdf", "Grüße.pdf"),
        ("a\tb.pdf", "a_b.pdf"),
        ("..", "attachment"),
        ('a\\"; x=\\"b.pdf', "a__ x=_b.pdf"),
    ],
)
async def test_file_names_are_made_safe(tmp_path: Path, sent: str, kept: str) -> None:
    async with desk(tmp_path) as gateway:
        assert await troubles(gateway, one_file(), {"0": [FIRST]}, file("0", b"x", sent)) == [None]
        assert gateway.seen[0].name == kept


async def test_a_file_without_a_type_or_with_a_strange_one_is_any_bytes(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        for lines in ((), ("Content-Type: strange",), ("Content-Type: a/b\tc",)):
            sent = part("0", b"x", '; filename="a"', *lines)
            assert await troubles(gateway, one_file(), {"0": [FIRST]}, sent) == [None]
            assert gateway.seen[0].content_type == ANY_TYPE


async def test_a_place_for_something_else_than_a_file_is_an_error_of_the_operation(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        body = (operations({"t": None}, "query($t: String!) { echo(text: $t) }"), text("map", {"0": ["variables.t"]}))
        response = await gateway.post(form(*body, file("0", b"x")))
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.is_clean()


async def test_text_in_json_is_no_file(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        variables = {"input": {"files": [{"file": "x"}]}}
        response = await gateway.client.post("/graphql", json={"query": QUERY, "variables": variables})
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.seen == []


@pytest.mark.parametrize("header", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"])
async def test_a_form_needs_a_header_that_no_page_can_send_unasked(tmp_path: Path, header: str) -> None:
    body = form(*ONE, file("0", b"x"))
    async with desk(tmp_path) as gateway:
        for sent in ({}, {header: ""}, {"Origin": "https://evil.example"}):
            response = await gateway.client.post("/graphql", content=body, headers={"content-type": TYPE, **sent})
            assert response.status_code == 400
            assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.seen == []
        response = await gateway.client.post("/graphql", content=body, headers={"content-type": TYPE, header: "x"})
        assert response.json()["data"] == {"taken": "taken"}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; application/json",
        "text/plain;charset=application/json",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/application/json",
        "multipart/form-data-too",
        "",
    ],
)
async def test_json_under_the_name_of_what_a_page_may_post_unasked_is_refused(
    tmp_path: Path, content_type: str
) -> None:
    async with desk(tmp_path) as gateway:
        headers = {"content-type": content_type, **PREFLIGHT}
        response = await gateway.client.post("/graphql", content='{"query": "{ taken }"}', headers=headers)
        assert response.status_code == 415
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        response = await gateway.client.post("/graphql", json={"query": "{ taken }"})
        assert response.json()["data"] == {"taken": "taken"}


def deep(levels: int) -> bytes:
    return b'{"query": "{ taken }", "variables": {"a": ' + b"[" * levels + b"]" * levels + b"}}"


MALFORMED: dict[str, tuple[bytes, ...]] = {
    "nothing": (),
    "no operations": (text("map", {}),),
    "no map": (operations({}),),
    "map first": (text("map", {}), operations({})),
    "a file first": (file("0", b"x"), *ONE),
    "a file before map": (operations(one_file()), file("0", b"x"), text("map", {"0": [FIRST]})),
    "operations twice": (operations({}), operations({}), text("map", {})),
    "map twice": (*ONE, text("map", {"0": [FIRST]}), file("0", b"x")),
    "operations again at the end": (*ONE, file("0", b"x"), operations({})),
    "operations is a list": (text("operations", [{"query": "{ taken }"}]), text("map", {})),
    "operations is text": (text("operations", "x"), text("map", {})),
    "operations is null": (text("operations", None), text("map", {})),
    "operations is empty": (text("operations", b""), text("map", {})),
    "operations is broken": (text("operations", b'{"query": '), text("map", {})),
    "operations is not UTF-8": (text("operations", b'{"query": "\xff"}'), text("map", {})),
    "operations has half a surrogate pair": (text("operations", b'{"query": "\\ud800"}'), text("map", {})),
    "operations is too deep": (text("operations", deep(50_000)), text("map", {})),
    "a query that is none": (text("operations", {"query": 3}), text("map", {})),
    "no query": (text("operations", {}), text("map", {})),
    "variables that are none": (text("operations", {"query": "{ taken }", "variables": [1]}), text("map", {})),
    "a name that is none": (text("operations", {"query": "{ taken }", "operationName": {}}), text("map", {})),
    "extensions that are none": (text("operations", {"query": "{ taken }", "extensions": "x"}), text("map", {})),
    "map is a list": (operations(one_file()), text("map", [FIRST]), file("0", b"x")),
    "map is null": (operations(one_file()), text("map", None), file("0", b"x")),
    "map is broken": (operations(one_file()), text("map", b"{"), file("0", b"x")),
    "map is not UTF-8": (operations(one_file()), text("map", b'{"\xff": []}'), file("0", b"x")),
    "paths are a text": (operations(one_file()), text("map", {"0": FIRST}), file("0", b"x")),
    "paths are none": (operations(one_file()), text("map", {"0": []}), file("0", b"x")),
    "paths are null": (operations(one_file()), text("map", {"0": None}), file("0", b"x")),
    "a path is a number": (operations(one_file()), text("map", {"0": [3]}), file("0", b"x")),
    "a path is a list": (operations(one_file()), text("map", {"0": [[FIRST]]}), file("0", b"x")),
    "a path twice in a list": (operations(one_file()), text("map", {"0": [FIRST, FIRST]}), file("0", b"x")),
    "a path twice in the map": (
        operations(one_file()),
        text("map", {"0": [FIRST], "1": [FIRST]}),
        file("0", b"x"),
        file("1", b"x"),
    ),
    "a part that nobody maps": (*ONE, file("0", b"x"), file("1", b"x")),
    "a part twice": (*ONE, file("0", b"x"), file("0", b"x")),
    "a mapped part that never comes": ONE,
    "map names operations": (
        operations(one_file()),
        text("map", {"operations": [FIRST]}),
        file("operations", b"x"),
    ),
    "no file name": (*ONE, part("0", b"x", "Content-Type: text/plain")),
    "an empty file name": (*ONE, file("0", b"x", "")),
    "a name that is not UTF-8": (*ONE, file("0", b"x").replace(b"a.bin", b"\xff\xfe")),
    "a part without a name": (*ONE, b'Content-Disposition: form-data; filename="a"\r\n\r\nx'),
    "a part of something else": (*ONE, b'Content-Disposition: attachment; name="0"; filename="a"\r\n\r\nx'),
    "a part without headers": (*ONE, b"\r\nx"),
    "a header without a colon": (*ONE, b"Content-Disposition\r\n\r\nx"),
    "a header twice": (*ONE, part("0", b"x", '; filename="a"', "Content-Type: text/plain", "Content-type: a/b")),
    "a header that is too long": (*ONE, file("0", b"x", "a" * 10_000)),
    "too many headers": (*ONE, part("0", b"x", '; filename="a"', *(f"X-{n}: 1" for n in range(50)))),
    "a part that is encoded": (*ONE, part("0", b"eA==", '; filename="a"', "Content-Transfer-Encoding: base64")),
    "too many parts": (*ONE, *(file(str(n), b"x") for n in range(100))),
    "too many places": (operations(many(21)[0]), text("map", many(21)[1])),
}


@pytest.mark.parametrize("parts", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_form_is_the_client_s_mistake(tmp_path: Path, parts: tuple[bytes, ...]) -> None:
    async with desk(tmp_path) as gateway:
        response = await gateway.post(form(*parts))
        assert response.status_code == 400
        error = response.json()["errors"][0]
        assert error["message"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.seen == []
        assert gateway.is_clean()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "variables",
        "variables.",
        "input.files.0.file",
        "query",
        "operations.variables.input.files.0.file",
        "variables.input.files.1.file",
        "variables.input.files.-1.file",
        "variables.input.files.00.file",
        "variables.input.files.٠.file",
        "variables.input.files.0",
        "variables.input.files.0.other",
        "variables.input.files.0.file.more",
        "variables.input.files.0.name",
        "variables.input.files.0.name.0",
        "variables.input.files",
        "variables..input",
        "variables.input.__class__",
        "variables.input.files.99999999999999999999.file",
        "." * 10_000,
        "variables" + ".input" * 10_000,
    ],
)
async def test_a_path_that_leads_to_no_null_in_the_variables_is_refused(tmp_path: Path, path: str) -> None:
    variables = {"input": {"files": [{"file": None, "name": "x"}]}}
    async with desk(tmp_path) as gateway:
        response = await gateway.send(variables, {"0": [path]}, file("0", b"x"))
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.seen == []


@pytest.mark.parametrize("cut", [1, 30, 100, 300, -60, -40, -5])
async def test_a_truncated_body_is_the_client_s_mistake(tmp_path: Path, cut: int) -> None:
    body = form(*ONE, file("0", b"x" * 1_000))
    async with desk(tmp_path) as gateway:
        response = await gateway.post(body[:cut])
        assert (response.status_code, gateway.seen) == (400, [])
        assert gateway.is_clean()


async def test_a_body_that_ends_where_another_part_might_begin_is_truncated_too(tmp_path: Path) -> None:
    body = form(*ONE, file("0", b"x")).removesuffix(b"--\r\n") + b"\r\n"
    async with desk(tmp_path) as gateway:
        response = await gateway.post(body)
        assert (response.status_code, gateway.seen) == (400, [])
        assert gateway.is_clean()


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=" + "b" * 300,
        "multipart/form-data; boundary=" + "ü",
        "multipart/form-data; charset=utf-8; Boundary",
    ],
)
async def test_a_boundary_that_is_missing_or_another_is_the_client_s_mistake(tmp_path: Path, content_type: str) -> None:
    async with desk(tmp_path) as gateway:
        headers = [(b"content-type", content_type.encode("latin-1")), (b"graphql-require-preflight", b"1")]
        response = await gateway.client.post("/graphql", content=form(*ONE, file("0", b"x")), headers=headers)
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_request_beyond_its_bound_is_refused_however_it_comes(tmp_path: Path) -> None:
    body = form(*ONE, file("0", b"x" * 3 * MIB))
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for start in range(0, len(body), 10_000):
            read += 1
            yield body[start : start + 10_000]

    async with desk(tmp_path, bounds=Bounds(max_bytes=2 * MIB, max_files=5)) as gateway:
        for content in (body, pieces()):
            response = await gateway.post(content)
            assert response.status_code == 413
            assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
            assert gateway.is_clean()
        assert read <= 2 * MIB // 10_000 + 2


async def test_operations_may_be_as_long_as_a_json_body(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        for size, status in ((MIB - 200, 200), (MIB + 1, 413)):
            padded = text("operations", {"query": "{ taken }", "variables": {"x": "y" * size}})
            assert (await gateway.post(form(padded, text("map", {})))).status_code == status
        response = await gateway.post(form(operations({}), text("map", {"x": "y" * MIB})))
        assert response.status_code == 413
        headers = {"content-type": "application/json"}
        response = await gateway.client.post("/graphql", content=b" " * (MIB + 1), headers=headers)
        assert response.status_code == 413


LIMITED = UploadLimits(
    max_file_bytes=MIB, max_files=3, max_total_bytes=2 * MIB, content_types=frozenset({PDF_TYPE, CSV_TYPE})
)


async def test_a_file_beyond_its_account_s_limit_is_named_and_the_others_stand(tmp_path: Path) -> None:
    variables, mapped = many(2, parentId=order_id("swo"))
    big, other = PDF.ljust(MIB + 1), PDF.ljust(MIB)
    async with desk(tmp_path, {"swo": LIMITED}) as gateway:
        found = await troubles(
            gateway, variables, mapped, file("0", big, "b", PDF_TYPE), file("1", other, "o", PDF_TYPE)
        )
        assert found == [FileTrouble.TOO_LARGE, None]
        assert gateway.contents == [other]
        assert (gateway.used, gateway.open) == (MIB, 1)
        assert [one.sha256 for one in gateway.seen] == [hashlib.sha256(data).hexdigest() for data in (big, other)]
        assert gateway.seen[0].size == MIB + 1


async def test_files_of_one_input_together_keep_to_its_total(tmp_path: Path) -> None:
    variables, mapped = many(3, parentId=order_id("swo"))
    files = [file(str(n), PDF.ljust(size), "a.pdf", PDF_TYPE) for n, size in enumerate((MIB, 900_000, 200_000))]
    async with desk(tmp_path, {"swo": LIMITED}) as gateway:
        assert await troubles(gateway, variables, mapped, *files) == [None, None, FileTrouble.TOO_LARGE]


async def test_files_beyond_the_number_are_not_kept(tmp_path: Path) -> None:
    variables, mapped = many(5, parentId=order_id("swo"))
    files = [file(str(n), PDF, "a.pdf", PDF_TYPE) for n in range(5)]
    async with desk(tmp_path, {"swo": LIMITED}) as gateway:
        found = await troubles(gateway, variables, mapped, *files)
        assert found == [None] * 3 + [FileTrouble.TOO_MANY] * 2
        assert gateway.open == 3


@pytest.mark.parametrize(
    ("content_type", "data", "trouble"),
    [
        (PDF_TYPE, PDF, None),
        (CSV_TYPE, b"a,b\n1,2\n", None),
        ("application/vnd.ms-excel", b"a,b\n1,2\n", None),
        ("application/csv", b"a,b\n1,2\n", None),
        (PDF_TYPE, b"MZ" + bytes(300_000), FileTrouble.BAD_FILE_TYPE),
        (CSV_TYPE, b"a,b\n" * 100_000 + bytes(1), FileTrouble.BAD_FILE_TYPE),
        ("application/vnd.ms-excel", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(9), FileTrouble.BAD_FILE_TYPE),
        ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(9), FileTrouble.BAD_FILE_TYPE),
        ("application/octet-stream", PDF, FileTrouble.BAD_FILE_TYPE),
        (PDF_TYPE, b"", FileTrouble.EMPTY),
    ],
)
async def test_an_account_s_types_are_held_against_the_claim_and_the_bytes(
    tmp_path: Path, content_type: str, data: bytes, trouble: FileTrouble | None
) -> None:
    async with desk(tmp_path, {"swo": LIMITED}) as gateway:
        sent = file("0", data, "a", content_type)
        assert await troubles(gateway, one_file(parentId=order_id("swo")), {"0": [FIRST]}, sent) == [trouble]
        assert gateway.open == (trouble is None)
        if trouble is None:
            assert gateway.seen[0].content_type in {PDF_TYPE, CSV_TYPE}


async def test_an_office_file_is_judged_by_what_is_packed_in_it(tmp_path: Path) -> None:
    async with desk(tmp_path, {"swo": UploadLimits(MIB, 3, MIB, frozenset({DOCX_TYPE, XLSX_TYPE}))}) as gateway:
        variables = one_file(parentId=order_id("swo"))
        for claimed, data, trouble in (
            (DOCX_TYPE, DOCX, None),
            (XLSX_TYPE, XLSX, None),
            (DOCX_TYPE, XLSX, FileTrouble.BAD_FILE_TYPE),
            (XLSX_TYPE, DOCX[:-30], FileTrouble.BAD_FILE_TYPE),
        ):
            assert await troubles(gateway, variables, {"0": [FIRST]}, file("0", data, "a", claimed)) == [trouble]
            assert gateway.open == (trouble is None)


async def test_a_false_claim_is_found_out_where_any_type_may_come(tmp_path: Path) -> None:
    async with desk(tmp_path, {"pc": UploadLimits(MIB, 3, MIB)}) as gateway:
        variables = one_file(parentId=order_id("pc"))
        for sent, trouble in (
            (file("0", b"MZ\0", "a.pdf", PDF_TYPE), FileTrouble.BAD_FILE_TYPE),
            (file("0", b"MZ\0", "a.exe", "application/x-msdownload"), None),
            (file("0", b"MZ\0", "a.exe", ANY_TYPE), None),
        ):
            assert await troubles(gateway, variables, {"0": [FIRST]}, sent) == [trouble]


@pytest.mark.parametrize("parent", ["junk", "", 3, None, [], "unknown", "cart"])
async def test_a_parent_that_tells_no_account_leaves_the_gateway_s_own_bounds(tmp_path: Path, parent: object) -> None:
    known = {"unknown": order_id("nobody"), "cart": Ref.of("swo", Kind.CART, "1").encode()}
    given = known.get(parent, parent) if isinstance(parent, str) else parent
    query = "query($input: Input, $o: String) { taken echo(text: $o) }" if not isinstance(given, str) else QUERY
    async with desk(tmp_path, {"swo": LIMITED}) as gateway:
        sent = file("0", b"x" * (MIB + 1))
        response = await gateway.send(one_file(parentId=given), {"0": [FIRST]}, sent, query=query)
        assert response.status_code == 200
        assert gateway.is_clean()
        if isinstance(given, str):
            assert [one.trouble for one in gateway.seen] == [None]


async def test_each_file_keeps_to_the_limits_of_the_input_around_it(tmp_path: Path) -> None:
    small = UploadLimits(max_file_bytes=10, max_files=1, max_total_bytes=10)
    inner = {"parentId": order_id("small"), "files": [{"file": None}]}
    variables = {"input": {"parentId": order_id("large"), "files": [{"file": None}], "more": inner}}
    mapped = {"0": [FIRST], "1": ["variables.input.more.files.0.file"]}
    async with desk(tmp_path, {"small": small, "large": UploadLimits(MIB, 1, MIB)}) as gateway:
        found = await troubles(gateway, variables, mapped, file("0", b"x" * 11), file("1", b"x" * 11))
        assert found == [None, FileTrouble.TOO_LARGE]
        both = {"0": [FIRST, "variables.input.more.files.0.file"]}
        assert await troubles(gateway, variables, both, file("0", b"x" * 11)) == [FileTrouble.TOO_LARGE] * 2


async def test_the_limits_of_an_account_that_is_hidden_from_somebody_are_not_told_either(tmp_path: Path) -> None:
    tight = UploadLimits(max_file_bytes=10, max_files=1, max_total_bytes=10)
    async with desk(tmp_path, {"hidden": tight}) as gateway:
        elsewhere = Principal(name="bo", scopes=frozenset(Scope), accounts=frozenset({"acme"}))
        gateway.app.state.identities = Known(elsewhere)
        variables, mapped = many(2, parentId=order_id("hidden"))
        files = file("0", b"x" * 11), file("1", b"y")
        assert await troubles(gateway, variables, mapped, *files) == [None, None]
        gateway.app.state.identities = Known(replace(elsewhere, accounts=frozenset({"hidden"})))
        assert await troubles(gateway, variables, mapped, *files) == [FileTrouble.TOO_LARGE, FileTrouble.TOO_MANY]


async def test_files_of_somebody_who_may_not_attach_any_are_not_even_read(tmp_path: Path) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 1024

    async with desk(tmp_path) as gateway:
        reader = Principal(name="bo", scopes=frozenset(Scope) - {Scope.ATTACHMENTS_WRITE}, accounts=None)
        gateway.app.state.identities = Known(reader)
        response = await gateway.post(endless())
        assert response.status_code == 403
        assert response.json()["errors"][0]["extensions"]["scope"] == "attachments:write"
        assert (read, gateway.seen) == (0, [])


async def test_credentials_that_are_over_before_the_last_byte_came_run_nothing(tmp_path: Path) -> None:
    guests = Guests(Principal(name="bo", scopes=frozenset(Scope), accounts=None))

    async def late() -> AsyncIterator[bytes]:
        body = form(*ONE, file("0", b"x"))
        yield body[:-1]
        guests.gone.add("bo")
        yield body[-1:]

    async with desk(tmp_path) as gateway:
        gateway.app.state.identities = guests
        response = await gateway.post(late(), authorization="Bearer bo")
        assert (response.status_code, gateway.seen) == (401, [])
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert gateway.is_clean()


async def test_a_full_spool_asks_to_come_again(tmp_path: Path) -> None:
    async with desk(tmp_path, max_bytes=MIB) as gateway:
        response = await gateway.send(one_file(), {"0": [FIRST]}, file("0", b"x" * 2 * MIB))
        assert (response.status_code, response.headers["retry-after"]) == (503, "10")
        assert response.json()["errors"][0]["extensions"] == {
            "code": "LIMIT_EXCEEDED",
            "retryable": True,
            "retryAfter": 10,
        }
        assert gateway.is_clean()


def scope() -> dict[str, Any]:
    headers = {"content-type": TYPE, **PREFLIGHT}
    return {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }


def beginning(then: Receive) -> Receive:
    """A client that sends a part of a file, and then does what `then` says."""
    begun = False
    body = form(*ONE, file("0", b"x" * MIB))[: MIB // 2]

    async def receive() -> Message:
        nonlocal begun
        if begun:
            return await then()
        begun = True
        return {"type": "http.request", "body": body, "more_body": True}

    return receive


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("never")


async def gone() -> Message:
    return {"type": "http.disconnect"}


async def served(gateway: Desk, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await gateway.app(scope(), receive, send)
    return messages


@pytest.mark.parametrize("bounds", [Bounds(MIB * 8, 5, piece_seconds=0.05), Bounds(MIB * 8, 5, whole_seconds=0.05)])
async def test_a_client_that_sends_too_slowly_is_not_waited_for(tmp_path: Path, bounds: Bounds) -> None:
    async with desk(tmp_path, bounds=bounds) as gateway:
        start, body = await served(gateway, beginning(never))
        assert start["status"] == 408
        assert json.loads(body["body"])["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert gateway.is_clean()


async def test_a_client_that_is_gone_is_answered_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        assert await served(gateway, beginning(gone)) == []
        assert gateway.is_clean()


async def test_a_client_that_is_gone_in_the_middle_of_json_is_answered_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        request = scope()
        request["headers"] = [(b"content-type", b"application/json")]
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        await gateway.app(request, gone, send)
        assert messages == []


async def test_a_request_that_is_cancelled_while_it_is_read_leaves_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:
        waiting = asyncio.Event()

        async def wait() -> Message:
            waiting.set()
            return await never()

        task = asyncio.create_task(served(gateway, beginning(wait)))
        await waiting.wait()
        assert gateway.spool.open == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert gateway.is_clean()


async def test_files_are_given_back_where_the_answer_cannot_be_sent(tmp_path: Path) -> None:
    body = form(*ONE, file("0", b"x" * 1_000))

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        raise OSError("gone")

    async with desk(tmp_path) as gateway:
        with pytest.raises(OSError, match="gone"):
            await gateway.app(scope(), receive, send)
        assert gateway.open == 1
        assert gateway.is_clean()


async def test_many_uploads_at_once_keep_apart(tmp_path: Path) -> None:
    async with desk(tmp_path) as gateway:

        async def one(number: int) -> str:
            variables = {"input": {"files": [{"file": None, "name": str(number)}]}}
            sent = file("0", bytes([number]) * 400_000)
            return str((await gateway.send(variables, {"0": [FIRST]}, sent)).json()["data"]["taken"])

        assert set(await asyncio.gather(*(one(n) for n in range(12)))) == {"taken"}
        assert gateway.is_clean()
