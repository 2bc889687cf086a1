"""What a bound principal gets of each vendor, whole: its own customer's things at no further cost, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from gateway.edge.operations import Operation
from gateway.model.principal import ANYBODY, Principal, Scope
from gateway.model.ref import Kind, Ref
from tests.whole.census import LINE, Census, Owner, bound, censused, ids
from tests.whole.harness import Whole, codes

ACCOUNTS: Final = ("contoso", "acme", "marketplace", "operations")
Json = dict[str, Any]


@dataclass
class City:
    """One gateway for all tests of this file; each begins with an empty journal."""

    runner: asyncio.Runner
    gateway: Whole
    census: Census

    def as_(self, principal: Principal) -> None:
        self.gateway.be(principal)
        self.gateway.forget()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def query(self, text: str, **variables: object) -> Json:
        answer: Json = self.run(self.gateway.query(text, **variables))
        return answer

    def data(self, text: str, **variables: object) -> Json:
        answer: Json = self.run(self.gateway.data(text, **variables))
        return answer

    def two(self, account: str, kind: Kind = Kind.ORDER) -> tuple[Owner, Owner]:
        """Two customers of the account who both have something of that kind."""
        known = [Owner(account, customer) for customer in self.census.customers[account]]
        mine, theirs, *_ = [owner for owner in known if self.census.of(kind, owner)]
        return mine, theirs


@pytest.fixture(scope="module")
def opened() -> Iterator[City]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        gateway, census = runner.run(stack.enter_async_context(censused()))
        yield City(runner, gateway, census)
        runner.run(stack.aclose())


@pytest.fixture
def city(opened: City) -> City:
    opened.as_(ANYBODY)
    return opened


EVERYTHING = """query($keys: [String!]) { accounts { name }
  orders(first: 500, filter: {customerKeys: $keys}) { totalCount sources { account { name } state totalCount } nodes {
    id customer { key name } lines { id } agreement { id name customer { key } } attachments { id }
    subscriptions { id name agreement { id } } } } }"""


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_list_holds_what_is_theirs_and_all_of_it(city: City, account: str) -> None:
    for owner in city.two(account):
        city.as_(bound({account: owner.customer}))
        data = city.data(EVERYTHING)
        found = set(ids(data["orders"]["nodes"]))
        assert found <= {id_ for id_, one in city.census.owners.items() if one == owner}
        assert set(city.census.of(Kind.ORDER, owner)) <= found
        assert data["orders"]["totalCount"] == len(city.census.of(Kind.ORDER, owner))
        assert data["accounts"] == [{"name": account}]
        assert [one["account"]["name"] for one in data["orders"]["sources"]] == [account]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_list_of_another_customer_is_empty_and_costs_no_call(city: City, account: str) -> None:
    mine, theirs = city.two(account)
    city.as_(bound({account: mine.customer}))
    data = city.data(EVERYTHING, keys=[theirs.customer])
    assert (data["orders"]["totalCount"], data["orders"]["nodes"]) == (0, [])
    assert data["orders"]["sources"] == [{"account": {"name": account}, "state": "OK", "totalCount": 0}]
    assert city.gateway.all_calls() == 0


NODES = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"""
KINDS = [
    (account, kind)
    for account, kinds in {
        "contoso": (Kind.ORDER, Kind.LINE, Kind.AGREEMENT, Kind.SUBSCRIPTION, Kind.CART),
        "acme": (Kind.ORDER, Kind.LINE),
        "operations": (Kind.ORDER, Kind.LINE, Kind.AGREEMENT, Kind.AGREEMENT_LINE, Kind.SUBSCRIPTION, Kind.ATTACHMENT),
    }.items()
    for kind in kinds
]


@pytest.mark.parametrize(("account", "kind"), KINDS, ids=lambda one: getattr(one, "name", one))
def test_a_foreign_thing_by_its_id_is_answered_like_one_that_is_not_there(city: City, account: str, kind: Kind) -> None:
    mine, theirs = city.two(account, kind)
    own, foreign = city.census.of(kind, mine)[0], city.census.of(kind, theirs)[0]
    ref = Ref.decode(foreign)
    absent = Ref(ref.account, ref.kind, (*ref.parts[:-1], "999999")).encode()
    city.as_(bound({account: mine.customer}))
    answer = city.query(NODES, ids=[own, foreign, absent])
    assert [one and one["id"] for one in answer["data"]["nodes"]] == [own, None, None]
    assert "errors" not in answer
    kinds = [{"__typename": answer["data"]["nodes"][0]["__typename"], "id": id_} for id_ in (own, foreign, absent)]
    entities = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    assert [bool(one) for one in city.data(entities, r=kinds)["_entities"]] == [True, False, False]


