"""The GraphQL endpoint over HTTP, and the explorer page for browsers at the same address."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLRequestData

from gateway.accounts import Accounts
from gateway.edge import explorer
from gateway.edge.uploads import Refused, Upload, Uploads, is_form
from gateway.errors import BadUserInput, GatewayError
from gateway.loaders import Loaders
from gateway.model.files import media_type
from gateway.schema.build import GatewaySchema
from gateway.schema.context import Context, DownloadLinks


class UploadAdapter(StarletteRequestAdapter):
    """Strawberry's view of a request, which takes along what was read of a form."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.upload: Upload | None = getattr(request.state, "upload", None)


class Endpoint(GraphQL[Context, None]):
    """One context per request over the accounts that the app has opened; JSON for all but a browser's visit.

    Files that came with a request are given back when its answer is out, or cannot get out.
    """

    request_adapter_class = UploadAdapter

    def __init__(self, schema: GatewaySchema) -> None:
        super().__init__(schema, subscription_protocols=())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A form has bounds of its own, which its reader keeps.
        app = RequestBodyLimitMiddleware(self._serve, sys.maxsize) if is_form(scope) else self._serve
        await app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        with ExitStack() as kept:
            try:
                if is_form(scope):
                    uploads: Uploads = request.app.state.uploads
                    request.state.upload = await uploads.read(request)
                    kept.callback(request.state.upload.close)
                response = await self.run(request)
            except HTTPException as error:
                response = refusal(error.status_code, BadUserInput(error.reason))
            except Refused as refused:
                response = refusal(refused.status, refused.error)
            except ClientDisconnect:
                return
            await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        accounts: Accounts = request.app.state.accounts
        downloads: DownloadLinks = request.app.state.downloads
        return Context(accounts, Loaders(accounts), downloads, request.app.state.writer)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Strawberry's own, but a body that is JSON and no object is the client's mistake too."""
        if isinstance(request, UploadAdapter) and request.upload is not None:
            return request_data(request.upload.operations)
        if request.method == "POST" and media_type(request.content_type) != "application/json":
            raise HTTPException(400, "The body must be application/json, or multipart/form-data for files.")
        try:
            return await super().parse_http_body(request)
        except (AttributeError, TypeError):
            raise HTTPException(400, "The body must be a JSON object with a query.") from None

    def decode_json(self, data: str | bytes) -> object:
        # Stricter than Python's own, which lets pass what cannot be written again (half a surrogate pair) and stumbles
        # over deep nesting and endless integers.
        return orjson.loads(data)

    def encode_json(self, data: Mapping[str, Any] | Sequence[Mapping[str, Any]] | object) -> str | bytes:
        return orjson.dumps(data)

    async def render_graphql_ide(self, request: Request) -> Response:
        return explorer.page(request)


def request_data(operations: Mapping[str, Any]) -> GraphQLRequestData:
    """The operation in the first part of a form; raises HTTPException as Strawberry does for the same in JSON."""
    kinds = {"query": str, "variables": dict, "operationName": str, "extensions": dict}
    known = {key: operations.get(key) for key in kinds}
    for key, kind in kinds.items():
        if not isinstance(known[key], kind | None):
            raise HTTPException(400, f"The operation's {key} is not what it should be.")
    return GraphQLRequestData(known["query"], known["variables"], known["operationName"], known["extensions"])


def refusal(status: int, error: GatewayError) -> Response:
    headers = {"Allow": "GET, POST"} if status == 405 else {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(int(error.retry_after))
    body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
    return JSONResponse(body, status_code=status, headers=headers)
