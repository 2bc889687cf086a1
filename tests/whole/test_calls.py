"""Vendor calls per query, to the call: what a field costs is part of the contract."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tests.whole.harness import Whole, whole

LIST = """
query($vendor: Vendor!, $first: Int!) {
  orders(filter: {vendors: [$vendor]}, first: $first) {
    nodes { id number status customer { key } lines { number quantity } %s }
    sources { state }
  }
}
"""


async def listed(gateway: Whole, vendor: str, first: int, extra: str = "") -> list[dict[str, object]]:
    data = await gateway.data(LIST.replace("%s", extra), vendor=vendor, first=first)
    assert [source["state"] for source in data["orders"]["sources"]] == ["OK"]
    nodes: list[dict[str, object]] = data["orders"]["nodes"]
    return nodes


async def test_sellercloud_s_first_page_takes_at_most_three_windows() -> None:
    async with whole() as gateway:
        nodes = await listed(gateway, "SELLERCLOUD", 20)
        assert len(nodes) == 20
        calls = gateway.calls("sellercloud")
        assert set(calls) == {"GET /rest/api/PurchaseOrders"}
        assert calls.total() <= 3


async def test_sellercloud_s_names_are_read_once_and_kept() -> None:
    async with whole() as gateway:
        names = "customer { name } supplier { name }"
        nodes = await listed(gateway, "SELLERCLOUD", 20, names)
        assert all(node["customer"] and node["supplier"] for node in nodes)
        walked = gateway.calls("sellercloud")
        assert walked["GET /rest/api/Vendors"] == 1
        assert walked["GET /rest/api/Companies"] == 1
        gateway.forget()
        await listed(gateway, "SELLERCLOUD", 20, names)
        assert set(gateway.calls("sellercloud")) == {"GET /rest/api/PurchaseOrders"}


async def test_a_detail_field_costs_one_call_per_sellercloud_order_and_nothing_else() -> None:
    async with whole() as gateway:
        await listed(gateway, "SELLERCLOUD", 7)
        plain = gateway.calls("sellercloud")
        gateway.forget()
        await listed(
            gateway, "SELLERCLOUD", 7, "currency notes details { ... on SellercloudOrderDetails { caseQtyMode } }"
        )
        extra = gateway.calls("sellercloud") - plain
        assert extra == Counter({"GET /rest/api/PurchaseOrders/*": 7})


async def test_softwareone_s_list_is_one_call_whatever_its_references_hold() -> None:
    async with whole() as gateway:
        await listed(
            gateway,
            "SOFTWAREONE",
            50,
            "agreement { id number name status } subscriptions { id number } audit { event }",
        )
        assert gateway.calls("softwareone") == Counter({"GET /public/v1/commerce/orders": 1})


async def test_softwareone_s_agreements_and_subscriptions_are_one_call_each() -> None:
    async with whole() as gateway:
        extra = "agreement { id currency lines { number } } subscriptions { id autoRenew commitmentEndsAt }"
        await listed(gateway, "SOFTWAREONE", 50, extra)
        assert gateway.calls("softwareone") == Counter(
            {
                "GET /public/v1/commerce/orders": 1,
                "GET /public/v1/commerce/agreements": 1,
                "GET /public/v1/commerce/subscriptions": 1,
            }
        )


async def test_partner_center_s_list_is_one_call_per_customer() -> None:
    async with whole() as gateway:
        await listed(gateway, "PARTNER_CENTER", 50, "subscriptions { id number }")
        calls = gateway.calls("partner_center")
        assert calls == Counter({"GET /v1/customers": 1, "GET /v1/customers/*/orders": 5})


async def test_partner_center_s_subscriptions_are_one_call_per_customer() -> None:
    async with whole() as gateway:
        nodes = await listed(gateway, "PARTNER_CENTER", 100, "subscriptions { id number autoRenew }")
        customers = {str(node["customer"]) for node in nodes if node["subscriptions"]}
        calls = gateway.calls("partner_center")
        assert calls["GET /v1/customers/*/orders"] == 5
        read = calls["GET /v1/customers/*/subscriptions"] + calls["GET /v1/customers/*/subscriptions/*"]
        assert read == len(customers)


async def test_attachments_of_many_orders_are_one_call_per_agreement() -> None:
    async with whole() as gateway:
        nodes = await listed(gateway, "SOFTWAREONE", 50, "agreement { id } attachments { id fileName }")
        agreements = {str(node["agreement"]) for node in nodes if node["agreement"]}
        calls = gateway.calls("softwareone")
        assert calls["GET /public/v1/commerce/agreements/*/attachments"] == len(agreements)
        assert calls.total() == len(agreements) + 1


async def test_fifty_orders_by_id_are_one_call_and_their_agreements_one_more() -> None:
    async with whole() as gateway:
        ids = [node["id"] for node in await listed(gateway, "SOFTWAREONE", 50)]
        gateway.forget()
        data = await gateway.data(
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { number agreement { currency } } } }", ids=ids
        )
        assert len([node for node in data["nodes"] if node]) == 50
        assert gateway.calls("softwareone") == Counter(
            {"GET /public/v1/commerce/orders": 1, "GET /public/v1/commerce/agreements": 1}
        )


async def test_all_three_vendors_answer_one_query() -> None:
    async with whole() as gateway:
        data = await gateway.data("{ orders(first: 60) { nodes { vendor number createdAt } sources { state } } }")
        nodes = data["orders"]["nodes"]
        assert {node["vendor"] for node in nodes} == {"PARTNER_CENTER", "SELLERCLOUD", "SOFTWAREONE"}
        moments = [datetime.fromisoformat(node["createdAt"]) for node in nodes]
        assert moments == sorted(moments, reverse=True)


async def test_a_page_of_nothing_and_a_missing_account_cost_no_call() -> None:
    async with whole() as gateway:
        await gateway.data("{ orders(first: 0) { nodes { id } } accounts { name health { state } capabilities } }")
        assert gateway.all_calls() == 0
