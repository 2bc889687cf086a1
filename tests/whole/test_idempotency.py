"""One key, one thing: for a mutation of each vendor that creates orders, through HTTP, with the vendor's own count."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.sandbox.control import Fault
from gateway.store.ledger import SqliteLedger
from gateway.vendors.partner_center import repeats
from gateway.vendors.sellercloud import creation
from gateway.vendors.softwareone import calls
from gateway.writing import Writer
from tests.edge.upload_desk import PREFLIGHT, TYPE, file, form, operations, text
from tests.whole.harness import TOKEN_ROUTES, Whole, codes, whole

SERVER = "DG7GMGF0D5RK:0005:DG7GMGF0D6BC"
ACCESS = "DG7GMGF0D7FV:0001:DG7GMGF0XXXX"  # its orders wait for the customer's purchase order
OUTCOME = "outcome { state idempotencyKey replayed searched candidates { id } } userErrors { code field message }"
BRIEF = "id number"
OTHER = "number vendor lines { quantity item { key } }"
CREATE = "createPurchaseOrder(input: $input) { order { %s } %s }"
CHECKOUT = "checkoutCart(input: $input) { orders { %s } %s }"
UPDATE = "updateOrder(input: $input) { order { %s } %s }"
LIST = "query ($names: [String!]) { orders(first: 200, filter: {accountNames: $names}) { nodes { number } } }"
DAY = timedelta(days=1).total_seconds()

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A mutation that creates orders. `write` is the call that does it; `mended` makes another input of one."""

    vendor: str
    account: str
    mutation: str
    takes: str
    write: tuple[str, str]
    prepare: Callable[[Whole], Awaitable[Json]]
    mended: Callable[[Json], Json]

    @property
    def name(self) -> str:
        return self.mutation.partition("(")[0]

    def __str__(self) -> str:
        return f"{self.name} at {self.vendor}"


async def cart(gateway: Whole, item: str = SERVER) -> Json:
    customer = gateway.sandbox.desks["partner_center"].emulator.credentials("")["customers"][0]
    line = {"catalogItemId": item, "quantity": 2, "billingCycle": "ONE_TIME"}
    given = {"accountName": "contoso", "customerKey": customer, "lines": [line]}
    query = "mutation ($input: CreateCartInput!) { createCart(input: $input) { cart { id } } }"
    return {"cartId": (await gateway.data(query, input=given))["createCart"]["cart"]["id"]}


async def stock(gateway: Whole) -> Json:
    line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 48, "unitPrice": "3.25"}
    order = {"companyId": 163, "vendorId": 812, "description": "Spring", "lines": {"units": [line]}}
    return {"accountName": "acme", "vendor": {"sellercloud": order}}


async def purchase(gateway: Whole) -> Json:
    emulator: Any = gateway.sandbox.desks["softwareone"].emulator
    rows = emulator.state
    product = next(row for row in rows["products"].values() if row["name"] == "Lumera Cloud Suite")
    item = next(row for row in rows["items"].values() if row["product"]["id"] == product["id"])
    caller = next(one for one in emulator.callers.values() if one.actor == "client")
    licensee = next(row for row in rows["licensees"].values() if row["account"]["id"] == caller.account)
    wanted = {
        "licenseeId": licensee["id"],
        "productId": product["id"],
        "notes": "Spring",
        "externalId": "PO-88121",
        "lines": [{"itemId": item["id"], "quantity": 12}],
    }
    return {"accountName": "marketplace", "vendor": {"softwareone": {"purchase": wanted}}}


def other_stock(given: Json) -> Json:
    return {**given, "vendor": {"sellercloud": {**given["vendor"]["sellercloud"], "description": "Summer"}}}


def other_purchase(given: Json) -> Json:
    wanted = given["vendor"]["softwareone"]["purchase"]
    return {**given, "vendor": {"softwareone": {"purchase": {**wanted, "notes": "Summer"}}}}


CASES = (
    Case(
        "partner_center",
        "contoso",
        CHECKOUT,
        "CheckoutCartInput",
        ("POST", "/checkout$"),
        cart,
        lambda given: {**given, "customerUserPrincipalName": "ada@fabrikam.example"},
    ),
    Case(
        "sellercloud",
        "acme",
        CREATE,
        "CreatePurchaseOrderInput",
        ("POST", "/PurchaseOrders$"),
        stock,
        other_stock,
    ),
    Case(
        "softwareone",
        "marketplace",
        CREATE,
        "CreatePurchaseOrderInput",
        ("POST", "/orders$"),
        purchase,
        other_purchase,
    ),
)
every_case = pytest.mark.parametrize("case", CASES, ids=str)
STOCK = CASES[1]


