"""Endpoints of agreement attachments, and the storage that file URLs lead to."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message

from gateway.sandbox.softwareone import attachments
from gateway.sandbox.softwareone.actors import OPERATIONS, VENDOR
from gateway.sandbox.softwareone.attachments import File, Tickets
from gateway.sandbox.softwareone.call import Call, Endpoint
from gateway.sandbox.softwareone.problems import Problem, missing
from gateway.sandbox.softwareone.query import no_query, only_select
from gateway.sandbox.softwareone.state import Row, State

ROOT = "/commerce/agreements/{id}/attachments"
JSON_TYPES = ("application/json", "*/*", "application/*")


async def listed(call: Call) -> Response:
    agreement = call.find("agreements", call.path("id"))
    rows = call.state["attachments"].values()
    return call.page("attachments", [row for row in rows if row["agreement"]["id"] == agreement["id"]])


async def uploaded(call: Call) -> Response:
    no_query(call.query)
    agreement = call.find("agreements", call.path("id"))
    call.caller.allow(VENDOR, OPERATIONS)
    fields, file = await _multipart(call)
    row = attachments.store(call.state, call.caller, agreement, fields, file)
    return call.written("attachments", row, 201)


async def read(call: Call) -> Response:
    """Metadata for JSON, a redirect to the file for its own content type, 406 for anything else."""
    row = _find(call)
    wanted = [part.partition(";")[0].strip().lower() for part in call.request.headers.get("accept", "*/*").split(",")]
    if any(kind in JSON_TYPES for kind in wanted):
        return call.single("attachments", row)
    only_select(call.query)
    if str(row.get("contentType", "")).lower() not in wanted:
        raise Problem(406)
    ticket = call.tickets.issue(row["id"], call.settings.ticket_seconds)
    url = call.request.url
    home = url.replace(path=f"{call.request.scope.get('root_path', '')}/storage/{ticket}", query="", fragment="")
    if call.settings.storage_host:
        home = home.replace(hostname=call.settings.storage_host)
    return Response(status_code=call.settings.delivered_status, headers={"Location": str(home)})


async def updated(call: Call) -> Response:
    row = _find(call)
    call.caller.allow(VENDOR, OPERATIONS)
    return call.written("attachments", attachments.update(call.state, call.caller, row, await call.body()))


async def deleted(call: Call) -> Response:
    no_query(call.query)
    row = _find(call)
    call.caller.allow(VENDOR, OPERATIONS)
    attachments.remove(call.state, row)
    return Response(status_code=204)


async def deliver(request: Request, state: State, tickets: Tickets) -> Response:
    """The storage host: the URL itself is the credential, so a bearer token must never arrive here."""
    if "authorization" in request.headers:
        return PlainTextResponse("Authentication information is not given in the correct format.", status_code=400)
    attachment_id = tickets.redeem(request.path_params["ticket"])
    if attachment_id is None or attachment_id not in state.files:
        return PlainTextResponse("The link is unknown or has expired.", status_code=403)
    row = state["attachments"][attachment_id]
    name = row["filename"]
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": disposition, "Content-Type": row["contentType"]}
    return Response(state.files[attachment_id], headers=headers)


def _find(call: Call) -> Row:
    agreement = call.find("agreements", call.path("id"))
    row = call.find("attachments", call.path("attachment"))
    if row["agreement"]["id"] != agreement["id"]:
        raise missing(f"'{row['id']}' was not found.")
    return row


async def _multipart(call: Call) -> tuple[Row, File | None]:
    """The parts `attachment` (JSON) and `file`, in either order."""
    if not call.request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem(415)
    content = await call.content()

    async def again() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    file: File | None = None
    try:
        async with Request(call.request.scope, again).form(max_part_size=call.settings.upload_limit) as form:
            described = form.get("attachment")
            if isinstance(described, UploadFile):
                described = (await described.read()).decode("utf-8", "replace")
            sent = form.get("file")
            if isinstance(sent, UploadFile):
                file = (sent.filename or "file", sent.content_type or "application/octet-stream", await sent.read())
    except (MultiPartException, HTTPException) as error:
        raise Problem(400, "The body is not valid multipart/form-data.") from error
    try:
        fields: Any = json.loads(described or "{}")
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise Problem(400, "The part 'attachment' is not a JSON object.", errors={"attachment": ["Invalid JSON."]})
    return fields, file


ATTACHMENT_ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    ROOT: {"GET": listed, "POST": uploaded},
    f"{ROOT}/{{attachment}}": {"GET": read, "PUT": updated, "DELETE": deleted},
}
