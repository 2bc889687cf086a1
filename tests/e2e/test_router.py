"""The gateway as a subgraph behind a real router (Hive Gateway), beside two subgraphs of other teams."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.e2e.graphs import PROJECT, ROUTER_KEY, SHOP_KEY, Graphs, larger_graph
from tests.e2e.node import node_json

pytestmark = pytest.mark.slow

TRACE = "0af7651916cd43dd8448eb211c80319c"
CUSTOMER = '{ customer(id: "c1") { name orders { nodes { id number status remarks } } } }'
INVOICES = "{ invoices { number order { number status } } }"


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
    with larger_graph(tmp_path_factory.mktemp("graphs")) as graphs:
        yield graphs


def reads(graphs: Graphs) -> list[tuple[str, str]]:
    return [(call["method"], call["path"]) for call in graphs.vendors.calls("softwareone")]


def test_orders_by_their_ids_are_one_vendor_call_and_a_bad_id_costs_its_place_alone(graphs: Graphs) -> None:
    graphs.vendors.forget("softwareone")
    answer = graphs.ask(CUSTOMER)
    found = answer["data"]["customer"]["orders"]["nodes"]
    asked = [*graphs.orders[:4], None, *graphs.orders[4:8]]
    assert [one and one["number"] for one in found] == [one and one["number"] for one in asked]
    assert [one["remarks"] for one in found if one] == [[f"seen as {one['id']}"] for one in asked if one]
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_ID"]
    assert answer["errors"][0]["path"][:3] == ["customer", "orders", "nodes"]
    assert reads(graphs) == [("GET", "/public/v1/commerce/orders")]


def test_a_service_that_knows_numbers_alone_reaches_the_orders_by_them(graphs: Graphs) -> None:
    graphs.vendors.forget("softwareone")
    answer = graphs.ask(INVOICES)
    *found, no_account, no_order = (invoice["order"] for invoice in answer["data"]["invoices"])
    assert [one["number"] for one in found] == [one["number"] for one in graphs.orders]
    assert all(one["status"] for one in found)
    assert (no_account, no_order) == (None, None)
    assert [error["extensions"]["code"] for error in answer["errors"] if "extensions" in error] == ["INVALID_ID"]
    assert reads(graphs) == [("GET", "/public/v1/commerce/orders")]


def test_what_our_lists_give_is_told_more_of_by_the_other_service(graphs: Graphs) -> None:
    nodes = graphs.ask("{ orders(first: 3) { nodes { id remarks } } }")["data"]["orders"]["nodes"]
    assert [node["remarks"] for node in nodes] == [[f"seen as {node['id']}"] for node in nodes]
    assert len(nodes) == 3


def test_the_other_relay_graph_keeps_its_own_node(graphs: Graphs) -> None:
    query = '{ node(id: "c1") { id ... on Customer { favourite { title } creditLimit { amount currency } } } }'
    assert graphs.ask(query)["data"]["node"] == {
        "id": "c1",
        "favourite": {"title": "Cheese"},
        "creditLimit": {"amount": "100.50", "currency": "CHF"},
    }


def test_credentials_and_trace_ids_reach_every_subgraph_and_the_router_s_key_ours_alone(graphs: Graphs) -> None:
    sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "x-correlation-id": "walk-7"}
    graphs.ask(CUSTOMER, headers=sent)
    got = graphs.customers.requests()[-1]
    assert got["authorization"] == f"Bearer {SHOP_KEY}"
    assert got["traceparent"].split("-")[1] == TRACE
    assert got["x-correlation-id"] == "walk-7"
    assert all(ROUTER_KEY not in headers.values() for headers in graphs.customers.requests())
    noted = [json.loads(line) for line in (graphs.ours.folder / "log").read_text().splitlines()]
    assert [one["principal"] for one in noted if one.get("correlation") == "walk-7" and "route" in one] == ["key:shop"]


def test_a_client_without_credentials_of_its_own_sees_nothing_through_the_router(graphs: Graphs) -> None:
    answer = httpx.post(graphs.router.url, json={"query": CUSTOMER}, trust_env=False, timeout=30).json()
    assert answer["data"]["customer"]["name"] == "Alpenrose"
    assert set(answer["data"]["customer"]["orders"]["nodes"]) == {None}


def test_the_schema_is_shown_to_the_router_s_key_and_to_no_other(graphs: Graphs) -> None:
    def shown(key: str) -> Any:
        answer = graphs.ask(
            "{ _service { sdl } }", at=graphs.ours.url + "/graphql", headers={"authorization": f"Bearer {key}"}
        )
        return answer["data"] or answer["errors"][0]["extensions"]["code"]

    assert "type Order implements Node" in shown(ROUTER_KEY)["_service"]["sdl"]
    assert shown(SHOP_KEY) == "FORBIDDEN"


async def test_the_inline_trace_is_for_the_router_and_apollo_reads_it(graphs: Graphs) -> None:
    query = '{ accounts { name } order(id: "junk") { id } }'
    asked = {"apollo-federation-include-trace": "ftv1"}

    def answer(**more: str) -> Any:
        return graphs.ask(query, at=graphs.ours.url + "/graphql", headers=asked | more)

    assert "ftv1" not in answer().get("extensions", {})
    traced = answer(**{"x-api-key": ROUTER_KEY})
    trace = await node_json(PROJECT, "trace.mjs", traced["extensions"]["ftv1"])
    assert trace["durationNs"] > 0
    assert trace["endTime"]["seconds"] >= trace["startTime"]["seconds"] > 0
    assert [(child["responseName"], child["error"][0]["message"]) for child in trace["root"]["child"]] == [
        ("order", traced["errors"][0]["message"])
    ]


def test_news_of_an_order_come_through_the_router_with_what_the_others_know_of_it(graphs: Graphs) -> None:
    order = graphs.orders[0]
    query = "subscription($ids: [ID!]!) { orderChanged(ids: $ids) { kind order { number remarks } } }"
    with closing(graphs.events(query, ids=[order["id"]])) as events:
        news = next(events)
    assert news == {
        "data": {
            "orderChanged": {
                "kind": "CURRENT",
                "order": {"number": order["number"], "remarks": [f"seen as {order['id']}"]},
            }
        }
    }
