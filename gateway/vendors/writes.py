"""What every vendor may offer to be written: named writes, the commands they take, and the attempt they run in.

A write runs in an `Attempt`, which keeps a record. The record outlives the process: whoever repeats the write with the
same key finds in `memo` what was noted before the first byte left, and looks for what became of it instead of doing it
again. The rules for every handler: `note` (as `sending` of the call) before each call that creates or changes
something; and never refuse by rules of our own what an earlier run has sent, for they may be newer than that run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast
from uuid import UUID

from gateway.model.account import Capability
from gateway.model.ref import Ref
from gateway.model.writing import Outcome
from gateway.vendors.base import K, Read, T
from gateway.vendors.commands import (
    AddAttachments,
    CancelOrder,
    CheckoutCart,
    CreateCart,
    CreatePurchaseOrder,
    DeleteAttachment,
    SubmitOrder,
    UpdateAttachment,
    UpdateCart,
    UpdateOrder,
)

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)


@dataclass(frozen=True)  # without slots: typing notes the type arguments on the instance
class Write(Generic[C_contra]):
    """The name of a write, as records keep it, and its command's type. `capability` is what an account must have."""

    name: str
    capability: Capability


CREATE_CART = Write[CreateCart]("create_cart", Capability.CREATE_CARTS)
UPDATE_CART = Write[UpdateCart]("update_cart", Capability.CREATE_CARTS)
CHECKOUT_CART = Write[CheckoutCart]("checkout_cart", Capability.CREATE_CARTS)
CREATE_PURCHASE_ORDER = Write[CreatePurchaseOrder]("create_purchase_order", Capability.CREATE_PURCHASE_ORDERS)
UPDATE_ORDER = Write[UpdateOrder]("update_order", Capability.UPDATE_ORDERS)
SUBMIT_ORDER = Write[SubmitOrder]("submit_order", Capability.SUBMIT_ORDERS)
CANCEL_ORDER = Write[CancelOrder]("cancel_order", Capability.CANCEL_ORDERS)
ADD_ATTACHMENTS = Write[AddAttachments]("add_attachments", Capability.ADD_ATTACHMENTS)
UPDATE_ATTACHMENT = Write[UpdateAttachment]("update_attachment", Capability.UPDATE_ATTACHMENTS)
DELETE_ATTACHMENT = Write[DeleteAttachment]("delete_attachment", Capability.DELETE_ATTACHMENTS)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Other unfinished writes that look for the same thing: `running` now, and those whose outcome is not known."""

    running: int
    unknown: int


class Attempt(Protocol):
    """One run of a write under its record.

    `id` is the same for every run under one key, and new for another: what is sent to be recognised derives from it.
    `began` is when the first run began (UTC). `memo` is what the latest `note` of an earlier run kept: None means that
    no earlier run sent anything.
    """

    @property
    def id(self) -> UUID: ...

    @property
    def began(self) -> datetime: ...

    @property
    def memo(self) -> Mapping[str, Any] | None: ...

    async def note(self, **memo: Any) -> None:
        """Keeps these JSON values in place of what was noted before. Raises InProgress where another process has taken
        the write over, StoreUnavailable where it cannot be kept: nothing may be sent then."""
        ...

    async def claim(self, ref: Ref) -> bool:
        """Makes this order or attachment this key's own; False where it is another key's."""
        ...

    async def free(self, ref: Ref) -> bool:
        """Whether `claim` would make it this key's own; claims nothing."""
        ...

    async def own(self, ref: Ref) -> None:
        """Makes it this key's own whatever others believed: the vendor itself answered our call with it."""
        ...

    async def rivals(self, marker: str) -> Rivals:
        """Others of the same account that look by the same marker; this one is found by it from now on."""
        ...

    async def pause(self, seconds: float) -> bool:
        """Waits, and says True; says False at once where the write's time does not allow it."""
        ...

    def prime(self, read: Read[K, T], key: K, value: T) -> None:
        """Remembers what the vendor has just answered, so that showing it costs no call."""
        ...

    def sending(self, **memo: Any) -> Callable[[], Awaitable[None]]:
        """`note` with these values, for the moment before the first byte leaves (`sending` of a call)."""
        ...


async def adopted(attempt: Attempt, marker: str, candidates: Iterable[Ref]) -> Ref | None:
    """The first of these things that nobody owns, made this key's own; `candidates` are the oldest first, and equal in
    all that the marker covers. Others that lost an answer may look for the same: then there must be enough for all of
    them, or it may be theirs."""
    free = [ref for ref in candidates if await attempt.free(ref)]
    rivals = await attempt.rivals(marker)
    if not rivals.running and len(free) > rivals.unknown:
        for ref in free:
            if await attempt.claim(ref):
                return ref
    return None


Handler = Callable[[C, Attempt], Awaitable[Outcome]]


class Writes:
    """An adapter's writes, and for those it lacks what to do instead."""

    def __init__(self, *, instead: Mapping[str, str] | None = None) -> None:
        self._handlers: dict[str, Handler[Any]] = {}
        self._instead = dict(instead or {})

    def add(self, write: Write[C], handler: Handler[C]) -> None:
        self._handlers[write.name] = handler

    def get(self, write: Write[C]) -> Handler[C] | None:
        return cast("Handler[C] | None", self._handlers.get(write.name))

    def instead(self, write: Write[Any]) -> str | None:
        """What a person can do where this vendor has no such call."""
        return self._instead.get(write.name)


WRITES: Sequence[Write[Any]] = (
    CREATE_CART,
    UPDATE_CART,
    CHECKOUT_CART,
    CREATE_PURCHASE_ORDER,
    UPDATE_ORDER,
    SUBMIT_ORDER,
    CANCEL_ORDER,
    ADD_ATTACHMENTS,
    UPDATE_ATTACHMENT,
    DELETE_ATTACHMENT,
)
