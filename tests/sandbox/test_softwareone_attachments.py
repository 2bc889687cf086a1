"""Agreement attachments of the SoftwareOne emulator: upload, rules, redirect to storage, deletion."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from gateway.sandbox.softwareone import SoftwareOne
from tests.sandbox.softwareone_bench import PDF, TODAY, Bench, bench, messages

pytestmark = pytest.mark.slow

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORM = tuple[str | None, bytes | str, str]


@pytest.fixture
async def mpt() -> AsyncIterator[Bench]:
    async with bench() as one:
        yield one


async def home(mpt: Bench) -> tuple[str, str]:
    """The attachments' path of a fresh agreement, and its order."""
    order = await mpt.placed()
    return f"/commerce/agreements/{order['agreement']['id']}/attachments", order["id"]


def form(fields: dict[str, Any], file: FORM | None = ("contract.pdf", PDF, "application/pdf")) -> dict[str, FORM]:
    parts: dict[str, FORM] = {"file": file} if file else {}
    return {**parts, "attachment": (None, json.dumps(fields), "application/json")}


async def upload(
    mpt: Bench, path: str, parts: dict[str, FORM], expect: int = 201, actor: str = "vendor"
) -> dict[str, Any]:
    return await mpt.send(actor, "POST", path, None, expect, files=parts)


async def test_an_upload_answers_201_with_what_was_stored(mpt: Bench) -> None:
    path, order = await home(mpt)
    made = await upload(mpt, path, form({"name": "Signed contract", "type": "File", "orderId": order}))
    agreement = path.split("/")[3]
    assert made["id"] == f"ATT-{agreement[4:]}-0001"
    assert (made["filename"], made["size"], made["contentType"]) == ("contract.pdf", len(PDF), "application/pdf")
    assert (made["licenseKey"], made["orderId"], made["revision"]) == ("", order, 1)
    assert made["agreement"]["id"] == agreement
    assert made["$meta"] == {"omitted": ["audit"]}
    assert [row["id"] for row in await mpt.rows(f'{path}?orderId="{order}"')] == [made["id"]]
    assert await mpt.rows(f"{path}?orderId=null()") == []


async def test_keys_match_without_case_and_parts_come_in_any_order(mpt: Bench) -> None:
    path, order = await home(mpt)
    parts = form({"Name": "N", "Type": "File", "OrderId": order, "Description": "D"})
    made = await upload(mpt, path, dict(reversed(parts.items())), actor="operations")
    assert (made["name"], made["orderId"], made["description"]) == ("N", order, "D")


async def test_a_licence_key_needs_no_file_and_ignores_one(mpt: Bench) -> None:
    path, _ = await home(mpt)
    made = await upload(mpt, path, form({"name": "Key", "type": "LicenseKey", "licenseKey": "AAAA-1"}))
    assert made["licenseKey"] == "AAAA-1"
    assert not {"filename", "size", "contentType"} & set(made)
    assert (await mpt.get(f"{path}/{made['id']}", headers={"Accept": "application/pdf"})).status_code == 406


BARE_PDF: FORM = ("a.pdf", PDF, "application/pdf")
ONLY = "Only PDF, DOCX, XLSX, PPTX and CSV files are accepted."
REFUSED: list[tuple[dict[str, Any], FORM | None, str]] = [
    ({"name": "N"}, None, "A file is required"),
    ({"name": "N", "type": "LicenseKey"}, None, "licenseKey is required"),
    ({"type": "LicenseKey", "licenseKey": "K"}, None, "Name is required"),
    ({"name": "N", "type": "Picture"}, None, "Unknown attachment type 'Picture'."),
    ({"name": "N" * 181}, BARE_PDF, "name has to be a string of at most 180 characters."),
    ({"description": "D" * 251}, BARE_PDF, "description has to be a string of at most 250 characters."),
    ({"name": "N"}, ("a.png", b"x", "image/png"), ONLY),
    ({"name": "N"}, ("a.zip", b"x", "application/zip"), ONLY),
    ({"name": "N"}, ("a.pdf", b"x", "image/png"), ONLY),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "file", "message"), REFUSED)
async def test_a_bad_upload_answers_400_and_stores_nothing(
    mpt: Bench, fields: dict[str, Any], file: FORM | None, message: str
) -> None:
    path, _ = await home(mpt)
    assert messages(await upload(mpt, path, form(fields, file), 400)) == [message]
    assert await mpt.rows(path) == []


async def test_an_order_of_another_agreement_is_not_found(mpt: Bench) -> None:
    path, _ = await home(mpt)
    foreign = (await mpt.rows("/commerce/orders?status=Completed&limit=1"))[0]["id"]
    for order in (foreign, "ORD-0-0-0"):
        await upload(mpt, path, form({"name": "N", "orderId": order}), 404)


async def test_the_client_reads_but_never_writes(mpt: Bench) -> None:
    path, _ = await home(mpt)
    made = await upload(mpt, path, form({"name": "N"}))
    one = f"{path}/{made['id']}"
    await upload(mpt, path, form({"name": "N"}), 403, "client")
    await mpt.send("client", "PUT", one, {"name": "M"}, 403)
    await mpt.send("client", "DELETE", one, None, 403)
    assert (await mpt.get(one)).json()["name"] == "N"


