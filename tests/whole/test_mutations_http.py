"""Mutations over HTTP: their shape, and bad inputs of every kind, each named by its field before any call."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType, GraphQLSchema

from gateway.model.ref import Kind, Ref
from gateway.schema.build import build_schema
from gateway.schema.input import MAX_ITEMS, MAX_TEXT
from tests.whole.harness import Whole, codes, whole

pytestmark = pytest.mark.slow

Json = dict[str, Any]

GUID = "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13"
OTHER_GUID = "a1d3c7f2-6b58-4e0f-9d24-77c0e5b8f310"
CART = Ref.of("contoso", Kind.CART, GUID, OTHER_GUID).encode()
PAPERLESS = Ref.of("contoso", Kind.ORDER, GUID, "7c41e9b05d2a").encode()
STOCK_ORDER = Ref.of("acme", Kind.ORDER, "10001").encode()
SWO_ORDER = Ref.of("marketplace", Kind.ORDER, "ORD-1-2-3").encode()
AGREEMENT = Ref.of("marketplace", Kind.AGREEMENT, "AGR-1-2-3").encode()
ATTACHMENT = Ref.of("marketplace", Kind.ATTACHMENT, "AGR-1-2-3", "ATT-1-2-3").encode()
CART_LINE = {"catalogItemId": "a:b:c", "quantity": 1, "billingCycle": "MONTHLY", "termDuration": "P1Y"}
UNIT = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 5, "unitPrice": "3.25"}
CASE = {"productId": "MUG-11OZ", "qtyCasesOrdered": 5, "qtyUnitsPerCase": 2, "casePrice": "3.25"}
STOCK = {"companyId": 163, "vendorId": 812, "lines": {"units": [UNIT]}}
PURCHASE = {"licenseeId": "LCE-1", "productId": "PRD-1", "lines": [{"itemId": "ITM-1", "quantity": 1}]}
KEY = {"kind": "LICENSE_KEY", "licenseKey": "AAAA"}

# A good input of each mutation.
GOOD: dict[str, Json] = {
    "createCart": {"accountName": "contoso", "customerKey": GUID, "lines": [CART_LINE]},
    "updateCart": {"cartId": CART, "setLines": [{"lineId": 0, "quantity": 2}], "addLines": [CART_LINE]},
    "checkoutCart": {"cartId": CART},
    "createPurchaseOrder": {"accountName": "acme", "vendor": {"sellercloud": STOCK}},
    "updateOrder": {"orderId": STOCK_ORDER, "vendor": {"sellercloud": {"description": "x"}}},
    "submitOrder": {"orderId": SWO_ORDER},
    "cancelOrder": {"orderId": SWO_ORDER, "reason": {"message": "x"}},
    "addAttachments": {
        "parentId": PAPERLESS,
        "files": [KEY],
        "purchaseOrder": {"customerPrice": {"amount": "1", "currency": "EUR"}},
    },
    "updateAttachment": {"attachmentId": ATTACHMENT, "name": "x"},
    "deleteAttachment": {"attachmentId": ATTACHMENT},
}
IDS = {
    "updateCart": ("cartId", Kind.CART),
    "checkoutCart": ("cartId", Kind.CART),
    "updateOrder": ("orderId", Kind.ORDER),
    "submitOrder": ("orderId", Kind.ORDER),
    "cancelOrder": ("orderId", Kind.ORDER),
    "addAttachments": ("parentId", Kind.ORDER),
    "updateAttachment": ("attachmentId", Kind.ATTACHMENT),
    "deleteAttachment": ("attachmentId", Kind.ATTACHMENT),
}
SWO_PURCHASE: Json = {"accountName": "marketplace", "vendor": {"softwareone": {"purchase": PURCHASE}}}
SWO_CHANGE: Json = {"agreementId": AGREEMENT, "newLines": PURCHASE["lines"]}


def mutations() -> dict[str, GraphQLField]:
    schema: GraphQLSchema = build_schema()._schema
    assert schema.mutation_type is not None
    return dict(schema.mutation_type.fields)


MUTATIONS = mutations()


def query_of(name: str) -> str:
    return (
        f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ "
        "outcome { state idempotencyKey replayed } userErrors { code field message vendorCode } } }"
    )


def changed(given: Json, *changes: tuple[str, object]) -> Json:
    """The input with these values at these places, the steps of each separated by dots."""
    known = copy.deepcopy(given)
    for where, value in changes:
        *steps, last = where.split(".")
        place: Any = known
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
    return known


async def ask(gateway: Whole, name: str, given: object) -> Json:
    """The whole answer, whatever its status."""
    response = await gateway.client.post("/graphql", json={"query": query_of(name), "variables": {"input": given}})
    assert response.status_code in (200, 400), response.text
    answer: Json = response.json()
    return answer


async def told(gateway: Whole, name: str, given: object) -> list[tuple[str, str]]:
    """The code and path of each userError of a write that was refused before any call."""
    answer = await ask(gateway, name, given)
    assert "errors" not in answer, answer["errors"]
    payload = answer["data"][name]
    assert payload["outcome"]["state"] == "REFUSED"
    assert gateway.all_calls() == 0
    return [(error["code"], ".".join(error["field"] or ())) for error in payload["userErrors"]]


# ── shape ──


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_takes_a_keyed_input_and_answers_how_it_ended(name: str) -> None:
    field = MUTATIONS[name]
    assert isinstance(field.type, GraphQLObjectType), "a payload is nullable, so that one that fails leaves the others"
    assert str(field.type.fields["outcome"].type) == "WriteOutcome!"
    assert str(field.type.fields["userErrors"].type) == "[UserError!]!"
    assert field.type.name == f"{name[0].upper()}{name[1:]}Payload"
    assert list(field.args) == ["input"]
    type_ = field.args["input"].type
    assert isinstance(type_, GraphQLNonNull)
    input_ = type_.of_type
    assert isinstance(input_, GraphQLInputObjectType)
    assert input_.name == f"{name[0].upper()}{name[1:]}Input"
    assert str(input_.fields["idempotencyKey"].type) == "String"


@pytest.mark.parametrize("name", MUTATIONS)
def test_whatever_a_payload_shows_besides_may_be_missing(name: str) -> None:
    """What has to be read for the payload may fail, and takes nothing else along."""
    payload = MUTATIONS[name].type
    assert isinstance(payload, GraphQLObjectType)
    needed = {key for key, field in payload.fields.items() if isinstance(field.type, GraphQLNonNull)}
    lists = {key for key in needed if str(payload.fields[key].type).startswith("[")}
    assert needed - lists <= {"outcome", "checkedOut"}


def test_every_mutation_has_a_good_input_here() -> None:
    assert set(GOOD) == set(MUTATIONS)


async def test_the_good_inputs_are_good_as_far_as_no_vendor_is_asked() -> None:
    """Otherwise the tests below could find what they look for by mistake."""
    async with whole(0.05) as gateway:
        for name, given in GOOD.items():
            answer = await ask(gateway, name, given)
            payload = (answer["data"] or {}).get(name) or {"userErrors": []}
            found = {error["code"] for error in payload["userErrors"]}
            assert found <= {"NOT_FOUND", "VENDOR_REFUSED", "UNSUPPORTED", "NOT_ALLOWED_HERE", "REQUIRED"}, payload
            assert "BAD_USER_INPUT" not in codes(answer), answer


# ── by GET ──


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_mutation_in_an_address_is_refused(name: str) -> None:
    """A page elsewhere can make a browser open an address."""
    async with whole(0.05) as gateway:
        parameters = {"query": query_of(name), "variables": json.dumps({"input": GOOD[name]})}
        response = await gateway.client.get("/graphql", params=parameters)
        assert response.status_code in (400, 405)
        assert codes(response.json()) == ["BAD_USER_INPUT"]
        assert "mutation" in response.json()["errors"][0]["message"].lower()
        assert gateway.all_calls() == 0


async def test_a_mutation_beside_a_query_in_an_address_is_refused_by_its_name() -> None:
    query = query_of("checkoutCart").replace("mutation (", "mutation Write(") + " query Read { accounts { id } }"
    async with whole(0.05) as gateway:
        variables = json.dumps({"input": GOOD["checkoutCart"]})
        parameters = {"query": query, "variables": variables, "operationName": "Write"}
        response = await gateway.client.get("/graphql", params=parameters)
        assert codes(response.json()) == ["BAD_USER_INPUT"]
        assert gateway.all_calls() == 0


# ── what names an account or a thing ──


@pytest.mark.parametrize("name", [name for name, given in GOOD.items() if "accountName" in given])
@pytest.mark.parametrize("account", ["nobody", "", "Contoso", "contoso\x00"])
async def test_an_unknown_account_is_named(name: str, account: str) -> None:
    async with whole(0.05) as gateway:
        answer = await ask(gateway, name, {**GOOD[name], "accountName": account})
        (error,) = answer["errors"]
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", "input.accountName")
        assert answer["data"] == {name: None}
        assert gateway.all_calls() == 0


def wrong_ids(kind: Kind) -> Iterator[str]:
    other = Kind.SUBSCRIPTION if kind is not Kind.SUBSCRIPTION else Kind.ORDER
    yield from ("", "junk", "\x00", "x" * 2_000)
    yield Ref.of("marketplace", other, "SUB-1").encode()
    yield Ref.of("stranger", kind, "1").encode()
    yield Ref.of("marketplace", kind, "a", "b", "c", "d").encode()
    yield Ref.of("acme", Kind.ACCOUNT).encode()


@pytest.mark.parametrize("name", IDS)
async def test_an_id_of_nothing_or_of_another_kind_or_account_is_named(name: str) -> None:
    field, kind = IDS[name]
    async with whole(0.05) as gateway:
        for wrong in wrong_ids(kind):
            answer = await ask(gateway, name, {**GOOD[name], field: wrong})
            (error,) = answer["errors"]
            assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("INVALID_ID", f"input.{field}")
            assert answer["data"] == {name: None}
        assert gateway.all_calls() == 0


LINE_OF_ACME = Ref.of("acme", Kind.LINE, "10001", "5").encode()
LINE_OF_SWO = Ref.of("marketplace", Kind.LINE, "ORD-1-2-3", "ALI-1").encode()


@pytest.mark.parametrize(
    ("name", "given", "path"),
    [
        ("cancelOrder", changed(GOOD["cancelOrder"], ("lineIds", [LINE_OF_SWO, LINE_OF_ACME])), "lineIds.1"),
        ("cancelOrder", changed(GOOD["cancelOrder"], ("lineIds", [SWO_ORDER])), "lineIds.0"),
        (
            "updateOrder",
            changed(GOOD["updateOrder"], ("vendor.sellercloud.removeLineIds", [LINE_OF_SWO])),
            "vendor.sellercloud.removeLineIds.0",
        ),
        (
            "updateOrder",
            changed(GOOD["updateOrder"], ("vendor.sellercloud.setLines", [{"lineId": "junk"}])),
            "vendor.sellercloud.setLines.0.lineId",
        ),
        (
            "createPurchaseOrder",
            {"accountName": "marketplace", "vendor": {"softwareone": {"change": {**SWO_CHANGE, "agreementId": CART}}}},
            "vendor.softwareone.change.agreementId",
        ),
    ],
    ids=["other account", "other kind", "other account below", "junk below", "other kind below"],
)
async def test_an_id_inside_an_input_is_named_by_its_path(name: str, given: Json, path: str) -> None:
    async with whole(0.05) as gateway:
        assert await told(gateway, name, given) == [("INVALID", path)]


# ── one of several ──


VENDORS_PART, LINES = "PurchaseOrderVendorInput", "SellercloudLinesInput"


@pytest.mark.parametrize(
    ("name", "where", "value", "says"),
    [
        ("createPurchaseOrder", "vendor", {}, VENDORS_PART),
        ("createPurchaseOrder", "vendor", {"sellercloud": STOCK, "softwareone": {"purchase": PURCHASE}}, VENDORS_PART),
        ("createPurchaseOrder", "vendor", {"sellercloud": STOCK, "softwareone": None}, VENDORS_PART),
        ("createPurchaseOrder", "vendor", {"sellercloud": None}, "sellercloud"),
        ("createPurchaseOrder", "vendor.sellercloud.lines", {}, LINES),
        ("createPurchaseOrder", "vendor.sellercloud.lines", {"units": [UNIT], "cases": [CASE]}, LINES),
        ("createPurchaseOrder", "vendor.sellercloud.lines", {"units": None}, "units"),
        ("createPurchaseOrder", "vendor", {"softwareone": {}}, "SoftwareOneOrderInput"),
        (
            "createPurchaseOrder",
            "vendor",
            {"softwareone": {"purchase": PURCHASE, "change": SWO_CHANGE}},
            "SoftwareOneOrderInput",
        ),
        ("updateOrder", "vendor", {}, "UpdateOrderVendorInput"),
        (
            "updateOrder",
            "vendor",
            {"sellercloud": {"description": "x"}, "softwareone": {"notes": "x"}},
            "UpdateOrderVendorInput",
        ),
    ],
)
async def test_none_or_several_where_one_is_wanted_is_named(name: str, where: str, value: object, says: str) -> None:
    async with whole(0.05) as gateway:
        answer = await ask(gateway, name, changed(GOOD[name], (where, value)))
        assert codes(answer) == ["BAD_USER_INPUT"]
        assert says in answer["errors"][0]["message"]
        assert gateway.all_calls() == 0


@pytest.mark.parametrize("written", ["{}", "{sellercloud: null}", "{sellercloud: {}, softwareone: {}}"])
async def test_one_of_several_is_asked_for_in_the_query_s_own_text_too(written: str) -> None:
    query = f"""mutation {{ updateOrder(input: {{orderId: "{STOCK_ORDER}", vendor: {written}}}) {{
      outcome {{ state }} }} }}"""
    async with whole(0.05) as gateway:
        answer = await gateway.client.post("/graphql", json={"query": query})
        assert codes(answer.json()) == ["BAD_USER_INPUT"]
        assert "UpdateOrderVendorInput" in answer.json()["errors"][0]["message"]
        assert gateway.all_calls() == 0


@pytest.mark.parametrize(
    ("name", "given", "path"),
    [
        ("createPurchaseOrder", {**SWO_PURCHASE, "accountName": "acme"}, "vendor.softwareone"),
        ("createPurchaseOrder", {**GOOD["createPurchaseOrder"], "accountName": "marketplace"}, "vendor.sellercloud"),
        ("createPurchaseOrder", {**GOOD["createPurchaseOrder"], "accountName": "contoso"}, "vendor.sellercloud"),
        ("updateOrder", {**GOOD["updateOrder"], "orderId": SWO_ORDER}, "vendor.sellercloud"),
    ],
    ids=["softwareone", "sellercloud", "neither", "update"],
)
async def test_another_vendor_s_part_of_an_input_is_named(name: str, given: Json, path: str) -> None:
    async with whole(0.05) as gateway:
        assert await told(gateway, name, given) == [("NOT_ALLOWED_HERE", path)]


# ── how much ──


@pytest.mark.parametrize(
    ("name", "where", "one"),
    [
        ("createCart", "lines", CART_LINE),
        ("updateCart", "addLines", CART_LINE),
        ("updateCart", "removeLines", 0),
        ("createCart", "lines.0.addonItems", CART_LINE),
        ("createPurchaseOrder", "vendor.sellercloud.lines.units", UNIT),
        ("cancelOrder", "lineIds", LINE_OF_SWO),
        ("addAttachments", "files", KEY),
    ],
    ids=str,
)
async def test_a_list_of_501_is_named(name: str, where: str, one: object) -> None:
    async with whole(0.05) as gateway:
        given = changed(GOOD[name], (where, [one] * (MAX_ITEMS + 1)))
        assert await told(gateway, name, given) == [("TOO_MANY", where)]


async def test_an_input_nested_without_end_is_refused() -> None:
    line: Json = CART_LINE
    for _ in range(60):
        line = {**CART_LINE, "addonItems": [line]}
    async with whole(0.05) as gateway:
        ((code, path),) = await told(gateway, "createCart", {**GOOD["createCart"], "lines": [line]})
        assert code == "INVALID"
        assert path.startswith("lines.0.addonItems.0.addonItems.0")


# ── texts ──


TEXTS = [
    ("createCart", "customerKey"),
    ("createCart", "lines.0.friendlyName"),
    ("updateCart", "setLines.0.promotionId"),
    ("checkoutCart", "customerUserPrincipalName"),
    ("createPurchaseOrder", "vendor.sellercloud.description"),
    ("createPurchaseOrder", "vendor.sellercloud.lines.units.0.productId"),
    ("updateOrder", "vendor.sellercloud.instructions"),
    ("cancelOrder", "reason.message"),
    ("addAttachments", "files.0.licenseKey"),
    ("updateAttachment", "name"),
]


@pytest.mark.parametrize(("name", "where"), TEXTS)
async def test_a_text_that_nobody_can_mean_is_named(name: str, where: str) -> None:
    async with whole(0.05) as gateway:
        for text in ("a\x00b", "\x1b[2J", "\u202eevil", "x" * (MAX_TEXT + 1)):
            assert ("INVALID", where) in await told(gateway, name, changed(GOOD[name], (where, text)))


async def test_half_a_surrogate_pair_is_a_malformed_body() -> None:
    body = json.dumps({"query": query_of("updateAttachment"), "variables": {"input": GOOD["updateAttachment"]}})
    async with whole(0.05) as gateway:
        response = await gateway.client.post(
            "/graphql",
            content=body.replace('"name": "x"', '"name": "\\ud800"'),
            headers={"content-type": "application/json"},
        )
        assert (response.status_code, codes(response.json())) == (400, ["BAD_USER_INPUT"])
        assert gateway.all_calls() == 0


# ── values that are none of their type ──


UNIT_PRICE = "vendor.sellercloud.lines.units.0.unitPrice"
BAD_DECIMALS: tuple[object, ...] = ("NaN", "-Infinity", "1e31", "1e999999999", "abc", "", True, [], {}, 10**400)


@pytest.mark.parametrize("value", BAD_DECIMALS, ids=lambda value: str(value)[:20])
async def test_a_number_that_is_none_is_named(value: object) -> None:
    await is_named("createPurchaseOrder", UNIT_PRICE, value)


@pytest.mark.parametrize(
    ("name", "where", "value"),
    [
        ("createCart", "lines.0.customTermEndDate", "2027-01-31T23:59:59"),
        ("createCart", "lines.0.customTermEndDate", "2027-01-31"),
        ("createCart", "lines.0.customTermEndDate", "2027-02-30T00:00:00Z"),
        ("updateCart", "expectedUpdatedAt", "yesterday"),
        ("updateCart", "expectedUpdatedAt", 1_700_000_000),
        ("createPurchaseOrder", "vendor.sellercloud.expectedDeliveryDate", "2027-01-31T23:59:59"),
        ("createCart", "lines.0.termDuration", "1 year"),
        ("createCart", "lines.0.termDuration", "P"),
        ("createCart", "lines.0.termDuration", 12),
        ("createCart", "lines.0.currency", "EURO"),
        ("createCart", "lines.0.currency", "E1"),
        ("addAttachments", "purchaseOrder.customerPrice.currency", "€"),
        ("addAttachments", "purchaseOrder.customerPrice.amount", "1,50"),
        ("addAttachments", "purchaseOrder.tenderLink", "not an address"),
        ("addAttachments", "purchaseOrder.tenderLink", "https:///x"),
        ("addAttachments", "files.0.file", "%PDF-1.7"),
        ("addAttachments", "files.0.file", {"name": "a.pdf"}),
        ("createCart", "lines.0.quantity", 2**31),
        ("createCart", "lines.0.quantity", 1.5),
        ("createCart", "lines.0.quantity", "2"),
        ("createCart", "lines.0.quantity", None),
        ("createCart", "lines.0.billingCycle", "FOREVER"),
        ("createCart", "lines.0.attestationAccepted", "yes"),
        ("createCart", "lines", None),
        ("createCart", "customerKey", 7),
        ("createCart", "idempotencyKey", 7),
        ("cancelOrder", "allowDelete", None),
        ("cancelOrder", "lineIds", [None]),
        ("updateAttachment", "attachmentId", None),
    ],
    ids=str,
)
async def test_a_value_of_another_type_is_named(name: str, where: str, value: object) -> None:
    await is_named(name, where, value)


async def is_named(name: str, where: str, value: object) -> None:
    """The error's message names the place in the input, and nothing is called."""
    async with whole(0.05) as gateway:
        response = await gateway.client.post(
            "/graphql",
            content=json.dumps({"query": query_of(name), "variables": {"input": changed(GOOD[name], (where, value))}}),
            headers={"content-type": "application/json"},
        )
        answer = response.json()
        assert codes(answer) == ["BAD_USER_INPUT"]
        assert named(where) in answer["errors"][0]["message"] or is_unreadable(value), answer["errors"]
        assert not answer.get("data")
        assert gateway.all_calls() == 0


