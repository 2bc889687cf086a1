"""The last net: what nobody foresaw becomes an error that says nothing but a number, which the log has too."""

from __future__ import annotations

import logging
import secrets

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.edge.access import route
from gateway.edge.refusals import written

log = logging.getLogger("gateway.edge")


class Masking:
    """An exception before the answer began is answered with 500. After that, the server closes the connection, for the
    answer was not brought to its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def noting(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            return
        except Exception as error:
            number = secrets.token_hex(8)
            log.error("internal error %s at %s", number, route(scope["path"]), exc_info=error)
            if not began:
                extensions = {"code": "INTERNAL", "retryable": False, "id": number}
                masked = {"message": "Something went wrong inside the gateway.", "extensions": extensions}
                await written(500, {"errors": [masked]})(scope, receive, send)
