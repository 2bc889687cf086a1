"""Who asks, by what a request or a connection brings: API keys, headers, and what counts of them later."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from gateway.edge.api_keys import SHAPE, digest_of, new_key
from gateway.edge.identity import Identities, NoCredentials, challenge
from gateway.errors import Unauthenticated
from gateway.model.principal import ANYBODY, Principal, Role, Scope
from gateway.policy import Access, ApiKey, Auth
from tests.edge.issuer import issuing
from tests.edge.test_identity_tokens import configured

REPORTS, ROUTER, MONITOR = (new_key(name) for name in ("reports", "router", "scraper"))
KEYS = (
    ApiKey(
        name="reports",
        sha256=(digest_of(REPORTS),),
        scopes=(Scope.ORDERS_READ,),
        access=Access(accounts=("acme",), customers={"contoso": ("a", "b")}),
        vendor_calls=True,
    ),
    ApiKey(name="router", sha256=(digest_of(ROUTER),), role=Role.ROUTER, access=Access(accounts=("*",))),
    ApiKey(name="scraper", sha256=(digest_of(MONITOR),), role=Role.MONITOR),
)
PRINCIPAL = Principal(
    name="key:reports",
    scopes=frozenset({Scope.ORDERS_READ}),
    accounts=frozenset({"acme"}),
    customers={"contoso": frozenset({"a", "b"})},
    sees_vendor_calls=True,
)


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.encode(), value.encode("latin-1")) for name, value in pairs])


@pytest.mark.parametrize(
    "pair",
    [
        ("Authorization", f"Bearer {REPORTS}"),
        ("authorization", f"bearer  {REPORTS}"),
        ("X-API-Key", REPORTS),
        ("x-api-key", f" {REPORTS} "),
    ],
)
async def test_a_key_names_its_principal(pair: tuple[str, str]) -> None:
    assert await Identities(Auth(keys=KEYS)).of(headers(pair)) == PRINCIPAL


@pytest.mark.parametrize(
    "sent",
    [
        [("authorization", f"Basic {REPORTS}")],
        [("authorization", REPORTS)],
        [("authorization", "Bearer")],
        [("authorization", "")],
        [("authorization", f"Bearer {REPORTS} x")],
        [("authorization", f"Bearer {REPORTS[:-1]}")],
        [("authorization", f"Bearer {REPORTS}A")],
        [("authorization", f"Bearer {REPORTS.upper()}")],
        [("authorization", "Bearer " + new_key("reports"))],
        [("authorization", "Bearer é")],
        [("authorization", "Bearer " + "x" * 20_000)],
        [("x-api-key", "")],
        [("x-api-key", digest_of(REPORTS))],
        [("x-api-key", f"Bearer {REPORTS}")],
        [("x-api-key", "x" * 20_000)],
        [("authorization", f"Bearer {REPORTS}"), ("authorization", f"Bearer {REPORTS}")],
        [("authorization", f"Bearer {REPORTS}"), ("x-api-key", REPORTS)],
        [("authorization", f"Bearer {REPORTS}"), ("x-api-key", new_key("router"))],
        [("authorization", f"Bearer {REPORTS}"), ("x-api-key", MONITOR)],
        [("authorization", f"Bearer {ROUTER}"), ("x-api-key", ROUTER)],
        [("authorization", "Bearer wrong"), ("x-api-key", ROUTER)],
        [("x-api-key", REPORTS), ("x-api-key", REPORTS)],
    ],
)
async def test_other_credentials_are_refused_in_the_same_words(
    sent: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unauthenticated) as caught:
        await Identities(Auth(keys=KEYS)).of(headers(*sent))
    assert caught.value.message == "These credentials are wrong or over."
    assert challenge(caught.value) == 'Bearer realm="order-gateway", error="invalid_token"'
    assert REPORTS not in caplog.text
    assert REPORTS not in repr(caught.value.__dict__)


async def test_no_credentials_are_told_from_wrong_ones() -> None:
    with pytest.raises(NoCredentials) as caught:
        await Identities(Auth(keys=KEYS)).of(headers(("cookie", "session=1")))
    assert challenge(caught.value) == 'Bearer realm="order-gateway"'


async def test_where_nobody_is_configured_anybody_is_the_same_whatever_they_send() -> None:
    identities = Identities(Auth())
    assert await identities.of(headers(("authorization", "Bearer x"))) is ANYBODY
    assert await identities.of_connection({"authorization": 7}) is ANYBODY
    assert identities.current(ANYBODY) is ANYBODY
    assert identities.current(PRINCIPAL) is None


async def test_a_router_s_key_beside_its_client_s_credentials_leaves_the_client_its_rights() -> None:
    async with issuing(k="Ed25519") as issuer:
        identities = Identities(Auth((configured(issuer),), KEYS))
        sent = [("authorization", f"Bearer {issuer.token()}"), ("x-api-key", ROUTER)]
        principal = await identities.of(headers(*sent))
        assert (principal.name, principal.role, principal.accounts) == ("corporate:ada", Role.ROUTER, frozenset())
        assert principal == replace(await identities.of(headers(sent[0])), role=Role.ROUTER)
        both = await identities.of(headers(("authorization", f"Bearer {REPORTS}"), ("x-api-key", ROUTER)))
        assert both == replace(PRINCIPAL, role=Role.ROUTER)
        assert identities.current(both) == both
        await identities.close()


async def test_an_old_and_a_new_key_stand_for_one_principal_while_one_replaces_the_other() -> None:
    new = new_key("reports")
    identities = Identities(Auth(keys=(replace(KEYS[0], sha256=(digest_of(REPORTS), digest_of(new))),)))
    for key in (REPORTS, new):
        assert await identities.of(headers(("x-api-key", key))) == PRINCIPAL


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
async def test_a_connection_s_payload_is_read_as_headers_are(name: str) -> None:
    identities = Identities(Auth(keys=KEYS))
    assert await identities.of_connection({name: f"Bearer {REPORTS}", "other": {"a": 1}}) == PRINCIPAL
    assert await identities.of_connection({"x-api-key": REPORTS}) == PRINCIPAL


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        [],
        "Bearer",
        {"authorization": {"Bearer": REPORTS}},
        {"headers": {"authorization": f"Bearer {REPORTS}"}},
        {"authorization": f"Bearer {REPORTS}"} | {str(number): "x" for number in range(200)},
        {"authorization": f"Bearer {REPORTS}", "Authorization": f"Bearer {REPORTS}"},
    ],
)
async def test_a_payload_of_another_form_brings_no_credentials(payload: Any) -> None:
    with pytest.raises(Unauthenticated):
        await Identities(Auth(keys=KEYS)).of_connection(payload)


async def test_a_key_s_rights_are_those_of_the_configuration_as_it_is_now() -> None:
    narrower = replace(KEYS[0], access=Access(accounts=("acme",)))
    assert Identities(Auth(keys=KEYS)).current(PRINCIPAL) == PRINCIPAL
    assert Identities(Auth(keys=(narrower,))).current(PRINCIPAL) == replace(PRINCIPAL, customers={})
    assert Identities(Auth(keys=KEYS[1:])).current(PRINCIPAL) is None


@given(st.text(st.characters(codec="ascii", categories=["L", "Nd"], include_characters="_-"), min_size=1, max_size=64))
def test_a_new_key_has_the_known_form_and_never_comes_twice(name: str) -> None:
    first, second = new_key(name), new_key(name)
    assert first.startswith(f"ogw_{name}_")
    assert SHAPE.fullmatch(first)
    assert first != second


@given(st.dictionaries(st.sampled_from(["authorization", "x-api-key", "Authorization", "cookie"]), st.text()))
async def test_no_header_does_more_than_be_refused(sent: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        await Identities(Auth(keys=KEYS)).of(sent)
