"""WebSockets: who is let in and by what, for how long, and how many."""

from __future__ import annotations

import time

import pytest

from gateway.edge.identity import Identities
from gateway.edge.sockets import Code
from gateway.errors import IssuerUnavailable
from gateway.model.principal import Principal, Scope
from tests.edge.socket_desk import Guests, desk, socket

ADA = Principal(name="ada", scopes=frozenset(Scope), accounts=None)
BOB = Principal(name="bob", scopes=frozenset(Scope), accounts=None)
RINGS = "subscription { rings }"


async def test_credentials_come_with_the_initialisation_or_in_the_headers() -> None:
    async with desk(known=Guests(ADA)) as one:
        async with socket(one.app) as client:
            await client.init(Authorization="Bearer ada")
        async with socket(one.app, headers={"authorization": "Bearer ada"}) as client:
            await client.init(theme="dark")


@pytest.mark.parametrize("payload", [{}, {"authorization": "Bearer eve"}, {"authorization": 3}])
async def test_who_brings_none_or_wrong_ones_is_forbidden(payload: dict[str, object]) -> None:
    async with desk(known=Guests(ADA)) as one, socket(one.app) as client:
        await client.send("connection_init", payload=payload)
        closed = await client.closed()
        assert (closed.code, closed.reason) == (Code.FORBIDDEN, "Forbidden")


async def test_wrong_credentials_in_the_initialisation_are_not_made_good_by_the_headers() -> None:
    async with desk(known=Guests(ADA)) as one, socket(one.app, headers={"authorization": "Bearer ada"}) as client:
        await client.send("connection_init", payload={"authorization": "Bearer eve"})
        assert (await client.closed()).code == Code.FORBIDDEN


async def test_an_issuer_out_of_reach_asks_to_come_again() -> None:
    guests = Guests(ADA)
    guests.trouble = IssuerUnavailable("The keys are out of reach.")
    async with desk(known=guests) as one, socket(one.app) as client:
        await client.send("connection_init", payload={"authorization": "Bearer ada"})
        assert (await client.closed()).code == Code.TRY_AGAIN_LATER


async def test_a_socket_is_closed_when_its_credentials_are_over_and_all_on_it_ends() -> None:
    passing = Principal(name="passing", scopes=frozenset(Scope), accounts=None, expires_at=time.time() + 0.3)
    async with desk(known=Guests(passing)) as one, socket(one.app) as client:
        await client.init(authorization="Bearer passing")
        await client.subscribe("1", RINGS)
        assert (await client.next())["type"] == "next"
        closed = await client.closed()
        assert (closed.code, closed.reason) == (Code.FORBIDDEN, "These credentials are over")
        assert one.bell.at_work == 0


async def test_credentials_that_were_taken_away_start_nothing_new() -> None:
    guests = Guests(ADA)
    async with desk(known=guests) as one, socket(one.app) as client:
        await client.init(authorization="Bearer ada")
        guests.gone.add("ada")
        await client.subscribe("1", "{ hello }")
        assert (await client.closed()).code == Code.FORBIDDEN


async def test_a_principal_has_only_so_many_sockets_and_operations_open_and_others_are_not_hurt() -> None:
    limits = {"max_streams_per_principal": 3, "max_streams": 5}
    async with desk(known=Guests(ADA, BOB), limits=limits) as one, socket(one.app) as client:
        await client.init(authorization="Bearer ada")
        for id_ in "12":
            await client.subscribe(id_, RINGS)
            assert (await client.next())["type"] == "next"
        await client.subscribe("3", RINGS)
        message = await client.next()
        assert (message["type"], message["id"]) == ("error", "3")
        assert message["payload"][0]["extensions"]["code"] == "THROTTLED"
        assert message["payload"][0]["extensions"]["limit"] == "max_streams_per_principal"
        async with socket(one.app) as second:
            await second.send("connection_init", payload={"authorization": "Bearer ada"})
            assert (await second.closed()).code == Code.TRY_AGAIN_LATER
        async with socket(one.app) as others:
            await others.init(authorization="Bearer bob")
            await others.subscribe("1", RINGS)
            assert (await others.next())["type"] == "next"
            await others.subscribe("2", RINGS)
            assert (await others.next())["payload"][0]["extensions"]["limit"] == "max_streams"
        await client.send("complete", id="1")
        await client.subscribe("4", RINGS)
        assert (await client.next())["type"] == "next"
    assert one.app.state.streams.open == 0


async def test_where_nobody_is_known_everybody_is_the_same() -> None:
    async with desk() as one, socket(one.app) as client:
        assert isinstance(one.app.state.identities, Identities)
        await client.init(authorization="Bearer whatever")
