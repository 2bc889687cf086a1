"""Partner Center answers wrongly: what is bad is left out and told, the rest is kept, nobody sees another's things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.model.cart import Cart
from gateway.model.order import Order
from gateway.model.ref import Kind, Ref
from gateway.model.writing import OrderActionKind, WriteState
from gateway.sandbox.control import Fault
from gateway.vendors.base import (
    AGREEMENT,
    ATTACHMENT,
    CART,
    ORDER,
    ORDER_ATTACHMENTS,
    PARTY,
    SUBSCRIPTION,
    AgreementFilter,
    OrderFilter,
    OrderPlace,
    Step,
)
from gateway.vendors.commands import CartLinePatch, CheckoutCart, CreateCart, UpdateCart
from gateway.vendors.partial import Partial
from gateway.vendors.partner_center.reads import PROVISIONING
from gateway.vendors.writes import CHECKOUT_CART, CREATE_CART, UPDATE_CART
from tests.vendors.liar import Lie, Lied, lied_to
from tests.vendors.write_proofs import ACCESS, SERVER, cart, checked_out, customer, do, done, line, ref_of

pytestmark = pytest.mark.slow

TICK = 0.02  # of the vendor's clock, by which a cart's change is told
STRANGER = "00000000-1111-4222-8333-444444444444"
FRESH = {"list_cache_seconds": 0}
CUSTOMERS = r"/customers\?"
ORDERS = r"/orders\?"
AGREEMENTS = r"/agreements\?"
Change = Callable[[list[Any]], object]


async def all_orders(lied: Lied) -> Step[Order]:
    return await lied.one.adapter.orders(OrderFilter(), None, 500, True)


async def an_order(lied: Lied) -> Order:
    return (await all_orders(lied)).rows[0]


def items(change: Change) -> Lie:
    """A collection whose items are changed in place."""

    def lie(body: Any) -> Any:
        change(body["items"])
        return body

    return lie


def once(change: Change) -> Change:
    """The change of the first list that has two items."""
    done: list[bool] = []

    def changed(found: list[Any]) -> None:
        if not done and len(found) > 1:
            done.append(True)
            change(found)

    return changed


def stranger_s(row: Any) -> Any:
    """The row as if it were another customer's, by its own link alone."""
    uri = f"/v1/customers/{STRANGER}/things/{row['id']}"
    return row | {"referenceCustomerId": None, "links": {"self": {"uri": uri, "method": "GET", "headers": []}}}


ROWS: dict[str, Lie] = {
    "null": lambda row: None,
    "a text": lambda row: "order",
    "a list": lambda row: [row],
    "no id": lambda row: row | {"id": None},
    "an empty id": lambda row: row | {"id": ""},
    "an id that is an object": lambda row: row | {"id": {"of": row["id"]}},
    "an id that is a truth": lambda row: row | {"id": True},
    "lines that are no list": lambda row: row | {"lineItems": "none"},
    "a line where a list is due": lambda row: row | {"lineItems": {"lineItemNumber": 0, "offerId": "A:B:C"}},
    "a line that is null": lambda row: row | {"lineItems": [None]},
    "a line without its number": lambda row: row | {"lineItems": [{"offerId": "A:B:C"}]},
    "another customer": lambda row: row | {"referenceCustomerId": STRANGER},
    "another customer in its own link": stranger_s,
}


@pytest.mark.parametrize("name", ROWS)
async def test_a_bad_row_of_a_list_is_left_out_and_counted(name: str) -> None:
    async with lied_to("pc-both", **FRESH) as lied:
        before = await all_orders(lied)
        spoilt: list[str] = []

        def spoil(found: list[Any]) -> None:
            spoilt.append(found[1]["id"])
            found[1] = ROWS[name](found[1])

        lied.liar.tell(ORDERS, items(once(spoil)))
        after = await all_orders(lied)
        assert len(spoilt) == 1
        assert (after.omitted, after.total) == (1, None)
        assert [one.ref for one in after.rows] == [one.ref for one in before.rows if one.number not in spoilt]


