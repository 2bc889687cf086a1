"""Examines every account: logs in, makes one cheap read of each kind, and tells what works and what to mend."""

from __future__ import annotations

import asyncio

from gateway.app import open_accounts
from gateway.config import Config
from gateway.vendors.base import Adapter, Check


async def examine(config: Config) -> tuple[bool, str]:
    """Whether everything works, and the table that says so."""
    async with open_accounts(config) as accounts:
        adapters = list(accounts)
        findings = await asyncio.gather(*(adapter.check() for adapter in adapters))
    healthy = all(check.ok for checks in findings for check in checks)
    return healthy, table(list(zip(adapters, findings, strict=True)))


def table(findings: list[tuple[Adapter, list[Check]]]) -> str:
    rows = [("account", "vendor", "what", "", "remark")]
    for adapter, checks in findings:
        account = adapter.account
        rows += [(account.name, account.vendor.value, c.what, "ok" if c.ok else "FAILED", c.remark) for c in checks]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + "  " + row[4] for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"
