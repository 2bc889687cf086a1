"""Who sends a request: the principal behind its credentials."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.model.principal import ANYBODY, Principal
from gateway.policy import Auth


class Identities:
    """Finds principals by the configured issuers and keys; where there are none, anybody is one and the same."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    async def of(self, headers: Mapping[str, str]) -> Principal:
        """The principal of a request with these headers. Raises Unauthenticated."""
        if not self._auth:
            return ANYBODY
        raise NotImplementedError
