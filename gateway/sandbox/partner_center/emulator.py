"""The emulator as the sandbox holds it: state, app, credentials and the forms of forced failures."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response

from gateway.sandbox.control import Fault
from gateway.sandbox.partner_center.answers import standard_error, throttled
from gateway.sandbox.partner_center.app import Office, create_app
from gateway.sandbox.partner_center.auth import Tokens
from gateway.sandbox.partner_center.orders import listed
from gateway.sandbox.partner_center.progress import settle
from gateway.sandbox.partner_center.records import World
from gateway.sandbox.partner_center.seeding import seed_world
from gateway.sandbox.partner_center.settings import Settings
from gateway.sandbox.partner_center.times import stamp


class PartnerCenter:
    """One partner tenant with its identity provider. `clock` gives seconds since 1970; tests may hand in their own."""

    name = "partner_center"
    mount = "/partner-center"

    def __init__(self, seed: int, size: float, today: datetime, clock: Callable[[], float] = time.time) -> None:
        self._make_world: Callable[[Settings], World] = lambda settings: seed_world(seed, size, today, settings, clock)
        self.tokens = Tokens(seed, clock)
        self.reset()
        self.app: Starlette = create_app(lambda: self._office)

    @property
    def settings(self) -> Settings:
        return self.world.settings

    @property
    def world(self) -> World:
        return self._office.world

    def reset(self) -> None:
        """Seeded data and settings again. Tokens live on, and the seeded refresh token is good once more."""
        self.tokens.revive()
        self._office = Office(self._make_world(Settings()), self.tokens)

    def credentials(self, root: str) -> dict[str, Any]:
        """For the first of the tenant's two apps; `customers` are those the partner has a relation with."""
        app = self.tokens.apps[0]
        return {
            "base_url": root + self.mount,
            "authority": root + self.mount,
            "tenant_id": self.tokens.tenant_id,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "refresh_token": self.tokens.seeded_refresh_token,
            "customers": [one.id for one in self.world.customers.values() if one.related],
        }

    def orders(self) -> list[dict[str, Any]]:
        """`scope` is the customer; `listed` means some list shows it now, system purchases only where asked for."""
        settle(self.world)
        latest = self.world.now() - timedelta(seconds=self.settings.list_lag_seconds)
        return [
            {
                "number": order.id,
                "scope": order.customer.id,
                "created_at": stamp(order.created),
                "listed": listed(order, latest),
            }
            for order in self.world.orders
        ]

    def throttled(self, fault: Fault) -> Response:
        return throttled(math.ceil(57 if fault.retry_after is None else fault.retry_after), fault.status or 429)

    def unauthorized(self, fault: Fault) -> Response:
        return standard_error(401, 400, "Access denied.")

    def failure(self, fault: Fault) -> Response:
        return standard_error(fault.status or 500, 800003, "Unexpected error.")

    def ok_with_error(self, fault: Fault) -> Response:
        return standard_error(200, 400072, "The item is not available.")
