"""Who sends a request: the principal behind its credentials, an API key or a bearer token."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import httpx

from gateway.edge.api_keys import PREFIX, ApiKeys
from gateway.edge.tokens import Tokens
from gateway.errors import GatewayError, Unauthenticated
from gateway.model.principal import ANYBODY, Principal, Role
from gateway.policy import Auth
from gateway.upstream.engine import AiohttpTransport

CREDENTIAL_LENGTH: Final = 16_384
CONNECTION_KEYS: Final = 100
BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
REALM: Final = 'Bearer realm="order-gateway"'


class NoCredentials(Unauthenticated):
    """None were sent, so nothing is wrong with them."""


class Identities:
    """Finds principals by the configured issuers and keys; where there are none, anybody is one and the same."""

    def __init__(
        self,
        auth: Auth,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        refused: Callable[[GatewayError], None] = lambda error: None,
    ) -> None:
        """`transport` is the way to the issuers, and closed with this; `clock` is in seconds since 1970. `refused` is
        told of whoever was not let in."""
        self._open = not auth
        self._clock = clock
        self._refused = refused
        self._keys = ApiKeys(auth.keys)
        # Of its own, so that no vendor's redirects, limits or troubles touch it.
        self._client = httpx.AsyncClient(transport=transport or AiohttpTransport(), trust_env=False)
        self._tokens = Tokens(auth.issuers, self._client, clock)

    async def of(self, headers: Mapping[str, str]) -> Principal:
        """The principal of a request with these headers. Raises Unauthenticated, IssuerUnavailable.

        A router may send its own key as X-API-Key beside what its client sent: the client then keeps its rights, and
        what only routers may ask is open to it.
        """
        return await self._admitted(headers.items())

    async def of_connection(self, payload: Any) -> Principal:
        """The principal by a WebSocket's connection_init payload, which names credentials as headers do; raises like
        `of`."""
        if not isinstance(payload, dict) or len(payload) > CONNECTION_KEYS:
            payload = {}
        return await self._admitted((name, value) for name, value in payload.items() if isinstance(value, str))

    def current(self, principal: Principal) -> Principal | None:
        """The principal with the rights that it has now, None where its credentials count no longer. A token's rights
        are those that it was issued with."""
        if self._open:
            return principal if principal == ANYBODY else None
        if principal.expires_at is not None:
            return principal if self._clock() < principal.expires_at else None
        known = self._keys.named(principal.name)
        return None if known is None else replace(known, role=principal.role)

    async def close(self) -> None:
        await self._tokens.close()
        await self._client.aclose()

    async def _admitted(self, headers: Iterable[tuple[str, str]]) -> Principal:
        try:
            return await self._found(headers)
        except GatewayError as error:
            self._refused(error)
            raise

    async def _found(self, headers: Iterable[tuple[str, str]]) -> Principal:
        if self._open:
            return ANYBODY
        bearers, keys = _credentials(headers)
        if not bearers and not keys:
            raise NoCredentials("Say who you are: by a bearer token in Authorization, or by an API key.")
        if len(bearers) > 1 or len(keys) > 1:
            raise _refusal()
        vouching = self._keys.find(keys[0]) if keys else None
        if keys and vouching is None:
            raise _refusal()
        if not bearers and vouching is not None:
            return vouching
        principal = await self._bearer(bearers[0])
        if vouching is None:
            return principal
        if vouching.role is not Role.ROUTER or principal.role is not Role.CLIENT:
            raise _refusal()
        return replace(principal, role=Role.ROUTER)

    async def _bearer(self, value: str) -> Principal:
        match = BEARER.fullmatch(value)
        if match is None:
            raise _refusal()
        token = match.group(1)
        found = self._keys.find(token) if token.startswith(PREFIX) else await self._tokens.find(token)
        if found is None:
            raise _refusal()
        return found


def challenge(error: Unauthenticated) -> str:
    """The WWW-Authenticate header of an answer 401 (RFC 6750, section 3)."""
    return REALM if isinstance(error, NoCredentials) else f'{REALM}, error="invalid_token"'


def _credentials(headers: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """What stands in Authorization and in X-API-Key. Raises Unauthenticated for what is longer than any is."""
    bearers: list[str] = []
    keys: list[str] = []
    for name, value in headers:
        known = {"authorization": bearers, "x-api-key": keys}.get(name.lower())
        if known is None:
            continue
        if len(value) > CREDENTIAL_LENGTH:
            raise _refusal()
        known.append(value.strip())
    return bearers, keys


def _refusal() -> Unauthenticated:
    """One wording for all that is wrong with credentials: which part it was is nobody's business."""
    return Unauthenticated("These credentials are wrong or over.")
