"""Sellercloud answers wrongly: what is bad is left out and told, the rest is kept, nobody sees another's things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import VendorBadAnswer
from gateway.model.order import Order, OrderDetail
from gateway.model.ref import Kind, Ref
from gateway.vendors.base import ORDER, ORDER_DETAIL, PARTY, OrderFilter, Step
from gateway.vendors.sellercloud.details import SellercloudDetail
from gateway.vendors.sellercloud.reads import SHIPMENTS, VENDOR
from tests.vendors.liar import Lie, Lied, lied_to
from tests.vendors.write_proofs import stock_order

pytestmark = pytest.mark.slow

LIST = r"GET /sellercloud/rest/api/PurchaseOrders\?"
BY_ID = r"/PurchaseOrders\?.*pOIds"
ONE = r"GET .*/PurchaseOrders/\d+$"
Change = Callable[[list[Any]], object]


async def step(lied: Lied, wanted: OrderFilter | None = None) -> Step[Order]:
    return await lied.one.adapter.orders(wanted or OrderFilter(), None, 20, True)


async def some(lied: Lied) -> list[Order]:
    return list((await step(lied)).rows)


def rows(change: Change) -> Lie:
    """A list whose rows are changed in place."""

    def lie(body: Any) -> Any:
        change(body["Items"])
        return body

    return lie


ROWS: dict[str, Lie] = {
    "null": lambda row: None,
    "a text": lambda row: "order",
    "a list": lambda row: [row],
    "no id": lambda row: row | {"ID": None},
    "an id of zero": lambda row: row | {"ID": 0},
    "a negative id": lambda row: row | {"ID": -row["ID"]},
    "a huge id": lambda row: row | {"ID": 10**30},
    "an id that is an object": lambda row: row | {"ID": {}},
    "no date": lambda row: row | {"CreatedOn": None},
    "a date that is none": lambda row: row | {"CreatedOn": "yesterday"},
    "lines that are no list": lambda row: row | {"Items": "none"},
    "a line where a list is due": lambda row: row | {"Items": {"ID": 1, "SKU": "A"}},
    "a line that is null": lambda row: row | {"Items": [None]},
    "a line without an id": lambda row: row | {"Items": [{"SKU": "A"}]},
}


@pytest.mark.parametrize("name", ROWS)
async def test_a_bad_row_of_a_list_is_left_out_and_counted(name: str) -> None:
    async with lied_to("sellercloud") as lied:
        before = await some(lied)
        victim = int(before[1].number)

        def spoil(found: list[Any]) -> None:
            for place, row in enumerate(found):
                if row["ID"] == victim:
                    found[place] = ROWS[name](row)

        lied.liar.tell(LIST, rows(spoil))
        after = await step(lied)
        assert (after.omitted, after.total) == (1, None)
        assert [one for one in before if one.number != str(victim)] == list(after.rows)[: len(before) - 1]


async def test_an_order_in_other_words_twice_is_shown_once() -> None:
    async with lied_to("sellercloud") as lied:
        before = await some(lied)
        lied.liar.tell(LIST, rows(lambda found: found.append(found[0] | {"PurchaseTitle": "again"})))
        after = await step(lied)
        numbers = [one.number for one in after.rows]
        assert sorted(numbers) == sorted(set(numbers))
        assert numbers[:5] == [one.number for one in before][:5]


async def test_an_order_of_another_company_is_dropped_and_told() -> None:
    async with lied_to("sellercloud") as lied:
        wanted = OrderFilter(customer_keys=("163",))
        before = (await step(lied, wanted)).rows
        lied.liar.tell(LIST, rows(lambda found: found[0].update(CompanyID=999)))
        after = await step(lied, wanted)
        assert isinstance(after.notice, VendorBadAnswer)
        assert after.total is None
        assert {one.customer.key for one in after.rows if one.customer} == {"163"}
        assert [one.number for one in after.rows][:5] == [one.number for one in before][1:6]


@pytest.mark.parametrize("total", [None, -1, "many", 10**30, [], 1.5, True])
async def test_a_list_that_does_not_tell_its_length_is_a_bad_answer(total: Any) -> None:
    async with lied_to("sellercloud") as lied:
        lied.liar.tell(LIST, lambda body: body | {"TotalResults": total})
        with pytest.raises(VendorBadAnswer):
            await step(lied)
        with pytest.raises(VendorBadAnswer):
            await lied.one.adapter.count_orders(OrderFilter())


async def test_a_length_as_text_is_a_length() -> None:
    async with lied_to("sellercloud") as lied:
        lied.liar.tell(LIST, lambda body: body | {"TotalResults": str(body["TotalResults"])})
        assert await lied.one.adapter.count_orders(OrderFilter()) == len(lied.one.emulator.orders())
        assert (await step(lied)).notice is None


async def test_a_length_that_is_too_great_is_told_and_costs_a_bounded_number_of_calls() -> None:
    async with lied_to("sellercloud") as lied:
        before = await some(lied)
        lied.liar.calls.clear()
        lied.liar.tell(LIST, lambda body: body | {"TotalResults": 2_000_000_000})
        after = await step(lied)
        assert isinstance(after.notice, VendorBadAnswer)
        assert after.total is None
        assert set(after.rows) <= set(before)
        assert len(lied.liar.calls) <= 60


@pytest.mark.parametrize("total", [0, 1, 10])
async def test_a_length_that_is_less_than_what_is_there_is_told(total: int) -> None:
    async with lied_to("sellercloud") as lied:
        before = await some(lied)
        lied.liar.tell(LIST, lambda body: body | {"TotalResults": total})
        after = await step(lied)
        assert isinstance(after.notice, VendorBadAnswer)
        assert after.total is None
        assert list(after.rows[: len(before)]) == before


async def test_a_count_of_none_beside_a_row_is_a_bad_answer() -> None:
    async with lied_to("sellercloud") as lied:
        lied.liar.tell(LIST, lambda body: body | {"TotalResults": 0})
        with pytest.raises(VendorBadAnswer):
            await lied.one.adapter.count_orders(OrderFilter())


LISTS: dict[str, Lie] = {
    "null": lambda body: None,
    "nothing": lambda body: {},
    "a bare list": lambda body: body["Items"],
    "a text": lambda body: "list",
    "a text for rows": lambda body: body | {"Items": "none"},
    "a single row for rows": lambda body: body | {"Items": body["Items"][0]},
    "an empty object for rows": lambda body: {"Items": {}, "TotalResults": 0},
    "a message": lambda body: {"Message": "An error has occurred."},
}


@pytest.mark.parametrize("name", LISTS)
async def test_what_is_no_list_is_a_bad_answer(name: str) -> None:
    async with lied_to("sellercloud") as lied:
        ref = (await some(lied))[0].ref
        lied.liar.tell(LIST, LISTS[name])
        with pytest.raises(VendorBadAnswer):
            await step(lied)
        assert isinstance((await lied.read(ORDER, ref))[ref], VendorBadAnswer)


async def test_rows_that_are_null_but_counted_are_lost_and_told() -> None:
    async with lied_to("sellercloud") as lied:
        ref = (await some(lied))[0].ref
        lied.liar.tell(LIST, lambda body: body | {"Items": None})
        found = await step(lied)
        assert found.rows == ()
        assert isinstance(found.notice, VendorBadAnswer)
        assert isinstance((await lied.read(ORDER, ref))[ref], VendorBadAnswer)


@pytest.mark.parametrize("name", ROWS)
async def test_a_bad_row_of_a_batch_takes_no_other_along_and_is_not_called_missing(name: str) -> None:
    async with lied_to("sellercloud") as lied:
        refs = [one.ref for one in (await some(lied))[:3]]

        def spoil(found: list[Any]) -> None:
            place = next(n for n, row in enumerate(found) if str(row["ID"]) == refs[0].parts[0])
            found[place] = ROWS[name](found[place])

        lied.liar.tell(BY_ID, rows(spoil))
        answers = await lied.read(ORDER, *refs)
        if "date" not in name:  # an order by its id needs none
            assert isinstance(answers[refs[0]], VendorBadAnswer)
        assert [answers[ref].ref for ref in refs[1:]] == refs[1:]  # type: ignore[union-attr]  # or the test fails


async def test_an_order_that_nobody_asked_for_is_shown_to_nobody() -> None:
    async with lied_to("sellercloud") as lied:
        orders = await some(lied)
        asked, other = orders[0].ref, orders[1]
        lied.liar.tell(BY_ID, rows(lambda found: found[0].update(ID=int(other.number))))
        answers = await lied.read(ORDER, asked)
        assert isinstance(answers[asked], VendorBadAnswer)
        assert len(answers) == 1


DETAILS: dict[str, Lie] = {
    "null": lambda body: None,
    "nothing": lambda body: {},
    "a list": lambda body: [body],
    "a text": lambda body: "detail",
    "no purchase": lambda body: body | {"Purchase": None},
    "another purchase": lambda body: body | {"Purchase": body["Purchase"] | {"POId": 1}},
    "a message": lambda body: {"Message": "An error has occurred."},
}


@pytest.mark.parametrize("name", DETAILS)
async def test_a_detail_that_cannot_be_it_is_a_bad_answer(name: str) -> None:
    async with lied_to("sellercloud") as lied:
        refs = [one.ref for one in (await some(lied))[:2]]
        lied.liar.tell(rf"/PurchaseOrders/{refs[0].parts[0]}$", DETAILS[name])
        answers = await lied.read(ORDER_DETAIL, *refs)
        assert isinstance(answers[refs[0]], VendorBadAnswer)
        assert isinstance(answers[refs[1]], OrderDetail)


@pytest.mark.parametrize("rows_", ["none", [None], [{"SKU": "A"}], [{"ID": 1, "PurchaseID": 1}]])
async def test_a_detail_s_own_lines_that_cannot_be_read_are_asked_for_by_themselves(rows_: Any) -> None:
    async with lied_to("sellercloud") as lied:
        ref = (await some(lied))[0].ref
        truth = (await lied.read(ORDER_DETAIL, ref))[ref]
        lied.liar.tell(ONE, lambda body: body | {"Items": rows_})
        lied.liar.calls.clear()
        told = (await lied.read(ORDER_DETAIL, ref))[ref]
        assert isinstance(truth, OrderDetail)
        assert isinstance(told, OrderDetail)
        assert isinstance(truth.details, SellercloudDetail)
        assert isinstance(told.details, SellercloudDetail)
        assert told.details.lines.keys() == truth.details.lines.keys()
        assert len(lied.liar.calls) == 2


@pytest.mark.parametrize("rows_", ["none", {"ID": 1}, [None], ["x"], [{"SKU": "A"}], [{"ID": 1, "PurchaseID": 1}]])
async def test_lines_that_cannot_be_the_order_s_are_a_bad_answer(rows_: Any) -> None:
    async with lied_to("sellercloud") as lied:
        ref = (await some(lied))[0].ref
        lied.one.emulator.settings.items_in_detail = False
        lied.liar.tell(rf"/PurchaseOrders/{ref.parts[0]}/Items", lambda body: body | {"Items": rows_})
        assert isinstance((await lied.read(ORDER_DETAIL, ref))[ref], VendorBadAnswer)


@pytest.mark.parametrize("body", [None, [], "x", {}, {"TrackingNumbers": "none"}, {"TrackingNumbers": [None]}])
async def test_tracking_numbers_that_cannot_be_read_are_a_bad_answer(body: Any) -> None:
    async with lied_to("sellercloud") as lied:
        lied.one.emulator.settings.multiple_tracking_numbers = True
        ref = (await some(lied))[0].ref
        lied.liar.tell("/TrackingNumber/Multiple", lambda _: body)
        assert isinstance((await lied.read(SHIPMENTS, ref))[ref], VendorBadAnswer)


def entry(table: str, key: object) -> Ref:
    return Ref("sellercloud", Kind.REFERENCE, (table, str(key)))


@pytest.mark.parametrize("lie", [*LISTS.values()], ids=[*LISTS])
async def test_what_is_no_table_of_names_is_a_bad_answer(lie: Lie) -> None:
    async with lied_to("sellercloud") as lied:
        lied.liar.tell(r"/Vendors\?", lie)
        key = entry("suppliers", 812)
        assert isinstance((await lied.read(PARTY, key))[key], VendorBadAnswer)


@pytest.mark.parametrize("total", [10**9, 0])
async def test_a_table_whose_length_lies_still_has_its_names_in_a_bounded_number_of_calls(total: int) -> None:
    async with lied_to("sellercloud") as lied:
        lied.liar.tell(r"/Vendors\?", lambda body: body | {"TotalResults": total})
        key = entry("suppliers", 812)
        assert key in await lied.read(PARTY, key)
        assert len(lied.liar.calls) <= 12


@pytest.mark.parametrize("body", [None, {}, [], {"ID": 813, "Name": "Another"}, {"ID": "x"}])
async def test_a_supplier_that_cannot_be_it_is_a_bad_answer(body: Any) -> None:
    async with lied_to("sellercloud") as lied:
        lied.liar.tell(r"/Vendors/812$", lambda _: body)
        key = entry("suppliers", 812)
        assert isinstance((await lied.read(VENDOR, key))[key], VendorBadAnswer)


@pytest.mark.parametrize("body", [None, {}, [], True, "x", 1.5, {"Id": None}, {"Id": {}}, {"Id": -1}, {"Id": 10**30}])
async def test_an_answer_to_a_create_that_names_no_order_is_looked_for_and_nothing_made_twice(body: Any) -> None:
    async with lied_to("sellercloud") as lied:
        there = len(lied.one.emulator.orders())
        lied.liar.tell(r"POST .*/PurchaseOrders$", lambda _: body)
        await stock_order(lied.one)
        assert len(lied.one.emulator.orders()) == there + 1
        assert sum(call.startswith("POST") for call in lied.liar.calls) == 1
