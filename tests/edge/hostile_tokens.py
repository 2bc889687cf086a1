"""Tokens that must not be taken, most of them made by an attacker who knows all public keys."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.edge.issuer import AUDIENCE, IssuerEmulator, encoded, private_key, public_jwk, public_pem, signed

Make = Callable[[IssuerEmulator], str]


def header(**changes: Any) -> Make:
    return lambda it: it.token(changes)


def claims(**changes: Any) -> Make:
    return lambda it: it.token(**changes)


def raw(head: bytes | None = None, body: bytes | None = None) -> Make:
    """Rightly signed, whatever stands in it."""
    return lambda it: signed(head or it.header(), body or it.claims(), private_key("RSA"), "RS256")


def also(whole: Mapping[str, Any], text: str) -> bytes:
    """An object's JSON with more at its end."""
    return json.dumps(whole)[:-1].encode() + f", {text}}}".encode()


def by_another_key(**changes: Any) -> Make:
    return lambda it: signed(it.header(**changes), it.claims(), private_key("RSA", 2), "RS256")


def by_secret(secret: Callable[[], bytes]) -> Make:
    def make(it: IssuerEmulator) -> str:
        text = f"{encoded(it.header(alg='HS256'))}.{encoded(it.claims())}"
        return f"{text}.{encoded(hmac.new(secret(), text.encode(), hashlib.sha256).digest())}"

    return make


def unsigned(word: str) -> Make:
    return lambda it: f"{encoded(it.header(alg=word))}.{encoded(it.claims())}."


def late() -> float:
    return time.time() + 3_600


HOSTILE: dict[str, Make] = {
    # Algorithms and keys.
    "no algorithm": unsigned("none"),
    "no algorithm, spelled otherwise": unsigned("nOnE"),
    "no algorithm, with a signature": lambda it: unsigned("none")(it) + "AAAA",
    "signed by the public key as a secret": by_secret(lambda: public_pem(private_key("RSA"))),
    "signed by the public JWK as a secret": by_secret(lambda: json.dumps(public_jwk(private_key("RSA"))).encode()),
    "signed by nothing": by_secret(lambda: b""),
    "signed by another key": by_another_key(),
    "signed by a key that it brings": by_another_key(kid=None, jwk=public_jwk(private_key("RSA", 2))),
    "signed by a key that it points to": lambda it: by_another_key(jku=it.url + "/evil", kid="evil")(it),
    "an EC signature under an RSA key's id": lambda it: signed(
        it.header(alg="ES256"), it.claims(), private_key("P-256"), "ES256"
    ),
    "an algorithm that is not allowed": header(alg="RS384"),
    "a list of algorithms": lambda it: signed(it.header(alg=["RS256"]), it.claims(), private_key("RSA"), "RS256"),
    "an unknown key": header(kid="two"),
    "a key id that is no text": header(kid=7),
    "a key id without end": header(kid="k" * 1_000),
    "an empty key id": header(kid=""),
    # The header.
    "a critical extension": header(crit=["exp"], exp=1),
    "an unencoded payload": header(crit=["b64"], b64=False),
    "an empty list of critical extensions": header(crit=[]),
    "a token of another type": header(typ="logout+jwt"),
    "a type that is no text": header(typ=1),
    "a header that is no object": raw(head=b'"RS256"'),
    "a header without end": raw(head=b'{"alg": "RS256", "x": "' + b"x" * 5_000 + b'"}'),
    "two algorithms": lambda it: raw(head=also(it.header(), '"alg": "RS256"'))(it),
    # For whom and by whom.
    "another audience": claims(aud="https://other.example"),
    "no audience": claims(aud=None),
    "an audience of objects": claims(aud=[{"x": AUDIENCE}]),
    "an audience that only begins alike": claims(aud=AUDIENCE + ".evil.example"),
    "another issuer": claims(iss="https://evil.example"),
    "an issuer with a slash more": lambda it: it.token(iss=it.url + "/"),
    "no issuer": claims(iss=None),
    "an issuer that is no text": claims(iss=["x"]),
    "two issuers": lambda it: raw(body=also(it.claims(), f'"iss": "{it.url}"'))(it),
    # When.
    "over": claims(exp=time.time() - 61),
    "no end": claims(exp=None),
    "an end that is a text": claims(exp=str(late())),
    "an end that is a flag": claims(exp=True),
    "an endless end": lambda it: raw(body=also(it.claims(exp=None), '"exp": 1e999'))(it),
    "an end beyond all numbers": claims(exp=10**400),
    "a beginning below all numbers": claims(nbf=-(10**400)),
    "an end that is no number": lambda it: raw(body=also(it.claims(exp=None), '"exp": NaN'))(it),
    "not yet": lambda it: it.token(nbf=late()),
    "a beginning that is no time": claims(nbf="now"),
    "a beginning that is a flag": claims(nbf=True),
    "made in the future": lambda it: it.token(iat=late()),
    # Whom.
    "nobody": claims(sub=None),
    "an empty subject": claims(sub=""),
    "a subject that is no text": claims(sub=7),
    "a subject with a line break": claims(sub="ada\nadmin"),
    "a subject without end": claims(sub="a" * 256),
    "two subjects": lambda it: raw(body=also(it.claims(), '"sub": "root"'))(it),
    "bound to its holder's key": claims(cnf={"jkt": "x"}),
    # Its form.
    "claims that are a list": raw(body=b"[]"),
    "claims that are no JSON": raw(body=b"{"),
    "claims that are no UTF-8": raw(body=b'{"sub": "\xff"}'),
    "claims nested without end": raw(body=b'{"a":' + b"[" * 10_000),
    "too long": claims(more="x" * 20_000),
    "padded": lambda it: it.token() + "=",
    "a part too many": lambda it: it.token() + ".x",
    "a part too few": lambda it: it.token().rpartition(".")[0],
    "no signature": lambda it: it.token().rpartition(".")[0] + ".",
    "encrypted": lambda it: "a.b.c.d.e",
    "opaque": lambda it: "opaque-token",
    "a letter": lambda it: "a",
}
