"""Changing orders: one PUT, which may be sent again, because the vendor replaces what it names."""

from __future__ import annotations

from collections.abc import Callable

from gateway.errors import GatewayError, NotFound, VendorRefused
from gateway.model.ref import Ref
from gateway.model.writing import Outcome
from gateway.vendors.commands import UpdateOrder
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import calls, mapping_change, rules_changes
from gateway.vendors.softwareone.calls import OrderCalls, no_such_order
from gateway.vendors.softwareone.commands import OrderChange
from gateway.vendors.softwareone.mapping_change import Lines
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.softwareone.wire import Wire
from gateway.vendors.writes import Attempt

UNREAD = Row(None, "order")
Wired = Callable[[Row, Lines | None], Wire]
"""The body of the change for the order as it was read, and all its lines as they are to be."""


class Changes:
    def __init__(self, order_calls: OrderCalls, actor: Actor) -> None:
        self._calls = order_calls
        self._actor: Actor = actor

    async def update(self, command: UpdateOrder, attempt: Attempt) -> Outcome:
        change = command.vendor
        assert isinstance(change, OrderChange)
        ref, path = command.order_id, ("vendor", command.chosen)
        mistakes = rules_changes.of_change(change, ref, self._actor, path)
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)

        def wired(row: Row, lines: Lines | None) -> Wire:
            return mapping_change.update(change, self._actor, row, lines, path)

        if attempt.memo is not None:
            return await self._settled(ref, wired, attempt.memo["lines"], attempt)
        row = UNREAD
        if rules_changes.needs_order(change):
            try:
                row = await self._calls.row(ref)
            except NotFound:
                return no_such_order()
            mistakes = rules_changes.of_order(change, row, self._actor, path)
            if mistakes:
                return Outcome.refused(*mistakes)
        lines = mapping_change.changed_lines(change, row)
        try:
            return await self._put(ref, wired(row, lines), lines, attempt)
        except NotFound:
            return no_such_order()
        except GatewayError as error:
            if error.certain:
                raise
        return await self._settled(ref, wired, lines, attempt)

    async def _put(self, ref: Ref, wire: Wire, lines: Lines | None, attempt: Attempt) -> Outcome:
        try:
            await self._calls.put(ref, wire.body, attempt.sending(step="update", lines=lines))
        except VendorRefused as error:
            return wire.refused(error)
        return Outcome.done(order=ref)

    async def _settled(self, ref: Ref, wired: Wired, lines: Lines | None, attempt: Attempt) -> Outcome:
        """Whether the order is as it was to be; if not, the same is sent again: the same lines, so none is doubled."""
        for seconds in (0.0, *calls.PAUSES):
            if seconds and not await attempt.pause(seconds):
                break
            try:
                row = await self._calls.row(ref)
                wire = wired(row, lines)
                if not mapping_change.applied(wire.body, row):
                    return await self._put(ref, wire, lines, attempt)
            except GatewayError:
                continue
            self._calls.prime(attempt, ref, row)
            return Outcome.done(order=ref)
        return Outcome.unknown("The order itself, which could not be read or written.", order=ref)
