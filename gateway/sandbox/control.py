"""The test desk of the sandbox: a journal of all calls and faults on demand, wrapped around each vendor's app.

What a fault's answer looks like is the vendor's own affair (see `Emulator`); when it strikes is decided here.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol, get_args

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.sandbox.connection import abort, as_text, drain, nothing
from gateway.sandbox.nonsense import NONSENSE

FaultKind = Literal[
    "latency",  # wait `seconds`, then answer as usual
    "throttle",  # the vendor's own throttling answer; `status` where the vendor is known to vary
    "unauthorized",  # 401 although the token is good
    "error",  # `status` (500, 503, …) in the vendor's own error form
    "drop",  # close the connection without an answer; nothing is done
    "truncate",  # half of the real body, then close
    "html",  # an HTML page with `status` (default 200)
    "ok_with_error",  # HTTP 200 with the vendor's error body inside
    "late",  # do the work at once, answer after `seconds`
    "lost",  # do the work, then close the connection without an answer
    "delayed_commit",  # close the connection now, do the work after `seconds`
    "mislabelled",  # the usual answer, said to be plain text
    "garbage",  # do the work, answer with JSON about something else; `status`, as for those that follow
    "empty",  # do the work, answer 200 without a body
    "bomb",  # do the work, answer with a short gzip body that unpacks to half a gibibyte
    "huge",  # do the work, answer with 48 MiB
    "redirect",  # 302 to another host; nothing is done
]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)
JOURNAL_LIMIT = 200_000


@dataclass(slots=True)
class Fault:
    """A fault waiting to strike: the next `times` calls (None: all) whose method and path (a regex) match."""

    kind: str
    method: str | None = None
    path: str = ""
    times: int | None = 1
    skip: int = 0
    seconds: float = 0.0
    status: int | None = None
    retry_after: float | None = None
    share: float = 1.0  # of the calls that match, drawn by lot
    id: int = 0
    struck: int = 0

    def matches(self, method: str, path: str) -> bool:
        return (self.method is None or self.method == method) and re.search(self.path, path) is not None


@dataclass(slots=True)
class Call:
    """One call that reached a vendor, as the journal tells it. `path` is below the vendor's mount point."""

    n: int
    at: float
    vendor: str
    method: str
    path: str
    query: str
    status: int | None = None
    fault: str | None = None
    actor: str | None = None
    request_id: str | None = None
    seconds: float | None = None
    body_bytes: int = 0


class Emulator(Protocol):
    """What each vendor's emulator offers the desk. `settings` is a dataclass of knobs that `/control` may change."""

    name: str
    mount: str

    @property
    def app(self) -> ASGIApp: ...

    @property
    def settings(self) -> Any: ...

    def credentials(self, root: str) -> dict[str, Any]:
        """What an outside client needs; `root` is the sandbox's own base URL without a trailing slash."""
        ...

    def reset(self) -> None:
        """Back to the seeded data and settings; tokens already issued may die."""
        ...

    def orders(self) -> list[dict[str, Any]]:
        """Every order that exists, visible in lists or not: `{"number", "scope", "created_at", "listed"}` each."""
        ...

    def throttled(self, fault: Fault) -> Response: ...

    def unauthorized(self, fault: Fault) -> Response: ...

    def failure(self, fault: Fault) -> Response: ...

    def ok_with_error(self, fault: Fault) -> Response: ...


@dataclass
class Desk:
    """The journal and the faults of one vendor, as an ASGI app around the vendor's own."""

    emulator: Emulator
    clock: Callable[[], float] = time.time
    faults: list[Fault] = field(default_factory=list)
    journal: deque[Call] = field(default_factory=lambda: deque(maxlen=JOURNAL_LIMIT))
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    fault_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    later: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, fault: Fault) -> Fault:
        fault.id = next(self.fault_ids)
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        self.faults.clear()

    def calls(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in self.journal]

    async def close(self) -> None:
        for task in self.later:
            task.cancel()
        await asyncio.gather(*self.later, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.emulator.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        call = Call(
            n=next(self.numbers),
            at=self.clock(),
            vendor=self.emulator.name,
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            request_id=headers.get("ms-requestid"),
        )
        self.journal.append(call)
        scope["sandbox.call"] = call  # the emulator may note who called
        started = time.perf_counter()
        fault = self._strike(call)

        async def counted_receive() -> Message:
            message = await receive()
            call.body_bytes += len(message.get("body", b""))
            return message

        async def noting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
            await send(message)

        try:
            await self._answer(fault, scope, counted_receive, noting_send, scope.get("sandbox.send", send))
        finally:
            call.seconds = time.perf_counter() - started

    def _strike(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if fault.matches(call.method, call.path) and random.random() < fault.share:
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.struck += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                call.fault = fault.kind
                return fault
        return None

    async def _answer(self, fault: Fault | None, scope: Scope, receive: Receive, send: Send, raw_send: Send) -> None:
        app = self.emulator.app
        if fault is None:
            await app(scope, receive, send)
            return
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds)
                await app(scope, receive, send)
            case "throttle":
                await self.emulator.throttled(fault)(scope, receive, send)
            case "unauthorized":
                await self.emulator.unauthorized(fault)(scope, receive, send)
            case "error":
                await self.emulator.failure(fault)(scope, receive, send)
            case "ok_with_error":
                await self.emulator.ok_with_error(fault)(scope, receive, send)
            case "html":
                page = HTMLResponse("<html><body><h1>Sorry</h1></body></html>", status_code=fault.status or 200)
                await page(scope, receive, send)
            case "drop":
                await drain(receive)
                abort(raw_send)
            case "lost":
                await app(scope, receive, nothing)
                abort(raw_send)
            case "late":
                await self._late(fault.seconds, scope, receive, send)
            case "mislabelled":
                await app(scope, receive, as_text(send))
            case "garbage" | "empty" | "bomb" | "huge" | "redirect":
                if fault.kind != "redirect":
                    await app(scope, receive, nothing)
                usual, nonsense = NONSENSE[fault.kind]
                await nonsense(fault.status or usual)(scope, receive, send)
            case "truncate":
                await self._truncated(scope, receive, send, raw_send)
            case "delayed_commit":
                body = await drain(receive)
                task = asyncio.create_task(self._later(fault.seconds, dict(scope), body))
                self.later.add(task)
                task.add_done_callback(self.later.discard)
                abort(raw_send)
            case _:
                raise AssertionError(fault.kind)

    async def _later(self, seconds: float, scope: Scope, body: bytes) -> None:
        await asyncio.sleep(seconds)
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.emulator.app(scope, replay, nothing)

    async def _late(self, seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.emulator.app(scope, receive, keep)
        await asyncio.sleep(seconds)
        for message in messages:
            await send(message)

    async def _truncated(self, scope: Scope, receive: Receive, send: Send, raw_send: Send) -> None:
        start: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self.emulator.app(scope, receive, keep)
        headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(body[: len(body) // 2]), "more_body": True})
        await asyncio.sleep(0.05)  # let the half reach the wire before the connection goes
        abort(raw_send)