@pytest.mark.parametrize("changed", [{}, {"creationDate": "2001-02-03T04:05:06Z"}])
async def test_a_list_that_repeats_a_row_shows_it_once(changed: dict[str, Any]) -> None:
    async with lied_to("pc-both", **FRESH) as lied:
        before = await all_orders(lied)
        lied.liar.tell(ORDERS, items(once(lambda found: found.append(found[0] | changed))))
        after = await all_orders(lied)
        assert sorted(one.number for one in after.rows) == sorted(one.number for one in before.rows)
        assert after.total == before.total


@pytest.mark.parametrize("total", [0, -5, 10**30, "many", None, [], 1.5])
async def test_a_list_s_total_is_not_believed(total: Any) -> None:
    async with lied_to("pc-both", **FRESH) as lied:
        before = await all_orders(lied)
        lied.liar.tell(ORDERS, lambda body: body | {"totalCount": total})
        after = await all_orders(lied)
        assert (after.rows, after.total, after.notice) == (before.rows, before.total, None)


LISTS: dict[str, Lie] = {
    "null": lambda body: None,
    "nothing": lambda body: {},
    "a bare list": lambda body: body["items"],
    "an object for a list": lambda body: body | {"items": {"0": body["items"][:1]}},
    "a single thing for a list": lambda body: body["items"][0] if body["items"] else None,
    "null items that are counted": lambda body: {"totalCount": 3, "items": None},
    "an error within success": lambda body: {"code": 400072, "description": "The item is not available."},
}


@pytest.mark.parametrize("name", LISTS)
async def test_what_is_no_list_fails_its_customer_alone(name: str) -> None:
    async with lied_to("pc-both", **FRESH) as lied:
        before = await all_orders(lied)
        victim = before.rows[0].ref.parts[0]
        lied.liar.tell(rf"/customers/{victim}/orders\?", LISTS[name])
        after = await all_orders(lied)
        assert isinstance(after.notice, VendorBadAnswer)
        assert victim in after.notice.message
        assert after.total is None
        assert list(after.rows) == [one for one in before.rows if one.ref.parts[0] != victim]
        named = OrderFilter(customer_keys=(victim,))
        with pytest.raises(VendorBadAnswer):
            await lied.one.adapter.orders(named, None, 5, True)
        assert isinstance((await lied.read(ORDER, after.rows[0].ref))[after.rows[0].ref], Order)


@pytest.mark.parametrize("name", ["null", "a text", "no id", "an id that is a truth"])
async def test_a_customer_that_cannot_be_read_is_missed(name: str) -> None:
    async with lied_to("pc-both", **FRESH) as lied:
        lied.liar.tell(CUSTOMERS, items(lambda found: found.__setitem__(0, ROWS[name](found[0]))))
        step = await all_orders(lied)
        assert step.rows
        assert isinstance(step.notice, VendorBadAnswer)
        assert step.total is None
        assert await lied.one.adapter.count_orders(OrderFilter()) is None
        agreements = await lied.one.adapter.agreements(AgreementFilter(), None, 5, True)
        assert isinstance(agreements.notice, VendorBadAnswer)
        named = await lied.one.adapter.orders(OrderFilter(customer_keys=(step.rows[0].ref.parts[0],)), None, 5, True)
        assert named.notice is None


async def test_a_list_of_customers_that_goes_on_without_end_is_read_once_and_missed() -> None:
    async with lied_to("pc-both", **FRESH) as lied:
        first: list[Any] = []

        def again(body: Any) -> Any:
            first.append(body)
            return first[0] | {"continuationToken": "again"}

        lied.liar.tell(CUSTOMERS, again, even_if_refused=True)
        step = await all_orders(lied)
        assert step.rows
        assert isinstance(step.notice, VendorBadAnswer)
        assert sum("/customers?" in call for call in lied.liar.calls) == 2


ONES: dict[str, Lie] = {
    **ROWS,
    "nothing": lambda row: {},
    "a number": lambda row: 7,
    "another of the customer's": lambda row: row | {"id": "0123456789ab"},
    "an error within success": lambda row: {"code": "400072", "description": "no"},
}


