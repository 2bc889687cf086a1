"""What a request asks: the operation in its address, its JSON body or its form."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request

from gateway.edge.operations import Operation
from gateway.edge.refusals import CLOSE, Refused
from gateway.errors import BadUserInput, LimitExceeded
from gateway.model.files import media_type
from gateway.policy import Limits

KINDS: Final[Mapping[str, type]] = {
    "query": str,
    "variables": dict,
    "operationName": str,
    "extensions": dict,
    "documentId": str,
}
MAX_QUERY_STRING: Final = 8 * 1024
JSON: Final = "application/json"


async def operation_in(request: Request, limits: Limits) -> Operation:
    """The operation of a GET, or of a POST with JSON. Raises Refused, BadUserInput, starlette's ClientDisconnect."""
    if request.method == "GET":
        return operation_in_address(request)
    if media_type(request.headers.get("content-type")) != JSON:
        raise Refused(415, BadUserInput("The body must be application/json, or multipart/form-data for files."))
    content = await body_of(request, limits)
    try:
        # Stricter than Python's own, which lets pass what cannot be written again (half a surrogate pair) and stumbles
        # over deep nesting and endless integers.
        body = orjson.loads(content)
    except ValueError:
        raise Refused(400, BadUserInput("The body is not JSON.")) from None
    if isinstance(body, list):
        raise BadUserInput("One request holds one operation: lists of operations are not taken.")
    if not isinstance(body, dict):
        raise BadUserInput("The body must be a JSON object with a query.")
    return operation_of(body)


def operation_in_address(request: Request) -> Operation:
    """The operation of a GET. What is empty counts as not there. Raises Refused, BadUserInput."""
    if len(request.scope["query_string"]) > MAX_QUERY_STRING:
        raise Refused(414, LimitExceeded("The address is too long: send this by POST.", limit="query_string"))
    given = request.query_params
    for key in KINDS:
        if len(given.getlist(key)) > 1:
            raise BadUserInput(f"The operation's {key} stands there twice.", argument=key)
    return operation_of({key: _read(key, given[key]) for key in KINDS if given.get(key)})


async def body_of(request: Request, limits: Limits) -> bytes:
    """The body, if it is not too long and does not take too long. Raises Refused, starlette's ClientDisconnect."""
    body = bytearray()
    try:
        async with asyncio.timeout(limits.slowest_body_seconds):
            if stated_length(request.headers) > limits.max_body_bytes:
                raise _too_large(limits)
            async for piece in request.stream():
                body += piece
                if len(body) > limits.max_body_bytes:
                    raise _too_large(limits)
    except TimeoutError:
        raise Refused(408, BadUserInput("The body came too slowly."), CLOSE) from None
    return bytes(body)


def operation_of(body: Mapping[str, Any]) -> Operation:
    """Raises BadUserInput naming the part that is not of its kind."""
    known = {key: body.get(key) for key in KINDS}
    for key, kind in KINDS.items():
        if not isinstance(known[key], kind | None):
            raise BadUserInput(f"The operation's {key} is not what it should be.", argument=key)
    return Operation(
        known["query"], known["variables"], known["operationName"], known["extensions"], known["documentId"]
    )


def stated_length(headers: Mapping[str, str]) -> int:
    """The body's length as Content-Length has it, 0 where it says nothing of use."""
    stated = headers.get("content-length", "0")
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 20 else 0


def _too_large(limits: Limits) -> Refused:
    text = f"The body is longer than {limits.max_body_bytes} bytes."
    return Refused(413, LimitExceeded(text, limit="max_body_bytes"))


def _read(key: str, text: str) -> Any:
    if KINDS[key] is not dict:
        return text
    try:
        return orjson.loads(text)
    except ValueError:
        raise BadUserInput(f"The operation's {key} is not JSON.", argument=key) from None
