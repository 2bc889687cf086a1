"""Attachments written: files and licence keys added, renamed, deleted. Only vendors and operations may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from gateway.errors import GatewayError, NotFound, VendorError, VendorRefused
from gateway.model.order import Attachment
from gateway.model.ref import Kind, Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode
from gateway.upstream.client import Upstream, path
from gateway.vendors.commands import AddAttachments, DeleteAttachment, UpdateAttachment
from gateway.vendors.files import kept
from gateway.vendors.softwareone import rules_attachments as rules
from gateway.vendors.softwareone.attachment_adding import PAUSES, Adding
from gateway.vendors.softwareone.attachments import ROUTE, Attachments
from gateway.vendors.softwareone.calls import about
from gateway.vendors.softwareone.mapping_agreements import Origin
from gateway.vendors.softwareone.mapping_attachments import changed, changes
from gateway.vendors.softwareone.orders import Orders
from gateway.vendors.writes import ADD_ATTACHMENTS, DELETE_ATTACHMENT, UPDATE_ATTACHMENT, Attempt, Writes

ONE: Final = f"{ROUTE}/{{attachment}}"
SEARCHED: Final = "the attachment itself"
NO_PARENT: Final = UserError(UserErrorCode.NOT_FOUND, "The vendor has no such order or agreement.", ("parentId",))
NO_ATTACHMENT: Final = UserError(UserErrorCode.NOT_FOUND, "The vendor has no such attachment.", ("attachmentId",))


class AttachmentWrites:
    def __init__(self, upstream: Upstream, origin: Origin, orders: Orders, attachments: Attachments) -> None:
        self._upstream = upstream
        self._origin = origin
        self._orders = orders
        self._attachments = attachments

    def add_to(self, writes: Writes) -> None:
        writes.add(ADD_ATTACHMENTS, self.add)
        writes.add(UPDATE_ATTACHMENT, self.update)
        writes.add(DELETE_ATTACHMENT, self.delete)

    async def add(self, command: AddAttachments, attempt: Attempt) -> Outcome:
        mistakes = rules.adding(command)
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)
        with kept([one.file for one in command.files if one.file is not None]):
            try:
                adding = await self._adding(command, attempt)
            except NotFound:
                return Outcome.refused(NO_PARENT)
            return await adding.run()

    async def update(self, command: UpdateAttachment, attempt: Attempt) -> Outcome:
        mistakes = rules.changing(command)
        if mistakes and attempt.memo is None:
            return Outcome.refused(*mistakes)
        ref = command.attachment_id

        async def seen() -> bool:
            known = await self._read(ref)
            return known is not None and changed(command, known)

        async def send() -> None:
            sending, body = attempt.sending(step="update"), changes(command)
            answer = await self._upstream.call("PUT", address(ref), route=ONE, json=body, sending=sending)
            about(answer.body, ref)

        try:
            settled = await self._settled(attempt, seen, send)
        except NotFound:
            return Outcome.refused(NO_ATTACHMENT)
        except VendorRefused as error:
            return Outcome.refused(refusal(error))
        return Outcome.done(attachment=ref) if settled else Outcome.unknown(SEARCHED, (ref,), attachment=ref)

    async def delete(self, command: DeleteAttachment, attempt: Attempt) -> Outcome:
        ref = command.attachment_id

        async def gone() -> bool:
            return await self._read(ref) is None

        send = partial(self._upstream.call, "DELETE", address(ref), route=ONE)
        try:
            settled = await self._settled(attempt, gone, lambda: send(sending=attempt.sending(step="delete")))
        except NotFound:
            return Outcome.refused(NO_ATTACHMENT)
        return Outcome.done(deleted=ref) if settled else Outcome.unknown(SEARCHED, (ref,))

    async def _adding(self, command: AddAttachments, attempt: Attempt) -> Adding:
        """As far as an earlier run came, or ready to begin. Raises VendorError."""
        if attempt.memo is not None:
            agreement = self._origin.ref(Kind.AGREEMENT, attempt.memo["agreement"])
        else:
            agreement = await self._agreement(command.parent_id)
        adding = Adding(self._upstream, self._origin, self._attachments, command, attempt, agreement)
        if attempt.memo is not None:
            await adding.resume(attempt.memo)
        else:
            await adding.look()
        return adding

    async def _agreement(self, parent: Ref) -> Ref:
        """The agreement that keeps the attachments. Raises VendorError."""
        if parent.kind is Kind.AGREEMENT:
            return parent
        order = (await self._orders.read([parent])).get(parent)
        if isinstance(order, GatewayError):
            raise order
        if order is None or order.agreement is None:
            raise NotFound("The vendor has no such order, or it has no agreement.")
        return order.agreement.ref

    async def _read(self, ref: Ref) -> Attachment | None:
        """Raises VendorError."""
        known = (await self._attachments.read([ref])).get(ref)
        if isinstance(known, GatewayError) and not isinstance(known, NotFound):
            raise known
        return known if isinstance(known, Attachment) else None

    async def _settled(
        self, attempt: Attempt, seen: Callable[[], Awaitable[bool]], send: Callable[[], Awaitable[object]]
    ) -> bool:
        """Sends what may be sent twice, until it is answered or seen done; False where that stays open.

        Raises VendorError where nothing was done, NotFound only where no earlier call can have been the reason.
        """
        sent = attempt.memo is not None
        for seconds in PAUSES:
            if seconds and not await attempt.pause(seconds):
                break
            try:
                if not (sent and await seen()):
                    await send()
            except VendorError as error:
                # A no to the look says nothing of what an earlier call did.
                if error.certain and (not sent or (error.of_write and isinstance(error, NotFound | VendorRefused))):
                    raise
                sent = True
            else:
                return True
        return False


def address(ref: Ref) -> str:
    return path("v1", "commerce", "agreements", ref.parts[0], "attachments", ref.parts[1])


def refusal(error: VendorRefused) -> UserError:
    field = next((name for name in error.properties if name in ("name", "description")), None)
    where = None if field is None else (field,)
    return UserError(UserErrorCode.VENDOR_REFUSED, error.told or error.message, where, error.vendor_code)
