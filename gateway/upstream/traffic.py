"""An account's traffic to its vendor: what each call must pass before it leaves, and what its end teaches.

First the breaker of its family of routes, then the queue for the family's rate budget and a place among the account's
calls in flight.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

import httpx

from gateway.errors import AnswerBrokeOff, CircuitOpen
from gateway.model.account import CircuitState
from gateway.upstream.breaker import Breaker, Verdict
from gateway.upstream.bucket import Bucket, Rate
from gateway.upstream.errand import Errand
from gateway.upstream.turnstile import Places, Turnstile

SLOW_SHARE: Final = 0.5  # of the time-out: calls that take longer count as failed
MOST_FAMILIES: Final = 32
ALL: Final = "all"

log = logging.getLogger("gateway.traffic")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a vendor's limits. `family` names the calls that are limited and fail together, by their route's
    template ("login" for logins); `rates` are those published. `own_failures` are statuses from 500 on by which it
    answers about the thing asked for: they say nothing of its health."""

    family: Callable[[str], str] = lambda route: ALL
    rates: Mapping[str, Rate] = field(default_factory=dict)
    own_failures: frozenset[int] = frozenset()

    def among(self, processes: int) -> Plan:
        """One process's part of it."""
        return replace(self, rates={name: rate.among(processes) for name, rate in self.rates.items()})


@dataclass(frozen=True, slots=True)
class CircuitNow:
    """One family's breaker. `retry_in` are the seconds until it lets a probe through; None where it is not open."""

    family: str
    state: CircuitState
    retry_in: float | None


@dataclass(slots=True)
class Passage:
    """A call on its way. `status` is that of its answer, once there is one; `waited` the seconds before it could go."""

    waited: float
    status: int | None = None


class Traffic:
    def __init__(self, account: str, plan: Plan, *, max_concurrency: int) -> None:
        self._account = account
        self._plan = plan
        self._buckets: dict[str, Bucket] = {name: Bucket(rate) for name, rate in plan.rates.items()}
        self._breakers: dict[str, Breaker] = {}
        self._places = Places(max_concurrency)
        self._turnstile = Turnstile(self._places, self._bucket)

    @asynccontextmanager
    async def passage(self, route: str, *, light: bool, errand: Errand, seconds: float) -> AsyncIterator[Passage]:
        """The way of one call that may take so many seconds, from before it leaves to the end of its answer. Raises
        CircuitOpen, BudgetSpent or OutOfTime instead of letting it leave."""
        clock = asyncio.get_running_loop().time
        family, came = self._plan.family(route), clock()
        breaker = self._breaker(family)
        self._refuse_if_shut(breaker, came)
        await self._turnstile.enter(family, light=light, errand=errand)
        began = clock()
        passage = Passage(began - came)
        verdict, probe = Verdict.NEITHER, False
        try:
            self._refuse_if_shut(breaker, began)  # it may have opened while this call waited
            probe = breaker.begin()
            try:
                yield passage
            except BaseException as error:
                verdict = self._of_error(error, slow=clock() - began >= seconds * SLOW_SHARE)
                raise
            verdict = self._of_answer(passage.status or 0, slow=clock() - began >= seconds * SLOW_SHARE)
        finally:
            self._ended(family, breaker, verdict, probe=probe, began=began)

    def throttled(self, route: str, pause: float | None) -> None:
        """The vendor asks for fewer calls, in a way of its own or by its status; `pause` in seconds."""
        now = asyncio.get_running_loop().time()
        family = self._plan.family(route)
        self._bucket(family).refused(now, pause)
        self._places.overloaded(now)
        self._turnstile.not_in_time(family)

    def is_own_failure(self, status: int | None) -> bool:
        return status in self._plan.own_failures

    def circuits(self) -> tuple[CircuitNow, ...]:
        """The breakers of all families that were ever asked."""
        now = asyncio.get_running_loop().time()
        return tuple(
            CircuitNow(family, state, breaker.shut(now) if state is CircuitState.OPEN else None)
            for family, breaker in sorted(self._breakers.items())
            for state in [breaker.state(now)]
        )

    def left(self) -> int | None:
        """The fewest calls that any published budget leaves now; None where none is published."""
        now = asyncio.get_running_loop().time()
        return min((left for bucket in self._buckets.values() if (left := bucket.left(now)) is not None), default=None)

    def close(self) -> None:
        self._turnstile.close()

    def _bucket(self, family: str) -> Bucket:
        bucket = self._buckets.get(family)
        if bucket is None:
            bucket = self._buckets[family] = Bucket(None)
            assert len(self._buckets) <= MOST_FAMILIES, "families are few and fixed"
        return bucket

    def _breaker(self, family: str) -> Breaker:
        breaker = self._breakers.get(family)
        if breaker is None:
            breaker = self._breakers[family] = Breaker()
        return breaker

    def _refuse_if_shut(self, breaker: Breaker, now: float) -> None:
        wait = breaker.shut(now)
        if wait is not None:
            raise _left_alone(wait)

    def _of_answer(self, status: int, *, slow: bool) -> Verdict:
        if status == httpx.codes.TOO_MANY_REQUESTS or self.is_own_failure(status):
            return Verdict.GOOD  # it answers
        failed = status == httpx.codes.REQUEST_TIMEOUT or status >= 500
        return Verdict.BAD if failed or slow else Verdict.GOOD

    def _of_error(self, error: BaseException, *, slow: bool) -> Verdict:
        if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
            return Verdict.NEITHER  # of our own making
        failed = isinstance(error, httpx.TransportError | OSError | AnswerBrokeOff)
        return Verdict.BAD if failed or slow else Verdict.NEITHER

    def _ended(self, family: str, breaker: Breaker, verdict: Verdict, *, probe: bool, began: float) -> None:
        now = asyncio.get_running_loop().time()
        if verdict is Verdict.BAD:
            self._places.overloaded(now)
        elif verdict is Verdict.GOOD:
            self._places.went_well()
        if breaker.end(now, verdict, probe=probe, began=began):
            level = logging.INFO if verdict is Verdict.GOOD else logging.WARNING
            log.log(level, "%s: %s: the circuit is %s", self._account, family, breaker.state(now).value)
        wait = breaker.shut(now)
        if wait is not None:
            self._turnstile.send_away(family, lambda _: _left_alone(wait))
        self._turnstile.leave()


def _left_alone(wait: float) -> CircuitOpen:
    return CircuitOpen("The vendor has failed again and again, and is left alone.", retry_after=round(wait, 1))