async def test_the_whole_request_is_bounded(mpt: Bench) -> None:
    path, _ = await home(mpt)
    mpt.emulator.settings.upload_limit = 10_000
    big: FORM = ("a.pdf", b"%PDF-" + b"x" * 10_000, "application/pdf")
    problem = await upload(mpt, path, form({"name": "N"}, big), 400)
    assert "10000" in problem["detail"]
    await upload(mpt, path, form({"name": "N"}))
    assert SoftwareOne(1, 0.05, TODAY).settings.upload_limit == 30_000_000


LISTED = b'--B\r\nContent-Disposition: form-data; name="attachment"\r\n\r\n[]\r\n--B--\r\n'


@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=B", b"--B\r\nnonsense", 400),
        ("multipart/form-data; boundary=B", LISTED, 400),
    ],
)  # fmt: skip
async def test_a_body_that_is_no_form_is_refused(mpt: Bench, kind: str, content: bytes, status: int) -> None:
    path, _ = await home(mpt)
    response = await mpt.call("vendor", "POST", path, content=content, headers={"Content-Type": kind})
    assert response.status_code == status


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/pdf, application/json;q=0.5", None])
async def test_metadata_comes_for_json_and_for_anything(mpt: Bench, accept: str | None) -> None:
    path, _ = await home(mpt)
    made = await upload(mpt, path, form({"name": "N"}))
    headers = {"Accept": accept} if accept else {}
    one = (await mpt.get(f"{path}/{made['id']}?select=audit", headers=headers)).json()
    assert one["audit"]["created"]["at"]


async def test_the_file_is_behind_a_redirect_that_must_not_get_the_token(mpt: Bench) -> None:
    path, _ = await home(mpt)
    made = await upload(mpt, path, form({"name": "N"}, ("Übergabe.docx", b"PK\x03\x04", DOCX)))
    one = f"{path}/{made['id']}"
    assert (await mpt.get(one, headers={"Accept": "image/png"})).status_code == 406
    redirect = await mpt.get(one, headers={"Accept": DOCX})
    assert redirect.status_code == 301
    url = redirect.headers["location"]
    assert url.startswith("http://sandbox/storage/")
    file = await mpt.http.get(url)
    assert (file.status_code, file.content) == (200, b"PK\x03\x04")
    assert file.headers["content-type"] == DOCX
    assert "filename*=UTF-8''%C3%9Cbergabe.docx" in file.headers["content-disposition"]
    token = {"Authorization": f"Bearer {mpt.tokens['client']}"}
    assert (await mpt.http.get(url, headers=token)).status_code == 400


async def test_the_file_url_ends_and_its_form_is_a_knob(mpt: Bench) -> None:
    path, _ = await home(mpt)
    made = await upload(mpt, path, form({"name": "N"}))
    settings = mpt.emulator.settings
    settings.delivered_status, settings.storage_host, settings.ticket_seconds = 302, "files.example", 0
    redirect = await mpt.get(f"{path}/{made['id']}", headers={"Accept": "application/pdf"})
    assert redirect.status_code == 302
    assert redirect.headers["location"].startswith("http://files.example/storage/")
    ticket = redirect.headers["location"].rpartition("/")[2]
    assert (await mpt.http.get(f"/storage/{ticket}")).status_code == 403
    assert (await mpt.http.get("/storage/guess")).status_code == 403


async def test_mounted_the_file_url_stays_below_the_mount() -> None:
    emulator = SoftwareOne(1, 0.05, TODAY)
    app = Starlette(routes=[Mount("/softwareone", emulator.app)])
    row = next(row for row in emulator.state["attachments"].values() if row["type"] == "File")
    token = emulator.credentials("http://sandbox:81")["tokens"]["operations"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sandbox:81") as http:
        path = f"/softwareone/public/v1/commerce/agreements/{row['agreement']['id']}/attachments/{row['id']}"
        headers = {"Authorization": f"Bearer {token}", "Accept": row["contentType"]}
        url = (await http.get(path, headers=headers)).headers["location"]
        assert url.startswith("http://sandbox:81/softwareone/storage/")
        assert (await http.get(url)).content == emulator.state.files[row["id"]]


async def test_name_and_description_change_the_rest_does_not(mpt: Bench) -> None:
    path, _ = await home(mpt)
    made = await upload(mpt, path, form({"name": "N", "description": "D"}))
    one = f"{path}/{made['id']}"
    changed = await mpt.send("vendor", "PUT", one, {"name": "M", "description": None, "type": "LicenseKey"})
    assert (changed["name"], changed["type"], changed["revision"]) == ("M", "File", 2)
    assert "description" not in changed
    await mpt.send("vendor", "PUT", one, {"name": ""}, 400)


async def test_deletion_is_permanent(mpt: Bench) -> None:
    path, _ = await home(mpt)
    made = await upload(mpt, path, form({"name": "N"}))
    one = f"{path}/{made['id']}"
    redirect = await mpt.get(one, headers={"Accept": "application/pdf"})
    await mpt.send("vendor", "DELETE", one, None, 204)
    await mpt.send("vendor", "DELETE", one, None, 404)
    assert (await mpt.get(one)).status_code == 404
    assert (await mpt.http.get(redirect.headers["location"])).status_code == 403


async def test_attachments_of_a_foreign_agreement_are_not_found(mpt: Bench) -> None:
    rows = await mpt.rows('/commerce/agreements?ne(client.name,"Brightwater Logistics")', "operations")
    assert (await mpt.get(f"/commerce/agreements/{rows[0]['id']}/attachments")).status_code == 404
