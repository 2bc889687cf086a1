"""Answers to requests of which nothing was run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

from gateway.edge.identity import challenge
from gateway.edge.negotiation import Media
from gateway.errors import GatewayError, Unauthenticated

CLOSE: Final[Mapping[str, str]] = {"Connection": "close"}


class Refused(Exception):
    """The request is answered with this status and error, and nothing of it is run."""

    def __init__(self, status: int, error: GatewayError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error
        self.headers = dict(headers or {})


def written(
    status: int, body: Mapping[str, Any], media: Media = Media.JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """A GraphQL response that no cache may keep."""
    kept_by_none = {"Cache-Control": "no-store", "Vary": "Accept"}
    content_type = f"{media.value}; charset=utf-8"
    return Response(orjson.dumps(body), status, {**kept_by_none, **(headers or {})}, media_type=content_type)


def refusal(
    status: int, error: GatewayError, media: Media = Media.JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """The error alone, with the headers that belong to it."""
    own = dict(headers or {})
    if isinstance(error, Unauthenticated):
        own["WWW-Authenticate"] = challenge(error)
    if error.retry_after is not None:
        own["Retry-After"] = str(math.ceil(error.retry_after))
    return written(status, {"errors": [{"message": error.message, "extensions": error.extensions}]}, media, own)