@pytest.mark.parametrize("kind", [Kind.ORDER, Kind.AGREEMENT, Kind.SUBSCRIPTION, Kind.ASSET, Kind.ATTACHMENT])
def test_what_an_answer_cost_does_not_tell_a_foreign_thing_from_one_that_is_not_there(city: City, kind: Kind) -> None:
    mine, theirs = city.two("operations", kind)
    own, foreign = city.census.of(kind, mine)[0], city.census.of(kind, theirs)[0]
    ref = Ref.decode(foreign)
    absent = Ref(ref.account, ref.kind, (*ref.parts[:-1], ref.parts[-1][:-2] + "99")).encode()
    asking = replace(bound({"operations": mine.customer}), sees_vendor_calls=True)
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    async def told(*ids: str) -> tuple[int, list[str]]:
        await city.gateway.fresh()
        operation = Operation(text, {"ids": ids}, extensions={"vendorCalls": True})
        answer = await city.gateway.app.state.operations.run(operation, asking)
        said = answer.body["extensions"]
        return said["cost"]["actual"], [call["route"] for call in said["vendorCalls"]]

    assert city.run(told(foreign)) == city.run(told(absent))
    assert city.run(told(own, foreign)) == city.run(told(own, absent))
    assert city.run(told(own))[0] == (2 if kind in (Kind.ASSET, Kind.ATTACHMENT) else 1)


def test_a_ref_that_names_a_foreign_customer_costs_no_call(city: City) -> None:
    mine, theirs = city.two("contoso")
    city.as_(bound({"contoso": mine.customer}))
    text = """query($id: ID!, $scope: String!, $number: String!) { order(id: $id) { id }
      orderByNumber(accountName: "contoso", number: $number, numberScope: $scope) { id } }"""
    foreign = Ref.decode(city.census.of(Kind.ORDER, theirs)[0])
    data = city.data(text, id=foreign.encode(), scope=foreign.parts[0].upper(), number=foreign.parts[1])
    assert data == {"order": None, "orderByNumber": None}
    assert city.gateway.all_calls() == 0


DEEP = """query($id: ID!) { order(id: $id) { id customer { key name } notes currency audit { event }
  attachments { id } agreement { id name customer { key } attachments { id } }
  subscriptions { id status } lines { id subscription { id status } details {
    ... on SellercloudLineDetails { qtyOnHand } ... on PartnerCenterLineDetails { provisioning { status } } } }
  details { ... on SellercloudOrderDetails { companyId company { default } vendor { alias } caseQtyMode
      shipping { shipments { key } } }
    ... on SoftwareOneOrderDetails { instructions } } } }"""


@pytest.mark.parametrize("account", ACCOUNTS)
def test_all_of_an_order_of_their_own_costs_them_no_more_calls_than_anybody(city: City, account: str) -> None:
    mine, _ = city.two(account)
    spent = []
    for principal in (ANYBODY, bound({account: mine.customer})):
        city.run(city.gateway.fresh())
        city.as_(principal)
        data = city.data(DEEP, id=city.census.of(Kind.ORDER, mine)[0])
        assert data["order"]["customer"]["key"] == mine.customer
        vendor = city.gateway.sandbox.desks
        spent.append((data, [city.gateway.calls(name) for name in vendor]))
    assert spent[0] == spent[1]


PICKED = """{ accounts { name customers(first: 100) { nodes { key } } companies { key } suppliers { nodes { key } }
  warehouses { key } } }"""


def test_pickers_offer_their_own_customers_and_everybodys_suppliers(city: City) -> None:
    every = {one["name"]: one for one in city.data(PICKED)["accounts"]}
    mine = {account: city.two(account)[0].customer for account in ACCOUNTS}
    city.as_(bound(mine))
    for one in city.data(PICKED)["accounts"]:
        picked = one["companies"] if one["name"] == "acme" else one["customers"]["nodes"]
        assert picked == [{"key": mine[one["name"]]}]
        assert (one["suppliers"], one["warehouses"]) == (
            every[one["name"]]["suppliers"],
            every[one["name"]]["warehouses"],
        )


