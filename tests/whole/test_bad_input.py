"""Bad input: a clear coded error that names the argument, and no vendor call."""

from __future__ import annotations

import pytest

from tests.whole.harness import codes, whole

ORDERS = "{ orders(%s) { nodes { id } } }"
PICKER = "{ accounts { %s { nodes { key } } } }"


@pytest.mark.parametrize(
    ("query", "code", "argument"),
    [
        (ORDERS % "first: -1", "BAD_USER_INPUT", "first"),
        (ORDERS % "first: 100000", "BAD_USER_INPUT", "first"),
        (ORDERS % "first: 1, last: 1", "BAD_USER_INPUT", "last"),
        (ORDERS % 'after: "junk"', "BAD_USER_INPUT", "after"),
        (ORDERS % 'filter: {accountNames: ["nobody"]}', "BAD_USER_INPUT", "filter.accountNames"),
        (ORDERS % "filter: {accountNames: []}", "BAD_USER_INPUT", "filter.accountNames"),
        (ORDERS % "filter: {vendors: []}", "BAD_USER_INPUT", "filter.vendors"),
        (ORDERS % "filter: {statuses: []}", "BAD_USER_INPUT", "filter.statuses"),
        (ORDERS % r'filter: {customerKeys: ["a\u0000"]}', "BAD_USER_INPUT", "filter.customerKeys"),
        (ORDERS % r'filter: {vendorStatuses: ["a\nb"]}', "BAD_USER_INPUT", "filter.vendorStatuses"),
        (ORDERS % 'filter: {search: ""}', "BAD_USER_INPUT", "filter.search"),
        (
            ORDERS % 'filter: {createdFrom: "2026-02-01T00:00:00Z", createdBefore: "2026-01-01T00:00:00Z"}',
            "BAD_USER_INPUT",
            "filter.createdBefore",
        ),
        ('{ order(id: "junk") { id } }', "INVALID_ID", "id"),
        ('{ node(id: "") { id } }', "INVALID_ID", "id"),
        ('{ orderByNumber(accountName: "nobody", number: "1") { id } }', "BAD_USER_INPUT", "accountName"),
        ('{ orderByNumber(accountName: "acme", number: "") { id } }', "INVALID_ID", "number"),
        ('{ orderByNumber(accountName: "contoso", number: "1") { id } }', "INVALID_ID", "numberScope"),
        ('{ orderByNumber(accountName: "acme", number: "..") { id } }', "INVALID_ID", "number"),
        (PICKER % "customers(first: 0)", "BAD_USER_INPUT", "first"),
        (PICKER % 'customers(search: " ")', "BAD_USER_INPUT", "search"),
        (PICKER % r'items(search: "a\u0000")', "BAD_USER_INPUT", "search"),
        (PICKER % ('items(supplierKey: "%s")' % ("x" * 201)), "BAD_USER_INPUT", "supplierKey"),
    ],
)
async def test_bad_input_names_its_argument_and_calls_nobody(query: str, code: str, argument: str) -> None:
    async with whole(size=0.05) as gateway:
        answer = await gateway.query(query)
        assert set(codes(answer)) == {code}
        assert answer["errors"][0]["extensions"]["argument"] == argument
        assert gateway.all_calls() == 0


async def test_an_id_of_another_kind_and_a_cursor_of_another_query_are_refused() -> None:
    async with whole(size=0.05) as gateway:
        data = await gateway.data("{ accounts { id } orders(first: 1) { edges { cursor } } }")
        gateway.forget()
        answer = await gateway.query("query($id: ID!) { order(id: $id) { id } }", id=data["accounts"][0]["id"])
        assert codes(answer) == ["INVALID_ID"]
        cursor = data["orders"]["edges"][0]["cursor"]
        other = "query($after: String) { orders(after: $after, filter: {statuses: [DRAFT]}) { nodes { id } } }"
        answer = await gateway.query(other, after=cursor)
        assert codes(answer) == ["BAD_USER_INPUT"]
        assert answer["errors"][0]["extensions"]["argument"] == "after"
        assert gateway.all_calls() == 0


@pytest.mark.parametrize("moment", ["yesterday", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01", ""])
async def test_an_impossible_date_is_refused_before_anything_runs(moment: str) -> None:
    async with whole(size=0.05) as gateway:
        response = await gateway.client.post(
            "/graphql",
            json={
                "query": "query($at: DateTime) { orders(filter: {createdFrom: $at}) { nodes { id } } }",
                "variables": {"at": moment},
            },
        )
        assert "RFC 3339" in response.json()["errors"][0]["message"]
        assert gateway.all_calls() == 0


@pytest.mark.parametrize(
    "body",
    [
        '"x"',
        "3",
        "null",
        "{",
        "[]",
        "",
        '{"query": 3}',
        '{"query": "{ accounts { id } }", "variables": 3}',
        '{"query": "query($a: OrderStatus!) { orders(filter: {statuses: [$a]}) { nodes { id } } }",'
        ' "variables": {"a": "\\ud800"}}',
        '{"query": "{ accounts { id } }", "operationName": "\\ud800"}',
        '{"query": "{ accounts { id } }", "variables": {"a": ' + "[" * 50_000 + "}",
        '{"query": "query A { accounts { id } }", "operationName": "B"}',
    ],
    ids=lambda body: body[-40:],
)
async def test_a_malformed_body_is_the_client_s_mistake(body: str) -> None:
    async with whole(size=0.05) as gateway:
        response = await gateway.client.post("/graphql", content=body, headers={"content-type": "application/json"})
        assert response.status_code == 400
        assert response.json()["errors"][0]["message"]
        assert codes(response.json()) == ["BAD_USER_INPUT"]


async def test_an_endless_number_is_the_client_s_mistake() -> None:
    body = '{"query": "query($n: Int) { orders(first: $n) { nodes { id } } }", "variables": {"n": ' + "9" * 5_000 + "}}"
    async with whole(size=0.05) as gateway:
        response = await gateway.client.post("/graphql", content=body, headers={"content-type": "application/json"})
        assert codes(response.json()) == ["BAD_USER_INPUT"]
        assert gateway.all_calls() == 0


@pytest.mark.parametrize("query", ["{", "{ nope }", '{ orders(first: "x") { nodes { id } } }', "mutation { a }"])
async def test_a_query_that_cannot_run_has_a_code(query: str) -> None:
    async with whole(size=0.05) as gateway:
        answer = await gateway.query(query)
        assert set(codes(answer)) == {"BAD_USER_INPUT"}
        assert gateway.all_calls() == 0
