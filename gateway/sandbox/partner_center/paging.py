"""Paged collections: `size`, then `seekOperation=Next` with the continuation token as a header."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal, collection, link
from gateway.sandbox.partner_center.call import Call

HEADER = "MS-ContinuationToken"


def page(call: Call, items: list[Any], size: int, uri: str) -> Response:
    """The page that the call's headers ask for, with the token of the next one where there is more."""
    seek = call.query.get("seekOperation")
    start, size = _place(call, uri) if seek else (0, size)
    if seek is not None and seek.lower() != "next":
        raise Refusal(400, 2000, "seekOperation")
    rows = items[start : start + size]
    filters = {name: value for name, value in call.query.items() if name != "seekOperation"}
    links = {"self": link(f"{uri}?{urlencode(filters)}" if filters else uri)}
    if start + size >= len(items):
        return collection(rows, links=links)
    token = base64.urlsafe_b64encode(json.dumps([uri, start + size, size]).encode()).decode()
    following = urlencode({**filters, "size": size, "seekOperation": "Next"})
    links["next"] = link(f"{uri}?{following}", headers=[{"key": HEADER, "value": token}])
    return collection(rows, links=links, continuationToken=token)


def _place(call: Call, uri: str) -> tuple[int, int]:
    token = call.headers.get(HEADER.lower(), "")
    try:
        where, start, size = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError):
        raise Refusal(400, 2000, HEADER) from None
    if where != uri or type(start) is not int or type(size) is not int or start < 0 or size < 1:
        raise Refusal(400, 2000, HEADER)
    return start, size
