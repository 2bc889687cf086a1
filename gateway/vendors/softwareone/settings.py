"""What an account's table says about SoftwareOne."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.secret import Secret

Actor = Literal["client", "vendor", "operations"]


@dataclass(frozen=True, slots=True)
class Settings:
    """`token` is the whole text from `idt:` on; `actor` its account's type, which no call tells."""

    token: Secret
    actor: Actor
    base_url: str = "https://api.platform.softwareone.com/public"
    portal_url: str = "https://portal.platform.softwareone.com"