@pytest.mark.parametrize("name", ONES)
async def test_an_order_that_cannot_be_it_is_a_bad_answer(name: str) -> None:
    async with lied_to("pc-both") as lied:
        before = (await all_orders(lied)).rows
        good, bad = before[0].ref, before[1].ref
        lied.liar.tell(rf"/orders/{bad.parts[1]}\?", ONES[name])
        answers = await lied.read(ORDER, good, bad)
        assert isinstance(answers[good], Order)
        assert isinstance(answers[bad], VendorBadAnswer)


async def test_an_order_s_number_in_capitals_is_the_same_number() -> None:
    async with lied_to("pc-both") as lied:
        ref = (await an_order(lied)).ref
        lied.liar.tell(rf"/orders/{ref.parts[1]}\?", lambda row: row | {"id": row["id"].upper()})
        order = (await lied.read(ORDER, ref))[ref]
        assert isinstance(order, Order)
        assert order.number == ref.parts[1].upper()


CARTS = ("null", "a list", "no id", "an id that is a truth", "lines that are no list", "a line that is null")


@pytest.mark.parametrize("name", [*CARTS, "another customer in its own link", "another of the customer's", "nothing"])
async def test_a_cart_that_cannot_be_it_is_a_bad_answer(name: str) -> None:
    async with lied_to("pc-both") as lied:
        ref = await cart(lied.one)
        lied.liar.tell(r"GET .*/carts/", ONES[name])
        assert isinstance((await lied.read(CART, ref))[ref], VendorBadAnswer)


async def some_subscriptions(lied: Lied) -> list[Ref]:
    """Of one customer."""
    orders = (await all_orders(lied)).rows
    refs = [one.ref for order in orders for one in order.subscriptions or ()]
    return list(dict.fromkeys(ref for ref in refs if ref.parts[0] == refs[0].parts[0]))


@pytest.mark.parametrize(
    "name",
    ["null", "a list", "no id", "nothing", "another of the customer's", "another customer in its own link"],
)
async def test_a_subscription_that_cannot_be_it_is_a_bad_answer(name: str) -> None:
    async with lied_to("pc-both") as lied:
        ref = (await some_subscriptions(lied))[0]
        lied.liar.tell(r"/subscriptions/", ONES[name])
        assert isinstance((await lied.read(SUBSCRIPTION, ref))[ref], VendorBadAnswer)


@pytest.mark.parametrize("name", ["null", "no id", "another customer in its own link"])
async def test_a_bad_row_among_subscriptions_leaves_open_who_is_missing(name: str) -> None:
    async with lied_to("pc-both") as lied:
        refs = await some_subscriptions(lied)
        assert len(refs) > 1
        spoilt: list[str] = []

        def spoil(found: list[Any]) -> None:
            place = next(n for n, row in enumerate(found) if row["id"] == refs[0].parts[1])
            spoilt.append(found[place]["id"])
            found[place] = ROWS[name](found[place])

        lied.liar.tell(r"/subscriptions$", items(spoil))
        answers = await lied.read(SUBSCRIPTION, *refs)
        assert spoilt == [refs[0].parts[1]]
        assert isinstance(answers[refs[0]], VendorBadAnswer)
        assert not any(isinstance(answers.get(ref), GatewayError) for ref in refs[1:])


async def an_order_with_files(lied: Lied) -> Order:
    order = await checked_out(lied.one, ACCESS)
    await do(lied.one, OrderActionKind.ADD_ATTACHMENTS, order)
    return order


