"""The Marketplace answers wrongly: what is bad is left out and told, the rest is kept, nobody sees another's things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import VendorBadAnswer, VendorRefused
from gateway.model.agreement import Agreement
from gateway.model.order import Attachment, Order, OrderStatus
from gateway.model.ref import Kind, Ref
from gateway.model.writing import OrderActionKind
from gateway.sandbox.control import Fault
from gateway.vendors.base import (
    AGREEMENT,
    AGREEMENT_ATTACHMENTS,
    ASSET,
    ATTACHMENT,
    ORDER,
    ORDER_ATTACHMENTS,
    SUBSCRIPTION,
    AgreementFilter,
    OrderFilter,
    OrderPlace,
    Step,
)
from gateway.vendors.commands import UpdateAttachment
from gateway.vendors.partial import Partial
from gateway.vendors.softwareone.reads import AGREEMENT_SPLIT, INSTRUCTIONS
from gateway.vendors.writes import UPDATE_ATTACHMENT
from tests.vendors.liar import Lie, Lied, lied_to
from tests.vendors.write_proofs import do, done, draft, new_attachment, some_order

pytestmark = pytest.mark.slow

ORDERS = r"/commerce/orders\?"
BY_ID = r"/commerce/orders\?.*in\(id"
AGREEMENTS = r"/commerce/agreements\?"
ATTACHMENTS = r"/attachments\?"
NAME = "swo-operations"
Change = Callable[[list[Any]], object]


async def step(lied: Lied, wanted: OrderFilter | None = None, after: Any = None, limit: int = 20) -> Step[Order]:
    return await lied.one.adapter.orders(wanted or OrderFilter(), after, limit, True)


def data(change: Change) -> Lie:
    """A list whose rows are changed in place."""

    def lie(body: Any) -> Any:
        if body["data"]:
            change(body["data"])
        return body

    return lie


def counted(total: Any) -> Lie:
    def lie(body: Any) -> Any:
        body["$meta"]["pagination"]["total"] = total
        return body

    return lie


ROWS: dict[str, Lie] = {
    "null": lambda row: None,
    "a text": lambda row: "order",
    "a list": lambda row: [row],
    "no id": lambda row: row | {"id": None},
    "an empty id": lambda row: row | {"id": ""},
    "an id that is an object": lambda row: row | {"id": {}},
    "an id that is a truth": lambda row: row | {"id": True},
    "lines that are no list": lambda row: row | {"lines": "none"},
    "a line where a list is due": lambda row: row | {"lines": {"id": "1"}},
    "a line that is null": lambda row: row | {"lines": [None]},
    "a line without an id": lambda row: row | {"lines": [{"item": {"id": "ITM-1"}}]},
}
UNDATED: dict[str, Lie] = {
    "no date": lambda row: row | {"audit": {}},
    "a date that is none": lambda row: row | {"audit": {"created": {"at": "yesterday"}}},
}


@pytest.mark.parametrize("name", [*ROWS, *UNDATED])
async def test_a_bad_row_of_a_list_is_left_out_and_counted(name: str) -> None:
    async with lied_to(NAME) as lied:
        before = (await step(lied)).rows
        lie = (ROWS | UNDATED)[name]
        lied.liar.tell(ORDERS, data(lambda found: found.__setitem__(1, lie(found[1]))))
        after = await step(lied)
        assert after.omitted == 1
        assert list(after.rows) == [before[0], *before[2:]]


async def test_a_list_that_repeats_a_row_shows_it_once_and_says_so() -> None:
    async with lied_to(NAME) as lied:
        before = (await step(lied)).rows
        lied.liar.tell(ORDERS, data(lambda found: found.__setitem__(1, found[0])))
        after = await step(lied)
        assert list(after.rows) == [before[0], *before[2:]]
        assert isinstance(after.notice, VendorBadAnswer)


async def test_a_row_of_the_page_before_is_left_out_and_told() -> None:
    async with lied_to(NAME) as lied:
        first = await step(lied)
        honest = await step(lied, after=first.resume)
        old: list[Any] = []
        lied.liar.tell(ORDERS, data(lambda found: found.insert(0, old[0]) if old else old.append(found[0])))
        await step(lied)
        second = await step(lied, after=first.resume)
        assert list(second.rows) == list(honest.rows[: len(second.rows)])
        assert len(second.rows) >= len(honest.rows) - 1
        assert isinstance(second.notice, VendorBadAnswer)


async def test_a_page_out_of_order_with_more_behind_it_is_told() -> None:
    async with lied_to(NAME) as lied:
        lied.liar.tell(ORDERS, data(lambda found: found.reverse()))
        after = await step(lied)
        assert isinstance(after.notice, VendorBadAnswer)
        dates = [one.created_at for one in after.rows if one.created_at]
        assert dates == sorted(dates, reverse=True)


async def a_licensee(lied: Lied) -> str:
    return next(one.customer.key for one in (await step(lied)).rows if one.customer)


@pytest.mark.parametrize("licensee", [{"id": "LCE-0000-0000-0000"}, None, {}, "LCE"])
async def test_an_order_of_another_licensee_is_dropped_and_told(licensee: Any) -> None:
    async with lied_to(NAME) as lied:
        wanted = OrderFilter(customer_keys=(await a_licensee(lied),))
        before = (await step(lied, wanted)).rows
        lied.liar.tell(ORDERS, data(lambda found: found[0].update(licensee=licensee)))
        after = await step(lied, wanted)
        assert isinstance(after.notice, VendorBadAnswer)
        assert list(after.rows) == list(before[1:])


async def test_an_agreement_of_another_licensee_is_dropped_and_told() -> None:
    async with lied_to(NAME) as lied:
        everything = (await lied.one.adapter.agreements(AgreementFilter(), None, 50, True)).rows
        ((key, _),) = Counter(one.customer.key for one in everything if one.customer).most_common(1)
        wanted = AgreementFilter(customer_keys=(key,))
        before = (await lied.one.adapter.agreements(wanted, None, 20, True)).rows
        assert len(before) > 1
        lied.liar.tell(AGREEMENTS, data(lambda found: found[0].update(licensee={"id": "LCE-0000-0000-0000"})))
        after = await lied.one.adapter.agreements(wanted, None, 20, True)
        assert isinstance(after.notice, VendorBadAnswer)
        assert list(after.rows) == list(before[1:])


@pytest.mark.parametrize("status", ["Processing", "Deleted", "Whatever"])
async def test_an_order_of_another_status_is_dropped_and_told(status: str) -> None:
    async with lied_to(NAME) as lied:
        wanted = OrderFilter(statuses=(OrderStatus.COMPLETED,))
        before = (await step(lied, wanted)).rows
        lied.liar.tell(ORDERS, data(lambda found: found[0].update(status=status)))
        after = await step(lied, wanted)
        assert isinstance(after.notice, VendorBadAnswer)
        assert list(after.rows) == list(before[1:])


async def test_an_order_of_another_agreement_is_dropped_and_told() -> None:
    async with lied_to(NAME) as lied:
        order = next(one for one in (await step(lied)).rows if one.agreement)
        assert order.agreement is not None
        wanted = OrderFilter(agreement=order.agreement.ref)
        before = (await step(lied, wanted)).rows
        assert len(before) > 1
        lied.liar.tell(ORDERS, data(lambda found: found[0].update(agreement={"id": "AGR-0000-0000-0000"})))
        after = await step(lied, wanted)
        assert isinstance(after.notice, VendorBadAnswer)
        assert list(after.rows) == list(before[1:])


async def test_a_filter_that_is_ignored_altogether_is_a_bad_answer() -> None:
    async with lied_to(NAME) as lied:
        wanted = OrderFilter(customer_keys=(await a_licensee(lied),))
        lied.liar.tell(ORDERS, data(lambda found: [row.update(licensee={"id": "LCE-0"}) for row in found]))
        with pytest.raises(VendorBadAnswer):
            await step(lied, wanted)


async def walked(lied: Lied) -> tuple[list[Order], list[Step[Order]]]:
    """As a list would: until it ends or fails, within bounds."""
    steps: list[Step[Order]] = []
    place = None
    for _ in range(60):
        try:
            steps.append(await step(lied, None, place, 50))
        except VendorBadAnswer as error:
            steps.append(Step(rows=(), resume=None, notice=error))
        place = steps[-1].resume
        if place is None:
            return [order for one in steps for order in one.rows], steps
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("total", [0, 1, -1, 49, "many", 10**30, 10**6, [], 1.5, True])
async def test_a_total_that_lies_is_told_and_loses_no_row(total: Any) -> None:
    async with lied_to(NAME) as lied:
        before, _ = await walked(lied)
        assert len(before) > 60
        lied.liar.tell(ORDERS, counted(total))
        after, steps = await walked(lied)
        assert after == before
        assert any(isinstance(one.notice, VendorBadAnswer) for one in steps)


@pytest.mark.parametrize("total", [-1, "many", 10**30, [], 1.5, True])
async def test_a_count_that_is_none_is_a_bad_answer(total: Any) -> None:
    async with lied_to(NAME) as lied:
        lied.liar.tell(ORDERS, counted(total))
        with pytest.raises(VendorBadAnswer):
            await lied.one.adapter.count_orders(OrderFilter())


LISTS: dict[str, Lie] = {
    "null": lambda body: None,
    "nothing": lambda body: {},
    "a bare list": lambda body: body["data"],
    "a text": lambda body: "list",
    "null for rows": lambda body: body | {"data": None},
    "a text for rows": lambda body: body | {"data": "none"},
    "a single row for rows": lambda body: body | {"data": body["data"][0]},
    "a problem": lambda body: {"type": "https://x/#CODE", "status": 400, "title": "Bad Request"},
    "a problem without a status": lambda body: {"title": "Bad Request", "traceId": "00-1"},
}


@pytest.mark.parametrize("name", LISTS)
async def test_what_is_no_list_is_a_bad_answer(name: str) -> None:
    async with lied_to(NAME) as lied:
        ref = (await step(lied)).rows[0].ref
        lied.liar.tell(ORDERS, LISTS[name])
        problem = name == "a problem"  # it says 400 itself, so it is the vendor's refusal
        with pytest.raises(VendorRefused if problem else VendorBadAnswer):
            await step(lied)
        assert isinstance((await lied.read(ORDER, ref))[ref], VendorRefused if problem else VendorBadAnswer)


@pytest.mark.parametrize("name", ROWS)
async def test_a_bad_row_of_a_batch_takes_no_other_along_and_is_not_called_missing(name: str) -> None:
    async with lied_to(NAME) as lied:
        refs = [one.ref for one in (await step(lied)).rows[:3]]

        def spoil(found: list[Any]) -> None:
            place = next(n for n, row in enumerate(found) if row["id"] == refs[0].parts[0])
            found[place] = ROWS[name](found[place])

        lied.liar.tell(BY_ID, data(spoil))
        answers = await lied.read(ORDER, *refs)
        assert isinstance(answers[refs[0]], VendorBadAnswer)
        assert [answers[ref].ref for ref in refs[1:]] == refs[1:]  # type: ignore[union-attr]  # or the test fails


async def test_an_order_that_nobody_asked_for_is_shown_to_nobody() -> None:
    async with lied_to(NAME) as lied:
        refs = [one.ref for one in (await step(lied)).rows[:2]]
        lied.liar.tell(BY_ID, data(lambda found: found[0].update(id=refs[1].parts[0])))
        answers = await lied.read(ORDER, refs[0])
        assert isinstance(answers[refs[0]], VendorBadAnswer)
        assert len(answers) == 1


async def test_a_batch_that_loses_a_row_calls_nothing_missing_and_one_that_is_sure_does() -> None:
    async with lied_to(NAME) as lied:
        refs = [one.ref for one in (await step(lied)).rows[:3]]
        gone = Ref(NAME, Kind.ORDER, ("ORD-0000-0000-0000",))
        assert gone not in await lied.read(ORDER, *refs, gone)
        lied.liar.tell(BY_ID, data(lambda found: found.pop()))
        answers = await lied.read(ORDER, *refs, gone)
        assert isinstance(answers[gone], VendorBadAnswer)
        assert sum(isinstance(answers[ref], Order) for ref in refs) == 2


async def test_a_row_twice_in_a_batch_is_one_and_hides_no_other() -> None:
    async with lied_to(NAME) as lied:
        refs = [one.ref for one in (await step(lied)).rows[:3]]
        lied.liar.tell(BY_ID, data(lambda found: found.append(found[0])))
        answers = await lied.read(ORDER, *refs)
        assert [answers[ref].ref for ref in refs] == refs  # type: ignore[union-attr]  # or the test fails


@pytest.mark.parametrize("name", ["null", "no id", "lines that are no list", "a line that is null"])
async def test_an_agreement_that_cannot_be_read_is_a_bad_answer(name: str) -> None:
    async with lied_to(NAME) as lied:
        refs = [one.ref for one in (await lied.one.adapter.agreements(AgreementFilter(), None, 2, True)).rows]

        def spoil(found: list[Any]) -> None:
            place = next(n for n, row in enumerate(found) if row["id"] == refs[0].parts[0])
            found[place] = ROWS[name](found[place])

        lied.liar.tell(AGREEMENTS, data(spoil))
        answers = await lied.read(AGREEMENT, *refs)
        assert isinstance(answers[refs[0]], VendorBadAnswer)
        assert isinstance(answers[refs[1]], Agreement)


@pytest.mark.parametrize(("read", "kind", "route"), [(SUBSCRIPTION, "subscriptions", "s"), (ASSET, "assets", "a")])
async def test_a_subscription_or_asset_of_another_id_is_shown_to_nobody(read: Any, kind: str, route: str) -> None:
    async with lied_to(NAME) as lied:
        everything = await lied.one.orders()
        refs = [one.ref for order in everything for one in getattr(order, kind) or () if one.vendor_status != "Draft"]
        lied.liar.tell(rf"/commerce/{kind}\?", data(lambda found: found[0].update(id="XXX-1")))
        assert isinstance((await lied.read(read, refs[0]))[refs[0]], VendorBadAnswer)


async def attached(lied: Lied) -> tuple[OrderPlace, tuple[Attachment, ...]]:
    order = await some_order(lied.one, OrderActionKind.ADD_ATTACHMENTS)
    await do(lied.one, OrderActionKind.ADD_ATTACHMENTS, order)
    assert order.agreement is not None
    place = OrderPlace(order.ref, order.agreement.ref)
    files = (await lied.read(ORDER_ATTACHMENTS, place))[place]
    assert isinstance(files, tuple)
    return place, files


@pytest.mark.parametrize("bad", [None, "file", {}, {"id": {}}, {"id": "ATT-1", "agreement": {"id": "AGR-0"}}])
async def test_a_bad_file_is_told_and_the_others_can_be_had(bad: Any) -> None:
    async with lied_to(NAME) as lied:
        place, files = await attached(lied)
        assert place.agreement is not None

        def one_more(body: Any) -> Any:
            body["$meta"]["pagination"]["total"] += 1
            return body | {"data": [*body["data"], bad]}

        lied.liar.tell(ATTACHMENTS, one_more)
        told = (await lied.read(ORDER_ATTACHMENTS, place))[place]
        assert isinstance(told, Partial)
        assert (told, told.omitted) == (files, 1)
        every = (await lied.read(AGREEMENT_ATTACHMENTS, place.agreement))[place.agreement]
        assert isinstance(every, Partial)
        assert every.omitted == 1
        gone = place.agreement.child(Kind.ATTACHMENT, "ATT-0")
        answers = await lied.read(ATTACHMENT, files[0].ref, gone)
        assert answers[files[0].ref] == files[0]
        assert isinstance(answers[gone], VendorBadAnswer)


async def test_a_collection_that_repeats_itself_is_given_up_and_what_it_gave_is_kept() -> None:
    async with lied_to(NAME) as lied:
        place, files = await attached(lied)
        lied.liar.calls.clear()
        first: list[Any] = []

        def again(body: Any) -> Any:
            first.append(body["data"])
            body["$meta"]["pagination"] |= {"total": 10**6, "limit": len(first[0])}
            return body | {"data": first[0]}

        lied.liar.tell(ATTACHMENTS, again)
        told = (await lied.read(ORDER_ATTACHMENTS, place))[place]
        assert isinstance(told, Partial)
        assert told == files
        assert told.omitted
        assert len(lied.liar.calls) == 2


async def test_a_collection_that_loses_rows_between_pages_is_told() -> None:
    async with lied_to(NAME) as lied:
        place, files = await attached(lied)
        lied.liar.tell(ATTACHMENTS, data(lambda found: found.pop(0)))
        told = (await lied.read(ORDER_ATTACHMENTS, place))[place]
        assert isinstance(told, Partial)
        assert set(told) <= set(files)
        assert told.omitted


@pytest.mark.parametrize("body", [None, {}, [], "x", {"allocations": "none"}, {"allocations": [None]}])
async def test_a_split_that_is_none_is_a_bad_answer(body: Any) -> None:
    async with lied_to(NAME) as lied:
        refs = [one.ref for one in (await lied.one.adapter.agreements(AgreementFilter(), None, 1, True)).rows]
        lied.liar.tell(r"/split$", lambda _: body, even_if_refused=True)
        assert isinstance((await lied.read(AGREEMENT_SPLIT, refs[0]))[refs[0]], VendorBadAnswer)


@pytest.mark.parametrize("body", [None, {}, [], 7, {"html": "<p>"}])
async def test_instructions_that_are_no_text_are_a_bad_answer(body: Any) -> None:
    async with lied_to(NAME) as lied:
        ref = (await step(lied)).rows[0].ref
        lied.liar.tell(r"/render$", lambda _: body, even_if_refused=True)
        assert isinstance((await lied.read(INSTRUCTIONS, ref))[ref], VendorBadAnswer)


@pytest.mark.parametrize("kind", ["ok_with_error", "html", "garbage"])
async def test_an_error_or_a_page_in_a_file_s_place_is_no_file(kind: str) -> None:
    async with lied_to(NAME) as lied:
        _, files = await attached(lied)
        lied.one.sandbox.desks["softwareone"].add(Fault(kind, path=r"/attachments/"))
        file = next(one for one in files if one.file_name)
        with pytest.raises((VendorBadAnswer, VendorRefused)):
            async with lied.one.adapter.download(file):
                pass


async def test_a_row_that_lies_about_its_date_does_not_take_those_in_between_along() -> None:
    async with lied_to(NAME) as lied:
        before, _ = await walked(lied)
        victim = before[7].number

        def lie(found: list[Any]) -> None:
            for row in found:
                if row["id"] == victim:
                    row["audit"]["created"]["at"] = "2001-01-01T00:00:00.000Z"

        lied.liar.tell(ORDERS, data(lie))
        after, steps = await walked(lied)
        assert [one.number for one in after if one.number != victim] == [
            one.number for one in before if one.number != victim
        ]
        assert any(isinstance(one.notice, VendorBadAnswer) for one in steps)


WRITES: dict[str, Lie] = {
    "nothing": lambda body: {},
    "a list": lambda body: [body],
    "a truth": lambda body: True,
    "no id": lambda body: body | {"id": None},
    "another order": lambda body: body | {"id": "ORD-0000-0000-0000", "externalIds": {"client": "theirs"}},
}


@pytest.mark.parametrize("name", WRITES)
async def test_an_answer_to_a_create_that_is_not_about_it_is_looked_for(name: str) -> None:
    async with lied_to("swo-client") as lied:
        there = len(lied.one.emulator.orders())
        lied.liar.tell(r"POST .*/commerce/orders$", WRITES[name])
        order = await draft(lied.one)
        assert order.number != "ORD-0000-0000-0000"
        assert len(lied.one.emulator.orders()) == there + 1
        assert sum(call.startswith("POST") for call in lied.liar.calls) == 1


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("kind", [OrderActionKind.UPDATE, OrderActionKind.SUBMIT])
async def test_an_answer_to_a_change_that_is_not_about_it_is_looked_up_and_the_change_made_once(
    name: str, kind: OrderActionKind
) -> None:
    async with lied_to("swo-client") as lied:
        order = await draft(lied.one)
        lied.liar.tell(r"(PUT|POST) .*/commerce/orders/", WRITES[name])
        lied.liar.calls.clear()
        await do(lied.one, kind, order)
        assert sum(not call.startswith("GET") for call in lied.liar.calls) == 1
        assert lied.liar.calls[-1].startswith("GET")


@pytest.mark.parametrize("name", ["nothing", "another order"])
async def test_an_answer_to_a_renamed_file_that_is_not_about_it_is_looked_up(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.vendors.softwareone.attachment_writes.PAUSES", (0, 0.01))
    async with lied_to(NAME) as lied:
        ref = await new_attachment(lied.one)
        lied.liar.tell(r"PUT .*/attachments/", WRITES[name])
        lied.liar.calls.clear()
        await done(lied.one, UPDATE_ATTACHMENT, UpdateAttachment(attachment_id=ref, name="Another name"))
        assert [call.partition(" ")[0] for call in lied.liar.calls] == ["PUT", "GET"]
