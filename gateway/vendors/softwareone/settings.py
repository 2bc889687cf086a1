"""What an account's table says about SoftwareOne."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.secret import Secret
from gateway.upstream.bucket import FEWEST

Actor = Literal["client", "vendor", "operations"]


@dataclass(frozen=True, slots=True)
class Settings:
    """`token` is the whole text from `idt:` on; `actor` its account's type, which no call tells. The vendor publishes
    no limit of calls; `requests_per_minute` is one that it has told its operator."""

    token: Secret
    actor: Actor
    base_url: str = "https://api.platform.softwareone.com/public"
    portal_url: str = "https://portal.platform.softwareone.com"
    requests_per_minute: int | None = None

    def validate(self) -> list[tuple[str, str]]:
        """What is wrong with it, by key."""
        known = self.requests_per_minute
        few = known is not None and known < FEWEST
        return [("requests_per_minute", f"must be at least {FEWEST}")] if few else []
