"""What a request asks: the operation in its address, its JSON body or its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request

from gateway.edge.operations import Operation
from gateway.errors import BadUserInput
from gateway.model.files import media_type

KINDS: Final[Mapping[str, type]] = {"query": str, "variables": dict, "operationName": str, "extensions": dict}


async def operation_in(request: Request) -> Operation:
    """The operation of a GET, or of a POST with JSON. Raises BadUserInput, starlette's ClientDisconnect."""
    if request.method == "GET":
        return operation_of(
            {key: _read(key, request.query_params[key]) for key in KINDS if key in request.query_params}
        )
    if media_type(request.headers.get("content-type")) != "application/json":
        raise BadUserInput("The body must be application/json, or multipart/form-data for files.")
    try:
        # Stricter than Python's own, which lets pass what cannot be written again (half a surrogate pair) and stumbles
        # over deep nesting and endless integers.
        body = orjson.loads(await request.body())
    except ValueError:
        raise BadUserInput("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise BadUserInput("The body must be a JSON object with a query.")
    return operation_of(body)


def operation_of(body: Mapping[str, Any]) -> Operation:
    """Raises BadUserInput naming the part that is not of its kind."""
    known = {key: body.get(key) for key in KINDS}
    for key, kind in KINDS.items():
        if not isinstance(known[key], kind | None):
            raise BadUserInput(f"The operation's {key} is not what it should be.", argument=key)
    return Operation(known["query"], known["variables"], known["operationName"], known["extensions"])


def _read(key: str, text: str) -> Any:
    if KINDS[key] is not dict:
        return text
    try:
        return orjson.loads(text)
    except ValueError:
        raise BadUserInput(f"The operation's {key} is not JSON.", argument=key) from None