@pytest.mark.parametrize("bad", [None, "file", {}, {"attachmentId": None}, {"attachmentId": {}}])
async def test_a_bad_file_of_an_order_is_told_and_the_others_can_be_had(bad: Any) -> None:
    async with lied_to("pc-both") as lied:
        order = await an_order_with_files(lied)
        place = OrderPlace(order.ref, None)
        (file,) = (await lied.read(ORDER_ATTACHMENTS, place))[place]  # type: ignore[misc]  # no error: it has one
        lied.liar.tell(r"/attachments$", items(lambda found: found.append(bad)))
        gone = order.ref.child(Kind.ATTACHMENT, "gone")
        answers = await lied.read(ATTACHMENT, file.ref, gone)
        assert answers[file.ref] == file
        assert isinstance(answers[gone], VendorBadAnswer)
        files = (await lied.read(ORDER_ATTACHMENTS, place))[place]
        assert isinstance(files, Partial)
        assert (files, files.omitted) == ((file,), 1)


@pytest.mark.parametrize("name", LISTS)
async def test_what_is_no_list_of_files_is_a_bad_answer(name: str) -> None:
    async with lied_to("pc-both") as lied:
        place = OrderPlace((await an_order_with_files(lied)).ref, None)
        lied.liar.tell(r"/attachments$", LISTS[name])
        assert isinstance((await lied.read(ORDER_ATTACHMENTS, place))[place], VendorBadAnswer)


@pytest.mark.parametrize("bad", [None, "terms", {}, {"templateId": []}])
async def test_a_bad_agreement_is_left_out_counted_and_leaves_open_who_is_missing(bad: Any) -> None:
    async with lied_to("pc-both", **FRESH) as lied:
        everything = await lied.one.adapter.agreements(AgreementFilter(), None, 500, True)
        there = everything.rows[0].ref
        gone = Ref(there.account, Kind.AGREEMENT, (there.parts[0], "0" * 32))
        lied.liar.tell(rf"/customers/{there.parts[0]}/agreements\?", items(lambda found: found.append(bad)))
        step = await lied.one.adapter.agreements(AgreementFilter(), None, 500, True)
        assert (step.rows, step.omitted) == (everything.rows, 1)
        answers = await lied.read(AGREEMENT, there, gone)
        assert answers[there] == everything.rows[0]
        assert isinstance(answers[gone], VendorBadAnswer)


@pytest.mark.parametrize("bad", [None, "line", {}, {"lineItemNumber": []}])
async def test_provisioning_that_cannot_be_read_is_a_bad_answer(bad: Any) -> None:
    async with lied_to("pc-both") as lied:
        ref = (await checked_out(lied.one, SERVER)).ref
        lied.liar.tell(r"/provisioningstatus$", items(lambda found: found.append(bad)))
        assert isinstance((await lied.read(PROVISIONING, ref))[ref], VendorBadAnswer)


async def test_a_name_that_cannot_be_read_is_absent_and_takes_no_other_along() -> None:
    async with lied_to("pc-both") as lied:
        orders = (await all_orders(lied)).rows
        keys = {order.customer.lookup for order in orders if order.customer and order.customer.lookup}
        names = await lied.read(PARTY, *keys)
        assert len(names) == len(keys)
    async with lied_to("pc-both") as lied:
        lied.liar.tell(CUSTOMERS, items(lambda found: found.__setitem__(0, {"id": 7, "companyProfile": []})))
        fewer = await lied.read(PARTY, *keys)
        assert 0 < len(fewer) <= len(names)
        assert fewer.items() <= names.items()


async def test_an_error_or_a_page_in_a_file_s_place_is_no_file() -> None:
    async with lied_to("pc-both") as lied:
        order = await an_order_with_files(lied)
        place = OrderPlace(order.ref, None)
        (file,) = (await lied.read(ORDER_ATTACHMENTS, place))[place]  # type: ignore[misc]  # no error: it has one
        for kind in ("ok_with_error", "html", "redirect", "garbage"):
            lied.one.sandbox.desks["partner_center"].add(Fault(kind, path="/attachment/"))
            with pytest.raises(VendorBadAnswer):
                async with lied.one.adapter.download(file):
                    pass


WRITES: dict[str, Lie] = {
    "nothing": lambda body: {},
    "null": lambda body: None,
    "a list": lambda body: [body],
    "no id": lambda body: body | {"id": None},
    "another customer in its own link": stranger_s,
}