@dataclass
class Asking:
    """One case at a gateway, with what the vendor's own count was before."""

    case: Case
    gateway: Whole
    given: Json
    known: int = 0

    @classmethod
    async def about(cls, case: Case, gateway: Whole) -> Asking:
        one = cls(case, gateway, await case.prepare(gateway))
        one.known = one.count()
        gateway.forget()
        return one

    async def answer(self, selection: str = BRIEF, key: str | None = "k", given: Json | None = None) -> Json:
        """The whole answer, errors included."""
        query = f"mutation ($input: {self.case.takes}!) {{ {self.case.mutation % (selection, OUTCOME)} }}"
        return await self.gateway.query(query, input={**(given or self.given), "idempotencyKey": key})

    async def ask(self, selection: str = BRIEF, key: str | None = "k", given: Json | None = None) -> Json:
        """The payload of an answer without errors."""
        answer = await self.answer(selection, key, given)
        assert "errors" not in answer, answer["errors"]
        payload: Json = answer["data"][self.case.name]
        return payload

    def count(self) -> int:
        return len(self.gateway.sandbox.desks[self.case.vendor].emulator.orders())

    @property
    def made(self) -> int:
        """How many orders the vendor has made since, by its own list."""
        return self.count() - self.known

    @property
    def writes(self) -> int:
        """Calls that were to change something, since the journal was last forgotten."""
        journal = self.gateway.sandbox.desks[self.case.vendor].journal
        return sum(call.method != "GET" and not TOKEN_ROUTES.search(call.path) for call in journal)

    def fault(self, kind: str, **more: Any) -> Fault:
        method, path = self.case.write
        return self.gateway.sandbox.desks[self.case.vendor].add(Fault(kind, method, path, **more))


def orders(payload: Json) -> list[Json]:
    """The orders of either payload."""
    if "orders" in payload:
        return list(payload["orders"])
    return [payload["order"]] if payload["order"] else []


def numbers(payload: Json) -> list[str]:
    return [order["number"] for order in orders(payload)]


def state(payload: Json) -> str:
    return str(payload["outcome"]["state"])


def mistakes(payload: Json) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


def writer_of(gateway: Whole) -> Writer:
    writer: Writer = gateway.client._transport.app.state.writer  # type: ignore[attr-defined]  # httpx's own
    return writer


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((repeats, "PAUSES"), (creation, "PAUSES"), (calls, "PAUSES")):
        monkeypatch.setattr(module, name, (0.01, 0.02, 0.04))


@every_case
async def test_the_same_key_and_input_are_the_same_order_told_for_another_selection(case: Case) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        first = await one.ask()
        assert (state(first), first["outcome"]["replayed"], first["userErrors"]) == ("DONE", False, [])
        assert (one.made, one.writes) == (1, 1)
        again = await one.ask(OTHER)
        assert (state(again), again["outcome"]["replayed"], again["userErrors"]) == ("DONE", True, [])
        assert numbers(again) == numbers(first)
        (order,) = orders(again)
        assert (order["vendor"], len(order["lines"])) == (case.vendor.upper(), 1)
        assert (one.made, one.writes) == (1, 1)


@every_case
async def test_another_key_is_another_write(case: Case) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        first = await one.ask()
        other = await Asking.about(case, gateway)
        second = await other.ask(key="l")
        assert (state(second), second["outcome"]["replayed"]) == ("DONE", False)
        assert set(numbers(second)).isdisjoint(numbers(first))
        assert one.made == 2


@every_case
async def test_without_a_key_one_is_made_up_that_is_good_for_a_repeat(case: Case) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        first = await one.ask(key=None)
        again = await one.ask(key=first["outcome"]["idempotencyKey"])
        assert (again["outcome"]["replayed"], numbers(again)) == (True, numbers(first))
        assert (one.made, one.writes) == (1, 1)


@every_case
async def test_the_same_key_with_another_input_is_a_conflict_without_a_call(case: Case) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        await one.ask()
        gateway.forget()
        other = await one.ask(given=case.mended(one.given))
        assert (state(other), orders(other)) == ("REFUSED", [])
        assert mistakes(other) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]
        assert gateway.all_calls() == 0
        assert (await one.ask())["outcome"]["replayed"]


