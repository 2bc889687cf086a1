"""The knobs of the Marketplace emulator; `PUT /control/softwareone/settings` acts at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Settings:
    legacy_style: bool = False  # the older papers: href, nulls, fractions, externalIDs, four-group ids
    default_limit: int = 10
    max_limit: int = 100
    omit_meta: bool = False  # `$meta.omitted` may be missing
    delivered_status: int = 301  # of the redirect to a file: 301 by the OpenAPI file, 302 also occurs
    storage_host: str = ""  # another host name for file URLs, as in production; empty: the request's own
    ticket_seconds: float = 300.0  # lifetime of a file URL
    upload_limit: int = 30_000_000  # bytes of the whole request
    requests_per_minute: int = 0  # per token; 0: no limit (none is published)
    validation_answer: str = (
        "order"  # what pre-validation does with a bad order: "order" (200, errors in it) or "refuse"
    )
