"""The vendor's answers: JSON in ASP.NET's manner, empty bodies, refusals, the throttling body."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from starlette.responses import HTMLResponse, Response

JSON = "application/json; charset=utf-8"


class Refused(Exception):
    """An answer other than 200. `model_state` names what is wrong with which field."""

    def __init__(self, status: int, message: str, model_state: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.model_state = model_state

    def response(self) -> Response:
        body: dict[str, Any] = {"Message": self.message}
        if self.model_state is not None:
            body["ModelState"] = self.model_state
        return reply(body, self.status)


def reply(data: Any, status: int = 200) -> Response:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(errors="replace"), status, media_type=JSON)  # half a surrogate pair may be stored


def empty(status: int = 200) -> Response:
    return Response(b"", status)


def invalid(model_state: dict[str, list[str]]) -> Refused:
    return Refused(400, "The request is invalid.", model_state)


def broken_rule(message: str) -> Refused:
    return Refused(500, message)


def not_implemented(what: str) -> Refused:
    return Refused(501, f"The sandbox does not implement {what}.")


def throttled(reset: datetime, status: int) -> Response:
    stamp = f"{reset:%Y-%m-%dT%H:%M:%S}.{reset.microsecond:06d}0Z"
    return reply({"Error": "Too many requests.", "RateLimitResetTime": stamp}, status)


def invalid_token() -> Response:
    return reply({"Message": "Invalid token"}, 401)


def not_found_page() -> Response:
    return HTMLResponse("<html><head><title>404</title></head><body><h1>Not Found</h1></body></html>", 404)