def named(where: str) -> str:
    """The place as GraphQL's own messages write it."""
    steps = where.split(".")
    return "at " + "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps)


def is_unreadable(value: object) -> bool:
    """Whether the body itself is refused, before anything in it has a place."""
    return isinstance(value, int) and abs(value) >= 10**300


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_field_that_is_unknown_and_one_that_is_missing_are_named(name: str) -> None:
    async with whole(0.05) as gateway:
        answer = await ask(gateway, name, {**GOOD[name], "idempotenceKey": "x"})
        assert codes(answer) == ["BAD_USER_INPUT"]
        assert "idempotenceKey" in answer["errors"][0]["message"]
        first = next(iter(GOOD[name]))
        answer = await ask(gateway, name, {key: value for key, value in GOOD[name].items() if key != first})
        assert "BAD_USER_INPUT" in codes(answer)
        assert first in answer["errors"][0]["message"]
        nothing: tuple[object, ...] = (None, [], "x", 3)
        for given in nothing:
            assert set(codes(await ask(gateway, name, given))) == {"BAD_USER_INPUT"}
        assert gateway.all_calls() == 0


async def test_all_that_is_wrong_is_told_at_once() -> None:
    given = changed(
        GOOD["createCart"],
        ("idempotencyKey", ""),
        ("customerKey", "a\x00"),
        ("lines.0.promotionId", "b\x00"),
        ("lines.0.participants", [{"role": "TRANSACTION_RESELLER", "partnerId": "c\x00"}]),
    )
    async with whole(0.05) as gateway:
        assert await told(gateway, "createCart", given) == [
            ("INVALID", "customerKey"),
            ("INVALID", "lines.0.promotionId"),
            ("INVALID", "lines.0.participants.0.partnerId"),
            ("INVALID", "idempotencyKey"),
        ]


async def test_a_mistake_leaves_the_key_free_for_the_mended_input() -> None:
    async with whole(0.05) as gateway:
        given = {**GOOD["createPurchaseOrder"], "idempotencyKey": "k"}
        wrong = changed(given, ("vendor.sellercloud.lines.units.0.qtyUnitsOrdered", 0))
        assert await told(gateway, "createPurchaseOrder", wrong) == [
            ("INVALID", "vendor.sellercloud.lines.units.0.qtyUnitsOrdered")
        ]
        answer = await ask(gateway, "createPurchaseOrder", given)
        assert answer["data"]["createPurchaseOrder"]["outcome"] == {
            "state": "DONE",
            "idempotencyKey": "k",
            "replayed": False,
        }