async def test_a_key_of_another_mutation_or_account_is_a_conflict_without_a_call() -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(STOCK, gateway)
        (order,) = orders(await one.ask())
        gateway.forget()
        change = {"orderId": order["id"], "vendor": {"sellercloud": {"description": "x"}}, "idempotencyKey": "k"}
        query = f"mutation ($input: UpdateOrderInput!) {{ {UPDATE % (BRIEF, OUTCOME)} }}"
        changed = (await gateway.data(query, input=change))["updateOrder"]
        assert mistakes(changed) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]
        elsewhere = await Asking.about(CASES[2], gateway)
        assert mistakes(await elsewhere.ask()) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]
        assert gateway.all_calls() == 0


async def test_an_input_is_the_same_however_it_is_written() -> None:
    """As variables or in the query, a number or text, with zeros at its end, its fields in any order."""
    async with whole(0.1) as gateway:
        one = await Asking.about(STOCK, gateway)
        first = await one.ask()
        written = """mutation { createPurchaseOrder(input: {idempotencyKey: "k", vendor: {sellercloud: {
          lines: {units: [{unitPrice: 3.250, qtyUnitsOrdered: 48, productId: "MUG-11OZ"}]}
          description: "Spring", vendorId: 812, companyId: 163}}, accountName: "acme"}) {
          order { number } outcome { replayed } } }"""
        again = (await gateway.data(written))["createPurchaseOrder"]
        assert again == {"order": {"number": numbers(first)[0]}, "outcome": {"replayed": True}}
        assert one.made == 1


