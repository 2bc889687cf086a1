"""A vendor that lies: the sandbox's own answers, changed on their way to the adapter."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.errors import GatewayError
from gateway.vendors.base import K, Read, T
from tests.vendors.subject import Subject, subject

JSON = {"content-type": "application/json"}
Lie = Callable[[Any], Any]
"""What becomes of an answer's JSON; a Response stands for the whole answer."""


@dataclass(slots=True)
class Liar(httpx.AsyncBaseTransport):
    """Every good answer to a call whose "METHOD /path?query" matches is changed by the first lie told there.

    `calls` are those that were made, lied to or not, logins left out; `hosts` are all that were called.
    """

    inner: httpx.AsyncBaseTransport
    lies: list[tuple[re.Pattern[str], Lie, bool]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def tell(self, where: str, lie: Lie, *, even_if_refused: bool = False) -> None:
        self.lies.append((re.compile(where), lie, even_if_refused))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = f"{request.method} {request.url.raw_path.decode()}"
        self.hosts.add(request.url.host)
        login = request.url.path.endswith("/token")
        if not login:
            self.calls.append(call)
        response = await self.inner.handle_async_request(request)
        good = response.status_code < 300
        lie = next((lie for where, lie, always in self.lies if where.search(call) and (good or always)), None)
        if lie is None or login:
            return response
        told = lie(json.loads(await response.aread() or b"null"))
        return (
            told
            if isinstance(told, httpx.Response)
            else answer(json.dumps(told).encode(), response.status_code if good else 200)
        )


def answer(body: bytes, status: int = 200, headers: dict[str, str] = JSON) -> httpx.Response:
    """An answer as it comes from a network: its body is a stream."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


@dataclass(slots=True)
class Lied:
    one: Subject
    liar: Liar

    async def read(self, read: Read[K, T], *keys: K) -> dict[K, T | GatewayError]:
        batch = self.one.adapter.reads.get(read)
        assert batch is not None
        return dict(await batch(keys))


@asynccontextmanager
async def lied_to(name: str, **settings: Any) -> AsyncIterator[Lied]:
    """The account of that name (see `subject`), whose vendor tells the truth until `tell`. Nothing is asked twice."""
    liars: list[Liar] = []

    def between(transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        liars.append(Liar(transport))
        return liars[-1]

    async with subject(name, between, max_retries=0, **settings) as one:
        yield Lied(one, liars[0])
