"""The graph over one account: all that only Partner Center has can be asked for, in as few calls as may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type, is_leaf_type

from gateway.accounts import Accounts
from gateway.model.ref import Kind, Ref
from gateway.schema.build import build_schema
from tests.fakes import context_over
from tests.vendors.partner_center.fields import ROWS
from tests.vendors.partner_center.office import Office, office

SCHEMA = build_schema()
HOMES = {home for row in ROWS for home in row.homes}
ORDERS = """{ orders(first: 30) { totalCount sources { state } nodes { id number customer { key name }
    details { ... on PartnerCenterOrderDetails { alternateId billingCycle vendorBillingCycle currencySymbol
      transactionType client { name } etag links { rel uri method body headers { key value } } } }
    lines { id number item { key } subscription { id number } details { ... on PartnerCenterLineDetails {
      catalogItem { productId skuId availabilityId } friendlyName transactionType vendorTransactionType
      parentSubscriptionId partnerIdOnRecord additionalPartnerIdsOnRecord provisioningContext { key value }
      renewsTo { termDuration } promotionId customTermEndDate attestationAccepted purchaseCommitment { grain }
      pricing { listPrice { amount currency } extendedPrice { amount } } links { rel } } } } } } }"""
PROVISIONING = """{ orders(first: 30) { nodes { lines { details { ... on PartnerCenterLineDetails {
    provisioning { status vendorStatus quantities { quantity status vendorStatus } } } } } } } }"""
SUBSCRIPTION = """{ orders(first: 500) { nodes { subscriptions { number status name details {
    ... on PartnerCenterSubscriptionDetails { item { key name } productType { key value } createdAt trial
      refundOptions { type expiresAt } refundableQuantity { total parts { quantity until } } actions suspensionReasons
      scheduledNextTermInstructions { quantity product { productId billingCycle } } links { rel } etag } } } } } }"""
AGREEMENTS = """{ agreements(first: 50) { totalCount nodes { id name status acceptedAt details {
    ... on PartnerCenterAgreementDetails { templateId type confirmedBy agreementLink directSigned
      primaryContact { firstName lastName email phone } } } } } }"""


async def ask(one: Office, query: str) -> Any:
    accounts = Accounts([one.adapter])
    context = context_over(accounts)
    result = await SCHEMA.execute(query, context_value=context)
    assert result.errors is None
    return result.data


def kinds(one: Office) -> Counter[str]:
    return Counter(call.path.rsplit("/", 1)[-1] for call in one.calls)


async def test_an_order_page_with_all_its_details_is_a_call_per_customer_and_one_for_the_names() -> None:
    async with office() as one:
        found = (await ask(one, ORDERS))["orders"]
        assert len(found["nodes"]) == 30
        assert all(node["customer"]["name"] for node in found["nodes"])
        assert kinds(one) == {"orders": len(one.emulator.credentials("")["customers"]), "customers": 1}


async def test_provisioning_is_a_call_per_order_and_nothing_without_a_users_login() -> None:
    async with office() as one:
        found = (await ask(one, PROVISIONING))["orders"]
        lines = [line for node in found["nodes"] for line in node["lines"]]
        assert any(line["details"]["provisioning"] for line in lines)
        assert kinds(one)["provisioningstatus"] == 30
    async with office(user=False) as one:
        found = (await ask(one, PROVISIONING))["orders"]
        assert {line["details"]["provisioning"] for node in found["nodes"] for line in node["lines"]} == {None}
        assert kinds(one)["provisioningstatus"] == 0


async def test_whole_subscriptions_are_a_call_per_customer() -> None:
    async with office() as one:
        found = (await ask(one, SUBSCRIPTION))["orders"]["nodes"]
        assert any(sub["status"] for node in found for sub in node["subscriptions"])
        assert kinds(one)["subscriptions"] <= len(one.emulator.credentials("")["customers"])
        assert set(kinds(one)) <= {"orders", "subscriptions"} | {
            sub["number"] for node in found for sub in node["subscriptions"]
        }


async def test_agreements_say_who_signed_directly_in_one_call_per_customer() -> None:
    async with office() as one:
        found = (await ask(one, AGREEMENTS))["agreements"]
        assert found["totalCount"] == len(found["nodes"]) > 0
        assert all(node["details"]["directSigned"] in (True, False) for node in found["nodes"])
        customers = len(one.emulator.credentials("")["customers"])
        assert kinds(one)["agreements"] == customers
        assert kinds(one)["directSignedMicrosoftCustomerAgreementStatus"] <= customers


# What the vendor's published answers leave out or leave empty, so the sandbox does too.
NEVER_SENT = {
    "Attachment.contentType",
    "Attachment.createdAt",
    "Attachment.sizeInBytes",
    "Cart.etag",
    "PartnerCenterAgreementDetails.confirmedBy",
    "VendorLink.body",
    "VendorLink.headers",
}


@pytest.mark.slow
async def test_every_home_is_reached_by_a_query_and_filled_from_the_sandboxs_data() -> None:
    async with office(size=1.0, requests_per_minute=100_000) as one:
        found = [
            await ask(one, "{ orders(first: 500) { nodes %s } }" % selection("Order")),  # noqa: UP031 - braces
            await ask(one, "{ agreements(first: 500) { nodes %s } }" % selection("Agreement")),  # noqa: UP031
        ]
        for customer in one.emulator.world.customers.values():
            for cart in customer.carts:
                id_ = Ref.of("pc-1", Kind.CART, customer.id, cart).encode()
                found.append(await ask(one, '{ cart(id: "%s") %s }' % (id_, selection("Cart"))))  # noqa: UP031
    missing = {home for home in HOMES - set(filled(found)) if not home.startswith("Checkout")}  # a mutation's answer
    assert missing == NEVER_SENT & HOMES


def selection(name: str, above: tuple[str, ...] = ()) -> str:
    """Every home within this type, for a query; a type within itself once more."""
    type_, fields = SCHEMA._schema.type_map[name], ["__typename"]
    if isinstance(type_, GraphQLUnionType):
        own = [one.name for one in type_.types if one.name.startswith("PartnerCenter")]
        fields += [f"... on {one} {selection(one, above)}" for one in own]
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for field, definition in type_.fields.items():
            inner = get_named_type(definition.type)
            if f"{name}.{field}" not in HOMES and field != "details":
                continue
            if is_leaf_type(inner):
                fields.append(field)
            elif inner.name == "Order":
                fields.append(f"{field} {{ __typename id }}")
            elif above.count(inner.name) < 1 + (inner.name == name):
                fields.append(f"{field} {selection(inner.name, (*above, name))}")
    return "{ %s }" % " ".join(fields)  # noqa: UP031 - braces


def filled(found: Any) -> Iterator[str]:
    if isinstance(found, list):
        for one in found:
            yield from filled(one)
    elif isinstance(found, dict):
        for field, value in found.items():
            if value not in (None, "", []):
                yield f"{found.get('__typename')}.{field}"
            yield from filled(value)


def test_every_home_is_a_field_of_the_graph() -> None:
    types = SCHEMA._schema.type_map
    homes = [home.partition(".")[::2] for home in HOMES]
    assert [(name, field) for name, field in homes if field not in getattr(types.get(name), "fields", ())] == []
