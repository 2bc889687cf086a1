"""An issuer's keys: fetched once however many ask, kept through its troubles, renewed when it signs with others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from gateway.edge import jwks
from gateway.edge.identity import Identities
from gateway.edge.jwks import IssuerKeys
from gateway.errors import IssuerUnavailable
from gateway.policy import Auth, Issuer
from gateway.upstream.engine import AiohttpTransport
from tests.edge.issuer import AUDIENCE, DISCOVERY, JWKS, IssuerEmulator, issuing, private_key, public_jwk

BOTH = [DISCOVERY, JWKS]


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def keys_of(emulator: IssuerEmulator, clock: Clock | None = None, **settings: Any) -> AsyncIterator[IssuerKeys]:
    issuer = Issuer(name="corporate", issuer=emulator.url, audience=(AUDIENCE,))
    async with httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as client:
        keys = IssuerKeys(replace(issuer, **settings), client, clock or Clock())
        try:
            yield keys
        finally:
            await keys.close()


async def renewed(keys: IssuerKeys) -> None:
    """Until the fetch that runs is over."""
    if keys._fetching is not None:
        await asyncio.wait([keys._fetching])


async def test_many_that_ask_at_once_share_one_fetch() -> None:
    async with issuing() as issuer, keys_of(issuer) as keys:
        found = await asyncio.gather(*(keys.find("one", "RS256") for _ in range(50)))
        assert len({id(key) for key in found}) == 1
        assert None not in found
        assert issuer.calls == BOTH


async def test_the_one_who_began_the_fetch_may_leave_and_the_others_have_it() -> None:
    async with issuing() as issuer, keys_of(issuer) as keys:
        issuer.fault = "slow"
        first, second = (asyncio.create_task(keys.find("one", "RS256")) for _ in range(2))
        await issuer.came.wait()
        first.cancel()
        issuer.released.set()
        assert await second is not None
        assert issuer.calls == BOTH


async def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock) as keys:
        assert await keys.find("one", "RS256") is not None
        issuer.rotate("two", "P-256")
        clock.now += 31
        assert await keys.find("two", "ES256") is not None
        assert await keys.find("one", "RS256") is None  # it is published no longer
        assert issuer.calls == BOTH * 2


async def test_a_flood_of_unknown_keys_is_no_flood_of_fetches() -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock) as keys:
        for number in range(100):
            assert await keys.find(f"made-up-{number}", "RS256") is None
        assert issuer.calls == BOTH
        clock.now += 31
        await asyncio.gather(*(keys.find(f"made-up-{number}", "RS256") for number in range(100)))
        assert issuer.calls == BOTH * 2


async def test_old_keys_serve_on_while_new_ones_are_fetched() -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock) as keys:
        await keys.find("one", "RS256")
        clock.now += 601
        issuer.fault = "slow"
        assert await keys.find("one", "RS256") is not None  # at once, though the issuer is slow
        issuer.rotate("two", "P-256")
        issuer.released.set()
        await renewed(keys)
        assert await keys.find("one", "RS256") is None
        assert issuer.calls == BOTH * 2


async def test_after_a_long_rest_a_key_that_was_taken_away_counts_no_longer() -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock) as keys:
        await keys.find("one", "RS256")
        issuer.rotate("two", "P-256")
        clock.now += 40_000
        assert await keys.find("one", "RS256") is None


async def test_known_keys_serve_at_once_while_an_issuer_is_found_down_again_and_again() -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock) as keys:
        await keys.find("one", "RS256")
        issuer.fault = "down"
        clock.now += 40_000
        assert await keys.find("one", "RS256") is not None
        issuer.fault = "slow"
        clock.now += 5
        assert await keys.find("one", "RS256") is not None  # the fetch that this began has not ended
        assert keys._fetching is not None
        assert not keys._fetching.done()


async def test_known_keys_outlive_an_issuer_that_is_down_but_not_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock) as keys:
        await keys.find("one", "RS256")
        issuer.fault = "down"
        clock.now += 80_000
        assert await keys.find("one", "RS256") is not None
        await renewed(keys)
        with pytest.raises(IssuerUnavailable):
            await keys.find("two", "RS256")  # it may be a new one: that cannot be told
        assert await keys.find("one", "RS256") is not None
        clock.now += 6_400
        with pytest.raises(IssuerUnavailable):
            await keys.find("one", "RS256")
    assert "issuer corporate" in caplog.text
    assert issuer.url not in caplog.text


async def test_an_issuer_that_is_down_is_asked_again_after_a_pause() -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock) as keys:
        issuer.fault = "down"
        for _ in range(20):
            with pytest.raises(IssuerUnavailable) as caught:
                await keys.find("one", "RS256")
        assert (caught.value.code, caught.value.retryable, caught.value.retry_after) == ("UNAVAILABLE", True, 5.0)
        assert issuer.calls == [DISCOVERY]
        issuer.fault = ""
        clock.now += 5
        assert await keys.find("one", "RS256") is not None


@pytest.mark.parametrize("fault", ["down", "html", "huge", "error", "moved", "nested", "packed", "other"])
async def test_what_an_issuer_answers_wrongly_gives_no_keys(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="gateway")
    async with issuing() as issuer, keys_of(issuer) as keys:
        issuer.fault = fault
        with pytest.raises(IssuerUnavailable):
            await keys.find("one", "RS256")
        assert issuer.calls == [DISCOVERY]
    assert "Sorry" not in caplog.text
    assert issuer.url not in caplog.text


@pytest.mark.parametrize("fault", ["slow", "dribble"])
async def test_an_issuer_that_never_comes_to_an_end_costs_a_bounded_time(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwks, "FETCH_SECONDS", 0.1)
    async with issuing() as issuer, keys_of(issuer) as keys:
        issuer.fault = fault
        with pytest.raises(IssuerUnavailable):
            await keys.find("one", "RS256")


@pytest.mark.parametrize(
    "address",
    ["http://keys.example/x", "http://user:pw@{host}/keys", "http://{host}/keys#x", "file:///etc/passwd", "//x", "", 7],
)
async def test_an_unsafe_address_of_keys_is_not_followed(address: Any) -> None:
    async with issuing() as issuer, keys_of(issuer) as keys:
        named = address.format(host=issuer.url.removeprefix("http://")) if isinstance(address, str) else address
        issuer.discovered = {"issuer": issuer.url, "jwks_uri": named}
        with pytest.raises(IssuerUnavailable):
            await keys.find("one", "RS256")
        assert issuer.calls == [DISCOVERY]


async def test_an_issuer_on_https_leads_nowhere_else() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        document = {"issuer": "https://login.example", "jwks_uri": "http://127.0.0.1:9/keys"}
        return httpx.Response(200, json=document if len(asked) == 1 else {"keys": [RSA]})

    issuer = Issuer(name="corporate", issuer="https://login.example", audience=(AUDIENCE,))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(IssuerUnavailable):
            await IssuerKeys(issuer, client).find("one", "RS256")
    assert asked == ["https://login.example" + DISCOVERY]


async def test_an_address_of_keys_in_the_configuration_needs_no_discovery() -> None:
    async with issuing() as issuer, keys_of(issuer, jwks_url=issuer.url + JWKS + "?p=policy") as keys:
        assert await keys.find("one", "RS256") is not None
        assert issuer.calls == [JWKS + "?p=policy"]


RSA = public_jwk(private_key("RSA"), kid="one")
EC = public_jwk(private_key("P-256"), kid="two")


@pytest.mark.parametrize(
    "entry",
    [
        {**RSA, "use": "enc"},
        {**RSA, "alg": "RSA-OAEP"},
        {**RSA, "alg": "PS256"},
        {**RSA, "key_ops": ["encrypt"]},
        {**RSA, "key_ops": 7},
        {**RSA, "kty": "oct", "k": "c2VjcmV0"},
        {**RSA, "kty": "EC"},
        {**RSA, "kty": ["RSA"]},
        {**RSA, "n": 7},
        {**RSA, "n": "AQAB"},
        {**RSA, "crv": "P-256"},
        {**RSA, "kid": 7},
        {**RSA, "kid": "k" * 1_000},
        {key: value for key, value in RSA.items() if key != "n"},
        public_jwk(private_key("RSA-1024"), kid="one"),
        {**EC, "kid": "one"},
        {**EC, "kid": "one", "crv": ["P-256"]},
        {**EC, "kid": "one", "crv": "secp256k1"},
        {**EC, "kid": "one", "x": EC["y"]},
        "key",
        None,
    ],
)
async def test_a_key_that_does_not_fit_is_left_out(entry: Any) -> None:
    async with issuing() as issuer, keys_of(issuer, algorithms=("RS256", "ES384")) as keys:
        issuer.published = {"keys": [entry, {**RSA, "kid": "good"}]}
        assert await keys.find("one", "RS256") is None
        assert await keys.find("good", "RS256") is not None


@pytest.mark.parametrize(
    "document", [{}, [], "keys", {"keys": {}}, {"keys": []}, {"keys": [EC]}, {"keys": [RSA] * 101}, {"keys": None}]
)
async def test_a_set_without_a_usable_key_leaves_those_known_before(document: Any) -> None:
    clock = Clock()
    async with issuing() as issuer, keys_of(issuer, clock, algorithms=("RS256",)) as keys:
        assert await keys.find("one", "RS256") is not None
        issuer.published = document
        async with keys_of(issuer, algorithms=("RS256",)) as others:
            with pytest.raises(IssuerUnavailable):
                await others.find("one", "RS256")
        issuer.calls.clear()
        clock.now += 601
        assert await keys.find("one", "RS256") is not None
        await renewed(keys)
        assert issuer.calls == BOTH
        assert await keys.find("one", "RS256") is not None


async def test_a_private_key_published_by_mistake_only_verifies() -> None:
    numbers = private_key("P-256").private_numbers()
    async with issuing() as issuer, keys_of(issuer) as keys:
        issuer.published = {"keys": [{**EC, "d": public_jwk(private_key("P-256"))["x"]}]}
        key = await keys.find("two", "ES256")
        assert key is not None
        assert key.key.public_numbers() == numbers.public_numbers
        assert not hasattr(key.key, "private_numbers")


async def test_a_token_that_names_no_key_has_the_only_one_that_fits() -> None:
    async with issuing(one="RSA", two="P-256") as issuer, keys_of(issuer) as keys:
        assert await keys.find(None, "RS256") is await keys.find("one", "RS256")
        assert await keys.find(None, "ES256") is await keys.find("two", "ES256")
    async with issuing(one="RSA", two="RSA") as issuer, keys_of(issuer) as keys:
        assert await keys.find(None, "RS256") is None


async def test_a_fetch_under_way_ends_with_the_gateway() -> None:
    async with issuing() as issuer:
        issuer.fault = "slow"
        identities = Identities(Auth((Issuer(name="corporate", issuer=issuer.url, audience=(AUDIENCE,)),)))
        asking = asyncio.create_task(identities.of({"authorization": f"Bearer {issuer.token()}"}))
        await issuer.came.wait()
        fetching = next(iter(identities._tokens._issuers.values()))[1]._fetching
        await identities.close()
        assert fetching is not None
        assert fetching.cancelled()
        with pytest.raises(IssuerUnavailable):
            await asking
