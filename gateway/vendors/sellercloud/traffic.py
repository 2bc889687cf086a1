"""What Sellercloud allows: so many calls an hour for a user and address, all endpoints together, logins too.

Source: its page "REST API rate limiting".
"""

from __future__ import annotations

from gateway.upstream.bucket import Rate
from gateway.upstream.traffic import ALL, Plan
from gateway.vendors.sellercloud.settings import Settings


def plan(settings: Settings) -> Plan:
    # Status 500 is also its answer about a purchase order that is not there, or that breaks a rule.
    return Plan(rates={ALL: Rate(settings.calls_per_hour, 3_600)}, own_failures=frozenset({500}))
