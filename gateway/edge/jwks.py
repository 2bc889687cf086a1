"""The public keys that an issuer signs with: fetched, kept for a while, and fetched again when one is not known.

Found by OpenID Connect Discovery 1.0, section 4, unless the configuration says where they are (RFC 7517). What an
issuer answers is bounded in time, length and number of keys, and no keys are taken but public ones that fit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import httpx
import jwt

from gateway.addresses import address_problem
from gateway.errors import GatewayError, IssuerUnavailable
from gateway.policy import Issuer
from gateway.upstream.body import parsed, whole

log = logging.getLogger("gateway.auth")

FRESH_SECONDS: Final = 600.0
"""After this they are asked for again, while those known serve on."""
OVERDUE_SECONDS: Final = 1_200.0
"""After this they serve on only if the issuer cannot be reached, or a key that it took away would count for ever in a
gateway that nobody asks."""
KEPT_SECONDS: Final = 86_400.0
"""So long they serve on while the issuer is out of reach."""
PAUSE_SECONDS: Final = 30.0
"""Between two fetches, however many tokens with unknown keys come."""
PAUSE_AFTER_FAILURE_SECONDS: Final = 5.0
FETCH_SECONDS: Final = 10.0
ANSWER_BYTES: Final = 512 * 1024
MAX_KEYS: Final = 100
MAX_KEY_ID_LENGTH: Final = 200
RSA_BITS: Final = range(2048, 8192 + 1)
DISCOVERY: Final = "/.well-known/openid-configuration"
HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "order-gateway"}
RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
FITTING: Final[Mapping[tuple[object, object], frozenset[str]]] = {
    ("RSA", None): RSA,
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
    ("OKP", "Ed448"): frozenset({"EdDSA"}),
}
PUBLIC_PARTS: Final = ("kty", "crv", "n", "e", "x", "y")

Keys = Mapping[tuple[str | None, str], jwt.PyJWK]


class Unusable(Exception):
    """What is wrong with an issuer's answer, in our words."""


class IssuerKeys:
    """The keys of one issuer. However many ask at once, one fetch runs, and it outlives those that wait for it."""

    def __init__(self, issuer: Issuer, client: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._client = client
        self._clock = clock
        self._keys: Keys = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key of that id, or the only one for that algorithm where a token names none; None: there is no such key.

        Raises IssuerUnavailable where that cannot be told, because the issuer cannot be asked.
        """
        key = self._known(key_id, algorithm)
        if key is not None:
            renewal = self._renewal() if self._age() >= FRESH_SECONDS else None
            if self._age() < OVERDUE_SECONDS or self._failed:
                return key
        else:
            renewal = self._renewal()
        if renewal is not None:
            await asyncio.wait([renewal])
            key = self._known(key_id, algorithm)
        if key is None and self._failed:
            raise IssuerUnavailable(
                "The keys of this token's issuer cannot be fetched now.", retry_after=PAUSE_AFTER_FAILURE_SECONDS
            )
        return key

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._fetching

    def _known(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        if self._age() >= KEPT_SECONDS:
            return None
        if key_id is not None:
            return self._keys.get((key_id, algorithm))
        fitting = [key for (_, fits), key in self._keys.items() if fits == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    def _renewal(self) -> asyncio.Task[None] | None:
        """The fetch that runs now, if need be a new one; None where it is too early for one."""
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        pause = PAUSE_AFTER_FAILURE_SECONDS if self._failed else PAUSE_SECONDS
        if self._tried is not None and self._clock() < self._tried + pause:
            return None
        self._tried = self._clock()
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        failed = True
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                url = self._issuer.jwks_url or await self._discovered()
                self._keys = usable(await self._json(url), self._issuer.algorithms)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, GatewayError, Unusable) as error:
            reason = str(error) if isinstance(error, Unusable) else type(error).__name__
            log.warning("the keys of issuer %s cannot be fetched: %s", self._issuer.name, reason)
        else:
            failed = False
            self._fetched = self._clock()
        finally:
            self._failed = failed

    async def _discovered(self) -> str:
        document = await self._json(self._issuer.issuer.rstrip("/") + DISCOVERY)
        if not isinstance(document, dict) or document.get("issuer") != self._issuer.issuer:
            raise Unusable("its discovery document names another issuer, or none")
        url = document.get("jwks_uri")
        if not isinstance(url, str) or address_problem(url, with_query=True) is not None:
            raise Unusable("its discovery document names no safe address of keys")
        if self._issuer.issuer.startswith("https:") and not url.startswith("https:"):
            raise Unusable("its discovery document leads away from https")
        return url

    async def _json(self, url: str) -> Any:
        async with self._client.stream("GET", url, headers=HEADERS) as response:
            if response.status_code != httpx.codes.OK:
                raise Unusable(f"it answered {response.status_code}")
            return parsed(await whole(response, "GET", ANSWER_BYTES))


def usable(document: Any, algorithms: Iterable[str]) -> Keys:
    """The keys of a JWK set by their id and each algorithm that they may be used with; the first of twins counts.

    Raises Unusable where there is none at all: such a set is taken for an accident.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise Unusable("it answered no set of keys, or one out of all bounds")
    found: dict[tuple[str | None, str], jwt.PyJWK] = {}
    for entry in listed:
        if not isinstance(entry, dict) or not _names_itself_well(entry.get("kid")):
            continue
        for algorithm in algorithms:
            if fits(entry, algorithm) and (key := _key(entry, algorithm)) is not None:
                found.setdefault((entry.get("kid"), algorithm), key)
    if not found:
        raise Unusable("its set of keys holds none that can be used")
    return found


def fits(entry: Mapping[str, Any], algorithm: str) -> bool:
    """Whether a key may verify signatures of that algorithm, by its kind and by what it says of itself."""
    curve = entry.get("crv")
    kind = (str(entry.get("kty")), curve if isinstance(curve, str) else None)
    operations = entry.get("key_ops", ["verify"])
    return (
        algorithm in FITTING.get(kind, ())
        and entry.get("alg", algorithm) == algorithm
        and entry.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
    )


def _names_itself_well(key_id: Any) -> bool:
    return key_id is None or (isinstance(key_id, str) and len(key_id) <= MAX_KEY_ID_LENGTH)


def _key(entry: Mapping[str, Any], algorithm: str) -> jwt.PyJWK | None:
    # Only its public parts: some issuers have been seen to publish the whole key by mistake.
    public = {part: entry[part] for part in PUBLIC_PARTS if part in entry}
    try:
        key = jwt.PyJWK(public, algorithm)
    except (jwt.PyJWTError, AttributeError):
        return None
    return None if algorithm in RSA and key.key.key_size not in RSA_BITS else key
