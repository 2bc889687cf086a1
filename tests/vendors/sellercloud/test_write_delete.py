"""Cancelling at Sellercloud, which deletes for good: with consent, once, and only what may go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.errors import Throttled
from gateway.model.account import Capability
from gateway.model.order import Order
from gateway.model.writing import OrderAction, OrderActionKind, UserErrorCode, WriteState
from gateway.sandbox.sellercloud.records import PurchaseOrder
from gateway.vendors.base import ORDER
from gateway.vendors.commands import CancelOrder, Remark
from gateway.vendors.sellercloud.details import SellercloudOrderDetails
from gateway.vendors.writes import CANCEL_ORDER, WRITES
from tests.vendors.sellercloud.write_desk import WriteDesk, line_ref, ref, write_desk

pytestmark = pytest.mark.usefixtures("quick")


def deletable(desk: WriteDesk) -> int:
    return next(po.id for po in desk.orders.values() if not received(po) and not po.drop_ship_order)


def received(po: PurchaseOrder) -> bool:
    return bool(po.receiving_status) or any(line.received for line in po.lines)


async def test_an_order_is_deleted_once_and_told_again() -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        answer = await desk.cancel(number)
        assert (answer.state, answer.outcome.refs) == (WriteState.DONE, {"deleted": (ref(number),)})
        assert number not in desk.orders
        assert (await desk.cancel(number)).replayed
        assert desk.changes == [f"DELETE /{number}"]


async def test_without_consent_nothing_is_asked_and_all_mistakes_are_told() -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        answer = await desk.cancel(
            number, allow_delete=False, line_ids=(line_ref(number, 1),), reason=Remark(message="why")
        )
        assert [(error.code, error.field) for error in answer.user_errors] == [
            (UserErrorCode.CONSENT_REQUIRED, ("allowDelete",)),
            (UserErrorCode.NOT_ALLOWED_HERE, ("lineIds",)),
            (UserErrorCode.NOT_ALLOWED_HERE, ("reason",)),
        ]
        assert "for good" in answer.user_errors[0].message
        assert "removeLineIds" in answer.user_errors[1].message
        assert desk.one.calls == []


async def test_what_was_received_is_refused_before_the_call() -> None:
    async with write_desk() as desk:
        number = next(po.id for po in desk.orders.values() if received(po))
        (error,) = (await desk.cancel(number)).user_errors
        assert (error.code, error.field) == (UserErrorCode.NOT_ALLOWED_HERE, ("orderId",))
        assert desk.changes == []


async def test_what_is_linked_to_a_sales_order_is_refused_before_the_call() -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        desk.orders[number].drop_ship_order = 4711
        (error,) = (await desk.cancel(number)).user_errors
        assert (error.code, error.field) == (UserErrorCode.NOT_ALLOWED_HERE, ("orderId",))
        assert desk.changes == []


async def test_a_missing_order_is_not_found() -> None:
    async with write_desk() as desk:
        answer = await desk.cancel(1)
        assert [(e.code, e.field) for e in answer.user_errors] == [(UserErrorCode.NOT_FOUND, ("orderId",))]


@pytest.mark.parametrize("kind", ["lost", "drop", "truncate", "html", "delayed_commit"])
async def test_a_lost_answer_is_answered_by_the_list(kind: str) -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        desk.fault(kind, "DELETE", seconds=0)
        assert (await desk.cancel(number)).state is WriteState.DONE
        assert number not in desk.orders
        assert len(desk.changes) == (2 if kind in ("drop", "html") else 1)


async def test_a_failure_that_says_why_is_a_refusal_if_the_order_is_still_there() -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        desk.fault("error", "DELETE")
        answer = await desk.cancel(number)
        assert answer.state is WriteState.REFUSED
        assert [(error.code, error.vendor_code) for error in answer.user_errors] == [
            (UserErrorCode.VENDOR_REFUSED, "500")
        ]
        assert len(desk.changes) == 1


async def test_an_order_that_stays_is_unknown_and_named() -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        desk.fault("drop", "DELETE", times=None)
        answer = await desk.cancel(number)
        assert (answer.state, answer.outcome.candidates) == (WriteState.UNKNOWN, (ref(number),))
        desk.one.desk.clear()
        assert (await desk.cancel(number)).state is WriteState.DONE


async def test_after_a_crash_the_list_tells_whether_it_is_gone() -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        command = CancelOrder(order_id=ref(number), allow_delete=True)
        await desk.died(CANCEL_ORDER, command, step="delete")
        del desk.orders[number]
        assert (await desk.cancel(number)).state is WriteState.DONE
        assert desk.changes == []


async def test_throttling_frees_the_key() -> None:
    async with write_desk() as desk:
        number = deletable(desk)
        desk.fault("throttle", "DELETE")
        with pytest.raises(Throttled):
            await desk.cancel(number)
        assert (await desk.cancel(number)).state is WriteState.DONE


async def test_actions_tell_what_may_be_done_without_a_call() -> None:
    async with write_desk() as desk:
        row = await read(desk, deletable(desk))
        desk.one.forget_calls()
        update, submit, cancel, attach = desk.one.adapter.actions(row)
        assert update == OrderAction(OrderActionKind.UPDATE, possible=True)
        assert (submit.kind, submit.possible) == (OrderActionKind.SUBMIT, False)
        assert (cancel.kind, cancel.possible) == (OrderActionKind.CANCEL, True)
        assert (attach.kind, attach.possible) == (OrderActionKind.ADD_ATTACHMENTS, False)
        assert "allowDelete" in (cancel.reason or "")
        assert submit.reason
        assert attach.reason
        assert desk.one.calls == []


async def test_an_action_that_deleting_is_refused_for_says_why() -> None:
    async with write_desk() as desk:
        row = await read(desk, next(po.id for po in desk.orders.values() if received(po)))
        assert desk.one.adapter.actions(row)[2].possible is False
        free = await read(desk, deletable(desk))
        assert isinstance(free.details, SellercloudOrderDetails)
        linked = replace(free, details=replace(free.details, drop_ship_order_number=4711))
        cancel = desk.one.adapter.actions(linked)[2]
        assert not cancel.possible
        assert "sales order" in (cancel.reason or "")


async def read(desk: WriteDesk, number: int) -> Order:
    batch = desk.one.adapter.reads.get(ORDER)
    assert batch is not None
    row = (await batch([ref(number)]))[ref(number)]
    assert isinstance(row, Order)
    return row


async def test_every_write_is_offered_or_has_something_to_do_instead() -> None:
    async with write_desk() as desk:
        adapter = desk.one.adapter
        for write in WRITES:
            offered = adapter.writes.get(write) is not None
            assert offered == (write.capability in adapter.account.capabilities), write.name
            assert offered or adapter.writes.instead(write), write.name
        assert Capability.CREATE_CARTS not in adapter.account.capabilities
        assert adapter.upload_limits is None