async def test_a_file_s_byte_its_name_and_its_type_belong_to_the_input() -> None:
    paper = b"%PDF-1.7 a purchase order"
    query = f"""mutation ($input: AddAttachmentsInput!) {{ addAttachments(input: $input) {{
      attachments {{ number }} {OUTCOME} }} }}"""

    async def add(gateway: Whole, parent: str, data: bytes, name: str = "a.pdf", kind: str = "application/pdf") -> Json:
        given = {
            "parentId": parent,
            "idempotencyKey": "k",
            "files": [{"kind": "PURCHASE_ORDER", "file": None}],
            "purchaseOrder": {"customerPrice": {"amount": "10", "currency": "EUR"}},
        }
        mapped = text("map", {"0": ["variables.input.files.0.file"]})
        body = form(operations({"input": given}, query), mapped, file("0", data, name, kind))
        response = await gateway.client.post("/graphql", content=body, headers={"content-type": TYPE, **PREFLIGHT})
        answer = response.json()
        assert "errors" not in answer, answer["errors"]
        payload: Json = answer["data"]["addAttachments"]
        return payload

    async with whole(0.1) as gateway:
        gateway.sandbox.desks["partner_center"].emulator.settings.provisioning_seconds = 0
        ordered = Asking(CASES[0], gateway, await cart(gateway, ACCESS))
        (order,) = orders(await ordered.ask(key="order"))
        first = await add(gateway, order["id"], paper)
        assert state(first) == "DONE"
        gateway.forget()
        others = (
            await add(gateway, order["id"], paper + b"\n"),
            await add(gateway, order["id"], paper, name="b.pdf"),
            await add(gateway, order["id"], paper, kind="text/plain"),
        )
        assert [mistakes(other) for other in others] == [[("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]] * 3
        assert gateway.all_calls() == 0
        again = await add(gateway, order["id"], paper)
        assert (again["outcome"]["replayed"], again["attachments"]) == (True, first["attachments"])


@every_case
async def test_a_bad_key_is_named_and_nothing_is_called(case: Case) -> None:
    async with whole(0.05) as gateway:
        one = await Asking.about(case, gateway)
        for key in ("", "k" * 201, "a\nb", "a\x00b", "\u2028"):
            payload = await one.ask(key=key)
            assert (state(payload), mistakes(payload)) == ("REFUSED", [("INVALID", ["idempotencyKey"])])
        assert gateway.all_calls() == 0


async def test_a_key_may_be_any_printable_text_of_200_characters() -> None:
    async with whole(0.05) as gateway:
        one = await Asking.about(STOCK, gateway)
        key = "ключ 🙂 '\"\\" + "k" * 190
        assert len(key) == 200
        assert state(await one.ask(key=key)) == "DONE"
        assert (await one.ask(key=key))["outcome"]["replayed"]
        assert (await one.ask(key=key[:-1]))["outcome"]["replayed"] is False
        assert one.made == 2


@every_case
@pytest.mark.parametrize("kind", ["lost", "truncate"])
async def test_a_lost_answer_is_found_or_unknown_and_never_two(case: Case, kind: str) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        one.fault(kind)
        assert state(await one.ask()) in ("DONE", "UNKNOWN")
        assert one.made == 1
        again = await one.ask()
        assert (state(again), again["outcome"]["replayed"], len(numbers(again))) == ("DONE", True, 1)
        assert one.made == 1


@every_case
@pytest.mark.parametrize("kind", ["drop", "html"])
@pytest.mark.slow
async def test_a_write_that_never_came_about_is_not_told_as_done(case: Case, kind: str) -> None:
    """The vendor did nothing, which nobody can know. Partner Center lets the same write be sent again."""
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        one.fault(kind)
        for _ in range(2):
            payload = await one.ask()
            assert (state(payload), one.made, len(numbers(payload))) in (("DONE", 1, 1), ("UNKNOWN", 0, 0))
        assert case.vendor == "partner_center" or one.writes == 1


@every_case
@pytest.mark.slow
async def test_after_unknown_the_repeat_finds_what_has_landed_since(case: Case) -> None:
    async with whole(0.1) as gateway:
        gateway.document["write_seconds"] = 0.1
        await gateway.fresh()
        one = await Asking.about(case, gateway)
        fault = one.fault("delayed_commit", seconds=0.5, times=None)
        first = await one.ask()
        assert (state(first), numbers(first), first["userErrors"]) == ("UNKNOWN", [], [])
        assert first["outcome"]["searched"]
        desk = gateway.sandbox.desks[case.vendor]
        desk.faults.remove(fault)
        await asyncio.gather(*desk.later)
        assert one.made == 1
        gateway.forget()
        again = await one.ask()
        assert (state(again), again["outcome"]["replayed"]) == ("DONE", True)
        assert len(numbers(again)) == 1
        assert one.made == 1
        assert (await one.ask(OTHER))["outcome"]["replayed"]


@every_case
async def test_twenty_at_once_with_one_key_are_one_order(case: Case) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)
        one.fault("late", seconds=0.3)
        payloads = await asyncio.gather(*(one.ask() for _ in range(20)))
        assert {state(payload) for payload in payloads} == {"DONE"}
        assert len({tuple(numbers(payload)) for payload in payloads}) == 1
        assert sum(not payload["outcome"]["replayed"] for payload in payloads) == 1
        assert (one.made, one.writes) == (1, 1)


@every_case
@pytest.mark.slow
async def test_a_repeat_while_it_is_under_way_too_long_is_told_so(case: Case) -> None:
    async with whole(0.1) as gateway:
        gateway.document["write_seconds"] = 0.1
        await gateway.fresh()
        one = await Asking.about(case, gateway)
        one.fault("late", seconds=1)
        first = asyncio.create_task(one.ask())
        while not one.made:  # noqa: ASYNC110 - the emulator tells nobody
            await asyncio.sleep(0.01)
        answer = await one.answer()
        assert codes(answer) == ["IN_PROGRESS"]
        assert answer["errors"][0]["extensions"]["retryable"]
        assert answer["data"] == {case.name: None}
        assert state(await first) == "DONE"
        assert (await one.ask())["outcome"]["replayed"]
        assert (one.made, one.writes) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("throttle", times=None, retry_after=600), "THROTTLED"),
        (Fault("error", times=None, status=503), "VENDOR_UNAVAILABLE"),
        (Fault("unauthorized", times=None), "MISCONFIGURED"),
    ],
    ids=["throttled", "down", "locked out"],
)
async def test_one_that_fails_leaves_the_other_s_payload_standing(fault: Fault, code: str) -> None:
    query = f"""mutation ($stock: CreatePurchaseOrderInput!, $purchase: CreatePurchaseOrderInput!) {{
      first: {CREATE % (BRIEF, OUTCOME)} second: {CREATE % (BRIEF, OUTCOME)} }}"""
    query = query.replace("$input", "$stock", 1).replace("$input", "$purchase", 1)
    async with whole(0.1) as gateway:
        given = {"stock": await stock(gateway), "purchase": await purchase(gateway)}
        gateway.sandbox.desks["sellercloud"].add(fault)
        answer = await gateway.query(query, **given)
        assert codes(answer) == [code]
        assert answer["errors"][0]["path"] == ["first"]
        assert answer["data"]["first"] is None
        assert state(answer["data"]["second"]) == "DONE"
        assert fault.struck > 0


