"""What an operation will cost is told from its document, its variables and the accounts, before it runs."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from graphql import GraphQLObjectType, parse

from gateway.accounts import Accounts
from gateway.model.account import Account, Capability, ListCost
from gateway.model.principal import Principal, Scope
from gateway.model.ref import Kind, Ref
from gateway.model.values import Vendor
from gateway.policy import Limits
from gateway.schema.cost import Calls, Sized
from gateway.schema.estimate import Estimate, estimate, marks
from gateway.schema.prepared import Documents
from gateway.vendors.base import ORDER
from tests.fakes import FakeAdapter
from tests.whole.harness import SCHEMA

DOCUMENTS = Documents(SCHEMA._schema, Limits())
LISTS = {
    Vendor.PARTNER_CENTER: ListCost(customers=25),
    Vendor.SELLERCLOUD: ListCost(flat=3, rows=20),
    Vendor.SOFTWAREONE: ListCost(rows=100),
}


def account(name: str, vendor: Vendor) -> FakeAdapter:
    adapter = FakeAdapter(Account(name, name, vendor, frozenset(Capability), LISTS[vendor]))
    if vendor is Vendor.PARTNER_CENTER:
        adapter.id_parts = dict.fromkeys(Kind, 2) | {Kind.ACCOUNT: 0, Kind.LINE: 3}
    else:
        adapter.reads.add(ORDER, adapter.batch, per_call=50)  # type: ignore[arg-type]  # it answers whatever it has
    return adapter


CONTOSO = account("contoso", Vendor.PARTNER_CENTER)
ACME = account("acme", Vendor.SELLERCLOUD)
MARKET = account("market", Vendor.SOFTWAREONE)
ALL = Accounts([CONTOSO, ACME, MARKET])


def cost(query: str, accounts: Accounts = ALL, /, **variables: Any) -> int:
    return estimated(query, accounts, **variables).calls


def estimated(query: str, accounts: Accounts = ALL, /, **variables: Any) -> Estimate:
    found = DOCUMENTS.prepared(query)
    assert found.problem is None, found.problem
    assert found.shape is not None
    operation = found.operation(None)
    return estimate(SCHEMA._schema, found.shape, operation, variables, accounts)


def ids(adapter: FakeAdapter, count: int, kind: Kind = Kind.ORDER) -> list[str]:
    parts = adapter.id_parts[kind]
    return [Ref.of(adapter.account.id, kind, *[f"{n}" for _ in range(parts)]).encode() for n in range(count)]


def test_the_fields_of_an_answer_are_counted_as_often_as_they_may_come() -> None:
    assert estimated("{ __typename }").fields == 0
    assert estimated("{ accounts { id name } }").fields == 1 + 2 * 3
    one = "{ orders(first: 100) { nodes { id number } } }"
    assert estimated(one).fields == 1 + 1 + 2 * 100
    assert estimated(one.replace("number", "lines { id }")).fields == 1 + 1 + 2 * 100 + 5 * 100
    assert estimated("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids(ACME, 7)).fields == 1 + 7


def test_what_is_known_without_a_call_costs_nothing() -> None:
    assert cost("{ __typename accounts { id name vendor capabilities health { state } } }") == 0
    assert cost("{ orders(first: 0) { pageInfo { hasNextPage } } }") == 0


def test_a_list_costs_what_each_account_s_list_does() -> None:
    page = "{ orders%s { nodes { id number lines { quantity } } sources { state } } }"
    assert cost(page % "") == (1 + 25) + (3 + 1) + (1 + 1)
    assert cost(page % "(first: 200)") == (1 + 25) + (3 + 10) + (1 + 2)
    assert cost(page % "(last: 21)") == (1 + 25) + (3 + 2) + (1 + 1)


def test_only_accounts_that_the_filter_leaves_are_counted() -> None:
    query = "query($f: OrderFilter) { orders(filter: $f) { nodes { id } } }"
    assert cost(query, f={"vendors": ["SOFTWAREONE"]}) == 2
    assert cost(query, f={"accountNames": ["acme", "market"]}) == 4 + 2
    assert cost(query, f={"vendors": ["PARTNER_CENTER"], "customerKeys": ["a", "b"]}) == 1 + 2
    assert cost(query, f={"accountNames": ["nobody"]}) == 0
    assert cost('{ orders(filter: {vendors: [SELLERCLOUD], search: "x"}) { nodes { id } } }') == 4


def test_accounts_that_a_principal_does_not_see_cost_it_nothing() -> None:
    seen = ALL.seen_by(Principal(name="p", scopes=frozenset(Scope), accounts=frozenset({"market"})))
    assert cost("{ orders { nodes { id attachments { id } } } }", seen) == 2 + 20


def test_a_field_costs_its_weight_for_each_parent_and_a_batch_at_least_one_per_account() -> None:
    orders = "{ orders(first: 50, filter: {vendors: [%s]}) { nodes { %s } } }"
    base = cost(orders % ("SOFTWAREONE", "id"))
    assert cost(orders % ("SOFTWAREONE", "attachments { id }")) - base == 50
    assert cost(orders % ("SOFTWAREONE", "agreement { currency }")) - base == 1
    base = cost(orders % ("SELLERCLOUD", "id"))
    assert cost(orders % ("SELLERCLOUD", "agreement { currency }")) - base == 0
    assert cost(orders % ("SELLERCLOUD", "customer { name }")) - base == 1
    two = Accounts([account("one", Vendor.SOFTWAREONE), account("two", Vendor.SOFTWAREONE)])
    base = cost(orders % ("SOFTWAREONE", "id"), two)
    assert cost(orders % ("SOFTWAREONE", "agreement { currency }"), two) - base == 1 + 1


def test_what_an_embedded_reference_answers_is_free() -> None:
    query = "{ orders(filter: {vendors: [SOFTWAREONE]}) { nodes { agreement { %s } } } }"
    assert cost(query % "id number name status __typename account { name }") == cost(query % "id")
    assert cost(query % "id currency") == cost(query % "id") + 1


def test_fields_of_one_read_cost_it_once_wherever_they_stand() -> None:
    query = "{ orders(first: 7, filter: {vendors: [SELLERCLOUD]}) { nodes { %s } } }"
    details = "details { ... on SellercloudOrderDetails { caseQtyMode } }"
    lines = "lines { details { ... on SellercloudLineDetails { casePrice { amount } } } }"
    base = cost(query % "id")
    for selection in ("notes", f"notes currency audit {{ at }} {details}", f"{details} {lines}", lines):
        assert cost(query % selection) - base == 7, selection


def test_one_selection_in_several_fragments_is_one() -> None:
    query = """
      { orders(first: 10, filter: {vendors: [SOFTWAREONE]}) {
        nodes { ...A ...B attachments { id } ... { attachments { name } } } } }
      fragment A on Order { attachments { fileName } agreement { currency } }
      fragment B on Order { ...A }
    """
    assert cost(query) == 2 + 10 + 1
    twice = "a: attachments { id } b: attachments { id }"
    twice = "{ orders(first: 10, filter: {vendors: [SOFTWAREONE]}) { nodes { " + twice + " } } }"
    assert cost(twice) == 2 + 20  # told without looking at what the loaders share


def test_what_is_skipped_is_free() -> None:
    query = """query($no: Boolean = false, $yes: Boolean!) {
      orders(filter: {vendors: [SOFTWAREONE]}) { nodes {
        attachments @include(if: $no) { id } ... @skip(if: $yes) { agreement { currency } } } }
    }"""
    assert cost(query, yes=True) == 2
    assert cost(query, yes=False, no=True) == 2 + 20 + 1


def test_lists_in_lists_multiply() -> None:
    query = """{ agreements(first: 10, filter: {vendors: [SOFTWAREONE]}) { nodes {
      orders(first: 3) { nodes { attachments { id } } } } } }"""
    assert cost(query) == 2 + -(-10 * 103 // 100) + 30


def test_things_by_their_ids_cost_their_batches() -> None:
    nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { number agreement { currency } } } }"
    assert cost(nodes, ids=ids(MARKET, 50)) == 1 + 1
    assert cost(nodes, ids=ids(MARKET, 51)) == 2 + 2
    assert cost(nodes, ids=ids(CONTOSO, 30)) == 30
    assert cost(nodes, ids=["junk", *ids(MARKET, 1), *ids(ACME, 1)]) == 1 + 1 + 1
    assert cost("query($id: ID!) { order(id: $id) { number } }", id=ids(CONTOSO, 1)[0]) == 1
    assert cost('{ order(id: "junk") { number } }') == 0
    assert cost('{ orderByNumber(accountName: "acme", number: "7") { number } }') == 1
    assert cost('{ orderByNumber(accountName: "nobody", number: "7") { number } }') == 0


def test_representations_are_counted_by_either_key() -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Order { number attachments { id } } } }"
    by_id = [{"__typename": "Order", "id": one} for one in ids(MARKET, 60)]
    by_number = [
        {"__typename": "Order", "accountName": "market", "number": str(n), "numberScope": ""} for n in range(3)
    ]
    assert cost(query, r=by_id) == 2 + 60
    assert cost(query, r=by_number) == 1 + 3
    assert cost(query, r=[3, {}, {"__typename": "Order"}]) == 0


def test_a_write_costs_by_what_it_is_and_only_at_its_account() -> None:
    query = "mutation($i: CancelOrderInput!) { cancelOrder(input: $i) { order { number } outcome { state } } }"
    one = cost(query, i={"orderId": ids(MARKET, 1)[0]})
    assert one == cost(query, Accounts([MARKET]), i={"orderId": ids(MARKET, 1)[0]})
    assert one > 1
    files = "mutation($i: AddAttachmentsInput!) { addAttachments(input: $i) { outcome { state } } }"
    parent = ids(MARKET, 1)[0]
    some = [cost(files, i={"parentId": parent, "files": [{"kind": "FILE"}] * n}) for n in (1, 3, 50, 5_000)]
    assert some[1] == 3 * some[0]
    assert some[2] == some[3]  # longer ones are refused before anything is called


@pytest.mark.parametrize("first", [-1, "x", None, 10**30, 1.5, True, [1]])
def test_an_impossible_size_is_refused_later_and_priced_all_the_same(first: object) -> None:
    assert 0 <= cost("query($n: Int) { orders(first: $n) { nodes { attachments { id } } } }", n=first) <= 3_000


def test_each_field_that_may_call_a_vendor_says_so() -> None:
    """A resolver that waits can only wait for a vendor. Those that do not are named here, with the reason."""
    known = {
        "Query._entities",  # priced by its representations
        "Query.node", "Query.nodes", "Query.order", "Query.orderByNumber", "Query.agreement", "Query.cart",  # by ids
        "Query.orders", "Query.agreements",  # by their accounts
        "Attachment.licenseKey",
        "CheckoutCartPayload.orderErrors",  # its cart, if anything, which the payload has
        "Line.order",  # what it was reached by
    }  # fmt: skip
    unmarked = set()
    for type_ in SCHEMA._schema.type_map.values():
        for name, field in type_.fields.items() if isinstance(type_, GraphQLObjectType) else ():
            definition = field.extensions.get("strawberry-definition")
            resolver = getattr(definition, "base_resolver", None)
            if resolver is not None and inspect.iscoroutinefunction(resolver.wrapped_func) and marks(field)[0] is None:
                unmarked.add(f"{type_.name}.{name}")
    assert unmarked - known == set()


def test_the_sdl_says_it_too() -> None:
    document = parse(SCHEMA.as_str())
    assert document.definitions
    text = SCHEMA.as_str()
    assert '@cost(weight: "0.02")' in text
    assert '@listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"]' in text
    said: list[tuple[Calls | None, Sized | None]] = [
        marks(field)
        for type_ in SCHEMA._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for field in type_.fields.values()
    ]
    assert text.count("@cost(") == sum(calls is not None for calls, _ in said)
    assert text.count("@listSize(") == sum(sized is not None for _, sized in said)
