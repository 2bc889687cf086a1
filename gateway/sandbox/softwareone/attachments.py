"""Agreement attachments: their rules, and the time-limited tickets that file URLs are made of."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.sandbox.softwareone.actors import Caller
from gateway.sandbox.softwareone.documents import ACCEPTED
from gateway.sandbox.softwareone.problems import missing, refused
from gateway.sandbox.softwareone.state import Row, State, assign

TITLE = "Attachment creation failed"
LENGTHS = {"name": 180, "description": 250, "licenseKey": 1000}
TICKETS_KEPT = 1000

File = tuple[str, str, bytes]  # filename, content type, content


def store(state: State, caller: Caller, agreement: Row, fields: Row, file: File | None = None) -> Row:
    """Creates an attachment; keys of `fields` are matched without regard to case."""
    given = {name.lower(): value for name, value in fields.items()}
    kind = given.get("type") or "File"
    if kind not in ("File", "LicenseKey"):
        raise refused(TITLE, f"Unknown attachment type '{kind}'.", "type")
    row: Row = {"id": "", "name": given.get("name"), "type": kind, "licenseKey": given.get("licensekey") or ""}
    assign(row, "description", given.get("description"))
    content = b""
    if kind == "File":
        content = _check_file(row, file)
    elif not row["licenseKey"]:
        raise refused(TITLE, "licenseKey is required", "licenseKey")
    if not row["name"]:
        raise refused(TITLE, "Name is required", "name")
    check_lengths(row)
    if given.get("orderid"):
        order = state["orders"].get(str(given["orderid"]))
        if order is None or order["agreement"]["id"] != agreement["id"]:
            raise missing("The order does not exist in this agreement.")
        row["orderId"] = order["id"]
    row["id"] = state.next_id("ATT", agreement["id"])
    row["agreement"] = state.ref(agreement)
    state.insert("attachments", row, caller.by)
    if kind == "File":
        state.files[row["id"]] = content
    return row


def update(state: State, caller: Caller, row: Row, body: Row) -> Row:
    """Name and description are all that can change; everything else is ignored."""
    given = {name.lower(): value for name, value in body.items()}
    changed: Row = {name: given[name] for name in ("name", "description") if name in given}
    if "name" in changed and not changed["name"]:
        raise refused("Attachment update failed", "Name is required", "name")
    check_lengths(changed)
    for name, value in changed.items():
        assign(row, name, value)
    state.touch("attachments", row, caller.by)
    return row


def remove(state: State, row: Row) -> None:
    del state["attachments"][row["id"]], state.refs[row["id"]]
    state.files.pop(row["id"], None)


def check_lengths(fields: Row) -> None:
    for name, limit in LENGTHS.items():
        value: Any = fields.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > limit):
            raise refused(TITLE, f"{name} has to be a string of at most {limit} characters.", name)


def _check_file(row: Row, file: File | None) -> bytes:
    if file is None:
        raise refused(TITLE, "A file is required", "file")
    filename, content_type, content = file
    kinds = ACCEPTED.get(filename.rpartition(".")[2].lower(), ())
    if content_type.partition(";")[0].strip().lower() not in kinds:
        raise refused(TITLE, "Only PDF, DOCX, XLSX, PPTX and CSV files are accepted.", "file")
    row["name"] = row["name"] or filename
    row.update(filename=filename, size=len(content), contentType=content_type.partition(";")[0].strip())
    return content


@dataclass(slots=True)
class Tickets:
    """File URLs' secrets. A ticket is the credential itself: whoever has it may fetch the file until it ends."""

    clock: Callable[[], float] = time.time
    held: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)

    def issue(self, attachment_id: str, seconds: float) -> str:
        ticket = secrets.token_urlsafe(24)
        self.held[ticket] = (attachment_id, self.clock() + seconds)
        while len(self.held) > TICKETS_KEPT:
            self.held.popitem(last=False)
        return ticket

    def redeem(self, ticket: str) -> str | None:
        attachment_id, ends = self.held.get(ticket, ("", 0.0))
        return attachment_id if ends > self.clock() else None
