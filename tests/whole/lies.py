"""A sandbox that lies: its own answers, changed before the gateway sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.whole.harness import Whole

Lie = Callable[[Any], Any]


@dataclass(slots=True)
class Lies:
    """An ASGI app around the sandbox's. A good JSON answer to a call whose "METHOD /path" matches is changed by the
    first lie told there; bytes stand for a body as it is."""

    app: ASGIApp
    told: list[tuple[re.Pattern[str], Lie]] = field(default_factory=list)

    def tell(self, where: str, lie: Lie) -> None:
        self.told.append((re.compile(where), lie))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = f"{scope.get('method')} {scope['path']}"
        lie = next((lie for where, lie in self.told if where.search(call)), None)
        if lie is None:
            await self.app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        start = messages[0]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if start["status"] < 300:
            changed = lie(json.loads(body))
            body = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
            kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            start = {**start, "headers": kept}
        await send(start)
        await send({"type": "http.response.body", "body": body})


async def lying(gateway: Whole) -> Lies:
    """From now on the gateway's vendors can be made to lie; it begins anew."""
    lies = Lies(gateway.sandbox.app)
    gateway.sandbox.app = lies
    await gateway.fresh()
    return lies
