"""Request bodies: JSON with canonical keys, or a multipart form, each with a fingerprint that knows it again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive

from gateway.sandbox.partner_center.answers import Missing, Refusal
from gateway.sandbox.partner_center.call import Upload, canonical
from gateway.sandbox.partner_center.settings import Settings

JSON_LIMIT = 4 * 1024 * 1024
FORM_SLACK = 1024 * 1024
JSON_TYPES = ("application/json", "text/json", "")


@dataclass(slots=True)
class Body:
    fingerprint: str = ""
    document: Any = None
    metadata: str | None = None
    uploads: list[Upload] = field(default_factory=list)


async def read_json(request: Request) -> Body:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in JSON_TYPES:
        raise Missing(f"content type {kind}")
    raw = await read_raw(request)
    try:
        document = canonical(json.loads(raw))
    except (ValueError, RecursionError):
        raise Refusal(400, 800002, "the body is not JSON") from None
    return Body(sha256(raw).hexdigest(), document)


async def read_raw(request: Request) -> bytes:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > JSON_LIMIT:
            raise Refusal(400, 800002, "the body is too large")
    return bytes(raw)


async def read_form(request: Request, settings: Settings) -> Body:
    """The parts by content, so that a repeat with another boundary has the same fingerprint."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refusal(400, 800002, "the body is not multipart/form-data")
    limit = settings.attachment_max_files * settings.attachment_max_bytes + FORM_SLACK
    bounded = Request(request.scope, _bounded(request.receive, limit))
    body, digest = Body(), sha256()
    try:
        async with bounded.form(max_files=settings.attachment_max_files + 1, max_fields=20) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    kind = value.content_type or "application/octet-stream"
                    part = Upload(name, value.filename or "", kind, content)
                else:
                    part = Upload(name, "", "", value.encode())
                digest.update(repr((part.part, part.file_name, part.content_type, len(part.content))).encode())
                digest.update(part.content)
                if name.lower() == "metadata":
                    body.metadata = part.content.decode("utf-8", "replace")
                elif isinstance(value, UploadFile):
                    body.uploads.append(part)
    except HTTPException:
        raise Refusal(400, 800002, "the form cannot be read") from None
    body.fingerprint = digest.hexdigest()
    return body


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise MultiPartException("the body is too large")  # the one error on which the parser closes its files
        return message

    return counted
