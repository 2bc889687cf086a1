"""Adding attachments to an agreement, one call each, so that none is sent twice.

The Marketplace knows no idempotency key and lets a file be attached twice. Each call is noted before it leaves; where
its answer is lost, what it made is looked for in the agreement's collection, and that file is not sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from operator import itemgetter
from typing import Any, Final

import orjson

from gateway.errors import GatewayError, NotFound, VendorBadAnswer, VendorError, VendorRefused
from gateway.model.order import Attachment
from gateway.model.ref import Kind, Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode, WriteState
from gateway.upstream.client import Upstream, path
from gateway.upstream.multipart import Multipart, Part
from gateway.vendors.commands import AddAttachments, AttachmentFile
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping
from gateway.vendors.softwareone.attachments import JSON, ROUTE, Attachments
from gateway.vendors.softwareone.mapping_agreements import Origin
from gateway.vendors.softwareone.mapping_attachments import agrees, described, marker
from gateway.vendors.writes import Attempt, adopted

SKEW: Final = timedelta(minutes=2)  # how far the vendor's clock may be behind ours
PAUSES: Final = (0, 1, 2, 4)
SEARCHED: Final = "the agreement's attachments"
# The vendor's names of what it refused that an entry of the input has too.
ENTRY_FIELDS: Final = ("name", "description", "licenseKey", "file")


@dataclass(slots=True)
class Adding:
    """How far an AddAttachments has come.

    `before` are the numbers of what was attached lately by others, `done` is what this one attached, and `sent` says
    that the next file was sent and its answer is not known. The record keeps these; no licence key is among them.
    """

    upstream: Upstream
    origin: Origin
    attachments: Attachments
    command: AddAttachments
    attempt: Attempt
    agreement: Ref
    before: tuple[str, ...] = ()
    done: tuple[Ref, ...] = ()
    sent: bool = False
    candidates: tuple[Ref, ...] = field(default=(), init=False)

    async def resume(self, memo: Mapping[str, Any]) -> None:
        """Goes on from what an earlier run noted, which may have died before the last one was its own."""
        self.before, self.done = tuple(memo["before"]), tuple(map(Ref.decode, memo["done"]))
        self.sent = memo["sent"]
        for ref in self.done:
            await self.attempt.own(ref)

    async def look(self) -> None:
        """Remembers what is there before anything is sent. Raises VendorError."""
        self.before = tuple(one.number for one in await self._recent())

    async def run(self) -> Outcome:
        """Attaches what is left. Raises VendorError where nothing was attached, and nothing may have been."""
        while len(self.done) < len(self.command.files):
            if self.sent:
                if not await self._found():
                    return self._outcome(WriteState.UNKNOWN)
                continue
            try:
                await self._attach()
            except VendorError as error:
                if error.certain:
                    return self._stopped(error)
                self.sent = True
        return self._outcome(WriteState.DONE)

    async def _attach(self) -> None:
        one = self.command.files[len(self.done)]
        await self.attempt.rivals(marker(one, self.agreement, self._order))
        answer = await self.upstream.call(
            "POST",
            path("v1", "commerce", "agreements", *self.agreement.parts, "attachments"),
            route=ROUTE,
            form=Multipart(parts(one, self._order), f"{self.attempt.id.hex}-{len(self.done)}"),
            sending=self.attempt.sending(**self._memo(sent=True)),
        )
        made = mapping.attachment(Row(answer.body, "attachment"), self.agreement.parts[0], self.origin)
        await self._keep(made.ref)
        await self.attempt.own(made.ref)

    async def _found(self) -> bool:
        """Looks for what was sent, at once and then a few times; whether it is there and surely this key's own."""
        for seconds in PAUSES:
            if seconds and not await self.attempt.pause(seconds):
                break
            try:
                recent = await self._recent()
            except VendorError:
                continue
            one = self.command.files[len(self.done)]
            known = {*self.before, *(ref.parts[-1] for ref in self.done)}
            alike = [seen for seen in recent if seen.number not in known and agrees(one, self._order, seen)]
            self.candidates = tuple([seen.ref for seen in alike if await self.attempt.free(seen.ref)])
            if await self._adopted(marker(one, self.agreement, self._order)):
                return True
        return False

    async def _adopted(self, mark: str) -> bool:
        """Takes one of the candidates, if that is sure to be no other key's."""
        ours = await adopted(self.attempt, mark, self.candidates)
        if ours is not None:
            await self._keep(ours)
        return ours is not None

    async def _recent(self) -> list[Attachment]:
        """What was attached since this write began, the oldest first: what was there before another key sent is of no
        use to that one. Raises VendorError."""
        found = await self.attachments.of_agreements([self.agreement])
        known = found[self.agreement]
        if isinstance(known, GatewayError):
            raise known
        if known.omitted:
            raise VendorBadAnswer("The agreement has attachments that cannot be read.")
        since = self.attempt.began - SKEW
        dated = [(one.created_at, one) for one in known if one.created_at is not None and one.created_at >= since]
        return [one for _, one in sorted(dated, key=itemgetter(0))]

    async def _keep(self, ref: Ref) -> None:
        self.done, self.sent = (*self.done, ref), False
        await self.attempt.note(**self._memo(sent=False))

    def _memo(self, *, sent: bool) -> dict[str, Any]:
        done = [ref.encode() for ref in self.done]
        return {"agreement": self.agreement.parts[0], "before": self.before, "done": done, "sent": sent}

    def _stopped(self, error: VendorError) -> Outcome:
        """The outcome where the vendor surely did not take the next file."""
        if not self.done and not isinstance(error, VendorRefused | NotFound):
            raise error
        mistake = refusal(error, ("files", str(len(self.done))))
        return self._outcome(WriteState.PARTLY_DONE, mistake) if self.done else Outcome.refused(mistake)

    def _outcome(self, state: WriteState, *mistakes: UserError) -> Outcome:
        lost = state is WriteState.UNKNOWN
        return Outcome(
            state=state,
            refs={"attachments": self.done, "order" if self._order else "agreement": (self.command.parent_id,)},
            user_errors=mistakes,
            searched=SEARCHED if lost else None,
            candidates=self.candidates if lost else (),
        )

    @property
    def _order(self) -> Ref | None:
        return self.command.parent_id if self.command.parent_id.kind is Kind.ORDER else None


def parts(one: AttachmentFile, order: Ref | None) -> list[Part]:
    """In the order in which the vendor's own client sends them; a licence key is all in what is said of it."""
    file = [Part("file", one.file.name, one.file.content_type, one.file)] if one.file else []
    return [*file, Part("attachment", None, JSON, orjson.dumps(described(one, order)))]


def refusal(error: VendorError, entry: tuple[str, ...]) -> UserError:
    """What the vendor has against an entry of the input; what comes after that entry was not sent."""
    if isinstance(error, NotFound):
        return UserError(UserErrorCode.NOT_FOUND, "The vendor has no such order or agreement.", ("parentId",))
    told = error.told if isinstance(error, VendorRefused) else None
    place = next((name for name in error.properties if name in ENTRY_FIELDS), None)
    where = entry if place is None else (*entry, place)
    return UserError(UserErrorCode.VENDOR_REFUSED, told or error.message, where, error.vendor_code)
