"""What may be done to an order, by its status, its documents and the login, and what to do where there is no way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.model.account import Capability
from gateway.model.order import DocumentRequirement, DocumentState, OrderStatus, OrderType
from gateway.model.writing import OrderAction, OrderActionKind, UserErrorCode, WriteState
from gateway.vendors.commands import DeleteAttachment, SubmitOrder
from gateway.vendors.partner_center.actions import actions
from gateway.vendors.writes import (
    CREATE_PURCHASE_ORDER,
    DELETE_ATTACHMENT,
    SUBMIT_ORDER,
    UPDATE_ATTACHMENT,
    UPDATE_ORDER,
)
from tests.vendors.partner_center.clerk import clerk
from tests.vendors.partner_center.samples import sample

ORDER = sample().order
BOTH = frozenset({Capability.CANCEL_ORDERS, Capability.ADD_ATTACHMENTS})
CANCELLED_FROM = {OrderStatus.COMPLETED, OrderStatus.PARTIALLY_COMPLETED, OrderStatus.SUSPENDED}
OF_THIS_VENDOR = {
    *CANCELLED_FROM,
    OrderStatus.PROCESSING,
    OrderStatus.CANCELLED,
    OrderStatus.IN_REVIEW,
    OrderStatus.ACTION_REQUIRED,
    OrderStatus.REJECTED,
    OrderStatus.FAILED,
    OrderStatus.UNKNOWN,
}


def action(kind: OrderActionKind, capabilities: frozenset[Capability] = BOTH, **changes: object) -> OrderAction:
    told = actions(replace(ORDER, **changes), capabilities)  # type: ignore[arg-type]  # fields by name
    assert {one.kind for one in told} == set(OrderActionKind)
    assert len(told) == len(OrderActionKind)
    assert all(one.reason for one in told)
    return next(one for one in told if one.kind is kind)


@pytest.mark.parametrize("status", [status for status in OrderStatus if status in OF_THIS_VENDOR])
def test_what_is_done_can_be_cancelled_and_nothing_else(status: OrderStatus) -> None:
    assert action(OrderActionKind.CANCEL, status=status).possible is (status in CANCELLED_FROM)


@pytest.mark.parametrize("type_", [OrderType.TERMINATION, OrderType.CREDIT_MEMO])
def test_a_cancellation_is_not_cancelled(type_: OrderType) -> None:
    assert not action(OrderActionKind.CANCEL, status=OrderStatus.COMPLETED, type=type_).possible


@pytest.mark.parametrize("state", DocumentState)
def test_files_go_to_an_order_that_waits_for_them(state: DocumentState) -> None:
    given = DocumentRequirement(state, accepts_tender=True)
    told = action(OrderActionKind.ADD_ATTACHMENTS, documents=given)
    assert told.possible is (state is DocumentState.REQUIRED)


def test_orders_are_neither_updated_nor_submitted_and_the_way_is_told() -> None:
    for kind, way in ((OrderActionKind.UPDATE, "cart"), (OrderActionKind.SUBMIT, "checking out a cart")):
        told = action(kind)
        assert not told.possible
        assert way in (told.reason or "")


def test_without_the_right_nothing_is_possible() -> None:
    told = actions(replace(ORDER, status=OrderStatus.COMPLETED), frozenset())
    assert not any(one.possible for one in told)


async def test_a_write_that_the_vendor_lacks_says_what_to_do_instead_and_costs_no_call() -> None:
    async with clerk() as one:
        ref = ORDER.ref
        for write in (CREATE_PURCHASE_ORDER, UPDATE_ORDER, SUBMIT_ORDER, UPDATE_ATTACHMENT, DELETE_ATTACHMENT):
            command = DeleteAttachment(attachment_id=ref) if write is DELETE_ATTACHMENT else SubmitOrder(order_id=ref)
            written = await one.run(write, command)
            assert written.state is WriteState.REFUSED
            (error,) = written.user_errors
            assert error.code is UserErrorCode.UNSUPPORTED
            assert "Partner Center" in error.message
        assert one.calls() == {}
