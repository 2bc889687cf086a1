"""The Marketplace's error answers: problem documents, `errors` as map or list, and the gateway's own body."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import JSONResponse, Response

DOMAIN_TYPE = "https://docs.platform.softwareone.com/developer-resources/rest-api/errors/commerce#"
RFC = "https://tools.ietf.org/html/rfc9110#section-"
SEVERAL = "One or more validation errors occurred."

# status: (section of RFC 9110, title)
STANDARD: dict[int, tuple[str, str]] = {
    400: ("15.5.1", "Bad Request"),
    401: ("15.5.2", "Authentication Failed"),
    403: ("15.5.4", "Forbidden"),
    404: ("15.5.5", "Not Found"),
    406: ("15.5.7", "Not Acceptable"),
    409: ("15.5.10", "Conflict"),
    415: ("15.5.16", "Unsupported Media Type"),
    429: ("15.5", "Too Many Requests"),
    500: ("15.6.1", "An error occurred while processing your request."),
    501: ("15.6.2", "Not Implemented"),
    503: ("15.6.4", "Service Unavailable"),
    504: ("15.6.5", "Gateway Timeout"),
}


class Problem(Exception):
    """A refusal on its way to the caller: HTTP status and the problem document's members."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        title: str | None = None,
        kind: str | None = None,
        errors: dict[str, list[str]] | list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or title or str(status))
        section, standard_title = STANDARD.get(status, ("15", "Error"))
        self.status = status
        self.headers = headers
        self.document: dict[str, Any] = {
            "type": kind or RFC + section,
            "title": title or standard_title,
            "status": status,
        }
        if detail is not None:
            self.document["detail"] = detail
        self.document["traceId"] = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
        if errors is not None:
            self.document["errors"] = errors

    def response(self, status: int | None = None) -> Response:
        """The answer; `status` differs from the document's own only where a fault asks for it."""
        return JSONResponse(
            self.document,
            status_code=status or self.status,
            headers=self.headers,
            media_type="application/problem+json",
        )


def invalid(token: str, message: str) -> Problem:
    """400 of the framework or of RQL: `errors` is a map from path or token to messages."""
    return Problem(400, SEVERAL, errors={token: [message]})


def refused(title: str, message: str, *properties: str, code: str = "0001") -> Problem:
    """400 of a domain rule: `errors` is a list. All codes but MPTCOM03-0078 are inventions."""
    return Problem(
        400,
        message,
        title=title,
        kind=f"{DOMAIN_TYPE}MPTCOM03-{code}",
        errors=[{"message": message, "properties": list(properties)}],
    )


def missing(what: str = "The requested resource was not found.") -> Problem:
    return Problem(404, what)


def forbidden(why: str = "The account of this token may not do this.") -> Problem:
    return Problem(403, why)


def unimplemented(what: str) -> Problem:
    """What the sandbox does not have must never look like a plausible answer."""
    return Problem(501, f"The sandbox does not implement {what}.", title="Not implemented in the sandbox")


def gateway_body(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """The body edge components write: `{"statusCode", "message"}`."""
    return JSONResponse({"statusCode": status, "message": message}, status_code=status, headers=headers)
