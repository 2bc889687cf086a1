"""Bearer tokens: good ones name their principal, and whatever is wrong with one is refused in the same words."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge import tokens
from gateway.edge.identity import Identities
from gateway.errors import Unauthenticated
from gateway.model.principal import Principal, Role, Scope
from gateway.policy import Access, Auth, Issuer
from tests.edge.hostile_tokens import HOSTILE
from tests.edge.issuer import AUDIENCE, IssuerEmulator, issuing

ALGORITHMS: Any = ("RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")


def configured(emulator: IssuerEmulator, **settings: Any) -> Issuer:
    issuer = Issuer(name="corporate", issuer=emulator.url, audience=(AUDIENCE,), algorithms=ALGORITHMS)
    return replace(issuer, **settings)


@asynccontextmanager
async def identified(
    *issuers: Issuer, clock: Callable[[], float] = time.time, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Identities]:
    identities = Identities(Auth(issuers), transport, clock)
    try:
        yield identities
    finally:
        await identities.close()


async def who(identities: Identities, token: str) -> Principal:
    return await identities.of({"authorization": f"Bearer {token}"})


async def refused(identities: Identities, token: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await who(identities, token)
    assert caught.value.message == "These credentials are wrong or over."
    assert caught.value.extensions == {"code": "UNAUTHENTICATED", "retryable": False}


async def test_a_good_token_names_its_principal() -> None:
    async with issuing() as issuer, identified(configured(issuer, access=Access(accounts=("acme",)))) as identities:
        ends = int(time.time()) + 300
        principal = await who(identities, issuer.token(scope="openid orders:read orders:write orders:all", exp=ends))
        assert principal == Principal(
            name="corporate:ada",
            role=Role.CLIENT,
            scopes=frozenset({Scope.ORDERS_READ, Scope.ORDERS_WRITE}),
            accounts=frozenset({"acme"}),
            expires_at=ends + 60,
        )


@pytest.mark.parametrize("kind", ["RSA", "P-256", "P-384", "P-521", "Ed25519"])
async def test_each_kind_of_key_verifies(kind: str) -> None:
    async with issuing(k=kind) as issuer, identified(configured(issuer)) as identities:
        assert (await who(identities, issuer.token())).name == "corporate:ada"


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256"])
async def test_an_rsa_key_that_names_no_algorithm_serves_all_of_its_kind(algorithm: str) -> None:
    async with issuing() as issuer, identified(configured(issuer)) as identities:
        assert (await who(identities, issuer.token({"alg": algorithm}))).name == "corporate:ada"


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"typ": None}, {}),
        ({"typ": "JWT"}, {}),
        ({"typ": "application/AT+JWT"}, {}),
        ({"kid": None}, {}),
        ({"jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/", "x5c": ["x"], "jwk": {"kty": "oct"}}, {}),
        ({}, {"aud": ["https://other.example", AUDIENCE]}),
        ({}, {"nonce": "x", "deep": {"a": [{"b": None}]}}),
    ],
    ids=["no type", "JWT", "any case", "no kid", "keys brought", "two audiences", "more claims"],
)
async def test_these_are_taken_too(header: dict[str, Any], claims: dict[str, Any]) -> None:
    async with issuing() as issuer, identified(configured(issuer)) as identities:
        assert (await who(identities, issuer.token(header, **claims))).name == "corporate:ada"


@pytest.mark.parametrize("times", [{"exp": 1000.5, "nbf": 30, "iat": 30}, {"exp": -20}, {"exp": 1, "nbf": -1_000}])
async def test_clocks_may_differ_a_little(times: dict[str, float]) -> None:
    async with issuing() as issuer, identified(configured(issuer)) as identities:
        token = issuer.token({}, **{name: time.time() + seconds for name, seconds in times.items()})
        assert (await who(identities, token)).name == "corporate:ada"


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_token_is_refused(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with issuing() as issuer, identified(configured(issuer)) as identities:
        token = HOSTILE[kind](issuer)
        await refused(identities, token)
        assert "/evil" not in issuer.calls
        assert len(issuer.calls) <= 2
        assert not [part for part in token.split(".") if len(part) > 10 and part in caplog.text]
        assert (await who(identities, issuer.token())).name == "corporate:ada"


async def test_the_log_says_what_is_wrong_and_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with issuing() as issuer, identified(configured(issuer)) as identities:
        await refused(identities, issuer.token(aud="https://someone.example", sub="somebody"))
    assert "a token was refused: InvalidAudienceError, issuer corporate" in caplog.text
    assert "some" not in caplog.text


class InMemory(httpx.AsyncBaseTransport):
    """The emulator's documents without a socket."""

    def __init__(self, emulator: IssuerEmulator) -> None:
        self._emulator = emulator

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=self._emulator.document_at(request.url.path))


@given(data=st.data())
def test_a_token_changed_anywhere_is_refused(data: st.DataObject) -> None:
    issuer = IssuerEmulator("http://127.0.0.1:9", {"one": data.draw(st.sampled_from(["RSA", "P-256", "Ed25519"]))})
    token = issuer.token()
    at = data.draw(st.integers(0, 10_000)) % len(token)
    letter = chr((ord(token[at]) + data.draw(st.integers(1, 127))) % 128).replace(" ", "*")
    how = data.draw(st.sampled_from(["other", "more", "less"]))
    changed = token[:at] + {"other": letter, "more": letter + token[at], "less": ""}[how] + token[at + 1 :]

    async def check() -> None:
        async with identified(configured(issuer), transport=InMemory(issuer)) as identities:
            assert (await who(identities, token)).name == "corporate:ada"
            await refused(identities, changed)

    asyncio.run(check())


