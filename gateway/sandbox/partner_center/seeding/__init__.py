"""The seeded data: a distributor's year of orders, ending on a given day.

Ids and choices come from the seed alone; the day only moves dates, so a later day has the same orders.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from gateway.sandbox.partner_center.audit import note
from gateway.sandbox.partner_center.records import World, guid
from gateway.sandbox.partner_center.seeding.agreements import seed_agreements, templates
from gateway.sandbox.partner_center.seeding.carts import seed_carts
from gateway.sandbox.partner_center.seeding.customers import RESELLERS, seed_customers
from gateway.sandbox.partner_center.seeding.orders import seed_orders
from gateway.sandbox.partner_center.settings import Settings


def seed_world(seed: int, size: float, today: datetime, settings: Settings, clock: Callable[[], float]) -> World:
    """A world with 6 customers, 4 carts and about 400 orders times `size`, none of them placed after `today`."""
    world = World(
        seed=seed,
        settings=settings,
        clock=clock,
        ids=Random(f"{seed}/runtime"),
        partner_id=guid(Random(f"{seed}/partner")),
        resellers=RESELLERS,
        templates=templates(seed),
    )
    world.customers = {customer.id: customer for customer in seed_customers(seed)}
    for customer in world.customers.values():
        seed_agreements(world, customer, today)
    seed_orders(world, size, today)
    seed_carts(world, today)
    for order in sorted(world.orders, key=lambda one: one.created):
        note(world, order, "create_order", order.created)
    return world
