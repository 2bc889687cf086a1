"""A vendor in trouble: the others' data comes back, `sources` and one coded error say the rest, nothing leaks."""

from __future__ import annotations

import json

import pytest

from gateway.sandbox.control import Fault
from tests.whole.harness import VENDORS, Whole, codes, whole

EVERYTHING = """
{ orders(first: 40) {
    nodes { vendor number lines { number } }
    sources { account { name } state error { code message } omitted }
    pageInfo { hasNextPage endCursor }
} }
"""
ACCOUNTS = {"partner_center": "contoso", "sellercloud": "acme", "softwareone": "marketplace"}
TROUBLE = {
    "dead": (Fault("drop", times=None), "VENDOR_UNAVAILABLE"),
    "failing": (Fault("error", status=503, times=None), "VENDOR_UNAVAILABLE"),
    "html": (Fault("html", times=None), "VENDOR_BAD_ANSWER"),
    "truncated": (Fault("truncate", times=None), "VENDOR_BAD_ANSWER"),
    "throttled": (Fault("throttle", times=None), "THROTTLED"),
}


def check_nothing_leaks(answer: object, gateway: Whole) -> None:
    text = json.dumps(answer)
    for leak in (VENDORS, "127.0.0.1:9000", "Sorry", "/rest/api", "/commerce/", "/v1/customers", "Bearer", "idt:TKN"):
        assert leak not in text


@pytest.mark.parametrize("vendor", ACCOUNTS)
@pytest.mark.parametrize("trouble", ["dead", "failing", "html", "throttled"])
@pytest.mark.slow
async def test_one_vendor_in_trouble_leaves_the_others_alone(vendor: str, trouble: str) -> None:
    async with whole(size=0.2) as gateway:
        fault, code = TROUBLE[trouble]
        gateway.sandbox.desks[vendor].add(Fault(fault.kind, status=fault.status, times=None))
        answer = await gateway.query(EVERYTHING)
        sources = {source["account"]["name"]: source for source in answer["data"]["orders"]["sources"]}
        assert {name: source["state"] for name, source in sources.items()} == {
            name: "FAILED" if key == vendor else "OK" for key, name in ACCOUNTS.items()
        }
        assert codes(answer) == [code]
        assert sources[ACCOUNTS[vendor]]["error"]["code"] == code
        assert answer["errors"][0]["path"] == ["orders"]
        assert answer["errors"][0]["extensions"]["account"] == ACCOUNTS[vendor]
        vendors = {node["vendor"].lower() for node in answer["data"]["orders"]["nodes"]}
        assert vendors == set(ACCOUNTS) - {vendor}
        check_nothing_leaks(answer, gateway)


@pytest.mark.parametrize("vendor", ACCOUNTS)
@pytest.mark.slow
async def test_a_hanging_vendor_costs_its_time_out_and_no_more(vendor: str) -> None:
    def impatient(accounts: dict[str, dict[str, object]]) -> None:
        accounts[ACCOUNTS[vendor]]["timeout_seconds"] = 0.3

    async with whole(size=0.2, change=impatient) as gateway:
        gateway.sandbox.desks[vendor].add(Fault("latency", seconds=30, times=None))
        answer = await gateway.query(EVERYTHING)
        assert codes(answer) == ["DEADLINE_EXCEEDED"]
        vendors = {node["vendor"].lower() for node in answer["data"]["orders"]["nodes"]}
        assert vendors == set(ACCOUNTS) - {vendor}


@pytest.mark.parametrize("vendor", ACCOUNTS)
@pytest.mark.slow
async def test_a_vendor_that_comes_back_has_lost_nothing(vendor: str) -> None:
    async with whole(size=0.1) as gateway:
        gateway.sandbox.desks[vendor].add(Fault("error", status=503, times=None))
        numbers: list[str] = []
        cursor = None
        for page in range(200):
            data = (
                await gateway.query(
                    "query($after: String) { orders(first: 25, after: $after) {"
                    " nodes { vendor number numberScope } pageInfo { hasNextPage endCursor } } }",
                    after=cursor,
                )
            )["data"]["orders"]
            numbers += [f"{node['vendor']} {node['numberScope']} {node['number']}" for node in data["nodes"]]
            cursor = data["pageInfo"]["endCursor"]
            if page == 1:
                gateway.sandbox.desks[vendor].clear()
            if page > 2 and not data["pageInfo"]["hasNextPage"]:
                break
        assert len(numbers) == len(set(numbers))
        listed = [
            order for desk in gateway.sandbox.desks.values() for order in desk.emulator.orders() if order["listed"]
        ]
        assert len(numbers) >= len(listed) * 0.9
