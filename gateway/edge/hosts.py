"""By which names the gateway may be reached where anybody may come in.

A page elsewhere can have a name of its own point at this machine, and is then of the gateway's own origin to a browser
(DNS rebinding). Such a request still says the page's name in its Host header.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.addresses import is_loopback
from gateway.edge.refusals import refusal
from gateway.errors import BadUserInput


class KnownHosts:
    """Lets through what is sent to this machine's own names, or to that of `public_url`. No browser leaves the header
    out."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public = urlsplit(public_url).hostname

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._known(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            error = BadUserInput("Nothing is served here under this name.")
            await refusal(421, error)(scope, receive, send)
        else:
            await send({"type": "websocket.close"})  # before it is accepted: HTTP 403

    def _known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name is None or name == self._public or is_loopback(name)
