"""Writes, at most once per key: the record first, the vendor second, the outcome third.

`Writer.run` is the whole way: it finds or makes the record, lets the vendor's handler work under it, and keeps how it
ended. A write that was begun goes on although its client is gone or the time of its request is over; only the waiting
ends.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from gateway.errors import GatewayError, InProgress, NotFound, StoreUnavailable, Unsupported, VendorRefused
from gateway.model.ref import Ref
from gateway.model.writing import Outcome, UserError, UserErrorCode, WriteState, Written
from gateway.store.ledger import Busy, Conflict, Entry, Finished, Held, Ledger, Place
from gateway.upstream.errand import ERRAND, on, too_late
from gateway.vendors.base import Adapter, K, Read, T
from gateway.vendors.writes import C, Handler, Rivals, Write

POLL_SECONDS: Final = 0.1
GRACE_SECONDS: Final = 20.0

log = logging.getLogger("gateway.writing")


@dataclass(frozen=True, slots=True)
class Primed:
    """What the vendor has just answered, to be shown without another call."""

    read: Read[Any, Any]
    key: Any
    value: object


@dataclass(frozen=True, slots=True)
class Result:
    written: Written
    primed: tuple[Primed, ...] = ()


class Writer:
    """`seconds` is how long a request waits for a write of its key that runs already, and how long a write may pause
    for its vendor in all; `lease_seconds` after how long without a sign of life a run counts as dead."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        seconds: float,
        lease_seconds: float,
        told: Callable[[Adapter, str, str], None] = lambda adapter, write, outcome: None,
    ) -> None:
        """`told` hears of the end of each run: the account, the write's name, and its state or its error's code."""
        self._ledger = ledger
        self._told = told
        self._seconds = seconds
        self._lease_seconds = lease_seconds
        self._running: set[asyncio.Task[Result]] = set()

    async def run(
        self, principal: str, adapter: Adapter, write: Write[C], command: C, key: str | None, fingerprint: str
    ) -> Result:
        """The outcome, of this run or an earlier one with the same key and input: UNKNOWN where this run goes on after
        the operation's deadline. Without a key one is made up.

        Raises GatewayError where nothing was written and the same request may be sent again.
        """
        known = key if key is not None else str(uuid.uuid4())
        handler = adapter.writes.get(write)
        if handler is None or write.capability not in adapter.account.capabilities:
            return Result(Written(Outcome.refused(unsupported(adapter, write)), known))
        if time_left() == 0:
            raise too_late()  # a write that nobody waits for is not begun
        entry = Entry(Place(principal, known), adapter.account.id, write.name, fingerprint)
        begun = await self._begun(entry)
        if isinstance(begun, Conflict):
            return Result(Written(Outcome.refused(CONFLICT), known))
        if isinstance(begun, Finished):
            return Result(Written(Outcome.unpacked(begun.outcome), known, replayed=True))
        with on(None):  # it ends by its own times
            task = asyncio.create_task(self._perform(begun, handler, command, adapter, write.name))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(seen)
        await asyncio.wait((task,), timeout=time_left())  # not the task itself: it goes on when the client goes away
        return task.result() if task.done() else Result(Written(Outcome.unknown(None), known))

    async def close(self) -> None:
        """Waits a while for writes under way: what was sent should be recorded."""
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._ledger.close()

    async def _begun(self, entry: Entry) -> Held | Finished | Conflict:
        clock = asyncio.get_running_loop().time
        left = time_left()
        end = clock() + (self._seconds if left is None else min(self._seconds, left))
        while True:
            begun = await self._ledger.begin(entry)
            if not isinstance(begun, Busy):
                return begun
            if clock() >= end:
                raise InProgress("This write is under way; ask again with the same key.", retry_after=1)
            await asyncio.sleep(min(POLL_SECONDS, end - clock()))

    async def _perform(self, held: Held, handler: Handler[C], command: C, adapter: Adapter, write: str) -> Result:
        attempt = Running(self._ledger, held, asyncio.get_running_loop().time() + self._seconds)
        heart = asyncio.create_task(self._beating(held))
        try:
            outcome = await self._outcome(attempt, handler, command, adapter)
        except Exception as error:
            self._told(adapter, write, error.code if isinstance(error, GatewayError) else "INTERNAL")
            raise
        finally:
            heart.cancel()
        self._told(adapter, write, outcome.state.name)
        replayed = held.memo is not None and outcome.state is not WriteState.REFUSED
        return Result(Written(outcome, held.place.key, replayed), tuple(attempt.primed))

    async def _outcome(self, attempt: Running, handler: Handler[C], command: C, adapter: Adapter) -> Outcome:
        held = attempt.held
        try:
            outcome = await handler(command, attempt)
            free = outcome.state is WriteState.REFUSED and held.memo is None and not attempt.notes
        except GatewayError as error:
            error.happened_at(adapter.account.vendor.value, adapter.account.name)
            outcome, free = await self._failed(attempt, error)
        except Exception:
            if held.memo is None and not attempt.notes:
                await self._ledger.release(held)
            else:
                await self._kept(held, before(held) or Outcome.unknown(None))
            raise
        still = await (self._ledger.release(held) if free else self._kept(held, outcome))
        if not still and outcome.state is not WriteState.DONE:
            # What this run took for a no may be the doing of the one that took over.
            raise InProgress("Another process has taken this write over; ask again with the same key.")
        return outcome

    async def _failed(self, attempt: Running, error: GatewayError) -> tuple[Outcome, bool]:
        """The outcome of a run that ended with this error, and whether its key is free again. Raises the error where
        nothing was done and it is no answer to the input, or where another process has the record."""
        refused = refusal(error)
        if attempt.sent_nothing(error):
            # Nothing happened: the same key may be used again, also for the mended input.
            if refused is None:
                await self._ledger.release(attempt.held)
                raise error
            return Outcome.refused(refused), not isinstance(error, VendorRefused) or not attempt.notes
        if isinstance(error, InProgress):
            raise error
        log.warning("a write to %s ended with %s: it may have been done", error.account, error.code)
        return before(attempt.held) or Outcome.unknown(None), False

    async def _kept(self, held: Held, outcome: Outcome) -> bool:
        """Keeps the outcome; False where the record is another's now."""
        try:
            return await self._ledger.finish(held, outcome.packed(), final=outcome.state is not WriteState.UNKNOWN)
        except StoreUnavailable:
            # It was written. That a repeat has to look for it is no reason to keep this answer back.
            log.exception("the outcome of write %s could not be kept", held.id)
            return True

    async def _beating(self, held: Held) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                if not await self._ledger.renew(held):
                    return
            except StoreUnavailable:
                log.warning("the lease of a write could not be renewed")


