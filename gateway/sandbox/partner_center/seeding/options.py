"""What partners add to some lines of their orders: another end of the first term, what it renews to, attestations."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from gateway.sandbox.partner_center.records import Order
from gateway.sandbox.partner_center.subscribing import months_later
from gateway.sandbox.partner_center.times import stamp


def add_options(order: Order) -> None:
    """Drawn for each order by itself, so that they change no other draw."""
    rng = Random(f"{order.id}/options")
    for line in order.lines:
        ends, renews, attested = (rng.random() < share for share in (0.12, 0.2, 0.1))
        if line.item.family != "licence":
            continue
        if ends and line.term == "P1Y":
            line.extras["customTermEndDate"] = stamp(month_end(order.created, rng.randint(3, 9)))
        if renews and line.term == "P1M":
            line.extras["renewsTo"] = {"termDuration": "P1Y"}
        if attested:
            line.extras["attestationAccepted"] = True


def month_end(moment: datetime, months: int) -> datetime:
    """The last second of the month that lies so many months ahead."""
    following = months_later(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0), months + 1)
    return following - timedelta(seconds=1)
