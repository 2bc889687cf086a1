"""Which HTTP status an answer goes out with: as the audits of 2025 want it, or as the newer draft does.

https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.edge.negotiation import Media
from gateway.edge.operations import Answer, NotThisWay
from gateway.errors import GatewayError

OK: Final = 200
BAD_REQUEST: Final = 400
# Errors that say more than that the request is wrong. They hold where nothing ran; in an answer that ran they are one
# field's matter.
BY_CODE: Final[Mapping[str, int]] = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "THROTTLED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "STORE_UNAVAILABLE": 503,
}


@dataclass(frozen=True, slots=True)
class Profile:
    """`wrong`: for requests and documents that can be read but not run. `legacy`: for documents that do not run, where
    the client reads application/json, which many take for no GraphQL answer under any other status. `partial`: for data
    beside errors."""

    wrong: int
    legacy: int | None
    partial: int

    def of_answer(self, answer: Answer, media: Media) -> int:
        """The status of an answer, whether it ran or not."""
        if answer.ran:
            # A code of the draft's own making: only clients that know the draft's media type may get it.
            return self.partial if "errors" in answer.body and media is Media.RESPONSE else OK
        code = answer.body["errors"][0].get("extensions", {}).get("code", "")
        if code in BY_CODE:
            return BY_CODE[code]
        if self.legacy is not None and media is Media.JSON:
            return self.legacy
        return self.wrong if answer.parsed else BAD_REQUEST

    def of_error(self, error: GatewayError, method: str) -> int:
        """The status of a request that came to no answer."""
        if isinstance(error, NotThisWay) and method == "GET":
            return 405
        return BY_CODE.get(error.code, self.wrong)

    def media(self, media: Media, status: int) -> Media:
        """The media type of such an answer. The draft has none but its own say that an error is GraphQL's."""
        return Media.RESPONSE if self.legacy is None and status >= 300 else media


PROFILES: Final[Mapping[Literal["2025", "draft"], Profile]] = {
    "2025": Profile(wrong=400, legacy=200, partial=200),
    "draft": Profile(wrong=422, legacy=None, partial=294),
}
