"""An OpenID Connect provider over real HTTP: discovery, keys that rotate, tokens good and bad, and faults on demand.

As a process (`python -m tests.edge.issuer PORT`) it gives tokens at /token: a POST with claims as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.upstream.vendor import HangUp, Seen, Vendor, reply, running

AUDIENCE = "https://orders.example.com"
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/keys"
Private = Any  # whichever kind of cryptography's private keys


@functools.cache
def private_key(kind: str, number: int = 1) -> Private:
    """One key of that kind for all tests: making an RSA key takes its time. Another number, another key."""
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    if kind == "RSA-1024":
        return rsa.generate_private_key(65537, 1024)  # noqa: S505 - it must be refused
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[kind])


def algorithm_of(kind: str) -> str:
    return {"RSA": "RS256", "RSA-1024": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}.get(
        kind, "EdDSA"
    )


def public_jwk(key: Private, **more: Any) -> dict[str, Any]:
    name = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "EdDSA"
    name = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else name
    found = jwt.get_algorithm_by_name(name).to_jwk(key.public_key(), as_dict=True)
    found.pop("key_ops", None)
    return {**found, **more}


def public_pem(key: Private) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def encoded(part: bytes | Mapping[str, Any]) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(header: bytes | Mapping[str, Any], claims: bytes | Mapping[str, Any], key: Private, algorithm: str) -> str:
    """A token with exactly this header and these claims, whatever they say."""
    text = f"{encoded(header)}.{encoded(claims)}"
    method = jwt.get_algorithm_by_name(algorithm)
    return f"{text}.{encoded(method.sign(text.encode(), method.prepare_key(key)))}"


@dataclass
class IssuerEmulator:
    """`kinds` are its keys by their ids, all published, the last one signing. `fault`: down, slow, dribble, html, huge,
    error, moved, nested, packed, or other (it calls itself by another name). `discovered` and `published` replace its
    own documents. `came` is set by a call; a slow one is answered when `released` is set."""

    url: str = ""
    kinds: dict[str, str] = field(default_factory=lambda: {"one": "RSA"})
    fault: str = ""
    discovered: Any = None
    published: Any = None
    calls: list[str] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def rotate(self, key_id: str, kind: str = "P-256") -> None:
        """From now on it signs with a new key and publishes that alone."""
        self.kinds = {key_id: kind}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims with these changes; a None takes a claim away."""
        now = int(time.time())
        known = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 600, "scope": "orders:read"}
        return {name: value for name, value in (known | changes).items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        key_id, kind = list(self.kinds.items())[-1]
        known = {"alg": algorithm_of(kind), "typ": "at+jwt", "kid": key_id}
        return {name: value for name, value in (known | changes).items() if value is not None}

    def token(self, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """A token signed by the current key; `header` and `changes` say what differs from a good one."""
        head = self.header(**(header or {}))
        kind = list(self.kinds.values())[-1]
        return signed(head, self.claims(**changes), private_key(kind), str(head["alg"]))

    async def answer(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        self.calls.append(seen.target)
        self.came.set()
        if seen.target == "/token":
            claims = json.loads(seen.body)
            writer.write(reply(json.dumps({"access_token": self.token(**claims), "token_type": "Bearer"}).encode()))
            return
        if self.fault == "down":
            raise HangUp
        if self.fault == "slow":
            await self.released.wait()
        whole = json.dumps(self.document_at(seen.target)).encode()
        if self.fault == "dribble":
            whole = b" " * 100 + whole
            for place in range(100):
                writer.write(reply(whole)[: -len(whole)] if place == 0 else b" ")
                await asyncio.sleep(0.02)
            writer.write(whole[99:])
            return
        writer.write(self._faulty(whole) or reply(whole))

    def _faulty(self, whole: bytes) -> bytes | None:
        faults = {
            "html": reply(b"<html>Sorry</html>", content_type="text/html"),
            "huge": reply(b'{"keys": "' + b"x" * 1_000_000 + b'"}'),
            "error": reply(whole, 500),
            "moved": reply(b"", 302, location=self.url + "/elsewhere"),
            "nested": reply(b"[" * 100_000),
            "packed": reply(b"\x1f\x8b", content_encoding="br"),
        }
        return faults.get(self.fault)

    def document_at(self, target: str) -> Any:
        if target == DISCOVERY:
            issuer = self.url + "/other" if self.fault == "other" else self.url
            return self.discovered or {"issuer": issuer, "jwks_uri": self.url + JWKS}
        if self.published is not None:
            return self.published
        return {"keys": [public_jwk(private_key(kind), kid=key_id) for key_id, kind in self.kinds.items()]}


@contextlib.asynccontextmanager
async def issuing(**kinds: str) -> AsyncIterator[IssuerEmulator]:
    """A provider with these keys, by default one of RSA."""
    emulator = IssuerEmulator(kinds=kinds or {"one": "RSA"})
    async with running(emulator.answer) as vendor:
        emulator.url = vendor.url
        try:
            yield emulator
        finally:
            emulator.released.set()


async def serve(port: int) -> None:
    emulator = IssuerEmulator(f"http://127.0.0.1:{port}", {"one": "RSA", "two": "P-256"})
    vendor = Vendor([emulator.answer])
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
