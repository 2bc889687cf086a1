"""Whoever asks, for whatever, by whatever road: no foreign thing in any answer, no foreign call at any vendor."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.binding.binding import Binding
from gateway.edge.operations import Operation
from gateway.model.principal import ANYBODY, Principal, Scope
from gateway.model.ref import Kind, Ref
from gateway.schema.access import NEEDS, NODES, lack
from gateway.vendors.registry import REGISTRY
from tests.whole.census import LINE, Census, Owner, censused, ids, leaves
from tests.whole.harness import TOKEN_ROUTES, Whole

VENDORS: Final = {
    "contoso": "partner_center",
    "acme": "sellercloud",
    "marketplace": "softwareone",
    "operations": "softwareone",
}
LASTING: Final = 4_000_000_000.0
Json = dict[str, Any]

PARTS: Final = """fragment Parts on Node { __typename id
  ... on Order { number customer { key name } notes currency agreement { id name customer { key name } }
    lines { id subscription { id name agreement { id } order { id } } asset { id name } order { id } }
    attachments { id fileName downloadUrl agreement { id } order { id } } subscriptions { id status } assets { id }
    actions { possible } account { name } audit { event }
    details {
      ... on SellercloudOrderDetails { companyId company { default } paymentTerm { name }
        relatedOrders { order { id } } }
      ... on SoftwareOneOrderDetails { licensee { key name } instructions } } }
  ... on Line { order { id customer { key } } subscription { id } }
  ... on Agreement { customer { key name } held: lines { id order { id } subscription { id status } }
    subscriptions { id name } assets { id } attachments { id order { id } downloadUrl }
    orders(first: 5) { nodes { id } sources { account { name } } }
    more: details { ... on PartnerCenterAgreementDetails { directSigned }
      ... on SoftwareOneAgreementDetails { licensee { key name } split { allocations { percentage } } } } }
  ... on AgreementLine { agreement { id customer { key } } order { id } subscription { id } }
  ... on ProductSubscription { name agreement { id customer { key } } order { id }
    own: details {
      ... on SoftwareOneSubscriptionDetails { licensee { key } renewalOrder { id } lines { id order { id } } } } }
  ... on Asset { name agreement { id } order { id } }
  ... on Attachment { fileName licenseKey downloadUrl order { id } agreement { id customer { key } } }
  ... on Cart { buyer: customer { key name } items: lines { lineId } }
  ... on VendorAccount { title: name customers(first: 50) { nodes { key name } } companies { key name }
    warehouses { key } } }"""
OUTCOME: Final = "outcome { state candidates { id } } userErrors { code message field }"
ORDER: Final = "order { id customer { key } lines { id } }"


def mutation(name: str, selection: str) -> str:
    return (
        f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {selection} {OUTCOME} }} }}"
    )


MUTATIONS: Final = {
    "createCart": "cart { id customer { key } }",
    "updateCart": "cart { id customer { key } }",
    "checkoutCart": "cart { id } orders { id customer { key } } orderErrors { lines { lineId } }",
    "createPurchaseOrder": ORDER,
    "updateOrder": ORDER,
    "submitOrder": ORDER,
    "cancelOrder": f"{ORDER} deletedOrderId subscriptions {{ id }}",
    "addAttachments": "attachments { id downloadUrl } order { id } agreement { id }",
    "updateAttachment": "attachment { id }",
    "deleteAttachment": "deletedAttachmentId",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; `touches` are the things that it would change and the customers that it would do so for, None where it
    reads."""

    text: str
    variables: Json = field(default_factory=dict)
    touches: tuple[str | Owner, ...] | None = None
    scope: Scope | None = None
    watching: bool = False


