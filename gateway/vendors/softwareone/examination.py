"""What the doctor asks of an account: one cheap read of each kind, and whether the token is the actor it should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.errors import GatewayError, Misconfigured, VendorDenied
from gateway.upstream.client import Upstream
from gateway.vendors.base import Check
from gateway.vendors.softwareone.capabilities import seen_by
from gateway.vendors.softwareone.settings import Actor, Settings

READS: Final = (
    ("orders", "/v1/commerce/orders", "select=lines&order=-id&limit=5"),
    ("agreements", "/v1/commerce/agreements", "limit=1"),
    ("subscriptions", "/v1/commerce/subscriptions", "limit=1"),
    ("licensees", "/v1/accounts/licensees", "limit=1"),
    ("products", "/v1/catalog/products", "limit=1"),
)


async def examine(upstream: Upstream, settings: Settings) -> list[Check]:
    checks = []
    orders: Any = None
    for what, route, query in READS:
        try:
            answer = await upstream.get(route, route=route, query=query)
        except GatewayError as error:
            checks.append(Check(what, ok=False, remark=remedy(error, settings)))
        else:
            checks.append(Check(what, ok=True))
            orders = answer.body if what == "orders" else orders
    if orders is not None:
        checks.append(actor_check(settings.actor, frozenset(keys(orders))))
    return checks


def remedy(error: GatewayError, settings: Settings) -> str:
    """What to mend, as far as the error tells."""
    if isinstance(error, VendorDenied | Misconfigured):
        if not settings.token.reveal().startswith("idt:"):
            return "The token is refused. It should be the whole text from idt:TKN- on."
        return "The token is refused: it must be active, and have this module switched on in the portal."
    return error.message


def actor_check(configured: Actor, fields: frozenset[str]) -> Check:
    """Compares the configured actor with the fields that its token saw."""
    actor = seen_by(fields)
    if actor is None:
        return Check("actor", ok=True, remark="There are no prices by which to tell whose token this is.")
    if actor != configured:
        return Check("actor", ok=False, remark=f'The token sees the prices that "{actor}" sees: set actor = "{actor}".')
    return Check("actor", ok=True)


def keys(value: Any) -> Iterator[str]:
    """Every key of a JSON value that holds something."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            yield from (key for key, inner in one.items() if inner is not None)
            pending += one.values()
        elif isinstance(one, list):
            pending += one
