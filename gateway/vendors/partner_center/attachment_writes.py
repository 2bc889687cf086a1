"""Purchase order documents sent to an order, all in one form.

The vendor knows no key for it but `MS-RequestId`, and may keep files twice (create-attachments-for-an-order says
nothing). So what the order has is listed before, and a lost answer is looked for in the list; only where nothing new is
there and the order still waits is the same form sent again, under the same id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import orjson

from gateway.errors import GatewayError, InProgress, NotFound, StoreUnavailable, VendorBadAnswer
from gateway.model.files import UploadLimits
from gateway.model.order import Attachment, Order
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode, WriteState
from gateway.upstream.multipart import Multipart, Part
from gateway.vendors.base import ATTACHMENT
from gateway.vendors.commands import AddAttachments
from gateway.vendors.files import kept
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.mapping_attachments import (
    METADATA,
    METADATA_TYPE,
    PARTS,
    Paper,
    every_attachment,
    metadata,
    paired,
    papers,
)
from gateway.vendors.partner_center.orders import ONE, Orders, address
from gateway.vendors.partner_center.refusals import refuses, user_error
from gateway.vendors.partner_center.rules_attachments import FIELDS, mistakes
from gateway.vendors.writes import Attempt

WAITS: Final = (1.0, 2.0, 4.0)
REPEATABLE: Final = timedelta(hours=1)
MAX_CANDIDATES: Final = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """The files for an order, and the form that carries them: the same bytes in every run."""

    order: Ref
    papers: Sequence[Paper]
    form: Multipart

    @property
    def marker(self) -> str:
        """The same for uploads that the order's list could not tell apart."""
        told = [self.order.encode(), *sorted(f"{kind.value} {file.name}" for kind, file in self.papers)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


class AttachmentWrites:
    """`now` is the time in UTC."""

    def __init__(self, api: Api, orders: Orders, limits: UploadLimits, now: Callable[[], datetime]) -> None:
        self._api = api
        self._orders = orders
        self._limits = limits
        self._now = now

    async def add(self, command: AddAttachments, attempt: Attempt) -> Outcome:
        """Raises GatewayError where nothing was sent, and ValueError where the files are gone."""
        # What was sent already is no longer a matter of limits, which may be others by now.
        wrong = mistakes(command, self._limits) if attempt.memo is None else []
        if wrong or command.purchase_order is None:
            return Outcome.refused(*wrong)
        sent = papers(command)
        known = orjson.dumps(metadata(command.purchase_order))
        upload = Upload(command.parent_id, sent, form(known, sent, attempt))
        with kept([paper.file for paper in sent]):
            if attempt.memo is None:
                return await self._first(upload, attempt)
            if attempt.memo["step"] == "created":
                refs = tuple(map(Ref.decode, attempt.memo["refs"]))
                for ref in refs:
                    await attempt.own(ref)
                return self._done(upload, refs, attempt.memo["missing"])
            return await self._search(upload, attempt, attempt.memo, settled=True)

    async def _first(self, upload: Upload, attempt: Attempt) -> Outcome:
        try:
            order = await self._orders.one(upload.order)
            before = [one.number for one in await self._listed(upload.order)]
        except GatewayError as error:
            if refuses(error):
                return Outcome.refused(user_error(error, FIELDS))
            raise
        memo = {"step": "sent", "before": before, "state": state(order)}
        await attempt.rivals(upload.marker)
        try:
            answer = await self._sent(upload, attempt, memo)
        except GatewayError as error:
            if refuses(error):
                return Outcome.refused(user_error(error, FIELDS))
            if error.certain:
                raise
            return await self._search(upload, attempt, memo, settled=False)
        return await self._taken(upload, attempt, memo, answer)

    async def _search(self, upload: Upload, attempt: Attempt, memo: Mapping[str, Any], *, settled: bool) -> Outcome:
        """What became of a form whose answer was lost. `settled`: it has had time to land."""
        refusal: GatewayError | None = None
        new: list[Attachment] = []
        for wait in (0.0, *WAITS):
            if wait and not await attempt.pause(wait):
                break
            try:
                new = await free(attempt, unknown_to(memo, await self._listed(upload.order)))
                quiet = not new and state(await self._orders.one(upload.order)) == memo["state"]
            except StoreUnavailable:
                raise
            except GatewayError:
                continue  # the log has it, and the question stays open
            if new and await self._ours(upload, attempt, new):
                return await self._taken(upload, attempt, memo, new)
            if quiet and refusal is not None:
                return Outcome.refused(user_error(refusal, FIELDS))
            if quiet and settled and self._now() - attempt.began < REPEATABLE:
                try:
                    return await self._taken(upload, attempt, memo, await self._sent(upload, attempt, memo))
                except (InProgress, StoreUnavailable):
                    raise
                except GatewayError as error:
                    refusal = error if refuses(error) else None
            settled = True
        candidates = tuple(one.ref for one in new[:MAX_CANDIDATES])
        return Outcome.unknown("the files of the order", candidates, order=upload.order)

    async def _ours(self, upload: Upload, attempt: Attempt, new: Sequence[Attachment]) -> bool:
        """Whether the new files are all of this upload and nothing else, and nobody else may have sent them."""
        if len(new) != len(upload.papers) or None in paired(upload.papers, new):
            return False
        rivals = await attempt.rivals(upload.marker)
        if rivals.running or rivals.unknown:
            return False
        return all([await attempt.claim(one.ref) for one in new])

    async def _taken(
        self, upload: Upload, attempt: Attempt, memo: Mapping[str, Any], answer: Sequence[Attachment]
    ) -> Outcome:
        """The vendor has answered with the files, or the order shows them."""
        new = unknown_to(memo, answer)
        unowned = await free(attempt, new)
        new = unowned if len(unowned) >= len(upload.papers) else new  # others may have sent files meanwhile
        pairs = paired(upload.papers, new[::-1])  # of equal ones those that came last
        if len(new) == len(pairs):  # none of them can be another's, whatever the vendor made of their names
            rest = iter([one for one in new if one not in pairs])
            pairs = [one or next(rest) for one in pairs]
        found = [one for one in pairs if one is not None]
        missing = [place for place, one in enumerate(pairs) if one is None]
        await attempt.note(step="created", refs=[one.ref.encode() for one in found], missing=missing)
        for one in found:
            await attempt.own(one.ref)
            attempt.prime(ATTACHMENT, one.ref, one)
        return self._done(upload, (one.ref for one in found), missing)

    def _done(self, upload: Upload, refs: Iterable[Ref], missing: Sequence[int]) -> Outcome:
        self._orders.forget(upload.order.parts[0])
        told = "The vendor's answer does not show this file."
        return Outcome(
            state=WriteState.PARTLY_DONE if missing else WriteState.DONE,
            refs={"attachments": tuple(refs), "order": (upload.order,)},
            user_errors=tuple(
                UserError(UserErrorCode.VENDOR_REFUSED, told, ("files", str(place), "file")) for place in missing
            ),
        )

    async def _sent(self, upload: Upload, attempt: Attempt, memo: Mapping[str, Any]) -> tuple[Attachment, ...]:
        """The answer's files. Raises GatewayError, also where none of them is new: then the answer tells nothing."""
        answer = await self._api.send(
            "POST",
            (*address(upload.order), "attachment"),
            partial(every_attachment, order=upload.order),
            route=ONE + "/attachment",
            request_id=str(attempt.id),
            form=upload.form,
            sending=attempt.sending(**memo),
        )
        if not unknown_to(memo, answer):
            raise VendorBadAnswer("The vendor's answer to an upload shows no new file.")
        return answer

    async def _listed(self, order: Ref) -> tuple[Attachment, ...]:
        """The order's files; that there is no list says the same as an empty one, for the order itself was read."""
        try:
            return await self._api.get(
                (*address(order), "attachments"), partial(every_attachment, order=order), route=ONE + "/attachments"
            )
        except NotFound:
            return ()


def form(known: bytes, sent: Sequence[Paper], attempt: Attempt) -> Multipart:
    parts = [Part(METADATA, None, METADATA_TYPE, known)]
    parts += [Part(PARTS[kind], file.name, file.content_type, file) for kind, file in sent]
    return Multipart(parts, f"order-gateway-{attempt.id.hex}")


def state(order: Order) -> str | None:
    """What it says of its documents."""
    return order.documents.state.value if order.documents else None


async def free(attempt: Attempt, found: Iterable[Attachment]) -> list[Attachment]:
    """Those that are no other key's own."""
    return [one for one in found if await attempt.free(one.ref)]


def unknown_to(memo: Mapping[str, Any], found: Sequence[Attachment]) -> list[Attachment]:
    """Those that were not there before."""
    before = set(memo["before"])
    return [one for one in found if one.number not in before]
