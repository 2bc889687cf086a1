"""Placing and cancelling orders: steps from one status to the next, which cannot be taken twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import GatewayError, NotFound, VendorRefused
from gateway.model.order import OrderStatus
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode
from gateway.vendors.commands import CancelOrder, SubmitOrder
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import calls, rules
from gateway.vendors.softwareone.calls import OrderCalls, no_such_order
from gateway.vendors.softwareone.mapping_creation import remark
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.softwareone.standing import UNPLACED, not_cancellable, not_submittable, status_of
from gateway.vendors.softwareone.wire import refusal
from gateway.vendors.writes import Attempt

ORDER_ID: Final = ("orderId",)
SUBMIT, DELETE, FAIL = "submit", "delete", "fail"
REACHED: Final[Mapping[str, OrderStatus]] = {DELETE: OrderStatus.DELETED, FAIL: OrderStatus.FAILED}


@dataclass(frozen=True, slots=True)
class Move:
    """A step on an order's way: the call, whether the order has taken it, and why it cannot any more."""

    ref: Ref
    make: Callable[[], Awaitable[None]]
    taken: Callable[[Row], bool]
    hindrance: Callable[[Row], str | None]

    def judged(self, row: Row) -> Outcome | None:
        """What the order as it is now says of the step; None where it can still be taken."""
        if self.taken(row):
            return Outcome.done(order=self.ref)
        known = self.hindrance(row)
        return None if known is None else Outcome.refused(UserError(UserErrorCode.STALE, known, ORDER_ID))


class Moves:
    def __init__(self, order_calls: OrderCalls, actor: Actor) -> None:
        self._calls = order_calls
        self._actor: Actor = actor

    async def submit(self, command: SubmitOrder, attempt: Attempt) -> Outcome:
        ref, memo = command.order_id, attempt.memo
        first = memo is None
        if memo is None:
            try:
                row = await self._calls.row(ref)
            except NotFound:
                return no_such_order()
            hindrance = self._not_submittable(row)
            if hindrance is not None:
                return Outcome.refused(UserError(UserErrorCode.NOT_ALLOWED_HERE, hindrance, ORDER_ID))
            memo = {"step": SUBMIT, "status": status_of(row).value, "processed": processed(row)}
        before = memo

        async def make() -> None:
            await self._calls.act(ref, "process", None, attempt.sending(**before))

        move = Move(ref, make, lambda row: placed(row, before), self._not_submittable)
        return await self._moved(move, attempt, first=first)

    async def cancel(self, command: CancelOrder, attempt: Attempt) -> Outcome:
        mistakes = [*cancelling(command)]
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)
        ref = command.order_id
        if attempt.memo is not None:
            return await self._moved(self._cancellation(command, attempt.memo["step"], attempt), attempt, first=False)
        try:
            row = await self._calls.row(ref)
        except NotFound:
            return no_such_order()
        hindrance = not_cancellable(self._actor, status_of(row))
        if hindrance is not None:
            return Outcome.refused(UserError(UserErrorCode.NOT_ALLOWED_HERE, hindrance, ORDER_ID))
        step = step_for(row)
        if step == FAIL and command.reason is None:
            known = "A placed order fails with a reason, which the vendor shows on it."
            return Outcome.refused(UserError(UserErrorCode.REQUIRED, known, ("reason",)))
        return await self._moved(self._cancellation(command, step, attempt), attempt, first=True)

    def _cancellation(self, command: CancelOrder, step: str, attempt: Attempt) -> Move:
        ref = command.order_id

        async def make() -> None:
            sending = attempt.sending(step=step)
            if step == DELETE:
                await self._calls.delete(ref, sending)
            elif command.reason is not None:
                await self._calls.act(ref, "fail", {"statusNotes": remark(command.reason)}, sending)

        def hindrance(row: Row) -> str | None:
            moved_on = "The order has been placed since." if step_for(row) != step else None
            return not_cancellable(self._actor, status_of(row)) or moved_on

        return Move(ref, make, lambda row: status_of(row) is REACHED[step], hindrance)

    def _not_submittable(self, row: Row) -> str | None:
        return not_submittable(self._actor, status_of(row))

    async def _moved(self, move: Move, attempt: Attempt, *, first: bool) -> Outcome:
        if first:
            try:
                return await self._make(move)
            except NotFound:
                return no_such_order()
            except GatewayError as error:
                if error.certain and error.of_write:
                    raise
        for seconds in (0.0, *calls.PAUSES):
            if seconds and not await attempt.pause(seconds):
                break
            try:
                row = await self._calls.row(move.ref)
                outcome = move.judged(row)
                if outcome is None:
                    return await self._make(move)
            except GatewayError:
                continue
            self._calls.prime(attempt, move.ref, row)
            return outcome
        return Outcome.unknown("The order itself, which could not be read or moved on.", order=move.ref)

    async def _make(self, move: Move) -> Outcome:
        """Takes the step. A refusal may be because it is taken already, so the order is asked."""
        try:
            await move.make()
        except VendorRefused as error:
            row = await self._calls.row(move.ref)
            return move.judged(row) or Outcome.refused(refusal(error, ORDER_ID))
        return Outcome.done(order=move.ref)


def cancelling(command: CancelOrder) -> Iterator[UserError]:
    """What is wrong with it, as far as it can be said without reading the order."""
    if command.line_ids is not None:
        known = "SoftwareOne cancels whole orders; a change order lowers single lines."
        yield UserError(UserErrorCode.NOT_ALLOWED_HERE, known, ("lineIds",))
    if command.reason is not None:
        yield from rules.remark(command.reason, ("reason",))


def step_for(row: Row) -> str:
    """What cancelling an order means while it stands so."""
    return DELETE if status_of(row) in UNPLACED else FAIL


def placed(row: Row, before: Mapping[str, Any]) -> bool:
    """Whether the order has gone to processing since it was as `before`; it may have come back from there."""
    status = status_of(row)
    if status in (OrderStatus.PROCESSING, OrderStatus.COMPLETED) or processed(row) not in (None, before["processed"]):
        return True
    waited = before["status"] == OrderStatus.ACTION_REQUIRED.value
    return not waited and status in (OrderStatus.ACTION_REQUIRED, OrderStatus.FAILED)


def processed(row: Row) -> str | None:
    """When it went to processing for the last time, as the vendor writes it."""
    return row.row("audit").row("processing").filled("at")
