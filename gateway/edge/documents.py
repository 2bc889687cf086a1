"""The text of an operation that was sent by its hash or id: documents that clients register as they go, or the trusted
ones of a manifest, which then are the only ones that run.

https://www.apollographql.com/docs/graphos/platform/security/persisted-queries ·
https://github.com/graphql/graphql-over-http/blob/main/spec/Appendix%20A%20--%20Persisted%20Documents.md
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from gateway.errors import BadUserInput, PersistedQueryNotFound, PersistedQueryNotSupported
from gateway.model.principal import Principal, Role

MAX_DOCUMENTS: Final = 1_000
MAX_CHARS: Final = 8 * 1024 * 1024
MAX_MANIFEST_BYTES: Final = 32 * 1024 * 1024
HASH: Final = re.compile(r"[0-9a-f]{64}")
ID_LENGTH: Final = 256
PREFIX: Final = "sha256:"
FORMAT: Final = "apollo-persisted-query-manifest"
ONLY_KNOWN: Final = "Only documents of the manifest run here."


class ManifestError(Exception):
    """The manifest cannot be used; the text says why."""


class Persisted:
    """Documents by hash or id. With a `manifest` it alone counts, but for routers, who write documents of their own."""

    def __init__(self, manifest: Mapping[str, str] | None = None) -> None:
        self._manifest = None if manifest is None else dict(manifest)
        self._trusted = frozenset(self._manifest.values()) if self._manifest is not None else frozenset()
        self._registered: OrderedDict[str, str] = OrderedDict()
        self._chars = 0

    def text(
        self, query: str | None, id_: str | None, extensions: Mapping[str, Any] | None, principal: Principal
    ) -> str | None:
        """The text to run; None where nothing was sent. Raises PersistedQueryNotFound, PersistedQueryNotSupported,
        BadUserInput."""
        hash_ = identified(id_, extensions)
        if self._manifest is not None and principal.role is not Role.ROUTER:
            return self._trusted_text(query, hash_)
        if hash_ is None:
            return query
        if query is None:
            return self._found(hash_)
        self._register(hash_, query)
        return query

    def _trusted_text(self, query: str | None, hash_: str | None) -> str | None:
        assert self._manifest is not None
        known = self._manifest.get(hash_) if hash_ is not None else None
        if query is None:
            if hash_ is not None and known is None:
                raise PersistedQueryNotFound("PersistedQueryNotFound")
            return known
        if query not in self._trusted or (known is not None and known != query):
            raise PersistedQueryNotSupported(ONLY_KNOWN)
        return query

    def _found(self, hash_: str) -> str:
        known = self._registered.get(hash_) or (self._manifest or {}).get(hash_)
        if known is None:
            raise PersistedQueryNotFound("PersistedQueryNotFound")  # in these letters: clients look for them
        if hash_ in self._registered:
            self._registered.move_to_end(hash_)
        return known

    def _register(self, hash_: str, query: str) -> None:
        if hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest() != hash_:
            raise BadUserInput("The hash is not that of the query.", argument="extensions.persistedQuery.sha256Hash")
        if hash_ in self._registered:
            return
        self._registered[hash_] = query
        self._chars += len(query)
        while len(self._registered) > MAX_DOCUMENTS or self._chars > MAX_CHARS:
            self._chars -= len(self._registered.popitem(last=False)[1])


def identified(id_: str | None, extensions: Mapping[str, Any] | None) -> str | None:
    """The hash or id that a request names its document by. Raises BadUserInput where it is none."""
    given = (extensions or {}).get("persistedQuery")
    if given is not None:
        hash_ = given.get("sha256Hash") if isinstance(given, dict) and given.get("version") == 1 else None
        if not isinstance(hash_, str) or not 0 < len(hash_) <= ID_LENGTH:
            raise BadUserInput("persistedQuery takes version 1 and a sha256Hash.", argument="extensions.persistedQuery")
        return hash_.lower() if HASH.fullmatch(hash_.lower()) else hash_
    if id_ is not None and not 0 < len(id_) <= ID_LENGTH:
        raise BadUserInput("documentId is empty or too long.", argument="documentId")
    return id_.removeprefix(PREFIX) if id_ is not None else None


def read_manifest(path: Path) -> dict[str, str]:
    """The documents of a manifest by id: Apollo's format, or a plain object of ids and texts. Raises ManifestError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_MANIFEST_BYTES + 1)
        known = orjson.loads(content) if len(content) <= MAX_MANIFEST_BYTES else None
    except OSError as error:
        raise ManifestError(f"the file cannot be read ({error.strerror or type(error).__name__})") from None
    except ValueError:
        raise ManifestError("the file is not JSON") from None
    if isinstance(known, dict) and known.get("format") == FORMAT:
        listed = known.get("operations")
        rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        pairs: dict[Any, Any] = {one.get("id"): one.get("body") for one in rows}
        whole = isinstance(listed, list) and len(pairs) == len(listed)
    else:
        pairs, whole = (known, True) if isinstance(known, dict) else ({}, False)
    if not whole or not pairs or not all(isinstance(one, str) and one for pair in pairs.items() for one in pair):
        raise ManifestError("the file is no manifest: an object of ids and documents, or Apollo's format")
    return {id_.removeprefix(PREFIX): text for id_, text in pairs.items()}
