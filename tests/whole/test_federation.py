"""The subgraph's entities, several accounts at one vendor, and things found again by their ids."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.whole.harness import codes, whole

ENTITIES = """query($them: [_Any!]!) { _entities(representations: $them) {
  __typename
  ... on Order { id number accountName numberScope }
  ... on Agreement { id } ... on VendorAccount { id } ... on Line { id } ... on ProductSubscription { id }
  ... on Attachment { id } ... on Asset { id } ... on AgreementLine { id }
} }"""


async def test_many_representations_are_one_vendor_batch_and_a_bad_one_fails_alone() -> None:
    async with whole(size=0.2) as gateway:
        data = await gateway.data(
            "{ orders(first: 40, filter: {vendors: [SOFTWAREONE]}) { nodes { id number accountName numberScope } } }"
        )
        nodes = data["orders"]["nodes"]
        by_id = [{"__typename": "Order", "id": node["id"]} for node in nodes[:20]]
        by_number = [{"__typename": "Order", **{k: node[k] for k in ("accountName", "number")}} for node in nodes[20:]]
        bad: list[object] = [{"__typename": "Nope"}, {"__typename": "Order", "id": "junk"}, {"id": nodes[0]["id"]}, 7]
        gateway.forget()
        answer = await gateway.query(ENTITIES, them=[*by_id, *bad, *by_number])
        found = answer["data"]["_entities"]
        assert [entity and entity["number"] for entity in found] == [
            *(node["number"] for node in nodes[:20]),
            *[None] * len(bad),
            *(node["number"] for node in nodes[20:]),
        ]
        assert sorted(codes(answer)) == ["BAD_USER_INPUT", "BAD_USER_INPUT", "BAD_USER_INPUT", "INVALID_ID"]
        assert gateway.calls("softwareone") == Counter({"GET /public/v1/commerce/orders": 1})


async def test_orders_by_numbers_fail_each_for_itself() -> None:
    async with whole(size=0.1) as gateway:
        order = (await gateway.data("{ orders(first: 1) { nodes { accountName number numberScope } } }"))["orders"][
            "nodes"
        ][0]
        good = {"__typename": "Order", **order}
        bad = [{**good, "accountName": "nowhere"}, {**good, "number": "a/b\n"}, {**good, "number": "nobody-has-it"}]
        answer = await gateway.query(ENTITIES, them=[*bad, good])
        assert [one and one["number"] for one in answer["data"]["_entities"]] == [None, None, None, order["number"]]
        assert codes(answer) == ["INVALID_ID", "INVALID_ID"]


async def test_an_answer_comes_in_one_piece_whatever_a_router_accepts() -> None:
    async with whole(size=0.05) as gateway:
        accept = {"accept": "multipart/mixed;deferSpec=20220824, application/json"}
        response = await gateway.client.post("/graphql", json={"query": "{ accounts { name } }"}, headers=accept)
        assert response.headers["content-type"].startswith("application/json")
        deferred = await gateway.client.post(
            "/graphql", json={"query": "{ accounts { ... @defer { name } } }"}, headers=accept
        )
        assert codes(deferred.json()) == ["BAD_USER_INPUT"]


async def test_everything_with_an_id_is_found_again_by_it() -> None:
    query = """{ orders(first: 60) { nodes { id lines { id subscription { id } asset { id } }
      agreement { id lines { id } } subscriptions { id } assets { id } attachments { id } account { id } } } }"""
    async with whole(size=0.3) as gateway:
        data = await gateway.data(query)
        ids = sorted(set(every_id(data)))
        missing = []
        for start in range(0, len(ids), 100):
            part = ids[start : start + 100]
            found = await gateway.data("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=part)
            missing += [
                id_ for id_, node in zip(part, found["nodes"], strict=True) if node is None or node["id"] != id_
            ]
        # A draft subscription or asset is known through its order alone.
        drafts = await gateway.data(
            "{ orders(first: 60) { nodes { lines { subscription { id status } asset { id status } }"
            " subscriptions { id status } assets { id status } } } }"
        )
        assert set(missing) <= {
            one["id"] for one in every_object(drafts) if "id" in one and one["status"] in ("DRAFT", "DELETED", None)
        }
        assert len(ids) > 200


async def test_two_accounts_at_one_vendor_share_nothing() -> None:
    def twice(accounts: dict[str, dict[str, Any]]) -> None:
        accounts["acme-two"] = {**accounts["acme"], "id": "second"}

    async with whole(size=0.1, change=twice) as gateway:
        query = "{ orders(first: 200, filter: {vendors: [SELLERCLOUD]}) { nodes { id number accountName } } }"
        nodes = (await gateway.data(query))["orders"]["nodes"]
        by_account = {
            name: [node["number"] for node in nodes if node["accountName"] == name] for name in ("acme", "acme-two")
        }
        assert by_account["acme"] == by_account["acme-two"] != []
        assert len({node["id"] for node in nodes}) == len(nodes)
        one = next(node for node in nodes if node["accountName"] == "acme-two")
        found = await gateway.data("query($id: ID!) { order(id: $id) { accountName number } }", id=one["id"])
        assert found["order"] == {"accountName": "acme-two", "number": one["number"]}
        only = query.replace("vendors: [SELLERCLOUD]", 'accountNames: ["acme"]')
        assert {node["accountName"] for node in (await gateway.data(only))["orders"]["nodes"]} == {"acme"}


async def test_an_account_that_lacks_the_list_is_skipped_when_it_is_named() -> None:
    async with whole(size=0.05) as gateway:
        wanted = "nodes { id } totalCount sources { state error { code } }"
        query = '{ agreements(filter: {accountNames: ["acme"]}) { ' + wanted + " } }"
        listed = (await gateway.data(query))["agreements"]
        assert listed["sources"] == [{"state": "SKIPPED", "error": {"code": "UNSUPPORTED"}}]
        assert (listed["nodes"], listed["totalCount"]) == ([], None)
        assert gateway.all_calls() == 0


def every_object(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [one for item in value for one in every_object(item)]
    if isinstance(value, dict):
        return [value, *(one for item in value.values() for one in every_object(item))]
    return []


def every_id(value: object) -> list[str]:
    return [one["id"] for one in every_object(value) if "id" in one]
