"""Answers kept by `MS-RequestId`: a repeated write within the window gets its first answer and is not done again.

Window, scope and the refusal of another body are not documented; they are this emulator's choice.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal

KEPT = 50_000
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    at: float
    fingerprint: str
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass(slots=True)
class Replays:
    answers: OrderedDict[Key, Kept] = field(default_factory=OrderedDict)

    def recall(self, key: Key, fingerprint: str, window: float, now: float) -> Response | None:
        """The first answer under this key; Refusal 409 where the body was another."""
        kept = self.answers.get(key)
        if kept is None or kept.at + window <= now:
            return None
        if kept.fingerprint != fingerprint:
            raise Refusal(409, 409)
        response = Response(kept.body, kept.status)
        response.raw_headers = list(kept.headers)
        return response

    def keep(self, key: Key, fingerprint: str, response: Response, now: float) -> None:
        """Keeps what is final: success or business error, not a conflict that passes nor a server's failure."""
        if response.status_code == 409 or response.status_code >= 500:
            return
        while len(self.answers) >= KEPT:
            self.answers.popitem(last=False)
        body = bytes(response.body)
        self.answers[key] = Kept(now, fingerprint, response.status_code, list(response.raw_headers), body)
