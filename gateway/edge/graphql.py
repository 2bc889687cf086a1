"""The GraphQL endpoint over HTTP, and the explorer page for browsers at the same address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLRequestData

from gateway.accounts import Accounts
from gateway.edge import explorer
from gateway.errors import BadUserInput
from gateway.loaders import Loaders
from gateway.schema.build import GatewaySchema
from gateway.schema.context import Context, DownloadLinks


class Endpoint(GraphQL[Context, None]):
    """One context per request over the accounts that the app has opened; JSON for all but a browser's visit."""

    def __init__(self, schema: GatewaySchema) -> None:
        super().__init__(schema, subscription_protocols=())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self.run(request)
        except HTTPException as error:
            headers = {"Allow": "GET, POST"} if error.status_code == 405 else None
            body = {"errors": [{"message": error.reason, "extensions": BadUserInput(error.reason).extensions}]}
            response = JSONResponse(body, status_code=error.status_code, headers=headers)
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        accounts: Accounts = request.app.state.accounts
        downloads: DownloadLinks = request.app.state.downloads
        return Context(accounts, Loaders(accounts), downloads)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Strawberry's own, but a body that is JSON and no object is the client's mistake too."""
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