@pytest.mark.parametrize("name", WRITES)
async def test_an_answer_to_a_cart_that_cannot_be_it_leaves_open_what_was_done(name: str) -> None:
    async with lied_to("pc-both") as lied:
        lied.liar.tell(r"POST .*/carts$", WRITES[name])
        written = await lied.one.run(CREATE_CART, CreateCart(customer_key=customer(lied.one), lines=(line(SERVER),)))
        assert written.state is WriteState.UNKNOWN
        assert not any(written.outcome.refs.values())


@pytest.mark.parametrize("name", [*WRITES, "another of the customer's"])
async def test_an_answer_to_a_cart_s_change_that_cannot_be_it_is_looked_up(name: str) -> None:
    async with lied_to("pc-both") as lied:
        ref = await cart(lied.one)
        await asyncio.sleep(TICK)
        lied.liar.tell(r"PUT .*/carts/", (ONES | WRITES)[name])
        change = UpdateCart(cart_id=ref, set_lines=(CartLinePatch(line_id=0, quantity=7),))
        assert ref_of(await done(lied.one, UPDATE_CART, change), "cart") == ref
        assert sum(call.startswith("PUT") for call in lied.liar.calls) == 1
        found = (await lied.read(CART, ref))[ref]
        assert isinstance(found, Cart)
        assert [one.quantity for one in found.lines] == [7]


CHECKOUTS: dict[str, Lie] = {
    "nothing": lambda body: {},
    "null": lambda body: None,
    "an order that is null": lambda body: body | {"orders": [None]},
    "orders that are no list": lambda body: body | {"orders": body["orders"][0]},
    "an order without an id": lambda body: body | {"orders": [body["orders"][0] | {"id": None}]},
    "another customer's order": lambda body: (
        body | {"orders": [body["orders"][0] | {"id": "0123456789ab", "referenceCustomerId": STRANGER}]}
    ),
    "errors that are no list": lambda body: body | {"orderErrors": "none"},
}


@pytest.mark.parametrize("name", CHECKOUTS)
async def test_an_answer_to_a_checkout_that_cannot_be_it_orders_nothing_twice_and_shows_nobody_s(name: str) -> None:
    async with lied_to("pc-both") as lied:
        ref = await cart(lied.one)
        there = {one["number"] for one in lied.one.emulator.orders()}
        lied.liar.tell(r"/checkout$", CHECKOUTS[name])
        written = await lied.one.run(CHECKOUT_CART, CheckoutCart(cart_id=ref))
        made = {one["number"] for one in lied.one.emulator.orders()} - there
        assert len(made) == 1
        assert written.state is WriteState.UNKNOWN
        assert written.outcome.refs.get("orders", ()) == ()
        assert {one.parts[1] for one in written.outcome.candidates} <= made


@pytest.mark.parametrize("name", [*WRITES, "another of the customer's"])
async def test_an_answer_to_a_cancellation_that_cannot_be_it_is_looked_up(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.vendors.partner_center.arrival.WAITS", (0.01,))
    async with lied_to("pc-both") as lied:
        order = await checked_out(lied.one, SERVER)
        lied.liar.calls.clear()
        lied.liar.tell(r"PATCH .*/orders/", (ONES | WRITES)[name])
        await do(lied.one, OrderActionKind.CANCEL, order)
        assert sum(call.startswith("PATCH") for call in lied.liar.calls) == 1


@pytest.mark.parametrize("body", [None, {}, [], {"items": [None]}, {"items": [{"attachmentId": None}]}])
async def test_an_answer_to_files_that_cannot_be_it_is_looked_up_and_none_is_sent_twice(body: Any) -> None:
    async with lied_to("pc-both") as lied:
        order = await checked_out(lied.one, ACCESS)
        lied.liar.tell(r"POST .*/attachment$", lambda _: body)
        await do(lied.one, OrderActionKind.ADD_ATTACHMENTS, order)
        assert sum(call.startswith("POST") and call.endswith("/attachment") for call in lied.liar.calls) == 1
