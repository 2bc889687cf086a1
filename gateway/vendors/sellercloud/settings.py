"""What the configuration says about a Sellercloud account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from gateway.secret import Secret

UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Settings:
    """`base_url` ends in /rest/api. `time_zone` is that of the vendor's zone-less times; its pages name none."""

    base_url: str
    username: str
    password: Secret
    time_zone: ZoneInfo = UTC
    reference_cache_seconds: float = 600.0
