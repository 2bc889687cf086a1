"""The GraphQL endpoint over HTTP, and the explorer page for browsers at the same address."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import orjson
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.edge import explorer
from gateway.edge.identity import Identities
from gateway.edge.operations import ANSWERED_ONCE, READING, Operation, Operations
from gateway.edge.requests import operation_in, operation_of
from gateway.edge.uploads import Refused, Uploads, is_form
from gateway.errors import BadUserInput, GatewayError, Unauthenticated


class Endpoint:
    """JSON for all but a browser's visit. Files that came with a request are given back when its answer is out, or
    cannot get out."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A form has bounds of its own, which its reader keeps.
        app = RequestBodyLimitMiddleware(self._serve, sys.maxsize) if is_form(scope) else self._serve
        await app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with ExitStack() as kept:
            try:
                response = await self._response(request, kept)
            except Refused as refused:
                response = refusal(refused.status, refused.error)
            except Unauthenticated as error:
                response = refusal(401, error)
            except GatewayError as error:
                response = refusal(400, error)
            except ClientDisconnect:
                return
            await response(scope, receive, send)

    async def _response(self, request: Request, kept: ExitStack) -> Response:
        if request.method not in ("GET", "POST"):
            raise Refused(405, BadUserInput("GraphQL is asked by GET or POST."))
        if request.method == "GET" and "query" not in request.query_params and wants_page(request):
            return explorer.page(request)
        identities: Identities = request.app.state.identities
        operations: Operations = request.app.state.operations
        principal = await identities.of(request.headers)
        operation = await self._operation(request, kept)
        answer = await operations.run(operation, principal, READING if request.method == "GET" else ANSWERED_ONCE)
        return written(200, answer.body if answer.ran else {"data": None, **answer.body})

    async def _operation(self, request: Request, kept: ExitStack) -> Operation:
        if not is_form(request.scope):
            return await operation_in(request)
        uploads: Uploads = request.app.state.uploads
        upload = await uploads.read(request)
        kept.callback(upload.close)
        return operation_of(upload.operations)


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def written(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


def refusal(status: int, error: GatewayError) -> Response:
    headers = {"Allow": "GET, POST"} if status == 405 else {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(int(error.retry_after))
    return written(status, {"errors": [{"message": error.message, "extensions": error.extensions}]}, headers)
