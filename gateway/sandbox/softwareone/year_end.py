"""What the seeded year holds beside its plan: ends of terms, dropped and ended things, fields that are rarely filled.

Nothing is drawn here before the ids of the last new things, so that the plan's own ids do not depend on it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.sandbox.softwareone import catalog, effects
from gateway.sandbox.softwareone.actors import Caller
from gateway.sandbox.softwareone.agreements import end
from gateway.sandbox.softwareone.foundation import Foundation
from gateway.sandbox.softwareone.fulfilment import COMMITMENTS, attach, build, generate_assets
from gateway.sandbox.softwareone.state import Row, State, wire

ENDED_ASSETS = 6  # every sixth
COMMENTED, BILLED_TO, WITH_POLICY = 20, 12, 16  # every so many orders


def close(state: State, at: Foundation) -> None:
    _rare_fields(state)
    _terms(state, at.system)
    _ended_assets(state, at)
    _half_done(state, at)


def _rare_fields(state: State) -> None:
    for number, order in enumerate(state["orders"].values()):
        if number % COMMENTED == 1:
            order["comments"] = catalog.COMMENTS
        if number % BILLED_TO == 1:
            order["billTo"] = order["buyer"]
        if number % WITH_POLICY == 1:
            order["pricingPolicy"] = catalog.POLICY


def _terms(state: State, by: Row) -> None:
    """What the platform does daily: a subscription whose commitment is over renews itself, or expires. The first one of
    an agreement always renews, so that no agreement runs out."""
    for subscription in state["subscriptions"].values():
        agreement = state["agreements"][subscription["agreement"]["id"]]
        if subscription["status"] != "Active" or subscription["commitmentDate"] > state.clock.now():
            continue
        live = [ref["id"] for ref in agreement["subscriptions"] if ref["status"] in effects.LIVE]
        if subscription["autoRenew"] or subscription["id"] == live[0] or agreement["status"] != "Active":
            _renew(state, subscription)
            continue
        effects.move(state, "subscriptions", subscription, "Expired", by)
        for line in agreement["lines"]:
            if line.get("subscription", {}).get("id") == subscription["id"] and line["status"] == "Active":
                line["status"] = "Expired"
        effects.settle_agreement(state, agreement, by)


def _renew(state: State, subscription: Row) -> None:
    term = timedelta(days=COMMITMENTS[subscription["terms"].get("commitment") or "1m"])
    ends = datetime.fromisoformat(subscription["commitmentDate"])
    while ends <= state.clock.moment():
        ends += term
    subscription["commitmentDate"] = wire(ends)


def _ended_assets(state: State, at: Foundation) -> None:
    assets = [row for row in state["assets"].values() if row["status"] == "Active"]
    for asset in assets[::ENDED_ASSETS]:
        agreement = state["agreements"][asset["agreement"]["id"]]
        if agreement["status"] == "Active":
            end(state, _vendor(state, at, agreement), "assets", asset)


def _half_done(state: State, at: Foundation) -> None:
    """Below orders in progress, assets in Draft; below failed purchases, a subscription that never came to life."""
    for order in list(state["orders"].values()):
        vendor = _vendor(state, at, order)
        if order["status"] == "Processing":
            generate_assets(state, order, vendor)
        lines = [line for line in order["lines"] if line["item"]["terms"]["period"] != "one-time"]
        if (order["type"], order["status"]) == ("Purchase", "Failed") and lines:
            row = build(state, order, "subscriptions", lines[:1], f"Subscription for {lines[0]['item']['name']}")
            attach(state, vendor, order, "subscriptions", row, lines[:1])
            effects.move(state, "subscriptions", row, "Deleted", vendor.by)


def _vendor(state: State, at: Foundation, row: Row) -> Caller:
    return at.user(state["accounts"][row["vendor"]["id"]])
