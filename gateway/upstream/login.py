"""Logins that fetch a bearer token, as an httpx auth flow: one login at a time, renewed early, and once after a 401."""

from __future__ import annotations

import asyncio
import copy
import inspect
import math
import time
from bisect import insort
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import httpx

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.secret import Secret
from gateway.upstream.answer import overloaded
from gateway.upstream.body import is_json, parsed
from gateway.upstream.errand import ERRAND, Errand, too_late
from gateway.upstream.multipart import Multipart

TOKEN_LENGTH: Final = 16_384
LONGEST_LIFETIME: Final = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Token:
    value: Secret
    lifetime_seconds: float


MakeRequest = Callable[[], httpx.Request | Awaitable[httpx.Request]]
# The login's status and JSON (None if it is not JSON); raises GatewayError where the login was refused.
ReadToken = Callable[[int, Any], Token | Awaitable[Token]]


@dataclass(frozen=True, slots=True)
class _Held:
    value: Secret
    fresh_until: float


class TokenLogin(httpx.Auth):
    """Sends `Authorization: Bearer …`, logging in when there is no token, when it is about to end, or after a 401.

    Concurrent calls share one login, and its refusal too. Each login is made within the call that found it due, so it
    counts in that call's bounds; if that call is cancelled, another waiting one logs in instead. A login endpoint that
    throttles or fails (408, 429, 5xx) is reported without asking `read`. `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        request: MakeRequest,
        read: ReadToken,
        *,
        margin_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._request = request
        self._read = read
        self._margin = margin_seconds
        self._clock = clock
        self._turn = _PatientFirst()
        self._held: _Held | None = None
        self._failure: GatewayError | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        repeatable = isinstance(request.stream, httpx.ByteStream | Multipart)
        for may_repeat in (repeatable, False):
            held = self._fresh()
            if held is None:
                failure = self._failure
                async with self._turn:
                    held = self._fresh()
                    if held is None and self._failure is not failure and self._failure is not None:
                        raise copy.copy(self._failure)  # the login this call waited for was refused
                    if held is None:
                        asked = self._clock()
                        response = yield await _settled(self._request())
                        held = self._held = await self._accepted(response, asked)
            request.headers["Authorization"] = f"Bearer {held.value.reveal()}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            if self._held is held:
                self._held = None
            if not may_repeat:
                return

    def sync_auth_flow(self, request: httpx.Request) -> Any:
        raise RuntimeError("this login works with an asynchronous client only")

    def _fresh(self) -> _Held | None:
        held = self._held
        return held if held is not None and self._clock() < held.fresh_until else None

    async def _accepted(self, response: httpx.Response, asked: float) -> _Held:
        try:
            body = await response.aread()
            trouble = overloaded(response.status_code, response.headers)
            if trouble is not None:
                raise trouble
            token = await _settled(
                self._read(response.status_code, parsed(body) if is_json(response.headers) else None)
            )
            return _Held(_sendable(token.value), asked + self._lifetime(token.lifetime_seconds))
        except GatewayError as error:
            self._failure = error
            raise

    def _lifetime(self, seconds: float) -> float:
        """How long to use a token: its margin off, but at least half its life, or a short one would never serve."""
        known = min(seconds, LONGEST_LIFETIME) if math.isfinite(seconds) else 0.0
        return max(known - self._margin, known / 2, 0.0)


class _PatientFirst:
    """A lock whose next holder is the one with the most time left; OutOfTime for those whose time is over. In the order
    that they came, each would have but the rest of its time after the one before: once a login has hung, none that
    takes longer than that would ever succeed."""

    def __init__(self) -> None:
        self._held = False
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    async def __aenter__(self) -> None:
        if not self._held:
            self._held = True
            return
        errand, turn = ERRAND.get() or Errand.lasting(LONGEST_LIFETIME), asyncio.get_running_loop().create_future()
        waiter = (errand.until, -next(self._numbers), turn)
        insort(self._waiting, waiter)
        try:
            async with errand.timer():
                await turn
        except (asyncio.CancelledError, TimeoutError) as error:
            if not turn.cancelled():
                self._pass_on()  # it came at the last moment
            elif waiter in self._waiting:
                self._waiting.remove(waiter)
            if isinstance(error, TimeoutError):
                raise too_late() from None
            raise

    async def __aexit__(self, *_: object) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, turn = self._waiting.pop()
            if not turn.done():  # whoever was cancelled takes itself away only once it runs
                turn.set_result(None)
                return
        self._held = False


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _sendable(token: Secret) -> Secret:
    text = token.reveal()
    if not (text.isascii() and text.isprintable() and 0 < len(text) <= TOKEN_LENGTH):
        raise VendorBadAnswer("The vendor's login gave a token that cannot be sent.")
    return token
