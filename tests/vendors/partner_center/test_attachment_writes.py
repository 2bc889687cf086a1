"""Purchase order documents sent to the emulator: once, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.errors import GatewayError, StoreUnavailable, Throttled, VendorDenied
from gateway.model.files import UploadLimits
from gateway.model.order import Attachment, AttachmentKind, DocumentState
from gateway.model.ref import Kind, Ref
from gateway.model.writing import UserErrorCode, WriteState
from gateway.sandbox.partner_center.records import Order
from gateway.store.ledger import Held, SqliteLedger
from gateway.vendors.base import ATTACHMENT, ORDER, OrderFilter
from gateway.vendors.commands import AddAttachments, Amount, AttachmentFile, PurchaseOrderMetadata
from gateway.vendors.partner_center import attachment_writes
from gateway.vendors.partner_center.api import Api
from gateway.vendors.writes import ADD_ATTACHMENTS
from tests.vendors.partner_center.clerk import Clerk, becomes, clerk

POST = "POST /v1/customers/*/orders/*/attachment"
LIST = "GET /v1/customers/*/orders/*/attachments"
READ = "GET /v1/customers/*/orders/*"
UPLOAD = r"/attachment$"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment_writes, "WAITS", (0.02, 0.04, 0.08))


def waiting(one: Clerk) -> Order:
    return one.order(status="pending_po_upload")


async def command(one: Clerk, order: Order | Ref, *names: str, **metadata: Any) -> AddAttachments:
    """One purchase order file, or those named; a name with "Tender" in it is a tender."""
    files = []
    for number, name in enumerate(names or ("order.pdf",)):
        kind = AttachmentKind.TENDER if "Tender" in name else AttachmentKind.PURCHASE_ORDER
        files.append(AttachmentFile(kind=kind, file=await one.file(b"%PDF-1.7 " + b"x" * 1500 * number, name)))
    price = Amount(amount=Decimal("156.87"), currency="CAD")
    tender = any(file.kind is AttachmentKind.TENDER for file in files)
    known = PurchaseOrderMetadata(**{"customer_price": price, "part_of_tender": tender, **metadata})
    ref = order if isinstance(order, Ref) else one.ref(order)
    return AddAttachments(parent_id=ref, files=tuple(files), purchase_order=known)


async def test_files_are_sent_in_one_call_and_come_back_in_the_inputs_order() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order, "Tender.pdf", "PO 2 größe.pdf", "PO 1.pdf")
        written = await one.run(ADD_ATTACHMENTS, given)
        assert (written.state, written.user_errors, written.replayed) == (WriteState.DONE, (), False)
        assert one.calls() == {READ: 1, LIST: 1, POST: 1}
        kept = {file.file_name: file for file in order.attachments}
        assert list(kept) == ["Tender.pdf", "PO 2 größe.pdf", "PO 1.pdf"]
        assert [file.kind for file in order.attachments] == ["TenderAttachment", "POAttachment", "POAttachment"]
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [file.id for file in kept.values()]
        assert written.outcome.refs["order"] == (one.ref(order),)
        assert [(p.read, p.key) for p in one.primed] == [
            (ATTACHMENT, ref) for ref in written.outcome.refs["attachments"]
        ]
        batch = one.office.adapter.reads.get(ATTACHMENT)
        assert batch is not None
        read = await batch([p.key for p in one.primed])
        assert [p.value for p in one.primed] == list(read.values())


async def test_the_order_has_its_documents_submitted_afterwards() -> None:
    async with clerk() as one:
        ref = one.ref(waiting(one))
        batch = one.office.adapter.reads.get(ORDER)
        assert batch is not None
        states = []
        for _ in range(2):
            order: Any = (await batch([ref]))[ref]
            states.append(order.documents.state)
            if len(states) == 1:
                await one.run(ADD_ATTACHMENTS, await command(one, ref))
        assert states == [DocumentState.REQUIRED, DocumentState.SUBMITTED]


async def test_a_repeat_with_the_key_tells_the_same_and_calls_nobody() -> None:
    async with clerk() as one:
        given = await command(one, waiting(one))
        first = await one.run(ADD_ATTACHMENTS, given)
        one.office.forget_calls()
        again = await one.run(ADD_ATTACHMENTS, given)
        assert (again.outcome, again.replayed) == (first.outcome, True)
        assert one.calls() == {}


async def test_broken_rules_are_told_without_a_call_and_leave_the_key_free() -> None:
    async with clerk() as one:
        ref = one.ref(waiting(one))
        given = await command(one, ref)
        broken = await one.run(ADD_ATTACHMENTS, replace(given, purchase_order=None))
        assert [(e.code, e.field) for e in broken.user_errors] == [(UserErrorCode.REQUIRED, ("purchaseOrder",))]
        assert one.calls() == {}
        assert (await one.run(ADD_ATTACHMENTS, given)).state is WriteState.DONE


async def test_an_order_that_waits_for_no_documents_is_the_vendors_to_refuse() -> None:
    async with clerk() as one:
        order = one.order(status="completed")
        written = await one.run(ADD_ATTACHMENTS, await command(one, order))
        assert written.state is WriteState.REFUSED
        (error,) = written.user_errors
        assert (error.code, error.field, error.vendor_code) == (
            UserErrorCode.NOT_ALLOWED_HERE,
            ("parentId",),
            "800042",
        )
        assert error.message == "Not supported."
        assert order.attachments == []
        one.office.set(upload_any_status=True)
        assert (await one.run(ADD_ATTACHMENTS, await command(one, order), "other")).state is WriteState.DONE


async def test_an_unknown_order_is_told_at_its_field_and_nothing_is_sent() -> None:
    async with clerk() as one:
        ref = Ref.of("pc-1", Kind.ORDER, waiting(one).customer.id, "0123456789ab")
        written = await one.run(ADD_ATTACHMENTS, await command(one, ref))
        assert [(e.code, e.field) for e in written.user_errors] == [(UserErrorCode.NOT_FOUND, ("parentId",))]
        assert one.calls()[POST] == 0


@pytest.mark.parametrize(
    ("kind", "posts"),
    [("lost", 1), ("truncate", 1), ("drop", 2), ("html", 2), ("error", 2), ("ok_with_error", 2)],
)
async def test_a_lost_answer_is_found_and_what_never_came_is_sent_again(kind: str, posts: int) -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order, "a.pdf", "b.pdf")
        one.fault(kind, "POST", path=UPLOAD)
        written = await one.run(ADD_ATTACHMENTS, given)
        assert written.state is WriteState.DONE
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [one.id for one in order.attachments]
        assert [one.file_name for one in order.attachments] == ["a.pdf", "b.pdf"]
        assert one.calls()[POST] == posts
        sent = [call for call in one.office.calls if call.method == "POST"]
        assert len({call.request_id for call in sent}) == 1
        assert len({call.body_bytes for call in sent if call.body_bytes}) == 1


async def test_an_answer_that_comes_too_late_is_not_waited_for() -> None:
    async with clerk() as one:
        order = waiting(one)
        one.office.adapter._api._upstream._limits = replace(
            one.office.adapter._api._upstream._limits, timeout_seconds=0.2
        )
        one.fault("late", "POST", path=UPLOAD, seconds=5)
        written = await one.run(ADD_ATTACHMENTS, await command(one, order))
        assert written.state is WriteState.DONE
        assert one.calls()[POST] == 1
        assert len(order.attachments) == 1


@pytest.mark.parametrize("seconds", [0.01, 0.03, 0.1])
async def test_what_the_vendor_does_after_our_search_is_not_done_twice(seconds: float) -> None:
    async with clerk() as one:
        order = waiting(one)
        one.fault("delayed_commit", "POST", path=UPLOAD, seconds=seconds)
        written = await one.run(ADD_ATTACHMENTS, await command(one, order))
        await asyncio.sleep(0.15)
        assert written.state is WriteState.DONE
        assert len(order.attachments) == 1


async def test_a_vendor_that_stays_down_leaves_it_open_and_the_next_request_goes_on() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        one.fault("lost", "POST", path=UPLOAD)
        down = one.fault("error", "GET", path=r"/orders/", times=None, status=503, skip=2)
        written = await one.run(ADD_ATTACHMENTS, given)
        assert (written.state, written.searched) == (WriteState.UNKNOWN, "the files of the order")
        assert one.calls()[POST] == 1
        one.office.desk.faults.remove(down)
        again = await one.run(ADD_ATTACHMENTS, given)
        assert (again.state, again.replayed) == (WriteState.DONE, True)
        assert one.calls()[POST] == 1
        assert len(order.attachments) == 1


@pytest.mark.parametrize(
    ("kind", "error"), [("throttle", Throttled), ("unauthorized", VendorDenied)], ids=["throttled", "denied"]
)
async def test_what_surely_sent_nothing_is_an_error_and_frees_the_key(kind: str, error: type[GatewayError]) -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        fault = one.fault(kind, "POST", path=UPLOAD, times=None)
        with pytest.raises(error):
            await one.run(ADD_ATTACHMENTS, given)
        assert order.attachments == []
        one.office.desk.faults.remove(fault)
        written = await one.run(ADD_ATTACHMENTS, given)
        assert (written.state, written.replayed) == (WriteState.DONE, False)


async def test_a_login_that_ended_is_renewed_and_the_form_sent_whole() -> None:
    async with clerk() as one:
        order = waiting(one)
        one.fault("unauthorized", "POST", path=UPLOAD)
        written = await one.run(ADD_ATTACHMENTS, await command(one, order, "a.pdf", "b.pdf"))
        assert written.state is WriteState.DONE
        assert [file.size for file in order.attachments] == [9, 1509]


@pytest.mark.parametrize("kind", ["late", "latency"], ids=["after the vendor did it", "before the vendor did it"])
async def test_a_run_that_was_killed_is_taken_up_by_the_next(kind: str) -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        fault = one.fault(kind, "POST", path=UPLOAD, seconds=3600)
        await one.killed(ADD_ATTACHMENTS, given, lambda: bool(order.attachments if kind == "late" else fault.struck))
        written = await one.run(ADD_ATTACHMENTS, given)
        assert (written.state, written.replayed) == (WriteState.DONE, True)
        assert len(order.attachments) == 1
        assert one.calls()[POST] == (1 if kind == "late" else 2)


async def killed_after_the_answer(one: Clerk, given: AddAttachments, key: str) -> None:
    """Ends the run in the moment after it has noted the answer, before it makes the files its own."""
    stopped, claim = asyncio.Event(), SqliteLedger.claim

    async def stop(ledger: SqliteLedger, held: Held, thing: str, **how: bool) -> bool:
        if "force" not in how:
            return await claim(ledger, held, thing, **how)
        stopped.set()
        await asyncio.sleep(3600)
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteLedger, "claim", stop)
        await one.killed(ADD_ATTACHMENTS, given, stopped.is_set, key)


async def test_a_run_that_was_killed_after_the_answer_needs_no_search() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order, "a.pdf", "b.pdf")
        await killed_after_the_answer(one, given, "k")
        one.office.forget_calls()
        written = await one.run(ADD_ATTACHMENTS, given)
        assert written.state is WriteState.DONE
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [file.id for file in order.attachments]
        assert one.calls() == {}


async def test_files_of_a_run_that_was_killed_after_the_answer_are_no_other_key_s() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        dropped = one.fault("drop", "POST", path=UPLOAD, times=None)
        assert (await one.run(ADD_ATTACHMENTS, given, "first")).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(dropped)
        await killed_after_the_answer(one, given, "second")
        assert (await one.run(ADD_ATTACHMENTS, given, "second")).state is WriteState.DONE
        first = await one.run(ADD_ATTACHMENTS, given, "first")
        assert (first.state, first.outcome.candidates) == (WriteState.UNKNOWN, ())
        assert len(order.attachments) == 1


async def test_a_limit_that_was_lowered_does_not_refuse_what_was_sent() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order, "a.pdf", "b.pdf")
        one.fault("lost", "POST", path=UPLOAD)
        down = one.fault("error", "GET", path=r"/orders/", times=None, status=503, skip=2)
        assert (await one.run(ADD_ATTACHMENTS, given)).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(down)
        handler = one.office.adapter.writes.get(ADD_ATTACHMENTS)
        handler.__self__._limits = UploadLimits(1, 1, 1)  # type: ignore[union-attr]  # a bound method
        assert (await one.run(ADD_ATTACHMENTS, given)).state is WriteState.DONE
        assert (await one.run(ADD_ATTACHMENTS, given, "other")).state is WriteState.REFUSED
        assert len(order.attachments) == 2


async def test_after_an_hour_nothing_is_sent_again() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        fault = one.fault("drop", "POST", path=UPLOAD, times=None)
        assert (await one.run(ADD_ATTACHMENTS, given)).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(fault)
        one.office.forget_calls()
        one.office.clock.now += timedelta(hours=1)
        written = await one.run(ADD_ATTACHMENTS, given)
        assert (written.state, written.outcome.candidates) == (WriteState.UNKNOWN, ())
        assert one.calls()[POST] == 0
        assert order.attachments == []


async def test_files_that_are_not_all_of_ours_leave_it_open_and_are_named() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order, "a.pdf", "b.pdf")
        one.fault("lost", "POST", path=UPLOAD)
        one.fault("error", "GET", path=r"/attachments$", skip=1)
        fault = one.fault("drop", "GET", path=r"/orders/", times=None, skip=2)
        assert (await one.run(ADD_ATTACHMENTS, given)).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(fault)
        order.attachments.pop()
        written = await one.run(ADD_ATTACHMENTS, given)
        assert written.state is WriteState.UNKNOWN
        assert [ref.parts[-1] for ref in written.outcome.candidates] == [order.attachments[0].id]
        assert one.calls()[POST] == 1


async def test_equal_files_of_two_keys_are_nobodys_while_either_may_have_sent_them() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        dropped = one.fault("drop", "POST", path=UPLOAD, times=None)
        assert (await one.run(ADD_ATTACHMENTS, given, "first")).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(dropped)
        one.fault("lost", "POST", path=UPLOAD)
        second = await one.run(ADD_ATTACHMENTS, given, "second")
        assert second.state is WriteState.UNKNOWN
        assert [ref.parts[-1] for ref in second.outcome.candidates] == [order.attachments[0].id]
        assert len(order.attachments) == 1


async def test_files_that_another_key_was_given_are_not_taken_for_ours() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        dropped = one.fault("drop", "POST", path=UPLOAD, times=None)
        assert (await one.run(ADD_ATTACHMENTS, given, "first")).state is WriteState.UNKNOWN
        one.office.desk.faults.remove(dropped)
        assert (await one.run(ADD_ATTACHMENTS, given, "second")).state is WriteState.DONE
        first = await one.run(ADD_ATTACHMENTS, given, "first")
        assert first.state is WriteState.UNKNOWN
        assert len(order.attachments) == 1


@pytest.mark.parametrize("later", [False, True], ids=["the first is answered last", "the first is answered first"])
async def test_equal_files_sent_at_once_under_two_keys_are_each_told_their_own(later: bool) -> None:
    async with clerk() as one:
        order = waiting(one)
        one.office.set(upload_any_status=True)
        given = await command(one, order)
        one.fault("late", "POST", path=UPLOAD, seconds=0.1)
        one.fault("late", "POST", path=UPLOAD, seconds=0.2 if later else 0)
        answers = await asyncio.gather(*(one.run(ADD_ATTACHMENTS, given, key) for key in ("first", "second")))
        told = [ref.parts[-1] for answer in answers for ref in answer.outcome.refs["attachments"]]
        assert sorted(told) == sorted(file.id for file in order.attachments)
        assert len(set(told)) == 2


async def test_twenty_requests_with_one_key_send_one_form() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        one.fault("late", "POST", path=UPLOAD, seconds=0.1)
        answers = await asyncio.gather(*(one.run(ADD_ATTACHMENTS, given) for _ in range(20)))
        assert {answer.state for answer in answers} == {WriteState.DONE}
        assert sum(not answer.replayed for answer in answers) == 1
        assert one.calls()[POST] == 1
        assert len(order.attachments) == 1


async def test_nothing_is_sent_that_cannot_be_recorded() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)

        async def broken(*given: Any) -> None:
            raise StoreUnavailable("full")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SqliteLedger, "note", broken)
            with pytest.raises(StoreUnavailable):
                await one.run(ADD_ATTACHMENTS, given)
        assert one.calls()[POST] == 0
        assert (await one.run(ADD_ATTACHMENTS, given)).state is WriteState.DONE
        assert len(order.attachments) == 1


async def test_files_are_held_until_they_are_sent_although_their_request_is_over() -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order)
        (file,) = one.files
        slow = one.fault("latency", "GET", path=r"/orders/", seconds=0.1)
        task = asyncio.create_task(one.run(ADD_ATTACHMENTS, given))
        await becomes(lambda: slow.struck > 0)
        file.close()
        assert (await task).state is WriteState.DONE
        assert [kept.size for kept in order.attachments] == [file.size]
        with pytest.raises(ValueError, match="closed"):
            await anext(file.pieces())


async def test_the_customers_order_list_is_read_anew_afterwards() -> None:
    async with clerk() as one:
        order = waiting(one)

        async def listed() -> Any:
            step = await one.office.adapter.orders(OrderFilter(customer_keys=(order.customer.id,)), None, 500, True)
            return next(row.documents.state for row in step.rows if row.documents and row.number == order.id)

        assert await listed() is DocumentState.REQUIRED
        await one.run(ADD_ATTACHMENTS, await command(one, order))
        assert await listed() is DocumentState.SUBMITTED


async def test_an_answer_without_one_of_the_files_is_partly_done(monkeypatch: pytest.MonkeyPatch) -> None:
    async with clerk() as one:
        order = waiting(one)
        given = await command(one, order, "a.pdf", "b.pdf")
        send = Api.send

        async def forgetful(*args: Any, **more: Any) -> tuple[Attachment, ...]:
            answer: tuple[Attachment, ...] = await send(*args, **more)
            return answer[:1]

        monkeypatch.setattr(Api, "send", forgetful)
        written = await one.run(ADD_ATTACHMENTS, given)
        assert written.state is WriteState.PARTLY_DONE
        assert [(e.code, e.field) for e in written.user_errors] == [
            (UserErrorCode.VENDOR_REFUSED, ("files", "1", "file"))
        ]
        assert [ref.parts[-1] for ref in written.outcome.refs["attachments"]] == [order.attachments[0].id]
