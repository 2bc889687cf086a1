"""The GraphQL endpoint over HTTP, and the explorer page for browsers at the same address.

https://graphql.github.io/graphql-over-http/draft/
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.edge import deadlines, explorer, vendor_calls
from gateway.edge.ftv1 import Trace, is_wanted
from gateway.edge.identity import Identities
from gateway.edge.negotiation import Media, chosen, wants_page
from gateway.edge.operations import ANSWERED_ONCE, EVERY_TYPE, READING, READING_ON, Operation, Operations
from gateway.edge.presence import while_there
from gateway.edge.refusals import Refused, refusal, written
from gateway.edge.requests import operation_in, operation_of
from gateway.edge.sse import EventStream
from gateway.edge.statuses import PROFILES, Profile
from gateway.edge.uploads import PREFLIGHT, Uploads, is_form
from gateway.errors import BadUserInput, GatewayError, Unauthenticated
from gateway.model.principal import Principal, Role
from gateway.policy import Limits
from gateway.upstream.client import SLOWEST_UPLOAD

METHODS: Final = "GET, POST, OPTIONS"
WHAT_THERE_IS: Final = "Answers are " + ", ".join(media.value for media in Media) + "."


class Endpoint:
    """Answers operations, and a browser's visit with the page where `explore` allows it. Files that came with a request
    are given back when its answer is out, or cannot get out."""

    def __init__(self, profile: Profile = PROFILES["2025"], explore: bool = True, limits: Limits | None = None) -> None:
        self._profile = profile
        self._explore = explore
        self._limits = limits or Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with ExitStack() as kept:
            try:
                response = await self._response(request, kept)
            except ClientDisconnect:
                return
            await response(scope, receive, send)

    async def _response(self, request: Request, kept: ExitStack) -> Response:
        accept = ",".join(request.headers.getlist("accept"))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": METHODS})
        if request.method == "GET" and "query" not in request.query_params and wants_page(accept):
            return explorer.page(request) if self._explore else explorer.no_page()
        media = chosen(accept)
        try:
            if request.method not in ("GET", "POST"):
                raise Refused(405, BadUserInput("GraphQL is asked by GET or POST."), {"Allow": METHODS})
            if media is None:
                raise Refused(406, BadUserInput(WHAT_THERE_IS))
            return await self._answer(request, media, kept)
        except Refused as refused:
            return self._refusal(refused, media)
        except GatewayError as error:
            status = self._profile.of_error(error, request.method)
            headers = {"Allow": "POST"} if status == 405 else None
            return self._refusal(Refused(status, error, headers), media)

    async def _answer(self, request: Request, media: Media, kept: ExitStack) -> Response:
        if request.method == "GET" and is_unasked(request.headers):
            raise Refused(400, BadUserInput("From a page elsewhere this takes the header GraphQL-Require-Preflight."))
        identities: Identities = request.app.state.identities
        operations: Operations = request.app.state.operations
        principal = await identities.of(request.headers)
        operation = await self._operation(request, principal, kept)
        if identities.current(principal) is None:  # an upload may take half an hour
            raise Unauthenticated("These credentials are over.")
        extensions = vendor_calls.asked_by(request.headers, operation.extensions)
        operation = replace(operation, extensions=deadlines.asked_by(request.headers, extensions))
        if media is Media.EVENTS:
            streamed = READING_ON if request.method == "GET" else EVERY_TYPE
            return EventStream(operation, principal, operations, request.app.state.streams, streamed)
        may_trace = self._explore or principal.role is Role.ROUTER
        trace = Trace() if may_trace and is_wanted(request.headers) else None
        allowed = READING if request.method == "GET" else ANSWERED_ONCE
        answer = await while_there(request.receive, operations.run(operation, principal, allowed))
        if trace is not None:
            answer.body.setdefault("extensions", {})["ftv1"] = trace.text(answer.body.get("errors", ()))
        status = self._profile.of_answer(answer, media)
        return written(status, answer.body, self._profile.media(media, status))

    async def _operation(self, request: Request, principal: Principal, kept: ExitStack) -> Operation:
        if not is_form(request.scope):
            return await operation_in(request, self._limits)
        uploads: Uploads = request.app.state.uploads
        upload = await uploads.read(request, principal)
        kept.callback(upload.close)
        slowly = sum(file.size for file in upload.files) / SLOWEST_UPLOAD
        return replace(operation_of(upload.operations), extra_seconds=slowly)

    def _refusal(self, refused: Refused, media: Media | None) -> Response:
        as_json = media if media is Media.RESPONSE else Media.JSON
        shown_as = self._profile.media(as_json, refused.status)
        return refusal(refused.status, refused.error, shown_as, refused.headers)


def is_unasked(headers: Mapping[str, str]) -> bool:
    """Whether a page elsewhere had a browser send this without asking first: by an image, a script, a link."""
    elsewhere = headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return elsewhere and not any(headers.get(name) for name in (*PREFLIGHT, "authorization", "x-api-key"))
