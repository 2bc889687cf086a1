"""Creating orders, each once: the vendor knows no key, so an order whose answer was lost is found by its reference."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import (
    FilterNotSupported,
    GatewayError,
    InProgress,
    StoreUnavailable,
    VendorBadAnswer,
    VendorRefused,
)
from gateway.model.ref import Kind, Ref
from gateway.model.writing import Outcome
from gateway.vendors.commands import CreatePurchaseOrder
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import calls, recognition, rules
from gateway.vendors.softwareone.calls import OrderCalls
from gateway.vendors.softwareone.commands import OrderDraft
from gateway.vendors.softwareone.mapping_creation import creation
from gateway.vendors.softwareone.rql import Condition, eq, floor, ge
from gateway.vendors.softwareone.wire import Wire
from gateway.vendors.writes import Attempt, adopted

CLOCKS_APART: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was, or will be, asked for. `marked`: under a reference of our own, which no other order has."""

    wire: Wire
    marked: bool
    since: datetime

    @property
    def reference(self) -> str:
        return recognition.external_id(self.wire.body)

    @property
    def marker(self) -> str:
        return recognition.marker(self.wire.body)

    def matches(self, row: Row) -> bool:
        if self.marked:
            return recognition.has_external_id(row, self.reference)
        return recognition.agrees(row, self.wire.body, self.since)


class Creation:
    def __init__(self, order_calls: OrderCalls) -> None:
        self._calls = order_calls

    async def create(self, command: CreatePurchaseOrder, attempt: Attempt) -> Outcome:
        draft = command.vendor
        assert isinstance(draft, OrderDraft)
        path = ("vendor", command.chosen)
        mistakes = rules.of_order(draft, path)
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)
        given = draft.chosen[1].external_id
        wire = creation(draft, path, given or recognition.own_mark(attempt.id))
        sent = Sent(wire, given is None, attempt.began - CLOCKS_APART)
        memo = attempt.memo
        if memo is None:
            return await self._send(sent, attempt)
        if memo["step"] == "created":
            return await self._kept(Ref.decode(memo["ref"]), attempt)
        return await self._search(sent, attempt, frozenset(memo["seen"]))

    async def _send(self, sent: Sent, attempt: Attempt) -> Outcome:
        seen: list[str] = []
        if not sent.marked:
            # Orders that have the customer's reference already are none of ours, however alike.
            seen = [number for number, _ in await self._matching(sent)]
            await attempt.rivals(sent.marker)
        try:
            row = await self._calls.create(sent.wire.body, attempt.sending(step="create", seen=seen))
        except VendorRefused as error:
            return sent.wire.refused(error)
        except GatewayError as error:
            if error.certain:
                raise
            row = Row(None, "order")
        number = row.filled("id")
        if number is None or not recognition.has_external_id(row, sent.reference):
            return await self._search(sent, attempt, frozenset(seen))  # lost, or about another order
        return await self._kept(self._ref(number), attempt)

    async def _kept(self, ref: Ref, attempt: Attempt) -> Outcome:
        # The order is there, whatever becomes of the record; to fail now would free the key to make another one.
        with suppress(InProgress, StoreUnavailable):
            await attempt.note(step="created", ref=ref.encode())
            await attempt.own(ref)
        return Outcome.done(order=ref)

    async def _search(self, sent: Sent, attempt: Attempt, seen: frozenset[str]) -> Outcome:
        """Looks for the order, now and a few times more: the vendor may still be about to make it."""
        candidates: tuple[Ref, ...] = ()
        searched = f"Orders at SoftwareOne with the client's reference {sent.reference}"
        told = f"{searched}; the search failed."
        for seconds in (0.0, *calls.PAUSES):
            if seconds and not await attempt.pause(seconds):
                break
            try:
                found = {self._ref(number): row for number, row in await self._matching(sent) if number not in seen}
                candidates, told = tuple([ref for ref in found if await attempt.free(ref)]), f"{searched}."
                ours = await self._adopted(sent, attempt, candidates)
            except GatewayError:
                continue
            if ours is not None:
                self._calls.prime(attempt, ours, found[ours])
                return await self._kept(ours, attempt)
        return Outcome.unknown(told, candidates)

    async def _adopted(self, sent: Sent, attempt: Attempt, candidates: tuple[Ref, ...]) -> Ref | None:
        """The candidate that is ours, made this key's own; a mark of our own is on no other key's."""
        if not sent.marked:
            return await adopted(attempt, sent.marker, candidates)
        only = candidates[0] if len(candidates) == 1 else None
        return only if only is not None and await attempt.claim(only) else None

    async def _matching(self, sent: Sent) -> list[tuple[str, Row]]:
        """Orders that may be it, the oldest first: what was there before another key sent is of no use to that one."""
        conditions: list[Condition] = [] if sent.marked else [ge("audit.created.at", floor(sent.since))]
        with suppress(FilterNotSupported):  # a reference with both kinds of quotation marks is told apart here alone
            conditions.append(eq("externalIds.client", sent.reference))
        found = await self._calls.collection.all(conditions)
        if found.omitted:
            raise VendorBadAnswer(
                "The vendor's list lacks rows of which it tells, so that a search of it says nothing."
            )
        rows = sorted(found, key=recognition.age)
        return [(number, row) for row in rows if (number := row.filled("id")) is not None and sent.matches(row)]

    def _ref(self, number: str) -> Ref:
        return self._calls.origin.ref(Kind.ORDER, number)
