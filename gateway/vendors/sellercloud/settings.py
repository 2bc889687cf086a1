"""What the configuration says about a Sellercloud account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from gateway.secret import Secret
from gateway.upstream.bucket import FEWEST

UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Settings:
    """`base_url` ends in /rest/api. `time_zone` is that of the vendor's zone-less times; its pages name none.
    `calls_per_hour` are what the vendor allows this login, other programs that use it included."""

    base_url: str
    username: str
    password: Secret
    time_zone: ZoneInfo = UTC
    reference_cache_seconds: float = 600.0
    calls_per_hour: int = 10_800

    def validate(self) -> list[tuple[str, str]]:
        """What is wrong with it, by key."""
        return [("calls_per_hour", f"must be at least {FEWEST}")] if self.calls_per_hour < FEWEST else []
