"""The account's token, which never changes while the gateway runs."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from gateway.errors import Misconfigured
from gateway.secret import Secret


class BearerToken(httpx.Auth):
    """Sends `Authorization: Bearer idt:…`; the token is seen in that header only."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._token.reveal()
        if not (token.isascii() and token.isprintable()):  # or the error that follows would quote it
            raise Misconfigured("The token holds characters that cannot be sent.")
        request.headers["Authorization"] = f"Bearer {token}"
        yield request
