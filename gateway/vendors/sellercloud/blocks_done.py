"""Getting one block of a change done at Sellercloud: sent, sent again where that is safe, else looked for.

None means done; a `Failure` says why not, and whether that is sure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import GatewayError, VendorUnavailable
from gateway.model.ref import Kind as RefKind
from gateway.model.ref import Ref
from gateway.upstream.client import Upstream, path
from gateway.vendors.sellercloud.blocks import ITEMS, Block, Kind, added_lines, added_shipments
from gateway.vendors.sellercloud.details import SellercloudShipment
from gateway.vendors.sellercloud.mapping_items import Item, digest, folded, lines_marker, same_line
from gateway.vendors.sellercloud.orders import Orders
from gateway.vendors.sellercloud.refusals import is_broken_rule
from gateway.vendors.writes import Attempt

PAUSES: Final = (0, 1, 2, 4)  # seconds before each try or look


@dataclass(frozen=True, slots=True)
class Failure:
    """`sure`: the block is surely not done."""

    error: GatewayError
    sure: bool


@dataclass(frozen=True, slots=True)
class Work:
    """One block of one order's change; `number` is its place among them. `memo` is of an earlier run that sent it,
    `known` the keys of the lines or tracking numbers that were there before, if they were read already."""

    block: Block
    number: int
    order: Ref
    attempt: Attempt
    memo: Mapping[str, Any] | None
    known: Set[str] | None = None

    @property
    def marker(self) -> str:
        """Equal for blocks that add the same to the same order."""
        number = self.order.parts[0]
        if self.block.below == ITEMS:
            return lines_marker(number, added_lines(self.block))
        return digest([number, sorted(folded(one.tracking_number) for one in added_shipments(self.block))])


class BlocksDone:
    def __init__(self, upstream: Upstream, orders: Orders) -> None:
        self._upstream = upstream
        self._orders = orders

    async def done(self, work: Work) -> Failure | None:
        match work.block.kind:
            case Kind.SET:
                return await self._set(work)
            case Kind.ADD:
                return await self._added(work)
            case Kind.REMOVE:
                return await self._removed(work)

    async def _set(self, work: Work) -> Failure | None:
        """Setting the same again changes nothing, so a lost answer is answered by another try."""
        lost, failure = work.memo is not None, lost_answer()
        for seconds in PAUSES:
            if seconds and not await work.attempt.pause(seconds):
                break
            try:
                await self._send(work, work.block.wanted)
            except GatewayError as error:
                # A general failure that says why, twice, is a broken rule.
                if error.certain or (is_broken_rule(error) and is_broken_rule(failure)):
                    return Failure(error, sure=not lost)
                lost, failure = lost or not is_broken_rule(error), error
            else:
                return None
        return Failure(failure, sure=False)

    async def _added(self, work: Work) -> Failure | None:
        known: Set[str]
        error = lost_answer()
        if work.memo is None:
            try:
                known = await self._keys(work) if work.known is None else work.known
            except GatewayError as unread:
                return Failure(unread, sure=True)
            await work.attempt.rivals(work.marker)  # from now on others who look for the same know of this one
            try:
                await self._send(work, work.block.wanted, known=sorted(known))
            except GatewayError as failed:
                if failed.certain:
                    return Failure(failed, sure=True)
                error = failed
            else:
                await self._owned(work, known)
                return None
        else:
            known = frozenset(work.memo["known"])
        return await self._looked_for(work, known, error)

    async def _looked_for(self, work: Work, known: Set[str], error: GatewayError) -> Failure | None:
        """Whether what was added is there; it is never added again."""
        for number, seconds in enumerate(PAUSES):
            if seconds and not await work.attempt.pause(seconds):
                break
            try:
                new = await self._new(work, known)
            except GatewayError:
                continue
            if await self._settled(work, new):
                return None
            if is_broken_rule(error) and number and not any(new):
                return Failure(error, sure=True)  # it said why not, and two looks find nothing
        return Failure(error, sure=False)

    async def _settled(self, work: Work, new: Sequence[Sequence[Ref]]) -> bool:
        """Takes what was added, if all of it is there, and enough for others that lost the same."""
        rivals = await work.attempt.rivals(work.marker)
        return not rivals.running and await self._taken(work, new, rivals.unknown + 1)

    async def _owned(self, work: Work, known: Set[str]) -> None:
        """Makes what was added this write's own, so that no other that looks for the same takes it for its own."""
        try:
            await self._taken(work, await self._new(work, known), 1)
        except GatewayError:
            return  # it is added all the same

    async def _taken(self, work: Work, new: Sequence[Sequence[Ref]], times: int) -> bool:
        """Claims one thing for each that was to be added, if what is nobody's is enough for so many writes."""
        free = [[ref for ref in refs if await work.attempt.free(ref)] for refs in new]
        mine = one_each(free)
        if mine is None or len({ref for refs in free for ref in refs}) < len(mine) * times:
            return False
        return all([await work.attempt.claim(ref) for ref in mine])

    async def _removed(self, work: Work) -> Failure | None:
        """What is gone already cannot be removed again: after a lost answer, the rest is."""
        left, lost, failure = work.block.wanted, work.memo is not None, None
        for seconds in PAUSES:
            if seconds and not await work.attempt.pause(seconds):
                break
            try:
                if lost or failure is not None:
                    there = await self._keys(work)
                    left = tuple(key for key in left if key in there)
            except GatewayError:
                continue  # nobody knows more than before
            if not left:
                return None
            if failure is not None and answered(failure):
                return Failure(failure, sure=not lost)
            try:
                await self._send(work, left)
            except GatewayError as error:
                failure = error
                if error.certain and not lost:
                    return Failure(error, sure=True)
                lost = lost or not answered(error)
            else:
                return None
        return Failure(failure or lost_answer(), sure=False)

    async def _send(self, work: Work, wanted: Sequence[Any], **memo: Any) -> None:
        block = work.block
        below = ("SetQuickBookStatus",) if block.below is None else (work.order.parts[0], *block.below)
        await self._upstream.call(
            block.method,
            path("PurchaseOrders", *below),
            route=block.route,
            json=block.body(wanted),
            sending=work.attempt.sending(step=block.name, at=work.number, **memo),
        )

    async def _keys(self, work: Work) -> set[str]:
        """The keys of the order's lines, or of its tracking numbers."""
        if work.block.below == ITEMS:
            return (await self._orders.items(work.order)).keys()
        return {one.key for one in await self._orders.tracking(work.order) if one.key is not None}

    async def _new(self, work: Work, known: Set[str]) -> list[list[Ref]]:
        """For each thing to be added those that agree with it and were not there before."""
        if work.block.below == ITEMS:
            items = [item for item in (await self._orders.items(work.order)).items if item.key not in known]
            return [
                [line_ref(work, item) for item in items if same_line(draft, item)] for draft in added_lines(work.block)
            ]
        shipments = [one for one in await self._orders.tracking(work.order) if one.key and one.key not in known]
        return [
            [shipment_ref(work, one) for one in shipments if same_number(draft.tracking_number, one)]
            for draft in added_shipments(work.block)
        ]


def answered(error: GatewayError) -> bool:
    """Whether the vendor said no, as far as it can be told."""
    return error.certain or is_broken_rule(error)


def lost_answer() -> GatewayError:
    return VendorUnavailable("Sellercloud's answer was lost.")


def line_ref(work: Work, item: Item) -> Ref:
    return work.order.child(RefKind.LINE, item.key)


def shipment_ref(work: Work, shipment: SellercloudShipment) -> Ref:
    """A tracking number has no place in the graph of its own; this is for claims alone."""
    return Ref.of(work.order.account, RefKind.REFERENCE, "shipments", *work.order.parts, shipment.key or "")


def same_number(sent: str, shipment: SellercloudShipment) -> bool:
    return folded(sent) == folded(shipment.tracking_number)


def one_each(places: Sequence[Sequence[Ref]]) -> list[Ref] | None:
    """A thing for each place, everything once; None where one is left without."""
    found: list[Ref] = []
    for refs in places:
        ref = next((ref for ref in refs if ref not in found), None)
        if ref is None:
            return None
        found.append(ref)
    return found