class Requests:
    """What may be asked in this sandbox, drawn at random."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._things: dict[Kind, list[str]] = {kind: census.of(kind) for kind in NODES if kind is not Kind.ACCOUNT}
        self._accounts = [Ref(account, Kind.ACCOUNT, ()).encode() for account in VENDORS]
        self._owners = [Owner(account, key) for account, keys in census.customers.items() for key in keys]
        every = (*self._accounts, *(id_ for some in self._things.values() for id_ in some[:40]))
        self.any_id = st.sampled_from(every)
        kinds = st.sampled_from(sorted(self._things, key=lambda kind: kind.value))
        self.some_thing = kinds.flatmap(lambda kind: st.sampled_from(self._things[kind]))
        self.reads = st.one_of(
            self._lists("orders"),
            self._lists("agreements"),
            st.lists(self.any_id | self.some_thing, max_size=6).map(self._nodes),
            self.any_id.map(self._node),
            self.some_thing.map(self._node),
            st.lists(self.some_thing, max_size=6).map(self._entities),
            st.sampled_from(sorted(census.natural)).map(self._by_number),
            st.just(Asked(f"{PARTS} {{ accounts {{ ...Parts }} }}")),
            self._single("order", Kind.ORDER),
            self._single("agreement", Kind.AGREEMENT),
            self._single("cart", Kind.CART),
        )
        self.watches = st.lists(st.sampled_from(self._things[Kind.ORDER]), min_size=1, max_size=3).map(self._watch)
        written = (self._on_orders(), self._on_attachments(), self._on_carts(), self._creations())
        self.writes = st.sampled_from(written).flatmap(lambda one: one)
        # Not `one_of`, which would give each way of reading as much weight as all watching.
        self.any = st.sampled_from((self.reads, self.reads, self.writes, self.watches)).flatmap(lambda one: one)

    def _single(self, name: str, kind: Kind) -> st.SearchStrategy[Asked]:
        text = f"{PARTS} query($id: ID!) {{ {name}(id: $id) {{ ...Parts }} }}"
        return st.sampled_from(self._things[kind]).map(lambda id_: Asked(text, {"id": id_}))

    def _node(self, id_: str) -> Asked:
        return Asked(f"{PARTS} query($id: ID!) {{ node(id: $id) {{ ...Parts }} }}", {"id": id_})

    def _nodes(self, some: list[str]) -> Asked:
        return Asked(f"{PARTS} query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ...Parts }} }}", {"ids": some})

    def _watch(self, some: list[str]) -> Asked:
        text = (
            f"{PARTS} subscription($ids: [ID!]!) {{ orderChanged(ids: $ids) {{ kind orderId order {{ ...Parts }} }} }}"
        )
        return Asked(text, {"ids": some}, watching=True)

    def _entities(self, some: list[str]) -> Asked:
        asked = [{"__typename": NODES[Ref.decode(id_).kind], "id": id_} for id_ in some]
        natural = {id_: place for place, id_ in self._census.natural.items()}
        for one in asked:
            place = natural.get(one["id"])
            if place is not None and len(asked) % 2:
                del one["id"]
                one |= dict(zip(("accountName", "numberScope", "number"), place, strict=True))
        text = f"{PARTS} query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Node {{ ...Parts }} }} }}"
        return Asked(text, {"r": asked})

    def _by_number(self, place: tuple[str, str, str]) -> Asked:
        text = f"""{PARTS} query($account: String!, $scope: String!, $number: String!) {{
          orderByNumber(accountName: $account, number: $number, numberScope: $scope) {{ ...Parts }} }}"""
        return Asked(text, dict(zip(("account", "scope", "number"), place, strict=True)))

    def _lists(self, name: str) -> st.SearchStrategy[Asked]:
        keys = st.lists(
            st.sampled_from([owner.customer for owner in self._owners]), min_size=1, max_size=4, unique=True
        )
        accounts = st.lists(st.sampled_from(sorted(VENDORS)), min_size=1, max_size=4, unique=True)
        filters = st.fixed_dictionaries({}, optional={"customerKeys": keys, "accountNames": accounts})
        type_ = f"{name[0].upper()}{name[1:-1]}Filter"
        text = f"""{PARTS} query($filter: {type_}) {{ {name}(first: 25, filter: $filter) {{
          totalCount nodes {{ ...Parts }} pageInfo {{ endCursor }}
          sources {{ account {{ name }} totalCount error {{ message }} }} }} }}"""
        return filters.map(lambda one: Asked(text, {"filter": one}))

    def _write(self, name: str, given: Json, *touched: str) -> Asked:
        return self._of(name, given, touched)

    def _of(self, name: str, given: Json, touched: tuple[str | Owner, ...]) -> Asked:
        scope = Scope.ATTACHMENTS_WRITE if "ttachment" in name else Scope.ORDERS_WRITE
        return Asked(mutation(name, MUTATIONS[name]), {"input": given}, touched, scope)

    def _on_orders(self) -> st.SearchStrategy[Asked]:
        def change(id_: str, company: str) -> Asked:
            account = self._census.owners[id_].account
            if VENDORS[account] == "sellercloud":
                moved = {"orderId": id_, "vendor": {"sellercloud": {"companyId": int(company)}}}
                return self._of("updateOrder", moved, (id_, Owner("acme", company)))
            return self._write("updateOrder", {"orderId": id_, "vendor": {"softwareone": {"notes": "n"}}}, id_)

        orders = st.sampled_from(self._things[Kind.ORDER])
        cancel = {"allowDelete": True, "allowSubscriptionCancellation": True}
        return st.one_of(
            orders.map(lambda id_: self._write("submitOrder", {"orderId": id_}, id_)),
            orders.map(lambda id_: self._write("cancelOrder", {"orderId": id_, **cancel}, id_)),
            st.builds(change, orders, st.sampled_from(self._census.customers["acme"])),
        )

    def _on_attachments(self) -> st.SearchStrategy[Asked]:
        files = [{"licenseKey": "AAAA", "kind": "LICENSE_KEY", "name": "key"}]
        there = st.sampled_from(self._things[Kind.ATTACHMENT])
        parents = st.sampled_from([*self._things[Kind.ORDER], *self._things[Kind.AGREEMENT]])
        return st.one_of(
            there.map(lambda id_: self._write("deleteAttachment", {"attachmentId": id_}, id_)),
            there.map(lambda id_: self._write("updateAttachment", {"attachmentId": id_, "name": "renamed"}, id_)),
            parents.map(lambda id_: self._write("addAttachments", {"parentId": id_, "files": files}, id_)),
        )

    def _on_carts(self) -> st.SearchStrategy[Asked]:
        carts = st.sampled_from(self._things[Kind.CART])
        return st.one_of(
            carts.map(lambda id_: self._write("checkoutCart", {"cartId": id_}, id_)),
            carts.map(lambda id_: self._write("updateCart", {"cartId": id_, "addLines": [LINE]}, id_)),
        )

    def _creations(self) -> st.SearchStrategy[Asked]:
        units = {"units": [{"productId": "MUG-11OZ", "qtyUnitsOrdered": 1, "unitPrice": "3.25"}]}

        def made(owner: Owner, id_: str) -> Asked:
            vendor = VENDORS[owner.account]
            if vendor == "partner_center":
                given = {"accountName": owner.account, "customerKey": owner.customer.upper(), "lines": [LINE]}
                return self._of("createCart", given, (owner,))
            if vendor == "sellercloud":
                own = {"companyId": int(owner.customer), "vendorId": 812, "lines": units}
                return self._of(
                    "createPurchaseOrder", {"accountName": owner.account, "vendor": {vendor: own}}, (owner,)
                )
            of_id = self._census.owners[id_]
            draft = {"termination": {"agreementId": id_}}
            return self._of("createPurchaseOrder", {"accountName": of_id.account, "vendor": {vendor: draft}}, (id_,))

        agreements = [id_ for id_ in self._things[Kind.AGREEMENT] if self._census.owners[id_].account != "contoso"]
        return st.builds(made, st.sampled_from(self._owners), st.sampled_from(agreements))


numbers = itertools.count()


def principals(census: Census) -> st.SearchStrategy[Principal]:
    def made(scopes: frozenset[Scope], seen: dict[str, frozenset[str] | None], expires: float | None) -> Principal:
        return Principal(
            name=f"{'key' if expires is None else 'corporate'}:{next(numbers)}",
            scopes=scopes,
            accounts=frozenset(name for name, customers in seen.items() if customers is None),
            customers={name: customers for name, customers in seen.items() if customers is not None},
            expires_at=expires,
        )

    def seen(account: str) -> st.SearchStrategy[frozenset[str] | None]:
        some = st.frozensets(st.sampled_from(census.customers[account]), min_size=1, max_size=2)
        return st.one_of(some, some, some, st.just(frozenset()), st.none())

    scopes = st.one_of(st.just(frozenset(Scope)), st.just(frozenset(Scope)), st.frozensets(st.sampled_from(Scope)))
    accounts = st.fixed_dictionaries({account: seen(account) for account in VENDORS})
    return st.builds(made, scopes, accounts, st.sampled_from((None, LASTING)))


@dataclass(repr=False)
class City:
    """One gateway for all examples, and what is known of everything in it."""

    runner: asyncio.Runner
    gateway: Whole
    census: Census
    requests: Requests

    def ask(self, principal: Principal, asked: Asked) -> Json:
        self.gateway.be(principal)
        self.gateway.forget()
        return self.runner.run(self._watched(principal, asked) if asked.watching else self._asked(asked))

    async def _asked(self, asked: Asked) -> Json:
        answer = await self.gateway.client.post("/graphql", json={"query": asked.text, "variables": asked.variables})
        known: Json = answer.json()
        return known

    async def _watched(self, principal: Principal, asked: Asked) -> Json:
        """The first news of each order."""
        data: list[Json] = []
        stream = self.gateway.app.state.operations.stream(Operation(asked.text, asked.variables), principal)
        try:
            async with asyncio.timeout(20):
                async for answer in stream:
                    data.append(answer.body)
                    if "errors" in answer.body or len(data) == len(set(asked.variables["ids"])):
                        break
        finally:
            await stream.aclose()
        told = [one["data"]["orderChanged"] for one in data if one.get("data")]
        for one in told:
            one.pop("orderId")  # it is what was asked for
        return {"data": told, "errors": [error for one in data for error in one.get("errors", ())]}

    def touched(self, asked: Asked) -> list[Owner]:
        """Whose things it would change, as they are now."""
        given = asked.touches or ()
        return [one if isinstance(one, Owner) else self.runner.run(self.census.anew(one)) for one in given]

    def holds_only_what_is_seen(self, principal: Principal, answer: Json) -> None:
        shown = {value for name, value in leaves(answer) if name == "id"}
        for id_ in set(ids(answer)):
            ref = Ref.decode(id_)
            # The id of what it has just deleted is no sight of it.
            assert id_ not in shown or lack(principal, NEEDS[NODES[ref.kind]]) is None, f"{ref} without its scope"
            if ref.kind is Kind.ACCOUNT:
                assert principal.customers_of(ref.account) != frozenset(), f"the account {ref} is hidden"
            else:
                owner = self.runner.run(self.census.owner(id_))
                if not owner.seen_by(principal):
                    owner = self.runner.run(self.census.anew(id_))
                assert owner.seen_by(principal), f"{ref} is {owner}'s"
        told = json.dumps(answer)
        for account, customers in self.census.customers.items():
            at_vendor = [principal.customers_of(one) for one in VENDORS if VENDORS[one] == VENDORS[account]]
            for customer in customers:
                visible = any(seen is None or customer in seen for seen in at_vendor)
                assert visible or len(customer) < 10 or customer not in told, f"{customer} of {account} is told"
        companies = {str(value) for name, value in leaves(answer) if name == "companyId"}
        assert all(Owner("acme", company).seen_by(principal) for company in companies)

    def calls_only_what_is_seen(self, principal: Principal, asked: Asked, touched: Iterable[Owner]) -> None:
        hidden = {VENDORS[one] for one in VENDORS} - {
            VENDORS[one] for one in VENDORS if principal.customers_of(one) != frozenset()
        }
        allowed = asked.touches is not None and (
            asked.scope in principal.scopes and all(owner.seen_by(principal) for owner in touched)
        )
        for vendor, desk in self.gateway.sandbox.desks.items():
            for call in desk.journal:
                if TOKEN_ROUTES.search(call.path):
                    continue
                assert vendor not in hidden, f"{vendor} was called: {call.path}"
                assert call.method == "GET" or allowed, f"{call.method} {call.path} for {asked.variables}"
                _, _, customer = call.path.partition("/v1/customers/")
                if vendor == "partner_center" and customer:
                    assert Owner("contoso", customer.partition("/")[0]).seen_by(principal), call.path

    def links_lead_to_what_is_seen(self, principal: Principal, answer: Json) -> None:
        links = [str(value) for name, value in leaves(answer) if name == "downloadUrl" and value]
        for link in links[:2]:
            self.gateway.be(principal)
            assert self.runner.run(self.gateway.client.get(link)).status_code == 200
            self.gateway.be(Principal(name=principal.name, scopes=frozenset(Scope)))
            status = self.runner.run(self.gateway.client.get(link)).status_code
            assert status == (404 if principal.expires_at is None else 200)


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        gateway, census = runner.run(stack.enter_async_context(censused()))
        yield City(runner, gateway, census, Requests(census))
        runner.run(stack.aclose())


def keeps_the_promise(city: City, principal: Principal, requests: Iterable[Asked]) -> None:
    for asked in requests:
        touched = city.touched(asked)
        answer = city.ask(principal, asked)
        assert "data" in answer, answer
        city.calls_only_what_is_seen(principal, asked, touched)
        city.holds_only_what_is_seen(principal, answer)
        city.links_lead_to_what_is_seen(principal, answer)


def test_no_answer_and_no_call_goes_beyond_what_a_principal_sees(city: City) -> None:
    """Writes change the world, so nothing is tried twice: the first failure is the one that is told."""
    broken: list[Exception] = []

    @settings(phases=(Phase.explicit, Phase.generate))
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        principal = data.draw(principals(city.census))
        asked = data.draw(st.lists(city.requests.any, min_size=1, max_size=4))
        try:
            keeps_the_promise(city, principal, asked)
        except Exception as error:
            error.add_note(f"{principal} asked {[(one.text[-200:], one.variables) for one in asked]}")
            broken.append(error)
            raise

    try:
        holds()
    except Exception as error:
        raise (broken or [error])[0] from None


def test_the_property_would_notice_a_leak(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the one decision taken away that all roads ask for, each kind of request shows it."""
    customers = {account: frozenset(keys[:1]) for account, keys in city.census.customers.items()}
    principal = Principal(name="key:leak", scopes=frozenset(Scope), accounts=frozenset(), customers=customers)
    foreign = {
        kind: next(id_ for id_ in city.census.of(kind) if not city.census.owners[id_].seen_by(principal))
        for kind in (Kind.ORDER, Kind.AGREEMENT, Kind.ATTACHMENT, Kind.CART)
    }
    reads = [city.requests._node(id_) for id_ in foreign.values()]
    keeps_the_promise(city, principal, reads)
    monkeypatch.setattr(Binding, "judged", lambda self, thing: True)
    for asked in reads:
        with pytest.raises(AssertionError):
            keeps_the_promise(city, principal, [asked])


def test_every_vendor_is_asked(city: City) -> None:
    assert set(VENDORS.values()) == {entry.vendor.value for entry in REGISTRY}
    assert set(MUTATIONS) == set(city.gateway.app.state.operations._schema._schema.mutation_type.fields)
    assert city.gateway.known is not None
    city.gateway.be(ANYBODY)
