"""Access tokens: JSON Web Tokens of the configured issuers, verified by the keys they publish (RFC 8725, RFC 9068)."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import jwt

from gateway.edge.jwks import MAX_KEY_ID_LENGTH, IssuerKeys
from gateway.model.principal import Principal, Scope
from gateway.policy import ALL, Access, Issuer

log = logging.getLogger("gateway.auth")

SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
HEADER_LENGTH: Final = 4_096
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
SUBJECT_LENGTH: Final = 255  # OpenID Connect Core 1.0, section 2
NEVER: Final = 10**12  # seconds: numbers beyond are no times, and some of them no floats
VERIFIED: Final = 4_096
VERIFIED_SECONDS: Final = 300.0
# The times are judged here, by one clock and without leniency for texts.
OPTIONS: Final[Any] = {"require": ["iss", "aud", "exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}


class Refused(Exception):
    """Why a token is not taken: for the log, in fixed words that quote nothing of it."""


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    until: float


class Tokens:
    """Verifies tokens, and remembers for five minutes at most which were good. `clock` is in seconds since 1970."""

    def __init__(
        self,
        issuers: Iterable[Issuer],
        client: httpx.AsyncClient,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuers = {issuer.issuer: (issuer, IssuerKeys(issuer, client, ticks)) for issuer in issuers}
        self._clock = clock
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()

    async def find(self, token: str) -> Principal | None:
        """The principal that a token stands for, None for one that is not taken. Raises IssuerUnavailable."""
        digest = hashlib.sha256(token.encode()).digest()
        held = self._verified.get(digest)
        if held is not None and self._clock() < held.until:
            self._verified.move_to_end(digest)
            return held.principal
        self._verified.pop(digest, None)
        try:
            principal, until = await self._judged(token)
        except Refused as refused:
            log.info("a token was refused: %s", refused)
            return None
        self._verified[digest] = _Verified(principal, min(until, self._clock() + VERIFIED_SECONDS))
        if len(self._verified) > VERIFIED:
            self._verified.popitem(last=False)
        return principal

    async def close(self) -> None:
        for _, keys in self._issuers.values():
            await keys.close()

    async def _judged(self, token: str) -> tuple[Principal, float]:
        """Nothing in the token is believed until its signature holds, but whose key to try."""
        header, claims = opened(token)
        issued_by = claims.get("iss")
        issuer, keys = self._issuers.get(issued_by, (None, None)) if isinstance(issued_by, str) else (None, None)
        if issuer is None or keys is None:
            raise Refused("its issuer is not configured")
        algorithm, key_id = judged_header(header, issuer)
        key = await keys.find(key_id, algorithm)
        if key is None:
            raise Refused(f"issuer {issuer.name} has no such key")
        try:
            jwt.decode(
                token, key, algorithms=[algorithm], audience=issuer.audience, issuer=issuer.issuer, options=OPTIONS
            )
        except jwt.PyJWTError as error:
            raise Refused(f"{type(error).__name__}, issuer {issuer.name}") from None  # its text may quote the token
        until = judged_times(claims, issuer.clock_skew_seconds, self._clock())
        return principal_of(claims, issuer, until), until


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A token's header and claims, not verified yet. Raises Refused where it is none, or could be read in two ways."""
    if not SHAPE.fullmatch(token):
        raise Refused("it is no signed token")
    header, claims, signature = token.split(".")
    if len(header) > HEADER_LENGTH:
        raise Refused("its header is too long")
    _decoded(signature)
    return _object(header), _object(claims)


def judged_header(header: Mapping[str, Any], issuer: Issuer) -> tuple[str, str | None]:
    """The algorithm and the key's id. Keys that a header brings or points to are never looked at. Raises Refused."""
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if algorithm not in issuer.algorithms:
        raise Refused(f"its algorithm is not allowed for issuer {issuer.name}")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise Refused("it is a token of another type")
    if "crit" in header or "b64" in header:
        raise Refused("its header asks for what is not understood here")
    if "kid" in header and not (isinstance(key_id, str) and 0 < len(key_id) <= MAX_KEY_ID_LENGTH):
        raise Refused("it names its key in no usable way")
    return str(algorithm), key_id


def judged_times(claims: Mapping[str, Any], skew: float, now: float) -> float:
    """Until when the token counts: its `exp`, and the skew that clocks are allowed. Raises Refused."""
    ends, starts, made = (_moment(claims, name) for name in ("exp", "nbf", "iat"))
    if ends is None or now >= ends + skew:
        raise Refused("it is over")
    if (starts is not None and starts > now + skew) or (made is not None and made > now + skew):
        raise Refused("it does not count yet")
    return ends + skew


def principal_of(claims: Mapping[str, Any], issuer: Issuer, until: float) -> Principal:
    """Whom verified claims speak of: a subject, or a client that acts for itself. Raises Refused."""
    if "cnf" in claims:
        raise Refused("it is bound to a key of its holder, which is not checked here")
    if "sub" in claims:
        name = f"{issuer.name}:{_named(claims['sub'])}"
    else:
        name = f"{issuer.name}#{_named(claims.get('client_id', claims.get('azp')))}"
    access = _access(claims[issuer.access_claim]) if issuer.access_claim in claims else issuer.access
    return Principal(
        name=name,
        scopes=_scopes(claims.get(issuer.scope_claim)),
        accounts=access.whole,
        customers=access.parts,
        sees_vendor_calls=issuer.vendor_calls,
        expires_at=until,
    )


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part).decode(), object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError):
        raise Refused("it holds no JSON, or JSON that can be read in two ways") from None
    if not isinstance(value, dict):
        raise Refused("it holds something else than objects")
    return value


def _decoded(part: str) -> bytes:
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise Refused("it is not base64url") from None
    # Two spellings of one token would be two tokens to whoever compares them.
    if base64.urlsafe_b64encode(content).rstrip(b"=").decode() != part:
        raise Refused("it is not spelled as base64url is")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) < len(pairs):
        raise ValueError("a key comes twice")
    return known


def _never(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if name not in claims:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < NEVER:
        raise Refused(f"its {name} is no time")
    return float(value)


def _named(subject: Any) -> str:
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH or not subject.isprintable():
        raise Refused("it names neither a subject nor a client")
    return subject


def _scopes(claim: Any) -> frozenset[Scope]:
    words = claim.split(" ") if isinstance(claim, str) else claim
    return frozenset(scope for scope in Scope if isinstance(words, list) and scope.value in words)


def _access(claim: Any) -> Access:
    """What the claim of a token grants: nothing at all where it is not what it should be."""
    claim = claim if isinstance(claim, dict) else {}
    accounts, customers = claim.get("accounts", []), claim.get("customers", {})
    if not claim.keys() <= {"accounts", "customers"} or not _texts(accounts) or not isinstance(customers, dict):
        return Access()
    if not all(_texts(keys) for keys in customers.values()):
        return Access()
    # The whole of an account, and a part of it: the one may be meant as the other's bound.
    if (ALL in accounts and (len(accounts) > 1 or customers)) or customers.keys() & set(accounts):
        return Access()
    return Access(accounts=tuple(accounts), customers={name: tuple(keys) for name, keys in customers.items()})


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)
