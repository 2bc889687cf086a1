"""State that outlives a request: behind small protocols, SQLite by default."""

from __future__ import annotations

from typing import Protocol

from gateway.secret import Secret


class Vault(Protocol):
    """A safe for secrets that vendors rotate, e.g. refresh tokens; encrypted at rest, keyed by account and name."""

    async def get(self, account: str, name: str) -> Secret | None: ...

    async def put(self, account: str, name: str, secret: Secret) -> None: ...