OUTCOME = "outcome { state } userErrors { code message field }"
CANCEL = f"mutation($input: CancelOrderInput!) {{ cancelOrder(input: $input) {{ order {{ id }} {OUTCOME} }} }}"
UPDATE = f"mutation($input: UpdateOrderInput!) {{ updateOrder(input: $input) {{ order {{ id }} {OUTCOME} }} }}"
MAKE = f"""mutation($input: CreatePurchaseOrderInput!) {{
  createPurchaseOrder(input: $input) {{ order {{ id }} {OUTCOME} }} }}"""
CHECKOUT = f"mutation($input: CheckoutCartInput!) {{ checkoutCart(input: $input) {{ orders {{ id }} {OUTCOME} }} }}"
CREATE_CART = f"mutation($input: CreateCartInput!) {{ createCart(input: $input) {{ cart {{ id }} {OUTCOME} }} }}"
ATTACH = (
    f"mutation($input: AddAttachmentsInput!) {{ addAttachments(input: $input) {{ attachments {{ id }} {OUTCOME} }} }}"
)
REMOVE = f"mutation($input: DeleteAttachmentInput!) {{ deleteAttachment(input: $input) {{ {OUTCOME} }} }}"
KEY: Final = [{"licenseKey": "AAAA", "kind": "LICENSE_KEY", "name": "key"}]


def written(answer: Json) -> Json:
    (payload,) = answer["data"].values()
    assert isinstance(payload, dict), answer
    return payload


def changed(city: City) -> list[str]:
    """The calls that were none to read, at any vendor."""
    calls = [call for name in city.gateway.sandbox.desks for call in city.gateway.calls(name).elements()]
    return [call for call in calls if not call.startswith("GET ")]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_write_to_a_foreign_order_ends_like_one_to_an_order_that_is_not_there(city: City, account: str) -> None:
    mine, theirs = city.two(account)
    foreign = Ref.decode(city.census.of(Kind.ORDER, theirs)[0])
    absent = Ref(foreign.account, Kind.ORDER, (*foreign.parts[:-1], "999999"))
    city.as_(bound({account: mine.customer}))
    answers = []
    for ref in (foreign, absent):
        given = {"orderId": ref.encode(), "allowDelete": True, "reason": {"message": "no"}, "idempotencyKey": "k"}
        payload = written(city.query(CANCEL, input=given))
        assert payload["outcome"]["state"] == "REFUSED"
        answers.append(payload)
    assert answers[0] == answers[1]
    assert [(one["code"], one["field"]) for one in answers[0]["userErrors"]] == [("NOT_FOUND", ["orderId"])]
    assert changed(city) == []


def test_nothing_is_made_for_or_moved_to_a_foreign_customer(city: City) -> None:
    city.as_(bound({account: city.two(account)[0].customer for account in ACCOUNTS}))
    theirs = {account: city.two(account)[1] for account in ACCOUNTS}
    company = int(theirs["acme"].customer)
    units = [{"productId": "MUG-11OZ", "qtyUnitsOrdered": 1, "unitPrice": "3.25"}]
    stock: Json = {"companyId": company, "vendorId": 812, "lines": {"units": units}}
    software: Json = {"productId": "PRD-1", "lines": [{"itemId": "ITM-1", "quantity": 1}]}
    agreement = city.census.of(Kind.AGREEMENT, theirs["marketplace"])[0]
    order = city.census.of(Kind.ORDER, city.two("acme")[0])[0]
    cart = {"accountName": "contoso", "customerKey": theirs["contoso"].customer, "lines": [LINE]}
    tried: list[tuple[str, str, Json]] = [
        ("companyId", MAKE, {"accountName": "acme", "vendor": {"sellercloud": stock}}),
        ("companyId", UPDATE, {"orderId": order, "vendor": {"sellercloud": {"companyId": company}}}),
        ("customerKey", CREATE_CART, cart),
    ]
    for field, draft in (
        ("licenseeId", {"purchase": {"licenseeId": theirs["marketplace"].customer, **software}}),
        ("agreementId", {"termination": {"agreementId": agreement}}),
    ):
        tried.append((field, MAKE, {"accountName": "marketplace", "vendor": {"softwareone": draft}}))
    for field, text, given in tried:
        payload = written(city.query(text, input=given))
        assert [one["code"] for one in payload["userErrors"]] == ["NOT_FOUND"]
        assert payload["userErrors"][0]["field"][-1] == field
    assert changed(city) == []


