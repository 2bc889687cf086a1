"""The vendor's rate limit: calls per minute, per tenant and resource family, refused calls counted too."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

WINDOW = 60.0


@dataclass(slots=True)
class Throttle:
    calls: defaultdict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, tenant: str, family: str, limit: int, now: float) -> int:
        """Whole seconds until the next call would pass; 0: this one does."""
        if limit <= 0:
            return 0
        recent = self.calls[tenant, family]
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        recent.append(now)
        while len(recent) > 2 * limit:
            recent.popleft()
        if len(recent) <= limit:
            return 0
        return max(1, math.ceil(recent[-limit] + WINDOW - now))
