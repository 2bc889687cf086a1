"""Orders just made, which the vendor's lists show after up to 15 minutes (get-all-of-a-customer-s-orders)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from gateway.model.ref import Ref

KEPT: Final = timedelta(minutes=20)
MAX_ORDERS: Final = 1_000
MAX_LOOKUPS: Final = 50


class FreshOrders:
    """At most a thousand of an account, the oldest going first; `now` is the time in UTC."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._since: OrderedDict[Ref, datetime] = OrderedDict()

    def add(self, orders: Iterable[Ref]) -> None:
        for ref in orders:
            self._since.setdefault(ref, self._now())
        while len(self._since) > MAX_ORDERS:
            self._since.popitem(last=False)

    def missing(self, customer: str, listed: Collection[Ref]) -> list[Ref]:
        """The customer's orders that a list lacks yet, the 50 newest; what it shows or what is too old is
        forgotten here."""
        limit = self._now() - KEPT
        for ref in [ref for ref, since in self._since.items() if since < limit or ref in listed]:
            del self._since[ref]
        return [ref for ref in self._since if ref.parts[0] == customer][-MAX_LOOKUPS:]
