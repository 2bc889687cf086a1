"""What is known of the Marketplace's limits: nothing is published, so the pace is found out by its refusals."""

from __future__ import annotations

from typing import Final

from gateway.upstream.bucket import Rate
from gateway.upstream.traffic import ALL, Plan
from gateway.vendors.softwareone.settings import Settings

FILE: Final = " (file)"  # ends the routes to the host that files are fetched from


def plan(settings: Settings) -> Plan:
    """One limit for all, where the operator has been told one."""
    known = settings.requests_per_minute
    return Plan(family=family, rates={} if known is None else {ALL: Rate(known, 60)})


def family(route: str) -> str:
    """The files' host may fail by itself."""
    return "files" if route.endswith(FILE) else ALL
