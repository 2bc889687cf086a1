"""What Partner Center allows: so many requests a minute for each of some families of resources.

Source: its page "Order resources" for orders, subscriptions and customers. The others adjust by themselves (its page
"API throttling guidance"), so their pace is found out by refusals.
"""

from __future__ import annotations

from typing import Final

from gateway.upstream.bucket import Rate
from gateway.upstream.traffic import Plan
from gateway.vendors.partner_center.settings import Settings

PUBLISHED: Final = ("orders", "subscriptions", "customers")
FAMILIES: Final = frozenset({*PUBLISHED, "carts", "agreements"})
CUSTOMER: Final = "/v1/customers/{customer}/"
LOGIN: Final = "login"


def plan(settings: Settings) -> Plan:
    rate = Rate(settings.requests_per_minute, 60)
    return Plan(family=family, rates=dict.fromkeys(PUBLISHED, rate))


def family(route: str) -> str:
    """The resource below a customer, or "customers" itself; logins go to another host. An order's files count with it,
    the smaller assumption."""
    if route == LOGIN:
        return LOGIN
    below = route.removeprefix(CUSTOMER)
    name = below.partition("/")[0] if below != route else "customers"
    return name if name in FAMILIES else "customers"
