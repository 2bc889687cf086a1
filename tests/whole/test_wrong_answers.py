"""A vendor that answers wrongly: its own fields fail by code, all the rest is there, nothing foreign and no crash."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.sandbox.control import Fault
from tests.whole.harness import codes, whole
from tests.whole.lies import lying
from tests.whole.test_trouble import ACCOUNTS, check_nothing_leaks

ORDERS = """
{ orders(first: 60) {
    nodes { id vendor number customer { key } lines { number } }
    sources { account { name } state error { code } omitted }
} }
"""
LISTS = {
    "partner_center": r"GET .*/customers/[^/]+/orders$",
    "sellercloud": r"GET .*/PurchaseOrders$",
    "softwareone": r"GET .*/commerce/orders$",
}
ROWS = {"partner_center": "items", "sellercloud": "Items", "softwareone": "data"}
NONSENSE = ("garbage", "empty", "bomb", "huge", "redirect", "html", "mislabelled", "ok_with_error")


def unretried(accounts: dict[str, dict[str, Any]]) -> None:
    for account in accounts.values():
        account["max_retries"] = 0


@pytest.mark.parametrize("vendor", ACCOUNTS)
@pytest.mark.parametrize("kind", NONSENSE)
@pytest.mark.slow
async def test_nonsense_for_a_list_is_one_coded_error_and_the_others_are_there(vendor: str, kind: str) -> None:
    async with whole(size=0.1, change=unretried) as gateway:
        gateway.sandbox.desks[vendor].add(Fault(kind, path="[Oo]rders$", times=None))
        answer = await gateway.query(ORDERS)
        sources = {source["account"]["name"]: source for source in answer["data"]["orders"]["sources"]}
        # SoftwareOne's error tells its own status, and is what it says.
        assert codes(answer) in (["VENDOR_BAD_ANSWER"], ["VENDOR_UNAVAILABLE"][: kind == "ok_with_error"])
        assert sources[ACCOUNTS[vendor]]["state"] == "FAILED"
        assert {node["vendor"].lower() for node in answer["data"]["orders"]["nodes"]} == set(ACCOUNTS) - {vendor}
        check_nothing_leaks(answer, gateway)
        assert "elsewhere" not in str(answer)


@pytest.mark.parametrize("vendor", ACCOUNTS)
async def test_a_bad_row_costs_itself_and_is_counted(vendor: str) -> None:
    async with whole(size=0.1, change=unretried) as gateway:
        lies = await lying(gateway)
        before = (await gateway.data(ORDERS))["orders"]["nodes"]
        victim = next(node for node in before if node["vendor"].lower() == vendor)

        def lie(body: Any) -> Any:
            rows = body[ROWS[vendor]] or []
            for place, row in enumerate(rows):
                if victim["number"] in map(str, (row.get("id"), row.get("ID"))):
                    rows[place] = {"lineItems": 7}
            return body

        lies.tell(LISTS[vendor], lie)
        await gateway.fresh()
        answer = await gateway.query(ORDERS)
        source = next(one for one in answer["data"]["orders"]["sources"] if one["account"]["name"] == ACCOUNTS[vendor])
        assert (source["state"], source["omitted"]) == ("PARTIAL", 1)
        after = [node["id"] for node in answer["data"]["orders"]["nodes"]]
        assert after[: len(before) - 1] == [node["id"] for node in before if node is not victim]
        assert "INTERNAL" not in codes(answer)


MARK = "@@"
LINKS = {"self": {"uri": "/orders/1", "body": MARK, "headers": [{"key": "k", "value": MARK}]}}
DEEP = ("value", "displayValue", "constraints", "Value", "PurchaseTitle", "attributes")


def marked(value: Any) -> Any:
    """The same JSON with a mark in many places, some of which show any JSON."""
    if isinstance(value, list):
        return [marked(one) for one in value]
    if isinstance(value, dict):
        known = {name: {"x": MARK} if name in DEEP else marked(one) for name, one in value.items()}
        more = {"provisioningContext": {"x": MARK}, "links": LINKS} if "lineItemNumber" in known else {}
        return {**known, **more}
    return value


@pytest.mark.parametrize("vendor", ACCOUNTS)
@pytest.mark.parametrize("depth", [100, 900, 965, 100_000])
@pytest.mark.slow
async def test_an_answer_nested_deeply_breaks_nothing_but_itself(vendor: str, depth: int) -> None:
    async with whole(size=0.05, change=unretried) as gateway:
        lies = await lying(gateway)
        ids = {node["vendor"].lower(): node["id"] for node in (await gateway.data(ORDERS))["orders"]["nodes"]}
        deep = "[" * depth + "]" * depth
        lies.tell("GET", lambda body: json.dumps(marked(body)).replace(f'"{MARK}"', deep).encode())
        await gateway.fresh()
        answer = await gateway.query(WIDE, id=ids[vendor])
        assert set(codes(answer)) <= {"VENDOR_BAD_ANSWER"}
        if not codes(answer):
            assert answer["data"]["node"]["id"] == ids[vendor]


WIDE = """
query($id: ID!) { node(id: $id) { id ... on Order {
  lines { details {
    ... on PartnerCenterLineDetails { provisioningContext { key value } links { rel body } }
    ... on SoftwareOneLineDetails { description }
  } }
  details {
    ... on PartnerCenterOrderDetails { links { rel body } }
    ... on SoftwareOneOrderDetails {
      orderingParameters { externalId value displayValue }
      fulfillmentParameters { externalId value displayValue }
    }
    ... on SellercloudOrderDetails { customColumns { name value } }
  }
} } }
"""


FILES = "query($id: ID!) { node(id: $id) { ... on Order { number attachments { number } } } }"
OF_FILES = {"partner_center": r"GET .*/attachments$", "softwareone": r"GET .*/attachments$"}


@pytest.mark.parametrize("vendor", OF_FILES)
@pytest.mark.slow
async def test_a_bad_file_costs_itself_and_is_told_at_its_field(vendor: str) -> None:
    async with whole(size=0.3, change=unretried) as gateway:
        lies = await lying(gateway)
        listed = "query($vendor: Vendor!) { orders(first: 100, filter: {vendors: [$vendor]}) { nodes { id %s } } }"
        nodes = (await gateway.data(listed % "attachments { number }", vendor=vendor.upper()))["orders"]["nodes"]
        order = next(node for node in nodes if node["attachments"])
        lies.tell(OF_FILES[vendor], lambda body: body | {ROWS[vendor]: [*body[ROWS[vendor]], None]})
        await gateway.fresh()
        answer = await gateway.query(FILES, id=order["id"])
        assert answer["data"]["node"]["attachments"] == order["attachments"]
        (error,) = answer["errors"]
        assert error["path"] == ["node", "attachments"]
        assert error["extensions"]["code"] == "VENDOR_BAD_ANSWER"
        assert (error["extensions"]["vendor"], error["extensions"]["account"]) == (vendor, ACCOUNTS[vendor])


@pytest.mark.parametrize("vendor", ACCOUNTS)
async def test_an_answer_about_another_order_is_shown_to_nobody(vendor: str) -> None:
    async with whole(size=0.1, change=unretried) as gateway:
        lies = await lying(gateway)
        nodes = (await gateway.data(ORDERS))["orders"]["nodes"]
        wanted, other = [node for node in nodes if node["vendor"].lower() == vendor][:2]
        honest = next(node for node in nodes if node["vendor"].lower() != vendor)

        def lie(body: Any) -> Any:
            for row in body.get(ROWS[vendor]) or [body]:
                for name in ("id", "ID"):
                    if name in row:
                        row[name] = int(other["number"]) if name == "ID" else other["number"]
            return body

        lies.tell(rf"{LISTS[vendor][:-1]}($|/[^/]+$)", lie)
        await gateway.fresh()
        answer = await gateway.query(
            "query($a: ID!, $b: ID!) { a: node(id: $a) { id ... on Order { number } } b: node(id: $b) { id } }",
            a=wanted["id"],
            b=honest["id"],
        )
        assert answer["data"] == {"a": None, "b": {"id": honest["id"]}}
        assert codes(answer) == ["VENDOR_BAD_ANSWER"]
        assert answer["errors"][0]["path"] == ["a"]
