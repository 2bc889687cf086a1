"""Each vendor's plan of traffic: every route that its adapter uses is in the family that is meant for it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gateway.vendors.partner_center
import gateway.vendors.sellercloud
import gateway.vendors.softwareone
from gateway.secret import Secret
from gateway.upstream.bucket import FEWEST, Rate
from gateway.upstream.traffic import ALL, MOST_FAMILIES, Plan
from gateway.upstream.wire import LOGIN
from gateway.vendors.partner_center import settings as partner_center
from gateway.vendors.partner_center import traffic as partner_center_traffic
from gateway.vendors.sellercloud import settings as sellercloud
from gateway.vendors.sellercloud import traffic as sellercloud_traffic
from gateway.vendors.softwareone import settings as softwareone
from gateway.vendors.softwareone import traffic as softwareone_traffic

SECRET = Secret("secret")
CUSTOMER = "/v1/customers/{customer}"
PARTNER_CENTER = {
    "/v1/customers": "customers",
    f"{CUSTOMER}/orders": "orders",
    f"{CUSTOMER}/orders/{{order}}": "orders",
    f"{CUSTOMER}/orders/{{order}}/provisioningstatus": "orders",
    f"{CUSTOMER}/orders/{{order}}/attachment": "orders",
    f"{CUSTOMER}/orders/{{order}}/attachment/{{attachment}}": "orders",
    f"{CUSTOMER}/orders/{{order}}/attachments": "orders",
    f"{CUSTOMER}/subscriptions": "subscriptions",
    f"{CUSTOMER}/subscriptions/{{subscription}}": "subscriptions",
    f"{CUSTOMER}/carts": "carts",
    f"{CUSTOMER}/carts/{{cart}}": "carts",
    f"{CUSTOMER}/carts/{{cart}}/checkout": "carts",
    f"{CUSTOMER}/agreements": "agreements",
    f"{CUSTOMER}/directSignedMicrosoftCustomerAgreementStatus": "customers",
    LOGIN: LOGIN,
}


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(one.name)


def value(node: ast.expr, module: Any) -> str | None:
    """The text that an expression of constants comes to; None where it is known only as the program runs."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            found = getattr(module, name, None)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            found = getattr(getattr(module, name, None), attribute, None)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [value(left, module), value(right, module)]
            found = None if None in parts else "".join(part for part in parts if part is not None)
        case ast.JoinedStr(values=pieces):
            parts = [value(one.value if isinstance(one, ast.FormattedValue) else one, module) for one in pieces]
            found = None if None in parts else "".join(part for part in parts if part is not None)
        case _:
            found = None
    return found if isinstance(found, str) else None


def routes(package: ModuleType) -> tuple[set[str], set[str]]:
    """What stands behind `route=` in a vendor's folder: the templates, and the expressions that are none yet."""
    known, unknown = set(), set()
    for module in modules(package):
        assert module.__file__ is not None
        for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
            if isinstance(node, ast.keyword) and node.arg == "route":
                text = value(node.value, module)
                if text is None:
                    unknown.add(ast.unparse(node.value))
                else:
                    known.add(text)
    return known, unknown


def families(plan: Plan, used: set[str]) -> set[str]:
    found = {plan.family(route) for route in used | {LOGIN}}
    assert len(found) < MOST_FAMILIES / 2
    return found


def test_partner_center_s_routes_are_counted_by_the_resource_below_the_customer() -> None:
    used, open_ = routes(gateway.vendors.partner_center)
    assert open_ == {"f'/v1{route}'", "route"}
    plan = partner_center_traffic.plan(partner_center.Settings("tenant", "client", SECRET))
    assert {route: plan.family(route) for route in {"/v1" + one for one in used} | {LOGIN}} == PARTNER_CENTER


def test_partner_center_publishes_500_a_minute_for_each_of_three_families() -> None:
    plan = partner_center_traffic.plan(partner_center.Settings("tenant", "client", SECRET))
    assert plan.rates == dict.fromkeys(("orders", "subscriptions", "customers"), Rate(500, 60))
    assert plan.own_failures == frozenset()
    fewer = partner_center.Settings("tenant", "client", SECRET, requests_per_minute=90)
    assert set(partner_center_traffic.plan(fewer).rates.values()) == {Rate(90, 60)}


@pytest.mark.parametrize("route", ["/v1/customers/{customer}/usersettings", "/v1/customers/{customer}", "/v1/invoices"])
def test_what_partner_center_publishes_nothing_of_counts_as_customers(route: str) -> None:
    plan = partner_center_traffic.plan(partner_center.Settings("tenant", "client", SECRET))
    assert plan.family(route) == "customers"


def test_all_of_sellercloud_is_one_family_logins_too() -> None:
    used, open_ = routes(gateway.vendors.sellercloud)
    assert open_ == {"f'/{segment}'", "block.route"}
    assert "/PurchaseOrders/{order}" in used
    plan = sellercloud_traffic.plan(sellercloud.Settings("https://x", "name", SECRET))
    assert families(plan, used | {"/Companies", "/PurchaseOrders/{order}/Shipping"}) == {ALL}
    assert plan.rates == {ALL: Rate(10_800, 3_600)}
    assert plan.own_failures == {500}
    fewer = sellercloud.Settings("https://x", "name", SECRET, calls_per_hour=1_000)
    assert sellercloud_traffic.plan(fewer).rates == {ALL: Rate(1_000, 3_600)}


def test_all_of_the_marketplace_is_one_family_and_only_the_host_of_files_another() -> None:
    used, open_ = routes(gateway.vendors.softwareone)
    assert open_ == {"f'/v1/commerce/{collection}/{{id}}/split'", "route", "route + FILE", "self.route"}
    assert "/v1/commerce/orders/{order}/render" in used
    plan = softwareone_traffic.plan(softwareone.Settings(SECRET, "client"))
    assert families(plan, used | {"/v1/commerce/subscriptions/{id}/split", "/v1/catalog/products"}) == {ALL}
    assert plan.family("/v1/commerce/agreements/{agreement}/attachments/{attachment} (file)") == "files"
    assert plan.rates == {}
    known = softwareone.Settings(SECRET, "client", requests_per_minute=60)
    assert softwareone_traffic.plan(known).rates == {ALL: Rate(60, 60)}


def test_a_family_with_a_rate_is_one_that_some_route_is_in() -> None:
    plan = partner_center_traffic.plan(partner_center.Settings("tenant", "client", SECRET))
    assert plan.rates.keys() <= set(PARTNER_CENTER.values())


@pytest.mark.parametrize("calls", [FEWEST - 1, 0, -1])
def test_a_rate_below_which_nothing_could_be_shared_is_refused(calls: int) -> None:
    assert partner_center.Settings("t", "c", SECRET, requests_per_minute=calls).validate() == [
        ("requests_per_minute", f"must be at least {FEWEST}")
    ]
    assert sellercloud.Settings("https://x", "n", SECRET, calls_per_hour=calls).validate() == [
        ("calls_per_hour", f"must be at least {FEWEST}")
    ]
    assert softwareone.Settings(SECRET, "client", requests_per_minute=calls).validate() == [
        ("requests_per_minute", f"must be at least {FEWEST}")
    ]


def test_the_smallest_rate_is_taken() -> None:
    assert partner_center.Settings("t", "c", SECRET, requests_per_minute=FEWEST).validate() == []
    assert sellercloud.Settings("https://x", "n", SECRET, calls_per_hour=FEWEST).validate() == []
    assert softwareone.Settings(SECRET, "client", requests_per_minute=FEWEST).validate() == []
    assert softwareone.Settings(SECRET, "client").validate() == []