@dataclass(slots=True)
class Running:
    """Implements `Attempt`. `end` is in the loop's time."""

    ledger: Ledger
    held: Held
    end: float
    notes: int = 0
    primed: list[Primed] = field(default_factory=list)

    @property
    def id(self) -> uuid.UUID:
        return self.held.id

    @property
    def began(self) -> datetime:
        return datetime.fromtimestamp(self.held.began, UTC)

    @property
    def memo(self) -> Mapping[str, Any] | None:
        return self.held.memo

    async def note(self, **memo: Any) -> None:
        self.notes += 1
        await self.ledger.note(self.held, memo)

    def sent_nothing(self, error: GatewayError) -> bool:
        """Whether this error, which ended the run, leaves no doubt that the vendor has done nothing. What a run before
        this one sent, or this one in earlier steps, is never undone by a later no, nor by a no to a mere question."""
        first = self.notes == 0 or (self.notes == 1 and error.of_write and error.certain)
        return self.held.memo is None and first

    def sending(self, **memo: Any) -> Callable[[], Awaitable[None]]:
        counted = False

        async def note() -> None:
            nonlocal counted
            self.notes += not counted  # a call that is made again after a new login is one call
            counted = True
            await self.ledger.note(self.held, memo)

        return note

    async def claim(self, ref: Ref) -> bool:
        return await self.ledger.claim(self.held, ref.encode())

    async def free(self, ref: Ref) -> bool:
        return await self.ledger.claim(self.held, ref.encode(), look=True)

    async def own(self, ref: Ref) -> None:
        await self.ledger.claim(self.held, ref.encode(), force=True)

    async def rivals(self, marker: str) -> Rivals:
        return Rivals(*await self.ledger.rivals(self.held, marker))

    async def pause(self, seconds: float) -> bool:
        if asyncio.get_running_loop().time() + seconds > self.end:
            return False
        await asyncio.sleep(seconds)
        return True

    def prime(self, read: Read[K, T], key: K, value: T) -> None:
        self.primed.append(Primed(read, key, value))


def time_left() -> float | None:
    """Seconds until the operation's deadline, 0 after it; None where it has none."""
    errand = ERRAND.get()
    return None if errand is None else max(errand.left, 0.0)


CONFLICT: Final = UserError(
    UserErrorCode.IDEMPOTENCY_CONFLICT, "This key was used for another input.", ("idempotencyKey",)
)


def unsupported(adapter: Adapter, write: Write[Any]) -> UserError:
    reason = adapter.writes.instead(write) or f"Account {adapter.account.name} cannot do this; see its capabilities."
    return UserError(UserErrorCode.UNSUPPORTED, reason)


def refusal(error: GatewayError) -> UserError | None:
    """What an error says to the one who filled in the input; None where it is no answer to the input."""
    code = next((code for kind, code in REFUSALS.items() if isinstance(error, kind)), None)
    return None if code is None else UserError(code, error.told or error.message, vendor_code=error.vendor_code)


REFUSALS: Final[Mapping[type[GatewayError], UserErrorCode]] = {
    VendorRefused: UserErrorCode.VENDOR_REFUSED,
    NotFound: UserErrorCode.NOT_FOUND,
    Unsupported: UserErrorCode.UNSUPPORTED,
}


def before(held: Held) -> Outcome | None:
    """What an earlier run knew."""
    return None if held.outcome is None else Outcome.unpacked(held.outcome)


def seen(task: asyncio.Task[Result]) -> None:
    """Takes note of a run's end although nobody may wait for it any more."""
    if not task.cancelled() and task.exception() is not None:
        log.debug("a write ended with %s", type(task.exception()).__name__)