async def test_mutations_of_one_document_are_done_one_after_the_other_and_each_shows_its_own_moment() -> None:
    a, b = ((UPDATE % ("title", "outcome { state }")).replace("$input", name) for name in ("$a", "$b"))
    query = f"mutation ($a: UpdateOrderInput!, $b: UpdateOrderInput!) {{ a: {a} b: {b} }}"
    async with whole(0.1) as gateway:
        one = await Asking.about(STOCK, gateway)
        (order,) = orders(await one.ask())
        gateway.forget()
        given = ({"orderId": order["id"], "vendor": {"sellercloud": {"description": title}}} for title in "AB")
        answer = await gateway.data(query, **dict(zip("ab", given, strict=True)))
        done = {"state": "DONE"}
        assert answer == {
            "a": {"order": {"title": "A"}, "outcome": done},
            "b": {"order": {"title": "B"}, "outcome": done},
        }
        methods = [call.method for call in gateway.sandbox.desks["sellercloud"].journal]
        half = len(methods) // 2
        assert methods[:half] == methods[half:], "their calls were mixed"
        assert one.writes == 2


@every_case
async def test_what_was_listed_before_a_write_is_listed_anew_after_it(case: Case) -> None:
    async with whole(0.1) as gateway:
        one = await Asking.about(case, gateway)

        async def listed() -> set[str]:
            nodes = (await gateway.data(LIST, names=[case.account]))["orders"]["nodes"]
            return {node["number"] for node in nodes}

        before = await listed()
        new = set(numbers(await one.ask()))
        assert len(new) == 1
        assert await listed() == before | new


async def test_an_order_that_was_read_before_a_write_is_read_anew_after_it() -> None:
    read = "query ($id: ID!) { order(id: $id) { title } }"
    gone = "mutation ($id: ID!) { cancelOrder(input: {orderId: $id, allowDelete: true}) { deletedOrderId } }"
    change = f"mutation ($input: UpdateOrderInput!) {{ {UPDATE % ('title', OUTCOME)} }}"
    async with whole(0.1) as gateway:
        one = await Asking.about(STOCK, gateway)
        (order,) = orders(await one.ask())
        assert await gateway.data(read, id=order["id"]) == {"order": {"title": "Spring"}}
        given = {"orderId": order["id"], "vendor": {"sellercloud": {"description": "Summer"}}}
        assert (await gateway.data(change, input=given))["updateOrder"]["order"] == {"title": "Summer"}
        assert await gateway.data(read, id=order["id"]) == {"order": {"title": "Summer"}}
        await gateway.data(gone, id=order["id"])
        assert await gateway.data(read, id=order["id"]) == {"order": None}
        # The record still knows the order; the vendor does not.
        again = await one.ask()
        assert (state(again), again["outcome"]["replayed"], again["order"]) == ("DONE", True, None)


@every_case
async def test_a_key_is_known_until_its_record_expires_and_then_it_is_new(case: Case) -> None:
    async with whole(0.1) as gateway:
        gateway.document["idempotency_days"] = 1
        await gateway.fresh()
        ledger = writer_of(gateway)._ledger
        assert isinstance(ledger, SqliteLedger)
        one = await Asking.about(case, gateway)
        first = await one.ask()
        ledger.clock = lambda: time.time() + DAY - 60
        assert (await one.ask())["outcome"]["replayed"]
        ledger.clock = lambda: time.time() + DAY + 60
        other = await Asking.about(case, gateway)
        second = await other.ask()
        assert (state(second), second["outcome"]["replayed"]) == ("DONE", False)
        assert numbers(second) != numbers(first)
        assert one.made == 2


@every_case
async def test_a_gateway_that_was_started_again_still_knows_the_key(case: Case, tmp_path: Path) -> None:
    async with whole(0.1) as gateway:
        gateway.document |= {"data_dir": str(tmp_path), "vault_key": "a-key-for-tests-only"}
        await gateway.fresh()
        one = await Asking.about(case, gateway)
        first = await one.ask()
        await gateway.fresh()
        again = await one.ask(OTHER)
        assert (again["outcome"]["replayed"], numbers(again)) == (True, numbers(first))
        assert (await one.ask(given=case.mended(one.given)))["outcome"]["state"] == "REFUSED"
        assert (one.made, one.writes) == (1, 0)


@every_case
@pytest.mark.slow
async def test_a_search_that_was_not_settled_goes_on_after_a_new_start(case: Case, tmp_path: Path) -> None:
    async with whole(0.1) as gateway:
        gateway.document |= {"data_dir": str(tmp_path), "vault_key": "a-key-for-tests-only", "write_seconds": 0.1}
        await gateway.fresh()
        one = await Asking.about(case, gateway)
        one.fault("delayed_commit", seconds=0.4, times=None)
        assert state(await one.ask()) == "UNKNOWN"
        desk = gateway.sandbox.desks[case.vendor]
        desk.clear()
        await asyncio.gather(*desk.later)
        await gateway.fresh()
        again = await one.ask()
        assert (state(again), again["outcome"]["replayed"], len(numbers(again))) == ("DONE", True, 1)
        assert one.made == 1