@pytest.mark.parametrize(
    ("scope", "known"),
    [
        ("orders:read  agreements:read", {Scope.ORDERS_READ, Scope.AGREEMENTS_READ}),
        (["orders:write", "orders:read:all", 7], {Scope.ORDERS_WRITE}),
        ("", set()),
        (None, set()),
        ({"orders:read": True}, set()),
        ("ORDERS:READ", set()),
        ("orders:read,orders:write", set()),
    ],
)
async def test_scopes_are_read_from_a_text_or_a_list(scope: Any, known: set[Scope]) -> None:
    async with issuing() as issuer, identified(configured(issuer, scope_claim="scp")) as identities:
        token = issuer.token(scope="attachments:read", scp=scope)
        assert (await who(identities, token)).scopes == known


SOME = {"accounts": ["acme"], "customers": {"contoso": ["a", "b"]}}


@pytest.mark.parametrize(
    ("claim", "accounts", "customers"),
    [
        (SOME, {"acme"}, {"contoso": {"a", "b"}}),
        ({"accounts": ["*"]}, None, {}),
        ({"customers": {"contoso": ["a"]}}, set(), {"contoso": {"a"}}),
        ({}, set(), {}),
        ("*", set(), {}),
        (["*"], set(), {}),
        (True, set(), {}),
        ({"accounts": "*"}, set(), {}),
        ({"accounts": ["*", 7]}, set(), {}),
        ({"accounts": {"*": 1}}, set(), {}),
        ({"accounts": ["acme"], "customers": ["a"]}, set(), {}),
        ({"accounts": ["acme"], "customers": {"contoso": "a"}}, set(), {}),
        ({"accounts": ["acme"], "custmers": {"contoso": ["a"]}}, set(), {}),
        ({"accounts": ["*", "acme"]}, set(), {}),
        ({"accounts": ["*"], "customers": {"contoso": ["a"]}}, set(), {}),
        ({"accounts": ["acme", "contoso"], "customers": {"contoso": ["a"]}}, set(), {}),
    ],
)
async def test_a_token_s_own_claim_says_what_it_sees_and_a_malformed_one_sees_nothing(
    claim: Any, accounts: set[str] | None, customers: dict[str, set[str]]
) -> None:
    async with issuing() as issuer, identified(configured(issuer, access=Access(accounts=("*",)))) as identities:
        principal = await who(identities, issuer.token(order_gateway=claim))
        assert principal.accounts == (None if accounts is None else frozenset(accounts))
        assert principal.customers == {name: frozenset(keys) for name, keys in customers.items()}
        assert (await who(identities, issuer.token())).accounts is None


async def test_a_client_that_acts_for_itself_has_a_name_no_subject_can_take() -> None:
    async with issuing() as issuer, identified(configured(issuer)) as identities:
        names = [
            (await who(identities, issuer.token(**claims))).name
            for claims in (
                {"sub": None, "client_id": "batch"},
                {"sub": None, "azp": "batch"},
                {"sub": "batch", "client_id": "other"},
                {"sub": "#batch"},
            )
        ]
        assert names == ["corporate#batch", "corporate#batch", "corporate:batch", "corporate:#batch"]


async def test_each_issuer_speaks_for_itself_alone() -> None:
    async with issuing(a="RSA") as one, issuing(a="P-256") as two:
        other = replace(configured(two), name="partners", audience=("https://partners.example",), vendor_calls=True)
        async with identified(configured(one), other) as identities:
            assert (await who(identities, one.token())).name == "corporate:ada"
            principal = await who(identities, two.token(aud="https://partners.example"))
            assert (principal.name, principal.sees_vendor_calls) == ("partners:ada", True)
            await refused(identities, two.token())  # the other's audience
            await refused(identities, two.token(iss=one.url))  # the other's name
            await refused(identities, one.token(iss=two.url, aud="https://partners.example"))


async def test_a_token_counts_until_its_end_and_not_longer_though_it_was_verified_before() -> None:
    now = time.time()
    async with (
        issuing() as issuer,
        identified(configured(issuer, clock_skew_seconds=5.0), clock=lambda: now) as identities,
    ):
        token = issuer.token(exp=int(now) + 100)
        principal = await who(identities, token)
        now += 104
        assert await who(identities, token) == principal
        assert identities.current(principal) == principal
        now += 2
        await refused(identities, token)
        assert identities.current(principal) is None


async def test_a_verified_token_is_not_verified_again_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now, verified = time.time(), 0
    decode = jwt.decode

    def counted(*arguments: Any, **more: Any) -> Any:
        nonlocal verified
        verified += 1
        return decode(*arguments, **more)

    monkeypatch.setattr(jwt, "decode", counted)
    async with issuing() as issuer, identified(configured(issuer), clock=lambda: now) as identities:
        token = issuer.token(exp=int(now) + 3_600)
        for _ in range(3):
            await who(identities, token)
        assert verified == 1
        now += 301
        await who(identities, token)
        assert verified == 2


async def test_no_more_tokens_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "VERIFIED", 3)
    async with issuing(k="Ed25519") as issuer, identified(configured(issuer)) as identities:
        for number in range(10):
            await who(identities, issuer.token(sub=f"ada{number}"))
        assert len(identities._tokens._verified) == 3
