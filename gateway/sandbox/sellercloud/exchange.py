"""One request on its way to its answer: all that a handler may know, and the handler's type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from gateway.sandbox.sellercloud.fields import Fields
from gateway.sandbox.sellercloud.notation import Notation
from gateway.sandbox.sellercloud.query import Query
from gateway.sandbox.sellercloud.records import PurchaseOrder
from gateway.sandbox.sellercloud.settings import Settings
from gateway.sandbox.sellercloud.tenant import Tenant
from gateway.sandbox.sellercloud.wire import broken_rule


@dataclass(frozen=True, slots=True)
class Exchange:
    tenant: Tenant
    settings: Settings
    now: datetime
    root: str  # the server's base URL, without a trailing slash
    id: int  # the number in the path, 0 where the path has none
    query: Query
    body: Any

    @property
    def notation(self) -> Notation:
        return self.settings.notation()

    def fields(self, *known: str) -> Fields:
        return Fields(self.body, known, self.settings.refuse_unknown_fields)

    def order(self) -> PurchaseOrder:
        """The purchase order of the path; a missing one is a 500, not a 404."""
        order = self.tenant.orders.get(self.id)
        if order is None:
            raise broken_rule(f"Purchase order {self.id} was not found.")
        return order


Handler = Callable[[Exchange], Response]
