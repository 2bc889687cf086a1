"""Equal questions of many at one moment are one call at the vendor; each gets what it may see, at the usual cost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest

from gateway.edge.operations import Operation
from gateway.model.principal import ANYBODY, Principal
from gateway.model.ref import Kind
from gateway.sandbox.control import Fault
from tests.whole.census import Census, Owner, bound, censused
from tests.whole.harness import Whole, whole

SECONDS: Final = 0.3  # how long each vendor call takes here, so that those who ask at one moment overlap
MANY: Final = 12
Json = dict[str, Any]

PAGE = "{ orders(first: 30, filter: {vendors: [%s]}) { nodes { id %s } sources { state } } }"
COUNT = "{ orders(first: 0) { totalCount } agreements(first: 5) { nodes { id } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
QUESTIONS = {
    "partner center": PAGE % ("PARTNER_CENTER", "subscriptions { id autoRenew }"),
    "sellercloud": PAGE % ("SELLERCLOUD", "customer { name } notes"),
    "softwareone": PAGE % ("SOFTWAREONE", "agreement { currency lines { number } } attachments { fileName }"),
    "counts and agreements": COUNT,
    "pickers": "{ accounts { suppliers(first: 5) { nodes { key name } } items(first: 5) { nodes { name } } } }",
}


def slow(gateway: Whole) -> None:
    for desk in gateway.sandbox.desks.values():
        desk.add(Fault("latency", times=None, seconds=SECONDS))


async def told(gateway: Whole, text: str, principal: Principal = ANYBODY, **variables: object) -> Json:
    """The whole answer for that principal."""
    answer = await gateway.app.state.operations.run(Operation(text, variables), principal)
    body: Json = answer.body
    return body


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.slow
async def test_equal_queries_of_many_requests_are_one_and_cost_each_the_same(name: str) -> None:
    async with whole(0.2) as gateway:
        slow(gateway)
        alone = await gateway.query(QUESTIONS[name])
        calls = {vendor: gateway.calls(vendor) for vendor in gateway.sandbox.desks}
        assert sum(map(Counter.total, calls.values())) > 0
        await gateway.fresh()
        answers = await asyncio.gather(*(gateway.query(QUESTIONS[name]) for _ in range(MANY)))
        assert {vendor: gateway.calls(vendor) for vendor in gateway.sandbox.desks} == calls
        assert [answer["data"] for answer in answers] == [alone["data"]] * MANY
        assert [answer["extensions"]["cost"] for answer in answers] == [alone["extensions"]["cost"]] * MANY


async def test_who_asks_a_moment_later_asks_anew() -> None:
    async with whole(0.1) as gateway:
        for _ in range(2):
            gateway.forget()
            await gateway.data(QUESTIONS["softwareone"])
            assert gateway.calls("softwareone")["GET /public/v1/commerce/orders"] == 1


async def test_an_error_of_the_shared_call_is_everybodys() -> None:
    async with whole(0.1) as gateway:
        desk = gateway.sandbox.desks["softwareone"]
        desk.add(Fault("html", path="/orders$", times=None))
        answers = await asyncio.gather(*(gateway.query(QUESTIONS["softwareone"]) for _ in range(MANY)))
        assert [answer["data"]["orders"]["sources"][0]["state"] for answer in answers] == ["FAILED"] * MANY
        assert {answer["errors"][0]["extensions"]["code"] for answer in answers} == {"VENDOR_BAD_ANSWER"}
        assert {answer["errors"][0]["extensions"]["account"] for answer in answers} == {"marketplace"}
        assert gateway.all_calls() == 1


@pytest.mark.slow
async def test_who_has_little_time_leaves_alone_and_the_call_goes_on_for_the_others() -> None:
    async with whole(0.1) as gateway:
        gateway.sandbox.desks["softwareone"].add(Fault("latency", path="/orders$", times=None, seconds=1.5))
        body = {"query": QUESTIONS["softwareone"]}
        hasty = asyncio.create_task(gateway.client.post("/graphql", json=body, headers={"Request-Timeout": "0.5"}))
        async with asyncio.timeout(10):
            while not gateway.all_calls():  # noqa: ASYNC110 - the emulator tells nobody
                await asyncio.sleep(0.01)
        patient = asyncio.create_task(gateway.query(QUESTIONS["softwareone"]))
        left = (await hasty).json()
        assert not patient.done()
        assert [error["extensions"]["code"] for error in left["errors"]] == ["DEADLINE_EXCEEDED"]
        assert (await patient)["data"]["orders"]["nodes"]
        assert gateway.calls("softwareone")["GET /public/v1/commerce/orders"] == 1


@pytest.fixture
async def city() -> AsyncIterator[tuple[Whole, Census]]:
    async with censused() as (gateway, census):
        yield gateway, census


@pytest.mark.slow
async def test_of_what_is_shared_nobody_is_given_what_they_may_not_see(city: tuple[Whole, Census]) -> None:
    gateway, census = city
    for account, kind in (
        ("contoso", Kind.ORDER),
        ("contoso", Kind.SUBSCRIPTION),
        ("acme", Kind.ORDER),
        ("operations", Kind.ORDER),
        ("operations", Kind.AGREEMENT),
        ("operations", Kind.SUBSCRIPTION),
        ("operations", Kind.ATTACHMENT),
    ):
        owners = [Owner(account, one) for one in census.customers[account]]
        mine, theirs, *_ = [census.of(kind, owner) for owner in owners if census.of(kind, owner)]
        some = [mine[0], theirs[0]]
        principals = [bound({account: census.owners[id_].customer}) for id_ in some]
        await gateway.fresh()
        slow(gateway)
        asking = [told(gateway, NODES, one, ids=some) for one in (*principals, ANYBODY) for _ in range(3)]
        seen = [[one and one["id"] for one in answer["data"]["nodes"]] for answer in await asyncio.gather(*asking)]
        assert seen == [[some[0], None]] * 3 + [[None, some[1]]] * 3 + [some] * 3, (account, kind)


async def test_bound_principals_that_ask_for_all_at_one_moment_get_their_own(city: tuple[Whole, Census]) -> None:
    gateway, census = city
    text = "{ orders(first: 200) { totalCount nodes { id customer { key } agreement { id name } } } }"
    for account in ("contoso", "acme", "operations"):
        owners = [Owner(account, one) for one in census.customers[account][:2]]
        await gateway.fresh()
        slow(gateway)
        asking = [told(gateway, text, bound({account: owner.customer})) for owner in owners for _ in range(3)]
        answers = await asyncio.gather(*asking)
        for owner, answer in zip([owner for owner in owners for _ in range(3)], answers, strict=True):
            found = [node["id"] for node in answer["data"]["orders"]["nodes"]]
            assert sorted(found) == sorted(census.of(Kind.ORDER, owner))
            assert answer["data"]["orders"]["totalCount"] == len(found)


@pytest.mark.slow
async def test_what_an_answer_costs_does_not_tell_that_another_asked(city: tuple[Whole, Census]) -> None:
    gateway, census = city
    owners = [Owner("operations", one) for one in census.customers["operations"][:2]]
    some = [id_ for owner in owners for id_ in census.of(Kind.ORDER, owner)]
    asking = bound({"operations": owners[0].customer})
    for asked in (some[:1], some[-1:], some[:2]):
        await gateway.fresh()
        alone = await told(gateway, NODES, asking, ids=asked)
        await gateway.fresh()
        slow(gateway)
        among = (told(gateway, NODES, ids=some), told(gateway, NODES, asking, ids=asked))
        _, answer = await asyncio.gather(*among)
        assert answer == alone


async def test_an_order_that_was_written_is_read_anew_although_an_older_read_is_under_way() -> None:
    create = (
        "mutation ($input: CreatePurchaseOrderInput!) { createPurchaseOrder(input: $input) { order { id number } } }"
    )
    update = (
        "mutation ($input: UpdateOrderInput!) { updateOrder(input: $input) "
        "{ order { title } outcome { state } userErrors { message } } }"
    )
    look = "query($id: ID!) { node(id: $id) { ... on Order { title } } }"
    line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 4, "unitPrice": "3.25"}
    draft = {"companyId": 163, "vendorId": 812, "description": "before", "lines": {"units": [line]}}
    async with whole(0.1) as gateway:
        given = {"accountName": "acme", "vendor": {"sellercloud": draft}, "idempotencyKey": "a"}
        id_ = (await gateway.data(create, input=given))["createPurchaseOrder"]["order"]["id"]
        desk = gateway.sandbox.desks["sellercloud"]
        gateway.forget()
        desk.add(Fault("late", method="GET", path="/PurchaseOrders$", seconds=2.0))
        early = asyncio.create_task(gateway.data(look, id=id_))
        async with asyncio.timeout(10):
            while not any(call.fault for call in desk.journal):  # noqa: ASYNC110 - the emulator tells nobody
                await asyncio.sleep(0.01)
        change = {"orderId": id_, "idempotencyKey": "b", "vendor": {"sellercloud": {"description": "after"}}}
        payload = (await gateway.data(update, input=change))["updateOrder"]
        assert (payload["userErrors"], payload["outcome"]["state"]) == ([], "DONE")
        assert payload["order"]["title"] == "after"
        assert (await gateway.data(look, id=id_))["node"]["title"] == "after"
        assert not early.done()
        assert (await early)["node"]["title"] == "before"


def kept(account: str, **more: object) -> Callable[[dict[str, dict[str, Any]]], None]:
    def change(accounts: dict[str, dict[str, Any]]) -> None:
        accounts[account] |= {"cache_seconds": 60, **more}

    return change


async def test_agreements_are_kept_where_the_operator_wishes_and_judged_by_each_binding() -> None:
    text = "{ agreements(first: 40, filter: {vendors: [SOFTWAREONE]}) { nodes { id customer { key } } } }"
    async with whole(0.1, kept("marketplace"), principal=ANYBODY) as gateway:
        nodes = (await gateway.data(text))["agreements"]["nodes"]
        mine = nodes[0]
        theirs = next(one for one in nodes if one["customer"] != mine["customer"])
        some = [mine["id"], theirs["id"]]
        gateway.forget()
        for calls in (1, 1):
            answer = await told(gateway, NODES, ids=some)
            assert [one["id"] for one in answer["data"]["nodes"]] == some
            assert gateway.all_calls() == calls
        assert answer["extensions"]["cost"]["actual"] == 0
        answer = await told(gateway, NODES, bound({"marketplace": mine["customer"]["key"]}), ids=some)
        assert [one and one["id"] for one in answer["data"]["nodes"]] == [mine["id"], None]
        assert gateway.all_calls() == 1


async def test_a_write_drops_what_is_kept_of_its_account() -> None:
    names = "{ orders(first: 3, filter: {vendors: [SELLERCLOUD]}) { nodes { supplier { name } } } }"
    create = "mutation ($input: CreatePurchaseOrderInput!) { createPurchaseOrder(input: $input) { outcome { state } } }"
    line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 4, "unitPrice": "3.25"}
    draft = {"companyId": 163, "vendorId": 812, "lines": {"units": [line]}}
    async with whole(0.1, kept("acme", reference_cache_seconds=0)) as gateway:
        for _ in range(2):
            await gateway.data(names)
        assert gateway.calls("sellercloud")["GET /rest/api/Vendors"] == 1
        made = await gateway.data(create, input={"accountName": "acme", "vendor": {"sellercloud": draft}})
        assert made["createPurchaseOrder"]["outcome"]["state"] == "DONE"
        gateway.forget()
        await gateway.data(names)
        assert gateway.calls("sellercloud")["GET /rest/api/Vendors"] == 1
