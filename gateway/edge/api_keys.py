"""Keys of services: made here, shown once, known by their digests alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Final

from gateway.model.principal import Principal
from gateway.policy import ApiKey

PREFIX: Final = "ogw_"
SHAPE: Final = re.compile(r"ogw_[A-Za-z0-9_-]{1,64}_[A-Za-z0-9_-]{43}")
RANDOM_BYTES: Final = 32


class ApiKeys:
    """The configured keys, and the principals that they stand for."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._known = [(digest, principal_of(key)) for key in keys for digest in key.sha256]
        self._by_name = {principal.name: principal for _, principal in self._known}

    def find(self, key: str) -> Principal | None:
        """Whose key it is. Takes as long for a key that is nearly right as for one that is all wrong."""
        if not SHAPE.fullmatch(key):
            return None
        digest = digest_of(key)
        found = [principal for known, principal in self._known if hmac.compare_digest(known, digest)]
        return found[0] if found else None

    def named(self, name: str) -> Principal | None:
        """The principal of that name, with the rights that the configuration gives it now."""
        return self._by_name.get(name)


def principal_of(key: ApiKey) -> Principal:
    return Principal(
        name=f"key:{key.name}",
        role=key.role,
        scopes=frozenset(key.scopes),
        accounts=key.access.whole,
        customers=key.access.parts,
        sees_vendor_calls=key.vendor_calls,
    )


def new_key(name: str) -> str:
    """A new key for the service of that name. 256 random bits: a plain hash of it cannot be turned back."""
    return f"{PREFIX}{name}_{secrets.token_urlsafe(RANDOM_BYTES)}"


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