def test_carts_and_attachments_of_others_cannot_be_touched_and_their_own_can(city: City) -> None:
    mine, theirs = city.two("contoso", Kind.CART)
    city.as_(bound({"contoso": mine.customer}))
    given = [{"cartId": city.census.of(Kind.CART, owner)[0]} for owner in (theirs, mine)]
    refused, done = (written(city.query(CHECKOUT, input=one)) for one in given)
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [("NOT_FOUND", ["cartId"])]
    assert done["outcome"]["state"] == "DONE"
    (order,) = done["orders"]
    assert city.run(city.census.owner(order["id"])) == mine
    mine, theirs = city.two("operations", Kind.ATTACHMENT)
    city.as_(bound({"operations": mine.customer}))
    there = [city.census.of(Kind.ATTACHMENT, owner)[0] for owner in (theirs, mine)]
    refused, done = (written(city.query(REMOVE, input={"attachmentId": id_})) for id_ in there)
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [("NOT_FOUND", ["attachmentId"])]
    assert done["outcome"]["state"] == "DONE"
    del city.census.owners[there[1]]
    parents = [city.census.of(Kind.AGREEMENT, owner)[0] for owner in (theirs, mine)]
    refused, done = (written(city.query(ATTACH, input={"parentId": id_, "files": KEY})) for id_ in parents)
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [("NOT_FOUND", ["parentId"])]
    assert (done["outcome"]["state"], len(done["attachments"])) == ("DONE", 1)


def test_a_hidden_account_is_answered_like_one_that_does_not_exist(city: City) -> None:
    owner, _ = city.two("acme")
    order = Ref.decode(city.census.of(Kind.ORDER, owner)[0])
    city.as_(bound({"contoso": city.two("contoso")[0].customer}))
    text = """query($id: ID!, $name: String!) { order(id: $id) { id }
      orderByNumber(accountName: $name, number: "1") { id } }"""
    hidden = city.query(text, id=order.encode(), name="acme")
    unknown = city.query(text, id=Ref("nobody", Kind.ORDER, order.parts).encode(), name="nobody")
    assert hidden == unknown
    assert codes(hidden) == ["INVALID_ID", "BAD_USER_INPUT"]
    assert city.gateway.all_calls() == 0


FILES = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Attachment { id downloadUrl } } }"""


@pytest.mark.parametrize("account", ["contoso", "marketplace"])
def test_a_link_leads_to_the_file_while_the_rights_last(city: City, account: str) -> None:
    files = city.census.of(Kind.ATTACHMENT)
    seen = [id_ for id_ in files if city.census.owners[id_].account == account]
    nodes = city.data(FILES, ids=seen)["nodes"]
    id_ = next(one["id"] for one in nodes if one and one["downloadUrl"])
    principal = bound({account: city.census.owners[id_].customer})
    for asking in (principal, replace(principal, name="corporate:bo", expires_at=4_000_000_000.0)):
        city.as_(asking)
        (node,) = city.data(FILES, ids=[id_])["nodes"]
        assert city.run(city.gateway.client.get(node["downloadUrl"])).status_code == 200
    city.as_(principal)
    (node,) = city.data(FILES, ids=[id_])["nodes"]
    other = next(one for one in city.census.customers[account] if one != city.census.owners[id_].customer)
    for now in (
        bound({account: other}),
        replace(principal, scopes=frozenset({Scope.ORDERS_READ})),
        replace(principal, customers={}),
        replace(principal, name="key:another"),
    ):
        city.as_(now)
        answer = city.run(city.gateway.client.get(node["downloadUrl"]))
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_subscription_to_a_foreign_order_tells_that_it_is_not_there(city: City, account: str) -> None:
    mine, theirs = city.two(account)
    principal = bound({account: mine.customer})
    watched = [city.census.of(Kind.ORDER, owner)[0] for owner in (mine, theirs)]
    text = "subscription($ids: [ID!]!) { orderChanged(ids: $ids) { orderId kind order { id customer { key } } } }"

    async def first() -> dict[str, Json]:
        found: dict[str, Json] = {}
        stream = city.gateway.app.state.operations.stream(Operation(text, {"ids": watched}), principal)
        try:
            async for answer in stream:
                news = answer.body["data"]["orderChanged"]
                found[news["orderId"]] = news
                if len(found) == len(watched):
                    break
        finally:
            await stream.aclose()
        return found

    city.as_(principal)
    news = city.run(asyncio.wait_for(first(), 10))
    assert news[watched[0]]["order"] == {"id": watched[0], "customer": {"key": mine.customer}}
    assert (news[watched[1]]["kind"], news[watched[1]]["order"]) == ("GONE", None)
