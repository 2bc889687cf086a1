"""The account's token, which never changes while the gateway runs."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from gateway.secret import Secret


class BearerToken(httpx.Auth):
    """Sends `Authorization: Bearer idt:…`; the token is seen in that header only."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request
